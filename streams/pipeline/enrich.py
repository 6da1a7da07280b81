"""Enrichment over records: ``wire.items`` in, ``wire.enriched`` out.

It must not recognise anything itself, nor read or write a log.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.codec import SchemaError, decode
from schemas.event import EventKind
from schemas.item import Item, PubStatus
from streams.enrich import EnrichConfig, Enricher
from streams.enrich.kb import EMPTY, Overlay
from streams.log.headers import KIND
from streams.log.limits import DEFAULT_MAX_BODY_BYTES, max_record_bytes, record_bytes
from streams.log.outgoing import Outgoing, enriched_outgoing
from streams.pipeline.config import PipelineConfig


@dataclass(frozen=True, slots=True)
class Enriched:
    """A record for ``wire.enriched``, and the item in it where it was enriched."""

    record: Outgoing
    item: Item | None


class EnrichStage:
    """Records of ``wire.items`` to records of ``wire.enriched``."""

    def __init__(
        self, config: EnrichConfig | None = None, *, max_body_bytes: int = DEFAULT_MAX_BODY_BYTES
    ) -> None:
        self._enricher = Enricher(config or EnrichConfig())
        self._limit = max_record_bytes(max_body_bytes)

    def ready(self, records: Sequence[Outgoing]) -> None:
        """Load whatever ``process`` will need for these records: it may take many seconds."""
        items = [item for record in records if (item := _item_to_enrich(record))]
        self._enricher.ready({item.language for item in items})

    @property
    def paragraphs(self) -> tuple[int, int]:
        """Paragraphs whose names were remembered, and recognised, by the models loaded now."""
        return self._enricher.paragraphs

    def enrich(self, items: Sequence[Item], overlay: Overlay = EMPTY) -> list[Item]:
        """Items with enrichment, in the same order; one that crashes it passes with a warning."""
        try:
            return list(self._enricher.enrich(items, overlay))
        except Exception as error:  # noqa: BLE001  (a crash costs one item's entities, no item)
            if len(items) == 1:
                return [with_warning(items[0], f"enrich-crashed:{type(error).__name__}")]
            half = len(items) // 2
            return self.enrich(items[:half], overlay) + self.enrich(items[half:], overlay)

    def process(self, records: Sequence[Outgoing], overlay: Overlay = EMPTY) -> list[Enriched]:
        """One record for ``wire.enriched`` for each of ``wire.items``, in order."""
        items = {
            place: item for place, record in enumerate(records) if (item := _item_to_enrich(record))
        }
        answers = self.enrich(list(items.values()), overlay) if items else []
        done = dict(zip(items, answers, strict=True))
        return [self._answer(record, done.get(place)) for place, record in enumerate(records)]

    def _answer(self, record: Outgoing, item: Item | None) -> Enriched:
        outgoing = enriched_outgoing(record, item)
        if item is not None and record_bytes(outgoing.record("")) > self._limit:
            return Enriched(enriched_outgoing(record, None), None)
        return Enriched(outgoing, item)


def enrich_stage(config: PipelineConfig) -> EnrichStage:
    """The enrichment stage as configured; loads models."""
    return EnrichStage(config.enrich, max_body_bytes=config.max_body_bytes)


def _item_to_enrich(record: Outgoing) -> Item | None:
    """The item in a record, or None where the record is to be copied as it is."""
    if is_copied(record):
        return None
    try:
        item = decode(Item, record.value or b"")
    except SchemaError:
        return None
    return None if item.pubstatus is PubStatus.CANCELED else item


def is_copied(record: Outgoing) -> bool:
    """Whether an item record skips enrichment: a kill, or a tombstone."""
    return record.value is None or (KIND, EventKind.KILL.encode()) in record.headers


def with_warning(item: Item, warning: str) -> Item:
    """The item, its audit saying what could not be done."""
    audit = item.audit.model_copy(update={"warnings": (*item.audit.warnings, warning)})
    return item.model_copy(update={"audit": audit})


def unenriched(record: Outgoing, warning: str) -> Enriched:
    """What goes to ``wire.enriched`` for an item that could not be enriched: it says so."""
    item = _item_to_enrich(record)
    told = None if item is None else with_warning(item, warning)
    return Enriched(enriched_outgoing(record, told), told)
