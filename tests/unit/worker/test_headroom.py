"""How far intake goes ahead of the desk."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from streams.worker.headroom import Headroom


class Desk:
    """A desk as intake sees it: what it has committed."""

    def __init__(self, committed: int = 0) -> None:
        self.committed = committed
        self.asked = 0
        self.hurry = False

    async def ask(self) -> int:
        self.asked += 1
        return self.committed

    def headroom(self, most: int | None) -> Headroom:
        return Headroom(most, self.ask, hurried=lambda: self.hurry)


async def waits(wait: Callable[[], Awaitable[None]]) -> bool:
    try:
        async with asyncio.timeout(0.2):
            await wait()
    except TimeoutError:
        return True
    return False


async def test_nothing_is_asked_while_there_is_room() -> None:
    desk = Desk()
    headroom = desk.headroom(10)
    for offset in range(9):
        headroom.wrote(offset)
        await headroom.wait()
    assert (headroom.ahead, desk.asked) == (9, 0)


async def test_it_waits_until_the_desk_has_caught_up() -> None:
    desk = Desk()
    headroom = desk.headroom(10)
    headroom.wrote(9)
    waiting = asyncio.create_task(headroom.wait())
    await asyncio.sleep(0.1)
    assert headroom.waiting
    assert not waiting.done()
    desk.committed = 1
    await asyncio.wait_for(waiting, 1)
    assert not headroom.waiting
    assert headroom.ahead == 9


async def test_what_others_wrote_counts() -> None:
    desk = Desk()
    headroom = desk.headroom(10)
    headroom.wrote(0)
    headroom.wrote(500)
    headroom.wrote(1)
    assert headroom.ahead == 501
    assert await waits(headroom.wait)


async def test_an_old_offset_is_news_to_nobody() -> None:
    desk = Desk(1000)
    headroom = desk.headroom(10)
    headroom.wrote(1004)
    await asyncio.wait_for(headroom.wait(), 1)
    assert headroom.ahead == 5


async def test_whoever_must_stop_does_not_wait() -> None:
    desk = Desk()
    headroom = desk.headroom(10)
    headroom.wrote(100)
    waiting = asyncio.create_task(headroom.wait())
    await asyncio.sleep(0.1)
    desk.hurry = True
    await asyncio.wait_for(waiting, 1)


async def test_without_a_limit_nobody_waits() -> None:
    desk = Desk()
    headroom = desk.headroom(None)
    headroom.wrote(1_000_000)
    await asyncio.wait_for(headroom.wait(), 1)
    assert desk.asked == 0


async def test_a_broker_that_cannot_say_ends_the_waiting() -> None:
    async def fail() -> int:
        raise ConnectionError("on purpose")

    headroom = Headroom(1, fail, hurried=lambda: False)
    headroom.wrote(5)
    with pytest.raises(ConnectionError):
        await headroom.wait()
    assert not headroom.waiting
