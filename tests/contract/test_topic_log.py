"""One suite for both logs: what holds on Kafka holds on SQLite."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiokafka.partitioner import DefaultPartitioner

from schemas.topics import DAY_MS, Topic, TopicName
from streams.errors import ConfigError, TransportError
from streams.log import NewRecord, Record, TopicLog, open_log

ROOT = Path(__file__).resolve().parents[2]

RAW = Topic(TopicName.RAW, 4, 7 * DAY_MS)
DECODED = Topic(TopicName.DECODED, 1, 7 * DAY_MS)
ITEMS = Topic(TopicName.ITEMS, 3, 30 * DAY_MS, compacted=True)


@pytest.fixture(params=["sqlite", pytest.param("kafka", marks=pytest.mark.kafka)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/wire.db"
    return f"kafka://{request.getfixturevalue('kafka_broker')}"


@pytest.fixture
def open_it(url: str) -> Callable[[], TopicLog]:
    return lambda: open_log(url, max_body_bytes=100_000)


@pytest.fixture
async def log(open_it: Callable[[], TopicLog], kafka_prefix: str):
    async with open_it() as log:
        await log.create_topics([RAW, DECODED, ITEMS], prefix=kafka_prefix)
        yield log


@pytest.fixture
def decoded(kafka_prefix: str) -> str:
    return DECODED.full_name(kafka_prefix)


@pytest.fixture
def raw(kafka_prefix: str) -> str:
    return RAW.full_name(kafka_prefix)


@pytest.fixture
def items(kafka_prefix: str) -> str:
    return ITEMS.full_name(kafka_prefix)


def some(topic: str, count: int, *, start: int = 0, key: bytes = b"k") -> list[NewRecord]:
    return [NewRecord(topic, key, b"%d" % number) for number in range(start, start + count)]


async def all_of(log: TopicLog, topic: str, start="earliest") -> list[Record]:
    found: list[Record] = []
    async for batch in log.read(topic, start, await log.end_offsets(topic)):
        found += batch
    return found


async def test_records_come_back_in_order_and_whole(log, decoded):
    placed = await log.append(some(decoded, 1200))
    found = await all_of(log, decoded)
    assert [(r.partition, r.offset) for r in found] == placed
    assert [r.value for r in found] == [b"%d" % n for n in range(1200)]
    assert [r.offset for r in found] == list(range(1200))


async def test_every_byte_of_key_value_and_headers_survives(log, raw):
    every = bytes(range(256))
    headers = (("provider", b"afp"), ("ce_id", every), ("provider", b""), ("h\u00e9", b"x"))
    await log.append([NewRecord(raw, every, every * 3, headers), NewRecord(raw, b"", b"")])
    found = {r.key: r for r in await all_of(log, raw)}
    assert found[every].value == every * 3
    assert found[every].headers == headers
    assert found[every].header("provider") == b""
    assert found[every].header("absent") is None
    assert found[b""].value == b""
    assert found[b""].headers == ()


async def test_the_append_time_is_the_logs_own(log, decoded):
    before = datetime.now(UTC)
    await log.append(some(decoded, 1))
    (record,) = await all_of(log, decoded)
    slack = timedelta(seconds=2)
    assert before - slack <= record.appended_at <= datetime.now(UTC) + slack
    assert record.appended_at.utcoffset() == timedelta(0)


async def test_a_tombstone_is_a_record_without_value(log, items):
    await log.append([NewRecord(items, b"k", b"v"), NewRecord(items, b"k", None)])
    assert [r.value for r in await all_of(log, items)] == [b"v", None]


async def test_a_key_lands_in_the_partition_that_kafka_gives_it(log, raw):
    keys = [b"afp", b"reuters", b"dpa", "a\u00e9rien".encode(), b"", b"urn:newsml:afp.com:1:2"]
    placed = await log.append([NewRecord(raw, key, b"v") for key in keys])
    partitions = list(range(4))
    kafkas = DefaultPartitioner()
    assert [partition for partition, _ in placed] == [
        kafkas(key, partitions, partitions) for key in keys
    ]


async def test_records_without_a_key_keep_their_order(log, raw):
    await log.append([NewRecord(raw, None, b"%d" % n) for n in range(50)])
    found = await all_of(log, raw)
    assert [r.value for r in found] == [b"%d" % n for n in range(50)]
    assert {r.key for r in found} == {None}


async def test_a_named_partition_is_respected_and_a_wrong_one_refused(log, raw):
    assert await log.append([NewRecord(raw, b"afp", b"v", partition=3)]) == [(3, 0)]
    for wrong in (4, -1):
        with pytest.raises(TransportError, match="partitions 0 to 3"):
            await log.append([NewRecord(raw, b"afp", b"v", partition=wrong)])


async def test_nothing_to_append_is_nothing(log):
    assert await log.append([]) == []


async def test_following_gives_empty_batches_then_what_arrives(log, decoded):
    async with aclosing(log.read(decoded)) as batches:
        assert await asyncio.wait_for(anext(batches), 3) == []
        await log.append(some(decoded, 3))
        found: list[Record] = []
        while len(found) < 3:
            found += await asyncio.wait_for(anext(batches), 3)
        assert [r.offset for r in found] == [0, 1, 2]
        assert await asyncio.wait_for(anext(batches), 3) == []


async def test_empty_batches_come_at_least_every_second(log, decoded):
    loop = asyncio.get_running_loop()
    async with aclosing(log.read(decoded)) as batches:
        await anext(batches)
        for _ in range(3):
            asked = loop.time()
            assert await anext(batches) == []
            # The wait itself is half a second; the rest is for a busy machine.
            assert loop.time() - asked < 1.5


async def test_latest_begins_with_what_comes_after(log, decoded):
    await log.append(some(decoded, 5))
    async with aclosing(log.read(decoded, "latest")) as batches:
        assert await anext(batches) == []
        await log.append(some(decoded, 2, start=5))
        found: list[Record] = []
        while len(found) < 2:
            found += await anext(batches)
    assert [r.value for r in found] == [b"5", b"6"]


async def test_reading_begins_and_ends_at_the_offsets_asked_for(log, raw):
    for partition in (0, 1):
        await log.append([NewRecord(raw, b"k", b"%d" % n, partition=partition) for n in range(10)])
    found: list[Record] = []
    async for batch in log.read(raw, {0: 4}, {0: 7, 1: 2}):
        found += batch
    places = sorted((r.partition, r.offset) for r in found)
    assert places == [(0, 4), (0, 5), (0, 6), (1, 0), (1, 1)]


async def test_a_stop_that_is_already_reached_ends_at_once(log, raw):
    assert [b async for b in log.read(raw, "earliest", await log.end_offsets(raw))] == []
    await log.append(some(raw, 3))
    end = await log.end_offsets(raw)
    assert [b async for b in log.read(raw, end, end)] == []
    assert [b async for b in log.read(raw, "latest", end)] == []
    assert [b async for b in log.read(raw, "earliest", {})] == []


async def test_a_stop_ahead_is_waited_for(log, decoded):
    await log.append(some(decoded, 1))

    async def read() -> list[Record]:
        return [r async for batch in log.read(decoded, "earliest", {0: 3}) for r in batch]

    reading = asyncio.create_task(read())
    await asyncio.sleep(0.2)
    await log.append(some(decoded, 5, start=1))
    assert [r.value for r in await asyncio.wait_for(reading, 5)] == [b"0", b"1", b"2"]


async def test_an_offset_that_is_not_there_begins_with_the_first_record(log, decoded):
    await log.append(some(decoded, 3))
    found = await all_of(log, decoded, {0: 99})
    assert [r.offset for r in found] == [0, 1, 2]


async def test_offsets_of_an_empty_and_a_filled_topic(log, raw):
    assert await log.begin_offsets(raw) == {0: 0, 1: 0, 2: 0, 3: 0}
    assert await log.end_offsets(raw) == {0: 0, 1: 0, 2: 0, 3: 0}
    await log.append([NewRecord(raw, b"k", b"v", partition=2)] * 3)
    assert await log.end_offsets(raw) == {0: 0, 1: 0, 2: 3, 3: 0}


async def test_commits_are_kept_by_group_and_topic(open_it, log, raw, decoded, kafka_prefix):
    group = f"{kafka_prefix}intake"
    assert await log.committed(group, raw) == {}
    await log.append(some(raw, 20))
    await log.commit(group, raw, {0: 3, 2: 0})
    await log.commit(group, raw, {2: 5})
    await log.commit(group, decoded, {0: 1})
    assert await log.committed(group, raw) == {0: 3, 2: 5}
    assert await log.committed(f"{kafka_prefix}other", raw) == {}
    async with open_it() as again:
        assert await again.committed(group, raw) == {0: 3, 2: 5}
        assert await again.committed(group, decoded) == {0: 1}


async def test_a_missing_topic_is_named_with_the_way_out(log):
    missing = "no.such.topic"
    for attempt in (
        lambda: log.append(some(missing, 1)),
        lambda: log.end_offsets(missing),
        lambda: log.begin_offsets(missing),
        lambda: log.committed("g", missing),
        lambda: log.commit("g", missing, {0: 1}),
        lambda: anext(log.read(missing)),
    ):
        with pytest.raises(TransportError, match=r"no\.such\.topic.*wireroom topics apply"):
            await attempt()


async def test_a_missing_partition_cannot_be_committed(log, raw):
    with pytest.raises(TransportError, match="partitions 0 to 3"):
        await log.commit("g", raw, {4: 1})


@pytest.mark.parametrize("name", ["d\u00e9p\u00eaches", "", "a b", "a/b", "a\x00b", ".", "x" * 250])
async def test_a_topic_name_that_kafka_refuses_is_refused(log, name):
    with pytest.raises(ConfigError, match="cannot name a topic"):
        await log.append([NewRecord(name, b"k", b"v")])
    with pytest.raises(ConfigError, match="cannot name a topic"):
        await anext(log.read(name))


async def test_a_prefix_that_kafka_refuses_is_refused(log):
    with pytest.raises(ConfigError, match="cannot name a topic"):
        await log.create_topics([RAW], prefix="fil \u00e9.")


async def test_the_largest_record_passes_and_a_larger_one_is_refused_with_its_neighbours(
    log, decoded
):
    limit = int(100_000 * 1.4) + 64 * 1024
    # Incompressible, so that the broker meets the whole size.
    body = os.urandom(limit - 1)
    await log.append([NewRecord(decoded, b"k", body)])
    with pytest.raises(TransportError, match="larger than"):
        await log.append([*some(decoded, 3), NewRecord(decoded, b"k", body + b"x")])
    (record,) = await all_of(log, decoded)
    assert record.value == body


async def test_a_compacted_topic_takes_no_record_without_a_key(log, items):
    with pytest.raises(TransportError):
        await log.append([NewRecord(items, None, b"v")])
    await log.append([NewRecord(items, b"k", b"v")])
    assert len(await all_of(log, items)) == 1


async def test_a_record_of_nothing_is_refused(log, decoded):
    with pytest.raises(TransportError, match="neither key nor value"):
        await log.append([NewRecord(decoded, None, None)])


async def test_topics_are_created_once(log, open_it, kafka_prefix):
    created = await log.create_topics([RAW, Topic(TopicName.DEAD, 2, None)], prefix=kafka_prefix)
    assert created == [f"{kafka_prefix}dead"]
    async with open_it() as again:
        ours = {n: c for n, c in (await again.topics()).items() if n.startswith(kafka_prefix)}
    assert ours == {
        f"{kafka_prefix}dead": 2,
        f"{kafka_prefix}decoded": 1,
        f"{kafka_prefix}items": 3,
        f"{kafka_prefix}raw": 4,
    }


async def test_concurrent_appends_lose_nothing(log, raw):
    await asyncio.gather(
        *(log.append(some(raw, 20, start=100 * n, key=b"%d" % n)) for n in range(10))
    )
    found = await all_of(log, raw)
    for n in range(10):
        mine = [int(r.value) for r in found if r.key == b"%d" % n]
        assert mine == list(range(100 * n, 100 * n + 20))


APPENDER = """
import asyncio, sys
from streams.log import NewRecord, open_log

