"""Files, directories and standard input as raw messages, in the same order every time.

It must not judge what it reads: limits and formats are the pipeline's, and a bad message goes on.
"""

from __future__ import annotations

import io
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from schemas.raw import RawMessage
from streams.errors import ArchiveError
from streams.ingest.readers import (
    Context,
    Damage,
    DamageReport,
    Head,
    Input,
    Limits,
    find_format,
    read,
)
from streams.ingest.readers.chunks import CHUNK_BYTES, file_chunks
from streams.ingest.readers.registry import DOCUMENT, STDIN
from streams.ingest.times import TimeFrom, Times

__all__ = ["STDIN", "SourceFile", "SourceOptions", "Sources", "find_files"]


def _silent(_message: str) -> None:
    """Nobody wants to know."""


@dataclass(frozen=True, slots=True)
class SourceOptions:
    """How to read what the paths name.

    Attributes:
        fields: pairs of ``--map``; empty means well-known names.
        provider: of messages that name none.
        time_from: the time of the first message without one; each further one is 1 ms later than
            the message before it. Of a file's or member's name or its last change, it is the time
            of its first message. None leaves them without.
        max_messages: stop after so many.
        mark_undated: put a header on messages that stay without a time, so that the time at which
            they are appended to a log is not taken for it.
        announce: told once a file which fields are read, and in the end what could not be.
        split: where one text ends and the next begins, as ``parse_split`` takes it.
        limits: how much archives may unpack to.
    """

    fields: Mapping[str, str] = field(default_factory=dict)
    provider: str | None = None
    time_from: datetime | TimeFrom | None = None
    max_messages: int | None = None
    mark_undated: bool = False
    announce: Callable[[str], None] = _silent
    split: str | None = None
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file to read, and the name its positions carry: relative to what was given."""

    path: Path
    name: str


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

    Attributes:
        files: every file, in the order they are read.
        damage: what could not be read so far.

    Raises:
        ArchiveError: while iterating: a file cannot be read, or has no body in any record.
    """

    def __init__(self, paths: Sequence[str], options: SourceOptions | None = None) -> None:
        self._options = options or SourceOptions()
        self.files = find_files(paths)
        self.damage = DamageReport()
        self.bytes_read = 0
        self._sizes = [None if f.name == STDIN else f.path.stat().st_size for f in self.files]
        known = [size for size in self._sizes if size is not None]
        self.total_bytes = sum(known) if len(known) == len(self._sizes) else None
        self._times = Times(self._options.time_from)

    @property
    def is_one_message(self) -> bool:
        """Whether there is one file, which as a whole is one message."""
        if len(self.files) != 1 or self.files[0].name == STDIN:
            return len(self.files) == 1
        file = self.files[0]
        try:
            with file.path.open("rb") as handle:
                data = handle.read(CHUNK_BYTES)
        except OSError:
            return False
        whole = len(data) < CHUNK_BYTES
        options = self._options
        return find_format(Head(data, whole, file.name, options.fields, options.split)) is DOCUMENT

    def __iter__(self) -> Iterator[RawMessage]:
        limit = self._options.max_messages
        for number, raw in enumerate(self._messages()):
            if limit is not None and number >= limit:
                break
            yield self._complete(raw)
        for line in (*self._times.lines(), *self.damage.lines()):
            self._options.announce(line)

    def _complete(self, raw: RawMessage) -> RawMessage:
        """The message with its provider filled in from the options, and marked if undated."""
        changes: dict[str, object] = {}
        if raw.provider is None and self._options.provider is not None:
            changes["provider"] = self._options.provider
        if raw.received_at is None and self._options.mark_undated:
            from streams.log.headers import UNDATED  # noqa: PLC0415  (start quickly)

            changes["headers"] = (*raw.headers, (UNDATED, "1"))
        return raw.model_copy(update=changes) if changes else raw

    def _messages(self) -> Iterator[RawMessage]:
        for file, size in zip(self.files, self._sizes, strict=True):
            before = self.bytes_read
            try:
                yield from self._read(file, size)
            except (OSError, EOFError) as error:
                reason = getattr(error, "strerror", None) or str(error)
                raise ArchiveError(f"cannot read {file.name}: {reason}") from error
            if size is not None:
                # What is sought in is read in part, or twice.
                self.bytes_read = before + size

    def _read(self, file: SourceFile, size: int | None) -> Iterator[RawMessage]:
        context = self._context(size)
        if file.name == STDIN:
            source = Input(STDIN, file_chunks(sys.stdin.buffer, self._count))
            yield from context.read(source)
            return
        with file.path.open("rb", buffering=0) as raw:
            changed = datetime.fromtimestamp(os.fstat(raw.fileno()).st_mtime, UTC)
            handle = io.BufferedReader(_Counted(raw, self._count), CHUNK_BYTES)
            chunks = file_chunks(raw, self._count)
            yield from context.read(Input(file.name, chunks, modified=changed, handle=handle))

    def _context(self, size: int | None) -> Context:
        """What readers of one file are told, and how they tell."""
        budget = _Budget(self._options.limits, lambda: size or self.bytes_read)

        context = Context(
            fields=self._options.fields,
            split=self._options.split,
            limits=self._options.limits,
            damaged=lambda *what: self.damage.add(Damage(*what)),
            announce=self._options.announce,
            unpacked=budget.take,
            read=lambda source: read(source, context),
            dated=self._times.dated,
        )
        return context

    def _count(self, size: int) -> None:
        self.bytes_read += size


class _Budget:
    """What one file may still unpack to."""

    def __init__(self, limits: Limits, packed: Callable[[], int]) -> None:
        self._limits, self._packed = limits, packed
        self._unpacked = 0

    def take(self, size: int) -> str | None:
        """The code of the limit that is passed with ``size`` more bytes, if one is."""
        self._unpacked += size
        if self._unpacked > self._limits.total:
            return "unpacks-beyond-total"
        beyond = self._unpacked > self._limits.ratio * max(1, self._packed())
        return "unpacks-beyond-ratio" if beyond and self._unpacked > self._limits.member else None


class _Counted(io.RawIOBase):
    """A file that reports how much was read of it, and can be sought in."""

    def __init__(self, file: IO[bytes], count: Callable[[int], None]) -> None:
        self._file = file
        self._count = count

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return self._file.seekable()

    def seek(self, offset: int, whence: int = 0, /) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        size: int = self._file.readinto(buffer)  # type: ignore[attr-defined]
        self._count(size)
        return size
