"""``wireroom run``: files in, events out, on a log that is gone afterwards.

It must not decide anything about a message.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from schemas.codec import encode
from schemas.event import WireEvent
from streams.cli.common import WithRules
from streams.cli.inputs import InputPath, Inputs, batches, progress
from streams.cli.output import Format, Output, OutputOption, open_output, terminal
from streams.cli.render import as_ninjs, event_line, printable
from streams.errors import ConfigError

if TYPE_CHECKING:
    from rich.console import RenderableType

    from streams.counts import Counts
    from streams.ingest.sources import Sources
    from streams.log import SqliteStore
    from streams.settings import Settings

# Large enough that a batch's fixed costs vanish, small enough that the bar moves: a dispatch takes
# some 25 ms with its entities.
_BATCH = 20


def run(
    *paths: InputPath,
    output: OutputOption = None,
    stop_after: Literal["decode", "clean", "desk", "enrich"] = "enrich",
    report: Annotated[bool, Parameter(negative="")] = False,
    log: str | None = None,
    inputs: Inputs = Inputs(),  # noqa: B008  (frozen)
    common: WithRules = WithRules(),  # noqa: B008  (frozen)
) -> int:
    """Files in, one event a line out, in the order of the messages; nothing is kept.

    On a terminal, one file is shown as a card, several as one line an event. The exit status is 1
    where something could not be read; all else was.

    Args:
        paths: files, directories, .jsonl, a topic as sqlite:///wireroom.db#raw, or - for standard
            input.
        output: a file (.jsonl, or .txt to read), or one of text, jsonl, ninjs.
        stop_after: the last stage to run.
        report: in the end, tell what happened story by story (events are kept in memory).
        log: keep everything in this log, sqlite:///path, and go on from what it holds.
        inputs: how to read the files.
        common: settings.
    """
    settings = common.settings()
    sources = inputs.sources(paths, mark_undated=True, settings=settings)
    with open_output(output) as out, _store(settings, log) as store:
        writer = _Writer(out, sources, report=report)
        counts = _process(settings, store, sources, stop_after, writer)
        person = terminal(stderr=not (out.is_terminal or not out.is_stdout))
        for part in writer.report():
            person.print(part)
        person.print(counts.line(), soft_wrap=True)
        if not out.is_stdout:
            words = "Every event, one a line" if out.format is Format.JSONL else "Written"
            person.print(f"{words}: {printable(str(output))}", soft_wrap=True)
    return 0 if counts.adds_up() and not sources.damage.counts else 1


def _process(
    settings: Settings, store: SqliteStore, sources: Sources, stop_after: str, writer: _Writer
) -> Counts:
    from streams.embedded.runner import EmbeddedRunner, StopAfter  # noqa: PLC0415  (the stages)

    store.create_topics(list(settings.catalogue().values()), prefix=settings.prefix)
    runner = EmbeddedRunner(
        store,
        settings.pipeline_config(),
        prefix=settings.prefix,
        stop_after=StopAfter[stop_after.upper()],
    )
    # First what a log that was kept still has to do.
    total, done = runner.run(writer.write), 0
    with progress("reading", sources, wanted=writer.is_silent) as show:
        for batch in batches(sources, _BATCH):
            runner.ingest(batch)
            total.merge(runner.run(writer.write))
            done += len(batch)
            show(done)
    writer.finish()
    return total


@contextmanager
def _store(settings: Settings, log: str | None) -> Iterator[SqliteStore]:
    from streams.log import SqliteStore, sqlite_path  # noqa: PLC0415  (start quickly)

    limit = settings.max_body_bytes
    if log is not None:
        path = sqlite_path(log)
        if path is None:
            raise ConfigError(f"run works on sqlite:///path, not on {log}: use ingest and worker")
        with SqliteStore(path, max_body_bytes=limit) as store:
            yield store
        return
    with tempfile.TemporaryDirectory(prefix="wireroom-") as folder:
        path_of_log = Path(folder, "run.db")
        with SqliteStore(path_of_log, durable=False, max_body_bytes=limit) as store:
            yield store


class _Writer:
    """Writes events as they are decided, or keeps the few that make a card."""

    def __init__(self, out: Output, sources: Sources, *, report: bool) -> None:
        self._out = out
        self._told: list[WireEvent] | None = [] if report else None
        alone = sources.is_one_message
        self._kept: list[WireEvent] | None = [] if alone and out.format is Format.TEXT else None

    @property
    def is_silent(self) -> bool:
        """Whether nothing is shown on the terminal until the end."""
        return self._kept is not None or not self._out.is_terminal

    def write(self, events: Sequence[WireEvent]) -> None:
        """Take events in decided order."""
        if self._told is not None:
            self._told += events
        if self._kept is not None:
            self._kept += events
            return
        for event in events:
            match self._out.format:
                case Format.JSONL:
                    self._out.line(encode(event))
                case Format.NINJS:
                    if event.item is not None:
                        self._out.line(as_ninjs(event.item))
                case Format.TEXT:
                    self._out.show(event_line(event))
        self._out.flush()

    def report(self) -> Iterator[RenderableType]:
        """What happened, story by story, if that was asked for."""
        if self._told is not None:
            from streams.cli.report import story_report  # noqa: PLC0415  (start quickly)

            yield story_report(self._told)

    def finish(self) -> None:
        """Show the cards, if these were a message or two."""
        if self._kept is None:
            return
        from streams.cli.card import event_card  # noqa: PLC0415  (start quickly)

        for event in self._kept:
            self._out.show(event_card(event))
        sys.stdout.flush()
