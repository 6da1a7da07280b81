"""``wireroom bench clean``: how well pages are cut to their articles, beside other methods.

It must not measure: ``streams.bench.clean`` does.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import orjson
from cyclopts import Parameter

from streams.cli.output import Format, open_output, terminal
from streams.cli.render import printable
from streams.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.table import Table

    from streams.bench.clean import MethodFigures
    from streams.bench.clean_dispatches import DispatchFigures
    from streams.bench.clean_pages import Page
    from streams.bench.clean_texts import LanguageFigures, RepairFigures
    from streams.cli.output import Output

__all__ = ["CleanOptions", "bench_clean", "progress"]

_EXAMPLE_CHARS = 200


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class CleanOptions:
    """What cleaning is measured with.

    Attributes:
        html: markup of pages of the corpus, JSON Lines of id and html, if not in the corpus.
        truth: compare an extraction's body with the article, or the whole, its headline too;
            the F1 of the other is printed beside it.
        held_out: only sites in part K of N, as 1/5; pages of a site are in the same part.
        languages: JSON Lines of language (its code) and text: their first seven words are told
            apart, and they are damaged and repaired like the paragraphs of the corpus.
        seed: of the dispatches made of the articles.
    """

    html: Path | None = None
    truth: Literal["body", "whole"] = "body"
    held_out: str | None = None
    languages: Path | None = None
    seed: int = 1987


def bench_clean(
    corpus: str | None, options: CleanOptions, output: str | None, most: int | None
) -> None:
    """Measure and print; ``most`` bounds the pages.

    Raises:
        ConfigError: no corpus, or one that cannot be read.
    """
    from streams.bench.clean import Truth, on_html, on_text  # noqa: PLC0415  (loads the models)
    from streams.bench.clean_pages import parse_part, read_pages, site  # noqa: PLC0415
    from streams.bench.clean_texts import (  # noqa: PLC0415
        languages,
        paragraphs,
        read_texts,
        repairs,
    )

    if corpus is None:
        raise ConfigError(
            "clean is measured with --corpus PATH: JSON Lines of id, url, text and articleBody"
        )
    part = parse_part(options.held_out) if options.held_out else None
    pages = read_pages(Path(corpus), markup=options.html, part=part, most=most)
    texts = read_texts(options.languages) if options.languages else []
    truth = Truth(options.truth)
    sites = len({site(page.url) for page in pages})
    held = f", part {options.held_out}" if part else ""
    terminal(stderr=True).print(f"{len(pages)} pages of {sites} sites{held}; CPU time, one process")
    rows: list[MethodFigures] = []
    with progress("flattened pages", sum(bool(page.text) for page in pages)) as step:
        rows += on_text(pages, truth, step=step)
    with progress("pages with markup", sum(page.html is not None for page in pages)) as step:
        rows += on_html(pages, truth, step=step)
    dispatches = _dispatches(pages, options.seed)
    repaired = repairs([*paragraphs(pages), *(text for _, text in texts)])
    told = languages(texts)
    with open_output(output) as out:
        if out.format is Format.TEXT:
            _show(rows, dispatches, repaired, told, out)
            return
        for row in rows:
            flat = asdict(row)
            out.line(orjson.dumps({"table": "pages", **flat.pop("score"), **flat}))
        for group in dispatches:
            out.line(orjson.dumps({"table": "dispatches", **asdict(group), **group.shares()}))
        for one in repaired:
            out.line(orjson.dumps({"table": "mojibake", **asdict(one)}))
        for language in told:
            out.line(orjson.dumps({"table": "language", **asdict(language)}))


def _show(
    rows: list[MethodFigures],
    dispatches: list[DispatchFigures],
    repaired: list[RepairFigures],
    told: list[LanguageFigures],
    out: Output,
) -> None:
    for source in dict.fromkeys(row.source for row in rows):
        of_source = [row for row in rows if row.source == source]
        out.show(f"{of_source[0].score.pages} pages")
        out.show(_table(of_source))
        out.show("")
    if dispatches:
        out.show(_dispatch_table(dispatches))
        first = dispatches[0]
        reasons = ", ".join(f"{reason} {count}" for reason, count in first.lost_by_reason.items())
        if reasons:
            out.show(f"{first.body_lost} of {first.body} body lines lost: {reasons}")
        if first.unread:
            out.show(f"{first.unread} not counted: decoding changed their characters")
        out.show("")
    if repaired:
        out.show(_repair_table(repaired))
        for one in repaired:
            for example in () if one.is_damaged else one.examples:
                out.show(f"changed: {printable(example[:_EXAMPLE_CHARS])}")
        out.show("")
    if told:
        out.show(_language_table(told))


def _dispatches(pages: list[Page], seed: int) -> list[DispatchFigures]:
    from streams.bench.clean_dispatches import figures, judge  # noqa: PLC0415  (as above)
    from streams.bench.dispatches import make  # noqa: PLC0415

    outcomes = []
    with progress("dispatches made of the articles", len(pages)) as step:
        for dispatch in make(pages, seed):
            outcomes.append(judge(dispatch))
            step()
    return figures(outcomes) if outcomes else []


def _dispatch_table(rows: list[DispatchFigures]) -> Table:
    from rich.table import Table  # noqa: PLC0415  (start quickly)

    table = Table(box=None, padding=(0, 1, 0, 0))
    table.add_column("dispatches made", no_wrap=True)
    for column in (
        "n",
        "lines lost",
        "chars lost",
        "teasers gone",
        "nav. gone",
        "head exact",
        "ms",
    ):
        table.add_column(column, justify="right")
    for row in rows:
        cells = ["" if share is None else f"{share:.2%}" for share in row.shares().values()]
        table.add_row(row.group, str(row.dispatches), *cells, f"{row.ms:.2f}")
    return table


def _repair_table(rows: list[RepairFigures]) -> Table:
    from rich.table import Table  # noqa: PLC0415  (start quickly)

    table = Table(box=None, padding=(0, 1, 0, 0))
    table.add_column("paragraphs", no_wrap=True)
    for column in ("n", "right", "share", "left", "wrong"):
        table.add_column(column, justify="right")
    for row in rows:
        cells = (row.texts, row.right, f"{row.right / row.texts:.2%}", row.untouched, row.wrong)
        table.add_row(row.damage + ("" if row.common else " (rare)"), *map(str, cells))
    return table


def _language_table(rows: list[LanguageFigures]) -> Table:
    from rich.table import Table  # noqa: PLC0415  (start quickly)

    table = Table(box=None, padding=(0, 1, 0, 0))
    table.add_column("openings of 7 words", no_wrap=True)
    for column in ("n", "answered", "right of those", "right of all", "mistaken for"):
        table.add_column(column, justify="left" if column.startswith("mis") else "right")
    for row in rows:
        most = list(row.mistaken.items())[:6]
        table.add_row(
            row.language,
            str(row.texts),
            f"{row.answered / row.texts:.2%}",
            f"{row.right / max(row.answered, 1):.2%}",
            f"{row.right / row.texts:.2%}",
            ", ".join(f"{language} {count}" for language, count in most),
        )
    return table


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
def progress(words: str, total: int) -> Iterator[Callable[[], None]]:
    """A bar on a terminal's standard error: call once for each that is done."""
    if not (total and sys.stderr.isatty()):
        yield lambda: None
        return
    from rich.progress import Progress  # noqa: PLC0415  (start quickly)

    with Progress(console=terminal(stderr=True), transient=True) as bars:
        task = bars.add_task(words, total=total)
        yield lambda: bars.advance(task)
