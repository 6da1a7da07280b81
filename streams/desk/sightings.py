"""What was seen within the long window: texts, to find equal ones by, and decided inputs.

Kept by the day and dropped by the day. It must not decide.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

from streams.desk.packing import pack_id, pack_row, unpack_id, unpack_row
from streams.desk.rows import PackedRows
from streams.desk.standings import Standings
from streams.desk.tables import HashTable

_T = TypeVar("_T")
_HALF = 0xFFFFFFFF
_TAG_BYTES = 4


class Days(Generic[_T]):
    """One of something a day, for so many days."""

    def __init__(self, days: int, new: Callable[[], _T]) -> None:
        self._window = days
        self._new = new
        self._by_day: dict[int, _T] = {}

    def of(self, day: int) -> _T:
        """The day's; a day that is new ends those that are past the window."""
        if day not in self._by_day:
            for old in [known for known in self._by_day if known < day - self._window]:
                del self._by_day[old]
            self._by_day[day] = self._new()
        return self._by_day[day]

    def back_from(self, day: int, days: int) -> list[_T]:
        """Those of a day and of so many days before it, the newest first."""
        by_day = self._by_day
        # Time never goes back, so the days stand in order.
        return [by_day[known] for known in reversed(by_day) if day - days <= known <= day]

    def all(self) -> Iterable[_T]:
        """Those of every day, in order."""
        return self._by_day.values()


class _Texts:
    """The texts of one day: hashes with the number of a row that holds the rest."""

    __slots__ = ("rows", "table")

    def __init__(self) -> None:
        self.table = HashTable()
        self.rows = PackedRows(squeeze=True)

    def find(self, exact: bytes, tag: int) -> int | None:
        for number in self.table.find(tag):
            if self.rows[number].startswith(exact[_TAG_BYTES:]):
                return number
        return None


class Sightings:
    """Equal texts by day: the hash of a text, 16 bytes, to the version it was first seen in."""

    def __init__(self, days: int, standings: Standings) -> None:
        self._days: Days[_Texts] = Days(days, _Texts)
        self._standings = standings

    def add(self, exact: bytes, version: tuple[str, str], day: int) -> None:
        """Remembers from ``day`` on which version, by key and id, has a text."""
        texts = self._days.of(day)
        item_key, item_id = version
        number = self._standings.number(item_key).to_bytes(4, "little")
        row = exact[_TAG_BYTES:] + number + pack_row((pack_id(item_id, item_key),))
        tag = _tag(exact)
        known = texts.find(exact, tag)
        if known is not None:
            texts.rows.replace(known, row)
        else:
            texts.table.add(tag, texts.rows.append(row))

    def find(self, exact: bytes, day: int, days: int) -> tuple[str, str] | None:
        """Key and id of the version that last stood for a text, at most ``days`` ago."""
        tag = _tag(exact)
        for texts in self._days.back_from(day, days):
            number = texts.find(exact, tag)
            if number is not None:
                rest = texts.rows[number][len(exact) - _TAG_BYTES :]
                item_key = self._standings.key(int.from_bytes(rest[:4], "little"))
                return item_key, unpack_id(unpack_row(rest[4:])[0], item_key)
        return None


class DecidedPlaces:
    """Places on the log, as 64-bit hashes, of the inputs decided within the window."""

    def __init__(self, days: int) -> None:
        self._days: Days[HashTable] = Days(days, HashTable)

    def __contains__(self, place: int) -> bool:
        upper, lower = place >> 32, place & _HALF
        return any(places.has(upper, lower) for places in self._days.all())

    def add(self, place: int, day: int) -> None:
        """Remembers a place."""
        self._days.of(day).add(place >> 32, place & _HALF)


def _tag(exact: bytes) -> int:
    return int.from_bytes(exact[:_TAG_BYTES], "little")
