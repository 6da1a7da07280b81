"""What a version of a known key is: newer, older, the same, a kill, a hold.

The answer does not depend on the order of arrival wherever the agency gave any order at all. It
must not look at other keys.
"""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from schemas.item import SEQUENCE, AltId, Item, LifecycleKind, PubStatus
from schemas.journal import StateRecord, Status
from streams.desk.identity import content_hash, is_unordered, is_unplaced, tombstone_of

_FLASHES = frozenset({LifecycleKind.FLASH, LifecycleKind.URGENT})
_VERSIONS = frozenset(
    {
        LifecycleKind.LEAD,
        LifecycleKind.UPDATE,
        LifecycleKind.WRITETHRU,
        LifecycleKind.ADD,
        LifecycleKind.REFILE,
    }
)
_APART = frozenset({LifecycleKind.WRAP, LifecycleKind.SIDEBAR})


@dataclass(frozen=True, slots=True)
class Standing:
    """The last word on a key, in memory; the fields are those of ``StateRecord``.

    Attributes:
        slot: of the published version in the hot index; None when it was never there.
    """

    item_key: str
    status: Status
    order_key: str
    item_id: str
    published: str | None = None
    story_key: str | None = None
    provider: str | None = None
    content_hash: str = ""
    digest: str = ""
    headline: str = ""
    urgency: int | None = None
    embargoed_until: datetime | None = None
    alt_ids: tuple[AltId, ...] = ()
    reprint_of: str | None = None
    hold: str | None = None
    due: datetime | None = None
    flash: bool = False
    superseded: bool = False
    slot: int | None = None

    def record(self, seq: int, epoch: int) -> StateRecord:
        """This standing as it is written."""
        fields = {name: getattr(self, name) for name in _RECORD_FIELDS}
        return StateRecord(seq=seq, epoch=epoch, **fields)


_RECORD_FIELDS = tuple(name for name in StateRecord.model_fields if name not in {"seq", "epoch"})


def standing_with(item: Item, known: Standing | None) -> Standing:
    """A live standing whose latest version is ``item``; what was published stays."""
    return Standing(
        item_key=item.item_key,
        status=Status.LIVE,
        order_key=item.order_key,
        item_id=item.id,
        published=known.published if known else None,
        story_key=known.story_key if known else None,
        provider=item.provider,
        content_hash=content_of(item),
        digest=digest_of(item),
        headline=_short_hash(_letters(item.headline)),
        urgency=item.urgency,
        embargoed_until=item.embargoed_until,
        # Its number is for the watch, which has it; nothing refers to an item by it.
        alt_ids=tuple(known for known in item.alt_ids if known.scheme != SEQUENCE),
        reprint_of=known.reprint_of if known else None,
        flash=is_flash(item),
        superseded=known.superseded if known else False,
        slot=known.slot if known else None,
    )


def is_pending(known: Standing) -> bool:
    """Nothing but a kill is known of it: it was named before it came, or never will."""
    return known.status is Status.KILLED and not known.digest


class Arrival(StrEnum):
    """What a version is to the versions of its key that came before."""

    FIRST = "first"
    NEWER = "newer"
    SAME = "same"
    OLDER = "older"


@dataclass(frozen=True, slots=True)
class Hold:
    """An item may not be published: until ``due``, or until a newer version says otherwise."""

    due: datetime | None
    reason: str


def is_kill(item: Item) -> bool:
    """The agency withdraws the item."""
    return item.pubstatus is PubStatus.CANCELED or LifecycleKind.KILL in item.lifecycle.kinds


def is_advisory(item: Item) -> bool:
    """A note to editors, not news."""
    return LifecycleKind.ADVISORY in item.lifecycle.kinds


def is_correction(item: Item) -> bool:
    """The agency says that it corrects what it sent."""
    return LifecycleKind.CORRECTION in item.lifecycle.kinds


def is_flash(item: Item) -> bool:
    """A flash or an urgent: a fuller story will follow."""
    return not _FLASHES.isdisjoint(item.lifecycle.kinds)


