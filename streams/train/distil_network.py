"""Trains the network of ``streams.enrich.recognise.fast`` on labelled tokens, on one core.

It must not know where the labels come from. The same input and seed give the same weights on the
same machine; what was trained gives the same names on every machine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from streams.enrich.recognise.fast.labels import LABELS
from streams.enrich.recognise.fast.network import PLACES, RADIUS
from streams.enrich.recognise.fast.tokens import FEATURES, features
from streams.train.distil_sequence import slopes, slopes_alone

Floats = NDArray[np.float32]
_WORD_FEATURES = 2  # those that ``features`` gives first: of the whole word


@dataclass(frozen=True, slots=True)
class Example:
    """A paragraph: the number of each token's word, and its label."""

    words: NDArray[np.int32]
    labels: NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Schedule:
    """How to train.

    Attributes:
        rows, width: of the table of embeddings.
        hidden: units.
        epochs: times that every example is seen.
        batch_tokens: tokens of a step, about.
        rate: the size of the first step; it falls to nothing in a line.
        dropout: share of the hidden units that a step goes without.
        word_dropout: a word seen n times is known by its parts alone in a share
            ``word_dropout / (word_dropout + n)`` of the steps, so that new words are met prepared.
        ceiling: of a hidden unit.
        seed: of all that is drawn.
    """

    rows: int = 1 << 16
    width: int = 64
    hidden: int = 64
    epochs: int = 10
    batch_tokens: int = 1500
    rate: float = 0.003
    embedding_rate: float = 0.05
    dropout: float = 0.3
    word_dropout: float = 1.0
    ceiling: float = 4.0
    seed: int = 1987


@dataclass(slots=True)
class Floating:
    """The network while it is trained, in floating point."""

    embeddings: Floats  # [rows, width]
    first: Floats  # [places * width, hidden]
    first_bias: Floats
    second: Floats  # [hidden, labels]
    second_bias: Floats
    ceiling: float

    def copy(self) -> Floating:
        """The same numbers in places of their own."""
        return replace(
            self,
            embeddings=self.embeddings.copy(),
            first=self.first.copy(),
            first_bias=self.first_bias.copy(),
            second=self.second.copy(),
            second_bias=self.second_bias.copy(),
        )

    def arrays(self) -> tuple[Floats, ...]:
        """All of them, in the order of the fields."""
        return (
            self.embeddings,
            self.first,
            self.first_bias,
            self.second,
            self.second_bias,
        )


def feature_table(words: Sequence[str], rows: int) -> NDArray[np.int32]:
    """[words, features]: the rows of embeddings of each word."""
    table: NDArray[np.int32] = features(words, rows).astype(np.int32)
    return table


def train(
    words: Sequence[str],
    examples: Sequence[Example],
    schedule: Schedule = Schedule(),
    *,
    told: Callable[[int, float], None] = lambda _epoch, _share: None,
) -> Floating:
    """A network that labels as the examples are labelled.

    Args:
        words: what the numbers of the examples mean.
        examples: paragraphs with at least a token each.
        schedule: how.
        told: called now and then with the epoch, from 0, and the share of all that is done.
    """
    return _Training(words, examples, schedule).run(told)


class _Training:
    def __init__(
        self, words: Sequence[str], examples: Sequence[Example], schedule: Schedule
    ) -> None:
        self._schedule = schedule
        self._draw = np.random.default_rng(schedule.seed)
        self._table = feature_table(words, schedule.rows)
        self._examples = [cut for each in examples for cut in _cut(each)]
        counts = np.zeros(len(words))
        for example in self._examples:
            np.add.at(counts, example.words, 1)
        self._unknown = schedule.word_dropout / (schedule.word_dropout + counts)
        self._net = _initial(schedule, self._draw)
        self._dense = _Adam(self._net.arrays()[1:])
        self._seen = np.full(schedule.rows, 1e-8, np.float32)  # AdaGrad, a sum a row

    def run(self, told: Callable[[int, float], None]) -> Floating:
        schedule = self._schedule
        steps, done = 0, 0
        total = schedule.epochs * sum(len(each.words) for each in self._examples)
        mean, averaged = self._net.copy(), 0
        for epoch in range(schedule.epochs):
            for batch in _batches(self._examples, schedule.batch_tokens, self._draw):
                left = 1 - done / max(1, total)
                self._step(batch, left)
                done += sum(len(each.words) for each in batch)
                steps += 1
                if steps % 8 == 0:
                    told(epoch, done / total)
            if epoch >= schedule.epochs // 2:
                # The mean of the last epochs' weights generalises better than the last.
                averaged += 1
                for held, now in zip(mean.arrays(), self._net.arrays(), strict=True):
                    np.add(held, (now - held) / np.float32(averaged), out=held)
        told(schedule.epochs, 1.0)
        return mean if averaged else self._net

    def _step(self, batch: Sequence[Example], left: float) -> None:
        schedule, net = self._schedule, self._net
        lengths = np.array([len(each.words) for each in batch])
        longest = int(lengths.max())
        # [sequences, longest + edges] of words, 0 where there is none.
        grid = np.full((len(batch), longest + 2 * RADIUS), -1, np.int64)
        truth = np.zeros((len(batch), longest), np.int64)
        for row, each in enumerate(batch):
            grid[row, RADIUS : RADIUS + len(each.words)] = each.words
            truth[row, : len(each.words)] = each.labels
        mask = np.arange(longest) < lengths[:, None]
        places = np.stack([grid[:, p : p + longest][mask] for p in range(PLACES)], axis=1)
        used, inverse = np.unique(places, return_inverse=True)
        inverse = inverse.reshape(places.shape)
        numbers, inputs = self._inputs(used)

        window = inputs[inverse].reshape(len(inverse), -1)
        hidden = window @ net.first + net.first_bias
        is_live = (hidden > 0) & (hidden < net.ceiling)
        keep = self._draw.random(hidden.shape, np.float32) >= schedule.dropout
        kept: Floats = keep.astype(np.float32) / np.float32(1 - schedule.dropout)
        active: Floats = np.clip(hidden, 0, net.ceiling) * kept
        scores = np.zeros((len(batch), longest, LABELS), np.float32)
        scores[mask] = active @ net.second + net.second_bias
        both = slopes(scores, truth, mask)[mask] + slopes_alone(scores[mask], truth[mask])
        of_scores: Floats = both / np.float32(2 * len(inverse))
        of_active = of_scores @ net.second.T
        of_hidden: Floats = of_active * is_live * kept
        of_window: Floats = (of_hidden @ net.first.T).reshape(-1, schedule.width)
        self._dense.step(
            (
                window.T @ of_hidden,
                of_hidden.sum(axis=0),
                active.T @ of_scores,
                of_scores.sum(axis=0),
            ),
            schedule.rate * left,
        )
        self._step_embeddings(_sum_by(inverse.reshape(-1), of_window, len(used)), numbers, left)

    def _inputs(self, used: NDArray[np.int64]) -> tuple[NDArray[np.int32], Floats]:
        """The rows of embeddings of each word of a step, and their sums; 0 where there is none."""
        numbers = self._table[np.maximum(used, 0)]
        unknown = self._draw.random(len(used)) < self._unknown[np.maximum(used, 0)]
        numbers[unknown, :_WORD_FEATURES] = 0
        numbers[used < 0] = 0
        return numbers, self._net.embeddings[numbers].sum(axis=1)

    def _step_embeddings(self, of_words: Floats, numbers: NDArray[np.int32], left: float) -> None:
        touched, inverse = np.unique(numbers, return_inverse=True)
        slope = _sum_by(inverse.reshape(-1), np.repeat(of_words, FEATURES, axis=0), len(touched))
        if touched[0] == 0:
            touched, slope = touched[1:], slope[1:]
        self._seen[touched] += np.square(slope).mean(axis=1)
        pace = self._schedule.embedding_rate * left / np.sqrt(self._seen[touched])
        self._net.embeddings[touched] -= pace[:, None].astype(np.float32) * slope


