"""The dateline that opens a dispatch: "PARIS, 21 fév 2016 (AFP) - ".

It must not make up what the dateline does not say: place, date and agency are each None then, and
a date without a year stays without one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from streams.clean import agencies
from streams.clean.dateline_words import (
    DESKS,
    MONTH,
    NOT_FIRST,
    NOT_OF_PLACES,
    PARTICLES,
    STANDING_ALONE,
    STATES,
    WEEKDAY,
)
from streams.folding import fold

_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_YEAR = r"(?:19|20)\d\d"
# In words; what stands before it is the place.
_DATE = re.compile(
    rf"(?:(?P<place>.*?)[,.\s]\s*)??(?:{WEEKDAY}[.,]?\s+)?(?P<article>(?:le|el|den|this)\s+)?"
    rf"(?P<date>(?:{_DAY}(?:er|º|\.|st|nd|rd|th)?\s*(?:de\s+|of\s+)?{MONTH}\b\.?"
    rf"|{MONTH}\.?\s+{_DAY}(?:st|nd|rd|th)?\b)(?P<year>[.,]?\s+(?:de[l]?\s+)?{_YEAR})?)",
    re.IGNORECASE,
)
# In figures: "4/4/2018", "20.2.", "2.4.2019 16:02:09 CEST", "2018-04-04".
_FIGURES = re.compile(
    r"(?:(?P<place>[^\d]*?)[,\s]\s*)??"
    r"(?P<date>\d{1,2}[./-]\d{1,2}[./-](?:\d{2,4})?|\d{4}-\d{2}-\d{2})"
    r"(?:[T ,]+\d{1,2}:\d{2}\S*(?: \w{2,5})?)?"
)
_SEPARATOR = r"(?P<separator>\.?\s?[-–—−_]{1,3}|[:.])"
_TEXT = r"(?=[^\s\-–—_.,:;)])"
_BRACKETED = re.compile(
    rf"(?P<head>[^()\n]{{0,90}}?)\s*\((?P<agency>[^()\n]{{2,40}})\)\s*{_SEPARATOR}?\s*{_TEXT}"
)
# With the country behind the town: "Marsella (Francia), 20 feb (EFE).- "
_BRACKETED_TWICE = re.compile(
    r"(?P<head>[^()\n]{2,50}\([^()\n]{2,30}\)[^()\n]{0,30}?)\s*"
    rf"\((?P<agency>[^()\n]{{2,40}})\)\s*{_SEPARATOR}\s*{_TEXT}"
)
# "MOSCOW, January 21. /TASS/. ", "NEW YORK, Feb. 3, 2016 /PRNewswire/ -- "
_SLASHED = re.compile(
    rf"(?P<head>[^()\n]{{2,90}}?)[\s.]+/(?P<agency>[^()/\n]{{2,40}})/\s*{_SEPARATOR}\s*{_TEXT}"
)
# "(ANSA) - ROMA, 20 FEB - ": the agency before the place.
_AGENCY_FIRST = re.compile(
    r"\((?P<agency>[^()\n]{2,40})\)\s*(?P<separator>\.?\s?[-–—_]{0,2})\s*"
    r"(?P<head>[A-ZÀ-Þ][^()\n]{1,60}?)\s*(?:\.-|\s[-–—_]{1,2})\s+(?=[A-ZÀ-Þ\d\"'«“‘„¿¡])"
)
# Place, date, dash, as Kyodo and the old Reuters wires set it; the agency may be missing.
_UNBRACKETED = re.compile(
    r"(?P<head>[A-ZÀ-Þ][\w .'’/-]+,[^()\n]{4,60}?),?\s*"
    r"(?:(?P<agency>AAP|AFP|ANSA|Kyodo|KYODO|Reuters|TASS|Xinhua)\s*)?"
    r"(?:\s[-–—_]{1,2}|\.[-–—]|—|--)\s+(?=[A-ZÀ-Þ\d\"'«“‘„¿¡(\[<$€£])"
)
# "BOSTON, Mass. — ", "WASHINGTON — ": neither date nor agency, so the place must be known.
_PLACE_ONLY = re.compile(
    rf"(?P<head>(?P<city>[A-Z][A-Z .'’/-]{{2,40}}?)(?P<state>, (?:{STATES}))?)"
    r"\s*(?P<dash>—|–|--| - )\s*(?=[A-Z\"“‘'])"
)
_CLOSING = re.compile(r"[\s.,:;_–—-]+$")
_IN_BRACKETS = re.compile(
    r"(?P<head>.{0,120}?)[\s.,]*(?:\((?P<round>[^()]{2,40})\)|/(?P<slashed>[^()/]{2,40})/)"
)
_LONGEST = 300
_LONGEST_ALONE = 100
_LAST_ALONE = frozenset("0123456789)/-–—_.: ")
_PLACE_WORD = re.compile(r"[A-ZÀ-Þ][\w.'’-]*|\d{0,2}[A-ZÀ-Þ]\w*|[dl]['’][A-ZÀ-Þ]\w+")
_OPENS_SENTENCE = re.compile(
    rf"(?:{'|'.join(sorted(NOT_FIRST))})\b|The (?!Hague|Valley|Dalles|Pas)"
)
_INSIDE = re.compile(r"\s*\(([^()]{2,30})\)")
_WHERE = 160
_WORDS_OF_PLACE = 4
_WORDS_OF_LONG_PLACE = 8


@dataclass(frozen=True, slots=True)
class Found:
    """A dateline: its parts, and how many code points it takes from the text's beginning."""

    place: str | None
    date: str | None
    agency: str | None
    raw: str
    length: int


