"""Deciding what an item is beside the items of other keys: copy, version, correction, or new.

It reads the memory and changes nothing; versions of one key are judged elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from schemas.event import Changes, EventKind
from schemas.item import Item
from schemas.journal import Status
from streams.desk.chains import Kin, Parent, find_kin, find_parent
from streams.desk.changes import changes_between
from streams.desk.config import DedupRule
from streams.desk.decision import Caused, Decision, Signed, original_of, publish
from streams.desk.flashes import FLASH_WORDS
from streams.desk.index import HotText
from streams.desk.killed import is_killed, killed_beside
from streams.desk.lifecycle import (
    Standing,
    differences,
    is_correction,
    is_flash,
    is_stated_version,
    standing_with,
    stands_apart,
)
from streams.desk.lookalikes import Difference, difference
from streams.desk.memory import Memory
from streams.desk.stories import named_parent, stated_parent
from streams.desk.superseding import supersede_flashes, supersede_late_flash, supersede_parent
from streams.desk.telling import proves_nothing
from streams.desk.verify import Likeness
from streams.desk.wraps import after_roundup, earlier_roundup, place_apart


def place_first(
    memory: Memory, rule: DedupRule, signed: Signed, known: Standing | None
) -> Decision:
    """An item none of whose versions is out: compared with other keys."""
    if stands_apart(signed.item):
        again = _roundup_again(memory, rule, signed)
        if again is None:
            return place_apart(memory, rule, signed, known)
        return _with_parent(memory, signed, known, again)
    corrects = is_correction(signed.item)
    kin = find_kin(memory, signed.text, signed.keys, signed.lead, rule, corrects=corrects)
    alike = _told_apart(memory, signed, kin.parent)
    parent = _joined(memory, rule, signed, alike.parent)
    if parent is None:
        decision = _without_parent(memory, signed, known)
        decision = replace(decision, reasons=decision.reasons + alike.reasons)
    else:
        decision = _with_parent(memory, signed, known, parent)
    decision = _linked(decision, kin)
    decision = supersede_flashes(memory, rule, signed, decision)
    return supersede_late_flash(memory, signed, decision)


def _roundup_again(memory: Memory, rule: DedupRule, signed: Signed) -> Parent | None:
    """What a round-up or sidebar repeats: the same text, or an earlier round-up of it."""
    text = signed.text
    parent = find_parent(memory, text, signed.keys, signed.lead, rule, corrects=False)
    if parent is not None and parent.verdict.likeness is Likeness.EXACT:
        return parent
    return earlier_roundup(memory, signed, rule) if rule.enabled else None


@dataclass(frozen=True, slots=True)
class _Alike:
    """A parent found by likeness, or why what is alike is none."""

    parent: Parent | None
    reasons: tuple[str, ...] = ()


def _told_apart(memory: Memory, signed: Signed, parent: Parent | None) -> _Alike:
    """The parent, unless what is alike in the two texts is not the news in them."""
    hot = parent.text if parent else None
    corrects = is_correction(signed.item) or signed.text.corrects
    if parent is None or hot is None or parent.flash or corrects:
        return _Alike(parent)
    if parent.verdict.likeness is Likeness.EXACT:
        return _Alike(parent)
    if proves_nothing(signed.item, signed.text, hot):
        return _Alike(None, ("untold-headline",))
    words = memory.flashes.words_of(hot.slot)
    if words is None or max(signed.text.words, hot.words) > FLASH_WORDS:
        return _Alike(parent)
    return _briefly_alike(parent, difference(signed, hot, words))


def _briefly_alike(parent: Parent, found: Difference) -> _Alike:
    """A short text that differs from its parent in a word or more."""
    if found is Difference.SUBJECT:
        return _Alike(None, ("other-subject",))
    verdict = parent.verdict
    if found is Difference.WORDS and verdict.likeness is Likeness.NEAR:
        reasons = (*verdict.reasons, "words-changed")
        parent = replace(
            parent, verdict=replace(verdict, likeness=Likeness.VERSION, reasons=reasons)
        )
    return _Alike(parent)


def _joined(
    memory: Memory, rule: DedupRule, signed: Signed, parent: Parent | None
) -> Parent | None:
    """What an item belongs to: by its text, else by what the agency says of it."""
    if not rule.enabled or (parent is not None and _is_copy(parent)):
        return parent
    roundup = None
    if parent is not None and memory.standings[parent.item_key].stands_apart:
        parent, roundup = None, parent
    stated = stated_parent(memory, signed.item, rule)
    if stated is not None and (parent is None or stated.beside is None):
        return stated
    parent = parent or _told_apart(memory, signed, named_parent(memory, signed, rule)).parent
    if parent is not None and memory.standings[parent.item_key].stands_apart:
        parent, roundup = None, roundup or parent
    return parent or (after_roundup(memory, signed, roundup) if roundup else None)


def _linked(decision: Decision, kin: Kin) -> Decision:
    """The decision with what the item resembles without belonging to it."""
    if not kin.links or decision.item is None or not decision.publishes:
        return decision
    item = decision.item
    return replace(decision, item=item.model_copy(update={"links": (*item.links, *kin.links)}))


def _is_copy(parent: Parent) -> bool:
    return parent.verdict.likeness in {Likeness.EXACT, Likeness.NEAR}


def _without_parent(memory: Memory, signed: Signed, known: Standing | None) -> Decision:
    original = original_of(memory, known) if known else None
    if known is None or original is None:
        story = (known.story_key if known else None) or signed.item.item_key
        return replace(publish(signed, known, EventKind.NEW, story), novel=True)
    # It was a mere copy of another key's item, and now has a text of its own.
    story = known.story_key or original.story_key or original.item_key
    of = original.published or original.item_id
    kind = EventKind.CORRECTION if is_correction(signed.item) else EventKind.UPDATE
    decision = publish(signed, known, kind, story, of=of, rel="supersedes")
    return replace(decision, reasons=("body-changed",))


def _with_parent(
    memory: Memory, signed: Signed, known: Standing | None, parent: Parent
) -> Decision:
    item = signed.item
    other = memory.standings[parent.item_key]
    dead = killed_beside(memory, signed, known, parent, other)
    if dead is not None:
        return dead
    story = (known.story_key if known else None) or other.story_key or parent.item_key
    kind = _kind_beside(item, signed.text, parent, other)
    score, reasons = parent.verdict.score, parent.verdict.reasons
    if kind in {EventKind.DUPLICATE, EventKind.STALE}:
        standing = replace(
            standing_with(item, known),
            story_key=story,
            # An older version is of the story, but no copy: its kill is the story's.
            reprint_of=(other.reprint_of or other.item_key)
            if kind is EventKind.DUPLICATE
            else None,
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
        decision = publish(
            signed, known, EventKind.NEW, item.item_key, of=parent.item_id, rel="related"
        )
        return replace(decision, of=None, score=score, reasons=(*reasons, "chain-too-long"))
    killed = is_killed(memory, other)
    late = kind is EventKind.NEW and not killed and _is_late_flash(item, signed.text, parent)
    rel = _relation(kind, parent, late=late)
    decision = publish(signed, known, kind, story, of=parent.item_id, rel=rel)
    if kind is EventKind.REPRINT and decision.standing is not None:
        repeats = other.reprint_of or other.item_key
        decision = replace(decision, standing=replace(decision.standing, reprint_of=repeats))
    if kind is not EventKind.REPRINT and not killed and not parent.beside:
        decision = supersede_parent(decision, signed, parent, other)
    decision = replace(
        decision,
        score=score,
        reasons=(*reasons, "target-killed") if killed else reasons,
        changes=_changes_from(signed, parent, other) if kind in _CHANGING else None,
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


def _is_late_flash(item: Item, text: HotText, parent: Parent) -> bool:
    """A flash that comes after the fuller text it announced; as in order, it is news of its own."""
    return (
        is_flash(item)
        and item.provider == parent.provider
        and not _is_copy(parent)
        and parent.text is not None
        and parent.text.words > FLASH_WORDS
        and text.words < parent.text.words
    )


def _kind_beside(item: Item, text: HotText, parent: Parent, other: Standing) -> EventKind:
    """The kind of an item that belongs to another key's version."""
    if parent.flash or parent.beside or _is_late_flash(item, text, parent):
        return EventKind.NEW
    if item.provider != parent.provider:
        return EventKind.REPRINT
    if other.status is Status.KILLED:
        # The agency re-issues under a new key what it withdrew under another.
        return EventKind.NEW
    likeness = parent.verdict.likeness
    if likeness is Likeness.CORRECTION:
        return EventKind.CORRECTION
    if likeness is Likeness.EXACT or (likeness is Likeness.NEAR and not is_stated_version(item)):
        return EventKind.DUPLICATE
    return EventKind.STALE if _is_older(text, parent.text) else EventKind.UPDATE


def _is_older(text: HotText, parent: HotText | None) -> bool:
    """A shorter version that was made earlier, and came late."""
    if parent is None or text.created_s is None or parent.created_s is None:
        return False
    return text.created_s < parent.created_s and text.words <= parent.words


def _relation(kind: EventKind, parent: Parent, *, late: bool) -> str:
    if parent.beside:
        return parent.beside
    if late:
        return "superseded_by"
    if kind is EventKind.REPRINT:
        return "reprint_of"
    if kind is EventKind.CORRECTION:
        return "corrects"
    if kind is EventKind.NEW and not parent.flash:
        return "reissues"
    return "supersedes"


def _changes_from(signed: Signed, parent: Parent, other: Standing) -> Changes | None:
    if parent.text is None:
        return None
    headline = "headline-changed" in differences(signed.item, other)
    return changes_between(signed.text, parent.text, headline=headline)
