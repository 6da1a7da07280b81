"""Replays from and into a real broker: the same events as live, and nothing live is touched."""

from __future__ import annotations

import asyncio
import base64
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import orjson
import pytest

from schemas.raw import RawMessage
from schemas.topics import TopicName
from streams.log import SqliteStore, TopicLog, open_log
from streams.log.base import Record
from streams.log.headers import DeskSeq, raw_of, raw_record
from streams.replay.checkpoint import load_checkpoint
from streams.replay.player import REPLAY_HEADER
from tests.faults.feed import messages
from tests.faults.running import ROOT, Worker, create_topics, drained, every_record, until

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(150)]

_STAGES = ["intake", "desk"]


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "streams", *arguments]


def wireroom(folder: Path, *arguments: str, status: int = 0) -> str:
    """Run one of our commands; answers what it told a person."""
    done = subprocess.run(
        command(*arguments), cwd=folder, env=environment(), text=True,
        capture_output=True, check=False, timeout=100,
    )  # fmt: skip
    assert done.returncode == status, done.stderr
    return done.stderr


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "WIREROOM_WORKER__SESSION_TIMEOUT_S": "6"}


def an_archive(folder: Path, feed: Iterable[RawMessage], name: str = "feed.jsonl") -> str:
    lines = [
        orjson.dumps({
            "body_b64": base64.b64encode(one.body).decode(), "provider": one.provider,
            "content_type": one.content_type,
            "received_at": one.received_at.isoformat() if one.received_at else None,
        })
        for one in feed
    ]  # fmt: skip
    (folder / name).write_bytes(b"\n".join(lines) + b"\n")
    return name


def in_order(records: Iterable[Record]) -> list[bytes | None]:
    """The values of events in the order they were decided in."""
    return [one.value for one in sorted(records, key=lambda one: place_of(DeskSeq.of(one)))]


def place_of(seq: DeskSeq | None) -> tuple[int, int]:
    assert seq is not None
    return seq.offset, seq.number


async def events(log: TopicLog, prefix: str) -> list[bytes | None]:
    return in_order(await every_record(log, f"{prefix}events"))


def embedded_events(path: Path, prefix: str) -> list[bytes | None]:
    with SqliteStore(path) as store:
        topic = f"{prefix}events"
        offsets = dict.fromkeys(range(store.topics()[topic]), 0)
        return in_order(store.read(topic, offsets, max_records=10_000).records)


async def committed(log: TopicLog, prefix: str) -> dict[str, dict[int, int]]:
    reads = {"intake": TopicName.RAW, "desk": TopicName.DECODED}
    return {
        stage: await log.committed(f"{prefix}wireroom-{stage}", prefix + name)
        for stage, name in reads.items()
    }


async def decided(log: TopicLog, prefix: str) -> int:
    return (await log.committed(f"{prefix}wireroom-desk", f"{prefix}decoded")).get(0, 0)


def children_at_work(process: int) -> list[int]:
    """The children of a process that have children themselves."""

    def children(of: int) -> list[int]:
        return [int(one) for one in Path(f"/proc/{of}/task/{of}/children").read_text().split()]

    return [child for child in children(process) if children(child)]


async def a_live_run(
    log: TopicLog, broker: str, prefix: str, folder: Path, *, partitions: int = 1
) -> None:
    """The feed on the live topics, with everything decided."""
    await create_topics(log, prefix, partitions=partitions)
    records = [raw_record(raw, f"{prefix}raw") for raw in messages(20)]
    await log.append([replace(one, partition=n % partitions) for n, one in enumerate(records)])
    worker = Worker(broker, prefix, folder, _STAGES)
    try:
        await drained(log, prefix, 60, enrich=False)
    finally:
        assert worker.stop() == 0


