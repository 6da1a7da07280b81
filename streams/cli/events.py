"""The events of a log, or of a file that ``wireroom run -o`` wrote, and those of one story.

It must not show anything.
"""

from __future__ import annotations

import gzip
import heapq
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Protocol, cast

import orjson

from schemas.codec import SchemaError, decode
from schemas.event import EventKind, WireEvent
from schemas.topics import TopicName
from streams.cli.common import finish
from streams.cli.logs import open_settings_log
from streams.desk.identity import key_of
from streams.errors import ArchiveError, ConfigError

if TYPE_CHECKING:
    from streams.settings import Settings

__all__ = ["Events", "Place", "Told", "events_of", "moved_flash", "nearest", "story_of"]

Place = tuple[int, int]
"""Where an event stands in the order they were decided in."""

Json = dict[str, Any]
_Visit = Callable[[Place, Json], None]

_STDIN = "-"
# Events without an item that may yet turn out to belong (holds, gaps): half a kilobyte each.
_MOST_LOOSE = 50_000
# Linked copies are told in a line: their paragraphs are not kept.
_BRIEF = frozenset({EventKind.DUPLICATE, EventKind.STALE, EventKind.REPRINT})
_SUGGESTED = 3
_CONSIDERED = 200


class Events(Protocol):
    """Something that holds events and can be read more than once.

    Attributes:
        name: for people.
        damaged: pieces met in the last reading that are no events.
    """

    name: str
    damaged: int

    def each(self, visit: _Visit) -> int:
        """Show every event to ``visit``, as JSON; answers how many there were."""
        ...


@contextmanager
def events_of(source: str | None, settings: Callable[[], Settings]) -> Iterator[Events]:
    """The events of a file or ``-``; without one, those of the log.

    Raises:
        ArchiveError: the file cannot be read.
    """
    if source is None:
        yield _LogEvents(settings())
    elif source != _STDIN:
        if not Path(source).is_file():
            raise ArchiveError(f"{source}: no such file")
        yield _FileEvents(Path(source), source)
    else:
        # It is read more than once: first for the story a key belongs to, then for the story.
        with tempfile.TemporaryDirectory(prefix="wireroom-") as folder:
            path = Path(folder, "events.jsonl")
            with path.open("wb") as copy:
                shutil.copyfileobj(sys.stdin.buffer, copy)
            yield _FileEvents(path, "standard input")


class _FileEvents:
    """Events one a line; a line that is none is passed over and counted."""

    def __init__(self, path: Path, name: str) -> None:
        self.name = name
        self.damaged = 0
        self._path = path

    def each(self, visit: _Visit) -> int:
        self.damaged = count = 0
        try:
            with self._open() as lines:
                for number, line in enumerate(lines):
                    if not line.strip():
                        continue
                    event = _json(line)
                    if event is None:
                        self.damaged += 1
                        continue
                    count += 1
                    visit((number, 0), event)
        except (OSError, EOFError) as error:
            raise ArchiveError(f"cannot read {self.name}: {error}") from None
        return count

    def _open(self) -> IO[bytes]:
        if self._path.name.lower().endswith(".gz"):
            return cast("IO[bytes]", gzip.open(self._path))
        return self._path.open("rb")


class _LogEvents:
    """``wire.events`` as it is now, re-sends folded."""

    def __init__(self, settings: Settings) -> None:
        self.name = f"the log {settings.broker}"
        self.damaged = 0
        self._settings = settings

    def each(self, visit: _Visit) -> int:
        self.damaged = 0
        return finish(self._read(visit))

    async def _read(self, visit: _Visit) -> int:
        from streams.client.resends import fold_for  # noqa: PLC0415  (start quickly)
        from streams.log.headers import DeskSeq  # noqa: PLC0415  (as above)

        fold, count = fold_for(TopicName.EVENTS), 0
        topic = self._settings.topic_name(TopicName.EVENTS)
        async with open_settings_log(self._settings) as log:
            end = await log.end_offsets(topic)
            if await log.begin_offsets(topic) == end:
                return 0
            async for batch in log.read(topic, "earliest", end):
                for record in batch:
                    if not fold.accept(record):
                        continue
                    event = _json(record.value or b"")
                    if event is None:
                        self.damaged += 1
                        continue
                    count += 1
                    # Partitions are read side by side; the desk's own order is in the header.
                    seq = DeskSeq.of(record)
                    visit((seq.offset, seq.number) if seq else (record.offset, 0), event)
        return count


def _json(value: bytes) -> Json | None:
    """The event in a line, if it looks like one."""
    try:
        found = orjson.loads(value)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(found, dict) or not isinstance(found.get("id"), str):
        return None
    has_item = isinstance(found.get("item"), dict | None)
    return found if has_item and "kind" in found and "source" in found else None


def _item(event: Json) -> Json:
    return event.get("item") or {}


def _story(event: Json) -> str | None:
    found = event.get("story_key") or _item(event).get("story_key")
    return found if isinstance(found, str) else None


def _key(event: Json) -> str | None:
    found = _item(event).get("item_key")
    return found if isinstance(found, str) else None


def moved_flash(event: Json) -> tuple[str, str] | None:
    """The key of the flash that an event says is superseded, and its story from then on."""
    of, story = event.get("of"), event.get("story_key")
    if event["kind"] != EventKind.SUPERSEDED or not isinstance(of, str):
        return None
    return (key_of(of), story) if isinstance(story, str) else None


