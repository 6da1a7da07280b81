"""Signing: the hashes of an item's text that the desk compares by.

Runs in intake, in parallel; costs no more than cleaning. It must not know thresholds of likeness
or anything but the item: rarity is the desk's knowledge.
"""

from __future__ import annotations

import binascii
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from schemas.fingerprint import Fingerprint
from schemas.item import Item
from streams.desk.figures import (
    FIGURE_BIT,
    NUMBERS_READ,
    SCALES,
    figure_phrases,
    figures_key,
    read_numbers,
    rounded_numbers,
)
from streams.desk.headlines import (
    MONTH_NAMES,
    TICKER,
    Heading,
    read_heading,
    tickers_of,
    without_marks,
)
from streams.desk.words import (
    PARAGRAPH_SEPARATOR,
    U32,
    U64,
    Words,
    begins_group,
    distinct,
    hash_groups,
    high_half,
    mix,
    split_words,
)

FINGERPRINT_VERSION = 4

SHORT_WORDS = 20
"""A shorter text is alike to another only when equal: ten words of two bank rates differ in one."""

# Of bands over all phrases, and as many over the opening.
_BANDS = 8
_ROWS = 3
_OPENING_ROWS = 2
_OPENING_WORDS = 60
_WHOLE = _BANDS * _ROWS
_SENTENCE_WORDS = 6
_SENTENCES_KEPT = 7
_FIRST_SENTENCES = 4
SHINGLES_KEPT = 128
_NAMES_KEPT = 48
NUMBERS_KEPT = 96
_TITLE_KEPT = 16
_LEAD_WORDS = 80
_SUBJECT_WORDS = 2
_MARKED_PARAGRAPHS = 3
_FEWEST_FIGURES = 4
# From this share of numbers among its words on a text may come to be compared by them.
_FIGURED = 0.1
PARAGRAPHS_KEPT = 256
_CHUNK = 4096

# Small numbers as agencies spell them out; not "one", which is an article elsewhere, nor Spanish
# eleven, which is English "once".
_SPELLED = {
    "2": "two deux dos zwei",
    "3": "three trois tres drei",
    "4": "four quatre cuatro vier",
    "5": "five cinq cinco fünf",
    "6": "six seis sechs",
    "7": "seven sept siete sieben",
    "8": "eight huit ocho acht",
    "9": "nine neuf nueve neun",
    "10": "ten dix diez zehn",
    "11": "eleven onze",
    "12": "twelve douze doce zwölf",
}
# Before "million" it is a number, and behind a month: "Pay June one".
_ONE = "one un une ein eine una uno"
# What agencies shorten as the line fills; the first of each stands for all.
_UNITS = (
    "cts cents ct cent", "dlrs dlr dollars dollar", "mln million millions mio millionen millones",
    "bln billion bn billions", "mrd milliard milliards milliarde milliarden",
    "pct percent prozent", "shrs shares", "qtly quarterly qtrly", "qtr quarter", "mths months",
    "stg sterling", "yr year", "pts points", "vs versus v",
)  # fmt: skip

_IS_NUMBER, _IS_ONE, _IS_SCALE, _IS_UNIT, _IS_MONTH = range(1, 6)

_EXACT = re.compile(r"[0-9a-f]{32}")


def _known_words() -> tuple[U64, NDArray[np.uint8], U64, list[str]]:
    """Hashes of the words that mean a number or a unit, ascending; of each what it is, what stands
    for it, and its digits or power of ten.
    """  # noqa: D205
    entries: dict[int, tuple[int, int, str]] = {}

    def put(word: str, role: int, stands: str, value: str) -> None:
        own, instead = (int(split_words(text).hashes[0]) for text in (word, stands))
        entries[own] = (role, instead, value)

    for digits, spelled in _SPELLED.items():
        for word in spelled.split():
            put(word, _IS_NUMBER, word, digits)
    for word in _ONE.split():
        put(word, _IS_ONE, word, "1")
    # French "sept" is seven more often than September.
    for word in set(MONTH_NAMES) - {
        number for words in _SPELLED.values() for number in words.split()
    }:
        put(word, _IS_MONTH, word, "")
    first_of = {word: unit.split()[0] for unit in _UNITS for word in unit.split()}
    for word, scale in SCALES.items():
        put(word, _IS_SCALE, first_of.get(word, word), str(scale))
    for word, first in first_of.items():
        if word not in SCALES:
            put(word, _IS_UNIT, first, "")
    hashes = sorted(entries)
    return (
        np.array(hashes, np.uint64),
        np.array([entries[value][0] for value in hashes], np.uint8),
        np.array([entries[value][1] for value in hashes], np.uint64),
        [entries[value][2] for value in hashes],
    )


