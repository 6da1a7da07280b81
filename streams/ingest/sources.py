"""Files, directories and standard input as raw messages, in the same order every time.

It must not judge what it reads: limits and formats are the pipeline's, and a bad message goes on.
"""

from __future__ import annotations

import gzip
import io
import os
import sys
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, cast

from schemas.raw import RawMessage
from streams.errors import ArchiveError
from streams.ingest.lines import read_lines

__all__ = ["STDIN", "SourceFile", "SourceOptions", "Sources", "find_files"]

STDIN = "-"
_LINES = (".jsonl", ".ndjson")
_GZIP = ".gz"
_MILLISECOND = timedelta(milliseconds=1)


def _silent(_message: str) -> None:
    """Nobody wants to know."""


@dataclass(frozen=True, slots=True)
class SourceOptions:
    """How to read what the paths name.

    Attributes:
        fields: pairs of ``--map``; empty means well-known names.
        provider: of messages that name none.
        time_from: the time of the first message without one; each further one is 1 ms later than
            the message before it. None leaves them without.
        max_messages: stop after so many.
        mark_undated: put a header on messages that stay without a time, so that the time at which
            they are appended to a log is not taken for it.
        announce: told once a file which fields are read.
    """

    fields: Mapping[str, str] = field(default_factory=dict)
    provider: str | None = None
    time_from: datetime | None = None
    max_messages: int | None = None
    mark_undated: bool = False
    announce: Callable[[str], None] = _silent


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file to read, and the name its positions carry: relative to what was given."""

    path: Path
    name: str

    @property
    def is_lines(self) -> bool:
        """Whether it holds a message a line."""
        return self.path.name.lower().removesuffix(_GZIP).endswith(_LINES)

    @property
    def is_gzip(self) -> bool:
        """Whether it is compressed as a whole."""
        return self.path.name.lower().endswith(_GZIP)


def find_files(paths: Sequence[str]) -> list[SourceFile]:
    """Every file the paths name: directories whole, sorted by name, hidden entries left out.

    Raises:
        ArchiveError: a path does not exist, or a directory holds no file.
    """
    found: list[SourceFile] = []
    for given in paths:
        path = Path(given)
        if given == STDIN:
            found.append(SourceFile(path, STDIN))
        elif path.is_dir():
            inside = sorted(_walk(path), key=lambda file: file.name)
            if not inside:
                raise ArchiveError(f"{given}: no file in this directory")
            found += inside
        elif path.exists():
            found.append(SourceFile(path, path.name))
        else:
            raise ArchiveError(f"{given}: no such file or directory")
    return _told_apart(found)


def _told_apart(files: list[SourceFile]) -> list[SourceFile]:
    """The files under names that differ: a position names one place only."""
    times_met: Counter[str] = Counter()
    shared = {name for name, n in Counter(file.name for file in files).items() if n > 1}
    named: list[SourceFile] = []
    for file in files:
        name = file.path.as_posix() if file.name in shared else file.name
        times_met[name] += 1
        again = f"#{times_met[name]}" if times_met[name] > 1 else ""
        named.append(replace(file, name=name + again))
    return named


def _walk(root: Path) -> Iterator[SourceFile]:
    for directory, folders, files in os.walk(root):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in files:
            path = Path(directory, name)
            # is_file: a dangling link, a socket or a pipe left lying about is not a message.
            if not name.startswith(".") and path.is_file():
                yield SourceFile(path, path.relative_to(root).as_posix())


class Sources:
    """The messages of some paths; iterate once. ``bytes_read`` of ``total_bytes`` is progress.

    Raises:
        ArchiveError: while iterating: a file cannot be read, or has no body in any record.
    """

    def __init__(self, paths: Sequence[str], options: SourceOptions | None = None) -> None:
        self._options = options or SourceOptions()
        self.files = find_files(paths)
        self.bytes_read = 0
        sizes = [None if f.name == STDIN else f.path.stat().st_size for f in self.files]
        self.total_bytes = None if None in sizes else sum(size or 0 for size in sizes)

    def __iter__(self) -> Iterator[RawMessage]:
        limit, last = self._options.max_messages, None
        for number, raw in enumerate(self._messages()):
            if limit is not None and number >= limit:
                return
            message = self._complete(raw, last)
            last = message.received_at or last
            yield message

    def _complete(self, raw: RawMessage, last: datetime | None) -> RawMessage:
        """The message with its provider and time filled in from the options."""
        changes: dict[str, object] = {}
        if raw.provider is None and self._options.provider is not None:
            changes["provider"] = self._options.provider
        if raw.received_at is None and self._options.time_from is not None:
            changes["received_at"] = last + _MILLISECOND if last else self._options.time_from
        elif raw.received_at is None and self._options.mark_undated:
            from streams.log.headers import UNDATED  # noqa: PLC0415  (start quickly)

            changes["headers"] = (*raw.headers, (UNDATED, "1"))
        return raw.model_copy(update=changes) if changes else raw

    def _messages(self) -> Iterator[RawMessage]:
        for file in self.files:
            try:
                yield from self._read(file)
            except (OSError, EOFError, zlib.error) as error:
                reason = getattr(error, "strerror", None) or str(error)
                raise ArchiveError(f"cannot read {file.name}: {reason}") from error

    def _read(self, file: SourceFile) -> Iterator[RawMessage]:
        if file.name == STDIN:
            yield from self._read_stdin()
            return
        with file.path.open("rb") as handle:
            counted = _Counted(handle, self._count)
            stream: IO[bytes] = io.BufferedReader(counted, 1 << 18)
            if file.is_gzip:
                stream = cast("IO[bytes]", gzip.GzipFile(fileobj=stream))
            if file.is_lines:
                name = file.name
                yield from read_lines(stream, name, self._options.fields, self._options.announce)
            else:
                yield RawMessage(body=stream.read(), position=file.name)

    def _read_stdin(self) -> Iterator[RawMessage]:
        """Standard input: lines if its first one is a JSON object, else one message."""
        stream = sys.stdin.buffer
        first = stream.readline()
        if not self._options.fields and not _is_object_line(first):
            yield RawMessage(body=first + stream.read(), position=STDIN)
            return
        lines = self._counted_lines(first, stream)
        yield from read_lines(lines, STDIN, self._options.fields, self._options.announce)

    def _counted_lines(self, first: bytes, stream: IO[bytes]) -> Iterator[bytes]:
        self._count(len(first))
        yield first
        for line in stream:
            self._count(len(line))
            yield line

    def _count(self, size: int) -> None:
        self.bytes_read += size


def _is_object_line(line: bytes) -> bool:
    text = line.strip()
    return text.startswith(b"{") and text.endswith(b"}")


class _Counted(io.RawIOBase):
    """A file that reports how much was read of it."""

    def __init__(self, file: IO[bytes], count: Callable[[int], None]) -> None:
        self._file = file
        self._count = count

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        size: int = self._file.readinto(buffer)  # type: ignore[attr-defined]
        self._count(size)
        return size
