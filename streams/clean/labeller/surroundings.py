"""What stands around a line: its neighbours, and its place in the text.

It must not look at characters: it works on the numbers of ``lines``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from streams.clean.labeller.lines import Column, Columns
from streams.clean.labeller.vocabulary import NO_SCORE

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
_FURTHEST = 60
_MOST_WORDS = 60
# What a line without prose costs a run of lines: the heavier, the shorter the runs.
_PENALTIES = (3.0, 9.0, 20.0)
_FAR = 1e6


def surroundings(lines: Columns) -> Columns:
    """Columns of one number a line, by name, from the columns of ``line_features``."""
    given = lines | _derived(lines)
    return {
        **_neighbours(given),
        **_windows(given),
        **_groups(given),
        **_place(given),
        **_runs(given),
        **_labels_above(given),
    }


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


def _neighbours(lines: Columns) -> Columns:
    columns = {}
    for name in _OF_NEIGHBOURS:
        column = lines[name]
        padded = np.concatenate([np.full(3, -1.0), column, np.full(3, -1.0)])
        for step in _NEIGHBOURS:
            columns[f"{name}{step:+d}"] = padded[3 + step : 3 + step + len(column)]
    return columns


def _windows(lines: Columns) -> Columns:
    count = len(lines["words"])
    here = np.arange(count)
    columns = {}
    sums = {
        name: np.concatenate([[0.0], np.cumsum(lines[name])]) for name in {*_OF_WINDOWS, *_OF_SIDES}
    }
    for reach in _AROUND:
        low, high = np.maximum(0, here - reach), np.minimum(count, here + reach + 1)
        for name in _OF_WINDOWS:
            columns[f"{name}~{reach}"] = (sums[name][high] - sums[name][low]) / (high - low)
    for reach in _BESIDE:
        low, high = np.maximum(0, here - reach), np.minimum(count, here + reach + 1)
        for name in _OF_SIDES:
            columns[f"{name}<{reach}"] = (sums[name][here] - sums[name][low]) / reach
            columns[f"{name}>{reach}"] = (sums[name][high] - sums[name][here + 1]) / reach
    return columns


def _groups(lines: Columns) -> Columns:
    """The lines set together with this one, without a blank line, and the groups beside it."""
    group = lines["group"].astype(np.int64)
    size = np.bincount(group).astype(np.float64)
    words = np.bincount(group, weights=lines["words"]) / size
    prose = np.bincount(group, weights=lines["prose"]) / size
    columns = {"group_words": words[group], "group_prose": prose[group]}
    for step in (-2, -1, 1, 2):
        other = np.clip(group + step, 0, len(size) - 1)
        columns[f"group_size{step:+d}"] = size[other]
        columns[f"group_words{step:+d}"] = words[other]
        columns[f"group_prose{step:+d}"] = prose[other]
    return columns


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
        "next_prose_words": np.where(
            upcoming < count, words[np.minimum(upcoming, count - 1)], 0.0
        ),
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
    here = np.arange(len(words))
    columns = {}
    for penalty in _PENALTIES:
        weights = np.where(
            prose > 0,
            np.minimum(words, 45) - 3.0,
            np.where(words >= 10, 0.3 * words - 5.4, -penalty),
        )
        first, end = heaviest_run(weights)
        columns[f"in_run{penalty:g}"] = ((here >= first) & (here < end)).astype(np.float64)
        columns[f"run_start{penalty:g}"] = np.clip(here - first, -_FURTHEST, _FURTHEST) + 0.0
        columns[f"run_end{penalty:g}"] = np.clip(here - end, -_FURTHEST, _FURTHEST) + 0.0
    return columns


def heaviest_run(weights: Column) -> tuple[int, int]:
    """The run of lines [first, end) with the greatest sum of weights; (0, 0) if none is above 0."""
    running = np.concatenate([[0.0], np.cumsum(weights)])
    lowest = np.minimum.accumulate(running)
    end = int(np.argmax(running - lowest))
    first = int(np.argmin(running[: end + 1]))
    return first, end


def _labels_above(lines: Columns) -> Columns:
    """The line above that speaks most against an article ("Comments"), and how far it is."""
    score = lines["vocabulary"]
    columns = {}
    here = np.arange(len(score))
    for reach in (30, 100):
        worst = np.full(len(score), _FAR)
        where = np.zeros(len(score), dtype=np.int64)
        padded = np.concatenate([np.full(reach, _FAR), np.where(lines["prose"] > 0, _FAR, score)])
        seen = np.lib.stride_tricks.sliding_window_view(padded[:-1], reach)
        place = seen.argmin(axis=1)
        worst = seen[here, place]
        where = reach - place
        known = worst > NO_SCORE
        columns[f"worst_above{reach}"] = np.where(known, np.minimum(worst, 10.0), NO_SCORE)
        columns[f"since_worst{reach}"] = np.where(known, where, 0) + 0.0
    return columns