_KNOWN, _ROLE, _STANDS_FOR, _VALUE = _known_words()


def _places() -> tuple[NDArray[np.intp], np.uint64]:
    """Place in ``_KNOWN`` by the upper bits of a hash, and by how many to shift for them."""
    for bits in range(10, 24):
        shift = np.uint64(64 - bits)
        if len(np.unique(_KNOWN >> shift)) == len(_KNOWN):
            places = np.zeros(1 << bits, np.intp)
            places[_KNOWN >> shift] = np.arange(len(_KNOWN))
            return places, shift
    raise AssertionError


_PLACE, _PLACE_SHIFT = _places()

LITTLE_U32 = np.dtype("<u4")
"""As arrays are packed."""


def _constants(count: int, seed: bytes) -> U64:
    """Fixed odd 64-bit constants."""
    digest = hashlib.shake_128(seed).digest(count * 8)
    return np.frombuffer(digest, np.dtype("<u8")).astype(np.uint64) | np.uint64(1)


_SHINGLE = _constants(3, b"wireroom shingle")
_BAND = _constants(_ROWS, b"wireroom band")
_BAND_NUMBER = _constants(2 * _BANDS, b"wireroom band number")
_HASHES = _BANDS * (_ROWS + _OPENING_ROWS)
_PERMUTE = high_half(_constants(_HASHES, b"wireroom permute"))[:, None] | np.uint32(1)
_SHIFT = high_half(_constants(_HASHES, b"wireroom shift"))[:, None]


def pack(values: U32) -> str:
    """An array as base64 of little-endian bytes."""
    raw = np.ascontiguousarray(values, LITTLE_U32).data
    return binascii.b2a_base64(raw, newline=False).decode("ascii")


def packed_bytes(packed: str) -> bytes:
    """The little-endian bytes of a packed array; of what is none, nothing."""
    if not packed:
        return b""
    try:
        raw = binascii.a2b_base64(packed, strict_mode=True)
    except ValueError:
        return b""
    return raw if len(raw) % 4 == 0 else b""


def unpack(packed: str) -> U32:
    """The array in ``packed``; of what is none, nothing."""
    return unpack_bytes(packed_bytes(packed))


def unpack_bytes(raw: bytes) -> U32:
    """The array in little-endian bytes, without copying where the machine allows."""
    return np.frombuffer(raw, LITTLE_U32).astype(np.uint32, copy=False)


def is_comparable(fingerprint: Fingerprint) -> bool:
    """Made by this method, and whole."""
    return (
        fingerprint.version == FINGERPRINT_VERSION
        and _EXACT.fullmatch(fingerprint.exact) is not None
    )


