"""Workers killed in the middle of their work, brokers that go away: nothing lost, nothing twice."""

from __future__ import annotations

import asyncio
import random
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from schemas.topics import TopicName
from streams.log import open_log
from streams.log.base import TopicLog
from streams.log.headers import raw_record
from tests.faults.feed import messages
from tests.faults.ledger import Ledger, Verdict, judge
from tests.faults.running import Worker, count, create_topics, drained, every_record, until
from tests.faults.scenario import QUICK, cells_of

pytestmark = [pytest.mark.fault, pytest.mark.kafka, pytest.mark.timeout(150)]

STAGES = ("intake", "desk", "enrich")


async def feed(
    log: TopicLog, prefix: str, ledger: Ledger, stop: asyncio.Event, *, batch: int, pause_s: float
) -> int:
    """Send batch after batch until told to stop; each is in the ledger once acknowledged."""
    sent = 0
    chapter = 0
    while not stop.is_set():
        chapter += 1
        waiting = list(messages(8, versions=3, prefix=f"c{chapter}"))
        while waiting and not stop.is_set():
            now, waiting = waiting[:batch], waiting[batch:]
            placed = await log.append([raw_record(raw, prefix + "raw") for raw in now])
            ledger.write(now, placed)
            sent += len(now)
            await asyncio.sleep(pause_s)
    return sent


async def verdict_of(log: TopicLog, prefix: str, ledger: Ledger) -> tuple[Verdict, Verdict]:
    sent = ledger.read()
    events = await every_record(log, prefix + TopicName.EVENTS)
    items = await every_record(log, prefix + TopicName.ITEMS)
    enriched = await every_record(log, prefix + TopicName.ENRICHED)
    return judge(sent, events, items), judge(sent, events, enriched, "enriched")


def assert_clean(verdicts: tuple[Verdict, ...]) -> None:
    for verdict in verdicts:
        assert verdict.lost == []
        assert verdict.invented == []
        assert verdict.duplicates == []
        assert verdict.inversions == []


async def test_each_worker_killed_three_times_mid_stream(
    kafka_broker: str, kafka_prefix: str, tmp_path: Path, ledger_row: Any
) -> None:
    rng = random.Random(11)  # noqa: S311
    ledger = Ledger(tmp_path / "ledger.jsonl")
    async with open_log(f"kafka://{kafka_broker}") as log:
        await create_topics(log, kafka_prefix, partitions=3)
        workers = [
            # A fixed identity: the group does not wait for the dead to time out.
            Worker(
                kafka_broker,
                kafka_prefix,
                tmp_path,
                [stage],
                settings=QUICK,
                instance_id="test",
            )
            for stage in STAGES
        ]
        stop = asyncio.Event()
        feeding = asyncio.create_task(feed(log, kafka_prefix, ledger, stop, batch=4, pause_s=0.1))
        try:
            for _ in range(3):
                await asyncio.gather(*(moving(log, kafka_prefix, each) for each in workers))
                for worker in rng.sample(workers, len(workers)):
                    await asyncio.sleep(rng.uniform(0.0, 0.8))
                    worker.kill()
                    worker.start_again()
            stop.set()
            sent = await feeding
            await drained(log, kafka_prefix, 60, enrich=True)
        finally:
            stop.set()
            statuses = [worker.stop() for worker in workers]
        verdicts = await verdict_of(log, kafka_prefix, ledger)
    ledger_row(cells_of("kill -9 of each stage, at random", sent, verdicts))
    assert statuses == [0, 0, 0]
    assert sent > 100
    assert_clean(verdicts)
    assert verdicts[1].final == verdicts[0].final, "enrichment ends with the same versions"


