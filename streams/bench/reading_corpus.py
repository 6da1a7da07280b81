"""The same dispatches in a file of every format, to measure reading with.

It must not read them.
"""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import tarfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO

import orjson
from backports import zstd

from streams.bench.corpus import Copywriter

__all__ = ["write_corpus"]

_START = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
# 3.5 kB of text, as the wires of agencies have with their headers.
_WORDS = 500
# Of 150 pages of news as they are served, nine in ten are of 60 kB and more; half of 152 kB.
_PAGE_DISPATCHES = 17
_ROW_GROUP = 1_000


@dataclass(frozen=True, slots=True)
class _Dispatch:
    number: int
    headline: str
    text: str

    @property
    def received_at(self) -> str:
        return (_START + timedelta(seconds=self.number)).isoformat()

    @property
    def cells(self) -> tuple[str, str, str, str, str]:
        return (f"tx-{self.number:06}", self.received_at, "bench", self.headline, self.text)


_COLUMNS = ("id", "received_at", "provider", "headline", "body")


def write_corpus(folder: Path, size: int) -> dict[str, int]:
    """Write files named by their formats; answers the bytes in each, unpacked.

    Args:
        folder: an empty one.
        size: bytes of text in each file, about.
    """
    dispatches = list(_dispatches(size))
    sizes = {}
    for name, write in _WRITERS.items():
        with (folder / name).open("wb") as out:
            sizes[name] = write(dispatches, out)
    return sizes


def _dispatches(size: int) -> Iterator[_Dispatch]:
    writer = Copywriter()
    number = 0
    while size > 0:
        paragraphs = writer.drawn(number, _WORDS)
        text = "\n\n".join(paragraphs)
        yield _Dispatch(number, " ".join(paragraphs[0].split()[2:11]), text)
        size -= len(text.encode())
        number += 1


def _lines(dispatches: Sequence[_Dispatch]) -> bytes:
    return b"".join(
        orjson.dumps(
            {"id": d.cells[0], "received_at": d.received_at, "provider": "bench",
             "body": f"{d.headline}\n\n{d.text}"}
        ) + b"\n"
        for d in dispatches
    )  # fmt: skip


def _packed(pack: Callable[[bytes], bytes]) -> Callable[[Sequence[_Dispatch], IO[bytes]], int]:
    def write(dispatches: Sequence[_Dispatch], out: IO[bytes]) -> int:
        data = _lines(dispatches)
        out.write(pack(data))
        return len(data)

    return write


def _rows(delimiter: str) -> Callable[[Sequence[_Dispatch], IO[bytes]], int]:
    def write(dispatches: Sequence[_Dispatch], out: IO[bytes]) -> int:
        text = io.StringIO(newline="")
        writer = csv.writer(text, delimiter=delimiter)
        writer.writerow(_COLUMNS)
        writer.writerows(d.cells for d in dispatches)
        return out.write(text.getvalue().encode())

    return write


def _parquet(dispatches: Sequence[_Dispatch], out: IO[bytes]) -> int:
    import pyarrow as pa  # noqa: PLC0415  (0.2 s)
    import pyarrow.parquet as pq  # noqa: PLC0415  (as above)

    columns = zip(*(d.cells for d in dispatches), strict=True)
    table = pa.table(dict(zip(_COLUMNS, map(list, columns), strict=True)))
    pq.write_table(table, out, row_group_size=_ROW_GROUP)
    return sum(len(cell.encode()) for d in dispatches for cell in d.cells)


def _pages(many: int, *, packed: bool) -> Callable[[Sequence[_Dispatch], IO[bytes]], int]:
    def write(dispatches: Sequence[_Dispatch], out: IO[bytes]) -> int:
        size = 0
        for record in _records(dispatches, many):
            size += len(record)
            out.write(gzip.compress(record, 6) if packed else record)
        return size

    return write


def _records(dispatches: Sequence[_Dispatch], many: int) -> Iterator[bytes]:
    """Records of WARC as crawlers write them, each a page of ``many`` dispatches."""
    for first in range(0, len(dispatches), many):
        some = dispatches[first : first + many]
        page = "".join(f"<h1>{d.headline}</h1><p>{d.text}</p>" for d in some)
        body = f"<!doctype html><html><body>{page}</body></html>".encode()
        http = (
            "HTTP/1.1 200 OK\r\nDate: Mon, 02 Mar 2026 06:00:00 GMT\r\nServer: bench\r\n"
            f"Content-Type: text/html; charset=utf-8\r\nContent-Length: {len(body)}\r\n\r\n"
        ).encode()
        at = some[0].received_at.replace("+00:00", "Z")
        head = (
            f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Date: {at}\r\n"
            f"WARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-{first:012}>\r\n"
            f"WARC-Target-URI: https://example.org/2026/03/02/{first}.html\r\n"
            "Content-Type: application/http; msgtype=response\r\n"
            f"Content-Length: {len(http) + len(body)}\r\n\r\n"
        ).encode()
        yield head + http + body + b"\r\n\r\n"


def _tar(dispatches: Sequence[_Dispatch], out: IO[bytes]) -> int:
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, body in _members(dispatches):
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(body), int(_START.timestamp())
            archive.addfile(info, io.BytesIO(body))
    return out.tell()


def _zip(dispatches: Sequence[_Dispatch], out: IO[bytes]) -> int:
    size = 0
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in _members(dispatches):
            archive.writestr(name, body)
            size += len(body)
    return size


def _members(dispatches: Iterable[_Dispatch]) -> Iterator[tuple[str, bytes]]:
    for d in dispatches:
        yield f"2026/03/{d.number:06}.txt", f"{d.headline}\n\n{d.text}\n".encode()


def _telegrams(dispatches: Sequence[_Dispatch], out: IO[bytes]) -> int:
    return sum(
        out.write(f"ZCZC TX{d.number:06}\n{d.headline}\n\n{d.text}\nNNNN\n\n\n".encode())
        for d in dispatches
    )


_WRITERS: dict[str, Callable[[Sequence[_Dispatch], IO[bytes]], int]] = {
    "a.jsonl": _packed(bytes),
    "a.jsonl.zst": _packed(zstd.compress),
    "a.jsonl.gz": _packed(lambda data: gzip.compress(data, 6)),
    "a.jsonl.bz2": _packed(bz2.compress),
    "a.csv": _rows(","),
    "a.tsv": _rows("\t"),
    "a.parquet": _parquet,
    "small.warc": _pages(1, packed=False),
    "small.warc.gz": _pages(1, packed=True),
    "a.warc": _pages(_PAGE_DISPATCHES, packed=False),
    "a.warc.gz": _pages(_PAGE_DISPATCHES, packed=True),
    "a.tar": _tar,
    "a.zip": _zip,
    "a.txt": _telegrams,
}
