"""Raw messages to decoded, cleaned and signed parts, and the records they are written as.

It must not write a record, spool a body or read a clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from schemas.dead_letter import DeadCode
from schemas.decoded import Cleaned, Dropped, Failed
from schemas.event import Source
from schemas.item import Item
from schemas.raw import RawMessage
from streams.clean import clean, item_of
from streams.decode import decode
from streams.decode.decoded import Decoded
from streams.decode.message import origin_of
from streams.desk.fingerprint import sign
from streams.desk.sequence import sequence_of
from streams.log.base import Record
from streams.log.headers import raw_of, transport_of
from streams.log.limits import max_record_bytes, record_bytes
from streams.log.outgoing import Outgoing, dead_outgoing, decoded_outgoing
from streams.log.spool import spooled_as
from streams.pipeline.config import PipelineConfig
from streams.steps import Drop, Fail

# Half a second of CPU for the first text without a declared language, 3 ms for the next.
_ANY_TEXT = b"A headline\n\nA few words of a text whose language nobody has declared.\n"

Part = Cleaned | Dropped | Failed


class Intake:
    """Decode, clean and sign one message. Total: whatever happens, each part has an answer."""

    def __init__(self, config: PipelineConfig | None = None) -> None:
        self._config = config or PipelineConfig()

    def process(self, raw: RawMessage) -> list[Part]:
        """What each part of the message became; never empty, never an exception."""
        return self.process_all([raw])[0]

    def process_all(self, raws: Sequence[RawMessage]) -> list[list[Part]]:
        """The same for each of some messages.

        All are decoded, then all cleaned, then all signed: each step's code and tables stay in the
        processor's cache, where message by message the steps drive each other out. By 16 or
        32 it takes .8 of the CPU time (scraped dispatches of 480 words, five rounds in turn).
        """
        decoded = [self._decoded(raw) for raw in raws]
        cleaned = [
            [part if isinstance(part, Failed) else self._cleaned(part) for part in parts]
            for parts in decoded
        ]
        return [
            [self._signed(*part) if isinstance(part, tuple) else part for part in parts]
            for parts in cleaned
        ]

    def decode_only(self, raw: RawMessage) -> list[tuple[Source, Item] | Failed]:
        """Each part as decoded, nothing removed."""
        answers: list[tuple[Source, Item] | Failed] = []
        for decoded in self._decoded(raw):
            if isinstance(decoded, Failed):
                answers.append(decoded)
                continue
            try:
                answers.append((decoded.source, item_of(decoded)))
            except Exception as error:  # noqa: BLE001  (a crash costs one message, not the feed)
                answers.append(_crashed(decoded.source, raw.received_at, "clean", error))
        return answers

    def _decoded(self, raw: RawMessage) -> list[Decoded | Failed]:
        spooled = spooled_as(raw)
        size = spooled.size if spooled else len(raw.body)
        if spooled or size > self._config.max_body_bytes:
            return [_failed(raw, Fail("body-too-large", f"{size} bytes"), "intake")]
        try:
            answers = decode(raw, self._config.profiles)
        except Exception as error:  # noqa: BLE001  (a crash costs one message, not the feed)
            return [_crashed(_source(raw, 0), raw.received_at, "decode", error)]
        return [
            _failed(raw, answer, "decode") if isinstance(answer, Fail) else answer
            for answer in answers
        ]

    def _cleaned(self, decoded: Decoded) -> tuple[Source, Item] | Dropped | Failed:
        try:
            answer = clean(decoded, self._config.rules_of(decoded.provider))
            if isinstance(answer, Drop):
                return Dropped(
                    source=decoded.source,
                    received_at=decoded.received_at,
                    reason=answer.reason,
                    sequence=sequence_of(decoded.facts.alt_ids),
                )
        except Exception as error:  # noqa: BLE001  (a crash costs one message, not the feed)
            return _crashed(decoded.source, decoded.received_at, "clean", error)
        if isinstance(answer, Fail):
            return Failed(
                source=decoded.source,
                received_at=decoded.received_at,
                code=answer.code,
                stage="clean",
                detail=answer.detail,
            )
        return decoded.source, answer

    @staticmethod
    def _signed(source: Source, item: Item) -> Cleaned | Failed:
        try:
            return Cleaned(source=source, item=item, fingerprint=sign(item))
        except Exception as error:  # noqa: BLE001  (a crash costs one message, not the feed)
            return _crashed(source, item.received_at, "sign", error)


def _source(raw: RawMessage, part: int) -> Source:
    origin = origin_of(raw)
    spooled = spooled_as(raw)
    return (replace(origin, sha256=spooled.sha256) if spooled else origin).source(part)


def _failed(raw: RawMessage, fail: Fail, stage: str) -> Failed:
    return Failed(
        source=_source(raw, fail.part),
        received_at=raw.received_at,
        code=fail.code,
        stage=stage,
        detail=fail.detail,
    )


def _crashed(
    source: Source, received_at: datetime | None, stage: str, error: BaseException
) -> Failed:
    # The type alone: a message may quote the article.
    return Failed(
        source=source,
        received_at=received_at,
        code="stage-crashed",
        stage=stage,
        detail=type(error).__name__,
    )


@dataclass(frozen=True, slots=True)
class IntakeBatch:
    """What one raw record became.

    Attributes:
        parts: each with its transport.
        outgoing: for ``wire.decoded``, one for each part in order; then the dead letter, if any.
    """

    parts: tuple[tuple[Part, str], ...]
    outgoing: tuple[Outgoing, ...]


class IntakeStage:
    """Raw records to decoded records; bodies over the limit have been spooled before."""

    def __init__(self, config: PipelineConfig | None = None) -> None:
        config = config or PipelineConfig()
        self._intake = Intake(config)
        # What the desk and enrichment write of an item may be up to 1.6 times as large as its
        # decoded record (a change list beside each tiny paragraph); all must fit their topics.
        self._limit = max_record_bytes(config.max_body_bytes) // 2

    def ready(self) -> None:
        """Load what the first message would wait for: the models that tell languages apart."""
        self._intake.process(RawMessage(body=_ANY_TEXT, position="ready"))

    def process(self, record: Record) -> IntakeBatch:
        """The decoded parts of one raw record, and its dead letter where a part failed."""
        return self.process_all([record])[0]

    def process_all(self, records: Sequence[Record]) -> list[IntakeBatch]:
        """The same for each of some raw records, for less; see ``Intake.process_all``."""
        raws = [raw_of(record) for record in records]
        parts = self._intake.process_all(raws)
        return [self._fitting(*one) for one in zip(records, raws, parts, strict=True)]

    def _fitting(self, record: Record, raw: RawMessage, parts: Sequence[Part]) -> IntakeBatch:
        batch = _intake_batch(record, raw, parts)
        sizes = [record_bytes(outgoing.record("")) for outgoing in batch.outgoing]
        if all(size <= self._limit for size in sizes):
            return batch
        # JSON escapes and hashes can make an item outgrow the topic; its bytes still fit.
        failed = [
            part
            if size <= self._limit
            else _failed(raw, Fail("body-too-large", f"{size} bytes cleaned", number), "intake")
            for number, (part, size) in enumerate(zip(parts, sizes, strict=False))
        ]
        return _intake_batch(record, raw, failed)

    @staticmethod
    def gave_up(record: Record, code: DeadCode, detail: str) -> IntakeBatch:
        """The answer for a record that took its process with it, or took too long."""
        raw = raw_of(record)
        failed = _failed(raw, Fail(code, detail), "intake")
        return _intake_batch(record, raw, [failed])


def _intake_batch(record: Record, raw: RawMessage, parts: Sequence[Part]) -> IntakeBatch:
    placed = tuple((part, transport_of(record, number)) for number, part in enumerate(parts))
    outgoing = [decoded_outgoing(part, transport) for part, transport in placed]
    letter = dead_outgoing(raw, (part for part in parts if isinstance(part, Failed)))
    if letter is not None:
        outgoing.append(letter)
    return IntakeBatch(placed, tuple(outgoing))
