"""``wireroom topics``: make the topics of the catalogue, or list what the log has.

It must not change or delete a topic that exists.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import orjson
from cyclopts import App, Parameter

from schemas.topics import DAY_MS, Topic
from streams.cli.common import Common, finish
from streams.cli.examples import EXAMPLES
from streams.cli.logs import open_settings_log
from streams.cli.output import Format, OutputOption, open_output, terminal

if TYPE_CHECKING:
    from streams.settings import Settings

topics = App(
    name="topics",
    help="Make the topics, or list them.",
    help_format="plaintext",
    help_epilogue=EXAMPLES["topics"],
)


@topics.command
def apply(
    *,
    dry_run: Annotated[bool, Parameter(negative="")] = False,
    common: Common = Common(),  # noqa: B008  (frozen)
) -> None:
    """Make those topics of the catalogue that do not exist; change none that does.

    Args:
        dry_run: only say which.
        common: settings.
    """
    settings = common.settings()
    made = finish(_apply(settings, dry_run=dry_run))
    report = terminal()
    verb = "would make" if dry_run else "made"
    for name in made:
        report.print(f"{verb} {name}")
    if not made:
        report.print("every topic exists")


@topics.command(name="list")
def list_(
    *,
    output: OutputOption = None,
    common: Common = Common(),  # noqa: B008  (frozen)
) -> None:
    """The topics of the catalogue: partitions, retention, records, and whether they exist.

    Args:
        output: a file, or one of text, jsonl.
        common: settings.
    """
    settings = common.settings()
    rows = finish(_list(settings))
    with open_output(output) as out:
        if out.format is not Format.TEXT:
            for row in rows:
                out.line(orjson.dumps(row))
            return
        from rich.table import Table  # noqa: PLC0415  (start quickly)

        table = Table(box=None)
        for column in ("topic", "partitions", "keeps", "records", "meaning"):
            table.add_column(column, no_wrap=column != "meaning")
        for row in rows:
            records = "missing" if row["records"] is None else f"{row['records']:,}"
            numbers = (str(row["partitions"]), str(row["keeps"]), records)
            table.add_row(str(row["topic"]), *numbers, str(row["meaning"]))
        out.show(table)


async def _apply(settings: Settings, *, dry_run: bool) -> list[str]:
    catalogue = list(settings.catalogue().values())
    async with open_settings_log(settings) as log:
        if not dry_run:
            return await log.create_topics(catalogue, prefix=settings.prefix)
        existing = await log.topics()
        names = [topic.full_name(settings.prefix) for topic in catalogue]
        return [name for name in names if name not in existing]


async def _list(settings: Settings) -> list[dict[str, object]]:
    async with open_settings_log(settings) as log:
        existing = await log.topics()
        rows: list[dict[str, object]] = []
        for topic in settings.catalogue().values():
            name = topic.full_name(settings.prefix)
            records: int | None = None
            if name in existing:
                begin, end = await log.begin_offsets(name), await log.end_offsets(name)
                records = sum(end.values()) - sum(begin.values())
            rows.append(
                {
                    "topic": name,
                    "partitions": existing.get(name, topic.partitions),
                    "keeps": _keeps(topic),
                    "restricted": topic.restricted,
                    "records": records,
                    "meaning": topic.meaning,
                }
            )
        return rows


def _keeps(topic: Topic) -> str:
    days = None if topic.retention_ms is None else f"{topic.retention_ms / DAY_MS:g} d"
    if topic.compacted:
        return f"latest{f', {days}' if days else ''}"
    return days or "for ever"
