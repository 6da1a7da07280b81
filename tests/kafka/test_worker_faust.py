"""What Faust does by itself, and what our workarounds make of it: on a real broker.

When a test of the first sort fails, Faust has changed and the workaround may go.
"""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from schemas.topics import Topic, TopicName
from streams.log import open_log
from streams.log.base import NewRecord, Record, TopicLog
from streams.worker.faust_compat import (
    App,
    EventOfBytes,
    Profile,
    StreamOfBytes,
    add_agent,
    batches,
    create_app,
    in_hand,
    record_of,
)

pytestmark = [
    pytest.mark.kafka,
    # Faust and mode leave tasks and loggers behind when an app is stopped in mid-flight.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]

ROOT = Path(__file__).resolve().parents[2]

TEN = [b"%d" % number for number in range(10)]


class Place:
    """A topic of one partition with ten records, and the app that reads it."""

    def __init__(self, log: TopicLog, bootstrap: str, prefix: str) -> None:
        self.log = log
        self.topic = prefix + TopicName.RAW
        self.group = f"{prefix}group"
        self.seen: list[bytes | None] = []
        self._bootstrap = bootstrap

    def app(self) -> App:
        return create_app(
            Profile(
                group=self.group,
                broker=f"kafka://{self._bootstrap}",
                security=None,
                session_timeout_s=6,
                send_timeout_s=30,
                instance_id=None,
                buffer_records=100,
                max_record_bytes=1_000_000,
            )
        )

    async def run(self, agent: Callable[[App, StreamOfBytes], Awaitable[None]], until: int) -> App:
        """Run an app with an agent until so many records were seen, or it crashed; stop it."""
        app = self.app()
        add_agent(app, self.topic, "agent", lambda stream: agent(app, stream))
        await app.start()
        for _ in range(150):
            if len(self.seen) >= until or app.crash_reason:
                break
            await asyncio.sleep(0.1)
        await asyncio.sleep(0.7)  # a commit's interval
        await asyncio.wait_for(app.stop(), 20)
        return app

    async def committed(self) -> int:
        return (await self.log.committed(self.group, self.topic)).get(0, 0)


@pytest.fixture
async def place(kafka_broker: str, kafka_prefix: str) -> AsyncIterator[Place]:
    async with open_log(f"kafka://{kafka_broker}") as log:
        await log.create_topics([Topic(TopicName.RAW, 1, None)], prefix=kafka_prefix)
        place = Place(log, kafka_broker, kafka_prefix)
        await log.append([NewRecord(place.topic, b"k", value) for value in TEN])
        yield place


def taken(events: list[EventOfBytes]) -> list[bytes | None]:
    return [record_of(event).value for event in events]


async def test_faust_loses_what_an_agent_raised_on(place: Place) -> None:
    async def agent(_app: App, stream: StreamOfBytes) -> None:
        async for events in stream.take_events(4, within=0.05):
            place.seen.extend(taken(events))
            if b"3" in taken(events):
                raise RuntimeError("on purpose")

    await place.run(agent, until=10)
    assert place.seen.count(b"3") == 1
    assert await place.committed() == 10, "the batch was acknowledged though it failed"


# A process of its own: a crashed app leaves its connections to the end of its process.
_CRASHING = """
import asyncio, os, sys
from streams.worker.faust_compat import *

group, broker, topic = sys.argv[1:]

async def agent(stream):
    async for events in batches(stream, 4):
        if any(event.message.value == b"5" for event in events):
            await stop_without_ack(app, RuntimeError("on purpose"))
        for event in events:
            event.ack()

async def main():
    global app
    app = create_app(Profile(group, broker, None, 6, 30, None, 100, 1_000_000))
    add_agent(app, topic, "agent", agent)
    await app.start()
    await app.wait_until_stopped()
    os._exit(3 if app.crash_reason else 0)

asyncio.run(main())
"""


async def test_a_stop_without_ack_leaves_the_batch_to_be_read_again(
    place: Place, kafka_broker: str
) -> None:
    command = [sys.executable, "-c", _CRASHING, place.group, f"kafka://{kafka_broker}", place.topic]
    process = await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, stderr=asyncio.subprocess.DEVNULL
    )
    assert await asyncio.wait_for(process.wait(), 40) == 3
    before = await place.committed()
    assert before <= 5

    async def working(_app: App, stream: StreamOfBytes) -> None:
        async for events in batches(stream, 4):
            place.seen.extend(taken(list(events)))
            for event in events:
                event.ack()

    await place.run(working, until=10 - before)
    assert place.seen == TEN[before:]
    assert await place.committed() == 10


