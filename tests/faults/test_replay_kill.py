"""A replay killed at random moments and resumed: the output is that of one that was not."""

from __future__ import annotations

import base64
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import orjson
import pytest

from schemas.topics import TopicName
from streams.log import SqliteStore
from streams.replay.checkpoint import load_checkpoint
from tests.faults.feed import messages
from tests.faults.running import ROOT

pytestmark = [pytest.mark.fault, pytest.mark.timeout(400)]

_RUN = """
import sys
from streams.cli import main
from streams.embedded import runner
from streams.replay import player
# Small batches, so that it can be killed amid many.
runner.BATCH_RECORDS = player._BATCH = 8
sys.argv[1:] = ["replay", *sys.argv[1:]]
if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
"""
_KILLS = 10


def an_archive(folder: Path, stories: int) -> list[str]:
    """Two files whose times overlap, so that they are merged."""
    lines: tuple[list[bytes], list[bytes]] = ([], [])
    for number, message in enumerate(messages(stories)):
        line = {
            "body_b64": base64.b64encode(message.body).decode(),
            "provider": message.provider,
            "content_type": message.content_type,
            "received_at": message.received_at.isoformat() if message.received_at else None,
        }
        lines[number % 2].append(orjson.dumps(line) + b"\n")
    for name, content in zip(("a.jsonl", "b.jsonl"), lines, strict=True):
        (folder / name).write_bytes(b"".join(content))
    return ["a.jsonl", "b.jsonl"]


class Replay:
    """The command over an archive, into a log of its own."""

    def __init__(self, folder: Path, name: str, *arguments: str) -> None:
        self.folder = folder
        self.log = folder / f"{name}.db"
        self.checkpoint = folder / f"{name}.checkpoint"
        (folder / "run.py").write_text(_RUN)
        self._command = [
            sys.executable, "run.py", "a.jsonl", "b.jsonl", "--log", f"sqlite:///{self.log}",
            "--name", "r", "--resume", str(self.checkpoint), *arguments,
        ]  # fmt: skip

    def start(self) -> subprocess.Popen[str]:
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        return subprocess.Popen(
            self._command, cwd=self.folder, env=environment, text=True, stderr=subprocess.PIPE
        )

    def written(self) -> int:
        if not self.log.exists():
            return 0
        with SqliteStore(self.log) as store:
            return sum(sum(store.end_offsets(topic).values()) for topic in store.topics())

    def outputs(self) -> dict[str, object]:
        found: dict[str, object] = {}
        with SqliteStore(self.log) as store:
            for name in TopicName:
                topic = f"replay.r.{name}"
                offsets = dict.fromkeys(range(store.topics()[topic]), 0)
                records = store.read(topic, offsets, max_records=1 << 20, max_bytes=1 << 40).records
                values = [(one.partition, one.key, one.value) for one in records]
                # How many times a key's state is written follows from the batches.
                is_state = name is TopicName.STATE
                found[name] = {key: value for _, key, value in values} if is_state else values
        return found


@pytest.mark.parametrize("processes", ["1", "2"])
def test_killed_ten_times_and_resumed_it_ends_with_the_same_bytes(
    tmp_path: Path, processes: str
) -> None:
    an_archive(tmp_path, 60)
    rng = random.Random(int(processes))  # noqa: S311
    options = ("--processes", processes)
    steady = Replay(tmp_path, "steady", "--processes", "1")
    stopped = Replay(tmp_path, "stopped", *options)
    process = steady.start()
    _, said = process.communicate()
    assert process.returncode == 0, said
    total, killed = steady.written(), 0
    for _ in range(_KILLS):
        before = stopped.written()
        process = stopped.start()
        # From before anything is written to some way on, a little further each time.
        enough = before + rng.uniform(0, total / _KILLS / 1.5)
        give_up = time.monotonic() + 60
        while stopped.written() <= enough and process.poll() is None:
            assert time.monotonic() < give_up
            time.sleep(0.003)
        process.kill()
        process.communicate()
        killed += process.returncode == -signal.SIGKILL
    assert killed == _KILLS, "each time it was at work when it was killed"
    assert stopped.written() < total
    process = stopped.start()
    _, said = process.communicate()
    assert process.returncode == 0, said
    expected, found = steady.outputs(), stopped.outputs()
    for name in TopicName:
        assert found[name] == expected[name], name


def test_ctrl_c_says_how_to_go_on_and_that_goes_on(tmp_path: Path) -> None:
    an_archive(tmp_path, 100)
    replay = Replay(tmp_path, "r", "--rate", "40", "--publish-only")
    replay._command = [word for word in replay._command if word != str(replay.checkpoint)]
    replay._command.remove("--resume")
    process = replay.start()
    while replay.written() < 5 and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130, said
    (checkpoint,) = tmp_path.glob("*.checkpoint")
    noted = load_checkpoint(checkpoint)
    assert noted is not None
    assert 0 < noted.read < 300
    last = said.strip().splitlines()[-1]
    assert last.startswith(f"stopped after {noted.read} messages; go on: wireroom replay a.jsonl ")
    assert last.endswith(f"--resume {checkpoint.name}")
    replay._command += ["--resume", checkpoint.name, "--rate", "100000"]
    del replay._command[replay._command.index("40") - 1 : replay._command.index("40") + 1]
    process = replay.start()
    _, said = process.communicate(timeout=60)
    assert process.returncode == 0, said
    with SqliteStore(replay.log) as store:
        raw = store.read("replay.r.raw", dict.fromkeys(range(12), 0), max_records=10_000).records
    assert len(raw) == len(list(messages(100)))
    assert len({one.header("source-id") for one in raw}) == len(raw)
