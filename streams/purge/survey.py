"""Where an item's text lies on a log, until when, and what else may have it.

It must not write anything.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

import orjson

from schemas.codec import SchemaError, decode
from schemas.dead_letter import DeadLetter
from schemas.event import WireEvent
from schemas.journal import JournalRecord, StateRecord
from schemas.topics import Topic, TopicName
from streams.log import Record, TopicLog
from streams.log.headers import header_bytes
from streams.log.outgoing import letter_of
from streams.purge.holding import HOLDING, NAMING, OF_ITEMS, Sources, holds

__all__ = ["Copies", "Survey", "survey"]

RecordT = TypeVar("RecordT", StateRecord, WireEvent, JournalRecord)


@dataclass(slots=True)
class Copies:
    """The records of one topic that hold the text.

    Attributes:
        topic: its full name.
        role: what it is in the catalogue.
        places: partition and offset of each, in order.
        youngest: when the log took the last one in.
        until: when retention lets that one go at the earliest; None: never by itself.
        current: partitions whose latest record of the key holds the text: not yet tombstones.
    """

    topic: str
    role: TopicName
    places: list[tuple[int, int]] = field(default_factory=list)
    youngest: datetime | None = None
    until: datetime | None = None
    current: list[int] = field(default_factory=list)

    def take(self, record: Record, retention_ms: int | None) -> None:
        """Count a record that holds it."""
        self.places.append((record.partition, record.offset))
        self.youngest = max(self.youngest or record.appended_at, record.appended_at)
        if retention_ms is not None:
            self.until = self.youngest + timedelta(milliseconds=retention_ms)


@dataclass(slots=True)
class Survey:
    """Where an item's text lies on a log, and what else may have it.

    Attributes:
        sources: the messages it was made of.
        copies: by topic, those with any; messages first, what names them last.
        state: the key's last word; None where the desk has none.
        related: other keys that may have the same text, each with why.
        in_takes: a take of it waits in the journal to be joined.
        spooled: files that dead letters name, with the whole message.
    """

    sources: Sources
    copies: list[Copies] = field(default_factory=list)
    state: StateRecord | None = None
    related: dict[str, str] = field(default_factory=dict)
    in_takes: bool = False
    spooled: set[str] = field(default_factory=set)

    @property
    def is_known(self) -> bool:
        """Whether the log has ever had the item."""
        return bool(self.copies or self.state)

    @property
    def is_held(self) -> bool:
        """Whether a desk at work has the text in memory, and publishes it when it is due."""
        return any(each.role is TopicName.HELD and each.current for each in self.copies)


async def survey(
    log: TopicLog,
    catalogue: Mapping[TopicName, Topic],
    prefix: str,
    key: str,
    show: Callable[[int], None] = lambda _looked_at: None,
) -> Survey:
    """Look through every topic of the catalogue that is there; every record is read.

    Args:
        log: open.
        catalogue: with the settings' retentions.
        prefix: of the topics' names.
        key: of the item.
        show: told now and then how many records were looked at.

    Raises:
        TransportError: the log cannot be read.
    """
    looker = _Looker(log, catalogue, prefix, key, show)
    await looker.learn(await log.topics())
    await looker.look()
    return looker.found


class _Looker:
    """Reads topics: first what names the messages and the story, then what holds the text."""

    def __init__(
        self,
        log: TopicLog,
        catalogue: Mapping[TopicName, Topic],
        prefix: str,
        key: str,
        show: Callable[[int], None],
    ) -> None:
        self.found = Survey(Sources(key))
        self._log, self._catalogue, self._prefix, self._show = log, catalogue, prefix, show
        self._key = header_bytes(key)
        self._existing: set[str] = set()
        self._looked_at = 0

    async def learn(self, existing: Iterable[str]) -> None:
        """Find the key's last word, and the messages it was made of."""
        self._existing = set(existing)
        async for record in self._records(TopicName.STATE):
            if record.key == self._key and record.value is not None:
                self.found.state = _read(StateRecord, record) or self.found.state
        for name in NAMING:
            async for record in self._records(name):
                self.found.sources.learn(name, record)

    async def look(self) -> None:
        """Find what holds the text, and other keys that may have the same."""
        relating = _Relating(self.found)
        async for record in self._records(TopicName.STATE):
            relating.take_state(record)
        for name in sorted(HOLDING, key=lambda name: (name in NAMING, name)):
            topic = self._catalogue[name]
            copies = Copies(topic.full_name(self._prefix), name)
            latest: set[int] = set()
            async for record in self._records(name):
                if name is TopicName.EVENTS:
                    relating.take_event(record)
                if holds(name, record, self.found.sources):
                    copies.take(record, topic.retention_ms)
                    latest.add(record.partition)
                    if name is TopicName.DESK:
                        relating.take_journal(record)
                    elif name is TopicName.DEAD:
                        self._take_spooled(letter_of(record))
                elif record.value is None and record.key == self._key:
                    latest.discard(record.partition)
            copies.current = sorted(latest) if name in OF_ITEMS else []
            if copies.places:
                self.found.copies.append(copies)
        self.found.related.pop(self.found.sources.key, None)

    def _take_spooled(self, letter: DeadLetter) -> None:
        # Whoever may write to the raw topic may name any file: ours are named by their content.
        path = letter.spool_path
        if path is not None and path.rpartition("/")[2] == letter.sha256:
            self.found.spooled.add(path)

    async def _records(self, name: TopicName) -> AsyncIterator[Record]:
        topic = self._catalogue[name].full_name(self._prefix)
        if topic not in self._existing:
            return
        begin, end = await self._log.begin_offsets(topic), await self._log.end_offsets(topic)
        if begin == end:
            return
        async for batch in self._log.read(topic, begin, end):
            self._looked_at += len(batch)
            self._show(self._looked_at)
            for record in batch:
                yield record


