"""Dates as people and old standards write them (RFC 822 above all), to points in time.

It must not read a clock, nor guess: what is no date is None with a warning.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone, tzinfo

from streams.decode.dates import read_date, zone
from streams.decode.profiles import DateOrder, ProviderProfile

_YEARS = range(1800, 2200)
_MAX_CHARS = 100
_CLOCK = (
    r"(?:(?P<hour>\d{1,2})[:.h](?P<minute>\d{2})(?:[:.](?P<second>\d{2})(?:[.,]\d+)?)?"
    r"\s*(?P<half>[AaPp]\.?[Mm]\b\.?)?)"
)
_ZONE = r"\s*(?P<zone>(?:[A-Za-z]{1,5})?\s?[+-]\d{1,2}:?(?:\d{2})?|[A-Za-z]{1,5})?"
_TAIL = r"\s*(?:\([^()]*\))?"
_WORD = r"[^\W\d_]+\.?"
_DAY_FIRST = re.compile(
    rf"(?:{_WORD},?\s+)?(?P<day>\d{{1,2}})(?:st|nd|rd|th|er|\.)?[\s-]*(?:de\s+)?(?P<month>{_WORD})"
    rf",?[\s-]*(?:de\s+)?(?P<year>\d{{4}}|\d{{2}})(?:,?\s+(?:at\s+|um\s+|à\s+)?{_CLOCK})?{_ZONE}{_TAIL}"
)
_MONTH_FIRST = re.compile(
    rf"(?:(?:{_WORD}),?\s+)?(?P<month>{_WORD})\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+"
    rf"(?P<year>\d{{4}})(?:,?\s+(?:at\s+)?{_CLOCK})?{_ZONE}{_TAIL}"
)
# C's asctime: "Sat Feb 13 10:00:00 2016", with a zone in many logs.
_ASCTIME = re.compile(
    rf"{_WORD}\s+(?P<month>{_WORD})\s+(?P<day>\d{{1,2}})\s+{_CLOCK}(?P<zone>\s+[A-Z]{{1,5}})?"
    r"\s+(?P<year>\d{4})"
)
_NUMBERS = re.compile(
    rf"(?P<a>\d{{1,4}})(?P<sign>[./-])(?P<b>\d{{1,2}})(?P=sign)(?P<c>\d{{4}}|\d{{2}})"
    rf"(?:,?\s+{_CLOCK})?{_ZONE}{_TAIL}"
)
_COMPACT = re.compile(r"(?P<day>\d{8})(?:T?(?P<clock>\d{6}))?(?P<zone>Z|[+-]\d{4})?")
_OFFSET = re.compile(r"([+-])(\d{1,2}):?(\d{2})?")
# By their first letters, accents folded: English, French, German, Spanish, Italian, Portuguese,
# Dutch and the Scandinavian languages.
_MONTHS = {
    **dict.fromkeys(("jan", "ene", "gen"), 1),
    **dict.fromkeys(("feb", "fev"), 2),
    **dict.fromkeys(("mar", "maa", "mrt"), 3),
    **dict.fromkeys(("apr", "avr", "abr"), 4),
    **dict.fromkeys(("may", "mai", "maj", "mag", "mei"), 5),
    **dict.fromkeys(("jun", "juin", "giu"), 6),
    **dict.fromkeys(("jul", "juil", "lug"), 7),
    **dict.fromkeys(("aug", "aou", "ago"), 8),
    **dict.fromkeys(("sep", "set"), 9),
    **dict.fromkeys(("oct", "okt", "out", "ott"), 10),
    "nov": 11,
    **dict.fromkeys(("dec", "dez", "dic", "des"), 12),
}
# RFC 822's own (so CST is Chicago's), and those that European and Pacific feeds write.
_ZONES = {
    **dict.fromkeys(("Z", "UT", "UTC", "GMT", "WET"), 0.0),
    "EST": -5.0,
    "EDT": -4.0,
    "CST": -6.0,
    "CDT": -5.0,
    "MST": -7.0,
    "MDT": -6.0,
    "PST": -8.0,
    "PDT": -7.0,
    "AST": -4.0,
    "ADT": -3.0,
    **dict.fromkeys(("CET", "MEZ", "MET", "WEST", "BST"), 1.0),
    **dict.fromkeys(("CEST", "MESZ", "MEST", "EET", "SAST"), 2.0),
    "EEST": 3.0,
    "MSK": 3.0,
    "HKT": 8.0,
    "SGT": 8.0,
    "JST": 9.0,
    "KST": 9.0,
    "AWST": 8.0,
    "ACST": 9.5,
    "ACDT": 10.5,
    "AEST": 10.0,
    "AEDT": 11.0,
    "NZST": 12.0,
    "NZDT": 13.0,
}


def read_written_date(
    text: str | None, field: str, *, profile: ProviderProfile, warnings: list[str]
) -> datetime | None:
    """The point in time a text states, in UTC.

    Reads RFC 822 with all that feeds make of it (``+02:00``, two-digit years, no seconds, no
    weekday or a wrong one, months of other languages), ISO 8601, asctime, and dates in numbers in
    the provider's order. A text without a zone is the provider's time, with a warning.

    Args:
        text: what stands in the field; None and "" are no date and no warning.
        field: its name, for the warnings "date-invalid:<field>" and "date-no-zone:<field>".
        profile: whose time zone and order of numbers are meant.
        warnings: appended to.
    """
    text = " ".join((text or "").split())
    if not text:
        return None
    if len(text) <= _MAX_CHARS:
        for pattern in (_DAY_FIRST, _MONTH_FIRST, _ASCTIME, _COMPACT, _NUMBERS):
            found = pattern.fullmatch(text)
            day = _day(found.groupdict(), profile.date_order) if found else None
            if found and day:
                return _moment(found.groupdict(), day, field, profile, warnings)
    return read_date(text, field, time_zone=profile.time_zone, warnings=warnings)


def _day(parts: dict[str, str | None], order: DateOrder) -> tuple[int, int, int] | None:
    """(year, month, day), which may be no day of any calendar; None for what is no date."""
    if parts.get("month"):
        month = _month(parts["month"] or "")
        return (_year(parts["year"] or ""), month, int(parts["day"] or 0)) if month else None
    if "clock" in parts:
        digits = parts["day"] or ""
        return int(digits[:4]), int(digits[4:6]), int(digits[6:])
    numbers = (parts["a"] or "", parts["b"] or "", parts["c"] or "")
    return _of_numbers(numbers, parts["sign"] or "", order)


def _of_numbers(
    numbers: tuple[str, str, str], sign: str, order: DateOrder
) -> tuple[int, int, int] | None:
    a, b, c = numbers
    if len(a) == 4 or (order == "ymd" and len(c) == 2):
        return _year(a), int(b), int(c)
    if len(a) > 2:
        return None
    # With dots the day comes first wherever such dates are written; no month is above twelve.
    day_first = sign == "." or order == "dmy" or int(a) > 12
    day, month = (a, b) if day_first else (b, a)
    return _year(c), int(month), int(day)


def _moment(
    parts: dict[str, str | None],
    day: tuple[int, int, int],
    field: str,
    profile: ProviderProfile,
    warnings: list[str],
) -> datetime | None:
    stated = None
    try:
        stated = _zone(parts.get("zone"))
        local = datetime(*day, *_clock(parts), tzinfo=stated or zone(profile.time_zone))
        moment = local.astimezone(UTC)
    except (ValueError, OverflowError):
        moment = None
    if moment is None or moment.year not in _YEARS:
        warnings.append(f"date-invalid:{field}")
        return None
    if stated is None:
        warnings.append(f"date-no-zone:{field}")
    return moment


def _clock(parts: dict[str, str | None]) -> tuple[int, int, int]:
    clock = parts.get("clock")
    if clock:
        return int(clock[:2]), int(clock[2:4]), int(clock[4:])
    hour = int(parts.get("hour") or 0)
    half = (parts.get("half") or "")[:1].lower()
    if half and 1 <= hour <= 12:
        hour = hour % 12 + (12 if half == "p" else 0)
    # A leap second has no place in a datetime.
    return hour, int(parts.get("minute") or 0), min(int(parts.get("second") or 0), 59)


def _zone(text: str | None) -> tzinfo | None:
    text = (text or "").strip()
    if not text:
        return None
    offset = _OFFSET.search(text)
    if offset is None:
        hours = _ZONES.get(text.upper())
        return timezone(timedelta(hours=hours)) if hours is not None else None
    sign, whole, minutes = offset.groups()
    distance = timedelta(hours=int(whole), minutes=int(minutes or 0))
    # Beyond a day timezone raises ValueError: then the whole date is not to be believed.
    return timezone(-distance if sign == "-" else distance)


def _month(word: str) -> int | None:
    plain = unicodedata.normalize("NFKD", word).encode("ascii", "ignore").decode().lower()
    return _MONTHS.get(plain[:4]) or _MONTHS.get(plain[:3])


def _year(digits: str) -> int:
    """Of two digits, as RFC 2822 (4.3) has them: 00 to 49 are of this century."""
    year = int(digits)
    if len(digits) > 2:
        return year
    return year + (2000 if year < 50 else 1900)
