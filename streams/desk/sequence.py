"""Message numbers: which are missing of a service's count, and since when that is certain.

Agencies number the messages of each service from 1, begin again every midnight (IPTC 7901, ZCZC)
or after the highest number (ANPA 1312, 9999), and send some late, twice or again. The rules are
those by which RFC 3550 (appendix A.1) follows the numbers of RTP: a step forward of no more than a
part of the range opens a hole; any other number counts only when a second one stands close to it.
It must not keep anything: what a number changes is answered.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from schemas.item import SEQUENCE, AltId
from schemas.journal import Counter, Hole

# A number is missing for certain when so many later ones have come, or so much time has passed
# since the first of them. Feeds deliver out of order within a poll or a batch of files: dozens of
# messages, minutes. Nothing measured is known; what comes later still closes its gap.
LATE_NUMBERS = 20
PATIENCE = timedelta(minutes=10)
# So long a late number closes the gap that was announced for it.
_MEMORY = timedelta(hours=24)
# A step forward of more than this part of the range is no loss but another count (RFC 3550 takes
# 3,000 of 65,536; a service of 999 numbers must not open 50 holes at each of its midnights).
_REACH = 10
# Holes of one counter, told or not: beyond, the oldest is announced at once, or forgotten.
_MOST_HOLES = 32
_SHAPE = re.compile(r"(?P<service>[^\s/][^/]{0,39})/(?P<number>[0-9]{1,6})")


@dataclass(frozen=True, slots=True)
class Number:
    """The place of a message in the count of its service: 62, written "0062"."""

    service: str
    value: int
    digits: int


@dataclass(frozen=True, slots=True)
class Gap:
    """What is to be announced of one service.

    Attributes:
        missing: ranges of numbers that are missing for certain.
        filled: a number that was announced as missing, and has come.
        jump: the last number, and the one the count went on from.
    """

    service: str
    digits: int
    missing: tuple[tuple[int, int], ...] = ()
    filled: int | None = None
    jump: tuple[int, int] | None = None

    def reasons(self) -> tuple[str, ...]:
        """As the event says it: "service=eca", "missing=0124-0126", "numbers=3"."""
        said = [f"service={self.service}"]
        said += [f"missing={self._range(first, last)}" for first, last in self.missing]
        if self.missing:
            said.append(f"numbers={sum(last - first + 1 for first, last in self.missing)}")
        if self.filled is not None:
            said.append(f"filled={self._padded(self.filled)}")
        if self.jump is not None:
            said.append(f"jump={self._padded(self.jump[0])}-{self._padded(self.jump[1])}")
        return tuple(said)

    def _range(self, first: int, last: int) -> str:
        return (
            self._padded(first) if first == last else f"{self._padded(first)}-{self._padded(last)}"
        )

    def _padded(self, number: int) -> str:
        return str(number).zfill(self.digits)


def sequence_of(alt_ids: Iterable[AltId]) -> str | None:
    """The "service/number" among an item's alternative ids."""
    return next((alt_id.value for alt_id in alt_ids if alt_id.scheme == SEQUENCE), None)


def read_number(text: str | None) -> Number | None:
    """The number in "service/number"; None for anything else, and for zero, which is none."""
    match = _SHAPE.fullmatch(text) if text else None
    if match is None or not int(match["number"]):
        return None
    return Number(match["service"], int(match["number"]), len(match["number"]))


def follow(
    counter: Counter | None,
    number: Number,
    made: datetime | None,
    now: datetime,
    *,
    is_copy: bool = False,
) -> tuple[Counter, tuple[Gap, ...]]:
    """Where a service's count stands after one more number, and what that makes certain.

    Args:
        counter: where it stood; None where nothing is known of the service.
        number: of a message of this service.
        made: when the agency sent it; a time after ``now`` is not believed.
        now: the desk's time.
        is_copy: the desk has this text already: sent again, or on another service before. It
            takes a count further, and fills holes, but is no sign that one has begun again.
    """
    if made is not None and made > now:
        made = None
    if counter is None:
        return Counter(
            service=number.service,
            last=number.value,
            digits=number.digits,
            made=made or now,
            seen=1,
        ), ()
    run = _Run(counter, number, made, now, is_copy=is_copy)
    return run.counter, run.gaps


def expire(counter: Counter, now: datetime) -> tuple[Counter, tuple[Gap, ...]]:
    """The same with the holes announced that are certain by ``now``."""
    certain = tuple(hole for hole in counter.holes if _is_certain(hole, counter.seen, now))
    if not certain:
        return counter, ()
    holes = tuple(
        hole.model_copy(update={"told": True}) if hole in certain else hole
        for hole in counter.holes
    )
    missing = tuple((hole.first, hole.last) for hole in certain)
    gap = Gap(counter.service, counter.digits, missing=missing)
    return counter.model_copy(update={"holes": holes}), (gap,)


