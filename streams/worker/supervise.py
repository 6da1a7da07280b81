"""The worker command's process: one stage runs in it, several in a child process each.

It ends when any child ends, so that whoever restarts it restarts a whole worker. It must not do
any stage's work.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from types import FrameType

from streams.errors import WireroomError
from streams.observability.log import configure, get_log, printable
from streams.worker.app import EXIT_CANNOT_START, EXIT_CRASHED, EXIT_OK, check, run_stage
from streams.worker.config import Stage, WorkerConfig
from streams.worker.pool import end_with_parent

# Beyond the children's own deadline, for them to notice it.
_GRACE_S = 5.0


def main(config: WorkerConfig, stages: Sequence[Stage] = tuple(Stage)) -> int:
    """Run stages until a signal or a failure; answers the exit status.

    0 after a signal, 1 when a stage failed, 2 when it could not start (one line on standard error
    says why), 65 when bad messages flooded a partition, 70 when a stage stalled, 75 when a
    drain was cut short.
    """
    configure(config.log_level)
    try:
        config = asyncio.run(check(config, stages))
    except WireroomError as error:
        sys.stderr.write(f"wireroom: {printable(str(error))}\n")
        return EXIT_CANNOT_START
    if len(stages) == 1:
        return run_stage(config, stages[0])
    return _Supervisor(config, stages).run()


def _child(config: WorkerConfig, stage: Stage) -> None:
    end_with_parent()
    sys.exit(run_stage(config, stage))


class _Supervisor:
    """Children, one a stage, and the signals meant for them."""

    def __init__(self, config: WorkerConfig, stages: Sequence[Stage]) -> None:
        self._config = config
        self._log = get_log(stage="supervisor")
        self._stopping = False
        context = multiprocessing.get_context("spawn")
        self._children: list[BaseProcess] = []
        for number, stage in enumerate(stages):
            port = config.metrics_port
            own = config if not port else replace(config, metrics_port=port + number)
            self._children.append(
                context.Process(target=_child, args=(own, stage), name=f"wireroom-{stage}")
            )

    def run(self) -> int:
        """Start the children; answers the first one's status once all have ended."""
        before = {
            signum: signal.signal(signum, self._forward)
            for signum in (signal.SIGTERM, signal.SIGINT)
        }
        try:
            for child in self._children:
                child.start()
            ended = wait([child.sentinel for child in self._children])
            first = next(child for child in self._children if child.sentinel in ended)
            first.join()
            if not self._stopping:
                self._log.error("stage_ended", child=first.name, status=first.exitcode)
            self._stop_all()
            return self._status(first)
        finally:
            for signum, handler in before.items():
                signal.signal(signum, handler)

    def _status(self, first: BaseProcess) -> int:
        statuses = [first.exitcode, *(child.exitcode for child in self._children)]
        if self._stopping:
            return next((status for status in statuses if status and status > 0), EXIT_OK)
        # Nobody asked it to end: even a clean end is a failure of the worker.
        return first.exitcode if first.exitcode and first.exitcode > 0 else EXIT_CRASHED

    def _stop_all(self) -> None:
        for child in self._children:
            if child.is_alive():
                child.terminate()
        deadline = time.monotonic() + self._config.drain_deadline_s + _GRACE_S
        for child in self._children:
            child.join(max(0.0, deadline - time.monotonic()))
            if child.is_alive():
                self._log.error("stage_killed", child=child.name)
                child.kill()
                child.join()

    def _forward(self, _signum: int, _frame: FrameType | None) -> None:
        self._stopping = True
        for child in self._children:
            if child.is_alive():
                child.terminate()
