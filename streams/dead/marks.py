"""What became of dead letters, written beside them on ``wire.dead``.

A topic that is not compacted gives up no single record, so a letter that was handled is marked by
another record: of its key, in its partition, after it, and so there at least as long. Marks are
told by a header that no message can bring along: a message's own headers are prefixed in a letter.
It must not change or remove a letter.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

import orjson

from streams.log import NewRecord, Offsets, Record, TopicLog
from streams.log.headers import CONTENT_TYPE, JSON, SCHEMA, header_text

__all__ = ["Mark", "Marks", "Place", "State", "mark_of", "mark_record", "read_marks"]

Place = tuple[int, int]
"""Partition and offset of a letter."""

_STATE = "letter-state"
_LETTER = "letter-offset"
_CLAIM = "claim"
_SCHEMA = b"letter-mark/1"

_OFFSET = re.compile("[0-9]{1,19}")


class State(StrEnum):
    """Where a letter stands."""

    OPEN = "open"
    RETRYING = "retrying"
    RETRIED = "retried"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark as read.

    Attributes:
        state: what the letter has become; ``RETRYING`` before its message is sent.
        letter: which.
        claim: of whoever retries; two who do so at once have different ones.
        at: when the log took it in.
        raw_ends: of the raw topic when it was claimed: the retry, if it was sent, lies after.
    """

    state: State
    letter: Place
    claim: str
    at: datetime
    raw_ends: Offsets = field(default_factory=dict)


@dataclass(slots=True)
class Marks:
    """What is known of one letter, by its marks in order.

    Attributes:
        retries: how often it was sent once more, for certain.
        pending: a claim of which it is not known whether its message was sent.
        at: of the last mark.
    """

    state: State = State.OPEN
    retries: int = 0
    pending: Mark | None = None
    at: datetime | None = None

    def take(self, mark: Mark) -> None:
        """Take the next mark."""
        if mark.state is State.RETRYING:
            # The first of several that nobody finished says from where to look.
            self.pending = self.pending or mark
        else:
            self.state, self.at = mark.state, mark.at
            if mark.state is State.RETRIED:
                self.retries += 1
                self.pending = None


def mark_record(letter: Record, state: State, claim: str, raw_ends: Offsets = {}) -> NewRecord:  # noqa: B006  (a mapping that is only read)
    """The mark to be written for a letter."""
    value = {"raw": {str(partition): offset for partition, offset in raw_ends.items()}}
    return NewRecord(
        letter.topic,
        letter.key,
        orjson.dumps(value) if raw_ends else b"{}",
        (
            (CONTENT_TYPE, JSON),
            (SCHEMA, _SCHEMA),
            (_STATE, state.encode()),
            (_LETTER, str(letter.offset).encode()),
            (_CLAIM, claim.encode()),
        ),
        letter.partition,
    )


def mark_of(record: Record) -> Mark | None:
    """The mark a record is; None of a letter."""
    state, offset = header_text(record, _STATE), header_text(record, _LETTER)
    if state not in set(State) or offset is None or not _OFFSET.fullmatch(offset):
        return None
    return Mark(
        State(state),
        (record.partition, int(offset)),
        header_text(record, _CLAIM) or "",
        record.appended_at,
        _raw_ends(record.value),
    )


def _raw_ends(value: bytes | None) -> dict[int, int]:
    try:
        found = orjson.loads(value or b"{}")["raw"]
        return {int(partition): int(offset) for partition, offset in found.items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}


async def read_marks(log: TopicLog, topic: str, begin: Offsets, end: Offsets) -> list[Mark]:
    """The marks on ``wire.dead`` between two offsets, in the order of each partition."""
    if dict(begin) == dict(end):
        return []
    found = []
    async for batch in log.read(topic, begin, end):
        found += [mark for record in batch if (mark := mark_of(record)) is not None]
    return found


def by_letter(marks: list[Mark]) -> Mapping[Place, Marks]:
    """What the marks say of each letter that has any."""
    known: dict[Place, Marks] = {}
    for mark in marks:
        known.setdefault(mark.letter, Marks()).take(mark)
    return known
