"""Dead letters sent once more as they came, each once, or put aside.

A letter is claimed, its message appended, and the letter marked, each safe before the next. Where
that was ended in the midst, the next retry looks whether the message is there already. It must not
alter a message's bytes.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from schemas.raw import RawMessage, retried_position
from streams.dead.letters import Letter, Reach, body_of
from streams.dead.marks import Place, State, mark_record, read_marks
from streams.errors import ConfigError
from streams.log import NewRecord, Offsets, TopicLog
from streams.log.headers import (
    RETRIES,
    RETRY_OF,
    SHA256,
    SIZE,
    SOURCE_ID,
    SPOOL_PATH,
    UNDATED,
    header_text,
    raw_record,
)

__all__ = ["Handled", "Outcome", "Retrier", "drop"]

_OURS = frozenset({SPOOL_PATH, SHA256, SIZE, RETRY_OF, RETRIES})


class Outcome(StrEnum):
    """What became of a letter that was to be handled."""

    RETRIED = "retried"
    WOULD_RETRY = "would-retry"
    FINISHED = "finished"
    REFUSED = "refused"
    ELSEWHERE = "elsewhere"
    DROPPED = "dropped"
    WOULD_DROP = "would-drop"


@dataclass(frozen=True, slots=True)
class Handled:
    """One letter, and what was done.

    Attributes:
        to: where its message lies now, "wire.raw/3/17", or None.
        detail: why not, for a person.
    """

    letter: Letter
    outcome: Outcome
    to: str | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class _Sent:
    letter: Letter
    message: NewRecord


class Retrier:
    """Sends letters once more to the raw topic."""

    def __init__(
        self, log: TopicLog, raw_topic: str, reach: Reach, *, max_body_bytes: int, again: bool
    ) -> None:
        """Name the topic; nothing is written yet.

        Args:
            log: open.
            raw_topic: full name of the topic that intake reads.
            reach: up to where the letters' marks are known.
            max_body_bytes: the largest body that travels.
            again: a letter that was handled before is sent once more nevertheless.
        """
        self._log, self._raw_topic, self._reach = log, raw_topic, reach
        self._max_body_bytes, self._again = max_body_bytes, again
        self._claim = uuid.uuid4().hex
        self._claimed: dict[Place, str] = {}

    def check(self, letter: Letter) -> Handled:
        """What would become of a letter, nothing being written."""
        handled = self._refused(letter) or Handled(letter, Outcome.WOULD_RETRY)
        if handled.outcome is Outcome.WOULD_RETRY:
            try:
                self._message(letter)
            except ConfigError as error:
                return Handled(letter, Outcome.REFUSED, detail=str(error))
        return handled

    async def retry(self, letters: Sequence[Letter]) -> list[Handled]:
        """Send a batch of letters; answers when every message and its mark are safe.

        Args:
            letters: as ``batches`` gives them, with their bodies.

        Raises:
            TransportError: the log cannot be written; run it again, nothing is sent twice.
        """
        checked = [self.check(letter) for letter in letters]
        done = [one for one in checked if one.outcome is not Outcome.WOULD_RETRY]
        claimed = [one.letter for one in checked if one.outcome is Outcome.WOULD_RETRY]
        if not claimed:
            return done
        raw_ends = await self._log.end_offsets(self._raw_topic)
        await self._log.append(
            [mark_record(one.record, State.RETRYING, self._claim, raw_ends) for one in claimed]
        )
        ours, theirs = await self._won(claimed)
        why = "another retry of it is under way"
        done += [Handled(letter, Outcome.ELSEWHERE, detail=why) for letter in theirs]
        there = await self._sent_before(ours)
        missing = [one for one in ours if one.place not in there]
        places = await self._log.append([self._message(one) for one in missing])
        await self._log.append(
            [mark_record(one.record, State.RETRIED, self._claim) for one in ours]
        )
        done += [
            Handled(one, Outcome.FINISHED, there[one.place]) for one in ours if one.place in there
        ]
        done += [
            Handled(letter, Outcome.RETRIED, f"{self._raw_topic}/{partition}/{offset}")
            for letter, (partition, offset) in zip(missing, places, strict=True)
        ]
        return done

    def _refused(self, letter: Letter) -> Handled | None:
        if letter.marks.state is not State.OPEN and not self._again:
            when = f" on {letter.marks.at:%Y-%m-%d %H:%M}Z" if letter.marks.at else ""
            why = f"{letter.marks.state} before{when}: --again does it nevertheless"
            return Handled(letter, Outcome.REFUSED, detail=why)
        if letter.letter.stage == "desk":
            why = "its bytes are of wire.decoded, not of a message: whoever wrote them mends it"
            return Handled(letter, Outcome.REFUSED, detail=why)
        size = letter.letter.size
        if size > self._max_body_bytes:
            why = (
                f"{size:,} bytes are over max_body_bytes ({self._max_body_bytes:,}): raise that "
                "everywhere, and max.message.bytes of the topics on Kafka, then retry"
            )
            return Handled(letter, Outcome.REFUSED, detail=why)
        return None

    def _message(self, letter: Letter) -> NewRecord:
        """The message as it came, at a position of its own.

        Raises:
            ConfigError: its bytes are not to be had.
        """
        said = letter.letter
        body = body_of(said)
        if len(body) > self._max_body_bytes:
            raise ConfigError(f"its body has {len(body):,} bytes, over max_body_bytes")
        headers = [(name, value) for name, value in letter.raw_headers if name not in _OURS]
        if said.received_at is None and UNDATED not in dict(headers):
            headers.append((UNDATED, "1"))
        headers.append((RETRY_OF, _transport(letter)))
        headers.append((RETRIES, str(letter.retries + 1)))
        raw = RawMessage(
            body=body,
            provider=said.provider,
            content_type=said.content_type,
            received_at=said.received_at,
            position=_position(letter),
            headers=tuple(headers),
        )
        return raw_record(raw, self._raw_topic)

    async def _won(self, claimed: Sequence[Letter]) -> tuple[list[Letter], list[Letter]]:
        """Those whose first claim since they were read is ours, and those another has claimed."""
        topic = claimed[0].record.topic
        end = await self._log.end_offsets(topic)
        for mark in await read_marks(self._log, topic, self._reach.end, end):
            if mark.state is not State.DROPPED:
                self._claimed.setdefault(mark.letter, mark.claim)
        self._reach.end = end
        ours: list[Letter] = []
        theirs: list[Letter] = []
        for letter in claimed:
            claim = self._claimed.get((letter.record.partition, letter.record.offset))
            (ours if claim == self._claim else theirs).append(letter)
        return ours, theirs

    async def _sent_before(self, letters: Sequence[Letter]) -> dict[str, str]:
        """Where the messages lie of those whose last retry was ended before its mark."""
        pending = {
            (_transport(one), _position(one)): one.place
            for one in letters
            if one.marks.pending is not None
        }
        if not pending:
            return {}
        start = _earliest([one.marks.pending.raw_ends for one in letters if one.marks.pending])
        end = await self._log.end_offsets(self._raw_topic)
        found: dict[str, str] = {}
        async for batch in self._log.read(self._raw_topic, start, end):
            for record in batch:
                said = header_text(record, RETRY_OF), header_text(record, SOURCE_ID)
                if (place := pending.get(said)) is not None:  # type: ignore[arg-type]
                    found[place] = f"{record.topic}/{record.partition}/{record.offset}"
        return found


def _position(letter: Letter) -> str:
    return retried_position(letter.letter.position, letter.marks.retries + 1)


def _transport(letter: Letter) -> str:
    record = letter.record
    return f"{record.topic}/{record.partition}/{record.offset}"


def _earliest(ends: Sequence[Offsets]) -> dict[int, int]:
    partitions = {partition for each in ends for partition in each}
    return {p: min(each.get(p, 0) for each in ends) for p in partitions}


async def drop(log: TopicLog, letters: Sequence[Letter]) -> None:
    """Mark letters as dropped: they are listed no more. Their bytes stay as long as the topic's do.

    Raises:
        TransportError: the log cannot be written.
    """
    if letters:
        claim = uuid.uuid4().hex
        await log.append([mark_record(one.record, State.DROPPED, claim) for one in letters])
