"""``wireroom bench replay``: an archive read and played, or every format read.

It must not measure: ``streams.bench.replay`` does.
"""

from __future__ import annotations

import tempfile
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from streams.cli.bench_figures import figures_table
from streams.cli.output import Format, open_output, terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streams.bench import Figure
    from streams.cli.inputs import Inputs

__all__ = ["bench_replay"]

_MOST = 2_000


def bench_replay(paths: tuple[str, ...], inputs: Inputs, output: str | None, size: int) -> None:
    """Measure and print: the archives, or reading of every format where none is named.

    Args:
        paths: the archives.
        inputs: how to read them.
        output: a file, or one of text, jsonl.
        size: MB of text in each file that is made where no archive is named.

    Raises:
        ArchiveError: one cannot be read.
    """
    report = terminal(stderr=True)
    figures: list[Figure] = []
    for figure in _archive(paths, inputs) if paths else _formats(size):
        report.print(f"measured: {figure.name}")
        figures.append(figure)
    with open_output(output) as out:
        if out.format is Format.TEXT:
            out.show(figures_table(figures))
            return
        for figure in figures:
            out.line(orjson.dumps({**asdict(figure), "verdict": figure.verdict}))


def _archive(paths: tuple[str, ...], inputs: Inputs) -> Iterator[Figure]:
    from streams.bench.replay import replay_figures  # noqa: PLC0415  (loads the stages)

    whole = replace(inputs, max=None)
    whole.sources(paths)
    most = _MOST if inputs.max is None else inputs.max
    yield from replay_figures(lambda: whole.sources(paths, mark_undated=True), most=most)


def _formats(size: int) -> Iterator[Figure]:
    from streams.bench.reading import reading_figures  # noqa: PLC0415  (as above)

    with tempfile.TemporaryDirectory(prefix="wireroom-bench-") as folder:
        yield from reading_figures(Path(folder), size)
