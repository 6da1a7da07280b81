"""``wireroom bench replay``: every figure comes out, over a small archive."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from streams.bench import replay
from streams.cli import main

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


def test_an_archive_must_be_named(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "replay"]) == 2
    assert "name a file" in capfd.readouterr().err
