"""How well and how fast pages are cut to their articles: ``wireroom bench clean``.

All methods see a page one after the other, so that what else the machine does falls on all alike.
It must not judge whether a figure is good enough.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from streams.bench.clean_methods import (
    ON_HTML,
    ON_TEXT,
    OURS,
    TRAFILATURA,
    Extraction,
    Method,
    trafilatura_headline,
)
from streams.bench.clean_pages import Page
from streams.bench.clean_scores import Match, Score, match, score

FLATTENED = "flattened text"
MARKUP = "html"


class Truth(StrEnum):
    """What of an extraction is compared with the article of the corpus."""

    BODY = "body"  # its paragraphs
    WHOLE = "whole"  # its headline and its paragraphs


@dataclass(frozen=True, slots=True)
class MethodFigures:
    """How one method did on one kind of input.

    Attributes:
        source: the input, "flattened text" or "html".
        truth: what was compared with the article for ``score``.
        other_f1: F1 when the other of body and whole is compared.
        ms: CPU time of this process for a page, in milliseconds, the mean of all pages.
        cost_ratio: ours against trafilatura, all pages together; None for the others.
        cost_ratio_median: the same page by page, the median.
    """

    source: str
    method: str
    truth: Truth
    score: Score
    other_f1: float
    ms: float
    cost_ratio: float | None = None
    cost_ratio_median: float | None = None


@dataclass(slots=True)
class _Run:
    """What was gathered of one method."""

    body: list[Match] = field(default_factory=list)
    whole: list[Match] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)


def on_text(
    pages: Sequence[Page],
    truth: Truth,
    *,
    methods: Mapping[str, Method] = ON_TEXT,
    step: Callable[[], None] = lambda: None,
) -> list[MethodFigures]:
    """Figures of our cleaning and of the line rules on flattened pages; ``step`` after each."""
    flattened = [page for page in pages if page.text]
    return _figures(FLATTENED, _run(flattened, methods, step), truth)


def on_html(
    pages: Sequence[Page],
    truth: Truth,
    *,
    methods: Mapping[str, Method] = ON_HTML,
    step: Callable[[], None] = lambda: None,
) -> list[MethodFigures]:
    """Figures of our cleaning and of trafilatura on pages whose markup is known."""
    return _figures(MARKUP, _run([page for page in pages if page.html], methods, step), truth)


def _run(
    pages: Iterable[Page], methods: Mapping[str, Method], step: Callable[[], None]
) -> dict[str, _Run]:
    runs = {name: _Run() for name in methods}
    order = list(methods.items())
    for number, page in enumerate(pages):
        if not number:
            for method in methods.values():
                method(page)  # models and word lists are read on first use
        extracted = {name: _timed(method, page, runs[name].seconds) for name, method in order}
        order.reverse()  # who comes second finds warm caches: each does on every other page
        for name, text in extracted.items():
            runs[name].body.append(match(page.body, text.body))
            runs[name].whole.append(match(page.body, _whole(name, page, text)))
        step()
    return runs


def _timed(method: Method, page: Page, seconds: list[float]) -> Extraction:
    before = time.process_time()
    extracted = method(page)
    seconds.append(time.process_time() - before)
    return extracted


def _whole(name: str, page: Page, extracted: Extraction) -> str:
    if name != TRAFILATURA:
        return extracted.whole
    return Extraction(trafilatura_headline(page), extracted.body).whole


def _figures(source: str, runs: dict[str, _Run], truth: Truth) -> list[MethodFigures]:
    rows = []
    for name, run in runs.items():
        if not run.seconds:
            continue
        body, whole = score(run.body), score(run.whole)
        chosen, other = (body, whole) if truth is Truth.BODY else (whole, body)
        beside = runs.get(TRAFILATURA) if name == OURS else None
        rows.append(
            MethodFigures(
                source=source,
                method=name,
                truth=truth,
                score=chosen,
                other_f1=other.f1,
                ms=statistics.fmean(run.seconds) * 1000,
                cost_ratio=sum(run.seconds) / sum(beside.seconds) if beside else None,
                cost_ratio_median=_median_ratio(run, beside) if beside else None,
            )
        )
    return rows


def _median_ratio(ours: _Run, theirs: _Run) -> float:
    pairs = zip(ours.seconds, theirs.seconds, strict=True)
    return statistics.median(a / b for a, b in pairs if b)
