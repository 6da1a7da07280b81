"""Writing what a desk changed, and reading it back without being misled by a ghost.

The host must write, each acknowledged before the next: items and events, then records that hold,
then the journal, then state and the records that end holds, then acknowledge the input. So a
journal record is never there without what it announces, and a held item is there as long as it
may be needed. It must not decide.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

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


def without_ghosts(journal: Iterable[JournalRecord]) -> list[JournalRecord]:
    """The journal as the desks that owned the partition wrote it.

    A desk that lost its partition and did not know may have written on: its records carry a lower
    epoch than those around them, or numbers that its successor, which never saw them, gave again.

    Raises:
        CorruptionError: a record in the middle is missing.
    """
    kept: list[JournalRecord] = []
    for record in journal:
        if kept and record.epoch < kept[-1].epoch:
            continue
        if kept and record.epoch > kept[-1].epoch:
            while kept and kept[-1].seq >= record.seq:
                kept.pop()
        if kept and record.seq <= kept[-1].seq:
            continue
        if kept and record.seq != kept[-1].seq + 1:
            raise CorruptionError(
                f"the desk's journal goes from record {kept[-1].seq} to {record.seq}: records are "
                "missing; restore the topic, or start a new desk on an empty one"
            )
        kept.append(record)
    return kept


def restore_memory(
    memory: Memory,
    state: Iterable[StateRecord],
    held: Iterable[HeldRecord],
    journal: Iterable[JournalRecord],
) -> int:
    """Rebuilds a memory from what was written; answers the highest epoch seen."""
    records = without_ghosts(journal)
    first_seq = records[0].seq if records else None
    epoch = 0
    for record in state:
        if record.epoch < epoch:
            continue
        epoch = record.epoch
        # From here on the journal says it, and says it in order.
        if first_seq is None or record.seq < first_seq:
            memory.set_standing(record)
            memory.seq = max(memory.seq, record.seq)
    for entry in records:
        memory.apply(entry)
    for kept in held:
        standing = memory.standings.get(kept.item_key)
        if standing and standing.status is Status.HELD and standing.hold == kept.hold:
            memory.hold(kept)
    return max(epoch, records[-1].epoch if records else 0)
