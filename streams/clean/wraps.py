"""Lines that a fixed width broke apart, joined again; rows of tables stay lines.

It must not join lines of a page, where a line is a paragraph: the lengths tell which it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from schemas.item import ParagraphKind
from streams.clean.rows import has_gap, is_table_row, rows_among
from streams.decode.decoded import Role

# Columns. Wires are set at 60 to 72; teletypes end at 80.
_WIDEST = 80
# A line shorter than this was not broken by the width, unless the next goes on in lower case.
_NARROWEST = 45
# A paragraph's first line is moved in by three spaces or more (Reuters, AP, dpa).
_INDENT = 3
# Of the pairs of neighbouring lines, how many must run on for the text to be a wrapped one.
_RUNNING_ON = 0.6
# Entries of a list. Of 2,750 Reuters wires of so many lines, broken at a fixed width, none has more
# than seven in ten that begin with a capital.
_CAPITALS_OF_A_LIST = 0.85
_LINES_OF_A_LIST = 8
_SENTENCE_ENDS = tuple(".!?:")
# A line that the width broke reaches at least this far across it.
_FULL = 0.75
# A line beyond this (code points) is a paragraph; it spares looking into long ones.
_LONGEST = 200


class Line(NamedTuple):
    """Code points [start, end) of the source without surrounding white space."""

    start: int
    end: int
    role: Role
    kind: ParagraphKind


def join_wrapped(text: str, groups: Sequence[list[Line]]) -> list[list[Line]]:
    """The groups, with lines that were broken at a fixed width brought together."""
    seams = [None, *(_seam(text, a[-1], b[0]) for a, b in pairwise(groups))]
    found = [seam for seam in seams if seam is not None]
    # Rows do not run on, and are short: without them a page would be no narrower.
    if not any(seam.runs_on for seam in found) or _width(found) > _WIDEST:
        return list(groups)
    seams = _without_rows(text, groups, seams)
    flowing = [seam for seam in seams if seam is not None and not seam.indent >= _INDENT]
    if not flowing:
        return list(groups)
    width = _width(flowing)
    running = sum(seam.runs_on for seam in flowing)
    if width > _WIDEST or running < _RUNNING_ON * len(flowing) or _is_list(flowing):
        return list(groups)
    joined: list[list[Line]] = []
    for number, (group, seam) in enumerate(zip(groups, seams, strict=True)):
        if seam is not None and _belongs(seam, width, first=number == 1):
            joined[-1].extend(group)
        else:
            joined.append(list(group))
    return joined


def _is_list(seams: Sequence[_Seam]) -> bool:
    """Whether the lines begin as entries of a list do, nearly all of them with a capital."""
    if len(seams) < _LINES_OF_A_LIST:
        return False
    capitals = sum(seam.after[0].isupper() and not seam.after.isupper() for seam in seams)
    return capitals > _CAPITALS_OF_A_LIST * len(seams)


def _width(seams: Sequence[_Seam]) -> int:
    """Code points that nine in ten of the lines above the seams do not pass."""
    return sorted(len(seam.before) for seam in seams)[len(seams) * 9 // 10]


def _without_rows(
    text: str, groups: Sequence[list[Line]], seams: Sequence[_Seam | None]
) -> list[_Seam | None]:
    """The seams, but for those above and below rows, and above the line that heads them."""
    lines = [text[group[0].start : group[-1].end] for group in groups]
    rows = rows_among(lines)
    if not any(rows):
        return list(seams)
    kept: list[_Seam | None] = []
    for number, seam in enumerate(seams):
        heads = (
            seam is not None
            and number + 1 < len(rows)
            and rows[number + 1]
            and seam.before.endswith(_SENTENCE_ENDS)
            and len(seam.after) < _NARROWEST
        )
        kept.append(None if heads or rows[number] or (number and rows[number - 1]) else seam)
    return kept


@dataclass(frozen=True, slots=True)
class _Seam:
    """Where one line ends and the next, directly under it, begins."""

    before: str
    after: str
    indent: int

    @property
    def runs_on(self) -> bool:
        """Whether a sentence seems to go on over the end of the line."""
        if self.after[0].islower():
            return True
        return len(self.before) >= _NARROWEST and not self.before.endswith(_SENTENCE_ENDS)


def _seam(text: str, above: Line, below: Line) -> _Seam | None:
    """None where the lines are apart, of different kinds, or rows of a table."""
    gap = text[above.end : below.start]
    if gap.count("\n") != 1 or above.role is not below.role or above.kind is not below.kind:
        return None
    if above.kind is not ParagraphKind.TEXT or below.end - below.start > _LONGEST:
        return None
    before, after = text[above.start : above.end], text[below.start : below.end]
    if "#" in (before[0], after[0]):
        return None  # a heading of a notebook
    if is_table_row(before) or is_table_row(after) or has_gap(before) or has_gap(after):
        return None
    return _Seam(before, after, len(gap.partition("\n")[2].expandtabs(8)))


def _belongs(seam: _Seam, width: int, *, first: bool) -> bool:
    if seam.indent >= _INDENT:
        return False
    if seam.after[0].islower():
        return True
    if first and (seam.before.isupper() or len(seam.before) < _FULL * width):
        return False  # a headline directly above its text
    if seam.before.endswith(_SENTENCE_ENDS):
        return not seam.indent and len(seam.before) >= _FULL * width
    return True
