"""Numbers filed under hashes, newest first: a posting list for each, in arrays.

It must not know what is hashed or numbered.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from itertools import islice

from streams.desk.tables import HashTable

_HALF = 0xFFFFFFFF


class LinkedNumbers:
    """For each hash of 64 bits, the numbers that were filed under it.

    The table finds the last one by half of the hash, each links to the one before, and the other
    half is compared, so that no two hashes meet by accident. To file is as quick under a hash that
    has a million numbers as under one that has none: 12 bytes a number and 13 a hash.
    """

    __slots__ = ("_before", "_checks", "_heads", "_numbers")

    def __init__(self) -> None:
        self._heads = HashTable()
        self._checks = array("I")
        self._numbers = array("I")
        # Place of the one before, plus one; 0 ends the list.
        self._before = array("I")

    def __len__(self) -> int:
        return len(self._numbers)

    def add(self, hashed: int, number: int) -> None:
        """Files a number of 32 bits under a hash of 64."""
        upper, check = hashed >> 32, hashed & _HALF
        place = len(self._numbers)
        head = self._head(upper, check)
        self._checks.append(check)
        self._numbers.append(number)
        self._before.append(0 if head is None else head + 1)
        if head is None:
            self._heads.add(upper, place)
        else:
            self._heads.replace(upper, head, place)

    def find(self, hashed: int) -> Iterator[int]:
        """The numbers under a hash, the last one filed first."""
        place = self._head(hashed >> 32, hashed & _HALF)
        if place is not None:
            yield from self._from(place)

    def _from(self, place: int) -> Iterator[int]:
        yield self._numbers[place]
        while before := self._before[place]:
            place = before - 1
            yield self._numbers[place]

    def has(self, hashed: int, number: int, most: int) -> bool:
        """A number is among the so many last ones under a hash."""
        place = self._head(hashed >> 32, hashed & _HALF)
        return place is not None and number in islice(self._from(place), most)

    def _head(self, upper: int, check: int) -> int | None:
        for place in self._heads.find(upper):
            if self._checks[place] == check:
                return place
        return None
