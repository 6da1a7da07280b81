"""The network: whole numbers throughout, so that every machine finds the same names.

A window of words (Collobert et al. 2011) whose first layer is worked out once a word and place in
the window (Chen & Manning 2014), kept for the words used last. Products are taken by the BLAS in
single precision: sums below 2^24 are exact there, in whatever order they are added.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import repeat

import numpy as np
from numpy.typing import NDArray

from streams.enrich.recognise.fast.tokens import FEATURES, features, name_length

RADIUS = 2
"""Words to each side that the network sees."""
PLACES = 2 * RADIUS + 1
EXACT = 1 << 24
"""Whole numbers below have a single-precision number each."""
EMBEDDING_LEVELS = 127
HIDDEN_LEVELS = 255
# The hidden layer's sum over the window must fit 16 bits, with its bias.
TABLE_LIMIT = (1 << 15) // (PLACES + 1) - 1
# Rows of the table of words: with 64 hidden units each takes 640 bytes, all of them 13 MB. A day of
# a wire has some 20,000 different words.
WORDS = 20_000
# Tokens of one call, all of whose words are in the table at once.
MAX_TOKENS = 8192
_PADDING = 0
# Raw keys (with other white space before) of a word that are remembered.
_SHORT_KEY = 66


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """What training leaves: whole numbers, and what they stand for.

    Attributes:
        embeddings: [rows, width] int8; row 0 is nothing's.
        first: [width, places * hidden] float32 whole numbers: place 0 is the leftmost word.
        first_scale: [places * hidden] float32, levels of the hidden layer that a unit stands for.
        first_bias: [hidden] int16, in levels.
        second: [hidden, labels] float32 whole numbers.
        second_bias: [labels] int32.
        margin: the decoder's.
    """

    embeddings: NDArray[np.int8]
    first: NDArray[np.float32]
    first_scale: NDArray[np.float32]
    first_bias: NDArray[np.int16]
    second: NDArray[np.float32]
    second_bias: NDArray[np.int32]
    margin: int

    @property
    def hidden(self) -> int:
        """Units of the hidden layer."""
        return len(self.first_bias)

    def is_exact(self) -> bool:
        """Whether no sum can leave the whole numbers that single precision has."""
        widest = FEATURES * EMBEDDING_LEVELS
        first = np.abs(self.first.astype(np.float64)).sum(axis=0).max(initial=0) * widest
        second = np.abs(self.second.astype(np.float64)).sum(axis=0).max(initial=0) * HIDDEN_LEVELS
        return bool(max(first, second) < EXACT)


class Network:
    """Scores of labels for tokens; remembers the words used last, at most ``words``."""

    def __init__(self, weights: Weights, words: int = WORDS) -> None:
        self._weights = weights
        self._capacity = max(words, MAX_TOKENS) + 1
        self._table = np.zeros((PLACES, self._capacity, weights.hidden), np.int16)
        self._length = np.zeros(self._capacity, np.int64)
        self._name_length = np.zeros(self._capacity, np.int64)
        self._used = np.zeros(self._capacity, np.int64)
        self._row: dict[str, int] = {}
        self._keys: list[list[str]] = [[] for _ in range(self._capacity)]
        self._free = list(range(self._capacity - 1, _PADDING, -1))
        self._tick = 0
        self._table[RADIUS] += weights.first_bias

    def rows(self, tokens: Sequence[str]) -> NDArray[np.int32]:
        """The row of each token's word; valid until the next call.

        Args:
            tokens: at most ``MAX_TOKENS``, each with the white space before it.
        """
        known = map(self._row.get, tokens, repeat(_PADDING))
        rows = np.fromiter(known, np.int32, len(tokens))
        self._tick += 1
        missing = np.flatnonzero(rows == _PADDING).tolist()
        if missing:
            fresh = [tokens[place] for place in missing]
            rows[missing] = self._learn(fresh, rows)
        self._used[rows] = self._tick
        return rows

    def bounds(
        self, tokens: Sequence[str], rows: NDArray[np.int32]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Where each token begins, and where a name ending with it ends, from the first one's 0."""
        ends = np.fromiter(map(len, tokens), np.int64, len(tokens)).cumsum()
        starts = ends - self._length[rows]
        return starts, starts + self._name_length[rows]

    def scores(self, rows: NDArray[np.int32]) -> NDArray[np.int32]:
        """[tokens, labels] of a sequence of rows; 0 is a place where no word is."""
        weights = self._weights
        padded = np.concatenate((np.zeros(RADIUS, np.int32), rows, np.zeros(RADIUS, np.int32)))
        count = len(rows)
        sums = self._table[0].take(padded[:count], axis=0)
        for place in range(1, PLACES):
            sums += self._table[place].take(padded[place : place + count], axis=0)
        np.clip(sums, 0, HIDDEN_LEVELS, out=sums)
        scores = sums.astype(np.float32) @ weights.second
        exact: NDArray[np.int32] = scores.astype(np.int32)
        exact += weights.second_bias
        return exact

    def _learn(self, tokens: Sequence[str], known: NDArray[np.int32]) -> list[int]:
        """The row of each token's word, a new one's filled.

        Args:
            tokens: not remembered as they stand.
            known: the rows that this call uses beside theirs.
        """
        words = [token.lstrip() for token in tokens]
        if len(tokens) > len(self._free):
            # What this call uses is not forgotten for what it learns.
            self._used[known] = self._tick
            self._used[[self._row.get(word, _PADDING) for word in words]] = self._tick
        rows: list[int] = []
        fresh: dict[str, int] = {}
        for token, word in zip(tokens, words, strict=True):
            row = self._row.get(word)
            if row is None:
                row = fresh[word] = self._new_row()
                self._remember(word, row)
            if len(word) < len(token) <= _SHORT_KEY and token not in self._row:
                self._remember(token, row)
            rows.append(row)
        if fresh:
            self._fill(list(fresh), list(fresh.values()))
        return rows

    def _remember(self, key: str, row: int) -> None:
        self._row[key] = row
        self._keys[row].append(key)

    def _new_row(self) -> int:
        if not self._free:
            self._forget()
        row = self._free.pop()
        self._used[row] = self._tick
        return row

    def _forget(self) -> None:
        """Free the quarter of the rows that was used longest ago, none of this call's."""
        order = np.argsort(self._used[1:], kind="stable")[: self._capacity // 4] + 1
        for row in order[self._used[order] < self._tick].tolist():
            for key in self._keys[row]:
                del self._row[key]
            self._keys[row].clear()
            self._free.append(row)

    def _fill(self, words: Sequence[str], rows: Sequence[int]) -> None:
        weights = self._weights
        count = len(weights.embeddings)
        numbers = features(words, count)
        # Of 12 numbers below 128: 16 bits hold the sum.
        sums = weights.embeddings.take(numbers, axis=0).astype(np.int16).sum(1, dtype=np.int16)
        layer = sums.astype(np.float32) @ weights.first
        layer *= weights.first_scale
        np.clip(np.rint(layer, out=layer), -TABLE_LIMIT, TABLE_LIMIT, out=layer)
        shaped = layer.astype(np.int16).reshape(len(words), PLACES, weights.hidden)
        self._table[:, rows] = shaped.transpose(1, 0, 2)
        self._table[RADIUS, rows] += weights.first_bias
        self._length[rows] = [len(word) for word in words]
        self._name_length[rows] = [name_length(word) for word in words]
