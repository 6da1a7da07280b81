"""Cuts a paragraph into tokens, and a token into the features that the network knows it by.

It must not depend on anything but the text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

# Characters of a word; a longer one is several tokens, so that no token costs much.
MAX_TOKEN_CHARS = 64
# An elided article and the first half of a compound keep their mark: "l'" + "ONU", "Jean-" + "Marc"
# take two places of the window instead of three, and a name may still end or begin between them.
_TOKEN = re.compile(
    r"\s*+(?:(?:[^\W\d_]\.){2,6}"
    r"|\d{1,20}(?:[.,:/]\d{1,12}){0,3}"
    rf"|\w{{1,{MAX_TOKEN_CHARS}}}[\-'’]?"
    r"|[^\w\s])"
)
_MARKS = "-'’"
FEATURES = 12
"""Of each token."""
# Letters of the longest beginning and end.
_AFFIX = 4
# Letters from which a word is long, whatever it has more.
_LONG = 8
_OF_FEATURE = np.arange(1, FEATURES + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
_OF_LENGTH = np.uint64(0xD1342543DE82EF95)


def tokenise(text: str) -> list[str]:
    """The tokens in order, each with the white space before it: joined, they are the text.

    White space at the end of the text is left out. Takes time linear in the length of the text.
    """
    # Without it the search would try a token at every space of the last run.
    return _TOKEN.findall(text.rstrip())


def name_length(token: str) -> int:
    """The characters of a token without white space that are of a name which it ends."""
    return len(token) - 1 if len(token) > 1 and token[-1] in _MARKS else len(token)


def features(tokens: Sequence[str], rows: int) -> NDArray[np.intp]:
    """[tokens, features]: rows of the table of embeddings whose sum stands for each token.

    The word as it is and in small letters (the first two), beginnings and ends of one to four
    letters, its shape, and how long it is. Hashed: two features may share a row; row 0 is none's.

    Args:
        tokens: without white space, each of at most ``MAX_TOKEN_CHARS`` and a mark.
        rows: of the table.
    """
    words = [token[: name_length(token)] for token in tokens]
    small = [word.lower() for word in words]
    shapes = [_shape(word) + token[len(word) :] for word, token in zip(words, tokens, strict=True)]
    lengths = np.array([min(len(word), _LONG) for word in words], np.uint64)
    hashes = np.empty((len(tokens), FEATURES), np.uint64)
    hashes[:, 0] = _sums(words)
    hashes[:, 1] = _sums(small)
    # Of a sum over the first letters each step is the sum of a beginning.
    hashes[:, 2 : 2 + _AFFIX] = _products([word[:_AFFIX] for word in small], _AFFIX).cumsum(axis=1)
    ends = [word[: -_AFFIX - 1 : -1] for word in small]
    hashes[:, 2 + _AFFIX : 2 + 2 * _AFFIX] = _products(ends, _AFFIX).cumsum(axis=1)
    hashes[:, -2] = _sums(shapes)
    hashes[:, -1] = hashes[:, -2] + lengths * _OF_LENGTH
    # Which feature it is, and all bits to the lower ones (Stafford's mixing, as in SplitMix64).
    hashes += _OF_FEATURE
    hashes ^= hashes >> np.uint64(30)
    hashes *= np.uint64(0xBF58476D1CE4E5B9)
    hashes ^= hashes >> np.uint64(27)
    hashes *= np.uint64(0x94D049BB133111EB)
    hashes ^= hashes >> np.uint64(31)
    return (hashes % np.uint64(rows - 1)).astype(np.intp) + 1


def _sums(words: Sequence[str]) -> NDArray[np.uint64]:
    """A number of each word's letters: their code points times a factor of their place, summed."""
    longest = max(map(len, words), default=0)
    sums: NDArray[np.uint64] = _products(words, max(1, longest)).sum(axis=1, dtype=np.uint64)
    return sums


def _products(words: Sequence[str], width: int) -> NDArray[np.uint64]:
    """[words, width]: the code point of each letter, modulo 2^64 times the factor of its place."""
    codes = np.array(words, f"U{width}").view(np.uint32).reshape(len(words), width)
    return codes * _factors(width)


@cache
def _factors(width: int) -> NDArray[np.uint64]:
    """Odd numbers without a pattern (Knuth's multiplicative congruence), the same everywhere."""
    factors, value = [], 0x9E3779B97F4A7C15
    for _ in range(width):
        value = (value * 6364136223846793005 + 1442695040888963407) % (1 << 64)
        factors.append(value | 1)
    return np.array(factors, np.uint64)


def _shape(word: str) -> str:
    """What kinds of characters a word is made of, a run of one kind told once."""
    if word.isalpha():
        if word.islower():
            return "x"
        if word.isupper():
            return "X" if len(word) > 1 else "I"
        if word[1:].islower():
            return "Xx"
    shape = ""
    for char in word:
        kind = (
            "d"
            if char.isdigit()
            else char
            if not char.isalpha()
            else "X"
            if char.isupper()
            else "x"
        )
        if not shape.endswith(kind):
            shape += kind
    return shape
