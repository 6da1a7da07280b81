"""In how many messages a line stands, roughly and never too few, in memory that does not grow.

It must not remember a line.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

# Three rows of 2 Mi cells are 24 MiB. With ten million distinct lines a cell holds five of them;
# the least of three is over by some two then: a line too many is counted exactly afterwards.
_ROWS = 3
_BITS = 21
_MIXERS = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9], np.uint64)[:, None]
_SHIFT = np.uint64(64 - _BITS)


class Sketch:
    """A count-min sketch. Plain, not conservative: so it does not depend on the order."""

    def __init__(self) -> None:
        self._cells = np.zeros((_ROWS, 1 << _BITS), np.uint32)

    def add(self, hashes: Iterable[int]) -> None:
        """Count one message's lines, each once."""
        lines = np.fromiter(set(hashes), np.uint64)
        if not len(lines):
            return
        for row, places in zip(self._cells, (lines * _MIXERS) >> _SHIFT, strict=True):
            np.add.at(row, places, 1)

    def count(self, line: int) -> int:
        """At least how often it was added."""
        places = (np.uint64(line) * _MIXERS[:, 0]) >> _SHIFT
        return int(min(row[place] for row, place in zip(self._cells, places, strict=True)))
