"""``wireroom replay``: an archive into a log, with its own times, apart from what is live.

It must not write to live topics unless told so twice.
"""

from __future__ import annotations

import hashlib
import os
import shlex
import sys
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import orjson
from cyclopts import Group, Parameter, validators

from schemas.topics import TopicName
from streams.cli.common import WithRules, finish
from streams.cli.inputs import InputPath, Inputs
from streams.cli.logs import open_settings_log
from streams.cli.output import terminal
from streams.cli.reenrich import reenrich_log
from streams.cli.render import printable
from streams.cli.replay_progress import ProgressForm
from streams.errors import ConfigError
from streams.ingest.dates import parse_moment

if TYPE_CHECKING:
    from streams.cli.replay_play import Playing
    from streams.log import TopicLog
    from streams.replay.checkpoint import Checkpoint
    from streams.replay.existing import Existing
    from streams.replay.merging import MergedSources
    from streams.replay.pacing import Pace
    from streams.replay.player import Player
    from streams.replay.selection import Chosen
    from streams.settings import Settings

_Words = Annotated[tuple[str, ...], Parameter(negative="", consume_multiple=False)]
_Flag = Annotated[bool, Parameter(negative="")]
_WHICH = Group("Which messages", sort_key=2)
_PACE = Group("How fast", sort_key=3)
_WhichWords = Annotated[
    tuple[str, ...], Parameter(negative="", consume_multiple=False, group=_WHICH)
]
# Smaller archives are done before other processes have loaded their models.
_ALONE_BYTES = 2 * 1024 * 1024
# Times of --time-from that are read file by file; any other chains through all files in order.
_PER_FILE = ("name:", "mtime", "column")


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Which:
    """Which messages are played.

    Attributes:
        since: only messages from this time on: 3d, or a date.
        until: only messages up to this time.
        provider: only messages of these providers.
        lang: only messages with an item in these languages; kills always go along.
        match: only messages with an item that has one of these texts; kills always go along.
        skip_existing: leave out what the live topics have, or have a newer version of.
        from_offset: of a topic: the first offset, as 120 or, by partition, 0:120,3:88; then only
            those partitions are read.
        to_offset: of a topic: the last offset.
    """

    since: Annotated[str | None, Parameter(group=_WHICH)] = None
    until: Annotated[str | None, Parameter(group=_WHICH)] = None
    provider: _WhichWords = ()
    lang: _WhichWords = ()
    match: _WhichWords = ()
    skip_existing: Annotated[bool, Parameter(negative="", group=_WHICH)] = False
    from_offset: Annotated[str | None, Parameter(group=_WHICH)] = None
    to_offset: Annotated[str | None, Parameter(group=_WHICH)] = None

    def chosen(self, settings: Settings, now: datetime, existing: Existing | None) -> Chosen:
        """What this asks for."""
        from streams.client.selection import words  # noqa: PLC0415  (start quickly)
        from streams.pipeline import Intake  # noqa: PLC0415  (the stages)
        from streams.replay.selection import Chosen, Range  # noqa: PLC0415  (as above)

        return Chosen(
            Range(
                since=parse_moment(self.since, now) if self.since else None,
                until=parse_moment(self.until, now) if self.until else None,
                providers=words(self.provider),
            ),
            Intake(settings.pipeline_config()),
            languages=frozenset(word.lower() for word in words(self.lang)),
            match=self.match,
            exists=existing,
        )


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class HowFast:
    """The pace, and who works.

    Attributes:
        speed: 1 is the original pace, 60 a minute a second, max as fast as possible.
        rate: messages a second, at most.
        max_gap: the longest wait between two messages, in seconds.
        processes: that decode, clean and enrich beside the desk; by default the cores there are,
            or one for a small archive. The outcome is the same with any number.
        stop_after: the last stage to run.
    """

    speed: Annotated[str, Parameter(group=_PACE)] = "max"
    rate: Annotated[float | None, Parameter(group=_PACE)] = None
    max_gap: Annotated[float | None, Parameter(group=_PACE)] = None
    processes: Annotated[
        int | None, Parameter(group=_PACE, validator=validators.Number(gte=1, lte=256))
    ] = None

    stop_after: Annotated[Literal["desk", "enrich"], Parameter(group=_PACE)] = "enrich"

    def pace(self) -> Pace:
        """The pace asked for."""
        from streams.replay.pacing import Pace, check_rate, parse_speed  # noqa: PLC0415

        return Pace(parse_speed(self.speed), self.max_gap, check_rate(self.rate))

    def processes_for(self, sources: MergedSources) -> int:
        """How many processes work."""
        if self.processes is not None:
            return self.processes
        total = sources.total_bytes
        return 1 if total is None or total < _ALONE_BYTES else len(os.sched_getaffinity(0))


