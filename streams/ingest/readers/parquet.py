"""Parquet tables: a message a row, by the same map as JSON Lines, some rows at a time.

A row group that cannot be read is left out, the others are read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from schemas.raw import RawMessage
from streams.ingest.lines import Row, read_rows
from streams.ingest.readers.base import Context, Input
from streams.ingest.readers.zip import seekable

if TYPE_CHECKING:
    from pyarrow import RecordBatch
    from pyarrow.parquet import ParquetFile

__all__ = ["PARQUET", "read_parquet"]

PARQUET = b"PAR1"
# Rows held at once. Swept 16 to 4,096 on rows of 3.5 kB: from 64 on equally fast.
_ROWS = 64
_BUFFER_BYTES = 1 << 20


def read_parquet(source: Input, context: Context) -> Iterator[RawMessage]:
    """A message for every row, at ``name:row`` counted from 1."""
    yield from read_rows(_rows(source, context), source.name, context.fields, context.announce)


def _rows(source: Input, context: Context) -> Iterator[Row]:
    import pyarrow as pa  # noqa: PLC0415  (0.2 s, and nobody else needs it)
    import pyarrow.parquet as pq  # noqa: PLC0415  (as above)

    handle = seekable(source, context)
    if handle is None:
        return
    errors = (pa.ArrowException, OSError, ValueError, EOFError, OverflowError)
    try:
        table = pq.ParquetFile(handle, buffer_size=_BUFFER_BYTES, pre_buffer=False)
    except errors as error:
        context.damaged(source.name, "parquet-damaged", _first_line(error))
        return
    row = 0
    for group in range(table.metadata.num_row_groups):
        first, size = row, table.metadata.row_group(group).num_rows
        try:
            over = _too_large(table, group, context)
            if over is not None:
                context.damaged(f"{source.name}:{first + 1}", over, f"row group {group}")
                return
            for batch in table.iter_batches(_ROWS, row_groups=[group], use_threads=False):
                for record in _records(batch):
                    row += 1
                    yield Row(row, record)
        except errors as error:
            detail = f"rows {row + 1:,} to {first + size:,}: {_first_line(error)}"
            context.damaged(f"{source.name}:{row + 1}", "parquet-damaged", detail)
        row = first + size


def _records(batch: RecordBatch) -> Iterator[dict[str, object]]:
    """The rows, without the cells that are empty; read a column at a time."""
    import pyarrow as pa  # noqa: PLC0415  (as above)

    columns: list[Iterable[object]] = []
    for column in batch.columns:
        cells = column.to_pylist()
        kind = column.type
        is_plain = pa.types.is_string(kind) or pa.types.is_integer(kind)
        columns.append(cells if is_plain else map(_plain, cells))
    names = batch.schema.names
    for row in zip(*columns, strict=True):
        yield {name: cell for name, cell in zip(names, row, strict=True) if cell is not None}


def _too_large(table: ParquetFile, group: int, context: Context) -> str | None:
    """The code of the limit that a row group passes, by what its columns state."""
    size = 0
    for number in range(table.metadata.num_columns):
        column = table.metadata.row_group(group).column(number)
        packed, whole = column.total_compressed_size, column.total_uncompressed_size
        if whole > context.limits.member and whole > packed * context.limits.ratio:
            return "unpacks-beyond-ratio"
        size += whole
    return context.unpacked(size)


def _plain(cell: object) -> object:
    """A cell as JSON would have it; bytes that are no text stay bytes."""
    if isinstance(cell, datetime):
        return cell.isoformat()
    if isinstance(cell, bytes):
        try:
            return cell.decode()
        except UnicodeDecodeError:
            return cell
    return cell


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]
