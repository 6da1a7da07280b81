"""Recorded files read back, record by record.

It must not hold more than one record, or one piece of Parquet.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from streams.errors import ArchiveError
from streams.log.base import Record
from streams.record.lines import read_line

__all__ = ["records_in"]

# Two of the largest messages there are as base64; a longer line is none of ours.
_MAX_LINE_BYTES = 64 << 20


def records_in(path: Path) -> Iterator[Record]:
    """Every record of a recorded file, every byte as it was.

    Raises:
        ArchiveError: it is damaged, or no recorded file.
        OSError: it cannot be read.
    """
    return _rows(path) if path.name.endswith("parquet") else _lines(path)


def _lines(path: Path) -> Iterator[Record]:
    from backports.zstd import ZstdError, ZstdFile  # noqa: PLC0415  (beside its only use)

    try:
        with ZstdFile(path) as lines:
            for line in iter(lambda: lines.readline(_MAX_LINE_BYTES), b""):
                yield read_line(line)
    except (ZstdError, EOFError) as error:
        raise ArchiveError(f"{path} is damaged: {error}") from None


def _rows(path: Path) -> Iterator[Record]:
    import pyarrow as pa  # noqa: PLC0415  (a second to import)
    import pyarrow.parquet as pq  # noqa: PLC0415  (as above)

    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            for batch in file.iter_batches(batch_size=256):
                for row in batch.to_pylist():
                    yield _record(row)
    except (pa.ArrowException, KeyError, TypeError) as error:
        raise ArchiveError(f"{path} is damaged: {error}") from None


def _record(row: dict[str, Any]) -> Record:
    return Record(
        topic=row["topic"],
        partition=row["partition"],
        offset=row["offset"],
        key=row["key"],
        value=row["body"] if "body" in row else row["value"],
        headers=tuple((header["name"], header["value"]) for header in row["headers"]),
        appended_at=row["appended_at"],
    )
