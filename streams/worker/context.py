"""What every stage's agents are given: the app, the delivery, metrics, and a way to make a pool.

It must not know any stage.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import structlog

from streams.observability import metric_defs
from streams.observability.metrics import Metrics
from streams.pipeline import PipelineConfig
from streams.worker.config import Stage, WorkerConfig
from streams.worker.delivery import Delivery
from streams.worker.faust_compat import App, in_hand
from streams.worker.pool import Fate, WorkPool

_TELL_S = 1.0
# A backlog's work takes every core. A third of a share each leaves the desk, the event loops and
# the process for flashes theirs.
_POOL_NICENESS = 5

T = TypeVar("T")
In = TypeVar("In")
Out = TypeVar("Out")


@dataclass(frozen=True, slots=True)
class StageContext:
    """The surroundings of one stage in one process."""

    stage: Stage
    config: WorkerConfig
    app: App
    delivery: Delivery
    metrics: Metrics
    log: structlog.stdlib.BoundLogger

    async def tell_in_hand(self) -> None:
        """Keep the gauge of records in hand; never returns.

        By a clock, not by batches: when none moves is when it matters.
        """
        while True:
            self.metrics.set(metric_defs.WORKER_IN_HAND, in_hand(self.app), stage=self.stage)
            await asyncio.sleep(_TELL_S)

    def pool(
        self,
        work: Callable[[Sequence[In]], Sequence[Out]],
        give_up: Callable[[In, Fate], Out],
        prepare: Callable[[PipelineConfig], None],
        ready: Callable[[Sequence[In]], None] | None = None,
        *,
        about: Callable[[In], Mapping[str, str]],
        urgent: bool = False,
    ) -> WorkPool[In, Out]:
        """A pool of processes for this stage's work: as many as is set, or one for flashes.

        ``about`` says which message it is, for the log.
        """
        for fate in Fate:
            self.metrics.begin(metric_defs.WORKER_GIVEN_UP, stage=self.stage, fate=fate)
        self.metrics.begin(metric_defs.WORKER_POOL_REBUILDS, stage=self.stage)

        def told(culprit: In, fate: Fate) -> Out:
            self.log.error("given_up", fate=fate, **about(culprit))
            self.metrics.add(metric_defs.WORKER_GIVEN_UP, stage=self.stage, fate=fate)
            return give_up(culprit, fate)

        def rebuilt() -> None:
            self.log.warning("pool_rebuilt")
            self.metrics.add(metric_defs.WORKER_POOL_REBUILDS, stage=self.stage)

        return WorkPool(
            work,
            told,
            initializer=prepare,
            initargs=(self.config.pipeline,),
            ready=ready,
            size=1 if urgent else self.config.pool_size,
            niceness=0 if urgent else _POOL_NICENESS,
            timeout_s=self.config.task_timeout_s,
            on_rebuild=rebuilt,
        )


def chunks(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """The items in runs of at most ``size``."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
