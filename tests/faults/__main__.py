"""``python -m tests.faults``: every fault, one after another, and the table into docs/faults.md."""

from __future__ import annotations

import os
import sys

import pytest

from tests.faults.running import ROOT
from tests.faults.table import TABLE

if __name__ == "__main__":
    os.environ[TABLE] = str(ROOT / "docs" / "faults.md")
    chosen = sys.argv[1:] or ["-m", "fault or faults", "tests/faults"]
    sys.exit(pytest.main(["-v", "--tb=short", "-p", "no:cacheprovider", *chosen]))
