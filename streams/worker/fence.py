"""Notices that this process was stopped (a frozen machine, SIGSTOP) and may have been replaced.

It must not decide what to do about it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

_BEAT_S = 0.2


class PauseFence:
    """Beats on the event loop; a gap between two beats is a time when nothing ran."""

    def __init__(
        self, longest_pause_s: float, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Describe the fence.

        Args:
            longest_pause_s: half the session time-out: after the whole of it another process may
                have taken over, and what was about to be written no longer holds.
            clock: goes on while the process is stopped.
        """
        self._longest_s = longest_pause_s
        self._clock = clock
        self._last = clock()
        self._broken = False

    def holds(self) -> bool:
        """Whether the process has never been stopped for too long; once broken, it stays so."""
        now = self._clock()
        if now - self._last > self._longest_s:
            self._broken = True
        self._last = now
        return not self._broken

    async def beat(self) -> None:
        """Look at the clock several times a second, until cancelled."""
        while self.holds():  # noqa: ASYNC110  (time itself is what is watched)
            await asyncio.sleep(_BEAT_S)
