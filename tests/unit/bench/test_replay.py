"""``wireroom bench replay``: every figure comes out, over a small archive."""

from __future__ import annotations

import json
from dataclasses import asdict
from itertools import islice
from pathlib import Path

import pytest

from streams.bench import reading, replay
from streams.bench.chain import Kept, Played
from streams.bench.reading_corpus import write_corpus
from streams.cli import main
from streams.cli.bench_replay import formats, measured
from streams.cli.inputs import Inputs
from streams.counts import Counts
from streams.ingest.sources import SourceOptions, Sources

pytestmark = pytest.mark.timeout(180)


def test_every_figure_comes_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(replay, "_READ_S", 0.05)
    monkeypatch.setattr(replay, "_ENRICHED", 4)
    monkeypatch.setattr(replay, "_WARM", 2)
    monkeypatch.setattr(replay, "_ROUNDS", 1)
    archive = tmp_path / "a.jsonl"
    text = "The harbour council voted on Tuesday to close dock number {0} for repairs, it said."
    lines = [{"body": f"Dock {n}\n\n{text.format(n)}", "provider": "oaw"} for n in range(12)]
    archive.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert main(["bench", "replay", str(archive), "-o", "jsonl"]) == 0
    figures = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    assert [figure["name"].partition(",")[0] for figure in figures] == [
        "reading alone",
        "whole chain without enrichment",
        "whole chain without enrichment",
        "the same by CPU time",
        "with enrichment",
        "the same by CPU time",
        "two replays that are not the same",
        "memory for each further message",
    ]
    same = figures[6]
    assert (same["value"], same["verdict"]) == (0, "met")
    assert all(figure["value"] > 0 for figure in figures[:6])
    for by_cpu in (figures[3], figures[5]):
        assert "busiest process" in by_cpu["note"]
    assert "after 12" in figures[7]["note"]


def test_without_an_archive_dispatches_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay, "_ROUNDS", 1)
    said: list[str] = []
    # What follows, with enrichment and of memory, takes the same messages.
    first, second = islice(measured((), Inputs(max=8), said.append), 2)
    assert "without enrichment, 1 processes" in first.name
    assert "without enrichment, 2 processes" in second.name
    # Two of the eight are for starting the processes.
    assert "6 parts" in second.note
    assert any("8 messages" in what for what in said)


def test_nothing_to_measure_is_an_error(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "replay", "--max", "0"]) == 2
    assert "--max of 1 or more" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("cpu_s", "needs"), [((3.0, 1.0, 1.0), 3.0), ((1.0, 2.0, 2.0), 2.5)], ids=["one", "all"]
)
def test_two_cores_need_half_of_all_or_what_one_process_does(
    cpu_s: tuple[float, ...], needs: float
) -> None:
    assert Played(10, Counts(), 9.0, cpu_s).two_core_s == needs


def test_the_index_is_not_counted_as_memory_of_a_message() -> None:
    kept = Kept(100, 1_100, 5_000_000, 9_000_000, 1_000_000, 1_512_000)
    assert kept.each_bytes == pytest.approx(512)


def test_reading_of_every_format_is_measured(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reading, "_ROUNDS", 1)
    figures = [asdict(figure) for figure in formats(1)]
    ratios = [figure for figure in figures if figure["unit"] == "x"]
    assert {figure["name"].partition(",")[0].removeprefix("reading ") for figure in ratios} >= {
        "JSON Lines", "JSON Lines .gz", "JSON Lines .bz2", "JSON Lines .zst", "CSV", "TSV",
        "Parquet", "WARC", "WARC.gz", "tar", "zip", "texts with --split",
    }  # fmt: skip
    fast = [figure for figure in figures if figure["unit"] == "MB/s"]
    assert [figure["least"] for figure in fast] == [200, 200]
    assert [figure["least"] for figure in ratios if figure["least"]] == [1.3] * (len(ratios) - 2)
    assert all(figure["value"] > 0 for figure in figures)


def test_every_file_that_is_measured_holds_the_same_dispatches(tmp_path: Path) -> None:
    write_corpus(tmp_path, 200_000)
    whole = {path.name: list(Sources([str(path)], SourceOptions(split=_split(path))))
             for path in tmp_path.iterdir()}  # fmt: skip
    bodies = [message.body for message in whole["a.jsonl"]]
    assert len(bodies) > 20
    for name in ("a.jsonl.zst", "a.jsonl.gz", "a.jsonl.bz2", "a.csv", "a.tsv", "a.parquet"):
        assert [message.body for message in whole[name]] == bodies, name
    for name in ("a.tar", "a.zip"):
        assert [message.body.rstrip() for message in whole[name]] == bodies, name
    assert len(whole["small.warc"]) == len(whole["small.warc.gz"]) == len(whole["a.txt"])
    assert [m.body for m in whole["a.warc"]] == [m.body for m in whole["a.warc.gz"]]
    assert len(whole["a.txt"]) == len(bodies)


def _split(path: Path) -> str | None:
    return "ZCZC" if path.name == "a.txt" else None


def test_an_archive_that_is_not_there_is_an_error(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "replay", "/no/such/archive"]) == 2
    assert "no such file" in capfd.readouterr().err
