"""``wireroom bench replay``: every figure comes out, over a small archive."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from streams.bench import reading, replay
from streams.bench.reading_corpus import write_corpus
from streams.cli import main
from streams.ingest.sources import SourceOptions, Sources

pytestmark = pytest.mark.timeout(180)


def test_every_figure_comes_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(replay, "_READ_S", 0.05)
    monkeypatch.setattr(replay, "_ENRICHED", 4)
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
        "with enrichment",
        "two replays that are not the same",
        "memory for each further message",
    ]
    same = figures[4]
    assert (same["value"], same["verdict"]) == (0, "met")
    assert all(figure["value"] > 0 for figure in figures[:4])


def test_without_an_archive_reading_of_every_format_is_measured(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(reading, "_ROUNDS", 1)
    assert main(["bench", "replay", "--size", "1", "-o", "jsonl"]) == 0
    figures = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
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
