"""Bodies too large to travel are on the disk whole, or not at all."""

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from streams.log.base import NewRecord, Record
from streams.log.headers import raw_of
from streams.log.spool import spool, spooled, spooled_as

BODY = b"x" * 5_000
DIGEST = hashlib.sha256(BODY).hexdigest()


def test_a_body_lies_under_its_hash(tmp_path: Path) -> None:
    path = spool(tmp_path / "new" / "folder", BODY)
    assert path.name == DIGEST
    assert path.read_bytes() == BODY
    assert [entry.name for entry in path.parent.iterdir()] == [DIGEST]


def test_threads_that_spool_the_same_body_do_not_meet(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        paths = set(pool.map(lambda _: spool(tmp_path, BODY), range(40)))
    assert paths == {tmp_path / DIGEST}
    assert [entry.name for entry in tmp_path.iterdir()] == [DIGEST]


def test_a_full_disk_leaves_nothing_that_could_be_taken_for_the_body(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_file: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        spool(tmp_path, BODY)
    assert list(tmp_path.iterdir()) == []


def test_the_record_names_what_was_spooled(tmp_path: Path) -> None:
    new = spooled(NewRecord("wire.raw", b"k", BODY, (("x", b"y"),)), tmp_path, max_body_bytes=4_999)
    assert new.value == b""
    read = Record(new.topic, 0, 0, new.key, new.value, new.headers, datetime.now(UTC))
    found = spooled_as(raw_of(read))
    assert found is not None
    assert (found.path, found.sha256, found.size) == (str(tmp_path / DIGEST), DIGEST, len(BODY))


def test_a_body_within_the_limit_stays(tmp_path: Path) -> None:
    record = NewRecord("wire.raw", b"k", BODY)
    assert spooled(record, tmp_path / "never", max_body_bytes=5_000) is record
    assert not (tmp_path / "never").exists()
