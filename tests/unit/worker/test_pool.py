from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest

from streams.worker.pool import Fate, WorkPool
from tests.unit.worker import pool_work

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
async def rebuilt() -> list[int]:
    return []


@pytest.fixture
async def pool(rebuilt: list[int]) -> AsyncIterator[WorkPool[str, str]]:
    pool = WorkPool(
        pool_work.work,
        lambda text, fate: f"gave up {text}: {fate}",
        initializer=pool_work.prepare,
        initargs=("did",),
        size=1,
        timeout_s=2.0,
        on_rebuild=lambda: rebuilt.append(1),
    )
    await pool.start()
    yield pool
    pool.close()


async def test_a_batch_is_worked_on_elsewhere_and_keeps_its_order(
    pool: WorkPool[str, str],
) -> None:
    assert await pool.run(["a", "b", "c"]) == ["did a", "did b", "did c"]
    assert pool_work.prepared == []


async def test_a_batch_that_kills_its_process_loses_only_the_culprit(
    pool: WorkPool[str, str], rebuilt: list[int]
) -> None:
    answers = await pool.run(["a", "b", "kill", "c", "d"])
    assert answers == ["did a", "did b", f"gave up kill: {Fate.CRASHED}", "did c", "did d"]
    assert rebuilt == [1]
    assert await pool.run(["after"]) == ["did after"]


async def test_neighbouring_batches_do_not_share_the_blame(pool: WorkPool[str, str]) -> None:
    batches = [["a", "b"], ["kill", "c"], ["d"]]
    answers = await asyncio.gather(*(pool.run(batch) for batch in batches))
    assert answers == [["did a", "did b"], ["gave up kill: crashed", "did c"], ["did d"]]


async def test_what_hangs_is_given_up(pool: WorkPool[str, str]) -> None:
    pool._timeout_s = 0.4
    answers = await pool.run(["a", "hang"])
    assert answers == ["did a", "gave up hang: timed-out"]


@pytest.mark.parametrize("is_ready", [True, False])
async def test_nobody_is_blamed_for_what_takes_long_to_load(*, is_ready: bool) -> None:
    pool = WorkPool(
        pool_work.work,
        lambda text, fate: f"gave up {text}: {fate}",
        initializer=pool_work.prepare,
        initargs=("did",),
        ready=pool_work.load if is_ready else None,
        size=1,
        timeout_s=0.6,
    )
    await pool.start()
    try:
        answers = await asyncio.wait_for(pool.run(["hang", "model"]), 40)
    finally:
        pool.close()
    # Without it the model's item would be given up, too.
    loaded = "did model" if is_ready else "gave up model: timed-out"
    assert answers == ["gave up hang: timed-out", loaded]


async def test_batches_queued_behind_one_that_hangs_are_worked_on(
    pool: WorkPool[str, str],
) -> None:
    pool._timeout_s = 0.2
    batches = [["hang"], *([str(number)] for number in range(6))]
    answers = await asyncio.wait_for(asyncio.gather(*(pool.run(each) for each in batches)), 30)
    assert answers == [["gave up hang: timed-out"], *([f"did {n}"] for n in range(6))]
    assert not pool.isolating


async def test_what_raises_is_given_up_and_its_process_kept(
    pool: WorkPool[str, str], rebuilt: list[int]
) -> None:
    assert await pool.run(["a", "raise", "b"]) == ["did a", "gave up raise: crashed", "did b"]
    assert rebuilt == []


async def test_no_message_is_blamed_for_a_process_that_cannot_be_prepared(tmp_path: Path) -> None:
    pool = WorkPool(
        pool_work.work,
        lambda text, fate: f"gave up {text}: {fate}",
        initializer=pool_work.prepare_once,
        initargs=(str(tmp_path / "marker"),),
        size=1,
    )
    await pool.start()
    try:
        with pytest.raises(BrokenProcessPool):
            await asyncio.wait_for(pool.run(["a", "kill"]), 30)
    finally:
        pool.close()


async def test_children_end_with_a_parent_that_was_killed(tmp_path: Path) -> None:
    program = """
import asyncio, os, sys
from streams.worker.pool import WorkPool
from tests.unit.worker import pool_work

async def main():
    give_up = lambda *_: ""
    pool = WorkPool(
        pool_work.pid, give_up, initializer=pool_work.prepare, initargs=("x",), size=1
    )
    await pool.start()
    print((await pool.run(["x"]))[0], flush=True)
    await asyncio.sleep(60)

if __name__ == "__main__":
    asyncio.run(main())
"""
    script = tmp_path / "parent.py"
    script.write_text(program)
    parent = await asyncio.to_thread(
        lambda: subprocess.Popen(
            [sys.executable, script],
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
    )
    assert parent.stdout is not None
    child = int(await asyncio.to_thread(parent.stdout.readline))
    parent.kill()
    parent.wait()
    parent.stdout.close()
    give_up = time.monotonic() + 10
    while _is_running(child) and time.monotonic() < give_up:  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    assert not _is_running(child)


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_a_pool_that_was_not_started_says_so() -> None:
    pool = WorkPool(
        pool_work.pid, lambda *_: "", initializer=pool_work.prepare, initargs=("x",), size=1
    )
    with pytest.raises(RuntimeError, match="not been started"):
        await pool.run(["x"])
