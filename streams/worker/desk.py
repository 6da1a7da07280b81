"""The desk worker: decoded records in, items and events out, and its own changelog.

One partition, one process at a time. Nothing is acknowledged before all that follows from it is
safe, in ranks; a crash between repeats the same decisions under the same ids. It must not decide
anything itself.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime

from schemas.decoded import Tick
from schemas.event import OUTCOMES
from schemas.topics import TopicName
from streams.log import open_log
from streams.log.outgoing import decoded_outgoing
from streams.observability import metric_defs
from streams.observability.watch_counts import count_watch
from streams.pipeline import DecodedEntry, DeskBatch, DeskStage, StageCrashedError
from streams.worker.context import StageContext
from streams.worker.faust_compat import (
    StreamOfBytes,
    add_agent,
    batches,
    generation,
    owns,
    record_of,
    stop_without_ack,
)
from streams.worker.fence import FencedError, PauseFence
from streams.worker.ordered import Events
from streams.worker.recovery import AbandonedError, take_over

_TAKE = 200
_TICK_S = 0.2


class DeskWorker:
    """The agent of the desk stage."""

    def __init__(
        self, context: StageContext, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._context = context
        self._clock = clock
        self._topic = context.config.topic(TopicName.DECODED)
        self._providers = frozenset(context.config.pipeline.profiles.by_provider)
        self._stage: DeskStage | None = None
        self._generation = -1
        self._rebuilding = False
        self._poisoned: frozenset[int] = frozenset()
        self._ticked: datetime | None = None
        self._fence = PauseFence(context.config.session_timeout_s / 2)
        self._tasks: list[asyncio.Task[None]] = []
        context.app.on_rebalance_complete.connect(self._assigned)
        add_agent(context.app, self._topic, "desk", self._agent)

    async def start(self) -> None:
        """Begin to watch the clock: for pauses of this process, and for holds that fall due."""
        self._tasks = [
            asyncio.create_task(self._end_when_fenced()),
            asyncio.create_task(self._release_due()),
        ]

    async def close(self) -> None:
        """Stop watching."""
        for task in self._tasks:
            task.cancel()

    def is_excused(self) -> bool:
        """Whether committing nothing is right just now: a rebuild ends by itself."""
        return self._rebuilding

    async def _end_when_fenced(self) -> None:
        """End at once, idle or not: what supervises us starts a process that is sound."""
        await self._fence.beat()
        await self._fail(FencedError("this process was stopped for too long while idle"))

    async def _assigned(self, *_args: object, **_kwargs: object) -> None:
        """Rebuild, after a rebalance has given us the partition and before any record of it."""
        app = self._context.app
        self._stage = None
        current = generation(app)
        if not owns(app, self._topic, 0):
            return
        self._rebuilding = True
        try:
            await self._rebuild(current)
        except AbandonedError:
            self._context.log.info("desk_rebuild_abandoned", generation=current)
        except Exception as error:  # noqa: BLE001  (without its memory a desk must not decide)
            await self._fail(error)
        finally:
            self._rebuilding = False

    async def _rebuild(self, current: int) -> DeskStage:
        config, app = self._context.config, self._context.app
        started = time.monotonic()
        async with open_log(
            config.broker, config.security, max_body_bytes=config.pipeline.max_body_bytes
        ) as log:
            stage = await take_over(
                log,
                config.prefix,
                config.pipeline.desk,
                is_current=lambda: generation(app) == current,
            )
        seconds = time.monotonic() - started
        self._stage, self._generation = stage, current
        self._context.metrics.set(metric_defs.DESK_REBUILD, seconds)
        self._context.metrics.set(metric_defs.DESK_EPOCH, stage.desk.epoch)
        self._context.log.info(
            "desk_rebuilt", epoch=stage.desk.epoch, generation=current, seconds=round(seconds, 3)
        )
        return stage

    async def _agent(self, stream: StreamOfBytes) -> None:
        try:
            async for events in batches(stream, _TAKE):
                await self._decide(events)
        except Exception as error:  # noqa: BLE001  (nothing may raise out of an agent)
            await self._fail(error)

    async def _decide(self, events: Events) -> None:
        started = time.monotonic()
        entries = [DecodedEntry.of(record_of(event)) for event in events]
        stage = self._stage
        if stage is None:
            raise FencedError("records came for a partition that is not ours")
        while True:
            try:
                batch = stage.process(entries, poisoned=self._poisoned)
                break
            except StageCrashedError as crash:
                if crash.offset in self._poisoned:
                    raise
                self._context.log.exception("desk_crashed", offset=crash.offset)
                self._poisoned |= {crash.offset}
                stage = await self._rebuild(self._generation)
        for rank in batch.ranks:
            self._check_fence()
            await self._context.delivery.send(rank)
        for event in events:
            event.ack()
        self._count(entries, batch, time.monotonic() - started)

    def _check_fence(self) -> None:
        app = self._context.app
        self._fence.check()
        if generation(app) != self._generation or not owns(app, self._topic, 0):
            raise FencedError("the partition was given to another process")

    async def _release_due(self) -> None:
        """Append a tick when a hold, a silence or a gap falls due; the desk decides it in order.

        The tick says when it fell due, not what time it is: a replay on the same log must
        not find its windows moved to today.
        """
        while True:
            await asyncio.sleep(_TICK_S)
            stage = self._stage
            clock = self._clock()
            due = stage.desk.next_due(clock) if stage is not None else None
            if due is None or due > clock or due == self._ticked:
                continue
            try:
                await self._context.delivery.send([decoded_outgoing(Tick(now=due))])
                self._ticked = due
            except Exception as error:  # noqa: BLE001  (tried again; the desk itself will stop)
                self._context.log.warning("tick_failed", error=repr(error))

    def _count(self, entries: list[DecodedEntry], batch: DeskBatch, seconds: float) -> None:
        metrics = self._context.metrics
        metrics.add(metric_defs.DESK_RECORDS, len(entries))
        parts = sum(not isinstance(entry.record, Tick) for entry in entries)
        metrics.add(metric_defs.DESK_IN, parts)
        metrics.add(metric_defs.DESK_SKIPPED, batch.skipped)
        for event in batch.events:
            metrics.add(metric_defs.DESK_EVENTS, kind=event.kind)
            if event.cause is None and event.kind in OUTCOMES:
                metrics.add(metric_defs.DESK_OUTCOMES, outcome=OUTCOMES[event.kind])
        if self._stage is not None:
            count_watch(metrics, batch.events, self._stage.desk.last_heard(), self._providers)
        metrics.observe(metric_defs.WORKER_BATCH_SECONDS, seconds, stage="desk")

    async def _fail(self, error: BaseException) -> None:
        self._context.log.error("stage_failed", error=repr(error))
        await stop_without_ack(self._context.app, error)
