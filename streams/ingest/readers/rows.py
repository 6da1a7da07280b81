"""Comma- and tab-separated values: a message a row, by the same map as JSON Lines.

A row that has not the columns of the first one is left out, and the next line tried.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from itertools import chain

from schemas.raw import RawMessage
from streams.ingest.lines import Row, read_rows
from streams.ingest.readers.base import Context, Input
from streams.ingest.readers.chunks import line_blocks
from streams.well_known import WELL_KNOWN, plain_name

__all__ = ["looks_like_rows", "read_rows_of_text"]

_BOM = b"\xef\xbb\xbf"
# Tab first: it stands in no headline.
_DELIMITERS = ("\t", ",", ";")
_NAME_CHARACTERS = 64
# Lines that one quoted cell may hold. Beyond it a quote was opened that nothing closes.
_LINES_A_ROW = 10_000
# Given to the library at once: after a row it cannot read, so many are copied again at most.
_LINES_A_BLOCK = 512


def looks_like_rows(head: bytes, fields: Mapping[str, str], *, whole: bool, said: bool) -> bool:
    """Whether the first line names columns, one of which is known to hold a body.

    Args:
        head: the first bytes.
        fields: pairs of ``--map``; their body counts as known.
        whole: whether these are all.
        said: whether the name says so: then the columns need not be known.
    """
    first, end, rest = head.removeprefix(_BOM).partition(b"\n")
    if not end and not whole:
        return False
    columns = _columns(_text(first))
    if columns is None:
        return False
    delimiter, names = columns
    if said:
        return True
    known = {plain_name(name) for name in names} & {*WELL_KNOWN["body"]}
    return (bool(known) or fields.get("body") in names) and delimiter.encode() in rest


def _columns(line: str) -> tuple[str, list[str]] | None:
    """The delimiter and the names in a header; None for any other line."""
    for delimiter in _DELIMITERS:
        if delimiter not in line:
            continue
        cells = [cell.strip() for cell in _cells(line, delimiter) or []]
        if len(cells) > 1 and all(0 < len(cell) <= _NAME_CHARACTERS for cell in cells):
            return (delimiter, cells) if len(set(cells)) == len(cells) else None
    return None


def _text(line: bytes) -> str:
    """UTF-8, or what Windows programs write; line by line, for archives mix them."""
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode("cp1252", "replace")


def _cells(row: str, delimiter: str) -> list[str] | None:
    """The cells of one row; None where a quote is left open or stands in the middle."""
    if '"' not in row:
        return row.rstrip("\r\n").split(delimiter)
    try:
        (cells,) = csv.reader(row.splitlines(keepends=True), delimiter=delimiter, strict=True)
    except (csv.Error, ValueError):
        return None
    return cells


def read_rows_of_text(source: Input, context: Context) -> Iterator[RawMessage]:
    """A message for every row, at ``name:line`` of its first line."""
    # The library's own limit is 128 KiB, and of the whole process.
    csv.field_size_limit(max(csv.field_size_limit(), context.limits.member))
    yield from read_rows(_rows(source, context), source.name, context.fields, context.announce)


def _rows(source: Input, context: Context) -> Iterator[Row]:
    limit = context.limits.member

    def too_long(number: int) -> None:
        context.damaged(f"{source.name}:{number}", "line-too-large", f"over {limit:,} bytes")

    text = _Text(line_blocks(source.chunks, limit, too_long), limit)
    header = text.line(0)
    columns = _columns((header or "").removeprefix("\ufeff").rstrip("\n"))
    if columns is None:
        context.damaged(f"{source.name}:1", "row-malformed", "no names of columns")
        return
    text.drop(1)
    delimiter, names = columns
    for number, cells, lines_of_it in _framed(text, delimiter, len(names)):
        if cells is None:
            detail = f"not {len(names)} columns" + (f" in {lines_of_it} lines" if lines_of_it > 1
                                                    else "")  # fmt: skip
            context.damaged(f"{source.name}:{number}", "row-malformed", detail)
        else:
            yield Row(number, {n: cell for n, cell in zip(names, cells, strict=True) if cell})


class _Text:
    """Lines as text, of which as many are held as the row that has begun may need.

    Attributes:
        limit: characters that a row may have.
        number: of the first line held, from 1.
        held: lines with their terminators.
    """

    def __init__(self, blocks: Iterator[list[bytes]], limit: int) -> None:
        self._blocks = blocks
        self.limit = limit
        self.number = 1
        self.held: list[str] = []

    def _more(self) -> bool:
        """Whether there were further lines; they are held now."""
        for block in self._blocks:
            if block:
                self.held += _text_lines(block)
                return True
        return False

    def line(self, place: int) -> str | None:
        """A line by its place among those held; None at the end."""
        while place >= len(self.held):
            if not self._more():
                return None
        return self.held[place]

    def drop(self, count: int) -> None:
        """Hold the first lines no longer."""
        del self.held[:count]
        self.number += count

    def following(self, done: Callable[[], int]) -> Iterator[list[str]]:
        """The lines held and further ones, block by block.

        Ends where the row that has begun is longer than a row may be.

        Args:
            done: how many lines of all that were given belong to rows that have ended.
        """
        given = place = 0
        while True:
            block = self.held[place : place + _LINES_A_BLOCK]
            if not block and not self._more():
                return
            yield block
            ended = done() - given
            self.drop(ended)
            given += ended
            place += len(block) - ended
            if place >= _LINES_A_ROW or sum(map(len, self.held[:place])) > self.limit:
                return


def _text_lines(block: list[bytes]) -> list[str]:
    """The lines with their ends, decoded all at once where all are UTF-8."""
    data = b"\n".join([*block, b""])
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return [_text(line) + "\n" for line in block]
    found = text.splitlines(keepends=True)
    if len(found) == len(block):
        return found
    # Some ended at U+2028, or at a carriage return alone, which end no line here.
    return io.StringIO(text, newline="\n").readlines()


def _framed(text: _Text, delimiter: str, width: int) -> Iterator[tuple[int, list[str] | None, int]]:
    """Rows, which a quoted cell may spread over lines: number, cells or None, lines taken.

    The library reads them as long as all have the right width; a row it cannot read is looked at
    by itself.
    """
    while text.line(0) is not None:
        yield from _straight(text, delimiter, width)
        line = text.line(0)
        if line is None:
            return
        number = text.number
        cells, taken = _one_row(text, delimiter, width)
        text.drop(taken)
        if cells is not None or line.strip():
            yield number, cells, taken


def _straight(
    text: _Text, delimiter: str, width: int
) -> Iterator[tuple[int, list[str] | None, int]]:
    """Rows up to one that is not of the right width; the text then begins with it."""
    done = 0
    first = text.number
    blocks = text.following(lambda: done)
    rows = csv.reader(chain.from_iterable(blocks), delimiter=delimiter, strict=True)
    try:
        for cells in rows:
            if len(cells) != width:
                if cells:
                    break
            else:
                yield first + done, cells, 1
            done = rows.line_num
    except (csv.Error, ValueError):
        pass
    text.drop(done - (text.number - first))


def _one_row(text: _Text, delimiter: str, width: int) -> tuple[list[str] | None, int]:
    """The cells of the first row, None where it is none, and the lines it takes.

    Where an open quote swallows what follows and no row of the right width comes of it, only its
    first line is given up and the next is tried by itself.
    """
    size = taken = quotes = 0
    while taken < _LINES_A_ROW and (line := text.line(taken)) is not None:
        taken += 1
        size += len(line)
        quotes += line.count('"')
        whole = quotes % 2 == 0 and _cells("".join(text.held[:taken]), delimiter)
        if whole and len(whole) == width:
            return whole, taken
        if whole or size > text.limit:
            break
    # An unquoted cell may hold quotes as they are, in tables of databases.
    plain = text.held[0].rstrip("\r\n").split(delimiter)
    return (plain if len(plain) == width else None), 1
