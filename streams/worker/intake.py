"""The intake worker: raw records in, decoded records and dead letters out.

Decoding and cleaning happen in a process pool; order within each raw partition is kept. It must
not parse anything itself.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from functools import partial

from schemas.dead_letter import DeadCode
from schemas.topics import TopicName
from streams.log.base import Record
from streams.log.headers import SCHEMA
from streams.log.outgoing import Outgoing
from streams.log.spool import spooled
from streams.observability import metric_defs
from streams.pipeline import IntakeStage, PipelineConfig
from streams.worker.context import StageContext, chunks
from streams.worker.faust_compat import (
    StreamOfBytes,
    add_agent,
    batches,
    record_of,
    stop_without_ack,
)
from streams.worker.ordered import Events, OrderedWork
from streams.worker.pool import Fate, WorkPool

_TAKE = 200
# Messages a task of the pool: small, so that a burst spreads over all processes.
_CHUNK = 16

Answer = tuple[Outgoing, ...]

_stage: IntakeStage | None = None


def prepare(config: PipelineConfig) -> None:
    """Build the stage in a process of the pool."""
    global _stage  # noqa: PLW0603  (one stage a process, built once, before any work)
    _stage = IntakeStage(config)


def work(records: Sequence[Record]) -> list[Answer]:
    """What each raw record becomes; in a process of the pool."""
    if _stage is None:
        raise RuntimeError("the process was not prepared")
    return [taken.outgoing for taken in _stage.process_all(records)]


def give_up(record: Record, fate: Fate) -> Answer:
    """The dead letter of a record that no process survives."""
    code: DeadCode = "stage-crashed" if fate is Fate.CRASHED else "stage-timeout"
    return IntakeStage.gave_up(record, code, f"the process {fate}").outgoing


class IntakeWorker:
    """The agents of the intake stage."""

    def __init__(self, context: StageContext) -> None:
        self._context = context
        self._pool: WorkPool[Record, Answer] = context.pool(work, give_up, prepare)
        # Urgent messages have a queue of their own; the pool's processes are shared.
        for name in (TopicName.RAW_URGENT, TopicName.RAW):
            add_agent(context.app, context.config.topic(name), f"intake-{name}", self._agent)

    async def start(self) -> None:
        """Prepare the pool, before the first record is taken."""
        await self._pool.start()

    async def close(self) -> None:
        """End the pool."""
        self._pool.close()

    def is_excused(self) -> bool:
        """Whether committing nothing is right just now."""
        return self._pool.isolating

    async def _agent(self, stream: StreamOfBytes) -> None:
        ordered = OrderedWork(
            self._finish, self._fail, max_at_work=2 * self._pool.size, max_waiting=64
        )
        try:
            async for events in batches(stream, _TAKE):
                for chunk in chunks(events, _CHUNK):
                    await ordered.put(chunk, partial(self._process, chunk))
        except Exception as error:  # noqa: BLE001  (nothing may raise out of an agent)
            await self._fail(error)
        finally:
            await ordered.close()

    async def _process(self, events: Events) -> tuple[list[Answer], float]:
        started = time.monotonic()
        records = [await self._spooled(record_of(event)) for event in events]
        return await self._pool.run(records), started

    async def _spooled(self, record: Record) -> Record:
        config = self._context.config
        limit = config.pipeline.max_body_bytes
        if len(record.value or b"") <= limit:
            return record
        return await asyncio.to_thread(spooled, record, config.spool_dir, max_body_bytes=limit)

    async def _finish(self, events: Events, done: tuple[list[Answer], float]) -> None:
        answers, started = done
        await self._context.delivery.send(record for answer in answers for record in answer)
        for event in events:
            event.ack()
        self._count(answers, started)

    def _count(self, answers: Sequence[Answer], started: float) -> None:
        metrics = self._context.metrics
        metrics.add(metric_defs.INTAKE_RECORDS, len(answers))
        for record in (record for answer in answers for record in answer):
            if record.topic is TopicName.DEAD:
                metrics.add(metric_defs.INTAKE_DEAD)
            else:
                schema = dict(record.headers)[SCHEMA].decode()
                metrics.add(metric_defs.INTAKE_PARTS, type=schema.partition("/")[0])
        seconds = time.monotonic() - started
        metrics.observe(metric_defs.WORKER_BATCH_SECONDS, seconds, stage="intake")

    async def _fail(self, error: BaseException) -> None:
        self._context.log.error("stage_failed", error=repr(error))
        await stop_without_ack(self._context.app, error)
