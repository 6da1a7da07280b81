"""What both logs accept: legal topic names, sizes of records, where reading may begin.

It must not know any particular log.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from streams.errors import ConfigError, TransportError
from streams.log.base import NewRecord, Offsets

DEFAULT_MAX_BODY_BYTES = 8 * 1024 * 1024

# A cleaned item with its fingerprint and audit is larger than the body it came from, and JSON
# escapes; what is larger still is spooled, not carried.
_GROWTH = 1.4
_ROOM_FOR_HEADERS = 64 * 1024

# What a record batch adds to a record: its own header, and lengths.
_ROOM_FOR_BATCH = 1024

# Characters; Kafka sets no limit below that of the record, the embedded log 65,535 bytes.
_LONGEST_HEADER_NAME = 1024

_LEGAL_TOPIC = re.compile(r"[A-Za-z0-9._-]{1,249}")


def max_record_bytes(max_body_bytes: int) -> int:
    """The largest record (key, value and headers together) for a given largest body."""
    if max_body_bytes <= 0:
        raise ConfigError(f"max_body_bytes must be above zero, not {max_body_bytes}")
    return int(max_body_bytes * _GROWTH) + _ROOM_FOR_HEADERS


def max_batch_bytes(max_body_bytes: int) -> int:
    """A topic's ``max.message.bytes`` for a given largest body."""
    return max_record_bytes(max_body_bytes) + _ROOM_FOR_BATCH


def max_body_bytes_of(record_bytes: int) -> int:
    """The largest body for a given largest record: what ``max_record_bytes`` was made of."""
    return int((record_bytes - _ROOM_FOR_HEADERS) / _GROWTH)


def record_bytes(record: NewRecord) -> int:
    """The bytes of a record's key, value and headers."""
    size = len(record.key or b"") + len(record.value or b"")
    return size + sum(len(name.encode()) + len(value) for name, value in record.headers)


def check_topic_name(topic: str) -> None:
    """Refuse a name that Kafka would refuse.

    Raises:
        ConfigError: the name is empty, longer than 249, or not made of ``A-Z a-z 0-9 . _ -``.
    """
    if not _LEGAL_TOPIC.fullmatch(topic) or topic in {".", ".."}:
        raise ConfigError(
            f"{topic!r} cannot name a topic: use 1 to 249 of the letters A-Z a-z, digits, . _ -"
        )


def check_records(records: Sequence[NewRecord], limit: int) -> None:
    """Refuse a batch before anything of it is appended.

    Raises:
        ConfigError: a topic's name is not legal.
        TransportError: a record is larger than ``limit`` bytes, or is nothing at all.
    """
    for topic in {record.topic for record in records}:
        check_topic_name(topic)
    for record in records:
        if record.key is None and record.value is None:
            raise TransportError(f"a record for {record.topic} has neither key nor value")
        if any(len(name) > _LONGEST_HEADER_NAME for name, _ in record.headers):
            raise TransportError(
                f"a header of a record for {record.topic} has a name longer than "
                f"{_LONGEST_HEADER_NAME}"
            )
        size = record_bytes(record)
        if size > limit:
            raise TransportError(
                f"a record of {size} bytes for {record.topic} is larger than the {limit} allowed; "
                "raise max_body_bytes, or spool the body"
            )


def missing_topic(topic: str, where: str) -> TransportError:
    """The error for a topic that does not exist."""
    return TransportError(f"topic {topic} does not exist on {where}: run `wireroom topics apply`")


def first_offsets(
    begin: Offsets,
    end: Offsets,
    start: Offsets | Literal["earliest", "latest"],
    stop: Offsets | None,
) -> dict[int, int]:
    """Where each partition that is to be read begins, by the rules of ``TopicLog.read``."""
    partitions = begin if stop is None else [p for p in begin if p in stop]
    if start == "latest":
        return {p: end[p] for p in partitions}
    if start == "earliest":
        return {p: begin[p] for p in partitions}
    # A remembered offset outside what is kept (the log was cleaned, or made anew): from the
    # first record that is kept, since reading twice is better than missing one.
    asked = {p: start.get(p, begin[p]) for p in partitions}
    return {p: at if begin[p] <= at <= end[p] else begin[p] for p, at in asked.items()}
