"""Reading of every format against its library alone, in CPU time, round by round in turn.

The library alone does what any reader of news must: it unpacks every byte, and gives every cell,
page or member as an object of Python. It must not judge, nor leave a file behind.
"""

from __future__ import annotations

import bz2
import csv
import gzip
import re
import statistics
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, cast

import orjson
from backports import zstd

from streams.bench.measure import Figure, interleaved, median_ratio
from streams.bench.reading_corpus import write_corpus
from streams.ingest.sources import SourceOptions, Sources

__all__ = ["reading_figures"]

_ROUNDS = 3
_PIECE_BYTES = 1 << 18
_LEAST_MB_S = 200
_MOST_RATIO = 1.3


@dataclass(frozen=True, slots=True)
class _Case:
    """One format.

    Attributes:
        name: as it is printed.
        file: in the corpus.
        alone: reads the file with the library, from its path.
        against: what that is.
        is_fast: whether its budget is MB/s, not a ratio.
        split: ``--split``.
    """

    name: str
    file: str
    alone: Callable[[Path], None]
    against: str
    is_fast: bool = False
    split: str | None = None


def reading_figures(folder: Path, megabytes: int) -> Iterator[Figure]:
    """A figure or two a format, as they are measured.

    Args:
        folder: an empty one, for the corpus: about four times its size.
        megabytes: text in each file, unpacked.
    """
    sizes = write_corpus(folder, megabytes * 1_000_000)
    for case in _CASES:
        path = folder / case.file
        ours, alone = interleaved([partial(_read, path, case.split), partial(case.alone, path)],
                                  _ROUNDS)  # fmt: skip
        ratio, seen = median_ratio(ours, alone)
        speeds = [sizes[case.file] / seconds / 1e6 for seconds in (*ours, *alone)]
        speed = statistics.median(speeds[:_ROUNDS])
        if case.is_fast:
            yield Figure(f"reading {case.name}", speed, "MB/s", _LEAST_MB_S)
        yield Figure(
            f"reading {case.name}, against {case.against}", ratio, "x",
            None if case.is_fast else _MOST_RATIO, larger_is_better=False,
            note=f"{seen}; {speed:.0f} MB/s, {statistics.median(speeds[_ROUNDS:]):.0f} alone",
        )  # fmt: skip


def _read(path: Path, split: str | None) -> None:
    for _ in Sources([str(path)], SourceOptions(split=split)):
        pass


def _lines(path: Path) -> None:
    with path.open("rb") as handle:
        for line in handle:
            orjson.loads(line)


def _unpack(opened: Callable[[Path], object], path: Path) -> None:
    with cast("IO[bytes]", opened(path)) as handle:
        while handle.read(_PIECE_BYTES):
            pass


def _rows(delimiter: str, path: Path) -> None:
    with path.open(encoding="utf-8", newline="") as handle:
        for _ in csv.reader(handle, delimiter=delimiter):
            pass


def _parquet(path: Path) -> None:
    from pyarrow.parquet import ParquetFile  # noqa: PLC0415  (0.2 s)

    with ParquetFile(path) as table:
        for batch in table.iter_batches(use_threads=False):
            for column in batch.columns:
                column.to_pylist()


def _pages(path: Path) -> None:
    from fastwarc.warc import ArchiveIterator, WarcRecordType  # noqa: PLC0415  (as above)

    with path.open("rb") as handle:
        for record in ArchiveIterator(handle, WarcRecordType.response, parse_http=True):
            record.reader.read()


def _tar(path: Path) -> None:
    with tarfile.open(path) as archive:
        for info in archive:
            member = archive.extractfile(info)
            if member is not None:
                member.read()


def _zip(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            archive.read(info)


def _parts(path: Path) -> None:
    with path.open("rb") as handle:
        starts = re.compile(rb"ZCZC")
        for line in handle:
            starts.match(line)


_GZIP = partial(_unpack, gzip.open)
_BZIP2 = partial(_unpack, bz2.open)
_ZSTD = partial(_unpack, zstd.open)
_CASES = (
    _Case("JSON Lines", "a.jsonl", _lines, "orjson a line", is_fast=True),
    _Case("JSON Lines .zst", "a.jsonl.zst", _ZSTD, "the decompressor", is_fast=True),
    _Case("JSON Lines .gz", "a.jsonl.gz", _GZIP, "the decompressor"),
    _Case("JSON Lines .bz2", "a.jsonl.bz2", _BZIP2, "the decompressor"),
    _Case("CSV", "a.csv", partial(_rows, ","), "csv.reader"),
    _Case("TSV", "a.tsv", partial(_rows, "\t"), "csv.reader"),
    _Case("Parquet", "a.parquet", _parquet, "pyarrow, every cell an object"),
    _Case("WARC, small pages", "small.warc", _pages, "fastwarc"),
    _Case("WARC.gz, small pages", "small.warc.gz", _pages, "fastwarc"),
    _Case("WARC", "a.warc", _pages, "fastwarc"),
    _Case("WARC.gz", "a.warc.gz", _pages, "fastwarc"),
    _Case("tar", "a.tar", _tar, "tarfile"),
    _Case("zip", "a.zip", _zip, "zipfile"),
    _Case("texts with --split", "a.txt", _parts, "a match a line", split="ZCZC"),
)
