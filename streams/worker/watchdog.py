"""Liveness is progress: a worker with records waiting that commits none is not alive.

Watched from a thread and with a connection of its own, because what it watches for may have the
event loop, the consumer or its connection hanging. It must not touch the app's own clients.
"""

from __future__ import annotations

import asyncio
import faulthandler
import os
import sys
import threading
import time
from collections.abc import Callable, Mapping
from typing import NoReturn

import structlog

from schemas.topics import TopicName
from streams.errors import TransportError
from streams.log import open_log
from streams.log.base import TopicLog
from streams.observability import metric_defs
from streams.observability.log import shown
from streams.observability.metrics import Metrics
from streams.worker.config import Stage, WorkerConfig
from streams.worker.last_words import end_saying, task_stacks, thread_stacks
from streams.worker.pulse import Pulse

INPUTS_OF: dict[Stage, tuple[TopicName, ...]] = {
    Stage.INTAKE: (TopicName.RAW, TopicName.RAW_URGENT),
    Stage.DESK: (TopicName.DECODED,),
    Stage.ENRICH: (TopicName.ITEMS,),
}
EXIT_BROKER_GONE = 1
EXIT_STALLED = 70

Place = tuple[str, int]
"""A topic and a partition of it."""


class StallDetector:
    """Decides whether partitions with lag have stood still for too long.

    Attributes:
        stood_s: how long the one that has stood longest has, when last looked at.
    """

    def __init__(self, stall_s: float) -> None:
        self.stood_s = 0.0
        self._stall_s = stall_s
        self._moved: dict[Place, tuple[int, float]] = {}

    def stalled(
        self, now: float, committed: Mapping[Place, int], lag: Mapping[Place, int]
    ) -> set[Place]:
        """The places that have lag and whose committed offset has not moved for the time allowed.

        Args:
            now: seconds on a clock that only goes forward.
            committed: next offset to read, of every place assigned to this process.
            lag: records not yet committed, of the same places.
        """
        for place in self._moved.keys() - committed.keys():
            del self._moved[place]
        for place, offset in committed.items():
            known = self._moved.get(place)
            if known is None or known[0] != offset or not lag.get(place):
                self._moved[place] = (offset, now)
        stood = {place: now - since for place, (_, since) in self._moved.items()}
        self.stood_s = max(stood.values(), default=0.0)
        return {place for place, seconds in stood.items() if seconds > self._stall_s}

    def forget(self) -> None:
        """Start anew: nothing could be seen for a while."""
        self._moved.clear()
        self.stood_s = 0.0


def _is_absence(error: Exception) -> bool:
    """Whether the broker is away, rather than refusing what the watchdog asks."""
    return isinstance(error, TimeoutError) or (
        isinstance(error, TransportError) and error.retryable
    )


class LoopWatch(threading.Thread):
    """Ends the process with status 70 when its event loop has not come to a turn for too long.

    Where not even this thread gets a turn (an extension that keeps the interpreter to itself), one
    of ``faulthandler``'s, which needs no interpreter, ends it with status 1.
    """

    def __init__(
        self,
        config: WorkerConfig,
        pulse: Pulse,
        log: structlog.stdlib.BoundLogger,
        *,
        end: Callable[[int], NoReturn] = os._exit,
    ) -> None:
        """Describe it; ``start`` begins to watch.

        Args:
            config: names the time allowed.
            pulse: of the loop to watch.
            log: is told what every thread was doing.
            end: ends the process, whatever its other threads do.
        """
        super().__init__(name="loop-watch", daemon=True)
        self._config = config
        self._pulse = pulse
        self._log = log
        self._end = end
        self._stopping = threading.Event()

    def stop(self) -> None:
        """Stop watching."""
        self._stopping.set()
        if self.is_alive():
            self.join()

    def run(self) -> None:
        """Watch until stopped."""
        while not self._stopping.wait(self._config.look_s):
            _end_if_not_called_again_in(self._config.stall_s)
            silent_s = self._pulse.silent_s()
            if silent_s > self._config.patience_s:
                end_saying(
                    self._log,
                    EXIT_STALLED,
                    "loop_stalled",
                    end=self._end,
                    silent_s=round(silent_s, 1),
                    threads=thread_stacks(),
                )
        faulthandler.cancel_dump_traceback_later()


def _end_if_not_called_again_in(seconds: float) -> None:
    try:
        faulthandler.dump_traceback_later(seconds, exit=True, file=sys.stderr.fileno())
    except (AttributeError, OSError, ValueError):  # standard error is no file here
        return


