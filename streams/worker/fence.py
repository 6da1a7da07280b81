"""Notices that this process was stopped (a frozen machine, SIGSTOP) and may have been replaced.

It must not decide what to do about it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

_BEAT_S = 0.2


class FencedError(Exception):
    """This process may have been replaced: it must write nothing more."""


# Linux has a clock that goes on while the machine is asleep.
_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def _clock() -> float:
    return time.clock_gettime(_CLOCK)


class PauseFence:
    """Beats on the event loop; a gap between two beats is a time when nothing ran."""

    def __init__(self, longest_pause_s: float, *, clock: Callable[[], float] = _clock) -> None:
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

    def check(self) -> None:
        """Raise where the process has been stopped for too long.

        Raises:
            FencedError: it has.
        """
        if not self.holds():
            raise FencedError(f"this process was stopped for more than {self._longest_s:g} s")

    async def beat(self) -> None:
        """Look at the clock several times a second; returns when the fence is broken.

        What was before the first beat does not count: models are loaded, nothing is held yet.
        """
        self._last = self._clock()
        while self.holds():  # noqa: ASYNC110  (time itself is what is watched)
            await asyncio.sleep(_BEAT_S)
