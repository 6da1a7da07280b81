"""The SQLite file of the embedded log: how it is opened, laid out and locked, and how it fails.

It must not read or write records.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from streams.errors import ConfigError, CorruptionError, TransportError, WireroomError

# "Wire": tells our files from other SQLite files.
_APPLICATION_ID = 0x57697265
_LAYOUT = 1

# How long a short transaction of another process is waited for. The embedded runner commits
# batches of a few hundred records: tens of milliseconds on a slow disk.
BUSY_TIMEOUT_S = 30.0

# Bits of a record's row id that hold its offset; the others hold its partition's id. One
# clustered tree in partition and offset order then serves every read, without a second index.
OFFSET_BITS = 40
OFFSET_MASK = (1 << OFFSET_BITS) - 1

_TABLES = """
CREATE TABLE topics(
    name TEXT PRIMARY KEY, partitions INTEGER NOT NULL, compacted INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE partitions(
    id INTEGER PRIMARY KEY, topic TEXT NOT NULL, partition INTEGER NOT NULL,
    begin_offset INTEGER NOT NULL DEFAULT 0, end_offset INTEGER NOT NULL DEFAULT 0,
    UNIQUE(topic, partition)
);
CREATE TABLE log(
    row INTEGER PRIMARY KEY, sequence INTEGER NOT NULL, appended_ms INTEGER NOT NULL,
    key BLOB, headers BLOB, value BLOB
);
CREATE TABLE offsets(
    consumer_group TEXT NOT NULL, topic TEXT NOT NULL, partition INTEGER NOT NULL,
    next_offset INTEGER NOT NULL, PRIMARY KEY(consumer_group, topic, partition)
) WITHOUT ROWID;
CREATE TABLE sequence(next INTEGER NOT NULL);
INSERT INTO sequence VALUES (0);
"""


def open_file(path: Path, *, create: bool, durable: bool) -> sqlite3.Connection | None:
    """A connection to the log at ``path``; None when it is absent and not to be created.

    Args:
        path: the file; its folder must exist.
        create: make the file when it is absent.
        durable: every commit is forced to the disk (``synchronous=FULL``). In WAL mode the
            weaker NORMAL keeps the file sound but may lose the last commits when the machine
            loses power, and what was acknowledged must never be lost. Not durable, nothing is
            forced: for temporary logs.

    Raises:
        ConfigError: the path is a folder, or an SQLite file of something else.
        TransportError: it cannot be opened.
        CorruptionError: it is not an SQLite file, or a damaged one.
    """
    if path.is_dir():
        raise ConfigError(f"{path} is a folder: name a file, as in sqlite:///wireroom.db")
    if not create and not path.exists():
        return None
    if not path.parent.is_dir():
        raise ConfigError(f"the folder {path.parent} does not exist: create it first")
    with clear_errors(path):
        connection = sqlite3.connect(
            path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
        )
        try:
            _prepare(connection, path, durable=durable)
        except BaseException:
            connection.close()
            raise
    return connection


def _prepare(connection: sqlite3.Connection, path: Path, *, durable: bool) -> None:
    _lay_out(connection, path)
    connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'OFF'}")
    connection.execute("PRAGMA cache_size = -16384")
    # A long follower may let the write-ahead log grow for a while; give the room back after.
    connection.execute("PRAGMA journal_size_limit = 67108864")


def _lay_out(connection: sqlite3.Connection, path: Path) -> None:
    if _is_ours(connection, path):
        return
    # Bytes. Values are a few KB; CPU per 4 KB record, append and read: 17 and 6 us with pages of
    # 4096, 21 and 6 with 8192, 14 and 4.5 with 16384, whose file is 19 % larger than with 4096.
    connection.execute("PRAGMA page_size = 16384")
    _to_write_ahead(connection, path)
    connection.execute("BEGIN IMMEDIATE")
    if _is_ours(connection, path):  # another process was first
        connection.execute("ROLLBACK")
        return
    for statement in _TABLES.split(";"):
        connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {_LAYOUT}")
    connection.execute("COMMIT")


def _is_ours(connection: sqlite3.Connection, path: Path) -> bool:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (layout,) = connection.execute("PRAGMA user_version").fetchone()
    if application == _APPLICATION_ID:
        if layout != _LAYOUT:
            raise ConfigError(
                f"{path} has layout {layout}, this program reads layout {_LAYOUT}: "
                "use the version of Wireroom that wrote it, or name another file"
            )
        return True
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if application or tables:
        raise ConfigError(f"{path} is an SQLite file, but not a Wireroom log: name another file")
    return False


def _to_write_ahead(connection: sqlite3.Connection, path: Path) -> None:
    # Two processes that switch a new file at once: SQLite refuses one without waiting.
    give_up = time.monotonic() + BUSY_TIMEOUT_S
    while True:
        try:
            (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
        except sqlite3.OperationalError as error:
            if _code(error) != sqlite3.SQLITE_BUSY or time.monotonic() > give_up:
                raise
            time.sleep(0.01)
        else:
            break
    if mode != "wal":
        raise ConfigError(f"{path} must be on a local disk: its file system has no shared memory")


def _code(error: sqlite3.Error) -> int:
    code: int = getattr(error, "sqlite_errorcode", 0) or 0
    return code & 0xFF  # the primary code of an extended one


@contextmanager
def clear_errors(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into ours, each saying what to do."""
    try:
        yield
    except sqlite3.Error as error:
        raise _ours(error, path) from error


def _ours(error: sqlite3.Error, path: Path) -> WireroomError:
    code = _code(error)
    if code == sqlite3.SQLITE_FULL:
        return TransportError(
            f"{path}: the disk is full, nothing of this batch was written; free some space",
            retryable=True,
        )
    if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return TransportError(
            f"{path}: another process kept the log locked for {BUSY_TIMEOUT_S:.0f} s",
            retryable=True,
        )
    if code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}:
        return CorruptionError(
            f"{path} is damaged or is not an SQLite file ({error}): "
            "move it away, or restore it from a copy"
        )
    if code in {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_READONLY}:
        return TransportError(f"{path} cannot be opened for writing ({error}): check its rights")
    return TransportError(f"{path}: {error}")


class WriterLock:
    """Holds a role on a file, such as ``runner``: one process at a time, freed by its death."""

    def __init__(self, path: Path, role: str) -> None:
        """Take the role.

        Raises:
            ConfigError: another process holds it; the message names its process id.
        """
        lock = path.with_name(f"{path.name}.{role}.lock")
        try:
            self._file = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise TransportError(f"{lock} cannot be opened: {error.strerror}") from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.pread(self._file, 32, 0).decode("ascii", "replace").strip() or "unknown"
            os.close(self._file)
            raise ConfigError(
                f"{path} already has a {role} (process {holder}): "
                "stop it first, or name another file"
            ) from error
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, f"{os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        """Give the role up; the lock file stays, for removing it would race with the next."""
        os.close(self._file)


def writer_of(path: Path, role: str) -> str | None:
    """The process id of who holds a role on a file, "unknown" at worst; None when nobody does.

    Unlike taking the role it leaves no lock file where there is none.
    """
    lock = path.with_name(f"{path.name}.{role}.lock")
    try:
        file = os.open(lock, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return os.pread(file, 32, 0).decode("ascii", "replace").strip() or "unknown"
    finally:
        os.close(file)
    return None
