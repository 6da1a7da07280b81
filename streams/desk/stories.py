"""Finding the story of an item by what its agency says: links, sluglines, headlines, shared ids.

A name is never enough: "SOCCER" and "MARKETS" are everybody's. What has a name in common must have
text in common, too, only less of it than strangers must; an explicit link needs none. It must not
change anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

from schemas.item import Item
from schemas.journal import Status
from streams.desk.chains import Parent, may_extend
from streams.desk.config import DedupRule
from streams.desk.decision import Signed
from streams.desk.flashes import FLASH_WORDS
from streams.desk.index import HotText
from streams.desk.lifecycle import (
    Standing,
    is_correction,
    is_flash,
)
from streams.desk.memory import Memory
from streams.desk.references import names_of, spellings
from streams.desk.verify import Likeness, Verdict, compare, shares_phrases

NEWS_DAY_S = 24 * 3600
"""How long a slugline, headline or shared id is looked for: tomorrow it names another story."""
MOST_STORIES = 4
"""A name that more stories of a day bear is a section's ("SOCCER"), and says nothing."""

# Links by which an agency says that an item is a version of another, or that both are of one story.
_VERSION_RELS = frozenset({"evolvedfrom", "replaces"})
_STORY_RELS = _VERSION_RELS | {"derived_from"}
_MOST_COMPARED = 12
_MOST_LINKS = 8
# Swept on the 314 labelled pairs of Reuters-21578 that are less than a day apart, as if all of a
# day bore one name: containment .2-.55, numbers .6 and .8. These find 79 of 86 versions and 21 of
# 21 corrections (by the rule for strangers 74 and 17), and merge 0 of 77 look-alikes and 0 of 8
# related; below .35 related ones are merged.
_NAMED_CONTAINMENT = 0.4
_NAMED_NUMBERS = 0.6
# What has a name in common with a flash may be as short as flashes are.
_TOO_SHORT = "veto=too-short"
# A flash has few phrases: a line of twelve words with one figure corrected keeps seven.
_FLASH_EVIDENCE = 3
# Share of a flash's words in the opening of a text of the same name. Read by hand without names, 5
# of 9 linked at .5 to .65 are right, and 7 of 9 above; a name in common settles the rest.
_NAMED_FLASH = 0.5


def stated_parent(memory: Memory, item: Item, rule: DedupRule) -> Parent | None:
    """The item that this one says it is a version or a derivative of.

    Nothing of its text need be in common, and it may be as old as the references kept.
    """
    for link in islice((one for one in item.links if one.rel in _STORY_RELS), _MOST_LINKS):
        for name in spellings(link.target):
            days = rule.exact_window.days
            for key in memory.references.find(item.provider, name, memory.day, days):
                standing = _earlier(memory, key, item)
                if standing is None or standing.published is None:
                    continue
                verdict = Verdict(Likeness.VERSION, 1.0, (f"{link.rel}={link.target}",))
                hot = memory.index.get(standing.slot)
                beside = None if link.rel in _VERSION_RELS else link.rel
                return Parent(
                    key, standing.published, standing.provider, verdict, hot, beside=beside
                )
    return None


def named_parent(memory: Memory, signed: Signed, rule: DedupRule) -> Parent | None:
    """The best earlier item of the day that shares a name with this one, and enough text."""
    best: tuple[tuple[bool, float, int], Parent] | None = None
    shares: dict[int, float] | None = None
    for name, hot in _of_the_day(memory, signed.item):
        if shares is None:
            shares = _flash_shares(memory, signed, rule)
        parent = _like_namesake(memory, signed, rule, hot, shares.get(hot.slot, 0.0))
        if parent is None:
            continue
        # A round-up has the story's sentences, too, and must not hide the story.
        apart = memory.standings[hot.item_key].stands_apart
        rank = (not apart, parent.verdict.score, hot.slot)
        if best is None or rank > best[0]:
            verdict = replace(parent.verdict, reasons=(name, *parent.verdict.reasons))
            best = (rank, replace(parent, verdict=verdict))
    return best[1] if best else None


@dataclass(frozen=True, slots=True)
class Namesake:
    """An earlier item of the day that shares a name with an item.

    Attributes:
        name: what they share, as a reason: "same-slugline".
        verdict: of their texts, as namesakes are compared.
        parent: it, where that is enough in common; else None.
    """

    name: str
    verdict: Verdict
    parent: Parent | None


def as_namesake(memory: Memory, signed: Signed, rule: DedupRule, hot: HotText) -> Namesake | None:
    """What ``named_parent`` finds between an item and one other; None where they share no name."""
    for name, other in _of_the_day(memory, signed.item):
        if other.slot == hot.slot:
            share = _flash_shares(memory, signed, rule).get(hot.slot, 0.0)
            parent = _like_namesake(memory, signed, rule, hot, share)
            verdict = parent.verdict if parent else _compared_by_name(memory, signed, rule, hot)
            return Namesake(name, verdict, parent)
    return None


