"""Archives of every kind with the same messages in them, made by writers that are not ours."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import json
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from backports import zstd
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from schemas.raw import RawMessage
from streams.ingest.sources import SourceOptions, Sources

COUNT = 12
DAY = "2016-02-12T10:15:{:02}Z"


def text(number: int) -> str:
    """A dispatch with what formats must keep: quotes, a comma, two lines, an accent."""
    return f'No. {number}: "Prices rose, again"\nin the north, traders said in Orléans.'


def records() -> list[dict[str, str]]:
    return [
        {"when": DAY.format(n), "title": f"Head {n}", "text": text(n), "agency": "afp"}
        for n in range(COUNT)
    ]


def expected() -> list[bytes]:
    return [f"Head {n}\n\n{text(n)}".encode() for n in range(COUNT)]


def jsonl() -> bytes:
    return "".join(json.dumps(record) + "\n" for record in records()).encode()


def rows(delimiter: str) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, [*records()[0]], delimiter=delimiter)
    writer.writeheader()
    writer.writerows(records())
    return out.getvalue().encode()


def parquet(group: int = 5) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(records()), out, row_group_size=group)
    return out.getvalue()


def warc(*, packed: bool) -> bytes:
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=packed)
    writer.write_record(writer.create_warcinfo_record("x.warc", {"software": "test"}))
    for number in range(COUNT):
        _write(writer, number, "200 OK")
    _write(writer, COUNT, "404 Not Found")
    return out.getvalue()


def _write(writer: WARCWriter, number: int, status: str) -> None:
    http = StatusAndHeaders(
        status, [("Content-Type", "text/html; charset=utf-8")], protocol="HTTP/1.1"
    )
    record = writer.create_warc_record(
        f"https://example.org/{number}",
        "response",
        payload=io.BytesIO(page(number)),
        http_headers=http,
        warc_headers_dict={"WARC-Date": DAY.format(number % 60)},
    )
    writer.write_record(record)
    record.raw_stream.close()


def page(number: int) -> bytes:
    return f"<html><body><h1>Head {number}</h1><p>{text(number)}</p></body></html>".encode()


def members() -> dict[str, bytes]:
    return {f"2016/02/story-{n:02}.txt": text(n).encode() for n in range(COUNT)}


def tar(files: Mapping[str, bytes] | None = None, mode: str = "w") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:  # type: ignore[call-overload]
        for name, body in (files or members()).items():
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(body), 1_455_272_100
            archive.addfile(info, io.BytesIO(body))
    return out.getvalue()


def zipped(files: Mapping[str, bytes] | None = None, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, body in (files or members()).items():
            archive.writestr(zipfile.ZipInfo(name, (2016, 2, 12, 10, 15, 0)), body, method)
    return out.getvalue()


def telegrams() -> bytes:
    return b"".join(
        b"ZCZC ABC%03d\n" % n + text(n).encode() + b"\nNNNN\n\n\n" for n in range(COUNT)
    )


COMPRESSIONS: dict[str, Callable[[bytes], bytes]] = {
    # Without the time: parameters that name tests must be the same in every process.
    "gz": partial(gzip.compress, mtime=0),
    "bz2": bz2.compress,
    "zst": zstd.compress,
}


class Read:
    """What came of reading a file."""

    def __init__(self, path: Path, **options: object) -> None:
        self.said: list[str] = []
        given = SourceOptions(announce=self.said.append, **options)  # type: ignore[arg-type]
        self.sources = Sources([str(path)], given)
        self.messages: list[RawMessage] = list(self.sources)

    @property
    def bodies(self) -> list[bytes]:
        return [message.body for message in self.messages]

    @property
    def codes(self) -> dict[str, int]:
        return dict(self.sources.damage.counts)

    @property
    def positions(self) -> list[str]:
        return [message.position for message in self.messages]


def read(folder: Path, data: bytes, name: str = "archive", **options: object) -> Read:
    path = folder / name
    path.write_bytes(data)
    return Read(path, **options)
