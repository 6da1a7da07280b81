"""Texts as arrays: words, sentences and paragraphs hashed without a loop in Python.

Words are those of ``streams.folding.fold``: lower case, no accents, letters and digits only. All
arithmetic is on unsigned 64-bit integers, so hashes are the same on every machine. It must not
know what the hashes are for.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

U8 = NDArray[np.uint8]
U32 = NDArray[np.uint32]
U64 = NDArray[np.uint64]
Index = NDArray[np.intp]

PARAGRAPH_SEPARATOR = "\u2029"
"""Joins headline and paragraphs before they are split into words."""

_SEPARATOR, _WORD, _DROPPED, _TERMINATOR, _PARAGRAPH = range(5)
_TABLE_SIZE = 1 << 16
_TERMINATORS = ".!?…。！？؟।"
_INVISIBLE = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
# Letters Unicode does not decompose; the same as in streams.folding.
_LETTERS = (("œ", "oe"), ("Œ", "Oe"), ("æ", "ae"), ("Æ", "Ae"), ("ß", "ss"))
_SINGLE_LETTERS = {"ø": "o", "đ": "d", "ł": "l", "ı": "i", "Ø": "o", "Đ": "d", "Ł": "l", "İ": "i"}
_LONGEST_WORD = 64
_LONGEST_SENTENCE = 1024


def _random_odd(count: int, seed: int) -> U64:
    """Fixed odd multipliers (splitmix64 from ``seed``)."""
    with np.errstate(over="ignore"):
        state = (np.arange(1, count + 1, dtype=np.uint64) + np.uint64(seed)) * np.uint64(
            0x9E3779B97F4A7C15
        )
        return mix(state) | np.uint64(1)


def mix(values: U64) -> U64:
    """Spreads every input bit over the whole word (the finaliser of splitmix64)."""
    mixed = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def high_half(values: U64) -> U32:
    """The upper 32 bits."""
    return (values >> np.uint64(32)).astype(np.uint32)


def distinct(values: U32) -> U32:
    """The values, ascending, each once."""
    ordered = np.sort(values)
    if len(ordered) < 2:
        return ordered
    first = np.empty(len(ordered), np.bool_)
    first[0] = True
    np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
    return ordered[first]


def _tables() -> tuple[U8, U32, NDArray[np.bool_], NDArray[np.bool_]]:
    """Kind, lower case, is-capital and is-digit of every code point of the basic plane."""
    characters = [chr(code) for code in range(_TABLE_SIZE)]
    kinds = np.fromiter((_WORD if c.isalnum() else 0 for c in characters), np.uint8)
    for code, character in enumerate(characters):
        if unicodedata.combining(character):
            kinds[code] = _DROPPED
    kinds[[ord(c) for c in _INVISIBLE]] = _DROPPED
    kinds[[ord(c) for c in _TERMINATORS]] = _TERMINATOR
    kinds[ord(PARAGRAPH_SEPARATOR)] = _PARAGRAPH
    lower = np.fromiter(
        (
            ord(folded) if len(folded := _SINGLE_LETTERS.get(c) or c.lower()) == 1 else ord(c)
            for c in characters
        ),
        np.uint32,
    )
    capital = np.fromiter((c.isupper() for c in characters), np.bool_)
    digit = np.fromiter((c.isdigit() for c in characters), np.bool_)
    return kinds, lower, capital, digit


_KINDS, _LOWER, _CAPITAL, _DIGIT = _tables()
_IN_WORD = _random_odd(_LONGEST_WORD, 1)
_IN_SENTENCE = _random_odd(_LONGEST_SENTENCE, 2)


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a text, in order.

    Attributes:
        hashes: one a word.
        capital: it is written with a capital.
        digit: it begins with a digit.
        sentence: number of its sentence, ascending, not without gaps.
        paragraph: number of its paragraph.
    """

    hashes: U64
    capital: NDArray[np.bool_]
    digit: NDArray[np.bool_]
    sentence: Index
    paragraph: Index