async def test_values_arrive_as_they_are_tombstones_and_rubbish_too(place: Place) -> None:
    odd = [None, b"", b"\xff\xfe\x00", b"{broken json"]
    await place.log.append(
        [NewRecord(place.topic, b"\xff", value, (("h", b"\x00\xff"),)) for value in odd]
    )
    records: list[Record] = []

    async def agent(_app: App, stream: StreamOfBytes) -> None:
        async for events in batches(stream, 4):
            records.extend(record_of(event) for event in events)
            place.seen.extend(taken(list(events)))
            for event in events:
                event.ack()

    await place.run(agent, until=14)
    assert place.seen == TEN + odd
    assert records[-1].key == b"\xff"
    assert records[-1].headers == (("h", b"\x00\xff"),)
    end = await place.log.end_offsets(place.topic)
    read = [r async for b in place.log.read(place.topic, "earliest", stop=end) for r in b]
    assert records == read, "the same record, whichever client read it"


async def test_an_app_makes_no_topic_no_folder_and_no_web_server(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    before = await place.log.topics()
    answers: list[bool] = []

    async def agent(_app: App, stream: StreamOfBytes) -> None:
        async for events in batches(stream, 4):
            place.seen.extend(taken(list(events)))
            with socket.socket() as probe:
                answers.append(probe.connect_ex(("127.0.0.1", 6066)) != 0)
            for event in events:
                event.ack()

    app = await place.run(agent, until=10)
    assert await place.log.topics() == before
    assert list(tmp_path.iterdir()) == []  # noqa: ASYNC240
    assert not app.conf.appdir.exists()
    assert all(answers)


async def test_the_producer_writes_nothing_twice_after_a_lost_answer(place: Place) -> None:
    app = place.app()
    add_agent(app, place.topic, "agent", _ignore)
    await app.start()
    inner = app.producer._producer
    idempotent = inner._txn_manager is not None
    await app.stop()
    assert idempotent


async def _ignore(stream: StreamOfBytes) -> None:
    async for events in batches(stream, 4):
        for event in events:
            event.ack()


class TwoLanes:
    """A topic of three partitions with 2,000 records, whose agent stands still, and a free one."""

    def __init__(self, log: TopicLog, prefix: str) -> None:
        self.log = log
        self.busy, self.free = prefix + TopicName.RAW, prefix + TopicName.RAW_URGENT
        self.seen: list[bytes | None] = []
        self.taken = 0
        self.go_on = asyncio.Event()

    async def fill(self, prefix: str) -> None:
        topics = [Topic(TopicName.RAW, 3, None), Topic(TopicName.RAW_URGENT, 1, None)]
        await self.log.create_topics(topics, prefix=prefix)
        await self.log.append(
            [NewRecord(self.busy, b"k", b"%d" % n, partition=n % 3) for n in range(2000)]
        )

    async def still(self, stream: StreamOfBytes) -> None:
        async for events in batches(stream, 4):
            await self.go_on.wait()
            self.taken += len(events)
            for event in events:
                event.ack()

    async def moving(self, stream: StreamOfBytes) -> None:
        async for events in batches(stream, 4):
            self.seen.extend(taken(list(events)))
            for event in events:
                event.ack()

    async def until(self, what: Callable[[], bool], seconds: float) -> None:
        async with asyncio.timeout(seconds):
            while not what():  # noqa: ASYNC110  (a condition of many sorts)
                await asyncio.sleep(0.02)


async def test_a_full_buffer_holds_up_no_other_topic_and_goes_on_at_once(
    place: Place, kafka_prefix: str
) -> None:
    lanes = TwoLanes(place.log, f"{kafka_prefix}two.")
    await lanes.fill(f"{kafka_prefix}two.")
    app = place.app()  # buffers of 100 records
    add_agent(app, lanes.busy, "busy", lanes.still)
    add_agent(app, lanes.free, "free", lanes.moving)
    await app.start()
    try:
        await lanes.until(lambda: in_hand(app) >= 80, 20)
        await asyncio.sleep(1)
        assert in_hand(app) <= 100 + 4, "a buffer, and a batch taken from it"
        for number in range(3):
            await place.log.append([NewRecord(lanes.free, b"k", b"%d" % number)])
            await lanes.until(lambda: len(lanes.seen) == number + 1, 2)  # noqa: B023
        lanes.go_on.set()
        # Twenty fillings of the buffer: with a second's sleep in each they would take that.
        await lanes.until(lambda: lanes.taken == 2000, 15)
    finally:
        lanes.go_on.set()
        await asyncio.wait_for(app.stop(), 20)


async def test_a_record_larger_than_a_fetch_comes_all_the_same(place: Place) -> None:
    large = [b"x" * 5_000_000, b"y" * 5_000_000]
    await place.log.append([NewRecord(place.topic, b"k", value) for value in large])
    await place.log.append([NewRecord(place.topic, b"k", b"last")])

    async def agent(_app: App, stream: StreamOfBytes) -> None:
        async for events in batches(stream, 4):
            place.seen.extend(taken(list(events)))
            for event in events:
                event.ack()

    await place.run(agent, until=13)
    assert place.seen == [*TEN, *large, b"last"]