def sign(item: Item) -> Fingerprint:
    """The fingerprint of an item's headline and paragraphs.

    Datelines, tickers, "repeat" and "more", fillers ("Blah blah blah") and a paragraph that only
    says the headline again are left out; units have one spelling.
    """
    headline = (item.headline or "").replace(PARAGRAPH_SEPARATOR, " ")
    texts = [part.text.replace(PARAGRAPH_SEPARATOR, " ") for part in item.paragraphs]
    texts[:_MARKED_PARAGRAPHS] = map(without_marks, texts[:_MARKED_PARAGRAPHS])
    if len(texts) > _MARKED_PARAGRAPHS:
        texts[-1] = without_marks(texts[-1])
    lead = next(filter(None, texts), "")
    text = TICKER.sub(" ", PARAGRAPH_SEPARATOR.join((headline, *texts)))
    heading = read_heading(headline)
    written = split_words(text)
    words = _telling(written)
    words, spelled = _plain(words)
    count = len(words.hashes)
    numbers = read_numbers(text)
    rounded = rounded_numbers(numbers)
    shingles = _shingles(words.hashes)
    if len(numbers) >= _FIGURED * count:
        figured = figure_phrases(rounded)
        shingles = distinct(np.concatenate((shingles, figured)))
    findable = count >= SHORT_WORDS or len(numbers) + len(spelled) >= _FEWEST_FIGURES
    return Fingerprint(
        version=FINGERPRINT_VERSION,
        exact=hashlib.blake2b(words.hashes.astype("<u8").tobytes(), digest_size=16).hexdigest(),
        words=count,
        figures=int(np.count_nonzero(words.digit)),
        sentences=pack(_sentence_keys(words)) if findable else "",
        bands=pack(_band_keys(shingles)) if findable else "",
        openings=pack(_opening_keys(words)) if findable else "",
        outlines=_outline_keys(heading, [*rounded, *rounded_numbers(spelled)]) if findable else "",
        shingles=pack(shingles[:SHINGLES_KEPT]),
        numbers=" ".join(sorted([*numbers, *spelled][:NUMBERS_KEPT])),
        names=pack(_names(words)),
        title=pack(distinct(high_half(words.hashes[: _body_start(words)]))[:_TITLE_KEPT]),
        subject=pack(high_half(words.hashes[:_SUBJECT_WORDS])),
        tickers=_packed(tickers_of(headline, lead)),
        moments=_packed(heading.moments),
        corrects=heading.corrects,
        lead=pack(distinct(high_half(words.hashes[:_LEAD_WORDS]))),
        # As written: whether a paragraph changed must not hang on headline or neighbours.
        paragraphs=pack(_paragraph_hashes(written, len(texts))),
    )


def _body_start(words: Words) -> int:
    """The place of the first word below the headline."""
    return int(words.paragraph.searchsorted(1))


def _telling(words: Words) -> Words:
    """The words without fillers, and without a first paragraph that repeats the headline."""
    hashes = words.hashes
    again = np.flatnonzero(hashes[1:] == hashes[:-1])
    if len(again) > 1:
        # A word three times running: no language does it, and a figure may stand so in a table.
        runs = again[1:][again[1:] == again[:-1] + 1]
        if len(runs):
            kept = np.ones(len(hashes), np.bool_)
            for shift in (-1, 0, 1):
                kept[runs + shift] = False
            words = _chosen(words, kept | words.digit)
            hashes = words.hashes
    title = _body_start(words)
    if 0 < title < len(hashes) and hashes[0] == hashes[title]:
        after = int(words.paragraph.searchsorted(words.paragraph[title] + 1))
        if np.array_equal(hashes[:title], hashes[title:after]):
            kept = np.ones(len(hashes), np.bool_)
            kept[title:after] = False
            return _chosen(words, kept)
    return words


def _chosen(words: Words, kept: NDArray[np.bool_]) -> Words:
    return Words(
        words.hashes[kept],
        words.capital[kept],
        words.digit[kept],
        words.sentence[kept],
        words.paragraph[kept],
    )


def _plain(words: Words) -> tuple[Words, list[str]]:
    """The words with one spelling for each unit, and the numbers that are spelled out."""
    places = _PLACE[words.hashes >> _PLACE_SHIFT]
    found = (_KNOWN[places] == words.hashes).nonzero()[0]
    known = dict(zip(found.tolist(), places[found].tolist(), strict=True))
    spelled: list[str] = []
    for place, entry in list(known.items())[:NUMBERS_READ]:
        behind = known.get(place + 1)
        scale = _VALUE[behind] if behind is not None and _ROLE[behind] == _IS_SCALE else None
        before = known.get(place - 1)
        counts = scale is not None or (before is not None and _ROLE[before] == _IS_MONTH)
        if _ROLE[entry] == _IS_NUMBER or (_ROLE[entry] == _IS_ONE and counts):
            spelled.append(_VALUE[entry] if scale is None else f"{_VALUE[entry]}e{scale}")
    hashes = words.hashes.copy()
    hashes[found] = _STANDS_FOR[places[found]]
    return replace(words, hashes=hashes), spelled