def split_words(text: str) -> Words:
    """The words of ``text``, whose paragraphs are joined by ``PARAGRAPH_SEPARATOR``."""
    codes, kinds = _code_points(text)
    is_word = kinds == _WORD
    edges = np.flatnonzero(is_word[1:] != is_word[:-1]) + 1
    if len(is_word) and is_word[0]:
        edges = np.append(0, edges)
    if len(is_word) and is_word[-1]:
        edges = np.append(edges, len(is_word))
    starts, ends = edges[0::2], edges[1::2]
    if not len(starts):
        nothing = np.zeros(0, np.bool_)
        nowhere = np.zeros(0, np.intp)
        return Words(np.zeros(0, np.uint64), nothing, nothing, nowhere, nowhere)
    lengths = ends - starts
    firsts = np.cumsum(lengths) - lengths
    inside = np.flatnonzero(is_word)
    place = np.minimum(np.arange(len(inside)) - np.repeat(firsts, lengths), _LONGEST_WORD - 1)
    inner = codes[inside]
    letters = _LOWER[np.minimum(inner, _TABLE_SIZE - 1)]
    if inner.max() >= _TABLE_SIZE:
        letters = np.where(inner < _TABLE_SIZE, letters, inner)
    sums = np.add.reduceat(letters * _IN_WORD[place], firsts)
    breaks = np.flatnonzero(kinds == _PARAGRAPH)
    # "3.5" and "lemonde.fr" end no sentence; "U.S. " does, and does so in every copy.
    stops = np.flatnonzero(kinds == _TERMINATOR)
    stops = stops[~is_word[np.minimum(stops + 1, len(is_word) - 1)]]
    in_paragraph = np.searchsorted(breaks, starts)
    in_sentence = np.searchsorted(stops, starts) + in_paragraph
    first_codes = np.minimum(codes[starts], _TABLE_SIZE - 1)
    return Words(
        hashes=mix(sums + lengths.astype(np.uint64)),
        capital=_CAPITAL[first_codes],
        digit=_DIGIT[first_codes],
        sentence=in_sentence,
        paragraph=in_paragraph,
    )


def hash_groups(hashes: U64, group: Index) -> tuple[U64, Index, Index]:
    """Hash, number of words and group of each run of words with the same group."""
    if not len(hashes):
        return np.zeros(0, np.uint64), np.zeros(0, np.intp), np.zeros(0, np.intp)
    starts = np.append(0, np.flatnonzero(group[1:] != group[:-1]) + 1)
    lengths = np.append(starts[1:], len(hashes)) - starts
    place = (np.arange(len(hashes)) - np.repeat(starts, lengths)) % _LONGEST_SENTENCE
    sums = np.add.reduceat(hashes * _IN_SENTENCE[place], starts)
    return mix(sums + lengths.astype(np.uint64)), lengths, group[starts]


def _code_points(text: str) -> tuple[U32, U8]:
    """Code points and their kinds, accents taken off."""
    if text.isascii():
        codes = np.frombuffer(text.encode("ascii"), np.uint8).astype(np.uint32)
        return codes, _KINDS[codes]
    for letter, spelled in _LETTERS:
        text = text.replace(letter, spelled)
    decomposed = unicodedata.normalize("NFKD", text)
    codes = np.frombuffer(decomposed.encode("utf-32-le", "surrogatepass"), np.dtype("<u4"))
    codes = codes.astype(np.uint32)
    kinds = _KINDS[np.minimum(codes, _TABLE_SIZE - 1)]
    beyond = np.flatnonzero(codes >= _TABLE_SIZE)
    for place in beyond:
        kinds[place] = _WORD if chr(codes[place]).isalnum() else _SEPARATOR
    kept = kinds != _DROPPED
    return codes[kept], kinds[kept]
