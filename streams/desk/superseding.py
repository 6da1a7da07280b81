"""Flashes and urgents, and the fuller stories that supersede them, in either order of arrival.

Both stay: the flash is evidence of when it was known. It must not find stories.
"""

from __future__ import annotations

from dataclasses import replace

from schemas.event import EventKind
from schemas.journal import Status
from streams.desk.chains import Parent, tells_flash
from streams.desk.config import DedupRule
from streams.desk.decision import Caused, Decision, Signed
from streams.desk.flashes import FLASH_WORDS
from streams.desk.index import HotText
from streams.desk.lifecycle import Standing, is_flash
from streams.desk.memory import Memory

# A story has a flash, an alert and an urgent; what would supersede more is a coincidence.
_MOST_SUPERSEDED = 8
_FULLER = frozenset({EventKind.NEW, EventKind.UPDATE, EventKind.CORRECTION})


def supersede_parent(
    decision: Decision, signed: Signed, parent: Parent, other: Standing
) -> Decision:
    """Marks the parent where it is a flash or urgent, and this the fuller story."""
    if not (parent.flash or (other.flash and _is_full(signed))) or other.superseded:
        return decision
    return _supersede(decision, signed, other)


def supersede_flashes(
    memory: Memory, rule: DedupRule, signed: Signed, decision: Decision
) -> Decision:
    """Marks the other flashes of the story, and those whose words it has, wherever they stand."""
    if not (rule.enabled and decision.publishes and decision.kind in _FULLER and _is_full(signed)):
        return decision
    item = signed.item
    marked = {standing.item_key for standing in decision.others}
    window_s = rule.flash_window.total_seconds()
    found = memory.flashes.best(signed.lead, signed.text.words, memory.now_s, window_s)
    for followed in found[:_MOST_SUPERSEDED]:
        flash = memory.index.get(followed.slot)
        if flash is None or flash.item_key == item.item_key or flash.provider != item.provider:
            continue
        standing = memory.standings[flash.item_key]
        known = standing.status is Status.LIVE and not standing.superseded
        if not known or flash.item_key in marked:
            continue
        of_story = standing.story_key == decision.story_key
        if of_story or tells_flash(signed.text, flash, followed, rule):
            marked.add(flash.item_key)
            decision = _supersede(decision, signed, standing)
    return decision


def supersede_late_flash(memory: Memory, signed: Signed, decision: Decision) -> Decision:
    """Marks a flash or urgent whose story is out already: kept as in order, and old at once."""
    item, standing, story = decision.item, decision.standing, decision.story_key
    if not (decision.publishes and is_flash(signed.item)) or item is None or story is None:
        return decision
    fuller = _full_text(memory, story)
    if (
        standing is None
        or standing.superseded
        or fuller is None
        or fuller.item_key == item.item_key
    ):
        return decision
    event = Caused(
        EventKind.SUPERSEDED,
        of=item.id,
        story_key=story,
        reasons=(f"by={fuller.item_id}",),
    )
    return replace(
        decision,
        reasons=(*decision.reasons, "after-its-story"),
        standing=replace(standing, superseded=True),
        caused=(*decision.caused, event),
    )


def _full_text(memory: Memory, story: str) -> HotText | None:
    """One of the last texts of a story, or its first, that is no flash."""
    root = memory.standings.get(story)
    slots = (*(reversed(memory.last_members(story))), root.slot if root else None)
    for hot in map(memory.index.get, slots):
        if hot is None or hot.flash or hot.words <= FLASH_WORDS:
            continue
        standing = memory.standings[hot.item_key]
        if standing.status is Status.LIVE and not standing.stands_apart:
            return hot
    return None


def _is_full(signed: Signed) -> bool:
    return signed.text.words > FLASH_WORDS and not signed.text.flash


def _supersede(decision: Decision, signed: Signed, flash: Standing) -> Decision:
    """The flash's key is in the story from now on, as its next version will say."""
    event = Caused(
        EventKind.SUPERSEDED,
        of=flash.published or flash.item_id,
        story_key=decision.story_key,
        reasons=(f"by={signed.item.id}",),
    )
    flash = replace(flash, superseded=True, story_key=decision.story_key)
    return replace(
        decision,
        others=(*decision.others, flash),
        caused=(*decision.caused, event),
    )
