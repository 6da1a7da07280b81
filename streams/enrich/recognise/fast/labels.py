"""The labels of tokens: where in a name a token stands, and of which type the name is.

It must not know how they are found.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from schemas.item import EntityType
from streams.enrich.recognise.fast.tokens import name_length
from streams.enrich.recognise.span import Span

TYPES = (
    EntityType.PERSON,
    EntityType.ORGANISATION,
    EntityType.PLACE,
    EntityType.OTHER,
)
"""What a name may be, in the order of their labels."""

OUTSIDE = 0
# BIOES (Ratinov & Roth 2009): begin, inside, end, single, for each type, after the one "outside".
_BEGIN, _INSIDE, _END, _SINGLE = range(4)
LABELS = 1 + 4 * len(TYPES)
PARTS = tuple(
    (number + _BEGIN, number + _INSIDE, number + _END, number + _SINGLE)
    for number in range(1, LABELS, 4)
)
"""Of each type the labels that begin, continue, end and alone are a name."""


def label(kind: EntityType, part: int) -> int:
    """The number of a label."""
    return 1 + 4 * TYPES.index(kind) + part


def allowed() -> NDArray[np.bool_]:
    """Which label may follow which: [from, to]."""
    follows = np.zeros((LABELS, LABELS), np.bool_)
    for before in range(LABELS):
        for after in range(LABELS):
            follows[before, after] = _may_begin(after) and _may_end(before)
            if before != OUTSIDE and _part(before) in {_BEGIN, _INSIDE}:
                follows[before, after] = (
                    after != OUTSIDE
                    and _part(after) in {_INSIDE, _END}
                    and _type(before) == _type(after)
                )
    return follows


def starts() -> NDArray[np.bool_]:
    """Which labels may be the first of a paragraph."""
    return np.array([_may_begin(each) for each in range(LABELS)])


def ends() -> NDArray[np.bool_]:
    """Which labels may be the last of a paragraph."""
    return np.array([_may_end(each) for each in range(LABELS)])


def _part(number: int) -> int:
    return (number - 1) % 4


def _type(number: int) -> int:
    return (number - 1) // 4


def _may_begin(number: int) -> bool:
    return number == OUTSIDE or _part(number) in {_BEGIN, _SINGLE}


def _may_end(number: int) -> bool:
    return number == OUTSIDE or _part(number) in {_END, _SINGLE}


def labels_of(tokens: Sequence[str], spans: Iterable[Span]) -> list[int]:
    """The labels of a paragraph's tokens (as ``tokenise`` gives them) by its spans.

    A span that begins or ends within a token takes the whole of it; of two spans that share a
    token, the first stays.
    """
    labels = [OUTSIDE] * len(tokens)
    bounds: list[tuple[int, int]] = []
    position = 0
    for token in tokens:
        word = token.lstrip()
        start = position + len(token) - len(word)
        bounds.append((start, start + name_length(word)))
        position += len(token)
    first, taken = 0, 0
    for span in sorted(spans, key=lambda each: each.start):
        if span.start < taken:
            continue
        while first < len(bounds) and bounds[first][1] <= span.start:
            first += 1
        last = first
        while last < len(bounds) and bounds[last][0] < span.end:
            last += 1
        if last == first:
            continue
        taken = span.end
        if last - first == 1:
            labels[first] = label(span.type, _SINGLE)
        else:
            labels[first] = label(span.type, _BEGIN)
            labels[last - 1] = label(span.type, _END)
            for number in range(first + 1, last - 1):
                labels[number] = label(span.type, _INSIDE)
        first = last
    return labels


def runs(
    labels: NDArray[np.int8],
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """The names of labels that may follow each other: of each its first token, last, and type.

    Returns:
        Three arrays, in the order of the text; a type is a place in ``TYPES``.
    """
    at = np.flatnonzero(labels)
    kinds, parts = np.divmod(labels[at].astype(np.intp) - 1, 4)
    ending = (parts == _END) | (parts == _SINGLE)
    return at[(parts == _BEGIN) | (parts == _SINGLE)], at[ending], kinds[ending]
