"""A topic becomes files: whole or not there, the same every time, each record once."""

from __future__ import annotations

import asyncio
import os
import resource
import tracemalloc
from datetime import timedelta

import pyarrow.parquet as pq
import pytest
from backports.zstd import decompress

from streams.errors import ArchiveError, ConfigError
from streams.log import SqliteStore, open_log
from streams.record import Asked, Recorder, recorder, verify
from streams.record.lines import read_line
from streams.record.manifest import MANIFEST, read_manifest

TOPIC = "wire.raw"
FIRST = f"{TOPIC}/2016-02-12/0+000000000000.jsonl.zst"


def offsets(files: dict[str, bytes], partition: int = 0) -> list[int]:
    """Of the records of a partition, in the order of the files."""
    found = []
    for value in files.values():
        for line in decompress(value).splitlines():
            record = read_line(line)
            if record.partition == partition:
                found.append(record.offset)
    return found


async def test_every_record_is_in_the_file_of_its_day_and_partition(feed, files, tmp_path):
    feed.append(3)
    feed.append(2, partition=1)
    feed.now += timedelta(hours=14)
    feed.append(4)
    done = await feed.record(tmp_path / "archive")
    assert [*files()] == [
        FIRST,
        f"{TOPIC}/2016-02-12/1+000000000000.jsonl.zst",
        f"{TOPIC}/2016-02-13/0+000000000003.jsonl.zst",
    ]
    assert offsets(files()) == list(range(7))
    assert offsets(files(), 1) == [0, 1]
    assert (done.records, done.files) == (9, 3)
    lines = decompress(files()[FIRST]).splitlines()
    assert [read_line(line).value for line in lines] == [b"dispatch %d " % n for n in range(3)]


@pytest.mark.parametrize("format_", ["jsonl.zst", "parquet"])
async def test_the_same_offsets_are_the_same_bytes(feed, files, tmp_path, format_):
    feed.append(50, size=100)
    await feed.record(tmp_path / "archive", format=format_)
    await feed.record(tmp_path / "again", format=format_)
    assert files() == files("again")
    before = files()
    done = await feed.record(tmp_path / "archive", format=format_)
    assert (done.records, files()) == (0, before)


async def test_it_goes_on_where_it_ended(feed, files, tmp_path):
    feed.append(3)
    await feed.record(tmp_path / "archive")
    feed.append(2)
    await feed.record(tmp_path / "archive", max_records=1)
    await feed.record(tmp_path / "archive")
    assert offsets(files()) == list(range(5))
    assert [name[-25:] for name in files()] == [f"/0+{first:012d}.jsonl.zst" for first in (0, 3, 4)]
    assert verify(tmp_path / "archive").is_whole


async def test_files_end_at_the_same_offsets_wherever_reading_began(
    feed, files, tmp_path, monkeypatch
):
    monkeypatch.setattr(recorder, "_FILE_RECORDS", 10)
    feed.append(14)
    await feed.record(tmp_path / "archive", max_records=4)
    feed.append(20)
    await feed.record(tmp_path / "archive")
    await feed.record(tmp_path / "whole")
    assert [int(name[-22:-10]) for name in files()] == [0, 4, 10, 20, 30]
    assert [int(name[-22:-10]) for name in files("whole")] == [0, 10, 20, 30]


async def test_only_the_times_asked_for(feed, files, tmp_path):
    feed.append(2)
    noon = feed.now + timedelta(hours=2)
    feed.now = noon
    feed.append(3)
    done = await feed.record(tmp_path / "archive", since=noon)
    assert (offsets(files()), done.left_out) == ([2, 3, 4], 2)
    again = await feed.record(tmp_path / "archive", since=noon)
    assert again.left_out == 0
    with pytest.raises(ConfigError, match="was recorded with since 2016-02-12T12:00:00Z, not None"):
        await feed.record(tmp_path / "archive")
    assert verify(tmp_path / "archive").is_whole


async def test_parquet_has_every_field(feed, files, tmp_path):
    feed.append(3)
    await feed.record(tmp_path / "archive", format="parquet")
    (name,) = files()
    (row, *_) = pq.read_table(tmp_path / "archive" / name).to_pylist()
    assert row["body"] == b"dispatch 0 "
    assert row["key"] == b"afp"
    assert row["headers"] == [{"name": "provider", "value": b"afp"}]
    assert row["received_at"] == row["appended_at"] == feed.now
    assert row["position"].startswith("sha256:")


async def test_another_log_of_the_same_name_is_refused(feed, tmp_path):
    feed.append(3)
    await feed.record(tmp_path / "archive")
    before = feed.store.path.rename(tmp_path / "old.db")
    feed.store.close()
    other = type(feed)(feed.store.path)
    other.append(2)
    with pytest.raises(ConfigError, match="up to offset 3, the log ends at 2"):
        await other.record(tmp_path / "archive")
    other.now += timedelta(seconds=1)
    other.append(5)
    with pytest.raises(ConfigError, match=r"wire.raw\[0\]@2 is not what"):
        await other.record(tmp_path / "archive")
    other.store.close()
    before.unlink()


async def test_what_the_log_lost_is_told_and_found(feed, files, tmp_path):
    feed.append(3)
    await feed.record(tmp_path / "archive")
    feed.append(2)
    feed.now += timedelta(days=30)
    feed.append(1)
    from schemas.topics import CATALOGUE, TopicName

    feed.store.compact({TopicName.RAW: CATALOGUE[TopicName.RAW]}, "wire.", feed.now)
    done = await feed.record(tmp_path / "archive")
    assert done.lost == [(0, 3, 5)]
    (gap,) = verify(tmp_path / "archive").findings
    assert (gap.kind, gap.partition, gap.first, gap.last) == ("gap", 0, 3, 4)
    assert offsets(files()) == [0, 1, 2, 5]


