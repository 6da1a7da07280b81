"""A table of hashes in one array: what a Python dictionary does, in a tenth of its memory.

It must not know what is hashed.
"""

from __future__ import annotations

import numpy as np

from streams.desk.words import U64

_SMALLEST = 64
# Of each cell's place: fuller than 0.7 a search takes six steps on average, emptier is memory.
_FULLEST = 0.7
_AFTER_GROWING = 0.56
# Cells beyond the last home, for those that were pushed on.
_MARGIN = 64
_HALF = 0xFFFFFFFF


class HashTable:
    """Cells of 64 bits that are found by their upper half: a hash, or a hash and a number.

    Open addressing without removal. A cell's home is its hash scaled to the table, so cells sorted
    by value are sorted by home, and a larger table is laid out at once. 13 bytes a cell, where a
    dictionary of integers takes 120.
    """

    __slots__ = ("_cells", "_homes", "_used")

    def __init__(self) -> None:
        self._homes = _SMALLEST
        self._cells = _readable(np.zeros(_SMALLEST + _MARGIN, np.uint64))
        self._used = 0

    def __len__(self) -> int:
        return self._used

    def add(self, upper: int, lower: int) -> None:
        """Puts a cell of two halves of 32 bits each."""
        if self._used >= self._homes * _FULLEST:
            self._grow()
        upper = upper or 1
        cells = self._cells
        place = upper * self._homes >> 32
        while cells[place]:
            place += 1
        cells[place] = upper << 32 | lower
        self._used += 1
        # The last cell stays empty: it ends every search.
        if place == len(cells) - 2:
            self._grow()

    def replace(self, upper: int, lower: int, by: int) -> None:
        """Puts another lower half into the cell of these two halves, if there is one."""
        place = self._place_of(upper, lower)
        if place is not None:
            self._cells[place] = (upper or 1) << 32 | by

    def find(self, upper: int) -> list[int]:
        """The lower halves of all cells with this upper half."""
        # No cell is 0, which is an empty one: an upper half of 0 is filed under 1.
        upper = upper or 1
        cells = self._cells
        place = upper * self._homes >> 32
        found = []
        while cell := cells[place]:
            if cell >> 32 == upper:
                found.append(cell & _HALF)
            place += 1
        return found

    def has(self, upper: int, lower: int) -> bool:
        """There is this very cell."""
        return self._place_of(upper, lower) is not None

    def _place_of(self, upper: int, lower: int) -> int | None:
        upper = upper or 1
        wanted = upper << 32 | lower
        cells = self._cells
        place = upper * self._homes >> 32
        while cell := cells[place]:
            if cell == wanted:
                return place
            place += 1
        return None

    def _grow(self) -> None:
        cells = np.asarray(self._cells)
        used = np.sort(cells[cells != 0])
        self._homes = max(_SMALLEST, int(len(used) / _AFTER_GROWING))
        homes = (used >> np.uint64(32)) * np.uint64(self._homes) >> np.uint64(32)
        order = np.arange(len(used))
        places = np.maximum.accumulate(homes.astype(np.int64) - order) + order
        grown = np.zeros(max(self._homes, int(places[-1]) + 1) + _MARGIN, np.uint64)
        grown[places] = used
        self._cells = _readable(grown)


def _readable(cells: U64) -> memoryview:
    """The same cells, as Python reads one at a time twice as fast as through numpy."""
    return cells.data
