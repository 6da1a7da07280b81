"""A wire message as it was delivered: bytes and what the carrier said of them.

It must not interpret the bytes.
"""

from __future__ import annotations

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
