"""``python -m tests.faults``: every fault, one after another, and the table into docs/faults.md."""

from __future__ import annotations

import os
import sys

import pytest

from tests.faults.running import ROOT
from tests.faults.table import TABLE

if __name__ == "__main__":
    os.environ[TABLE] = str(ROOT / "docs" / "faults.md")
    fixed = ["-m", "fault or faults", "-v", "--tb=short", "-p", "no:cacheprovider"]
    # Further arguments are pytest's: `python -m tests.faults -k poison` runs one.
    sys.exit(pytest.main([*fixed, *(sys.argv[1:] or ["tests/faults"])]))
