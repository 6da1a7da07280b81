"""The dates of telegrams: day-time groups and dates in numbers, as ISO 8601 texts.

It must not read a clock: the century of a two-digit year is fixed, and a date that cannot be is
none.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import NamedTuple

from streams.decode.dates import zone
from streams.decode.profiles import DateOrder

# A year of two digits: 70 to 99 are 19YY, the rest 20YY. The formats' oldest archives begin in
# the seventies (ANPA 1312: 1979, IPTC 7901: 1979).
_FIRST_OF_1900 = 70
# The beginnings of month names, without accents, in English, German, French, Spanish, Italian.
# dpa's English service writes "Okt", ATS "dec", AFP "AOU".
_MONTHS: tuple[tuple[str, ...], ...] = (
    ("jan", "jan", "ene", "gen"),
    ("feb", "fev"),
    ("mar", "mae", "mrz"),
    ("apr", "avr", "abr"),
    ("may", "mai", "mag"),
    ("jun", "juin", "giu"),
    ("jul", "juil", "lug"),
    ("aug", "aou", "ago"),
    ("sep", "set"),
    ("oct", "okt", "ott"),
    ("nov",),
    ("dec", "dez", "dic"),
)
_PLAIN = str.maketrans("áàâäéèêíïóôúûüç", "aaaaeeeiioouuuc")
# Hours from UTC of the zones telegrams name. Not in it: what means different hours elsewhere.
_HOURS = {
    "GMT": 0, "UTC": 0, "UT": 0, "Z": 0, "WET": 0, "BST": 1, "WEST": 1,
    "MEZ": 1, "CET": 1, "HNEC": 1, "MESZ": 2, "CEST": 2, "EET": 2, "EEST": 3, "JST": 9,
    "EST": -5, "EDT": -4, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
}  # fmt: skip
_REGIONS = {"ET": "America/New_York", "CT": "America/Chicago", "PT": "America/Los_Angeles"}
_GROUP = re.compile(
    r"(?P<day>\d{2})(?P<hour>\d{2})(?P<minute>\d{2})\s{0,3}(?P<zone>[A-Z]{1,4}\s{1,3})?"
    r"(?P<month>[^\W\d_]{3,10})\.?\s{0,3}(?P<year>\d{4}|\d{2})(?!\d)"
)


class Moment(NamedTuple):
    """A date as stated.

    Attributes:
        iso: ISO 8601; without an offset where no zone was stated.
        day: "YYYYMMDD" as written, whatever the zone.
    """

    iso: str
    day: str


def year_of(two_digits: int) -> int:
    """The year that two digits mean: 70 to 99 are 19YY, 00 to 69 are 20YY."""
    return two_digits + (1900 if two_digits >= _FIRST_OF_1900 else 2000)


def month_of(name: str) -> int | None:
    """1 to 12 for the name of a month or its beginning in EN, DE, FR, ES or IT."""
    plain = name.lower().translate(_PLAIN).removesuffix(".")
    for number, beginnings in enumerate(_MONTHS, 1):
        if plain.startswith(beginnings):
            return number
    return None


def day_time_group(text: str) -> Moment | None:
    """The first day-time group of a line: "131137 GMT Nov 13", "091223 dec 18"."""
    match = _GROUP.search(text[:200])
    month = month_of(match["month"]) if match else None
    if match is None or month is None:
        return None
    year = int(match["year"]) if len(match["year"]) > 2 else year_of(int(match["year"]))
    return moment(
        year,
        month,
        int(match["day"]),
        int(match["hour"]),
        int(match["minute"]),
        zone_name=(match["zone"] or "").strip(),
    )


def moment(
    year: int, month: int, day: int, hour: int, minute: int, *, zone_name: str = ""
) -> Moment | None:
    """The moment of these numbers, None where there is no such day or hour."""
    try:
        stated = datetime(year, month, day, hour, minute, tzinfo=UTC).replace(tzinfo=None)
        where = _zone(zone_name)
        iso = (stated if where is None else stated.replace(tzinfo=where)).isoformat()
    except (ValueError, OverflowError):
        return None
    return Moment(iso, f"{year:04d}{month:02d}{day:02d}")


def in_numbers(first: int, second: int, order: DateOrder) -> tuple[int, int]:
    """Month and day of two numbers; the order gives way where only the other makes a date."""
    month, day = (first, second) if order != "dmy" else (second, first)
    return (day, month) if month > 12 >= day else (month, day)


def _zone(name: str) -> tzinfo | None:
    if name in _HOURS:
        return timezone(timedelta(hours=_HOURS[name]))
    return zone(_REGIONS[name]) if name in _REGIONS else None
