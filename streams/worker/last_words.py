"""Ending a process that stands still: what it was doing goes to the log, then it is gone.

Of the stacks, files, lines and functions are told, never a value. It must not depend on anything
that may stand still itself: the log's stream least of all.
"""

from __future__ import annotations

import asyncio
import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import PurePath
from types import FrameType
from typing import NoReturn

import structlog

# Seconds that writing the last words may take: whoever reads our log may have stopped reading.
_WORDS_S = 5.0
_MAX_FRAMES = 20
_MAX_TASKS = 30


def end_saying(
    log: structlog.stdlib.BoundLogger,
    status: int,
    event: str,
    *,
    end: Callable[[int], NoReturn] = os._exit,
    **fields: str | float | list[str],
) -> None:
    """Log an event, and end the process with a status, whether or not it could be logged."""
    end_soon(status, end=end)
    log.critical(event, **fields)
    end(status)


def end_soon(status: int, *, end: Callable[[int], NoReturn] = os._exit) -> None:
    """End the process in five seconds, whatever it does until then."""

    def wait_and_end() -> None:
        time.sleep(_WORDS_S)
        end(status)

    threading.Thread(target=wait_and_end, name="last-words", daemon=True).start()


def thread_stacks() -> list[str]:
    """What every thread is doing, innermost first: "MainThread: desk.py:221 _decide < ..."."""
    names = {thread.ident: thread.name for thread in threading.enumerate()}
    return [
        f"{names.get(ident, ident)}: {_stack(frame)}"
        for ident, frame in sys._current_frames().items()  # noqa: SLF001  (there is no other way)
        if ident != threading.get_ident()
    ]


def task_stacks(loop: asyncio.AbstractEventLoop | None) -> list[str]:
    """Where the tasks of a loop wait, as far as can be seen from another thread."""
    if loop is None:
        return []
    try:
        tasks = sorted(asyncio.all_tasks(loop), key=lambda task: task.get_name())
        return [f"{task.get_name()}: {_waits_at(task)}" for task in tasks[:_MAX_TASKS]]
    except RuntimeError:  # they changed meanwhile
        return []


def _waits_at(task: asyncio.Task[object]) -> str:
    # ``Task.get_stack`` shows the outermost coroutine only.
    places: list[str] = []
    waiting: object = task.get_coro()
    while waiting is not None and len(places) < _MAX_FRAMES:
        frame = getattr(waiting, "cr_frame", None) or getattr(waiting, "ag_frame", None)
        if frame is not None:
            places.append(_place(frame))
        waiting = getattr(waiting, "cr_await", None) or getattr(waiting, "ag_await", None)
    return " > ".join(places)


def _stack(frame: FrameType | None) -> str:
    places: list[str] = []
    while frame is not None and len(places) < _MAX_FRAMES:
        places.append(_place(frame))
        frame = frame.f_back
    return " < ".join(places)


def _place(frame: FrameType) -> str:
    code = frame.f_code
    return f"{PurePath(code.co_filename).name}:{frame.f_lineno} {code.co_name}"
