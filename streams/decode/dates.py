"""Dates as messages state them, to points in time; nonsense is None, never a guess.

It must not read a clock.
"""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

# Outside, a date is a filler of some system ("0001-01-01", "9999-12-31") and not a date.
_YEARS = range(1800, 2200)


@lru_cache(maxsize=64)
def zone(name: str) -> tzinfo:
    """The time zone of an IANA name; UTC where the name is unknown."""
    try:
        return UTC if name == "UTC" else ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def read_date(value: object, field: str, *, time_zone: str, warnings: list[str]) -> datetime | None:
    """The point in time an ISO 8601 text states, in UTC.

    Args:
        value: what stands in the field; None and "" are no date and no warning.
        field: its name, for the warnings "date-invalid:<field>" and "date-no-zone:<field>".
        time_zone: meant where the text states none.
        warnings: appended to.
    """
    if value is None or value == "":
        return None
    try:
        stated = datetime.fromisoformat(value.strip()) if isinstance(value, str) else None
        if stated is not None and stated.tzinfo is None:
            warnings.append(f"date-no-zone:{field}")
            stated = stated.replace(tzinfo=zone(time_zone))
        moment = stated.astimezone(UTC) if stated is not None else None
    except (ValueError, OverflowError):
        moment = None
    if moment is None or moment.year not in _YEARS:
        warnings.append(f"date-invalid:{field}")
        return None
    return moment
