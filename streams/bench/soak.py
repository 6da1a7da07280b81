"""A long run: intake and desk as real processes on a broker, at a steady rate, looked at for long.

It must not touch topics that are not its own, nor leave a process behind.
"""

from __future__ import annotations

import asyncio
import contextlib
import csv
import signal
import tempfile
import time
import uuid
from array import array
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TextIO

import numpy as np
import orjson

from schemas.raw import RawMessage
from schemas.topics import CATALOGUE, TopicName
from streams.bench.corpus import Copywriter
from streams.bench.processes import Process, broker_or_own, check_platform, children, usage
from streams.bench.soak_figures import Sample
from streams.errors import TransportError
from streams.log import open_log
from streams.log.base import TopicLog
from streams.log.headers import raw_record
from streams.worker.config import Stage

SAMPLE_S = 5.0
"""Seconds between two samples."""

# The time that passes between two messages of a wire of 10,000 a day. So the desk's three days are
# 30,000 messages, and forgetting is as much at work as remembering after 150 s of 200 msg/s.
_APART = timedelta(seconds=86_400 / 10_000)
_BEGIN = datetime(2026, 3, 2, tzinfo=UTC)
_WORDS = 360
_PLACES = ("Paris", "Genève", "Bruxelles", "Londres", "Berlin", "Madrid")
# Messages due together are one append; at 200 msg/s four.
_TICK_S = 0.02
_WARM_UP = 50
_START_S = 120.0
_DRAIN_S = 20.0
# Of topics that are not compacted: the broker deletes meanwhile, as it does in service.
_KEPT = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is run.

    Attributes:
        broker: kafka:// address; anything else starts a broker for the purpose.
        seconds: how long messages are sent.
        rate: messages a second.
        enrich: run enrichment too.
        every_s: seconds between two samples.
        csv: a file that takes each sample as it is taken.
    """

    broker: str
    seconds: float
    rate: float
    enrich: bool = False
    every_s: float = SAMPLE_S
    csv: Path | None = None


@dataclass(slots=True)
class Ran:
    """What was seen of a run, to its end or as far as it went.

    Attributes:
        waits_ms: from the append of each message until its item could be read.
    """

    samples: list[Sample] = field(default_factory=list)
    waits_ms: array[float] = field(default_factory=lambda: array("f"))


def soak(plan: Plan, say: Callable[[str], None]) -> Ran:
    """Run it; Ctrl-C ends it early, with what there is.

    Args:
        plan: what is run.
        say: told of each sample in a line.

    Raises:
        ConfigError: this is not Linux, or there is no broker to be had.
        TransportError: a process ended, or nothing came out in time.
    """
    check_platform()
    with broker_or_own(plan.broker) as broker, tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_soak(replace(plan, broker=broker), Path(folder), say))


async def _soak(plan: Plan, folder: Path, say: Callable[[str], None]) -> Ran:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, stop.set)
    prefix = f"soak.{uuid.uuid4().hex[:8]}."
    kept_ms = int(_KEPT / timedelta(milliseconds=1))
    topics = [
        topic if topic.retention_ms is None else replace(topic, retention_ms=kept_ms)
        for topic in CATALOGUE.values()
    ]
    async with open_log(plan.broker) as log:
        await log.create_topics(topics, prefix=prefix)
        with _workers(plan, prefix, folder) as workers:
            run = _Soak(plan, log, prefix, workers)
            return await run.to_end(stop, say)


@contextlib.contextmanager
def _workers(plan: Plan, prefix: str, folder: Path) -> Iterator[dict[Stage, Process]]:
    """A worker process a stage."""
    environment = {
        "WIREROOM_BROKER": plan.broker,
        "WIREROOM_PREFIX": prefix,
        "WIREROOM_SPOOL_DIR": str(folder),
        # As far back as near copies are looked for: else the desk remembers for 30 days.
        "WIREROOM_DESK__EXACT_DAYS": "3",
    }
    stages = [Stage.INTAKE, Stage.DESK, *([Stage.ENRICH] if plan.enrich else [])]
    workers: dict[Stage, Process] = {}
    try:
        for stage in stages:
            command = ["-m", "streams", "worker", "--stage", stage]
            log = folder / f"{stage}.log"
            workers[stage] = Process(command, log, environment)
        yield workers
    finally:
        for worker in workers.values():
            worker.stop()


def message(writer: Copywriter, number: int) -> RawMessage:
    """The n-th message: a scraped dispatch of its own, whose headline holds its number."""
    paragraphs = "\n\n".join(writer.drawn(number, _WORDS))
    headline = f"{_PLACES[number % len(_PLACES)]} {number:09d}: {' '.join(paragraphs.split()[:8])}"
    return RawMessage(
        body=f"Rechercher\nRechercher\n\nDernières Infos\n\n{headline}\n\n{paragraphs}\n".encode(),
        received_at=_BEGIN + number * _APART,
        position=f"soak:{number}",
    )


def number_of(item: bytes) -> int | None:
    """The number in an item's headline; None where it is no item of ours."""
    headline = orjson.loads(item).get("headline") or ""
    number = headline.partition(":")[0].rpartition(" ")[2]
    return int(number) if number.isdigit() else None


