"""Reading the clean topics from a program: live, from a time on, or from where one stopped.

It must not write to any topic, and never joins the worker's own groups.
"""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, Literal, TypedDict, TypeVar, Unpack, cast, overload

from schemas.codec import SchemaError, decode
from schemas.event import EventKind, WireEvent
from schemas.item import Item
from schemas.topics import CATALOGUE, TopicName
from streams.client.cursor import Cursor
from streams.client.own_loop import OwnLoop
from streams.client.resends import Fold, fold_for
from streams.client.selection import Selection, words
from streams.errors import ConfigError, CorruptionError
from streams.ingest.dates import parse_moment
from streams.log import open_log
from streams.log.base import Record, TopicLog
from streams.log.headers import KIND, RECEIVED_AT, DeskSeq, header_text, read_instant
from streams.settings import Settings, load_settings

__all__ = ["Delivery", "Subscription"]

ValueT = TypeVar("ValueT")
Words = str | Collection[str] | None
Moment = str | datetime | None

# Records read again, unseen, before a resumed position, so that re-sends of what was already
# handed on are known for what they are: a desk repeats at most one batch, of 200.
_RESEND_WINDOW = 200
_ENTITY_TOPIC = TopicName.ENRICHED


class _Options(TypedDict, total=False):
    broker: str | None
    prefix: str | None
    settings: Settings | None
    since: Moment
    until: Moment
    last: int | None
    max: int | None
    provider: Words
    language: Words
    kind: Words
    entity: Words
    snapshot: bool
    cursor: str | None
    group: str | None
    restricted: bool


@dataclass(frozen=True, slots=True)
class Delivery(Generic[ValueT]):
    """A value with the record that carried it; ``kind`` is what the desk called it."""

    value: ValueT
    record: Record
    kind: EventKind | None


