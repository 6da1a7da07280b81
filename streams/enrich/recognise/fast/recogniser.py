"""The recogniser: paragraphs to tokens, to scores, to labels, to spans.

It must not read a file; ``model_file`` does.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from streams.enrich.recognise.fast.labels import OUTSIDE, TYPES, runs
from streams.enrich.recognise.fast.network import MAX_TOKENS, RADIUS, WORDS, Network, Weights
from streams.enrich.recognise.fast.tokens import tokenise
from streams.enrich.recognise.fast.viterbi import decode
from streams.enrich.recognise.span import Span


@dataclass(frozen=True, slots=True)
class Confidence:
    """How often names were right whose lead over the next type was so large.

    Attributes:
        leads: lower ends of the steps but the first, rising.
        shares: of the names of each step that were right, one more than ``leads``.
    """

    leads: tuple[int, ...]
    shares: tuple[float, ...]

    def share(self, lead: int) -> float:
        """The share of names with this lead that were right."""
        return self.shares[bisect_right(self.leads, lead)]


@dataclass(frozen=True, slots=True)
class Model:
    """A trained model of one language; ``version`` is a hash of all of it."""

    language: str
    version: str
    weights: Weights
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class _Piece:
    """A paragraph, or as much of a very long one as fits a call: ``size`` characters of it."""

    paragraph: int
    start: int
    size: int
    tokens: Sequence[str]


class FastRecogniser:
    """One model; not for two threads at once.

    Keeps what it worked out for the words used last, ``words`` of them.
    """

    name = "fast"

    def __init__(self, model: Model, *, words: int = WORDS) -> None:
        self._model = model
        self._network = Network(model.weights, words)

    @property
    def language(self) -> str:
        """The language it was trained on."""
        return self._model.language

    @property
    def version(self) -> str:
        """The model's hash."""
        return f"fast/{self._model.language}-{self._model.version}"

    def recognise(self, paragraphs: Sequence[str]) -> list[list[Span]]:
        """The names in each paragraph."""
        spans: list[list[Span]] = [[] for _ in paragraphs]
        for pieces in _calls(paragraphs):
            for paragraph, span, _ in self._found(pieces):
                spans[paragraph].append(span)
        return spans

    def leads(self, paragraphs: Sequence[str]) -> list[list[tuple[Span, int]]]:
        """The same with each span's lead over the next type, for measuring ``Confidence``."""
        found: list[list[tuple[Span, int]]] = [[] for _ in paragraphs]
        for pieces in _calls(paragraphs):
            for paragraph, span, lead in self._found(pieces):
                found[paragraph].append((span, lead))
        return found

    def _found(self, pieces: Sequence[_Piece]) -> Iterator[tuple[int, Span, int]]:
        """Of each name the number of its paragraph, and by how much its type leads."""
        tokens = [token for piece in pieces for token in piece.tokens]
        rows = self._network.rows(tokens)
        starts, ends = self._network.bounds(tokens, rows)
        counts = np.array([len(piece.tokens) for piece in pieces])
        # So many places without a word between two paragraphs that neither sees the other.
        number = np.repeat(np.arange(len(pieces)), counts)
        places = np.arange(len(tokens)) + number * RADIUS
        spaced = np.zeros(int(places[-1]) + 1, np.int32)
        spaced[places] = rows
        scores = self._network.scores(spaced)
        labels = decode(scores, spaced > 0, self._model.weights.margin)[places]
        first, last, kinds = runs(labels)
        if not len(first):
            return
        leads = _leads(scores[places[labels > 0]], labels[labels > 0], last - first + 1)
        sizes = np.array([piece.size for piece in pieces])
        shifts = np.array([piece.start for piece in pieces]) - (sizes.cumsum() - sizes)
        of = number[first]
        starts, ends = starts[first] + shifts[of], ends[last] + shifts[of]
        columns = (of, starts, ends, kinds, leads)
        for piece, start, end, kind, lead in zip(*(each.tolist() for each in columns), strict=True):
            share = self._model.confidence.share(lead)
            yield pieces[piece].paragraph, Span(start, end, TYPES[kind], share), lead


def _leads(
    scores: NDArray[np.int32], labels: NDArray[np.int8], lengths: NDArray[np.intp]
) -> NDArray[np.int32]:
    """By how much each name's type leads the next, or "outside", in the token where least.

    Args:
        scores: [tokens, labels] of the tokens of names only.
        labels: theirs.
        lengths: the tokens of each name.
    """
    typed = scores[:, 1:].reshape(len(scores), len(TYPES), 4).max(axis=2)
    each, own = np.arange(len(scores)), (labels.astype(np.intp) - 1) // 4
    lead = typed[each, own]
    typed[each, own] = scores[:, OUTSIDE]
    return np.minimum.reduceat(lead - typed.max(axis=1), lengths.cumsum() - lengths)


def _calls(paragraphs: Sequence[str]) -> Iterator[list[_Piece]]:
    """Pieces of at most ``MAX_TOKENS`` together; where they part depends on no other paragraph."""
    call: list[_Piece] = []
    room = MAX_TOKENS
    for number, paragraph in enumerate(paragraphs):
        tokens = tokenise(paragraph)
        start = 0
        for first in range(0, len(tokens), MAX_TOKENS):
            chosen = tokens[first : first + MAX_TOKENS]
            piece = _Piece(number, start, sum(map(len, chosen)), chosen)
            if len(chosen) > room:
                yield call
                call, room = [], MAX_TOKENS
            call.append(piece)
            room -= len(chosen)
            start += piece.size
    if call:
        yield call
