"""How much of an article was extracted, and how much else: the scores of cleaning.

The measure is that of the public article-extraction benchmark (scrapinghub, ``evaluate.py``), as
it defines it:

- Words are runs of letters, digits and underscores, case kept. The shingles of a text are its runs
  of four words, with how often each occurs; a text of fewer words is one shingle, one without
  words has none.
- Of one page, a shingle counts as often as both texts have it (true positives), as often as only
  the extraction has it (false positives) or only the article (false negatives). Precision is
  TP / (TP + FP) and recall TP / (TP + FN); both are 1 for two equal bags of shingles, and 0 where
  nothing is shared.
- Precision is the mean over the pages on which anything was extracted, recall over those that
  have an article; so long pages weigh no more than short ones. F1 is the harmonic mean of these
  two means, not a mean of F1s.
- An exact match has the same words in the same order.

Beside it stands the measure of other benchmarks: word F1, the mean over all pages of the F1 of
the bags of words, case folded. It must not know how the text was extracted.
"""

from __future__ import annotations

import re
import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

_WORD = re.compile(r"\w+")
_SHINGLE = 4
# As many as the benchmark draws; the seed makes the same run give the same figure.
_RESAMPLES = 1_000
_SEED = 1987


@dataclass(frozen=True, slots=True)
class Match:
    """How an extraction matches the article of one page.

    Attributes:
        precision: of its shingles; None where nothing was extracted.
        recall: of the article's shingles; None where there is no article.
        exact: the same words in the same order.
        word_f1: of the bags of words.
        empty: not one word was extracted.
    """

    precision: float | None
    recall: float | None
    exact: bool
    word_f1: float
    empty: bool


@dataclass(frozen=True, slots=True)
class Score:
    """How one method matches the articles of all pages; every share is from 0 to 1.

    Attributes:
        f1_error: standard error of ``f1``, by bootstrap over pages.
        empty: pages on which it extracted not one word.
    """

    pages: int
    precision: float
    recall: float
    f1: float
    f1_error: float
    exact: float
    word_f1: float
    empty: int


def match(article: str, extracted: str) -> Match:
    """How an extracted text matches the true article."""
    true, said = _WORD.findall(article), _WORD.findall(extracted)
    true_shingles, said_shingles = shingles(true), shingles(said)
    shared = (true_shingles & said_shingles).total()
    return Match(
        precision=shared / said_shingles.total() if said else None,
        recall=shared / true_shingles.total() if true else None,
        exact=true == said,
        word_f1=_word_f1(article, extracted),
        empty=not said,
    )


def shingles(words: Sequence[str]) -> Counter[tuple[str, ...]]:
    """The runs of four words, with how often each occurs."""
    starts = range(max(1, len(words) - _SHINGLE + 1)) if words else ()
    return Counter(tuple(words[start : start + _SHINGLE]) for start in starts)


def _word_f1(article: str, extracted: str) -> float:
    true = Counter(_WORD.findall(article.casefold()))
    said = Counter(_WORD.findall(extracted.casefold()))
    if not true and not said:
        return 1.0
    return 2 * (true & said).total() / (true.total() + said.total())


def score(matches: Sequence[Match]) -> Score:
    """The figures of a method over all pages.

    Raises:
        ValueError: there is no page.
    """
    if not matches:
        raise ValueError("no page to score")
    missing = float("nan")
    precisions, recalls = (
        np.array([missing if value is None else value for value in column], dtype=np.float64)
        for column in zip(*((one.precision, one.recall) for one in matches), strict=True)
    )
    everything = np.arange(len(matches))
    precision, recall, f1 = _means(precisions, recalls, everything)
    chooser = np.random.default_rng(_SEED)
    drawn = [
        _means(precisions, recalls, chooser.integers(0, len(matches), len(matches)))[2]
        for _ in range(_RESAMPLES)
    ]
    return Score(
        pages=len(matches),
        precision=precision,
        recall=recall,
        f1=f1,
        f1_error=statistics.stdev(drawn),
        exact=statistics.fmean(one.exact for one in matches),
        word_f1=statistics.fmean(one.word_f1 for one in matches),
        empty=sum(one.empty for one in matches),
    )


def _means(
    precisions: np.ndarray, recalls: np.ndarray, chosen: np.ndarray
) -> tuple[float, float, float]:
    """Mean precision and recall of the chosen pages, and their harmonic mean; 0 for none."""
    both = []
    for column in (precisions[chosen], recalls[chosen]):
        counted = column[~np.isnan(column)]
        both.append(float(counted.mean()) if counted.size else 0.0)
    precision, recall = both
    return precision, recall, 2 * precision * recall / (precision + recall) if any(both) else 0.0
