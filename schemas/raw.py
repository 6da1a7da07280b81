"""A wire message as it was delivered: bytes and what the carrier said of them.

It must not interpret the bytes.
"""

from __future__ import annotations

from schemas.model import Instant, Record


class RawMessage(Record):
    """One message as delivered.

    Attributes:
        body: the bytes, never altered.
        provider: who delivered it ("afp"), as configured or announced; None when nobody said.
        content_type: the declared media type, which may lie.
        received_at: when it reached us; on Kafka the append time, in a replay the original.
        position: where it came from, logically: "file.jsonl:12", or as given at ingest; never a
            broker offset. Empty means: derived from the bytes.
        headers: further headers, in order.
    """

    body: bytes
    provider: str | None = None
    content_type: str | None = None
    received_at: Instant | None = None
    position: str = ""
    headers: tuple[tuple[str, str], ...] = ()
