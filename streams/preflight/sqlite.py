"""The embedded log before a start: its file, who holds it, its disk.

It must not create or change the file.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from streams.errors import WireroomError
from streams.log.sqlite_file import clear_errors, open_file, writer_of
from streams.preflight.finding import Finding, Level
from streams.preflight.machine import check_disk, check_folder
from streams.settings import Settings

__all__ = ["check_sqlite"]


def check_sqlite(settings: Settings, path: Path) -> list[Finding]:
    """What a worker on the embedded log needs of its file.

    Args:
        settings: in force.
        path: of the file, which need not be there.
    """
    return [*_file(settings, path), *check_disk(path, settings.max_body_bytes)]


def _file(settings: Settings, path: Path) -> Iterable[Finding]:
    if not path.parent.is_dir():
        words = f"the folder {path.parent} does not exist"
        yield Finding("log", str(path), Level.WRONG, words, f"mkdir -p {path.parent}")
        return
    yield from check_folder("broker", path.parent)
    if not path.exists():
        yield Finding("log", str(path), Level.RIGHT, "made at the start")
        return
    try:
        connection = open_file(path, create=False, durable=True)
        if connection is not None:
            with closing(connection), clear_errors(path):
                # A lock for writing, given back: a file that is read-only refuses it.
                connection.execute("BEGIN IMMEDIATE")
                connection.execute("ROLLBACK")
    except WireroomError as error:
        yield Finding("log", str(path), Level.WRONG, str(error), "as it says, or set broker")
        return
    yield Finding("log", str(path), Level.RIGHT, f"SQLite {sqlite3.sqlite_version}, write-ahead")
    holder = writer_of(path, f"{settings.prefix}runner")
    if holder is not None:
        words = f"process {holder} works on it: one at a time"
        yield Finding(
            "log", str(path), Level.WRONG, words, f"kill -TERM {holder}  # stops in order"
        )
