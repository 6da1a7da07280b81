"""Which records hold the text of an item, topic by topic.

It must not read a log or a file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson

from schemas.topics import TopicName
from streams.log.base import Record
from streams.log.headers import TRANSPORT, header_bytes, header_text
from streams.log.outgoing import letter_of

__all__ = ["HOLDING", "NAMING", "OF_ITEMS", "Sources", "holds", "role_of"]

OF_ITEMS = frozenset({TopicName.ITEMS, TopicName.ENRICHED, TopicName.HELD})
"""The compacted topics that hold text: the latest record of a key is all they are to keep."""

NAMING = frozenset({TopicName.DECODED, TopicName.EVENTS})
"""The topics that say which messages an item was made of."""

_OF_MESSAGES = frozenset({TopicName.RAW, TopicName.RAW_URGENT, TopicName.DEAD})
# Keyed by the item, whatever they say of it.
_KEYED = OF_ITEMS | NAMING

HOLDING = _KEYED | _OF_MESSAGES | {TopicName.DESK}
"""Every topic that may hold text."""


def role_of(topic: str) -> TopicName | None:
    """What a topic is in the catalogue, by the end of its full name; None of one that is not."""
    # "raw.urgent" before what "urgent" alone could be.
    for name in sorted(TopicName, key=len, reverse=True):
        if f".{topic}".endswith(f".{name}"):
            return name
    return None


@dataclass(slots=True)
class Sources:
    """The messages that an item was made of.

    Attributes:
        key: the item's.
        messages: sha256 of each. The same bytes at another position, as a retry or a retransmission
            has them, are the same text.
        transports: where each lay on the log, "topic/partition/offset".
    """

    key: str
    messages: set[str] = field(default_factory=set)
    transports: set[str] = field(default_factory=set)

    def learn(self, role: TopicName | None, record: Record) -> None:
        """Take in what a record of ``decoded`` or ``events`` says of where the item came from."""
        if role not in NAMING or record.value is None:
            return
        if record.key != header_bytes(self.key):
            return
        value = _json(record.value)
        source = value.get("source")
        # What one item has caused of another is of another message.
        if isinstance(source, dict) and value.get("cause") is None:
            self.messages.add(str(source.get("sha256")))
        transport = header_text(record, TRANSPORT)
        if transport is not None:
            self.transports.add(transport.rpartition("/")[0])


def holds(role: TopicName | None, record: Record, sources: Sources) -> bool:
    """Whether a record has the item's text, or the message that had it."""
    if record.value is None or role is None:
        return False
    if role in _KEYED:
        return record.key == header_bytes(sources.key)
    if role is TopicName.DESK:
        return any(item.get("item_key") == sources.key for item in _takes(record.value))
    if role in _OF_MESSAGES:
        if f"{record.topic}/{record.partition}/{record.offset}" in sources.transports:
            return True
        return _sha256(role, record.value, record) in sources.messages
    return False


def _sha256(role: TopicName, body: bytes, record: Record) -> str:
    # A letter may be of a spooled body.
    return letter_of(record).sha256 if role is TopicName.DEAD else hashlib.sha256(body).hexdigest()


def _takes(value: bytes) -> Iterator[dict[str, Any]]:
    """The texts of takes that a journal record keeps."""
    if b'"takes"' not in value:
        return
    takes = _json(value).get("takes")
    for take in takes if isinstance(takes, list) else ():
        item = take.get("item") if isinstance(take, dict) else None
        if isinstance(item, dict):
            yield item


def _json(value: bytes) -> dict[str, Any]:
    try:
        found = orjson.loads(value)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}