async def test_a_broker_away_for_twenty_seconds_loses_nothing(
    own_broker: Any, kafka_prefix: str, tmp_path: Path, ledger_row: Any
) -> None:
    ledger = Ledger(tmp_path / "ledger.jsonl")
    async with open_log(own_broker.url) as log:
        await create_topics(log, kafka_prefix, partitions=3)
        worker = Worker(own_broker.bootstrap, kafka_prefix, tmp_path, ["intake", "desk"])
        stop = asyncio.Event()
        feeding = asyncio.create_task(feed(log, kafka_prefix, ledger, stop, batch=4, pause_s=0.1))
        try:
            await until_written(log, kafka_prefix + TopicName.DESK, 20, worker)
            # As a machine that loses power, and comes back.
            await asyncio.to_thread(own_broker.kill)
            await asyncio.sleep(20)
            await asyncio.to_thread(own_broker.start)
            began = time.monotonic()
            written = await count(log, kafka_prefix + TopicName.DESK)
            await until_written(log, kafka_prefix + TopicName.DESK, written + 20, worker)
            recovered_s = time.monotonic() - began
            stop.set()
            await feeding
            await drained(log, kafka_prefix, 60, enrich=False)
        finally:
            stop.set()
            status = worker.stop()
        sent = ledger.read()
        events = await every_record(log, kafka_prefix + TopicName.EVENTS)
        items = await every_record(log, kafka_prefix + TopicName.ITEMS)
    verdict = judge(sent, events, items)
    ledger_row(cells_of("broker killed, away for 20 s", len(sent), [verdict], [recovered_s]))
    assert_clean((verdict,))
    assert recovered_s <= 30
    assert worker.said("stage_started") == 2, "the absence was ridden out, nothing restarted"
    assert status == 0


async def test_a_desk_that_was_frozen_and_replaced_writes_nothing_more(
    kafka_broker: str, kafka_prefix: str, tmp_path: Path, ledger_row: Any
) -> None:
    ledger = Ledger(tmp_path / "ledger.jsonl")
    async with open_log(f"kafka://{kafka_broker}") as log:
        await create_topics(log, kafka_prefix, partitions=3)
        (tmp_path / "one").mkdir()
        (tmp_path / "two").mkdir()
        intake = Worker(kafka_broker, kafka_prefix, tmp_path, ["intake"])
        frozen = Worker(kafka_broker, kafka_prefix, tmp_path / "one", ["desk"])
        stop = asyncio.Event()
        feeding = asyncio.create_task(feed(log, kafka_prefix, ledger, stop, batch=4, pause_s=0.1))
        heir = None
        try:
            await until_written(log, kafka_prefix + TopicName.DESK, 20, frozen)
            frozen.process.send_signal(signal.SIGSTOP)
            began = time.monotonic()
            heir = Worker(kafka_broker, kafka_prefix, tmp_path / "two", ["desk"])
            written = await count(log, kafka_prefix + TopicName.DESK)
            await until_written(log, kafka_prefix + TopicName.DESK, written + 10, heir)
            replaced_s = time.monotonic() - began
            frozen.process.send_signal(signal.SIGCONT)
            status = await asyncio.to_thread(frozen.process.wait, 20)
            stop.set()
            await feeding
            await drained(log, kafka_prefix, 60, enrich=False)
        finally:
            stop.set()
            frozen.process.kill()
            statuses = [worker.stop() for worker in (intake, heir) if worker is not None]
        sent = ledger.read()
        events = await every_record(log, kafka_prefix + TopicName.EVENTS)
        items = await every_record(log, kafka_prefix + TopicName.ITEMS)
    verdict = judge(sent, events, items)
    fault = "SIGSTOP past the time-out, then CONT: desk"
    ledger_row(cells_of(fault, len(sent), [verdict], [replaced_s]))
    assert status == 1, frozen.log.read_text()[-2000:]
    assert statuses == [0, 0]
    assert_clean((verdict,))


async def until_written(log: TopicLog, topic: str, records: int, worker: Worker) -> None:
    async def is_written() -> bool:
        return await count(log, topic) >= records

    await until(is_written, 60, f"{records} records on {topic}", worker)


async def moving(log: TopicLog, prefix: str, worker: Worker) -> None:
    """Wait until the stage of a worker has written something since now."""
    topic = {
        "intake": TopicName.DECODED,
        "desk": TopicName.DESK,
        "enrich": TopicName.ENRICHED,
    }[worker.stage]
    started = worker.said("stage_started")
    before = await count(log, prefix + topic)

    async def has_moved() -> bool:
        # The desk's mark of a new epoch is not yet work.
        return worker.said("stage_started") >= worker.starts and (
            await count(log, prefix + topic) > before + 1
        )

    await until(has_moved, 40, f"{worker.stage} at work (started {started} times)", worker)
