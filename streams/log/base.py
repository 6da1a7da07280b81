"""The topic log: the small interface that Kafka and SQLite both stand behind.

Client, command line, ingest and replay use only this. It must not know what records mean.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Literal, Protocol, Self

from schemas.topics import Topic

Headers = tuple[tuple[str, bytes], ...]
Offsets = Mapping[int, int]
"""Partition to the next offset to read."""


@dataclass(frozen=True, slots=True)
class NewRecord:
    """A record to append; without ``partition`` the key's murmur2 hash chooses it."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers = ()
    partition: int | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """A record as read."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers
    appended_at: datetime

    def header(self, name: str) -> bytes | None:
        """The last value of a header, or None."""
        for key, value in reversed(self.headers):
            if key == name:
                return value
        return None


def instant_of_ms(ms: float) -> datetime:
    """A record's time; one that no calendar holds (a producer's own clock) is the epoch."""
    try:
        return datetime.fromtimestamp(ms / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0, UTC)


class TopicLog(Protocol):
    """Topics of records, read by offset, with committed positions by group."""

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    async def append(self, records: Sequence[NewRecord]) -> list[tuple[int, int]]:
        """Append, and wait until every record is safe; answers (partition, offset) of each.

        Records are checked before the first is sent. On SQLite all of them are written or none;
        on Kafka a failure may leave some of them written. A compacted topic takes no record
        without a key.

        Raises:
            TransportError: the log cannot be reached, a topic is missing, a record is too large.
            ConfigError: a topic's name is not legal.
        """
        ...

    def read(
        self,
        topic: str,
        start: Offsets | Literal["earliest", "latest"] = "earliest",
        stop: Offsets | None = None,
    ) -> AsyncIterator[list[Record]]:
        """Batches of records, each partition in order, without a group and without committing.

        With ``stop``, only the partitions named there are read, and it ends when each has been
        read up to, not including, that offset; without, it follows the topic until the log is
        closed. Empty batches are yielded while there is nothing to read, at least every second,
        so that a caller can look at a clock.

        ``start`` may leave partitions out: they are read from the first record kept, and so is a
        partition whose offset is no longer, or not yet, there. "latest" means the end as it was
        when reading began.

        Raises:
            TransportError: the topic does not exist, or the log cannot be reached.
        """
        ...

    async def begin_offsets(self, topic: str) -> dict[int, int]:
        """The first offset still kept, of each partition."""
        ...

    async def end_offsets(self, topic: str) -> dict[int, int]:
        """The offset the next record will get, of each partition."""
        ...

    async def committed(self, group: str, topic: str) -> dict[int, int]:
        """The next offset to read as the group committed it; partitions without are absent."""
        ...

    async def commit(self, group: str, topic: str, offsets: Offsets) -> None:
        """Commit the next offsets to read."""
        ...

    async def topics(self) -> dict[str, int]:
        """Names and partition counts of the topics that exist."""
        ...

    async def create_topics(self, topics: Sequence[Topic], *, prefix: str) -> list[str]:
        """Create those that do not exist; answers the full names created."""
        ...
