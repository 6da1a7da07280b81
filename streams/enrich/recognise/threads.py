"""One thread for the matrix products of recognisers, whichever library makes them.

It must not load a library: what was not loaded when it is first asked keeps its threads.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import cache

from threadpoolctl import ThreadpoolController


def one_thread() -> AbstractContextManager[object]:
    """Within, NumPy's BLAS uses one thread: a process a core is how the stage scales.

    On two threads spaCy took 2.2 times the processor time.
    """
    limited: AbstractContextManager[object] = _libraries().limit(limits=1, user_api="blas")
    return limited


@cache
def _libraries() -> ThreadpoolController:
    # Finding the libraries takes milliseconds, a limit microseconds. NumPy is loaded by then: the
    # base of places needs it.
    return ThreadpoolController()
