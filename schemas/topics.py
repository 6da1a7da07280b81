"""The topic catalogue: every topic Wireroom reads or writes, with its settings.

It must not create topics; ``wireroom topics apply`` does.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

DAY_MS = 24 * 60 * 60 * 1000

COMPACTED_AFTER_MS = DAY_MS
"""A replaced record of a compacted topic may stay this long before the broker must look at it.

Kafka's own default is for ever: the text of a purged item would stay in a topic that is quiet.
"""


class TopicName(StrEnum):
    """The part of a topic's name after the prefix (``wire.`` by default)."""

    RAW = "raw"
    RAW_URGENT = "raw.urgent"
    DECODED = "decoded"
    ITEMS = "items"
    EVENTS = "events"
    ENRICHED = "enriched"
    HELD = "held"
    DESK = "desk"
    STATE = "state"
    KB = "kb"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic's settings.

    Attributes:
        retention_ms: how long records are kept; None keeps them for ever.
        compacted: only the latest record of each key is sure to be kept.
        restricted: holds copy that clients may not read by default.
    """

    name: TopicName
    partitions: int
    retention_ms: int | None
    compacted: bool = False
    restricted: bool = False
    meaning: str = ""

    def full_name(self, prefix: str = "wire.") -> str:
        """The topic's name on the log."""
        return prefix + self.name

    def config(self, *, max_message_bytes: int) -> dict[str, str]:
        """Kafka topic settings (strings, as the broker wants them)."""
        if self.compacted:
            cleanup = "compact,delete" if self.retention_ms is not None else "compact"
        else:
            cleanup = "delete"
        config = {
            "cleanup.policy": cleanup,
            "retention.ms": str(-1 if self.retention_ms is None else self.retention_ms),
            "message.timestamp.type": "LogAppendTime",
            "max.message.bytes": str(max_message_bytes),
        }
        if self.compacted:
            config["max.compaction.lag.ms"] = str(COMPACTED_AFTER_MS)
        return config


CATALOGUE: dict[TopicName, Topic] = {
    topic.name: topic
    for topic in (
        Topic(TopicName.RAW, 12, 7 * DAY_MS, restricted=True, meaning="bytes as delivered"),
        Topic(
            TopicName.RAW_URGENT, 1, 7 * DAY_MS, restricted=True, meaning="flashes, as delivered"
        ),
        # Never shorter than raw: a desk that was away must find what intake made of it.
        Topic(
            TopicName.DECODED, 1, 7 * DAY_MS, restricted=True, meaning="cleaned, signed, in order"
        ),
        Topic(
            TopicName.ITEMS, 12, 30 * DAY_MS, compacted=True, meaning="the current item of each key"
        ),
        Topic(TopicName.EVENTS, 12, 30 * DAY_MS, meaning="everything that happened"),
        Topic(TopicName.ENRICHED, 12, 30 * DAY_MS, compacted=True, meaning="items with entities"),
        Topic(
            TopicName.HELD, 1, None, compacted=True, restricted=True, meaning="embargoed, withheld"
        ),
        Topic(TopicName.DESK, 1, 30 * DAY_MS, restricted=True, meaning="the desk's journal"),
        Topic(
            TopicName.STATE,
            1,
            None,
            compacted=True,
            restricted=True,
            meaning="each key's last word",
        ),
        Topic(TopicName.KB, 1, None, compacted=True, meaning="the live knowledge base"),
        Topic(TopicName.DEAD, 3, 30 * DAY_MS, restricted=True, meaning="what could not be read"),
    )
}
