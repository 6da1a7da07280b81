"""The desk: takes items in order, and says of each what it is.

The only stage with a memory. It composes the parts of this package and adds nothing to them; it
must not read a clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from schemas.decoded import Dropped, Failed
from schemas.event import Source, WireEvent
from schemas.fingerprint import Fingerprint
from schemas.item import Item
from schemas.journal import HeldRecord, JournalRecord, StateRecord
from streams.desk.chains import flashes_near
from streams.desk.config import DeskConfig
from streams.desk.decision import Decision, Signed
from streams.desk.explaining import Explanation, explain
from streams.desk.fingerprint import is_comparable, sign, unpack
from streams.desk.joining import with_takes
from streams.desk.journal import DeskChanges, Mark, Restorer, RewoundError
from streams.desk.judge import judge, release
from streams.desk.memory import Memory
from streams.desk.readying import Ready, hot_text, keys_of, ready
from streams.desk.recording import (
    Given,
    entry_of,
    events_of,
    held_record,
    place_hash,
    record_of,
    rejection,
    retry_reasons,
    source_of,
)
from streams.desk.stories import namesakes
from streams.errors import CorruptionError
from streams.steps import Drop, Fail

# Hosts that follow live append a tick when something is due. A worker that was down for hours
# announces what began meanwhile; an archive is older.
_LIVE = timedelta(hours=24)


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

    @property
    def seq(self) -> int:
        """The number of the last journal record; 0 before the first."""
        return self._memory.seq

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
        source = source or source_of(item)
        place = place_hash(transport, source)
        if self._is_decided(place):
            return []
        at = self._memory.time_of(now, item.received_at)
        events = self._release_due(at)
        self._memory.advance(at)
        if fingerprint is None or not is_comparable(fingerprint):
            fingerprint = sign(item)
        signed = self._ready(item, fingerprint)
        decision = judge(self._memory, self._config.rule(item.provider), signed, at)
        noted = self._memory.watch.note_item(item, decision.kind, at)
        given = Given(item, signed.entry, source, at, place=place, noted=noted)
        events += self._carry_out(decision, given, signed)
        return events

    def candidates(self, item: Item, *, fingerprint: Fingerprint | None = None) -> tuple[str, ...]:
        """Ids of the versions an item would be compared with now, however they are found.

        The equal one, those of its keys from the newest on, flashes of its words, and those that
        bear a name of it. Changes nothing; for measuring how well candidates are found.
        """
        signed = self._ready(item, fingerprint or sign(item))
        rule = self._config.rule(item.provider)
        days = rule.exact_window.days
        same = self._memory.find_same(signed.text.exact, item.provider, days)
        return (
            *((same[1],) if same else ()),
            *(text.item_id for text in self._memory.index.candidates(signed.keys)),
            *(
                flash.item_id
                for flash in flashes_near(self._memory, signed.text, signed.lead, rule)
            ),
            *(text.item_id for text in namesakes(self._memory, item)),
        )

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
        place = place_hash(transport, source)
        if self._is_decided(place):
            return []
        received_at = outcome.received_at if isinstance(outcome, Dropped | Failed) else now
        at = self._memory.time_of(now, received_at)
        events = self._release_due(at)
        sequence = outcome.sequence if isinstance(outcome, Dropped) else None
        noted = self._memory.watch.note(source.provider, sequence, None, at)
        event = rejection(source, outcome, stage, noted.reasons() + retry_reasons(source))
        self._apply(
            JournalRecord(
                seq=self._memory.seq + 1,
                epoch=self.epoch,
                now=at,
                type="rejected",
                transport=place,
                kind=event.kind,
                heard=noted.of_message(event.id, source),
            )
        )
        return [*events, event, *noted.events(event.id, source)]

    def tick(self, now: datetime) -> list[WireEvent]:
        """Time passes: what falls due by ``now``, holds, silences and gaps."""
        at = max(now, self._memory.now) if self._memory.now else now
        events = self._release_due(at)
        self._apply(JournalRecord(seq=self._memory.seq + 1, epoch=self.epoch, now=at, type="tick"))
        return events

    def next_due(self, clock: datetime | None = None) -> datetime | None:
        """When something next happens by time alone; None when nothing does.

        A hold ends, a silence begins, or a number is missing for certain.

        Args:
            clock: the host's. A silence or a gap that would have been due a day before it is left
                out: what is played to the desk is old, and no tick may say that nothing is to come.
        """
        held, watched = self._memory.next_due(), self._memory.watch.next_due()
        if watched is None or (clock is not None and clock - watched > _LIVE):
            return held
        return watched if held is None else min(held, watched)

    def last_heard(self) -> dict[str, datetime]:
        """When each provider was last heard, by the desk's time."""
        return self._memory.watch.last_heard()

    def explain(
        self, item: Item, earlier: Item, now: datetime | None = None, *, again: bool = False
    ) -> Explanation:
        """Why ``item``, if it were decided now, would or would not be joined to ``earlier``.

        It moves the desk's time as ``decide`` does and changes nothing else: ask a desk rebuilt
        for the purpose, not one at work. ``again`` says that it has decided ``item`` already, and
        asks as if it had not.
        """
        self._memory.advance(self._memory.time_of(now, item.received_at))
        new, old = (self._ready(each, sign(each)) for each in (item, earlier))
        return explain(self._memory, self._config.rule(item.provider), new, old, again=again)

    def drain(self) -> DeskChanges:
        """What changed since the last drain, for the host to write."""
        changes, self._changes = self._changes, DeskChanges()
        last = {state.item_key: state for record in changes.journal for state in record.states}
        changes.state = list(last.values())
        changes.held = list(dict(changes.held).items())
        return changes

    def restorer(self, first_seq: int | None = None, marks: Sequence[Mark] = ()) -> Restorer:
        """What takes the records of the desks before this one, one by one; then call ``resume``.

        Args:
            first_seq: number of the first record the journal still has; None when it has none.
            marks: what an attempt before has learned, where it ended in ``RewoundError``.

        Raises:
            CorruptionError: this desk has already decided something.
        """
        if self._memory.seq:
            raise CorruptionError("a desk is restored before it decides, not after")
        return Restorer(self._memory, first_seq, marks)

    def resume(self, restorer: Restorer) -> None:
        """Go on where the records end.

        Raises:
            CorruptionError: the end of the journal is missing.
        """
        self.epoch = max(self.epoch, restorer.finish())

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
        state, held, journal = tuple(state), tuple(held), tuple(journal)
        marks: tuple[Mark, ...] = ()
        while True:
            restorer = self.restorer(journal[0].seq if journal else None, marks)
            try:
                for said in state:
                    restorer.put_state(said)
                for record in journal:
                    restorer.put_journal(record)
                for kept in held:
                    restorer.put_held(kept.item_key, kept)
                self.resume(restorer)
            except RewoundError as rewound:
                marks = rewound.marks
                self._memory = Memory(self._config)
            else:
                return

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
        entry = entry_of(item, fingerprint)
        text = hot_text(entry, self._memory.seq + 1, self._memory.now_s)
        return Signed(item, entry, text, keys_of(fingerprint), unpack(fingerprint.lead))

    def _release_due(self, now: datetime) -> list[WireEvent]:
        events: list[WireEvent] = []
        while True:
            events += self._announce_due(min(now, self._memory.next_due() or now))
            held = self._memory.pop_due(now)
            if held is None:
                return events
            at = max(self._memory.now, held.due or now) if self._memory.now else now
            self._memory.advance(at)
            signed = self._ready(held.item, sign(held.item))
            decision = release(self._memory, self._config.rule(held.item.provider), signed)
            given = Given(held.item, signed.entry, held.source, at, cause=held.hold)
            events += self._carry_out(decision, given, signed)

    def _announce_due(self, until: datetime) -> list[WireEvent]:
        """The silences that began, and the gaps that are certain, by ``until``; in order."""
        events: list[WireEvent] = []
        while (when := self._memory.watch.next_due()) is not None and when <= until:
            at = max(self._memory.now, when) if self._memory.now else when
            heard, announced = self._memory.watch.expire(when)
            seq = self._memory.seq + 1
            self._apply(JournalRecord(seq=seq, epoch=self.epoch, now=at, type="tick", heard=heard))
            events += announced
        return events

    def _carry_out(self, decision: Decision, given: Given, signed: Signed) -> list[WireEvent]:
        """Events of a decision; what it changes goes into the journal and into memory."""
        key = given.item.item_key
        decision = with_takes(self._memory, decision, given.item)
        if said := given.noted.reasons() + retry_reasons(given.source, given.cause):
            decision = replace(decision, reasons=decision.reasons + said)
        events = events_of(decision, given)
        others = [other.item_key for other in decision.others]
        were_held = [one for one in (key, *others) if one in self._memory.held]
        record = record_of(decision, given, events[0].id, self._memory.seq + 1, self.epoch)
        self._apply(record, ready(signed.text, signed.keys) if record.indexed else None)
        if decision.hold is not None:
            kept = held_record(decision.hold, given, events[0].id, record)
            self._memory.hold(kept)
            self._changes.held.append((key, kept))
        ended = [(one, None) for one in were_held if one not in self._memory.held]
        self._changes.held.extend(ended)
        return [*events, *given.noted.events(events[0].id, given.source)]

    def _apply(self, record: JournalRecord, ready: Ready | None = None) -> None:
        self._memory.apply(record, ready)
        self._changes.journal.append(record)
