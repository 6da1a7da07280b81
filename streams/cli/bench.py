"""``wireroom bench``: the budgets, measured on this machine, in this run.

It must not judge: figures are printed as they came out, beside their budgets.
"""

from __future__ import annotations

import os
from dataclasses import asdict
from typing import TYPE_CHECKING

import orjson

from streams.cli.common import Common
from streams.cli.inputs import Inputs
from streams.cli.output import Format, OutputOption, open_output, terminal
from streams.errors import ConfigError

if TYPE_CHECKING:
    from rich.table import Table

    from streams.bench import Figure

# Libraries of linear algebra start a thread a core, and a budget is per core.
_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def bench(
    *sections: str,
    corpus: str | None = None,
    hot: int = 100_000,
    output: OutputOption = None,
    inputs: Inputs = Inputs(),  # noqa: B008  (frozen)
    common: Common = Common(),  # noqa: B008  (frozen)
) -> None:
    """Measure this machine against the budgets, in CPU time.

    Sections: stages (decode, clean, sign), desk, enrich, embedded, and kafka,
    which needs a broker: start one with make kafka and name it with --broker.
    Without any: all but kafka.

    Args:
        sections: what to measure.
        corpus: measure with these messages (as for run) instead of those made here.
        hot: how many items the desk holds while it is measured; the budget is for 1,000,000.
        output: a file, or one of text, jsonl.
        inputs: how to read the corpus.
        common: settings.
    """
    for name in _ONE_THREAD:
        os.environ.setdefault(name, "1")
    from streams.bench import SECTIONS, measure  # noqa: PLC0415  (numpy reads the above)

    unknown = [name for name in sections if name not in SECTIONS]
    if unknown:
        raise ConfigError(f"{unknown[0]} is not measured; there are {', '.join(SECTIONS)}")
    broker = common.settings().broker
    if "kafka" in sections and not broker.startswith("kafka://"):
        raise ConfigError(f"kafka is measured on a broker, kafka://host:port, not on {broker}")
    chosen = sections or tuple(name for name in SECTIONS if name != "kafka")
    messages = tuple(inputs.sources((corpus,))) if corpus else ()
    report = terminal(stderr=True)
    figures: list[Figure] = []
    for name, section in measure(chosen, messages=messages, hot=hot, broker=broker).items():
        report.print(f"measuring {name} ...")
        figures += section()
    with open_output(output) as out:
        if out.format is Format.TEXT:
            out.show(_table(figures))
            return
        for figure in figures:
            out.line(orjson.dumps({**asdict(figure), "verdict": figure.verdict}))


def _table(figures: list[Figure]) -> Table:
    from rich.table import Table  # noqa: PLC0415  (start quickly)

    table = Table(box=None)
    for column in ("measured", "figure", "at least", "aim", "", "spread"):
        table.add_column(column)
    for figure in figures:
        value = f"{figure.value:,.0f}" if figure.value >= 100 else f"{figure.value:.2f}"
        least, aim = (
            "" if budget is None else f"{budget:,g}" for budget in (figure.least, figure.aim)
        )
        unit = figure.unit
        table.add_row(figure.name, f"{value} {unit}", least, aim, figure.verdict, figure.note)
    return table
