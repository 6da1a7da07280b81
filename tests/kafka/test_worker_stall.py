"""A stage that hangs is ended by its watchdog, whatever hangs."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest

from schemas.topics import TopicName
from streams.log import open_log
from streams.log.base import NewRecord
from streams.worker.watchdog import EXIT_STALLED
from tests.faults.running import create_topics

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(60)]

ROOT = Path(__file__).resolve().parents[2]

# The fault is planted where no time-out of ours reaches: in the desk's own event loop.
_HANGING = """
import sys, time
from streams.pipeline import DeskStage
from streams.worker.app import run_stage
from streams.worker.config import Stage, WorkerConfig

DeskStage.process = lambda *_, **__: time.sleep(3600)
broker, prefix = sys.argv[1:]
config = WorkerConfig(broker, prefix=prefix, stall_s=1.0, task_timeout_s=0.2)
raise SystemExit(run_stage(config, Stage.DESK))
"""


async def test_a_desk_that_hangs_ends_with_status_70(kafka_broker: str, kafka_prefix: str) -> None:
    url = f"kafka://{kafka_broker}"
    async with open_log(url) as log:
        await create_topics(log, kafka_prefix, partitions=1)
        await log.append([NewRecord(kafka_prefix + TopicName.DECODED, b"k", b"anything")])
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _HANGING, url, kafka_prefix),
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        _, said = await asyncio.wait_for(process.communicate(), 40)
    finally:
        if process.returncode is None:
            process.kill()
    assert process.returncode == EXIT_STALLED
    assert f'"places":"{kafka_prefix}decoded[0]"' in said.decode()
