"""Repairs of characters: invisible ones and controls go, the rest is composed (NFC).

It must not touch the source's typography: quotes, dashes, no-break spaces, capitals without
accents and "oe" are published as the agency wrote them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from schemas.item import Edit
from streams.clean.rules import EditReason

# None of these is printable, so str.isprintable is the guard. Joiners between Latin letters are
# dirt; elsewhere (Arabic, Indic, emoji) they are spelling.
_SUSPECT = re.compile(
    "(?P<space>[\x0b\x0c\r\x1c-\x1f\u2028\u2029])"
    "|(?P<control>[\x00-\x08\x0e-\x1b\x7f-\x9f])"
    "|(?P<invisible>[\xad\u200b\u2060\ufeff\ufff9-\ufffb]"
    "|(?<=[A-Za-z\xc0-\u024f])[\u200c\u200d](?=[A-Za-z\xc0-\u024f]))"
    "|(?P<bidi>[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069])"
    "|(?P<surrogate>[\ud800-\udfff])"
)
_RIGHT_TO_LEFT = re.compile("[\u0590-\u061b\u061d-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_WORD = re.compile(r"\S+|\s+")
_REASONS = {
    "space": EditReason.CONTROL,
    "control": EditReason.CONTROL,
    "invisible": EditReason.INVISIBLE,
    "bidi": EditReason.BIDI,
    "surrogate": EditReason.SURROGATE,
}


def writes_right_to_left(text: str) -> bool:
    """Whether the text holds letters that need directional marks to be read."""
    return not text.isascii() and _RIGHT_TO_LEFT.search(text) is not None


def repairs(text: str, start: int, end: int, *, right_to_left: bool) -> tuple[Edit, ...]:
    """Edits of code points [start, end) of ``text``, in order, not overlapping."""
    line = text[start:end]
    edits: list[Edit] = []
    if not line.isprintable():
        edits = [
            edit
            for match in _SUSPECT.finditer(line)
            if (edit := _repair(match, start, right_to_left)) is not None
        ]
    if line.isascii() or unicodedata.is_normalized("NFC", apply(text, start, end, edits)):
        return tuple(edits)
    composed: list[Edit] = []
    left = iter(edits)
    following = next(left, None)
    for word in _WORD.finditer(line):
        within: list[Edit] = []
        while following is not None and following.start < start + word.end():
            within.append(following)
            following = next(left, None)
        composed += _compose(text, start + word.start(), start + word.end(), within)
    return tuple(composed)


def encodable(text: str, start: int, end: int) -> tuple[Edit, ...]:
    """The one repair that cannot be switched off: lone surrogates, which no JSON can carry."""
    return tuple(
        _edit(start + match.start(), start + match.end(), "\ufffd", EditReason.SURROGATE)
        for match in _SURROGATE.finditer(text[start:end])
    )


def plain(text: str) -> str:
    """A short text of the message's own facts, repaired and stripped, without a record of it."""
    edits = repairs(text, 0, len(text), right_to_left=writes_right_to_left(text))
    return apply(text, 0, len(text), edits).strip()


def apply(text: str, start: int, end: int, edits: Sequence[Edit]) -> str:
    """Code points [start, end) of ``text`` with the edits, which lie within, made."""
    if not edits:
        return text[start:end]
    pieces: list[str] = []
    for edit in edits:
        pieces += (text[start : edit.start], edit.replacement)
        start = edit.end
    pieces.append(text[start:end])
    return "".join(pieces)


def _repair(match: re.Match[str], start: int, right_to_left: bool) -> Edit | None:  # noqa: FBT001
    group = match.lastgroup or ""
    replacement = ""
    if group == "space":
        replacement = " "
    elif group == "surrogate":
        replacement = "\ufffd"
    elif group == "bidi" and right_to_left:
        return None
    elif group == "control" and match[0] >= "\x80":
        # C1 in text is Windows-1252 that was read as Latin-1: quotes, dashes, and dots (U+0085,
        # which nobody means as the line end it once was).
        replacement = match[0].encode("latin-1").decode("cp1252", "ignore")
    return _edit(start + match.start(), start + match.end(), replacement, _REASONS[group])


def _compose(text: str, start: int, end: int, within: list[Edit]) -> list[Edit]:
    repaired = apply(text, start, end, within)
    composed = unicodedata.normalize("NFC", repaired)
    if composed == repaired:
        return within
    return [_edit(start, end, composed, EditReason.NORMAL_FORM)]


def _edit(start: int, end: int, replacement: str, reason: EditReason) -> Edit:
    return Edit(start=start, end=end, replacement=replacement, reason=reason.value)
