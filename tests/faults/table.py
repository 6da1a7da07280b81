"""The ledger's table, for a terminal and for ``docs/faults.md``."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

TABLE = "FAULTS_TABLE"
"""The variable that names the page to put the table into."""

_COLUMNS = {
    "fault": "fault",
    "sent": "sent",
    "lost": "lost",
    "invented": "invented",
    "duplicated": "duplicated",
    "inverted": "inverted",
    "unaccounted": "unaccounted",
    "resends": "re-sends",
    "recovery_s": "recovery, s",
}
_BEGIN, _END = "<!-- the ledger: make faults writes it -->", "<!-- the end of the ledger -->"


def _cells(row: dict[str, Any]) -> list[str]:
    return ["" if row.get(name) is None else str(row[name]) for name in _COLUMNS]


def as_text(rows: Sequence[dict[str, Any]]) -> list[str]:
    """Lines of a table whose columns are aligned."""
    lines = [list(_COLUMNS.values()), *map(_cells, rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return [
        "  ".join(
            cell.ljust(width) if number == 0 else cell.rjust(width)
            for number, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        for line in lines
    ]


def as_markdown(rows: Sequence[dict[str, Any]]) -> str:
    """A Markdown table."""
    lines = [list(_COLUMNS.values()), ["---"] + ["---:"] * (len(_COLUMNS) - 1), *map(_cells, rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def machine() -> str:
    """What it ran on, without its name."""
    gigabytes = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    return f"{os.cpu_count()} cores, {gigabytes:.0f} GB, {os.uname().sysname}"


def publish(rows: Sequence[dict[str, Any]], page: Path) -> None:
    """Put the table of a run into a page, in place of the one before."""
    told = f"{datetime.now(UTC):%Y-%m-%d}, {machine()}; workers and broker on the same machine.\n"
    block = f"{_BEGIN}\n{told}\n{as_markdown(rows)}{_END}"
    text, found = re.subn(
        f"{re.escape(_BEGIN)}.*?{re.escape(_END)}",
        lambda _: block,
        page.read_text(),
        flags=re.DOTALL,
    )
    if not found:
        raise ValueError(f"{page} has no place for the table: {_BEGIN}")
    page.write_text(text)
