"""A set of learned lines, and which passages of a message they take out.

A set is made once and never changes: what it removes is the same for the whole of a run. It must
not learn.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from streams.clean.boilerplate.keys import line_key
from streams.folding import fold

NAME = "boilerplate"


class Where(StrEnum):
    """Where in a message a line stands, seen from the paragraphs of its story."""

    ABOVE = "above"
    BELOW = "below"
    AROUND = "around"  # above or below
    ANYWHERE = "anywhere"


@dataclass(frozen=True, slots=True)
class BoilerplateLine:
    """One learned line.

    Attributes:
        text: as one message wrote it; what is compared is folded, with every number as 0.
        stories: distinct stories it stood in, of ``of`` stories of its source.
        first: the day it was first seen; ``last`` the day it was last seen.
    """

    text: str
    where: Where
    stories: int
    of: int
    first: date
    last: date

    @property
    def key(self) -> str:
        """What is compared."""
        return line_key(fold(self.text))


@dataclass(frozen=True, slots=True)
class RevokedLine:
    """A line somebody took back: it is never removed, nor learned again."""

    text: str

    @property
    def key(self) -> str:
        """What is compared."""
        return line_key(fold(self.text))


@dataclass(frozen=True, slots=True)
class SourceRules:
    """The lines of one source."""

    lines: tuple[BoilerplateLine, ...] = ()
    revoked: tuple[RevokedLine, ...] = ()


@dataclass(frozen=True, slots=True)
class BoilerplateRules:
    """Learned lines by source; picklable, for it travels to the process pool.

    Attributes:
        version: day of the newest message learned from, a dot, and a hash of the content.
    """

    version: str
    sources: Mapping[str, SourceRules]
    _lookup: dict[str, dict[str, Where]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        lookup: dict[str, dict[str, Where]] = {}
        for source, rules in self.sources.items():
            lines = {line.key: line.where for line in rules.lines}
            for revoked in rules.revoked:
                lines.pop(revoked.key, None)
            lines.pop("", None)
            if lines:
                lookup[source] = lines
        object.__setattr__(self, "_lookup", lookup)

    @property
    def name(self) -> str:
        """As the audit gives it: "boilerplate@2016-02-20.1a2b3c4d"."""
        return f"{NAME}@{self.version}"

    def lines_of(self, source: str) -> Mapping[str, Where]:
        """Key to place, of the lines that are removed from messages of a source."""
        return self._lookup.get(source, _NOTHING)


_NOTHING: Mapping[str, Where] = MappingProxyType({})


def removable(
    keys: Sequence[str | None],
    is_prose: Sequence[bool],
    lines: Mapping[str, Where],
    is_own: Callable[[int], bool] = lambda _number: True,
) -> list[int]:
    """Numbers of the passages that learned lines take out.

    A line goes only where it was learned to stand, above or below the story's own paragraphs (or,
    where there are none, its own lines); and never the last that is left.

    Args:
        keys: of each passage that would be published; None for one that must stay.
        is_prose: whether it is made of sentences.
        lines: of the source.
        is_own: whether a passage that stays tells where the text is: a byline does not.
    """
    known = [lines.get(key) if key else None for key in keys]
    own = [number for number, where in enumerate(known) if where is None]
    text = [number for number in own if is_prose[number]] or [n for n in own if is_own(n)]
    if not text:
        return []
    return [
        number
        for number, where in enumerate(known)
        if where is not None and _stands(number, where, text[0], text[-1])
    ]


def _stands(number: int, where: Where, first: int, last: int) -> bool:
    above, below = number < first, number > last
    match where:
        case Where.ABOVE:
            return above
        case Where.BELOW:
            return below
        case Where.AROUND:
            return above or below
        case Where.ANYWHERE:
            return True
