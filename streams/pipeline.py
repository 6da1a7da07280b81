"""The one place the stages are composed: records in, records out, for every host.

Intake, desk and enrichment as pure functions over batches. It must not read or write a log, a
file or a clock.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from functools import cache

from schemas.dead_letter import DeadCode
from schemas.decoded import Cleaned, Dropped, Failed
from schemas.event import Dead, EventKind, Source, WireEvent
from schemas.item import Item
from schemas.raw import RawMessage
from streams.clean import DEFAULT_RULES, CleaningRules, clean, item_of
from streams.decode import DEFAULT_PROFILES, Profiles, decode
from streams.decode.decoded import Decoded
from streams.desk import Desk, DeskConfig
from streams.desk.fingerprint import sign
from streams.desk.identity import event_id, source_id
from streams.desk_stage import DecodedEntry, DeskBatch, DeskStage, StageCrashedError
from streams.enrich import EnrichConfig
from streams.enrich_stage import EnrichStage, is_copied, unenriched
from streams.log.base import Record
from streams.log.headers import (
    SHA256,
    SIZE,
    is_spooled,
    raw_of,
    transport_of,
    write_instant,
)
from streams.log.limits import DEFAULT_MAX_BODY_BYTES, max_record_bytes, record_bytes
from streams.outgoing import (
    Outgoing,
    dead_outgoing,
    decoded_outgoing,
    letter_of,
)
from streams.steps import Drop, Fail

__all__ = [
    "DecodedEntry",
    "DeskBatch",
    "DeskStage",
    "EnrichStage",
    "Intake",
    "IntakeBatch",
    "IntakeStage",
    "Outgoing",
    "Part",
    "PipelineConfig",
    "StageCrashedError",
    "StopAfter",
    "before_desk",
    "enrich_stage",
    "is_copied",
    "letter_of",
    "read",
    "unenriched",
    "with_items",
]


class StopAfter(IntEnum):
    """The last stage to run, in the order of the stages."""

    DECODE = 1
    CLEAN = 2
    DESK = 3
    ENRICH = 4


@dataclass(frozen=True, slots=True)
class PipelineConfig:
    """Everything the stages may be told; picklable, for it travels to the process pool.

    Attributes:
        max_body_bytes: a larger message is not read; its bytes are spooled whole by the host.
    """

    profiles: Profiles = DEFAULT_PROFILES
    rules: CleaningRules = DEFAULT_RULES
    desk: DeskConfig = field(default_factory=DeskConfig)
    enrich: EnrichConfig = field(default_factory=EnrichConfig)
    max_body_bytes: int = DEFAULT_MAX_BODY_BYTES


Part = Cleaned | Dropped | Failed


class Intake:
    """Decode, clean and sign one message. Total: whatever happens, each part has an answer."""

    def __init__(self, config: PipelineConfig | None = None) -> None:
        self._config = config or PipelineConfig()

    def process(self, raw: RawMessage) -> list[Part]:
        """What each part of the message became; never empty, never an exception."""
        return [
            decoded if isinstance(decoded, Failed) else self._part(decoded)
            for decoded in self._decoded(_positioned(raw))
        ]

    def decode_only(self, raw: RawMessage) -> list[tuple[Source, Item] | Failed]:
        """Each part as decoded, nothing removed."""
        raw = _positioned(raw)
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
        size = len(raw.body)
        if size > self._config.max_body_bytes or is_spooled(raw):
            detail = f"{dict(raw.headers).get(SIZE, size)} bytes"
            return [_failed(raw, Fail("body-too-large", detail), "intake")]
        try:
            answers = decode(raw, self._config.profiles)
        except Exception as error:  # noqa: BLE001  (a crash costs one message, not the feed)
            return [_crashed(_source(raw, 0), raw.received_at, "decode", error)]
        return [
            _failed(raw, answer, "decode") if isinstance(answer, Fail) else answer
            for answer in answers
        ]

    def _part(self, decoded: Decoded) -> Part:
        stage = "clean"
        try:
            answer = clean(decoded, self._config.rules)
            if isinstance(answer, Drop):
                return Dropped(
                    source=decoded.source, received_at=decoded.received_at, reason=answer.reason
                )
            if isinstance(answer, Fail):
                return Failed(
                    source=decoded.source,
                    received_at=decoded.received_at,
                    code=answer.code,
                    stage=stage,
                    detail=answer.detail,
                )
            stage = "sign"
            return Cleaned(source=decoded.source, item=answer, fingerprint=sign(answer))
        except Exception as error:  # noqa: BLE001  (a crash costs one message, not the feed)
            return _crashed(decoded.source, decoded.received_at, stage, error)


def _positioned(raw: RawMessage) -> RawMessage:
    """The message with a position: its own, or one made of its bytes and time."""
    if raw.position:
        return raw
    position = f"sha256:{hashlib.sha256(raw.body).hexdigest()[:16]}"
    if raw.received_at:
        position += f"@{write_instant(raw.received_at)}"
    return raw.model_copy(update={"position": position})


def _source(raw: RawMessage, part: int) -> Source:
    digest = hashlib.sha256(raw.body).hexdigest()
    if is_spooled(raw):
        digest = dict(raw.headers).get(SHA256, digest)
    return Source(
        id=source_id(raw.position, digest, part),
        provider=raw.provider,
        position=raw.position,
        sha256=digest,
        part=part,
    )


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

    def process(self, record: Record) -> IntakeBatch:
        """The decoded parts of one raw record, and its dead letter where a part failed."""
        raw = raw_of(record)
        batch = _intake_batch(record, raw, self._intake.process(raw))
        sizes = [record_bytes(outgoing.record("")) for outgoing in batch.outgoing]
        if all(size <= self._limit for size in sizes):
            return batch
        # JSON escapes and hashes can make an item outgrow the topic; its bytes still fit.
        parts = [
            part
            if size <= self._limit
            else _failed(raw, Fail("body-too-large", f"{size} bytes cleaned", number), "intake")
            for number, ((part, _), size) in enumerate(zip(batch.parts, sizes, strict=False))
        ]
        return _intake_batch(record, raw, parts)

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


def before_desk(part: Part | tuple[Source, Item], kind: EventKind) -> WireEvent:
    """The event of a run that stops before the desk: the item as it is, or why there is none."""
    match part:
        case Failed():
            dead = Dead(code=part.code, stage=part.stage, detail=part.detail)
            return WireEvent(
                id=event_id(part.source.id, EventKind.DEAD, part.source.id),
                kind=EventKind.DEAD,
                source=part.source,
                reasons=(part.code,),
                dead=dead,
            )
        case Dropped():
            return WireEvent(
                id=event_id(part.source.id, EventKind.REJECTED, part.source.id),
                kind=EventKind.REJECTED,
                source=part.source,
                reasons=(part.reason,),
            )
        case Cleaned():
            source, item = part.source, part.item
        case _:
            source, item = part
    return WireEvent(id=event_id(source.id, kind, item.id), kind=kind, source=source, item=item)


def read(
    body: bytes | str,
    *,
    provider: str | None = None,
    content_type: str | None = None,
    received_at: datetime | None = None,
    config: PipelineConfig | None = None,
) -> list[WireEvent]:
    """The events of one message, read by a fresh desk: no server, no file, nothing kept.

    Args:
        body: the message, in any format; text is taken as UTF-8.
        provider: who sent it ("afp"), if known.
        content_type: its declared media type, if any.
        received_at: when it came; without it, nothing is dated by it.
        config: other than the defaults.
    """
    config = config or PipelineConfig()
    raw = RawMessage(
        body=body.encode("utf-8", "replace") if isinstance(body, str) else body,
        provider=provider,
        content_type=content_type,
        received_at=received_at,
    )
    entries = [
        DecodedEntry(offset, None, part) for offset, part in enumerate(Intake(config).process(raw))
    ]
    batch = DeskStage(Desk(config.desk)).process(entries)
    sources = {event.id: event.item for event, _ in batch.published if event.item is not None}
    stage = _default_enrich_stage() if config.enrich == EnrichConfig() else enrich_stage(config)
    enriched = stage.enrich(list(sources.values()))
    return with_items(batch.events, dict(zip(sources, enriched, strict=True)))


def enrich_stage(config: PipelineConfig) -> EnrichStage:
    """The enrichment stage as configured; loads models."""
    return EnrichStage(config.enrich, max_body_bytes=config.max_body_bytes)


@cache
def _default_enrich_stage() -> EnrichStage:
    # Loading models takes seconds; the first call pays for all.
    return EnrichStage()


def with_items(events: Iterable[WireEvent], items: Mapping[str, Item]) -> list[WireEvent]:
    """The events, those whose id is in ``items`` with that item."""
    return [
        event.model_copy(update={"item": items[event.id]}) if event.id in items else event
        for event in events
    ]
