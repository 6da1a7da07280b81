"""A file of wires in the order they were sent, decided one by one: ``wireroom bench desk --wires``.

Streaming and causal: of a wire the desk knows what came before it and nothing else. It must not
score.
"""

from __future__ import annotations

import gzip
import hashlib
import re
import time
from collections import defaultdict
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

import orjson

from schemas.event import EventKind, Source, WireEvent
from schemas.item import Item
from streams.clean import clean
from streams.decode.decoded import Block, Decoded, Facts, Role
from streams.desk import Desk
from streams.desk.fingerprint import sign
from streams.desk.readying import keys_of
from streams.errors import ConfigError

_GZIP = b"\x1f\x8b"
_PROVIDER = "reuters"
_DATE = re.compile(r"(\d{1,2}-[A-Za-z]{3}-\d{4})\s+(\d{1,2}:\d\d:\d\d)")
_NEW_PARAGRAPH = re.compile(r"\n {4}|\n\s*\n")
_DIGEST_CHARS = 12
_WORD = re.compile(r"[\w']+")
# What Reuters' machines of 1987 put where a flash had no text; it says nothing.
_FILLER = re.compile(r"(?:\bblah\b[\s.,]*)+", re.IGNORECASE)
FLASH_WINDOW = timedelta(hours=3)
"""How long after a flash its story counts as its story: the note's measure."""
_DRAIN_EVERY = 1_000


@dataclass(frozen=True, slots=True)
class Wire:
    """One wire as it was sent.

    Attributes:
        number: its id in the file.
        at: when it was sent (UTC).
        paragraphs: with the lines of each joined.
        is_flash: the file's "typ" is BRIEF.
        digest: the first 12 hexadecimal digits of the SHA-256 of the body as the file has it.
    """

    number: int
    at: datetime
    title: str
    paragraphs: tuple[str, ...]
    is_flash: bool
    digest: str

    def words(self) -> list[str]:
        """Words of title and text, case folded: letters, digits and apostrophes; fillers none."""
        text = "\n".join((self.title, *self.paragraphs))
        return _WORD.findall(_FILLER.sub(" ", text).casefold())


def read_wires(path: Path) -> list[Wire]:
    """The wires of a file of JSON Lines, perhaps gzipped: id, date, title, body and typ.

    ``date`` is ISO 8601 or as Reuters wrote it, "26-FEB-1987 15:01:01.79".

    Raises:
        ConfigError: it cannot be read, or holds no wire.
    """
    wires: list[Wire] = []
    try:
        with path.open("rb") as raw:
            for number, line in enumerate(_plain(raw), 1):
                if line.strip():
                    wires.append(_wire(line, f"{path}:{number}"))
    except (OSError, EOFError) as error:
        raise ConfigError(f"{path} cannot be read: {error}") from error
    if not wires:
        raise ConfigError(f"{path} holds no wire")
    if len({wire.number for wire in wires}) < len(wires):
        raise ConfigError(f"{path} has two wires of one id")
    return wires


def _plain(raw: BinaryIO) -> BinaryIO:
    is_gzip = raw.read(len(_GZIP)) == _GZIP
    raw.seek(0)
    return gzip.open(raw) if is_gzip else raw  # type: ignore[return-value]


def _wire(line: bytes, place: str) -> Wire:
    try:
        row = orjson.loads(line)
        number, title, body = int(row["id"]), str(row.get("title") or ""), str(row["body"] or "")
        at = _time(str(row["date"]))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ConfigError(
            f"{place} is no wire of id, date, title and body: {type(error).__name__} {error}"
        ) from error
    parts = (" ".join(part.split()) for part in _NEW_PARAGRAPH.split(body))
    return Wire(
        number=number,
        at=at,
        title=" ".join(title.split()),
        paragraphs=tuple(part for part in parts if part),
        is_flash=row.get("typ") == "BRIEF",
        digest=hashlib.sha256(body.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGEST_CHARS],
    )


def _time(date: str) -> datetime:
    if match := _DATE.search(date):
        written = f"{match[1]} {match[2]}"
        return datetime.strptime(written, "%d-%b-%Y %H:%M:%S").replace(tzinfo=UTC)
    at = datetime.fromisoformat(date)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def decoded(wire: Wire) -> Decoded:
    """The wire as a decoder that knows its headline and paragraphs would give it."""
    parts = [(wire.title, Role.HEADLINE)] if wire.title else []
    parts += [(text, Role.BODY) for text in wire.paragraphs]
    blocks, start = [], 0
    for text, role in parts:
        blocks.append(Block(start, start + len(text), role))
        start += len(text) + 1
    name = f"{_PROVIDER}:{wire.number}"
    return Decoded(
        source=Source(id=name, provider=_PROVIDER, position=name, sha256=wire.digest),
        provider=_PROVIDER,
        received_at=wire.at,
        format="wires",
        encoding_declared=None,
        encoding_used="utf-8",
        text="\n".join(text for text, _ in parts),
        blocks=tuple(blocks),
        facts=Facts(stable_id=str(wire.number)),
    )


