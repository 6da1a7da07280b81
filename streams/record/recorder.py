"""Records a topic into files, and goes on where the last recording ended.

Where a file ends depends on its records only: at the end of a day (UTC), at every 50,000th offset,
at 256 MiB, and where the topic ended for the time being. It must not read a record's value but to
tell its time.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from schemas.model import write_instant
from streams.errors import ArchiveError, ConfigError
from streams.log import Record, TopicLog
from streams.log.sqlite_file import WriterLock
from streams.record.files import FORMATS, RecordFile, partial_files
from streams.record.lines import line_of, original_time
from streams.record.manifest import MANIFEST, Head, Manifest, Part

__all__ = ["Asked", "Recorded", "Recorder"]

# A file is 10 to 50 MB of ordinary dispatches, so a damaged or copied one costs little.
_FILE_RECORDS = 50_000
_FILE_BYTES = 256 << 20
# Following a topic: the most that a loss of power can cost a file's making, once more to be read.
_FOLLOWED_S = 300.0


@dataclass(frozen=True, slots=True)
class Asked:
    """What to record.

    Attributes:
        format: "jsonl.zst" or "parquet".
        since: original time, inclusive.
        until: original time, inclusive.
        max_records: stop after so many written.
        follow: go on with what comes, until cancelled.
    """

    format: str = "jsonl.zst"
    since: datetime | None = None
    until: datetime | None = None
    max_records: int | None = None
    follow: bool = False

    def head(self, topic: str) -> Head:
        """What the manifest says of it."""
        since, until = (write_instant(at) if at else None for at in (self.since, self.until))
        return Head(topic, self.format, since, until)

    def takes(self, record: Record) -> bool:
        """Whether the record is of the times asked for."""
        if self.since is None and self.until is None:
            return True
        at = original_time(record)
        return not ((self.since and at < self.since) or (self.until and at > self.until))


@dataclass(slots=True)
class Recorded:
    """What a recording did.

    Attributes:
        records: written into files that are whole.
        files: how many.
        size: of them, in bytes.
        left_out: records not of the times asked for.
        lost: ranges (partition, first offset, offset after the last) that the log no longer had.
    """

    records: int = 0
    files: int = 0
    size: int = 0
    left_out: int = 0
    lost: list[tuple[int, int, int]] = field(default_factory=list)


class Recorder:
    """One topic of a log into one directory; to be run once."""

    def __init__(
        self,
        log: TopicLog,
        topic: str,
        directory: Path,
        asked: Asked,
        show: Callable[[int, int], None] = lambda _read, _total: None,
    ) -> None:
        """Name topic and directory; nothing is read or written yet.

        Args:
            log: open.
            topic: its full name; files go into a directory of that name.
            directory: may not exist yet.
            asked: what to record.
            show: told after every batch how many offsets were read, and of how many.

        Raises:
            ConfigError: what is asked for makes no sense.
        """
        if asked.format not in FORMATS:
            raise ConfigError(f"no format {asked.format!r}: formats are {', '.join(FORMATS)}")
        if asked.follow and asked.until:
            raise ConfigError("a recording that follows has no end: leave --until out")
        if asked.max_records is not None and asked.max_records < 0:
            raise ConfigError("--max counts from 0")
        self._log, self._topic, self._asked, self._show = log, topic, asked, show
        self._directory = directory / topic
        self._open: dict[int, tuple[RecordFile, float]] = {}
        # By partition: where reading is, and what the next file or listing begins at.
        self._at: dict[int, int] = {}
        self._from: dict[int, int] = {}
        self._done = Recorded()
        self._pending = 0

    async def run(self) -> Recorded:
        """Record what there is; answers what was done.

        Cancelled, it finishes the files in hand first: the next run goes on after them.

        Raises:
            TransportError: the log cannot be read.
            ArchiveError: a file cannot be written; those before it are whole and listed.
            ConfigError: the directory holds another recording, or another process records there.
        """
        begin = await self._log.begin_offsets(self._topic)
        end = await self._log.end_offsets(self._topic)
        try:
            self._directory.mkdir(parents=True, exist_ok=True)
            lock = WriterLock(self._directory / MANIFEST, "recorder")
        except OSError as error:
            raise self._unwritable(error) from None
        try:
            for left in partial_files(self._directory):
                left.unlink()
            manifest = Manifest(self._directory / MANIFEST, self._asked.head(self._topic))
            await self._check_same_log(manifest, begin, end)
            await self._record(manifest, begin, end)
        except OSError as error:
            raise self._unwritable(error) from None
        finally:
            for file, _ in self._open.values():
                file.discard()
            lock.release()
        return self._done

    async def _check_same_log(
        self, manifest: Manifest, begin: dict[int, int], end: dict[int, int]
    ) -> None:
        """Refuse a log that is not the one recorded before: its offsets mean other records."""
        lasts = {p.partition: p for p in manifest.parts if p.last is not None}
        for partition, reached in manifest.reached.items():
            if reached > end.get(partition, 0):
                raise ConfigError(
                    f"{self._directory} has partition {partition} up to offset {reached}, the log "
                    f"ends at {end.get(partition, 0)}: is it another log? name another directory"
                )
        for partition, part in lasts.items():
            last = part.last or 0
            if last < begin[partition]:
                continue
            only = self._log.read(self._topic, {partition: last}, {partition: last + 1})
            async for batch in only:
                for record in batch:
                    line = hashlib.sha256(line_of(record)).hexdigest()
                    if record.offset == last and line != part.last_sha256:
                        raise ConfigError(
                            f"{self._topic}[{partition}]@{last} is not what {self._directory} has "
                            "of it: is it another log? name another directory"
                        )

    async def _record(self, manifest: Manifest, begin: dict[int, int], end: dict[int, int]) -> None:
        for partition, first in begin.items():
            reached = manifest.reached.get(partition)
            self._at[partition] = first if reached is None else max(first, reached)
            if reached is not None and first > reached:
                self._done.lost.append((partition, reached, first))
        self._from = dict(self._at)
        total = sum(max(0, end[p] - at) for p, at in self._at.items())
        wanted = {p: stop for p, stop in end.items() if self._at[p] < stop}
        stop = None if self._asked.follow else wanted
        begun = sum(self._at.values())
        self._show(0, total)
        try:
            if stop != {} and not self._is_enough():
                async for batch in self._log.read(self._topic, dict(self._at), stop):
                    for record in batch:
                        self._take(manifest, record)
                        if self._is_enough():
                            break
                    self._show(sum(self._at.values()) - begun, total)
                    self._finish_old(manifest)
                    if self._is_enough():
                        break
            if stop is not None and not self._is_enough():
                self._at.update(stop)
        except asyncio.CancelledError:
            self._finish_all(manifest)
            raise
        self._finish_all(manifest)

    def _is_enough(self) -> bool:
        most = self._asked.max_records
        return most is not None and self._done.records + self._pending >= most

    def _take(self, manifest: Manifest, record: Record) -> None:
        partition = record.partition
        if self._asked.takes(record):
            opened = self._open.get(partition)
            if opened is not None and _ends_before(opened[0], record):
                self._finish(manifest, partition)
            if partition not in self._open:
                start = self._from[partition]
                file = RecordFile(self._directory, record, start, self._asked.format)
                self._open[partition] = file, time.monotonic()
            self._open[partition][0].add(record)
            self._pending += 1
        else:
            self._done.left_out += 1
        self._at[partition] = record.offset + 1

    def _finish_old(self, manifest: Manifest) -> None:
        if self._asked.follow:
            before = time.monotonic() - _FOLLOWED_S
            for partition in [p for p, (_, at) in self._open.items() if at < before]:
                self._finish(manifest, partition)

    def _finish_all(self, manifest: Manifest) -> None:
        for partition, at in self._at.items():
            if partition in self._open:
                self._finish(manifest, partition)
            elif at > self._from[partition]:
                manifest.add(Part(None, partition, self._from[partition], at))

    def _finish(self, manifest: Manifest, partition: int) -> None:
        file, _ = self._open[partition]
        part = file.finish(self._at[partition])
        del self._open[partition]
        try:
            manifest.add(part)
        except OSError:
            # What is not listed is not done: it would be recorded again, so it must not be seen.
            (self._directory / str(part.file)).unlink()
            raise
        self._from[partition] = part.stop
        self._pending -= part.records
        self._done.records += part.records
        self._done.files += 1
        self._done.size += part.size

    def _unwritable(self, error: OSError) -> ArchiveError:
        return ArchiveError(
            f"cannot write {self._directory}: {error.strerror or error}; {self._done.files} files "
            f"with {self._done.records:,} records before it are whole, nothing is there of the rest"
        )


def _ends_before(file: RecordFile, record: Record) -> bool:
    return (
        file.day != record.appended_at.date()
        or file.size >= _FILE_BYTES
        or file.last // _FILE_RECORDS != record.offset // _FILE_RECORDS
    )
