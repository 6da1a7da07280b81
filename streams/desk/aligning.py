"""Two sequences put beside each other: what they have in common, in order.

The longest common subsequence, by bits: a row of the table is one integer, so that two texts of
5,000 words take 20 ms, whatever is in them. It must not know what it aligns.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass

__all__ = ["Gap", "align"]


@dataclass(frozen=True, slots=True)
class Gap:
    """Where two sequences differ: old[old_from:old_to] stood where new[new_from:new_to] stands.

    Attributes:
        last: nothing that they have in common follows.
    """

    old_from: int
    old_to: int
    new_from: int
    new_to: int
    last: bool = False


def align(old: Sequence[Hashable], new: Sequence[Hashable]) -> Iterator[Gap]:
    """The gaps between what ``old`` and ``new`` have in common, in order."""
    start, end = _common_ends(old, new)
    old_end, new_end = len(old) - end, len(new) - end
    kept = _kept(old[start:old_end], new[start:new_end])
    at_old, at_new = start, start
    for old_place, new_place in kept:
        old_place, new_place = old_place + start, new_place + start  # noqa: PLW2901
        if (old_place, new_place) != (at_old, at_new):
            yield Gap(at_old, old_place, at_new, new_place)
        at_old, at_new = old_place + 1, new_place + 1
    if (old_end, new_end) != (at_old, at_new):
        yield Gap(at_old, old_end, at_new, new_end, last=not end)


def _common_ends(old: Sequence[Hashable], new: Sequence[Hashable]) -> tuple[int, int]:
    """How many values are equal at the beginning, and of the rest at the end."""
    most = min(len(old), len(new))
    start = 0
    while start < most and old[start] == new[start]:
        start += 1
    end = 0
    while end < most - start and old[-1 - end] == new[-1 - end]:
        end += 1
    return start, end


def _kept(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[tuple[int, int]]:
    """Places of the values of a longest common subsequence."""
    places: dict[Hashable, int] = {}
    for place, value in enumerate(old):
        places[value] = places.get(value, 0) | 1 << place
    everything = (1 << len(old)) - 1
    # Bit i of row j is 0 where one more of old[:i + 1] than of old[:i] is found in new[:j].
    row, rows = everything, [everything]
    for value in new:
        found = row & places.get(value, 0)
        row = ((row + found) | (row - found)) & everything
        rows.append(row)
    kept: list[tuple[int, int]] = []
    i, j = len(old), len(new)
    while i and j:
        bit = 1 << (i - 1)
        if rows[j] & bit:
            i -= 1
        elif not rows[j - 1] & bit:
            j -= 1
        else:
            i, j = i - 1, j - 1
            kept.append((i, j))
    kept.reverse()
    return kept
