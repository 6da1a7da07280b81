"""The copy of telegrams: lines broken at a fixed width, set in paragraphs, lists and tables.

It must not know any telegram's header.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from schemas.item import ParagraphKind
from streams.decode.blocks import Piece
from streams.decode.decoded import Role
from streams.decode.lifecycle import find_markers

# Columns. Wires are set at 60 to 72; teletypes end at 80.
WIDEST = 80
# A line is broken by the width where the next word would not have gone on it. Columns of play:
# systems count spaces and hyphens differently.
_PLAY = 8
# A line of so many columns and words is a paragraph, and so are the others; an address of the web
# may be as long as it likes.
_PARAGRAPH = 100
_WORDS_OF_PARAGRAPH = 8
# Where fewer of the lines reach across the width, it is a list with a paragraph in it.
_FULL_SHARE = 0.3
# A paragraph's first line is moved in by two spaces or more.
_INDENT = 2
_TAB = 8

# What frames, spaces and rings, but is no text. TAB and line feed are left, and so are the
# spaces of the setting machines (0x10 thin, 0x1E en, 0x1F em), which part the cells of a row.
_FRAMING = {code: None for code in (*range(0x20), 0x7F) if code not in {9, 10, 0x10, 0x1E, 0x1F}}
_PADDING = {0x00: None, 0x7F: None}
_LINE_END = re.compile(r"\r+\n|\r|\x0b|\x0c")
_CELL = re.compile(r" {0,40}[\x1e\x1f][ \x1e\x1f]*")
_THIN = re.compile(r" ?\x10 ?")
_RULE = frozenset("-=_+| ")
_PIPE = re.compile(r" {0,40}\| {0,40}")
_BULLET = re.compile(r"\s{0,4}(?:[-*+•·–]|--)\s+[^\s*_=-]")
_TABLE_MARK = "<#>"
_GAP = re.compile(r"(?<=[^\s.!?:;])(?<![.!?:;]\))(?: {3,}+|\t++)(?=\S)")
_GAP_BEFORE_FIGURE = re.compile(
    r"(?<=[^\s.!?:;])(?<![.!?:;]\))(?: {3,}+|\t++|\.{4,}+)(?=[-+(]?[\d$£€])"
)
_MOST_WORDS_IN_ROW = 25
_LONGEST_ROW = 400


def normal_lines(text: str) -> str:
    """The text with one newline for every line end, and without padding (NUL, DEL)."""
    return _LINE_END.sub("\n", text.translate(_PADDING))


def bare(text: str) -> str:
    """The text without control characters."""
    return text.translate(_FRAMING).replace("\x10", " ").replace("\x1e", " ").replace("\x1f", " ")


def is_marker(line: str) -> bool:
    """Whether a header line is lifecycle markers and nothing else: "1ST LEAD", "(Eil)"."""
    found = find_markers(line)
    return bool(found.found) and not found.headline


def column_width(lines: Iterable[str]) -> int | None:
    """The width that lines were broken at; None where each line is a paragraph."""
    lengths = []
    for line in lines:
        length = len(line.rstrip())
        if length > _PARAGRAPH and len(line.split()) >= _WORDS_OF_PARAGRAPH:
            return None
        if 0 < length <= WIDEST:
            lengths.append(length)
    return sorted(lengths)[len(lengths) * 19 // 20] if lengths else None


def was_broken(above: str, below: str, width: int | None) -> bool:
    """Whether it was the width that ended the line above."""
    if width is None:
        return False
    word = below.lstrip()
    if word[:1].islower():
        return True
    first = re.split(r"[\s-]", word, maxsplit=1)[0]
    return len(above.rstrip().expandtabs(_TAB)) + 1 + len(first) > width - _PLAY


def pieces_of(
    lines: Sequence[str],
    *,
    role: Role = Role.BODY,
    tabular: bool = False,
    width: int | None = None,
) -> list[Piece]:
    """The lines set in paragraphs: a blank line or an indent begins one.

    A piece's lines are those the width broke, joined by newlines. Rows of a table make one
    piece, line by line; a list entry is a piece of one line.

    Args:
        lines: without line ends.
        role: of every piece.
        tabular: whether the telegram says that its lines are to be kept.
        width: the columns of the telegram; measured on the lines where not given.
    """
    return list(_Setting(role, tabular, width or column_width(lines)).pieces(lines))


class _Setting:
    """Gathers lines into pieces."""

    def __init__(self, role: Role, tabular: bool, width: int | None) -> None:  # noqa: FBT001
        self._role = role
        self._tabular = tabular
        self._width = width
        self._lines: list[str] = []
        self._kind = ParagraphKind.TEXT
        self._above = ""
        self._moved_in = False
        self._is_set = True

    def pieces(self, lines: Sequence[str]) -> Iterator[Piece]:
        self._is_set = _is_set(lines, self._width)
        in_table = self._tabular
        for raw in lines:
            line = raw.rstrip(" \t")
            marked = line.count(_TABLE_MARK)
            if marked:
                line = line.replace(_TABLE_MARK, "").rstrip()
            row = in_table or bool(marked)
            if marked % 2:
                in_table = not in_table
            if not bare(line).strip():
                yield from self._close()
            elif "|" in line and _RULE.issuperset(line):
                continue
            else:
                row = row or is_row(line) or (self._is_table and _GAP.search(line) is not None)
                yield from self._take(line, row=row)
        yield from self._close()

    @property
    def _is_table(self) -> bool:
        return bool(self._lines) and self._kind is ParagraphKind.TABLE

    def _take(self, line: str, *, row: bool) -> Iterator[Piece]:
        kind = ParagraphKind.TABLE if row else ParagraphKind.TEXT
        if not row and _BULLET.match(line) and not self._runs_on(line):
            kind = ParagraphKind.LIST
        same = bool(self._lines) and (
            self._kind is ParagraphKind.TABLE if row else self._continues(line, kind)
        )
        if not same:
            yield from self._close()
            self._kind = kind
            self._moved_in = _indent(line) > _INDENT
        self._lines.append(cells(line) if row else bare(line).strip())
        self._above = line

    def _continues(self, line: str, kind: ParagraphKind) -> bool:
        """Whether the line goes on with the paragraph or the list entry above it."""
        if self._kind is ParagraphKind.TABLE or kind is ParagraphKind.LIST:
            return False
        indent = _indent(line)
        if self._kind is ParagraphKind.LIST and indent > _indent(self._above):
            return True
        if not (self._is_set or self._moved_in or line.lstrip()[:1].islower()):
            return False
        return indent < _INDENT and was_broken(self._above, line, self._width)

    def _runs_on(self, line: str) -> bool:
        """Whether a dash at the beginning of the line is one within a sentence."""
        if not self._lines or self._kind is not ParagraphKind.TEXT:
            return False
        return _indent(line) == 0 and was_broken(self._above, line, self._width)

    def _close(self) -> Iterator[Piece]:
        if self._lines:
            # Cleaning takes every line of a list for an entry.
            seam = " " if self._kind is ParagraphKind.LIST else "\n"
            yield Piece(seam.join(self._lines), self._role, self._kind)
        self._lines = []
        self._kind = ParagraphKind.TEXT
        self._above = ""


def _is_set(lines: Sequence[str], width: int | None) -> bool:
    """Whether most lines that others stand under reach across the width."""
    pairs = [
        (above, below)
        for above, below in pairwise(lines)
        if above.strip() and below.strip() and _indent(below) < _INDENT
    ]
    full = sum(was_broken(above, below, width) for above, below in pairs)
    return full >= _FULL_SHARE * len(pairs)


def is_row(line: str) -> bool:
    """Whether the line is set in cells."""
    if "\x1e" in line or "\x1f" in line:
        return True
    inner = line.strip()
    if " | " in inner:
        return True
    if "   " not in inner and "\t" not in inner and "...." not in inner:
        return False
    if len(inner) > _LONGEST_ROW or len(inner.split()) > _MOST_WORDS_IN_ROW:
        return False
    return _GAP_BEFORE_FIGURE.search(inner) is not None or len(_GAP.findall(inner)) > 1


def cells(line: str) -> str:
    """A row with a tab between its cells where signs part them; spaces within stay."""
    row = _CELL.sub("\t", _THIN.sub(" ", line))
    if " | " in row:
        row = "\t".join(_PIPE.split(row.strip(" |")))
    return bare(row).strip()


def _indent(line: str) -> int:
    plain = line.expandtabs(_TAB)
    return len(plain) - len(plain.lstrip())