class _Relating:
    """Finds the other keys that may have the same text."""

    def __init__(self, found: Survey) -> None:
        self._found = found
        self._key = found.sources.key
        # As it stands in canonical JSON: most records are passed over without being read.
        self._needle = orjson.dumps(self._key)[1:-1]
        story = found.state.story_key if found.state else None
        self._story = story
        self._story_needle = orjson.dumps(story)[1:-1] if story else None

    def take_state(self, record: Record) -> None:
        value = record.value or b""
        if self._needle not in value and (
            self._story_needle is None or self._story_needle not in value
        ):
            return
        state = _read(StateRecord, record)
        if state is None or state.item_key == self._key:
            if state is not None and state.reprint_of:
                self._say(state.reprint_of, "reprint")
            return
        if state.reprint_of == self._key:
            self._say(state.item_key, "reprint")
        elif self._story is not None and state.story_key == self._story:
            self._say(state.item_key, "same story")

    def take_event(self, record: Record) -> None:
        if self._needle not in (record.value or b""):
            return
        event = _read(WireEvent, record)
        if event is None or event.item is None or event.of is None:
            return
        own, of = event.item.item_key, event.of.rpartition("@")[0]
        if own != self._key and of == self._key:
            self._say(own, str(event.kind))
        elif own == self._key and of != self._key and of:
            self._say(of, str(event.kind))

    def take_journal(self, record: Record) -> None:
        journal = _read(JournalRecord, record)
        for take in journal.takes if journal else ():
            if take.item is not None:
                self._found.in_takes = self._found.in_takes or take.item_key == self._key
                self._say(take.item_key, "take of one text")

    def _say(self, key: str, why: str) -> None:
        # A copy says more than that it is of the story.
        if self._found.related.get(key, "same story") == "same story":
            self._found.related[key] = why


def _read(model: type[RecordT], record: Record) -> RecordT | None:
    try:
        return decode(model, record.value or b"")
    except SchemaError:
        return None
