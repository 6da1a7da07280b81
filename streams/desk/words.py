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
_LONGEST_WORD = 64
_LONGEST_SENTENCE = 1024


def _random_odd(count: int, seed: int) -> U64:
    """Fixed odd multipliers (splitmix64 from ``seed``)."""
    with np.errstate(over="ignore"):
        state = (np.arange(1, count + 1, dtype=np.uint64) + np.uint64(seed)) * np.uint64(
            0x9E3779B97F4A7C15
        )
        return mix(state) | np.uint64(1)


_MIX_SHIFTS = np.array([30, 27, 31], np.uint64)
_MIX_FACTORS = np.array([0xBF58476D1CE4E5B9, 0x94D049BB133111EB], np.uint64)


def mix(values: U64) -> U64:
    """Spreads every input bit over the whole word (the finaliser of splitmix64)."""
    mixed: U64 = values ^ (values >> _MIX_SHIFTS[0])
    mixed *= _MIX_FACTORS[0]
    mixed ^= mixed >> _MIX_SHIFTS[1]
    mixed *= _MIX_FACTORS[1]
    mixed ^= mixed >> _MIX_SHIFTS[2]
    return mixed


def high_half(values: U64) -> U32:
    """The upper 32 bits."""
    return (values >> np.uint64(32)).astype(np.uint32)


def distinct(values: U32) -> U32:
    """The values, ascending, each once."""
    ordered = np.sort(values)
    return ordered[begins_group(ordered)]


def begins_group(values: NDArray[Any]) -> NDArray[np.bool_]:
    """Where a value differs from the one before."""
    begins = np.empty(len(values), np.bool_)
    begins[:1] = True
    np.not_equal(values[1:], values[:-1], out=begins[1:])
    return begins


def _tables() -> tuple[U8, U32, NDArray[np.bool_], NDArray[np.bool_]]:
    """Kind, lower case, is-capital and is-digit of every code point of the basic plane.

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
    return kinds, lower[bases], capital[bases], digit[bases]


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
    # With a space at either end every word has a beginning and an end inside.
    codes, kinds = _code_points(f" {text} ")
    is_word = kinds == _WORD
    edges = np.flatnonzero(is_word[1:] != is_word[:-1]) + 1
    starts, ends = edges[0::2], edges[1::2]
    if not len(starts):
        nothing = np.zeros(0, np.bool_)
        nowhere = np.zeros(0, np.intp)
        return Words(np.zeros(0, np.uint64), nothing, nothing, nowhere, nowhere)
    lengths = ends - starts
    inside = np.flatnonzero(is_word)
    place = inside - np.repeat(starts, lengths)
    inner = codes[inside]
    letters = _LOWER.take(inner, mode="clip")
    if codes.dtype != np.uint16 and inner.max() >= _TABLE_SIZE:
        letters = np.where(inner < _TABLE_SIZE, letters, inner)
    # Clipped to the last multiplier: a word may be longer than there are.
    multipliers = _IN_WORD.take(place, mode="clip")
    sums = np.add.reduceat(letters * multipliers, np.cumsum(lengths) - lengths)
    breaks = np.flatnonzero(kinds == _PARAGRAPH)
    # "3.5" and "lemonde.fr" end no sentence; "U.S. " does, and does so in every copy.
    stops = np.flatnonzero(kinds == _TERMINATOR)
    stops = stops[~is_word[stops + 1]]
    in_paragraph = breaks.searchsorted(starts)
    first_codes = codes[starts]
    return Words(
        hashes=mix(sums + lengths.astype(np.uint64)),
        capital=_CAPITAL.take(first_codes, mode="clip"),
        digit=_DIGIT.take(first_codes, mode="clip"),
        sentence=stops.searchsorted(starts) + in_paragraph,
        paragraph=in_paragraph,
    )


def hash_groups(hashes: U64, group: Index) -> tuple[U64, Index, Index]:
    """Hash, number of words and group of each run of words with the same group."""
    if not len(hashes):
        return np.zeros(0, np.uint64), np.zeros(0, np.intp), np.zeros(0, np.intp)
    starts = np.flatnonzero(begins_group(group))
    ends = np.append(starts[1:], len(hashes))
    lengths = ends - starts
    place = np.arange(len(hashes)) - np.repeat(starts, lengths)
    sums = np.add.reduceat(hashes * _IN_SENTENCE[place & (_LONGEST_SENTENCE - 1)], starts)
    return mix(sums + lengths.astype(np.uint64)), lengths, group[starts]


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
