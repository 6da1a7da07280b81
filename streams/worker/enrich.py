"""The enrichment worker: items in, items with entities out; a kill waits for nobody.

Recognition happens in a process pool; order within each partition is kept, but for kills, which
are copied at once. It must not recognise anything itself.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial

from schemas.topics import TopicName
from streams.log import TopicLog, open_log
from streams.log.headers import DESK_SEQ, SUBJECT
from streams.log.outgoing import Outgoing, enriched_outgoing
from streams.observability import metric_defs
from streams.observability.log import shown
from streams.pipeline import EnrichStage, PipelineConfig, enrich_stage, is_copied, unenriched
from streams.worker.config import Stage
from streams.worker.context import StageContext, chunks
from streams.worker.delays import ANY, count_delays
from streams.worker.faust_compat import (
    EventOfBytes,
    StreamOfBytes,
    add_agent,
    batches,
    record_of,
    stop_without_ack,
)
from streams.worker.fence import FencedError, PauseFence
from streams.worker.kb import KbFollower, KbMark, KbTail
from streams.worker.ordered import Events, OrderedWork
from streams.worker.pool import Fate, WorkPool

_TAKE = 200
# Items a task of the pool: spaCy is quickest from about 16 texts on, and a flash must not wait
# behind many.
_CHUNK = 16

_stage: EnrichStage | None = None
_kb = KbFollower()


@dataclass(frozen=True, slots=True)
class EnrichAnswer:
    """A record for ``wire.enriched``.

    Attributes:
        received_at: of the item in it, where it was read.
        cached: paragraphs of the batch whose names were remembered; told once a batch.
        recognised: paragraphs of the batch that were read for names.
    """

    record: Outgoing
    received_at: datetime | None = None
    cached: int = 0
    recognised: int = 0


@dataclass(frozen=True, slots=True)
class EnrichTask:
    """An item, and the knowledge base it is to be enriched with."""

    item: Outgoing
    kb: KbMark


def prepare(config: PipelineConfig) -> None:
    """Open the base of places in a process of the pool; models are loaded when they are wanted."""
    global _stage  # noqa: PLW0603  (one stage a process, built once, before any work)
    _stage = enrich_stage(config)
    _stage.ready(())


def work(tasks: Sequence[EnrichTask]) -> list[EnrichAnswer]:
    """Each item with its enrichment; in a process of the pool. One batch has one mark."""
    if _stage is None:
        raise RuntimeError("the process was not prepared")
    overlay = _kb.overlay(tasks[0].kb)
    cached, recognised = _stage.paragraphs
    answers = [
        EnrichAnswer(answer.record, answer.item.received_at if answer.item else None)
        for answer in _stage.process([task.item for task in tasks], overlay)
    ]
    now = _stage.paragraphs
    # Fewer than before where a language that was not used for long made room for another.
    counts = max(0, now[0] - cached), max(0, now[1] - recognised)
    return [replace(answers[0], cached=counts[0], recognised=counts[1]), *answers[1:]]


def ready(tasks: Sequence[EnrichTask]) -> None:
    """Load the models of some items' languages; in a process of the pool."""
    if _stage is not None:
        _stage.ready([task.item for task in tasks])


def give_up(task: EnrichTask, fate: Fate) -> EnrichAnswer:
    """The item without enrichment, its audit saying so."""
    return EnrichAnswer(unenriched(task.item, f"enrich-{fate}").record)


def about(task: EnrichTask) -> dict[str, str]:
    """Which item it is, for the log."""
    headers = dict(task.item.headers)
    return {
        "item": headers.get(SUBJECT, b"").decode("utf-8", "replace"),
        "desk_seq": headers.get(DESK_SEQ, b"").decode("utf-8", "replace"),
    }


