"""The desk: takes items in order, and says of each what it is.

The only stage with a memory. It composes the parts of this package and adds nothing to them; it
must not read a clock.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from schemas.decoded import Dropped, Failed
from schemas.event import Dead, EventKind, Source, WireEvent
from schemas.fingerprint import Fingerprint
from schemas.item import Item
from schemas.journal import (
    HeldRecord,
    Indexed,
    JournalRecord,
    Named,
    Sighting,
    StateRecord,
    Status,
)
from streams.desk.config import DeskConfig
from streams.desk.decision import Decision, Signed
from streams.desk.fingerprint import is_comparable, sign, unpack
from streams.desk.flashes import FLASH_WORDS
from streams.desk.identity import event_id, source_id
from streams.desk.journal import DeskChanges, restore_memory
from streams.desk.judge import judge, release
from streams.desk.lifecycle import content_of, is_flash, is_kill
from streams.desk.memory import Memory, hot_text, keys_of
from streams.desk.references import pack_names
from streams.errors import CorruptionError
from streams.steps import Drop, Fail


@dataclass(frozen=True, slots=True)
class _Input:
    """One item to decide on, and where it stands."""

    item: Item
    fingerprint: Fingerprint
    source: Source
    at: datetime
    place: str | None = None
    cause: str | None = None


class Desk:
    """Decides items one after another.

    Attributes:
        epoch: of this desk's turn at the partition; every record it writes carries it.
        skipped: inputs that had been decided before and were passed over.
    """

    def __init__(self, config: DeskConfig | None = None, epoch: int = 0) -> None:
        self._config = config or DeskConfig()
        self._memory = Memory(self._config)
        self._changes = DeskChanges()
        self.epoch = epoch
        self.skipped = 0

    @property
    def now(self) -> datetime | None:
        """The desk's time: that of the last input; None before the first."""
        return self._memory.now

    def decide(
        self,
        item: Item,
        now: datetime | None = None,
        *,
        fingerprint: Fingerprint | None = None,
        source: Source | None = None,
        transport: str | None = None,
    ) -> list[WireEvent]:
        """What an item is: releases that fell due, then its primary event, then what it caused.

        Args:
            item: cleaned.
            now: the time, as data; None takes ``received_at``, else 1 ms after the last input.
            fingerprint: signed by intake; another method's, or none, is signed here.
            source: where the item came from; None derives one from the item's id.
            transport: its place on the log, "topic/partition/offset/part"; a place that was
                decided before gives no events.
        """
        source = source or _source_of(item)
        place = _place_hash(transport, source)
        if self._is_decided(place):
            return []
        at = self._memory.time_of(now, item.received_at)
        events = self._release_due(at)
        self._memory.advance(at)
        if fingerprint is None or not is_comparable(fingerprint):
            fingerprint = sign(item)
        signed = self._ready(item, fingerprint)
        decision = judge(self._memory, self._config.rule(item.provider), signed, at)
        given = _Input(item, fingerprint, source, at, place=place)
        events += self._carry_out(decision, given)
        return events

    def reject(
        self,
        source: Source,
        outcome: Drop | Fail | Dropped | Failed,
        now: datetime | None = None,
        *,
        stage: str = "decode",
        transport: str | None = None,
    ) -> list[WireEvent]:
        """The event of a part that is no item: ``rejected`` when dropped, ``dead`` when failed.

        Args:
            source: the part's.
            outcome: a step's answer, or the record of one.
            now: the time, as data; None takes the record's ``received_at``, if it has one.
            stage: where a ``Fail`` happened; a ``Failed`` record says it itself.
            transport: its place on the log, as for ``decide``.
        """
        place = _place_hash(transport, source)
        if self._is_decided(place):
            return []
        received_at = outcome.received_at if isinstance(outcome, Dropped | Failed) else now
        at = self._memory.time_of(now, received_at)
        events = self._release_due(at)
        event = _rejection(source, outcome, stage)
        self._apply(
            JournalRecord(
                seq=self._memory.seq + 1,
                epoch=self.epoch,
                now=at,
                type="rejected",
                transport=place,
                kind=event.kind,
            )
        )
        return [*events, event]

    def tick(self, now: datetime) -> list[WireEvent]:
        """Time passes: the releases of holds that end by ``now``."""
        at = max(now, self._memory.now) if self._memory.now else now
        events = self._release_due(at)
        self._apply(JournalRecord(seq=self._memory.seq + 1, epoch=self.epoch, now=at, type="tick"))
        return events

    def next_due(self) -> datetime | None:
        """When the next hold ends by itself; None when none does."""
        return self._memory.next_due()

    def drain(self) -> DeskChanges:
        """What changed since the last drain, for the host to write."""
        changes, self._changes = self._changes, DeskChanges()
        last = {state.item_key: state for record in changes.journal for state in record.states}
        changes.state = list(last.values())
        changes.held = list(dict(changes.held).items())
        return changes

    def restore(
        self,
        state: Iterable[StateRecord],
        held: Iterable[HeldRecord],
        journal: Iterable[JournalRecord],
    ) -> None:
        """Rebuilds the memory of the desk that wrote these records, each in the order of its log.

        Raises:
            CorruptionError: the journal has a hole, or this desk has already decided something.
        """
        if self._memory.seq:
            raise CorruptionError("a desk is restored before it decides, not after")
        self.epoch = max(self.epoch, restore_memory(self._memory, state, held, journal))

    def begin(self, epoch: int | None = None) -> int:
        """Opens a new epoch, in the journal, so that an earlier owner's late records are ignored.

        Args:
            epoch: higher than any before; None takes the next.
        """
        self.epoch = max(self.epoch + 1, epoch or 0)
        record = JournalRecord(
            seq=self._memory.seq + 1, epoch=self.epoch, now=self._memory.now, type="epoch"
        )
        self._apply(record)
        return self.epoch

    def _is_decided(self, place: str | None) -> bool:
        if place is None or not self._memory.was_decided(int(place, 16)):
            return False
        self.skipped += 1
        return True

    def _ready(self, item: Item, fingerprint: Fingerprint) -> Signed:
        entry = _entry(item, fingerprint, novel=False)
        text = hot_text(entry, self._memory.seq + 1, self._memory.now_s)
        return Signed(item, text, keys_of(fingerprint), unpack(fingerprint.lead))

    def _release_due(self, now: datetime) -> list[WireEvent]:
        events: list[WireEvent] = []
        while (held := self._memory.pop_due(now)) is not None:
            at = max(self._memory.now, held.due or now) if self._memory.now else now
            self._memory.advance(at)
            fingerprint = sign(held.item)
            signed = self._ready(held.item, fingerprint)
            decision = release(self._memory, self._config.rule(held.item.provider), signed)
            given = _Input(held.item, fingerprint, held.source, at, cause=held.hold)
            events += self._carry_out(decision, given)
        return events

    def _carry_out(self, decision: Decision, given: _Input) -> list[WireEvent]:
        """Events of a decision; what it changes goes into the journal and into memory."""
        key = given.item.item_key
        events = _events(decision, given)
        was_held = key in self._memory.held
        record = self._record(decision, given, events[0].id)
        self._apply(record)
        if decision.hold is not None:
            kept = HeldRecord(
                item_key=key,
                seq=record.seq,
                epoch=self.epoch,
                hold=events[0].id,
                due=decision.hold.due,
                source=given.source,
                item=given.item,
            )
            self._memory.hold(kept)
            self._changes.held.append((key, kept))
        elif was_held and key not in self._memory.held:
            self._changes.held.append((key, None))
        return events

    def _record(self, decision: Decision, given: _Input, primary_id: str) -> JournalRecord:
        seq = self._memory.seq + 1
        standings = list(decision.others)
        if decision.standing is not None:
            standing = decision.standing
            if decision.hold is not None:
                standing = replace(standing, hold=primary_id)
            elif standing.status is not Status.HELD:
                standing = replace(standing, hold=None, due=None)
            standings.append(standing)
        item, fingerprint = given.item, given.fingerprint
        return JournalRecord(
            seq=seq,
            epoch=self.epoch,
            now=given.at,
            type="decided" if given.cause is None else "release",
            transport=given.place,
            item_id=item.id,
            kind=decision.kind,
            states=tuple(standing.record(seq, self.epoch) for standing in standings),
            indexed=_entry(item, fingerprint, novel=decision.novel) if decision.publishes else None,
            sighting=_sighting(decision, item, fingerprint),
            named=_named(item) if given.cause is None else None,
        )

    def _apply(self, record: JournalRecord) -> None:
        self._memory.apply(record)
        self._changes.journal.append(record)


