"""The one place the stages are composed: records in, records out, for every host.

Intake, desk and enrichment as pure functions over batches. It must not read or write a log, a
file or a clock.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import IntEnum
from functools import cache

from schemas.codec import SchemaError, decode as decode_record
from schemas.decoded import Cleaned, Dropped, Failed, Tick, decode_decoded
from schemas.event import Dead, EventKind, Source, WireEvent
from schemas.item import Item, PubStatus
from schemas.raw import RawMessage
from schemas.topics import TopicName
from streams.clean import DEFAULT_RULES, CleaningRules, clean, item_of
from streams.decode import DEFAULT_PROFILES, Profiles, decode
from streams.decode.decoded import Decoded
from streams.desk import Desk, DeskConfig
from streams.desk.fingerprint import sign
from streams.desk.identity import event_id, source_id
from streams.enrich import EnrichConfig, Enricher
from streams.log.base import Record
from streams.log.headers import (
    KIND,
    TRANSPORT,
    DeskSeq,
    header_text,
    raw_of,
    transport_of,
    write_instant,
)
from streams.outgoing import (
    Outgoing,
    dead_outgoing,
    decoded_outgoing,
    enriched_outgoing,
    event_outgoing,
    held_outgoing,
    journal_outgoing,
    letter_of,
    state_outgoing,
)
from streams.steps import Drop, Fail

__all__ = [
    "DeskBatch",
    "DeskStage",
    "EnrichStage",
    "Intake",
    "IntakeBatch",
    "IntakeStage",
    "Outgoing",
    "PipelineConfig",
    "StageCrashedError",
    "StopAfter",
    "letter_of",
    "read",
]

DEFAULT_MAX_BODY_BYTES = 8 * 1024 * 1024


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
        raw = _positioned(raw)
        parts: list[Part] = []
        for decoded in self._decoded(raw):
            parts.append(decoded if isinstance(decoded, Failed) else self._part(decoded))
        return parts

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
        if len(raw.body) > self._config.max_body_bytes:
            detail = f"{len(raw.body)} bytes, limit {self._config.max_body_bytes}"
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


def stage_crashed(raw: RawMessage, detail: str) -> Failed:
    """The answer for a message that took its whole process with it."""
    return _failed(_positioned(raw), Fail("stage-crashed", detail), "intake")


@dataclass(frozen=True, slots=True)
class DecodedEntry:
    """A record of ``wire.decoded`` as the desk takes it.

    Attributes:
        unreadable: the bytes, where they were no decoded record at all.
    """

    offset: int
    transport: str | None
    record: Cleaned | Dropped | Failed | Tick
    unreadable: bytes | None = None

    @classmethod
    def of(cls, record: Record) -> DecodedEntry:
        """The entry in a record; what cannot be read is a failure like any other."""
        transport = header_text(record, TRANSPORT)
        try:
            return cls(record.offset, transport, decode_decoded(record.value or b""))
        except SchemaError as error:
            raw = RawMessage(
                body=record.value or b"",
                received_at=record.appended_at,
                position=f"{record.topic}/{record.partition}/{record.offset}",
            )
            failed = _failed(raw, Fail("envelope-invalid", str(error)), "desk")
            return cls(record.offset, transport, failed, unreadable=raw.body)


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
    """Raw records to decoded records."""

    def __init__(self, config: PipelineConfig | None = None) -> None:
        self._intake = Intake(config)

    def process(self, record: Record, *, spool_path: str | None = None) -> IntakeBatch:
        """The decoded parts of one raw record, and its dead letter where a part failed."""
        raw = raw_of(record)
        return _intake_batch(record, raw, self._intake.process(raw), spool_path)

    @staticmethod
    def crashed(record: Record, detail: str) -> IntakeBatch:
        """The answer for a record that took its whole process with it."""
        raw = raw_of(record)
        return _intake_batch(record, raw, [stage_crashed(raw, detail)], None)


def _intake_batch(
    record: Record, raw: RawMessage, parts: Sequence[Part], spool_path: str | None
) -> IntakeBatch:
    placed = tuple((part, transport_of(record, number)) for number, part in enumerate(parts))
    outgoing = [decoded_outgoing(part, transport) for part, transport in placed]
    letter = dead_outgoing(
        raw, (part for part in parts if isinstance(part, Failed)), spool_path=spool_path
    )
    if letter is not None:
        outgoing.append(letter)
    return IntakeBatch(placed, tuple(outgoing))


class StageCrashedError(Exception):
    """The desk raised: its memory is in doubt, so it must be rebuilt before going on.

    Attributes:
        offset: of the decoded record it raised on; passed as ``poisoned`` next time.
    """

    def __init__(self, offset: int, error: BaseException) -> None:
        super().__init__(f"the desk raised {type(error).__name__} on decoded record {offset}")
        self.offset = offset


@dataclass(frozen=True, slots=True)
class DeskBatch:
    """What the desk decided, in ranks: a rank is written only when the one before it is safe.

    Attributes:
        events: in decided order.
        published: items (of ``events``) that became current, each with its record.
        ranks: items, events, new holds and dead letters; then the journal; then what may follow.
        skipped: parts met again that had been decided before.
    """

    events: list[WireEvent] = field(default_factory=list)
    published: list[tuple[WireEvent, Outgoing]] = field(default_factory=list)
    ranks: tuple[list[Outgoing], list[Outgoing], list[Outgoing]] = field(
        default_factory=lambda: ([], [], [])
    )
    skipped: int = 0


class DeskStage:
    """Decoded records to items and events, and the desk's own changelog."""

    def __init__(self, config: DeskConfig, *, epoch: int = 0) -> None:
        self.desk = Desk(config)
        self.epoch = epoch

    def process(
        self, entries: Iterable[DecodedEntry], *, poisoned: frozenset[int] = frozenset()
    ) -> DeskBatch:
        """Decide a batch in order.

        Args:
            entries: in the order of ``wire.decoded``.
            poisoned: offsets the desk raised on before: passed on as failed, not decided.

        Raises:
            StageCrashedError: the desk raised; nothing of the batch may be written.
        """
        batch = DeskBatch()
        skipped_before = self.desk.skipped
        for entry in entries:
            try:
                events = self._decide(entry, poisoned=entry.offset in poisoned)
                changes = self.desk.drain()
            except Exception as error:
                raise StageCrashedError(entry.offset, error) from error
            for number, event in enumerate(events):
                records = event_outgoing(event, DeskSeq(entry.offset, number), self.epoch)
                batch.ranks[0].extend(records)
                if records[0].topic is TopicName.ITEMS:
                    batch.published.append((event, records[0]))
            batch.events.extend(events)
            batch.ranks[1].extend(journal_outgoing(record, self.epoch) for record in changes.journal)
            for item_key, held in changes.held:
                # A hold must be safe before the journal says it was decided; its end must not
                # be written before the journal, or a crash between would lose the release.
                batch.ranks[2 if held is None else 0].append(
                    held_outgoing(item_key, held, self.epoch)
                )
            batch.ranks[2].extend(state_outgoing(state, self.epoch) for state in changes.state)
            if entry.unreadable is not None:
                batch.ranks[0].append(_letter_of_entry(entry, entry.unreadable))
        return replace(batch, skipped=self.desk.skipped - skipped_before)

    def _decide(self, entry: DecodedEntry, *, poisoned: bool) -> list[WireEvent]:
        record, desk = entry.record, self.desk
        if poisoned and isinstance(record, Cleaned):
            record = Failed(
                source=record.source,
                received_at=record.item.received_at,
                code="stage-crashed",
                stage="desk",
                detail="the desk raised on this item",
            )
        match record:
            case Tick():
                return desk.tick(record.now)
            case Cleaned():
                return desk.decide(
                    record.item,
                    fingerprint=record.fingerprint,
                    source=record.source,
                    transport=entry.transport,
                )
            case _:
                return desk.reject(record, transport=entry.transport)