@dataclass(frozen=True, slots=True)
class _Head:
    """What stands before the agency; ``dated`` where only a dateline would give the day so."""

    place: str | None
    date: str | None
    dated: bool = False


def find(paragraph: str, provider: str | None = None) -> Found | None:
    """The dateline that opens a paragraph, None where there is none or it is not certain.

    Agencies are those known here, and the message's own ``provider``.
    """
    opening = paragraph[:_WHERE]
    if "(" in opening:
        found = _with_brackets(opening, provider)
        if found is not None:
            return found
    if "/" in opening:
        match = _SLASHED.match(opening)
        if match is not None and _is_agency(match["agency"], "-", provider):
            return _found(match)
    if " - " in opening or "–" in opening or "—" in opening or "--" in opening or ".-" in opening:
        return _without_agency(opening)
    return None


def alone(line: str, provider: str | None = None) -> Found | None:
    """The dateline that a whole line is: "PARIS, 21 fév 2016 (AFP) -", "Paris, le 3 mars 2016".

    None where it says less than a place, or a day, and an agency; or a place and a full date.
    """
    if len(line) > _LONGEST_ALONE or not line[:1].isupper() or line[-1] not in _LAST_ALONE:
        return None
    head, agency = _CLOSING.sub("", line), None
    if head.endswith((")", "/")):
        head, agency = _off_agency(head, provider)
        read = _read(head, agency) if agency else None
        certain = read is not None and bool(read.place or read.date)
    else:
        read = _read(head, None) if "," in head and head[-1].isdigit() else None
        certain = read is not None and read.dated and _stands_alone(head, read.place)
    if read is None or not certain:
        return None
    return Found(read.place, read.date, agency, line.strip(), len(line))


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
    head, agency = _off_agency(head, provider)
    place, date, _ = _split(head.strip(" ,."))
    if place is not None and not _is_place(place):
        place = None
    return Found(place, date, agency, raw, len(dateline))


def _stands_alone(head: str, place: str | None) -> bool:
    """Whether a place and a full date are written as in letters: "Record March 31, 1987" is not."""
    if place is None or "," in place or not head.startswith(f"{place},"):
        return False
    return place.isupper() or head[len(place) + 1 :].lstrip().startswith(("le ", "den "))


def _off_agency(head: str, provider: str | None) -> tuple[str, str | None]:
    """The head without the agency in brackets at its end, and that agency if it is known."""
    bracketed = _IN_BRACKETS.fullmatch(head)
    if bracketed is not None:
        name = bracketed["round"] or bracketed["slashed"]
        if _is_agency(name, "-", provider):
            return bracketed["head"], name
    return head, None