def is_stated_version(item: Item) -> bool:
    """The agency says that it replaces or extends what it sent: never just a copy."""
    return not _VERSIONS.isdisjoint(item.lifecycle.kinds) and not is_repeat(item)


def is_repeat(item: Item) -> bool:
    """The agency says that it sends the same again."""
    return LifecycleKind.REPEAT in item.lifecycle.kinds


def stands_apart(item: Item) -> bool:
    """A round-up or a sidebar: it shares sentences with stories without being one of them."""
    return not _APART.isdisjoint(item.lifecycle.kinds)


def hold_of(item: Item, now: datetime) -> Hold | None:
    """The hold that is in force on an item at ``now``, if any."""
    if is_kill(item):
        return None
    if item.pubstatus is PubStatus.WITHHELD:
        return Hold(None, "withheld")
    if LifecycleKind.HOLD in item.lifecycle.kinds:
        return Hold(None, "hold")
    if item.embargoed_until is not None and item.embargoed_until > now:
        return Hold(item.embargoed_until, "embargo")
    return None


def arrival(item: Item, known: Standing | None) -> Arrival:
    """Where a version stands among those of its key."""
    if known is None:
        return Arrival.FIRST
    same = digest_of(item) == known.digest
    killed = known.status is Status.KILLED
    if is_kill(item) and is_unplaced(item.order_key):
        # A kill that states no time (no number, where these sort first) is about whatever is out;
        # only itself again changes nothing.
        return Arrival.SAME if killed and same else Arrival.NEWER
    if item.order_key != known.order_key:
        return Arrival.NEWER if item.order_key > known.order_key else Arrival.OLDER
    if same:
        return Arrival.SAME
    if is_unordered(item.order_key) and not killed:
        return Arrival.NEWER
    newer = (_rank(item), digest_of(item)) > (_RANKS[known.status], known.digest)
    return Arrival.NEWER if newer else Arrival.OLDER


def tombstone_order(item: Item, known: Standing | None, now: datetime) -> str:
    """The order key a kill stands at: later versions must be newer than it to count."""
    known_order = known.order_key if known else None
    return tombstone_of(item.order_key, item.version, now, known_order)


def differences(item: Item, known: Standing) -> tuple[str, ...]:
    """What a newer version with the same text changes all the same."""
    found: list[str] = []
    if known.headline != _short_hash(_letters(item.headline)):
        found.append("headline-changed")
    if known.urgency != item.urgency:
        found.append("urgency-changed")
    if known.embargoed_until != item.embargoed_until:
        found.append("embargo-changed")
    if known.status is not Status.LIVE:
        found.append("pubstatus-changed")
    return tuple(found)


def _letters(headline: str | None) -> str:
    """A headline's letters and digits: other quotes, spaces or Unicode forms are no change."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKD", headline or "")))


def content_of(item: Item) -> str:
    """The hash of the item's text, computed where cleaning left it out."""
    return item.content_hash or content_hash(
        item.headline, [paragraph.text for paragraph in item.paragraphs]
    )


def digest_of(item: Item) -> str:
    """Equal for two versions of one order key only when nothing that matters differs."""
    embargo = item.embargoed_until.isoformat() if item.embargoed_until else ""
    kinds = " ".join(sorted(item.lifecycle.kinds))
    parts = (
        content_of(item),
        _letters(item.headline),
        str(item.urgency),
        embargo,
        item.pubstatus,
        kinds,
    )
    return _short_hash("\n".join(parts))


_RANKS = {Status.LIVE: 0, Status.HELD: 1, Status.KILLED: 2}


def _rank(item: Item) -> int:
    """Of two versions with one order key the more cautious wins, in either order of arrival."""
    if is_kill(item):
        return _RANKS[Status.KILLED]
    withheld = item.pubstatus is PubStatus.WITHHELD or LifecycleKind.HOLD in item.lifecycle.kinds
    return _RANKS[Status.HELD] if withheld else _RANKS[Status.LIVE]


def _short_hash(text: str) -> str:
    encoded = text.encode("utf-8", "surrogatepass")
    return hashlib.blake2b(encoded, digest_size=8).hexdigest()
