"""Which lines of a flattened page are the article: a trained labeller of lines.

Features of each line and of what surrounds it, none of them of a language but one that may be
missing, go into an ensemble of trees; a two-state chain turns its probabilities into a choice.
``streams.train.labeller`` trains it. It must not decide what becomes of a line: ``labels`` does.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from streams.clean.labeller.lines import line_features
from streams.clean.labeller.sequence import Probabilities, choose
from streams.clean.labeller.surroundings import heaviest_run, surroundings
from streams.clean.labeller.trees import Trees, load
from streams.clean.labeller.vocabulary import scores
from streams.clean.segments import Passage

__all__ = ["Features", "article_lines", "features", "heaviest_run", "probabilities", "version"]

WEIGHTS = "weights.npz"
VOCABULARY = "vocabulary.toml"


@cache
def _vocabulary() -> Mapping[str, Any]:
    return tomllib.loads(files(__name__).joinpath(VOCABULARY).read_text("utf-8"))


@cache
def _trees() -> Trees:
    with files(__name__).joinpath(WEIGHTS).open("rb") as file:
        return load(file)


def version() -> str:
    """The version of the weights."""
    return str(_vocabulary()["version"])


@dataclass(frozen=True, slots=True)
class Features:
    """What the trees are asked about: names, and a row for each line, shape (lines, names)."""

    names: tuple[str, ...]
    rows: NDArray[np.float32]

    def of(self, names: tuple[str, ...]) -> NDArray[np.float32]:
        """The columns of these names, in this order."""
        if names == self.names:
            return self.rows
        return self.rows[:, [self.names.index(name) for name in names]]


def features(text: str, lines: Sequence[Passage], vocabulary: Sequence[float]) -> Features:
    """Every feature; ``vocabulary`` gives the score of each line's words."""
    columns = line_features(text, lines)
    columns["vocabulary"] = np.array(vocabulary, dtype=np.float64)
    blocks = list(surroundings(columns))
    names = [name for some, _ in blocks for name in some]
    stacked = [np.stack(list(columns.values()), axis=1), *(block for _, block in blocks)]
    return Features((*columns, *names), np.concatenate(stacked, axis=1).astype(np.float32))


def probabilities(text: str, lines: Sequence[Passage]) -> Probabilities:
    """For each line of ``text`` the probability that it is part of the article."""
    if not lines:
        return np.zeros(0)
    words = _vocabulary()
    known = scores([line.folded for line in lines], words["weights"], words["bias"])
    trees = _trees()
    return trees.probabilities(features(text, lines, known).of(trees.names))


def article_lines(text: str, lines: Sequence[Passage]) -> NDArray[np.bool_]:
    """Which lines of ``text`` are the article."""
    words = np.array([line.words for line in lines], dtype=np.float64)
    return choose(probabilities(text, lines), words)
