"""Lays the pieces a decoder found out as one text with spans.

It must not choose or drop pieces.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from schemas.item import Edit, ParagraphKind
from streams.decode import double_escapes
from streams.decode.decoded import Block, Role
from streams.decode.mojibake import repair


@dataclass(frozen=True, slots=True)
class Piece:
    """A block before it has a place: its text, and what the source declares it to be.

    Attributes:
        line: it is one of several lines of a text, which may go on from the piece before it.
    """

    text: str
    role: Role = Role.UNDECLARED
    kind: ParagraphKind = ParagraphKind.TEXT
    line: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """Pieces joined by newlines, their spans, and the repairs made to their characters."""

    text: str
    blocks: tuple[Block, ...]
    edits: tuple[Edit, ...]


NO_LAYOUT = Layout("", (), ())
"""Of a message without text."""


def lay_out(pieces: Iterable[Piece], *, from_markup: bool = False, apart: bool = False) -> Layout:
    """The layout of the pieces that hold more than white space, in order.

    Args:
        pieces: what the decoder found; none of them ends or begins within a line.
        from_markup: the pieces came out of markup, so references left in them were escaped twice.
        apart: whether a blank line stands before those that are no lines of a text; cleaning never
            joins lines across it.
    """
    kept = [
        (stripped, piece.role, piece.kind, "\n\n" if apart and not piece.line else "\n")
        for piece in pieces
        if (stripped := piece.text.strip())
    ]
    text, edits = _repaired(
        "".join(part for stripped, _, _, gap in kept for part in (gap, stripped)).lstrip("\n"),
        from_markup=from_markup,
    )
    # A repair changes lines within themselves, never their number.
    lines = iter(text.split("\n")) if edits else iter(())
    blocks = []
    start = 0
    for stripped, role, kind, gap in kept:
        if start:
            start += len(gap)
            if edits and gap == "\n\n":
                next(lines)
        if edits:
            length = sum(len(next(lines)) + 1 for _ in range(stripped.count("\n") + 1)) - 1
        else:
            length = len(stripped)
        blocks.append(Block(start, start + length, role, kind))
        start += length
    return Layout(text, tuple(_tight(text, blocks)) if edits else tuple(blocks), edits)


def _repaired(text: str, *, from_markup: bool) -> tuple[str, tuple[Edit, ...]]:
    text, edits = repair(text)
    if not from_markup:
        return text, edits
    text, unescaped, moved = double_escapes.repair(text)
    if not unescaped:
        return text, edits
    earlier = (
        edit.model_copy(update={"start": moved(edit.start), "end": moved(edit.end)})
        for edit in edits
    )
    return text, tuple(sorted((*earlier, *unescaped), key=lambda edit: (edit.start, edit.end)))


def lines_of(text: str) -> list[Block]:
    """A block for each line that is not only white space, without the white space around it."""
    blocks = []
    start = 0
    for line in text.splitlines(keepends=True):
        inner = line.strip()
        if inner:
            first = start if line[0] == inner[0] else start + len(line) - len(line.lstrip())
            blocks.append(Block(first, first + len(inner)))
        start += len(line)
    return blocks


def _tight(text: str, blocks: Sequence[Block]) -> Iterable[Block]:
    """Blocks again without outer white space: a repair may have uncovered some."""
    for block in blocks:
        inside = text[block.start : block.end]
        start = block.start + len(inside) - len(inside.lstrip())
        end = block.end - (len(inside) - len(inside.rstrip()))
        if start < end:
            yield Block(start, end, block.role, block.kind)
