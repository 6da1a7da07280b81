"""Reading the embedded log from where a group stands.

It must not commit or append.
"""

from __future__ import annotations

from collections.abc import Iterator

from streams.log import SqliteStore
from streams.log.base import Record


def next_offsets(store: SqliteStore, group: str, topic: str) -> dict[int, int]:
    """Where a group reads on, of every partition; from the beginning where it never committed."""
    return dict.fromkeys(range(store.topics()[topic]), 0) | store.committed(group, topic)


def every_batch(
    store: SqliteStore, topic: str, start: int = 0, *, with_headers: bool = True
) -> Iterator[list[Record]]:
    """All records of a topic in batches, as they were appended, from an offset on."""
    offsets = dict.fromkeys(range(store.topics()[topic]), start)
    while True:
        batch = store.read(topic, offsets, with_headers=with_headers)
        if not batch.records:
            return
        yield batch.records
        offsets = batch.next_offsets
