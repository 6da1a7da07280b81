"""Batches worked on side by side, finished one after another: acknowledgements stay in order.

It must not know what the work is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Generic, TypeVar

from streams.worker.faust_compat import EventOfBytes

T = TypeVar("T")

Events = Sequence[EventOfBytes]


class OrderedWork(Generic[T]):
    """A queue of started batches; each is finished when all before it have been."""

    def __init__(
        self,
        finish: Callable[[Events, T], Awaitable[None]],
        fail: Callable[[BaseException], Awaitable[None]],
        *,
        max_at_work: int,
        max_waiting: int,
    ) -> None:
        """Describe the queue.

        Args:
            finish: sends a batch's results and acknowledges its events.
            fail: ends the process without acknowledging; it need not return.
            max_at_work: batches worked on at once.
            max_waiting: batches taken and not finished; ``put`` waits beyond it.
        """
        self._finish = finish
        self._fail = fail
        self._at_work = asyncio.Semaphore(max_at_work)
        self._started: asyncio.Queue[tuple[Events, asyncio.Task[T]]] = asyncio.Queue(max_waiting)
        self._finisher: asyncio.Task[None] | None = None

    async def put(self, events: Events, work: Callable[[], Awaitable[T]]) -> None:
        """Start the work on a batch; its turn to be finished comes after those before it."""
        if self._finisher is None:
            self._finisher = asyncio.create_task(self._finish_all())
        await self._started.put((events, asyncio.create_task(self._do(work))))

    async def _do(self, work: Callable[[], Awaitable[T]]) -> T:
        async with self._at_work:
            return await work()

    async def _finish_all(self) -> None:
        try:
            while True:
                events, task = await self._started.get()
                await self._finish(events, await task)
        except asyncio.CancelledError:
            raise
        except Exception as error:  # noqa: BLE001  (any failure means: stop, acknowledge nothing)
            await self._fail(error)

    async def close(self) -> None:
        """Stop finishing; what is unfinished stays unacknowledged."""
        if self._finisher is not None:
            self._finisher.cancel()
            with suppress(asyncio.CancelledError):
                await self._finisher
        while not self._started.empty():
            self._started.get_nowait()[1].cancel()
