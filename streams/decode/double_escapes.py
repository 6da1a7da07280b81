"""Undoes text that was escaped twice on its way: "AT&amp;T", "&quot;", "&#8217;" left in copy.

It is for text that came out of markup, where a writer's ampersand is escaped once and gone by
now. It must not touch text that was never markup.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from collections.abc import Callable
from html.entities import html5

from schemas.item import Edit

REASON = "double-escape"
_REFERENCE = re.compile(
    r"&(?:amp;){0,3}(#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});"
)
_WHITE = frozenset("\t\n\r\x0b\x0c")
# No-break space, soft hyphen, the spaces of typographers, and the joiners of some scripts.
_BLANKS = frozenset("\xa0\xad\u202f" + "".join(map(chr, range(0x2000, 0x2010))))
_MAX_EDITS = 500


def unescape(text: str) -> str:
    """The text of a single field with what was escaped twice decoded."""
    return _REFERENCE.sub(_meant, text) if "&" in text else text


def repair(text: str) -> tuple[str, tuple[Edit, ...], Callable[[int], int]]:
    """The text as it was meant, what was changed, and where each offset has moved.

    Edits are spans of the repaired text; ``replacement`` is what now stands there. A reference
    that names no printable character stays as it is. The number of lines never changes.
    """
    if "&" not in text:
        return text, (), _unmoved
    pieces: list[str] = []
    edits: list[Edit] = []
    ends: list[int] = [0]
    shifts: list[int] = [0]
    position = 0
    length = 0
    for found in _REFERENCE.finditer(text):
        meant = _meant(found)
        if meant == found[0]:
            continue
        pieces += (text[position : found.start()], meant)
        length += found.start() - position + len(meant)
        position = found.end()
        edits.append(Edit(start=length - len(meant), end=length, replacement=meant, reason=REASON))
        ends.append(position)
        shifts.append(length - position)
    if not edits:
        return text, (), _unmoved
    if len(edits) > _MAX_EDITS:
        edits = [Edit(start=0, end=0, replacement="", reason=f"{REASON}:{len(edits)}")]
    pieces.append(text[position:])
    return "".join(pieces), tuple(edits), lambda at: at + shifts[bisect_right(ends, at) - 1]


def _unmoved(at: int) -> int:
    return at


def _meant(found: re.Match[str]) -> str:
    """The character a reference names; the reference itself where it names none to be seen."""
    name = found[1]
    if name[0] != "#" and f"{name};" not in html5:
        return f"&{name};"
    meant = html.unescape(f"&{name};")
    if meant in _WHITE:
        return " "
    visible = "\ufffd" not in meant and all(char.isprintable() or char in _BLANKS for char in meant)
    return meant if visible else found[0]
