"""Texts that agencies send in takes, kept only while more of them may come.

A take is known by its provider, slugline, headline and number. Nothing is kept of other copy; and
all of it is bounded, in hours, takes and characters. It must not decide what is published.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from schemas.item import TEXT_CONTINUES, Item, LifecycleKind
from schemas.journal import TakeRecord
from streams.decode.lifecycle import Marker, find_markers
from streams.folding import fold

WINDOW_S = 6 * 3600
"""How long more takes of a text are waited for, since the last one came.

Takes are cut by a page limit and follow within minutes (Reuters: 10,000 characters, then a take of
the same slugline with "=2" in its headline,
https://harisatiman.blogspot.com/2019/07/these-are-examples-of-form-of-story.html); six hours leave
room for a line that was down, and are over before the next day's copy of the same slugline.
"""
MOST_TAKES = 30
"""Of one text; what says it is take 31 or take 900 stands alone."""
LONGEST_TAKE = 100_000
"""Characters of one take; a longer one stands alone. Agencies cut at a tenth of that."""
MOST_SERIES = 256
"""Texts that are open at once."""
MOST_CHARACTERS = 8_000_000
"""In all open takes; beyond it the text that has waited longest is let go."""

# "1st Add" is the second take, and so is "(suite)"; "take 2" and "=2" count takes.
_COUNTS_TAKES = re.compile(r"(?i)\btakes?\b|=")
# What is left of a slugline's version once it is folded: "canal lock 2nd ld writethru".
_VERSION = re.compile(
    r"(?: (?:\d{1,2}(?:st|nd|rd|th|er|re|e|eme)?|ld|lead|add|take|net|writethru|writethrough|"
    r"update|urgent|newsalert|suite|fortsetzung))+$"
)
_OPENING = re.compile(r"^(?:bc|am|pm|ap) (?=.)")


@dataclass(frozen=True, slots=True)
class TakeName:
    """What the takes of one text have in common; "" where a message does not say it.

    Attributes:
        label: the version the takes are of, as its marker says: "update 2", "lead 1".
    """

    provider: str
    slugline: str
    headline: str
    label: str

    def fits(self, other: TakeName) -> bool:
        """Whether both may name one text: nothing differs that both say, and one thing agrees."""
        if self.provider != other.provider:
            return False
        pairs = ((self.slugline, other.slugline), (self.headline, other.headline))
        if any(one and two and one != two for one, two in (*pairs, (self.label, other.label))):
            return False
        return any(one and one == two for one, two in pairs)


def is_take(item: Item) -> bool:
    """Whether a message says that it is a take, or that one follows."""
    return LifecycleKind.ADD in item.lifecycle.kinds or TEXT_CONTINUES in item.audit.warnings


def take_number(item: Item) -> int | None:
    """Which take an item is, from 1; None when it is none, or no number that makes sense.

    A text that ends "(more)" and says no number is the first; one that only says that it goes on
    with another ("SUITE") is the second.
    """
    if LifecycleKind.ADD not in item.lifecycle.kinds:
        return 1 if TEXT_CONTINUES in item.audit.warnings else None
    marker = next(
        (
            one
            for one in _markers(item)
            if one.kind is LifecycleKind.ADD and one.ordinal is not None
        ),
        None,
    )
    words = marker.words if marker else item.lifecycle.note or ""
    ordinal = marker.ordinal if marker else item.lifecycle.ordinal
    if ordinal is None:
        return 2
    number = ordinal if _COUNTS_TAKES.search(words) else ordinal + 1
    return number if 1 <= number <= MOST_TAKES else None


def take_name(item: Item) -> TakeName:
    """By what the other takes of an item's text are known."""
    read = find_markers(item.headline)
    headline = (read.headline or "").rstrip()
    for marker in read.found:
        # "=2" and "(suite)" stand behind it.
        headline = headline.removesuffix(marker.words)
    label = next(
        (
            f"{one.kind} {one.ordinal}"
            for one in _markers(item)
            if one.ordinal is not None and one.kind is not LifecycleKind.ADD
        ),
        "",
    )
    slugline = fold((item.slugline or "").partition(",")[0])
    return TakeName(
        provider=item.provider or "",
        slugline=_VERSION.sub("", _OPENING.sub("", slugline)),
        headline=fold(headline),
        label=label,
    )


def _markers(item: Item) -> Sequence[Marker]:
    return find_markers(item.headline, item.slugline).found


@dataclass(frozen=True, slots=True)
class Series:
    """The takes of one text so far, by key.

    Attributes:
        joins: how often they have been joined.
        last_s: when the last of them came, seconds since 1970.
    """

    number: int
    name: TakeName
    joins: int = 0
    last_s: float = 0.0
    takes: Mapping[str, TakeRecord] = field(default_factory=dict)

    @property
    def run(self) -> tuple[TakeRecord, ...]:
        """The takes from the first on, up to the first that is missing or that two claim to be.

        Of a take and its correction under another key the correction counts.
        """
        replaced = {take.replaces for take in self.takes.values() if take.replaces}
        claims: dict[int, list[TakeRecord]] = {}
        for key, take in self.takes.items():
            if key not in replaced:
                claims.setdefault(take.number, []).append(take)
        run: list[TakeRecord] = []
        while len(claims.get(len(run) + 1, ())) == 1:
            run += claims[len(run) + 1]
        return tuple(run)

    def with_take(self, take: TakeRecord, now_s: float) -> Series:
        """The series after a take came, changed or left."""
        takes = dict(self.takes)
        if take.item is None:
            takes.pop(take.item_key, None)
        else:
            takes[take.item_key] = take
        return replace(
            self, name=_fuller(self.name, take), joins=take.joins, last_s=now_s, takes=takes
        )


def _fuller(name: TakeName, take: TakeRecord) -> TakeName:
    return TakeName(
        name.provider,
        name.slugline or take.slugline,
        name.headline or take.headline,
        name.label or take.label,
    )


class OpenTakes:
    """The texts of which more takes may come."""

    def __init__(self) -> None:
        # In the order in which they were last added to.
        self._series: dict[int, Series] = {}
        self._of_key: dict[str, int] = {}
        self._characters = 0

    def __len__(self) -> int:
        return len(self._series)

    @property
    def characters(self) -> int:
        """In all takes kept."""
        return self._characters

    def of(self, item_key: str) -> Series | None:
        """The series that a key's item is a take of."""
        number = self._of_key.get(item_key)
        return None if number is None else self._series[number]

    def is_later_take(self, item_key: str) -> bool:
        """Whether a key's item goes on with a text that is open: it is not the first take."""
        series = self.of(item_key)
        return series is not None and series.takes[item_key].number > 1

    def find(self, name: TakeName, now_s: float) -> Series | None:
        """The one open series of this name; None when there is none, or when it may be several."""
        found = [
            series
            for series in self._series.values()
            if series.last_s >= now_s - WINDOW_S and series.name.fits(name)
        ]
        return found[0] if len(found) == 1 else None

    def apply(self, take: TakeRecord, now_s: float) -> None:
        """Makes the change a decision said it makes; lets go of what has waited too long."""
        provider = take.item.provider or "" if take.item else ""
        known = self._series.pop(take.series, None)
        if known is None and take.item is None:
            return
        series = known or Series(take.series, TakeName(provider, "", "", ""))
        for old in series.takes.values():
            self._characters -= characters_of(old)
        series = series.with_take(take, now_s)
        self._series[take.series] = series
        self._characters += sum(map(characters_of, series.takes.values()))
        self._of_key[take.item_key] = take.series
        if take.item is None:
            del self._of_key[take.item_key]
        self._let_go(now_s)

    def _let_go(self, now_s: float) -> None:
        while self._series:
            number, oldest = next(iter(self._series.items()))
            kept = (
                oldest.takes
                and oldest.last_s >= now_s - WINDOW_S
                and len(self._series) <= MOST_SERIES
                and self._characters <= MOST_CHARACTERS
            )
            if kept:
                return
            del self._series[number]
            for key, take in oldest.takes.items():
                self._characters -= characters_of(take)
                del self._of_key[key]


def characters_of(take: TakeRecord) -> int:
    """How much a take takes."""
    return sum(len(paragraph.text) for paragraph in take.item.paragraphs) if take.item else 0
