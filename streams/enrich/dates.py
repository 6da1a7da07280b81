"""Dates that a text names, and the days they mean, seen from the day of the message.

It must not know what day it is: without the message's day "samedi" is no day.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, UTC, date, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from schemas.item import DateMention, Item
from streams.enrich.dates_words import DateWords, date_words
from streams.enrich.found import Taken

# Dates of one item; a table of results has some hundreds.
_MAX_DATES = 500
# Code points before a month in which "du 28 février au samedi 2" has room.
_LEFT = 56
# Code points around a date in which a verb may tell its tense; a sentence of a wire has 150.
_SENTENCE = 160
# Days. A date without a year is the nearest one, unless the tense says otherwise and the nearest
# is farther than this on the wrong side.
_TOLERANCE = 45
_WORD = re.compile(r"[^\W\d_]+")
# Begins with digits, for those are quickly skipped to; what may not be before it is asked after.
_NUMBERS = re.compile(
    r"[12]\d(?:(?<=1\d)|(?<=20)|(?<=21))\d\d(?P<iso>-\d\d-\d\d)?(?![\w%]|[.,:/-]\d)"
)
_NOT_BEFORE_YEAR = ".,:/$€£%+-_"
_WORD_BEFORE = re.compile(r"(\w+)[\s'’-]$")
_WORD_AFTER = re.compile(r"[\s-](\w+)")
_SENTENCE_END = re.compile(r"[.!?…]\s+(?=[^\Wa-z])|\n")
_CLAUSE_END = re.compile(r"[,;:()]")


@dataclass(frozen=True, slots=True)
class _Dated:
    """Code points [start, end) and the days they mean, None where they cannot be known."""

    start: int
    end: int
    days: tuple[date, date] | None


def message_day(item: Item, time_zone: str = "UTC") -> date | None:
    """The day on which a message was made, where its agency is; None where it does not say.

    ``version_created`` in the agency's time zone, else the dateline's date if that has a year.
    """
    if item.version_created is not None:
        with suppress(OverflowError):  # the first and the last day of all
            return item.version_created.astimezone(_zone(time_zone)).date()
        return item.version_created.date()
    if item.dateline is None or not item.dateline.date:
        return None
    for language in ("en", "fr", "de", "es"):
        for mention in find_dates(item.dateline.date, language, None):
            if mention.value and "/" not in mention.value:
                return date.fromisoformat(mention.value)
    return None


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


def find_dates(text: str, language: str, day: date | None) -> tuple[DateMention, ...]:
    """The dates named in a text, by start; their values are days or intervals of days.

    Weekdays, days and months without a year mean those near the message's day, before or after it
    as prepositions and the tense of the sentence say, before it where nothing says so. Languages
    are fr, en, es and de; in others nothing is found.

    Args:
        text: the item's text.
        language: ISO 639-1.
        day: of the message; None leaves what depends on it without a value.
    """
    return find_dates_within(text, language, day)[0]


def find_dates_within(
    text: str, language: str, day: date | None
) -> tuple[tuple[DateMention, ...], bool]:
    """The same, and whether there was more to look at than one item's share."""
    words = date_words(language)
    if words is None:
        return (), False
    finder = _Finder(text, words, day)
    found = tuple(
        DateMention(
            start=one.start,
            end=one.end,
            text=text[one.start : one.end],
            value=_written(one.days) if one.days else None,
        )
        for one in sorted(finder.find(), key=lambda one: one.start)
    )
    return found, finder.is_over


def _written(days: tuple[date, date]) -> str:
    first, last = days
    return first.isoformat() if first == last else f"{first.isoformat()}/{last.isoformat()}"


