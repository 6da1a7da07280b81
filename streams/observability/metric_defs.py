"""Every metric, declared once: its name, its kind, what it means.

Labels come from closed sets only. It must not measure anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class MetricKind(StrEnum):
    """How a metric moves."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


@dataclass(frozen=True, slots=True)
class MetricDef:
    """One metric; its unit is the last word of its name (before ``_total``)."""

    name: str
    kind: MetricKind
    meaning: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()


# From a live wire's tens of milliseconds to the hours of a backlog.
_DELAYS = (0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0, 300.0, 1800.0, 7200.0)
_SECONDS = (0.001, 0.005, 0.02, 0.1, 0.5, 2.0, 10.0, 60.0)

INTAKE_RECORDS = MetricDef(
    "wireroom_intake_records_total",
    MetricKind.COUNTER,
    "raw records taken in and acknowledged, by lane: urgent, normal",
    ("lane",),
)
INTAKE_PARTS = MetricDef(
    "wireroom_intake_parts_total",
    MetricKind.COUNTER,
    "parts written to wire.decoded, by type: cleaned, dropped, failed",
    ("type",),
)
INTAKE_DEAD = MetricDef(
    "wireroom_intake_dead_letters_total", MetricKind.COUNTER, "dead letters written"
)
INTAKE_AHEAD = MetricDef(
    "wireroom_intake_ahead_records",
    MetricKind.GAUGE,
    "decoded records that wait for the desk, as intake knows it; at worker.max_ahead_records it "
    "pauses, urgent messages apart",
)
DESK_RECORDS = MetricDef(
    "wireroom_desk_records_total", MetricKind.COUNTER, "decoded records decided (ticks included)"
)
DESK_EVENTS = MetricDef(
    "wireroom_desk_events_total", MetricKind.COUNTER, "events written, by kind", ("kind",)
)
DESK_OUTCOMES = MetricDef(
    "wireroom_desk_outcomes_total",
    MetricKind.COUNTER,
    "primary events by fate: published, linked, held, rejected; with skipped they add up to in",
    ("outcome",),
)
DESK_IN = MetricDef(
    "wireroom_desk_parts_total", MetricKind.COUNTER, "parts that came in: the left side of the sum"
)
DESK_SKIPPED = MetricDef(
    "wireroom_desk_skipped_parts_total",
    MetricKind.COUNTER,
    "parts met again after a restart and passed over",
)
DESK_REBUILD = MetricDef(
    "wireroom_desk_rebuild_seconds", MetricKind.GAUGE, "how long the last rebuild took"
)
DESK_REBUILD_REMAINING = MetricDef(
    "wireroom_desk_rebuild_remaining_records",
    MetricKind.GAUGE,
    "records of the topic being read that a rebuild has still to read",
)
DESK_STANDBY_LAG = MetricDef(
    "wireroom_desk_standby_lag_records",
    MetricKind.GAUGE,
    "journal records that a desk standing by has not read; 0 at work",
)
DESK_EPOCH = MetricDef(
    "wireroom_desk_epoch_number", MetricKind.GAUGE, "the assignment this desk writes under"
)
DESK_GAPS = MetricDef(
    "wireroom_desk_gaps_total",
    MetricKind.COUNTER,
    "gaps in message numbers announced, by provider (those with a profile; the rest are other)",
    ("provider",),
)
DESK_MISSING = MetricDef(
    "wireroom_desk_missing_numbers_total",
    MetricKind.COUNTER,
    "message numbers announced as missing, by provider",
    ("provider",),
)
DESK_FILLED = MetricDef(
    "wireroom_desk_filled_numbers_total",
    MetricKind.COUNTER,
    "of these, numbers that came later, by provider",
    ("provider",),
)
DESK_SILENCES = MetricDef(
    "wireroom_desk_silences_total",
    MetricKind.COUNTER,
    "silences announced, by provider",
    ("provider",),
)
DESK_LAST_MESSAGE = MetricDef(
    "wireroom_desk_last_message_timestamp_seconds",
    MetricKind.GAUGE,
    "when the provider was last heard, since 1970: time() minus it is how long ago",
    ("provider",),
)
ENRICH_RECORDS = MetricDef(
    "wireroom_enrich_records_total",
    MetricKind.COUNTER,
    "items carried to wire.enriched, by how: enriched, copied (kills), overtaken (by a kill)",
    ("how",),
)
ENRICH_PARAGRAPHS = MetricDef(
    "wireroom_enrich_paragraphs_total",
    MetricKind.COUNTER,
    "paragraphs whose names were wanted, by source: cached (remembered), recognised",
    ("source",),
)
ENRICH_KB_RECORDS = MetricDef(
    "wireroom_enrich_kb_records_total",
    MetricKind.COUNTER,
    "records read from wire.kb, by result: accepted, or the reason of rejection",
    ("result",),
)
ENRICH_KB_SIZE = MetricDef(
    "wireroom_enrich_kb_size_records",
    MetricKind.GAUGE,
    "records of the knowledge base in use: entities and links",
)
WORKER_BATCH_SECONDS = MetricDef(
    "wireroom_worker_batch_seconds",
    MetricKind.HISTOGRAM,
    "from taking a batch to its last acknowledgement",
    ("stage",),
    _SECONDS,
)
WORKER_LAG = MetricDef(
    "wireroom_worker_lag_records",
    MetricKind.GAUGE,
    "records not yet committed, of the partitions this process has, by topic it reads (without "
    "the prefix)",
    ("stage", "topic"),
)
WORKER_ASSIGNED = MetricDef(
    "wireroom_worker_assigned_partitions",
    MetricKind.GAUGE,
    "partitions this process has; 0 is a standby",
    ("stage",),
)
WORKER_STOOD = MetricDef(
    "wireroom_worker_stood_seconds",
    MetricKind.GAUGE,
    "how long a partition with lag has committed nothing: at worker.stall_s the process has ended",
    ("stage",),
)
WORKER_LOOP_DELAY = MetricDef(
    "wireroom_worker_loop_delay_seconds",
    MetricKind.HISTOGRAM,
    "how late the event loop comes to its turns, asked twice a second",
    ("stage",),
    (0.001, 0.005, 0.02, 0.1, 0.5, 2.0, 10.0, 60.0),
)
WORKER_STARTED = MetricDef(
    "wireroom_worker_started_timestamp_seconds",
    MetricKind.GAUGE,
    "when this process started, since 1970",
    ("stage",),
)
WORKER_DELAY = MetricDef(
    "wireroom_worker_delay_seconds",
    MetricKind.HISTOGRAM,
    "from the reception of a message (received_at) to a stage's output of it, by lane (enrichment "
    "does not know it: normal); those received more than a day before are replays and do not count",
    ("stage", "lane"),
    _DELAYS,
)
WORKER_GIVEN_UP = MetricDef(
    "wireroom_worker_given_up_total",
    MetricKind.COUNTER,
    "messages and items that no process of the pool survived, by fate: crashed, timed-out",
    ("stage", "fate"),
)
WORKER_IN_HAND = MetricDef(
    "wireroom_worker_in_hand_records",
    MetricKind.GAUGE,
    "records taken from the broker and not acknowledged: bounded, whatever stands still",
    ("stage",),
)
WORKER_POOL_REBUILDS = MetricDef(
    "wireroom_worker_pool_rebuilds_total",
    MetricKind.COUNTER,
    "process pools that died or hung and were rebuilt",
    ("stage",),
)

METRICS: tuple[MetricDef, ...] = tuple(
    value for value in list(globals().values()) if isinstance(value, MetricDef)
)
"""The whole catalogue, in the order above; the documentation's table is made of it."""
