"""Finding the story a version belongs to, across keys and agencies.

A text joins the story of its one best parent, and only if that parent is the story's root or one
of the last to join: likeness handed on from text to text would end in one endless story. It must
not change anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeAlias

from schemas.item import Link
from schemas.journal import Status
from streams.desk.config import DedupRule
from streams.desk.figures import agreement
from streams.desk.flashes import FLASH_WORDS, Followed
from streams.desk.index import HotText
from streams.desk.memory import Memory
from streams.desk.verify import (
    Likeness,
    Verdict,
    compare,
    is_one_line,
    other_shares,
    same_headline,
)
from streams.desk.words import U32

# Reuters wires give 1.1 candidates a text; a flood of one template must not stop the desk.
_MOST_COMPARED = 128
_MOST_LINKS = 4
# A text that is this much shorter may be one of several that a round-up tells.
_ROUNDUP_RATIO = 0.7
_UNRELATED = 0.2
# Share of rare phrases from which on two texts tell of one event, when nothing but that share, or
# the number of phrases, speaks against their being one story.
_SAME_EVENT = 0.25
# What speaks against two bulletins of one series being one story; names or shares would speak
# against its being one series.
_OTHER_DAY = frozenset(
    {"", "veto=rare-containment", "veto=evidence", "veto=numbers", "veto=moment"}
)
_LACKS_LIKENESS = frozenset({"", "veto=rare-containment", "veto=evidence"})
# Of a flash's words that its story need not open with, when it is about the same. Of 893 Reuters
# flashes the desk links 54 % at .8, 68 % at .65, 76 % with this.
_SUBJECT_COVERS = 0.15
# Share of a flash's figures that its story has.
_FLASH_FIGURES = 0.5
# Words of a flash that says another again and more: a tenth, and one at least.
_ADDED_SHARE = 0.1


_Compared: TypeAlias = tuple[HotText, Verdict]


@dataclass(frozen=True, slots=True)
class Parent:
    """The earlier version a text belongs to.

    Attributes:
        joins: it may become a member of the parent's story; False links it only.
        flash: the parent is a flash whose fuller story this is.
        beside: the link to it of an item that is in its story, and new; None where it is a version
            or a copy of it.
    """

    item_key: str
    item_id: str
    provider: str | None
    verdict: Verdict
    text: HotText | None
    joins: bool = True
    flash: bool = False
    beside: str | None = None


@dataclass(frozen=True, slots=True)
class Kin:
    """What a text has to do with texts of other keys.

    Attributes:
        parent: the version it belongs to.
        links: others it resembles without belonging to them, four at most.
    """

    parent: Parent | None
    links: tuple[Link, ...] = ()


def find_parent(
    memory: Memory, text: HotText, keys: U32, lead: U32, rule: DedupRule, *, corrects: bool
) -> Parent | None:
    """The version of another key that ``text`` repeats, replaces, corrects or follows."""
    return find_kin(memory, text, keys, lead, rule, corrects=corrects).parent


def find_kin(
    memory: Memory, text: HotText, keys: U32, lead: U32, rule: DedupRule, *, corrects: bool
) -> Kin:
    """The version of another key that ``text`` repeats, replaces, corrects or follows; and links.

    Links are "series" (a bulletin of the same series), "roundup_of" (a story that this one tells
    among others) and "same_event"; they join nothing.
    """
    if not rule.enabled or not text.words:
        return Kin(None)
    same = _same_text(memory, text, rule)
    if same is not None:
        return Kin(same)
    kin = _like_text(memory, text, keys, rule, corrects=corrects)
    if kin.parent is not None or any(link.rel == "roundup_of" for link in kin.links):
        return kin
    if is_one_line(text):
        again = _flash_again(memory, text, lead, rule, corrects=corrects or text.corrects)
        return Kin(again, kin.links)
    return Kin(_flash_before(memory, text, lead, rule), kin.links)


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


def _like_text(memory: Memory, text: HotText, keys: U32, rule: DedupRule, *, corrects: bool) -> Kin:
    oldest = memory.now_s - rule.near_window.total_seconds()
    alike: list[_Compared] = []
    unlike: list[_Compared] = []
    for candidate in islice(memory.index.candidates(keys), _MOST_COMPARED):
        if candidate.item_key == text.item_key or candidate.at_s < oldest:
            continue
        verdict = compare(text, candidate, memory.rarity, rule, corrects=corrects)
        compared = unlike if verdict.likeness is Likeness.NONE else alike
        compared.append((candidate, verdict))
    told = _told_together(memory, text, alike, rule)
    if told:
        return Kin(None, tuple(_link("roundup_of", *compared) for compared in told[:_MOST_LINKS]))
    parent = _best(memory, text, alike)
    story = None if parent is None else memory.standings[parent.item_key].story_key
    return Kin(parent, _links(memory, text, unlike, story))


def _best(memory: Memory, text: HotText, alike: Sequence[_Compared]) -> Parent | None:
    if not alike:
        return None

    def rank(compared: _Compared) -> tuple[bool, bool, bool, float, int]:
        candidate, verdict = compared
        standing = memory.standings[candidate.item_key]
        alive = standing.status is not Status.KILLED
        # The agency's own copy first: else its second copy of another's story is a second reprint.
        own = candidate.provider == text.provider
        # A round-up has many stories' sentences, and none of them is a version of it.
        return alive, own, not standing.stands_apart, verdict.score, candidate.slot

    parent, verdict = max(alike, key=rank)
    joins = verdict.likeness is Likeness.NEAR or may_extend(memory, parent)
    return Parent(parent.item_key, parent.item_id, parent.provider, verdict, parent, joins=joins)


def _told_together(
    memory: Memory, text: HotText, alike: Sequence[_Compared], rule: DedupRule
) -> list[_Compared]:
    """Shorter texts of several stories that ``text`` holds whole and that share nothing."""
    stories: dict[str, _Compared] = {}
    for candidate, verdict in sorted(alike, key=lambda compared: -compared[1].score):
        short = candidate.words <= _ROUNDUP_RATIO * text.words
        if verdict.likeness is not Likeness.VERSION or not short:
            continue
        story = memory.standings[candidate.item_key].story_key or candidate.item_key
        others = [other for other, _ in stories.values()]
        if story not in stories and all(
            compare(candidate, other, memory.rarity, rule).score < _UNRELATED for other in others
        ):
            stories[story] = (candidate, verdict)
        if len(stories) == _MOST_LINKS:
            break
    return list(stories.values()) if len(stories) > 1 else []


def _links(
    memory: Memory, text: HotText, unlike: Sequence[_Compared], story: str | None
) -> tuple[Link, ...]:
    """The newest bulletins of the same series, and the likest texts of the same event."""
    series = [
        (candidate, verdict)
        for candidate, verdict in unlike
        if candidate.provider == text.provider
        and same_headline(text, candidate)
        and set(map(_veto, verdict.reasons)) <= _OTHER_DAY
    ]
    events = [
        (candidate, verdict)
        for candidate, verdict in unlike
        if verdict.score >= _SAME_EVENT
        and not same_headline(text, candidate)
        and set(map(_veto, verdict.reasons)) <= _LACKS_LIKENESS
        and memory.standings[candidate.item_key].story_key != story
    ]
    events.sort(key=lambda compared: (-compared[1].score, -compared[0].slot))
    return tuple(
        _link(rel, *compared)
        for rel, found in (("series", series), ("same_event", events))
        for compared in found[: _MOST_LINKS // 2]
    )


def _veto(reason: str) -> str:
    return reason.split(maxsplit=1)[0] if reason.startswith("veto=") else ""


def _link(rel: str, candidate: HotText, verdict: Verdict) -> Link:
    return Link(
        rel=rel, target=candidate.item_id, score=verdict.score, reason=" ".join(verdict.reasons)
    )


def may_extend(memory: Memory, parent: HotText) -> bool:
    """Whether a text may join the parent's story: by its root, or by one of the last to join.

    By a flash that the story has superseded, too: it is the story's however late it came.
    """
    standing = memory.standings[parent.item_key]
    story = standing.story_key
    if story is None or story == parent.item_key or (standing.flash and standing.superseded):
        return True
    return parent.slot in memory.last_members(story)


def flashes_near(memory: Memory, text: HotText, lead: U32, rule: DedupRule) -> list[HotText]:
    """The flashes that are looked at for a text: what it may tell in full, repeat or correct."""
    window_s = rule.flash_window.total_seconds()
    slots: list[int] = []
    if is_one_line(text):
        slots = [one.slot for one in memory.flashes.alike(lead, memory.now_s, window_s)]
    elif text.words > FLASH_WORDS:
        slots = [one.slot for one in memory.flashes.best(lead, text.words, memory.now_s, window_s)]
    return [flash for flash in map(memory.index.get, slots) if flash is not None]


def _flash_again(
    memory: Memory, text: HotText, lead: U32, rule: DedupRule, *, corrects: bool
) -> Parent | None:
    """The flash that another one corrects, as it says, or says again with hardly a word more.

    What is said again is published all the same: the word more may be the news.
    """
    for repeated in memory.flashes.alike(lead, memory.now_s, rule.flash_window.total_seconds()):
        flash = memory.index.get(repeated.slot)
        if flash is None or flash.item_key == text.item_key or flash.provider != text.provider:
            continue
        alive = memory.standings[flash.item_key].status is Status.LIVE
        if not alive or not is_one_line(flash) or other_shares(text, flash):
            continue
        more = max(1, int(_ADDED_SHARE * len(lead)))
        if corrects or (not repeated.dropped and repeated.added <= more):
            likeness = Likeness.CORRECTION if corrects else Likeness.VERSION
            share = repeated.share
            verdict = Verdict(likeness, round(share, 4), (f"flash-words={share:.2f}",))
            joins = may_extend(memory, flash)
            return Parent(
                flash.item_key, flash.item_id, flash.provider, verdict, flash, joins=joins
            )
    return None


def _flash_before(memory: Memory, text: HotText, lead: U32, rule: DedupRule) -> Parent | None:
    if text.words <= FLASH_WORDS:
        return None
    window_s = rule.flash_window.total_seconds()
    for followed in memory.flashes.best(lead, text.words, memory.now_s, window_s):
        flash = memory.index.get(followed.slot)
        if flash is None or flash.item_key == text.item_key or flash.provider != text.provider:
            continue
        standing = memory.standings[flash.item_key]
        if standing.status is not Status.LIVE or standing.superseded:
            continue
        if tells_flash(text, flash, followed, rule):
            share = followed.share
            verdict = Verdict(Likeness.VERSION, round(share, 4), (f"flash-coverage={share:.2f}",))
            return Parent(flash.item_key, flash.item_id, flash.provider, verdict, flash, flash=True)
    return None


def tells_flash(text: HotText, flash: HotText, followed: Followed, rule: DedupRule) -> bool:
    """Whether a text is a flash's story: it opens with the flash's words, and has its figures."""
    least = rule.flash_coverage - (_SUBJECT_COVERS if followed.subject else 0.0)
    told = set(flash.numbers.split())
    common = agreement(told, set(text.numbers.split())).common
    return followed.share >= least and common >= _FLASH_FIGURES * len(told)
