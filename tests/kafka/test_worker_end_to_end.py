"""The same messages through the embedded log and through the workers on Kafka."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

from schemas.codec import decode
from schemas.item import Item
from schemas.raw import RawMessage
from schemas.topics import TopicName
from streams.embedded.runner import EmbeddedRunner
from streams.log import SqliteStore, open_log
from streams.log.base import Record
from streams.log.headers import raw_record
from tests.faults.feed import messages
from tests.faults.ledger import fold
from tests.faults.running import Worker, create_topics, drained, every_record

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(120)]


def embedded_records(
    folder: Path, names: list[TopicName], feed: Iterable[RawMessage] | None = None
) -> dict[TopicName, list[Record]]:
    with SqliteStore(folder / "wire.db", durable=False) as store:
        runner = EmbeddedRunner(store)
        runner.ingest(messages(20) if feed is None else feed)
        counts = runner.run()
        assert counts.adds_up(), counts.line()
        answer = {}
        for name in names:
            topic = f"wire.{name}"
            offsets = dict.fromkeys(range(store.topics()[topic]), 0)
            answer[name] = store.read(topic, offsets, max_records=10_000).records
        return answer


def by_key(records: list[Record]) -> dict[bytes | None, list[bytes | None]]:
    answer: dict[bytes | None, list[bytes | None]] = {}
    for record in records:
        answer.setdefault(record.key, []).append(record.value)
    return answer


def last_items(records: list[Record]) -> dict[str, Item]:
    return {item.item_key: item for item in fold(records, Counter())}


async def test_both_logs_hold_the_same_bytes(
    kafka_broker: str, kafka_prefix: str, tmp_path: Path
) -> None:
    names = [TopicName.ITEMS, TopicName.EVENTS, TopicName.ENRICHED]
    embedded = embedded_records(tmp_path, names)
    async with open_log(f"kafka://{kafka_broker}") as log:
        await create_topics(log, kafka_prefix, partitions=1)
        await log.append([raw_record(raw, kafka_prefix + "raw") for raw in messages(20)])
        worker = Worker(kafka_broker, kafka_prefix, tmp_path, ["intake", "desk", "enrich"])
        try:
            await drained(log, kafka_prefix, 60, enrich=True)
        finally:
            assert worker.stop() == 0
        on_kafka = {name: await every_record(log, kafka_prefix + name) for name in names}
        dead = await every_record(log, kafka_prefix + TopicName.DEAD)
    for name in (TopicName.ITEMS, TopicName.EVENTS):
        assert [(r.key, r.value) for r in on_kafka[name]] == [
            (r.key, r.value) for r in embedded[name]
        ]
    # A kill skips enrichment's queue and may overtake what it kills: the last word is the same.
    assert last_items(on_kafka[TopicName.ENRICHED]) == last_items(embedded[TopicName.ENRICHED])
    assert [record.key for record in dead] == [b"feed:poison"]
    topics = {record.topic for records in on_kafka.values() for record in records}
    assert topics == {kafka_prefix + name for name in names}


async def test_many_partitions_end_in_the_same_items(
    kafka_broker: str, kafka_prefix: str, tmp_path: Path
) -> None:
    embedded = embedded_records(tmp_path, [TopicName.ITEMS])[TopicName.ITEMS]
    async with open_log(f"kafka://{kafka_broker}") as log:
        await create_topics(log, kafka_prefix, partitions=4)
        # Several providers' worth of partitions: versions of one key may race each other.
        records = [
            raw_record(raw.model_copy(update={"headers": ()}), kafka_prefix + "raw")
            for raw in messages(20)
        ]
        from dataclasses import replace

        await log.append([replace(r, partition=n % 4) for n, r in enumerate(records)])
        worker = Worker(kafka_broker, kafka_prefix, tmp_path, ["intake", "desk"])
        try:
            await drained(log, kafka_prefix, 60, enrich=False)
        finally:
            assert worker.stop() == 0
        items = await every_record(log, kafka_prefix + TopicName.ITEMS)
        # Faust made no topic of its own.
        assert all(not name.startswith(f"{kafka_prefix}wireroom") for name in await log.topics())
    ours, theirs = last_items(items), last_items(embedded)
    assert ours.keys() == theirs.keys()
    differing = {
        key for key in ours if decode(Item, _plain(ours[key])) != decode(Item, _plain(theirs[key]))
    }
    assert not differing


def _plain(item: Item) -> bytes:
    """The item without what tells the order of its arrival: story and links of its history."""
    from schemas.codec import encode

    return encode(item.model_copy(update={"story_key": None, "links": ()}))
