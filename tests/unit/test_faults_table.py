"""The table of the faults: a run replaces its own rows and no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.table import as_text, publish


def a_row(fault: str, **cells: object) -> dict[str, object]:
    return {"fault": fault, "sent": 10, "lost": 0, "recovery_s": None, **cells}


def test_a_run_replaces_its_rows_and_leaves_the_others(tmp_path: Path) -> None:
    page = tmp_path / "faults.md"
    begin, end = "<!-- the ledger: make faults writes it -->", "<!-- the end of the ledger -->"
    page.write_text(f"before\n{begin}\n{end}\nafter\n")
    publish([a_row("kill -9"), a_row("poison", lost=2)], page)
    publish([a_row("poison", recovery_s=1.5), a_row("flood, of one partition")], page)
    text = page.read_text()
    assert text.startswith("before\n")
    assert text.endswith(f"{end}\nafter\n")
    rows = [line for line in text.splitlines() if line.startswith("|")][2:]
    assert [row.split(" | ")[:3] for row in rows] == [
        ["| kill -9", "10", "0"],
        ["| poison", "10", "0"],
        ["| flood, of one partition", "10", "0"],
    ]
    assert " | 1.5 | " in rows[1]


def test_a_page_without_a_place_for_it_is_refused(tmp_path: Path) -> None:
    page = tmp_path / "faults.md"
    page.write_text("nothing here\n")
    with pytest.raises(ValueError, match="no place for the table"):
        publish([a_row("poison")], page)


def test_columns_are_aligned() -> None:
    lines = as_text([a_row("kill -9", sent=5), a_row("a longer fault", sent=12345)])
    assert len({len(line) for line in lines}) == 1
