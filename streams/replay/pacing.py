"""How long to wait between two messages of an archive.

Pure: it must not sleep or look at a clock.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from streams.errors import ConfigError

__all__ = ["Pace", "check_rate", "check_speed", "pace", "parse_speed"]

_FASTEST = "max"


def parse_speed(text: str) -> float:
    """The speed in "1", "60" or "max".

    Raises:
        ConfigError: it is none.
    """
    if text.strip().lower() == _FASTEST:
        return 0.0
    try:
        return check_speed(float(text))
    except ValueError:
        raise ConfigError(f"speed {text!r}: a number, or max; 1 is the original pace") from None


def check_rate(rate: float | None) -> float | None:
    """The rate itself, messages a second.

    Raises:
        ConfigError: it is not above 0, or no number.
    """
    if rate is not None and not 0 < rate < float("inf"):
        raise ConfigError(f"rate {rate}: messages a second, above 0")
    return rate


def check_speed(speed: float) -> float:
    """The speed itself.

    Raises:
        ConfigError: it is negative or no number.
    """
    if not 0 <= speed < float("inf"):
        raise ConfigError(f"speed {speed}: 0 is as fast as possible, 1 the original pace")
    return speed


def pace(
    previous: datetime | None,
    current: datetime | None,
    *,
    speed: float,
    max_gap_s: float | None = None,
) -> float:
    """Seconds to wait before playing the next message.

    Args:
        previous: original time of the message just played; None when it had none.
        current: original time of the next one.
        speed: 1.0 is the original pace, 60.0 a minute a second; 0 means no waiting.
        max_gap_s: the longest wait, in seconds as they pass, however long nights were.

    Returns:
        Seconds, >= 0. Out-of-order and undated messages are played at once.
    """
    if not check_speed(speed) or previous is None or current is None or current <= previous:
        return 0.0
    wait = (current - previous).total_seconds() / speed
    return wait if max_gap_s is None else min(wait, max_gap_s)


@dataclass(slots=True)
class Pace:
    """How long to wait before each message of a run, one after the other.

    Attributes:
        speed: as ``pace`` has it.
        max_gap_s: as ``pace`` has it.
        rate: messages a second, at most; None for any.
    """

    speed: float = 0.0
    max_gap_s: float | None = None
    rate: float | None = None
    _previous: datetime | None = field(default=None, init=False)
    _began: bool = field(default=False, init=False)

    @property
    def is_slow(self) -> bool:
        """Whether anything is waited for."""
        return bool(self.speed or self.rate)

    def wait_s(self, at: datetime | None) -> float:
        """Seconds between the message before and the one that came at ``at``; 0 for the first."""
        wait = pace(self._previous, at, speed=self.speed, max_gap_s=self.max_gap_s)
        if self.rate is not None and self._began:
            wait = max(wait, 1 / self.rate)
        self._previous = at or self._previous
        self._began = True
        return wait
