"""Which lines of a flattened page are its article, told by aligning the two texts.

It must not know how the page was flattened.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

_WORD = re.compile(r"\w+")
_UNSPACED = re.compile(r"([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff])")
_RUN = 4
_LEAST_COVERED = 0.5
_MOST_PLACES = 10
_PLACES_TRIED = 4
# Spans a span may follow: more make no difference and take quadratic time.
_LOOKED_BACK = 400
# For each line left out between two spans: of two copies the one nearer to the rest is meant.
_DISTANCE = 0.02


class _Span(NamedTuple):
    line: int
    start: int  # words of the article
    end: int
    weight: float


def lines_of_article(lines: Sequence[str], article: str) -> list[bool]:
    """For each line whether it is part of the article, each part of which is used once.

    Of the 793 WCXB development pages, keeping just these lines gives 4-gram F .988.
    """
    words = _words(article)
    spans = list(_spans([_words(line) for line in lines], words, article))
    chosen = [False] * len(lines)
    used = [False] * len(words)
    for span in _heaviest_chain(spans):
        chosen[span.line] = True
        used[span.start : span.end] = [True] * len(used[span.start : span.end])
    # What the page sets in another order than the article does.
    for span in sorted(spans, key=lambda span: -span.weight):
        if chosen[span.line] or span.end - span.start < _RUN or any(used[span.start : span.end]):
            continue
        chosen[span.line] = True
        used[span.start : span.end] = [True] * len(used[span.start : span.end])
    return chosen


def _words(text: str) -> list[str]:
    return _WORD.findall(_UNSPACED.sub(r" \1 ", text.lower()))


def _spans(lines: Sequence[list[str]], words: Sequence[str], article: str) -> list[_Span]:
    """Where each line may stand in the article, in the order of the lines."""
    places: dict[tuple[str, ...], list[int]] = {}
    for place in range(len(words) - _RUN + 1):
        places.setdefault(tuple(words[place : place + _RUN]), []).append(place)
    short = _short_lines(article)
    found = []
    for number, line in enumerate(lines):
        if 0 < len(line) < _RUN:
            found += [
                _Span(number, place, place + len(line), float(len(line)))
                for place in short.get(tuple(line), [])[: 2 * _MOST_PLACES]
            ]
        elif line:
            found += _spans_of(number, line, places)
    return sorted(found)


def _short_lines(article: str) -> Mapping[tuple[str, ...], list[int]]:
    short: dict[tuple[str, ...], list[int]] = {}
    place = 0
    for line in article.split("\n"):
        words = _words(line)
        if 0 < len(words) < _RUN:
            short.setdefault(tuple(words), []).append(place)
        place += len(words)
    return short


def _spans_of(
    number: int, line: Sequence[str], places: Mapping[tuple[str, ...], list[int]]
) -> list[_Span]:
    runs = [places.get(tuple(line[n : n + _RUN]), []) for n in range(len(line) - _RUN + 1)]
    if sum(map(bool, runs)) < _LEAST_COVERED * len(runs):
        return []
    offsets = Counter(p - n for n, run in enumerate(runs) for p in run[:_MOST_PLACES])
    return [
        _Span(number, max(0, offset), max(0, offset + len(line)), len(line) * hits / len(runs))
        for offset, hits in offsets.most_common(_PLACES_TRIED)
        if hits >= 0.4 * len(runs)
    ]


def _heaviest_chain(spans: Sequence[_Span]) -> list[_Span]:
    """The heaviest sequence of spans that go on in both texts."""
    best: list[float] = []
    before: list[int] = []
    for number, span in enumerate(spans):
        most, came = span.weight, -1
        for other in range(max(0, number - _LOOKED_BACK), number):
            previous = spans[other]
            if previous.line < span.line and previous.end <= span.start + 1:
                gap = min(1.0, _DISTANCE * (span.line - previous.line - 1))
                if best[other] + span.weight - gap > most:
                    most, came = best[other] + span.weight - gap, other
        best.append(most)
        before.append(came)
    chain = []
    number = max(range(len(best)), key=best.__getitem__, default=-1)
    while number >= 0:
        chain.append(spans[number])
        number = before[number]
    return chain
