"""How each format is read: fields found, text recall, time: ``wireroom bench formats``.

It must not judge whether a figure is good enough.
"""

from __future__ import annotations

import statistics
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import orjson

from schemas.item import Item
from schemas.raw import RawMessage
from streams.bench.corpus import Copywriter
from streams.bench.source_text import source_texts, words
from streams.clean import clean
from streams.decode import Decoded, decode
from streams.steps import Drop, Fail

# What a newsroom asks of an item; each is counted where the message stated it.
FIELDS = (
    "headline", "text", "id", "version", "version_created", "first_created", "status", "urgency",
    "language", "byline", "slugline", "ednotes", "subjects", "links",
)  # fmt: skip
_ROUNDS = 5
_SAMPLES = 30
# Bytes. The time of a message this small is that of calling the decoder.
_TELLING_BYTES = 4096
_TEN_KB = 10_240
DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Reading:
    """How one message was read.

    Attributes:
        position: the message's, for people.
        formats: of its parts, in order; "dead" for a part that could not be read.
        found: fields of each text item in it.
        rejected: reasons of the parts that are no text items.
        dead: codes of the parts that could not be read.
        words: of its text content, counted apart from the decoders; 0 without a text item.
        reached: how many of those are in an item's fields, or removed with a reason.
        missing: some that are not.
        decode_ms: CPU time, the median of a few runs.
    """

    position: str
    size: int
    formats: tuple[str, ...]
    found: tuple[frozenset[str], ...]
    rejected: tuple[str, ...]
    dead: tuple[str, ...]
    words: int
    reached: int
    missing: tuple[str, ...]
    decode_ms: float

    @property
    def format(self) -> str:
        """The format of the message: that of its first part."""
        return self.formats[0]


@dataclass(frozen=True, slots=True)
class FormatFigures:
    """How the messages of one format were read."""

    format: str
    files: int
    items: int
    found: dict[str, int]
    words: int
    reached: int
    decode_ms: float
    ms_per_10_kb: float | None
    rejected: dict[str, int] = field(default_factory=dict)
    dead: dict[str, int] = field(default_factory=dict)

    @property
    def recall(self) -> float | None:
        """Share of the words reached; None where there was no text."""
        return self.reached / self.words if self.words else None


def read_one(raw: RawMessage, *, rounds: int = _ROUNDS) -> Reading:
    """How one message is read.

    Args:
        raw: the message.
        rounds: of decoding, for its time.
    """
    seconds: list[float] = []
    answers: list[Decoded | Fail] = []
    for _ in range(max(rounds, 1)):
        before = time.process_time()
        answers = decode(raw)
        seconds.append(time.process_time() - before)
    found: list[frozenset[str]] = []
    rejected: list[str] = []
    dead: list[str] = []
    reached: Counter[str] = Counter()
    for answer in answers:
        if isinstance(answer, Fail):
            dead.append(answer.code)
            continue
        item = clean(answer)
        reached.update(_words_of(answer, item))
        if isinstance(item, Drop):
            rejected.append(item.reason.value)
        elif isinstance(item, Fail):
            dead.append(item.code)
        else:
            found.append(_fields_of(answer, item))
    counted, missing = _recall(source_texts(raw.body) if found else [], reached)
    return Reading(
        position=raw.position or "",
        size=len(raw.body),
        formats=tuple(one.format if isinstance(one, Decoded) else DEAD for one in answers),
        found=tuple(found),
        rejected=tuple(rejected),
        dead=tuple(dead),
        words=counted,
        reached=counted - missing.total(),
        missing=tuple(missing),
        decode_ms=statistics.median(seconds) * 1000,
    )


def _recall(texts: Sequence[str], reached: Counter[str]) -> tuple[int, Counter[str]]:
    """Words of all texts, and those which were not reached as often as a text has them."""
    total = 0
    missing: Counter[str] = Counter()
    for text in texts:
        counts = Counter(words(text))
        total += counts.total()
        missing.update(counts - reached)
    return total, missing


