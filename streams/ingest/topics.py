"""A topic of a log as a source of messages: a range of its offsets, merged by time.

It must not commit anything, nor be a member of any group.
"""

from __future__ import annotations

import hashlib
import re
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar, cast

from schemas.raw import RawMessage
from streams.errors import ArchiveError, ConfigError
from streams.ingest.time_order import TimeOrder

if TYPE_CHECKING:
    from streams.log import Record, TopicLog

__all__ = ["OffsetRanges", "SourceTopic", "TopicLogs", "find_topic", "is_topic", "parse_offsets"]

T = TypeVar("T")
_SCHEMES = ("kafka://", "sqlite:///")
_NUMBER = re.compile(r"(?:([0-9]{1,9}):)?([0-9]{1,18})")
# Messages handed from the log's thread to the reader's at once.
_BATCH = 500
# A partition is a reader of its own, so that one that is ahead fills no memory.
_MOST_PARTITIONS = 200
# Of our outputs, the header that names what their values are; no message has it.
_OUTPUT = re.compile(rb"(?:item|event|journal|state|held|kb|cleaned|dropped|failed|tick)/\d+")

OffsetRanges = Mapping[int, tuple[int, int]]
"""Partition to the first offset, and the offset to stop before."""

Damaged = Callable[[str, str, str], None]


def _open_log(url: str) -> TopicLog:
    from streams.log import open_log  # noqa: PLC0415  (start quickly)

    return open_log(url)


@dataclass(frozen=True, slots=True)
class TopicLogs:
    """How topics are found and opened.

    Attributes:
        open: the log at a URL, with the security it needs.
        full_name: a topic's full name, of ``raw`` as well.
        first: by partition the first offset to read; None stands for every partition.
        last: by partition the last one.
        known: ranges of sources by name, found before: they are read again just so.
    """

    open: Callable[[str], TopicLog] = _open_log
    full_name: Callable[[str], str] = str
    first: Mapping[int | None, int] | None = None
    last: Mapping[int | None, int] | None = None
    known: Mapping[str, OffsetRanges] | None = None


def is_topic(path: str) -> bool:
    """Whether a source is a topic, ``URL#TOPIC``, and no file."""
    return path.startswith(_SCHEMES)


def parse_offsets(text: str) -> dict[int | None, int]:
    """The offsets in "120", which is of every partition, or in "0:120,3:88".

    Raises:
        ConfigError: it is neither.
    """
    found: dict[int | None, int] = {}
    for part in text.split(","):
        match = _NUMBER.fullmatch(part.strip())
        partition = int(match[1]) if match and match[1] else None
        if match is None or partition in found or (partition is None and "," in text):
            raise ConfigError(f"offsets {text!r}: write 120, or 0:120,3:88 by partition")
        found[partition] = int(match[2])
    return found


@dataclass(frozen=True, slots=True)
class SourceTopic:
    """One topic to read, from and to fixed offsets.

    Attributes:
        url: of its log.
        topic: its full name.
    """

    url: str
    topic: str
    ranges: OffsetRanges
    logs: TopicLogs

    @property
    def name(self) -> str:
        """As it is given on a command line."""
        return f"{self.url}#{self.topic}"

    @property
    def offsets(self) -> int:
        """How many there are to read."""
        return sum(stop - start for start, stop in self.ranges.values())

    def line(self) -> str:
        """Where each partition is read, for a person."""
        told = [f"[{p}] {start} to {stop - 1}" for p, (start, stop) in self.ranges.items()
                if start < stop]  # fmt: skip
        more = f", and {len(told) - 12} more partitions" if len(told) > 12 else ""
        return f"{self.topic}: offsets {', '.join(told[:12]) or '(none)'}{more}"

    def messages(self, damaged: Damaged) -> Iterator[RawMessage]:
        """The messages, partitions merged by time; ``damaged`` is told of what is gone.

        Raises:
            TransportError: the log cannot be read.
            ArchiveError: it holds no messages, but what was made of messages.
        """
        for batch in _from_own_loop(self._batches(damaged)):
            yield from batch

    def digest(self) -> str:
        """A hash of the first and the last record of every range: another log has others.

        Raises:
            ConfigError: the log no longer has the first of them.
            TransportError: the log cannot be read.
        """
        return _only(self._ends())

    async def _ends(self) -> AsyncGenerator[str, None]:
        filled = {p: both for p, both in self.ranges.items() if both[0] < both[1]}
        digest = hashlib.sha256(repr((self.name, sorted(self.ranges.items()))).encode())
        async with self.logs.open(self.url) as log:
            begin = await log.begin_offsets(self.topic) if filled else {}
            for partition, (start, _) in filled.items():
                _check_floor(self.topic, partition, start, begin.get(partition, 0))
            for starts in (
                {p: start for p, (start, _) in filled.items()},
                {p: stop - 1 for p, (_, stop) in filled.items()},
            ):
                for record in await _read(log, self.topic, starts):
                    whole = (record.partition, record.offset, record.key, record.value)
                    digest.update(repr((whole, record.headers, record.appended_at)).encode())
        yield digest.hexdigest()

    async def _batches(self, damaged: Damaged) -> AsyncGenerator[list[RawMessage], None]:
        async with self.logs.open(self.url) as log:
            readers = [
                _Partition(log, self.topic, partition, both, damaged)
                for partition, both in self.ranges.items()
                if both[0] < both[1]
            ]
            try:
                async with aclosing(_merged(readers)) as messages:
                    batch: list[RawMessage] = []
                    async for message in messages:
                        batch.append(message)
                        if len(batch) >= _BATCH:
                            yield batch
                            batch = []
                    yield batch
            finally:
                for reader in readers:
                    await reader.close()


