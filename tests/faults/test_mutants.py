"""Each deliberate bug is found by the test that is said to find it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.mutants import MUTANTS
from tests.faults.running import ROOT
from tests.faults.sabotaged import SABOTAGE

pytestmark = [pytest.mark.fault, pytest.mark.timeout(400)]


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[pytest.mark.kafka, pytest.mark.faults] if mutant.long else ())
        for name, mutant in MUTANTS.items()
    ],
)
def test_is_found(name: str, tmp_path: Path) -> None:
    mutant = MUTANTS[name]
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-x", "-p", "tests.faults.mutated"),
            *("-p", "no:cacheprovider", f"--basetemp={tmp_path / 'found'}", mutant.detector),
        ],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), SABOTAGE: f"mutant:{name}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, f"it was not found:\n{done.stdout[-3000:]}{done.stderr[-1000:]}"
    # Found, and not merely broken: no test failed to begin, and it says what was declared.
    assert re.search(r"^1 failed", done.stdout, re.MULTILINE), done.stdout[-3000:]
    assert mutant.finding in done.stdout, done.stdout[-3000:]
