from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from streams.worker.ordered import OrderedWork


def after(seconds: float, answer: str) -> Callable[[], Awaitable[str]]:
    async def work() -> str:
        await asyncio.sleep(seconds)
        return answer

    return work


class Bench:
    def __init__(self, fail_on: str = "") -> None:
        self.finished: list[str] = []
        self.failures: list[BaseException] = []
        self._fail_on = fail_on
        self.work: OrderedWork[str] = OrderedWork(
            self._finish, self._fail, max_at_work=4, max_waiting=8
        )

    async def _finish(self, _events: Any, answer: str) -> None:
        if answer == self._fail_on:
            raise ConnectionError(answer)
        self.finished.append(answer)

    async def _fail(self, error: BaseException) -> None:
        self.failures.append(error)
        await asyncio.Event().wait()


async def test_batches_finish_in_the_order_they_were_put() -> None:
    bench = Bench()
    for seconds, answer in ((0.1, "slow"), (0.0, "quick"), (0.05, "middling")):
        await bench.work.put([], after(seconds, answer))
    await asyncio.sleep(0.2)
    assert bench.finished == ["slow", "quick", "middling"]
    await bench.work.close()


async def test_nothing_is_finished_after_a_failure() -> None:
    bench = Bench(fail_on="two")
    for answer in ("one", "two", "three"):
        await bench.work.put([], after(0, answer))
    await asyncio.sleep(0.05)
    assert bench.finished == ["one"]
    assert len(bench.failures) == 1
    await bench.work.close()


async def test_a_full_queue_holds_the_taker_back() -> None:
    bench = Bench()
    for number in range(9):
        await bench.work.put([], after(5, str(number)))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(bench.work.put([], after(0, "late")), 0.05)
    await bench.work.close()


class Event:
    """Counts who acknowledged it."""

    acknowledged: list[int] = []

    def __init__(self, number: int) -> None:
        self._number = number

    def ack(self) -> None:
        self.acknowledged.append(self._number)


async def test_what_is_unfinished_when_it_closes_is_not_acknowledged() -> None:
    bench = Bench()
    for number in (1, 2, 3):
        await bench.work.put([Event(number)], after(30, "never"))
    await asyncio.sleep(0)
    await bench.work.close()
    assert Event.acknowledged == []
