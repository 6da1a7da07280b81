"""Reads the lifecycle markers that agencies put before headlines and into sluglines.

It must not look for them in running text: "Kill Bill" and "alerte enlèvement" are ordinary.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from schemas.item import Lifecycle, LifecycleKind
from streams.decode.lifecycle.words import BRACKETS, PLAIN, REPEATED, TAILS, WORDS

HEADLINE = "headline"
SLUGLINE = "slugline"
_HEAD_CHARS = 200
_MAX_MARKERS = 6
_MAX_CLAUSES = 8
_MAX_SEGMENTS = 40

# Which of several markers a message carries decides what becomes of it: the first of these.
_PRECEDENCE = {
    LifecycleKind.KILL: 0,
    LifecycleKind.HOLD: 1,
    LifecycleKind.CORRECTION: 2,
    LifecycleKind.REFILE: 3,
}
_OTHERS = len(_PRECEDENCE)
# In a note in brackets: "(2nd lead)" is numbered, "(bien lire 12 morts)" is not.
_NUMBERED = frozenset(
    {
        LifecycleKind.LEAD,
        LifecycleKind.UPDATE,
        LifecycleKind.ADD,
        LifecycleKind.WRAP,
        LifecycleKind.WRITETHRU,
    }
)

_OPENING = re.compile(r"[\s*+=]*")
_ORDINAL = re.compile(
    r"(?P<n>\d{1,3})\s?"
    r"(?:ST|ND|RD|TH|ERE|ER|EME|E|DA|DO|º|ª|\.|st|nd|rd|th|ere|er|eme|e)?\s*(?=[A-Za-z])"
)
_FIRST_WORD = re.compile(r"[A-Za-z][A-Za-z']*")
# Of any headline: the bracket, the number or the word it opens with.
_GLANCE = re.compile(r"[\s*+=]*(?:([(\[\d])|([^\W\d_][^\W\d_'’]*(?:['’][^\W\d_]+)?))")
_BETWEEN = re.compile(r"[\s\-–—:/|*)\],.+=!]*")
_CLAUSE = re.compile(r"\s*[,;:]\s*|\s+[-–—]\s+|\s+(?:and|und|et|y)\s+")
# At the end of a headline: Reuters' "=2"; "(suite)", "(Fortsetzung)" and "(2nd take)".
_TAKE = re.compile(
    r"\s(?:=\s?(?P<n>[2-9])|(?i:\((?:suite(?: et fin)?|fortsetzung|(?:suite|fortsetzung|take) "
    r"?(?P<of>\d{1,2})|(?P<th>\d{1,2})(?:st|nd|rd|th)? (?:take|add))\)))\s*$"
)
_LONGEST_TAKE = 20
_SEGMENT = re.compile(r"\s*[,/()\[\]]\s*|\s+[-–—]+\s+")


@dataclass(frozen=True, slots=True)
class Marker:
    """One marker: what it says, the words as they stand, the n of "lead n", and where it stands."""

    kind: LifecycleKind
    words: str
    ordinal: int | None = None
    origin: str = HEADLINE


@dataclass(frozen=True, slots=True)
class Markers:
    """What stands before a headline and in a slugline.

    Attributes:
        found: each marker, in the order of precedence: kill, hold, correction, refile, the rest as
            they stand.
        note: all of it as written, None where there is none.
        headline: what follows the markers; None without headline.
    """

    found: tuple[Marker, ...] = ()
    note: str | None = None
    headline: str | None = None

    @property
    def lifecycle(self) -> Lifecycle:
        """The same as an item carries it."""
        if not self.found:
            return _NO_LIFECYCLE
        ordinals = (marker.ordinal for marker in self.found if marker.ordinal is not None)
        return Lifecycle(
            kinds=tuple(dict.fromkeys(marker.kind for marker in self.found)),
            ordinal=next(ordinals, None),
            note=self.note,
        )


_NO_LIFECYCLE = Lifecycle()
_NO_MARKERS = Markers()


def read_markers(headline: str | None, slugline: str | None = None) -> Lifecycle:
    """What the markers before a headline and in a slugline say of a message.

    A marker is a word of the trade in capitals at the very start of the headline, followed by a
    separator or the end ("URGENT - ", "2e LEAD", "CORRECTED-UPDATE 1-"), several in a row, a note
    in brackets there ("(corrige le titre)"), or a segment of the slugline ("BC-Storm, 1st
    Ld-Writethru"). English, French, German, Spanish.

    Returns:
        Kinds in the order of precedence, the n of "lead n" or "update n", and the markers as
        written; an empty Lifecycle where there are none.
    """
    return find_markers(headline, slugline).lifecycle


def find_markers(headline: str | None, slugline: str | None = None) -> Markers:
    """The same as ``read_markers``, each marker with its own words: the evidence."""
    found: list[Marker] = []
    notes: list[str] = []
    rest = headline
    if headline and _may_hold_marker(headline):
        rest = _read_headline(headline, found, notes)
    if slugline:
        _read_slugline(slugline[:_HEAD_CHARS], found, notes)
    if not found:
        return _NO_MARKERS if headline is None else Markers(headline=headline)
    found.sort(key=lambda marker: _PRECEDENCE.get(marker.kind, _OTHERS))
    return Markers(tuple(found), "; ".join(dict.fromkeys(notes)), rest)


def _may_hold_marker(headline: str) -> bool:
    """Whether it is worth a look: most headlines end here, after half a microsecond."""
    glance = _GLANCE.match(headline)
    if glance is None:
        return False
    word = glance[2]
    if word is None:
        return True
    if not word.isascii() or not headline.isascii():
        # A combining accent cuts the word short.
        glance = _GLANCE.match(unicodedata.normalize("NFC", headline[:_HEAD_CHARS]))
        word = (glance[2] or "").translate(PLAIN) if glance else ""
    if word.lower() in WORDS:
        return True
    return _TAKE.search(headline, max(0, len(headline) - _LONGEST_TAKE)) is not None


def _read_headline(headline: str, found: list[Marker], notes: list[str]) -> str:
    """Take the markers off the start; what is left of the headline."""
    head = headline if headline.isascii() else unicodedata.normalize("NFC", headline)
    plain = head[:_HEAD_CHARS].translate(PLAIN)
    begin = position = _end(_OPENING, plain, 0)
    end = begin
    for _ in range(_MAX_MARKERS):
        if plain[position : position + 1] in {"(", "["}:
            close = _bracket(head, plain, position, found)
            # "(URGENT Beben" and "[2e LEAD] Chili": the marker may stand within.
            position = close or position + 1
        else:
            marker = _marker_at(head, plain, position)
            if marker is None:
                break
            found.append(marker[0])
            position = marker[1]
            close = position
        if close:
            end = close
            position = _end(_BETWEEN, plain, close)
    take = _TAKE.search(plain)
    if take is not None:
        number = take["n"] or take["of"] or take["th"]
        ordinal = int(number) if number else None
        found.append(Marker(LifecycleKind.ADD, take.group().strip(), ordinal))
        notes.append(take.group().strip())
    if end == begin:
        return headline
    notes.append(head[begin:end].strip())
    return head[_end(_BETWEEN, head, end) :].strip()


def _end(pattern: re.Pattern[str], text: str, position: int) -> int:
    match = pattern.match(text, position)
    return match.end() if match else position


def _marker_at(head: str, plain: str, position: int) -> tuple[Marker, int] | None:
    """The marker that stands exactly there, and where it ends."""
    for kind, pattern in REPEATED:
        match = pattern.match(plain, position)
        if match is not None:
            return Marker(kind, head[position : match.end()]), match.end()
    ordinal = _ORDINAL.match(plain, position)
    start = ordinal.end() if ordinal else position
    first = _FIRST_WORD.match(plain, start)
    if first is None:
        return None
    for word in WORDS.get(first.group().lower(), ()):
        match = word.pattern.match(plain, start)
        if match is None:
            continue
        number = _number(ordinal, match)
        if (ordinal is not None and word.number is None) or (
            number is None and word.number in {"must", "before"}
        ):
            continue
        return Marker(word.kind, head[position : match.end()].strip(), number), match.end()
    return None


def _number(ordinal: re.Match[str] | None, match: re.Match[str]) -> int | None:
    behind = match.groupdict().get("m")
    if ordinal is not None:
        return int(ordinal["n"])
    return int(behind) if behind else None


def _bracket(head: str, plain: str, position: int, found: list[Marker]) -> int | None:
    """The markers of a note in brackets, which may stand in any clause; None where it has none."""
    close = plain.find(")" if plain[position] == "(" else "]", position)
    if close < 0:
        return None
    note = head[position : close + 1]
    kinds: dict[LifecycleKind, int | None] = {}
    for clause in _CLAUSE.split(plain[position + 1 : close].lower())[:_MAX_CLAUSES]:
        ordinal = _ORDINAL.match(clause)
        for kind, pattern in BRACKETS:
            match = pattern.match(clause, ordinal.end() if ordinal else 0)
            if match is not None:
                number = _number(ordinal, match) if kind in _NUMBERED else None
                kinds.setdefault(kind, number)
                break
    found += [Marker(kind, note, number) for kind, number in kinds.items()]
    return close + 1 if kinds else None


def _read_slugline(slugline: str, found: list[Marker], notes: list[str]) -> None:
    for segment in _SEGMENT.split(unicodedata.normalize("NFC", slugline))[:_MAX_SEGMENTS]:
        words = segment.strip()
        marker = _of_segment(words, words.translate(PLAIN))
        if marker is not None:
            found.append(marker)
            notes.append(words)


def _of_segment(words: str, plain: str) -> Marker | None:
    ordinal = _ORDINAL.match(plain)
    start = ordinal.end() if ordinal else 0
    first = _FIRST_WORD.match(plain, start)
    if first is None:
        return None
    for kind, pattern in REPEATED:
        if pattern.fullmatch(plain):
            return Marker(kind, words, origin=SLUGLINE)
    for word in WORDS.get(first.group().lower(), ()):
        match = word.pattern.match(plain, start)
        if match is None or match.end() != len(plain):
            continue
        number = _number(ordinal, match)
        if ordinal is not None and word.number is None:
            continue
        # "METALS/LEAD" is about lead; "3rd Lead" is a lead.
        if number is None and (word.number in {"must", "before"} or not word.in_slugline):
            continue
        return Marker(word.kind, words, number, SLUGLINE)
    for kind, pattern in TAILS:
        if pattern.match(plain):
            return Marker(kind, words, origin=SLUGLINE)
    return None
