"""The latency of the worker on Kafka: raw to ``wire.items``, intake and desk only, and of flashes.

It must not leave anything running, nor touch topics that are not its own.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from schemas.raw import RawMessage
from schemas.topics import CATALOGUE, TopicName
from streams.bench.corpus import Copywriter
from streams.bench.measure import Figure, middle_and_tail
from streams.bench.processes import Process
from streams.errors import TransportError
from streams.log import open_log
from streams.log.headers import raw_record

if TYPE_CHECKING:
    from streams.log.base import TopicLog

_PER_SECOND = 50
_SECONDS = 20
_WARM_UP = 100
_START_S = 90.0
_DRAIN_S = 30.0
_BETWEEN_FLASHES_S = 0.1
_LOOK_S = 0.01
_APPENDED_AT_ONCE = 500


def latency(broker: str) -> list[Figure]:
    """Milliseconds from the append of a raw message until its item can be read.

    Workers are started on topics of a prefix of their own, on ``broker``.

    Raises:
        TransportError: the broker cannot be reached, or the workers did not come up.
    """
    return asyncio.run(_latency(broker))


async def _latency(broker: str) -> list[Figure]:
    prefix = f"bench.{uuid.uuid4().hex[:8]}."
    async with open_log(broker) as log:
        await log.create_topics(list(CATALOGUE.values()), prefix=prefix)
        with _worker(broker, prefix):
            waits = await _measure(log, prefix)
    waits.sort()
    middle, tail = (seconds * 1000 for seconds in middle_and_tail(waits))
    where = f"raw to items on Kafka at {_PER_SECOND} msg/s, intake and desk"
    note = f"{len(waits)} messages, most {waits[-1] * 1000:.0f} ms"
    return [
        Figure(f"{where}, p50", middle, "ms", 50, 20, larger_is_better=False, note=note),
        Figure(f"{where}, p99", tail, "ms", 250, 100, larger_is_better=False, note=note),
    ]


@contextmanager
def _worker(broker: str, prefix: str) -> Iterator[Process]:
    command = ["-m", "streams", "worker", "--stage", "intake", "--stage", "desk"]
    environment = {"WIREROOM_BROKER": broker, "WIREROOM_PREFIX": prefix}
    with tempfile.TemporaryDirectory() as folder:
        worker = Process(command, Path(folder) / "worker.log", environment)
        try:
            yield worker
        finally:
            worker.stop()


async def _measure(log: TopicLog, prefix: str) -> list[float]:
    """Seconds each message took, the warm-up apart."""
    writer = Copywriter()
    sent: dict[str, float] = {}
    seen: dict[str, float] = {}
    warm, everything = asyncio.Event(), asyncio.Event()

    async def follow() -> None:
        async for batch in log.read(f"{prefix}{TopicName.ITEMS}", "earliest"):
            now = time.perf_counter()
            for record in batch:
                seen.setdefault(_headline_of_item(record.value or b""), now)
            if len(seen) >= _WARM_UP:
                warm.set()
            if len(seen) >= _WARM_UP + _PER_SECOND * _SECONDS:
                everything.set()

    follower = asyncio.create_task(follow())
    try:
        for number in range(_WARM_UP):
            await log.append([raw_record(writer.scraped(number), f"{prefix}{TopicName.RAW}")])
        await asyncio.wait_for(warm.wait(), _START_S)
        begin = time.perf_counter()
        for number in range(_WARM_UP, _WARM_UP + _PER_SECOND * _SECONDS):
            due = begin + (number - _WARM_UP) / _PER_SECOND
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            message = writer.scraped(number)
            sent[_headline_of_raw(message.body)] = time.perf_counter()
            await log.append([raw_record(message, f"{prefix}{TopicName.RAW}")])
        await asyncio.wait_for(everything.wait(), _DRAIN_S)
    except TimeoutError:
        raise TransportError("the workers published nothing in time") from None
    finally:
        follower.cancel()
    return [seen[key] - moment for key, moment in sent.items() if key in seen]


def flashes(broker: str, backlog: int) -> list[Figure]:
    """Milliseconds until a flash's item can be read, of flashes sent while a backlog is worked off.

    The backlog waits on the raw topic before the workers are started; flashes go into the urgent
    lane from the first item on until the last of the backlog is out.

    Args:
        broker: kafka:// address; topics get a prefix of their own.
        backlog: messages that wait.

    Raises:
        TransportError: the broker cannot be reached, the workers did not come up, or the backlog
            was over before a flash could be sent.
    """
    return asyncio.run(_flashes(broker, backlog))


async def _flashes(broker: str, backlog: int) -> list[Figure]:
    prefix = f"bench.{uuid.uuid4().hex[:8]}."
    writer = Copywriter()
    async with open_log(broker) as log:
        await log.create_topics(list(CATALOGUE.values()), prefix=prefix)
        raw = prefix + TopicName.RAW
        for first in range(0, backlog, _APPENDED_AT_ONCE):
            numbers = range(first, min(first + _APPENDED_AT_ONCE, backlog))
            await log.append([raw_record(writer.scraped(number), raw) for number in numbers])
        with _worker(broker, prefix) as worker:
            behind = _Behind(log, prefix, backlog, worker)
            waits = sorted(await behind.waits())
    if not waits:
        raise TransportError("the backlog was over before a flash could be sent: give a larger one")
    middle, tail = (seconds * 1000 for seconds in middle_and_tail(waits))
    where = f"a flash behind {backlog:,} messages, raw to items, intake and desk"
    note = f"{len(waits)} flashes, most {waits[-1] * 1000:.0f} ms"
    rate = f"the backlog in {behind.seconds:.0f} s, {backlog / behind.seconds:,.0f}/s"
    return [
        Figure(f"{where}, p50", middle, "ms", larger_is_better=False, note=note),
        Figure(f"{where}, p99", tail, "ms", 1_000, larger_is_better=False, note=rate),
    ]


class _Behind:
    """Flashes sent while a backlog is worked off, and when their items came out."""

    def __init__(self, log: TopicLog, prefix: str, backlog: int, worker: Process) -> None:
        self._log = log
        self._prefix = prefix
        self._backlog = backlog
        self._worker = worker
        self._writer = Copywriter()
        self._sent: dict[str, float] = {}
        self._waits: list[float] = []
        self._others = 0
        self._begun, self._over = asyncio.Event(), asyncio.Event()
        self.seconds = 0.0

    async def waits(self) -> list[float]:
        """Seconds each flash took, of those sent before the backlog was over."""
        follower = asyncio.create_task(self._follow())
        try:
            await self._until(self._begun.is_set, _START_S, "the workers published nothing in time")
            begin = time.perf_counter()
            while not self._over.is_set():
                self._worker.check()
                await self._send()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._over.wait(), _BETWEEN_FLASHES_S)
            self.seconds = time.perf_counter() - begin
            await self._until(self._all_out, _DRAIN_S, "flashes were sent and did not come out")
        finally:
            follower.cancel()
        return self._waits

    async def _until(self, is_so: Callable[[], bool], timeout_s: float, or_else: str) -> None:
        give_up = time.monotonic() + timeout_s
        while not is_so():
            self._worker.check()
            if time.monotonic() > give_up:
                raise TransportError(or_else)
            await asyncio.sleep(_LOOK_S)

    def _all_out(self) -> bool:
        return len(self._waits) == len(self._sent)

    async def _send(self) -> None:
        headline = _flash(self._writer, len(self._sent))
        body = f"{headline}\n".encode()
        record = RawMessage(body=body, position=f"flash:{len(self._sent)}")
        self._sent[headline] = time.perf_counter()
        await self._log.append([raw_record(record, f"{self._prefix}{TopicName.RAW_URGENT}")])

    async def _follow(self) -> None:
        async for batch in self._log.read(f"{self._prefix}{TopicName.ITEMS}", "earliest"):
            now = time.perf_counter()
            for record in batch:
                sent = self._sent.get(_headline_of_item(record.value or b""))
                if sent is not None:
                    self._waits.append(now - sent)
                else:
                    self._others += 1
                    self._begun.set()
            if self._others >= self._backlog:
                self._over.set()


def _flash(writer: Copywriter, number: int) -> str:
    """A line of its own words: of flashes that differ in a number alone the desk makes copies."""
    return f"FLASH - {' '.join(writer.drawn(number, 30)[0].split()[:12]).rstrip('.')} {number}"


def _headline_of_raw(body: bytes) -> str:
    """The headline of a scraped dispatch made here, which is its fifth line."""
    return body.decode().splitlines()[5]


def _headline_of_item(value: bytes) -> str:
    return str(orjson.loads(value)["headline"])
