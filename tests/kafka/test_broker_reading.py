"""What Kafka leaves in its topics besides records must not confuse a reader."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.admin.records_to_delete import RecordsToDelete
from aiokafka.structs import TopicPartition

from schemas.topics import CATALOGUE, DAY_MS, Topic, TopicName
from streams.errors import TransportError
from streams.log import KafkaSecurity, NewRecord, TopicLog, open_log
from streams.log.kafka_reader import KafkaReader

pytestmark = pytest.mark.kafka

RAW = Topic(TopicName.RAW, 1, 7 * DAY_MS)


@asynccontextmanager
async def administering(bootstrap: str) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        yield admin
    finally:
        await admin.close()


async def create(log: TopicLog, bootstrap: str, topic: NewTopic) -> None:
    async with administering(bootstrap) as admin:
        await admin.create_topics([topic])
    for _ in range(100):
        if topic.name in await log.topics():
            return
        await asyncio.sleep(0.05)


async def values(log: TopicLog, topic: str) -> list[bytes | None]:
    end = await log.end_offsets(topic)
    return [r.value async for batch in log.read(topic, stop=end) for r in batch]


async def test_a_reader_ends_behind_the_marker_of_a_transaction(kafka_broker, kafka_prefix):
    topic = RAW.full_name(kafka_prefix)
    async with open_log(f"kafka://{kafka_broker}") as log:
        await log.create_topics([RAW], prefix=kafka_prefix)
        producer = AIOKafkaProducer(bootstrap_servers=kafka_broker, transactional_id=kafka_prefix)
        async with producer:
            async with producer.transaction():
                await producer.send_and_wait(topic, b"kept")
            await producer.begin_transaction()
            await producer.send_and_wait(topic, b"aborted")
            await producer.abort_transaction()
        end = await log.end_offsets(topic)
        assert end == {0: 4}, "two records, and two markers that no reader sees"
        assert await asyncio.wait_for(values(log, topic), 10) == [b"kept"]
        await log.append([NewRecord(topic, b"k", b"plain")])
        assert await asyncio.wait_for(values(log, topic), 10) == [b"kept", b"plain"]


async def test_a_reader_ends_behind_the_holes_of_compaction(kafka_broker, kafka_prefix):
    topic = f"{kafka_prefix}compacted"
    config = {"cleanup.policy": "compact", "segment.ms": "100", "min.cleanable.dirty.ratio": "0.01"}
    async with open_log(f"kafka://{kafka_broker}") as log:
        await create(log, kafka_broker, NewTopic(topic, 1, 1, topic_configs=config))
        for number in range(40):
            await log.append([NewRecord(topic, b"k%d" % (number % 4), b"%d" % number)])
        for _ in range(60):
            await asyncio.sleep(0.5)
            # A record begins a new segment; only segments that are closed are compacted.
            await log.append([NewRecord(topic, b"last", b"x")])
            found = await asyncio.wait_for(values(log, topic), 10)
            # The cleaner may have been by before the last of them were written.
            if len(kept := [v for v in found if v != b"x"]) == 4:
                break
        else:
            pytest.fail("the broker did not compact in 30 s")
        assert kept == [b"36", b"37", b"38", b"39"]


async def test_a_reader_whose_place_was_deleted_goes_on_with_the_first_kept(
    kafka_broker, kafka_prefix
):
    topic = RAW.full_name(kafka_prefix)
    async with open_log(f"kafka://{kafka_broker}") as log:
        await log.create_topics([RAW], prefix=kafka_prefix)
        await log.append([NewRecord(topic, b"k", b"%d" % n) for n in range(10)])
        async with administering(kafka_broker) as admin:
            await admin.delete_records({TopicPartition(topic, 0): RecordsToDelete(7)})
        assert await log.begin_offsets(topic) == {0: 7}
        end = await log.end_offsets(topic)
        found = [r.offset async for batch in log.read(topic, {0: 2}, end) for r in batch]
        assert found == [7, 8, 9]


async def test_the_catalogue_is_created_with_its_settings(kafka_broker, kafka_prefix):
    async with open_log(f"kafka://{kafka_broker}") as log:
        created = await log.create_topics(list(CATALOGUE.values()), prefix=kafka_prefix)
        assert len(created) == len(CATALOGUE)
        await log.append([NewRecord(f"{kafka_prefix}items", b"k", bytes(8 * 1024 * 1024))])
    resource = ConfigResource(ConfigResourceType.TOPIC, f"{kafka_prefix}items")
    async with administering(kafka_broker) as admin:
        (answer,) = await admin.describe_configs([resource])
    settings = {entry[0]: entry[1] for entry in answer.resources[0][4]}
    assert settings["cleanup.policy"] == "compact,delete"
    assert settings["retention.ms"] == str(30 * DAY_MS)
    assert settings["message.timestamp.type"] == "LogAppendTime"
    assert int(settings["max.message.bytes"]) > 11_000_000


async def test_a_topic_with_a_smaller_limit_refuses_in_words(kafka_broker, kafka_prefix):
    topic = f"{kafka_prefix}small"
    config = {"max.message.bytes": "2000"}
    async with open_log(f"kafka://{kafka_broker}") as log:
        await create(log, kafka_broker, NewTopic(topic, 1, 1, topic_configs=config))
        with pytest.raises(TransportError, match=r"larger than the topic takes"):
            await log.append([NewRecord(topic, b"k", os.urandom(4000))])
        await log.append([NewRecord(topic, b"k", b"v")])
        assert await values(log, topic) == [b"v"]


async def test_a_topic_that_needs_more_replicas_than_brokers_is_refused_in_words(
    kafka_broker, kafka_prefix
):
    async with open_log(f"kafka://{kafka_broker}", replication_factor=3) as log:
        with pytest.raises(TransportError, match=r"could not be created: .*replication factor"):
            await log.create_topics([RAW], prefix=kafka_prefix)


async def test_offsets_of_a_group_with_live_members_are_refused_in_words(
    kafka_broker, kafka_prefix
):
    topic = RAW.full_name(kafka_prefix)
    async with open_log(f"kafka://{kafka_broker}") as log:
        await log.create_topics([RAW], prefix=kafka_prefix)
        member = AIOKafkaConsumer(topic, bootstrap_servers=kafka_broker, group_id=kafka_prefix)
        async with member:
            with pytest.raises(TransportError, match="live members"):
                await log.commit(kafka_prefix, topic, {0: 0})


async def test_a_reader_does_not_wait_for_ever_for_what_is_said_to_be_there(
    kafka_broker, kafka_prefix
):
    topic = RAW.full_name(kafka_prefix)
    async with open_log(f"kafka://{kafka_broker}") as log:
        await log.create_topics([RAW], prefix=kafka_prefix)
        await log.append([NewRecord(topic, b"k", b"%d" % number) for number in range(3)])
    # The end of the partition was lost, as when a replica that lagged was made its leader.
    ends = {0: 5}
    reader = KafkaReader(
        topic,
        {0: 0},
        ends,
        there=ends,
        security=KafkaSecurity(),
        max_partition_fetch_bytes=1_000_000,
        ride_out_s=2.0,
        options={"bootstrap_servers": kafka_broker},
    )
    read = []

    async def read_all() -> None:
        async for batch in reader.batches():
            read.extend(record.value for record in batch)

    try:
        with pytest.raises(TransportError, match=r"records up to 5, and none came from 3 on"):
            await read_all()
    finally:
        await reader.stop()
    assert read == [b"0", b"1", b"2"]
