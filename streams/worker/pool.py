"""Processes for the work that would block the event loop, and for messages that kill processes.

A batch that takes its process with it, takes too long or raises, is cut down until the culprit is
alone; the culprit is given up, its neighbours are not. It must not know what the work is.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from enum import StrEnum
from multiprocessing.connection import wait
from typing import Any, Generic, TypeVar

QUEUED = 2
"""Times its own allowance that a batch may take where others may be queued before it.

Agents have two batches a process at work: a batch waits for one other at most.
"""

# Seconds to start a process, or to load what a batch needs, whatever a batch may take: on a machine
# with three times its cores at work a start took 20 s, building the base of places 100.
_PREPARATION_S = 300.0

In = TypeVar("In")
Out = TypeVar("Out")
T = TypeVar("T")


class Fate(StrEnum):
    """Why an input was given up."""

    CRASHED = "crashed"
    TIMED_OUT = "timed-out"


class WorkPool(Generic[In, Out]):
    """Runs ``work`` on batches in other processes; every input gets its output, whatever happens.

    ``work`` must be a function of a module; it answers as many outputs as it was given inputs.

    Attributes:
        isolating: a culprit is being looked for, which takes long and comes to an end by itself.
    """

    def __init__(
        self,
        work: Callable[[Sequence[In]], Sequence[Out]],
        give_up: Callable[[In, Fate], Out],
        *,
        initializer: Callable[..., None],
        initargs: tuple[Any, ...],
        size: int = 0,
        ready: Callable[[Sequence[In]], None] | None = None,
        timeout_s: float = 60.0,
        niceness: int = 0,
        on_rebuild: Callable[[], None] = lambda: None,
    ) -> None:
        """Describe the pool; ``start`` makes its processes.

        Args:
            work: done in a child process.
            give_up: the output for an input that cannot be worked on; done here.
            initializer: prepares a child (loads its models).
            initargs: of the initializer; picklable.
            size: processes; 0 is one a core.
            ready: brings into a child what a batch needs (loads its languages' models), before the
                time counts that the batch may take alone; done in a child process.
            timeout_s: how long a batch may take once it is alone.
            niceness: of its processes, as ``nice`` counts: what must not wait comes before them.
            on_rebuild: told whenever processes had to be replaced.
        """
        self.size = size or os.cpu_count() or 1
        self._work = work
        self._give_up = give_up
        self._initializer = initializer
        self._initargs = initargs
        self._ready = ready
        self._timeout_s = timeout_s
        self._niceness = niceness
        self._on_rebuild = on_rebuild
        self.isolating = False
        self._executor: ProcessPoolExecutor | None = None
        self._isolation = asyncio.Lock()

    async def start(self) -> None:
        """Make the processes and wait until each is prepared.

        Raises:
            BrokenProcessPool: a child ended while preparing itself.
        """
        self._executor = self._new_executor(self.size)
        await asyncio.gather(
            *(asyncio.wrap_future(self._executor.submit(_nothing)) for _ in range(self.size))
        )

    def close(self) -> None:
        """End the processes, whatever they are doing."""
        executor, self._executor = self._executor, None
        if executor is not None:
            _end(executor)

    async def run(self, batch: Sequence[In]) -> list[Out]:
        """The outputs for a batch, in its order."""
        executor = self._executor
        if executor is None:
            raise RuntimeError("the pool has not been started")
        try:
            # Others may be queued before it: several times its own allowance.
            return await self._submit(executor, batch, QUEUED * self._timeout_s)
        except Exception as error:
            if self._executor is None:
                raise  # closed meanwhile
            if _cost_its_process(error):
                self._replace(executor)
        # Which input did it is not known: each that was in the batch is tried again, apart.
        async with self._isolation:
            self.isolating = True
            try:
                return await self._isolated(batch)
            finally:
                self.isolating = False

    async def _submit(
        self, executor: ProcessPoolExecutor, batch: Sequence[In], timeout_s: float
    ) -> list[Out]:
        return list(await _answer(executor.submit(self._work, batch), timeout_s))

    def _replace(self, broken: ProcessPoolExecutor) -> None:
        if self._executor is broken:
            self._executor = self._new_executor(self.size)
            self._on_rebuild()
            _end(broken)

    async def _isolated(self, batch: Sequence[In]) -> list[Out]:
        """The outputs of a batch that may hold a culprit, worked on in a process of its own."""
        outputs: list[Out] = []
        pending = [list(batch)]
        executor = self._new_executor(1)
        try:
            await self._prepared(executor)
            while pending:
                part = pending.pop(0)
                try:
                    if self._ready is not None:
                        readied = executor.submit(self._ready, part)
                        await _answer(readied, _PREPARATION_S)
                    outputs.extend(await self._submit(executor, part, self._timeout_s))
                except Exception as error:  # noqa: BLE001  (whatever it was, one input did it)
                    if _cost_its_process(error):
                        _end(executor)
                        executor = self._new_executor(1)
                        await self._prepared(executor)
                    if len(part) == 1:
                        timed_out = isinstance(error, TimeoutError)
                        fate = Fate.TIMED_OUT if timed_out else Fate.CRASHED
                        outputs.append(self._give_up(part[0], fate))
                    else:
                        middle = len(part) // 2
                        pending[:0] = [part[:middle], part[middle:]]
        finally:
            _end(executor)
        return outputs

    async def _prepared(self, executor: ProcessPoolExecutor) -> None:
        """Wait until its process is there: no input is to blame for one that never was.

        Raises:
            BrokenProcessPool: a child ended while preparing itself.
            TimeoutError: it takes too long.
        """
        await _answer(executor.submit(_nothing), _PREPARATION_S)

    def _new_executor(self, size: int) -> ProcessPoolExecutor:
        # Never fork: a forked child inherits sockets, locks and threads in any state.
        return ProcessPoolExecutor(
            size,
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_prepare,
            initargs=(self._niceness, self._initializer, self._initargs),
        )


async def _answer(submitted: Future[T], timeout_s: float) -> T:
    """The result, never cancelling what was submitted.

    An executor that breaks while one of its items is cancelled dies without telling the others
    (``InvalidStateError`` in its thread, seen with Python 3.11), and they would wait for nothing.

    Raises:
        TimeoutError: it takes too long.
    """
    answer = asyncio.wrap_future(submitted)
    # Looked at even when nobody waits any more, or asyncio complains of an exception unread.
    answer.add_done_callback(lambda done: done.cancelled() or done.exception())
    await asyncio.wait([answer], timeout=timeout_s)
    if not answer.done():
        raise TimeoutError
    return answer.result()


def _end(executor: ProcessPoolExecutor) -> None:
    processes = list((getattr(executor, "_processes", None) or {}).values())
    # Not cancelling what is queued: to whoever awaits it that would look like being cancelled
    # itself. Without its processes the executor calls it broken.
    executor.shutdown(wait=False)
    for process in processes:
        process.kill()


def _cost_its_process(error: BaseException) -> bool:
    """Whether the process an error came from is gone, or must go: it may never come back."""
    return isinstance(error, BrokenProcessPool | TimeoutError)


def _nothing() -> None:
    """Nothing: that it could be called says the child is there."""


def _prepare(niceness: int, initializer: Callable[..., None], initargs: tuple[Any, ...]) -> None:
    # A terminal's Ctrl-C and a supervisor's SIGTERM reach every process of a group; the parent
    # alone decides when its children end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    end_with_parent()
    os.nice(niceness)
    initializer(*initargs)


def end_with_parent() -> None:
    """Make this process end when the one that started it does, however that ended."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()
