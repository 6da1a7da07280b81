"""The headers of every record we write or read: where it came from, which schema, which decision.

Whatever differs between two runs over the same input (offsets, epochs, times of arrival) is a
header, so that values stay byte-identical. It must not read a value.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from schemas.model import write_instant
from schemas.raw import RawMessage, derived_position
from streams.desk.identity import UNKNOWN_PROVIDER
from streams.log.base import Headers, NewRecord, Record

JSON = b"application/json"

PROVIDER = "provider"
SOURCE_ID = "source-id"
CONTENT_TYPE = "content-type"
RECEIVED_AT = "received-at"
UNDATED = "undated"
SCHEMA = "schema"
KIND = "kind"
TRANSPORT = "transport"
DESK_SEQ = "desk-seq"
DESK_EPOCH = "desk-epoch"
SPOOL_PATH = "spool-path"
SHA256 = "sha256"
SIZE = "size"
LEFT_OUT = "headers-left-out"
EVENT_ID = "ce_id"
SUBJECT = "ce_subject"
"""The id of the item that a record is about."""
RETRY_OF = "retry-of"
"""On a raw record that a dead letter was made of again: where that lies, "wire.dead/0/12"."""
RETRIES = "retries"
"""How many retries led to it: 2 for the retry of a retry."""
REVISION = "revision"
"""On an item enriched again, in its old place: the version of the knowledge base."""

# Longer than any name or path in use; a header of a megabyte must not travel on in every output.
_MAX_CHARS = 512
# An offset or an epoch has 63 bits; Python refuses to read thousands of digits.
_COUNT = re.compile("[0-9]{1,19}")

# Bytes of a message's own headers, within the room that every log leaves for headers.
_MAX_CARRIED_BYTES = 32 * 1024

_OF_RAW = frozenset({PROVIDER, SOURCE_ID, CONTENT_TYPE, RECEIVED_AT})
# Only our own spooling says where a body lies: a message that names a file must not be believed.
_NOT_CARRIED = _OF_RAW | {SPOOL_PATH}


def header_bytes(text: str) -> bytes:
    """Text as a header value; characters UTF-8 cannot hold become question marks."""
    return text.encode("utf-8", "replace")


def header_text(record: Record, name: str) -> str | None:
    """A header as text, or None where it is absent or empty."""
    value = record.header(name)
    return value.decode("utf-8", "replace") if value else None


def read_instant(text: str | None) -> datetime | None:
    """An RFC 3339 time in UTC; None for nothing, nonsense, or a time without its zone."""
    if text is None:
        return None
    try:
        instant = datetime.fromisoformat(text)
        return instant.astimezone(UTC) if instant.tzinfo else None
    except (ValueError, OverflowError):
        return None


def raw_record(raw: RawMessage, topic: str) -> NewRecord:
    """The record that carries a message on a raw topic, keyed by provider.

    Of headers that no log would take together, the last go along, which may be our own additions;
    ``headers-left-out`` counts the others.
    """
    headers = carried(raw.headers)
    for name, value in (
        (PROVIDER, raw.provider),
        (SOURCE_ID, raw.position),
        (CONTENT_TYPE, raw.content_type),
        (RECEIVED_AT, write_instant(raw.received_at) if raw.received_at else None),
    ):
        if value:
            headers.append((name, header_bytes(value)))
    return NewRecord(
        topic=topic,
        key=header_bytes(raw.provider or UNKNOWN_PROVIDER),
        value=raw.body,
        headers=tuple(headers),
    )


def carried(given: Sequence[tuple[str, str]]) -> list[tuple[str, bytes]]:
    """A message's further headers, of which the last 32 KiB go along."""
    headers: list[tuple[str, bytes]] = []
    left, left_out = _MAX_CARRIED_BYTES, 0
    for name, value in reversed(given):
        if name in _NOT_CARRIED:
            continue
        pair = header_bytes(name).decode(), header_bytes(value)
        size = len(pair[0].encode()) + len(pair[1])
        if len(name) > _MAX_CHARS or size > left:
            left_out += 1
            continue
        left -= size
        headers.append(pair)
    if left_out:
        headers.append((LEFT_OUT, str(left_out).encode()))
    headers.reverse()
    return headers