class Subscription(Generic[ValueT]):
    """Items (topics "items", "enriched") or events ("events"), by ``async for`` or plain ``for``.

    Without ``since``, ``last``, ``snapshot``, ``cursor`` or ``group`` it begins with what comes
    next; without ``until`` or ``max`` it goes on for ever. Each version arrives once: what the
    log holds twice is folded. Order holds within a key, not across keys. Restricted topics give
    log records as they are, and only if asked for with ``restricted=True``.

    Attributes:
        broker: ``kafka://host:port`` or ``sqlite:///path``; from the settings when not given.
        since: original time to begin at: "2h", "3d", a date, or a datetime.
        until: original time to end at; one that is past ends at what the log holds now.
        last: begin with the last so many, then go on live.
        max: end after so many.
        snapshot: first the current item of every key, then live, without a gap.
        cursor: begin right after the record that gave this ``cursor``.
        group: a name under which the position is kept in the log, committed after each batch;
            it goes on from there, and the other options say where to begin the first time.
    """

    @overload
    def __init__(
        self: Subscription[Item],
        topic: Literal["items", "enriched"] = "items",
        **options: Unpack[_Options],
    ) -> None: ...

    @overload
    def __init__(
        self: Subscription[WireEvent], topic: Literal["events"], **options: Unpack[_Options]
    ) -> None: ...

    @overload
    def __init__(self: Subscription[Record], topic: str, **options: Unpack[_Options]) -> None: ...

    def __init__(
        self,
        topic: str = "items",
        *,
        broker: str | None = None,
        prefix: str | None = None,
        settings: Settings | None = None,
        since: Moment = None,
        until: Moment = None,
        last: int | None = None,
        max: int | None = None,  # noqa: A002  (the word every command uses)
        provider: Words = None,
        language: Words = None,
        kind: Words = None,
        entity: Words = None,
        snapshot: bool = False,
        cursor: str | None = None,
        group: str | None = None,
        restricted: bool = False,
    ) -> None:
        """Describe what to read; nothing is opened before the first value is asked for.

        Raises:
            ConfigError: options contradict each other, or a value is unknown.
        """
        self._settings = (
            settings or load_settings(flags={"broker": broker, "prefix": prefix}).settings
        )
        self._topic = _topic_of(topic, restricted=restricted)
        self._name = self._settings.topic_name(self._topic)
        now = datetime.now(UTC)
        self._selection = Selection(
            providers=words(provider),
            languages=frozenset(word.lower() for word in words(language)),
            kinds=Selection.kinds_of(kind),
            entities=words(entity),
            since=_moment(since, now),
            until=_moment(until, now),
        )
        self._last = last
        self._max = max
        self._snapshot = snapshot
        self._group = group
        self._begin = Cursor.read(cursor, self._name) if cursor else None
        self._offsets: dict[int, int] = {}
        self._in_snapshot = snapshot
        self._check()

    def _check(self) -> None:
        begins = [
            name
            for name, given in (
                ("since", self._selection.since is not None),
                ("last", self._last is not None),
                ("snapshot", self._snapshot),
                ("cursor", self._begin is not None),
            )
            if given
        ]
        if len(begins) > 1:
            raise ConfigError(f"{' and '.join(begins)} each say where to begin: give one")
        if self._group and self._begin:
            raise ConfigError("group and cursor each keep a position: give one")
        if self._snapshot and not CATALOGUE[self._topic].compacted:
            raise ConfigError(f"{self._topic} has no current state: snapshot items or enriched")
        if self._selection.entities and self._topic is not _ENTITY_TOPIC:
            raise ConfigError(f"{self._topic} names no entities: read {_ENTITY_TOPIC} for them")
        if self._group and self._group.startswith(f"{self._settings.prefix}wireroom-"):
            raise ConfigError(f"group {self._group!r} is the worker's own: choose another name")
        if (self._max is not None and self._max < 0) or (self._last is not None and self._last < 0):
            raise ConfigError("max and last count from 0")

    @property
    def cursor(self) -> str | None:
        """Where to go on after the value last handed out; None before the first."""
        if not self._offsets:
            return None
        return Cursor(self._name, {} if self._in_snapshot else self._offsets).write()

    async def __aiter__(self) -> AsyncIterator[ValueT]:
        async for delivery in self.deliveries():
            yield delivery.value

    def __iter__(self) -> Iterator[ValueT]:
        for delivery in OwnLoop(self.deliveries()):
            yield delivery.value

    async def deliveries(self) -> AsyncGenerator[Delivery[ValueT], None]:
        """The values, each with the record that carried it."""
        if self._max == 0:
            return
        handed = 0
        security = self._settings.kafka_security()
        async with open_log(self._settings.broker, security) as log:
            async for batch in self._batches(log):
                for record in batch:
                    self._offsets[record.partition] = record.offset + 1
                    delivery = self._delivery(record)
                    if delivery is None:
                        continue
                    yield delivery
                    handed += 1
                    if handed == self._max:
                        await self._commit(log)
                        return
                if batch:
                    await self._commit(log)

    async def _batches(self, log: TopicLog) -> AsyncIterator[list[Record]]:
        """Folded records in order, from where it begins to where it ends."""
        fold = fold_for(self._topic)
        begin = await log.begin_offsets(self._name)
        end = await log.end_offsets(self._name)
        until = self._selection.until
        bounded = until is not None and until <= datetime.now(UTC)

        start = await self._resumed(log, begin, end)
        if start is not None:
            await self._prime(log, fold, begin, start)
        elif self._snapshot or self._begin is not None:
            self._offsets, self._in_snapshot = dict(begin), True
            async for batch in self._current(log, fold, begin, end):
                yield batch
            start, self._in_snapshot = end, False
        elif self._last is not None:
            chosen = await self._latest(log, fold, begin, end)
            self._offsets = {**end, **_first_offsets(chosen)}
            yield chosen
            start = end
        else:
            start = begin if self._selection.since is not None else end
        self._offsets = dict(start)

        if bounded and all(start[p] >= stop for p, stop in end.items()):
            return
        async for batch in log.read(self._name, start, end if bounded else None):
            yield [record for record in batch if fold.accept(record)]
            if until is not None and not bounded and datetime.now(UTC) > until:
                return

    async def _resumed(
        self, log: TopicLog, begin: dict[int, int], end: dict[int, int]
    ) -> dict[int, int] | None:
        """The position of the cursor, or of the group if it has one."""
        if self._begin is not None:
            return None if self._begin.in_snapshot else self._begin.start(begin, end)
        if self._group is not None:
            committed = await log.committed(self._group, self._name)
            if committed:
                return Cursor(self._name, committed).start(begin, end)
        return None

    async def _prime(
        self, log: TopicLog, fold: Fold, begin: dict[int, int], start: dict[int, int]
    ) -> None:
        """Show the fold what came just before a resumed position."""
        before = {p: max(begin[p], at - _RESEND_WINDOW) for p, at in start.items()}
        if before != start:
            async for batch in log.read(self._name, before, start):
                for record in batch:
                    fold.accept(record)

    async def _current(
        self, log: TopicLog, fold: Fold, begin: dict[int, int], end: dict[int, int]
    ) -> AsyncIterator[list[Record]]:
        """The latest record of each key below ``end``.

        Read twice, so that only places are remembered, not values. A record compacted away in
        between was replaced by one at or after ``end``, which the live part hands on.
        """
        if begin == end:
            return
        latest: dict[bytes | None, tuple[int, int]] = {}
        async for batch in log.read(self._name, begin, end):
            for record in batch:
                if not fold.accept(record):
                    continue
                if record.value is None:
                    latest.pop(record.key, None)
                else:
                    latest[record.key] = (record.partition, record.offset)
        places = set(latest.values())
        async for batch in log.read(self._name, begin, end):
            yield [r for r in batch if (r.partition, r.offset) in places]

    async def _latest(
        self, log: TopicLog, fold: Fold, begin: dict[int, int], end: dict[int, int]
    ) -> list[Record]:
        """The last records asked for, in order of arrival."""
        wanted = self._last or 0
        window = max(wanted, 1)
        while wanted:
            start = {p: max(begin.get(p, 0), stop - window) for p, stop in end.items()}
            tail: deque[Record] = deque()
            trial = fold_for(self._topic)
            first: dict[int, datetime] = {}
            async for batch in log.read(self._name, start, end):
                for record in batch:
                    first.setdefault(record.partition, record.appended_at)
                    if trial.accept(record) and self._delivery(record) is not None:
                        tail.append(record)
            chosen = sorted(tail, key=_arrival)[-wanted:]
            whole = start == {p: begin.get(p, 0) for p in end}
            # A partition read only in part must reach further back than all that was chosen.
            reaches = (
                all(first[p] <= chosen[0].appended_at for p in first if start[p] > begin.get(p, 0))
                if chosen
                else False
            )
            if whole or (len(chosen) == wanted and reaches):
                for record in chosen:
                    fold.accept(record)
                return chosen
            window *= 8
        return []

    def _delivery(self, record: Record) -> Delivery[ValueT] | None:
        """The value of a record, or None if it is not asked for."""
        if record.value is None:
            return None
        original = read_instant(header_text(record, RECEIVED_AT)) or record.appended_at
        kind: EventKind | None = None
        value: Item | WireEvent | Record
        if self._topic is TopicName.EVENTS:
            value = event = _decoded(WireEvent, record)
            at = event.item.received_at if event.item else None
            kind, taken = event.kind, self._selection.takes_event(event, at or original)
        elif self._topic in {TopicName.ITEMS, TopicName.ENRICHED}:
            value = item = _decoded(Item, record)
            kind = _kind(record)
            taken = self._selection.takes(
                item, provider=item.provider, kind=kind, at=item.received_at or original
            )
        else:
            value = record
            provider = header_text(record, "provider")
            taken = self._selection.takes(None, provider=provider, kind=None, at=original)
        return Delivery(cast("ValueT", value), record, kind) if taken else None

    async def _commit(self, log: TopicLog) -> None:
        if self._group is not None and not self._in_snapshot:
            await log.commit(self._group, self._name, self._offsets)


