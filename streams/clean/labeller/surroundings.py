"""What stands around a line: its neighbours, and its place in the text.

It must not look at characters: it works on the numbers of ``lines``. Columns are computed side by
side in blocks, which is five times as fast on a dispatch of twenty lines as one by one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from streams.clean.labeller.lines import Column, Columns
from streams.clean.labeller.vocabulary import NO_SCORE

Matrix = NDArray[np.float64]
Block = tuple[Sequence[str], Matrix]
"""Names of columns, and the columns, shape (lines, names)."""

_NEIGHBOURS = (-3, -2, -1, 1, 2, 3)
_OF_NEIGHBOURS = (
    "words", "titled", "lowered", "ends_sentence", "gap_before", "cohesion", "repeats",
    "inner_ends", "table", "known_furniture", "vocabulary",
)  # fmt: skip
_AROUND = (3, 8, 20)
_OF_WINDOWS = (
    "prose_words", "prose", "few_words", "titled", "ends_sentence", "cohesion", "digits",
    "vocabulary", "known_furniture",
)  # fmt: skip
_BESIDE = (5, 15)
_OF_SIDES = (
    "prose_words", "no_prose", "repeated", "dated", "alike", "digits", "titled", "lowered",
    "inner_ends", "words", "vocabulary", "shared",
)  # fmt: skip
_OF_GROUPS = ("words", "prose")
_BESIDE_GROUP = (-2, -1, 1, 2)
_FURTHEST = 60
_MOST_WORDS = 60
# What a line without prose costs a run of lines: the heavier, the shorter the runs.
_PENALTIES = (3.0, 9.0, 20.0)
_ABOVE = (30, 100)
_NO_LABEL = 1e6
_HARMLESS = 10.0


def surroundings(lines: Columns) -> Iterator[Block]:
    """Columns of one number a line, from the columns of ``line_features``."""
    given = lines | _derived(lines)
    yield _neighbours(given)
    yield from _windows(given)
    yield from _sides(given)
    yield from _groups(given)
    yield _block(_place(given))
    yield _block(_runs(given))
    yield _block(_labels_above(given))


def _block(columns: Mapping[str, Column]) -> Block:
    return tuple(columns), np.stack(list(columns.values()), axis=1)


def _derived(lines: Columns) -> Columns:
    prose, words = lines["prose"], lines["words"]
    short = 1 - prose
    return {
        "prose_words": words * prose,
        "no_prose": short,
        "few_words": np.minimum(words, _MOST_WORDS),
        "repeated": (lines["alike"] >= 2) * short,
        "dated": lines["date"] * short,
    }


def _neighbours(lines: Columns) -> Block:
    matrix = _matrix(lines, _OF_NEIGHBOURS)
    count, width = matrix.shape
    padded = np.full((count + 6, width), -1.0)
    padded[3:-3] = matrix
    return (
        [f"{name}{step:+d}" for step in _NEIGHBOURS for name in _OF_NEIGHBOURS],
        np.concatenate([padded[3 + step : 3 + step + count] for step in _NEIGHBOURS], axis=1),
    )


def _matrix(lines: Columns, names: Sequence[str]) -> Matrix:
    return np.stack([lines[name] for name in names], axis=1)


def _running(matrix: Matrix) -> Matrix:
    sums = np.zeros((len(matrix) + 1, matrix.shape[1]))
    np.cumsum(matrix, axis=0, out=sums[1:])
    return sums


def _windows(lines: Columns) -> Iterator[Block]:
    """Means over the lines around each."""
    sums = _running(_matrix(lines, _OF_WINDOWS))
    for reach, (low, _, high) in _bounds(len(sums) - 1, _AROUND):
        means = (sums[high] - sums[low]) / (high - low)[:, None]
        yield [f"{name}~{reach}" for name in _OF_WINDOWS], means


def _sides(lines: Columns) -> Iterator[Block]:
    """Sums over the lines above each, and those below, a line beyond the edge being 0."""
    sums = _running(_matrix(lines, _OF_SIDES))
    for reach, (low, here, high) in _bounds(len(sums) - 1, _BESIDE):
        yield [f"{name}<{reach}" for name in _OF_SIDES], (sums[here] - sums[low]) / reach
        yield [f"{name}>{reach}" for name in _OF_SIDES], (sums[high] - sums[here + 1]) / reach


def _bounds(
    count: int, reaches: Sequence[int]
) -> Iterator[tuple[int, tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]]]:
    here = np.arange(count)
    for reach in reaches:
        yield reach, (np.maximum(0, here - reach), here, np.minimum(count, here + reach + 1))


def _groups(lines: Columns) -> Iterator[Block]:
    """The lines set together with this one, without a blank line, and the groups beside it."""
    group = lines["group"].astype(np.int64)
    size = np.bincount(group).astype(np.float64)
    means = [np.bincount(group, weights=lines[name]) / size for name in _OF_GROUPS]
    matrix = np.stack([size, *means], axis=1)
    names = ("group_size", *(f"group_{name}" for name in _OF_GROUPS))
    yield names[1:], matrix[group, 1:]
    for step in _BESIDE_GROUP:
        beside = matrix[np.clip(group + step, 0, len(size) - 1)]
        yield [f"{name}{step:+d}" for name in names], beside


def _place(lines: Columns) -> Columns:
    words, prose = lines["words"], lines["prose"]
    count = len(words)
    here = np.arange(count, dtype=np.float64)
    spoken = np.cumsum(words * prose)
    total = spoken[-1]
    above, below = spoken - words * prose, total - spoken
    typical = float(np.median(words[prose > 0])) if total else 0.0
    last, upcoming = _nearest(prose > 0)
    return {
        "share_above": above / (total + 1),
        "share_below": below / (total + 1),
        "prose_above": above,
        "prose_below": below,
        "from_top": here,
        "from_end": count - 1 - here,
        "from_top_share": here / count,
        "lines": np.full(count, float(count)),
        "prose_total": np.full(count, total),
        "prose_share": np.full(count, prose.mean()),
        "since_prose": np.minimum(here - last, _FURTHEST),
        "until_prose": np.minimum(upcoming - here, _FURTHEST),
        "last_prose_words": np.where(last >= 0, words[np.maximum(last, 0)], 0.0),
        "next_prose_words": np.where(upcoming < count, words[np.minimum(upcoming, count - 1)], 0.0),
        "beside_typical": words / (typical + 1),
        "typical_words": np.full(count, typical),
    }


def _nearest(marked: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Number of the last marked line above each, and of the next below, itself left out."""
    count = len(marked)
    here = np.arange(count)
    last = np.maximum.accumulate(np.where(marked, here, -_FURTHEST))
    upcoming = np.minimum.accumulate(np.where(marked, here, count + _FURTHEST)[::-1])[::-1]
    return (
        np.concatenate([[-_FURTHEST], last[:-1]]),
        np.concatenate([upcoming[1:], [count + _FURTHEST]]),
    )


