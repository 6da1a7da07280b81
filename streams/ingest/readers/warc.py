"""WARC (ISO 28500): a message a page, as crawls of news keep them.

Requests, metadata and pages that were not found are no messages.
"""

from __future__ import annotations

import io
import re
from collections.abc import Generator, Iterator
from functools import cache
from typing import TYPE_CHECKING

from schemas.raw import RawMessage
from streams.ingest.dates import parse_date
from streams.ingest.readers.base import Context, Input
from streams.ingest.readers.chunks import ByteStream
from streams.ingest.readers.warc_window import HEADER_BYTES, WARC, RecordStream, Window

if TYPE_CHECKING:
    from fastwarc.warc import WarcRecord, WarcRecordType

__all__ = ["WARC", "read_warc"]

_LENGTH = re.compile(rb"(?im)^content-length[ \t]*:[ \t]*(\d{1,15})[ \t]*\r?$")
_HEADER_END = re.compile(rb"\r?\n\r?\n")
_PAYLOAD_BYTES = 1 << 15
_URL_CHARACTERS = 2048
# After damage, records are given to the library one by one until so many in a row were whole.
_WHOLE_RECORDS = 8
_ERRORS = (OSError, ValueError, EOFError)


def read_warc(source: Input, context: Context) -> Iterator[RawMessage]:
    """A message for each page that was found, at ``name:number`` of its record."""
    window = Window(ByteStream(source.chunks))
    number, whole = 0, _WHOLE_RECORDS
    while True:
        if whole >= _WHOLE_RECORDS:
            number = yield from _straight(window, number, source.name, context)
        # What is left begins with a record that is the last one, or not as it should be.
        if not window.fill(HEADER_BYTES):
            return
        number += 1
        at = window.offset
        position = f"{source.name}:{number}"
        record = _record(window, position, context)
        whole = 0 if record is None else whole + 1
        if record is None:
            continue
        try:
            yield from _messages(record, position, context.limits.member)
        except _ERRORS as error:
            whole = 0
            detail = f"at byte {at:,}: {str(error)[:200]}"
            context.damaged(position, "warc-record-damaged", detail)


def _straight(
    window: Window, number: int, name: str, context: Context
) -> Generator[RawMessage, None, int]:
    """The messages of records as long as each ends where it says and another begins there.

    The library reads them from the stream itself, which costs a fifth of giving it each by itself;
    but it passes over what it cannot read, and says nothing.

    Returns:
        The number of the last record; the window begins with the one after it.
    """
    limit = context.limits.member
    stream = window.stream(limit)
    start = 0
    length: int | None = None
    message: RawMessage | None = None
    try:
        for record in _iterate(stream):
            at = record.stream_pos
            if length is not None:
                # One record behind: what follows a record tells whether its length was right.
                if stream.end_of_record(start, length) != at:
                    break
                number += 1
                if message is not None:
                    yield message
                stream.keep_from(at)
            start, length = at, record.content_length
            if length > limit:
                break
            message = _message(record, f"{name}:{number + 1}", limit)
    except _ERRORS:
        pass
    window.take_back(stream, start)
    return number


def _messages(data: bytes, position: str, limit: int) -> Iterator[RawMessage]:
    for record in _iterate(io.BytesIO(data)):
        message = _message(record, position, limit)
        if message is not None:
            yield message


def _iterate(stream: io.BytesIO | RecordStream) -> Iterator[WarcRecord]:
    from fastwarc.warc import ArchiveIterator  # noqa: PLC0415  (start quickly)

    return ArchiveIterator(stream, parse_http=False, auto_decode="all", stream_detect=False)


def _message(record: WarcRecord, position: str, limit: int) -> RawMessage | None:
    if not record.record_type & _kinds():
        return None
    headers = record.headers
    content_type = None
    if record.is_http:
        record.parse_http(auto_decode="all")
        http = record.http_headers
        if http is None or not _found(http.status_code):
            return None
        content_type = http.get("Content-Type")
    else:
        content_type = headers.get("Content-Type")
    body = _payload(record, limit)
    url = _valid(headers.get("WARC-Target-URI") or "")[:_URL_CHARACTERS]
    return RawMessage(
        body=body,
        content_type=_valid(content_type or "").strip() or None,
        received_at=parse_date(headers.get("WARC-Date")),
        position=position,
        headers=(("url", url),) if url else (),
    )


@cache
def _kinds() -> WarcRecordType:
    from fastwarc.warc import WarcRecordType  # noqa: PLC0415  (as above)

    return WarcRecordType.response | WarcRecordType.resource | WarcRecordType.conversion


def _payload(record: WarcRecord, limit: int) -> bytes:
    """What is in the record, unpacked where HTTP packed it.

    Raises:
        ValueError: it is more than the limit.
    """
    # The library makes room for as much as it is asked for; what is packed comes in pieces.
    read, size = record.reader.read, min(record.content_length, limit) + 1
    whole = read(size)
    if len(whole) <= limit and (further := read(_PAYLOAD_BYTES)):
        pieces = [whole]
        size = len(whole)
        while further and size <= limit:
            pieces.append(further)
            size += len(further)
            further = read(_PAYLOAD_BYTES)
        whole = b"".join(pieces)
    if len(whole) > limit:
        raise ValueError(f"unpacks to over {limit:,} bytes")
    return whole


def _found(status: int | None) -> bool:
    return status is not None and 200 <= status < 300


def _valid(text: str) -> str:
    return text if text.isascii() else text.encode(errors="replace").decode()


def _record(window: Window, position: str, context: Context) -> bytes | None:
    """The first record, taken from the window; None for one that is damaged, which is told.

    The library reads records; this only finds where they begin, which it cannot after damage.
    """
    at = f"at byte {window.offset:,}"
    end = _HEADER_END.search(window.held, 0, HEADER_BYTES)
    length = _LENGTH.search(window.held, 0, end.start()) if end else None
    if not WARC.match(window.held) or end is None or length is None:
        context.damaged(position, "warc-record-damaged", f"{at}: no header")
        window.seek_record()
        return None
    size = end.end() + int(length[1])
    record = None
    if size > context.limits.member:
        context.damaged(position, "member-too-large", f"{at}: {size:,} bytes")
        window.skip(size)
    elif not window.fill(size):
        context.damaged(position, "warc-truncated", at)
        # A wrong length may be all that is wrong: the next record is looked for.
        window.seek_record()
        return None
    elif not window.ends_record(size):
        context.damaged(position, "warc-record-damaged", f"{at}: a wrong length")
        window.seek_record()
        return None
    else:
        record = window.take(size)
    window.skip_blank()
    return record
