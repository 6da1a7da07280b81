"""A desk replaced: killed beside a standby, moved, without its disk, with half a journal."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete

from schemas.codec import decode
from schemas.event import EventKind, WireEvent
from schemas.journal import JournalRecord
from schemas.topics import TopicName
from streams.log import open_log
from streams.log.base import TopicLog
from streams.log.headers import raw_record
from streams.log.outgoing import journal_outgoing
from tests.faults.feed import messages
from tests.faults.ledger import Ledger, judge
from tests.faults.running import Worker, count, create_topics, drained, every_record, until
from tests.faults.test_kill import assert_clean, feed, until_written

pytestmark = [pytest.mark.fault, pytest.mark.kafka, pytest.mark.timeout(150)]


class Desks:
    """A feed, an intake, and desks that come and go; in the end the ledger is read."""

    def __init__(self, broker: str, prefix: str, folder: Path, log: TopicLog) -> None:
        self.broker, self.prefix, self.folder, self.log = broker, prefix, folder, log
        self.ledger = Ledger(folder / "ledger.jsonl")
        self.every: list[Worker] = [Worker(broker, prefix, folder, ["intake"])]

    async def start(self, name: str, **options: object) -> Worker:
        """A desk in a folder of its own, ready to be given the partition."""
        (self.folder / name).mkdir()
        desk = Worker(self.broker, self.prefix, self.folder / name, ["desk"], **options)
        self.every.append(desk)
        await self.said(desk, "stage_started")
        return desk

    async def said(self, desk: Worker, event: str, times: int = 1) -> None:
        async def is_said() -> bool:
            return desk.said(event) >= times

        await until(is_said, 40, f"{event} x{times}", desk)

    async def decides(self, desk: Worker) -> float:
        """Wait until more has been decided, not counting a mark; answers how long it took."""
        began = time.monotonic()
        written = await count(self.log, self.prefix + TopicName.DESK)
        await until_written(self.log, self.prefix + TopicName.DESK, written + 4, desk)
        return time.monotonic() - began

    async def two(self) -> tuple[Worker, Worker]:
        """Two that were started one after the other: which has the partition, and which has not.

        The second was not given it, or has given it up in good order.
        """
        desks = []
        for name in ("one", "two"):
            desks.append(await self.start(name))
            await self.decides(desks[-1])
        waiting, working = sorted(desks, key=_epoch)
        return working, waiting

    async def judged(self) -> None:
        await drained(self.log, self.prefix, 60, enrich=False)
        events = await every_record(self.log, self.prefix + TopicName.EVENTS)
        items = await every_record(self.log, self.prefix + TopicName.ITEMS)
        assert_clean((judge(self.ledger.read(), events, items),))


def _epoch(desk: Worker) -> int:
    """The last epoch a desk has begun, 0 for none."""
    lines = [line for line in desk.log.read_text().splitlines() if '"epoch":' in line]
    return int(lines[-1].partition('"epoch":')[2].split(",")[0]) if lines else 0


@asynccontextmanager
async def running(broker: str, prefix: str, folder: Path) -> AsyncIterator[Desks]:
    async with open_log(f"kafka://{broker}") as log:
        await create_topics(log, prefix, partitions=3)
        desks = Desks(broker, prefix, folder, log)
        stop = asyncio.Event()
        feeding = asyncio.create_task(feed(log, prefix, desks.ledger, stop, batch=4, pause_s=0.1))
        try:
            yield desks
            stop.set()
            await feeding
            await desks.judged()
        finally:
            stop.set()
            for worker in desks.every:
                worker.stop()


async def test_a_standby_takes_over_from_a_killed_desk_and_a_new_machine_from_that(
    kafka_broker: str, kafka_prefix: str, tmp_path: Path
) -> None:
    async with running(kafka_broker, kafka_prefix, tmp_path) as desks:
        working, waiting = await desks.two()
        turns = waiting.said("desk_rebuilt")
        working.kill()
        killed = time.monotonic()
        await desks.said(waiting, "desk_rebuilt", turns + 1)
        await desks.decides(waiting)
        after_s = time.monotonic() - killed
        # A machine with an empty disk, and nobody to ask.
        waiting.kill()
        fresh = await desks.start("fresh")
        await desks.decides(fresh)
    rebuilt_s = _seconds(waiting)[-1]
    # Shown by `pytest -rP`.
    print(f"deciding {after_s:.1f} s after the kill, the time-out of 6 s included; "  # noqa: T201
          f"ready {rebuilt_s} s after the assignment")  # fmt: skip
    assert rebuilt_s < 10


async def test_a_desk_that_joins_or_leaves_moves_the_partition_without_a_gap(
    kafka_broker: str, kafka_prefix: str, tmp_path: Path
) -> None:
    async with running(kafka_broker, kafka_prefix, tmp_path) as desks:
        working, waiting = await desks.two()
        turns = waiting.said("desk_rebuilt")
        assert working.stop() == 0
        await desks.said(waiting, "desk_rebuilt", turns + 1)
        await desks.decides(waiting)
    assert _seconds(waiting)[-1] < 10
    assert [desk.process.returncode for desk in desks.every] == [0, 0, 0]


async def test_half_a_journal_keeps_kills_and_a_hole_in_it_is_loud(
    kafka_broker: str, kafka_prefix: str, tmp_path: Path
) -> None:
    journal = kafka_prefix + TopicName.DESK
    feed_once = list(messages(10, versions=3, prefix="short"))
    async with open_log(f"kafka://{kafka_broker}") as log:
        await create_topics(log, kafka_prefix, partitions=3)

        async def sent(number: int, position: str | None = None) -> None:
            raw = feed_once[number]
            if position:
                raw = raw.model_copy(update={"position": position})
            await log.append([raw_record(raw, kafka_prefix + "raw")])

        intake = Worker(kafka_broker, kafka_prefix, tmp_path, ["intake"])
        (tmp_path / "one").mkdir()
        desk = Worker(kafka_broker, kafka_prefix, tmp_path / "one", ["desk"])
        try:
            for number in range(len(feed_once)):
                await sent(number)
            await until_written(log, journal, len(feed_once), desk)
            await drained(log, kafka_prefix, 40, enrich=False)
            assert desk.stop() == 0
            end = await count(log, journal)
            await _forget(kafka_broker, journal, before=end - 2)
            # The first version of a killed item, and of one that went on, once more.
            await sent(0, "again:killed")
            await sent(2, "again:live")
            (tmp_path / "two").mkdir()
            desk = Worker(kafka_broker, kafka_prefix, tmp_path / "two", ["desk"])
            await until_written(log, journal, end + 3, desk)
            await drained(log, kafka_prefix, 40, enrich=False)
            assert desk.stop() == 0
            kinds = {
                event.source.position: event.kind
                for record in await every_record(log, kafka_prefix + TopicName.EVENTS)
                if (event := decode(WireEvent, record.value or b"")).cause is None
            }
            assert kinds["again:killed"] in {EventKind.STALE, EventKind.DUPLICATE}
            assert kinds["again:live"] in {EventKind.STALE, EventKind.DUPLICATE}
            last = decode(JournalRecord, (await every_record(log, journal))[-1].value or b"")
            far = last.model_copy(update={"seq": last.seq + 7, "transport": None})
            await log.append([journal_outgoing(far).record(kafka_prefix)])
            (tmp_path / "three").mkdir()
            desk = Worker(kafka_broker, kafka_prefix, tmp_path / "three", ["desk"])
            status = await asyncio.to_thread(desk.process.wait, 30)
        finally:
            for worker in (intake, desk):
                worker.stop()
    assert status == 2
    said = desk.log.read_text()
    assert f"goes from record {last.seq} to {far.seq}: records are missing" in said
    assert "Traceback" not in said


def _seconds(desk: Worker) -> list[float]:
    """What each rebuild took, as its log says."""
    lines = [line for line in desk.log.read_text().splitlines() if '"desk_rebuilt"' in line]
    return [float(line.partition('"seconds":')[2].split(",")[0].rstrip("}")) for line in lines]


async def _forget(bootstrap: str, topic: str, *, before: int) -> None:
    """Delete a topic's records as its retention would."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.delete_records(
            {TopicPartition(topic, 0): RecordsToDelete(before_offset=before)}
        )
    finally:
        await admin.close()
