"""What the stages answer, turned into records: both hosts write these, so both write the same.

Values are canonical JSON or the original bytes; transports, epochs and places in the desk's order
are headers. It must not write anything itself.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import get_args

from schemas.codec import encode, encode_short
from schemas.dead_letter import DeadCode, DeadLetter
from schemas.decoded import Cleaned, Dropped, Failed, Tick
from schemas.event import ITEM_KINDS, WireEvent
from schemas.item import Item
from schemas.journal import HeldRecord, JournalRecord, StateRecord
from schemas.model import write_instant
from schemas.raw import RawMessage
from schemas.topics import TopicName
from streams.log.base import Headers, NewRecord, Record
from streams.log.headers import (
    CONTENT_TYPE,
    PROVIDER,
    RECEIVED_AT,
    SHA256,
    SIZE,
    SOURCE_ID,
    SPOOL_PATH,
    CloudEvent,
    DeskSeq,
    carried,
    decoded_headers,
    desk_headers,
    header_bytes,
    header_text,
    output_headers,
    read_instant,
)
from streams.log.spool import spooled_as

ITEM_SCHEMA = "item/1"
EVENT_SCHEMA = "event/1"
JOURNAL_SCHEMA = "journal/1"
STATE_SCHEMA = "state/1"
HELD_SCHEMA = "held/1"
KB_SCHEMA = "kb/1"
TICK_KEY = b"tick"

RAW_HEADER = "raw:"
"""Begins the name of a header that a dead letter's message came with."""

CODE = "code"
_STAGE = "stage"
_DETAIL = "detail"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A record to be written to a topic of the catalogue."""

    topic: TopicName
    key: bytes | None
    value: bytes | None
    headers: Headers = ()

    def record(self, prefix: str) -> NewRecord:
        """The record with its topic's full name."""
        return NewRecord(prefix + self.topic, self.key, self.value, self.headers)


def decoded_outgoing(
    record: Cleaned | Dropped | Failed | Tick, transport: str | None = None
) -> Outgoing:
    """One part, or a tick, for ``wire.decoded``."""
    match record:
        case Cleaned():
            key = header_bytes(record.item.item_key)
        case Tick():
            key = TICK_KEY
        case _:
            key = header_bytes(record.source.id)
    return Outgoing(
        TopicName.DECODED, key, encode(record), decoded_headers(f"{record.type}/1", transport)
    )


def event_outgoing(event: WireEvent, seq: DeskSeq, epoch: int) -> list[Outgoing]:
    """An event for ``wire.events`` and, where it has become the current one, its item.

    The item comes first: whoever hears of an event can find its item.
    """
    key = event.item.item_key if event.item else event.source.id
    outgoing = []
    if event.kind in ITEM_KINDS and event.item is not None:
        headers = output_headers(
            ITEM_SCHEMA,
            kind=event.kind,
            seq=seq,
            epoch=epoch,
            event=CloudEvent(event.id, "wireroom.item", event.item.id),
        )
        outgoing.append(Outgoing(TopicName.ITEMS, header_bytes(key), encode(event.item), headers))
    headers = output_headers(
        EVENT_SCHEMA,
        kind=event.kind,
        seq=seq,
        epoch=epoch,
        event=CloudEvent(
            event.id, f"wireroom.event.{event.kind}", event.item.id if event.item else None
        ),
    )
    outgoing.append(Outgoing(TopicName.EVENTS, header_bytes(key), encode(event), headers))
    return outgoing


def held_outgoing(item_key: str, held: HeldRecord | None, epoch: int) -> Outgoing:
    """A hold for ``wire.held``, or the tombstone of one that ended."""
    value = None if held is None else encode(held)
    headers = desk_headers(HELD_SCHEMA, epoch)
    return Outgoing(TopicName.HELD, header_bytes(item_key), value, headers)


def journal_outgoing(journal: JournalRecord) -> Outgoing:
    """One decision for ``wire.desk``."""
    key = header_bytes(journal.item_id or journal.transport or journal.type)
    headers = desk_headers(JOURNAL_SCHEMA, journal.epoch)
    return Outgoing(TopicName.DESK, key, encode_short(journal), headers)


def state_outgoing(state: StateRecord) -> Outgoing:
    """A key's last word for ``wire.state``."""
    headers = desk_headers(STATE_SCHEMA, state.epoch)
    return Outgoing(TopicName.STATE, header_bytes(state.item_key), encode_short(state), headers)


def enriched_outgoing(source: Outgoing, item: Item | None) -> Outgoing:
    """The record for ``wire.enriched``: the source's place in order, the item in place of its own.

    Without an item the source's bytes are copied.
    """
    value = source.value if item is None else encode(item)
    return Outgoing(TopicName.ENRICHED, source.key, value, source.headers)


def dead_outgoing(raw: RawMessage, failed: Iterable[Failed]) -> Outgoing | None:
    """The dead letter of a message, with its bytes; None if nothing in it failed.

    One letter a message: the first failure names it, ``parts`` lists every part that failed. The
    bytes of a spooled message lie where ``spool-path`` says. The message's own further headers go
    along, each name after ``raw:``, so that it can be sent once more as it was.
    """
    failures = list(failed)
    if not failures:
        return None
    first = failures[0]
    spooled = spooled_as(raw)
    headers = [
        (CODE, first.code.encode()),
        (_STAGE, header_bytes(first.stage)),
        (_DETAIL, header_bytes(first.detail)),
        (SHA256, first.source.sha256.encode()),
        (SIZE, str(spooled.size if spooled else len(raw.body)).encode()),
        ("parts", ",".join(str(failure.source.part) for failure in failures).encode()),
        (SOURCE_ID, header_bytes(first.source.position)),
    ]
    for name, value in (
        (PROVIDER, raw.provider),
        (CONTENT_TYPE, raw.content_type),
        (RECEIVED_AT, write_instant(raw.received_at) if raw.received_at else None),
        (SPOOL_PATH, spooled.path if spooled else None),
    ):
        if value:
            headers.append((name, header_bytes(value)))
    headers += [(RAW_HEADER + name, value) for name, value in carried(raw.headers)]
    return Outgoing(TopicName.DEAD, header_bytes(first.source.position), raw.body, tuple(headers))


def letter_of(record: Record) -> DeadLetter:
    """The dead letter a record on ``wire.dead`` carries.

    Tolerant: a letter with headers missing still shows its bytes.
    """
    body = record.value or b""
    spool_path = header_text(record, SPOOL_PATH)
    code = header_text(record, CODE)
    size = header_text(record, SIZE) or ""
    key = record.key.decode("utf-8", "replace") if record.key else ""
    return DeadLetter(
        position=header_text(record, SOURCE_ID) or key,
        code=_known_code(code),
        stage=header_text(record, _STAGE) or "unknown",
        detail=header_text(record, _DETAIL) or "",
        provider=header_text(record, PROVIDER),
        received_at=read_instant(header_text(record, RECEIVED_AT)),
        content_type=header_text(record, CONTENT_TYPE),
        sha256=header_text(record, SHA256) or hashlib.sha256(body).hexdigest(),
        size=int(size) if re.fullmatch("[0-9]{1,19}", size) else len(body),
        body=None if spool_path else body,
        spool_path=spool_path,
    )


def _known_code(code: str | None) -> DeadCode:
    """The code, or the one for bodies nobody could say more of."""
    for known in get_args(DeadCode):
        if code == known:
            return known  # type: ignore[no-any-return]
    return "body-unreadable"
