"""When bad messages are so many that not they are at fault: a new format, a wrong setting, a bug.

A worker that went on would drain the feed into the dead letters. The model is Sentry's Arroyo
(``max_invalid_ratio`` and ``max_consecutive_count``, for each partition). It must not stop
anything.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from streams.errors import ConfigError

Place = tuple[str, int]
"""A topic and a partition of it."""


@dataclass(frozen=True, slots=True)
class FloodLimits:
    """How many bad messages of one partition are a flood.

    Attributes:
        share: of the last ``window_records``; judged once there have been so many.
        window_records: messages looked back on.
        run: bad ones in a row, judged from the first message on.
    """

    share: float = 0.05
    window_records: int = 1000
    run: int = 100

    def __post_init__(self) -> None:
        if not 0 < self.share <= 1 or self.window_records < 1 or self.run < 1:
            raise ConfigError("a flood is a share above 0 up to 1, of at least one record")


@dataclass(frozen=True, slots=True)
class Flood:
    """A flood as it was noticed.

    Attributes:
        first: offset of the first bad message that counts.
        last: offset of the one that was one too many: neither written nor acknowledged.
        bad: how many, the last included.
        seen: messages they are of.
    """

    topic: str
    partition: int
    first: int
    last: int
    bad: int
    seen: int


class FloodError(Exception):
    """The worker stops: bad messages have flooded a partition."""

    def __init__(self, flood: Flood) -> None:
        super().__init__(
            f"{flood.bad} of {flood.seen} messages of {flood.topic}[{flood.partition}] from offset "
            f"{flood.first} on could not be read"
        )
        self.flood = flood


class _Window:
    """One partition's last messages: bad or not, and the offsets of the bad ones."""

    def __init__(self, limits: FloodLimits) -> None:
        self._limits = limits
        self._seen: deque[bool] = deque()
        self._bad: deque[int] = deque()
        self._run: list[int] = [0, 0]  # length, first offset

    def add(self, offset: int, *, is_bad: bool) -> tuple[int, int, int] | None:
        """First bad offset, bad ones and messages where they have become a flood."""
        limits = self._limits
        if len(self._seen) == limits.window_records and self._seen.popleft():
            self._bad.popleft()
        self._seen.append(is_bad)
        if not is_bad:
            self._run = [0, 0]
            return None
        self._bad.append(offset)
        length, first = self._run
        self._run = [length + 1, first if length else offset]
        if length + 1 >= limits.run:
            return self._run[1], length + 1, length + 1
        full = len(self._seen) == limits.window_records
        if full and len(self._bad) > limits.share * limits.window_records:
            return self._bad[0], len(self._bad), len(self._seen)
        return None


class FloodWatch:
    """Counts the messages of each partition in order; begins anew with each process."""

    def __init__(self, limits: FloodLimits | None) -> None:
        """Describe it; without limits nothing is a flood."""
        self._limits = limits
        self._windows: dict[Place, _Window] = {}

    def add(self, place: Place, offset: int, *, is_bad: bool) -> Flood | None:
        """Count a message; answers the flood that it completes."""
        if self._limits is None:
            return None
        window = self._windows.setdefault(place, _Window(self._limits))
        found = window.add(offset, is_bad=is_bad)
        if found is None:
            return None
        first, bad, seen = found
        return Flood(*place, first=first, last=offset, bad=bad, seen=seen)