def _with_brackets(opening: str, provider: str | None) -> Found | None:
    match = _BRACKETED.match(opening)
    if match is not None and _is_agency(match["agency"], match["separator"], provider):
        first = _AGENCY_FIRST.match(opening) if not match["head"] else None
        if first is not None and _is_agency(first["agency"], "-", provider):
            read = _read(first["head"], None)
            if read and read.place and (read.date or read.place.isupper()):
                return _made(first, read)
        if match["separator"] in {None, "."} and not _is_upper(opening[match.end()]):
            return None
        return _found(match)
    match = _BRACKETED_TWICE.match(opening)
    if match is not None and _is_agency(match["agency"], match["separator"], provider):
        return _found(match)
    return None


def _without_agency(opening: str) -> Found | None:
    """Where the agency does not tell: by the date, by the place, and by the letters they are in."""
    match = _UNBRACKETED.match(opening)
    if match is not None:
        read = _read(match["head"], None)
        # Without brackets a headline in capitals could run into the place.
        if (
            read is not None
            and read.date
            and read.place
            and len(read.place.split()) <= _WORDS_OF_PLACE
            and (read.place.partition(",")[0].isupper() or read.dated or match["agency"])
        ):
            return _made(match, read)
    match = _PLACE_ONLY.match(opening)
    if match is None:
        return None
    if match["state"] or (
        match["dash"] != " - "
        and all(city.strip() in STANDING_ALONE for city in match["city"].split("/"))
    ):
        return _made(match, _Head(match["head"], None))
    return None


def _found(match: re.Match[str]) -> Found | None:
    read = _read(match["head"], match["agency"])
    return None if read is None else _made(match, read)


def _made(match: re.Match[str], head: _Head) -> Found:
    parts = match.groupdict()
    return Found(head.place, head.date, parts.get("agency"), match[0].rstrip(), match.end())


def _read(head: str, agency: str | None) -> _Head | None:
    """Place and day of a head; None where it cannot be one."""
    place, date, dated = _split(head.strip(" ,-–—"))
    if place is None:
        return _Head(None, date, dated)
    if place.startswith(DESKS):
        return _Head(None, date, dated)
    if not _is_place(place) or _OPENS_SENTENCE.match(place) or _names(place, agency):
        return None
    return _Head(place, date, dated)


def _split(head: str) -> tuple[str | None, str | None, bool]:
    """Place, date, and whether a year or "le" makes the date one of a dateline only."""
    dated = _DATE.fullmatch(head)
    if dated is not None:
        place = (dated["place"] or "").strip(" ,") or None
        return place, dated["date"], bool(dated["year"] or dated["article"])
    dated = _FIGURES.fullmatch(head)
    if dated is not None:
        return (dated["place"] or "").strip(" ,") or None, dated["date"], False
    return head or None, None, False


def _names(place: str, agency: str | None) -> bool:
    """Whether the words say what the agency is called: "Associated Press (AP) - ..."."""
    words = re.split(r"[\s-]+", place)
    if any(fold(word) in NOT_OF_PLACES for word in words):
        return True
    initials = "".join(word[0] for word in words if word)
    return agency is not None and len(words) > 1 and initials.casefold() == agency.casefold()


def _is_place(text: str) -> bool:
    text = _INSIDE.sub(r", \1", text.strip())
    words = re.split(r"[\s,/]+", text.strip())
    return (
        len(words) <= _WORDS_OF_LONG_PLACE
        and _PLACE_WORD.fullmatch(words[0]) is not None
        and all(_PLACE_WORD.fullmatch(word) or word.lower() in PARTICLES for word in words if word)
    )


def _is_upper(char: str) -> bool:
    return char.isupper() or not char.isalnum()


def _is_agency(text: str, separator: str | None, provider: str | None) -> bool:
    if separator and provider and fold(text) == fold(provider):
        return True
    known = agencies.named(text)
    if not known:
        return False
    if separator == ".":
        return not known.isdisjoint(agencies.ENDED_BY_A_STOP)
    return bool(separator) or not known.isdisjoint(agencies.WITHOUT_SEPARATOR)
