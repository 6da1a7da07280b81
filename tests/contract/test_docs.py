"""Every command in the docs is run, and every link between our own files leads somewhere."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), ROOT / "CONTRIBUTING.md"]
BLOCK = re.compile(r"^```sh(?P<marks>[^\n]*)\n(?P<body>.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?://|#|mailto:)([^)#]+)")
# Setting up cannot be run from inside what it sets up; that these targets exist is checked.
MAKE = re.compile(r"^make (?P<target>\w+)$")


def blocks() -> list[object]:
    found = []
    for page in PAGES:
        for number, match in enumerate(BLOCK.finditer(page.read_text("utf-8")), 1):
            marks = [pytest.mark.kafka] if "kafka" in match["marks"] else []
            name = f"{page.relative_to(ROOT)}:{number}"
            found.append(pytest.param(match["body"], bool(marks), id=name, marks=marks))
    return found


@pytest.fixture
def clone(tmp_path):
    """A folder that looks like a clone after set-up, where commands may write."""
    (tmp_path / ".venv").symlink_to(sys.prefix)
    for name in ("deploy", "docs", "README.md", "Makefile"):
        (tmp_path / name).symlink_to(ROOT / name)
    return tmp_path


@pytest.mark.timeout(120)
@pytest.mark.parametrize(("body", "needs_kafka"), blocks())
def test_commands_of_the_docs_run(body, needs_kafka, clone, request):
    """Blocks marked ``sh``; the ones marked ``sh kafka`` against a real broker."""
    if needs_kafka:
        bootstrap = request.getfixturevalue("kafka_broker")
        body = body.replace("localhost:9092", bootstrap)
    lines = []
    for line in body.splitlines():
        if make := MAKE.match(line):
            assert re.search(rf"^{make['target']}:", (ROOT / "Makefile").read_text(), re.MULTILINE)
        else:
            lines.append(line)
    script = "\n".join(
        ["set -euo pipefail", "trap 'kill $(jobs -p) 2>/dev/null || true' EXIT", *lines]
    )
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=clone,
        env={**os.environ, "PYTHONPATH": str(ROOT), "WIREROOM_TEST_DOCS": "1"},
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert done.returncode == 0, f"{script}\n--- stdout\n{done.stdout}\n--- stderr\n{done.stderr}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    for target in LINK.findall(page.read_text("utf-8")):
        assert (page.parent / target).exists(), f"{page.name} links to {target}, which is not there"


@pytest.mark.timeout(90)
def test_readme_shows_what_the_demo_prints():
    done = subprocess.run(
        [sys.executable, str(ROOT / "deploy/demo/readme.py"), "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
