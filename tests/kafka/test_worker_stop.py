"""A worker that is asked to stop finishes what it has in hand, or leaves it for the next one."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
from pathlib import Path

import pytest

from schemas.topics import TopicName
from streams.log import open_log
from streams.log.base import NewRecord, TopicLog
from streams.log.headers import raw_record
from streams.worker.app import EXIT_CUT_SHORT
from tests.faults.feed import messages
from tests.faults.running import Worker, count, create_topics, every_record, until
from tests.kafka.test_worker_stall import ask

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(90)]

ROOT = Path(__file__).resolve().parents[2]
_DEADLINE_S = 3.0

# The first batch goes through, the next one waits for a broker that never answers.
_HANGS_LATER = """
import asyncio, sys
from streams.pipeline import DeskStage
from streams.worker.app import run_stage
from streams.worker.config import Stage, WorkerConfig
from streams.worker.delivery import Delivery

send, process, batches = Delivery.send, DeskStage.process, []

def counted(self, entries, **options):
    batches.append(entries)
    return process(self, entries, **options)

async def hangs_later(self, outgoing):
    if len(batches) > 1:
        print("hangs", flush=True)
        await asyncio.Event().wait()
    return await send(self, outgoing)

DeskStage.process, Delivery.send = counted, hangs_later
broker, prefix, deadline_s = sys.argv[1:]
config = WorkerConfig(broker, prefix=prefix, drain_deadline_s=float(deadline_s))
raise SystemExit(run_stage(config, Stage.DESK))
"""


async def committed(log: TopicLog, prefix: str, stage: str, name: TopicName) -> int:
    return (await log.committed(f"{prefix}wireroom-{stage}", prefix + name)).get(0, 0)


async def test_what_hangs_is_cut_short_at_the_deadline_and_not_committed(
    kafka_broker: str, kafka_prefix: str
) -> None:
    url = f"kafka://{kafka_broker}"
    decoded = kafka_prefix + TopicName.DECODED
    async with open_log(url) as log:
        await create_topics(log, kafka_prefix, partitions=1)
        await log.append([NewRecord(decoded, b"k", b"anything")])
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", _HANGS_LATER, url, kafka_prefix, str(_DEADLINE_S)),
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )

        async def first_is_committed() -> bool:
            return await committed(log, kafka_prefix, "desk", TopicName.DECODED) == 1

        try:
            await until(first_is_committed, 40, "the first record committed")
            await log.append([NewRecord(decoded, b"k", b"something else")])
            assert process.stdout is not None
            assert await asyncio.wait_for(process.stdout.readline(), 20) == b"hangs\n"
            asked = time.monotonic()
            process.send_signal(signal.SIGTERM)
            _, said = await asyncio.wait_for(process.communicate(), 30)
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        assert process.returncode == EXIT_CUT_SHORT
        assert time.monotonic() - asked < _DEADLINE_S + 5
        assert await first_is_committed()
    last = json.loads(said.decode().splitlines()[-1])
    assert last["event"] == "drain_cut_short"
    assert "hangs_later" in json.dumps(last["tasks"])


async def test_a_stop_under_load_commits_what_it_wrote_and_nothing_else(
    kafka_broker: str, kafka_prefix: str, tmp_path: Path
) -> None:
    async with open_log(f"kafka://{kafka_broker}") as log:
        await create_topics(log, kafka_prefix, partitions=1)
        feed = [raw.model_copy(update={"received_at": None}) for raw in messages(1500)]
        await log.append([raw_record(raw, kafka_prefix + "raw") for raw in feed])
        worker = Worker(
            kafka_broker,
            kafka_prefix,
            tmp_path,
            ["intake"],
            settings={"METRICS_PORT": 0},
            max_ahead_records="off",
        )

        async def at_work() -> bool:
            return await count(log, kafka_prefix + TopicName.DECODED) > 0

        try:
            await until(at_work, 40, "intake at work", worker)
            (port,) = [
                json.loads(line)["port"]
                for line in worker.log.read_text().splitlines()
                if '"metrics_served"' in line
            ]
            answers = {path: ask(port, path) for path in ("/startup", "/ready", "/live")}
            _, page = ask(port, "/metrics")
            assert worker.stop() == 0
        finally:
            worker.kill()
        done = await committed(log, kafka_prefix, "intake", TopicName.RAW)
        written = await every_record(log, kafka_prefix + TopicName.DECODED)
        dead = await count(log, kafka_prefix + TopicName.DEAD)
    assert dead == 0
    assert len(written) == done
    assert 0 < done < len(feed), "it was to be stopped under load"
    assert answers == dict.fromkeys(answers, (200, "yes\n"))
    assert 'wireroom_worker_assigned_partitions{stage="intake"} 2.0' in page
    assert 'wireroom_worker_delay_seconds_count{lane="normal",stage="intake"}' in page
    assert 'wireroom_worker_loop_delay_seconds_count{stage="intake"}' in page
    assert 'wireroom_worker_given_up_total{fate="timed-out",stage="intake"} 0.0' in page
