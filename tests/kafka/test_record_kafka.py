"""A topic of a real broker is recorded as one of the file is."""

from __future__ import annotations

from pathlib import Path

import pytest
from backports.zstd import decompress

from schemas.topics import DAY_MS, Topic, TopicName
from streams.log import NewRecord, open_log
from streams.record import Asked, Recorder, verify
from streams.record.lines import read_line

pytestmark = pytest.mark.kafka


def recorded(directory: Path) -> list[tuple[int, int, bytes | None, bytes | None]]:
    found = []
    for path in sorted(directory.rglob("[0-9]*+*.jsonl.zst")):
        for line in decompress(path.read_bytes()).splitlines():
            record = read_line(line)
            found.append((record.partition, record.offset, record.key, record.value))
    return sorted(found)


async def test_a_topic_of_a_broker_is_recorded_and_gone_on_with(
    kafka_broker, kafka_prefix, tmp_path
):
    topic = f"{kafka_prefix}raw"
    async with open_log(f"kafka://{kafka_broker}") as log:
        await log.create_topics([Topic(TopicName.RAW, 3, 7 * DAY_MS)], prefix=kafka_prefix)
        sent: list[tuple[int, int, bytes | None, bytes | None]] = []
        for begin in (0, 700):
            new = [
                NewRecord(topic, b"p%d" % (n % 7), b"dispatch \xff %d" % n, (("n", b"\xfe"),))
                for n in range(begin, begin + 700)
            ]
            places = await log.append(new)
            sent += [
                (*at, record.key, record.value) for at, record in zip(places, new, strict=True)
            ]
            done = await Recorder(log, topic, tmp_path / "archive", Asked()).run()
            assert (done.records, done.lost) == (700, [])
            assert recorded(tmp_path / "archive") == sorted(sent)
        again = await Recorder(log, topic, tmp_path / "archive", Asked()).run()
        assert again.records == 0
        whole = await Recorder(log, topic, tmp_path / "whole", Asked()).run()
        assert whole.records == 1400
        assert await log.committed("any", topic) == {}
    assert verify(tmp_path / "archive").findings == []
    assert recorded(tmp_path / "whole") == sorted(sent)