def replay(
    *paths: InputPath,
    log: str | None = None,
    into_live: _Flag = False,
    yes: _Flag = False,
    name: str | None = None,
    publish_only: _Flag = False,
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
    progress: ProgressForm = ProgressForm.AUTO,
    which: Which = Which(),
    fast: HowFast = HowFast(),
    common: WithRules = WithRules(),  # noqa: B008  (frozen)
) -> int:
    """Play an archive into topics of its own, replay.NAME.*, with the original times.

    Files are merged by the times of their messages, and so are the partitions of a topic. The
    stages run at once, on either log. With --reenrich no archive is played: the items of the log
    that have a name of the knowledge base are enriched again, in place. The exit status is 1 where
    something could not be read; all else was played.

    Args:
        paths: files, directories, .jsonl, or a topic: URL#TOPIC, as sqlite:///wireroom.db#raw.
        log: the log to play into; the settings' broker otherwise.
        into_live: into the live raw topic instead; needs --yes.
        yes: I mean --into-live.
        name: of the replay; the time of its start otherwise.
        publish_only: only into the raw topic: the stages do not run.
        as_provider: who sent what names no provider.
        max: stop after so many messages read.
        map: fields of foreign JSON Lines, as body=text,received_at=date.
        time_from: time of the first message without one; files are then played one after another.
        resume: checkpoint file: go on from it if it exists, and keep it up to date.
        kb: the knowledge base to enrich with: a version, as items name it in kb_version, a file
            that `wireroom kb export` wrote, now or none. Else now, none in a log of its own.
        split: a text holds many messages, parted as `run --split` does.
        limits: how much archives may unpack to, as member=64MiB,total=1TiB,ratio=200.
        reenrich: enrich the log's own items again, and publish them to enriched only.
        alias: with --reenrich: only items whose text has this name.
        dry_run: only count, by provider and day, estimate, and tell what cannot be decoded.
        progress: on standard error: a bar on a terminal, or a line of JSON a second.
        which: messages.
        fast: and how.
        common: settings.
    """
    from streams.cli.replay_play import Playing  # noqa: PLC0415  (start quickly)

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
        map=map, provider=as_provider, time_from=time_from, max=max, split=split, limits=limits,
        from_offset=which.from_offset, to_offset=which.to_offset,
    )  # fmt: skip
    kept = _kept(resume)
    sources = _sources(inputs, paths, settings, kept)
    now, pace = datetime.now(UTC), fast.pace()
    existing = finish(_existing(settings)) if which.skip_existing else None
    chosen = which.chosen(settings, now, existing)
    if dry_run:
        from streams.cli.replay_dry_run import show_dry_run  # noqa: PLC0415  (start quickly)

        show_dry_run(sources, chosen, pace, fast.processes_for(sources))
        return _status(sources)
    reading = [
        *(map, as_provider, time_from, max, split, limits),
        *(*which.lang, "", *which.match, "", *which.provider),
        *(which.from_offset, which.to_offset),
    ]
    target = _target(
        _fresh(settings, log, name, into_live=into_live, yes=yes, now=now),
        sources,
        hashlib.sha256(orjson.dumps(reading)).hexdigest(),
        resume,
        kept,
    )
    return _played(
        Playing(
            settings,
            sources,
            target,
            partial(_player, settings, chosen, pace, resume),
            runs_stages=not (into_live or publish_only),
            stop_after=fast.stop_after,
            makes_topics=not into_live,
            kb=kb,
            processes=fast.processes_for(sources),
            form=progress,
            reached=target,
        ),
        resume,
    )


def _kept(resume: Path | None) -> Checkpoint | None:
    from streams.replay.checkpoint import load_checkpoint  # noqa: PLC0415  (start quickly)

    return load_checkpoint(resume) if resume is not None else None


def _sources(
    inputs: Inputs, paths: tuple[str, ...], settings: Settings, kept: Checkpoint | None
) -> MergedSources:
    """The messages of the paths, merged by time where their times do not chain through files."""
    from streams.replay.merging import MergedSources  # noqa: PLC0415  (start quickly)

    chains = inputs.time_from is not None and not inputs.time_from.startswith(_PER_FILE)
    if inputs.max is not None and inputs.max < 0:
        raise ConfigError("--max counts from 0")
    whole = replace(inputs, max=None).sources(
        paths, mark_undated=True, settings=settings, known=kept.topics if kept else None
    )
    return MergedSources(whole, inputs.max, in_file_order=chains)


