"""``wireroom topics``: make the topics of the catalogue, list them, say who needs which rights.

It must not change or delete a topic that exists.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import orjson
from cyclopts import App, Parameter

from schemas.topics import DAY_MS, Topic
from streams.cli.common import Common, finish
from streams.cli.examples import EXAMPLES
from streams.cli.logs import open_settings_log
from streams.cli.output import Format, OutputOption, open_output, terminal
from streams.cli.render import printable
from streams.errors import ConfigError

if TYPE_CHECKING:
    from streams.preflight.finding import Finding
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
        dry_run: only say which, and what exists otherwise than the catalogue has it: "wrong" does
            harm, "other" does not; each with the command that changes it.
        common: settings.
    """
    settings = common.settings()
    report = terminal()
    if not dry_run:
        made = finish(_apply(settings))
        for name in made:
            report.print(f"made {name}")
        if not made:
            report.print("every topic exists")
        return
    absent, findings = finish(_compare(settings))
    for topic in absent:
        report.print(f"would make {topic.full_name(settings.prefix)}: {_as_made(topic)}")
    for finding in findings:
        where = f"{finding.level:<8} {finding.subject}: {printable(finding.words)}"
        report.print(where, soft_wrap=True)
        report.print(f"{'mend:':>8} {printable(finding.mend)}", soft_wrap=True)
    if not absent:
        report.print("every topic exists" + ("" if findings else ", as the catalogue has it"))


@topics.command
def acls(
    *roles: Literal[
        "intake",
        "desk",
        "enrich",
        "ingest",
        "replay",
        "subscribe",
        "record",
        "dead",
        "purge",
        "kb",
        "apply",
        "lint",
    ],
    user: str | None = None,
    common: Common = Common(),  # noqa: B008  (frozen)
) -> None:
    """The kafka-acls commands that give a user exactly the rights it needs; none is carried out.

    Args:
        roles: what it is to do; without any, the three stages of the worker.
        user: the name it logs in with; without, that of the settings.
        common: settings.

    Raises:
        ConfigError: the broker is not Kafka, or there is no user.
    """
    from streams.log import kafka_hosts  # noqa: PLC0415  (start quickly)
    from streams.preflight.rights import (  # noqa: PLC0415  (as above)
        STAGES,
        Role,
        acl_commands,
        rights_of,
    )

    settings = common.settings()
    (bootstrap, *_) = kafka_hosts(settings.broker)
    name = user or settings.kafka.sasl_username
    if name is None:
        raise ConfigError("whose rights: give --user NAME")
    wanted = [Role(role) for role in roles] or STAGES
    rights = dict.fromkeys(
        right for role in wanted for right in rights_of(role, prefix=settings.prefix)
    )
    for command in acl_commands(rights, user=name, bootstrap=bootstrap):
        terminal().print(command, soft_wrap=True)


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


async def _apply(settings: Settings) -> list[str]:
    catalogue = list(settings.catalogue().values())
    async with open_settings_log(settings) as log:
        return await log.create_topics(catalogue, prefix=settings.prefix)


async def _compare(settings: Settings) -> tuple[list[Topic], list[Finding]]:
    """The topics that do not exist, and what is to be said of those that do."""
    from streams.log import sqlite_path  # noqa: PLC0415  (start quickly)

    catalogue = settings.catalogue().values()
    if sqlite_path(settings.broker) is not None:
        async with open_settings_log(settings) as log:
            existing = await log.topics()
        return [each for each in catalogue if each.full_name(settings.prefix) not in existing], []
    from streams.preflight.kafka import compare_topics  # noqa: PLC0415  (brings aiokafka)

    found = await compare_topics(settings)
    absent = [each for each in catalogue if found[each.full_name(settings.prefix)] is None]
    return absent, [finding for findings in found.values() for finding in findings or ()]


def _as_made(topic: Topic) -> str:
    many = f"{topic.partitions} partition{'s' * (topic.partitions != 1)}"
    return f"{many}, keeps {_keeps(topic)}"


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
