"""What a headline says of its subject and its hour: tickers, dates, sessions, a correction mark.

Wires write the same sentence about another share, or of the same market an hour later, all day
long; these tell the two apart. It must not compare.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from streams.folding import fold

# "<IBM>", "<PARC.O>", "(SAPG.DE)", "[AAPL.O]", "(NYSE: IBM)"; of "(OPEC)" nothing says that it is
# one.
# One character class in front lets the search skip to the next bracket.
TICKER = re.compile(
    r"[<(\[](?:(?<=<)([A-Z][A-Z0-9]{0,6})(?:\.[A-Z]{1,3})?>"
    r"|(?<!<)(?:[A-Z][A-Za-z]{1,9}:\s?([A-Z0-9]{1,6})|([A-Z]{1,6})\.[A-Z]{1,2})[)\]])"
)

_MONTHS = (
    "jan january janvier januar enero ene", "feb february fevrier februar febrero",
    "mar march mars marz marzo", "apr april avril avr abril abr", "may mai mayo",
    "jun june juin juni junio", "jul july juillet juli julio", "aug august aout agosto",
    "sep sept september septembre septiembre", "oct october octobre oktober octubre okt",
    "nov november novembre noviembre", "dec december decembre dezember diciembre dez dic",
)  # fmt: skip
_WEEKDAYS = (
    "monday lundi montag lunes", "tuesday mardi dienstag martes",
    "wednesday mercredi mittwoch miercoles", "thursday jeudi donnerstag jueves",
    "friday vendredi freitag viernes", "saturday samedi samstag sabado",
    "sunday dimanche sonntag domingo",
)  # fmt: skip
_ORDINALS = ("1st first 1er premier", "2nd second 2e deuxieme", "3rd third 3e", "4th fourth 4e")
_PARTS = frozenset(
    ["qtr", "quarter", "half", "ring", "trimestre", "quartal", "semestre", "trimestral"]
)
_ZONES = frozenset(["gmt", "utc", "cet", "cest", "est", "edt", "am", "pm"])


def _numbered(lists: Iterable[str]) -> dict[str, int]:
    return {word: number for number, words in enumerate(lists, 1) for word in words.split()}


_MONTH_OF, _WEEKDAY_OF, _ORDINAL_OF = map(_numbered, (_MONTHS, _WEEKDAYS, _ORDINALS))
MONTH_NAMES = tuple(_MONTH_OF)
"""The months in English, French, German and Spanish, and what they are shortened to; folded."""

_HOUR = re.compile(r"[0-2]?\dh[0-5]\d|[0-2]\d[0-5]\dgmt")
_QUARTERS = frozenset(letter + number for letter in "qt" for number in "1234")
_SESSIONS = {
    "open": "open opens opened opening ouverture ouvre eroffnung apertura abre early",
    "noon": "midday noon midsession mi seance mittag mediodia afternoon",
    "close": "close closes closed closing cloture ferme schluss schlusskurse cierre cierra late",
    "morning": "morning matin vormittag manana",
    "fix": "fix fixed fixing",
}
_SESSION_OF = {word: name for name, words in _SESSIONS.items() for word in words.split()}
_CORRECTION = re.compile(
    r"\W*(?:correct(?:ed|ion|s)|refile|rectificatif|rectif|corrige|korrektur|berichtigung|berichtigt"
    r"|correccion|corregida|corregido)\b",
)
_MARK_ONLY = re.compile(
    r"\W*(?:repeat(?:s|ed|ing)?|repetition|more|mtf|suite|reuters?|corrected|correction)\W*",
    re.IGNORECASE,
)
_LONGEST_MARK = 24
_CAPITALS = "A-ZÀ-ÖØ-Þ\u0300-\u036f"
_DATELINE = re.compile(
    rf"\s*[{_CAPITALS}][{_CAPITALS} .,'’/-]{{2,40}}?"
    r"(?:,? ?(?:[A-Z][a-zà-ÿ]{2,8}\.? \d{1,2}|\d{1,2}\.? [A-Za-zà-ÿ\u0300-\u036f]{3,10}))?"
    r"(?: ?\([A-Za-z ]{2,12}\))?\s?[-–—]{1,2}\s"
)


@dataclass(frozen=True, slots=True)
class Heading:
    """What a headline says beside its news.

    Attributes:
        moments: hashes of the dates, clock times, quarters and market sessions it names, ascending.
        series: hash of it without figures and moments, which bulletins of one series have in
            common; None when little is left.
        corrects: it begins with a word that marks a correction.
    """

    moments: tuple[int, ...]
    series: int | None
    corrects: bool


def read_heading(headline: str) -> Heading:
    """What ``headline`` says beside its news."""
    folded = fold(headline)
    words = folded.split()
    found = list(_moments(words))
    momentary = {place for _, places in found for place in places}
    kept = [
        word for place, word in enumerate(words)
        if place not in momentary and (word.isalpha() or not any(map(str.isdigit, word)))
    ]  # fmt: skip
    series = _hash(" ".join(kept)) if len(kept) >= _FEWEST_SERIES_WORDS else None
    moments = tuple(sorted({_hash(moment) for moment, _ in found}))
    return Heading(moments, series, _CORRECTION.match(folded) is not None)


def tickers_of(headline: str, lead: str) -> tuple[int, ...]:
    """Hashes of the shares a headline names; of the first one the lead does, when it names none."""
    found = [_symbol(match) for match in TICKER.finditer(headline)]
    if not found and (first := TICKER.search(lead)) is not None:
        found = [_symbol(first)]
    return tuple(sorted(set(map(_hash, found))))


def _symbol(match: re.Match[str]) -> str:
    return match[1] or match[2] or match[3]


def _moments(words: Sequence[str]) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Each moment in one spelling, and the places of the words that say it."""
    for place, word in enumerate(words):
        before = words[place - 1] if place else ""
        after = words[place + 1] if place + 1 < len(words) else ""
        if word in _SESSION_OF:
            yield _SESSION_OF[word], (place,)
        elif word in _WEEKDAY_OF:
            yield f"weekday {_WEEKDAY_OF[word]}", (place,)
        elif word in _MONTH_OF and _is_day(after):
            yield f"{_MONTH_OF[word]} {int(after)}", (place, place + 1)
        elif word in _MONTH_OF and _is_day(before):
            yield f"{_MONTH_OF[word]} {int(before)}", (place - 1, place)
        elif word in _ORDINAL_OF and after in _PARTS:
            yield f"part {_ORDINAL_OF[word]}", (place, place + 1)
        elif word in _QUARTERS:
            yield f"part {word[1]}", (place,)
        elif word[0].isdigit() and _HOUR.fullmatch(word):
            yield f"hour {word.removesuffix('gmt').replace('h', '')}", (place,)
        elif word in _ZONES and before.isdecimal() and before.isascii():
            hours = words[place - 2] if place > 1 and _is_day(words[place - 2]) else ""
            yield f"hour {hours}{before}", (place - 1, place)


def _is_day(word: str) -> bool:
    return word.isascii() and word.isdecimal() and len(word) <= _DAY_DIGITS


_DAY_DIGITS = 2
_FEWEST_SERIES_WORDS = 3


def without_marks(paragraph: str) -> str:
    """A paragraph without its dateline; nothing, when it only says "repeat" or "more"."""
    if len(paragraph) <= _LONGEST_MARK and _MARK_ONLY.fullmatch(paragraph):
        return ""
    return _DATELINE.sub("", paragraph, count=1) if _DATELINE.match(paragraph) else paragraph


def _hash(text: str) -> int:
    return zlib.crc32(text.encode("utf-8", "surrogatepass"))
