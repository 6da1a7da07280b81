"""A process whose event loop hangs ends, whatever hangs; each case is a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

from streams.worker.watchdog import EXIT_STALLED

ROOT = Path(__file__).resolve().parents[3]

_WATCHED = """
import asyncio, re, sys, time
from streams.observability.log import configure, get_log
from streams.worker.config import WorkerConfig
from streams.worker.pulse import Pulse
from streams.worker.watchdog import LoopWatch

article = "nobody may read this"

def hang_in_python():
    time.sleep(3600)

def hang_in_c():
    re.match("(a+)+$", "a" * 60 + "b")

def hang_with_nobody_reading_the_log():
    while True:
        sys.stderr.write("x" * 100_000)

async def main(hang):
    configure()
    pulse = Pulse()
    beating = asyncio.create_task(pulse.beat())
    config = WorkerConfig("kafka://a:1", stall_s=2.0, task_timeout_s=0.2)
    LoopWatch(config, pulse, get_log()).start()
    await asyncio.sleep(3)
    sys.stderr.write("as it should be until here\\n")
    sys.stderr.flush()
    hang()

asyncio.run(main(globals()[sys.argv[1]]))
"""


def watched(hang: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", _WATCHED, hang],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    )


def test_a_loop_that_hangs_ends_the_process_and_says_where() -> None:
    with watched("hang_in_python") as process:
        _, said = process.communicate(timeout=25)
    assert process.returncode == EXIT_STALLED
    before, last = said.decode().splitlines()
    assert before == "as it should be until here"
    told = json.loads(last)
    assert told["event"] == "loop_stalled"
    (main,) = [stack for stack in told["threads"] if stack.startswith("MainThread")]
    assert "hang_in_python < " in main
    assert "nobody may read this" not in last


def test_a_loop_that_keeps_the_interpreter_to_itself_ends_too() -> None:
    with watched("hang_in_c") as process:
        _, said = process.communicate(timeout=25)
    assert process.returncode == 1
    assert "in hang_in_c" in said.decode()
    assert "nobody may read this" not in said.decode()


def test_a_log_that_nobody_reads_does_not_keep_the_process() -> None:
    started = time.monotonic()
    process = watched("hang_with_nobody_reading_the_log")
    try:
        assert process.wait(timeout=25) in {1, EXIT_STALLED}
        assert time.monotonic() - started > 3
    finally:
        process.kill()
        assert process.stderr is not None
        process.stderr.close()