class EnrichWorker:
    """The agent of the enrichment stage."""

    def __init__(self, context: StageContext, kb_log: TopicLog | None = None) -> None:
        """Describe the agent; ``kb_log`` is where ``wire.kb`` is, the broker by default."""
        self._context = context
        self._pool: WorkPool[EnrichTask, EnrichAnswer] = context.pool(
            work, give_up, prepare, ready, about=about
        )
        config = context.config
        self._kb = KbTail(
            kb_log or open_log(config.broker, config.security),
            config.topic(TopicName.KB),
            context.metrics,
            context.log,
            self._fail,
        )
        # Offset of the latest kill of each key that is not yet acknowledged: what was taken
        # before it and is still being enriched must not be written after it.
        self._killed: dict[tuple[int, bytes | None], int] = {}
        # Looking whether an item was killed and writing it are one: no kill comes between.
        self._writing = asyncio.Lock()
        # Stopped and continued after another process took over, it would write old items after
        # the kills that one has written.
        self._fence = PauseFence(context.config.session_timeout_s / 2)
        self._beating: asyncio.Task[None] | None = None
        topic = context.config.topic(TopicName.ITEMS)
        add_agent(context.app, topic, "enrich", self._agent)

    async def start(self) -> None:
        """Read the knowledge base and load the models, before the first item is taken."""
        await self._kb.start()
        await self._pool.start()
        self._beating = asyncio.create_task(self._end_when_fenced())

    async def close(self) -> None:
        """End the pool."""
        if self._beating is not None:
            self._beating.cancel()
        self._pool.close()
        await self._kb.close()

    def is_excused(self) -> bool:
        """Whether committing nothing is right just now."""
        return self._pool.isolating

    def is_ready(self) -> bool:
        """Whether everything it remembers is there: it remembers nothing."""
        return True

    async def _end_when_fenced(self) -> None:
        await self._fence.beat()
        await self._fail(FencedError("this process was stopped for too long"))

    async def _agent(self, stream: StreamOfBytes) -> None:
        ordered = OrderedWork(
            self._finish,
            self._fail,
            max_at_work=2 * self._pool.size,
            # Taken, not worked on: a kill is seen as soon as it is taken.
            max_waiting=256,
        )
        try:
            async for events in batches(stream, _TAKE):
                await self._copy_kills(events)
                for chunk in chunks(events, _CHUNK):
                    await ordered.put(chunk, partial(self._process, chunk))
        except Exception as error:  # noqa: BLE001  (nothing may raise out of an agent)
            await self._fail(error)
        finally:
            await ordered.close()

    async def _copy_kills(self, events: Events) -> None:
        copies = []
        for event in events:
            item = _item_of(event)
            if is_copied(item):
                self._killed[event.message.partition, event.message.key] = event.message.offset
                copies.append(enriched_outgoing(item, None))
        if copies:
            async with self._writing:
                self._fence.check()
                await self._context.delivery.send(copies)
            self._context.metrics.add(metric_defs.ENRICH_RECORDS, len(copies), how="copied")

    async def _process(self, events: Events) -> tuple[list[EnrichAnswer], float]:
        started = time.monotonic()
        kb = self._kb.mark
        tasks = [EnrichTask(item, kb) for event in events if not is_copied(item := _item_of(event))]
        return (await self._pool.run(tasks) if tasks else []), started

    async def _finish(self, events: Events, done: tuple[list[EnrichAnswer], float]) -> None:
        answers, started = done
        async with self._writing:
            sent = self._not_killed(events, answers)
            self._fence.check()
            await self._context.delivery.send(answer.record for answer in sent)
        for event in events:
            event.ack()
            place = (event.message.partition, event.message.key)
            if self._killed.get(place) == event.message.offset:
                del self._killed[place]
        self._count(answers, sent, started)

    def _count(
        self, answers: Sequence[EnrichAnswer], sent: Sequence[EnrichAnswer], started: float
    ) -> None:
        metrics = self._context.metrics
        cached = sum(answer.cached for answer in answers)
        recognised = sum(answer.recognised for answer in answers)
        metrics.add(metric_defs.ENRICH_PARAGRAPHS, cached, source="cached")
        metrics.add(metric_defs.ENRICH_PARAGRAPHS, recognised, source="recognised")
        received = (answer.received_at for answer in sent)
        count_delays(metrics, Stage.ENRICH, ANY, received, datetime.now(UTC))
        metrics.add(metric_defs.ENRICH_RECORDS, len(sent), how="enriched")
        metrics.add(metric_defs.ENRICH_RECORDS, len(answers) - len(sent), how="overtaken")
        seconds = time.monotonic() - started
        metrics.observe(metric_defs.WORKER_BATCH_SECONDS, seconds, stage="enrich")

    def _not_killed(self, events: Events, answers: Sequence[EnrichAnswer]) -> list[EnrichAnswer]:
        """The enriched items that no kill has overtaken while they were worked on."""
        enriched = [event.message for event in events if not is_copied(_item_of(event))]
        return [
            answer
            for message, answer in zip(enriched, answers, strict=True)
            if self._killed.get((message.partition, message.key), -1) < message.offset
        ]

    async def _fail(self, error: BaseException) -> None:
        self._context.log.error("stage_failed", error=shown(error))
        await stop_without_ack(self._context.app, error)


def _item_of(event: EventOfBytes) -> Outgoing:
    record = record_of(event)
    return Outgoing(TopicName.ITEMS, record.key, record.value, record.headers)
