"""The sum that ends every report: what came in equals what became of it.

It must not decide what an event is; ``schemas.event.OUTCOMES`` does.
"""

from __future__ import annotations

from collections import Counter

from schemas.event import OUTCOMES, EventKind, Outcome, WireEvent

_BEFORE_THE_DESK = (EventKind.DECODED, EventKind.CLEANED)


class Counts:
    """Tallies parts received and the primary event of each.

    The two sides are counted apart: ``receive`` where parts enter, ``add`` where events leave;
    a part that vanished, or one invented, shows as a sum that does not add up.

    Attributes:
        received: parts that came in.
        skipped: parts among them met again after a restart, already decided, with no new event.
        by_kind: primary events by kind.
        caused: events caused by another, by kind; not part of the sum.
    """

    def __init__(self) -> None:
        self.received = 0
        self.skipped = 0
        self.by_kind: Counter[EventKind] = Counter()
        self.caused: Counter[EventKind] = Counter()

    def receive(self, parts: int = 1) -> None:
        """Count parts that came in."""
        self.received += parts

    def skip(self, parts: int = 1) -> None:
        """Count parts that had been decided before and were passed over."""
        self.skipped += parts

    def add(self, event: WireEvent) -> None:
        """Count an event: a primary one in the sum, a caused one beside it."""
        (self.by_kind if event.cause is None else self.caused)[event.kind] += 1

    def merge(self, other: Counts) -> None:
        """Count what another has counted as well."""
        self.received += other.received
        self.skipped += other.skipped
        self.by_kind.update(other.by_kind)
        self.caused.update(other.caused)

    def outcome(self, outcome: Outcome) -> int:
        """How many primary events stand for this fate."""
        return sum(n for kind, n in self.by_kind.items() if OUTCOMES.get(kind) is outcome)

    def adds_up(self) -> bool:
        """Whether every part that came in has exactly one primary event of a known fate."""
        known = sum(
            n for kind, n in self.by_kind.items() if kind in OUTCOMES or kind in _BEFORE_THE_DESK
        )
        return self.received - self.skipped == known == self.by_kind.total()

    def line(self) -> str:
        """The sum in words: "60 in = 41 published (36 new, 5 update) + 9 linked (...) + ..."."""
        terms = [
            f"{self.by_kind[kind]:,} {kind}" for kind in _BEFORE_THE_DESK if self.by_kind[kind]
        ]
        before_the_desk = bool(terms)
        for outcome in Outcome:
            total = self.outcome(outcome)
            if before_the_desk and not total:
                continue
            kinds = [
                f"{self.by_kind[kind]:,} {kind}"
                for kind, fate in OUTCOMES.items()
                if fate is outcome and self.by_kind[kind]
            ]
            terms.append(f"{total:,} {outcome}" + (f" ({', '.join(kinds)})" if kinds else ""))
        line = f"{self.received:,} in = {' + '.join(terms)}"
        if self.skipped:
            line += f" + {self.skipped:,} already decided"
        if not self.adds_up():
            line += f"; DOES NOT ADD UP: {self.by_kind.total():,} primary events"
        return line
