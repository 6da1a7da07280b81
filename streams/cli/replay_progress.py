"""How far a replay has come: a bar for a person, lines of JSON for a program.

It must not read the archive or the log.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

import orjson

from streams.cli.output import terminal

__all__ = ["Progress", "ProgressForm", "Show", "replay_progress"]

# Lines of JSON are for a program that watches: one a second says enough.
_EVERY_S = 1.0

Show = Callable[[int, datetime | None], None]
"""Told how many messages were read so far, and the original time of the last one."""


class Reading(Protocol):
    """Something that is being read, and how far."""

    @property
    def bytes_read(self) -> int:
        """So far."""
        ...

    @property
    def total_bytes(self) -> int | None:
        """In all, where that is known."""
        ...


class ProgressForm(StrEnum):
    """How progress is told, on standard error."""

    AUTO = "auto"
    BAR = "bar"
    JSON = "json"
    NONE = "none"


@dataclass(slots=True)
class Progress:
    """Figures of a run under way.

    Attributes:
        began: messages that had been read before this run.
        clock: seconds that never go back.
    """

    sources: Reading
    began: int = 0
    clock: Callable[[], float] = time.monotonic
    done: int = field(default=0, init=False)
    event_time: datetime | None = field(default=None, init=False)
    _started: float = field(default=0.0, init=False)

    def __post_init__(self) -> None:
        self._started = self.clock()

    @property
    def elapsed_s(self) -> float:
        """Since this run began."""
        return self.clock() - self._started

    @property
    def share(self) -> float | None:
        """Of the archive's bytes that were read, 0 to 1; None where its size is not known."""
        total = self.sources.total_bytes
        return min(self.sources.bytes_read / total, 1.0) if total else None

    @property
    def rate(self) -> float:
        """Messages a second, of this run."""
        return (self.done - self.began) / max(self.elapsed_s, 0.001)

    @property
    def remaining_s(self) -> float | None:
        """Seconds to the end at the speed so far; None while nothing can be said."""
        share = self.share
        return self.elapsed_s * (1 - share) / share if share else None

    def record(self) -> dict[str, object]:
        """As a line of JSON."""
        share, remaining = self.share, self.remaining_s
        return {
            "messages": self.done,
            "event_time": self.event_time.isoformat() if self.event_time else None,
            "rate_per_s": round(self.rate, 1),
            "share": None if share is None else round(share, 4),
            "remaining_s": None if remaining is None else round(remaining, 1),
        }


@contextmanager
def replay_progress(sources: Reading, form: ProgressForm, *, began: int) -> Iterator[Show]:
    """Tell how far a replay is, in the form asked for; a bar is drawn on a terminal only."""
    figures = Progress(sources, began)
    if form is ProgressForm.JSON:
        with _lines(figures) as show:
            yield show
    elif form is ProgressForm.BAR or (form is ProgressForm.AUTO and sys.stderr.isatty()):
        with _bar(figures) as show:
            yield show
    else:
        yield lambda _done, _at: None


@contextmanager
def _lines(figures: Progress) -> Iterator[Show]:
    last = figures.clock()

    def tell() -> None:
        sys.stderr.write(orjson.dumps(figures.record()).decode() + "\n")
        sys.stderr.flush()

    def show(done: int, at: datetime | None) -> None:
        nonlocal last
        figures.done, figures.event_time = done, at or figures.event_time
        if figures.clock() - last >= _EVERY_S:
            last = figures.clock()
            tell()

    yield show
    tell()


@contextmanager
def _bar(figures: Progress) -> Iterator[Show]:
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn  # noqa: PLC0415
    from rich.progress import Progress as Bars  # noqa: PLC0415  (start quickly)

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[said]}"),
        TimeRemainingColumn(),
    )
    with Bars(*columns, console=terminal(stderr=True), transient=True) as bars:
        task = bars.add_task("replaying", total=figures.sources.total_bytes, said="")

        def show(done: int, at: datetime | None) -> None:
            figures.done, figures.event_time = done, at or figures.event_time
            when = f"{figures.event_time:%Y-%m-%d %H:%M}" if figures.event_time else "undated"
            said = f"{when}  {done:,} messages  {figures.rate:,.0f}/s"
            bars.update(task, completed=figures.sources.bytes_read, said=said)

        yield show
