"""The embedded log: topics of records in one SQLite file, without a server.

It blocks; ``streams.log.sqlite.SqliteLog`` is the asynchronous log over it. It must not know what
records mean.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from schemas.topics import Topic, TopicName
from streams.errors import TransportError
from streams.log.base import NewRecord, Offsets, Record
from streams.log.limits import (
    DEFAULT_MAX_BODY_BYTES,
    check_records,
    check_topic_name,
    max_record_bytes,
    missing_topic,
)
from streams.log.partition import partition_of
from streams.log.sqlite_compaction import compact
from streams.log.sqlite_file import WriterLock, clear_errors, open_file
from streams.log.sqlite_rows import merged_rows, pack, record_of, row_id

_POLL_S = 0.02


@dataclass(frozen=True, slots=True)
class Batch:
    """Records in the order they were appended, and where reading goes on.

    Attributes:
        records: each partition in order; partitions are merged as they were appended.
        next_offsets: the next offset of every partition that was asked for; it may lie further
            than the last record where compaction left a hole.
    """

    records: list[Record]
    next_offsets: dict[int, int]


@dataclass(slots=True)
class _Topic:
    ids: list[int]
    compacted: bool


class SqliteStore:
    """Topics, records and committed offsets in one file; safe to share between threads."""

    def __init__(
        self,
        path: str | Path,
        *,
        durable: bool = True,
        max_body_bytes: int = DEFAULT_MAX_BODY_BYTES,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Name the file; it is opened at first use, and made by ``create_topics`` only.

        Args:
            path: on a local disk.
            durable: commits survive a loss of power; False is for temporary logs.
            max_body_bytes: the largest message body; records may be somewhat larger.
            clock: gives the append time of records.
        """
        self.path = Path(path).expanduser()
        self._durable = durable
        self._limit = max_record_bytes(max_body_bytes)
        self._clock = clock
        self._lock = threading.RLock()
        self._open: sqlite3.Connection | None = None
        self._topics: dict[str, _Topic] = {}
        self._roles: dict[str, WriterLock] = {}
        self._seen = (-1, -1)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file and give up every role; the store may be used again after."""
        with self._lock:
            if self._open is not None:
                self._open.close()
                self._open = None
            self._topics.clear()
            for lock in self._roles.values():
                lock.release()
            self._roles.clear()

    def acquire_writer(self, role: str) -> None:
        """Become the one process in a role ("runner") on this file, until ``close``.

        Other processes may still append: this guards the reading of inputs and the committing of
        offsets, which two runners would do twice.

        Raises:
            ConfigError: another process has the role.
        """
        with self._lock:
            if role not in self._roles:
                self._roles[role] = WriterLock(self.path, role)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Group what is appended and committed inside: all of it is written, or nothing.

        Other writers wait meanwhile, so compute before and write inside. Reading inside sees
        what was written inside. A transaction within another joins it.

        Raises:
            TransportError: the file is locked for too long, or the disk is full; nothing of the
                group was written.
        """
        with self._lock, clear_errors(self.path):
            connection = self._connection()
            if connection.in_transaction:
                yield
                return
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                connection.execute("COMMIT")
            except BaseException:
                _roll_back(connection)
                raise

    def append(self, records: Sequence[NewRecord]) -> list[tuple[int, int]]:
        """Append all of the records or none; answers (partition, offset) of each.

        Raises:
            TransportError: a topic is missing, a record is too large or has no key in a compacted
                topic, or the file cannot be written.
            ConfigError: a topic's name is not legal, or the partition does not exist.
        """
        check_records(records, self._limit)
        if not records:
            return []
        with self.transaction():
            connection = self._connection()
            now_ms = int(self._clock().timestamp() * 1000)
            (sequence,) = connection.execute("SELECT next FROM sequence").fetchone()
            ends: dict[int, int] = {}
            rows = []
            placed = []
            for number, record in enumerate(records, sequence):
                partition, place = self._place(record)
                if place not in ends:
                    ends[place] = self._bounds(place)[1]
                offset = ends[place]
                ends[place] = offset + 1
                placed.append((partition, offset))
                at, headers = row_id(place, offset), pack(record.headers)
                rows.append((at, number, now_ms, record.key, headers, record.value))
            connection.executemany("INSERT INTO log VALUES (?, ?, ?, ?, ?, ?)", rows)
            connection.executemany(
                "UPDATE partitions SET end_offset = ? WHERE id = ?",
                [(end, place) for place, end in ends.items()],
            )
            connection.execute("UPDATE sequence SET next = ?", (sequence + len(records),))
        return placed

    def _place(self, record: NewRecord) -> tuple[int, int]:
        topic = self._topic(record.topic)
        partition = record.partition
        if partition is None:
            partition = partition_of(record.key, len(topic.ids))
        if topic.compacted and record.key is None:
            raise TransportError(f"a record without a key cannot go to {record.topic}: compacted")
        return partition, self._place_of(record.topic, partition)

    def commit(self, group: str, topic: str, offsets: Offsets) -> None:
        """Commit the next offsets to read.

        Raises:
            TransportError: the topic or a partition is missing.
        """
        with self.transaction():
            for partition in offsets:
                self._place_of(topic, partition)
            self._connection().executemany(
                "INSERT OR REPLACE INTO offsets VALUES (?, ?, ?, ?)",
                [(group, topic, partition, offset) for partition, offset in offsets.items()],
            )

    def create_topics(self, topics: Sequence[Topic], *, prefix: str) -> list[str]:
        """Create those that do not exist; answers the full names created."""
        names = [topic.full_name(prefix) for topic in topics]
        for name in names:
            check_topic_name(name)
        created = []
        with self._lock:
            self._connection(create=True)
        with self.transaction():
            existing = self.topics()
            connection = self._connection()
            for name, topic in zip(names, topics, strict=True):
                if name in existing:
                    continue
                connection.execute(
                    "INSERT INTO topics VALUES (?, ?, ?)", (name, topic.partitions, topic.compacted)
                )
                connection.executemany(
                    "INSERT INTO partitions(topic, partition) VALUES (?, ?)",
                    [(name, partition) for partition in range(topic.partitions)],
                )
                created.append(name)
        return created

    def compact(
        self, catalogue: Mapping[TopicName, Topic], prefix: str, now: datetime
    ) -> dict[str, int]:
        """Drop what retention and compaction no longer keep; answers records dropped by topic.

        Work goes in short transactions, so that others may append between them; call it outside
        a transaction.
        """
        dropped = {}
        # A connection of its own: what another thread has not yet committed must not be counted
        # as a newer record of its key.
        with SqliteStore(self.path, durable=self._durable) as cleaner:
            existing = cleaner.topics()
            for topic in catalogue.values():
                name = topic.full_name(prefix)
                if name in existing:
                    places = cleaner._topic(name).ids
                    dropped[name] = compact(cleaner, cleaner._connection(), topic, places, now)
        return dropped

    def read(
        self,
        topic: str,
        offsets: Offsets,
        *,
        stop: Offsets | None = None,
        max_records: int = 500,
        max_bytes: int = 16 * 1024 * 1024,
        with_headers: bool = True,
    ) -> Batch:
        """The records from these offsets on, in the order in which they were appended.

        Args:
            topic: its full name.
            offsets: the partitions to read, and from where; what is no longer kept is skipped.
            stop: no record at or beyond these is read.
            max_records: the most in one batch.
            max_bytes: no further record is read beyond this size of keys and values.
            with_headers: without, records come with none, in half the time.

        Raises:
            TransportError: the topic or a partition is missing.
        """
        with self._snapshot() as connection:
            partitions = {self._place_of(topic, p): p for p in offsets}
            ranges = []
            for place, partition in partitions.items():
                begin, end = self._bounds(place)
                last = end if stop is None else min(end, stop.get(partition, end))
                ranges.append((place, max(offsets[partition], begin), last))
            records: list[Record] = []
            size = 0
            with closing(merged_rows(connection, ranges)) as rows:
                for row in rows:
                    if len(records) >= max_records or size >= max_bytes:
                        reached = {partitions[place]: first for place, first, _ in ranges}
                        reached.update({r.partition: r.offset + 1 for r in records})
                        return Batch(records, reached)
                    record = record_of(row, topic, partitions, with_headers=with_headers)
                    size += len(record.key or b"") + len(record.value or b"")
                    records.append(record)
            return Batch(records, {partitions[p]: max(first, last) for p, first, last in ranges})

    def begin_offsets(self, topic: str) -> dict[int, int]:
        """The first offset still kept, of each partition."""
        with self._snapshot():
            return {p: self._bounds(i)[0] for p, i in enumerate(self._topic(topic).ids)}

    def end_offsets(self, topic: str) -> dict[int, int]:
        """The offset the next record will get, of each partition."""
        with self._snapshot():
            return {p: self._bounds(i)[1] for p, i in enumerate(self._topic(topic).ids)}

    def committed(self, group: str, topic: str) -> dict[int, int]:
        """The next offset to read as the group committed it; partitions without are absent."""
        with self._snapshot() as connection:
            self._topic(topic)
            found = connection.execute(
                "SELECT partition, next_offset FROM offsets WHERE consumer_group = ? AND topic = ?",
                (group, topic),
            )
            return dict(found.fetchall())

    def topics(self) -> dict[str, int]:
        """Names and partition counts of the topics that exist; none when there is no file."""
        with self._lock:
            if self._open is None and not self.path.exists():
                return {}
        with self._snapshot() as connection:
            found = connection.execute("SELECT name, partitions FROM topics ORDER BY name")
            return dict(found.fetchall())

    def wait_for_change(self, timeout_s: float, stop: threading.Event | None = None) -> bool:
        """Wait until the file has changed since the last call; False when it did not in time.

        A change by anybody counts, this store included; it is noticed within about 20 ms.

        Args:
            timeout_s: the longest wait.
            stop: ends the wait early.
        """
        stop = stop or threading.Event()
        give_up = time.monotonic() + timeout_s
        while True:
            version = self._version()
            if version != self._seen:
                self._seen = version
                return True
            left = give_up - time.monotonic()
            if left <= 0 or stop.wait(min(_POLL_S, left)):
                return False

    def _version(self) -> tuple[int, int]:
        with self._lock, clear_errors(self.path):
            connection = self._connection()
            (others,) = connection.execute("PRAGMA data_version").fetchone()
            return others, connection.total_changes

    @contextmanager
    def _snapshot(self) -> Iterator[sqlite3.Connection]:
        with self._lock, clear_errors(self.path):
            connection = self._connection()
            if connection.in_transaction:
                yield connection
                return
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                connection.execute("ROLLBACK")

    def _connection(self, *, create: bool = False) -> sqlite3.Connection:
        if self._open is None:
            self._open = open_file(self.path, create=create, durable=self._durable)
        if self._open is None:
            raise TransportError(f"there is no log at {self.path}: run `wireroom topics apply`")
        return self._open

    def _topic(self, name: str) -> _Topic:
        known = self._topics.get(name)
        if known is None:
            connection = self._connection()
            rows = connection.execute(
                "SELECT p.id, t.compacted FROM topics t JOIN partitions p ON p.topic = t.name "
                "WHERE t.name = ? ORDER BY p.partition",
                (name,),
            ).fetchall()
            if not rows:
                check_topic_name(name)
                raise missing_topic(name, str(self.path))
            known = _Topic([row[0] for row in rows], bool(rows[0][1]))
            self._topics[name] = known
        return known

    def _place_of(self, topic: str, partition: int) -> int:
        ids = self._topic(topic).ids
        if not 0 <= partition < len(ids):
            raise TransportError(f"topic {topic} has partitions 0 to {len(ids) - 1}: {partition}?")
        return ids[partition]

    def _bounds(self, place: int) -> tuple[int, int]:
        begin, end = (
            self._connection()
            .execute("SELECT begin_offset, end_offset FROM partitions WHERE id = ?", (place,))
            .fetchone()
        )
        return begin, end


def _roll_back(connection: sqlite3.Connection) -> None:
    # On a full disk SQLite has already rolled back by itself.
    if connection.in_transaction:
        connection.execute("ROLLBACK")
