"""The knowledge base of a replay: which one it is pinned to, and items enriched again with it.

It must not write to items or events.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from schemas.topics import TopicName
from streams.cli.common import finish
from streams.cli.kb_text import tell_rejected
from streams.cli.logs import open_settings_log
from streams.cli.output import terminal
from streams.errors import ConfigError

if TYPE_CHECKING:
    from streams.enrich.kb import Overlay
    from streams.log import TopicLog
    from streams.replay.checkpoint import Checkpoint
    from streams.replay.reenrich import Reenriched
    from streams.settings import Settings

__all__ = ["pin_kb", "reenrich_log"]

_NOW = "now"
_NONE = "none"


async def pin_kb(settings: Settings, wanted: str | None, log: TopicLog, target: Checkpoint) -> None:
    """Give a replay's own ``kb`` topic the knowledge base it is pinned to, before it is played.

    Raises:
        ConfigError: the version cannot be had, or the replay has begun with another one.
    """
    from streams.enrich.kb.editing import Change  # noqa: PLC0415  (the stages)
    from streams.kb import load_kb, write_kb  # noqa: PLC0415  (the stages)

    there, _ = await load_kb(log, target.prefix + TopicName.KB)
    if target.read and wanted is None:
        return
    if wanted is None:
        wanted = _NOW if target.log == settings.broker else _NONE
        overlay = await _wanted_kb(settings, wanted, must_exist=False)
    else:
        overlay = await _wanted_kb(settings, wanted, must_exist=True)
    if there.overlay.version != overlay.version:
        if len(there.overlay):
            raise ConfigError(
                f"{target.prefix}kb is at version {there.overlay.version}, not {overlay.version}: "
                "give the replay another --name"
            )
        await write_kb(log, target.prefix, [Change(record) for record in overlay.records()])
    terminal(stderr=True).print(f"knowledge base: version {overlay.version}", soft_wrap=True)


async def _wanted_kb(settings: Settings, wanted: str, *, must_exist: bool) -> Overlay:
    from streams.enrich.kb import EMPTY  # noqa: PLC0415  (the stages)
    from streams.kb import load_kb, load_kb_version  # noqa: PLC0415  (the stages)

    if wanted == _NONE:
        return EMPTY
    from_file = _of_file(Path(wanted))
    if from_file is not None:
        return from_file
    topic = settings.topic_name(TopicName.KB)
    async with open_settings_log(settings) as log:
        if not must_exist and topic not in await log.topics():
            return EMPTY
        if wanted == _NOW:
            kb, rejected = await load_kb(log, topic)
            tell_rejected(rejected)
            return kb.overlay
        return (await load_kb_version(log, topic, wanted)).overlay


def _of_file(path: Path) -> Overlay | None:
    """The knowledge base in an exported file; None where there is no such file."""
    from streams.enrich.kb import EMPTY, check, key_of  # noqa: PLC0415  (the stages)
    from streams.ingest.kb import read_entries  # noqa: PLC0415  (the stages)

    if not path.is_file():
        return None
    draft = EMPTY.draft()
    for entry in read_entries(path.read_bytes().splitlines()):
        fault = entry.fault
        for record in entry.records:
            rejected = check(record)
            fault = fault or (f"{rejected.fault}: {rejected.detail}" if rejected else None)
            draft.apply([(key_of(record), record)])
        if fault is not None:
            raise ConfigError(f"{path}:{entry.place}: {fault}")
    return draft


def reenrich_log(
    settings: Settings, names: tuple[str, ...], kb: str | None, *, dry_run: bool
) -> int:
    """Enrich the items of the settings' log again; answers the exit status."""
    done = finish(_reenriched(settings, names, kb, dry_run=dry_run))
    words = f"{done.items:,} items, {done.affected:,} affected"
    if not dry_run:
        words += f", {done.written:,} written, {done.overtaken:,} overtaken"
    terminal(stderr=True).print(words, soft_wrap=True)
    return 0


async def _reenriched(
    settings: Settings, names: tuple[str, ...], kb: str | None, *, dry_run: bool
) -> Reenriched:
    from streams.pipeline import enrich_stage  # noqa: PLC0415  (the stages)
    from streams.replay.reenrich import Reenricher  # noqa: PLC0415  (the stages)

    overlay = await _wanted_kb(settings, kb or _NOW, must_exist=True)
    stage = enrich_stage(settings.pipeline_config())
    async with open_settings_log(settings) as log:
        again = Reenricher(
            log,
            settings.prefix,
            overlay,
            lambda sources: [answer.record for answer in stage.process(sources, overlay)],
            names,
        )
        if dry_run:
            await again.affected()
            return again.done
        async for _ in again.run():
            pass
        return again.done
