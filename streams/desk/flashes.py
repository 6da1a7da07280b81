"""Finding the flash that a fuller story follows: by the share of its words in the story's opening.

A flash of ten words has no phrases to compare; its rare words do the work. It must not touch
longer texts.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from streams.desk.rarity import Rarity
from streams.desk.words import U32, Index, is_among

FLASH_WORDS = 45
"""A text this short may be a flash, whether it says so or not."""

_FEWEST_WORDS = 5
# Share of the words of the shorter of two flashes in the other, for the one to repeat the other.
# "CORRECTED -" and two wrong figures are four words of fifteen.
_REPEATS = 0.7
_MOST_WATCHED = 512
# A word seen in 2^n short texts weighs 8 - n: an integer, so that every machine agrees.
_HEAVIEST = 8


@dataclass(frozen=True, slots=True)
class _Flash:
    slot: int
    at_s: float
    length: int
    words: U32
    subject: U32


@dataclass(frozen=True, slots=True)
class Followed:
    """A flash that a story may follow.

    Attributes:
        share: of its words, weighted by rarity, in the story's opening.
        subject: the rarer of its first words is there too: the story is about the same.
    """

    slot: int
    share: float
    subject: bool


@dataclass(frozen=True, slots=True)
class Repeated:
    """A flash that another flash repeats.

    Attributes:
        share: of the distinct words of the one that has fewer, in the other.
        added: distinct words that only the later has.
        dropped: those that only the earlier has.
    """

    slot: int
    share: float
    added: int
    dropped: int


class FlashWatch:
    """The flashes of the last hours, and the words that are common in flashes."""

    def __init__(self, window_s: float) -> None:
        self._window_s = window_s
        self._flashes: deque[_Flash] = deque(maxlen=_MOST_WATCHED)
        self._rarity = Rarity()
        self._joined: _Joined | None = None
        # A story asks twice, for what it follows and for what it supersedes.
        self._lately: _Asked | None = None

    def add(self, slot: int, at_s: float, length: int, words: U32, subject: U32) -> None:
        """Watches for the story that follows a flash of ``length`` words, on ``subject``."""
        if length >= _FEWEST_WORDS and len(words):
            self._flashes.append(_Flash(slot, at_s, length, words, subject))
            self._joined = None
        self._rarity.add(words, at_s)
        self._lately = None

    def words_of(self, slot: int) -> U32 | None:
        """All words of a flash or other short text; None when it is not watched any more."""
        return next((flash.words for flash in self._flashes if flash.slot == slot), None)

    def best(self, lead: U32, length: int, now_s: float, window_s: float) -> list[Followed]:
        """The flashes that a story with this opening may follow, best first."""
        asked = self._lately
        terms = (length, now_s, window_s)
        if asked is None or asked.lead is not lead or asked.terms != terms:
            found = self._best(lead, length, now_s, window_s)
            asked = self._lately = _Asked(lead, terms, found)
        return asked.found

    def _best(self, lead: U32, length: int, now_s: float, window_s: float) -> list[Followed]:
        joined = self._watched(now_s)
        if joined is None or not len(lead):
            return []
        hits = is_among(joined.words, lead)
        likely = np.add.reduceat(hits, joined.firsts, dtype=np.int64) * 2 >= joined.lengths
        found = []
        for place in np.flatnonzero(likely).tolist():
            flash = self._flashes[place]
            if flash.at_s < now_s - window_s or length * 2 < flash.length * 3:
                continue
            first = joined.firsts[place]
            covered = self._coverage(flash.words, hits[first : first + len(flash.words)], now_s)
            found.append(Followed(flash.slot, covered, self._is_about(flash, lead, now_s)))
        return sorted(found, key=lambda flash: (-flash.share, -flash.slot))

    def alike(self, words: U32, now_s: float, window_s: float) -> list[Repeated]:
        """The flashes that a flash of these words may repeat or correct, best first."""
        joined = self._watched(now_s)
        if joined is None or not len(words):
            return []
        common = np.add.reduceat(is_among(joined.words, words), joined.firsts, dtype=np.int64)
        least = np.maximum(_REPEATS * np.minimum(joined.lengths, len(words)), _FEWEST_WORDS)
        found = []
        for place in np.flatnonzero(common >= least).tolist():
            flash, both = self._flashes[place], int(common[place])
            if flash.at_s >= now_s - window_s:
                shorter = min(len(flash.words), len(words))
                added, dropped = len(words) - both, len(flash.words) - both
                found.append(Repeated(flash.slot, both / shorter, added, dropped))
        return sorted(found, key=lambda one: (one.added + one.dropped, -one.slot))

    def _watched(self, now_s: float) -> _Joined | None:
        """The words of the flashes that are not too old, if there are any."""
        while self._flashes and self._flashes[0].at_s < now_s - self._window_s:
            self._flashes.popleft()
            self._joined = None
        if self._joined is None and self._flashes:
            self._joined = _join(self._flashes)
        return self._joined

    def _is_about(self, flash: _Flash, lead: U32, now_s: float) -> bool:
        """The telling one of a flash's first words is there: of "Nordhavn Corp" not "Corp"."""
        seen = self._rarity.count(flash.subject, now_s)
        return len(seen) > 0 and bool(is_among(flash.subject[seen == seen.min()], lead).any())

    def _coverage(self, words: U32, hits: NDArray[np.bool_], now_s: float) -> float:
        seen = self._rarity.count(words, now_s).astype(np.float64)
        weights = np.maximum(_HEAVIEST - np.frexp(seen)[1], 0)
        total = int(weights.sum())
        return int(weights[hits].sum()) / total if total else 0.0


@dataclass(frozen=True, slots=True)
class _Asked:
    """Who asked last, and the answer."""

    lead: U32
    terms: tuple[int, float, float]
    found: list[Followed]


@dataclass(frozen=True, slots=True)
class _Joined:
    words: U32
    firsts: Index
    lengths: Index


def _join(flashes: Sequence[_Flash]) -> _Joined:
    lengths = np.array([len(flash.words) for flash in flashes])
    return _Joined(
        words=np.concatenate([flash.words for flash in flashes]),
        firsts=np.cumsum(lengths) - lengths,
        lengths=lengths,
    )
