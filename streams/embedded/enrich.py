"""Enrichment on one SQLite file: follows the items topic, each batch one transaction.

It must not recognise anything; ``streams.enrich`` does.
"""

from __future__ import annotations

from collections.abc import Sequence

from schemas.item import Item
from schemas.topics import TopicName
from streams.embedded.overtime import OvertimeError, limited
from streams.embedded.reading import next_offsets
from streams.log import SqliteStore
from streams.log.headers import EVENT_ID, header_text
from streams.log.outgoing import Outgoing
from streams.observability.log import get_log
from streams.pipeline import (
    Enriched,
    KnowledgeBase,
    PipelineConfig,
    enrich_stage,
    unenriched,
)
from streams.pipeline.kb import RejectedRecord

# Items a transaction: tens of milliseconds of recognition each, so small batches cost nothing.
_BATCH_ITEMS = 64
# Seconds that a batch may take, and then each of its items alone; the worker's pool has the same
# for 16. The costliest item within the limits takes some 5 s.
_TIMEOUT_S = 60.0


class EmbeddedEnrichment:
    """Carries items from ``wire.items`` to ``wire.enriched``."""

    def __init__(
        self,
        store: SqliteStore,
        config: PipelineConfig,
        prefix: str,
        *,
        timeout_s: float = _TIMEOUT_S,
    ) -> None:
        self._store = store
        self._config = config
        self._timeout_s = timeout_s
        self._prefix = prefix
        self._topic = prefix + TopicName.ITEMS
        self._group = f"{prefix}wireroom-enrich"
        self._stage = enrich_stage(config)
        self._kb = KnowledgeBase()
        self._kb_topic = prefix + TopicName.KB
        self._kb_offsets = dict.fromkeys(range(store.topics()[self._kb_topic]), 0)

    def catch_up(self) -> dict[str, Item]:
        """Enrich what has not been; answers the items by id of the event that published them."""
        done: dict[str, Item] = {}
        while True:
            offsets = next_offsets(self._store, self._group, self._topic)
            batch = self._store.read(self._topic, offsets, max_records=_BATCH_ITEMS)
            if not batch.records:
                return done
            sources = [
                Outgoing(TopicName.ITEMS, record.key, record.value, record.headers)
                for record in batch.records
            ]
            self._read_kb()
            enriched = self._process(sources)
            with self._store.transaction():
                self._store.append([answer.record.record(self._prefix) for answer in enriched])
                self._store.commit(self._group, self._topic, batch.next_offsets)
            for record, answer in zip(batch.records, enriched, strict=True):
                event_id = header_text(record, EVENT_ID)
                if event_id is not None and answer.item is not None:
                    done[event_id] = answer.item

    def _process(self, sources: Sequence[Outgoing]) -> list[Enriched]:
        """The batch enriched; where it takes too long one by one, the culprits as they are."""
        try:
            return self._in_time(sources)
        except OvertimeError:
            enriched: list[Enriched] = []
            for source in sources:
                # No item is to blame for a model that takes long to load.
                self._stage.ready([source])
                try:
                    enriched += self._in_time([source])
                except OvertimeError:
                    enriched.append(unenriched(source, "enrich-timed-out"))
            return enriched

    def _in_time(self, sources: Sequence[Outgoing]) -> list[Enriched]:
        try:
            with limited(self._timeout_s):
                return self._stage.process(sources, self._kb.overlay)
        except OvertimeError:
            get_log(stage="enrich").warning("enrichment_interrupted", items=len(sources))
            # Its models were interrupted anywhere: what they remember may be half written.
            self._stage = enrich_stage(self._config)
            raise

    def _read_kb(self) -> None:
        """Take in the edits made since the last batch; from the beginning the first time."""
        while True:
            batch = self._store.read(self._kb_topic, self._kb_offsets)
            self._kb_offsets = batch.next_offsets
            if not batch.records:
                return
            log_rejected(self._kb.take(batch.records))


def log_rejected(records: Sequence[RejectedRecord]) -> None:
    """Say which records of the knowledge base changed nothing, and why."""
    for record, rejected in records:
        get_log(stage="enrich").warning(
            "kb_record_rejected",
            reason=rejected.fault,
            detail=rejected.detail,
            partition=record.partition,
            offset=record.offset,
        )
