"""What goes first, what waits and what stops: flashes, backlogs and floods on a real broker."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from schemas.raw import RawMessage
from schemas.topics import TopicName
from streams.bench.corpus import Copywriter
from streams.log import open_log
from streams.log.base import TopicLog
from streams.log.headers import raw_record
from streams.worker.app import EXIT_FLOODED
from tests.faults.running import Worker, count, create_topics, drained, every_record, until

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(150)]

BACKLOG = 1200
FLASHES = 5
# What one process of the pool has in hand beyond what is written: six tasks of sixteen messages.
IN_HAND = 6 * 16


copywriter = Copywriter()


def numbered(numbers: range) -> Iterator[RawMessage]:
    return (copywriter.scraped(number, 120) for number in numbers)


async def append(log: TopicLog, topic: str, messages: Iterator[RawMessage]) -> None:
    await log.append([raw_record(message, topic) for message in messages])


def headlines(values: list[bytes | None]) -> list[str]:
    return [orjson.loads(value or b"{}")["headline"] for value in values]


async def test_flashes_are_out_before_the_backlog_is(
    kafka_broker: str, kafka_prefix: str, tmp_path: Path
) -> None:
    items = kafka_prefix + TopicName.ITEMS
    async with open_log(f"kafka://{kafka_broker}") as log:
        await create_topics(log, kafka_prefix, partitions=1)
        raw = kafka_prefix + TopicName.RAW
        await append(log, raw, numbered(range(BACKLOG)))
        worker = Worker(
            kafka_broker, kafka_prefix, tmp_path, ["intake", "desk"], max_ahead_records=100
        )
        try:

            async def begun() -> bool:
                return await count(log, items) > 0

            await until(begun, 60, "the first items", worker)
            await asyncio.to_thread(
                worker.command, "ingest", str(flashes(tmp_path)), "--provider", "oaw"
            )
            await drained(log, kafka_prefix, 90, enrich=False)
            assert await count(log, kafka_prefix + TopicName.RAW_URGENT) == FLASHES
        finally:
            assert worker.stop() == 0
        told = headlines([record.value for record in await every_record(log, items)])
    places = [place for place, headline in enumerate(told) if headline.startswith("FLASH")]
    assert len(places) == FLASHES
    assert len(told) == BACKLOG + FLASHES
    # Of what was in front of them when they came, no more than waits for the desk was.
    assert places[-1] - places[0] < FLASHES + 100 + IN_HAND
    assert places[-1] < BACKLOG


def flashes(folder: Path) -> Path:
    path = folder / "flashes.jsonl"
    lines = [
        {"body": f"FLASH - Reactor number {'abcde'[n] * 4} shut down in {'vwxyz'[n] * 5}\n"}
        for n in range(FLASHES)
    ]
    path.write_bytes(b"".join(orjson.dumps(line) + b"\n" for line in lines))
    return path


async def test_intake_waits_for_the_desk_and_urgent_messages_do_not(
    kafka_broker: str, kafka_prefix: str, tmp_path: Path
) -> None:
    decoded = kafka_prefix + TopicName.DECODED
    raw, urgent = kafka_prefix + TopicName.RAW, kafka_prefix + TopicName.RAW_URGENT
    async with open_log(f"kafka://{kafka_broker}") as log:
        await create_topics(log, kafka_prefix, partitions=1)
        await append(log, raw, numbered(range(500)))
        worker = Worker(kafka_broker, kafka_prefix, tmp_path, ["intake"], max_ahead_records=50)

        async def written(least: int) -> None:
            async def there() -> bool:
                return await count(log, decoded) >= least

            await until(there, 60, f"{least} decoded records", worker)

        try:
            await written(50)
            await asyncio.sleep(1)
            waiting = await count(log, decoded)
            assert 50 <= waiting <= 50 + IN_HAND
            await append(log, urgent, numbered(range(900, 903)))
            await written(waiting + 3)
            await asyncio.sleep(0.5)
            assert await count(log, decoded) == waiting + 3, "and nothing else"
        finally:
            status = worker.stop()
        assert status == 0, "who is asked to stop finishes what is in hand, desk or not"


async def test_a_flood_ends_the_worker_before_the_feed_is_dead_letters(
    kafka_broker: str, kafka_prefix: str, tmp_path: Path
) -> None:
    raw, dead = kafka_prefix + TopicName.RAW, kafka_prefix + TopicName.DEAD
    group = f"{kafka_prefix}wireroom-intake"
    async with open_log(f"kafka://{kafka_broker}") as log:
        await create_topics(log, kafka_prefix, partitions=1)
        await append(log, raw, numbered(range(30)))
        bad = [RawMessage(body=b"\x89PNG\r\n\x1a\n%d" % n, position=f"b:{n}") for n in range(150)]
        await append(log, raw, iter(bad))
        worker = Worker(kafka_broker, kafka_prefix, tmp_path, ["intake"], flood_run=40)
        try:
            assert await asyncio.to_thread(worker.process.wait, 60) == EXIT_FLOODED
            assert (await log.committed(group, raw)) == {0: 30 + 39}
            assert await count(log, dead) == 39
            line = next(
                line for line in worker.log.read_text().splitlines() if "worker_flooded" in line
            )
            told = orjson.loads(line)
            assert told["partition"] == f"{raw}[0]"
            assert (told["first_bad"], told["last_bad"], told["bad"]) == (30, 69, 40)
            assert "STOP_ON_FLOOD=off" in told["go_on"]

            worker.start_again()
            assert await asyncio.to_thread(worker.process.wait, 60) == EXIT_FLOODED
            assert (await log.committed(group, raw)) == {0: 30 + 2 * 39}
            assert await count(log, dead) == 2 * 39

            worker.settings["WORKER__STOP_ON_FLOOD"] = "off"
            worker.start_again()

            async def all_read() -> bool:
                return (await log.committed(group, raw)).get(0) == 180

            await until(all_read, 60, "the rest", worker)
            assert await count(log, dead) == 150
        finally:
            assert worker.stop() in {0, EXIT_FLOODED}
