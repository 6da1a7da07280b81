"""The latency of the worker on Kafka: raw to ``wire.items``, intake and desk only.

It must not leave anything running, nor touch topics that are not its own.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
import uuid
from typing import TYPE_CHECKING

import orjson

from schemas.topics import CATALOGUE, TopicName
from streams.bench.corpus import Copywriter
from streams.bench.measure import Figure
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
        command = [
            sys.executable,
            "-m",
            "streams",
            "worker",
            "--stage",
            "intake",
            "--stage",
            "desk",
        ]
        worker = await asyncio.create_subprocess_exec(
            *command,
            env={**os.environ, "WIREROOM_BROKER": broker, "WIREROOM_PREFIX": prefix},
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            waits = await _measure(log, prefix)
        finally:
            worker.send_signal(signal.SIGTERM)
            await worker.wait()
    waits.sort()
    middle, tail = (waits[int(len(waits) * share)] * 1000 for share in (0.5, 0.99))
    where = f"raw to items on Kafka at {_PER_SECOND} msg/s, intake and desk"
    note = f"{len(waits)} messages, most {waits[-1] * 1000:.0f} ms"
    return [
        Figure(f"{where}, p50", middle, "ms", 50, 20, larger_is_better=False, note=note),
        Figure(f"{where}, p99", tail, "ms", 250, 100, larger_is_better=False, note=note),
    ]


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


def _headline_of_raw(body: bytes) -> str:
    """The headline of a scraped dispatch made here, which is its fifth line."""
    return body.decode().splitlines()[5]


def _headline_of_item(value: bytes) -> str:
    return str(orjson.loads(value)["headline"])
