"""Records taken out of recorded files: all of them, nothing else, wherever it is ended."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import pytest

from streams.errors import ArchiveError, ConfigError
from streams.log import Record
from streams.log.sqlite_file import WriterLock
from streams.record import verify
from streams.record.manifest import MANIFEST, read_manifest
from streams.record.reading import records_in
from streams.record.rewriting import rewrite

DOOMED = {b"dispatch 3 ", b"dispatch 7 ", b"dispatch 8 ", b"dispatch 9 "}
# What changes files, by the names under which C knows it.
CHANGES = {"replace", "rename", "unlink", "fsync", "write", "ftruncate", "open"}


def is_doomed(record: Record) -> bool:
    return record.value in DOOMED


@pytest.fixture(params=["jsonl.zst", "parquet"])
async def topic(feed, tmp_path, request):
    """A recording of eleven messages in three files: one loses one, one all, one nothing."""
    for count in (7, 3, 1):
        feed.append(count)
        await feed.record(tmp_path / "archive", format=request.param)
    return tmp_path / "archive" / "wire.raw"


def values(topic: Path) -> list[bytes | None]:
    found = []
    for path in sorted(topic.glob("*/*+*")):
        found += [record.value for record in records_in(path)]
    return found


def kinds(topic: Path) -> list[str]:
    return [finding.kind for finding in verify(topic).findings]


async def test_what_is_taken_out_is_gone_and_told(topic, feed, tmp_path):
    untouched = max(topic.glob("*/*+*")).read_bytes()
    done = rewrite(topic, "demo:1", is_doomed)
    assert (done.records, done.files, done.left) == (4, 2, [])
    assert values(topic) == [b"dispatch %d " % n for n in (0, 1, 2, 4, 5, 6, 10)]
    assert max(topic.glob("*/*+*")).read_bytes() == untouched
    found = verify(topic)
    assert found.is_whole
    assert [(f.kind, f.first, f.last, f.detail) for f in found.findings] == [
        ("purged", 3, 3, "1 records of demo:1"),
        ("purged", 7, 9, "3 records of demo:1"),
    ]
    again = rewrite(topic, "demo:1", is_doomed)
    assert (again.records, again.files, again.before) == (0, 0, 4)
    feed.append(1)
    done = await feed.record(tmp_path / "archive", format=topic_format(topic))
    assert done.records == 1
    assert values(topic)[-1] == b"dispatch 11 "


def topic_format(topic: Path) -> str:
    head = read_manifest(topic / MANIFEST).head
    assert head is not None
    return head.format


async def test_two_purges_of_one_file_are_both_told(topic):
    rewrite(topic, "demo:1", lambda record: record.value == b"dispatch 3 ")
    rewrite(topic, "demo:2", lambda record: record.value == b"dispatch 4 ")
    found = verify(topic)
    assert found.is_whole
    assert [f.detail for f in found.findings] == ["1 records of demo:1", "1 records of demo:2"]
    assert not {b"dispatch 3 ", b"dispatch 4 "} & set(values(topic))


async def test_looking_changes_nothing(topic):
    before = {path: path.read_bytes() for path in topic.rglob("*") if path.is_file()}
    done = rewrite(topic, "demo:1", is_doomed, dry_run=True)
    assert (done.records, done.files) == (4, 2)
    assert {path: path.read_bytes() for path in topic.rglob("*") if path.is_file()} == before


def killed_at(step: int, work: Callable[[], object]) -> bool:
    """Whether ``work``, in a process of its own, was killed before its ``step``-th change."""
    child = os.fork()
    if child == 0:
        changes = 0

        def profile(_frame: FrameType, event: str, of: object) -> None:
            nonlocal changes
            if event == "c_call" and getattr(of, "__name__", "") in CHANGES:
                changes += 1
                if changes == step:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.setprofile(profile)
        try:
            work()
            os._exit(0)
        except BaseException:  # noqa: BLE001  (a child must not come back into the test)
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return os.WIFSIGNALED(status)


@pytest.mark.timeout(120)
@pytest.mark.parametrize("topic", ["jsonl.zst"], indirect=True)
async def test_killed_anywhere_it_is_told_and_finished(topic, tmp_path):
    original = tmp_path / "original"
    shutil.copytree(topic, original)
    step, unfinished = 0, set()
    while True:
        step += 1
        shutil.rmtree(topic)
        shutil.copytree(original, topic)
        was_killed = killed_at(step, lambda: rewrite(topic, "demo:1", is_doomed))
        found = kinds(topic)
        unfinished.update(found)
        assert not {"damaged", "missing", "twice", "gap", "unlisted", "manifest"} & {*found}, step
        listed = {at for part in read_manifest(topic / MANIFEST).parts for _, at in part.purged}
        there = {int(str(value).split()[1]) for value in values(topic)}
        assert ("unpurged" in found) == bool(listed & there), step
        rewrite(topic, "demo:1", is_doomed)
        assert not DOOMED & set(values(topic)), step
        assert kinds(topic) == ["purged", "purged"], step
        if not was_killed:
            break
    assert step > 10
    assert {"unpurged", "unfinished", "purged"} <= unfinished


async def test_damaged_files_are_told_and_left(topic):
    path = min(topic.glob("*/*+*"))
    path.write_bytes(path.read_bytes()[:-3])
    done = rewrite(topic, "demo:1", is_doomed)
    assert done.records == 3
    assert "missing or damaged" in done.left[0]
    stray = topic / "2016-02-12" / "0+000000000099.jsonl.zst"
    stray.write_bytes(b"stray")
    done = rewrite(topic, "demo:1", is_doomed)
    assert any("is in no manifest" in left for left in done.left)


async def test_damaged_manifest_is_refused(topic):
    manifest = topic / MANIFEST
    manifest.write_bytes(manifest.read_bytes().replace(b'"start":7', b'"start":6'))
    before = values(topic)
    with pytest.raises(ArchiveError, match="damaged"):
        rewrite(topic, "demo:1", is_doomed)
    assert values(topic) == before


async def test_not_while_it_is_recorded(topic):
    lock = WriterLock(topic / MANIFEST, "recorder")
    try:
        with pytest.raises(ConfigError, match="already has a recorder"):
            rewrite(topic, "demo:1", is_doomed)
    finally:
        lock.release()