async def test_a_replay_runs_the_stages_in_a_namespace_of_its_own(
    kafka_broker: str, kafka_prefix: str, tmp_path: Path
) -> None:
    name = kafka_prefix.removesuffix(".")
    archive = an_archive(tmp_path, messages(20))
    arguments = ["replay", archive, "--name", name, "--stop-after", "desk"]
    on_file = wireroom(tmp_path, *arguments, "--log", "sqlite:///a.db")
    async with open_log(f"kafka://{kafka_broker}") as log:
        await create_topics(log, kafka_prefix, partitions=1)
        await log.commit(f"{kafka_prefix}wireroom-intake", f"{kafka_prefix}raw", {0: 0})
        before = await committed(log, kafka_prefix)
        said = wireroom(
            tmp_path, *arguments, "--log", f"kafka://{kafka_broker}", "--prefix", kafka_prefix
        )
        found = await events(log, f"replay.{name}.")
        assert await committed(log, kafka_prefix) == before
        assert await every_record(log, f"{kafka_prefix}raw") == []
    assert found == embedded_events(tmp_path / "a.db", f"replay.{name}.")
    (counts,) = [line for line in on_file.splitlines() if " in = " in line]
    assert counts in said.splitlines()


async def test_a_topic_replayed_or_recorded_gives_the_events_of_the_live_run(
    kafka_broker: str, kafka_prefix: str, tmp_path: Path
) -> None:
    name, url = kafka_prefix.removesuffix("."), f"kafka://{kafka_broker}"
    async with open_log(url) as log:
        await a_live_run(log, kafka_broker, kafka_prefix, tmp_path)
        before = await committed(log, kafka_prefix)
        ours = ["--log", url, "--name", name, "--stop-after", "desk"]
        wireroom(tmp_path, "replay", f"{url}#{kafka_prefix}raw", *ours)
        live = await events(log, kafka_prefix)
        assert await events(log, f"replay.{name}.") == live
        assert await committed(log, kafka_prefix) == before
    wireroom(tmp_path, "record", f"{kafka_prefix}raw", "archive", "--log", url)
    again = ["--log", "sqlite:///b.db", "--name", name, "--stop-after", "desk"]
    wireroom(tmp_path, "replay", f"archive/{kafka_prefix}raw", *again)
    assert embedded_events(tmp_path / "b.db", f"replay.{name}.") == live


async def test_partitions_are_merged_the_same_from_a_topic_and_from_a_recording(
    kafka_broker: str, kafka_prefix: str, tmp_path: Path
) -> None:
    url = f"kafka://{kafka_broker}"
    source = f"{url}#{kafka_prefix}raw"
    feed = list(messages(30))
    async with open_log(url) as log:
        await create_topics(log, kafka_prefix, partitions=4)
        records = [raw_record(raw, f"{kafka_prefix}raw") for raw in feed]
        await log.append([replace(one, partition=n % 4) for n, one in enumerate(records)])
    wireroom(tmp_path, "record", f"{kafka_prefix}raw", "archive", "--log", url)
    said = wireroom(tmp_path, "run", source, "--stop-after", "decode", "-o", "topic.jsonl")
    assert f"reading {kafka_prefix}raw: offsets [0] 0 to " in said
    wireroom(tmp_path, "run", "archive", "--stop-after", "decode", "-o", "recording.jsonl")
    assert (tmp_path / "topic.jsonl").read_bytes() == (tmp_path / "recording.jsonl").read_bytes()
    ranged = ["--from-offset", "1:3", "--to-offset", "1:5", "--stop-after", "decode"]
    wireroom(tmp_path, "run", source, *ranged, "-o", "range.jsonl")
    positions = {
        orjson.loads(line)["source"]["position"]
        for line in (tmp_path / "range.jsonl").read_bytes().splitlines()
    }
    assert positions == {feed[4 * at + 1].position for at in (3, 4, 5)}


