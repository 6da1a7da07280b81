"""``wireroom bench replay``: an archive read and played, by the clock of this machine.

It must not measure: ``streams.bench.replay`` does.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING

import orjson

from streams.cli.bench_figures import figures_table
from streams.cli.output import Format, open_output, terminal

if TYPE_CHECKING:
    from streams.bench import Figure
    from streams.cli.inputs import Inputs

__all__ = ["bench_replay"]

_MOST = 2_000


def bench_replay(paths: tuple[str, ...], inputs: Inputs, output: str | None) -> None:
    """Measure and print.

    Raises:
        ConfigError: no archive is named.
        ArchiveError: it cannot be read.
    """
    from streams.bench.replay import replay_figures  # noqa: PLC0415  (loads the stages)

    whole = replace(inputs, max=None)
    whole.sources(paths)
    report = terminal(stderr=True)
    figures: list[Figure] = []
    most = _MOST if inputs.max is None else inputs.max
    for figure in replay_figures(lambda: whole.sources(paths, mark_undated=True), most=most):
        report.print(f"measured: {figure.name}")
        figures.append(figure)
    with open_output(output) as out:
        if out.format is Format.TEXT:
            out.show(figures_table(figures))
            return
        for figure in figures:
            out.line(orjson.dumps({**asdict(figure), "verdict": figure.verdict}))
