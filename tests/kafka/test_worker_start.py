"""Workers that cannot start, or cannot go on, say so in one line."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path
from typing import Any

import pytest

from schemas.topics import TopicName
from streams.log import open_log
from streams.log.headers import raw_record
from tests.faults.feed import messages
from tests.faults.running import Worker, count, create_topics, until

pytestmark = pytest.mark.timeout(90)


def a_closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize("stages", [["desk"], ["intake", "desk"]], ids=["one", "several"])
async def test_a_broker_that_is_down_is_one_line_and_status_2(
    tmp_path: Path, stages: list[str]
) -> None:
    worker = Worker(f"127.0.0.1:{a_closed_port()}", "wire.", tmp_path, stages)
    assert await asyncio.to_thread(worker.process.wait, 40) == 2
    (line,) = worker.log.read_text().splitlines()
    assert line.startswith("wireroom: ")
    assert "127.0.0.1" in line


@pytest.mark.kafka
async def test_missing_topics_are_one_line_that_says_what_makes_them(
    kafka_broker: str, kafka_prefix: str, tmp_path: Path
) -> None:
    worker = Worker(kafka_broker, kafka_prefix, tmp_path, ["desk"])
    assert await asyncio.to_thread(worker.process.wait, 40) == 2
    (line,) = worker.log.read_text().splitlines()
    assert "wireroom topics apply" in line
    assert f"{kafka_prefix}state" in line
    async with open_log(f"kafka://{kafka_broker}") as log:
        assert not [name for name in await log.topics() if name.startswith(kafka_prefix)]


@pytest.mark.kafka
@pytest.mark.parametrize("busy", [True, False], ids=["busy", "idle"])
async def test_a_broker_gone_for_good_ends_the_worker(
    own_broker: Any, kafka_prefix: str, tmp_path: Path, *, busy: bool
) -> None:
    async with open_log(own_broker.url) as log:
        await create_topics(log, kafka_prefix, partitions=1)
        worker = Worker(
            own_broker.bootstrap,
            kafka_prefix,
            tmp_path,
            ["intake", "desk"],
            send_timeout_s=4,
            drain_deadline_s=3,
        )

        async def started() -> bool:
            return worker.said("stage_started") == 2

        async def at_work() -> bool:
            return await count(log, kafka_prefix + TopicName.DECODED) > 0

        try:
            await until(started, 40, "both stages started", worker)
            if busy:
                raw = [raw_record(raw, kafka_prefix + "raw") for raw in messages(300)]
                await log.append(raw)
                await until(at_work, 40, "intake at work", worker)
            await asyncio.to_thread(own_broker.kill)
            assert await asyncio.to_thread(worker.process.wait, 40) == 1
        finally:
            worker.kill()
    assert worker.said("stage_crashed") + worker.said("broker_gone") >= 1
