"""``wireroom replay``: an archive into a log, with its own times, apart from what is live.

It must not write to live topics unless told so twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from streams.cli.common import WithRules, finish
from streams.cli.inputs import InputPath, Inputs, progress
from streams.cli.logs import open_settings_log
from streams.cli.output import terminal
from streams.cli.reenrich import pin_kb, reenrich_log
from streams.errors import ConfigError
from streams.ingest.dates import parse_moment

if TYPE_CHECKING:
    from streams.counts import Counts
    from streams.ingest.sources import Sources
    from streams.replay.checkpoint import Checkpoint
    from streams.replay.player import Player, Range
    from streams.settings import Settings

_Words = Annotated[tuple[str, ...], Parameter(negative="", consume_multiple=False)]
_Flag = Annotated[bool, Parameter(negative="")]


def replay(
    *paths: InputPath,
    log: str | None = None,
    into_live: _Flag = False,
    yes: _Flag = False,
    name: str | None = None,
    speed: float = 0,
    max_gap: float | None = None,
    since: str | None = None,
    until: str | None = None,
    provider: _Words = (),
    as_provider: str | None = None,
    max: int | None = None,  # noqa: A002  (the word every command uses)
    map: str | None = None,  # noqa: A002  (as above)
    time_from: str | None = None,
    resume: Path | None = None,
    kb: str | None = None,
    split: str | None = None,
    limits: str | None = None,
    reenrich: _Flag = False,
    alias: _Words = (),
    dry_run: _Flag = False,
    common: WithRules = WithRules(),  # noqa: B008  (frozen)
) -> int:
    """Play an archive into topics of its own, replay.NAME.*, with the original times.

    On sqlite:/// the stages run at once; on Kafka start a worker with --prefix replay.NAME.
    With --reenrich no archive is played: the items of the log that have a name of the knowledge
    base are enriched again, in place.

    Args:
        paths: files, directories or .jsonl.
        log: the log to play into; the settings' broker otherwise.
        into_live: into the live raw topic instead; needs --yes.
        yes: I mean --into-live.
        name: of the replay; the time of its start otherwise.
        speed: 1 is the original pace, 60 a minute a second, 0 as fast as possible.
        max_gap: the longest wait between two messages, in seconds.
        since: only messages from this time on: 3d, or a date.
        until: only messages up to this time.
        provider: only messages of these providers.
        as_provider: who sent what names no provider.
        max: stop after so many messages read.
        map: fields of foreign JSON Lines, as body=text,received_at=date.
        time_from: time of the first message without one.
        resume: checkpoint file: go on from it if it exists, and keep it up to date.
        kb: the knowledge base to enrich with: a version, as items name it in kb_version, a file
            that `wireroom kb export` wrote, now or none. Else now, none in a log of its own.
        split: a text holds many messages, parted as `run --split` does.
        limits: how much archives may unpack to, as member=64MiB,total=1TiB,ratio=200.
        reenrich: enrich the log's own items again, and publish them to enriched only.
        alias: with --reenrich: only items whose text has this name.
        dry_run: only count, by provider and day.
        common: settings.
    """
    from streams.client.selection import words  # noqa: PLC0415  (start quickly)
    from streams.replay.pacing import check_speed  # noqa: PLC0415  (start quickly)
    from streams.replay.player import Player, Range  # noqa: PLC0415  (start quickly)

    settings = common.settings()
    if alias and not reenrich:
        raise ConfigError("--alias goes with --reenrich")
    if reenrich:
        if paths or log or into_live:
            raise ConfigError("--reenrich takes the log's own items: leave paths and --log out")
        return reenrich_log(settings, alias, kb, dry_run=dry_run)
    if into_live and kb is not None:
        raise ConfigError("--into-live uses the live knowledge base: leave --kb out")
    inputs = Inputs(
        map=map, provider=as_provider, time_from=time_from, max=max, split=split, limits=limits
    )
    sources = inputs.sources(paths, mark_undated=True)
    now = datetime.now(UTC)
    wanted = Range(
        since=parse_moment(since, now) if since else None,
        until=parse_moment(until, now) if until else None,
        providers=words(provider),
    )
    if dry_run:
        _dry_run(sources, wanted)
        return 0
    target = _target(settings, sources, log, name, resume, into_live=into_live, yes=yes, now=now)
    counts = finish(
        _play(
            settings,
            sources,
            partial(
                Player,
                start=target,
                wanted=wanted,
                speed=check_speed(speed),
                max_gap_s=max_gap,
                spool_dir=settings.spool_dir,
                max_body_bytes=settings.max_body_bytes,
                file=resume,
            ),
            target,
            process=not into_live,
            kb=kb,
        )
    )
    return 0 if counts is None or counts.adds_up() else 1


def _target(
    settings: Settings,
    sources: Sources,
    log: str | None,
    name: str | None,
    resume: Path | None,
    *,
    into_live: bool,
    yes: bool,
    now: datetime,
) -> Checkpoint:
    """Where the replay goes, and from where on."""
    from streams.replay.checkpoint import (  # noqa: PLC0415  (start quickly)
        Checkpoint,
        fingerprint,
        load_checkpoint,
    )

    if into_live and not yes:
        raise ConfigError(f"--into-live writes to {settings.prefix}* on the live log: add --yes")
    if into_live and log is not None:
        raise ConfigError("--into-live goes to the settings' broker: leave --log out")
    archive = fingerprint(sources.files) if resume is not None else ""
    replay_id = name or f"{now:%Y%m%dT%H%M%S}"
    fresh = Checkpoint(
        archive=archive,
        log=log or settings.broker,
        prefix=settings.prefix if into_live else f"replay.{replay_id}.",
        replay_id=replay_id,
    )
    kept = load_checkpoint(resume) if resume is not None else None
    if kept is None:
        return fresh
    if kept.archive != archive:
        raise ConfigError(f"{resume} belongs to another archive, or the archive has changed")
    if kept.log != fresh.log or (kept.prefix == settings.prefix) != into_live:
        raise ConfigError(f"{resume} went to {kept.prefix}* on {kept.log}: go on to the same")
    return kept


async def _play(
    settings: Settings,
    sources: Sources,
    player_of: Callable[..., Player],
    target: Checkpoint,
    *,
    process: bool,
    kb: str | None,
) -> Counts | None:
    from streams.log import sqlite_path  # noqa: PLC0415  (start quickly)

    report = terminal(stderr=True)
    path = sqlite_path(target.log) if process else None
    played = target
    if target.read:
        report.print(f"going on after {target.read:,} messages; counts are of what is left")
    async with open_settings_log(settings, target.log) as log:
        if process:
            await log.create_topics(list(settings.catalogue().values()), prefix=target.prefix)
            await pin_kb(settings, kb, log, target)
        stages = _Stages(settings, path, target.prefix) if path is not None else None
        try:
            with progress("replaying", sources) as show:
                async for played in player_of(log=log).play(sources):
                    if stages is not None:
                        await asyncio.to_thread(stages.run)
                    show(played.read)
        finally:
            if stages is not None:
                stages.close()
    left_out = played.read - played.played
    words = f"{played.played:,} messages into {target.prefix}raw on {target.log}"
    report.print(words + (f"; {left_out:,} left out" if left_out else ""), soft_wrap=True)
    if stages is None:
        if process:
            words = f"now run: wireroom worker --broker {target.log} --prefix {target.prefix}"
            report.print(words, soft_wrap=True)
        return None
    report.print(stages.counts.line(), soft_wrap=True)
    words = f"wireroom subscribe --broker {target.log} --prefix {target.prefix} --last 20"
    report.print(f"see it: {words}", soft_wrap=True)
    return stages.counts


class _Stages:
    """The embedded stages over what is being played; used from one thread at a time."""

    def __init__(self, settings: Settings, path: str, prefix: str) -> None:
        from streams.counts import Counts  # noqa: PLC0415  (start quickly)
        from streams.embedded.runner import EmbeddedRunner  # noqa: PLC0415  (the stages)
        from streams.log import SqliteStore  # noqa: PLC0415  (start quickly)

        self._store = SqliteStore(path, max_body_bytes=settings.max_body_bytes)
        self._runner = EmbeddedRunner(
            self._store, settings.pipeline_config(), prefix=prefix, spool_dir=settings.spool_dir
        )
        self.counts = Counts()

    def run(self) -> None:
        self.counts.merge(self._runner.run())

    def close(self) -> None:
        self._store.close()


def _dry_run(sources: Sources, wanted: Range) -> None:
    from streams.replay.player import tally  # noqa: PLC0415  (start quickly)

    found = tally(sources, wanted)
    report = terminal()
    for (provider, day), number in sorted(found.by_provider_and_day.items()):
        report.print(f"{day:<10}  {provider:<12} {number:>9,}")
    span = f", {found.first:%Y-%m-%d %H:%M} to {found.last:%Y-%m-%d %H:%M}" if found.first else ""
    report.print(
        f"{found.messages:,} messages, {found.size:,} bytes{span}; {found.left_out:,} left out",
        soft_wrap=True,
    )
