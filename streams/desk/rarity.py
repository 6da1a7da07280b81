"""How common a phrase is on this wire: in how many stories it was seen lately.

Counted once a story, not once a text: else a story that five agencies reprint would make its own
phrases common and stop matching. It must not remember texts.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from streams.desk.words import U32

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


class Rarity:
    """Counts of phrases over the current and the previous period of three days."""

    def __init__(self) -> None:
        self._periods: dict[int, _Period] = {}

    def add(self, phrases: U32, now_s: float) -> None:
        """Counts one story's phrases."""
        number = int(now_s // _PERIOD_S)
        period = self._periods.get(number)
        if period is None:
            period = self._periods[number] = _Period()
            for old in [key for key in self._periods if key < number - 1]:
                del self._periods[old]
        period.add(phrases)

    def count(self, phrases: U32, now_s: float) -> NDArray[np.uint16]:
        """In how many stories each phrase was seen; never too few, seldom too many."""
        number = int(now_s // _PERIOD_S)
        total = np.zeros(len(phrases), np.uint16)
        for key in (number - 1, number):
            period = self._periods.get(key)
            if period is not None:
                total += period.count(phrases)
        return total


class _Period:
    def __init__(self) -> None:
        self._cells = np.zeros((_ROWS, _CELLS), np.uint8)
        self._stories = 0

    def add(self, phrases: U32) -> None:
        if self._stories >= _STORIES_A_PERIOD:
            return
        self._stories += 1
        for row, places in zip(self._cells, _places(phrases), strict=True):
            row[places] += row[places] < np.iinfo(np.uint8).max

    def count(self, phrases: U32) -> NDArray[np.uint8]:
        first, second = _places(phrases)
        counts: NDArray[np.uint8] = np.minimum(self._cells[0, first], self._cells[1, second])
        return counts


def _places(phrases: U32) -> U32:
    return ((phrases ^ (phrases >> np.uint32(15))) * _MIXERS) >> _SHIFTS
