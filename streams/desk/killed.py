"""What becomes of a kill, and of what comes after the kill it was meant by.

It reads the memory and changes nothing; which items a kill is about is found elsewhere.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from schemas.event import EventKind
from schemas.item import Item, Lifecycle, LifecycleKind, Link, PubStatus
from schemas.journal import Status
from streams.desk.chains import Parent, find_parent
from streams.desk.config import DedupRule
from streams.desk.decision import Caused, Decision, Signed, original_of
from streams.desk.identity import made_at, made_before, tombstone_at
from streams.desk.kills import (
    KILLS,
    Pending,
    Targets,
    end,
    find_targets,
    kill_time,
    pending_of,
    story_of,
    warning,
    warnings,
)
from streams.desk.lifecycle import (
    Standing,
    is_correction,
    is_pending,
    is_stated_version,
    standing_with,
    stands_apart,
    tombstone_order,
)
from streams.desk.memory import Memory
from streams.desk.verify import Likeness

# Copies of copies of copies: AFP in ATS in a portal.
_MOST_COPIED = 8


def judge_kill(memory: Memory, item: Item, known: Standing | None, now: datetime) -> Decision:
    """What a kill ends, says and leaves: its own key, its targets, names for what is to come."""
    targets = find_targets(memory, item, known, now)
    last = max(targets.meant, key=_newness, default=None)
    is_known = known is not None and not is_pending(known)
    of = known.published if known and is_known else None
    if of is None and not is_known and last is not None:
        of = last.published or last.item_id
    named = known if known and is_known else last
    story = (named.story_key if named else None) or item.item_key
    links = item.links
    if of and of != item.id:
        links = (*links, Link(rel=KILLS, target=of))
    canceled = item.model_copy(
        update={
            "pubstatus": PubStatus.CANCELED,
            "paragraphs": (),
            "story_key": story,
            "links": links,
        }
    )
    standing = replace(
        standing_with(item, known),
        status=Status.KILLED,
        order_key=tombstone_order(item, known, now),
        published=item.id,
        story_key=story,
    )
    ended = [end(item, one, now) for one in targets.ended]
    before = [*targets.ended, *((known,) if known else ())]
    caused = [event for _, event in ended]
    caused += warnings(memory, before, item.item_key)
    warned = {one.of for one in caused}
    caused += [
        warning(one, f"named-by={item.item_key}")
        for one in (*targets.doubtful, *targets.abroad)
        if one.published and one.status is Status.LIVE and one.published not in warned
    ]
    return Decision(
        EventKind.KILL,
        item=canceled,
        of=of,
        story_key=story,
        reasons=_reasons(targets, of),
        standing=standing,
        others=(*(tombstone for tombstone, _ in ended), *_left(memory, item, targets, now)),
        caused=tuple(caused),
    )


def _reasons(targets: Targets, of: str | None) -> tuple[str, ...]:
    reasons = ["canceled", *(f"named={name}" for name in targets.named)]
    if targets.stories:
        reasons.append(f"ambiguous={targets.stories}")
    elif of is None:
        reasons.append("unknown-key")
    return (*reasons, *(f"unknown={name}" for name in targets.unknown))


def _left(memory: Memory, item: Item, targets: Targets, now: datetime) -> tuple[Standing, ...]:
    """Tombstones under names that nothing bears yet, but where a later kill has left one."""
    left = []
    for one in pending_of(item, targets.unknown, now):
        known = memory.standings.get(one.item_key)
        if one.item_key != item.item_key and (
            known is None or (is_pending(known) and known.order_key < one.order_key)
        ):
            left.append(one)
    return tuple(left)


def named_by_kill(
    memory: Memory,
    rule: DedupRule,
    signed: Signed,
    known: Standing | None,
    pending: Pending,
) -> Decision:
    """What an item is that a kill named before it came: never shown, and its story ends with it."""
    item = signed.item
    cause = _remains(pending.standing, pending.standing.item_id, memory.now)
    parent = _parent(memory, rule, signed)
    ended: dict[str, Standing] = {}
    when = kill_time(cause, memory.now)
    for one in (known, parent):
        if one is not None and not is_pending(one):
            ended.update((other.item_key, other) for other in story_of(memory, one, when))
    is_new = known is None or is_pending(known)
    root = parent if known is None or is_pending(known) else known
    story = (root.story_key if root else None) or item.item_key
    standing = None
    if is_new:
        order = tombstone_at(when, item.order_key)
        standing = replace(
            standing_with(item, None), status=Status.KILLED, order_key=order, story_key=story
        )
    reasons = ("killed", f"named={pending.name}")
    decision = Decision(
        EventKind.STALE, of=cause.id, story_key=story, reasons=reasons, standing=standing
    )
    unseen = known is None or known.slot is None
    return _ending(memory, replace(decision, indexes=unseen), tuple(ended.values()), cause)


def with_story_ended(
    memory: Memory,
    rule: DedupRule,
    signed: Signed,
    known: Standing,
    late: Decision,
) -> Decision:
    """A version that comes after the kill of its key: what it was a version of is killed too.

    ``late`` is what the version is by itself.
    """
    if known.slot is not None:
        # Its text was known when it was killed, and so was its story.
        return late
    cause = _remains(known, known.published or known.item_id, memory.now)
    parent = _parent(memory, rule, signed)
    ended = () if parent is None else tuple(story_of(memory, parent, kill_time(cause, memory.now)))
    return _ending(memory, replace(late, indexes=True), ended, cause)


def killed_beside(
    memory: Memory, signed: Signed, known: Standing | None, parent: Parent, other: Standing
) -> Decision | None:
    """What an item is whose story its provider had killed when it was made; None if that is not so.

    What does not say when it was made is dead only when it is the killed text again.
    """
    item = signed.item
    root = memory.standings.get(other.story_key) if other.story_key else None
    made = made_at(item.order_key)
    if made is None and parent.verdict.likeness not in {Likeness.EXACT, Likeness.NEAR}:
        return None
    for one in (other, root):
        if one is None or one.status is not Status.KILLED or one.provider != item.provider:
            continue
        when = made_at(one.order_key)
        if when is None or not made_before(item.order_key, when):
            continue
        story = other.story_key or other.item_key
        standing = replace(
            standing_with(item, known),
            status=Status.KILLED,
            order_key=tombstone_at(when, item.order_key),
            story_key=story,
        )
        return Decision(
            EventKind.STALE,
            of=one.published or one.item_id,
            story_key=story,
            score=parent.verdict.score,
            reasons=(*parent.verdict.reasons, "killed"),
            standing=standing,
            indexes=True,
        )
    return None


def killed_copy(memory: Memory, item: Item, known: Standing) -> Decision | None:
    """What a version of a mere copy is whose original its provider had killed when it was made."""
    if known.status is not Status.LIVE:
        return None
    original = original_of(memory, known)
    if original is None or original.status is not Status.KILLED:
        return None
    when = made_at(original.order_key)
    if when is None or original.provider != item.provider or not made_before(item.order_key, when):
        return None
    return Decision(
        EventKind.STALE,
        of=original.published or original.item_id,
        story_key=known.story_key,
        reasons=("killed",),
        standing=replace(
            known, status=Status.KILLED, order_key=tombstone_at(when, known.order_key)
        ),
    )


def is_killed(memory: Memory, one: Standing) -> bool:
    """An item was killed, or what it is a copy of was."""
    for _ in range(_MOST_COPIED):
        if one.status is Status.KILLED:
            return True
        original = memory.standings.get(one.reprint_of) if one.reprint_of else None
        if original is None:
            return False
        one = original
    return False


def _parent(memory: Memory, rule: DedupRule, signed: Signed) -> Standing | None:
    """The item of the same provider that this one is a version of; not what it is a copy of."""
    item = signed.item
    if stands_apart(item):
        return None
    corrects = is_correction(item)
    parent = find_parent(memory, signed.text, signed.keys, signed.lead, rule, corrects=corrects)
    if parent is None or parent.provider != item.provider or not parent.joins:
        return None
    likeness = parent.verdict.likeness
    if likeness is Likeness.EXACT or (likeness is Likeness.NEAR and not is_stated_version(item)):
        return None
    return memory.standings[parent.item_key]


def _ending(
    memory: Memory, decision: Decision, ended: tuple[Standing, ...], cause: Item
) -> Decision:
    tombstones: list[Standing] = []
    caused: list[Caused] = []
    for one in ended:
        tombstone, event = end(cause, one, memory.now)
        tombstones.append(tombstone)
        caused.append(event)
    caused += warnings(memory, ended, cause.item_key)
    return replace(decision, others=tuple(tombstones), caused=tuple(caused))


def _remains(tombstone: Standing, kill_id: str, now: datetime | None) -> Item:
    """A kill as its tombstone knows it: without its words."""
    return Item(
        id=kill_id,
        item_key=tombstone.item_key,
        order_key=tombstone.order_key,
        provider=tombstone.provider,
        received_at=now,
        pubstatus=PubStatus.CANCELED,
        lifecycle=Lifecycle(kinds=(LifecycleKind.KILL,)),
    )


def _newness(one: Standing) -> tuple[str, str]:
    return made_at(one.order_key) or "", one.item_key
