"""Brokers that are restarted, stay away, or are lost for good: nothing of what they had is."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from schemas.topics import TopicName
from streams.log import open_log
from tests.faults.cluster import Cluster
from tests.faults.feed import messages
from tests.faults.scenario import ScenarioOf

pytestmark = [
    pytest.mark.fault, pytest.mark.kafka, pytest.mark.faults, pytest.mark.timeout(400)
]  # fmt: skip

_RECOVERY_S = 30.0


async def test_broker_restarted(own_broker: Any, scenario_of: ScenarioOf) -> None:
    async with scenario_of(
        "broker restarted",
        own_broker,
    ) as run:
        for stage in run.stages:
            run.worker(stage)
        await run.moves()
        for _ in range(2):
            await asyncio.to_thread(own_broker.restart)
            await run.recovers()
    assert max(run.recoveries) <= _RECOVERY_S
    assert [worker.said("stage_started") for worker in run.workers] == [1, 1, 1]


@pytest.mark.parametrize("how", ["kill", "pause"])
async def test_broker_away_for_two_minutes(
    how: str, own_broker: Any, scenario_of: ScenarioOf
) -> None:
    fault = {"kill": "broker away for two minutes", "pause": "broker frozen for a minute"}[how]
    async with scenario_of(
        fault,
        own_broker,
    ) as run:
        for stage in run.stages:
            run.worker(stage)
        await run.moves()
        # The feed has no patience of its own; the workers have work in hand, and are restarted
        # where theirs is at an end.
        await run.pause_feeding()
        await run.send(list(messages(60, prefix="burst")))
        await asyncio.to_thread(getattr(own_broker, how))
        supervising = run.supervise()
        await asyncio.sleep(120 if how == "kill" else 60)
        await asyncio.to_thread(own_broker.start if how == "kill" else own_broker.resume)
        run.start_feeding()
        await run.recovers()
        supervising.cancel()
    assert max(run.recoveries) <= _RECOVERY_S
    assert set(run.statuses) <= {1, 2, 70, 75}, "loud, where it ended at all"


async def test_one_of_three_brokers_lost(
    kafka_launcher: ModuleType,
    kafka_libs: Path,
    kafka_prefix: str,
    tmp_path: Path,
    scenario_of: ScenarioOf,
) -> None:
    cluster = Cluster(kafka_launcher, tmp_path / "cluster", kafka_libs)
    try:
        await asyncio.to_thread(cluster.start)
        async with scenario_of(
            "one of three brokers lost, and another",
            cluster,
            replication=3,
        ) as run:
            for stage in run.stages:
                run.worker(stage)
            await run.moves()
            for broker in cluster.brokers[:2]:
                await asyncio.to_thread(broker.kill)
                await run.recovers()
                await run.moves(records=20)
                await asyncio.to_thread(broker.start)
                await run.moves(records=20)
        async with open_log(f"kafka://{cluster.bootstrap}") as log:
            (raw,) = await log._ask(
                lambda admin: admin.describe_topics([kafka_prefix + TopicName.RAW])
            )
            assert {len(partition["replicas"]) for partition in raw["partitions"]} == {3}
    finally:
        await asyncio.to_thread(cluster.kill)
    assert max(run.recoveries) <= _RECOVERY_S
