"""How many dead letters there are: by code, provider, stage and day.

It must not keep their bytes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterable
from dataclasses import dataclass, field

from streams.dead.letters import Letter
from streams.dead.marks import State

__all__ = ["Tally", "tally"]

# Providers and days come from the wire; more than so many of one kind are counted together.
_MOST_NAMES = 1000
_OTHERS = "(others)"


@dataclass(slots=True)
class Tally:
    """Letters under one name.

    Attributes:
        by: what is counted by: code, provider, stage or day (of the original time, UTC).
        name: "-" where a letter names none.
        size: of the messages, in bytes.
        states: letters by where they stand.
    """

    by: str
    name: str
    size: int = 0
    states: Counter[State] = field(default_factory=Counter)

    def as_json(self) -> dict[str, object]:
        """One line of the report."""
        counts = {str(state): self.states[state] for state in _SHOWN}
        return {
            "by": self.by,
            self.by: self.name,
            "letters": self.states.total(),
            **counts,
            "bytes": self.size,
        }


_SHOWN = (State.OPEN, State.RETRIED, State.DROPPED)


async def tally(letters: AsyncIterable[Letter]) -> list[Tally]:
    """The counts: codes, providers and stages by how many, days in order."""
    found: dict[tuple[str, str], Tally] = {}
    named: Counter[str] = Counter()
    async for letter in letters:
        said = letter.letter
        names = {
            "code": said.code,
            "provider": said.provider or "-",
            "stage": said.stage,
            "day": letter.at.date().isoformat(),
        }
        for by, name in names.items():
            key = (by, name)
            if key not in found:
                key = key if named[by] < _MOST_NAMES else (by, _OTHERS)
                named[by] += key not in found
            one = found.setdefault(key, Tally(*key))
            one.size += said.size
            one.states[letter.marks.state] += 1
    order = ("code", "provider", "stage", "day")
    return sorted(
        found.values(),
        key=lambda one: (
            order.index(one.by),
            0 if one.by == "day" else -one.states.total(),
            one.name,
        ),
    )
