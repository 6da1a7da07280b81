"""What the acronyms of one document are short for.

It must not know any: the lists and the recogniser have found the names, the document's own text
says which of them an acronym means.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from schemas.item import EntityType
from streams.enrich import words
from streams.enrich.found import Block, Found
from streams.enrich.organisations import is_name_of
from streams.folding import fold

ACRONYM = re.compile(r"(?<!\w)[A-Z][A-Z0-9&.\-]{1,9}(?!\w)")
_BRACKETED = re.compile(r"\s?\(([A-Z][A-Z0-9&.\-]{1,9})\)")
_OPENED = re.compile(r"\s?\((?:the |les? |la |l['’]|el |los |las |die |der |das )?")
_PARTS = re.compile(r"[ \-]+")
_WORD = re.compile(r"\w[\w.]*")
_WORD_BEFORE = re.compile(rf"[{words.UPPER}][\w'’]*[ \-]$")
_MIN_INITIALS = 3
# Of a part of a name: with fewer, chance would do.
_MIN_LETTERS = 2


def acronyms_of(names: Sequence[Found], blocks: Sequence[Block]) -> Mapping[str, str]:
    """The keys of organisations by acronym: those in brackets beside a name, and names' initials.

    An acronym in brackets is of the name before it, or of the end of that name whose initials it
    is: in "the council of the Party of Justice (PJ)" of the party. A name that the list has as
    another organisation's is of this one if its letters are, and the listed one bears no such name.

    Args:
        names: of the document, by start, organisations with their keys.
        blocks: the headline and the paragraphs.
    """
    acronyms: dict[str, str] = {}
    previous: Found | None = None
    for name in names:
        short, previous = previous, name
        if short is not None and _explains(name, short, blocks):
            acronyms[short.text] = name.key
        if name.type is not EntityType.ORGANISATION or " " not in name.text:
            continue
        letters = initials(name.text)
        if len(letters) >= _MIN_INITIALS and not name.text.isupper():
            acronyms.setdefault(letters, name.key)
        follows = _follows(name, blocks)
        if follows:
            part = _end_with(name.text, follows)
            acronyms[follows] = f"organisation:{fold(part)}" if part else name.key
    return acronyms


def defined_anew(names: Sequence[Found], blocks: Sequence[Block]) -> frozenset[str]:
    """Acronyms in brackets after their words, which are no name of the one the list has for them.

    "Western Hockey Organisation (WHO)" is not the one of health.
    """
    listed = {name.text: name.key for name in names if name.via == "lexicon"}
    return frozenset(
        short
        for name in names
        if name.type is EntityType.ORGANISATION
        and (short := _follows(name, blocks)) in listed
        and listed[short] != name.key
        and initials(name.text) == short.replace(".", "")
        and not is_name_of(listed[short], name.text)
    )


def with_own_beginning(text: str, name: Found) -> Found:
    """A listed name that is the end of another, as the acronym after it tells; else as it was.

    "Kurdistan Democratic Party (KDP)" is one name, and no other Democratic Party.
    """
    follows = _BRACKETED.match(text, name.end)
    own = initials(name.text)
    if follows is None or len(own) < _MIN_LETTERS or not follows[1].endswith(own):
        return name
    start = name.start
    for letter in reversed(follows[1].removesuffix(own)):
        before = _WORD_BEFORE.search(text, max(0, start - 40), start)
        if before is None or before[0][0] != letter:
            return name
        start = before.start()
    if start == name.start:
        return name
    return replace(name, start=start, text=text[start : name.end], via="acronym", key="")


def initials(name: str) -> str:
    """The first letters of a name's words with a capital, without what a company's ends with."""
    return "".join(
        word[0]
        for word in _PARTS.split(words.canonical(name))
        if word[:1].isupper() and fold(word) not in words.COMPANY_ENDINGS
    )


def _follows(name: Found, blocks: Sequence[Block]) -> str:
    """The acronym in brackets right after a name, or ""."""
    block = _block_of(name, blocks)
    follows = _BRACKETED.match(block.text, name.end - block.start)
    return follows[1] if follows else ""


def _end_with(name: str, acronym: str) -> str:
    """The end of a name, after a word in small letters, whose initials the acronym is, or ""."""
    letters = acronym.replace(".", "")
    if len(letters) < _MIN_LETTERS or initials(name) == letters:
        return ""
    parts = list(_WORD.finditer(name))
    for before, part in pairwise(parts):
        end = name[part.start() :]
        if before[0].islower() and end[0].isupper() and initials(end) == letters:
            return end
    return ""


def _explains(name: Found, short: Found, blocks: Sequence[Block]) -> bool:
    """Whether a name stands in brackets after its acronym: "ABC (Associated Body of Clerks)"."""
    if name.type is not EntityType.ORGANISATION or " " not in name.text:
        return False
    if not ACRONYM.fullmatch(short.text):
        return False
    block = _block_of(short, blocks)
    between = block.text[short.end - block.start : name.start - block.start]
    return _OPENED.fullmatch(between) is not None


def _block_of(name: Found, blocks: Sequence[Block]) -> Block:
    return blocks[bisect_right(blocks, name.start, key=lambda block: block.start) - 1]
