"""Gaps and damage are found, by file and offset, wherever a byte is wrong."""

from __future__ import annotations

import pyarrow.parquet as pq
import pytest

from streams.errors import ArchiveError
from streams.record import files as recorded_files
from streams.record import verify
from streams.record.manifest import MANIFEST, read_manifest

TOPIC = "wire.raw"


@pytest.fixture
async def archive(feed, tmp_path, monkeypatch, request):
    """Five pieces of about ten records each in one file."""
    format_ = getattr(request, "param", "jsonl.zst")
    monkeypatch.setattr(recorded_files, "FRAME_BYTES", 10_000)
    monkeypatch.setattr(recorded_files, "_GROUP_RECORDS", 10)
    feed.append(48, size=600)
    await feed.record(tmp_path / "archive", format=format_)
    return tmp_path / "archive"


def the_file(archive):
    return next(archive.glob(f"{TOPIC}/2016-02-12/*"))


def found(archive):
    return [(f.kind, f.first, f.last) for f in verify(archive).findings]


@pytest.mark.parametrize("archive", ["jsonl.zst", "parquet"], indirect=True)
async def test_whole_files_have_no_findings(archive):
    seen = verify(archive)
    assert (seen.topics, seen.files, seen.records, seen.findings) == (1, 1, 48, [])
    assert verify(archive / TOPIC) == seen


async def test_a_damaged_byte_costs_its_piece(archive):
    path = the_file(archive)
    (part,) = read_manifest(archive / TOPIC / MANIFEST).parts
    assert len(part.blocks) == 5
    whole = path.read_bytes()
    (place, first), (after, following) = part.blocks[2], part.blocks[3]
    for at in range(place, after, 7):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x10]) + whole[at + 1 :])
        assert found(archive) in (
            [("damaged", first, following - 1)],
            # A bit that says nothing, as of a window that is larger than need be.
            [("damaged", None, None)],
        )
    path.write_bytes(whole)
    assert found(archive) == []


@pytest.mark.parametrize("archive", ["parquet"], indirect=True)
async def test_a_damaged_row_group_is_told_from_its_neighbours(archive):
    path = the_file(archive)
    whole = path.read_bytes()
    with pq.ParquetFile(path) as file:
        column = file.metadata.row_group(2).column(2)
    at = (
        (column.dictionary_page_offset or column.data_page_offset)
        + column.total_compressed_size
        - 2
    )
    path.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
    assert found(archive) == [("damaged", 20, 29)]


@pytest.mark.parametrize("archive", ["jsonl.zst", "parquet"], indirect=True)
async def test_a_file_cut_anywhere_is_found(archive):
    path = the_file(archive)
    whole = path.read_bytes()
    for size in range(0, len(whole), max(1, len(whole) // 60)):
        path.write_bytes(whole[:size])
        ((kind, first, last),) = found(archive)
        assert (kind, last) == ("damaged", 47)
        assert first is not None


async def test_bytes_put_at_the_end_are_found(archive):
    with the_file(archive).open("ab") as file:
        file.write(b"x")
    assert found(archive) == [("damaged", None, None)]


async def test_a_file_that_is_gone_is_missing(archive):
    the_file(archive).unlink()
    assert found(archive) == [("missing", 0, 47)]


async def test_a_file_of_another_place_is_damage_of_all(archive, feed, tmp_path):
    feed.append(48, size=600, partition=1)
    await feed.record(tmp_path / "other")
    other = next((tmp_path / "other" / TOPIC).glob("*/1+*"))
    the_file(archive).write_bytes(other.read_bytes())
    kinds = found(archive)
    assert kinds[0][0] == "damaged"


async def test_a_damaged_manifest_is_found_and_not_written_on(archive, feed):
    manifest = archive / TOPIC / MANIFEST
    whole = manifest.read_bytes()
    at = whole.index(b'"stop":48')
    manifest.write_bytes(whole[:at] + b'"stop":49' + whole[at + 9 :])
    kinds = {kind for kind, _, _ in found(archive)}
    assert kinds == {"manifest", "unlisted"}
    with pytest.raises(ArchiveError, match="damaged in line 2"):
        await feed.record(archive)
    manifest.unlink()
    assert [kind for kind, _, _ in found(archive)] == ["manifest", "unlisted"]


async def test_a_line_taken_out_of_the_manifest_is_a_gap(archive, feed):
    for _ in range(2):
        feed.append(4)
        await feed.record(archive)
    manifest = archive / TOPIC / MANIFEST
    lines = manifest.read_bytes().splitlines(keepends=True)
    manifest.write_bytes(b"".join(lines[:2] + lines[3:]))
    assert found(archive) == [("gap", 48, 51), ("unlisted", 48, 51)]
    manifest.write_bytes(b"".join([*lines, lines[2]]))
    assert found(archive) == [("twice", 48, 51)]


def test_a_directory_without_recordings_says_so(tmp_path):
    with pytest.raises(ArchiveError, match="nothing was recorded here"):
        verify(tmp_path)
    with pytest.raises(ArchiveError, match="nothing was recorded here"):
        verify(tmp_path / "absent")


async def test_findings_are_sentences_and_json(archive):
    the_file(archive).unlink()
    (finding,) = verify(archive).findings
    name = "2016-02-12/0+000000000000.jsonl.zst"
    assert str(finding) == f"{TOPIC}/{name}: missing, offsets 0 to 47"
    assert finding.as_json() == {
        "kind": "missing",
        "topic": TOPIC,
        "file": name,
        "partition": 0,
        "first": 0,
        "last": 47,
    }
