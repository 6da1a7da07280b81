"""What a check found: one line, how bad it is, and what mends it.

It must not check anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Finding", "Level"]


class Level(StrEnum):
    """How bad it is.

    ``WRONG``: the worker does not start, or loses, reorders or refuses something. ``OTHER``: it
    works, and is not as the catalogue or the settings have it. ``UNKNOWN``: it could not be told.
    """

    RIGHT = "right"
    OTHER = "other"
    UNKNOWN = "unknown"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of a report.

    Attributes:
        check: of what kind: broker, topic, right, group, setting, disk, ...
        subject: what was looked at: a topic's name, host:port, a setting.
        words: what was found.
        mend: the command or the setting that mends it; "" where nothing has to be.
    """

    check: str
    subject: str
    level: Level
    words: str
    mend: str = ""
