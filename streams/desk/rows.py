"""Rows of bytes kept close together: a Python object a row costs 50 bytes more.

It must not know what the rows hold.
"""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Sequence
from itertools import accumulate

# 64 rows of state shrink to 0.28 of their size, 32 to 0.30, 128 to 0.27; reading one takes 17 us,
# 10 or 31. Level 1 is as good as 6 on rows this short, at 1 us a row.
_SHEET_ROWS = 64
_LEVEL = 1
# Rewriting a sheet for each replaced row would cost 80 us, so they gather first.
_MOST_REPLACED = 4
# 4 MB: with 200,000 hot items that share sluglines by the dozen a decision took 584 us at the
# median and 1,439 at the 99th percentile, with 8 sheets 637 and 1,658.
_LATELY_READ = 256


class PackedRows:
    """Rows by number, counted from 0; a row may be replaced, none is removed.

    Args:
        squeeze: compress them, sheet by sheet: for rows that resemble each other and are seldom
            read again.
    """

    __slots__ = ("_ends", "_lately", "_open", "_replaced", "_sheets", "_squeeze")

    def __init__(self, *, squeeze: bool = False) -> None:
        self._squeeze = squeeze
        self._sheets: list[bytes] = []
        # Where the rows of each sheet end in it.
        self._ends: list[array[int]] = []
        self._open: list[bytes] = []
        # By sheet: rows put in the place of others since the sheet was made.
        self._replaced: dict[int, dict[int, bytes]] = {}
        # The sheets that were read last: decisions come back to those of a slugline's items.
        self._lately: dict[int, bytes] = {}

    def __len__(self) -> int:
        return len(self._sheets) * _SHEET_ROWS + len(self._open)

    def __getitem__(self, number: int) -> bytes:
        sheet, place = divmod(number, _SHEET_ROWS)
        if sheet == len(self._sheets):
            return self._open[place]
        replaced = self._replaced.get(sheet)
        if replaced is not None and place in replaced:
            return replaced[place]
        ends = self._ends[sheet]
        return self._text(sheet)[ends[place - 1] if place else 0 : ends[place]]

    def append(self, row: bytes) -> int:
        """Adds a row and answers its number."""
        rows = self._open
        number = len(self._sheets) * _SHEET_ROWS + len(rows)
        rows.append(row)
        if len(rows) == _SHEET_ROWS:
            text, ends = self._sheet(rows)
            self._sheets.append(text)
            self._ends.append(ends)
            self._open = []
        return number

    def replace(self, number: int, row: bytes) -> None:
        """Puts another row in a row's place."""
        sheet, place = divmod(number, _SHEET_ROWS)
        if sheet == len(self._sheets):
            self._open[place] = row
            return
        replaced = self._replaced.setdefault(sheet, {})
        replaced[place] = row
        if len(replaced) > _MOST_REPLACED:
            first = sheet * _SHEET_ROWS
            rows = [self[number] for number in range(first, first + _SHEET_ROWS)]
            self._sheets[sheet], self._ends[sheet] = self._sheet(rows)
            del self._replaced[sheet]
            self._lately.pop(sheet, None)

    def _sheet(self, rows: Sequence[bytes]) -> tuple[bytes, array[int]]:
        text = b"".join(rows)
        # Rows are small, but nothing stops a message from being huge.
        size = "H" if len(text) < 1 << 16 else "I" if len(text) < 1 << 32 else "Q"
        ends = array(size, accumulate(map(len, rows)))
        return zlib.compress(text, _LEVEL) if self._squeeze else text, ends

    def _text(self, sheet: int) -> bytes:
        if not self._squeeze:
            return self._sheets[sheet]
        text = self._lately.get(sheet)
        if text is None:
            if len(self._lately) == _LATELY_READ:
                del self._lately[next(iter(self._lately))]
            text = self._lately[sheet] = zlib.decompress(self._sheets[sheet])
        return text
