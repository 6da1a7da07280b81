"""The dateline that opens a dispatch: "PARIS, 21 fév 2016 (AFP) - ".

It must not make up what the dateline does not say: place, date and agency are each None then.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from streams.folding import fold

_MONTHS = (
    r"(?:janv?(?:ier|uary)?|jän(?:ner)?|januar|enero?|ene|gennaio|"
    r"f[eé]v(?:r(?:ier)?)?|feb(?:r(?:uary|ero|uar)|braio)?|mar(?:s|ch|zo|z)?|märz?|"
    r"a(?:pr(?:il(?:e)?)?|vr(?:il)?|br(?:il)?)|ma(?:i|y|yo|ggio)|juin|june?|juni|junio|giugno|"
    r"juil(?:let)?|july?|juli|julio|luglio|ao[uû]t?|aug(?:ust)?|ago(?:sto)?|"
    r"sep(?:t(?:embre|ember|iembre)?)?|settembre|set|o[ck]t(?:obre|ober|ubre)?|ott(?:obre)?|"
    r"nov(?:embre|ember|iembre)?|d[eé]c(?:embre|ember)?|dez(?:ember)?|dic(?:iembre|embre)?)"
)
_DATE = re.compile(
    rf"(?:(?P<place>.*?)[,\s]\s*)??(?P<date>(?:\d{{1,2}}(?:er|º|\.|st|nd|rd|th)?\s+(?:de\s+)?{_MONTHS}\.?"
    rf"|{_MONTHS}\.?\s+\d{{1,2}}(?:st|nd|rd|th)?)(?:,?\s+(?:de\s+)?\d{{4}})?)",
    re.IGNORECASE,
)
_BRACKETED = re.compile(
    r"(?P<head>[^()\n]{0,90}?)\s*\((?P<agency>[^()\n]{2,40})\)\s*(?P<separator>\.\s?[-–—]|[-–—_]+|:)?\s*"
    r"(?=[\"'«“‘„¿¡(\[]|\w)"
)
# Capitals, date, dash, as Kyodo and the old Reuters wires set it; the agency may be missing.
_UNBRACKETED = re.compile(
    r"(?P<head>[A-ZÀ-Þ][A-ZÀ-Þ .'’/-]+,[^()\n]{4,60}?)\s+"
    r"(?:(?P<agency>AAP|Kyodo|Reuters|Xinhua|AFP|TASS)\s+)?"
    r"[-–—]{1,2}\s+(?=[\"'«“‘„¿¡(\[]|\w)"
)
# Dates in a field of their own: "4/4/2018", "2.4.2019 16:02:09 CEST", "2018-04-04".
_FIGURES = re.compile(
    r"(?P<date>\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}-\d{2}-\d{2})"
    r"(?:[T ,]+\d{1,2}:\d{2}\S*(?: \w{2,5})?)?"
)
_CLOSING = re.compile(r"[\s.,:;_–—-]+$")
_IN_BRACKETS = re.compile(
    r"(?P<head>[^()]{0,120}?)[\s.,]*(?:\((?P<round>[^()]{2,40})\)|/(?P<slashed>[^()/]{2,40})/)"
)
_LONGEST = 300
_PLACE_WORD = re.compile(r"[A-ZÀ-Þ][\w.'’-]*|\d{0,2}[A-ZÀ-Þ]\w*")
_PARTICLES = frozenset({
    "al", "am", "an", "and", "auf", "bei", "by", "d", "da", "de", "del", "den", "der", "des",
    "di", "du", "el", "et", "im", "in", "la", "las", "le", "les", "los", "near", "ob", "of",
    "près", "pres", "sous", "sur", "the", "und", "upon", "y",
})  # fmt: skip
_AGENCIES = frozenset({
    "aa", "aap", "afp", "afx", "anadolu", "ani", "anp", "ansa", "ap", "apa", "aps", "ats",
    "bbc", "belga", "bloomberg", "cna", "cnw", "cp", "ctk", "dpa", "dpa-afx", "efe", "epd",
    "ians", "interfax", "ips", "kna", "kyodo", "lusa", "map", "mena", "mti", "ntb", "pa", "pap",
    "pti", "reuters", "rfi", "ria", "ritzau", "sda", "sid", "spa", "stt", "tap", "tass", "tt",
    "upi", "wam", "xinhua", "yonhap", "accesswire", "agence france-presse", "associated press",
    "business wire", "europa press", "globe newswire", "globenewswire", "pa media",
    "pr newswire", "prnewswire", "reuters health", "ria novosti", "thomson reuters foundation",
})  # fmt: skip
# Agencies that set their dateline without a dash: "Paris (ats afp) Les ...".
_WITHOUT_SEPARATOR = frozenset({"ats", "sda"})
_WHERE = 160
_WORDS_OF_PLACE = 4
_LONGEST_INITIALS = 4


@dataclass(frozen=True, slots=True)
class Found:
    """A dateline: its parts, and how many code points it takes from the text's beginning."""

    place: str | None
    date: str | None
    agency: str | None
    raw: str
    length: int