def _words_of(decoded: Decoded, item: Item | Drop | Fail) -> Iterator[str]:
    """Every word that a reader of the item can still find, in its fields or in its audit."""
    if not isinstance(item, Item):
        yield from words(decoded.text)
        return
    yield from words(item.text)
    spans = [(removed.start, removed.end) for removed in item.audit.removed]
    for paragraph in (decoded.text[start:end] for start, end in spans):
        yield from words(paragraph)
    for edit in item.audit.edits:
        if (edit.start, edit.end) not in spans:
            yield from words(decoded.text[edit.start : edit.end])
    published = orjson.loads(item.model_dump_json(exclude={"headline", "paragraphs", "audit"}))
    for text in _strings(published):
        yield from words(text)


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)


def _fields_of(decoded: Decoded, item: Item) -> frozenset[str]:
    """The fields that the message stated."""
    facts = decoded.facts
    stated = {
        "headline": item.headline,
        "text": item.paragraphs,
        "id": facts.stable_id,
        "version": item.version,
        "version_created": item.version_created,
        "first_created": item.first_created,
        "status": any(name == "pubstatus" for name, _ in facts.origins),
        "urgency": item.urgency,
        "language": facts.language,
        "byline": item.byline,
        "slugline": item.slugline,
        "ednotes": item.ednotes,
        "subjects": item.subjects,
        "links": item.links,
    }
    return frozenset(name for name in FIELDS if stated[name])


def figures(readings: Iterable[Reading]) -> list[FormatFigures]:
    """The figures of each format, most files first."""
    by_format: dict[str, list[Reading]] = {}
    for reading in readings:
        by_format.setdefault(reading.format, []).append(reading)
    rows = [_figures(name, group) for name, group in by_format.items()]
    return sorted(rows, key=lambda row: (row.format == DEAD, -row.files, row.format))


def total(readings: Sequence[Reading]) -> FormatFigures:
    """The figures of all messages together."""
    return _figures("all", readings)


def _figures(name: str, readings: Sequence[Reading]) -> FormatFigures:
    items = [found for reading in readings for found in reading.found]
    telling = [
        reading.decode_ms * _TEN_KB / reading.size
        for reading in readings
        if reading.size >= _TELLING_BYTES
    ]
    return FormatFigures(
        format=name,
        files=len(readings),
        items=len(items),
        found={name: sum(name in found for found in items) for name in FIELDS},
        words=sum(reading.words for reading in readings),
        reached=sum(reading.reached for reading in readings),
        decode_ms=statistics.median(r.decode_ms for r in readings) if readings else 0.0,
        ms_per_10_kb=statistics.median(telling) if telling else None,
        rejected=dict(Counter(reason for reading in readings for reason in reading.rejected)),
        dead=dict(Counter(code for reading in readings for code in reading.dead)),
    )


def made_here() -> list[RawMessage]:
    """Dispatches to read where none are given: scraped text, a web page and ninjs of each.

    Real messages tell more: name an archive of your own.
    """
    writer = Copywriter()
    messages: list[RawMessage] = []
    for number in range(_SAMPLES):
        body = writer.paragraphs(number, 360)
        headline = " ".join(body[0].split()[:9])
        markup = "\n".join(f"<p>{paragraph}</p>" for paragraph in body)
        page = (
            '<!DOCTYPE html>\n<html lang="fr"><head><meta charset="utf-8">'
            f"<title>{headline}</title></head>\n<body><article><h1>{headline}</h1>\n{markup}\n</article></body></html>\n"
        )
        ninjs = {
            "uri": f"urn:newsml:bench.example:20260302:TX-{number:04d}",
            "type": "text",
            "version": "1",
            "versioncreated": f"2026-03-02T06:{number % 60:02d}:00Z",
            "pubstatus": "usable",
            "urgency": 4,
            "language": "fr",
            "headline": headline,
            "body_html": markup,
        }
        messages += [
            writer.scraped(number),
            RawMessage(body=page.encode(), position=f"bench:html:{number}"),
            RawMessage(body=orjson.dumps(ninjs), position=f"bench:ninjs:{number}"),
        ]
    return messages
