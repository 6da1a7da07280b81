"""How well names were found: precision, recall, F1 by type, and what is wrong of which class.

- A name is right when its start, end and type are; people, organisations and places count.
- Intervals are bootstrap: documents drawn again, a thousand times, fixed seed; the 2.5th and 97.5th
  percentile. Two methods are compared on the same draws.

It must not know how a name was found.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from schemas.item import EntityType
from streams.bench.desk_scores import Interval
from streams.train.distil import Named
from streams.train.distil_examine import ALL, TYPES, score

Pair = tuple[AbstractSet[Named], AbstractSet[Named]]
"""Of a document the true names, and those found."""

_RESAMPLES = 1_000
_SEED = 1987
_KINDS = (ALL, *TYPES)


@dataclass(frozen=True, slots=True)
class NameScore:
    """Whole names of a type, or of all, in per cent; ``f1`` with its 95 % interval."""

    type: str
    precision: float
    recall: float
    f1: Interval
    names: int


def score_names(pairs: Sequence[Pair]) -> dict[str, NameScore]:
    """Figures by type, "all" first: of all names together (micro)."""
    figures = score(pairs)
    low, high = np.percentile(_drawn_f1(pairs), (2.5, 97.5), axis=0)
    return {
        str(kind): NameScore(
            type=str(kind),
            precision=figures[kind].precision,
            recall=figures[kind].recall,
            f1=Interval(figures[kind].f1, float(low[column]), float(high[column])),
            names=figures[kind].names,
        )
        for column, kind in enumerate(_KINDS)
    }


def gain(better: Sequence[Pair], base: Sequence[Pair]) -> Interval:
    """Points of F1, all types, of one method above another on the same documents."""
    drawn = _drawn_f1(better)[:, 0] - _drawn_f1(base)[:, 0]
    low, high = np.percentile(drawn, (2.5, 97.5))
    return Interval(score(better)[ALL].f1 - score(base)[ALL].f1, float(low), float(high))


def _drawn_f1(pairs: Sequence[Pair]) -> NDArray[np.float64]:
    """F1 by type (columns) of each resample (rows)."""
    counts = np.array([_counts(true, found) for true, found in pairs], np.float64)
    chooser = np.random.default_rng(_SEED)
    times = chooser.multinomial(len(pairs), [1 / len(pairs)] * len(pairs), _RESAMPLES)
    right, sizes = (times @ counts[:, :, column] for column in (0, 1))
    return np.asarray(200 * right / np.maximum(sizes, 1))


def _counts(true: AbstractSet[Named], found: AbstractSet[Named]) -> list[tuple[int, int]]:
    """By type how many are right, and how many are true and found together."""
    rows = []
    for kind in _KINDS:
        of_true, of_found = ({n for n in names if kind in {ALL, n[2]}} for names in (true, found))
        rows.append((len(of_true & of_found), len(of_true) + len(of_found)))
    return rows


class Wrong(StrEnum):
    """What is wrong with a name."""

    MISSED = "missed"  # nothing was found there
    SPURIOUS = "spurious"  # there is no name
    TYPE = "type"  # found where it is, as something else
    BOUNDARY = "boundary"  # its type, more or less of the words
    BOTH = "boundary and type"


@dataclass(frozen=True, slots=True)
class NameMiss:
    """A name that is not as labelled.

    Attributes:
        start, end: code points of the document's text, of the labelled name, or of the spurious.
        type: as labelled; None for a spurious one.
        found: the type it got; None for a missed one.
        text: the name.
        found_text: what was found there.
    """

    wrong: Wrong
    start: int
    end: int
    type: EntityType | None
    found: EntityType | None
    text: str
    found_text: str


def name_misses(text: str, pair: Pair) -> Iterator[NameMiss]:
    """What is wrong in a document, each labelled name once, then what is spurious."""
    true, found = pair
    right = true & found
    left = sorted(found - right)
    taken: set[Named] = set()
    for name in sorted(true - right):
        beside = [other for other in left if other[0] < name[1] and name[0] < other[1]]
        taken.update(beside)
        answer = min(beside, key=lambda other: _distance(name, other), default=None)
        yield _miss(text, _wrong(name, answer), name, answer)
    for other in left:
        if other not in taken:
            yield _miss(text, Wrong.SPURIOUS, None, other)


def _distance(name: Named, other: Named) -> tuple[bool, bool, int]:
    is_same = name[:2] == other[:2]
    return not is_same, name[2] is not other[2], abs(name[0] - other[0]) + abs(name[1] - other[1])


def _wrong(name: Named, answer: Named | None) -> Wrong:
    if answer is None:
        return Wrong.MISSED
    if name[:2] == answer[:2]:
        return Wrong.TYPE
    return Wrong.BOUNDARY if name[2] is answer[2] else Wrong.BOTH


def _miss(text: str, wrong: Wrong, name: Named | None, answer: Named | None) -> NameMiss:
    start, end, _ = name or answer or (0, 0, EntityType.OTHER)
    return NameMiss(
        wrong=wrong,
        start=start,
        end=end,
        type=name[2] if name else None,
        found=answer[2] if answer else None,
        text=text[start:end] if name else "",
        found_text=text[answer[0] : answer[1]] if answer else "",
    )
