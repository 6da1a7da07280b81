"""What a broker that is down, goes away or freezes does to the log."""

from __future__ import annotations

import asyncio
import logging
import socket
import time
from contextlib import aclosing

import pytest

from schemas.topics import DAY_MS, Topic, TopicName
from streams.errors import TransportError
from streams.log import NewRecord, open_log
from streams.log.kafka import KafkaLog

RAW = Topic(TopicName.RAW, 2, 7 * DAY_MS)


async def open_and_close(url: str, **options) -> None:
    async with open_log(url, **options):
        pass


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


async def test_a_port_where_nothing_listens_is_one_clear_line(caplog):
    port = free_port()
    begun = time.monotonic()
    with pytest.raises(TransportError) as caught:
        await open_and_close(f"kafka://127.0.0.1:{port}")
    assert time.monotonic() - begun < 5
    assert str(caught.value) == f"no Kafka broker at 127.0.0.1:{port}: nothing listens there"
    assert caught.value.retryable
    assert [r for r in caplog.records if r.levelno >= logging.WARNING] == []


async def test_an_unknown_host_is_one_clear_line():
    with pytest.raises(TransportError, match=r"no Kafka broker at no-such\.invalid:9092: "):
        await open_and_close("kafka://no-such.invalid")


async def test_a_listener_that_never_answers_is_given_up_in_time():
    with socket.create_server(("127.0.0.1", 0)) as mute:
        port = mute.getsockname()[1]
        begun = time.monotonic()
        with pytest.raises(TransportError, match="no answer in 1 s"):
            await open_and_close(f"kafka://127.0.0.1:{port}", connect_timeout_s=1.0)
        assert time.monotonic() - begun < 4


async def test_something_that_is_not_kafka_is_told_apart():
    async def hang_up(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        with pytest.raises(TransportError, match="closes the connection"):
            await open_and_close(f"kafka://127.0.0.1:{port}", connect_timeout_s=1.0)


@pytest.mark.kafka
async def test_one_living_broker_among_the_named_is_enough(kafka_broker):
    await open_and_close(f"kafka://127.0.0.1:{free_port()},{kafka_broker}")


@pytest.mark.kafka
async def test_a_killed_broker_is_ridden_out_without_loss_or_order_broken(own_broker, kafka_prefix):
    total, topic, group = 60, RAW.full_name(kafka_prefix), f"{kafka_prefix}g"
    appended: list[int] = []
    async with open_log(own_broker.url) as log:
        await log.create_topics([RAW], prefix=kafka_prefix)

        async def append() -> None:
            for number in range(total):
                await log.append([NewRecord(topic, b"k", b"%d" % number)])
                appended.append(number)
                await asyncio.sleep(0.05)

        async def follow() -> list[int]:
            found: list[int] = []
            async with aclosing(log.read(topic)) as batches:
                while len(found) < total:
                    found += [int(r.value) for r in await anext(batches)]
            return found

        appending, following = asyncio.create_task(append()), asyncio.create_task(follow())
        await asyncio.sleep(0.7)
        await asyncio.to_thread(own_broker.kill)
        before = len(appended)
        assert 0 < before < total
        await asyncio.sleep(2)
        assert len(appended) <= before + 1
        await asyncio.to_thread(own_broker.start)
        await asyncio.wait_for(appending, 30)
        # Appended once each, in order: the idempotent producer neither loses nor repeats.
        assert await asyncio.wait_for(following, 30) == list(range(total))
        assert await log.committed(group, topic) == {}
        await log.commit(group, topic, {0: 1})
        await asyncio.to_thread(own_broker.restart)
        assert await log.committed(group, topic) == {0: 1}
        assert sum((await log.end_offsets(topic)).values()) == total
        assert (await log.topics())[topic] == 2


@pytest.mark.kafka
async def test_a_broker_away_for_too_long_is_an_error_and_nothing_is_written_later(
    own_broker, kafka_prefix
):
    topic = RAW.full_name(kafka_prefix)
    log = KafkaLog([own_broker.bootstrap], ride_out_s=2.0)
    async with log:
        await log.create_topics([RAW], prefix=kafka_prefix)
        await log.append([NewRecord(topic, b"k", b"before")])
        following = asyncio.create_task(follow_until_error(log, topic))
        await asyncio.to_thread(own_broker.kill)
        begun = time.monotonic()
        with pytest.raises(TransportError, match="acknowledged nothing for 2 s") as caught:
            await log.append([NewRecord(topic, b"k", b"lost")])
        assert caught.value.retryable
        assert time.monotonic() - begun < 6
        with pytest.raises(TransportError):
            await log.end_offsets(topic)
        error = await asyncio.wait_for(following, 20)
        assert error.retryable
        await asyncio.to_thread(own_broker.start)
        await log.append([NewRecord(topic, b"k", b"after")])
        end = await log.end_offsets(topic)
        values = [r.value async for batch in log.read(topic, stop=end) for r in batch]
        assert values == [b"before", b"after"]


async def follow_until_error(log: KafkaLog, topic: str) -> TransportError:
    try:
        async for _ in log.read(topic):
            pass
    except TransportError as error:
        return error
    raise AssertionError("the log was closed, not failed")


@pytest.mark.kafka
async def test_a_frozen_broker_delays_and_loses_nothing(own_broker, kafka_prefix):
    topic = RAW.full_name(kafka_prefix)
    async with open_log(own_broker.url) as log:
        await log.create_topics([RAW], prefix=kafka_prefix)
        await log.append([NewRecord(topic, b"k", b"0")])
        own_broker.pause()
        appending = asyncio.create_task(log.append([NewRecord(topic, b"k", b"1")]))
        await asyncio.sleep(4)  # longer than the broker's own session
        assert not appending.done()
        own_broker.resume()
        await asyncio.wait_for(appending, 30)
        end = await log.end_offsets(topic)
        values = [r.value async for batch in log.read(topic, stop=end) for r in batch]
        assert values == [b"0", b"1"]


@pytest.mark.kafka
async def test_closing_with_the_broker_away_is_quick_and_quiet(own_broker, kafka_prefix, caplog):
    topic = RAW.full_name(kafka_prefix)
    async with open_log(own_broker.url) as log:
        await log.create_topics([RAW], prefix=kafka_prefix)
        await log.append([NewRecord(topic, b"k", b"v")])
        appending = asyncio.create_task(log.append([NewRecord(topic, b"k", b"v")] * 3))
        await asyncio.to_thread(own_broker.kill)
        begun = time.monotonic()
    assert time.monotonic() - begun < 12
    # Acknowledged before the kill, or told that it was not.
    (outcome,) = await asyncio.gather(appending, return_exceptions=True)
    assert isinstance(outcome, TransportError) or len(outcome) == 3
    assert [r for r in caplog.records if r.levelno >= logging.WARNING] == []
