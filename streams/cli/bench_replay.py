"""``wireroom bench replay``: an archive read and played, or every format read.

It must not measure: ``streams.bench.replay`` does.
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING

from streams.cli.bench_figures import print_figures
from streams.cli.output import terminal
from streams.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from schemas.raw import RawMessage
    from streams.bench import Figure
    from streams.cli.inputs import Inputs

__all__ = ["bench_replay", "formats", "measured"]

_MOST = 2_000


def bench_replay(paths: tuple[str, ...], inputs: Inputs, output: str | None, size: int) -> None:
    """Measure and print: the archives, or else reading of every format, and made dispatches.

    Args:
        paths: the archives.
        inputs: how to read them, and how many messages the chain is measured with.
        output: a file, or one of text, jsonl.
        size: MB of text in each file that is made where no archive is named.

    Raises:
        ConfigError: --max is below 1.
        ArchiveError: an archive cannot be read.
    """
    if inputs.max is not None and inputs.max < 1:
        raise ConfigError("bench replay needs --max of 1 or more")
    report = terminal(stderr=True)
    figures: list[Figure] = []
    read = () if paths else formats(size)
    for figure in chain(read, measured(paths, inputs, report.print)):
        report.print(f"measured: {figure.name}: {figure.value:,.3g} {figure.unit}")
        figures.append(figure)
    print_figures(figures, output)


def measured(
    paths: tuple[str, ...], inputs: Inputs, say: Callable[[str], None]
) -> Iterator[Figure]:
    """Each figure as it is measured.

    Args:
        paths: the archives; () for made dispatches.
        inputs: how to read them, and how many messages the chain is measured with.
        say: told what is measured next.
    """
    from streams.bench.replay import chain_figures, reading_figure  # noqa: PLC0415  (the stages)

    most = _MOST if inputs.max is None else inputs.max
    if not paths:
        # As long as the sample, each other than the rest. Reading them is not reading an archive.
        from streams.bench.corpus import Copywriter  # noqa: PLC0415  (as above)

        writer = Copywriter()
        yield from chain_figures(lambda: map(writer.scraped, count()), most=most, say=say)
        return
    whole = replace(inputs, max=None)
    whole.sources(paths)

    def read() -> Iterable[RawMessage]:
        return whole.sources(paths, mark_undated=True)

    yield reading_figure(read)
    yield from chain_figures(read, most=most, say=say)


def formats(size: int) -> Iterator[Figure]:
    """Reading of every format, in files of so many MB of text."""
    from streams.bench.reading import reading_figures  # noqa: PLC0415  (as above)

    with tempfile.TemporaryDirectory(prefix="wireroom-bench-") as folder:
        yield from reading_figures(Path(folder), size)
