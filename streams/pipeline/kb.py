"""The knowledge base over records: ``wire.kb`` in, the overlay for enrichment out.

It must not read or write a log.
"""

from __future__ import annotations

from collections.abc import Sequence

from schemas.kb import KbAlias, KbEntity
from schemas.topics import TopicName
from streams.enrich.kb import (
    EMPTY,
    Change,
    KbFault,
    Overlay,
    Rejected,
    key_of,
    read_record,
    write_record,
)
from streams.log.base import Record
from streams.log.headers import decoded_headers
from streams.log.outgoing import KB_SCHEMA, Outgoing

RejectedRecord = tuple[Record, Rejected]


class KnowledgeBase:
    """The overlay of all the records taken so far."""

    def __init__(self, overlay: Overlay = EMPTY) -> None:
        self.overlay = overlay

    def take(self, records: Sequence[Record]) -> list[RejectedRecord]:
        """Take in records, in the order of the topic; answers those that changed nothing, and why.

        A record without a value removes what its key held.
        """
        changes, rejected = read_records(records)
        if changes:
            self.overlay = self.overlay.updated(changes)
        return rejected


def read_records(records: Sequence[Record]) -> tuple[list[Change], list[RejectedRecord]]:
    """What records of ``wire.kb`` change, and those that are broken."""
    changes: list[Change] = []
    rejected: list[RejectedRecord] = []
    for record in records:
        if record.key is None:
            rejected.append((record, Rejected(KbFault.WRONG_KEY, "a record without a key")))
        elif record.value is None:
            changes.append((record.key, None))
        else:
            read = read_record(record.key, record.value)
            if isinstance(read, Rejected):
                rejected.append((record, read))
            else:
                changes.append((record.key, read))
    return changes, rejected


def kb_outgoing(record: KbEntity | KbAlias, *, removed: bool = False) -> Outgoing:
    """A record for ``wire.kb``, or the tombstone that removes it."""
    value = None if removed else write_record(record)
    return Outgoing(TopicName.KB, key_of(record), value, decoded_headers(KB_SCHEMA, None))
