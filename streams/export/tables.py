"""Parquet tables while they are written: temporary until all of them are whole.

It must not know where rows come from.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa
import pyarrow.parquet as pq

from streams.errors import ArchiveError
from streams.export.columns import TABLES
from streams.export.rows import Row

__all__ = ["Tables", "schema_of"]

# Rows of items are some 5 kB: a row group of 4,000 takes 20 MB until it is written.
_GROUP_ROWS = 4_000
_GROUP_CHARACTERS = 16_000_000

_CODE = pa.struct([("scheme", pa.string()), ("code", pa.string()), ("name", pa.string())])
_TYPES = {
    "string": pa.string(),
    "int64": pa.int64(),
    "int32": pa.int32(),
    "double": pa.float64(),
    "bool": pa.bool_(),
    "instant": pa.timestamp("us", tz="UTC"),
    "strings": pa.list_(pa.string()),
    "map": pa.map_(pa.string(), pa.string()),
    "codes": pa.list_(_CODE),
}


def schema_of(table: str) -> pa.Schema:
    """The Arrow schema of a table; each field's metadata has its meaning, and that of null."""
    return pa.schema(
        [
            pa.field(
                column.name,
                _TYPES[column.type],
                nullable=bool(column.null),
                metadata={"meaning": column.meaning, "null": column.null},
            )
            for column in TABLES[table]
        ]
    )


class _Table:
    def __init__(self, directory: Path, name: str) -> None:
        self.rows = 0
        self.path = directory / f"{name}.parquet"
        self.temporary = directory / f".{name}.parquet.tmp"
        self._schema = schema_of(name)
        self._pending: list[Row] = []
        self._characters = 0
        self._writer = pq.ParquetWriter(self.temporary, self._schema, compression="zstd")

    def add(self, row: Row) -> None:
        self._pending.append(row)
        self._characters += len(str(row.get("text") or ""))
        if len(self._pending) >= _GROUP_ROWS or self._characters >= _GROUP_CHARACTERS:
            self._flush()

    def finish(self) -> None:
        self._flush()
        self._writer.close()
        with self.temporary.open("rb") as file:
            os.fsync(file.fileno())

    def abandon(self) -> None:
        # One that failed cannot be closed, and would try to when it is collected.
        self._writer.is_open = False
        self.temporary.unlink(missing_ok=True)

    def _flush(self) -> None:
        if self._pending:
            self._writer.write_table(pa.Table.from_pylist(self._pending, schema=self._schema))
            self.rows += len(self._pending)
            self._pending, self._characters = [], 0


class Tables:
    """Every table of an export; they appear together when the block ends well."""

    def __init__(self, directory: Path) -> None:
        """Name the directory; it is made where it is not there.

        Raises:
            ArchiveError: in the block and at its end: a table cannot be written; those that were
                there before are as they were.
        """
        self._directory = directory
        self._tables: dict[str, _Table] = {}

    def __enter__(self) -> Self:
        try:
            self._directory.mkdir(parents=True, exist_ok=True)
            for name in TABLES:
                self._tables[name] = _Table(self._directory, name)
        except OSError as error:
            self._abandon()
            raise self._unwritable(error) from None
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if error is None:
                for table in self._tables.values():
                    table.finish()
                for table in self._tables.values():
                    table.temporary.replace(table.path)
        except OSError as failure:
            raise self._unwritable(failure) from None
        finally:
            self._abandon()

    def add(self, table: str, rows: Iterable[Row]) -> None:
        """Add rows to a table.

        Raises:
            ArchiveError: the disk is full, or the like.
        """
        try:
            for row in rows:
                self._tables[table].add(row)
        except OSError as error:
            raise self._unwritable(error) from None

    @property
    def rows(self) -> dict[str, int]:
        """How many rows of each table are written."""
        return {name: table.rows for name, table in self._tables.items()}

    def _abandon(self) -> None:
        for table in self._tables.values():
            table.abandon()

    def _unwritable(self, error: OSError) -> ArchiveError:
        return ArchiveError(
            f"cannot write {self._directory}: {error.strerror or error}; no table was replaced"
        )
