"""Keeps the demo's real output in README.md: ``python deploy/demo/readme.py [--check]``.

It must not write anything that the demo did not print; what is left out is marked "...".
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
BLOCK = re.compile(r"(<!-- demo:.*?-->\n```text\n)(.*?)(```\n<!-- /demo -->)", re.DOTALL)
# The parts a newcomer should see, by the words their first line begins with.
SHOWN = ("Ferry fire", "Léman:", "KILL: Halvorsen", "Not published", "66 in")
COLUMNS = "100"


def demo_output() -> str:
    """What ``make demo`` prints, on a terminal of 100 columns."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "streams", "run", "deploy/demo/feed.jsonl", "--report"]
        done = subprocess.run(  # noqa: S603  (our own program)
            [*command, "-o", str(Path(folder) / "demo.jsonl")],
            cwd=ROOT,
            env={**os.environ, "COLUMNS": COLUMNS, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=True,
        )
    return re.sub(
        r"^(Every event, one a line: ).*$", r"\1out/demo.jsonl", done.stdout, flags=re.MULTILINE
    )


def excerpt(output: str) -> str:
    """The shown parts of the output, "..." for each run of parts left out."""
    lines: list[str] = []
    for part in output.strip().split("\n\n"):
        if part.lstrip().startswith(SHOWN):
            lines += [*(line.rstrip() for line in part.splitlines()), ""]
        elif lines[-2:] != ["...", ""]:
            lines += ["...", ""]
    return "\n".join(lines).rstrip() + "\n"


def main() -> int:
    """Write the block, or with ``--check`` say whether it is what the demo prints."""
    text = README.read_text("utf-8")
    fresh = excerpt(demo_output())
    written = BLOCK.sub(lambda match: match[1] + fresh + match[3], text)
    if "--check" in sys.argv[1:]:
        if written != text:
            print("README.md does not show what the demo prints: run make readme", file=sys.stderr)
            return 1
        return 0
    README.write_text(written, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
