"""Folding of re-sends: each decision is handed on once, and never an older one after a newer.

Outputs are delivered at least once: a desk that restarts repeats its last decisions with the same
ids, places and values, and one that was stopped and continued may speak after its successor. It
must not look at values.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Protocol

from schemas.topics import TopicName
from streams.log.base import Record
from streams.log.headers import REVISION, DeskSeq, epoch_of, header_text

__all__ = ["Fold", "fold_for"]

# Re-sends follow their originals within a batch or two; a million keys (about 200 MB) are the
# live items of a month of every large agency, and the oldest are the first to be forgotten.
MAX_KEYS = 1_000_000
MAX_EVENTS = 200_000


class Fold(Protocol):
    """Says of each record, in partition order, whether it is the first of its decision."""

    def accept(self, record: Record) -> bool:
        """Whether to hand this record on."""
        ...


def fold_for(topic: TopicName) -> Fold:
    """The folding a topic needs."""
    if topic is TopicName.EVENTS:
        return _ByEvent()
    if topic in {TopicName.ITEMS, TopicName.ENRICHED}:
        # On enriched, a slow item of one desk may rightly follow a quick one of the next, so that
        # epochs are compared within a key only; items of one partition come in desk order.
        return _ByKey(across_keys=topic is TopicName.ITEMS)
    return _Everything()


class _Everything:
    """Topics that are not the desk's outputs: every record is its own."""

    def accept(self, record: Record) -> bool:  # noqa: ARG002  (the protocol's)
        return True


@dataclass(slots=True)
class _Epochs:
    """The highest desk assignment heard of on each partition."""

    highest: dict[int, int]

    def outdated(self, record: Record) -> bool:
        """Whether a later desk has already spoken on this partition."""
        epoch = epoch_of(record)
        if epoch < self.highest.get(record.partition, 0):
            return True
        self.highest[record.partition] = epoch
        return False


class _ByKey:
    """The current item of each key: the place it was decided at only ever goes up."""

    def __init__(self, *, across_keys: bool) -> None:
        self._epochs = _Epochs({}) if across_keys else None
        self._last: OrderedDict[bytes, tuple[int, DeskSeq, str | None]] = OrderedDict()

    def accept(self, record: Record) -> bool:
        seq = DeskSeq.of(record)
        if seq is None or record.key is None:
            return True
        if self._epochs is not None and self._epochs.outdated(record):
            return False
        epoch = epoch_of(record)
        revision = header_text(record, REVISION)
        last_epoch, last_seq, last_revision = self._last.get(record.key, (0, None, None))
        if epoch < last_epoch or (last_seq is not None and seq < last_seq):
            return False
        # The same version of an item, enriched again, is news; sent again, it is not.
        if seq == last_seq and revision in {None, last_revision}:
            return False
        self._last[record.key] = (epoch, seq, revision)
        self._last.move_to_end(record.key)
        if len(self._last) > MAX_KEYS:
            self._last.popitem(last=False)
        return True


class _ByEvent:
    """Events: the same id is the same event."""

    def __init__(self) -> None:
        self._epochs = _Epochs({})
        self._seen: OrderedDict[str, None] = OrderedDict()

    def accept(self, record: Record) -> bool:
        if self._epochs.outdated(record):
            return False
        event_id = header_text(record, "ce_id")
        if event_id is None:
            return True
        if event_id in self._seen:
            self._seen.move_to_end(event_id)
            return False
        self._seen[event_id] = None
        if len(self._seen) > MAX_EVENTS:
            self._seen.popitem(last=False)
        return True
