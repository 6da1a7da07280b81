"""The intake worker: raw records in, decoded records and dead letters out.

Decoding and cleaning happen in a process pool; order within each raw partition is kept. It must
not parse anything itself.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from schemas.dead_letter import DeadCode
from schemas.topics import TopicName
from streams.log import open_log
from streams.log.base import Record
from streams.log.headers import SCHEMA, SOURCE_ID, raw_of, transport_of
from streams.log.outgoing import CODE, Outgoing
from streams.log.spool import spooled
from streams.observability import metric_defs
from streams.observability.log import shown
from streams.pipeline import IntakeStage, PipelineConfig
from streams.worker.config import Stage
from streams.worker.context import StageContext, chunks
from streams.worker.delays import count_delays, lane_of, received_at
from streams.worker.faust_compat import (
    StreamOfBytes,
    add_agent,
    batches,
    commit_acknowledged,
    record_of,
    stop_without_ack,
)
from streams.worker.flood import Flood, FloodError, FloodWatch
from streams.worker.headroom import Headroom
from streams.worker.ordered import Events, OrderedWork
from streams.worker.pool import Fate, WorkPool

_TAKE = 200
# Tasks beyond those at work: what waits here waits in front of the desk, too.
_TASKS_BEHIND = 2
# Seconds that intake waits for the desk before it says so.
_LONG_WAIT_S = 10.0
# Messages a task of the pool: small, so that a burst spreads over all processes.
_CHUNK = 16

Answer = tuple[Outgoing, ...]

_stage: IntakeStage | None = None


def prepare(config: PipelineConfig) -> None:
    """Build the stage in a process of the pool, ready for a flash to be its first message."""
    global _stage  # noqa: PLW0603  (one stage a process, built once, before any work)
    _stage = IntakeStage(config)
    _stage.ready()


def work(records: Sequence[Record]) -> list[Answer]:
    """What each raw record becomes; in a process of the pool."""
    if _stage is None:
        raise RuntimeError("the process was not prepared")
    return [taken.outgoing for taken in _stage.process_all(records)]


def give_up(record: Record, fate: Fate) -> Answer:
    """The dead letter of a record that no process survives."""
    code: DeadCode = "stage-crashed" if fate is Fate.CRASHED else "stage-timeout"
    return IntakeStage.gave_up(record, code, f"the process {fate}").outgoing


def about(record: Record) -> dict[str, str]:
    """Which message it is, for the log."""
    return {"position": raw_of(record).position, "transport": transport_of(record, 0)}


@dataclass(frozen=True, slots=True)
class _Done:
    """A batch worked on: its records, what became of each, and since when."""

    records: list[Record]
    answers: list[Answer]
    started: float


class IntakeWorker:
    """The agents of the intake stage.

    Urgent messages have an agent and a process of their own: neither what is at work of a backlog
    nor a message that hangs is in front of them, and they do not wait for the desk.
    """

    def __init__(
        self,
        context: StageContext,
        work: Callable[[Sequence[Record]], Sequence[Answer]] = work,
        prepare: Callable[[PipelineConfig], None] = prepare,
    ) -> None:
        """Make the agents; other work than the stage's own is for measuring."""
        self._context = context
        config = context.config
        self._pool: WorkPool[Record, Answer] = context.pool(work, give_up, prepare, about=about)
        self._urgent: WorkPool[Record, Answer] = context.pool(
            work, give_up, prepare, about=about, urgent=True
        )
        self._flood = FloodWatch(config.flood)
        self._log = open_log(config.broker, config.security)
        self._headroom = Headroom(config.max_ahead_records, self._desk_has, hurried=self._hurried)
        add_agent(context.app, config.topic(TopicName.RAW_URGENT), "intake-urgent", self._flashes)
        add_agent(context.app, config.topic(TopicName.RAW), "intake", self._others)

    async def start(self) -> None:
        """Prepare the pools, before the first record is taken."""
        await self._log.__aenter__()
        end = await self._log.end_offsets(self._context.config.topic(TopicName.DECODED))
        self._headroom.wrote(end[0] - 1)
        await asyncio.gather(self._pool.start(), self._urgent.start())

    async def close(self) -> None:
        """End the pools."""
        self._pool.close()
        self._urgent.close()
        await self._log.__aexit__(None, None, None)

    def is_excused(self) -> bool:
        """Whether committing nothing is right just now."""
        return self._pool.isolating or self._urgent.isolating or self._headroom.waiting

    def is_ready(self) -> bool:
        """Whether everything it remembers is there: it remembers nothing."""
        return True

    async def _flashes(self, stream: StreamOfBytes) -> None:
        await self._agent(stream, self._urgent, lambda: asyncio.sleep(0))

    async def _others(self, stream: StreamOfBytes) -> None:
        await self._agent(stream, self._pool, self._room)

    async def _agent(
        self,
        stream: StreamOfBytes,
        pool: WorkPool[Record, Answer],
        room: Callable[[], Awaitable[None]],
    ) -> None:
        ordered = OrderedWork(
            self._finish,
            self._fail,
            max_at_work=2 * pool.size,
            max_waiting=2 * pool.size + _TASKS_BEHIND,
        )
        try:
            async for events in batches(stream, _TAKE):
                for chunk in chunks(events, _CHUNK):
                    await room()
                    await ordered.put(chunk, partial(self._process, pool, chunk))
        except Exception as error:  # noqa: BLE001  (nothing may raise out of an agent)
            await self._fail(error)
        finally:
            await ordered.close()

    async def _room(self) -> None:
        """Wait until the desk has caught up, and tell when that takes long."""
        self._context.metrics.set(metric_defs.INTAKE_AHEAD, self._headroom.ahead)
        waiting = asyncio.create_task(self._headroom.wait())
        try:
            while not (await asyncio.wait({waiting}, timeout=_LONG_WAIT_S))[0]:
                self._context.log.info("waiting_for_desk", ahead_records=self._headroom.ahead)
        finally:
            waiting.cancel()
        await waiting

    async def _desk_has(self) -> int:
        config = self._context.config
        topic = config.topic(TopicName.DECODED)
        committed = (await self._log.committed(config.group(Stage.DESK), topic)).get(0)
        # A desk that has never decided anything begins with the first record that is kept.
        return (await self._log.begin_offsets(topic))[0] if committed is None else committed

    def _hurried(self) -> bool:
        app = self._context.app
        return app.should_stop or app.rebalancing

    async def _process(self, pool: WorkPool[Record, Answer], events: Events) -> _Done:
        started = time.monotonic()
        records = [await self._spooled(record_of(event)) for event in events]
        return _Done(records, await pool.run(records), started)

    async def _spooled(self, record: Record) -> Record:
        config = self._context.config
        limit = config.pipeline.max_body_bytes
        if len(record.value or b"") <= limit:
            return record
        return await asyncio.to_thread(spooled, record, config.spool_dir, max_body_bytes=limit)

    async def _finish(self, events: Events, done: _Done) -> None:
        answers = done.answers
        good, flood = self._before_flood(events, answers)
        sent = [record for answer in answers[:good] for record in answer]
        offsets = await self._context.delivery.send(sent)
        for record, offset in zip(sent, offsets, strict=True):
            if record.topic is TopicName.DECODED:
                self._headroom.wrote(offset)
        for event in events[:good]:
            event.ack()
        self._count(done.records[:good], answers[:good], done.started)
        if flood is not None:
            raise FloodError(flood)

    def _before_flood(self, events: Events, answers: Sequence[Answer]) -> tuple[int, Flood | None]:
        """How many messages come before the one that makes it a flood, and that flood."""
        for number, (event, answer) in enumerate(zip(events, answers, strict=True)):
            message = event.message
            is_bad = any(record.topic is TopicName.DEAD for record in answer)
            place = (message.topic, message.partition)
            flood = self._flood.add(place, message.offset, is_bad=is_bad)
            if flood is not None:
                return number, flood
        return len(events), None

    def _count(self, records: Sequence[Record], answers: Sequence[Answer], started: float) -> None:
        metrics = self._context.metrics
        if records:
            # One agent reads one topic.
            lane = lane_of(records[0].topic)
            metrics.add(metric_defs.INTAKE_RECORDS, len(records), lane=lane)
            received = map(received_at, records)
            count_delays(metrics, Stage.INTAKE, lane, received, datetime.now(UTC))
        for taken, answer in zip(records, answers, strict=True):
            self._tell_dead(taken, answer)
        for record in (record for answer in answers for record in answer):
            if record.topic is TopicName.DEAD:
                metrics.add(metric_defs.INTAKE_DEAD)
            else:
                schema = dict(record.headers)[SCHEMA].decode()
                metrics.add(metric_defs.INTAKE_PARTS, type=schema.partition("/")[0])
        seconds = time.monotonic() - started
        metrics.observe(metric_defs.WORKER_BATCH_SECONDS, seconds, stage="intake")

    def _tell_dead(self, record: Record, answer: Answer) -> None:
        for letter in answer:
            if letter.topic is TopicName.DEAD:
                headers = dict(letter.headers)
                self._context.log.warning(
                    "dead_letter_written",
                    position=headers[SOURCE_ID].decode("utf-8", "replace"),
                    code=headers[CODE].decode(),
                    transport=transport_of(record, 0),
                )

    async def _fail(self, error: BaseException) -> None:
        log = self._context.log
        if isinstance(error, FloodError):
            flood = error.flood
            log.critical(
                "worker_flooded",
                partition=f"{flood.topic}[{flood.partition}]",
                first_bad=flood.first,
                last_bad=flood.last,
                bad=flood.bad,
                seen=flood.seen,
                look="wireroom dead list",
                go_on="WIREROOM_WORKER__STOP_ON_FLOOD=off wireroom worker",
            )
            await commit_acknowledged(self._context.app)
        else:
            log.error("stage_failed", error=shown(error))
        await stop_without_ack(self._context.app, error)
