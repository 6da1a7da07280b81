"""The worker's stages over a replay on Kafka, from its first message until all is through.

They are in the replay's own groups and namespace. It must not read an archive.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import sys
from collections.abc import Sequence
from dataclasses import replace
from multiprocessing.process import BaseProcess

from schemas.topics import TopicName
from streams.counts import Counts
from streams.errors import TransportError
from streams.log import TopicLog
from streams.replay.outcomes import outcomes
from streams.worker.app import EXIT_CANNOT_START
from streams.worker.config import Stage, WorkerConfig
from streams.worker.pool import end_with_parent
from streams.worker.supervise import main

__all__ = ["WorkerStages"]

# How often the groups are asked how far they are.
_ASK_S = 0.25
# A worker that ends is started again, as its supervisor would; so often where nothing moves.
_MOST_IDLE_STARTS = 3
# Nobody waits to take over from it, so it may stand still for half of this on a busy machine.
# With 10 s one did, for 5, with eleven processes to a core, and ended (11,000 messages).
_SESSION_TIMEOUT_S = 30.0
# Beyond the time that a worker takes to finish what it has in hand.
_GRACE_S = 10.0
_READS = {
    Stage.INTAKE: (TopicName.RAW_URGENT, TopicName.RAW),
    Stage.DESK: (TopicName.DECODED,),
    Stage.ENRICH: (TopicName.ITEMS,),
}


def _work(config: WorkerConfig, stages: Sequence[Stage]) -> None:
    end_with_parent()
    sys.exit(main(config, stages))


class WorkerStages:
    """A worker of the replay's own; ``counts`` are there when it has finished."""

    def __init__(self, log: TopicLog, config: WorkerConfig, stages: Sequence[Stage]) -> None:
        """Name what is to run.

        Args:
            log: the replay's, open.
            config: with the replay's prefix. Its clock releases nothing and it serves no metrics:
                time is the archive's, and the live worker may be on this machine.
            stages: which.
        """
        # One id for each namespace: after a crash nobody waits for the member that is gone.
        self._config = replace(
            config,
            instance_id=f"{config.prefix}replay",
            session_timeout_s=max(config.session_timeout_s, _SESSION_TIMEOUT_S),
            metrics_port=None,
            releases_by_clock=False,
        )
        self._log = log
        self._stages = stages
        self._since = 0
        self._process: BaseProcess | None = None
        self._done = 0
        self._idle_starts = 0
        self.counts = Counts()

    async def start(self) -> None:
        """Start the worker, and note from where on it decides."""
        decoded = self._config.topic(TopicName.DECODED)
        committed = await self._log.committed(self._config.group(Stage.DESK), decoded)
        self._since = committed.get(0, 0)
        self._done = await self._progress()
        self._launch()

    def _launch(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._process = context.Process(
            target=_work, args=(self._config, self._stages), name="replay-worker"
        )
        self._process.start()

    async def follow(self) -> None:
        """See to it that the stages are at work: a worker that ended is started again.

        Raises:
            TransportError: it has ended again and again without getting on; what it wrote to
                standard error says why.
        """
        if self._process is None or self._process.is_alive():
            return
        done = await self._progress()
        self._idle_starts = 0 if done > self._done else self._idle_starts + 1
        self._done = done
        if self._idle_starts >= _MOST_IDLE_STARTS or self._process.exitcode == EXIT_CANNOT_START:
            status = self._process.exitcode
            raise TransportError(f"the stages of {self._config.prefix}* ended, status {status}")
        self._launch()

    async def _progress(self) -> int:
        """Records that all stages together have done."""
        done = 0
        for stage in self._stages:
            for name in _READS[stage]:
                group, topic = self._config.group(stage), self._config.topic(name)
                done += sum((await self._log.committed(group, topic)).values())
        return done

    async def finish(self) -> None:
        """Wait until every stage has done all there is, and count it.

        Raises:
            TransportError: as ``follow``, or the log cannot be read.
        """
        for stage in self._stages:
            while not await self._is_through(stage):
                await self.follow()
                await asyncio.sleep(_ASK_S)
        self.counts = await outcomes(self._log, self._config.prefix, self._since)

    async def _is_through(self, stage: Stage) -> bool:
        for name in _READS[stage]:
            topic = self._config.topic(name)
            end = await self._log.end_offsets(topic)
            committed = await self._log.committed(self._config.group(stage), topic)
            if any(committed.get(partition, 0) < at for partition, at in end.items()):
                return False
        return True

    async def stop(self) -> None:
        """Let the stages finish what they have in hand, and end."""
        if self._process is None:
            return
        process, self._process = self._process, None
        if process.is_alive():
            process.terminate()
        await asyncio.to_thread(process.join, self._config.drain_deadline_s + _GRACE_S)
        if process.is_alive():
            process.kill()
            await asyncio.to_thread(process.join)
