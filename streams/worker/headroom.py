"""How far intake may be ahead of the desk: no further than a flash can wait behind.

What is decoded waits in one ordered partition. Were all of a backlog in it, a flash would come
behind all of it. It must not know what the records are.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

# Seconds between two questions to the broker, one small request each. The desk commits ten times
# a second.
_ASK_S = 0.05

Ask = Callable[[], Awaitable[int]]
"""Answers the offset that the desk has committed, or begins at."""


class Headroom:
    """The decoded records that intake may still write before the desk has caught up.

    Nothing is asked while what is known leaves room: at 1,000 records a second and 250 of room,
    ten questions a second.

    Attributes:
        waiting: there is none, and somebody waits for it.
    """

    def __init__(self, most: int | None, ask: Ask, *, hurried: Callable[[], bool]) -> None:
        """Describe it.

        Args:
            most: records that may wait for the desk; None is any number.
            ask: what the desk has committed.
            hurried: whether what is in hand must be finished now, room or not: the process stops,
                or its partitions are given to another.
        """
        self._most = most
        self._ask = ask
        self._hurried = hurried
        self._end = 0
        self._committed = 0
        self.waiting = False

    @property
    def ahead(self) -> int:
        """Records written and not committed by the desk, as far as is known."""
        return max(0, self._end - self._committed)

    def wrote(self, offset: int) -> None:
        """Learn that the record at this offset has been written, by whomever."""
        self._end = max(self._end, offset + 1)

    async def wait(self) -> None:
        """Return when there is room, or no time to wait for it."""
        if self._most is None:
            return
        try:
            while self.ahead >= self._most and not self._hurried():
                self._committed = await self._ask()
                if self.ahead >= self._most:
                    self.waiting = True
                    await asyncio.sleep(_ASK_S)
        finally:
            self.waiting = False
