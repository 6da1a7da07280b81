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
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import NoReturn, Protocol

from streams.errors import ConfigError, WireroomError
from streams.log import open_log
from streams.log.kafka import KafkaLog
from streams.log.limits import max_record_bytes
from streams.observability.log import configure, get_log
from streams.observability.metrics import HealthServer, Metrics
from streams.worker.config import TOPICS_OF, Stage, WorkerConfig
from streams.worker.context import StageContext
from streams.worker.delivery import Delivery
from streams.worker.desk import DeskWorker
from streams.worker.enrich import EnrichWorker
from streams.worker.faust_compat import App, Profile, create_app
from streams.worker.fitting import CARRIERS, fitted
from streams.worker.flood import FloodError
from streams.worker.intake import IntakeWorker
from streams.worker.watchdog import Watchdog

EXIT_OK = 0
EXIT_CRASHED = 1
EXIT_CANNOT_START = 2
EXIT_FLOODED = 65
EXIT_CUT_SHORT = 75

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
    """Make sure that the broker is there and has every topic these stages need.

    Answers the configuration, with a smaller ``max_body_bytes`` where topics take no more.

    Raises:
        TransportError: the broker cannot be reached or refuses us.
        ConfigError: topics are missing; says which, and what makes them. Or one takes too little.
    """
    carriers = [config.topic(name) for name in CARRIERS]
    async with open_log(config.broker, config.security) as log:
        existing = await log.topics()
        limits = await log.limits(carriers) if isinstance(log, KafkaLog) else {}
    needed = {config.topic(name) for stage in stages for name in TOPICS_OF[stage]}
    missing = sorted(needed - existing.keys())
    if missing:
        raise ConfigError(
            f"{config.broker} lacks the topics {', '.join(missing)}: run `wireroom topics apply`"
        )
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
        sys.stderr.write(f"wireroom: {error}\n")
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
        )

    async def run(self) -> int:
        """Start, serve, drain; answers the exit status."""
        loop = asyncio.get_running_loop()
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
            return await self._until_end()

    async def _begin(self) -> None:
        if not await self._agents_started():
            return
        self._watchdog.start()
        if not self._stop.is_set():
            await self._app.start()
            self._started = True
            self._telling = asyncio.create_task(self._context.tell_in_hand())
            self._log.info("stage_started", group=self._config.group(self._context.stage))

    async def _agents_started(self) -> bool:
        """Let the agents prepare, which may take long; False when asked to stop meanwhile."""
        starting = asyncio.create_task(self._agents.start())
        stop = asyncio.create_task(self._stop.wait())
        await asyncio.wait({starting, stop}, return_when=asyncio.FIRST_COMPLETED)
        stop.cancel()
        if not starting.done():
            starting.cancel()
            await asyncio.wait({starting})
            return False
        await starting
        return True

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
        self._log.critical("stage_crashed", error=repr(crash))
        await self._agents.close()
        sys.stderr.flush()
        os._exit(EXIT_FLOODED if isinstance(crash, FloodError) else EXIT_CRASHED)

    def _asked_to_stop(self, signum: int) -> None:
        if not self._stop.is_set():
            self._log.info("stop_asked", signal=signal.Signals(signum).name)
            self._cut_short_after_deadline()
        self._stop.set()

    def _cut_short_after_deadline(self) -> None:
        def cut_short() -> None:
            self._log.error("drain_cut_short", deadline_s=self._config.drain_deadline_s)
            os._exit(EXIT_CUT_SHORT)

        timer = threading.Timer(self._config.drain_deadline_s, cut_short)
        timer.daemon = True
        timer.start()

    def _health_server(self, port: int) -> HealthServer:
        return HealthServer(
            self._context.metrics,
            port,
            host=self._config.metrics_host,
            is_live=lambda: not self._started or self._watchdog.is_alive(),
            is_ready=lambda: self._started and not self._app.rebalancing,
        )

    def _assigned(self) -> set[tuple[str, int]]:
        if not self._started:
            return set()
        return {(tp.topic, tp.partition) for tp in self._app.consumer.assignment()}
