"""How long to wait between two messages of an archive.

Pure: it must not sleep or look at a clock.
"""

from __future__ import annotations

from datetime import datetime

from streams.errors import ConfigError

__all__ = ["check_speed", "pace"]


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
