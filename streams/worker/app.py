"""One stage as a process: its Faust app hosted without Faust's own worker, from start to drain.

Hosting it ourselves binds no web port, redirects no output and gives the drain a deadline. It
must not know what the stages do.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Sequence
from contextlib import ExitStack
from typing import Any, NoReturn, Protocol

from streams.errors import WireroomError
from streams.log import open_log
from streams.log.kafka import KafkaLog
from streams.log.limits import max_record_bytes
from streams.observability import metric_defs
from streams.observability.health import Health, HealthServer
from streams.observability.log import configure, get_log, printable, shown
from streams.observability.metrics import Metrics
from streams.preflight.rights import Role
from streams.preflight.worker import refuse_to_start
from streams.worker.config import Stage, WorkerConfig
from streams.worker.context import StageContext
from streams.worker.delivery import Delivery
from streams.worker.desk import DeskWorker
from streams.worker.enrich import EnrichWorker
from streams.worker.faust_compat import App, Profile, create_app
from streams.worker.fitting import CARRIERS, fitted
from streams.worker.flood import FloodError
from streams.worker.intake import IntakeWorker
from streams.worker.last_words import end_saying, end_soon, task_stacks
from streams.worker.pulse import Pulse
from streams.worker.watchdog import LoopWatch, Watchdog

EXIT_OK = 0
EXIT_CRASHED = 1
EXIT_CANNOT_START = 2
EXIT_FLOODED = 65
EXIT_CUT_SHORT = 75

# Seconds for a start that was given up to notice.
_GIVE_UP_S = 2.0

# A third of a second of each stage's work at its quickest; see Profile.buffer_records.
_BUFFER_RECORDS = {Stage.INTAKE: 1024, Stage.DESK: 2048, Stage.ENRICH: 1024}
# Intake learns from the desk's commits how far it may go on; see streams/worker/headroom.py.
_COMMIT_INTERVAL_S = {Stage.INTAKE: 0.5, Stage.DESK: 0.1, Stage.ENRICH: 0.5}


class StageWorker(Protocol):
    """The agents of a stage, with what they need besides the app."""

    async def start(self) -> None:
        """Be ready for the first record."""

    async def close(self) -> None:
        """Give up what was started."""

    def is_excused(self) -> bool:
        """Whether committing nothing is right just now: something slow that ends by itself."""

    def is_ready(self) -> bool:
        """Whether everything it remembers is there."""


def create_stage_app(config: WorkerConfig, stage: Stage) -> App:
    """The Faust app of a stage, without its agents."""
    instance = f"{config.instance_id}-{stage}" if config.instance_id else None
    return create_app(
        Profile(
            group=config.group(stage),
            broker=config.broker,
            security=config.security,
            session_timeout_s=config.session_timeout_s,
            send_timeout_s=config.send_timeout_s,
            instance_id=instance,
            buffer_records=_BUFFER_RECORDS[stage],
            max_record_bytes=max_record_bytes(config.pipeline.max_body_bytes),
            commit_interval_s=_COMMIT_INTERVAL_S[stage],
        )
    )


def _agents(context: StageContext) -> StageWorker:
    match context.stage:
        case Stage.INTAKE:
            return IntakeWorker(context)
        case Stage.DESK:
            return DeskWorker(context)
        case Stage.ENRICH:
            return EnrichWorker(context)


async def check(config: WorkerConfig, stages: Sequence[Stage]) -> WorkerConfig:
    """Make sure that the broker is there, with the topics these stages need and rights on them.

    Answers the configuration, with a smaller ``max_body_bytes`` where topics take no more.

    Raises:
        TransportError: the broker cannot be reached or refuses us.
        ConfigError: topics or rights are missing; says which, and what to do. Or a topic takes too
            little.
    """
    roles = [Role(stage) for stage in stages]
    await refuse_to_start(config.broker, config.security, roles, prefix=config.prefix)
    carriers = [config.topic(name) for name in CARRIERS]
    async with open_log(config.broker, config.security) as log:
        limits = await log.limits(carriers) if isinstance(log, KafkaLog) else {}
    own = fitted(config, limits)
    if own is not config:
        get_log(stage="supervisor").warning(
            "max_body_bytes_lowered",
            to=own.pipeline.max_body_bytes,
            set=config.pipeline.max_body_bytes,
            limits={topic: limits[topic] for topic in carriers if topic in limits},
        )
    return own


def run_stage(
    config: WorkerConfig,
    stage: Stage,
    agents: Callable[[StageContext], StageWorker] = _agents,
) -> int:
    """Run one stage in this process until a signal or a failure; answers the exit status.

    Args:
        config: of the worker.
        stage: whose app, group and topics.
        agents: makes what works on them; others than the stage's own are for measuring.
    """
    configure(config.log_level)
    try:
        return asyncio.run(_Host(config, stage, agents).run())
    except WireroomError as error:
        sys.stderr.write(f"wireroom: {printable(str(error))}\n")
        return EXIT_CANNOT_START


class _Host:
    """One stage's app, from start to drain."""

    def __init__(
        self,
        config: WorkerConfig,
        stage: Stage,
        agents: Callable[[StageContext], StageWorker],
    ) -> None:
        self._config = config
        self._log = get_log(stage=stage)
        self._stop = asyncio.Event()
        self._started = False
        self._joined = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._telling: asyncio.Task[None] | None = None
        self._app = create_stage_app(config, stage)
        metrics = Metrics()
        self._context = StageContext(
            stage=stage,
            config=config,
            app=self._app,
            delivery=Delivery(self._app, config.prefix),
            metrics=metrics,
            log=self._log,
        )
        self._agents = agents(self._context)
        self._watchdog = Watchdog(
            config,
            stage,
            metrics,
            self._log,
            assigned=self._assigned,
            excused=self._agents.is_excused,
            loop=lambda: self._loop,
        )
        self._pulse = Pulse(
            lambda late_s: metrics.observe(metric_defs.WORKER_LOOP_DELAY, late_s, stage=stage)
        )
        self._loop_watch = LoopWatch(config, self._pulse, self._log)
        self._app.on_rebalance_complete.connect(self._now_joined)

    async def run(self) -> int:
        """Start, serve, drain; answers the exit status."""
        self._loop = loop = asyncio.get_running_loop()
        started_at = time.time()
        self._context.metrics.set(metric_defs.WORKER_STARTED, started_at, stage=self._context.stage)
        beating = asyncio.create_task(self._pulse.beat())
        self._loop_watch.start()
        for signum in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(signum, self._asked_to_stop, signum)
        with ExitStack() as stack:
            if self._config.metrics_port is not None:
                server = stack.enter_context(self._health_server(self._config.metrics_port))
                self._log.info("metrics_served", port=server.port)
            try:
                await self._begin()
            except WireroomError:
                raise
            except Exception as error:  # noqa: BLE001  (half started, it has threads that never end)
                await self._end_crashed(error)
            status = await self._until_end()
        beating.cancel()
        self._loop_watch.stop()
        return status

    async def _begin(self) -> None:
        if not await self._done_unless_stopped(self._agents.start()):
            return
        self._watchdog.start()
        if self._stop.is_set():
            return
        if not await self._done_unless_stopped(self._app.start()):
            await self._leave_half_started()
        self._started = True
        self._telling = asyncio.create_task(self._context.tell_in_hand())
        self._log.info("stage_started", group=self._config.group(self._context.stage))

    async def _done_unless_stopped(self, starting: Coroutine[Any, Any, None]) -> bool:
        """Wait for what may take long; False, and it is given up, when asked to stop meanwhile."""
        task = asyncio.create_task(starting)
        stop = asyncio.create_task(self._stop.wait())
        await asyncio.wait({task, stop}, return_when=asyncio.FIRST_COMPLETED)
        stop.cancel()
        if not task.done():
            task.cancel()
            await asyncio.wait({task}, timeout=_GIVE_UP_S)
            return False
        await task
        return True

    async def _leave_half_started(self) -> NoReturn:
        """End without having joined the group: nothing is in hand that would have to be drained.

        Stopping Faust's app would wait for the group.
        """
        await self._agents.close()
        self._log.info("stage_stopped")
        sys.stderr.flush()
        os._exit(EXIT_OK)

    async def _until_end(self) -> int:
        stop = asyncio.create_task(self._stop.wait())
        ended = asyncio.create_task(self._app.wait_until_stopped())
        await asyncio.wait({stop, ended}, return_when=asyncio.FIRST_COMPLETED)
        stop.cancel()
        ended.cancel()
        if self._app.crash_reason is not None:
            await self._end_crashed(self._app.crash_reason)
        # From here on nothing may take longer than the deadline, whatever hangs.
        self._cut_short_after_deadline()
        self._watchdog.stop()
        if self._started:
            await self._app.stop()
        await self._agents.close()
        self._log.info("stage_stopped")
        return EXIT_OK

    async def _end_crashed(self, crash: BaseException) -> NoReturn:
        """End now: a crashed app's consumer thread is gone, and stopping it would wait for that.

        What was not acknowledged is read again; what was and is not committed is read again and
        skipped.
        """
        status = EXIT_FLOODED if isinstance(crash, FloodError) else EXIT_CRASHED
        end_soon(status)
        self._log.critical("stage_crashed", error=shown(crash))
        await self._agents.close()
        sys.stderr.flush()
        os._exit(status)

    def _asked_to_stop(self, signum: int) -> None:
        if not self._stop.is_set():
            self._log.info("stop_asked", signal=signal.Signals(signum).name)
            self._cut_short_after_deadline()
        self._stop.set()

    def _cut_short_after_deadline(self) -> None:
        def cut_short() -> None:
            end_saying(
                self._log,
                EXIT_CUT_SHORT,
                "drain_cut_short",
                deadline_s=self._config.drain_deadline_s,
                tasks=task_stacks(self._loop),
            )

        timer = threading.Timer(self._config.drain_deadline_s, cut_short)
        timer.daemon = True
        timer.start()

    async def _now_joined(self, *_args: object, **_kwargs: object) -> None:
        self._joined = True
        # The watchdog tells it too, in its own time.
        partitions, stage = len(self._app.consumer.assignment()), self._context.stage
        self._context.metrics.set(metric_defs.WORKER_ASSIGNED, partitions, stage=stage)

    def _health_server(self, port: int) -> HealthServer:
        health = Health(live=self._unwell, ready=self._unready, startup=self._not_started)
        return HealthServer(
            self._context.metrics, port, host=self._config.metrics_host, health=health
        )

    def _unwell(self) -> str | None:
        """Why to restart this process; it says so before it ends itself."""
        silent_s, stood_s = self._pulse.silent_s(), self._watchdog.stood_s
        if silent_s > self._config.stall_s / 2:
            return f"the event loop has not come to its turn for {silent_s:.0f} s"
        if stood_s > self._config.unwell_s:
            return f"records wait, and nothing has been committed for {stood_s:.0f} s"
        if self._started and not self._stop.is_set() and not self._watchdog.is_alive():
            return "nobody watches"
        return None

    def _unready(self) -> str | None:
        """Why this process does not do its part in its group.

        To be given no partition is a part: a standby that were not ready would hold up whoever
        waits for all to be.
        """
        if not self._started:
            return "starting"
        if self._stop.is_set():
            return "stopping"
        if self._app.rebalancing or not self._joined:
            return "partitions are being assigned"
        return None if self._agents.is_ready() else "reading what desks wrote"

    def _not_started(self) -> str | None:
        return None if self._started else "starting"

    def _assigned(self) -> set[tuple[str, int]]:
        if not self._started:
            return set()
        return {(tp.topic, tp.partition) for tp in self._app.consumer.assignment()}
