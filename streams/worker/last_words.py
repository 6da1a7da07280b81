"""Ending a process that stands still: what it was doing goes to the log, then it is gone.

Of the stacks, files, lines and functions are told, never a value. It must not depend on anything
that may stand still itself: the log's stream least of all.
"""

from __future__ import annotations

import asyncio
import gc
import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import PurePath
from types import AsyncGeneratorType, CoroutineType, FrameType, GeneratorType
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
    """Where the tasks of a loop wait, outermost first, as far as another thread can see.

    Those in our own code come first; names of tasks are left out, for they may show values.
    """
    if loop is None:
        return []
    try:
        waits = [_waiting(task) for task in asyncio.all_tasks(loop)]
    except RuntimeError:  # they changed meanwhile
        return []
    ours = sorted((wait for wait in waits if any(map(_is_ours, wait))), key=len, reverse=True)
    others = [wait for wait in waits if not any(map(_is_ours, wait))]
    return [" > ".join(map(_place, wait)) for wait in (*ours, *others)[:_MAX_TASKS]]


def _waiting(task: asyncio.Task[object]) -> list[FrameType]:
    # ``Task.get_stack`` shows the outermost coroutine only.
    frames: list[FrameType] = []
    waiting: object = task.get_coro()
    while waiting is not None and len(frames) < _MAX_FRAMES:
        match waiting:
            case CoroutineType():
                frame, waiting = waiting.cr_frame, waiting.cr_await
            case AsyncGeneratorType():
                frame, waiting = waiting.ag_frame, waiting.ag_await
            case GeneratorType():
                frame, waiting = waiting.gi_frame, waiting.gi_yieldfrom
            case _:
                frame, waiting = None, _wrapped(waiting)
        if frame is not None:
            frames.append(frame)
    return frames


def _wrapped(waiting: object) -> object:
    """What an awaitable written in C goes on with; Faust's agents are awaited through one."""
    inside = (CoroutineType, AsyncGeneratorType, GeneratorType)
    if isinstance(waiting, asyncio.Future):
        return None
    return next((each for each in gc.get_referents(waiting) if isinstance(each, inside)), None)


def _is_ours(frame: FrameType) -> bool:
    return str(frame.f_globals.get("__name__", "")).startswith("streams.")


def _stack(frame: FrameType | None) -> str:
    places: list[str] = []
    while frame is not None and len(places) < _MAX_FRAMES:
        places.append(_place(frame))
        frame = frame.f_back
    return " < ".join(places)


def _place(frame: FrameType) -> str:
    code = frame.f_code
    return f"{PurePath(code.co_filename).name}:{frame.f_lineno} {code.co_name}"
