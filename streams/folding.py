"""Folding text for comparison; what is published keeps its own typography.

It must not be applied to anything a reader will see.
"""

from __future__ import annotations

import re
import unicodedata

# Letters that Unicode does not decompose, as wires write them interchangeably.
_LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "đ": "d", "ł": "l", "ı": "i"})
_NOT_WORD = re.compile(r"[\W_]+")


def fold(text: str) -> str:
    """Lower case, no accents, only letters and digits separated by single spaces.

    "L'État" and "l’Etat", NFC and NFD, curly and straight quotes fold to the same text.
    """
    lowered = text.casefold()
    if not lowered.isascii():
        decomposed = unicodedata.normalize("NFKD", lowered.translate(_LETTERS))
        lowered = "".join(char for char in decomposed if not unicodedata.combining(char))
    return _NOT_WORD.sub(" ", lowered).strip()
