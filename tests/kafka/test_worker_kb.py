"""The live knowledge base on Kafka: an edit is used for the next message, without a restart."""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path

import orjson
import pytest

from schemas.codec import decode
from schemas.item import Item
from schemas.kb import KbAlias, KbEntity
from schemas.raw import RawMessage
from schemas.topics import TopicName
from streams.enrich.kb import overlay_of
from streams.log import TopicLog, open_log
from streams.log.base import NewRecord, Record
from streams.log.headers import REVISION, raw_record
from streams.pipeline import kb_outgoing
from tests.faults.running import Worker, create_topics, every_record

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(240)]

ANNA = KbEntity(id="wikidata:Q1000001", type="person", names={"mul": "Zyra Quenby"})


def message(number: int) -> RawMessage:
    document = {
        "uri": f"urn:kb:{number}",
        "version": "1",
        "versioncreated": f"2026-03-02T06:{number // 60:02}:{number % 60:02}Z",
        "pubstatus": "usable",
        "language": "en",
        "headline": f"Harbour strike number {number} ends",
        "body_text": f"Zyra Quenby said strike {number} was over. Pier {number * 7} opens again.",
    }
    return RawMessage(
        body=orjson.dumps(document),
        provider="oaw",
        content_type="application/json",
        position=f"kb:{number}",
    )


async def put(log: TopicLog, prefix: str, number: int) -> None:
    await log.append([raw_record(message(number), prefix + "raw")])


async def enriched(log: TopicLog, prefix: str, number: int) -> Item:
    """The item of a message, once it is enriched."""
    async with asyncio.timeout(100):
        while True:
            for record in await every_record(log, prefix + TopicName.ENRICHED):
                item = decode(Item, record.value or b"")
                if item.headline == f"Harbour strike number {number} ends":
                    return item
            await asyncio.sleep(0.02)


def linked(item: Item) -> bool:
    return any(entity.id == ANNA.id for entity in item.entities)


async def test_an_unknown_name_is_linked_from_the_next_message_on(
    kafka_broker: str, kafka_prefix: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    topic = kafka_prefix + TopicName.KB
    async with open_log(f"kafka://{kafka_broker}") as log:
        await create_topics(log, kafka_prefix, partitions=1)
        broken = [
            NewRecord(topic, b"entity:x:1", b"\xff not json"),
            NewRecord(topic, b"entity:x:1", b"{}"),
            NewRecord(
                topic, b"alias:mul:the:x:1", b'{"record":"alias","alias":"the","entity":"x:1"}'
            ),
        ]
        await log.append(broken)
        settings = {"ENRICH__RECOGNISER": "gazetteer"}
        stages = ["intake", "desk", "enrich"]
        worker = Worker(
            kafka_broker, kafka_prefix, tmp_path, stages, settings=settings, pool_size=2
        )
        try:
            await put(log, kafka_prefix, 0)
            before = await enriched(log, kafka_prefix, 0)
            said = await asyncio.to_thread(
                worker.command, "kb", "add", "person", "Zyra Quenby", "--id", ANNA.id
            )
            await put(log, kafka_prefix, 1)
            after = await enriched(log, kafka_prefix, 1)
            took = await _seconds_from_edit_to_use(log, kafka_prefix)
        finally:
            assert worker.stop() == 0
        log_lines = worker.log.read_text()
    assert not linked(before)
    assert before.kb_version == "0"
    assert linked(after)
    assert after.kb_version == overlay_of([ANNA]).version
    assert after.kb_version in said
    assert log_lines.count("kb_record_rejected") == len(broken)
    shown = ", ".join(f"{seconds * 1000:.0f}" for seconds in took)
    with capsys.disabled():
        sys.stdout.write(f"\nfrom an edit to an item enriched with it, three stages: {shown} ms\n")
    assert max(took) < 2, took


async def _seconds_from_edit_to_use(log: TopicLog, prefix: str) -> list[float]:
    """Of some edits, each followed at once by a message."""
    took = []
    records: list[KbEntity | KbAlias] = [ANNA]
    for number in range(2, 7):
        alias = KbAlias(alias=f"Quenby of Pier {number}", entity=ANNA.id)
        records.append(alias)
        started = time.monotonic()
        await log.append([kb_outgoing(alias).record(prefix)])
        await put(log, prefix, number)
        item = await enriched(log, prefix, number)
        took.append(time.monotonic() - started)
        assert item.kb_version == overlay_of(records).version
    return took


async def test_a_worker_that_starts_late_has_every_edit_and_reenrichment_keeps_a_kill(
    kafka_broker: str, kafka_prefix: str, tmp_path: Path
) -> None:
    settings = {"ENRICH__RECOGNISER": "gazetteer"}
    async with open_log(f"kafka://{kafka_broker}") as log:
        await create_topics(log, kafka_prefix, partitions=1)
        await log.append([kb_outgoing(ANNA).record(kafka_prefix)])
        stages = ["intake", "desk", "enrich"]
        worker = Worker(kafka_broker, kafka_prefix, tmp_path, stages, settings=settings)
        try:
            for number in range(3):
                await put(log, kafka_prefix, number)
            assert linked(await enriched(log, kafka_prefix, 2))
            kill = message(1).body.replace(b"usable", b"canceled").replace(b'"1"', b'"2"')
            await log.append(
                [raw_record(message(1).model_copy(update={"body": kill}), kafka_prefix + "raw")]
            )
            await _until_killed(log, kafka_prefix)
            alias = KbAlias(alias="Harbour strike", entity=ANNA.id)
            await log.append([kb_outgoing(alias).record(kafka_prefix)])
            arguments = ("replay", "--reenrich", "--alias", "Harbour strike")
            await asyncio.to_thread(worker.command, *arguments)
        finally:
            assert worker.stop() == 0
        records = await every_record(log, kafka_prefix + TopicName.ENRICHED)
    again = [record for record in records if record.header(REVISION)]
    assert {number for number in range(3) if _is_of(again, number)} == {0, 2}
    version = overlay_of([ANNA, alias]).version
    assert {decode(Item, record.value or b"").kb_version for record in again} == {version}


async def _until_killed(log: TopicLog, prefix: str) -> None:
    async with asyncio.timeout(60):
        while True:
            records = await every_record(log, prefix + TopicName.ENRICHED)
            if any(decode(Item, r.value or b"").pubstatus == "canceled" for r in records):
                return
            await asyncio.sleep(0.05)


def _is_of(records: list[Record], number: int) -> bool:
    wanted = f"Harbour strike number {number} ends"
    return any(decode(Item, record.value or b"").headline == wanted for record in records)