async def test_played_into_live_beside_a_worker_nothing_newer_is_overwritten(
    kafka_broker: str, kafka_prefix: str, tmp_path: Path
) -> None:
    url = f"kafka://{kafka_broker}"
    ours = ["--broker", url, "--prefix", kafka_prefix]
    async with open_log(url) as log:
        await create_topics(log, kafka_prefix, partitions=2)
        feed = list(messages(12))
        # Live has had the second half; the whole archive is then played beside what goes on.
        newer, archive = feed[len(feed) // 2 :], an_archive(tmp_path, feed)
        await log.append([raw_record(raw, f"{kafka_prefix}raw") for raw in newer])
        worker = Worker(kafka_broker, kafka_prefix, tmp_path, _STAGES)
        try:
            await drained(log, kafka_prefix, 60, enrich=False)
            wireroom(tmp_path, "replay", archive, "--into-live", "--yes", *ours)
            await drained(log, kafka_prefix, 60, enrich=False)
        finally:
            assert worker.stop() == 0
        items = await every_record(log, f"{kafka_prefix}items")
        raw = await every_record(log, f"{kafka_prefix}raw")
        marked = [one for one in raw if one.header(REPLAY_HEADER)]
        assert len(marked) == len(feed)
        assert {one.header(REPLAY_HEADER) for one in raw} - {None} != set()
        latest: dict[bytes | None, str] = {}
        for one in items:
            order_key = orjson.loads(one.value or b"{}")["order_key"]
            assert order_key >= latest.get(one.key, ""), "an older version came after a newer one"
            latest[one.key] = order_key
        ends = await log.end_offsets(f"{kafka_prefix}raw")
        said = wireroom(
            tmp_path, "replay", archive, "--into-live", "--yes", "--skip-existing", *ours
        )
        # Only what cannot be an item at all is played again.
        played = int(said.split(" messages into ")[0].rsplit("\n", 1)[-1])
        assert 0 < played < len(feed) / 4
        assert sum((await log.end_offsets(f"{kafka_prefix}raw")).values()) == (
            sum(ends.values()) + played
        )


async def test_killed_and_resumed_it_ends_as_if_it_had_not_been(
    kafka_broker: str, kafka_prefix: str, tmp_path: Path
) -> None:
    name, url = kafka_prefix.removesuffix("."), f"kafka://{kafka_broker}"
    async with open_log(url) as log:
        await create_topics(log, kafka_prefix, partitions=3)
        feed = list(messages(90))
        records = [raw_record(raw, f"{kafka_prefix}raw") for raw in feed]
        await log.append([replace(one, partition=n % 3) for n, one in enumerate(records)])
        source = f"{url}#{kafka_prefix}raw"
        on_file = ["--log", "sqlite:///a.db", "--name", name, "--stop-after", "desk"]
        wireroom(tmp_path, "replay", source, *on_file)
        arguments = [
            "replay", source, "--log", url, "--name", name, "--stop-after", "desk",
            "--resume", "checkpoint", "--rate", "20",
        ]  # fmt: skip

        def start() -> subprocess.Popen[str]:
            return subprocess.Popen(
                command(*arguments), cwd=tmp_path, env=environment(), text=True,
                stderr=subprocess.PIPE,
            )  # fmt: skip

        process = start()
        give_up = time.monotonic() + 60
        while process.poll() is None and time.monotonic() < give_up:
            noted = load_checkpoint(tmp_path / "checkpoint")
            if noted is not None and noted.played >= 20:
                break
            await asyncio.sleep(0.02)
        process.kill()
        process.communicate()
        noted = load_checkpoint(tmp_path / "checkpoint")
        assert noted is not None
        assert 20 <= noted.played < len(feed)
        # What has come meanwhile is of another replay.
        await log.append([raw_record(feed[0], f"{kafka_prefix}raw")])
        arguments[-1] = "10"
        before = await decided(log, f"replay.{name}.")
        process = start()

        async def is_at_work() -> bool:
            return await decided(log, f"replay.{name}.") > before

        # Its worker is killed as well: it is started again.
        await until(is_at_work, 60, "the worker is at work")
        (worker,) = children_at_work(process.pid)
        os.kill(worker, signal.SIGKILL)
        _, said = await asyncio.to_thread(process.communicate)
        assert process.returncode == 0, said
        assert "going on after" in said
        assert "DOES NOT ADD UP" not in said
        raw = await every_record(log, f"replay.{name}.raw")
        assert [raw_of(one).position for one in raw] == [one.position for one in feed]
        found = await events(log, f"replay.{name}.")
    # A re-send after the crash is folded by its readers.
    assert list(dict.fromkeys(found)) == embedded_events(tmp_path / "a.db", f"replay.{name}.")
