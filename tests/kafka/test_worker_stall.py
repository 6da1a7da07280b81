"""A stage that hangs is not live, and is ended by its watchdog, whatever hangs."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from schemas.topics import TopicName
from streams.log import open_log
from streams.log.base import NewRecord
from streams.worker.watchdog import EXIT_STALLED
from tests.faults.running import create_topics

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(60)]

ROOT = Path(__file__).resolve().parents[2]

# The faults are planted where no time-out of ours reaches.
_HANGING = """
import asyncio, sys, time
from streams.pipeline import DeskStage
from streams.worker.app import run_stage
from streams.worker.config import Stage, WorkerConfig
from streams.worker.delivery import Delivery

def the_loop(self, *_, **__):
    time.sleep(3600)

async def the_agent(self, *_):
    await asyncio.Event().wait()

broker, prefix, what = sys.argv[1:]
if what == "loop":
    DeskStage.process = the_loop
else:
    Delivery.send = the_agent
config = WorkerConfig(broker, prefix=prefix, stall_s=6.0, task_timeout_s=0.2, metrics_port=0)
raise SystemExit(run_stage(config, Stage.DESK))
"""


def ask(port: int, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError:
        return 0, ""


async def said_by(process: asyncio.subprocess.Process) -> tuple[list[dict[str, Any]], set[str]]:
    """Everything it logged until its end, and what /live answered meanwhile."""
    assert process.stderr is not None
    events: list[dict[str, Any]] = []
    answers: set[str] = set()
    while line := await process.stderr.readline():
        events.append(json.loads(line))
        if events[-1]["event"] == "stage_started":
            (port,) = [each["port"] for each in events if each["event"] == "metrics_served"]
            while (
                process.returncode is None
                and (found := await asyncio.to_thread(ask, port, "/live"))[0]
            ):
                answers.add(found[1].rstrip("0123456789 s\n"))
                await asyncio.sleep(0.1)
    await process.wait()
    return events, answers


@pytest.mark.parametrize(
    ("what", "event", "not_live"),
    [
        ("loop", "loop_stalled", "no: the event loop has not come to its turn for"),
        ("agent", "worker_stalled", "no: records wait, and nothing has been committed for"),
    ],
)
async def test_a_desk_that_hangs_is_not_live_and_ends_with_status_70(
    kafka_broker: str, kafka_prefix: str, what: str, event: str, not_live: str
) -> None:
    url = f"kafka://{kafka_broker}"
    async with open_log(url) as log:
        await create_topics(log, kafka_prefix, partitions=1)
        await log.append([NewRecord(kafka_prefix + TopicName.DECODED, b"k", b"the article")])
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _HANGING, url, kafka_prefix, what),
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        events, answers = await asyncio.wait_for(said_by(process), 50)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == EXIT_STALLED
    assert answers == {"ye", not_live}
    last = events[-1]
    if last["event"] == "worker_stalled":
        assert last["places"] == f"{kafka_prefix}decoded[0]"
    # Both watch; where the loop hangs, either may be first.
    assert last["event"] in {event, "worker_stalled"}
    assert f" the_{what}" in json.dumps([last["threads"], last.get("tasks")])
    assert "the article" not in json.dumps(events)
