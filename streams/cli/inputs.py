"""The options of every command that reads files, and the progress of reading them.

It must not read the files itself: ``streams.ingest`` does.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Protocol, TypeVar

from cyclopts import Parameter

from streams.cli.logs import open_settings_log
from streams.cli.output import no_option, terminal
from streams.cli.render import printable
from streams.errors import ConfigError
from streams.ingest.dates import parse_moment
from streams.ingest.mapping import parse_map
from streams.ingest.readers import Limits, parse_limits, parse_split
from streams.ingest.sources import SourceOptions, Sources
from streams.ingest.times import TimeFrom, parse_time_from
from streams.ingest.topics import OffsetRanges, TopicLogs, is_topic, parse_offsets

if TYPE_CHECKING:
    from collections.abc import Callable

    from streams.settings import Settings

__all__ = ["InputPath", "Inputs", "Reading", "batches", "progress"]

T = TypeVar("T")
_COLUMN = "column:"

InputPath = Annotated[str, Parameter(allow_leading_hyphen=True, validator=no_option)]
"""A file, a directory, a topic as URL#TOPIC, or - for standard input."""


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """How to read PATH.

    Attributes:
        map: fields or columns of foreign records, as body=text,received_at=date,headline=title;
            without it, well-known names are looked for.
        provider: who sent what names no provider.
        time_from: time of the first message without one; each further one is 1 ms later. Or where
            each file states it: name:%Y%m%d, mtime, or column:NAME of its records.
        max: stop after so many messages.
        split: a text holds many messages: each begins at a line with ZCZC, after blank:N lines, or
            at a line where this regular expression matches.
        limits: how much archives may unpack to, as member=64MiB,total=1TiB,ratio=200.
        since: only messages from this time on: 3d, or a date; none without a time.
        until: only messages up to this time.
        from_offset: of a topic: the first offset, as 120 or, by partition, 0:120,3:88; then only
            those partitions are read.
        to_offset: of a topic: the last offset.
    """

    map: str | None = None
    provider: str | None = None
    time_from: str | None = None
    max: Annotated[int | None, Parameter()] = None
    split: str | None = None
    limits: str | None = None
    since: str | None = None
    until: str | None = None
    from_offset: str | None = None
    to_offset: str | None = None

    def sources(
        self,
        paths: tuple[str, ...],
        *,
        mark_undated: bool = False,
        settings: Settings | None = None,
        known: Mapping[str, OffsetRanges] | None = None,
    ) -> Sources:
        """The messages of the paths.

        Args:
            paths: as given on the command line.
            mark_undated: the time of reading says nothing of when a message came.
            settings: with the security of logs whose topics are named, and their prefix.
            known: ranges of topics, to be read just so.

        Raises:
            ConfigError: no path, or an option that cannot be read.
            ArchiveError: a path that does not exist.
        """
        if not paths:
            raise ConfigError("name a file, a directory, a topic or - for standard input")
        if (self.from_offset or self.to_offset) and not any(map(is_topic, paths)):
            raise ConfigError("--from-offset and --to-offset are of topics, as sqlite:///x.db#raw")
        if self.max is not None and self.max < 0:
            raise ConfigError("--max counts from 0")
        fields = parse_map(self.map) if self.map else {}
        time_from: datetime | TimeFrom | None = None
        if self.time_from and self.time_from.startswith(_COLUMN):
            if "received_at" in fields:
                raise ConfigError("--map received_at and --time-from column: leave one of them out")
            fields["received_at"] = self.time_from.removeprefix(_COLUMN)
        elif self.time_from:
            time_from = parse_time_from(self.time_from)
            time_from = time_from or parse_moment(self.time_from, datetime.now(UTC))
        options = SourceOptions(
            fields=fields,
            provider=self.provider,
            time_from=time_from,
            split=parse_split(self.split) if self.split else None,
            limits=parse_limits(self.limits) if self.limits else Limits(),
            max_messages=self.max,
            mark_undated=mark_undated,
            announce=_announce,
            since=_moment(self.since),
            until=_moment(self.until),
            topics=self._topics(settings, known),
        )
        return Sources(paths, options)

    def _topics(
        self, settings: Settings | None, known: Mapping[str, OffsetRanges] | None
    ) -> TopicLogs:
        logs = TopicLogs(
            first=parse_offsets(self.from_offset) if self.from_offset else None,
            last=parse_offsets(self.to_offset) if self.to_offset else None,
            known=known,
        )
        if settings is None:
            return logs
        return replace(
            logs, open=partial(open_settings_log, settings), full_name=settings.full_topic_name
        )


def _moment(text: str | None) -> datetime | None:
    return parse_moment(text, datetime.now(UTC)) if text else None


def _announce(message: str) -> None:
    print(printable(message), file=sys.stderr)


def batches(values: Iterable[T], size: int) -> Iterator[list[T]]:
    """Lists of up to ``size`` values."""
    iterator = iter(values)
    while batch := list(islice(iterator, size)):
        yield batch


class Reading(Protocol):
    """Something that is read, and how far: bytes, or records."""

    @property
    def bytes_read(self) -> int:
        """So far."""
        ...

    @property
    def total_bytes(self) -> int | None:
        """In all, where that is known."""
        ...


@contextmanager
def progress(
    words: str, sources: Reading, *, wanted: bool = True
) -> Iterator[Callable[[int], None]]:
    """A bar on a terminal's standard error: call with how many messages are done so far.

    Not ``wanted`` where lines go to the same terminal meanwhile: they would tear each other.
    """
    if not (wanted and sys.stderr.isatty()):
        yield lambda _done: None
        return
    from rich.progress import (  # noqa: PLC0415  (start quickly)
        BarColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[done]:,} messages"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=terminal(stderr=True), transient=True) as bars:
        task = bars.add_task(words, total=sources.total_bytes, done=0)

        def show(done: int) -> None:
            bars.update(task, completed=sources.bytes_read, done=done)

        yield show
