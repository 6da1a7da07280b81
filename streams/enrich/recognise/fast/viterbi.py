"""The best sequence of labels that may follow each other.

It must not round: scores are whole numbers, so that the answer is the same everywhere.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from streams.enrich.recognise.fast.labels import OUTSIDE, PARTS, allowed

_ALLOWED = allowed()
# Lower than any sum of scores: a call has some ten thousand tokens.
_FORBIDDEN = -(1 << 50)


def decode(scores: NDArray[np.int32], is_word: NDArray[np.bool_], margin: int) -> NDArray[np.int8]:
    """The label of each row.

    The best labels one by one are the best sequence wherever they may follow each other, as nearly
    all do; only the stretches where they may not are searched. Scores of one label after another
    are not learned: F1 was no higher with them (Reuters, two folds: 83.8 and 83.9, without 83.8 and
    84.3).

    Args:
        scores: [rows, labels], paragraph after paragraph.
        is_word: false for the rows between paragraphs.
        margin: more than 0; a row whose score outside any name leads by as much is outside, and
            parts what is searched.
    """
    best = scores.argmax(axis=1)
    best[~is_word] = OUTSIDE
    labels: NDArray[np.int8] = best.astype(np.int8)
    edged = np.concatenate(([OUTSIDE], best, [OUTSIDE]))
    wrong = np.flatnonzero(~_ALLOWED[edged[:-1], edged[1:]])  # into row n, from the one before
    if not len(wrong):
        return labels
    is_open = (scores[:, OUTSIDE] - scores[:, 1:].max(axis=1) < margin) & is_word
    edges = np.flatnonzero(np.diff(np.concatenate(([False], is_open, [False])).view(np.int8)))
    begins, ends = edges[::2], edges[1::2]
    # Of the two rows of a wrong step one at least is open; both are of one stretch if both are.
    at = np.where(is_open[np.minimum(wrong, len(best) - 1)] & (wrong < len(best)), wrong, wrong - 1)
    for number in np.unique(np.searchsorted(begins, at, side="right") - 1).tolist():
        stretch = slice(begins[number], ends[number])
        labels[stretch] = _search(scores[stretch].tolist())
    return labels


def _search(rows: Sequence[Sequence[int]]) -> list[int]:
    """The best labels of a stretch, of all those that may follow each other (Viterbi 1967).

    Before a row there is a name of one of the types still open, or none: that is all that the rows
    after need to know, so that five sums are kept, not one a label.

    Args:
        rows: of each token the scores of its labels.
    """
    closed = 0
    opened = [_FORBIDDEN] * len(PARTS)
    begun = [0] * len(PARTS)
    # Of each row: where the name that ends there begins, and its type; itself and -1 for none.
    names: list[tuple[int, int]] = []
    for at, row in enumerate(rows):
        best, name = closed + row[OUTSIDE], (at, -1)
        for kind, (begin, inside, end, single) in enumerate(PARTS):
            ended = opened[kind] + row[end]
            alone = closed + row[single]
            if alone > best:
                best, name = alone, (at, kind)
            if ended > best:
                best, name = ended, (begun[kind], kind)
            opened[kind] += row[inside]
            if closed + row[begin] > opened[kind]:
                opened[kind] = closed + row[begin]
                begun[kind] = at
        closed = best
        names.append(name)
    labels = [OUTSIDE] * len(rows)
    last = len(rows) - 1
    while last >= 0:
        first, kind = names[last]
        if kind >= 0:
            begin, inside, end, single = PARTS[kind]
            labels[first : last + 1] = [inside] * (last + 1 - first)
            labels[first], labels[last] = begin, end
            if first == last:
                labels[first] = single
        last = first - 1
    return labels
