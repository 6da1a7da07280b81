"""Which recurring lines of a source are boilerplate: the counts, and the guards they must pass.

Counting is by story, never by message, and takes the messages of a source story by story; what it
answers does not depend on the order of the stories. It must not read a message.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

from streams.clean.boilerplate.observing import Mark
from streams.clean.boilerplate.rules import Where

LEAST_STORIES = 5
LEAST_SHARE = 0.02
LEAST_DAYS = 2
"""Distinct stories, their share of the source's, and calendar days: the cleaning note, 2e.B."""

MOST_SHARE = 0.30
"""Within the story's text, or where a story's own headline says the same, a line must be in this
share of the stories. The note's figure."""

MOST_SHARE_OF_ANY = 0.60
"""Two kinds of line that mean something must be in this share: one so short that it could be a
crosshead, among the story's own lines ("Listen to this story", under the headline); and one that
says another figure each time: "Updated 12:30" is in all, "Rating: 4 of 5" in the reviews."""

# Of the stories a line is in, how many must have it in one place. A page that is cut, or has no
# paragraph, puts it elsewhere.
_IN_PLACE = 0.9
_AT_THE_EDGE = 0.5
# A line that stands directly above a row in one story of five heads a table.
_ABOVE_TABLES = 0.2


class Zone(IntEnum):
    """Where a line stands in one message.

    The edges are beyond every line that is the story's own; the margins beyond its paragraphs, but
    with lines of its own further out: the links under an article, or a list it ends with.
    """

    EDGE_ABOVE = 0
    MARGIN_ABOVE = 1
    WITHIN = 2
    MARGIN_BELOW = 3
    EDGE_BELOW = 4


class Refusal(StrEnum):
    """Why a line that recurs is not learned."""

    REMOVED_ALREADY = "removed-already"  # other rules take it out of every message
    TABLE = "table"  # heads a table, or a part of one
    FIGURES = "figures"  # says another figure in each story
    HEADLINE = "headline"  # is the headline of a story
    WITHIN = "within-the-text"
    MARGIN = "beside-the-story's-own-lines"


@dataclass(frozen=True, slots=True)
class SeenMessage:
    """One message: its story and day, and hash and marks of each line; 0 cannot be learned."""

    story: int
    day: int
    hashes: Sequence[int]
    marks: Sequence[int]


@dataclass(slots=True)
class Tally:
    """What was counted of one line, over the stories of its source."""

    stories: int = 0
    first: int = 0
    last: int = 0
    zones: list[int] = field(default_factory=lambda: [0] * len(Zone))
    tables: int = 0
    headlines: int = 0
    published: int = 0
    crossheads: int = 0
    beside_learned: int = 0
    _days: set[int] = field(default_factory=set)
    _story: int = -1

    def count(self, story: int, day: int) -> None:
        """Count one sighting; sightings come story by story."""
        self.first = min(self.first or day, day)
        self.last = max(self.last, day)
        if len(self._days) < LEAST_DAYS:
            self._days.add(day)
        if story != self._story:
            self._story = story
            self.stories += 1

    def recurs(self, stories: int) -> bool:
        """Whether it is in enough stories, of all there are, and on enough days."""
        return (
            self.stories >= LEAST_STORIES
            and self.stories >= LEAST_SHARE * stories
            and len(self._days) >= LEAST_DAYS
        )

    def begin(self) -> None:
        """Begin another pass over the stories."""
        self._story = -1

    def is_new(self, story: int) -> bool:
        """Whether this is its first sighting in the story, in this pass."""
        if story == self._story:
            return False
        self._story = story
        return True


Read = Callable[[], Iterable[SeenMessage]]
"""The messages of one source, story by story; read several times."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What was learned of a source: by hash, the place of a line and what was counted."""

    learned: Mapping[int, tuple[Where, Tally]]
    refused: Mapping[int, tuple[Refusal, Tally]]


def judge(read: Read, stories: int, may_recur: Callable[[int], bool]) -> Judged:
    """The boilerplate of one source.

    Args:
        read: gives its messages.
        stories: how many there are.
        may_recur: False for a line that surely is in too few messages: it is not counted.
    """
    recurring = {
        line: tally for line, tally in _counted(read(), may_recur).items() if tally.recurs(stories)
    }
    if not recurring:
        return Judged({}, {})
    common = {line for line, tally in recurring.items() if tally.stories >= MOST_SHARE * stories}
    _place(read(), recurring, common)
    learned: dict[int, tuple[Where, Tally]] = {}
    refused: dict[int, tuple[Refusal, Tally]] = {}
    for line, tally in recurring.items():
        verdict = _verdict(tally, stories)
        if isinstance(verdict, Where):
            learned[line] = (verdict, tally)
        else:
            refused[line] = (verdict, tally)
    _join_neighbours(read, learned, refused)
    return Judged(learned, refused)


def _counted(messages: Iterable[SeenMessage], may_recur: Callable[[int], bool]) -> dict[int, Tally]:
    tallies: dict[int, Tally] = {}
    for message in messages:
        for line in set(message.hashes):
            tally = tallies.get(line)
            if tally is None:
                if not line or not may_recur(line):
                    continue
                tally = tallies[line] = Tally()
            tally.count(message.story, message.day)
    return tallies


