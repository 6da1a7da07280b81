"""Learns which words of short lines speak for an article, and which against it.

It must not see a page of the same site in learning and in scoring: ``labeller`` sees to that.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
from scipy.sparse import csr_matrix

from streams.clean.labeller.vocabulary import tokens_of

# Sites a word must stand on: rarer ones are names, and say more of a site than of its lines.
_FEWEST_SITES = 8
_STRENGTH = 0.5  # of the pull towards 0, as variance 1/strength of each weight
_ROUNDS = 150
_RATE = 0.5
_SMALLEST = 0.1

Vocabulary = tuple[Mapping[str, float], float]


def learn(pages: Sequence[tuple[str, Sequence[str], Sequence[bool]]]) -> Vocabulary:
    """Weights of words, in logits, and the bias: logistic regression over lines.

    Args:
        pages: site, folded lines, and for each line whether it is of the article.
    """
    sites: dict[str, set[str]] = defaultdict(set)
    for site, lines, _ in pages:
        for line in lines:
            for token in tokens_of(line):
                sites[token].add(site)
    tokens = sorted(token for token, found in sites.items() if len(found) >= _FEWEST_SITES)
    number = {token: n for n, token in enumerate(tokens)}
    data: list[float] = []
    indices: list[int] = []
    bounds = [0]
    truth: list[bool] = []
    for _, lines, inside in pages:
        for line, is_inside in zip(lines, inside, strict=True):
            held = tokens_of(line)
            known = [number[token] for token in held if token in number]
            indices += known
            data += [max(1, len(held)) ** -0.5] * len(known)
            bounds.append(len(indices))
            truth.append(is_inside)
    matrix = csr_matrix((data, indices, bounds), shape=(len(truth), len(tokens)))
    weights, bias = _regress(matrix, np.array(truth, dtype=np.float64))
    kept = {t: round(float(w), 3) for t, w in zip(tokens, weights, strict=True)}
    return {t: w for t, w in kept.items() if abs(w) >= _SMALLEST}, round(bias, 3)


def _regress(matrix: csr_matrix, truth: np.ndarray) -> tuple[np.ndarray, float]:
    """Weights and bias by gradient descent with a step of its own for each weight (AdaGrad)."""
    weights = np.zeros(matrix.shape[1])
    bias = 0.0
    seen, seen_bias = np.full(matrix.shape[1], 1e-6), 1e-6
    turned = matrix.T.tocsr()
    for _ in range(_ROUNDS):
        error = 1 / (1 + np.exp(-(matrix @ weights + bias))) - truth
        slope = turned @ error + _STRENGTH * weights
        slope_bias = float(error.sum())
        seen += slope**2
        seen_bias += slope_bias**2
        weights -= _RATE * slope / np.sqrt(seen)
        bias -= _RATE * slope_bias / float(np.sqrt(seen_bias))
    return weights, bias
