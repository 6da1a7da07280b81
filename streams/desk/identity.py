"""Who an item is and how its versions sort: the same answer for the same bytes, for ever.

It must not use the time of arrival or anything random.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Literal

from streams.folding import fold

UNKNOWN_PROVIDER = "unknown"
NO_TIME = "0000-00-00T00:00:00.000000Z"
Ordering = Literal["time-then-version", "version-then-time"]
"""Which of the agency's own marks orders the versions of one item first."""
_VERSION_DIGITS = 20
# An order key that begins with its version, and has none.
_NO_VERSION = "/"
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
# Sorts after every version.
_LAST_VERSION = "~~"


def content_hash(headline: str | None, paragraphs: Iterable[str]) -> str:
    """128 bits of the folded text, hexadecimal: equal for texts that differ in typography only."""
    return hash_folded(fold("\n".join([headline or "", *paragraphs])))


def hash_folded(folded: str) -> str:
    """``content_hash`` of text that is folded already."""
    return hashlib.blake2b(folded.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def item_key(provider: str | None, stable_id: str | None, content: str) -> str:
    """``provider:stable id``; without an id, an id made of the content hash."""
    return f"{provider or UNKNOWN_PROVIDER}:{stable_id or f'content-{content}'}"


def key_of(item_id: str) -> str:
    """The item key in an item's id, "KEY@ORDER"; nothing in what is no such id."""
    return item_id.rpartition("@")[0]


def order_key(
    version_created: datetime | None,
    version: str | None,
    ordering: Ordering = "time-then-version",
) -> str:
    """Sorts the versions of one item as text: by time of creation and the agency's version.

    A version that is a number sorts as one; one that is missing sorts first.

    Args:
        version_created: as the agency states it.
        version: the agency's own.
        ordering: the provider's policy: which of the two comes first.
    """
    when = moment(version_created) if version_created else NO_TIME
    number = _sortable((version or "").strip())
    return f"{number}/{when}" if ordering == "version-then-time" else f"{when}/{number}"


def moment(time: datetime) -> str:
    """A time as order keys state it; these sort as text."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def made_at(order: str) -> str | None:
    """The time in an order key, wherever the provider's policy puts it; None without one."""
    for part in (order.partition("/")[0], order.rpartition("/")[2]):
        if _TIME.fullmatch(part) and part != NO_TIME:
            return part
    return None


def made_before(order: str, when: str) -> bool:
    """The version with this order key was made by ``when``, or does not say when it was."""
    made = made_at(order)
    return made is None or made <= when


def tombstone_at(when: str, like: str) -> str:
    """The order key at which a kill made at ``when`` stands under another key than its own.

    It sorts after every version of that moment. Where versions sort first, as in the order key
    ``like``, it stands after every number.
    """
    first = like.partition("/")[0]
    order = f"{when}/{_LAST_VERSION}" if _TIME.fullmatch(first) else f"{_LAST_VERSION}/{when}"
    return max(order, like)


def _sortable(version: str) -> str:
    if not (version.isdecimal() and version.isascii()):
        return version
    digits = version.lstrip("0")
    if len(digits) <= _VERSION_DIGITS:
        return digits.zfill(_VERSION_DIGITS)
    # A longer number is a greater one: "~" sorts after every digit.
    return f"~{len(digits):04}:{digits}"


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


def is_unordered(order: str) -> bool:
    """The version with this order key said neither when it was made nor its number."""
    return order in _UNORDERED


def is_unplaced(order: str) -> bool:
    """The version with this order key lacks what orders it first: its time, or its number."""
    return order.startswith((NO_TIME, _NO_VERSION))


def tombstone_of(order: str, version: str | None, now: datetime, known: str | None) -> str:
    """The order key at which a kill stands: later versions must be newer than it to count.

    What was made before the kill was decided stays dead, whenever it arrives. Where versions sort
    first, a kill without a number leaves that open: it stands after every number.
    """
    if order.startswith(_NO_VERSION):
        order = f"{_LAST_VERSION}{order_key(now, None, 'version-then-time')}"
    elif order.startswith(NO_TIME):
        order = max(order, order_key(now, version))
    return max(order, known) if known else order


_UNORDERED = frozenset({order_key(None, None), order_key(None, None, "version-then-time")})
