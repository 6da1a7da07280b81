"""The event loop's own pulse: how late it comes to its turns, and since when it has not.

It must not judge; the watchdog does, from another thread.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

_BEAT_S = 0.5


class Pulse:
    """Beats on the event loop twice a second."""

    def __init__(
        self,
        late: Callable[[float], None] = lambda _: None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Describe it.

        Args:
            late: is told with every beat how much later than asked for it came, in seconds.
            clock: only goes forward.
        """
        self._late = late
        self._clock = clock
        self._last: float | None = None

    async def beat(self) -> None:
        """Beat until cancelled."""
        while True:
            before = self._last = self._clock()
            await asyncio.sleep(_BEAT_S)
            self._late(max(0.0, self._clock() - before - _BEAT_S))

    def silent_s(self) -> float:
        """Seconds since the last beat; 0 before the first. Any thread may ask."""
        return 0.0 if self._last is None else self._clock() - self._last
