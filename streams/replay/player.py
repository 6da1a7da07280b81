"""Plays an archive into a raw topic: paced, marked, and resumable without loss or repetition.

It must not touch the urgent lane, nor any group's offsets.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from schemas.raw import RawMessage
from schemas.topics import TopicName
from streams.log import TopicLog
from streams.log.headers import SOURCE_ID, header_text, raw_record
from streams.log.spool import spooled
from streams.replay.checkpoint import Checkpoint, save_checkpoint
from streams.replay.pacing import Pace
from streams.replay.selection import Chosen

__all__ = ["REPLAY_HEADER", "Player"]

REPLAY_HEADER = "wireroom-replay"
"""On every raw record that a replay appended: the replay's id."""

_BATCH = 500
# Messages left out in a row after which the checkpoint and the progress move on all the same.
_LEFT_OUT = 5_000
# Waits shorter than this are not worth going to sleep for; they add up into the next one.
_SHORT_S = 0.002
# A replay that fell behind its pace catches up on so much, and no more: what stood still for an
# hour must not come in a burst.
_MOST_BEHIND_S = 1.0


@dataclass(slots=True)
class Player:
    """One replay.

    Attributes:
        start: where it stands; ``read`` and ``played`` move on.
        file: where the checkpoint is kept; None keeps none.
        event_time: original time of the last message that was appended.
    """

    log: TopicLog
    start: Checkpoint
    wanted: Chosen
    pace: Pace
    spool_dir: Path
    max_body_bytes: int
    file: Path | None = None
    event_time: datetime | None = None

    @property
    def topic(self) -> str:
        """The raw topic it plays into."""
        return self.start.prefix + TopicName.RAW

    async def play(self, messages: Iterable[RawMessage]) -> AsyncIterator[Checkpoint]:
        """Play what is left; yields after every batch that is safe in the log and noted."""
        known: Counter[str] = Counter()
        if self.start.offsets:
            known = await self._uncounted()
        else:
            # Before anything is appended: or what a crash left of the first batch would be
            # played again.
            offsets = await self.log.end_offsets(self.topic)
            self._note(self.start.model_copy(update={"offsets": offsets}))
        batch: list[RawMessage] = []
        due = time.monotonic()
        read = self.start.read
        for message in self._remaining(messages):
            if self.wanted.takes(message) and not _had(known, message):
                due = max(due, time.monotonic() - _MOST_BEHIND_S)
                due += self.pace.wait_s(message.received_at)
                early = due - time.monotonic()
                if batch and (len(batch) >= _BATCH or early >= _SHORT_S):
                    yield await self._append(batch, read)
                    batch = []
                    early = due - time.monotonic()
                if early >= _SHORT_S:
                    await asyncio.sleep(early)
                batch.append(message)
            read += 1
            if not batch and read - self.start.read >= _LEFT_OUT:
                yield await self._append(batch, read)
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
        offsets = await self.log.end_offsets(self.topic)
        played = self.start.played + len(batch)
        self.event_time = batch[-1].received_at if batch else self.event_time
        self._note(
            self.start.model_copy(update={"read": read, "played": played, "offsets": offsets})
        )
        return self.start

    def _note(self, checkpoint: Checkpoint) -> None:
        self.start = checkpoint
        if self.file is not None:
            save_checkpoint(self.file, checkpoint)

    async def _uncounted(self) -> Counter[str]:
        """Positions that were appended after the last checkpoint was written, each as often.

        A topic may have the same message twice, at one position: each is played.
        """
        positions: Counter[str] = Counter()
        end = await self.log.end_offsets(self.topic)
        if all(self.start.offsets.get(partition, 0) >= at for partition, at in end.items()):
            return positions
        async for batch in self.log.read(self.topic, self.start.offsets, end):
            for record in batch:
                position = header_text(record, SOURCE_ID)
                if header_text(record, REPLAY_HEADER) == self.start.replay_id and position:
                    positions[position] += 1
        return positions


def _had(known: Counter[str], message: RawMessage) -> bool:
    """Whether this message is one that was appended and not yet counted; it is taken off."""
    if not known[message.position]:
        return False
    known[message.position] -= 1
    return True