async def test_one_process_at_a_time(feed, tmp_path):
    feed.append(1)
    async with open_log(feed.url) as log:
        following = asyncio.create_task(
            Recorder(log, TOPIC, tmp_path / "archive", Asked(follow=True)).run()
        )
        await asyncio.sleep(0.3)
        with pytest.raises(ConfigError, match="already has a recorder"):
            await feed.record(tmp_path / "archive")
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)


async def test_following_takes_what_comes_and_ends_whole(feed, files, tmp_path):
    feed.append(2)
    async with open_log(feed.url) as log:
        following = asyncio.create_task(
            Recorder(log, TOPIC, tmp_path / "archive", Asked(follow=True)).run()
        )
        await asyncio.sleep(0.3)
        assert files() == {}
        feed.append(3)
        await asyncio.sleep(0.5)
        following.cancel()
        with pytest.raises(asyncio.CancelledError):
            await following
    assert offsets(files()) == list(range(5))
    assert verify(tmp_path / "archive").is_whole


async def test_following_shows_a_file_after_a_while(feed, files, tmp_path, monkeypatch):
    monkeypatch.setattr(recorder, "_FOLLOWED_S", 0.0)
    feed.append(2)
    async with open_log(feed.url) as log:
        following = asyncio.create_task(
            Recorder(log, TOPIC, tmp_path / "archive", Asked(follow=True)).run()
        )
        await asyncio.sleep(1.0)
        assert offsets(files()) == [0, 1]
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)


@pytest.mark.parametrize("format_", ["jsonl.zst", "parquet"])
async def test_a_full_disk_leaves_nothing_half_done(feed, files, tmp_path, format_):
    """The kernel's limit on the size of a file stands for the disk."""
    feed.append(5)
    await feed.record(tmp_path / "archive", format=format_)
    before = files()
    manifest = (tmp_path / "archive" / TOPIC / MANIFEST).read_bytes()
    for _ in range(40):
        # Bytes that do not pack: one file has to pass the limit.
        feed.append(1, size=0)
        feed.store.append([_noise(200_000)])
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, hard))
    try:
        with pytest.raises(ArchiveError, match=r"cannot write .*File too large"):
            await feed.record(tmp_path / "archive", format=format_)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert files() == before
    assert (tmp_path / "archive" / TOPIC / MANIFEST).read_bytes() == manifest
    assert not list((tmp_path / "archive" / TOPIC).glob(".*.tmp"))
    done = await feed.record(tmp_path / "archive", format=format_)
    assert done.records == 80
    assert verify(tmp_path / "archive").is_whole


def _noise(size: int):
    from streams.log import NewRecord

    return NewRecord(TOPIC, b"afp", os.urandom(size), partition=0)


async def test_a_manifest_that_cannot_be_written_marks_nothing_done(feed, files, tmp_path):
    feed.append(5)
    await feed.record(tmp_path / "archive")
    path = tmp_path / "archive" / TOPIC / MANIFEST
    before, manifest = files(), path.read_bytes()
    feed.append(1)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(manifest) + 40, hard))
    try:
        with pytest.raises(ArchiveError, match="File too large"):
            await feed.record(tmp_path / "archive")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (files(), path.read_bytes()) == (before, manifest)


async def test_what_a_killed_recording_left_is_recorded_again(feed, files, tmp_path):
    feed.append(5)
    await feed.record(tmp_path / "archive", max_records=3)
    topic = tmp_path / "archive" / TOPIC
    before = files()
    await feed.record(tmp_path / "archive")
    after, whole = files(), (topic / MANIFEST).read_bytes()
    # Killed after the file was shown and in the midst of listing it; another time while writing.
    (topic / MANIFEST).write_bytes(whole[:-20])
    (topic / ".2016-02-12+1+000000000000.jsonl.zst.tmp").write_bytes(b"half")
    found = verify(tmp_path / "archive")
    assert {finding.kind for finding in found.findings} == {"unlisted", "unfinished"}
    await feed.record(tmp_path / "archive")
    assert files() == after != before
    assert (topic / MANIFEST).read_bytes() == whole
    assert verify(tmp_path / "archive").findings == []


async def test_memory_does_not_grow_with_the_topic(feed, tmp_path):
    peaks = []
    for count in (2000, 4000):
        feed.append(count, size=5_000)
        tracemalloc.start()
        await feed.record(tmp_path / f"archive{count}")
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.1 * peaks[0], peaks
    assert read_manifest(tmp_path / "archive4000" / TOPIC / MANIFEST).parts[0].records == 6000


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"format": "csv"}, "formats are jsonl.zst, parquet"),
        ({"follow": True, "until": 1}, "has no end"),
        ({"max_records": -1}, "counts from 0"),
    ],
)
async def test_what_makes_no_sense_is_refused(feed, tmp_path, asked, words):
    with pytest.raises(ConfigError, match=words):
        await feed.record(tmp_path / "archive", **asked)


async def test_nothing_is_committed_to_the_log(feed, tmp_path):
    feed.append(1)
    await feed.record(tmp_path / "archive")
    with SqliteStore(feed.store.path) as store:
        connection = store._connection()
        assert connection.execute("SELECT count(*) FROM offsets").fetchone() == (0,)
