"""Memory stays bounded whatever stands still: the broker here, the pool and the desk elsewhere."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from schemas.topics import TopicName
from streams.bench.processes import children, usage
from streams.log import open_log
from streams.log.base import NewRecord
from tests.faults.running import Worker, create_topics, until

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(150)]

WAITING = 50_000
# A buffer, a poll that found it not yet full, a batch taken from it, and six tasks of the pool.
MOST_IN_HAND = 1024 + 1024 // 5 + 200 + 6 * 16
LEAST_IN_HAND = 500
# Of 50,000 records in memory their bodies alone would be 50 MB, with what Faust and asyncio hold
# for each 300 MB. What is in hand is 2 MB, buffers of the clients ten.
MOST_GROWTH_MB = 60


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def in_hand(port: int) -> float:
    with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        lines = answer.read().decode().splitlines()
    found = [line for line in lines if line.startswith("wireroom_worker_in_hand_records{")]
    return float(found[0].rpartition(" ")[2]) if found else 0.0


def resident_mb(pid: int) -> float:
    now = usage(pid)
    assert now is not None, "it has ended"
    return now.resident_bytes / 1e6


async def growth_and_most_in_hand(worker: Worker, port: int, seconds: int) -> tuple[float, float]:
    """MB by which the worker grew while it was looked at, and the most records it had in hand."""
    before = resident_mb(worker.process.pid)
    most, grown = 0.0, 0.0
    for _ in range(seconds):
        await asyncio.sleep(1)
        most = max(most, await asyncio.to_thread(in_hand, port))
        grown = max(grown, resident_mb(worker.process.pid) - before)
    return grown, most


async def test_a_frozen_pool_a_frozen_broker_and_a_slow_output_leave_memory_bounded(
    own_broker: Any, kafka_prefix: str, tmp_path: Path
) -> None:
    raw = kafka_prefix + TopicName.RAW
    port = free_port()
    async with open_log(own_broker.url) as log:
        await create_topics(log, kafka_prefix)
        for start in range(0, WAITING, 5_000):
            await log.append(
                [
                    NewRecord(
                        raw, b"%d" % (n % 50), b"A headline %d\n\n%s\n" % (n, b"words " * 160)
                    )
                    for n in range(start, start + 5_000)
                ]
            )
        worker = Worker(
            own_broker.bootstrap,
            kafka_prefix,
            tmp_path,
            ["intake"],
            settings={"METRICS_PORT": port},
            max_ahead_records="off",
        )
        try:

            async def at_work() -> bool:
                done = await log.committed(f"{kafka_prefix}wireroom-intake", raw)
                return sum(done.values()) > 0

            await until(at_work, 60, "the first messages", worker)
            pool = children(worker.process.pid)
            assert len(pool) >= 2
            for pid in pool:
                os.kill(pid, signal.SIGSTOP)
            grown, most = await growth_and_most_in_hand(worker, port, 5)
            for pid in pool:
                os.kill(pid, signal.SIGCONT)
            assert LEAST_IN_HAND < most <= MOST_IN_HAND, "the pool stands still"
            assert grown < MOST_GROWTH_MB

            await asyncio.to_thread(own_broker.pause)
            grown, most = await growth_and_most_in_hand(worker, port, 8)
            await asyncio.to_thread(own_broker.resume)
            assert LEAST_IN_HAND < most <= MOST_IN_HAND, "the broker stands still"
            assert grown < MOST_GROWTH_MB

            before = sum((await log.committed(f"{kafka_prefix}wireroom-intake", raw)).values())

            async def goes_on() -> bool:
                done = await log.committed(f"{kafka_prefix}wireroom-intake", raw)
                return sum(done.values()) > before + 200

            await until(goes_on, 40, "going on", worker)

            assert await asyncio.to_thread(worker.stop) == 0
            before = sum((await log.committed(f"{kafka_prefix}wireroom-intake", raw)).values())
            worker.start_again("broken:output-slow")
            await until(goes_on, 40, "going on slowly", worker)
            grown, most = await growth_and_most_in_hand(worker, port, 8)
            assert LEAST_IN_HAND < most <= MOST_IN_HAND, "the output is slow"
            assert grown < MOST_GROWTH_MB
            done = sum((await log.committed(f"{kafka_prefix}wireroom-intake", raw)).values())
            assert done < WAITING, "there was nothing left to be slow with"
        finally:
            status = await asyncio.to_thread(worker.stop)
    assert status == 0
