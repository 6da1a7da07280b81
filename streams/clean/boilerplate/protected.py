"""Lines that recur and mean something: they are never boilerplate, however often they stand there.

Agency names, bylines, datelines, sign-offs, notes to editors, rights, table rows and quotations.
Most of them go to fields of the item; the others are text. It must not look at anything but the
line: what its neighbours say is for ``learning``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import StrEnum

from streams.clean import agencies, byline, dateline, endings
from streams.clean.fence_marks import ADVISES, EDS, NOT_FOR_PUBLICATION, NOTE, NOTE_HEADING
from streams.clean.rows import is_table_row
from streams.decode.lifecycle import read_markers
from streams.folding import fold

LONGEST = 1_000
"""Code points; what is longer is text. The longest legal notice of the 793 pages has 986."""

_LONGEST_DATELINE = 60
_WORDS_OF_A_CREDIT = 8
_CREDIT = re.compile(
    r"\b(?:(?:additional )?reporting|writing|editing|edited|compiled|written|rewritten) by\b"
    r"|\b(?:reportage|édité|edité|rédigé|traduit|version française) (?:de|par)\b"
    r"|\b(?:reporte|editado|redacción|escrito|traducido|información) (?:de|por)\b"
    r"|\b(?:mit material|redaktion|bearbeitet|berichtet) v?on\b|\bcon informaci[oó]n de\b"
    r"|\bmit material\b|\bavec (?:afp|reuters|ap|agences?)\b",
    re.IGNORECASE,
)
_RIGHTS = re.compile(
    r"©|\(c\)\s?(?:\d|[A-Z])|\bcopyright\b|\ball rights reserved\b"
    r"|\bdroits (?:de .{1,40} )?réservés\b|\btous droits\b"
    r"|\breproduction interdite\b|\balle rechte\b|\bderechos reservados\b"
    r"|\bmay not be (?:published|reproduced|redistributed|used)\b|\bembargo",
    re.IGNORECASE,
)
_NOTICE = re.compile(
    r"(?:corrections?|corrected|kill|killed|urgent|flash|embargo(?:ed)?|advisory|alert|bulletin"
    r"|editors?|attention|refile|repeat(?:ing|s)?|clarifications?|erratum|rectificatif|correctif"
    r"|annulation|avis|répétition|berichtigung|korrektur|eilmeldung|achtung|sperrfrist|widerruf"
    r"|correcci[oó]n|rectificaci[oó]n|aviso|anulaci[oó]n|fe de errores|urgente)\b[\s:,.!/(*-]*",
    re.IGNORECASE,
)
_FOR_EDITORS = (ADVISES, EDS, NOT_FOR_PUBLICATION, NOTE, NOTE_HEADING)
_WORDS_OF_A_NOTICE = 12
_QUOTED = re.compile(r'"[^"]+"|“[^”]+”|„[^“”]+[“”]|«[^»]+»|»[^«]+«|「[^」]+」|『[^』]+』')
_OPENS_QUOTE = ('"', "“", "„", "«", "「", "『")
# Fewer words between quotation marks are a title or a name: the "Morning Briefing".
_WORDS_OF_A_QUOTE = 4
_CELL = re.compile(r"(?<![\w.,])[-+(]?[$£€¥]?\d[\d.,:/-]*\)?(?:\s?(?:%|pct|mln|bn|billion))?(?!\w)")
_WORDS_A_CELL = 3
# "Last updated 20:23, 18 February 2016" is no row; a result (2:1, 1:45.32) is a cell.
_TIME = re.compile(
    r"(?<![\d.,])(?:19|20)\d\d(?![\d.,])|(?<![\d.:])\d{1,2}[:h]\d\d(?:[:']\d\d)?(?![\d.:])"
)
_INITIALS = re.compile(r"\(?[a-z]{2,5}(?:/[a-z]{2,5}){1,6}\)?")
_WORDS_OF_AN_AGENCY_LINE = 8
_BESIDE_AGENCIES = frozenset({
    "agence", "agencia", "agencias", "agences", "agencies", "agency", "agentur", "agenturen",
    "and", "avec", "by", "con", "credit", "d", "de", "der", "des", "et", "from", "fuente",
    "fuentes", "informacion", "l", "la", "le", "les", "material", "materials", "mit", "par", "por",
    "quelle", "quellen", "s", "source", "sources", "und", "via", "von", "with", "y",
})  # fmt: skip
_NAME = re.compile(r"[^\W\d_]{2,}")


class Protection(StrEnum):
    """What a line is that must not be learned."""

    LONG = "long"
    BYLINE = "byline"
    SIGN_OFF = "sign-off"
    DATELINE = "dateline"
    ROW = "row"
    CREDIT = "credit"
    RIGHTS = "rights"
    NOTICE = "notice"
    QUOTE = "quote"
    AGENCY = "agency"


AROUND_THE_TEXT = frozenset(
    {
        Protection.BYLINE,
        Protection.SIGN_OFF,
        Protection.CREDIT,
        Protection.RIGHTS,
        Protection.NOTICE,
        Protection.AGENCY,
    }
)
"""These stand above a text or below it; the others are of it."""


def protection(text: str, provider: str | None = None) -> Protection | None:
    """Of what kind a line is, when no rule learned may remove it; None when one may."""
    if len(text) > LONGEST:
        return Protection.LONG
    words = fold(text).split()
    for kind, holds in _KINDS:
        if holds(text, words, provider):
            return kind
    return None


def _is_byline(text: str, _words: list[str], _provider: str | None) -> bool:
    return byline.is_byline(text)


def _is_ending(text: str, _words: list[str], _provider: str | None) -> bool:
    return endings.judge(text) is not None


def _is_dateline(text: str, _words: list[str], provider: str | None) -> bool:
    """One that opens the text, or a line of its own: "LONDON, March 3"."""
    if dateline.find(text, provider) is not None:
        return True
    if len(text) > _LONGEST_DATELINE:
        return False
    found = dateline.parse(text, provider)
    return found is not None and bool(found.date and found.place and found.place.isupper())


def _is_row(text: str, words: list[str], _provider: str | None) -> bool:
    """Set in columns, or two figures among few words."""
    if is_table_row(text):
        return True
    cells = len(_CELL.findall(_TIME.sub(" ", text)))
    letters = sum(not word.isdecimal() for word in words)
    return cells > 1 and letters <= _WORDS_A_CELL * cells


def _is_credit(text: str, words: list[str], _provider: str | None) -> bool:
    if _CREDIT.search(text) is not None:
        return True
    return len(words) <= _WORDS_OF_A_CREDIT and _INITIALS.fullmatch(text) is not None


def _is_rights(text: str, _words: list[str], _provider: str | None) -> bool:
    return _RIGHTS.search(text) is not None


def _is_notice(text: str, words: list[str], _provider: str | None) -> bool:
    if read_markers(text).kinds or any(mark.match(text) for mark in _FOR_EDITORS):
        return True
    return len(words) <= _WORDS_OF_A_NOTICE and _NOTICE.match(text) is not None


def _is_quote(text: str, _words: list[str], _provider: str | None) -> bool:
    """A direct quotation; one that opens and never ends goes on in the next paragraph."""
    if any(len(part.split()) >= _WORDS_OF_A_QUOTE for part in _QUOTED.findall(text)):
        return True
    return text.startswith(_OPENS_QUOTE) and len(text.split()) >= _WORDS_OF_A_QUOTE


def _names_agency(text: str, words: list[str], provider: str | None) -> bool:
    """A line that is an agency's name and nothing to speak of: "(AFP)", "Mit Material der dpa".

    "More from Reuters" is a link.
    """
    if not words or len(words) > _WORDS_OF_AN_AGENCY_LINE:
        return False
    names = {fold(name) for name in _NAME.findall(text) if agencies.is_name(name)}
    if provider:
        names.update(fold(provider).split())
    return not names.isdisjoint(words) and names.union(_BESIDE_AGENCIES).issuperset(words)


_KINDS: tuple[tuple[Protection, Callable[[str, list[str], str | None], bool]], ...] = (
    (Protection.BYLINE, _is_byline),
    (Protection.DATELINE, _is_dateline),
    (Protection.ROW, _is_row),
    (Protection.CREDIT, _is_credit),
    (Protection.RIGHTS, _is_rights),
    (Protection.SIGN_OFF, _is_ending),
    (Protection.NOTICE, _is_notice),
    (Protection.QUOTE, _is_quote),
    (Protection.AGENCY, _names_agency),
)
