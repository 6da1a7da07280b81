"""Plays an archive into a raw topic: paced, marked, and resumable without loss or repetition.

It must not touch the urgent lane, nor any group's offsets.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from schemas.raw import RawMessage
from schemas.topics import TopicName
from streams.log import TopicLog
from streams.log.headers import SOURCE_ID, header_text, raw_record
from streams.log.spool import spooled
from streams.replay.checkpoint import Checkpoint, save_checkpoint
from streams.replay.pacing import pace

__all__ = ["REPLAY_HEADER", "Player", "Range", "Tally", "tally"]

REPLAY_HEADER = "wireroom-replay"
"""On every raw record that a replay appended: the replay's id."""

_BATCH = 500
# Waits shorter than this are not worth going to sleep for; they add up into the next one.
_SHORT_S = 0.002


@dataclass(frozen=True, slots=True)
class Range:
    """Which messages of an archive to play; undated ones only where no time is asked for."""

    since: datetime | None = None
    until: datetime | None = None
    providers: frozenset[str] = frozenset()

    def takes(self, message: RawMessage) -> bool:
        """Whether it is to be played."""
        if self.providers and message.provider not in self.providers:
            return False
        at = message.received_at
        if self.since is not None and (at is None or at < self.since):
            return False
        return self.until is None or (at is not None and at <= self.until)


@dataclass(slots=True)
class Tally:
    """What an archive holds, by provider and day."""

    messages: int = 0
    left_out: int = 0
    size: int = 0
    first: datetime | None = None
    last: datetime | None = None
    by_provider_and_day: Counter[tuple[str, str]] = field(default_factory=Counter)


def tally(messages: Iterable[RawMessage], wanted: Range) -> Tally:
    """Count, without playing anything."""
    found = Tally()
    for message in messages:
        if not wanted.takes(message):
            found.left_out += 1
            continue
        at = message.received_at
        found.messages += 1
        found.size += len(message.body)
        if at is not None:
            found.first = min(found.first or at, at)
            found.last = max(found.last or at, at)
        day = f"{at:%Y-%m-%d}" if at else "undated"
        found.by_provider_and_day[message.provider or "-", day] += 1
    return found


@dataclass(slots=True)
class Player:
    """One replay.

    Attributes:
        start: where it stands; ``read`` and ``played`` move on.
        file: where the checkpoint is kept; None keeps none.
    """

    log: TopicLog
    start: Checkpoint
    wanted: Range
    speed: float
    max_gap_s: float | None
    spool_dir: Path
    max_body_bytes: int
    file: Path | None = None

    @property
    def topic(self) -> str:
        """The raw topic it plays into."""
        return self.start.prefix + TopicName.RAW

    async def play(self, messages: Iterable[RawMessage]) -> AsyncIterator[Checkpoint]:
        """Play what is left; yields after every batch that is safe in the log and noted."""
        known = await self._uncounted() if self.start.offsets else frozenset()
        batch: list[RawMessage] = []
        previous: datetime | None = None
        owed = 0.0
        read = self.start.read
        for message in self._remaining(messages):
            if self.wanted.takes(message) and message.position not in known:
                owed += pace(
                    previous, message.received_at, speed=self.speed, max_gap_s=self.max_gap_s
                )
                if batch and (len(batch) >= _BATCH or owed >= _SHORT_S):
                    yield await self._append(batch, read)
                    batch = []
                if owed >= _SHORT_S:
                    await asyncio.sleep(owed)
                    owed = 0.0
                previous = message.received_at or previous
                batch.append(message)
            read += 1
        yield await self._append(batch, read)

    def _remaining(self, messages: Iterable[RawMessage]) -> Iterator[RawMessage]:
        for number, message in enumerate(messages):
            if number >= self.start.read:
                yield message

    async def _append(self, batch: list[RawMessage], read: int) -> Checkpoint:
        mark = (REPLAY_HEADER, self.start.replay_id)
        await self.log.append(
            [
                spooled(
                    raw_record(
                        message.model_copy(update={"headers": (*message.headers, mark)}),
                        self.topic,
                    ),
                    self.spool_dir,
                    max_body_bytes=self.max_body_bytes,
                )
                for message in batch
            ]
        )
        offsets = await self.log.end_offsets(self.topic) if self.file else {}
        played = self.start.played + len(batch)
        self.start = self.start.model_copy(
            update={"read": read, "played": played, "offsets": offsets}
        )
        if self.file is not None:
            save_checkpoint(self.file, self.start)
        return self.start

    async def _uncounted(self) -> frozenset[str]:
        """Positions that were appended after the last checkpoint was written."""
        end = await self.log.end_offsets(self.topic)
        if all(self.start.offsets.get(partition, 0) >= at for partition, at in end.items()):
            return frozenset()
        positions: set[str] = set()
        async for batch in self.log.read(self.topic, self.start.offsets, end):
            for record in batch:
                position = header_text(record, SOURCE_ID)
                if header_text(record, REPLAY_HEADER) == self.start.replay_id and position:
                    positions.add(position)
        return frozenset(positions)
