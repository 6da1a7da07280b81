"""Messages read without a log, and events put together for whoever asked for them.

It must not keep anything between two calls but the models it has loaded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache

from schemas.decoded import Cleaned, Dropped, Failed
from schemas.event import Dead, EventKind, Source, WireEvent
from schemas.item import Item
from schemas.raw import RawMessage
from streams.desk import Desk
from streams.desk.identity import event_id
from streams.enrich import EnrichConfig
from streams.pipeline.config import PipelineConfig
from streams.pipeline.desk import DecodedEntry, DeskStage
from streams.pipeline.enrich import EnrichStage, enrich_stage
from streams.pipeline.intake import Intake, Part


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
