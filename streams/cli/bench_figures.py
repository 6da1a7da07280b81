"""Figures beside their budgets, as a table or as lines.

It must not measure or judge.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import orjson

from streams.cli.output import Format, open_output
from streams.cli.render import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table

    from streams.bench.measure import Figure

__all__ = ["figures_table", "print_figures"]

_WHOLE = 100  # figures from here on are printed without decimals


def figures_table(figures: Sequence[Figure], title: str = "measured") -> Table:
    """A row a figure; ``title`` heads the column of their names."""
    from rich.table import Table  # noqa: PLC0415  (start quickly)

    table = Table(box=None)
    for column in (printable(title), "figure", "at least", "aim", "", "spread"):
        table.add_column(column)
    for figure in figures:
        value = f"{figure.value:,.0f}" if figure.value >= _WHOLE else f"{figure.value:.2f}"
        least, aim = (
            "" if budget is None else f"{budget:,g}" for budget in (figure.least, figure.aim)
        )
        unit = figure.unit
        table.add_row(figure.name, f"{value} {unit}", least, aim, figure.verdict, figure.note)
    return table


def print_figures(figures: Sequence[Figure], output: str | None) -> None:
    """The table for people; for programs a JSON line a figure, with its verdict."""
    with open_output(output) as out:
        if out.format is Format.TEXT:
            out.show(figures_table(figures))
            return
        for figure in figures:
            out.line(orjson.dumps({**asdict(figure), "verdict": figure.verdict}))
