"""How common a phrase is on this wire: in how many stories it was seen lately.

Counted once a story, not once a text: else a story that five agencies reprint would make its own
phrases common and stop matching. It must not remember texts.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from streams.desk.words import U8, U32, Index

RARE_STORIES = 3
"""Stories a phrase may have been seen in and still be rare."""

_PERIOD_S = 3 * 24 * 3600
# Two rows of 4 Mi cells: 32,768 stories of about 100 kept phrases fill a row to 0.8 a cell, where
# the lesser of the two cells is over by two for one phrase in twenty-five, and touched pages only
# are paid for. A busier desk counts the first stories of each period, which is sample enough.
_ROWS = 2
_CELLS = 1 << 22
_STORIES_A_PERIOD = 1 << 15
_MIXERS = np.array([0x9E3779B1, 0x85EBCA77], np.uint32)[:, None]
_SHIFTS = np.uint32(32 - 22)
_ROW_STARTS = np.arange(_ROWS, dtype=np.intp)[:, None] * _CELLS
_MOST = np.iinfo(np.uint8).max


U16 = NDArray[np.uint16]


def places_of(phrases: U32) -> Index:
    """Where phrases are counted: of each the cell in one row, then of each that in the other."""
    mixed = (phrases ^ (phrases >> np.uint32(15))) * _MIXERS
    return (mixed >> _SHIFTS).astype(np.intp) + _ROW_STARTS


class Rarity:
    """Counts of phrases over the current and the previous period of three days."""

    def __init__(self) -> None:
        self._periods: dict[int, _Period] = {}

    def add(self, phrases: U32, now_s: float) -> None:
        """Counts one story's phrases."""
        self.add_at(places_of(phrases), now_s)

    def add_at(self, places: Index, now_s: float) -> None:
        """Counts one story's phrases, whose places are known."""
        number = int(now_s // _PERIOD_S)
        period = self._periods.get(number)
        if period is None:
            period = self._periods[number] = _Period()
            for old in [key for key in self._periods if key < number - 1]:
                del self._periods[old]
        if not period.is_full:
            period.add(places)

    def count(self, phrases: U32, now_s: float) -> U16:
        """In how many stories each phrase was seen; never too few, seldom too many."""
        return self.count_at(places_of(phrases), now_s)

    def count_at(self, places: Index, now_s: float) -> U16:
        """The same of phrases whose places are known."""
        number = int(now_s // _PERIOD_S)
        total = np.zeros(places.shape[1], np.uint16)
        for key in (number - 1, number):
            period = self._periods.get(key)
            if period is not None:
                total += period.count(places)
        return total

    def is_settled(self, from_s: float, to_s: float) -> bool:
        """Whether no count changes from one time to another: all that are counted have been."""
        number = int(from_s // _PERIOD_S)
        period = self._periods.get(number)
        return period is not None and period.is_full and number == int(to_s // _PERIOD_S)

    def last_use_s(self, at_s: float) -> float:
        """When what is counted at ``at_s`` is asked for no more."""
        return (at_s // _PERIOD_S + 2) * _PERIOD_S


class _Period:
    def __init__(self) -> None:
        # The rows one after the other.
        self._cells = np.zeros(_ROWS * _CELLS, np.uint8)
        self._stories = 0

    @property
    def is_full(self) -> bool:
        return self._stories >= _STORIES_A_PERIOD

    def add(self, places: Index) -> None:
        self._stories += 1
        counts = self._cells.take(places)
        # A phrase met twice is counted once.
        self._cells[places] = counts + (counts < _MOST)

    def count(self, places: Index) -> U8:
        counts = self._cells.take(places)
        lesser: U8 = np.minimum(counts[0], counts[1])
        return lesser