def _status(sources: MergedSources) -> int:
    return 1 if sources.damage.counts else 0


async def _existing(settings: Settings) -> Existing:
    from streams.replay.existing import Existing  # noqa: PLC0415  (the log)

    async with open_settings_log(settings) as log:
        return await Existing.read(log, settings.topic_name(TopicName.STATE))


def _player(
    settings: Settings,
    chosen: Chosen,
    pace: Pace,
    file: Path | None,
    *,
    log: TopicLog,
    start: Checkpoint,
) -> Player:
    from streams.replay.player import Player  # noqa: PLC0415  (start quickly)

    return Player(
        log=log,
        start=start,
        wanted=chosen,
        pace=pace,
        spool_dir=settings.spool_dir,
        max_body_bytes=settings.max_body_bytes,
        file=file,
    )


def _fresh(
    settings: Settings,
    log: str | None,
    name: str | None,
    *,
    into_live: bool,
    yes: bool,
    now: datetime,
) -> Checkpoint:
    """Where a replay goes that begins now."""
    from streams.replay.checkpoint import Checkpoint  # noqa: PLC0415  (start quickly)

    if into_live and not yes:
        raise ConfigError(f"--into-live writes to {settings.prefix}* on the live log: add --yes")
    if into_live and log is not None:
        raise ConfigError("--into-live goes to the settings' broker: leave --log out")
    replay_id = name or f"{now:%Y%m%dT%H%M%S}"
    prefix = settings.prefix if into_live else f"replay.{replay_id}."
    return Checkpoint(archive="", log=log or settings.broker, prefix=prefix, replay_id=replay_id)


def _target(
    fresh: Checkpoint,
    sources: MergedSources,
    reading: str,
    resume: Path | None,
    kept: Checkpoint | None,
) -> Checkpoint:
    """Where the replay goes, and from where on.

    Raises:
        ConfigError: the checkpoint is of another archive, of another way to read it, or went
            elsewhere.
    """
    from streams.ingest.sources import STDIN  # noqa: PLC0415  (start quickly)
    from streams.replay.checkpoint import fingerprint  # noqa: PLC0415  (start quickly)

    can_be_resumed = all(file.name != STDIN for file in sources.files)
    archive = ""
    if can_be_resumed or resume is not None:
        archive = fingerprint(sources.files, sources.topics)
    topics = {topic.name: dict(topic.ranges) for topic in sources.topics}
    fresh = fresh.model_copy(update={"archive": archive, "reading": reading, "topics": topics})
    if kept is None:
        return fresh
    if kept.archive != archive:
        raise ConfigError(f"{resume} belongs to another archive, or the archive has changed")
    if kept.reading != reading:
        raise ConfigError(
            f"{resume} was read otherwise: give --map, --as-provider, --time-from, --max, --lang, "
            "--match, --provider, --from-offset and --to-offset as they were"
        )
    if _place(kept) != _place(fresh):
        raise ConfigError(f"{resume} went to {kept.prefix}* on {kept.log}: go on to the same")
    return kept


def _place(target: Checkpoint) -> tuple[str, str]:
    """The log, and the live prefix or whatever namespace of its own a replay has."""
    is_own = target.prefix == f"replay.{target.replay_id}."
    return target.log, "" if is_own else target.prefix


def _played(playing: Playing, resume: Path | None) -> int:
    """Play; answers the exit status. Stopped by Ctrl-C, it says how to go on."""
    try:
        counts = finish(playing.run())
    except KeyboardInterrupt:
        _tell_resume(playing.reached, resume)
        raise
    return _status(playing.sources) if counts is None or counts.adds_up() else 1


def _tell_resume(reached: Checkpoint, resume: Path | None) -> None:
    from streams.replay.checkpoint import save_checkpoint  # noqa: PLC0415  (start quickly)

    report = terminal(stderr=True)
    if not reached.archive:
        report.print("stopped; standard input cannot be resumed", soft_wrap=True)
        return
    given = sys.argv[1:] if sys.argv[1:2] == ["replay"] else ["replay", "..."]
    if resume is None:
        resume = Path(f"replay.{reached.replay_id}.checkpoint")
        save_checkpoint(resume, reached)
        given = [*given, "--resume", str(resume)]
    command = shlex.join(["wireroom", *given])
    report.print(
        f"stopped after {reached.read:,} messages; go on: {printable(command)}", soft_wrap=True
    )