def _place(
    messages: Iterable[SeenMessage], recurring: Mapping[int, Tally], common: Container[int]
) -> None:
    """Count where the lines stand and what beside: in the first message of each story."""
    for tally in recurring.values():
        tally.begin()
    for message in messages:
        zones = _zones(message, recurring)
        headline = _headline(message, common)
        for number, line in enumerate(message.hashes):
            known = recurring.get(line)
            if known is None or not known.is_new(message.story):
                continue
            mark = message.marks[number]
            known.zones[zones[number]] += 1
            known.headlines += bool(mark & Mark.HEADLINE) or number == headline
            known.published += bool(mark & Mark.PUBLISHED)
            known.crossheads += bool(mark & Mark.CROSSHEAD)
            known.tables += any(below & Mark.TABLE for below in message.marks[number + 1 :][:1])


def _headline(message: SeenMessage, common: Container[int]) -> int | None:
    """The first line that could be the headline: cleaning takes a page's own title for it."""
    for number, (line, mark) in enumerate(zip(message.hashes, message.marks, strict=True)):
        if line in common or mark & Mark.AROUND:
            continue
        if mark & Mark.PROSE:
            return None
        if mark & Mark.OPENS:
            return number
    return None


def _zones(message: SeenMessage, recurring: Mapping[int, Tally]) -> list[Zone]:
    """The zone of each line.

    What recurs is not the story's own; nor is a byline or a rights line, which may stand anywhere.
    """
    own = [
        number
        for number, (line, mark) in enumerate(zip(message.hashes, message.marks, strict=True))
        if line not in recurring and not mark & Mark.AROUND
    ]
    if not own:
        return [Zone.WITHIN] * len(message.hashes)
    text = [number for number in own if message.marks[number] & Mark.PROSE] or own
    return [
        Zone.EDGE_ABOVE
        if number < own[0]
        else Zone.EDGE_BELOW
        if number > own[-1]
        else Zone.MARGIN_ABOVE
        if number < text[0]
        else Zone.MARGIN_BELOW
        if number > text[-1]
        else Zone.WITHIN
        for number in range(len(message.hashes))
    ]


def _verdict(tally: Tally, stories: int) -> Where | Refusal:
    refusal = _refusal(tally, stories)
    if refusal is not None:
        return refusal
    where = _where(tally)
    if where is Where.ANYWHERE:
        return where if _is_common(tally, stories) else Refusal.WITHIN
    edge = tally.zones[Zone.EDGE_ABOVE] + tally.zones[Zone.EDGE_BELOW]
    if (
        edge >= _AT_THE_EDGE * tally.stories
        or tally.stories >= MOST_SHARE_OF_ANY * stories
        or _is_common(tally, stories)
    ):
        return where
    return Refusal.MARGIN


def _refusal(tally: Tally, stories: int) -> Refusal | None:
    """What is against learning a line wherever it stands."""
    if not tally.published:
        return Refusal.REMOVED_ALREADY
    if tally.tables > _ABOVE_TABLES * tally.stories:
        return Refusal.TABLE
    # Below the text a link may say what is a headline elsewhere: it is taken out there only.
    if (
        tally.headlines
        and tally.stories < MOST_SHARE * stories
        and _where(tally) is not Where.BELOW
    ):
        return Refusal.HEADLINE
    return None


def _is_common(tally: Tally, stories: int) -> bool:
    """Whether it is in so many stories that no author writes it, and is no crosshead."""
    return tally.stories >= MOST_SHARE * stories and not tally.crossheads


def _where(tally: Tally) -> Where:
    enough = _IN_PLACE * tally.stories
    above = tally.zones[Zone.EDGE_ABOVE] + tally.zones[Zone.MARGIN_ABOVE]
    below = tally.zones[Zone.EDGE_BELOW] + tally.zones[Zone.MARGIN_BELOW]
    if above >= enough:
        return Where.ABOVE
    if below >= enough:
        return Where.BELOW
    return Where.AROUND if above + below >= enough else Where.ANYWHERE


def _join_neighbours(
    read: Read,
    learned: dict[int, tuple[Where, Tally]],
    refused: dict[int, tuple[Refusal, Tally]],
) -> None:
    """Learn what stands in the margin directly beside learned lines, in most of its stories.

    "Most read" stands between the buttons under an article and links that are new every day.
    """
    margin = {line: tally for line, (why, tally) in refused.items() if why is Refusal.MARGIN}
    while margin:
        for tally in margin.values():
            tally.begin()
            tally.beside_learned = 0
        for message in read():
            hashes = message.hashes
            for number, line in enumerate(hashes):
                known = margin.get(line)
                if known is None or not known.is_new(message.story):
                    continue
                beside = (*hashes[max(number - 1, 0) : number], *hashes[number + 1 :][:1])
                known.beside_learned += any(other in learned for other in beside)
        joined = [
            line
            for line, tally in margin.items()
            if tally.beside_learned >= _IN_PLACE * tally.stories
        ]
        if not joined:
            return
        for line in joined:
            tally = margin.pop(line)
            learned[line] = (_where(tally), tally)
            del refused[line]
