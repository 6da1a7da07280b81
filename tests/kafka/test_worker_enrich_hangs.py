"""An item on which recognition hangs costs itself its enrichment, and nobody else anything."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from schemas.codec import decode
from schemas.item import Item
from schemas.raw import RawMessage
from schemas.topics import TopicName
from streams.log import open_log
from streams.log.headers import raw_record
from tests.faults.hanging_model import HANG, LANGUAGE, install
from tests.faults.running import Worker, create_topics, drained, every_record

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(200)]


def message(number: int, text: str) -> RawMessage:
    document = {
        "uri": f"urn:hang:{number}",
        "version": "1",
        "versioncreated": "2026-03-02T06:00:00Z",
        "pubstatus": "usable",
        "language": LANGUAGE,
        "headline": f"Habari {number} {'xyz' * number}",
        "body_text": text,
    }
    return RawMessage(
        body=orjson.dumps(document),
        provider="oaw",
        content_type="application/json",
        position=str(number),
    )


async def test_what_hangs_goes_out_as_it_is_and_its_neighbours_enriched(
    kafka_broker: str, kafka_prefix: str, tmp_path: Path
) -> None:
    install(tmp_path)
    texts = ["Kutoka Nairobi leo.", f"Nairobi {HANG} kesho.", "Hadi Nairobi jana."]
    async with open_log(f"kafka://{kafka_broker}") as log:
        await create_topics(log, kafka_prefix, partitions=1)
        await log.append(
            [
                raw_record(message(number, text), kafka_prefix + TopicName.RAW)
                for number, text in enumerate(texts)
            ]
        )
        worker = Worker(
            kafka_broker,
            kafka_prefix,
            tmp_path,
            ["intake", "desk", "enrich"],
            path=[tmp_path],
            task_timeout_s=2,
        )
        try:
            await drained(log, kafka_prefix, 170, enrich=True)
            assert worker.process.poll() is None
        finally:
            status = worker.stop()
        records = await every_record(log, kafka_prefix + TopicName.ENRICHED)
    assert status == 0
    assert worker.said("pool_rebuilt") >= 1
    assert worker.said("stage_crashed") == 0
    items = [decode(Item, record.value or b"") for record in records]
    assert [item.paragraphs[0].text for item in items] == texts
    found = [[entity.name for entity in item.entities] for item in items]
    assert found == [["Nairobi"], [], ["Nairobi"]]
    assert [item.audit.warnings for item in items] == [(), ("enrich-timed-out",), ()]
    assert items[1].kb_version is None
