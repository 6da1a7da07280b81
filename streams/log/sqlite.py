"""The asynchronous topic log over one SQLite file.

Every blocking call runs in a thread of its own, never in the event loop. It must not hold a
transaction while it waits.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Literal, Self, TypeVar

from schemas.topics import Topic
from streams.errors import TransportError
from streams.log.base import NewRecord, Offsets, Record
from streams.log.limits import DEFAULT_MAX_BODY_BYTES, first_offsets
from streams.log.sqlite_store import Batch, SqliteStore

__all__ = ["Batch", "SqliteLog", "SqliteStore"]

_T = TypeVar("_T")

# The longest wait between two batches of a follower, empty ones included.
_IDLE_S = 0.5


class _Worker:
    """A store and the one thread that uses it."""

    def __init__(self, store: SqliteStore, name: str) -> None:
        self.store = store
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)

    async def call(self, work: Callable[[], _T]) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def close(self) -> None:
        """Wait for the call in hand, then close the store."""
        self._thread.shutdown(wait=True)
        self.store.close()


class SqliteLog:
    """A ``TopicLog`` on one SQLite file."""

    def __init__(
        self,
        path: str | Path,
        *,
        durable: bool = True,
        max_body_bytes: int = DEFAULT_MAX_BODY_BYTES,
    ) -> None:
        """Name the file; see ``SqliteStore`` for what the arguments mean."""
        self._path = path
        self._durable = durable
        self._max_body_bytes = max_body_bytes
        self._writer: _Worker | None = None
        self._readers: set[_Worker] = set()
        self._closed = threading.Event()

    def _new_store(self) -> SqliteStore:
        return SqliteStore(self._path, durable=self._durable, max_body_bytes=self._max_body_bytes)

    async def __aenter__(self) -> Self:
        self._closed.clear()
        self._writer = _Worker(self._new_store(), "sqlite-writer")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closed.set()
        workers = [*self._readers, *([self._writer] if self._writer else [])]
        self._readers.clear()
        self._writer = None
        for worker in workers:
            await asyncio.to_thread(worker.close)

    async def append(self, records: Sequence[NewRecord]) -> list[tuple[int, int]]:
        """Append all of the records in one transaction, or none of them."""
        return await self._call(lambda store: store.append(records))

    async def begin_offsets(self, topic: str) -> dict[int, int]:
        """The first offset still kept, of each partition."""
        return await self._call(lambda store: store.begin_offsets(topic))

    async def end_offsets(self, topic: str) -> dict[int, int]:
        """The offset the next record will get, of each partition."""
        return await self._call(lambda store: store.end_offsets(topic))

    async def committed(self, group: str, topic: str) -> dict[int, int]:
        """The next offset to read as the group committed it; partitions without are absent."""
        return await self._call(lambda store: store.committed(group, topic))

    async def commit(self, group: str, topic: str, offsets: Offsets) -> None:
        """Commit the next offsets to read."""
        await self._call(lambda store: store.commit(group, topic, offsets))

    async def topics(self) -> dict[str, int]:
        """Names and partition counts of the topics that exist."""
        return await self._call(lambda store: store.topics())

    async def create_topics(self, topics: Sequence[Topic], *, prefix: str) -> list[str]:
        """Create those that do not exist, and the file; answers the full names created."""
        return await self._call(lambda store: store.create_topics(topics, prefix=prefix))

    async def read(
        self,
        topic: str,
        start: Offsets | Literal["earliest", "latest"] = "earliest",
        stop: Offsets | None = None,
    ) -> AsyncIterator[list[Record]]:
        """Batches of records in the order in which they were appended; see ``TopicLog.read``."""
        self._opened()
        reader = _Worker(self._new_store(), "sqlite-reader")
        self._readers.add(reader)
        try:
            offsets = await reader.call(lambda: _first_offsets(reader.store, topic, start, stop))
            while not self._closed.is_set() and not _reached(offsets, stop):
                batch = await reader.call(partial(reader.store.read, topic, offsets, stop=stop))
                offsets = batch.next_offsets
                if batch.records:
                    yield batch.records
                elif not _reached(offsets, stop):
                    changed = await reader.call(
                        lambda: reader.store.wait_for_change(_IDLE_S, self._closed)
                    )
                    if not changed and not self._closed.is_set():
                        yield []
        except RuntimeError:
            # The log was closed, and the reader's thread with it, between two calls.
            if not self._closed.is_set():
                raise
        finally:
            self._readers.discard(reader)
            await asyncio.to_thread(reader.close)

    async def _call(self, work: Callable[[SqliteStore], _T]) -> _T:
        worker = self._opened()
        return await worker.call(lambda: work(worker.store))

    def _opened(self) -> _Worker:
        if self._writer is None:
            raise TransportError("the log is closed: use it inside `async with`")
        return self._writer


def _first_offsets(
    store: SqliteStore,
    topic: str,
    start: Offsets | Literal["earliest", "latest"],
    stop: Offsets | None,
) -> dict[int, int]:
    begin, end = store.begin_offsets(topic), store.end_offsets(topic)
    return first_offsets(begin, end, start, stop)


def _reached(offsets: Offsets, stop: Offsets | None) -> bool:
    return stop is not None and all(offsets[p] >= last for p, last in stop.items() if p in offsets)
