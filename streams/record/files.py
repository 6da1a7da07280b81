"""One recorded file while it is written: hidden and temporary until it is whole.

The same records give the same bytes. It must not know which records belong into one file.
"""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from backports.zstd import CompressionParameter, compress

from streams.log.base import Record
from streams.record.lines import is_raw, line_of
from streams.record.manifest import Part

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["FORMATS", "TEMPORARY", "RecordFile", "partial_files", "sync_directory"]

# Bytes of lines in one zstd frame, of keys and values in one row group: what is held in memory,
# and what is lost where one byte is damaged. A record that is larger has a piece of its own.
FRAME_BYTES = 1 << 20
_GROUP_BYTES = 4 << 20
_GROUP_RECORDS = 10_000

# zstd's own default level.
_ZSTD: dict[int, int] = {
    CompressionParameter.compression_level: 3,
    CompressionParameter.checksum_flag: 1,
}

TEMPORARY = ".tmp"


class _Blocks(Protocol):
    """How one format is written."""

    def add(self, record: Record, line: bytes) -> None: ...

    def finish(self) -> list[tuple[int, int]]: ...

    def abandon(self) -> None: ...


class _Sink(io.RawIOBase):
    """A file whose bytes are counted and hashed as they are written."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._file = path.open("xb", buffering=0)
        self.sha256 = hashlib.sha256()
        self.size = 0
        self._is_dropped = False

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.size

    def write(self, value: Any) -> int:  # noqa: ANN401  (any buffer)
        left = memoryview(value).cast("B")
        whole = len(left)
        if self._is_dropped:
            return whole
        self.sha256.update(left)
        while left:
            left = left[self._file.write(left) :]
        self.size += whole
        return whole

    def drop(self) -> None:
        """Write nothing from now on: whoever writes here may end as if all were well."""
        self._is_dropped = True

    def sync(self) -> None:
        os.fsync(self._file.fileno())

    def close(self) -> None:
        if not self.closed:
            self._file.close()
        super().close()


class _Lines:
    """Lines of JSON in zstd frames, each with its checksum."""

    def __init__(self, sink: _Sink, _topic: str) -> None:
        self._sink = sink
        self._lines: list[bytes] = []
        self._bytes = 0
        self._first = 0
        self._blocks: list[tuple[int, int]] = []

    def add(self, record: Record, line: bytes) -> None:
        if not self._lines:
            self._first = record.offset
        self._lines.append(line)
        self._bytes += len(line)
        if self._bytes >= FRAME_BYTES:
            self._flush()

    def finish(self) -> list[tuple[int, int]]:
        self._flush()
        return self._blocks

    def abandon(self) -> None:
        self._lines.clear()

    def _flush(self) -> None:
        if self._lines:
            self._blocks.append((self._sink.tell(), self._first))
            self._sink.write(compress(b"".join(self._lines), options=_ZSTD))
            self._lines, self._bytes = [], 0


class _Parquet:
    """Rows of Parquet in row groups, each page with its checksum."""

    def __init__(self, sink: _Sink, topic: str) -> None:
        import pyarrow as pa  # noqa: PLC0415  (a second to import)
        import pyarrow.parquet as pq  # noqa: PLC0415  (as above)

        self._schema = parquet_schema(raw=is_raw(topic))
        self._pa = pa
        self._writer = pq.ParquetWriter(
            pa.PythonFile(sink, mode="w"),
            self._schema,
            compression="zstd",
            write_page_checksum=True,
            store_schema=False,
        )
        self._rows: list[dict[str, object]] = []
        self._bytes = 0
        self._blocks: list[tuple[int, int]] = []

    def add(self, record: Record, line: bytes) -> None:
        self._rows.append(_row(record))
        self._bytes += len(line)
        if self._bytes >= _GROUP_BYTES or len(self._rows) >= _GROUP_RECORDS:
            self._flush()

    def finish(self) -> list[tuple[int, int]]:
        self._flush()
        self._writer.close()
        return self._blocks

    def abandon(self) -> None:
        # One that failed cannot be closed, and would try to when it is collected.
        self._rows.clear()
        self._writer.is_open = False

    def _flush(self) -> None:
        if self._rows:
            first = self._rows[0]["offset"]
            assert isinstance(first, int)  # noqa: S101  (for the type)
            self._blocks.append((len(self._blocks), first))
            batch = self._pa.RecordBatch.from_pylist(self._rows, schema=self._schema)
            self._writer.write_table(self._pa.Table.from_batches([batch]))
            self._rows, self._bytes = [], 0


def parquet_schema(*, raw: bool) -> pa.Schema:
    """The columns of a recorded Parquet file.

    ``topic`` string, ``partition`` int32, ``offset`` int64, ``appended_at`` timestamp (us, UTC),
    ``key`` and ``value`` binary (null where the record has none), ``headers`` list of ``name``
    string and ``value`` binary. Of a raw topic ``body`` takes the place of ``value``, and
    ``provider``, ``content_type``, ``received_at`` and ``position`` are as intake takes them.
    """
    import pyarrow as pa  # noqa: PLC0415  (a second to import)

    instant = pa.timestamp("us", tz="UTC")
    header = pa.struct([("name", pa.string()), ("value", pa.binary())])
    fields = [
        ("topic", pa.string()),
        ("partition", pa.int32()),
        ("offset", pa.int64()),
        ("appended_at", instant),
        ("key", pa.binary()),
        ("headers", pa.list_(header)),
    ]
    if raw:
        words = [(name, pa.string()) for name in ("provider", "content_type", "position")]
        fields += [*words, ("received_at", instant), ("body", pa.binary())]
    else:
        fields.append(("value", pa.binary()))
    return pa.schema(fields)


def _row(record: Record) -> dict[str, object]:
    from streams.log.headers import raw_of  # noqa: PLC0415  (beside its only use)

    row: dict[str, object] = {
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "appended_at": record.appended_at,
        "key": record.key,
        "headers": [{"name": name, "value": value} for name, value in record.headers],
    }
    if not is_raw(record.topic):
        return {**row, "value": record.value}
    message = raw_of(record)
    return {
        **row,
        "provider": message.provider,
        "content_type": message.content_type,
        "position": message.position,
        "received_at": message.received_at,
        "body": record.value,
    }


FORMATS: dict[str, Callable[[_Sink, str], _Blocks]] = {"jsonl.zst": _Lines, "parquet": _Parquet}


class RecordFile:
    """The file of one partition and one day that is being written.

    Attributes:
        day: of the append times (UTC) of its records.
        last: offset of the last record so far.
        size: bytes of lines so far, before compression.
    """

    def __init__(
        self, directory: Path, record: Record, start: int, format_: str, name: str | None = None
    ) -> None:
        """Begin with the record that names it; nothing is visible yet.

        Args:
            directory: of the topic.
            record: the first record, not yet added.
            start: the first offset the file stands for.
            format_: one of ``FORMATS``.
            name: of the file that is written anew; None is a new one.

        Raises:
            OSError: the temporary file cannot be made.
        """
        self.day: date = record.appended_at.date()
        self.size = 0
        self._directory = directory
        # Twelve digits sort as numbers up to a thousand billion records.
        self._name = name or f"{self.day}/{record.partition}+{record.offset:012d}.{format_}"
        self._partition, self._start = record.partition, start
        self._records, self.last, self._line = 0, record.offset, b""
        self._temporary = directory / f".{self._name.replace('/', '+')}{TEMPORARY}"
        self._temporary.unlink(missing_ok=True)
        self._sink = _Sink(self._temporary)
        self._blocks = FORMATS[format_](self._sink, record.topic)

    def add(self, record: Record) -> None:
        """Write a record, or keep it for the next piece.

        Raises:
            OSError: the disk is full, or the like.
        """
        line = line_of(record)
        self._blocks.add(record, line)
        self._records += 1
        self.last, self._line = record.offset, line
        self.size += len(line)

    def finish(self, stop: int) -> Part:
        """Show the whole file under its name, safe on the disk; answers what to list it as.

        Args:
            stop: the offset after the last one it stands for.

        Raises:
            OSError: the disk is full, or the like; nothing is to be seen of the file.
        """
        part = self.prepare(stop)
        self.show()
        return part

    def prepare(self, stop: int) -> Part:
        """Make the whole file safe on the disk, hidden; answers what to list it as.

        Args:
            stop: the offset after the last one it stands for.

        Raises:
            OSError: the disk is full, or the like.
        """
        blocks = self._blocks.finish()
        self._sink.sync()
        self._sink.close()
        return Part(
            file=self._name,
            partition=self._partition,
            start=self._start,
            stop=stop,
            records=self._records,
            size=self._sink.size,
            sha256=self._sink.sha256.hexdigest(),
            blocks=tuple(blocks),
            last=self.last,
            last_sha256=hashlib.sha256(self._line).hexdigest(),
        )

    def show(self) -> None:
        """Give a prepared file its name, for good, in the place of any that has it.

        Raises:
            OSError: it cannot be shown; nothing is to be seen of it.
        """
        path = self._directory / self._name
        path.parent.mkdir(exist_ok=True)
        self._temporary.replace(path)
        try:
            for directory in (path.parent, self._directory):
                sync_directory(directory)
        except OSError:
            path.unlink()
            raise

    def discard(self) -> None:
        """Give the file up; what was written of it goes."""
        self._sink.drop()
        self._blocks.abandon()
        self._sink.close()
        self._temporary.unlink(missing_ok=True)


def partial_files(directory: Path) -> list[Path]:
    """Temporary files that a recording left which was ended in the midst."""
    return sorted(directory.glob(f".*{TEMPORARY}"))


def sync_directory(directory: Path) -> None:
    """Make the names in a directory as safe as its files.

    Raises:
        OSError: the disk does not answer.
    """
    entry = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(entry)
    finally:
        os.close(entry)