@dataclass(slots=True)
class Decisions:
    """What the desk said of every wire, by the wire's number.

    Attributes:
        stories: key of the story it belongs to; missing where cleaning kept nothing.
        primary: its primary event.
        candidates: numbers of the wires it would be compared with, of those asked for; of a wire
            the desk has several copies of, of which it keeps one text, all.
        keys: keys it is found by, how many: all kinds of them.
        exact: hash of its normalised text.
        copies: numbers of the duplicates of it.
        clean_s: CPU seconds of cleaning, all wires together; sign_s and decide_s likewise.
    """

    stories: dict[int, str] = field(default_factory=dict)
    primary: dict[int, WireEvent] = field(default_factory=dict)
    candidates: dict[int, frozenset[int]] = field(default_factory=dict)
    keys: dict[int, int] = field(default_factory=dict)
    exact: dict[int, str] = field(default_factory=dict)
    copies: dict[int, list[int]] = field(default_factory=dict)
    clean_s: float = 0.0
    sign_s: float = 0.0
    decide_s: float = 0.0

    def kind(self, number: int) -> EventKind | None:
        """The kind of a wire's primary event."""
        event = self.primary.get(number)
        return event.kind if event else None

    def target(self, number: int) -> int | None:
        """The wire that a wire's primary event is about, if another."""
        event = self.primary.get(number)
        return number_of(event.of) if event and event.of else None

    def together(self, first: int, second: int) -> bool:
        """Both wires are of one story."""
        story = self.stories.get(first)
        return story is not None and story == self.stories.get(second)


def number_of(item_id: str) -> int | None:
    """The number of the wire whose item has this id; None of another's."""
    key = item_id.rpartition("@")[0] or item_id
    number = key.rpartition(":")[2]
    return int(number) if number.isdecimal() else None


def decide(
    wires: Sequence[Wire],
    *,
    asked: Container[int] = frozenset(),
    step: Callable[[], None] = lambda: None,
) -> Decisions:
    """Cleans, signs and decides every wire, in their order.

    Args:
        wires: in the order they were sent.
        asked: wires whose candidates are wanted, which takes time of its own.
        step: called after each wire.
    """
    desk = Desk()
    said = Decisions()
    for count, wire in enumerate(wires, 1):
        _decide_one(desk, wire, said, asks=wire.number in asked)
        if count % _DRAIN_EVERY == 0:
            desk.drain()
        step()
    return said


def _decide_one(desk: Desk, wire: Wire, said: Decisions, *, asks: bool) -> None:
    started = time.process_time()
    item = clean(decoded(wire))
    cleaned = time.process_time()
    said.clean_s += cleaned - started
    if not isinstance(item, Item):
        return
    fingerprint = sign(item)
    said.sign_s += time.process_time() - cleaned
    said.exact[wire.number] = fingerprint.exact
    said.keys[wire.number] = len(keys_of(fingerprint))
    if asks:
        found = set(map(number_of, desk.candidates(item, fingerprint=fingerprint))) - {None}
        copies = (copy for one in found for copy in said.copies.get(one or 0, ()))
        said.candidates[wire.number] = frozenset((*filter(None, found), *copies))
    signed = time.process_time()
    events = desk.decide(item, fingerprint=fingerprint)
    said.decide_s += time.process_time() - signed
    primary = next((event for event in events if event.cause is None), None)
    if primary is None:
        return
    said.primary[wire.number] = primary
    said.stories[wire.number] = primary.story_key or item.item_key
    original = said.target(wire.number)
    if primary.kind is EventKind.DUPLICATE and original is not None:
        said.copies.setdefault(original, []).append(wire.number)


def linked_flashes(wires: Sequence[Wire], said: Decisions) -> dict[int, int]:
    """Flashes that got a story, each with the first: no flash, of one story, within 3 hours."""
    open_flashes: Mapping[str, list[Wire]] = defaultdict(list)
    linked: dict[int, int] = {}
    for wire in wires:
        story = said.stories.get(wire.number)
        if story is None:
            continue
        if wire.is_flash:
            open_flashes[story].append(wire)
            continue
        for flash in open_flashes.pop(story, ()):  # type: ignore[attr-defined]
            if wire.at - flash.at <= FLASH_WINDOW:
                linked[flash.number] = wire.number
    return linked


def flashes(wires: Sequence[Wire]) -> Iterator[int]:
    """Numbers of the flashes."""
    return (wire.number for wire in wires if wire.is_flash)
