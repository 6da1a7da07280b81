"""What kinds of characters each line holds, counted in one pass over the text.

It must not know any language: only Unicode's categories, and a few marks of typesetting.
"""

from __future__ import annotations

import unicodedata
from enum import IntEnum, auto
from functools import cache

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int64]


class Char(IntEnum):
    """A kind of character."""

    OTHER = 0
    SPACE = auto()
    NEWLINE = auto()
    LOWER = auto()
    UPPER = auto()
    UNCASED = auto()  # letters of scripts without cases that set spaces between words
    UNSPACED = auto()  # letters of scripts that set none: Chinese, Japanese, Thai, ...
    DIGIT = auto()
    STOP = auto()  # ends a sentence
    ELLIPSIS = auto()
    COMMA = auto()
    COLON = auto()
    QUOTE = auto()
    BRACKET = auto()
    DASH = auto()
    BULLET = auto()  # bullets, arrows, and what stands between links
    SLASH = auto()
    MONEY = auto()  # signs of currency, per cent, plus
    COPYRIGHT = auto()
    AT = auto()


_MARKS = {
    Char.STOP: ".!?。！？।؟",
    Char.ELLIPSIS: "…",
    Char.COMMA: ",，、،",
    Char.COLON: ":：;；",
    Char.QUOTE: "\"“”„‘’'「」『』«»",
    Char.BRACKET: "()[]（）【】{}",
    Char.DASH: "-–—‐‑",
    Char.BULLET: "|·•›‹►▶→←»*✓▪■●",
    Char.SLASH: "/\\",
    Char.MONEY: "$€£¥%+",
    Char.COPYRIGHT: "©®™",
    Char.AT: "@#",
}
# Scripts without spaces between words: Thai to Myanmar, Khmer, kana and Han.
_UNSPACED = (
    (0x0E00, 0x0F00),
    (0x1000, 0x10A0),
    (0x1780, 0x1800),
    (0x3040, 0x3100),
    (0x3400, 0xA000),
)
_PLANE = 0x10000


@cache
def _kinds() -> NDArray[np.uint8]:
    """The kind of each code point of the basic plane; the last entry stands for all others."""
    kinds = np.zeros(_PLANE + 1, dtype=np.uint8)
    by_category = {
        "Ll": Char.LOWER,
        "Lu": Char.UPPER,
        "Lt": Char.UPPER,
        "Lo": Char.UNCASED,
        "Lm": Char.UNCASED,
        "Nd": Char.DIGIT,
        "Zs": Char.SPACE,
        "Zl": Char.NEWLINE,
        "Zp": Char.NEWLINE,
        "Sc": Char.MONEY,
    }
    for code in range(_PLANE):
        kinds[code] = by_category.get(unicodedata.category(chr(code)), Char.OTHER)
    for start, end in _UNSPACED:
        span = kinds[start:end]
        span[span == Char.UNCASED] = Char.UNSPACED
    for kind, marks in _MARKS.items():
        for mark in marks:
            kinds[ord(mark)] = kind
    kinds[ord("\t")] = Char.SPACE
    kinds[ord("\n")] = kinds[ord("\r")] = Char.NEWLINE
    return kinds


def kinds_of(text: str) -> NDArray[np.uint8]:
    """The kind of each code point, as an array as long as the text."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    kinds = _kinds()
    return kinds[np.minimum(codes, _PLANE)] if len(codes) else kinds[:0]


def count_by_line(kinds: NDArray[np.uint8], line_of: NDArray[np.int64], lines: int) -> Counts:
    """How many characters of each kind a line holds, shape (lines, kinds).

    Args:
        kinds: of each code point.
        line_of: number of the line each code point belongs to, -1 before the first.
        lines: how many there are.
    """
    inside = line_of >= 0
    flat = line_of[inside] * len(Char) + kinds[inside]
    return np.bincount(flat, minlength=lines * len(Char)).reshape(lines, len(Char))
