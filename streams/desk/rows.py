"""Rows of bytes kept close together: a Python object a row costs 50 bytes more.

It must not know what the rows hold.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from itertools import accumulate

_SHEET_ROWS = 1024
# Rewriting a sheet costs about 0.2 ms: with this many replaced rows, 3 us a row.
_MOST_CHANGED = 64


@dataclass(slots=True)
class _Sheet:
    """Rows joined to one string of bytes; those replaced since lie beside it."""

    text: bytes
    ends: array[int]
    changed: dict[int, bytes] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: list[bytes]) -> _Sheet:
        text = b"".join(rows)
        # Rows are small, but nothing stops a message from being huge.
        ends = array("I" if len(text) < 1 << 32 else "Q", accumulate(map(len, rows)))
        return cls(text, ends)

    def __getitem__(self, place: int) -> bytes:
        changed = self.changed.get(place)
        if changed is not None:
            return changed
        return self.text[self.ends[place - 1] if place else 0 : self.ends[place]]


class PackedRows:
    """Rows by number, counted from 0; a row may be replaced, none is removed."""

    __slots__ = ("_open", "_sheets")

    def __init__(self) -> None:
        self._sheets: list[_Sheet] = []
        self._open: list[bytes] = []

    def __len__(self) -> int:
        return len(self._sheets) * _SHEET_ROWS + len(self._open)

    def __getitem__(self, number: int) -> bytes:
        sheet, place = divmod(number, _SHEET_ROWS)
        return self._sheets[sheet][place] if sheet < len(self._sheets) else self._open[place]

    def append(self, row: bytes) -> int:
        """Adds a row and answers its number."""
        self._open.append(row)
        if len(self._open) == _SHEET_ROWS:
            self._sheets.append(_Sheet.of(self._open))
            self._open = []
            return len(self._sheets) * _SHEET_ROWS - 1
        return len(self) - 1

    def replace(self, number: int, row: bytes) -> None:
        """Puts another row in a row's place."""
        place_of_sheet, place = divmod(number, _SHEET_ROWS)
        if place_of_sheet == len(self._sheets):
            self._open[place] = row
            return
        sheet = self._sheets[place_of_sheet]
        sheet.changed[place] = row
        if len(sheet.changed) > _MOST_CHANGED:
            rows = [sheet[place] for place in range(len(sheet.ends))]
            self._sheets[place_of_sheet] = _Sheet.of(rows)

    def close(self) -> None:
        """Joins the rows; no more are added."""
        if self._open:
            self._sheets.append(_Sheet.of(self._open))
            self._open = []
