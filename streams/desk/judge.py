"""Deciding what one item is: the rules of the desk, in the order they apply.

Same key first (kill, older, same, held, newer), then other keys (copies, versions, corrections,
flashes). It reads the memory and changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from schemas.event import Changes, EventKind
from schemas.item import Item, Link, PubStatus
from schemas.journal import Status
from streams.desk.chains import Parent, find_parent
from streams.desk.changes import changes_between
from streams.desk.config import DedupRule
from streams.desk.flashes import FLASH_WORDS
from streams.desk.index import HotText
from streams.desk.lifecycle import (
    Arrival,
    Hold,
    Standing,
    arrival,
    content_of,
    differences,
    hold_of,
    is_advisory,
    is_correction,
    is_kill,
    is_stated_version,
    standing_with,
    stands_apart,
    tombstone_order,
)
from streams.desk.memory import Memory
from streams.desk.verify import Likeness
from streams.desk.words import U32


@dataclass(frozen=True, slots=True)
class Signed:
    """An item with its fingerprint made ready for comparing."""

    item: Item
    text: HotText
    keys: U32
    lead: U32


@dataclass(frozen=True, slots=True)
class Caused:
    """An event that follows from the primary one."""

    kind: EventKind
    of: str
    story_key: str | None
    reasons: tuple[str, ...] = ()
    carries_item: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """What an item is, and what that changes.

    Attributes:
        item: as the event carries it; None where it may not be shown.
        standing: the key's new last word; None when it stays.
        publishes: the item is compared with later copy from now on.
        novel: it begins a story.
        copied: key and id of the version whose text this is.
        hold: the hold the item is put under.
        others: last words of other keys that change too.
    """

    kind: EventKind
    item: Item | None = None
    of: str | None = None
    story_key: str | None = None
    score: float | None = None
    reasons: tuple[str, ...] = ()
    changes: Changes | None = None
    standing: Standing | None = None
    publishes: bool = False
    novel: bool = False
    copied: tuple[str, str] | None = None
    hold: Hold | None = None
    others: tuple[Standing, ...] = ()
    caused: tuple[Caused, ...] = ()


def judge(memory: Memory, rule: DedupRule, signed: Signed, now: datetime) -> Decision:
    """What an item is at ``now``."""
    item = signed.item
    known = memory.standings.get(item.item_key)
    where = arrival(item, known)
    if known is not None and where is Arrival.SAME:
        return _again(memory, item, known, now, known.order_key)
    if known is not None and where is Arrival.OLDER:
        return _late(item, known, now)
    if is_kill(item):
        return _kill(memory, item, known, now)
    hold = hold_of(item, now)
    if hold is not None:
        return _held(memory, item, known, hold, now)
    if is_advisory(item):
        return Decision(EventKind.ADVISORY, item=item, reasons=("advisory",))
    if known is None or (known.published is None and known.status is not Status.KILLED):
        return _first(memory, rule, signed, known)
    return _newer(memory, signed, known, now)


def release(memory: Memory, rule: DedupRule, signed: Signed) -> Decision:
    """What becomes of a held item when its hold ends: always published, linked as it may be."""
    known = memory.standings[signed.item.item_key]
    if known.published is not None:
        story = known.story_key or signed.item.item_key
        decision = _published(
            signed, known, EventKind.RELEASE, story, of=known.published, rel="supersedes"
        )
        return replace(decision, changes=_changes(memory, signed, known))
    placed = _first(memory, rule, signed, known)
    if placed.publishes:
        return replace(placed, kind=EventKind.RELEASE)
    # A copy of what is out already; but the hold promised this item, and its key must have it.
    assert placed.standing is not None  # noqa: S101  (a duplicate always has one)
    story = placed.story_key or signed.item.item_key
    decision = _published(
        signed, placed.standing, EventKind.RELEASE, story, of=placed.of, rel="same_as"
    )
    return replace(
        decision, score=placed.score, reasons=placed.reasons, copied=placed.copied, novel=False
    )


def _again(memory: Memory, item: Item, known: Standing, now: datetime, order_key: str) -> Decision:
    """The same version once more, or a newer one that changes nothing."""
    standing = replace(known, order_key=order_key) if order_key != known.order_key else None
    return Decision(
        EventKind.DUPLICATE,
        item=_shown(item, known, now),
        of=_public_id(memory, known),
        story_key=known.story_key,
        score=1.0,
        reasons=("exact", "same-key"),
        standing=standing,
        copied=(known.item_key, _public_id(memory, known)) if known.published else None,
    )


def _late(item: Item, known: Standing, now: datetime) -> Decision:
    reasons: tuple[str, ...] = ("older-version",)
    if item.order_key == known.order_key:
        reasons = ("lost-tie",)
    if known.status is Status.KILLED:
        reasons = (*reasons, "killed")
    return Decision(
        EventKind.STALE,
        item=_shown(item, known, now),
        of=known.published or known.item_id,
        story_key=known.story_key,
        reasons=reasons,
    )


def _kill(memory: Memory, item: Item, known: Standing | None, now: datetime) -> Decision:
    story = (known.story_key if known else None) or item.item_key
    target = known.published if known else None
    standing = replace(
        standing_with(item, known),
        status=Status.KILLED,
        order_key=tombstone_order(item, known, now),
        published=item.id,
        story_key=story,
    )
    links = item.links
    if target and target != item.id:
        links = (*links, Link(rel="kills", target=target))
    canceled = item.model_copy(
        update={
            "pubstatus": PubStatus.CANCELED,
            "paragraphs": (),
            "story_key": story,
            "links": links,
        }
    )
    return Decision(
        EventKind.KILL,
        item=canceled,
        of=target,
        story_key=story,
        reasons=("canceled",) if target else ("canceled", "unknown-key"),
        standing=standing,
        caused=_kill_warnings(memory, item.item_key, known),
    )


def _kill_warnings(memory: Memory, key: str, known: Standing | None) -> tuple[Caused, ...]:
    """Warnings about what repeats the killed item, and about what it was a mere copy of."""
    warned = [(memory.standings[other], "repeats") for other in memory.reprints_of(key)]
    if known is not None and known.reprint_of and known.published is None:
        original = memory.standings.get(known.reprint_of)
        if original is not None:
            warned.append((original, "copied-by"))
    return tuple(
        Caused(
            EventKind.KILL_WARNING,
            of=other.published,
            story_key=other.story_key,
            reasons=(f"{relation}={key}",),
        )
        for other, relation in warned
        if other.published and other.status is Status.LIVE
    )


def _held(
    memory: Memory, item: Item, known: Standing | None, hold: Hold, now: datetime
) -> Decision:
    if (
        known is not None
        and known.status is Status.HELD
        and known.due == hold.due
        and known.content_hash == content_of(item)
        and differences(item, known) == ("pubstatus-changed",)
    ):
        return _again(memory, item, known, now, item.order_key)
    standing = replace(standing_with(item, known), status=Status.HELD, due=hold.due)
    reasons: tuple[str, ...] = (hold.reason,)
    if hold.due is not None:
        reasons = (*reasons, f"until={hold.due:%Y-%m-%dT%H:%M:%SZ}")
    return Decision(
        EventKind.HOLD,
        of=known.published if known else None,
        story_key=known.story_key if known else None,
        reasons=reasons,
        standing=standing,
        hold=hold,
    )


def _newer(memory: Memory, signed: Signed, known: Standing, now: datetime) -> Decision:
    item = signed.item
    changed = differences(item, known)
    if known.content_hash == content_of(item):
        if not changed:
            return _again(memory, item, known, now, item.order_key)
    else:
        changed = ("body-changed", *changed)
    correction = is_correction(item)
    kind = EventKind.CORRECTION if correction else EventKind.UPDATE
    story = known.story_key or item.item_key
    rel = "corrects" if correction else "supersedes"
    decision = _published(signed, known, kind, story, of=known.published, rel=rel)
    decision = replace(decision, reasons=changed, changes=_changes(memory, signed, known))
    if known.status is Status.KILLED:
        reinstated = Caused(
            EventKind.REINSTATED,
            of=known.published or known.item_id,
            story_key=story,
            reasons=("newer-than-kill",),
            carries_item=True,
        )
        decision = replace(decision, caused=(reinstated,))
    return decision


def _first(memory: Memory, rule: DedupRule, signed: Signed, known: Standing | None) -> Decision:
    """An item none of whose versions is out: compared with other keys."""
    item = signed.item
    corrects = is_correction(item)
    parent = find_parent(memory, signed.text, signed.keys, signed.lead, rule, corrects=corrects)
    if parent is not None and stands_apart(item) and not _is_copy(parent):
        parent = None
    cleared = ("hold-cleared",) if known and known.status is Status.HELD else ()
    if parent is None:
        decision = _without_parent(memory, signed, known)
    else:
        decision = _with_parent(memory, signed, known, parent)
    return replace(decision, reasons=decision.reasons + cleared)


def _is_copy(parent: Parent) -> bool:
    return parent.verdict.likeness in {Likeness.EXACT, Likeness.NEAR}


def _without_parent(memory: Memory, signed: Signed, known: Standing | None) -> Decision:
    original = memory.standings.get(known.reprint_of) if known and known.reprint_of else None
    if known is None or original is None:
        story = (known.story_key if known else None) or signed.item.item_key
        return replace(_published(signed, known, EventKind.NEW, story), novel=True)
    # It was a mere copy of another key's item, and now has a text of its own.
    story = known.story_key or original.story_key or original.item_key
    of = original.published or original.item_id
    kind = EventKind.CORRECTION if is_correction(signed.item) else EventKind.UPDATE
    decision = _published(signed, known, kind, story, of=of, rel="supersedes")
    return replace(decision, reasons=("body-changed",))


def _with_parent(
    memory: Memory, signed: Signed, known: Standing | None, parent: Parent
) -> Decision:
    item = signed.item
    other = memory.standings[parent.item_key]
    story = (known.story_key if known else None) or other.story_key or parent.item_key
    kind = _kind_beside(item, signed.text, parent, other)
    score, reasons = parent.verdict.score, parent.verdict.reasons
    if kind in {EventKind.DUPLICATE, EventKind.STALE}:
        standing = replace(
            standing_with(item, known),
            story_key=story,
            reprint_of=other.reprint_of or other.item_key,
        )
        return Decision(
            kind,
            item=item.model_copy(update={"story_key": story}),
            of=parent.item_id,
            story_key=story,
            score=score,
            reasons=reasons if kind is EventKind.DUPLICATE else (*reasons, "older-version"),
            standing=standing,
            copied=(parent.item_key, parent.item_id) if _is_copy(parent) else None,
        )
    if not parent.joins and kind is EventKind.UPDATE:
        decision = _published(
            signed, known, EventKind.NEW, item.item_key, of=parent.item_id, rel="related"
        )
        return replace(decision, of=None, score=score, reasons=(*reasons, "chain-too-long"))
    killed = other.status is Status.KILLED
    decision = _published(
        signed, known, kind, story, of=parent.item_id, rel=_relation(kind, parent)
    )
    if kind is EventKind.REPRINT and decision.standing is not None:
        repeats = other.reprint_of or other.item_key
        decision = replace(decision, standing=replace(decision.standing, reprint_of=repeats))
    if kind is not EventKind.REPRINT and not killed:
        decision = _superseding(decision, signed, parent, other)
    decision = replace(
        decision,
        score=score,
        reasons=(*reasons, "target-killed") if killed else reasons,
        changes=_changes_from(signed, parent, other) if kind in _CHANGING else None,
        copied=(parent.item_key, parent.item_id)
        if parent.verdict.likeness is Likeness.EXACT and not killed
        else None,
    )
    if killed:
        warning = Caused(
            EventKind.KILL_WARNING,
            of=item.id,
            story_key=story,
            reasons=(f"repeats={parent.item_key}",),
        )
        decision = replace(decision, caused=(*decision.caused, warning))
    return decision


_CHANGING = frozenset({EventKind.UPDATE, EventKind.CORRECTION})


def _kind_beside(item: Item, text: HotText, parent: Parent, other: Standing) -> EventKind:
    """The kind of an item that belongs to another key's version."""
    likeness = parent.verdict.likeness
    if parent.flash:
        return EventKind.NEW
    if item.provider != parent.provider:
        return EventKind.REPRINT
    if other.status is Status.KILLED:
        # The agency re-issues under a new key what it withdrew under another.
        return EventKind.NEW
    if likeness is Likeness.CORRECTION:
        return EventKind.CORRECTION
    if likeness is Likeness.EXACT:
        return EventKind.DUPLICATE
    if likeness is Likeness.NEAR and not is_stated_version(item):
        return EventKind.DUPLICATE
    if _is_older(text, parent.text):
        return EventKind.STALE
    return EventKind.UPDATE