def _outline_keys(heading: Heading, rounded: Sequence[str]) -> str:
    """The headline without its figures and hours, and the figures without words."""
    keys = set() if heading.series is None else {heading.series}
    if len(rounded) >= _FEWEST_FIGURES:
        keys.add(figures_key(rounded))
    return _packed(sorted(keys))


def _packed(values: Iterable[int]) -> str:
    """What ``pack`` answers, of a few plain integers."""
    raw = b"".join(value.to_bytes(4, "little") for value in values)
    return binascii.b2a_base64(raw, newline=False).decode("ascii")


def _shingles(hashes: U64) -> U32:
    """Distinct hashes of three words in a row, ascending."""
    if len(hashes) < 3:
        return np.zeros(0, np.uint32)
    sums = hashes[:-2] * _SHINGLE[0] + hashes[1:-1] * _SHINGLE[1] + hashes[2:] * _SHINGLE[2]
    return distinct(high_half(mix(sums)) & ~FIGURE_BIT)


def _sentence_keys(words: Words) -> U32:
    hashes, lengths, _ = hash_groups(words.hashes, words.sentence)
    long = high_half(hashes[lengths >= _SENTENCE_WORDS])
    # A cut keeps the first ones; of the others the smallest, so that two long texts keep the same.
    first, others = long[:_FIRST_SENTENCES], distinct(long[_FIRST_SENTENCES:])
    return distinct(np.concatenate((first, others[: _SENTENCES_KEPT - _FIRST_SENTENCES])))


def _band_keys(shingles: U32) -> U32:
    return _bands(_lowest(shingles, _PERMUTE[:_WHOLE], _SHIFT[:_WHOLE]), _ROWS, 0)


def _opening_keys(words: Words) -> U32:
    """Bands over the pairs of words that the body opens with.

    They find the cut of a long text, whose whole is little like it.
    """
    begins = _body_start(words)
    lead = words.hashes[begins : begins + _OPENING_WORDS]
    pairs = high_half(mix(lead[:-1] * _SHINGLE[0] + lead[1:] * _SHINGLE[1]))
    return _bands(_lowest(pairs, _PERMUTE[_WHOLE:], _SHIFT[_WHOLE:]), _OPENING_ROWS, _BANDS)


def _bands(lowest: U64, rows: int, first: int) -> U32:
    sums = lowest.reshape(_BANDS, rows) @ _BAND[:rows]
    return high_half(mix(sums + _BAND_NUMBER[first : first + _BANDS]))


def _lowest(hashes: U32, factors: U32, shifts: U32) -> U64:
    lowest = np.full((len(factors),), np.iinfo(np.uint32).max, np.uint32)
    for start in range(0, len(hashes), _CHUNK):
        permuted = hashes[start : start + _CHUNK] * factors + shifts
        np.minimum(lowest, permuted.min(axis=1), out=lowest)
    return lowest.astype(np.uint64)


def _names(words: Words) -> U32:
    """Words with a capital that does not open a sentence; a headline's capitals say nothing."""
    named = words.capital & ~begins_group(words.sentence)
    named[: _body_start(words)] = False
    names = words.hashes[named]
    return distinct(high_half(names))[:_NAMES_KEPT]


def _paragraph_hashes(words: Words, count: int) -> U32:
    hashes, _, number = hash_groups(words.hashes, words.paragraph)
    of_paragraph = np.zeros(min(count, PARAGRAPHS_KEPT), np.uint32)
    kept = (number > 0) & (number <= len(of_paragraph))
    of_paragraph[number[kept] - 1] = high_half(hashes[kept])
    return of_paragraph
