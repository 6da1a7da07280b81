"""Texts as arrays: words, sentences and paragraphs hashed without a loop in Python.

Words are those of ``streams.folding.fold``: lower case, no accents, letters and digits only. All
arithmetic is on unsigned 64-bit integers, so hashes are the same on every machine. It must not
know what the hashes are for.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

U8 = NDArray[np.uint8]
U32 = NDArray[np.uint32]
U64 = NDArray[np.uint64]
Index = NDArray[np.intp]

PARAGRAPH_SEPARATOR = "\u2029"
"""Joins headline and paragraphs before they are split into words."""

# The last two need a second look, so that one maximum says whether a text has any.
_SEPARATOR, _WORD, _TERMINATOR, _PARAGRAPH, _DROPPED, _COMPOUND = range(6)
_TABLE_SIZE = 1 << 16
_TERMINATORS = ".!?…。！？؟।"
_INVISIBLE = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
# Letters Unicode does not decompose, the same as in streams.folding; and the one other character
# of common copy that stands for several.
_SPELLED_OUT = (
    ("œ", "oe"), ("Œ", "Oe"), ("æ", "ae"), ("Æ", "Ae"), ("ß", "ss"), ("…", "..."),
)  # fmt: skip
_SINGLE_LETTERS = {"ø": "o", "đ": "d", "ł": "l", "ı": "i", "Ø": "o", "Đ": "d", "Ł": "l", "İ": "i"}
# Odd, so that each has an inverse among the 64-bit integers (Steele, Vigna: computationally easy,
# spectrally good multipliers, table 5).
_OF_LETTERS = 0xD1342543DE82EF95
_OF_WORDS = 0xAF251AF3B0F025B5
_USUAL_LENGTH = 1 << 13

_SHIFT_30, _SHIFT_27, _SHIFT_31, _SHIFT_32 = map(np.uint64, (30, 27, 31, 32))
_FACTOR_1, _FACTOR_2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


def mix(values: U64) -> U64:
    """Spreads every input bit over the whole word (the finaliser of splitmix64)."""
    mixed: U64 = values ^ (values >> _SHIFT_30)
    mixed *= _FACTOR_1
    mixed ^= mixed >> _SHIFT_27
    mixed *= _FACTOR_2
    mixed ^= mixed >> _SHIFT_31
    return mixed


def high_half(values: U64) -> U32:
    """The upper 32 bits."""
    return (values >> _SHIFT_32).astype(np.uint32)


def distinct(values: U32) -> U32:
    """The values, ascending, each once."""
    ordered = np.sort(values)
    return ordered[begins_group(ordered)]


def is_among(values: U32, ascending: U32) -> NDArray[np.bool_]:
    """Which of the values are among others that ascend.

    A fifth of the time of numpy.isin, which sorts both, on some hundred of each.
    """
    if not len(ascending):
        return np.zeros(len(values), np.bool_)
    found: NDArray[np.bool_] = ascending.take(ascending.searchsorted(values), mode="clip") == values
    return found


def begins_group(values: NDArray[Any]) -> NDArray[np.bool_]:
    """Where a value differs from the one before."""
    begins = np.empty(len(values), np.bool_)
    begins[:1] = True
    np.not_equal(values[1:], values[:-1], out=begins[1:])
    return begins


class _Powers:
    """Hashes of the runs in a row of numbers, the same wherever in the row a run stands.

    A run's hash is the sum of its numbers, each times a power of one multiplier by its place in
    the row, times the inverse power of the run's first place: no place within a run is counted.
    """

    def __init__(self, multiplier: int) -> None:
        self._multiplier = multiplier
        self._usual = self._powers(_USUAL_LENGTH)

    def _powers(self, count: int) -> tuple[U64, U64]:
        rows = []
        for factor in (self._multiplier, pow(self._multiplier, -1, 1 << 64)):
            row = np.full(count, factor, np.uint64)
            row[:1] = 1
            rows.append(np.multiply.accumulate(row))
        return rows[0], rows[1]

    def of_runs(self, numbers: NDArray[Any], starts: Index, lengths: Index) -> U64:
        """The hash of each run; what is between two runs must be 0."""
        powers, inverse = self._usual
        if len(numbers) > len(powers):
            powers, inverse = self._powers(len(numbers))
        sums = np.add.reduceat(numbers * powers[: len(numbers)], starts)
        sums *= inverse[starts]
        sums += lengths.view(np.uint64)
        return mix(sums)


def _tables() -> tuple[U8, U32, NDArray[np.bool_], NDArray[np.bool_]]:
    """Kind, lower case, is-capital and is-digit of every code point of the basic plane.

    What is no letter or digit has no lower case: 0.

    An accented letter has those of its base: so common copy need not be decomposed, which would
    cost half as much as all the rest of splitting.
    """
    characters = [chr(code) for code in range(_TABLE_SIZE)]
    kinds = np.fromiter((_WORD if c.isalnum() else _SEPARATOR for c in characters), np.uint8)
    kinds[[ord(c) for c in characters if unicodedata.combining(c)]] = _DROPPED
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
    capital = np.fromiter(map(str.isupper, characters), np.bool_)
    digit = np.fromiter(map(str.isdigit, characters), np.bool_)
    bases, compounds = _bases(characters, kinds)
    kinds = kinds[bases]
    kinds[compounds] = _COMPOUND
    lower = np.where((kinds == _WORD) | (kinds == _COMPOUND), lower[bases], np.uint32(0))
    return kinds, lower, capital[bases], digit[bases]


def _bases(characters: Sequence[str], kinds: U8) -> tuple[Index, list[int]]:
    """Of each code point the one it is without accents; and those for which there is none."""
    bases = np.arange(len(characters))
    # Half of a surrogate pair stands for a character beyond the tables.
    compounds = [*range(0xD800, 0xE000), *(ord(letter) for letter, _ in _SPELLED_OUT)]
    for code, character in enumerate(characters):
        parts = unicodedata.normalize("NFKD", character)
        if parts == character:
            continue
        kept = [ord(part) for part in parts if part > "\uffff" or kinds[ord(part)] != _DROPPED]
        if len(kept) == 1 and kept[0] < len(characters):
            bases[code] = kept[0]
        else:
            compounds.append(code)
    return bases, compounds


_KINDS, _LOWER, _CAPITAL, _DIGIT = _tables()
_IN_WORD = _Powers(_OF_LETTERS)
_IN_GROUP = _Powers(_OF_WORDS)


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
    # With a space at either end every word has a beginning and an end inside.
    codes, kinds = _code_points(f" {text} ")
    is_word = kinds == _WORD
    edges = (is_word[1:] != is_word[:-1]).nonzero()[0] + 1
    starts, ends = edges[0::2], edges[1::2]
    if not len(starts):
        nothing = np.zeros(0, np.bool_)
        nowhere = np.zeros(0, np.intp)
        return Words(np.zeros(0, np.uint64), nothing, nothing, nowhere, nowhere)
    letters = _LOWER.take(codes, mode="clip")
    if codes.dtype != np.uint16:
        letters = np.where(codes < _TABLE_SIZE, letters, codes) * is_word
    breaks = (kinds == _PARAGRAPH).nonzero()[0]
    # "3.5" and "lemonde.fr" end no sentence; "U.S. " does, and does so in every copy.
    stops = (kinds == _TERMINATOR).nonzero()[0]
    stops = stops[~is_word[stops + 1]]
    in_paragraph = breaks.searchsorted(starts)
    first_codes = codes[starts]
    return Words(
        hashes=_IN_WORD.of_runs(letters, starts, ends - starts),
        capital=_CAPITAL.take(first_codes, mode="clip"),
        digit=_DIGIT.take(first_codes, mode="clip"),
        sentence=stops.searchsorted(starts) + in_paragraph,
        paragraph=in_paragraph,
    )


def hash_groups(hashes: U64, group: Index) -> tuple[U64, Index, Index]:
    """Hash, number of words and group of each run of words with the same group."""
    if not len(hashes):
        return np.zeros(0, np.uint64), np.zeros(0, np.intp), np.zeros(0, np.intp)
    starts = begins_group(group).nonzero()[0]
    lengths = np.empty_like(starts)
    lengths[-1] = len(hashes)
    lengths[:-1] = starts[1:]
    lengths -= starts
    return _IN_GROUP.of_runs(hashes, starts, lengths), lengths, group[starts]


def _code_points(text: str) -> tuple[NDArray[Any], U8]:
    """Code points, those of common copy with their accents, and their kinds; none is dropped."""
    codes, kinds = _code_units(text)
    if kinds.max() == _COMPOUND:
        for letter, spelled in _SPELLED_OUT:
            text = text.replace(letter, spelled)
        codes, kinds = _code_units(text)
    if kinds.max() == _COMPOUND:
        return _decomposed(text)
    if kinds.max() == _DROPPED:
        kept = kinds != _DROPPED
        return codes[kept], kinds[kept]
    return codes, kinds


def _code_units(text: str) -> tuple[NDArray[np.uint16], U8]:
    codes = np.frombuffer(text.encode("utf-16-le", "surrogatepass"), np.dtype("<u2"))
    return codes.astype(np.uint16, copy=False), _KINDS.take(codes)


def _decomposed(text: str) -> tuple[U32, U8]:
    """What ``_code_points`` answers, of any text."""
    decomposed = unicodedata.normalize("NFKD", text)
    raw = decomposed.encode("utf-32-le", "surrogatepass")
    codes = np.frombuffer(raw, np.dtype("<u4")).astype(np.uint32)
    kinds = _KINDS.take(codes, mode="clip")
    # Left are what has no base of its own, and what is beyond the table.
    for place in np.flatnonzero((kinds == _COMPOUND) | (codes >= _TABLE_SIZE)):
        kinds[place] = _WORD if chr(codes[place]).isalnum() else _SEPARATOR
    kept = kinds != _DROPPED
    return codes[kept], kinds[kept]