def _flash_shares(memory: Memory, signed: Signed, rule: DedupRule) -> dict[int, float]:
    """Shares of the flashes' words in a text's opening, by slot."""
    if signed.text.words <= FLASH_WORDS:
        return {}
    window_s = rule.flash_window.total_seconds()
    found = memory.flashes.best(signed.lead, signed.text.words, memory.now_s, window_s)
    return {followed.slot: followed.share for followed in found}


def _like_namesake(
    memory: Memory, signed: Signed, rule: DedupRule, hot: HotText, share: float
) -> Parent | None:
    text = signed.text
    other = memory.standings[hot.item_key]
    if other.flash and not other.superseded and share >= _NAMED_FLASH:
        bare = replace(rule, containment=0.0, evidence=0, numbers=min(rule.numbers, _NAMED_NUMBERS))
        if _speaks_against(compare(text, hot, memory.rarity, bare)) <= {_TOO_SHORT}:
            reasons = (f"flash-coverage={share:.2f}",)
            verdict = Verdict(Likeness.VERSION, round(share, 4), reasons)
            return Parent(hot.item_key, hot.item_id, hot.provider, verdict, hot, flash=True)
    if rule.evidence and not shares_phrases(text, hot):
        # Another story, as most are: no name stands for evidence, so the rest is not measured.
        return None
    verdict = _compared_by_name(memory, signed, rule, hot)
    if verdict.likeness is Likeness.NONE:
        return None
    joins = may_extend(memory, hot)
    return Parent(hot.item_key, hot.item_id, hot.provider, verdict, hot, joins=joins)


def _compared_by_name(memory: Memory, signed: Signed, rule: DedupRule, hot: HotText) -> Verdict:
    short = memory.standings[hot.item_key].flash or is_flash(signed.item)
    corrects = is_correction(signed.item)
    relaxed = rule_of_names(rule, short=short)
    verdict = compare(signed.text, hot, memory.rarity, relaxed, corrects=corrects)
    if short and _speaks_against(verdict) == {_TOO_SHORT}:
        likeness = Likeness.CORRECTION if corrects else Likeness.VERSION
        verdict = replace(verdict, likeness=likeness)
    return verdict


def _speaks_against(verdict: Verdict) -> set[str]:
    return {reason for reason in verdict.reasons if reason.startswith("veto=")}


def rule_of_names(rule: DedupRule, *, short: bool = False) -> DedupRule:
    """How much must be in common with an item of the same name."""
    return replace(
        rule,
        containment=min(rule.containment, _NAMED_CONTAINMENT),
        numbers=min(rule.numbers, _NAMED_NUMBERS),
        evidence=min(rule.evidence, _FLASH_EVIDENCE) if short else rule.evidence,
    )


def namesakes(memory: Memory, item: Item) -> list[HotText]:
    """Earlier items of the day that bear a name of this one which is no section's."""
    return [hot for _, hot in _of_the_day(memory, item)]


def _of_the_day(memory: Memory, item: Item) -> Iterator[tuple[str, HotText]]:
    """(kind of name, item) of the same provider, each item once, at most 12."""
    seen: set[str] = {item.item_key}
    for name in names_of(item):
        keys = memory.references.find(item.provider, name, memory.day, 1)
        slots = _slots_of_few_stories(memory, item, (key for key in keys if key not in seen))
        label = name.partition(":")[0]
        label = label if label in {"slugline", "headline"} else "id"
        for slot in slots[: _MOST_COMPARED + 1 - len(seen)]:
            text = memory.index.get(slot)
            if text is not None and text.at_s >= memory.now_s - NEWS_DAY_S:
                seen.add(text.item_key)
                yield f"same-{label}", text


def _slots_of_few_stories(memory: Memory, item: Item, keys: Iterable[str]) -> list[int | None]:
    """Where the items of a name are in the index; none where it is a section's."""
    stories: set[str | None] = set()
    slots: list[int | None] = []
    for key in keys:
        standing = _earlier(memory, key, item)
        if standing is None:
            continue
        stories.add(standing.story_key)
        if len(stories) > MOST_STORIES:
            return []
        slots.append(standing.slot)
    return slots


def _earlier(memory: Memory, item_key: str, item: Item) -> Standing | None:
    """A live item of the same provider and another key."""
    standing = memory.standings.get(item_key)
    if standing is None or standing.item_key == item.item_key:
        return None
    alive = standing.status is Status.LIVE and standing.published is not None
    return standing if alive and standing.provider == item.provider else None
