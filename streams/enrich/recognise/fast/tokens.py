"""Cuts a paragraph into tokens, and a token into the features that the network knows it by.

It must not depend on anything but the text.
"""

from __future__ import annotations

import re
import zlib

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
_AFFIXES = (1, 2, 3, 4)


def tokenise(text: str) -> list[str]:
    """The tokens in order, each with the white space before it: joined, they are the text.

    White space at the end of the text is left out. Takes time linear in the length of the text.
    """
    # Without it the search would try a token at every space of the last run.
    return _TOKEN.findall(text.rstrip())


def name_length(token: str) -> int:
    """The characters of a token without white space that are of a name which it ends."""
    return len(token) - 1 if len(token) > 1 and token[-1] in _MARKS else len(token)


def features(token: str, rows: int) -> list[int]:
    """Rows of the table of embeddings whose sum stands for a token without white space.

    The word as it is and in small letters (the first two), beginnings and ends of one to four
    letters, its shape, and how long it is. Hashed: two features may share a row; row 0 is none's.

    Args:
        token: of at most ``MAX_TOKEN_CHARS`` and a mark.
        rows: of the table.
    """
    length = name_length(token)
    word, mark = token[:length], token[length:]
    small = word.lower()
    named = [f"w{word}", f"l{small}"]
    named += [f"{size}{small[:size]}" for size in _AFFIXES]
    named += [f"{size + 4}{small[-size:]}" for size in _AFFIXES]
    shape = _shape(word)
    named += [f"s{shape}{mark}", f"n{shape}{min(len(word), 8)}"]
    return [1 + zlib.crc32(name.encode("utf-8", "surrogatepass")) % (rows - 1) for name in named]


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
