"""The time that the words of an embargo tell: "EMBARGOED UNTIL 1200 GMT", "Sperrfrist: 18.00 Uhr".

It must not guess: without a day that is certain, or a time zone, there is no time.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo

from streams.decode.dates import zone
from streams.decode.lifecycle.words import PLAIN

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan ene gen", "feb fev", "mar mrz maer", "apr avr abr", "may mai mag", "jun juin giu",
            "jul juil lug", "aug aou ago", "sep set", "oct okt ott", "nov", "dec dez dic",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_DAYS = {
    name: number
    for number, names in enumerate(
        (
            "mon lun mont", "tue mar dien mart", "wed mer mitt mier", "thu jeu donn juev",
            "fri ven frei vier", "sat sam sams saba", "sun dim sonn domi",
        )
    )
    for name in names.split()
}  # fmt: skip
_OFFSETS = {
    "gmt": 0, "utc": 0, "bst": 1, "cet": 1, "cest": 2, "mez": 1, "mesz": 2, "est": -5, "edt": -4,
    "jst": 9,
}  # fmt: skip
_ZONES = {"et": "America/New_York", "heure de paris": "Europe/Paris"}

_MONTH = (
    r"(?P<month>jan|ene|feb|fev|mar|mrz|apr|avr|abr|may|mai|mayo|juin|jun|juil|jul|aug|aou|ago|"
    r"sep|set|oct|okt|nov|dec|dez|dic)[a-z]*\.?"
)
_DATES = (
    re.compile(r"\b(?P<year>(?:19|20)\d\d)-(?P<number>\d\d?)-(?P<day>\d\d?)\b"),
    re.compile(r"\b(?P<day>\d\d?)\.\s?(?P<number>\d\d?)\.(?:\s?(?P<year>(?:19|20)\d\d))?(?!\d)"),
    re.compile(
        rf"\b(?P<day>\d\d?)(?:st|nd|rd|th|er|\.)?\s(?:de\s)?{_MONTH}"
        r"(?:\s(?:de\s)?(?P<year>(?:19|20)\d\d))?\b"
    ),
    re.compile(rf"\b{_MONTH}\s(?P<day>\d\d?)(?:st|nd|rd|th)?\b(?:,?\s(?P<year>(?:19|20)\d\d))?"),
)
_CLOCKS = (
    re.compile(r"\b(?P<h>\d\d?)(?:[:.h](?P<m>\d\d))?\s?(?P<half>[ap])\.?m\b"),
    re.compile(r"\b(?P<h>\d\d?)(?:[:.](?P<m>\d\d))?\s?(?:uhr|heures?|horas?|h)\b"),
    re.compile(r"\b(?P<h>\d\d?)[:.h](?P<m>\d\d)(?![\d.])"),
    re.compile(r"\b(?P<h>[01]\d|2[0-3])(?P<m>[0-5]\d)\b"),
    re.compile(r"\b(?P<noon>noon|midi|mediodia|mittag)\b"),
)
_ZONE = re.compile(r"\b(?P<zone>gmt|utc|bst|cest|cet|mesz|mez|est|edt|et|jst|heure de paris)\b")
_WEEKDAY = re.compile(
    r"\b(?P<day>mon|tue|wed|thu|fri|sat|sun|lun|mar|mer|jeu|ven|sam|dim|mont|dien|mitt|donn|frei|sams|"
    r"sonn|mart|mier|juev|vier|saba|domi)"
    r"(?:day|sday|nesday|rsday|urday|di|credi|dredi|edi|anche|tag|ag|woch|erstag|stag|nabend|es|coles|"
    r"nes|rs|do|ngo|s)?\b"
)
# "ADV25" names the day for which copy is meant, no embargo.
_EMBARGO = re.compile(
    r"embarg[oa]|sperrfrist|(?:for|until|before) (?:release|publication|use)", re.IGNORECASE
)
_HALF_A_DAY = 12
_WEEK = 7


def names_embargo(words: str) -> bool:
    """Whether the words of an advance say that it must not be published yet."""
    return _EMBARGO.search(words) is not None


def embargo_time(
    words: str, *, made: datetime | None = None, time_zone: str | None = None
) -> datetime | None:
    """When an embargo ends, as its words tell; None where they leave it open.

    Args:
        words: of the marker: "EMBARGOED UNTIL 1200 GMT MAY 21".
        made: when the message was made. It gives the year of a day without one, the day of a
            weekday, and the day of a time alone, provided that this is still to come.
        time_zone: IANA name, for a time that states no zone; None leaves such a time open.
    """
    text = " ".join(words.translate(PLAIN).lower().split())
    where = _zone(text, time_zone)
    if where is None:
        return None
    named, day, text = _day(text, made, where)
    clock = _clock(text)
    if clock is None or (day is None and (named or made is None)):
        return None
    today = made.astimezone(where).date() if made is not None else None
    try:
        until = datetime.combine(day or today or date.min, clock, where).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    passed = day is None and made is not None and until <= made
    return None if passed else until


def _zone(text: str, time_zone: str | None) -> tzinfo | None:
    stated = _ZONE.search(text)
    if stated is None:
        return zone(time_zone) if time_zone else None
    name = stated["zone"]
    if name in _ZONES:
        return zone(_ZONES[name])
    return timezone(timedelta(hours=_OFFSETS[name]))


def _day(text: str, made: datetime | None, where: tzinfo) -> tuple[bool, date | None, str]:
    """Whether a day is named, which it is where that is certain, and the text without it."""
    for pattern in _DATES:
        match = pattern.search(text)
        if match is None:
            continue
        groups = match.groupdict()
        number = groups.get("number")
        month = int(number) if number else _MONTHS[_prefix(groups["month"], _MONTHS)]
        day = _dated(groups.get("year"), month, int(groups["day"]), made)
        return True, day, f"{text[: match.start()]} {text[match.end() :]}"
    match = _WEEKDAY.search(text)
    if match is None or made is None:
        return match is not None, None, text
    today = made.astimezone(where).date()
    ahead = (_DAYS[_prefix(match["day"], _DAYS)] - today.weekday()) % _WEEK
    return True, today + timedelta(days=ahead), text


def _prefix(name: str, known: dict[str, int]) -> str:
    return next(name[:length] for length in (4, 3) if name[:length] in known)


def _dated(year: str | None, month: int, day: int, made: datetime | None) -> date | None:
    """The day; without a year, the one nearest to when the message was made."""
    if year is None and made is None:
        return None
    years = [int(year)] if year else [made.year + step for step in (-1, 0, 1)] if made else []
    days: list[date] = []
    for each in years:
        try:
            days.append(date(each, month, day))
        except ValueError:
            continue
    if not days:
        return None
    return days[0] if made is None else min(days, key=lambda each: abs(each - made.date()))


def _clock(text: str) -> time | None:
    for pattern in _CLOCKS:
        match = pattern.search(text)
        if match is None:
            continue
        groups = match.groupdict()
        if groups.get("noon"):
            return time(_HALF_A_DAY)
        hour, minute = int(groups["h"]), int(groups.get("m") or 0)
        half = groups.get("half")
        if half is not None:
            hour = hour % _HALF_A_DAY + (_HALF_A_DAY if half == "p" else 0)
        try:
            return time(hour, minute)
        except ValueError:
            return None
    return None