def _letter_of_entry(entry: DecodedEntry, body: bytes) -> Outgoing:
    if not isinstance(entry.record, Failed):
        raise TypeError("only a failed entry has a dead letter")
    raw = RawMessage(body=body, received_at=entry.record.received_at)
    letter = dead_outgoing(raw, [entry.record])
    if letter is None:
        raise TypeError("a failure has a dead letter")
    return letter


class EnrichStage:
    """Records of ``wire.items`` to records of ``wire.enriched``."""

    def __init__(self, config: EnrichConfig | None = None) -> None:
        self._enricher = Enricher(config or EnrichConfig())

    def enrich(self, items: Sequence[Item]) -> list[Item]:
        """Items with enrichment, in the same order; one that crashes it passes with a warning."""
        try:
            enriched = self._enricher.enrich(items)
        except Exception as error:  # noqa: BLE001  (a crash costs one item's entities, no item)
            if len(items) == 1:
                return [with_warning(items[0], f"enrich-crashed:{type(error).__name__}")]
            half = len(items) // 2
            return self.enrich(items[:half]) + self.enrich(items[half:])
        return list(enriched)

    def process(self, records: Sequence[Outgoing]) -> list[Outgoing]:
        """One record for ``wire.enriched`` for each of ``wire.items``, in order."""
        items: list[tuple[int, Item]] = []
        for place, record in enumerate(records):
            item = None if is_copied(record) else _item_in(record)
            if item is not None and item.pubstatus is not PubStatus.CANCELED:
                items.append((place, item))
        done: dict[int, Item] = {}
        if items:
            enriched = self.enrich([item for _, item in items])
            done = dict(zip((place for place, _ in items), enriched, strict=True))
        return [enriched_outgoing(record, done.get(place)) for place, record in enumerate(records)]


def is_copied(record: Outgoing) -> bool:
    """Whether an item record skips enrichment: a kill, or a tombstone."""
    return record.value is None or (KIND, EventKind.KILL.encode()) in record.headers


def _item_in(record: Outgoing) -> Item | None:
    """The item, or None where the bytes are none: those are copied, not lost."""
    try:
        return decode_record(Item, record.value or b"")
    except SchemaError:
        return None


def with_warning(item: Item, warning: str) -> Item:
    """The item, its audit saying what could not be done."""
    audit = item.audit.model_copy(update={"warnings": (*item.audit.warnings, warning)})
    return item.model_copy(update={"audit": audit})


def before_desk(part: Part | tuple[Source, Item], kind: EventKind) -> WireEvent:
    """The event of a run that stops before the desk: the item as it is, or why there is none."""
    match part:
        case Failed():
            dead = Dead(code=part.code, stage=part.stage, detail=part.detail)
            return WireEvent(
                id=event_id(part.source.id, EventKind.DEAD, ""),
                kind=EventKind.DEAD,
                source=part.source,
                dead=dead,
            )
        case Dropped():
            return WireEvent(
                id=event_id(part.source.id, EventKind.REJECTED, ""),
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
    batch = DeskStage(config.desk).process(entries)
    return with_items(
        batch.events,
        batch.published,
        _enrich_stage(config.enrich).enrich([event.item for event, _ in batch.published if event.item]),
    )


@cache
def _enrich_stage(config: EnrichConfig) -> EnrichStage:
    # Loading models takes seconds; the first call pays for all.
    return EnrichStage(config)
