"""The ledger's table, for a terminal and for ``docs/faults.md``."""

from __future__ import annotations

import os
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
    "run": "run",
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


def machine() -> str:
    """What it ran on, without its name."""
    gigabytes = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    return f"{os.cpu_count()} cores, {gigabytes:.0f} GB, {os.uname().sysname}"


def publish(rows: Sequence[dict[str, Any]], page: Path) -> None:
    """Put the rows of a run into a page's table; those of faults it left out stay as they were."""
    text = page.read_text()
    if not (text.count(_BEGIN) == text.count(_END) == 1):
        raise ValueError(f"{page} has no place for the table: {_BEGIN}")
    head, _, rest = text.partition(_BEGIN)
    before, _, tail = rest.partition(_END)
    lines = dict[str, str]()
    for line in before.splitlines():
        cells = line.split(" | ")
        if len(cells) == len(_COLUMNS) and not line.startswith(("| fault ", "| --- ")):
            lines[cells[0].removeprefix("| ")] = line
    for row in rows:
        cells = _cells({**row, "run": f"{datetime.now(UTC):%Y-%m-%d}"})
        lines[cells[0]] = f"| {' | '.join(cells)} |"
    titles = [
        f"| {' | '.join(_COLUMNS.values())} |",
        f"| --- |{' ---: |' * (len(_COLUMNS) - 1)}",
    ]
    told = f"On {machine()}, workers and brokers together."
    table = "\n".join([*titles, *lines.values()])
    page.write_text(f"{head}{_BEGIN}\n{told}\n\n{table}\n{_END}{tail}")
