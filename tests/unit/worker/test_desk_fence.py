"""A desk that was frozen ends, also when it has nothing to do."""

from __future__ import annotations

import asyncio

from streams.observability.log import get_log
from streams.observability.metrics import Metrics
from streams.worker.app import create_stage_app
from streams.worker.config import Stage, WorkerConfig
from streams.worker.context import StageContext
from streams.worker.delivery import Delivery
from streams.worker.desk import DeskWorker
from streams.worker.fence import FencedError


async def test_a_desk_that_was_frozen_while_idle_ends_before_it_can_take_over_again() -> None:
    config = WorkerConfig("kafka://127.0.0.1:1")
    app = create_stage_app(config, Stage.DESK)
    worker = DeskWorker(
        StageContext(
            stage=Stage.DESK,
            config=config,
            app=app,
            delivery=Delivery(app, config.prefix),
            metrics=Metrics(),
            log=get_log(),
        )
    )
    failures: list[BaseException] = []

    async def fail(error: BaseException) -> None:
        failures.append(error)

    worker._fail = fail  # type: ignore[method-assign]  # ending the process would end the test
    watching = asyncio.create_task(worker._end_when_fenced())
    await asyncio.sleep(0.3)
    assert failures == []
    worker._fence._last -= 60  # as after a minute without a beat
    async with asyncio.timeout(5):
        while not failures:  # noqa: ASYNC110  (what ends it is a beat of its own)
            await asyncio.sleep(0.05)
    assert isinstance(failures[0], FencedError)
    await watching
