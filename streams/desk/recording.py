"""A decision put into words: the events others read, and the journal record a desk reads.

It must not decide, nor know what the desk remembers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from schemas.decoded import Dropped, Failed
from schemas.event import Dead, EventKind, Source, WireEvent
from schemas.fingerprint import Fingerprint
from schemas.item import Item
from schemas.journal import HeldRecord, Indexed, JournalRecord, Named, Sighting, Status
from schemas.raw import first_position
from streams.desk.decision import Decision
from streams.desk.flashes import FLASH_WORDS
from streams.desk.identity import event_id, source_id
from streams.desk.lifecycle import Hold, Standing, content_of, is_flash, is_kill
from streams.desk.references import pack_names
from streams.desk.watch import NOTHING, Noted
from streams.steps import Drop, Fail


@dataclass(frozen=True, slots=True)
class Given:
    """One item to decide on, and where it stands.

    Attributes:
        entry: of the item, as later copy would be compared with it.
        at: the desk's time.
        place: hash of where it lies on the log.
        cause: id of the hold event that ends, where it is released.
        noted: what the watch made of its arrival.
    """

    item: Item
    entry: Indexed
    source: Source
    at: datetime
    place: str | None = None
    cause: str | None = None
    noted: Noted = NOTHING


def events_of(decision: Decision, given: Given) -> list[WireEvent]:
    """The primary event of a decision, then what it caused."""
    source = given.source
    primary = WireEvent(
        id=event_id(source.id, decision.kind, given.item.id),
        kind=decision.kind,
        source=source,
        item=decision.item,
        of=decision.of,
        story_key=decision.story_key,
        score=decision.score,
        reasons=decision.reasons,
        changes=decision.changes,
        cause=given.cause,
    )
    caused = [
        WireEvent(
            id=event_id(source.id, event.kind, event.item.id if event.item else event.of),
            kind=event.kind,
            source=source,
            item=decision.item if event.carries_item else event.item,
            of=event.of,
            story_key=event.story_key,
            reasons=event.reasons,
            cause=primary.id,
        )
        for event in decision.caused
    ]
    return [primary, *caused]


def record_of(
    decision: Decision, given: Given, primary_id: str, seq: int, epoch: int
) -> JournalRecord:
    """All that a decision changes, as the journal's record ``seq``."""
    standings = list(decision.others)
    if decision.standing is not None:
        standing = decision.standing
        if decision.hold is not None:
            standing = replace(standing, hold=primary_id)
        elif standing.status is not Status.HELD:
            standing = replace(standing, hold=None, due=None)
        standings.append(standing)
    item, entry = given.item, given.entry
    indexes = decision.publishes or decision.indexes
    if decision.novel:
        entry = entry.model_copy(update={"novel": True})
    return JournalRecord(
        seq=seq,
        epoch=epoch,
        now=given.at,
        type="decided" if given.cause is None else "release",
        transport=given.place,
        item_id=item.id,
        kind=decision.kind,
        states=tuple(standing.record(seq, epoch) for standing in standings),
        indexed=entry if indexes else None,
        sighting=None if indexes else _sighting(decision, entry),
        takes=decision.takes,
        named=_named(decision, given, standings),
        heard=given.noted.of_message(primary_id, given.source),
    )


def held_record(hold: Hold, given: Given, primary_id: str, record: JournalRecord) -> HeldRecord:
    """What is kept of an item that ``record`` puts under a hold."""
    return HeldRecord(
        item_key=given.item.item_key,
        seq=record.seq,
        epoch=record.epoch,
        hold=primary_id,
        due=hold.due,
        reason=hold.reason,
        source=given.source,
        item=given.item,
    )


def entry_of(item: Item, fingerprint: Fingerprint) -> Indexed:
    """What later copy is compared with, of an item that began no story."""
    flash = is_flash(item) or fingerprint.words <= FLASH_WORDS
    if not flash and fingerprint.lead:
        # Only a flash is looked for by its words; in the journal of others they are dead weight.
        fingerprint = fingerprint.model_copy(update={"lead": "", "subject": ""})
    return Indexed(
        item_key=item.item_key,
        item_id=item.id,
        provider=item.provider,
        version_created=item.version_created,
        novel=False,
        flash=flash,
        fingerprint=fingerprint,
    )


def _sighting(decision: Decision, entry: Indexed) -> Sighting | None:
    signed = entry.fingerprint
    if decision.copied is None or not signed.words:
        return None
    item_key, item_id = decision.copied
    return Sighting(exact=signed.exact, provider=entry.provider, item_key=item_key, item_id=item_id)


def _named(decision: Decision, given: Given, standings: Sequence[Standing]) -> Named | None:
    item = given.item
    if given.cause is not None or decision.kind is EventKind.ADVISORY or is_kill(item):
        # It was named when it was held; what a kill says of itself it says of its target.
        return None
    names = pack_names(item)
    if not names:
        return None
    is_said = bool(standings) and standings[-1].item_key == item.item_key
    return Named(item_key="" if is_said else item.item_key, names=names)


def rejection(
    source: Source,
    outcome: Drop | Fail | Dropped | Failed,
    stage: str,
    reasons: tuple[str, ...] = (),
) -> WireEvent:
    """The event of a part that is no item."""
    if isinstance(outcome, Drop | Dropped):
        return WireEvent(
            id=event_id(source.id, EventKind.REJECTED, source.id),
            kind=EventKind.REJECTED,
            source=source,
            reasons=(str(outcome.reason), *reasons),
        )
    if isinstance(outcome, Failed):
        stage = outcome.stage
    return WireEvent(
        id=event_id(source.id, EventKind.DEAD, source.id),
        kind=EventKind.DEAD,
        source=source,
        reasons=(outcome.code, *reasons),
        dead=Dead(code=outcome.code, stage=stage, detail=outcome.detail),
    )


def retry_reasons(source: Source, cause: str | None = None) -> tuple[str, ...]:
    """What a primary event says of a message that was a dead letter and was sent once more."""
    first = first_position(source.position) if cause is None else None
    return () if first is None else (f"retry-of={first}",)


def source_of(item: Item) -> Source:
    """A source for an item that came without one: from its id and content."""
    digest = hashlib.sha256(content_of(item).encode()).hexdigest()
    return Source(
        id=source_id(item.id, digest, 0), provider=item.provider, position=item.id, sha256=digest
    )


def place_hash(transport: str | None, source: Source) -> str | None:
    """16 hexadecimal digits of where an input lies on the log; None where it lies on none."""
    if transport is None:
        return None
    place = f"{transport}\n{source.sha256}".encode("utf-8", "surrogatepass")
    return hashlib.blake2b(place, digest_size=8).hexdigest()
