"""An asynchronous generator for ordinary code: a private event loop in a thread.

It must not know what it carries.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Coroutine, Iterator
from typing import Any, Generic, TypeVar

__all__ = ["OwnLoop"]

T = TypeVar("T")
ValueT = TypeVar("ValueT")


class OwnLoop(Generic[ValueT]):
    """An asynchronous generator read by plain ``for``; left early, it is closed."""

    def __init__(self, values: AsyncGenerator[ValueT, None]) -> None:
        self._values: AsyncGenerator[ValueT, None] = values
        self._loop = asyncio.new_event_loop()
        self._task: asyncio.Task[Any] | None = None
        self._thread = threading.Thread(
            target=self._loop.run_forever, name="wireroom-subscription", daemon=True
        )

    def __iter__(self) -> Iterator[ValueT]:
        self._thread.start()
        try:
            while True:
                try:
                    yield self._run(self._next())
                except StopAsyncIteration:
                    return
        finally:
            # Also after Ctrl-C, when the next value is still being waited for.
            self._run(self._close())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _next(self) -> ValueT:
        self._task = asyncio.current_task()
        return await anext(self._values)

    async def _close(self) -> None:
        if self._task is not None and not self._task.done():
            self._task.cancel()
            await asyncio.wait([self._task])
        await self._values.aclose()
