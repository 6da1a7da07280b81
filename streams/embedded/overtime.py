"""A wall-clock limit on work in this process, for the host that has no pool of processes.

It must not know what the work is, nor mend what was interrupted: whoever asked begins anew.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class OvertimeError(BaseException):
    """The work took too long. No ``Exception``: what hangs may catch those and go on hanging."""


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Interrupt what is done within after so long, by the alarm clock of the process.

    Interrupts Python, waiting and regular expressions; not a loop of a C library, for which there
    is the worker on Kafka, whose pool kills the process. Only the main thread hears the alarm: in
    others there is no limit. An alarm that was set before is set again for what is left of it.

    Raises:
        OvertimeError: it took too long.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    is_within = True

    def ring(_signal: int, _frame: FrameType | None) -> None:
        # The alarm may ring between the end of the work and the end of the limit.
        if is_within:
            raise OvertimeError

    started = time.monotonic()
    heard_before = signal.signal(signal.SIGALRM, ring)
    left_before, interval = signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        is_within = False
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, heard_before)
        if left_before:
            left = left_before - (time.monotonic() - started)
            signal.setitimer(signal.ITIMER_REAL, max(left, 0.001), interval)
