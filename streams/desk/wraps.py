"""Deciding on copy that stands apart: round-ups and sidebars, never versions of what they use.

A round-up of one story is in that story; one of several links to each and is its own. A sidebar
is linked only. It reads the memory and changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice

from schemas.event import EventKind
from schemas.item import LifecycleKind, Link
from schemas.journal import Status
from streams.desk.chains import Parent
from streams.desk.config import DedupRule
from streams.desk.decision import Decision, Signed, publish
from streams.desk.index import HotText
from streams.desk.lifecycle import Standing
from streams.desk.memory import Memory
from streams.desk.stories import NEWS_DAY_S, namesakes, rule_of_names, stated_parent
from streams.desk.verify import Likeness, Verdict, compare

_MOST_COMPARED = 64
_MOST_LINKS = 8
# A round-up without a name in common with a story is in it when neither is twice the other's
# length: a page that holds a story among others is about more.
_LEAST_RATIO = 0.5


@dataclass(frozen=True, slots=True)
class Used:
    """An earlier item whose text an item uses.

    Attributes:
        shared: compared without any veto but the evidence.
        verdict: by the provider's rule.
        named: they share a name, or one says that it derives from the other, and text enough.
    """

    text: HotText
    shared: Verdict
    verdict: Verdict
    named: bool


def earlier_roundup(memory: Memory, signed: Signed, rule: DedupRule) -> Parent | None:
    """The round-up or sidebar that this one is a copy or a version of."""
    best: tuple[float, int, Parent] | None = None
    for hot in islice(memory.index.candidates(signed.keys), _MOST_COMPARED):
        standing = memory.standings[hot.item_key]
        if hot.item_key == signed.item.item_key or not standing.stands_apart:
            continue
        verdict = compare(signed.text, hot, memory.rarity, rule)
        if verdict.likeness is Likeness.NONE or (best and verdict.score <= best[0]):
            continue
        joins = hot.at_s >= memory.now_s - NEWS_DAY_S
        parent = Parent(hot.item_key, hot.item_id, hot.provider, verdict, hot, joins=joins)
        best = (verdict.score, hot.slot, parent)
    return best[2] if best else None


def after_roundup(memory: Memory, signed: Signed, roundup: Parent) -> Parent | None:
    """A round-up that came before its story, as the story's parent; None where they stay apart.

    Only one story can have its story key from a round-up: of several none is the round-up's own.
    """
    standing = memory.standings[roundup.item_key]
    story = standing.story_key or roundup.item_key
    free = story == roundup.item_key and not memory.standings.members_of(story)
    if not standing.wrap or standing.provider != signed.item.provider or not free:
        return None
    if roundup.text is None:
        return None
    named = any(hot.slot == roundup.text.slot for hot in namesakes(memory, signed.item))
    if not (named or _are_alike_in_length(signed.text, roundup.text)):
        return None
    return replace(roundup, beside="wrapped_by", joins=True)


def place_apart(
    memory: Memory, rule: DedupRule, signed: Signed, known: Standing | None
) -> Decision:
    """A round-up or sidebar that is not another one again: new, linked to what it uses."""
    item = signed.item
    wraps = LifecycleKind.WRAP in item.lifecycle.kinds
    own = (known.story_key if known else None) or item.item_key
    if not rule.enabled:
        return replace(publish(signed, known, EventKind.NEW, own), novel=True)
    used = _used(memory, signed, rule)
    stories: dict[str, list[Used]] = {}
    for one in used:
        story = memory.standings[one.text.item_key].story_key or one.text.item_key
        stories.setdefault(story, []).append(one)
    joined = _only_story(signed, stories) if wraps else None
    rel = "wraps" if wraps else "related"
    decision = publish(signed, known, EventKind.NEW, joined or own)
    links = tuple(
        Link(rel=rel, target=one.text.item_id, score=one.shared.score or None, reason=story)
        for story, (one, *_) in islice(stories.items(), _MOST_LINKS)
    )
    if decision.item is not None and links:
        linked = decision.item.model_copy(update={"links": (*decision.item.links, *links)})
        decision = replace(decision, item=linked)
    reasons = stories[joined][0].shared.reasons if joined else ()
    score = stories[joined][0].shared.score if joined else None
    if stories:
        reasons = (*reasons, f"{rel}={len(stories)}")
    return replace(decision, novel=joined is None, score=score, reasons=reasons)


def _only_story(signed: Signed, stories: dict[str, list[Used]]) -> str | None:
    """The story that a round-up is of, where it is of one only."""
    if len(stories) != 1:
        return None
    ((story, used),) = stories.items()
    own = [one for one in used if one.text.provider == signed.item.provider]
    sure = any(
        one.named
        or (
            one.verdict.likeness is not Likeness.NONE
            and _are_alike_in_length(signed.text, one.text)
        )
        for one in own
    )
    return story if sure else None


def _are_alike_in_length(one: HotText, other: HotText) -> bool:
    return min(one.words, other.words) >= _LEAST_RATIO * max(one.words, other.words)


def _used(memory: Memory, signed: Signed, rule: DedupRule) -> list[Used]:
    """What an item shares text with, or is said to derive from: the best first."""
    bare = replace(rule, containment=0.0, numbers=0.0, names=0.0)
    relaxed = rule_of_names(rule)
    stated = stated_parent(memory, signed.item, rule)
    linked = stated.text if stated else None
    named = {hot.slot: hot for hot in namesakes(memory, signed.item)}
    if linked is not None:
        named[linked.slot] = linked
    others = islice(memory.index.candidates(signed.keys), _MOST_COMPARED)
    sidebar = LifecycleKind.SIDEBAR in signed.item.lifecycle.kinds
    found: list[Used] = []
    for hot in {**{one.slot: one for one in others}, **named}.values():
        standing = memory.standings[hot.item_key]
        if hot.item_key == signed.item.item_key or standing.stands_apart:
            continue
        if standing.status is not Status.LIVE:
            continue
        shared = compare(signed.text, hot, memory.rarity, bare)
        said = hot is linked or (sidebar and hot.slot in named)
        if shared.likeness is Likeness.NONE and not said:
            continue
        verdict = compare(signed.text, hot, memory.rarity, rule)
        by_name = hot is linked or (
            hot.slot in named
            and compare(signed.text, hot, memory.rarity, relaxed).likeness is not Likeness.NONE
        )
        found.append(Used(hot, shared, verdict, by_name))
    return sorted(found, key=lambda one: (-one.shared.score, -one.text.slot))
