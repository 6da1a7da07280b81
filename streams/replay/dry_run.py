"""What an archive holds, and how long playing it would take, without playing it.

It must not write anything.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from schemas.decoded import Failed
from schemas.raw import RawMessage
from streams.replay.pacing import Pace
from streams.replay.selection import Chosen

__all__ = ["Tally", "tally"]

_NAMED = 20


@dataclass(slots=True)
class Tally:
    """What an archive holds, by provider and day.

    Attributes:
        paced_s: how long the messages would be waited for, at the pace asked for.
        undecodable: parts that cannot be decoded or cleaned, by code.
        where: the first positions of these, with their codes.
    """

    messages: int = 0
    left_out: int = 0
    size: int = 0
    first: datetime | None = None
    last: datetime | None = None
    paced_s: float = 0.0
    by_provider_and_day: Counter[tuple[str, str]] = field(default_factory=Counter)
    undecodable: Counter[str] = field(default_factory=Counter)
    where: list[tuple[str, str]] = field(default_factory=list)

    def add(self, message: RawMessage) -> None:
        """Count a message that would be played."""
        at = message.received_at
        self.messages += 1
        self.size += len(message.body)
        if at is not None:
            self.first = min(self.first or at, at)
            self.last = max(self.last or at, at)
        day = f"{at:%Y-%m-%d}" if at else "undated"
        self.by_provider_and_day[message.provider or "-", day] += 1

    def add_failed(self, failed: Failed) -> None:
        """Count a part that would become a dead letter."""
        self.undecodable[failed.code] += 1
        if len(self.where) < _NAMED:
            self.where.append((failed.source.position, failed.code))


def tally(messages: Iterable[RawMessage], wanted: Chosen, pace: Pace | None = None) -> Tally:
    """Count, without playing anything: every message is decoded and cleaned."""
    found = Tally()
    pace = pace or Pace()
    for message in messages:
        if not wanted.takes(message):
            found.left_out += 1
            continue
        found.add(message)
        found.paced_s += pace.wait_s(message.received_at)
        for part in wanted.intake.process(message):
            if isinstance(part, Failed):
                found.add_failed(part)
    return found
