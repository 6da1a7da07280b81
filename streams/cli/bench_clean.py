"""``wireroom bench clean``: how well pages are cut to their articles, beside other methods.

It must not measure: ``streams.bench.clean`` does.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import orjson
from cyclopts import Group, Parameter

from streams.cli.output import Format, open_output, terminal
from streams.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.table import Table

    from streams.bench.clean import MethodFigures
    from streams.bench.clean_dispatches import DispatchFigures
    from streams.bench.clean_pages import Page
    from streams.cli.output import Output

__all__ = ["CleanOptions", "bench_clean"]

_GROUP = Group("bench clean", sort_key=8)


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class CleanOptions:
    """What cleaning is measured with.

    Attributes:
        html: markup of pages of the corpus, JSON Lines of id and html, if not in the corpus.
        truth: compare an extraction's body with the article, or the whole, its headline too;
            the F1 of the other is printed beside it.
        held_out: only sites in part K of N, as 1/5; pages of a site are in the same part.
        seed: of the dispatches made of the articles.
    """

    html: Annotated[Path | None, Parameter(group=_GROUP)] = None
    truth: Annotated[Literal["body", "whole"], Parameter(group=_GROUP)] = "body"
    held_out: Annotated[str | None, Parameter(group=_GROUP)] = None
    seed: Annotated[int, Parameter(group=_GROUP)] = 1987


def bench_clean(
    corpus: str | None, options: CleanOptions, output: str | None, most: int | None
) -> None:
    """Measure and print; ``most`` bounds the pages.

    Raises:
        ConfigError: no corpus, or one that cannot be read.
    """
    from streams.bench.clean import Truth, on_html, on_text  # noqa: PLC0415  (loads the models)
    from streams.bench.clean_pages import parse_part, read_pages, site  # noqa: PLC0415

    if corpus is None:
        raise ConfigError(
            "clean is measured with --corpus PATH: JSON Lines of id, url, text and articleBody"
        )
    part = parse_part(options.held_out) if options.held_out else None
    pages = read_pages(Path(corpus), markup=options.html, part=part, most=most)
    truth = Truth(options.truth)
    with_text, with_html = (
        sum(bool(page.text) for page in pages),
        sum(page.html is not None for page in pages),
    )
    sites = len({site(page.url) for page in pages})
    held = f", part {options.held_out}" if part else ""
    terminal(stderr=True).print(f"{len(pages)} pages of {sites} sites{held}; CPU time, one process")
    rows: list[MethodFigures] = []
    with _progress("flattened pages", with_text) as step:
        rows += on_text(pages, truth, step=step)
    with _progress("pages with markup", with_html) as step:
        rows += on_html(pages, truth, step=step)
    dispatches = _dispatches(pages, options.seed)
    with open_output(output) as out:
        _write(rows, out)
        _write_dispatches(dispatches, out)


def _dispatches(pages: list[Page], seed: int) -> list[DispatchFigures]:
    from streams.bench.clean_dispatches import figures, judge  # noqa: PLC0415  (as above)
    from streams.bench.dispatches import make  # noqa: PLC0415

    outcomes = []
    with _progress("dispatches made of the articles", len(pages)) as step:
        for dispatch in make(pages, seed):
            outcomes.append(judge(dispatch))
            step()
    return figures(outcomes) if outcomes else []


def _write_dispatches(rows: list[DispatchFigures], out: Output) -> None:
    if out.format is not Format.TEXT:
        for row in rows:
            out.line(orjson.dumps({"table": "dispatches", **asdict(row), **row.shares()}))
        return
    if not rows:
        return
    out.show(_dispatch_table(rows))
    if rows[0].lost_by_reason:
        told = ", ".join(f"{reason} {count}" for reason, count in rows[0].lost_by_reason.items())
        out.show(f"{rows[0].body_lost} of {rows[0].body} body lines lost: {told}")
    if rows[0].unread:
        out.show(f"{rows[0].unread} not counted: decoding changed their characters")


def _dispatch_table(rows: list[DispatchFigures]) -> Table:
    from rich.table import Table  # noqa: PLC0415  (start quickly)

    table = Table(box=None, padding=(0, 1, 0, 0))
    table.add_column("dispatches made", no_wrap=True)
    for column in ("n", "lines lost", "chars lost", "teasers gone", "nav. gone", "head exact", "ms"):
        table.add_column(column, justify="right")
    for row in rows:
        cells = ["" if share is None else f"{share:.2%}" for share in row.shares().values()]
        table.add_row(row.group, str(row.dispatches), *cells, f"{row.ms:.2f}")
    return table


def _write(rows: list[MethodFigures], out: Output) -> None:
    if out.format is Format.TEXT:
        for source in dict.fromkeys(row.source for row in rows):
            of_source = [row for row in rows if row.source == source]
            out.show(f"{of_source[0].score.pages} pages")
            out.show(_table(of_source))
            out.show("")
        return
    for row in rows:
        flat = asdict(row)
        out.line(orjson.dumps({"table": "pages", **flat.pop("score"), **flat}))


def _table(rows: list[MethodFigures]) -> Table:
    from rich.table import Table  # noqa: PLC0415  (start quickly)

    first = rows[0]
    other = "whole" if first.truth == "body" else "body"
    table = Table(box=None, padding=(0, 1, 0, 0))
    table.add_column(f"{first.source}, {first.truth}", no_wrap=True)
    for column in ("F1", "+-", "P", "R", "exact", "words", "empty", other, "ms", "cost"):
        table.add_column(column, justify="right")
    for row in rows:
        one = row.score
        table.add_row(
            row.method,
            *map(_point, (one.f1, one.f1_error, one.precision, one.recall)),
            _point(one.exact, 3),
            _point(one.word_f1),
            str(one.empty),
            _point(row.other_f1),
            f"{row.ms:.2f}",
            "" if row.cost_ratio is None else f"{row.cost_ratio:.2f}x",
        )
    return table


def _point(share: float, digits: int = 4) -> str:
    """A share as tables of scores set it: .9134."""
    return f"{share:.{digits}f}".removeprefix("0")


@contextmanager
def _progress(words: str, total: int) -> Iterator[Callable[[], None]]:
    """A bar on a terminal's standard error: call once for each that is done."""
    if not (total and sys.stderr.isatty()):
        yield lambda: None
        return
    from rich.progress import Progress  # noqa: PLC0415  (start quickly)

    with Progress(console=terminal(stderr=True), transient=True) as bars:
        task = bars.add_task(words, total=total)
        yield lambda: bars.advance(task)
