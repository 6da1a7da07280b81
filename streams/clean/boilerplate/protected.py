"""Lines that recur and mean something: they are never boilerplate, however often they stand there.

Agency names, bylines, datelines, sign-offs, notes to editors, rights, table rows and quotations.
Most of them go to fields of the item; the others are text. It must not look at anything but the
line: what its neighbours say is for ``learning``.
"""

from __future__ import annotations

import re

from streams.clean import byline, dateline, endings
from streams.clean.fence_marks import ADVISES, EDS, NOT_FOR_PUBLICATION, NOTE, NOTE_HEADING
from streams.clean.wraps import is_table_row
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
_WORDS_BETWEEN_CELLS = 6
# "Last updated 20:23, 18 February" is no row; a result (2:1, 1:45.32) is a cell.
_TIME = re.compile(r"(?<![\d.:])\d{1,2}[:h]\d\d(?:[:']\d\d)?(?![\d.:])")
_INITIALS = re.compile(r"\(?[a-z]{2,5}(?:/[a-z]{2,5}){1,6}\)?")
_WORDS_OF_AN_AGENCY_LINE = 8
_BESIDE_AGENCIES = frozenset({
    "agence", "agencia", "agencias", "agences", "agencies", "agency", "agentur", "agenturen",
    "and", "avec", "by", "con", "credit", "d", "de", "der", "des", "et", "from", "fuente", "fuentes",
    "informacion", "l", "la", "le", "les", "material", "materials", "mit", "par", "por", "quelle",
    "quellen", "s", "source", "sources", "und", "via", "von", "with", "y",
})  # fmt: skip
_NAME = re.compile(r"[^\W\d_]{2,}")


def is_protected(text: str, provider: str | None = None) -> bool:
    """Whether a line is of a kind that no rule learned may remove."""
    if len(text) > LONGEST:
        return True
    folded = fold(text)
    words = folded.split()
    return (
        byline.is_byline(text)
        or endings.judge(text) is not None
        or _is_dateline(text, provider)
        or _is_row(text, words)
        or _is_credit(text, words)
        or _RIGHTS.search(text) is not None
        or _is_notice(text, words)
        or _is_quote(text)
        or _names_agency(text, words, provider)
    )


def _is_dateline(text: str, provider: str | None) -> bool:
    """One that opens the text, or a line of its own: "LONDON, March 3"."""
    if dateline.find(text, provider) is not None:
        return True
    if len(text) > _LONGEST_DATELINE:
        return False
    found = dateline.parse(text, provider)
    return found is not None and bool(found.date and found.place and found.place.isupper())


def _is_row(text: str, words: list[str]) -> bool:
    """Set in columns, or two figures among few words."""
    if is_table_row(text):
        return True
    cells = len(_CELL.findall(_TIME.sub(" ", text)))
    letters = sum(not word.isdecimal() for word in words)
    return cells > 1 and letters <= _WORDS_BETWEEN_CELLS * cells


def _is_credit(text: str, words: list[str]) -> bool:
    if _CREDIT.search(text) is not None:
        return True
    return len(words) <= _WORDS_OF_A_CREDIT and _INITIALS.fullmatch(text) is not None


def _is_notice(text: str, words: list[str]) -> bool:
    if read_markers(text).kinds or any(mark.match(text) for mark in _FOR_EDITORS):
        return True
    return len(words) <= _WORDS_OF_A_NOTICE and _NOTICE.match(text) is not None


def _is_quote(text: str) -> bool:
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
    names = {fold(name) for name in _NAME.findall(text) if dateline.is_agency_name(name)}
    if provider:
        names.update(fold(provider).split())
    return not names.isdisjoint(words) and names.union(_BESIDE_AGENCIES).issuperset(words)
