"""Workers killed at each place where it could matter: nothing lost, nothing twice."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.faults.kill_points import POINTS
from tests.faults.scenario import scenario

pytestmark = [pytest.mark.fault, pytest.mark.kafka, pytest.mark.timeout(150)]

_SHORT = {"desk-sent"}
_AT_START = {"desk-rebuilding", "desk-begun", "desk-assigned"}


@pytest.mark.parametrize(
    "point",
    [
        pytest.param(point, marks=() if point in _SHORT else pytest.mark.faults)
        for point in POINTS
    ],
)
async def test_killed_twice_at(
    point: str, kafka_broker: str, kafka_prefix: str, tmp_path: Path, ledger_row: Any
) -> None:
    stage = point.partition("-")[0]
    stages = ("intake", "desk", "enrich") if stage == "enrich" else ("intake", "desk")
    fault = f"kill -9: {point.replace('-', ' ')}"
    async with scenario(
        fault, kafka_broker, kafka_prefix, tmp_path, row=ledger_row, stages=stages
    ) as run:
        for each in stages:
            run.worker(each, instance_id="test")
        victim = run.of(stage)
        await run.moves(stage)
        for hits in (2, 3):
            await asyncio.to_thread(victim.kill)
            victim.start_again(f"kill:{point}:{hits}")
            assert await run.ended(victim) == -9, "it was killed where it should be"
        victim.start_again()
        await run.recovers(stage)
