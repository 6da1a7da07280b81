"""Playing an archive with the stages behind it, until it ends or is stopped.

It must not read the command line.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from schemas.topics import TopicName
from streams.cli.logs import open_settings_log
from streams.cli.output import terminal
from streams.cli.reenrich import pin_kb
from streams.cli.replay_progress import ProgressForm, replay_progress

if TYPE_CHECKING:
    from schemas.topics import Topic
    from streams.counts import Counts
    from streams.log import TopicLog
    from streams.replay.checkpoint import Checkpoint
    from streams.replay.merging import MergedSources
    from streams.replay.player import Player
    from streams.settings import Settings

__all__ = ["Playing"]

# Batches of the player that may lie in the raw topic ahead of the stages; at a pace, none, for
# each message is to come out before the next one is due.
_MOST_AHEAD = 8
# The worker's lines would tear the progress bar; what goes wrong is told.
_WORKER_LOG_LEVEL = "WARNING"


@dataclass(slots=True)
class Playing:
    """One run of a replay.

    Attributes:
        target: where it goes, and from where on.
        player_of: makes the player, of ``log`` and ``start``.
        runs_stages: or only publishes the raw messages.
        stop_after: the last stage to run.
        makes_topics: the namespace is its own.
        kb: the knowledge base it is pinned to.
        reached: the last checkpoint that was safe; what is there when the run is stopped.
    """

    settings: Settings
    sources: MergedSources
    target: Checkpoint
    player_of: Callable[..., Player]
    runs_stages: bool
    stop_after: str
    makes_topics: bool
    kb: str | None
    processes: int
    form: ProgressForm
    reached: Checkpoint

    async def run(self) -> Counts | None:
        """Play to the end; answers the counts of the stages, where they ran here."""
        report = terminal(stderr=True)
        target = self.target
        if target.read:
            report.print(f"going on after {target.read:,} messages; counts are of what is left")
        async with open_settings_log(self.settings, target.log) as log:
            if self.makes_topics:
                await log.create_topics(self._topics(), prefix=target.prefix)
                await pin_kb(self.settings, self.kb, log, target)
            counts = await self._play(log)
        self._tell(report.print, counts)
        return counts

    def _topics(self) -> list[Topic]:
        """The catalogue; on Kafka with one raw partition, so that intake keeps our order."""
        from streams.log import sqlite_path  # noqa: PLC0415  (start quickly)

        catalogue = self.settings.catalogue()
        if sqlite_path(self.target.log) is None:
            catalogue[TopicName.RAW] = replace(catalogue[TopicName.RAW], partitions=1)
        return list(catalogue.values())

    async def _play(self, log: TopicLog) -> Counts | None:
        player = self.player_of(log=log, start=self.target)
        stages = self._stages(log, is_slow=player.pace.is_slow) if self.runs_stages else None
        try:
            if stages is not None:
                await stages.start()
            with replay_progress(self.sources, self.form, began=self.target.read) as show:
                async for noted in player.play(self.sources):
                    self.reached = noted
                    if stages is not None:
                        await stages.follow()
                    show(noted.read, player.event_time)
                if stages is not None:
                    await stages.finish()
        finally:
            self.reached = player.start
            if stages is not None:
                await stages.stop()
        return stages.counts if stages is not None else None

    def _stages(self, log: TopicLog, *, is_slow: bool) -> _Stages:
        from streams.log import sqlite_path  # noqa: PLC0415  (start quickly)

        target = self.target
        path = sqlite_path(target.log)
        if path is not None:
            work = _Embedded(self.settings, path, target.prefix, self.processes, self.stop_after)
            return _EmbeddedStages(work, 1 if is_slow else _MOST_AHEAD)
        from streams.replay.worker_stages import WorkerStages  # noqa: PLC0415  (brings Faust)
        from streams.worker.config import Stage  # noqa: PLC0415  (as above)

        settings = self.settings.model_copy(update={"broker": target.log, "prefix": target.prefix})
        config = replace(
            settings.worker_config(), pool_size=self.processes, log_level=_WORKER_LOG_LEVEL
        )
        stages = [stage for stage in Stage if self.stop_after == "enrich" or stage != Stage.ENRICH]
        return WorkerStages(log, config, stages)

    def _tell(self, say: Callable[..., None], counts: Counts | None) -> None:
        target, played = self.target, self.reached
        left_out = played.read - played.played
        words = f"{played.played:,} messages into {target.prefix}raw on {target.log}"
        say(words + (f"; {left_out:,} left out" if left_out else ""), soft_wrap=True)
        if counts is not None:
            say(counts.line(), soft_wrap=True)
            words = f"wireroom subscribe --broker {target.log} --prefix {target.prefix} --last 20"
            say(f"see it: {words}", soft_wrap=True)
        elif self.makes_topics:
            words = f"wireroom worker --broker {target.log} --prefix {target.prefix}"
            say(f"now run: {words}", soft_wrap=True)


class _Stages(Protocol):
    """What runs the stages beside the player, on either log; ``counts`` are of what is done."""

    counts: Counts

    async def start(self) -> None:
        """Begin."""

    async def follow(self) -> None:
        """Take note that more was played; waits where too much lies ahead."""

    async def finish(self) -> None:
        """Come back when all that was played is through."""

    async def stop(self) -> None:
        """End after what is in hand, and give up everything."""


class _Embedded:
    """The embedded stages over what is being played; used from one thread at a time."""

    def __init__(
        self, settings: Settings, path: str, prefix: str, processes: int, stop_after: str
    ) -> None:
        from streams.counts import Counts  # noqa: PLC0415  (start quickly)
        from streams.embedded.runner import EmbeddedRunner, StopAfter  # noqa: PLC0415  (the stages)
        from streams.log import SqliteStore  # noqa: PLC0415  (start quickly)

        self._store = SqliteStore(path, max_body_bytes=settings.max_body_bytes)
        self._runner = EmbeddedRunner(
            self._store,
            settings.pipeline_config(),
            prefix=prefix,
            spool_dir=settings.spool_dir,
            processes=processes,
            stop_after=StopAfter[stop_after.upper()],
        )
        self._stop = threading.Event()
        self.counts = Counts()

    def run(self, *, drain: bool) -> None:
        """Work on what was appended; with ``drain``, until all of it is enriched."""
        self.counts.merge(self._runner.run(drain=drain, stop=self._stop))

    def stop(self) -> None:
        """Let ``run`` come back after the batch in hand; what is left is done next time."""
        self._stop.set()

    def close(self) -> None:
        """Give up the log and the processes."""
        self._runner.close()
        self._store.close()


class _EmbeddedStages:
    """Runs them beside the player, so that neither waits for the other's every batch."""

    def __init__(self, stages: _Embedded, most_ahead: int) -> None:
        self._stages = stages
        self.counts = stages.counts
        self._most_ahead = most_ahead
        self._ahead = 0
        self._running: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Nothing: they start with the first messages."""

    async def follow(self) -> None:
        """Work on what was appended; waits only where too much lies ahead."""
        if self._running is not None and (self._running.done() or self._ahead >= self._most_ahead):
            await self._ended()
        if self._running is None:
            self._start(drain=False)
        self._ahead += 1

    async def finish(self) -> None:
        """Work until all is done."""
        await self._ended()
        self._start(drain=True)
        await self._ended()

    async def stop(self) -> None:
        """End after the batch in hand, and give up the log and the processes."""
        self._stages.stop()
        if self._running is not None:
            await asyncio.wait([self._running])
        await asyncio.to_thread(self._stages.close)

    def _start(self, *, drain: bool) -> None:
        self._ahead = 0
        self._running = asyncio.create_task(asyncio.to_thread(self._stages.run, drain=drain))

    async def _ended(self) -> None:
        if self._running is not None:
            # Not awaited itself: a thread cannot be cancelled with whoever waits for it.
            await asyncio.wait([self._running])
            ended, self._running = self._running, None
            ended.result()
