"""A wire message as it was delivered: bytes and what the carrier said of them.

It must not interpret the bytes.
"""

from __future__ import annotations

import re
from datetime import datetime

from schemas.model import Instant, Record, write_instant


class RawMessage(Record):
    """One message as delivered.

    Attributes:
        body: the bytes, never altered.
        provider: who delivered it ("afp"), as configured or announced; None when nobody said.
        content_type: the declared media type, which may lie.
        received_at: when it reached us; on Kafka the append time, in a replay the original.
        position: where it came from, logically: "file.jsonl:12", or as given at ingest; never a
            broker offset. Empty means ``derived_position``.
        headers: further headers, in order.
    """

    body: bytes
    provider: str | None = None
    content_type: str | None = None
    received_at: Instant | None = None
    position: str = ""
    headers: tuple[tuple[str, str], ...] = ()


def derived_position(sha256: str, received_at: datetime | None) -> str:
    """The position of a message that came without one: its bytes and when they came.

    Args:
        sha256: of its bytes, hexadecimal.
        received_at: when it reached us, if known; the same bytes later are another message.
    """
    when = f"@{write_instant(received_at)}" if received_at else ""
    return f"sha256:{sha256[:16]}{when}"


# A path: "2.1" is the first retry of the letter that the second retry of a message came to.
_RETRY = re.compile(r";retry=[1-9][0-9]*(?:\.[1-9][0-9]*)*")


def retried_position(position: str, number: int) -> str:
    """The position of a dead letter's ``number``-th retry, counted from 1.

    Each retry of each letter has a position of its own, so that it is a message of its own to
    whoever counts: "feed.jsonl:12;retry=1", and its own letter's retry "feed.jsonl:12;retry=1.1".
    """
    is_retry = first_position(position) is not None
    return f"{position}.{number}" if is_retry else f"{position};retry={number}"


def first_position(position: str) -> str | None:
    """The position at which a message that is a retry came first; None of one that is none."""
    first, mark, path = position.rpartition(";retry=")
    return first if mark and _RETRY.fullmatch(mark + path) else None
