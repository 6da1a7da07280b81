"""``wireroom kb import`` and ``export``: the knowledge base from files and into them.

It must not hold rules of editing: ``streams.enrich.kb.editing`` does.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from schemas.kb import KbEntity
from schemas.topics import TopicName
from streams.cli.common import Common, finish
from streams.cli.inputs import InputPath
from streams.cli.kb_text import loaded, tell_rejected
from streams.cli.logs import open_settings_log
from streams.cli.output import OutputOption, open_output, terminal
from streams.cli.render import printable
from streams.errors import ConfigError

if TYPE_CHECKING:
    from streams.enrich.kb.editing import Change
    from streams.enrich.kb.overlay import Draft
    from streams.ingest.kb import Entry
    from streams.settings import Settings

__all__ = ["export", "import_"]

_Flag = Annotated[bool, Parameter(negative="")]
# Of faults of one file, as many are told one by one.
_TOLD = 50


def import_(
    source: InputPath,
    *,
    replace: _Flag = False,
    dry_run: _Flag = False,
    common: Common = Common(),  # noqa: B008  (frozen)
) -> int:
    """Read entities and aliases from JSON Lines, as export writes them, or from CSV.

    What is there already is not written again. An entry that is broken, or contradicts what is
    there, is told and passed over, and the exit status is 1; the others are written.

    Args:
        source: a file, or - for standard input.
        replace: what contradicts the file is written as the file has it.
        dry_run: write nothing, only count and tell.
        common: settings.
    """
    from streams.ingest.kb import read_entries  # noqa: PLC0415  (start quickly)

    # Entities first: whoever sorted the file may have put the aliases before them.
    entries = sorted(
        read_entries(_lines(source)),
        key=lambda entry: not any(isinstance(record, KbEntity) for record in entry.records),
    )
    counts = finish(_imported(common.settings(), source, entries, replace=replace, dry_run=dry_run))
    return 1 if counts["rejected"] else 0


async def _imported(
    settings: Settings, source: str, entries: list[Entry], *, replace: bool, dry_run: bool
) -> Counter[str]:
    from streams.kb import load_kb, write_kb  # noqa: PLC0415  (the stages)

    report = terminal(stderr=True)
    counts: Counter[str] = Counter()
    changes: list[Change] = []
    async with open_settings_log(settings) as log:
        kb, rejected = await load_kb(log, settings.topic_name(TopicName.KB))
        tell_rejected(rejected)
        draft = kb.overlay.draft()
        for entry in entries:
            fresh, fault = _of_entry(draft, entry, replace=replace)
            changes += fresh
            if fault is not None:
                counts["rejected"] += 1
                if counts["rejected"] <= _TOLD:
                    report.print(printable(f"{source}:{entry.place}: {fault}"), soft_wrap=True)
            else:
                counts["unchanged"] += max(0, len(entry.records) - len(fresh))
            counts["changed"] += sum(change.former is not None for change in fresh)
            counts["added"] += sum(change.former is None for change in fresh)
        if not dry_run:
            await write_kb(log, settings.prefix, changes)
    if counts["rejected"] > _TOLD:
        report.print(f"and {counts['rejected'] - _TOLD:,} more")
    words = ", ".join(
        f"{counts[name]:,} {name}" for name in ("added", "changed", "unchanged", "rejected")
    )
    words = f"{'would be: ' if dry_run else ''}{words}; version {draft.version}"
    report.print(words, soft_wrap=True)
    return counts


def _of_entry(draft: Draft, entry: Entry, *, replace: bool) -> tuple[list[Change], str | None]:
    """What an entry changes, all of it or nothing, and why not."""
    from streams.enrich.kb.editing import EditError, put, undone, written  # noqa: PLC0415

    if entry.fault is not None:
        return [], entry.fault
    changes: list[Change] = []
    try:
        for record in entry.records:
            fresh = put(draft, record, replace=replace)
            draft.apply(written(fresh))
            changes += fresh
    except EditError as error:
        draft.apply(undone(changes))
        return [], str(error)
    return changes, None


def export(
    *,
    output: OutputOption = None,
    common: Common = Common(),  # noqa: B008  (frozen)
) -> None:
    """Every record as JSON Lines: imported elsewhere, it gives the same version.

    Args:
        output: a file; standard output otherwise.
        common: settings.
    """
    from streams.enrich.kb import write_record  # noqa: PLC0415  (the stages)

    overlay = finish(loaded(common.settings()))
    with open_output(output or "jsonl") as out:
        for record in sorted(overlay.records(), key=lambda each: each.record, reverse=True):
            out.line(write_record(record))
    terminal(stderr=True).print(f"{len(overlay):,} records, version {overlay.version}")


def _lines(source: str) -> list[bytes]:
    try:
        if source == "-":
            return sys.stdin.buffer.read().splitlines()
        return Path(source).read_bytes().splitlines()
    except OSError as error:
        raise ConfigError(f"{source}: {error.strerror}") from None
