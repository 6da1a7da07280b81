"""Writing what a desk changed, and reading it back without being misled by a ghost.

The host must write, each acknowledged before the next: items and events, then records that hold,
then the journal, then state and the records that end holds, then acknowledge the input. So a
journal record is never there without what it announces, and a held item is there as long as it
may be needed. It must not decide.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from schemas.journal import HeldRecord, JournalRecord, StateRecord, Status
from streams.desk.memory import Memory
from streams.errors import CorruptionError


@dataclass(slots=True)
class DeskChanges:
    """What changed since the last drain, in the order it is to be written.

    Attributes:
        journal: every record, in order.
        state: the last word of each key that changed.
        held: by key: the record to keep, or None to end it.
    """

    journal: list[JournalRecord] = field(default_factory=list)
    state: list[StateRecord] = field(default_factory=list)
    held: list[tuple[str, HeldRecord | None]] = field(default_factory=list)


class Mark(NamedTuple):
    """An epoch and the number of its first record.

    What lower epochs numbered from there on is not part of the history.
    """

    epoch: int
    seq: int


class RewoundError(Exception):
    """Records already applied turn out to be a ghost's: begin anew, telling the marks.

    Attributes:
        marks: the epochs known by now.
    """

    def __init__(self, marks: Sequence[Mark]) -> None:
        super().__init__("applied records were written by a desk that had lost its partition")
        self.marks = tuple(marks)


# Records. A desk that has lost its partition writes at most the batch in hand, 200 records and
# what they release, so a rebuild seldom has to begin anew; 2,048 of them take 10 MB.
_HELD_BACK = 2048
# Of what is held back, the share that is applied together when there is more: many at once cost
# less, and what stays is still several batches.
_SHARE_APPLIED = 8


class Restorer:
    """Rebuilds a memory record by record, as the desks that owned the partition wrote them.

    A desk that lost its partition and did not know may have written on: its records carry a lower
    epoch than those around them, or numbers that its successor, which never saw them, gave again.
    So the last records are held back until later ones have been seen.

    The order is: state, then the journal, then holds; journal and holds may go on after that,
    interleaved, for as long as another desk is at work.

    Attributes:
        lost_holds: after ``finish``, keys that are held and whose item was in no record.
    """

    def __init__(
        self, memory: Memory, first_seq: int | None = None, marks: Sequence[Mark] = ()
    ) -> None:
        """Prepare to restore an empty memory.

        Args:
            memory: changed in place; of no use after an error.
            first_seq: number of the first record the journal still has, None when it has none:
                from there on the journal says it, and says it in order.
            marks: what an attempt before has learned.
        """
        self._memory = memory
        self._first_seq = first_seq
        self._known = tuple(marks)
        self._marks = list(marks)
        self._waiting: deque[JournalRecord] = deque()
        self._applied: Mark | None = None
        self._last: Mark | None = None
        self._state_epoch = 0
        self._state_last = Mark(0, 0)
        self._held: dict[str, dict[str, HeldRecord]] = {}
        self._superseded: set[tuple[str, str]] = set()
        self._open_holds: dict[str, str | None] = {}
        self.lost_holds: tuple[str, ...] = ()

    def put_state(self, record: StateRecord) -> None:
        """Take a key's last word; of one key, the last given counts."""
        self._state_last = max(self._state_last, Mark(record.epoch, record.seq))
        if self._first_seq is not None and record.seq >= self._first_seq:
            return
        if record.epoch < self._state_epoch and self._memory.standings.get(record.item_key):
            # A ghost's, but better than nothing where compaction has kept nothing else.
            return
        self._state_epoch = max(self._state_epoch, record.epoch)
        self._memory.set_standing(record)
        self._note_hold(record)
        self._memory.seq = max(self._memory.seq, record.seq)

    def put_journal(self, record: JournalRecord) -> None:
        """Take the next record of the journal.

        Raises:
            CorruptionError: records before it are missing.
            RewoundError: some that were applied should not have been.
        """
        if self._known and any(
            mark.epoch > record.epoch and mark.seq <= record.seq for mark in self._known
        ):
            return
        last = self._last
        if last is None and self._first_seq is not None and record.seq > self._first_seq:
            # Retention took the head of the journal meanwhile, and the state in its place with it.
            raise RewoundError(self._marks)
        if last is not None and record.epoch > last.epoch:
            last = self._open_epoch(Mark(record.epoch, record.seq))
        if last is not None:
            if record.epoch < last.epoch or record.seq <= last.seq:
                return
            if record.seq != last.seq + 1:
                raise CorruptionError(
                    f"the desk's journal goes from record {last.seq} to {record.seq}: records are "
                    "missing; restore the topic, or start a new desk on an empty one"
                )
        self._last = Mark(record.epoch, record.seq)
        self._waiting.append(record)
        if len(self._waiting) > _HELD_BACK:
            self._apply(max(1, _HELD_BACK // _SHARE_APPLIED))

    def expect(self, now: datetime) -> None:
        """Say up to which time the records go at least: what is past by then costs less.

        Where that turns out to be wrong, ``finish`` raises ``RewoundError``: begin anew without.
        """
        self._memory.restored_to_s = now.timestamp()

    def put_held(self, item_key: str, record: HeldRecord | None) -> None:
        """Take a held item, or the word that its hold has ended.

        The journal has the last word on that: what is written of a hold before its journal record
        may never have come to pass, and a ghost may have ended a hold that stands.
        """
        of_key = self._held.setdefault(item_key, {})
        self._superseded.update((item_key, hold) for hold in of_key)
        if record is not None:
            of_key[record.hold] = record
            self._superseded.discard((item_key, record.hold))
        for key, hold in [each for each in self._superseded if not self._may_stand(*each)]:
            self._superseded.discard((key, hold))
            del self._held[key][hold]
        if not of_key:
            del self._held[item_key]

    def finish(self) -> int:
        """Apply what was held back; answers the highest epoch seen.

        Raises:
            CorruptionError: the state knows of records that the journal does not.
            RewoundError: the records end before the time that was expected.
        """
        last, state = self._last, self._state_last
        if last is not None and state.epoch >= last.epoch and state.seq > last.seq:
            raise CorruptionError(
                f"the desk's journal ends with record {last.seq}, its state knows of {state.seq}: "
                "the end of the journal is missing; restore the topic, or empty it and go on from "
                "the state alone"
            )
        self._apply(len(self._waiting))
        if self._memory.now_s < self._memory.restored_to_s:
            raise RewoundError(self._marks)
        self._memory.restored_to_s = 0.0
        for key, hold in self._open_holds.items():
            held = self._held.get(key, {}).get(hold or "")
            if held is not None:
                self._memory.hold(held)
        self.lost_holds = tuple(key for key in self._open_holds if key not in self._memory.held)
        return max(state.epoch, last.epoch if last else 0)

    def _open_epoch(self, mark: Mark) -> Mark | None:
        """Forget what the new epoch did not know; answers the last record before it."""
        self._marks.append(mark)
        while self._waiting and self._waiting[-1].seq >= mark.seq:
            self._waiting.pop()
        if self._waiting:
            return Mark(self._waiting[-1].epoch, self._waiting[-1].seq)
        if self._applied is not None and self._applied.seq >= mark.seq:
            raise RewoundError(self._marks)
        return self._applied

    def _apply(self, count: int) -> None:
        """Apply the first of what is held back."""
        records = [self._waiting.popleft() for _ in range(count)]
        self._memory.apply_all(records)
        for record in records:
            for state in record.states:
                if self._open_holds or state.status is Status.HELD:
                    self._note_hold(state)
        if records:
            self._applied = Mark(records[-1].epoch, records[-1].seq)

    def _note_hold(self, state: StateRecord) -> None:
        if state.status is Status.HELD:
            self._open_holds[state.item_key] = state.hold
        else:
            self._open_holds.pop(state.item_key, None)

    def _may_stand(self, item_key: str, hold: str) -> bool:
        """The hold is open, or the journal has not come as far as to say."""
        if self._open_holds.get(item_key) == hold:
            return True
        return self._applied is None or self._held[item_key][hold].seq > self._applied.seq