def _events(decision: Decision, given: _Input) -> list[WireEvent]:
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
            id=event_id(source.id, event.kind, event.of),
            kind=event.kind,
            source=source,
            item=decision.item if event.carries_item else None,
            of=event.of,
            story_key=event.story_key,
            reasons=event.reasons,
            cause=primary.id,
        )
        for event in decision.caused
    ]
    return [primary, *caused]


def _entry(item: Item, fingerprint: Fingerprint, *, novel: bool) -> Indexed:
    flash = is_flash(item) or fingerprint.words <= FLASH_WORDS
    if not flash and fingerprint.lead:
        # Only a flash is looked for by its words; in the journal of others they are dead weight.
        fingerprint = fingerprint.model_copy(update={"lead": "", "subject": ""})
    return Indexed(
        item_key=item.item_key,
        item_id=item.id,
        provider=item.provider,
        version_created=item.version_created,
        novel=novel,
        flash=flash,
        fingerprint=fingerprint,
    )


def _sighting(decision: Decision, item: Item, fingerprint: Fingerprint) -> Sighting | None:
    if not fingerprint.words:
        return None
    version = (item.item_key, item.id) if decision.publishes else decision.copied
    if version is None:
        return None
    return Sighting(
        exact=fingerprint.exact, provider=item.provider, item_key=version[0], item_id=version[1]
    )


def _named(item: Item) -> Named | None:
    # What a kill says of itself it says of its target.
    names = "" if is_kill(item) else pack_names(item)
    return Named(item_key=item.item_key, names=names) if names else None


def _rejection(source: Source, outcome: Drop | Fail | Dropped | Failed, stage: str) -> WireEvent:
    if isinstance(outcome, Drop | Dropped):
        return WireEvent(
            id=event_id(source.id, EventKind.REJECTED, source.id),
            kind=EventKind.REJECTED,
            source=source,
            reasons=(str(outcome.reason),),
        )
    if isinstance(outcome, Failed):
        stage = outcome.stage
    return WireEvent(
        id=event_id(source.id, EventKind.DEAD, source.id),
        kind=EventKind.DEAD,
        source=source,
        reasons=(outcome.code,),
        dead=Dead(code=outcome.code, stage=stage, detail=outcome.detail),
    )


def _source_of(item: Item) -> Source:
    digest = hashlib.sha256(content_of(item).encode()).hexdigest()
    return Source(
        id=source_id(item.id, digest, 0), provider=item.provider, position=item.id, sha256=digest
    )


def _place_hash(transport: str | None, source: Source) -> str | None:
    if transport is None:
        return None
    place = f"{transport}\n{source.sha256}".encode("utf-8", "surrogatepass")
    return hashlib.blake2b(place, digest_size=8).hexdigest()
