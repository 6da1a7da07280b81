"""What was recorded is read in the order of the topic: each partition's own, merged by time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from schemas.raw import RawMessage
from streams.ingest.sources import Sources
from streams.log import NewRecord
from streams.log.headers import raw_record
from streams.replay.merging import MergedSources

T = datetime(2016, 2, 12, 10, tzinfo=UTC)


def add(feed, partition: int, minutes: list[int]) -> None:
    for minute in minutes:
        at = T + timedelta(minutes=minute)
        raw = RawMessage(body=b"%d" % minute, position=f"p{partition}:{minute}", received_at=at)
        made = raw_record(raw, "wire.raw")
        feed.store.append([
            NewRecord(made.topic, made.key, made.value, made.headers, partition)
        ])  # fmt: skip


def read(path: Path) -> tuple[list[str], list[str]]:
    """Bodies as ``run`` and as ``replay`` reads them."""
    merged = MergedSources(Sources([str(path)]))
    replayed = [one.body.decode() for one in merged]
    assert merged.bytes_read == merged.total_bytes
    return [one.body.decode() for one in Sources([str(path)])], replayed


@pytest.mark.parametrize("format_", ["jsonl.zst", "parquet"])
async def test_a_partition_keeps_its_order_over_the_end_of_a_day(feed, tmp_path, format_):
    add(feed, 0, [1, 9])
    feed.now += timedelta(days=1)
    # Came late, on the next day: merged by the times of the files it would come before 9.
    add(feed, 0, [5, 10])
    await feed.record(tmp_path / "archive", format=format_)
    expected = ["1", "9", "5", "10"]
    assert read(tmp_path / "archive") == (expected, expected)
    assert read(tmp_path / "archive" / "wire.raw") == (expected, expected)


async def test_partitions_are_merged_by_time_as_the_topic_itself_is(feed, tmp_path):
    add(feed, 1, [2, 8, 3])
    add(feed, 0, [1, 4])
    feed.now += timedelta(days=1)
    add(feed, 0, [7, 9])
    add(feed, 1, [10])
    await feed.record(tmp_path / "archive")
    expected = ["1", "2", "4", "7", "8", "3", "9", "10"]
    assert read(tmp_path / "archive") == (expected, expected)
    assert [one.body.decode() for one in Sources([f"{feed.url}#wire.raw"])] == expected
    # A file between days and partitions has a place of its own.
    (tmp_path / "archive" / "note.txt").write_text("6")
    assert sorted(read(tmp_path / "archive")[0]) == sorted([*expected, "6"])