async def _read(log: TopicLog, topic: str, starts: Mapping[int, int]) -> list[Record]:
    """The record at each of these offsets, where there is one."""
    if not starts:
        return []
    stops = {partition: at + 1 for partition, at in starts.items()}
    found = [record async for batch in log.read(topic, starts, stops) for record in batch]
    return sorted(found, key=lambda one: (one.partition, one.offset))


async def _merged(readers: Sequence[_Partition]) -> AsyncGenerator[RawMessage, None]:
    order = TimeOrder()
    heads: dict[int, RawMessage] = {}
    for number, reader in enumerate(readers):
        first = await reader.next()
        if first is not None:
            heads[number] = first
            order.put(number, first.received_at)
    while order:
        at, number = order.take()
        yield heads.pop(number)
        message = await readers[number].next()
        if message is not None:
            heads[number] = message
            order.put(number, message.received_at, after=at)


class _Partition:
    """The messages of one partition, one after the other."""

    def __init__(
        self,
        log: TopicLog,
        topic: str,
        partition: int,
        both: tuple[int, int],
        damaged: Damaged,
    ) -> None:
        self._log, self._topic, self._partition, self._damaged = log, topic, partition, damaged
        self._at, self._stop = both
        self._records: deque[Record] = deque()
        batches = log.read(topic, {partition: both[0]}, {partition: both[1]})
        self._batches = cast("AsyncGenerator[list[Record], None]", batches)

    async def next(self) -> RawMessage | None:
        """The next message; None at the end of the range."""
        from streams.log.headers import SCHEMA, raw_of  # noqa: PLC0415  (start quickly)

        while not self._records:
            batch = await anext(self._batches, None)
            if batch is None:
                await self._tell_gone(self._stop)
                return None
            self._records.extend(batch)
        record = self._records.popleft()
        await self._tell_gone(record.offset)
        self._at = record.offset + 1
        schema = record.header(SCHEMA)
        if schema is not None and _OUTPUT.fullmatch(schema):
            raise ArchiveError(
                f"{self._topic} holds {schema.decode()}, which was made of messages: "
                "name the raw topic they are on"
            )
        return raw_of(record)

    async def _tell_gone(self, stop: int) -> None:
        """Offsets may be missing by compaction; those below the log's first one are gone."""
        if self._at >= stop:
            return
        floor = (await self._log.begin_offsets(self._topic))[self._partition]
        gone = min(floor, stop) - self._at
        if gone > 0:
            self._damaged(
                f"{self._topic}[{self._partition}]@{self._at}",
                "records-gone",
                f"{gone:,} offsets; the log begins at {floor} by now",
            )

    async def close(self) -> None:
        """Stop reading."""
        await self._batches.aclose()


def find_topic(path: str, logs: TopicLogs) -> SourceTopic:
    """The topic that ``URL#TOPIC`` names, up to where it ends now.

    Raises:
        ConfigError: no topic is named, or offsets are asked for that are not there.
        TransportError: the log cannot be read, or has no such topic.
    """
    url, _, topic = path.partition("#")
    if not topic or topic.endswith("."):
        raise ConfigError(f"{path}: name the topic to read, as in {url}#wire.raw")
    topic = logs.full_name(topic)
    known = (logs.known or {}).get(f"{url}#{topic}")
    if known is not None:
        return SourceTopic(url, topic, known, logs)
    return SourceTopic(url, topic, _only(_found(url, topic, logs)), logs)


async def _found(url: str, topic: str, logs: TopicLogs) -> AsyncGenerator[OffsetRanges, None]:
    async with logs.open(url) as log:
        begin, end = await log.begin_offsets(topic), await log.end_offsets(topic)
    yield _ranges(topic, begin, end, logs)


def _ranges(
    topic: str, begin: Mapping[int, int], end: Mapping[int, int], logs: TopicLogs
) -> OffsetRanges:
    first, last = logs.first or {}, logs.last or {}
    named = {partition for partition in (*first, *last) if partition is not None}
    if not named <= begin.keys():
        raise ConfigError(f"{topic} has partitions 0 to {len(begin) - 1}, no {max(named)}")
    chosen = sorted(named or begin)
    if len(chosen) > _MOST_PARTITIONS:
        raise ArchiveError(
            f"{topic} has {len(chosen)} partitions, {_MOST_PARTITIONS} can be merged: "
            "name some with --from-offset PARTITION:OFFSET"
        )
    ranges: dict[int, tuple[int, int]] = {}
    for partition in chosen:
        asked = first.get(partition, first.get(None))
        if asked is not None:
            _check_floor(topic, partition, asked, begin[partition])
        start = begin[partition] if asked is None else asked
        stop = end[partition]
        final = last.get(partition, last.get(None))
        if final is not None:
            stop = min(stop, final + 1)
        ranges[partition] = start, max(start, stop)
    return ranges


def _check_floor(topic: str, partition: int, start: int, floor: int) -> None:
    if start < floor:
        raise ConfigError(
            f"{topic}[{partition}] begins at offset {floor} by now: {start} to {floor - 1} are "
            f"gone, its retention is over; begin with --from-offset {partition}:{floor}"
        )


def _from_own_loop(values: AsyncGenerator[T, None]) -> Iterator[T]:
    from streams.client.own_loop import OwnLoop  # noqa: PLC0415  (start quickly)

    return iter(OwnLoop(values))


def _only(values: AsyncGenerator[T, None]) -> T:
    (value,) = _from_own_loop(values)
    return value
