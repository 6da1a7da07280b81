"""The desk over records: decoded records in, items, events and its own changelog out.

It must not decide anything itself, nor read or write a log.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from schemas.codec import SchemaError
from schemas.decoded import Cleaned, Dropped, Failed, Tick, decode_decoded
from schemas.event import Source, WireEvent
from schemas.raw import RawMessage
from schemas.topics import TopicName
from streams.desk import Desk, DeskChanges
from streams.desk.identity import source_id
from streams.log.base import Record
from streams.log.headers import TRANSPORT, DeskSeq, header_text
from streams.log.outgoing import (
    Outgoing,
    dead_outgoing,
    event_outgoing,
    held_outgoing,
    journal_outgoing,
    state_outgoing,
)


@dataclass(frozen=True, slots=True)
class DecodedEntry:
    """A record of ``wire.decoded`` as the desk takes it.

    Attributes:
        unreadable: the bytes, where they were no decoded record at all.
    """

    offset: int
    transport: str | None
    record: Cleaned | Dropped | Failed | Tick
    unreadable: bytes | None = None

    @classmethod
    def of(cls, record: Record) -> DecodedEntry:
        """The entry in a record; what cannot be read is a failure like any other."""
        transport = header_text(record, TRANSPORT)
        try:
            return cls(record.offset, transport, decode_decoded(record.value or b""))
        except SchemaError as error:
            body = record.value or b""
            position = f"{record.topic}/{record.partition}/{record.offset}"
            digest = hashlib.sha256(body).hexdigest()
            failed = Failed(
                source=Source(id=source_id(position, digest, 0), position=position, sha256=digest),
                received_at=record.appended_at,
                code="envelope-invalid",
                stage="desk",
                detail=str(error),
            )
            return cls(record.offset, transport, failed, unreadable=body)


class StageCrashedError(Exception):
    """The desk raised: its memory is in doubt, so it must be rebuilt before going on.

    Attributes:
        offset: of the decoded record it raised on; passed as ``poisoned`` next time.
    """

    def __init__(self, offset: int, error: BaseException) -> None:
        super().__init__(f"the desk raised {type(error).__name__} on decoded record {offset}")
        self.offset = offset


@dataclass(frozen=True, slots=True)
class DeskBatch:
    """What the desk decided, in ranks: a rank is written only when the one before it is safe.

    Attributes:
        events: in decided order.
        published: items (of ``events``) that became current, each with its record.
        ranks: items, events, new holds and dead letters; then the journal; then what may follow.
        skipped: parts met again that had been decided before.
    """

    events: list[WireEvent] = field(default_factory=list)
    published: list[tuple[WireEvent, Outgoing]] = field(default_factory=list)
    ranks: tuple[list[Outgoing], list[Outgoing], list[Outgoing]] = field(
        default_factory=lambda: ([], [], [])
    )
    skipped: int = 0


class DeskStage:
    """Decoded records to items and events, and the desk's own changelog."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def begin(self) -> list[Outgoing]:
        """Take over from whichever desk came before; answers the mark for the journal."""
        self.desk.begin()
        return self._journal(self.desk.drain())

    def _journal(self, changes: DeskChanges) -> list[Outgoing]:
        return [journal_outgoing(record) for record in changes.journal]

    def process(
        self, entries: Iterable[DecodedEntry], *, poisoned: frozenset[int] = frozenset()
    ) -> DeskBatch:
        """Decide a batch in order.

        Args:
            entries: in the order of ``wire.decoded``.
            poisoned: offsets the desk raised on before: passed on as failed, not decided.

        Raises:
            StageCrashedError: the desk raised; nothing of the batch may be written.
        """
        batch = DeskBatch()
        outputs, journal, after = batch.ranks
        skipped_before = self.desk.skipped
        # All are decided before any is written out, for the sake of the processor's cache.
        decided: list[tuple[DecodedEntry, list[WireEvent]]] = []
        for entry in entries:
            try:
                decided.append((entry, self._decide(entry, poisoned=entry.offset in poisoned)))
            except Exception as error:
                raise StageCrashedError(entry.offset, error) from error
        for entry, events in decided:
            for number, event in enumerate(events):
                records = event_outgoing(event, DeskSeq(entry.offset, number), self.desk.epoch)
                outputs.extend(records)
                if records[0].topic is TopicName.ITEMS:
                    batch.published.append((event, records[0]))
            batch.events.extend(events)
            if entry.unreadable is not None:
                outputs.extend(_letter_of_entry(entry.record, entry.unreadable))
        changes = self.desk.drain()
        for item_key, held in changes.held:
            # A hold must be safe before the journal says it was decided; its end must not be
            # written before the journal, or a crash between would lose the release.
            rank = after if held is None else outputs
            rank.append(held_outgoing(item_key, held, self.desk.epoch))
        journal.extend(self._journal(changes))
        after.extend(state_outgoing(state) for state in changes.state)
        return replace(batch, skipped=self.desk.skipped - skipped_before)

    def _decide(self, entry: DecodedEntry, *, poisoned: bool) -> list[WireEvent]:
        record, desk = entry.record, self.desk
        if poisoned and isinstance(record, Cleaned):
            record = Failed(
                source=record.source,
                received_at=record.item.received_at,
                code="stage-crashed",
                stage="desk",
                detail="the desk raised on this item",
            )
        match record:
            case Tick():
                return desk.tick(record.now)
            case Cleaned():
                return desk.decide(
                    record.item,
                    fingerprint=record.fingerprint,
                    source=record.source,
                    transport=entry.transport,
                )
            case _:
                return desk.reject(record.source, record, transport=entry.transport)


def _letter_of_entry(record: Cleaned | Dropped | Failed | Tick, body: bytes) -> list[Outgoing]:
    if not isinstance(record, Failed):
        return []
    letter = dead_outgoing(RawMessage(body=body, received_at=record.received_at), [record])
    return [letter] if letter is not None else []
