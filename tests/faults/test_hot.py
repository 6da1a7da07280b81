"""Recovery with 100,000 hot items: from a restart, and from a broker's return."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from streams.bench import desk_recovery
from tests.faults.scenario import ScenarioOf

pytestmark = [
    pytest.mark.fault, pytest.mark.kafka, pytest.mark.faults, pytest.mark.timeout(900)
]  # fmt: skip

_ITEMS = 100_000
_RECOVERY_S = 30.0


async def test_recovery_with_100_000_hot_items(
    own_broker: Any, kafka_prefix: str, scenario_of: ScenarioOf
) -> None:
    await asyncio.to_thread(desk_recovery._written, own_broker.url, kafka_prefix, _ITEMS)
    async with scenario_of(
        "100,000 hot items: killed; broker killed",
        own_broker,
        stages=("intake", "desk"),
    ) as run:
        run.worker("intake", instance_id="test")
        # The settings as they are shipped: a desk without an id waits out the time-out of the one
        # before it.
        desk = run.worker("desk", session_timeout_s=10)
        await run.moves(timeout_s=300)
        for _ in range(2):
            await asyncio.to_thread(desk.kill)
            desk.start_again()
            await run.recovers("desk", timeout_s=120)
        await asyncio.to_thread(own_broker.kill)
        await asyncio.to_thread(own_broker.start)
        await run.recovers("desk", timeout_s=120)
    assert max(run.recoveries) <= _RECOVERY_S
