"""Retention and compaction of the embedded log, as Kafka's log cleaner does them.

It must not touch offsets of records it keeps.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from schemas.topics import DAY_MS, Topic
from streams.log.sqlite_file import OFFSET_BITS, OFFSET_MASK

# How long a tombstone stays, so that a reader who was away meets it (Kafka's default).
_TOMBSTONE_MS = DAY_MS

# Rows deleted in one transaction: a few milliseconds, so that writers hardly wait.
_CHUNK = 500


class _Store(Protocol):
    def transaction(self) -> AbstractContextManager[None]: ...


def compact(
    store: _Store,
    connection: sqlite3.Connection,
    topic: Topic,
    places: Sequence[int],
    now: datetime,
) -> int:
    """Drop what a topic no longer keeps; answers the number of records dropped.

    Args:
        store: gives the transactions.
        connection: the store's.
        topic: says what is kept.
        places: the ids of its partitions.
        now: retention counts back from here.
    """
    now_ms = int(now.timestamp() * 1000)
    dropped = 0
    for place in places:
        if topic.retention_ms is not None:
            dropped += _retain(store, connection, place, now_ms - topic.retention_ms)
        if topic.compacted:
            dropped += _keep_latest(store, connection, place, now_ms - _TOMBSTONE_MS)
    return dropped


def _retain(store: _Store, connection: sqlite3.Connection, place: int, before_ms: int) -> int:
    """Drop the head of a partition up to the first record that is young enough."""
    first, last = place << OFFSET_BITS, (place + 1) << OFFSET_BITS
    dropped = 0
    while True:
        with store.transaction():
            rows = connection.execute(
                "SELECT row, appended_ms FROM log WHERE row >= ? AND row < ? ORDER BY row LIMIT ?",
                (first, last, _CHUNK),
            ).fetchall()
            young = next((row for row, appended_ms in rows if appended_ms >= before_ms), None)
            if young is None and len(rows) < _CHUNK:
                # Nothing young is left: the next record begins the partition.
                begin = connection.execute(
                    "SELECT end_offset FROM partitions WHERE id = ?", (place,)
                ).fetchone()[0]
                bound = first + begin
            else:
                bound = young if young is not None else rows[-1][0] + 1
            cursor = connection.execute(
                "DELETE FROM log WHERE row >= ? AND row < ?", (first, bound)
            )
            if cursor.rowcount:
                connection.execute(
                    "UPDATE partitions SET begin_offset = ? WHERE id = ?",
                    (bound & OFFSET_MASK, place),
                )
            dropped += cursor.rowcount
        if young is not None or len(rows) < _CHUNK:
            return dropped


def _keep_latest(store: _Store, connection: sqlite3.Connection, place: int, before_ms: int) -> int:
    """Drop all but the latest record of each key, and tombstones that are old enough."""
    latest: dict[bytes, int] = {}
    tombstones: dict[bytes, int] = {}
    doomed: list[int] = []
    for row, appended_ms, key, is_tombstone in _scan(connection, place):
        former = latest.get(key)
        if former is not None:
            doomed.append(former)
        latest[key] = row
        tombstones.pop(key, None)
        if is_tombstone and appended_ms < before_ms:
            tombstones[key] = row
    doomed += tombstones.values()
    for at in range(0, len(doomed), _CHUNK):
        with store.transaction():
            connection.executemany(
                "DELETE FROM log WHERE row = ?", [(row,) for row in doomed[at : at + _CHUNK]]
            )
    return len(doomed)


def _scan(connection: sqlite3.Connection, place: int) -> Iterator[tuple[int, int, bytes, bool]]:
    row, last = (place << OFFSET_BITS) - 1, (place + 1) << OFFSET_BITS
    while True:
        rows = connection.execute(
            "SELECT row, appended_ms, key, value IS NULL FROM log WHERE row > ? AND row < ? "
            "ORDER BY row LIMIT 10000",
            (row, last),
        ).fetchall()
        if not rows:
            return
        yield from rows
        row = rows[-1][0]
