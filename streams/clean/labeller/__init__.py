"""Which lines of a flattened page are the article: a trained labeller of lines.

Features of each line and of what surrounds it, none of them of a language but one that may be
missing, go into an ensemble of trees; a two-state chain turns its probabilities into a choice.
``streams.train.labeller`` trains it. It must not decide what becomes of a line: ``labels`` does.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from streams.clean.labeller.lines import Columns, line_features
from streams.clean.labeller.sequence import Probabilities, choose
from streams.clean.labeller.surroundings import surroundings
from streams.clean.labeller.trees import Trees, load
from streams.clean.labeller.vocabulary import scores
from streams.clean.segments import Passage

__all__ = ["VERSION", "article_lines", "features", "probabilities"]

WEIGHTS = "weights.npz"
VOCABULARY = "vocabulary.toml"


@cache
def _vocabulary() -> tuple[Mapping[str, float], float]:
    table = tomllib.loads(files(__name__).joinpath(VOCABULARY).read_text("utf-8"))
    return table["weights"], table["bias"]


@cache
def _trees() -> Trees:
    with files(__name__).joinpath(WEIGHTS).open("rb") as file:
        return load(file)


def version() -> str:
    """The version of the weights."""
    return str(tomllib.loads(files(__name__).joinpath(VOCABULARY).read_text("utf-8"))["version"])


def features(text: str, lines: Sequence[Passage], vocabulary: Sequence[float]) -> Columns:
    """Every feature, by name; ``vocabulary`` gives the score of each line's words."""
    columns = line_features(text, lines)
    columns["vocabulary"] = np.array(vocabulary, dtype=np.float64)
    return columns | surroundings(columns)


def probabilities(text: str, lines: Sequence[Passage]) -> Probabilities:
    """For each line of ``text`` the probability that it is part of the article."""
    if not lines:
        return np.zeros(0)
    weights, bias = _vocabulary()
    columns = features(text, lines, scores([line.folded for line in lines], weights, bias))
    trees = _trees()
    rows = np.stack([columns[name] for name in trees.names], axis=1).astype(np.float32)
    return 1 / (1 + np.exp(-trees.sums(rows)))


def article_lines(text: str, lines: Sequence[Passage]) -> NDArray[np.bool_]:
    """Which lines of ``text`` are the article."""
    words = np.array([line.words for line in lines], dtype=np.float64)
    return choose(probabilities(text, lines), words)