def raw_of(record: Record) -> RawMessage:
    """The message a raw record carries.

    Without ``received-at`` it is the time of append, unless ``undated`` says that this means
    nothing (files read for once); without ``source-id`` the position is made of the bytes and
    that time, both the same whenever the record is read again.
    """
    body = record.value or b""
    received_at = read_instant(header_text(record, RECEIVED_AT))
    if received_at is None and record.header(UNDATED) is None:
        received_at = record.appended_at
    position = _clipped(header_text(record, SOURCE_ID))
    if position is None:
        position = derived_position(hashlib.sha256(body).hexdigest(), received_at)
    return RawMessage(
        body=body,
        provider=_clipped(header_text(record, PROVIDER)),
        content_type=_clipped(header_text(record, CONTENT_TYPE)),
        received_at=received_at,
        position=position,
        headers=tuple(
            (name, value.decode("utf-8", "replace"))
            for name, value in record.headers
            if name not in _OF_RAW
        ),
    )


def _clipped(text: str | None) -> str | None:
    """The text, its end replaced by its hash where it is absurdly long."""
    if text is None or len(text) <= _MAX_CHARS:
        return text
    digest = hashlib.sha256(header_bytes(text)).hexdigest()
    return f"{text[: _MAX_CHARS // 2]}...sha256:{digest[:16]}"


def transport_of(record: Record, part: int) -> str:
    """Where one part of a raw record lies in the log: "topic/partition/offset/part"."""
    return f"{record.topic}/{record.partition}/{record.offset}/{part}"


@dataclass(frozen=True, slots=True, order=True)
class DeskSeq:
    """A place in the desk's order: the decoded record, then which of its events.

    Higher is later; the same place met twice is a re-send.
    """

    offset: int
    number: int

    def __str__(self) -> str:
        return f"{self.offset}.{self.number}"

    @classmethod
    def of(cls, record: Record) -> DeskSeq | None:
        """The place an output was decided at, or None where the header is absent or nonsense."""
        offset, dot, number = (header_text(record, DESK_SEQ) or "").partition(".")
        if not (dot and _COUNT.fullmatch(offset) and _COUNT.fullmatch(number)):
            return None
        return cls(int(offset), int(number))


def epoch_of(record: Record) -> int:
    """The desk assignment that wrote a record; 0 where it does not say."""
    text = header_text(record, DESK_EPOCH) or ""
    return int(text) if _COUNT.fullmatch(text) else 0


def decoded_headers(schema: str, transport: str | None) -> Headers:
    """The headers of a record on ``wire.decoded``."""
    headers = [(CONTENT_TYPE, JSON), (SCHEMA, schema.encode())]
    if transport is not None:
        headers.append((TRANSPORT, header_bytes(transport)))
    return tuple(headers)


@dataclass(frozen=True, slots=True)
class CloudEvent:
    """The CloudEvents 1.0 attributes of an output (Kafka binary content mode)."""

    id: str
    type: str
    subject: str | None

    def headers(self) -> Headers:
        """As Kafka headers."""
        pairs = [
            ("ce_specversion", b"1.0"),
            (EVENT_ID, header_bytes(self.id)),
            ("ce_source", b"/wireroom/desk"),
            ("ce_type", header_bytes(self.type)),
        ]
        if self.subject:
            pairs.append((SUBJECT, header_bytes(self.subject)))
        return tuple(pairs)


def output_headers(
    schema: str, *, kind: str, seq: DeskSeq, epoch: int, event: CloudEvent
) -> Headers:
    """The headers of a record on ``wire.items`` or ``wire.events``."""
    return (
        (CONTENT_TYPE, JSON),
        (SCHEMA, schema.encode()),
        (KIND, kind.encode()),
        (DESK_SEQ, str(seq).encode()),
        (DESK_EPOCH, str(epoch).encode()),
        *event.headers(),
    )


def desk_headers(schema: str, epoch: int) -> Headers:
    """The headers of the desk's own records: journal, state and holds."""
    return (
        (CONTENT_TYPE, JSON),
        (SCHEMA, schema.encode()),
        (DESK_EPOCH, str(epoch).encode()),
    )
