"""Who an item is and how its versions sort: the same answer for the same bytes, for ever.

It must not use the time of arrival or anything random.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime

from streams.folding import fold

UNKNOWN_PROVIDER = "unknown"
NO_TIME = "0000-00-00T00:00:00.000000Z"


def content_hash(headline: str | None, paragraphs: Iterable[str]) -> str:
    """128 bits of the folded text, hexadecimal: equal for texts that differ in typography only."""
    return hash_folded(fold("\n".join([headline or "", *paragraphs])))


def hash_folded(folded: str) -> str:
    """``content_hash`` of text that is folded already."""
    return hashlib.blake2b(folded.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def item_key(provider: str | None, stable_id: str | None, content: str) -> str:
    """``provider:stable id``; without an id, an id made of the content hash."""
    return f"{provider or UNKNOWN_PROVIDER}:{stable_id or f'content-{content}'}"


def order_key(version_created: datetime | None, version: str | None) -> str:
    """Sorts the versions of one item as text: by time of creation, then the agency's version.

    A version that is a number sorts as one; one that is missing sorts first.
    """
    when = (
        version_created.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        if version_created
        else NO_TIME
    )
    number = (version or "").strip()
    return f"{when}/{number.zfill(20) if number.isdecimal() and number.isascii() else number}"


def source_id(position: str, sha256: str, part: int) -> str:
    """A deterministic id of one part of one delivery."""
    return hashlib.blake2b(
        f"{position}\n{sha256}\n{part}".encode("utf-8", "surrogatepass"), digest_size=16
    ).hexdigest()


def event_id(source: str, kind: str, target: str) -> str:
    """A deterministic id of an event: the same in every run over the same input."""
    return hashlib.blake2b(
        f"{source}\n{kind}\n{target}".encode("utf-8", "surrogatepass"), digest_size=16
    ).hexdigest()


def is_undated(order: str) -> bool:
    """The version with this order key did not say when it was made."""
    return order.startswith(NO_TIME)


def is_unordered(order: str) -> bool:
    """The version with this order key said neither when it was made nor its number."""
    return order == order_key(None, None)
