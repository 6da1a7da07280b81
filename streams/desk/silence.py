"""Silence: when a provider has said nothing for far longer than it usually does.

What is usual is learned from the provider itself, by hour of the day (UTC), workdays and weekends
apart. It must not keep anything, nor know of message numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from math import ceil

from schemas.journal import Heard

# Messages that should have come by now.
EXPECTED = 20.0
# How often an hour of the day must have been watched before anything is expected of it.
_DAYS = 3
# The share of what is new in what is usual. Down is faster than up: a busy day must not make the
# next quiet one look like a silence.
_UP, _DOWN = 0.2, 0.5
# One day's hour counts for no more than so many times the usual, and a few.
_CLIP, _FEW = 4.0, 4.0
_HOURS = 24
_WEEK_H = 7 * _HOURS
_HOUR_S = 3600
_MINUTE_S = 60
# 1 January 1970 was a Thursday.
_THURSDAY, _SATURDAY = 3, 5


def hour_of(at: datetime) -> int:
    """The hour, counted since 1970."""
    return int(at.timestamp() // _HOUR_S)


def listen(known: Heard | None, provider: str, at: datetime) -> Heard:
    """What is known of a provider after one more message of it; its counter is left out."""
    hour = hour_of(at)
    if known is None:
        return Heard(provider=provider, hour=hour)
    if hour == known.hour:
        count = None if known.count is None else known.count + 1
        return Heard(provider=provider, hour=hour, count=count)
    days, usual = list(known.days) or [0] * 2 * _HOURS, list(known.usual) or [0.0] * 2 * _HOURS
    counts = [known.count] + [0] * (hour - known.hour - 1)
    for passed, count in enumerate(counts[:_WEEK_H]):
        if count is not None:
            # A loss says little about what is usual; a habit that changed is learned in the end.
            down = _UP if known.silent else _DOWN
            _learn(days, usual, _bucket(known.hour + passed), count, down)
    return Heard(provider=provider, hour=hour, count=1, days=tuple(days), usual=tuple(usual))


def silent_from(
    days: Sequence[int], usual: Sequence[float], at: datetime, floor: timedelta
) -> datetime | None:
    """When a provider heard at ``at`` will have been silent for too long.

    Args:
        days: how often each hour of the day was watched.
        usual: messages in each.
        at: when it was last heard.
        floor: no silence is shorter.

    Returns:
        A whole minute; None where so many messages are not expected within a week.
    """
    missing, hour = EXPECTED, hour_of(at)
    from_s = at.timestamp()
    for ahead in range(_WEEK_H + 1):
        end_s = (hour + ahead + 1) * _HOUR_S
        bucket = _bucket(hour + ahead)
        rate = usual[bucket] if days and days[bucket] >= _DAYS else 0.0
        expected = rate * (end_s - from_s) / _HOUR_S
        if expected >= missing:
            until_s = from_s + missing / rate * _HOUR_S
            whole = datetime.fromtimestamp(ceil(until_s / _MINUTE_S) * _MINUTE_S, UTC)
            return max(whole, at + floor)
        missing -= expected
        from_s = end_s
    return None


def _bucket(hour: int) -> int:
    weekend = (hour // _HOURS + _THURSDAY) % 7 >= _SATURDAY
    return hour % _HOURS + _HOURS * weekend


def _learn(days: list[int], usual: list[float], bucket: int, count: int, down: float) -> None:
    if not days[bucket]:
        usual[bucket] = float(count)
    else:
        before = usual[bucket]
        seen = min(float(count), _CLIP * before + _FEW)
        usual[bucket] = round(before + (_UP if seen > before else down) * (seen - before), 2)
    days[bucket] = min(days[bucket] + 1, _DAYS)
