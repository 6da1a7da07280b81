"""Items that their topics do not take: a dead letter, and a worker that goes on."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemas.raw import RawMessage
from schemas.topics import CATALOGUE, TopicName
from streams.log import open_log
from streams.log.headers import raw_record
from streams.log.outgoing import letter_of
from tests.faults.feed import messages
from tests.faults.running import Worker, drained, every_record

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(120)]

# Topics made for a limit of 400,000 bytes, a worker and a feed with one of 8 MiB.
SMALL = 400_000


async def test_what_topics_do_not_take_is_a_dead_letter_and_no_crash(
    kafka_broker: str, kafka_prefix: str, tmp_path: Path
) -> None:
    broker = f"kafka://{kafka_broker}"
    async with open_log(broker, max_body_bytes=SMALL) as small:
        others = [topic for name, topic in CATALOGUE.items() if name is not TopicName.RAW]
        await small.create_topics(others, prefix=kafka_prefix)
    raw = kafka_prefix + TopicName.RAW
    # Escaped and hashed, each is larger decoded than the topics take; as it came, it is not.
    large = [
        RawMessage(
            body=b"Headline %d\n\n" % n + b'%d \\\\"""\\\\ said the mayor.\n\n' % n * (size // 26),
            position=f"large:{n}",
        )
        for n, size in enumerate((150_000, 390_000, 700_000))
    ]
    async with open_log(broker) as log:
        await log.create_topics([CATALOGUE[TopicName.RAW]], prefix=kafka_prefix)
        good = list(messages(5))
        feed = [*good[:10], *large, *good[10:]]
        await log.append([raw_record(message, raw) for message in feed])
        worker = Worker(kafka_broker, kafka_prefix, tmp_path, ["intake", "desk"])
        try:
            await drained(log, kafka_prefix, 60, enrich=False)
            assert worker.process.poll() is None
        finally:
            assert worker.stop() == 0
        letters = [
            letter_of(record) for record in await every_record(log, kafka_prefix + TopicName.DEAD)
        ]
        items = await every_record(log, kafka_prefix + TopicName.ITEMS)
    assert worker.said("max_body_bytes_lowered") == 1
    assert worker.said("stage_crashed") == worker.said("stage_failed") == 0
    found = {letter.position: letter for letter in letters if letter.position.startswith("large")}
    assert {letter.code for letter in found.values()} == {"body-too-large"}
    assert "large:2" in found
    for message in large:
        if letter := found.get(message.position or ""):
            body = letter.body
            if letter.spool_path is not None:
                body = Path(letter.spool_path).read_bytes()  # noqa: ASYNC240
            assert body == message.body
    assert len(items) > 10
