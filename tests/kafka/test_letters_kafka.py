"""Dead letters and purges on a real broker: nothing twice, and no text that compaction keeps."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from schemas.codec import encode
from schemas.event import Source
from schemas.item import Item, Paragraph
from schemas.journal import HeldRecord
from schemas.raw import RawMessage
from schemas.topics import CATALOGUE, TopicName
from streams.cli import main
from streams.dead import Outcome, Reach, Retrier, Wanted, batches
from streams.log import NewRecord, Record, TopicLog, open_log
from streams.log.headers import raw_of, raw_record
from streams.pipeline import IntakeStage
from streams.purge import Purge, survey

pytestmark = pytest.mark.kafka

WHEN = datetime(2016, 2, 12, 10, tzinfo=UTC)
KEY = "demo:1"
TEXT = "The harbour chief has embezzled millions."


async def records(log: TopicLog, topic: str) -> list[Record]:
    end = await log.end_offsets(topic)
    return [record async for batch in log.read(topic, "earliest", end) for record in batch]


async def take_in(log: TopicLog, prefix: str, messages: Sequence[RawMessage]) -> None:
    """Append messages, and what intake makes of them."""
    new = [raw_record(message, f"{prefix}raw") for message in messages]
    placed = await log.append(new)
    for one, (partition, offset) in zip(new, placed, strict=True):
        record = Record(one.topic, partition, offset, one.key, one.value, one.headers, WHEN)
        outgoing = IntakeStage().process(record).outgoing
        await log.append([each.record(prefix) for each in outgoing])


async def test_letters_are_sent_once_by_two_at_once(kafka_broker, kafka_prefix):
    async with open_log(f"kafka://{kafka_broker}") as log:
        topics = [CATALOGUE[name] for name in (TopicName.RAW, TopicName.DECODED, TopicName.DEAD)]
        await log.create_topics(topics, prefix=kafka_prefix)
        said = [
            RawMessage(body=b"", provider=f"p{n}", position=f"f:{n}", headers=(("n", str(n)),))
            for n in range(20)
        ]
        await take_in(log, kafka_prefix, said)

        async def retry() -> list[Outcome]:
            reach = Reach()
            retrier = Retrier(log, f"{kafka_prefix}raw", reach, max_body_bytes=4096, again=False)
            return [
                one.outcome
                async for batch in batches(log, f"{kafka_prefix}dead", Wanted(), reach)
                for one in await retrier.retry(batch)
            ]

        found = [each for done in await asyncio.gather(retry(), retry()) for each in done]
        assert found.count(Outcome.RETRIED) == 20
        raw = [raw_of(record) for record in await records(log, f"{kafka_prefix}raw")]
        assert sorted(one.position for one in raw) == sorted(
            [f"f:{n}" for n in range(20)] + [f"f:{n};retry=1" for n in range(20)]
        )
        assert all(dict(one.headers)["n"] == one.provider[1:] for one in raw if one.provider)
        assert await retry() == []


def an_item() -> Item:
    return Item(
        id=f"{KEY}@1",
        item_key=KEY,
        order_key="1",
        provider="demo",
        headline="Harbour chief denies charge",
        paragraphs=(Paragraph(text=TEXT),),
    )


async def test_purged_topics_end_with_tombstones_and_say_what_stays(
    kafka_broker, kafka_prefix, capfd, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    async with open_log(f"kafka://{kafka_broker}") as log:
        await log.create_topics(list(CATALOGUE.values()), prefix=kafka_prefix)
        item, key = encode(an_item()), KEY.encode()
        source = Source(id="s", position="f:1", sha256="0" * 64)
        held = HeldRecord(
            item_key=KEY, seq=1, epoch=1, hold="h", due=WHEN, source=source, item=an_item()
        )
        await log.append(
            [
                NewRecord(f"{kafka_prefix}items", key, item),
                NewRecord(f"{kafka_prefix}items", b"demo:2", b"{}"),
                NewRecord(f"{kafka_prefix}enriched", key, item),
                NewRecord(f"{kafka_prefix}held", key, encode(held)),
            ]
        )
        at = ["--broker", f"kafka://{kafka_broker}", "--prefix", kafka_prefix]
        purge = ["purge", KEY, "--yes", "-o", "jsonl", *at]
        assert await asyncio.to_thread(main, purge) == 2
        assert "--desk-stopped" in capfd.readouterr().err
        assert await asyncio.to_thread(main, [*purge, "--desk-stopped"]) == 0
        told = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
        assert [(one["what"], one["topic"]) for one in told] == [
            ("tombstone", f"{kafka_prefix}{name}") for name in ("enriched", "held", "items")
        ]
        for name in ("items", "enriched", "held"):
            values = [r.value for r in await records(log, kafka_prefix + name) if r.key == key]
            assert values[-1] is None, name
        again = await survey(log, CATALOGUE, kafka_prefix, KEY)
        assert {copies.topic.removeprefix(kafka_prefix) for copies in again.copies} == {
            "items",
            "enriched",
            "held",
        }
        assert all(
            (copies.until is None) == (copies.role is TopicName.HELD) for copies in again.copies
        )
        assert not any(copies.current for copies in again.copies)
        # Once more, for a quiet partition is compacted only when another record comes.
        assert len(await Purge(log, again, kafka_prefix).bury()) == 3
