"""Workers killed at each place where it could matter: nothing lost, nothing twice."""

from __future__ import annotations

import asyncio

import pytest

from tests.faults.kill_points import POINTS
from tests.faults.scenario import ScenarioOf

pytestmark = [pytest.mark.fault, pytest.mark.kafka, pytest.mark.timeout(400)]

_DESK = [point for point in POINTS if point.startswith("desk-")]
_INTAKE = [point for point in POINTS if point.startswith("intake-")]
_ENRICH = [point for point in POINTS if point.startswith("enrich-")]


@pytest.mark.parametrize(
    ("fault", "points"),
    [
        pytest.param(
            "kill -9 amid the desk's ranks", ["desk-half-sent", "desk-journal"], id="ranks"
        ),
        *(
            pytest.param(
                f"kill -9 at {len(points)} places of {name}",
                points,
                marks=pytest.mark.faults,
                id=name,
            )
            for name, points in (("intake", _INTAKE), ("desk", _DESK), ("enrich", _ENRICH))
        ),
    ],
)
async def test_killed_at(fault: str, points: list[str], scenario_of: ScenarioOf) -> None:
    stage = points[0].partition("-")[0]
    stages = ("intake", "desk", "enrich") if stage == "enrich" else ("intake", "desk")
    async with scenario_of(fault, stages=stages) as run:
        for each in stages:
            # A fixed identity: the group does not wait for the dead to time out.
            run.worker(each, instance_id="test")
        victim = run.of(stage)
        await run.moves(stage)
        await asyncio.to_thread(victim.kill)
        for number, point in enumerate(points):
            victim.start_again(f"kill:{point}:{2 + number % 2}")
            assert await run.ended(victim) == -9, f"it was killed at {point}"
        victim.start_again()
        await run.recovers(stage)
