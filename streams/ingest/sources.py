"""Files, directories, topics and standard input as raw messages, in the same order every time.

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
from streams.ingest.time_order import merged_by_time
from streams.ingest.times import TimeFrom, Times
from streams.ingest.topics import SourceTopic, TopicLogs
from streams.ingest.units import Recording, SourceFile, Unit, find_files, find_units

__all__ = ["STDIN", "SourceFile", "SourceOptions", "Sources", "find_files"]

# What a record of a topic counts as in progress, where files count their bytes: a dispatch.
_RECORD_BYTES = 2_000


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
        since: leave out what is older, and what has no time.
        until: leave out what is newer, and what has no time.
        topics: how topics are found and opened.
    """

    fields: Mapping[str, str] = field(default_factory=dict)
    provider: str | None = None
    time_from: datetime | TimeFrom | None = None
    max_messages: int | None = None
    mark_undated: bool = False
    announce: Callable[[str], None] = _silent
    split: str | None = None
    limits: Limits = field(default_factory=Limits)
    since: datetime | None = None
    until: datetime | None = None
    topics: TopicLogs = field(default_factory=TopicLogs)

    def takes(self, raw: RawMessage) -> bool:
        """Whether a message is of the times asked for."""
        if self.since is None and self.until is None:
            return True
        at = raw.received_at
        if at is None or (self.since is not None and at < self.since):
            return False
        return self.until is None or at <= self.until


class Sources:
    """The messages of some paths; iterate once. ``bytes_read`` of ``total_bytes`` is progress.

    A topic, and a recorded topic, is merged by the times of its partitions' messages.

    Attributes:
        units: what the paths name, in the order it is read.
        damage: what could not be read so far.

    Raises:
        ArchiveError: while iterating: a file cannot be read, or has no body in any record.
        TransportError: a topic cannot be read.
    """

    def __init__(self, paths: Sequence[str], options: SourceOptions | None = None) -> None:
        options = options or SourceOptions()
        self._begin(find_units(paths, options.topics), options, DamageReport())
        for topic in self.topics:
            options.announce(f"reading {topic.line()}")

    def _begin(self, units: list[Unit], options: SourceOptions, damage: DamageReport) -> None:
        self._options = options
        self.units = units
        self.damage = damage
        self._read_bytes = 0
        self._open_bytes: Counter[str] = Counter()
        self._times = Times(options.time_from)
        sizes = [None if f.name == STDIN else f.path.stat().st_size for f in self.files]
        known = [size for size in sizes if size is not None]
        of_topics = sum(topic.offsets for topic in self.topics) * _RECORD_BYTES
        self.total_bytes = sum(known) + of_topics if len(known) == len(sizes) else None

    @property
    def files(self) -> list[SourceFile]:
        """Every file, in the order of the units."""
        found: list[SourceFile] = []
        for unit in self.units:
            if isinstance(unit, SourceFile):
                found.append(unit)
            elif isinstance(unit, Recording):
                found += [file for chain in unit.partitions for file in chain]
        return found

    @property
    def topics(self) -> list[SourceTopic]:
        """Every topic."""
        return [unit for unit in self.units if isinstance(unit, SourceTopic)]

    @property
    def bytes_read(self) -> int:
        """Of files as they lie on the disk; a record of a topic counts as a dispatch would."""
        return self._read_bytes + self._open_bytes.total()

    def alone(self, unit: Unit, *, unheard: bool = False) -> Sources:
        """One unit by itself, read as the whole would be; damage is told with the whole's.

        Args:
            unit: of ``units``.
            unheard: nothing is told of it, for it is read once more.
        """
        one = Sources.__new__(Sources)
        options = replace(self._options, announce=_silent) if unheard else self._options
        damage = DamageReport() if unheard else self.damage
        one._begin([unit], options, damage)  # noqa: SLF001  (of this very class)
        return one

    @property
    def is_one_message(self) -> bool:
        """Whether there is one file, which as a whole is one message."""
        if len(self.units) != 1 or not isinstance(self.units[0], SourceFile):
            return False
        file = self.units[0]
        if file.name == STDIN:
            return True
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
        wanted = (raw for raw in self.messages() if self._options.takes(raw))
        for number, raw in enumerate(wanted):
            if limit is not None and number >= limit:
                break
            yield raw
        self.tell_damage()

    def tell_damage(self) -> None:
        """Tell a person what could not be read."""
        for line in self.damage.lines():
            self._options.announce(line)

    def messages(self) -> Iterator[RawMessage]:
        """Every message, whatever is asked for; damage is not told in the end."""
        for unit in self.units:
            for raw in self._messages_of(unit):
                yield self._complete(raw)
        for line in self._times.lines():
            self._options.announce(line)

    def _complete(self, raw: RawMessage) -> RawMessage:
        """The message with its provider filled in from the options, and marked if undated."""
        changes: dict[str, object] = {}
        if raw.provider is None and self._options.provider is not None:
            changes["provider"] = self._options.provider
        if raw.received_at is None and self._options.mark_undated:
            from streams.log.headers import UNDATED  # noqa: PLC0415  (start quickly)

            if not any(name == UNDATED for name, _ in raw.headers):
                changes["headers"] = (*raw.headers, (UNDATED, "1"))
        return raw.model_copy(update=changes) if changes else raw

    def _messages_of(self, unit: Unit) -> Iterator[RawMessage]:
        if isinstance(unit, SourceFile):
            return self._of_files((unit,))
        if isinstance(unit, Recording):
            return merged_by_time([self._of_files(chain) for chain in unit.partitions])
        return self._of_topic(unit)

    def _of_topic(self, topic: SourceTopic) -> Iterator[RawMessage]:
        source = Input(topic.name, iter(()))
        for raw in self._times.dated(topic.messages(self._damaged), source):
            self._open_bytes[topic.name] += _RECORD_BYTES
            yield raw

    def _damaged(self, position: str, code: str, detail: str) -> None:
        self.damage.add(Damage(position, code, detail))

    def _of_files(self, files: Sequence[SourceFile]) -> Iterator[RawMessage]:
        for file in files:
            size = None if file.name == STDIN else file.path.stat().st_size
            try:
                yield from self._read(file, size)
            except (OSError, EOFError) as error:
                reason = getattr(error, "strerror", None) or str(error)
                raise ArchiveError(f"cannot read {file.name}: {reason}") from error
            # What is sought in is read in part, or twice.
            read = self._open_bytes.pop(file.name, 0)
            self._read_bytes += read if size is None else size

    def _read(self, file: SourceFile, size: int | None) -> Iterator[RawMessage]:
        context = self._context(file.name, size)

        def count(size: int) -> None:
            self._open_bytes[file.name] += size

        if file.name == STDIN:
            yield from context.read(Input(STDIN, file_chunks(sys.stdin.buffer, count)))
            return
        with file.path.open("rb", buffering=0) as raw:
            changed = datetime.fromtimestamp(os.fstat(raw.fileno()).st_mtime, UTC)
            handle = io.BufferedReader(_Counted(raw, count), CHUNK_BYTES)
            chunks = file_chunks(raw, count)
            yield from context.read(Input(file.name, chunks, modified=changed, handle=handle))

    def _context(self, name: str, size: int | None) -> Context:
        """What readers of one file are told, and how they tell."""
        budget = _Budget(self._options.limits, lambda: size or self._open_bytes[name])

        context = Context(
            fields=self._options.fields,
            split=self._options.split,
            limits=self._options.limits,
            damaged=self._damaged,
            announce=self._options.announce,
            unpacked=budget.take,
            read=lambda source: read(source, context),
            dated=self._times.dated,
        )
        return context


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
