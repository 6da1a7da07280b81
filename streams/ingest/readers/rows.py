"""Comma- and tab-separated values: a message a row, by the same map as JSON Lines.

A row that has not the columns of the first one is left out, and the next line tried.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping

from schemas.raw import RawMessage
from streams.ingest.lines import Row, read_rows
from streams.ingest.readers.base import Context, Input
from streams.ingest.readers.chunks import lines
from streams.well_known import WELL_KNOWN, plain_name

__all__ = ["looks_like_rows", "read_rows_of_text"]

_BOM = b"\xef\xbb\xbf"
# Tab first: it stands in no headline.
_DELIMITERS = ("\t", ",", ";")
_NAME_CHARACTERS = 64
# Lines that one quoted cell may hold. Beyond it a quote was opened that nothing closes.
_LINES_A_ROW = 10_000


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

    numbered = enumerate(lines(source.chunks, limit, too_long), 1)
    _, header = next(numbered, (1, b""))
    columns = _columns(_text(header.removeprefix(_BOM)))
    if columns is None:
        context.damaged(f"{source.name}:1", "row-malformed", "no names of columns")
        return
    delimiter, names = columns
    for number, cells, lines_of_it in _framed(numbered, delimiter, len(names), limit):
        if cells is None:
            detail = f"not {len(names)} columns" + (f" in {lines_of_it} lines" if lines_of_it > 1
                                                    else "")  # fmt: skip
            context.damaged(f"{source.name}:{number}", "row-malformed", detail)
        else:
            record: dict[str, object] = {
                name: cell for name, cell in zip(names, cells, strict=True) if cell
            }
            yield Row(number, record)


def _framed(
    numbered: Iterator[tuple[int, bytes]], delimiter: str, width: int, limit: int
) -> Iterator[tuple[int, list[str] | None, int]]:
    """Rows, which a quoted cell may spread over lines: number, cells or None, lines taken.

    Where an open quote swallows what follows and no row of the right width comes of it, only its
    first line is given up and the next is tried by itself.
    """
    waiting: list[tuple[int, str]] = []
    while True:
        row: list[str] = []
        size = taken = 0
        cells = None
        while True:
            if taken == len(waiting):
                following = next(numbered, None)
                if following is None:
                    break
                waiting.append((following[0], _text(following[1]) + "\n"))
            row.append(waiting[taken][1])
            size += len(row[-1])
            taken += 1
            whole = _balanced(row) and _cells("".join(row), delimiter)
            if whole and len(whole) == width:
                cells = whole
                break
            if whole or size > limit or taken >= _LINES_A_ROW:
                break
        if not waiting:
            return
        number, line = waiting[0]
        if cells is None:
            # An unquoted cell may hold quotes as they are, in tables of databases.
            plain = line.rstrip("\r\n").split(delimiter)
            cells = plain if len(plain) == width else None
            taken = 1
        del waiting[:taken]
        if cells is not None or line.strip():
            yield number, cells, taken


def _balanced(row: list[str]) -> bool:
    return sum(line.count('"') for line in row) % 2 == 0