class _Adam:
    """Kingma & Ba 2015, with their constants."""

    def __init__(self, arrays: Sequence[Floats]) -> None:
        self._arrays = arrays
        self._mean = [np.zeros_like(each) for each in arrays]
        self._square = [np.zeros_like(each) for each in arrays]
        self._steps = 0

    def step(self, slopes: Sequence[Floats], rate: float) -> None:
        self._steps += 1
        bias = np.sqrt(1 - 0.999**self._steps) / (1 - 0.9**self._steps)
        for array, mean, square, slope in zip(
            self._arrays, self._mean, self._square, slopes, strict=True
        ):
            mean[:] += np.float32(0.1) * (slope - mean)
            square[:] += np.float32(0.001) * (np.square(slope) - square)
            array[:] -= np.float32(rate * bias) * mean / (np.sqrt(square) + np.float32(1e-8))


def _initial(schedule: Schedule, draw: np.random.Generator) -> Floating:
    fan = PLACES * schedule.width

    def normal(shape: tuple[int, ...], deviation: float) -> Floats:
        return (draw.standard_normal(shape, np.float32) * np.float32(deviation)).astype(np.float32)

    embeddings = normal((schedule.rows, schedule.width), 0.1)
    embeddings[0] = 0
    return Floating(
        embeddings,
        normal((fan, schedule.hidden), float(np.sqrt(2 / fan))),
        np.full(schedule.hidden, 0.1, np.float32),
        normal((schedule.hidden, LABELS), float(np.sqrt(1 / schedule.hidden))),
        np.zeros(LABELS, np.float32),
        ceiling=schedule.ceiling,
    )


_LONGEST = 120


def _cut(example: Example) -> Iterator[Example]:
    """An example in parts short enough to be trained on side by side, none parting a name."""
    start = 0
    while len(example.words) - start > _LONGEST:
        outside = np.flatnonzero(example.labels[start + _LONGEST // 2 : start + _LONGEST] == 0)
        end = start + _LONGEST // 2 + int(outside[-1]) if len(outside) else start + _LONGEST
        yield Example(example.words[start:end], example.labels[start:end])
        start = end
    yield Example(example.words[start:], example.labels[start:])


def _batches(
    examples: Sequence[Example], tokens: int, draw: np.random.Generator
) -> Iterator[list[Example]]:
    """All examples in a drawn order, those of about one length together."""
    lengths = np.array([len(each.words) for each in examples])
    order = np.argsort(lengths * draw.uniform(0.9, 1.1, len(lengths)), kind="stable")
    batches: list[list[Example]] = [[]]
    room = tokens
    for number in order:
        if room <= 0:
            batches.append([])
            room = tokens
        batches[-1].append(examples[number])
        room -= int(lengths[number])
    for number in draw.permutation(len(batches)):
        if batches[number]:
            yield batches[number]


def _sum_by(numbers: NDArray[np.intp], rows: Floats, count: int) -> Floats:
    """The sum of the rows of each number from 0 to ``count``; each number has one."""
    order = np.argsort(numbers, kind="stable")
    first = np.searchsorted(numbers[order], np.arange(count))
    return np.add.reduceat(rows[order], first, axis=0)