class _Soak:
    """Messages sent, items seen and processes looked at, side by side."""

    def __init__(
        self, plan: Plan, log: TopicLog, prefix: str, workers: Mapping[Stage, Process]
    ) -> None:
        self._plan = plan
        self._log = log
        self._prefix = prefix
        self._workers = workers
        self._writer = Copywriter()
        self._sent = 0
        self._seen = 0
        self._under_way: dict[int, float] = {}
        self._recent: list[float] = []
        self._warm = asyncio.Event()
        self._processes: dict[str, int] = {}
        self._ran = Ran()

    async def to_end(self, stop: asyncio.Event, say: Callable[[str], None]) -> Ran:
        """Warm up, send and look until the time is over or ``stop`` is set, and let it drain."""
        follower = asyncio.create_task(self._follow())
        try:
            await self._warm_up()
            sending = asyncio.create_task(self._send(stop))
            await self._look(stop, say, sending)
            await sending
        finally:
            follower.cancel()
        return self._ran

    async def _warm_up(self) -> None:
        await self._append(_WARM_UP)
        give_up = time.monotonic() + _START_S
        while not self._warm.is_set():
            for worker in self._workers.values():
                worker.check()
            if time.monotonic() > give_up:
                raise TransportError("the workers published nothing in time")
            await asyncio.sleep(0.1)
        self._under_way.clear()
        self._recent.clear()
        self._ran.waits_ms = array("f")
        for stage, worker in self._workers.items():
            self._processes[stage] = worker.pid
            for number, child in enumerate(children(worker.pid), start=1):
                self._processes[f"{stage} pool {number}"] = child

    async def _append(self, count: int) -> None:
        raw = self._prefix + TopicName.RAW
        numbers = range(self._sent, self._sent + count)
        records = [raw_record(message(self._writer, number), raw) for number in numbers]
        self._sent += count
        now = time.perf_counter()
        self._under_way.update(dict.fromkeys(numbers, now))
        await self._log.append(records)

    async def _send(self, stop: asyncio.Event) -> None:
        begin, first = time.perf_counter(), self._sent
        while not stop.is_set() and (at := time.perf_counter() - begin) < self._plan.seconds:
            due = int(at * self._plan.rate) - (self._sent - first)
            if due > 0:
                await self._append(due)
            await asyncio.sleep(_TICK_S)

    async def _follow(self) -> None:
        async for batch in self._log.read(self._prefix + TopicName.ITEMS, "earliest"):
            now = time.perf_counter()
            for record in batch:
                number = number_of(record.value or b"{}")
                sent = self._under_way.pop(number, None) if number is not None else None
                if sent is not None:
                    self._recent.append((now - sent) * 1000)
                    self._ran.waits_ms.append((now - sent) * 1000)
                    self._seen += 1
            if self._seen >= _WARM_UP:
                self._warm.set()

    async def _look(
        self, stop: asyncio.Event, say: Callable[[str], None], sending: asyncio.Task[None]
    ) -> None:
        """Take samples while messages are sent, and one when the last has come out."""
        begin = time.perf_counter()
        with _table(self._plan.csv) as write:
            while not sending.done():
                waiting = asyncio.create_task(stop.wait())
                await asyncio.wait(
                    {waiting, sending},
                    timeout=self._plan.every_s,
                    return_when=asyncio.FIRST_COMPLETED,
                )
                waiting.cancel()
                if sending.done() or stop.is_set():
                    break
                for worker in self._workers.values():
                    worker.check()
                await self._sample(time.perf_counter() - begin, write, say)
            await asyncio.wait({sending})
            give_up = time.monotonic() + _DRAIN_S
            while self._under_way and time.monotonic() < give_up:  # noqa: ASYNC110  (a table)
                await asyncio.sleep(0.1)
            await self._sample(time.perf_counter() - begin, write, say)

    async def _sample(
        self, at_s: float, write: Callable[[Sample], None], say: Callable[[str], None]
    ) -> None:
        recent, self._recent = self._recent, []
        p50, p99 = np.percentile(recent, (50, 99)) if recent else (None, None)
        found = {name: usage(pid) for name, pid in self._processes.items()}
        sample = Sample(
            at_s=at_s,
            sent=self._sent,
            seen=self._seen,
            p50_ms=None if p50 is None else float(p50),
            p99_ms=None if p99 is None else float(p99),
            lag_intake=await self._lag(Stage.INTAKE, TopicName.RAW),
            lag_desk=await self._lag(Stage.DESK, TopicName.DECODED),
            lag_enrich=(await self._lag(Stage.ENRICH, TopicName.ITEMS) if self._plan.enrich else 0),
            resident_bytes={n: u.resident_bytes if u else None for n, u in found.items()},
            descriptors={n: u.descriptors if u else None for n, u in found.items()},
            cpu_s={n: u.cpu_s if u else None for n, u in found.items()},
        )
        self._ran.samples.append(sample)
        write(sample)
        memory = sum(bytes_ or 0 for bytes_ in sample.resident_bytes.values()) / 1e6
        say(
            f"{at_s:7.0f} s  {sample.sent - sample.seen:5} under way  "
            f"p50 {p50 or 0:.0f} p99 {p99 or 0:.0f} ms  {memory:.0f} MB"
        )

    async def _lag(self, stage: Stage, topic: TopicName) -> int:
        name = self._prefix + topic
        ends = await self._log.end_offsets(name)
        done = await self._log.committed(f"{self._prefix}wireroom-{stage}", name)
        return sum(end - done.get(partition, 0) for partition, end in ends.items())


