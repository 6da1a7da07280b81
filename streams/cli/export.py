"""``wireroom export``: what a log or a run holds, as Parquet tables.

It must not change the log.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from schemas.topics import TopicName
from streams.cli.common import Common, finish
from streams.cli.events import events_of
from streams.cli.inputs import progress
from streams.cli.logs import open_settings_log
from streams.cli.output import terminal
from streams.cli.render import printable

if TYPE_CHECKING:
    from streams.settings import Settings

_URLS = ("sqlite:///", "kafka://")


def export(
    source: str,
    /,
    *,
    to: Path,
    killed: Annotated[bool, Parameter(negative="")] = False,
    common: Common = Common(),  # noqa: B008  (frozen)
) -> int:
    """Write items, events, entities, mentions and links as Parquet tables.

    Tables of an earlier export in the same directory are replaced, all of them together. The exit
    status is 1 where something could not be read.

    Args:
        source: a log, sqlite:///path or kafka://host:port, with #replay.NAME. for its prefix, or a
            file that `wireroom run -o` wrote.
        to: the directory of the tables.
        killed: the words of killed items as well; they must not be published.
        common: settings.
    """
    from streams.export import export as exported  # noqa: PLC0415  (start quickly)

    is_log = source.startswith(_URLS)
    url, _, prefix = source.partition("#")
    chosen = replace(common, broker=url, prefix=prefix or common.prefix) if is_log else common
    read = _Read()
    with events_of(None if is_log else source, chosen.settings) as events:
        enriched = _Enriched(chosen.settings()) if is_log else None
        with progress("exporting", read) as show:
            done = exported(events, enriched, to, killed=killed, show=show)
        damaged = done.damaged + events.damaged
        if not done.rows.get("events") and not damaged:
            terminal(stderr=True).print(f"{events.name} holds no event")
    report = terminal(stderr=True)
    rows = ", ".join(f"{count:,} {name}" for name, count in done.rows.items())
    report.print(f"{rows} in {to}", soft_wrap=True)
    if done.killed and not killed:
        report.print(f"the words of {done.killed:,} killed items are left out", soft_wrap=True)
    if damaged:
        first = f", first {printable(done.first_damaged)}" if done.first_damaged else ""
        report.print(f"{damaged:,} damaged records were left out{first}", soft_wrap=True)
    return 1 if damaged else 0


class _Read:
    """How much there is to read is not known beforehand."""

    bytes_read = 0
    total_bytes: int | None = None


class _Enriched:
    """``wire.enriched`` as it is now, re-sends folded."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def each(self, visit: Callable[[bytes], None]) -> int:
        """Show every item to ``visit``; answers how many there were."""
        return finish(self._read(visit))

    async def _read(self, visit: Callable[[bytes], None]) -> int:
        from streams.client.resends import fold_for  # noqa: PLC0415  (start quickly)

        topic = self._settings.topic_name(TopicName.ENRICHED)
        fold, count = fold_for(TopicName.ENRICHED), 0
        async with open_settings_log(self._settings) as log:
            if topic not in await log.topics():
                return 0
            end = await log.end_offsets(topic)
            if await log.begin_offsets(topic) == end:
                return 0
            async for batch in log.read(topic, "earliest", end):
                for record in batch:
                    if record.value is not None and fold.accept(record):
                        count += 1
                        visit(record.value)
        return count
