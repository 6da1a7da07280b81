"""Words that speak for a line being inside or outside an article, learned with the weights.

English, as the pages are that they were learned from; where a text hardly uses them (another
language), there is no score, and the trees have learned to do without.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from math import sqrt

NO_SCORE = -99.0
"""Stands for the score of every line of a text whose words are not known."""

_DIGITS = re.compile(r"\d+")
# Of a longer line its opening is read: what follows is what an article may say.
_WORDS_OF_A_LABEL = 14
_WORDS_OF_AN_OPENING = 8
# Share of the words of a text's lines. English pages know .75 to .95 of theirs, French and German
# ones .1 to .35 (names, numbers, loan words).
_LEAST_KNOWN = 0.5


def tokens_of(folded: str) -> list[str]:
    """What is looked up of a line: its words, digits as 0, and "^" with the first two."""
    return _tokens(_DIGITS.sub("0", folded))


def _tokens(folded: str) -> list[str]:
    words = folded.split()
    if len(words) > _WORDS_OF_A_LABEL:
        words = words[:_WORDS_OF_AN_OPENING]
    return [*dict.fromkeys(words), "^" + "_".join(words[:2])] if words else []


def scores(folded: Sequence[str], weights: Mapping[str, float], bias: float) -> list[float]:
    """For each line its weight of evidence for being in the article, in logits.

    ``NO_SCORE`` for each, where the text is not in the language of the words.
    """
    lines = [_tokens(line) for line in _DIGITS.sub("0", "\n".join(folded)).split("\n")]
    words = known = 0
    found: list[float] = []
    for tokens in lines:
        weighed = [weights[token] for token in tokens if token in weights]
        words += len(tokens)
        known += len(weighed)
        found.append(bias + sum(weighed) / sqrt(len(tokens)) if tokens else bias)
    if known < _LEAST_KNOWN * words:
        return [NO_SCORE] * len(found)
    return found