def _is_older(text: HotText, parent: HotText | None) -> bool:
    """A shorter version that was made earlier, and came late."""
    if parent is None or text.created_s is None or parent.created_s is None:
        return False
    return text.created_s < parent.created_s and text.words <= parent.words


def _relation(kind: EventKind, parent: Parent) -> str:
    if kind is EventKind.REPRINT:
        return "reprint_of"
    if kind is EventKind.CORRECTION:
        return "corrects"
    if kind is EventKind.NEW and not parent.flash:
        return "reissues"
    return "supersedes"


def _superseding(decision: Decision, signed: Signed, parent: Parent, other: Standing) -> Decision:
    """Marks the flash or urgent that this fuller story supersedes; both stay."""
    fuller = parent.flash or (
        other.flash and signed.text.words > FLASH_WORDS and not signed.text.flash
    )
    if not fuller or other.superseded:
        return decision
    superseded = Caused(
        EventKind.SUPERSEDED,
        of=parent.item_id,
        story_key=decision.story_key,
        reasons=(f"by={signed.item.id}",),
    )
    return replace(
        decision,
        others=(*decision.others, replace(other, superseded=True)),
        caused=(*decision.caused, superseded),
    )


def _published(
    signed: Signed,
    known: Standing | None,
    kind: EventKind,
    story: str,
    *,
    of: str | None = None,
    rel: str | None = None,
) -> Decision:
    """The decision that puts an item out, in a story, linked to what it replaces."""
    item = signed.item
    links = item.links
    if of is not None and rel is not None and of != item.id:
        links = (*links, Link(rel=rel, target=of))
    standing = replace(standing_with(item, known), published=item.id, story_key=story)
    return Decision(
        kind,
        item=item.model_copy(update={"story_key": story, "links": links}),
        of=of,
        story_key=story,
        standing=standing,
        publishes=True,
    )


def _changes(memory: Memory, signed: Signed, known: Standing) -> Changes | None:
    before = memory.index.get(known.slot)
    if before is None:
        return None
    headline = "headline-changed" in differences(signed.item, known)
    return changes_between(signed.text, before, headline=headline)


def _changes_from(signed: Signed, parent: Parent, other: Standing) -> Changes | None:
    if parent.text is None:
        return None
    headline = "headline-changed" in differences(signed.item, other)
    return changes_between(signed.text, parent.text, headline=headline)


def _public_id(memory: Memory, known: Standing) -> str:
    """Id of the version that readers have of this text."""
    if known.published is None and known.reprint_of is not None:
        original = memory.standings.get(known.reprint_of)
        if original is not None and original.published is not None:
            return original.published
    return known.published or known.item_id


def _shown(item: Item, known: Standing, now: datetime) -> Item | None:
    """The item as an event may carry it: copy that is held or killed stays in."""
    if known.status is not Status.LIVE or hold_of(item, now) is not None:
        return None
    return item.model_copy(update={"story_key": known.story_key})