class _Finder:
    def __init__(self, text: str, words: DateWords, day: date | None) -> None:
        self._text = text
        self._words = words
        self._day = day
        self._taken = Taken(len(text))
        self.is_over = False

    def find(self) -> list[_Dated]:
        """The dates: those with a month first, for weekdays and years are parts of them."""
        words = self._words
        present = set(_WORD.findall(self._text))
        found: list[_Dated] = []
        # The longest first: in "du 28 février au 2 mars" two months are one date.
        months = self._read(words.months, present, self._of_month)
        self._keep(sorted(months, key=lambda one: (one.start - one.end, one.start)), found)
        self._keep(self._read(words.weekdays, present, self._of_weekday), found)
        self._keep(self._read(words.relative, present, self._of_relative), found)
        numbers = (self._of_number(match) for match in _NUMBERS.finditer(self._text))
        self._keep((one for one in numbers if one), found)
        return found

    def _read(
        self,
        table: Mapping[str, int],
        present: AbstractSet[str],
        read: Callable[[int, int, int], _Dated | None],
    ) -> Iterator[_Dated]:
        """The dates at the words of a table, at most a budget of words."""
        places = (
            (start, word)
            for word in sorted(present & table.keys())
            for start in _occurrences(self._text, word)
        )
        for number, (start, word) in enumerate(places):
            if number == 2 * _MAX_DATES:
                self.is_over = True
                return
            if self._taken.is_free(start, start + len(word)):
                dated = read(start, start + len(word), table[word])
                if dated is not None:
                    yield dated

    def _keep(self, dated: Iterable[_Dated], found: list[_Dated]) -> None:
        for one in dated:
            if self._taken.is_free(one.start, one.end):
                if len(found) == _MAX_DATES:
                    self.is_over = True
                    return
                self._taken.take(one.start, one.end)
                found.append(one)

    def _of_month(self, start: int, end: int, month: int) -> _Dated | None:
        words, text = self._words, self._text
        left = text[max(0, start - _LEFT) : start]
        before = words.day_before_month.search(left)
        if before:
            year_after = words.year_after.match(text, end)
            year = int(year_after["year"]) if year_after else None
            first = start - len(left) + before.start()
            last = year_after.end() if year_after else end
            day = int(before["d2"])
            other_month = words.months[before["m1"]] if before["m1"] else month
            other_year = int(before["y1"]) if before["y1"] else year
            other_day = int(before["d1"]) if before["d1"] else day
            days = self._span((other_year, other_month, other_day), (year, month, day), first, last)
            return _Dated(first, last, days) if days or self._day is None else None
        after = words.day_after_month.match(text, end) if words.day_after_month else None
        if after:
            return self._english(start, after, month)
        return self._of_month_alone(start, end, month)

    def _english(self, start: int, after: re.Match[str], month: int) -> _Dated | None:
        """The date of "March 3, 1998" or "Feb. 17-19", with the weekday before it."""
        left = self._text[max(0, start - 12) : start]
        weekday = re.search(r"(\w+),?\s$", left)
        first = start
        if weekday and weekday[1] in self._words.weekdays:
            first = start - len(left) + weekday.start()
        year = int(after["year"]) if after["year"] else None
        day = int(after["d1"])
        other_month = self._words.months[after["m2"]] if after["m2"] else month
        other_day = int(after["d2"]) if after["d2"] else day
        last = after.end()
        days = self._span((year, month, day), (year, other_month, other_day), first, last)
        return _Dated(first, last, days) if days or self._day is None else None

    def _of_month_alone(self, start: int, end: int, month: int) -> _Dated | None:
        words, text = self._words, self._text
        year = words.year_after.match(text, end)
        if year:
            return _Dated(start, year.end(), _month(int(year["year"]), month))
        first, last, side = self._sides(start, end)
        is_told = side or words.before_month.search(text[max(0, start - 14) : start])
        # "Mars", "May" and "March" without such a word are other things.
        if not is_told or (end - start <= 3 and text[start:end] not in {"mai", "May", "Mai"}):
            return None
        if self._day is None:
            return _Dated(first, last, None)
        tense = side or self._tense(first, last)
        spans = [_month(year, month) for year in self._years()]
        return _Dated(first, last, self._nearest(spans, tense))

    def _of_weekday(self, start: int, end: int, weekday: int) -> _Dated | None:
        if self._is_name_or_habit(start, end):
            return None
        first, last, side = self._sides(start, end)
        if self._day is None:
            return _Dated(first, last, None)
        ahead = (weekday - self._day.weekday()) % 7
        if side == "future":
            shift = ahead or 7
        elif side == "past":
            shift = ahead - 7
        elif self._tense(first, last) == "future":
            shift = ahead
        else:
            shift = ahead - 7 if ahead else 0
        return self._shifted(first, last, shift)

    def _of_relative(self, start: int, end: int, shift: int) -> _Dated | None:
        words, text = self._words, self._text
        if self._is_name_or_habit(start, end):
            return None
        if words.rest and shift == 0:
            rest = words.rest.match(text, end)
            if not rest:
                return None
            end = rest.end()
        farther = words.farther.search(text[max(0, start - 8) : start]) if words.farther else None
        if farther and shift:
            start -= len(farther[0])
            shift *= 2
        return self._shifted(start, end, shift)

    def _shifted(self, start: int, end: int, shift: int) -> _Dated:
        if self._day is None:
            return _Dated(start, end, None)
        try:
            there = self._day + timedelta(days=shift)
        except OverflowError:
            return _Dated(start, end, None)
        return _Dated(start, end, (there, there))

    def _of_number(self, match: re.Match[str]) -> _Dated | None:
        before = self._text[match.start() - 1 : match.start()]
        if before and (before.isalnum() or before in _NOT_BEFORE_YEAR):
            return None
        if match["iso"]:
            days = _day(*(int(part) for part in match[0].split("-")))
            return _Dated(match.start(), match.end(), days) if days else None
        if not self._words.before_year.search(
            self._text[max(0, match.start() - 12) : match.start()]
        ):
            return None
        year = int(match[0])
        return _Dated(match.start(), match.end(), (date(year, 1, 1), date(year, 12, 31)))

    def _is_name_or_habit(self, start: int, end: int) -> bool:
        before = _WORD_BEFORE.search(self._text[max(0, start - 12) : start])
        after = _WORD_AFTER.match(self._text, end)
        return (before is not None and before[1].lower() in self._words.not_after) or (
            after is not None and after[1].lower() in self._words.not_before
        )

    def _sides(self, start: int, end: int) -> tuple[int, int, str]:
        """A word's code points with "next" or "dernier" beside it, and which way that points."""
        left = self._text[max(0, start - 14) : start]
        words = self._words
        for pattern, side in ((words.last_before, "past"), (words.next_before, "future")):
            match = pattern.search(left)
            if match:
                return start - len(match[0]), end, side
        for pattern, side in ((words.last_after, "past"), (words.next_after, "future")):
            match = pattern.match(self._text, end)
            if match:
                return start, match.end(), side
        return start, end, ""

    def _tense(self, start: int, end: int) -> str:
        """What the sentence says of a date in it: "past", "future" or ""."""
        low = max(0, start - _SENTENCE)
        for match in _SENTENCE_END.finditer(self._text, low, start):
            low = match.end()
        clause = low
        for match in _CLAUSE_END.finditer(self._text, low, start):
            clause = match.end()
        before = [*self._words.tense.finditer(self._text, clause, start)]
        if before:
            return before[-1].lastgroup or ""
        high = min(len(self._text), end + _SENTENCE)
        for edge in (_SENTENCE_END, _CLAUSE_END):
            stop = edge.search(self._text, end, high)
            high = stop.start() if stop else high
        after = self._words.tense.search(self._text, end, high)
        return (after.lastgroup or "") if after else ""

    def _span(
        self,
        first: tuple[int | None, int, int],
        last: tuple[int | None, int, int],
        start: int,
        end: int,
    ) -> tuple[date, date] | None:
        """The days from a first to a last, each (year or None, month, day)."""
        year = last[0]
        if year is not None:
            until = _day(year, last[1], last[2])
            own = first[0] if first[0] != year or first[1] <= last[1] else year - 1
            since = _day(own or year, first[1], first[2])
            return (since[0], until[0]) if since and until and since <= until else None
        if self._day is None:
            return None
        spans = [
            self._span(
                (year - (first[1] > last[1]), first[1], first[2]), (year, last[1], last[2]), 0, 0
            )
            for year in self._years()
        ]
        return self._nearest([span for span in spans if span], self._tense(start, end))

    def _years(self) -> range:
        """The message's year and those beside it."""
        year = self._day.year if self._day else MINYEAR
        return range(max(MINYEAR + 1, year - 1), min(MAXYEAR, year + 2))

    def _nearest(self, spans: list[tuple[date, date]], tense: str) -> tuple[date, date] | None:
        """The span nearest to the message's day, on the side that the tense says."""
        day = self._day
        if day is None or not spans:
            return None

        def distance(span: tuple[date, date]) -> int:
            return max(0, (span[0] - day).days, (day - span[1]).days)

        near = min(spans, key=distance)
        if tense == "past" and (near[0] - day).days > _TOLERANCE:
            return max((span for span in spans if span[1] <= day), default=near)
        if tense == "future" and (day - near[1]).days > _TOLERANCE:
            return min((span for span in spans if span[0] >= day), default=near)
        return near


def _occurrences(text: str, word: str) -> Iterator[int]:
    """Where a word stands as a whole word."""
    start = text.find(word)
    while start >= 0:
        end = start + len(word)
        before, after = text[start - 1 : start] if start else "", text[end : end + 1]
        if not before.isalnum() and not after.isalnum():
            yield start
        start = text.find(word, end)


def _day(year: int, month: int, day: int) -> tuple[date, date] | None:
    try:
        there = date(year, month, day)
    except ValueError:
        return None
    return there, there


def _month(year: int, month: int) -> tuple[date, date]:
    return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])