def _topic_of(name: str, *, restricted: bool) -> TopicName:
    public = [topic.name.value for topic in CATALOGUE.values() if not topic.restricted]
    if name not in CATALOGUE:
        raise ConfigError(f"no topic {name!r}: topics are {', '.join(public)}")
    topic = TopicName(name)
    if CATALOGUE[topic].restricted and not restricted:
        raise ConfigError(f"topic {name!r} is restricted: clients read {', '.join(public)}")
    return topic


def _moment(value: Moment, now: datetime) -> datetime | None:
    if value is None or isinstance(value, str):
        return parse_moment(value, now) if value else None
    if value.tzinfo is None:
        raise ConfigError(f"{value} has no time zone")
    return value


def _decoded(model: type[Any], record: Record) -> Any:  # noqa: ANN401
    try:
        return decode(model, record.value or b"")
    except SchemaError as error:
        place = f"{record.topic}[{record.partition}]@{record.offset}"
        raise CorruptionError(f"{place} is not what this topic holds: {error}") from None


def _kind(record: Record) -> EventKind | None:
    with suppress(ValueError):
        return EventKind(header_text(record, KIND) or "")
    return None


def _arrival(record: Record) -> tuple[datetime, DeskSeq, int, int]:
    """Order of arrival across partitions; the desk's own order within a millisecond."""
    seq = DeskSeq.of(record) or DeskSeq(0, 0)
    return record.appended_at, seq, record.partition, record.offset


def _first_offsets(records: list[Record]) -> dict[int, int]:
    first: dict[int, int] = {}
    for record in records:
        first.setdefault(record.partition, record.offset)
    return first
