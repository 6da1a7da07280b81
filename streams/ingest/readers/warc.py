"""WARC (ISO 28500): a message a page, as crawls of news keep them.

Requests, metadata and pages that were not found are no messages.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from schemas.raw import RawMessage
from streams.ingest.dates import parse_date
from streams.ingest.readers.base import Context, Input
from streams.ingest.readers.chunks import ByteStream

if TYPE_CHECKING:
    from fastwarc.warc import WarcRecord

__all__ = ["WARC", "read_warc"]

WARC = re.compile(rb"WARC/[01]\.\d+\r?\n")
_LENGTH = re.compile(rb"(?im)^content-length[ \t]*:[ \t]*(\d{1,15})[ \t]*\r?$")
_HEADER_END = re.compile(rb"\r?\n\r?\n")
_BLANK = re.compile(rb"[\r\n]*")
_HEADER_BYTES = 1 << 16
_READ_BYTES = 1 << 20
_PAYLOAD_BYTES = 1 << 15
_URL_CHARACTERS = 2048


def read_warc(source: Input, context: Context) -> Iterator[RawMessage]:
    """A message for each page that was found, at ``name:number`` of its record."""
    for number, at, record in _records(source, context):
        position = f"{source.name}:{number}"
        try:
            yield from _messages(record, position, context.limits.member)
        except (OSError, ValueError, EOFError) as error:
            detail = f"at byte {at:,}: {str(error)[:200]}"
            context.damaged(position, "warc-record-damaged", detail)


def _messages(data: bytes, position: str, limit: int) -> Iterator[RawMessage]:
    from fastwarc.warc import ArchiveIterator, WarcRecordType  # noqa: PLC0415  (start quickly)

    kinds = WarcRecordType.response | WarcRecordType.resource | WarcRecordType.conversion
    for record in ArchiveIterator(
        io.BytesIO(data), kinds, parse_http=True, auto_decode="all", stream_detect=False
    ):
        message = _message(record, position, limit)
        if message is not None:
            yield message


def _message(record: WarcRecord, position: str, limit: int) -> RawMessage | None:
    content_type = record.headers.get("Content-Type")
    if record.is_http:
        if record.http_headers is None or not _found(record.http_headers.status_code):
            return None
        content_type = record.http_headers.get("Content-Type")
    body = _payload(record, limit)
    url = _valid(record.headers.get("WARC-Target-URI") or "")[:_URL_CHARACTERS]
    return RawMessage(
        body=body,
        content_type=_valid(content_type or "").strip() or None,
        received_at=parse_date(record.headers.get("WARC-Date")),
        position=position,
        headers=(("url", url),) if url else (),
    )


def _payload(record: WarcRecord, limit: int) -> bytes:
    """What is in the record, unpacked where HTTP packed it.

    Raises:
        ValueError: it is more than the limit.
    """
    pieces: list[bytes] = []
    size = 0
    # The library makes room for as much as it is asked for.
    while piece := record.reader.read(_PAYLOAD_BYTES):
        size += len(piece)
        if size > limit:
            raise ValueError(f"unpacks to over {limit:,} bytes")
        pieces.append(piece)
    return b"".join(pieces)


def _found(status: int | None) -> bool:
    return status is not None and 200 <= status < 300


def _valid(text: str) -> str:
    return text.encode(errors="replace").decode()


def _records(source: Input, context: Context) -> Iterator[tuple[int, int, bytes]]:
    """Each record by itself, with its number and where it begins: one that is damaged ends there.

    The library reads records; this only finds where they begin, which it cannot after damage.
    """
    window = _Window(ByteStream(source.chunks))
    number = 0
    while window.fill(_HEADER_BYTES):
        number += 1
        at = window.offset
        position = f"{source.name}:{number}"
        end = _HEADER_END.search(window.held, 0, _HEADER_BYTES)
        length = _LENGTH.search(window.held, 0, end.start()) if end else None
        if not WARC.match(window.held) or end is None or length is None:
            context.damaged(position, "warc-record-damaged", f"at byte {at:,}: no header")
            window.seek_record()
            continue
        size = end.end() + int(length[1])
        if size > context.limits.member:
            context.damaged(position, "member-too-large", f"at byte {at:,}: {size:,} bytes")
            window.skip(size)
        elif not window.fill(size):
            context.damaged(position, "warc-truncated", f"at byte {at:,}")
            # A wrong length may be all that is wrong: the next record is looked for.
            window.seek_record()
            continue
        elif not window.ends_record(size):
            context.damaged(position, "warc-record-damaged", f"at byte {at:,}: a wrong length")
            window.seek_record()
            continue
        else:
            yield number, at, window.take(size)
        window.skip_blank()


class _Window:
    """The bytes from where the next record should begin."""

    def __init__(self, stream: ByteStream) -> None:
        self._stream = stream
        self.held = bytearray()
        self.offset = 0

    def fill(self, size: int) -> bool:
        """Whether there are any bytes; as many as asked for are held, if there are so many."""
        while len(self.held) < size:
            piece = self._stream.read(max(_READ_BYTES, size - len(self.held)))
            if not piece:
                break
            self.held += piece
        return len(self.held) >= size or (size == _HEADER_BYTES and bool(self.held))

    def ends_record(self, size: int) -> bool:
        """Whether a record of this size is followed by blank lines, a record, or nothing."""
        self.fill(size + 4 + 16)
        after = bytes(self.held[size : size + 20])
        rest = after.lstrip(b"\r\n")
        return after.startswith((b"\r\n\r\n", b"\n\n")) or not rest or rest.startswith(b"WARC/")

    def take(self, size: int) -> bytes:
        """The first bytes."""
        taken = bytes(self.held[:size])
        del self.held[:size]
        self.offset += size
        return taken

    def skip(self, size: int) -> None:
        """Pass over bytes without holding them."""
        while size > 0 and (self.held or self.fill(_READ_BYTES) or self.held):
            size -= len(self.take(min(size, len(self.held))))

    def skip_blank(self) -> None:
        """Pass over the blank lines after a record."""
        while self.held or self.fill(_HEADER_BYTES):
            blank = _BLANK.match(self.held)
            self.take(blank.end() if blank else 0)
            if self.held:
                return

    def seek_record(self) -> None:
        """Go to the next line that begins a record, or to the end."""
        start = 1
        while True:
            found = re.compile(rb"\n" + WARC.pattern).search(self.held, start - 1)
            if found:
                self.take(found.start() + 1)
                return
            self.take(max(0, len(self.held) - 16))
            before = len(self.held)
            self.fill(before + _READ_BYTES)
            if len(self.held) == before:
                self.take(before)
                return