async def main(url, topic, batches, size):
    async with open_log(url) as log:
        for batch in range(batches):
            numbers = range(batch * size, (batch + 1) * size)
            await log.append([NewRecord(topic, b"k", b"%d" % n) for n in numbers])
            print(batch, flush=True)

asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))
"""


def append_elsewhere(url: str, topic: str, batches: int, size: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", APPENDER, url, topic, str(batches), str(size)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )


async def test_what_another_process_appends_is_followed(log, url, decoded):
    process = append_elsewhere(url, decoded, 20, 10)
    try:
        found: list[Record] = []
        async with aclosing(log.read(decoded)) as batches:
            while len(found) < 200:
                found += await asyncio.wait_for(anext(batches), 20)
        assert [int(r.value) for r in found] == list(range(200))
        assert await asyncio.to_thread(process.wait, 20) == 0
    finally:
        process.kill()
        process.communicate()


@pytest.mark.usefixtures("log")
async def test_what_was_acknowledged_survives_a_killed_writer(url, open_it, decoded):
    process = append_elsewhere(url, decoded, 100_000, 25)
    acknowledged = -1
    while acknowledged < 12:
        acknowledged = int(await asyncio.to_thread(process.stdout.readline))
    process.kill()
    rest, _ = await asyncio.to_thread(process.communicate)
    whole_lines = rest.rpartition("\n")[0].split()
    acknowledged = int(whole_lines[-1]) if whole_lines else acknowledged
    async with open_it() as again:
        numbers = [int(r.value) for r in await all_of(again, decoded)]
        assert numbers[: (acknowledged + 1) * 25] == list(range((acknowledged + 1) * 25))
        assert numbers == list(range(len(numbers)))
        if url.startswith("sqlite"):
            assert len(numbers) % 25 == 0, "a batch was torn"
        assert await again.append(some(decoded, 1)) == [(0, len(numbers))]


@pytest.mark.usefixtures("log")
async def test_closing_the_log_ends_those_who_follow_it(open_it, decoded):
    async with open_it() as other:
        seen = asyncio.Event()

        async def follow() -> None:
            async for _ in other.read(decoded):
                seen.set()

        following = [asyncio.create_task(follow()) for _ in range(3)]
        await asyncio.wait_for(seen.wait(), 5)
    await asyncio.wait_for(asyncio.gather(*following), 5)


async def test_a_follower_that_is_cancelled_leaves_the_log_usable(log, decoded):
    async def follow() -> None:
        async with aclosing(log.read(decoded)) as batches:
            async for _ in batches:
                pass

    following = asyncio.create_task(follow())
    await asyncio.sleep(0.3)
    following.cancel()
    with pytest.raises(asyncio.CancelledError):
        await following
    assert await log.append(some(decoded, 1)) == [(0, 0)]


async def test_a_closed_log_says_so(open_it, decoded):
    log = open_it()
    with pytest.raises(TransportError, match="closed"):
        await log.append(some(decoded, 1))
    with pytest.raises(TransportError, match="closed"):
        await anext(log.read(decoded))
