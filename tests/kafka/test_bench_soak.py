"""``wireroom bench soak``: a run of seconds gives every figure, its table, page and plot."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.running import ROOT

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(150)]


def test_a_short_run_gives_its_figures_and_ends_at_ctrl_c(
    kafka_broker: str, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "streams", "bench", "soak", "--rate", "20", "--minutes", "30"]
    files = ["--csv", str(tmp_path / "s.csv"), "--page", str(tmp_path / "s.md")]
    process = subprocess.Popen(
        [*command, *files, "--broker", f"kafka://{kafka_broker}", "-o", "jsonl"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr is not None
        for _ in range(2):
            line = process.stderr.readline()
            assert "under way" in line, line + process.stderr.read()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 0, err
    found = {figure["name"]: figure["value"] for figure in map(json.loads, out.splitlines())}
    assert found["messages sent and not yet out, at the end"] == 0
    assert found["memory, desk"] > 20
    assert {"memory, intake", "memory, intake pool 1"} <= found.keys()
    with (tmp_path / "s.csv").open(newline="") as table:
        rows = list(csv.DictReader(table))
    assert len(rows) == 3
    assert int(rows[-1]["sent"]) == int(rows[-1]["seen"]) > 100
    page = (tmp_path / "s.md").read_text()
    assert "](s.svg)" in page
    assert "memory, desk" in page
    assert (tmp_path / "s.svg").read_text().count("<polyline") >= 8