def find(paragraph: str, provider: str | None = None) -> Found | None:
    """The dateline that opens a paragraph, None where there is none or it is not certain.

    Agencies are those known here, and the message's own ``provider``.
    """
    opening = paragraph[:_WHERE]
    if "(" in opening:
        match = _BRACKETED.match(opening)
        if match is not None and _is_agency(match["agency"], match["separator"], provider):
            return _found(match)
    if " - " in opening or "–" in opening or "—" in opening or "--" in opening:
        match = _UNBRACKETED.match(opening)
        if match is not None and _DATE.fullmatch(match["head"]):
            found = _found(match)
            # Without brackets a headline in capitals could run into the place.
            if found and found.place and len(found.place.split()) <= _WORDS_OF_PLACE:
                return found
    return None


def parse(dateline: str, provider: str | None = None) -> Found | None:
    """A dateline that stood in a field of its own: "Paris, 21 jan 2019 (AFP) -".

    Returns:
        What it says of place, date and agency, each None where it does not or is not understood,
        with the whole of it as ``raw``; None for an empty one.
    """
    raw = " ".join(dateline[:_LONGEST].split())
    head = _CLOSING.sub("", raw)
    if not head:
        return None
    agency: str | None = None
    bracketed = _IN_BRACKETS.fullmatch(head)
    if bracketed is not None:
        name = bracketed["round"] or bracketed["slashed"]
        if _is_agency(name, "-", provider):
            agency, head = name, bracketed["head"]
    head = head.strip(" ,.")
    place: str | None = head or None
    date: str | None = None
    dated = _DATE.fullmatch(head) or _FIGURES.fullmatch(head)
    if dated is not None:
        before = dated.groupdict().get("place")
        place, date = (before or "").strip(" ,") or None, dated["date"]
    if place is not None and not _is_place(place):
        place = None
    return Found(place, date, agency, raw, len(dateline))


def is_agency_name(word: str) -> bool:
    """Whether a word is an agency's name: "Reuters", "AFP", but not "map" nor "Map"."""
    known = word.lower() in _AGENCIES
    return known and (word.isupper() or word == "dpa" or len(word) > _LONGEST_INITIALS)


def _found(match: re.Match[str]) -> Found | None:
    head = match["head"].strip(" ,")
    place: str | None = head or None
    date: str | None = None
    dated = _DATE.fullmatch(head)
    if dated is not None:
        place, date = (dated["place"] or "").strip(" ,") or None, dated["date"]
    if place is not None and not _is_place(place):
        return None
    return Found(place, date, match["agency"], match[0].rstrip(), match.end())


def _is_place(text: str) -> bool:
    words = re.split(r"[\s,/]+", text.strip())
    return (
        len(words) <= 8
        and _PLACE_WORD.fullmatch(words[0]) is not None
        and all(_PLACE_WORD.fullmatch(word) or word.lower() in _PARTICLES for word in words if word)
    )


def _is_agency(text: str, separator: str | None, provider: str | None) -> bool:
    if separator and provider and fold(text) == fold(provider):
        return True
    names = {name.strip() for name in text.lower().split("/")} | set(text.lower().split())
    if separator:
        return not names.isdisjoint(_AGENCIES)
    return not names.isdisjoint(_WITHOUT_SEPARATOR)