def due(counter: Counter) -> datetime | None:
    """When time alone makes the first of a counter's holes certain."""
    return min((hole.since + PATIENCE for hole in counter.holes if not hole.told), default=None)


def _is_certain(hole: Hole, seen: int, now: datetime) -> bool:
    late = seen - hole.seen >= LATE_NUMBERS or now >= hole.since + PATIENCE
    return late and not hole.told


class _Run:
    """One number taken into a count."""

    def __init__(
        self,
        counter: Counter,
        number: Number,
        made: datetime | None,
        now: datetime,
        *,
        is_copy: bool,
    ) -> None:
        self.counter = counter
        self.gaps: tuple[Gap, ...] = ()
        self._number = number
        self._made = made or now
        self._now = now
        self._is_undated = made is None
        self._is_copy = is_copy
        self._may_be_late = made is None or made <= counter.made
        self._digits = max(counter.digits, number.digits)
        self._size = int("9" * self._digits)
        self._take()

    def _take(self) -> None:
        counter, value = self.counter, self._number.value
        hole = self._hole()
        step = (value - counter.last) % self._size
        if hole is not None and self._may_be_late:
            self._fill(hole)
        elif 0 < step <= self._reach and self._made >= counter.made - PATIENCE:
            self._go_on(self._between(counter.last, value), counter.holes)
        elif hole is not None and not hole.told:
            # Made after the run's last number, and numbered before it.
            self._fill(hole)
        elif self._is_of_another_run(step):
            self._rival(value)
        counter, certain = expire(self.counter, self._now)
        self.counter = self._within_bounds(counter)
        self.gaps += certain

    def _is_of_another_run(self, step: int) -> bool:
        """Whether it may be: what is sent again is old, or a copy; undated, it may just be late."""
        if self._is_copy or self._made <= self.counter.made:
            return False
        return not self._is_undated or -step % self._size > LATE_NUMBERS

    @property
    def _reach(self) -> int:
        return max(self._size // _REACH, 1)

    def _hole(self) -> Hole | None:
        """The hole the number lies in."""
        value = self._number.value
        return next((hole for hole in self.counter.holes if hole.first <= value <= hole.last), None)

    def _fill(self, hole: Hole) -> None:
        value, holes = self._number.value, []
        for each in self.counter.holes:
            if each is not hole:
                holes.append(each)
                continue
            for first, last in ((hole.first, value - 1), (value + 1, hole.last)):
                if first <= last:
                    holes.append(hole.model_copy(update={"first": first, "last": last}))
        self.counter = self.counter.model_copy(update={"holes": tuple(holes)})
        if hole.told:
            self.gaps += (Gap(self.counter.service, self._digits, filled=value),)

    def _rival(self, value: int) -> None:
        """A number off the run: the second of two that are close begins a new one."""
        counter, rival = self.counter, self.counter.rival
        if rival is None or rival == value or abs(value - rival) > LATE_NUMBERS:
            self.counter = counter.model_copy(update={"rival": value})
            return
        first, last = sorted((rival, value))
        missing = self._between(first, last)
        if first <= LATE_NUMBERS:
            # Begun again at 1, and the first ones did not come yet.
            missing += self._between(0, first)
        elif first > counter.last:
            jump = (counter.last, first)
            self.gaps += (Gap(counter.service, self._digits, jump=jump),)
        # Gaps that were announced belong to the old run; its open holes may still be filled.
        self._go_on(missing, tuple(hole for hole in counter.holes if not hole.told), last)

    def _between(self, below: int, above: int) -> tuple[tuple[int, int], ...]:
        """The numbers after one and before another, round the highest number if need be."""
        if above > below:
            ranges = [(below + 1, above - 1)]
        else:
            ranges = [(below + 1, self._size), (1, above - 1)]
        return tuple((first, last) for first, last in ranges if first <= last)

    def _go_on(
        self,
        missing: tuple[tuple[int, int], ...],
        holes: tuple[Hole, ...],
        last: int | None = None,
    ) -> None:
        counter = self.counter
        seen = counter.seen + 1
        found = tuple(
            Hole(first=first, last=end, since=self._now, seen=seen) for first, end in missing
        )
        kept = tuple(hole for hole in holes if not hole.told or self._now - hole.since <= _MEMORY)
        self.counter = counter.model_copy(
            update={
                "last": self._number.value if last is None else last,
                "digits": self._digits,
                "made": max(self._made, counter.made) if last is None else self._made,
                "seen": seen,
                "holes": kept + found,
                "rival": None,
            }
        )

    def _within_bounds(self, counter: Counter) -> Counter:
        """The counter with no more holes than it may have."""
        excess = len(counter.holes) - _MOST_HOLES
        if excess <= 0:
            return counter
        lost = counter.holes[:excess]
        missing = tuple((hole.first, hole.last) for hole in lost if not hole.told)
        if missing:
            self.gaps += (Gap(counter.service, counter.digits, missing=missing),)
        return counter.model_copy(update={"holes": counter.holes[excess:]})
