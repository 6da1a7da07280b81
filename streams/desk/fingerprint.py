"""Signing: the hashes of an item's text that the desk compares by.

Runs in intake, in parallel; costs no more than cleaning. It must not know thresholds of likeness
or anything but the item: rarity is the desk's knowledge.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re

import numpy as np

from schemas.fingerprint import Fingerprint
from schemas.item import Item
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

FINGERPRINT_VERSION = 1

SHORT_WORDS = 20
"""A shorter text is alike to another only when equal: ten words of two bank rates differ in one."""

BANDS = 16
ROWS = 4
_SENTENCE_WORDS = 6
_SENTENCES_KEPT = 12
SHINGLES_KEPT = 128
_NAMES_KEPT = 48
NUMBERS_KEPT = 96
_LEAD_WORDS = 80
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

_EXACT = re.compile(r"[0-9a-f]{32}")
# Two d's, for one would keep the search from skipping to the next digit: 40 us a text.
_NUMBER = re.compile(r"\d\d*(?:[.,:/-]\d+)*")
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,3}(?:\.\d{3}){2,}(?:,\d+)?")


def _spelled_numbers() -> tuple[U64, list[str]]:
    """Hashes of spelled-out numbers, ascending, and the digits of each."""
    pairs = sorted(
        (int(split_words(word).hashes[0]), digits)
        for digits, spelled in _SPELLED.items()
        for word in spelled.split()
    )
    return np.array([value for value, _ in pairs], np.uint64), [digits for _, digits in pairs]


_SPELLED_HASHES, _SPELLED_DIGITS = _spelled_numbers()


def _constants(count: int, seed: bytes) -> U64:
    """Fixed odd 64-bit constants."""
    digest = hashlib.shake_128(seed).digest(count * 8)
    return np.frombuffer(digest, np.dtype("<u8")).astype(np.uint64) | np.uint64(1)


_SHINGLE = _constants(3, b"wireroom shingle")
_BAND = _constants(ROWS, b"wireroom band")
_BAND_NUMBER = _constants(BANDS, b"wireroom band number")
_PERMUTE = high_half(_constants(BANDS * ROWS, b"wireroom permute"))[:, None] | np.uint32(1)
_SHIFT = high_half(_constants(BANDS * ROWS, b"wireroom shift"))[:, None]


def pack(values: U32) -> str:
    """An array as base64 of little-endian bytes."""
    return base64.b64encode(values.astype("<u4", copy=False).tobytes()).decode("ascii")


def packed_bytes(packed: str) -> bytes:
    """The little-endian bytes of a packed array; of what is none, nothing."""
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
    return np.frombuffer(raw, np.dtype("<u4")).astype(np.uint32, copy=False)


def is_comparable(fingerprint: Fingerprint) -> bool:
    """Made by this method, and whole."""
    return (
        fingerprint.version == FINGERPRINT_VERSION
        and _EXACT.fullmatch(fingerprint.exact) is not None
    )


def sign(item: Item) -> Fingerprint:
    """The fingerprint of an item's headline and paragraphs."""
    parts = [item.headline or "", *(paragraph.text for paragraph in item.paragraphs)]
    text = PARAGRAPH_SEPARATOR.join(parts)
    if text.count(PARAGRAPH_SEPARATOR) >= len(parts):
        parts = [part.replace(PARAGRAPH_SEPARATOR, " ") for part in parts]
        text = PARAGRAPH_SEPARATOR.join(parts)
    words = split_words(text)
    count = len(words.hashes)
    shingles = _shingles(words.hashes)
    findable = count >= SHORT_WORDS
    return Fingerprint(
        version=FINGERPRINT_VERSION,
        exact=hashlib.blake2b(words.hashes.astype("<u8").tobytes(), digest_size=16).hexdigest(),
        words=count,
        figures=int(words.digit.sum()),
        sentences=pack(_sentence_keys(words)) if findable else "",
        bands=pack(_band_keys(shingles)) if findable else "",
        shingles=pack(shingles[:SHINGLES_KEPT]),
        numbers=_numbers(text, words),
        names=pack(_names(words)),
        lead=pack(distinct(high_half(words.hashes[:_LEAD_WORDS]))),
        paragraphs=pack(_paragraph_hashes(words, len(item.paragraphs))),
    )


def _shingles(hashes: U64) -> U32:
    """Distinct hashes of three words in a row, ascending."""
    if len(hashes) < 3:
        return np.zeros(0, np.uint32)
    sums = hashes[:-2] * _SHINGLE[0] + hashes[1:-1] * _SHINGLE[1] + hashes[2:] * _SHINGLE[2]
    return distinct(high_half(mix(sums)))


def _sentence_keys(words: Words) -> U32:
    hashes, lengths, _ = hash_groups(words.hashes, words.sentence)
    # The smallest, so that two long texts keep the same ones.
    return distinct(high_half(hashes[lengths >= _SENTENCE_WORDS]))[:_SENTENCES_KEPT]


def _band_keys(shingles: U32) -> U32:
    lowest = np.full((BANDS * ROWS,), np.iinfo(np.uint32).max, np.uint32)
    for start in range(0, len(shingles), _CHUNK):
        permuted = shingles[start : start + _CHUNK] * _PERMUTE + _SHIFT
        np.minimum(lowest, permuted.min(axis=1), out=lowest)
    rows = lowest.reshape(BANDS, ROWS).astype(np.uint64)
    return high_half(mix((rows * _BAND).sum(axis=1, dtype=np.uint64) + _BAND_NUMBER))


def _names(words: Words) -> U32:
    """Words with a capital that does not open a sentence; a headline's capitals say nothing."""
    inside = ~begins_group(words.sentence)
    names = words.hashes[words.capital & inside & (words.paragraph > 0)]
    return distinct(high_half(names))[:_NAMES_KEPT]


def _paragraph_hashes(words: Words, count: int) -> U32:
    hashes, _, number = hash_groups(words.hashes, words.paragraph)
    of_paragraph = np.zeros(min(count, PARAGRAPHS_KEPT), np.uint32)
    kept = (number > 0) & (number <= len(of_paragraph))
    of_paragraph[number[kept] - 1] = high_half(hashes[kept])
    return of_paragraph


def _numbers(text: str, words: Words) -> str:
    found = dict.fromkeys(map(plain_number, _NUMBER.findall(text)))
    places = np.minimum(np.searchsorted(_SPELLED_HASHES, words.hashes), len(_SPELLED_HASHES) - 1)
    spelled = places[_SPELLED_HASHES[places] == words.hashes]
    found.update(dict.fromkeys(_SPELLED_DIGITS[place] for place in spelled.tolist()))
    return " ".join(sorted(list(found)[:NUMBERS_KEPT]))


def plain_number(written: str) -> str:
    """A number without thousands separators: "17,100,000" and "17.100.000" are "17100000"."""
    if ("," in written or "." in written) and _THOUSANDS.fullmatch(written):
        if written.count(".") > 1:
            return written.replace(".", "").replace(",", ".")
        return written.replace(",", "")
    return written
