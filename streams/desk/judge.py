"""Deciding what one item is: the rules of the desk, in the order they apply.

Same key first (kill, older, same, held, newer), then other keys (see ``placing``). It reads the
memory and changes nothing.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from schemas.event import EventKind
from schemas.item import Item
from schemas.journal import Status
from streams.desk.config import DedupRule
from streams.desk.decision import Caused, Decision, Signed, changes_since, original_of, publish
from streams.desk.killed import judge_kill, killed_copy, named_by_kill, with_story_ended
from streams.desk.kills import find_pending
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
    standing_with,
)
from streams.desk.memory import Memory
from streams.desk.placing import place_first


def judge(memory: Memory, rule: DedupRule, signed: Signed, now: datetime) -> Decision:
    """What an item is at ``now``."""
    item = signed.item
    known = memory.standings.get(item.item_key)
    if not is_kill(item):
        pending = find_pending(memory, item, now)
        if pending is not None:
            return named_by_kill(memory, rule, signed, known, pending)
        dead = killed_copy(memory, item, known) if known is not None else None
        if dead is not None:
            return dead
    where = arrival(item, known)
    if known is not None:
        if where is Arrival.SAME:
            return _again(memory, known, known.order_key, item=_shown(item, known, now))
        if where is Arrival.OLDER:
            late = _late(item, known, now)
            if known.status is Status.KILLED and not is_kill(item):
                late = with_story_ended(memory, rule, signed, known, late)
            return late
    return _next(memory, rule, signed, known, now)


def _next(
    memory: Memory, rule: DedupRule, signed: Signed, known: Standing | None, now: datetime
) -> Decision:
    """What the newest version of its key is."""
    item = signed.item
    if is_kill(item):
        return judge_kill(memory, item, known, now)
    hold = hold_of(item, now)
    if hold is not None:
        return _held(memory, item, known, hold)
    if is_advisory(item):
        return Decision(EventKind.ADVISORY, item=item, reasons=("advisory",))
    return _usable(memory, rule, signed, known)


def _usable(memory: Memory, rule: DedupRule, signed: Signed, known: Standing | None) -> Decision:
    """What a version is that may be published now."""
    item = signed.item
    if known is None:
        return place_first(memory, rule, signed, known)
    if known.status is Status.LIVE and _changes_nothing(item, known):
        return _again(memory, known, item.order_key, item=_with_story(item, known))
    if known.published is None:
        decision = place_first(memory, rule, signed, known)
        ended = _ENDED.get(known.status, ())
        return replace(decision, reasons=decision.reasons + ended)
    return _newer(memory, signed, known)


def release(memory: Memory, rule: DedupRule, signed: Signed) -> Decision:
    """What becomes of a held item when its hold ends: always published, linked as it may be."""
    known = memory.standings[signed.item.item_key]
    ended = ("hold-ended",)
    if known.published is not None:
        story = known.story_key or signed.item.item_key
        decision = publish(
            signed, known, EventKind.RELEASE, story, of=known.published, rel="supersedes"
        )
        return replace(decision, reasons=ended, changes=changes_since(memory, signed, known))
    placed = place_first(memory, rule, signed, known)
    if placed.standing is not None and placed.standing.status is Status.KILLED:
        # Its story was killed meanwhile.
        return replace(placed, reasons=ended + placed.reasons)
    if placed.publishes:
        return replace(placed, kind=EventKind.RELEASE, reasons=ended + placed.reasons)
    # A copy of what is out already; but the hold promised this item, and its key must have it.
    story = placed.story_key or signed.item.item_key
    decision = publish(
        signed, placed.standing, EventKind.RELEASE, story, of=placed.of, rel="same_as"
    )
    return replace(decision, score=placed.score, reasons=ended + placed.reasons)


_ENDED = {Status.HELD: ("hold-cleared",), Status.KILLED: ("newer-than-kill",)}


def _again(memory: Memory, known: Standing, order_key: str, *, item: Item | None) -> Decision:
    """The same version once more, or a newer one that changes nothing."""
    standing = replace(known, order_key=order_key) if order_key != known.order_key else None
    return Decision(
        EventKind.DUPLICATE,
        item=item,
        of=_public_id(memory, known),
        story_key=known.story_key,
        score=1.0,
        reasons=("exact", "same-key"),
        standing=standing,
        copied=(known.item_key, known.published)
        if known.published is not None and known.status is Status.LIVE
        else None,
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


def _held(memory: Memory, item: Item, known: Standing | None, hold: Hold) -> Decision:
    if (
        known is not None
        and known.status is Status.HELD
        and known.due == hold.due
        and known.content_hash == content_of(item)
        and differences(item, known) == ("pubstatus-changed",)
    ):
        return _again(memory, known, item.order_key, item=None)
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


def _changes_nothing(item: Item, known: Standing) -> bool:
    return known.content_hash == content_of(item) and not differences(item, known)


def _newer(memory: Memory, signed: Signed, known: Standing) -> Decision:
    item = signed.item
    changed = differences(item, known)
    if known.content_hash != content_of(item):
        changed = ("body-changed", *changed)
    correction = is_correction(item)
    kind = EventKind.CORRECTION if correction else EventKind.UPDATE
    story = known.story_key or item.item_key
    rel = "corrects" if correction else "supersedes"
    decision = publish(signed, known, kind, story, of=known.published, rel=rel)
    if known.status is not Status.KILLED:
        return replace(decision, reasons=changed, changes=changes_since(memory, signed, known))
    # Readers have the canceled item; what was killed is told nowhere, not as a change either.
    reinstated = Caused(
        EventKind.REINSTATED,
        of=known.published or known.item_id,
        story_key=story,
        reasons=("newer-than-kill",),
        carries_item=True,
    )
    return replace(decision, reasons=changed, caused=(reinstated,))


def _public_id(memory: Memory, known: Standing) -> str:
    """Id of the version that readers have of this text."""
    original = original_of(memory, known)
    if original is not None and original.published is not None:
        return original.published
    return known.published or known.item_id


def _shown(item: Item, known: Standing, now: datetime) -> Item | None:
    """The item as an event may carry it: copy that is held or killed stays in."""
    if known.status is not Status.LIVE or hold_of(item, now) is not None:
        return None
    return _with_story(item, known)


def _with_story(item: Item, known: Standing) -> Item:
    return item.model_copy(update={"story_key": known.story_key})
