"""Dates as archives and people write them, to aware times in UTC.

It must not guess: what cannot be read is None, and the clock is only looked at by callers.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from streams.errors import ConfigError

__all__ = ["parse_date", "parse_moment"]

_AGO = re.compile(r"(\d{1,9})\s*(ms|s|m|h|d|w)")
_UNIT = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0, "w": 604_800.0}
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:[T ]?(\d\d)(\d\d)(\d\d)?)?(Z|[+-]\d\d:?\d\d)?")
_EPOCH = re.compile(r"\d{9,10}(?:\.\d{1,9})?|\d{12,13}")
# English whatever the locale, so that a machine's language does not move an archive.
_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}
# Archives of old wires leave letters on the fraction ("15:01:01.79RM"): not a zone.
_DAY_FIRST = re.compile(
    r"(\d{1,2})[-/ .]([a-z]{3})[a-z]*[-/ .,]+(\d{4})"
    r"(?:[T ,]+(\d{1,2}):(\d\d)(?::(\d\d)(?:\.(\d{1,9})(?:[A-Z][A-Z ]{0,7})?)?)?)?"
    r"\s*(?:Z|GMT|UTC)?",
    re.IGNORECASE,
)


def parse_date(value: object) -> datetime | None:
    """The time ``value`` states, in UTC; None when it states none that can be read.

    RFC 3339, ISO 8601 (also compact), RFC 2822, "26-FEB-1987 15:01:01.79", seconds or
    milliseconds since 1970. A time without a zone is taken as UTC.
    """
    if isinstance(value, bool) or value is None:
        return None
    text = str(value).strip()
    # Longer than any date: a body in the wrong field is not worth a regular expression.
    if not 4 < len(text) <= 64 or not text.isascii():
        return None
    for reader in (_iso, _epoch, _compact, _day_first, _rfc2822):
        try:
            found = reader(text)
        except (ValueError, OverflowError, TypeError, IndexError):
            continue
        if found is not None:
            return found
    return None


def parse_moment(text: str, now: datetime) -> datetime:
    """The time meant by "2h", "30m", "3d", "now" (counted back from ``now``) or by a date.

    Raises:
        ConfigError: it is none of these.
    """
    plain = text.strip().lower()
    if plain == "now":
        return now
    if ago := _AGO.fullmatch(plain.removesuffix(" ago")):
        try:
            return now - timedelta(seconds=int(ago[1]) * _UNIT[ago[2]])
        except OverflowError:
            raise ConfigError(f"{text!r} is further back than any calendar") from None
    if found := parse_date(text):
        return found
    raise ConfigError(
        f"cannot read the time {text!r}: write 2h, 30m, 3d, now, or a date like 2016-02-12T10:15Z"
    )


def _iso(text: str) -> datetime | None:
    if not text[:4].isdigit() or text[4] != "-":
        return None
    return _utc(datetime.fromisoformat(text.upper().replace(" UTC", "Z")))


def _epoch(text: str) -> datetime | None:
    if not _EPOCH.fullmatch(text):
        return None
    number = float(text)
    return datetime.fromtimestamp(number / 1000 if number >= 1e11 else number, UTC)


def _compact(text: str) -> datetime | None:
    found = _COMPACT.fullmatch(text)
    if not found:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    zone = (found[7] or "Z").replace("Z", "+00:00")
    stamp = f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{zone}"
    return _utc(datetime.fromisoformat(stamp))


def _day_first(text: str) -> datetime | None:
    found = _DAY_FIRST.fullmatch(text)
    if not found or found[2].lower() not in _MONTHS:
        return None
    micro = int((found[7] or "0")[:6].ljust(6, "0"))
    day, year = int(found[1]), int(found[3])
    hour, minute, second = (int(found[n] or 0) for n in (4, 5, 6))
    month = _MONTHS[found[2].lower()]
    return datetime(year, month, day, hour, minute, second, micro, tzinfo=UTC)


def _rfc2822(text: str) -> datetime | None:
    return _utc(parsedate_to_datetime(text))


def _utc(moment: datetime) -> datetime:
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