def _runs(lines: Columns) -> Columns:
    """Where the line stands to the run of lines that holds most prose."""
    words, prose = lines["words"], lines["prose"]
    here = np.arange(len(words), dtype=np.float64)
    speaking = np.where(prose > 0, np.minimum(words, 45) - 3.0, 0.3 * words - 5.4)
    silent = (prose == 0) & (words < 10)
    columns = {}
    for penalty in _PENALTIES:
        first, end = heaviest_run(np.where(silent, -penalty, speaking))
        columns[f"in_run{penalty:g}"] = ((here >= first) & (here < end)).astype(np.float64)
        columns[f"run_start{penalty:g}"] = np.clip(here - first, -_FURTHEST, _FURTHEST)
        columns[f"run_end{penalty:g}"] = np.clip(here - end, -_FURTHEST, _FURTHEST)
    return columns


def heaviest_run(weights: Column) -> tuple[int, int]:
    """The run of lines [first, end) with the greatest sum of weights; (0, 0) if none is above 0."""
    running = np.concatenate([[0.0], np.cumsum(weights)])
    lowest = np.minimum.accumulate(running)
    end = int(np.argmax(running - lowest))
    first = int(np.argmin(running[: end + 1]))
    return first, end


def _labels_above(lines: Columns) -> Columns:
    """The short line above that speaks most against an article ("Comments"), and how far it is."""
    scores = np.where(lines["prose"] > 0, _NO_LABEL, lines["vocabulary"])
    here = np.arange(len(scores))
    columns = {}
    for reach in _ABOVE:
        padded = np.concatenate([np.full(reach, _NO_LABEL), scores[:-1]])
        seen = np.lib.stride_tricks.sliding_window_view(padded, reach)
        place = seen.argmin(axis=1)
        worst = seen[here, place]
        known = worst > NO_SCORE
        columns[f"worst_above{reach}"] = np.where(known, np.minimum(worst, _HARMLESS), NO_SCORE)
        columns[f"since_worst{reach}"] = np.where(known, reach - place, 0).astype(np.float64)
    return columns
