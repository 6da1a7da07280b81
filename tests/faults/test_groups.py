"""Groups in motion: workers that come, go and freeze, and commits that are refused."""

from __future__ import annotations

import asyncio
import random
import signal
import time

import pytest

from schemas.topics import TopicName
from tests.faults.feed import messages
from tests.faults.running import Worker, until
from tests.faults.scenario import Scenario, ScenarioOf

pytestmark = [
    pytest.mark.fault, pytest.mark.kafka, pytest.mark.faults, pytest.mark.timeout(400)
]  # fmt: skip

_REBALANCE_S = 10.0


async def every_partition_moves(run: Scenario, worker: Worker) -> float:
    """Wait until intake commits further in each partition; answers after how many seconds."""
    began = time.monotonic()
    group, topic = f"{run.prefix}wireroom-intake", run.prefix + TopicName.RAW
    before = await run.log.committed(group, topic)

    async def moved() -> bool:
        now = await run.log.committed(group, topic)
        return len(now) == 3 and all(now[at] > before.get(at, 0) for at in now)

    await until(moved, 60, "every partition moves", worker)
    return time.monotonic() - began


async def test_three_workers_come_and_go(scenario_of: ScenarioOf) -> None:
    rng = random.Random(3)  # noqa: S311
    async with scenario_of(
        "rebalance storm, three intakes",
        stages=("intake", "desk"),
        feeding=False,
    ) as run:
        run.feed = lambda chapter: messages(12, prefix=chapter, providers=12)
        run.start_feeding(batch=6)
        run.worker("desk")
        intakes = [run.worker("intake") for _ in range(3)]
        for intake in intakes:
            await run.started(intake)
        await every_partition_moves(run, intakes[0])
        for _ in range(4):
            leaver = rng.choice(intakes)
            assert await asyncio.to_thread(leaver.stop) == 0
            run.recoveries.append(await every_partition_moves(run, leaver))
            leaver.start_again()
            await run.started(leaver)
            run.recoveries.append(await every_partition_moves(run, leaver))
    assert max(run.recoveries) <= _REBALANCE_S


@pytest.mark.parametrize("stage", ["intake", "enrich"])
async def test_frozen_past_the_time_out_and_continued(stage: str, scenario_of: ScenarioOf) -> None:
    async with scenario_of(
        f"SIGSTOP past the time-out, then CONT: {stage}",
    ) as run:
        for each in run.stages:
            run.worker(each)
        await run.moves()
        frozen = run.of(stage)
        frozen.process.send_signal(signal.SIGSTOP)
        run.worker(stage)
        await run.recovers(stage)
        await run.moves(stage, records=20)
        frozen.process.send_signal(signal.SIGCONT)
        await run.moves(stage, records=20)
        if stage == "enrich":
            assert await run.ended(frozen) == 1, "it had been replaced"


async def test_commits_refused(scenario_of: ScenarioOf) -> None:
    async with scenario_of(
        "commits refused",
    ) as run:
        for stage in run.stages:
            run.worker(stage, instance_id="test", sabotage="broken:commits-refused")
        supervising = run.supervise()
        await run.recovers()
        await run.moves(records=40)
        supervising.cancel()


async def test_sigterm_under_load(scenario_of: ScenarioOf) -> None:
    async with scenario_of(
        "SIGTERM under load",
    ) as run:
        for stage in run.stages:
            run.worker(stage)
        await run.moves()
        for stage in run.stages:
            await run.send(list(messages(60, prefix=f"burst-{stage}")))
            await run.moves(stage, records=5)
            assert await asyncio.to_thread(run.of(stage).stop) == 0
            run.of(stage).start_again()
            await run.recovers(stage)