class Watchdog(threading.Thread):
    """Ends the process with status 70 when it has stalled, and with 1 when its broker is lost.

    Lost is a broker that is away, or that refuses us. A producer with something to send gives it
    up by itself; one that is idle would wait for ever.
    """

    def __init__(
        self,
        config: WorkerConfig,
        stage: Stage,
        metrics: Metrics,
        log: structlog.stdlib.BoundLogger,
        *,
        assigned: Callable[[], set[Place]],
        excused: Callable[[], bool] = lambda: False,
        loop: Callable[[], asyncio.AbstractEventLoop | None] = lambda: None,
        end: Callable[[int], NoReturn] = os._exit,
    ) -> None:
        """Describe the watchdog; ``start`` begins to watch.

        Args:
            config: names the broker, the group and the time allowed.
            stage: the one to watch.
            metrics: are told the lag.
            log: is told the last words.
            assigned: partitions this process has now.
            excused: whether committing nothing is right just now.
            loop: the event loop whose tasks the last words tell of.
            end: ends the process, whatever its other threads do.
        """
        super().__init__(name="watchdog", daemon=True)
        self._config = config
        self._stage = stage
        self._assigned = assigned
        self._excused = excused
        self._metrics = metrics
        self._log = log
        self._loop = loop
        self._end = end
        self._detector = StallDetector(config.patience_s)
        self._stopping = threading.Event()
        self._seen = time.monotonic()

    @property
    def stood_s(self) -> float:
        """Seconds that the slowest partition with lag has committed nothing, when last seen."""
        return self._detector.stood_s

    def stop(self) -> None:
        """Stop watching, soon."""
        self._stopping.set()

    def run(self) -> None:
        """Watch until stopped; a broker that is away is no verdict on this process."""
        while not self._stopping.is_set():
            try:
                asyncio.run(self._watch())
            except Exception as error:  # noqa: BLE001  (who watches must go on watching)
                self._log.warning("watchdog_blind", error=shown(error))
                self._detector.forget()
                self._end_when_blind_for_long(error)
                self._stopping.wait(self._config.look_s)

    def _end_when_blind_for_long(self, error: Exception) -> None:
        """End where the broker has been away for too long, or refuses us all the while.

        What refuses the watchdog refuses the worker, too: a group's right that was taken away
        lets it ask for its partitions for ever.
        """
        blind_s = time.monotonic() - self._seen
        if _is_absence(error):
            allowed_s, what = self._config.send_timeout_s, "broker_gone"
        else:
            allowed_s, what = self._config.patience_s, "broker_refuses"
        if blind_s > allowed_s:
            last = shown(error)
            end_saying(
                self._log, EXIT_BROKER_GONE, what, end=self._end, away_s=round(blind_s), error=last
            )

    async def _watch(self) -> None:
        async with open_log(self._config.broker, self._config.security) as log:
            while not self._stopping.is_set():
                async with asyncio.timeout(self._config.send_timeout_s):
                    await self._look(log)
                self._seen = time.monotonic()
                await asyncio.to_thread(self._stopping.wait, self._config.look_s)

    async def _look(self, log: TopicLog) -> None:
        assigned = self._assigned()
        committed: dict[Place, int] = {}
        lag: dict[Place, int] = {}
        for name in INPUTS_OF[self._stage]:
            topic = self._config.topic(name)
            offsets = await log.committed(self._config.group(self._stage), topic)
            begin, end = await log.begin_offsets(topic), await log.end_offsets(topic)
            behind = 0
            for partition, last in end.items():
                place = (topic, partition)
                if place in assigned:
                    committed[place] = offsets.get(partition, -1)
                    lag[place] = max(0, last - max(committed[place], begin.get(partition, 0)))
                    behind += lag[place]
            self._metrics.set(metric_defs.WORKER_LAG, behind, stage=self._stage, topic=name)
        self._metrics.set(metric_defs.WORKER_ASSIGNED, len(assigned), stage=self._stage)
        if self._excused():
            self._detector.forget()
        standing = self._detector.stalled(time.monotonic(), committed, lag)
        self._metrics.set(metric_defs.WORKER_STOOD, self.stood_s, stage=self._stage)
        if standing:
            end_saying(
                self._log,
                EXIT_STALLED,
                "worker_stalled",
                end=self._end,
                places=", ".join(f"{topic}[{partition}]" for topic, partition in sorted(standing)),
                stall_s=self._config.stall_s,
                tasks=task_stacks(self._loop()),
                threads=thread_stacks(),
            )
