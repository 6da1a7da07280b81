"""The letters on ``wire.dead``, those that are asked for, each with what became of it.

It must not hold more than one batch of bodies in memory.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from schemas.dead_letter import DeadLetter
from streams.dead.marks import Marks, Place, State, by_letter, mark_of, read_marks
from streams.errors import ConfigError
from streams.log import Record, TopicLog
from streams.log.headers import RETRIES
from streams.log.outgoing import RAW_HEADER, letter_of

__all__ = ["Letter", "Reach", "Wanted", "batches", "body_of", "find", "letters"]

# One wait for the log each; bodies are at most this many bytes together, or one.
_BATCH_LETTERS = 200
_BATCH_BYTES = 16 << 20


@dataclass(frozen=True, slots=True)
class Letter:
    """One dead letter where it lies.

    Attributes:
        record: as read from the topic.
        letter: what it says.
        marks: what became of it.
    """

    record: Record
    letter: DeadLetter
    marks: Marks

    @property
    def place(self) -> str:
        """Partition and offset, as people name it."""
        return f"{self.record.partition}:{self.record.offset}"

    @property
    def at(self) -> datetime:
        """When the message came; else when the letter was written."""
        return self.letter.received_at or self.record.appended_at

    @property
    def raw_headers(self) -> tuple[tuple[str, str], ...]:
        """The further headers its message came with."""
        return tuple(
            (name.removeprefix(RAW_HEADER), value.decode("utf-8", "replace"))
            for name, value in self.record.headers
            if name.startswith(RAW_HEADER)
        )

    @property
    def retries(self) -> int:
        """How many retries led to it; 0 for a message that died when it first came."""
        said = dict(self.raw_headers).get(RETRIES, "")
        return int(said) if re.fullmatch("[0-9]{1,9}", said) else 0

    def bare(self) -> Letter:
        """The letter without its message's bytes."""
        bare = self.letter.model_copy(update={"body": None})
        return replace(self, record=replace(self.record, value=None), letter=bare)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which letters are asked for; all that is given must hold.

    Attributes:
        places: as ``dead list`` gives them, or positions of messages.
        handled: also those that were retried or dropped.
        since: original time, inclusive, as ``until``.
    """

    places: frozenset[str] = frozenset()
    code: str | None = None
    provider: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    handled: bool = False

    def takes(self, letter: Letter) -> bool:
        """Whether the letter is asked for."""
        said = letter.letter
        if letter.marks.state is not State.OPEN and not self.handled:
            return False
        return (
            (not self.places or letter.place in self.places or said.position in self.places)
            and self.code in {None, said.code}
            and self.provider in {None, said.provider}
            and (self.since is None or letter.at >= self.since)
            and (self.until is None or letter.at <= self.until)
        )


@dataclass(slots=True)
class Reach:
    """How far the topic was read.

    Attributes:
        end: the offsets after the last letter looked at.
    """

    end: Mapping[int, int] = field(default_factory=dict)


async def letters(
    log: TopicLog, topic: str, wanted: Wanted, reach: Reach | None = None
) -> AsyncIterator[Letter]:
    """The letters that are there now and asked for, oldest first in each partition.

    The topic is read twice, since a mark comes after its letter.

    Args:
        log: open.
        topic: the full name of ``wire.dead``.
        wanted: which.
        reach: told where reading ended.

    Raises:
        TransportError: the topic does not exist, or the log cannot be reached.
    """
    begin, end = await log.begin_offsets(topic), await log.end_offsets(topic)
    if reach is not None:
        reach.end = end
    if begin == end:
        return
    known = by_letter(await read_marks(log, topic, begin, end))
    async for batch in log.read(topic, begin, end):
        for record in batch:
            if mark_of(record) is None:
                place: Place = record.partition, record.offset
                letter = Letter(record, letter_of(record), known.get(place, Marks()))
                if wanted.takes(letter):
                    yield letter


async def batches(
    log: TopicLog, topic: str, wanted: Wanted, reach: Reach, most: int | None = None
) -> AsyncIterator[list[Letter]]:
    """The same, as many together as one wait for the log may handle.

    Args:
        log: open.
        topic: the full name of ``wire.dead``.
        wanted: which.
        reach: told where reading ended.
        most: end after so many.
    """
    batch: list[Letter] = []
    size = found = 0
    if most is not None and most <= 0:
        return
    async for letter in letters(log, topic, wanted, reach):
        batch.append(letter)
        size += letter.letter.size
        found += 1
        if found == most:
            break
        if len(batch) >= _BATCH_LETTERS or size >= _BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


async def find(log: TopicLog, topic: str, place: str) -> Letter:
    """The letter at a place, or the first of the message at a position; handled or not.

    Raises:
        ConfigError: there is none.
        TransportError: as ``letters``.
    """
    wanted = Wanted(places=frozenset({place}), handled=True)
    async for letter in letters(log, topic, wanted):
        return letter
    raise ConfigError(f"no dead letter at {place!r}: `wireroom dead list` shows where they are")


def body_of(letter: DeadLetter) -> bytes:
    """The bytes of a letter; a file that it names only where that is what was spooled.

    Whoever may write to the raw topic may name any file.

    Raises:
        ConfigError: the spooled file is not there, or is another one.
    """
    if letter.body is not None or letter.spool_path is None:
        return letter.body or b""
    path = Path(letter.spool_path)
    try:
        if path.name == letter.sha256 and path.is_file():
            body = path.read_bytes()
            if hashlib.sha256(body).hexdigest() == letter.sha256:
                return body
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}") from None
    raise ConfigError(f"{path} is not there, or not what was spooled (sha256 {letter.sha256})")
