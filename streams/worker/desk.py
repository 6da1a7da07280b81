"""The desk worker: decoded records in, items and events out, and its own changelog.

One partition, one process at a time. Nothing is acknowledged before all that follows from it is
safe, in ranks; a crash between repeats the same decisions under the same ids. It must not decide
anything itself.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime

from schemas.decoded import Cleaned, Tick
from schemas.event import OUTCOMES
from schemas.topics import TopicName
from streams.errors import TransportError
from streams.log import open_log
from streams.log.outgoing import decoded_outgoing
from streams.observability import metric_defs
from streams.observability.log import shown
from streams.observability.watch_counts import begin_watch, count_watch
from streams.pipeline import DecodedEntry, DeskBatch, DeskStage, StageCrashedError
from streams.worker.context import StageContext
from streams.worker.delays import count_desk_delays
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
from streams.worker.recovery import AbandonedError, Progress, Standby

_TAKE = 200
_TICK_S = 0.2
# The lag of a standby is asked of the broker, and a rebuild logged, this often.
_LAG_S = 5.0
_REPORT_S = 5.0


class DeskWorker:
    """The agent of the desk stage."""

    def __init__(
        self, context: StageContext, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._context = context
        self._clock = clock
        self._topic = context.config.topic(TopicName.DECODED)
        self._providers = frozenset(context.config.pipeline.profiles.by_provider)
        begin_watch(context.metrics, self._providers)
        for outcome in set(OUTCOMES.values()):
            context.metrics.begin(metric_defs.DESK_OUTCOMES, outcome=outcome)
        self._stage: DeskStage | None = None
        self._generation = -1
        self._rebuilding = False
        # Nothing that the stage has decided is still to be written.
        self._settled = True
        self._resources = AsyncExitStack()
        self._standby: Standby | None = None
        self._following: asyncio.Task[None] | None = None
        self._assigning = asyncio.Lock()
        self._reported = 0.0
        self._poisoned: frozenset[int] = frozenset()
        self._ticked: datetime | None = None
        self._fence = PauseFence(context.config.session_timeout_s / 2)
        self._tasks: list[asyncio.Task[None]] = []
        context.app.on_rebalance_complete.connect(self._assigned)
        add_agent(context.app, self._topic, "desk", self._agent)

    async def start(self) -> None:
        """Read what desks wrote, then watch: the desk at work, the clock, this process's pauses.

        Reading comes before the group is joined: a desk that is given the partition has little
        left to read, and one that is only starting takes it from nobody.
        """
        config = self._context.config
        log = await self._resources.enter_async_context(
            open_log(config.broker, config.security, max_body_bytes=config.pipeline.max_body_bytes)
        )
        self._standby = Standby(log, config.prefix, config.pipeline.desk, report=self._report)
        self._rebuilding = True
        await self._standby.catch_up()
        self._rebuilding = False
        self._context.log.info("desk_standing_by", lag_records=await self._standby.lag())
        self._tasks = [
            asyncio.create_task(self._end_when_fenced()),
            asyncio.create_task(self._tell_lag()),
        ]
        if config.releases_by_clock:
            self._tasks.append(asyncio.create_task(self._release_due()))
        self._follow()

    async def close(self) -> None:
        """Stop watching."""
        for task in self._tasks:
            task.cancel()
        await self._stop_following()
        await self._resources.aclose()

    def is_excused(self) -> bool:
        """Whether committing nothing is right just now: a rebuild ends by itself."""
        return self._rebuilding

    def is_ready(self) -> bool:
        """Whether the desk's memory is there: at work, or standing by."""
        if self._rebuilding:
            return False
        return self._stage is not None or not owns(self._context.app, self._topic, 0)

    async def _end_when_fenced(self) -> None:
        """End at once, idle or not: what supervises us starts a process that is sound."""
        await self._fence.beat()
        await self._fail(FencedError("this process was stopped for too long while idle"))

    async def _assigned(self, *_args: object, **_kwargs: object) -> None:
        """Be ready, after a rebalance has given us the partition, before any record of it."""
        # One after another: the next finds that the one before it no longer stands.
        async with self._assigning:
            current = generation(self._context.app)
            self._rebuilding = True
            try:
                await self._be_ready(current)
            except AbandonedError:
                self._context.log.info("desk_rebuild_abandoned", generation=current)
            except Exception as error:  # noqa: BLE001  (without its memory a desk must not decide)
                await self._fail(error)
            finally:
                self._rebuilding = False

    async def _be_ready(self, current: int) -> None:
        stage, self._stage = self._stage, None
        if not owns(self._context.app, self._topic, 0):
            self._follow()
        # A generation in which we were not may have had a desk of its own.
        elif stage is not None and self._settled and current - self._generation in (0, 1):
            await self._keep(stage, current)
        else:
            await self._rebuild(current)

    async def _keep(self, stage: DeskStage, current: int) -> None:
        """Go on with what this desk remembers: another joined or left, and we never stopped."""
        assert self._standby is not None  # noqa: S101  (made before the group is joined)
        if not await self._standby.is_last(stage):
            await self._rebuild(current)
            return
        await self._context.delivery.send(stage.begin())
        self._now_at_work(stage, current)
        self._context.log.info("desk_kept", epoch=stage.desk.epoch, generation=current)

    async def _rebuild(self, current: int) -> DeskStage:
        assert self._standby is not None  # noqa: S101  (made before the group is joined)
        app = self._context.app
        started = time.monotonic()
        await self._stop_following()
        stage, lost = await self._standby.take_over(lambda: generation(app) == current)
        if lost:
            self._context.log.warning("holds_lost", count=len(lost), first=lost[0])
        seconds = time.monotonic() - started
        self._now_at_work(stage, current)
        self._context.metrics.set(metric_defs.DESK_REBUILD, seconds)
        self._context.log.info(
            "desk_rebuilt", epoch=stage.desk.epoch, generation=current, seconds=round(seconds, 3)
        )
        return stage

    def _now_at_work(self, stage: DeskStage, current: int) -> None:
        self._stage, self._generation, self._settled = stage, current, True
        self._context.metrics.set(metric_defs.DESK_EPOCH, stage.desk.epoch)
        self._context.metrics.set(metric_defs.DESK_STANDBY_LAG, 0)

    def _report(self, progress: Progress) -> None:
        """Tell how far a rebuild has come: always in the metrics, now and then in the log."""
        self._context.metrics.set(metric_defs.DESK_REBUILD_REMAINING, progress.remaining)
        now = time.monotonic()
        if progress.remaining and now - self._reported >= _REPORT_S:
            self._reported = now
            self._context.log.info(
                "desk_rebuild",
                topic=progress.topic,
                records=progress.records,
                remaining=progress.remaining,
            )

    def _follow(self) -> None:
        if self._following is None or self._following.done():
            self._following = asyncio.create_task(self._stand_by())

    async def _stop_following(self) -> None:
        if self._following is not None and self._standby is not None:
            self._standby.stop_following()
            await self._following
            self._following = None

    async def _stand_by(self) -> None:
        assert self._standby is not None  # noqa: S101  (made before the group is joined)
        try:
            await self._standby.follow()
        except Exception as error:  # noqa: BLE001  (a standby that sees nothing is none)
            await self._fail(error)

    async def _tell_lag(self) -> None:
        while True:
            await asyncio.sleep(_LAG_S)
            if self._stage is None and self._standby is not None:
                try:
                    lag = await self._standby.lag()
                except TransportError as error:
                    self._context.log.warning("standby_blind", error=shown(error))
                    continue
                if self._stage is None:
                    self._context.metrics.set(metric_defs.DESK_STANDBY_LAG, lag)

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
        self._settled = False
        while True:
            try:
                batch = stage.process(entries, poisoned=self._poisoned)
                break
            except StageCrashedError as crash:
                if crash.offset in self._poisoned:
                    raise
                self._context.log.exception("desk_crashed", **_about(entries, crash.offset))
                self._poisoned |= {crash.offset}
                async with self._assigning:
                    stage = await self._rebuild(self._generation)
                self._settled = False
        for rank in batch.ranks:
            self._check_fence()
            await self._context.delivery.send(rank)
        self._settled = True
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
                self._context.log.warning("tick_failed", error=shown(error))

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
        count_desk_delays(metrics, entries, self._clock())
        metrics.observe(metric_defs.WORKER_BATCH_SECONDS, seconds, stage="desk")

    async def _fail(self, error: BaseException) -> None:
        self._context.log.error("stage_failed", error=shown(error))
        await stop_without_ack(self._context.app, error)


def _about(entries: Sequence[DecodedEntry], offset: int) -> dict[str, str | int]:
    """Which message it is that is decided at an offset, for the log."""
    record = next(entry.record for entry in entries if entry.offset == offset)
    if isinstance(record, Tick):
        return {"offset": offset}
    said: dict[str, str | int] = {"offset": offset, "position": record.source.position}
    if isinstance(record, Cleaned):
        said["item"] = record.item.id
    return said
