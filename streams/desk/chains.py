"""Finding the story a version belongs to, across keys and agencies.

A text joins the story of its one best parent, and only if that parent is the story's root or one
of the last to join: likeness handed on from text to text would end in one endless story. It must
not change anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

from schemas.journal import Status
from streams.desk.config import DedupRule
from streams.desk.figures import agreement
from streams.desk.flashes import FLASH_WORDS
from streams.desk.index import HotText
from streams.desk.memory import Memory
from streams.desk.verify import Likeness, Verdict, compare
from streams.desk.words import U32

# Real wires give 0.1 candidates a text; a flood of one template must not stop the desk.
_MOST_COMPARED = 128
# Of a flash's words that its story need not open with, when it is about the same. Of 893 Reuters
# flashes the desk links 54 % at .8, 68 % at .65, 76 % with this.
_SUBJECT_COVERS = 0.15
# Share of a flash's figures that its story has.
_FLASH_FIGURES = 0.5


@dataclass(frozen=True, slots=True)
class Parent:
    """The earlier version a text belongs to.

    Attributes:
        joins: it may become a member of the parent's story; False links it only.
        flash: the parent is a flash whose fuller story this is.
    """

    item_key: str
    item_id: str
    provider: str | None
    verdict: Verdict
    text: HotText | None
    joins: bool = True
    flash: bool = False


def find_parent(
    memory: Memory, text: HotText, keys: U32, lead: U32, rule: DedupRule, *, corrects: bool
) -> Parent | None:
    """The version of another key that ``text`` repeats, replaces, corrects or follows."""
    if not rule.enabled or not text.words:
        return None
    return (
        _same_text(memory, text, rule)
        or _like_text(memory, text, keys, rule, corrects=corrects)
        or _flash_before(memory, text, lead, rule)
    )


def _same_text(memory: Memory, text: HotText, rule: DedupRule) -> Parent | None:
    seen = memory.find_same(text.exact, text.provider, rule.exact_window.days)
    if seen is None or seen[0] == text.item_key:
        return None
    standing = memory.standings.get(seen[0])
    if standing is None:
        return None
    hot = memory.index.get(standing.slot)
    return Parent(
        seen[0], seen[1], standing.provider, Verdict(Likeness.EXACT, 1.0, ("exact",)), hot
    )


def _like_text(
    memory: Memory, text: HotText, keys: U32, rule: DedupRule, *, corrects: bool
) -> Parent | None:
    oldest = memory.now_s - rule.near_window.total_seconds()
    best: tuple[tuple[bool, bool, float, int], HotText, Verdict] | None = None
    for candidate in islice(memory.index.candidates(keys), _MOST_COMPARED):
        if candidate.item_key == text.item_key or candidate.at_s < oldest:
            continue
        verdict = compare(text, candidate, memory.rarity, rule, corrects=corrects)
        if verdict.likeness is Likeness.NONE:
            continue
        alive = memory.standings[candidate.item_key].status is not Status.KILLED
        # The agency's own copy first: else its second copy of another's story is a second reprint.
        own = candidate.provider == text.provider
        rank = (alive, own, verdict.score, candidate.slot)
        if best is None or rank > best[0]:
            best = (rank, candidate, verdict)
    if best is None:
        return None
    _, parent, verdict = best
    joins = verdict.likeness is Likeness.NEAR or _may_extend(memory, parent)
    return Parent(parent.item_key, parent.item_id, parent.provider, verdict, parent, joins=joins)


def _may_extend(memory: Memory, parent: HotText) -> bool:
    story = memory.standings[parent.item_key].story_key
    return story is None or story == parent.item_key or parent.slot in memory.last_members(story)


def _flash_before(memory: Memory, text: HotText, lead: U32, rule: DedupRule) -> Parent | None:
    if text.words <= FLASH_WORDS:
        return None
    window_s = rule.flash_window.total_seconds()
    for followed in memory.flashes.best(lead, text.words, memory.now_s, window_s):
        share = followed.share
        if share < rule.flash_coverage - _SUBJECT_COVERS:
            return None
        if share < rule.flash_coverage and not followed.subject:
            continue
        flash = memory.index.get(followed.slot)
        if flash is None or flash.item_key == text.item_key or flash.provider != text.provider:
            continue
        standing = memory.standings[flash.item_key]
        if standing.status is not Status.LIVE or standing.superseded or _apart(flash, text):
            continue
        verdict = Verdict(Likeness.VERSION, round(share, 4), (f"flash-coverage={share:.2f}",))
        return Parent(flash.item_key, flash.item_id, flash.provider, verdict, flash, flash=True)
    return None


def _apart(flash: HotText, text: HotText) -> bool:
    """The flash's figures are not those of the story."""
    told = set(flash.numbers.split())
    return agreement(told, set(text.numbers.split())).common < _FLASH_FIGURES * len(told)
