"""Records taken out of the embedded log's file for good, so that no byte of them stays in it.

It must not know what records mean.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path

from streams.errors import TransportError
from streams.log.sqlite_file import clear_errors, open_file
from streams.log.sqlite_rows import row_id

__all__ = ["erase"]

# As compaction has it: rows deleted in one transaction, so that others hardly wait.
_CHUNK = 500


def erase(path: Path, doomed: Mapping[str, Iterable[tuple[int, int]]]) -> int:
    """Delete records, and overwrite what they and all records deleted before have left.

    Offsets of others stay as they are. The file is written anew (VACUUM), which takes as much free
    disk again as the log is large; only the blocks that the file system itself keeps of a file
    that became shorter are out of reach.

    Args:
        path: of the log.
        doomed: by topic (full name), partition and offset of each; none that is there is no fault.

    Returns:
        How many there were.

    Raises:
        TransportError: there is no log, it is locked by others for too long, or the disk is full.
    """
    connection = open_file(path, create=False, durable=True)
    if connection is None:
        raise TransportError(f"there is no log at {path}")
    with closing(connection), clear_errors(path):
        connection.execute("PRAGMA secure_delete = ON")
        rows = [
            row_id(place, offset)
            for topic, places in doomed.items()
            for partition, offset in places
            for place in _places(connection, topic, partition)
        ]
        erased = 0
        for at in range(0, len(rows), _CHUNK):
            chunk = [(row,) for row in rows[at : at + _CHUNK]]
            connection.execute("BEGIN IMMEDIATE")
            try:
                erased += connection.executemany("DELETE FROM log WHERE row = ?", chunk).rowcount
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
        # What compaction deleted earlier was not overwritten then.
        connection.execute("VACUUM")
        (busy, *_) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise TransportError(
                f"{path}: another process reads the log, so {path.name}-wal still has what was "
                "erased: stop the readers and run it again",
                retryable=True,
            )
    return erased


def _places(connection: sqlite3.Connection, topic: str, partition: int) -> list[int]:
    found = connection.execute(
        "SELECT id FROM partitions WHERE topic = ? AND partition = ?", (topic, partition)
    )
    return [place for (place,) in found.fetchall()]
