"""``wireroom story``: the chain of a story as a timeline, with the words that changed.

It must not decide anything, nor let wire text reach the terminal unfiltered.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import orjson
from cyclopts import Parameter

from streams.cli.common import Common
from streams.cli.output import Format, OutputOption, no_option, open_output
from streams.cli.render import counted, printable

if TYPE_CHECKING:
    from streams.cli.events import Events

Key = Annotated[str, Parameter(allow_leading_hyphen=True, validator=no_option)]
"""A story key, an item key, an item id or an event id."""

FromOption = Annotated[str | None, Parameter(name="--from", allow_leading_hyphen=True)]
"""A file of events, or - for standard input, in place of the log."""

LogOption = Annotated[str | None, Parameter(name="--log")]
"""A log other than that of the settings."""


def story(
    key: Key,
    *,
    source: FromOption = None,
    log: LogOption = None,
    killed: Annotated[bool, Parameter(negative="")] = False,
    output: OutputOption = None,
    common: Common = Common(),  # noqa: B008  (frozen)
) -> None:
    """Every version of a story in order: kind, headline, why, and the words that changed.

    Args:
        key: a story key, an item key, an item id, an agency's other id, or an event id.
        source: the events of a file, as `run -o` writes them, or - for standard input.
        log: read this log, not the one of the settings.
        killed: show the words of killed items, too.
        output: a file, or one of text, jsonl.
        common: settings.
    """
    from streams.cli.events import events_of, story_of  # noqa: PLC0415  (start quickly)
    from streams.cli.timeline import record_of, timeline  # noqa: PLC0415  (the stages)

    with events_of(source, common.log_settings(log)) as events:
        told = story_of(events, key)
        warn_of_damage(events)
    entries = list(timeline(told.events, killed=killed))
    with open_output(output) as out:
        if out.format is Format.TEXT:
            from streams.cli.timeline_text import lines  # noqa: PLC0415  (rich)

            for line in lines(told.key, entries, colour=out.is_coloured):
                out.show(line)
        else:
            for entry in entries:
                out.line(orjson.dumps(record_of(entry, told.key)))


def warn_of_damage(events: Events) -> None:
    """Say what was passed over."""
    if events.damaged:
        words = counted([("damaged events were passed over", events.damaged)])
        print(f"{printable(events.name)}: {words}", file=sys.stderr)
