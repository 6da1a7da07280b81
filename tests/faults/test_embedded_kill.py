"""The embedded host killed at work: what it goes on to write is what it would have written."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from schemas.topics import TopicName
from streams.embedded.runner import EmbeddedRunner, StopAfter
from streams.log import SqliteStore
from tests.faults.feed import messages
from tests.faults.running import ROOT

pytestmark = [pytest.mark.fault, pytest.mark.timeout(120)]

_RUN = """
import sys
from streams.embedded import runner
from streams.embedded.runner import EmbeddedRunner, StopAfter
from streams.log import SqliteStore
# Small batches, so that it can be killed amid many.
runner.BATCH_RECORDS = 8
EmbeddedRunner(SqliteStore(sys.argv[1]), stop_after=StopAfter.DESK).run()
"""
_KILLS = 3


def ingested(path: Path) -> SqliteStore:
    store = SqliteStore(path)
    EmbeddedRunner(store, stop_after=StopAfter.DESK).ingest(messages(120, versions=3))
    store.close()  # and with it the right to run; it opens again to read
    return store


def values(store: SqliteStore, name: TopicName) -> list[tuple[bytes | None, bytes | None]]:
    topic = f"wire.{name}"
    offsets = dict.fromkeys(range(store.topics()[topic]), 0)
    records = store.read(topic, offsets, max_records=1_000_000, max_bytes=1 << 40).records
    return [(record.key, record.value) for record in records]


def started(path: Path) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen([sys.executable, "-c", _RUN, str(path)], env=environment)


def written(store: SqliteStore) -> int:
    return store.end_offsets("wire.desk")[0]


def test_killed_in_mid_batch_it_ends_with_the_same_bytes(tmp_path: Path) -> None:
    rng = random.Random(5)  # noqa: S311
    steady, stopped = ingested(tmp_path / "steady.db"), ingested(tmp_path / "stopped.db")
    assert started(steady.path).wait() == 0
    for _ in range(_KILLS):
        before = written(stopped)
        process = started(stopped.path)
        give_up = time.monotonic() + 30
        while written(stopped) == before and time.monotonic() < give_up:
            time.sleep(0.005)
        time.sleep(rng.uniform(0, 0.05))
        process.kill()
        assert process.wait() == -9, "it was at work when it was killed"
    assert 0 < written(stopped) < written(steady)
    assert started(stopped.path).wait() == 0
    for name in (TopicName.DECODED, TopicName.ITEMS, TopicName.EVENTS, TopicName.DESK):
        assert values(stopped, name) == values(steady, name), name
    state, same = (dict(values(store, TopicName.STATE)) for store in (stopped, steady))
    assert state == same
