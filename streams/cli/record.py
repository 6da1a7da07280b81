"""``wireroom record``: a topic into files that last; ``record verify`` checks such files.

It must not change a recorded file.
"""

from __future__ import annotations

from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import orjson
from cyclopts import App, Parameter

from streams.cli.common import Common, finish
from streams.cli.examples import EXAMPLES
from streams.cli.inputs import progress
from streams.cli.logs import open_settings_log
from streams.cli.output import Format, OutputOption, open_output, terminal
from streams.cli.render import printable
from streams.ingest.dates import parse_moment

if TYPE_CHECKING:
    from collections.abc import Callable

    from streams.record import Asked, Recorded
    from streams.settings import Settings

record = App(
    name="record",
    help="A topic into files that last, and a check of such files.",
    help_format="plaintext",
    help_epilogue=EXAMPLES["record"],
)


@record.default
def record_(
    topic: str,
    directory: Path,
    /,
    *,
    log: str | None = None,
    format: Literal["jsonl.zst", "parquet"] = "jsonl.zst",  # noqa: A002  (what it is)
    since: str | None = None,
    until: str | None = None,
    max: int | None = None,  # noqa: A002  (the word every command uses)
    follow: Annotated[bool, Parameter(negative="")] = False,
    common: Common = Common(),  # noqa: B008  (frozen)
) -> int:
    """Write what a topic has into files, and later what is new; exit status 0.

    Every record with its key, headers and times. Nothing is committed to the log.

    Args:
        topic: raw, items, events, ... of the catalogue, or a topic's full name.
        directory: where the files go; a directory for each topic is made in it.
        log: the log to read; the settings' broker otherwise.
        format: of the files; one recording keeps to one.
        since: only what first came at this time or later: 3d, or a date.
        until: only what first came up to this time.
        max: stop after so many records.
        follow: go on with what comes, until Ctrl-C; a file ends after five minutes at most.
        common: settings.
    """
    from streams.record import Asked  # noqa: PLC0415  (start quickly)

    settings = common.log_settings(log)()
    now = datetime.now(UTC)
    asked = Asked(
        format=format,
        since=parse_moment(since, now) if since else None,
        until=parse_moment(until, now) if until else None,
        max_records=max,
        follow=follow,
    )
    name = settings.full_topic_name(topic)
    done = finish(_record(settings, name, directory, asked))
    _tell(done, name, directory)
    return 0


@record.command
def verify(directory: Path, /, *, output: OutputOption = None) -> int:
    """Read every recorded file: gaps and damage, by file and offset.

    The exit status is 1 where anything is lost or in doubt.

    Args:
        directory: that records were written to, or one topic's in it.
        output: a file, or one of text, jsonl.
    """
    from streams.record import verify as verified  # noqa: PLC0415  (start quickly)

    found = verified(directory)
    with open_output(output) as out:
        for finding in found.findings:
            if out.format is Format.TEXT:
                out.show(printable(str(finding)))
            else:
                out.line(orjson.dumps(finding.as_json()))
    verdict = "whole" if found.is_whole else f"{len(found.findings)} findings"
    terminal(stderr=True).print(
        f"{found.topics} topics, {found.files:,} files: {found.records:,} records and "
        f"{found.size:,} bytes are whole; {verdict}",
        soft_wrap=True,
    )
    return 0 if found.is_whole else 1


class _Offsets:
    """How far a topic was read, as progress takes it; offsets stand for bytes."""

    def __init__(self) -> None:
        self.bytes_read = 0
        self.total_bytes: int | None = None


async def _record(settings: Settings, topic: str, directory: Path, asked: Asked) -> Recorded:
    from streams.record import Recorder  # noqa: PLC0415  (start quickly)

    read = _Offsets()
    with ExitStack() as stack:
        bar: list[Callable[[int], None]] = []

        def show(done: int, total: int) -> None:
            # How much there is to read is known when the log has been opened.
            read.bytes_read = done
            if not bar:
                read.total_bytes = None if asked.follow else total
                bar.append(stack.enter_context(progress("recording", read)))
            bar[0](done)

        async with open_settings_log(settings) as log:
            return await Recorder(log, topic, directory, asked, show).run()


def _tell(done: Recorded, topic: str, directory: Path) -> None:
    report = terminal(stderr=True)
    for partition, first, after in done.lost:
        report.print(
            f"lost: {topic}[{partition}], offsets {first} to {after - 1}: the log no longer had "
            "them; record more often than its retention",
            soft_wrap=True,
        )
    left_out = f"; {done.left_out:,} of other times left out" if done.left_out else ""
    report.print(
        f"{done.records:,} records of {topic} into {done.files:,} files in {directory}, "
        f"{done.size:,} bytes{left_out}",
        soft_wrap=True,
    )
