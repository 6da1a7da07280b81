"""How long messages have been under way, counted where a stage has put them out.

It must not read a clock.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from schemas.decoded import Cleaned, Tick
from schemas.topics import TopicName
from streams.log.base import Record
from streams.log.headers import RECEIVED_AT, header_text, read_instant
from streams.observability import metric_defs
from streams.observability.metrics import Metrics
from streams.pipeline import DecodedEntry
from streams.worker.config import Stage

URGENT, NORMAL, ANY = "urgent", "normal", "any"
"""Lanes, as labels; enrichment does not know them."""

_REPLAYED = timedelta(days=1)


def lane_of(place: str) -> str:
    """The lane of a raw topic, or of a place in one ("wire.raw.urgent/0/7/0")."""
    return URGENT if place.partition("/")[0].endswith(TopicName.RAW_URGENT) else NORMAL


def received_at(record: Record) -> datetime:
    """When the message in a raw record was received, as far as the log knows."""
    return read_instant(header_text(record, RECEIVED_AT)) or record.appended_at


def count_delays(
    metrics: Metrics,
    stage: Stage,
    lane: str,
    received: Iterable[datetime | None],
    now: datetime,
) -> None:
    """Count how long ago messages were received; replays, and those without a time, are not."""
    for instant in received:
        if instant is not None and now - instant < _REPLAYED:
            delay_s = max(0.0, (now - instant).total_seconds())
            metrics.observe(metric_defs.WORKER_DELAY, delay_s, stage=stage, lane=lane)


def count_desk_delays(metrics: Metrics, entries: Iterable[DecodedEntry], now: datetime) -> None:
    """The same for decoded records, each in the lane it came by; time passing is no message."""
    for entry in entries:
        record = entry.record
        if isinstance(record, Tick):
            continue
        received = record.item.received_at if isinstance(record, Cleaned) else record.received_at
        lane = lane_of(entry.transport or "")
        count_delays(metrics, Stage.DESK, lane, (received,), now)
