"""The stateless stages of the embedded host in processes of their own.

The pool is the worker's, with its care for messages that kill processes. It must not know in
which order answers are used, nor write a record.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from schemas.dead_letter import DeadCode
from schemas.topics import TopicName
from streams.embedded.collecting import collect_rarely
from streams.enrich.kb import Overlay
from streams.log import SqliteStore
from streams.log.base import Record
from streams.log.outgoing import Outgoing
from streams.pipeline import (
    EnrichStage,
    IntakeStage,
    KnowledgeBase,
    PipelineConfig,
    enrich_stage,
    unenriched,
)
from streams.worker.pool import Fate, WorkPool

__all__ = ["EnrichTask", "StagePool", "Taken"]

Taken = tuple[Outgoing, ...]
"""What intake made of one raw record: decoded records, then a dead letter where a part failed."""


@dataclass(frozen=True, slots=True)
class EnrichTask:
    """An item's record, and the end of the ``kb`` topic that it is to be enriched with."""

    item: Outgoing
    kb: dict[int, int]


_Task = Record | EnrichTask
_Answer = Taken | Outgoing


class _Stages:
    """The stages in a process of the pool; enrichment is built when it is first wanted."""

    def __init__(self, config: PipelineConfig, path: Path, prefix: str) -> None:
        self._config = config
        self._intake = IntakeStage(config)
        self._enrich: EnrichStage | None = None
        self._store = SqliteStore(path, max_body_bytes=config.max_body_bytes)
        self._kb_topic = prefix + TopicName.KB
        self._kb = KnowledgeBase()
        self._kb_offsets: dict[int, int] = {}

    def work(self, tasks: Sequence[_Task]) -> list[_Answer]:
        """An answer for each; the tasks of a batch are of one stage, and with one mark."""
        first = tasks[0]
        if isinstance(first, EnrichTask):
            overlay = self._overlay(first.kb)
            items = [cast("EnrichTask", task).item for task in tasks]
            return [answer.record for answer in self._enrichment().process(items, overlay)]
        records = [cast("Record", task) for task in tasks]
        return [taken.outgoing for taken in self._intake.process_all(records)]

    def ready(self, tasks: Sequence[_Task]) -> None:
        """Load what enriching these needs."""
        items = [task.item for task in tasks if isinstance(task, EnrichTask)]
        if items:
            self._enrichment().ready(items)

    def _enrichment(self) -> EnrichStage:
        if self._enrich is None:
            self._enrich = enrich_stage(self._config)
        return self._enrich

    def _overlay(self, mark: dict[int, int]) -> Overlay:
        """The knowledge base up to a mark; marks never go back, for tasks come in order."""
        offsets = dict.fromkeys(mark, 0) | self._kb_offsets
        while any(offsets[partition] < end for partition, end in mark.items()):
            batch = self._store.read(self._kb_topic, offsets, stop=mark)
            self._kb.take(batch.records)
            if batch.next_offsets == offsets:
                break
            offsets = batch.next_offsets
        self._kb_offsets = offsets
        return self._kb.overlay


_stages: _Stages | None = None


def _prepare(config: PipelineConfig, path: Path, prefix: str) -> None:
    global _stages  # noqa: PLW0603  (one a process, built once, before any work)
    collect_rarely()
    _stages = _Stages(config, path, prefix)


def _prepared() -> _Stages:
    if _stages is None:
        raise RuntimeError("the process was not prepared")
    return _stages


def _work(tasks: Sequence[_Task]) -> list[_Answer]:
    return _prepared().work(tasks)


def _ready(tasks: Sequence[_Task]) -> None:
    _prepared().ready(tasks)


def _give_up(task: _Task, fate: Fate) -> _Answer:
    if isinstance(task, EnrichTask):
        return unenriched(task.item, f"enrich-{fate}").record
    code: DeadCode = "stage-crashed" if fate is Fate.CRASHED else "stage-timeout"
    return IntakeStage.gave_up(task, code, f"the process {fate}").outgoing


class StagePool:
    """Processes for intake and enrichment, and the thread that talks to them."""

    def __init__(self, config: PipelineConfig, path: Path, prefix: str, processes: int) -> None:
        """Start the processes, and wait until they are there.

        Args:
            config: of the stages.
            path: of the log, whose ``kb`` topic the processes read.
            prefix: of every topic's name.
            processes: how many.
        """
        self.size = processes
        self._pool: WorkPool[_Task, _Answer] = WorkPool(
            _work,
            _give_up,
            initializer=_prepare,
            initargs=(config, path, prefix),
            size=processes,
            ready=_ready,
        )
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=self._loop.run_forever, name="stage-pool", daemon=True
        )
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._pool.start(), self._loop).result()

    def take_in(self, records: Sequence[Record]) -> Future[list[Taken]]:
        """What each raw record becomes, in order."""
        return cast("Future[list[Taken]]", self._submit(records))

    def enrich(self, tasks: Sequence[EnrichTask]) -> Future[list[Outgoing]]:
        """The record for ``wire.enriched`` of each item, in order."""
        return cast("Future[list[Outgoing]]", self._submit(tasks))

    def _submit(self, tasks: Sequence[_Task]) -> Future[list[_Answer]]:
        return asyncio.run_coroutine_threadsafe(self._pool.run(tasks), self._loop)

    def close(self) -> None:
        """End the processes, whatever they are doing."""
        asyncio.run_coroutine_threadsafe(self._ended(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _ended(self) -> None:
        self._pool.close()
        # What still waits for an answer gets none.
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