def _names(event: Json) -> Iterator[str]:
    """Every name by which a person may ask for this event or its item."""
    item = _item(event)
    for name in (event["id"], _story(event), item.get("item_key"), item.get("id")):
        if isinstance(name, str):
            yield name
    for alt_id in item.get("alt_ids") or ():
        if isinstance(alt_id, dict) and isinstance(alt_id.get("value"), str):
            yield alt_id["value"]


@dataclass(slots=True)
class Told:
    """What is told of one story.

    Attributes:
        key: its story key; None where a single event belongs to no story.
        events: in the order they were decided; copies without their paragraphs.
    """

    key: str | None
    events: list[WireEvent] = field(default_factory=list)


def story_of(events: Events, key: str) -> Told:
    """The story that a story key, item key, item id, alternative id or event id belongs to.

    A flash that had a story key of its own is told with the story that superseded it.

    Reads twice: first which story it is, then the story; only that is kept in memory.

    Raises:
        ConfigError: nothing there has that key; the message names near ones.
    """
    search = _Search(key)
    count = events.each(search.visit)
    if not count:
        damaged = f" (of {events.damaged} damaged lines)" if events.damaged else ""
        raise ConfigError(f"{events.name} holds no event{damaged}")
    if not search.found:
        raise ConfigError(
            f"{events.name} knows no {key!r} among {count:,} events{nearest(events, key)}"
        )
    gathered = _Gathered(search.story, None if search.story else key, search.moved)
    events.each(gathered.visit)
    return Told(search.story, gathered.events())


class _Search:
    """Which story a key belongs to: the one of that key, else the last one it was met in."""

    def __init__(self, key: str) -> None:
        self.found = False
        self._key = key
        self._last: tuple[Place, str] | None = None
        self._itself = False
        self._superseded: dict[str, tuple[Place, str]] = {}

    @property
    def story(self) -> str | None:
        found = self._key if self._itself else self._last[1] if self._last else None
        return self._superseded[found][1] if found in self._superseded else found

    @property
    def moved(self) -> frozenset[str]:
        """The keys of flashes that came to this story later than their events say."""
        story = self.story
        return frozenset(key for key, (_, new) in self._superseded.items() if new == story)

    def visit(self, place: Place, event: Json) -> None:
        story = _story(event)
        if (flash := moved_flash(event)) is not None:
            known = self._superseded.get(flash[0])
            if known is None or place > known[0]:
                self._superseded[flash[0]] = place, flash[1]
        if story == self._key:
            self.found = self._itself = True
        elif not self._itself and self._key in _names(event):
            self.found = True
            if story is not None and (self._last is None or place > self._last[0]):
                self._last = place, story


class _Gathered:
    """The events of one story as they are met, and those that may belong to it."""

    def __init__(self, story: str | None, name: str | None, moved: frozenset[str]) -> None:
        self._story = story
        self._moved = moved
        self._name = name
        self._told: list[tuple[Place, WireEvent]] = []
        self._loose: list[tuple[Place, WireEvent]] = []

    def visit(self, place: Place, event: Json) -> None:
        story = _story(event)
        if story:
            is_told = story == self._story or not self._moved.isdisjoint((story, _key(event)))
        else:
            is_told = self._name in {*_names(event)}
        is_loose = story is None and not event.get("item") and not event.get("dead")
        if is_told or (is_loose and len(self._loose) < _MOST_LOOSE):
            try:
                read = decode(WireEvent, orjson.dumps(_brief(event)))
            except SchemaError:
                return
            (self._told if is_told else self._loose).append((place, read))

    def events(self) -> list[WireEvent]:
        told = list(self._told)
        causes = {event.cause for _, event in told}
        known = {event.id for _, event in told}
        items = {event.item.id for _, event in told if event.item}
        told += [
            (place, event)
            for place, event in self._loose
            if event.id in causes or event.cause in known or event.of in items
        ]
        return [event for _, event in sorted(told, key=lambda pair: pair[0])]


def _brief(event: Json) -> Json:
    if event["kind"] not in _BRIEF or not event.get("item"):
        return event
    return {**event, "item": {**event["item"], "paragraphs": [], "entities": []}}


def nearest(events: Events, key: str) -> str:
    """The end of a sentence that names keys like ``key``."""
    best: list[tuple[int, str]] = []
    seen: set[str] = set()

    def visit(_place: Place, event: Json) -> None:
        for name in _names(event):
            if name in seen:
                continue
            rank = (_closeness(name, key), name)
            if rank[0] < 3:
                continue
            if len(best) < _CONSIDERED:
                heapq.heappush(best, rank)
            else:
                seen.discard(heapq.heappushpop(best, rank)[1])
            seen.add(name)

    events.each(visit)
    close = _closest((name for _, name in best), key)
    return f"; did you mean {' or '.join(close)}?" if close else ""


def _closeness(name: str, key: str) -> int:
    if key in name:
        return len(key)
    most = min(len(name), len(key))
    return next((place for place in range(most) if name[place] != key[place]), most)


def _closest(names: Iterable[str], key: str) -> list[str]:
    def ratio(name: str) -> tuple[bool, float, str]:
        return key not in name, -SequenceMatcher(None, name[:200], key[:200]).ratio(), name

    return sorted(names, key=ratio)[:_SUGGESTED]
