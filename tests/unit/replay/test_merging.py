"""Files of an archive merged by the times of their messages."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from streams.errors import ArchiveError
from streams.ingest.sources import Sources
from streams.replay import merging
from streams.replay.merging import MergedSources

T = datetime(1987, 2, 26, 15, tzinfo=UTC)


def write(folder: Path, name: str, hours: Sequence[float | None]) -> str:
    path = folder / name
    lines = [
        {"body": f"{name.removesuffix('.jsonl')} {hour}"}
        | ({} if hour is None else {"received_at": (T + timedelta(hours=hour)).isoformat()})
        for hour in hours
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return str(path)


def merged_of(paths: Sequence[str], most: int | None = None, **options: bool) -> MergedSources:
    return MergedSources(Sources(paths), most, **options)


def bodies(paths: Sequence[str], most: int | None = None, **options: bool) -> list[str]:
    merged = merged_of(paths, most, **options)
    found = [message.body.decode() for message in merged]
    if most is None:
        assert merged.bytes_read == merged.total_bytes
    return found


def test_files_that_overlap_are_merged_by_time(tmp_path: Path) -> None:
    paths = [write(tmp_path, "b.jsonl", [2, 4, 6]), write(tmp_path, "a.jsonl", [1, 4, 5])]
    # Of one time, the file named first comes first.
    assert bodies(paths) == ["a 1", "b 2", "b 4", "a 4", "a 5", "b 6"]
    assert bodies(paths, in_file_order=True) == ["b 2", "b 4", "b 6", "a 1", "a 4", "a 5"]
    assert bodies(paths, 3) == ["a 1", "b 2", "b 4"]


def test_a_file_keeps_its_own_order(tmp_path: Path) -> None:
    paths = [
        write(tmp_path, "a.jsonl", [3, 1, None, 5]),
        write(tmp_path, "b.jsonl", [2, 4]),
    ]
    assert bodies(paths) == [
        "b 2", "a 3", "a 1", "a None", "b 4", "a 5",
    ]  # fmt: skip


def test_files_without_times_come_first_in_the_order_they_are_named(tmp_path: Path) -> None:
    paths = [
        write(tmp_path, "c.jsonl", [1]),
        write(tmp_path, "b.jsonl", [None, None]),
        write(tmp_path, "a.jsonl", [None]),
    ]
    assert bodies(paths) == [
        "b None", "b None", "a None", "c 1",
    ]  # fmt: skip


def test_positions_are_those_of_the_whole(tmp_path: Path) -> None:
    for folder in ("x", "y"):
        (tmp_path / folder).mkdir()
        write(tmp_path / folder, "a.jsonl", [1])
    paths = [str(tmp_path / "x" / "a.jsonl"), str(tmp_path / "y" / "a.jsonl")]
    merged = [message.position for message in merged_of(paths)]
    assert merged == [message.position for message in Sources(paths)]
    assert len(set(merged)) == 2


def test_few_are_open_where_few_overlap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merging, "MOST_OPEN", 2)
    days = [write(tmp_path, f"{day:02}.jsonl", [24 * day, 24 * day + 23]) for day in range(20)]
    assert len(bodies(days[::-1])) == 40
    undated = [write(tmp_path, f"u{number:02}.jsonl", [None]) for number in range(20)]
    assert len(bodies(undated)) == 20
    long = [write(tmp_path, f"l{number}.jsonl", [number, 900]) for number in range(3)]
    with pytest.raises(ArchiveError, match="more than 2 files overlap in time"):
        bodies(long)
