"""How well pairs of wires were told to be one story, and of which kind: the scores of the desk.

- A pair is found when both wires are of one story. Exact copies, near copies, versions and
  corrections ought to be; templates, related stories and bulletins of a series ought not to be; a
  flash and its story count neither way.
- A pair counts as often as its weight says: precision is right / (right + wrong) over what was
  found, recall is right over all that ought to be found, F1 their harmonic mean.
- Intervals are bootstrap: pairs drawn again within each stratum, a thousand times, fixed seed; the
  2.5th and 97.5th percentile.

It must not know how a pair was found.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from schemas.event import EventKind
from streams.bench.desk_pairs import APART, SAME, Pair, PairKind

_RESAMPLES = 1_000
_SEED = 1987

RIGHT_KIND: Mapping[PairKind, EventKind] = {
    PairKind.EXACT: EventKind.DUPLICATE,
    PairKind.NEAR: EventKind.DUPLICATE,
    PairKind.VERSION: EventKind.UPDATE,
    PairKind.CORRECTION: EventKind.CORRECTION,
}
"""The event that the later wire of a pair should get, from one provider."""

Found = Callable[[Pair], bool]


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure and between what it lies in 95 of 100 resamples."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class PairScore:
    """How one method found the pairs of some strata; shares are from 0 to 1, by weight.

    Attributes:
        pairs: how many were read.
        merged: of each kind, the share found.
        templates: of templates, the share wrongly found, with its interval.
    """

    pairs: int
    precision: Interval
    recall: Interval
    f1: Interval
    templates: Interval
    merged: Mapping[str, float]


Floats = NDArray[np.float64]


def score_pairs(pairs: Sequence[Pair], found: Found) -> PairScore:
    """The figures of a method over labelled pairs.

    Raises:
        ValueError: there is no pair.
    """
    if not pairs:
        raise ValueError("no pair to score")
    hits = [found(pair) for pair in pairs]
    sums = _sums(pairs, hits)
    point = _figures(sums.sum(axis=0)[None, :])[0]
    drawn = _figures(_resampled(pairs, sums))
    low, high = np.nanpercentile(drawn, (2.5, 97.5), axis=0)
    precision, recall, f1, templates = (
        Interval(*map(float, one)) for one in zip(point, low, high, strict=True)
    )
    return PairScore(len(pairs), precision, recall, f1, templates, _shares(pairs, hits))


def _sums(pairs: Sequence[Pair], hits: Sequence[bool]) -> Floats:
    """What each pair adds to: right, wrong, ought to be found, templates found, templates."""
    rows = np.zeros((len(pairs), 5), np.float64)
    for row, pair, hit in zip(rows, pairs, hits, strict=True):
        template = pair.kind is PairKind.TEMPLATE
        flags = (hit and pair.kind in SAME, hit and pair.kind in APART, pair.kind in SAME)
        row[:] = (*flags, hit and template, template)
    weights = np.array([pair.weight for pair in pairs], np.float64)
    return rows * weights[:, None]


def _figures(sums: Floats) -> Floats:
    """Precision, recall, F1 and templates merged, of rows of sums; 0 where nothing is there."""
    right, wrong, same, merged, templates = sums.T
    precision = _share(right, right + wrong)
    recall = _share(right, same)
    f1 = _share(2 * precision * recall, precision + recall)
    return np.stack((precision, recall, f1, _share(merged, templates)), axis=1)


def _share(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, whole, out=np.zeros_like(whole), where=whole > 0)


def _resampled(pairs: Sequence[Pair], sums: Floats) -> Floats:
    chooser = np.random.default_rng(_SEED)
    strata = np.array([pair.stratum for pair in pairs])
    total = np.zeros((_RESAMPLES, sums.shape[1]), np.float64)
    for stratum in sorted(set(strata.tolist())):
        rows = sums[strata == stratum]
        drawn = chooser.integers(0, len(rows), (_RESAMPLES, len(rows)))
        total += rows[drawn].sum(axis=1)
    return total


def _shares(pairs: Sequence[Pair], hits: Sequence[bool]) -> dict[str, float]:
    merged: defaultdict[str, float] = defaultdict(float)
    weight: defaultdict[str, float] = defaultdict(float)
    for pair, hit in zip(pairs, hits, strict=True):
        weight[pair.kind.value] += pair.weight
        merged[pair.kind.value] += pair.weight * hit
    order = [kind.value for kind in PairKind if kind.value in weight]
    return {kind: merged[kind] / weight[kind] for kind in order}


@dataclass(frozen=True, slots=True)
class KindScore:
    """Whether found pairs got the right kind of event.

    Attributes:
        pairs: near copies, versions and corrections that were found.
        accuracy: share of them, by weight, whose later wire got the event of its kind.
        unweighted: the same, each pair once.
        direct: the same, only of pairs whose later wire got an event about the earlier one; that
            of another wire of the story may be another kind and right.
        direct_pairs: how many those are.
        confusion: how often each kind got each event.
    """

    pairs: int
    accuracy: float
    unweighted: float
    direct: float
    direct_pairs: int
    confusion: Mapping[str, Mapping[str, int]]


def score_kinds(
    pairs: Sequence[Pair],
    found: Found,
    kind_of: Callable[[int], EventKind | None],
    target_of: Callable[[int], int | None],
) -> KindScore:
    """Kinds of the pairs that were found; exact ones are in the table only."""
    confusion: defaultdict[str, Counter[str]] = defaultdict(Counter)
    judged: list[tuple[float, bool]] = []
    direct: list[bool] = []
    for pair in pairs:
        if pair.kind not in RIGHT_KIND or not found(pair):
            continue
        said = kind_of(pair.second)
        confusion[pair.kind.value][said.value if said else "none"] += 1
        if pair.kind is PairKind.EXACT:
            continue
        right = said is RIGHT_KIND[pair.kind]
        judged.append((pair.weight, right))
        if target_of(pair.second) == pair.first:
            direct.append(right)
    weight = sum(weight for weight, _ in judged)
    return KindScore(
        pairs=len(judged),
        accuracy=sum(weight for weight, right in judged if right) / weight if weight else 0.0,
        unweighted=sum(right for _, right in judged) / len(judged) if judged else 0.0,
        direct=sum(direct) / len(direct) if direct else 0.0,
        direct_pairs=len(direct),
        confusion={
            kind.value: dict(confusion[kind.value])
            for kind in RIGHT_KIND
            if kind.value in confusion
        },
    )


def recall_of_candidates(
    pairs: Sequence[Pair], candidates: Mapping[int, frozenset[int]]
) -> tuple[float, int]:
    """Share of pairs whose earlier wire is among the candidates of the later, and of how many.

    By weight, of near copies, versions and corrections; equal texts need no candidates.
    """
    asked = [pair for pair in pairs if pair.kind in SAME and pair.kind is not PairKind.EXACT]
    weight = sum(pair.weight for pair in asked)
    there = sum(
        pair.weight for pair in asked if pair.first in candidates.get(pair.second, frozenset())
    )
    return (there / weight if weight else 0.0), len(asked)
