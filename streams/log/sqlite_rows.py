"""A record as a row of the embedded log's file, and back.

It must not decide which rows are read.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Generator, Iterable
from datetime import UTC, datetime
from heapq import merge
from operator import itemgetter
from struct import Struct

from streams.log.base import Headers, Record
from streams.log.sqlite_file import OFFSET_BITS, OFFSET_MASK

Row = tuple[int, int, int, bytes | None, bytes | None, bytes | None]
"""As in the table: row id, sequence, append time, key, headers, value."""

_HEADER = Struct("<HI")  # lengths of the name and of the value


def row_id(place: int, offset: int) -> int:
    """The row id of an offset in the partition with this id."""
    return place << OFFSET_BITS | offset


def merged_rows(
    connection: sqlite3.Connection, ranges: Iterable[tuple[int, int, int]]
) -> Generator[Row, None, None]:
    """Rows of some partitions in the order in which they were appended, read as they are taken.

    Args:
        connection: in a transaction, so that all partitions are seen at one moment.
        ranges: id of the partition, first offset, offset to stop before.
    """
    cursors: list[sqlite3.Cursor] = [
        connection.execute(
            "SELECT row, sequence, appended_ms, key, headers, value FROM log "
            "WHERE row >= ? AND row < ? ORDER BY row",
            (row_id(place, first), row_id(place, last)),
        )
        for place, first, last in ranges
        if first < last
    ]
    try:
        yield from cursors[0] if len(cursors) == 1 else merge(*cursors, key=itemgetter(1))
    finally:
        for cursor in cursors:
            cursor.close()


def record_of(
    row: Row, topic: str, partitions: dict[int, int], *, with_headers: bool = True
) -> Record:
    """The record of a row; ``partitions`` tells a partition's number by its id."""
    at, _, appended_ms, key, headers, value = row
    return Record(
        topic=topic,
        partition=partitions[at >> OFFSET_BITS],
        offset=at & OFFSET_MASK,
        key=key,
        value=value,
        headers=_unpack(headers) if headers and with_headers else (),
        appended_at=datetime.fromtimestamp(appended_ms / 1000, UTC),
    )


def pack(headers: Headers) -> bytes | None:
    """Headers as one value; None when there are none."""
    if not headers:
        return None
    parts: list[bytes] = []
    for name, value in headers:
        encoded = name.encode()
        parts += (_HEADER.pack(len(encoded), len(value)), encoded, value)
    return b"".join(parts)


def _unpack(packed: bytes) -> Headers:
    headers = []
    at = 0
    while at < len(packed):
        name_length, value_length = _HEADER.unpack_from(packed, at)
        middle = at + _HEADER.size + name_length
        at = middle + value_length
        headers.append((packed[middle - name_length : middle].decode(), packed[middle:at]))
    return tuple(headers)