@contextlib.contextmanager
def _table(path: Path | None) -> Iterator[Callable[[Sample], None]]:
    """Writes samples as rows of a CSV file; the columns are those of the first."""
    if path is None:
        yield lambda _sample: None
        return
    with path.open("w", newline="", encoding="utf-8") as file:
        yield _Rows(file).write


class _Rows:
    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._writer: csv.DictWriter[str] | None = None

    def write(self, sample: Sample) -> None:
        row = _row(sample)
        if self._writer is None:
            self._writer = csv.DictWriter(self._file, row, lineterminator="\n")
            self._writer.writeheader()
        self._writer.writerow(row)
        self._file.flush()


def _row(sample: Sample) -> dict[str, object]:
    def short(value: float | None) -> float | None:
        return None if value is None else round(value, 2)

    row: dict[str, object] = {
        "at_s": short(sample.at_s),
        "sent": sample.sent,
        "seen": sample.seen,
        "p50_ms": short(sample.p50_ms),
        "p99_ms": short(sample.p99_ms),
        "lag_intake": sample.lag_intake,
        "lag_desk": sample.lag_desk,
        "lag_enrich": sample.lag_enrich,
    }
    for name, memory in sample.resident_bytes.items():
        row[f"resident_mb {name}"] = short(None if memory is None else memory / 1e6)
    row |= {f"descriptors {name}": count for name, count in sample.descriptors.items()}
    row |= {f"cpu_s {name}": short(spent) for name, spent in sample.cpu_s.items()}
    return row
