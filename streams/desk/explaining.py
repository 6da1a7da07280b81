"""Why two items were or were not joined: each step a desk takes, with what it measures there.

It asks the same functions that decide and repeats none of their rules. It must not change anything
that the desk remembers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np

from schemas.event import EventKind
from schemas.item import Item
from schemas.journal import Status
from streams.desk.chains import tells_flash
from streams.desk.config import DedupRule
from streams.desk.decision import Decision, Signed
from streams.desk.figures import agreement
from streams.desk.flashes import FLASH_WORDS
from streams.desk.identity import key_of
from streams.desk.index import POSTING_CAP, HotText
from streams.desk.joining import with_takes
from streams.desk.judge import judge
from streams.desk.lifecycle import hold_of, is_advisory, is_correction, is_kill, stands_apart
from streams.desk.memory import Memory
from streams.desk.placing import place_first
from streams.desk.stories import as_namesake, stated_parent
from streams.desk.takes import is_take
from streams.desk.verify import Likeness, Verdict, compare, is_one_line
from streams.desk.words import split_words

__all__ = ["Check", "Explanation", "explain"]

_CAPITALISED = re.compile(r"[^\W\d_]\w*")
_EPOCH = datetime.fromtimestamp(0, UTC)
# What joins nothing, though it points to another item.
_JOINS_NOTHING = frozenset({EventKind.KILL, EventKind.HOLD, EventKind.ADVISORY})


@dataclass(frozen=True, slots=True)
class Check:
    """One step on the way to a decision.

    Attributes:
        name: of the step, a stable code.
        passed: it let the items be joined.
        measured: what was found, and what was asked for.
        reasons: the measures, as the reasons of events are written.
    """

    name: str
    passed: bool
    measured: str
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a desk finds between an item and an earlier one.

    Attributes:
        joined: it would attach the one to the other itself, not by way of a third. Where they are
            joined by what the agency says, checks of their texts may have failed.
        verdict: of their texts; its reasons hold the measures and the vetoes.
        checks: the steps, in the order they are taken.
        kind: what the item would be.
        parent: id of the version that this desk would choose for the item; None for none.
        reasons: of its decision.
        figures: those that only the earlier, and only the later text has.
        names: words with a capital inside a sentence, likewise.
        rule: that compared them.
    """

    joined: bool
    verdict: Verdict
    checks: tuple[Check, ...]
    kind: EventKind
    parent: str | None
    reasons: tuple[str, ...]
    figures: tuple[tuple[str, ...], tuple[str, ...]]
    names: tuple[tuple[str, ...], tuple[str, ...]]
    rule: DedupRule


def explain(
    memory: Memory, rule: DedupRule, new: Signed, old: Signed, *, again: bool = False
) -> Explanation:
    """Why ``new`` is or is not joined to ``old``, an item that came before.

    Args:
        memory: of a desk that is about to decide ``new``, at its time.
        rule: for the provider of ``new``.
        new: the later item.
        old: the earlier one; where it is still in the index, as it is there.
        again: ``new`` has been decided already; say what it would be had it not.
    """
    earlier, is_hot = _as_known(memory, old)
    decision = _decided(memory, rule, new, again=again)
    corrects = is_correction(new.item)
    verdict = compare(new.text, earlier, memory.rarity, rule, corrects=corrects)
    pair = _Pair(new, old.item, earlier, is_hot, verdict, decision, _tie(memory, decision, old))
    checks = tuple(_checks(memory, rule, pair))
    figures = agreement(set(new.text.numbers.split()), set(earlier.numbers.split()))
    return Explanation(
        joined=pair.joined,
        verdict=verdict,
        checks=checks,
        kind=decision.kind,
        parent=decision.of or pair.tie,
        reasons=decision.reasons,
        figures=(figures.only_old, figures.only_new),
        names=(
            _names(old.item, earlier.names, but=new.text.names),
            _names(new.item, new.text.names, but=earlier.names),
        ),
        rule=rule,
    )


def _decided(memory: Memory, rule: DedupRule, new: Signed, *, again: bool) -> Decision:
    if again:
        decision = place_first(memory, rule, new, None)
    else:
        decision = judge(memory, rule, new, memory.now or _EPOCH)
    return with_takes(memory, decision, new.item)


def _tie(memory: Memory, decision: Decision, old: Signed) -> str | None:
    """Id of the earlier item's version that a decision joins its item to, if it does."""
    key = old.item.item_key
    if decision.kind in _JOINS_NOTHING or decision.story_key is None:
        return None
    standing = next((one for one in decision.others if one.item_key == key), None)
    standing = standing or memory.standings.get(key)
    if standing is None or (standing.story_key or key) != decision.story_key:
        return None
    links = decision.item.links if decision.item else ()
    targets = (decision.of, *(link.target for link in links), *(one.of for one in decision.caused))
    return next((target for target in targets if target and key_of(target) == key), None)


def _as_known(memory: Memory, old: Signed) -> tuple[HotText, bool]:
    """The earlier text as the index has it, and whether it has."""
    known = memory.standings.get(old.item.item_key)
    hot = memory.index.get(known.slot) if known else None
    if hot is not None and hot.item_id == old.item.id:
        return hot, True
    for found in memory.index.candidates(old.keys):
        if found.item_id == old.item.id:
            return found, True
    received = old.item.received_at
    at_s = received.timestamp() if received else memory.now_s
    return replace(old.text, at_s=at_s), False


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two items, and what the desk's own functions say of them.

    Attributes:
        earlier: the earlier text, as the index has it where it has.
        is_hot: it has.
        tie: id of the earlier item's version that the later one would be joined to.
    """

    new: Signed
    old: Item
    earlier: HotText
    is_hot: bool
    verdict: Verdict
    decision: Decision
    tie: str | None

    @property
    def joined(self) -> bool:
        return self.tie is not None or self.new.item.item_key == self.old.item_key


def _checks(memory: Memory, rule: DedupRule, pair: _Pair) -> Iterator[Check]:
    if pair.new.item.item_key == pair.old.item_key:
        yield Check("key", passed=True, measured="versions of one item, by its key: not compared")
        return
    yield Check("key", passed=True, measured="two items, by their keys")
    yield from _lifecycle(memory, pair)
    on = "on" if rule.enabled else "switched off"
    yield Check("enabled", passed=rule.enabled, measured=f"comparing is {on} for this provider")
    likeness = pair.verdict.likeness
    if likeness is Likeness.EXACT:
        yield _seen(memory, rule, pair.new.text)
    elif pair.earlier.words <= FLASH_WORDS < pair.new.text.words and likeness is Likeness.NONE:
        yield _flash(memory, rule, pair)
    elif likeness is Likeness.NONE and is_one_line(pair.earlier) and is_one_line(pair.new.text):
        yield _flash_again(pair)
    else:
        yield from _alike(memory, rule, pair)
    if rule.enabled:
        yield from _said(memory, rule, pair)
    yield from _attached(memory, pair)


def _lifecycle(memory: Memory, pair: _Pair) -> Iterator[Check]:
    item = pair.new.item
    hold = hold_of(item, memory.now or _EPOCH)
    if is_kill(item) or is_advisory(item) or hold is not None:
        what = "a kill" if is_kill(item) else hold.reason if hold else "an advisory"
        yield Check("lifecycle", passed=False, measured=f"the later one is {what}: not compared")
    own = memory.standings.get(item.item_key)
    if own is not None and own.published is not None and own.item_id != item.id:
        measured = f"the later one follows {own.published}, of its own key: not compared"
        yield Check("version", passed=False, measured=measured)
    standing = memory.standings.get(pair.old.item_key)
    if standing is None:
        yield Check("status", passed=False, measured="the earlier one is not known to the desk")
    else:
        passed = standing.status is Status.LIVE
        yield Check("status", passed=passed, measured=f"the earlier one is {standing.status}")


def _seen(memory: Memory, rule: DedupRule, text: HotText) -> Check:
    days = rule.exact_window.days
    seen = memory.find_same(text.exact, text.provider, days)
    words = f"as {seen[1]}" if seen else "not"
    return Check("exact", seen is not None, f"the same words, seen {words} in the last {days} d")


def _alike(memory: Memory, rule: DedupRule, pair: _Pair) -> Iterator[Check]:
    age = timedelta(seconds=memory.now_s - pair.earlier.at_s)
    measured = f"{_hours(age)} apart; looked for within {_hours(rule.near_window)}"
    yield Check("window", age <= rule.near_window, measured)
    yield _candidate(memory, pair)
    likeness = pair.verdict.likeness
    measured = f"{likeness}, {pair.verdict.score:.2f}"
    yield Check("likeness", likeness is not Likeness.NONE, measured, pair.verdict.reasons)


def _candidate(memory: Memory, pair: _Pair) -> Check:
    candidates = memory.index.candidates(pair.new.keys)
    found = any(text.item_id == pair.earlier.item_id for text in candidates)
    if found:
        return Check("candidate", passed=True, measured="found by sentences or bands in common")
    if not pair.is_hot:
        return Check("candidate", passed=False, measured="the earlier text is no longer indexed")
    measured = f"no sentence or band in common that {POSTING_CAP} texts or fewer have"
    return Check("candidate", passed=False, measured=measured)


def _flash(memory: Memory, rule: DedupRule, pair: _Pair) -> Check:
    new, flash = pair.new, pair.earlier
    window_s = rule.flash_window.total_seconds()
    found = memory.flashes.best(new.lead, new.text.words, memory.now_s, window_s)
    followed = next((one for one in found if one.slot == flash.slot), None)
    if followed is None:
        measured = f"no flash of the last {_hours(rule.flash_window)} with its words in the opening"
        return Check("flash", passed=False, measured=measured)
    told = set(flash.numbers.split())
    common = agreement(told, set(new.text.numbers.split())).common
    asked = f"{rule.flash_coverage:.2f} is asked for, less where its subject is named"
    measured = f"{followed.share:.2f} of its words are in the opening ({asked})"
    if told:
        measured = f"{measured}, and {common} of its {len(told)} figures in the text"
    return Check("flash", tells_flash(new.text, flash, followed, rule), measured)


def _flash_again(pair: _Pair) -> Check:
    shares = [one for one in pair.decision.reasons if one.startswith("flash-words=")]
    passed = pair.joined and bool(shares)
    measured = "neither corrects the other nor says it again with hardly a word more"
    return Check("flash-again", passed, " ".join(shares) if passed else measured)


def _said(memory: Memory, rule: DedupRule, pair: _Pair) -> Iterator[Check]:
    """What the agency says of the two: links, names in common, takes of one text."""
    new = pair.new
    stated = stated_parent(memory, new.item, rule)
    if stated is not None and stated.item_key == pair.old.item_key:
        yield Check("link", True, "the agency says so", stated.verdict.reasons)
    namesake = as_namesake(memory, new, rule, pair.earlier) if pair.is_hot else None
    if namesake is not None:
        name = namesake.name.removeprefix("same-")
        enough = "enough" if namesake.parent else "not enough"
        measured = f"the same {name} that day, and {enough} text in common"
        passed = namesake.parent is not None
        yield Check("name", passed, measured, namesake.verdict.reasons)
    series = memory.takes.of(pair.old.item_key)
    if series is not None and is_take(new.item):
        take = next((one for one in pair.decision.takes if one.series == series.number), None)
        number = series.takes[pair.old.item_key].number
        what = f"take {take.number}" if take else "no take"
        measured = f"{what} of the text of which the earlier one is take {number}"
        yield Check("take", take is not None, measured)


def _attached(memory: Memory, pair: _Pair) -> Iterator[Check]:
    decision, likeness = pair.decision, pair.verdict.likeness
    old = memory.standings.get(pair.old.item_key)
    apart = [stands_apart(pair.new.item), old is not None and old.stands_apart]
    if any(apart) and not all(apart) and likeness is not Likeness.EXACT:
        what = "the later one" if apart[0] else "the earlier one"
        measured = f"{what} is a round-up or sidebar, no version of a story"
        if pair.joined:
            measured = f"{what} is a round-up of this one story: in it, as no version of it"
        yield Check("apart", passed=pair.joined, measured=measured)
    if pair.joined:
        return
    if "untold-headline" in decision.reasons:
        measured = "nothing of the later one's headline is in its text, which may be furniture"
        yield Check("headline", passed=False, measured=measured)
    elif "other-subject" in decision.reasons:
        measured = "short texts, and each has a name or words that are not in the other"
        yield Check("subject", passed=False, measured=measured)
    elif "chain-too-long" in decision.reasons:
        yield Check("chain", passed=False, measured="linked only: too many versions lie between")
    elif decision.of is not None and key_of(decision.of) not in {
        pair.old.item_key,
        pair.new.item.item_key,
    }:
        yield Check("nearest", passed=False, measured=f"closer to {decision.of}")
    elif likeness is not Likeness.NONE and not any(apart):
        yield Check("nearest", passed=False, measured="nothing was close enough to attach to")


def _names(item: Item, names: bytes, *, but: bytes) -> tuple[str, ...]:
    """The words of an item that are among its hashed names, and not among the other's."""
    own, other = (set(np.frombuffer(packed, "<u2").tolist()) for packed in (names, but))
    wanted = own - other
    found: dict[str, None] = {}
    text = "\n".join(paragraph.text for paragraph in item.paragraphs)
    for word in dict.fromkeys(_CAPITALISED.findall(text)):
        if word[0].isupper() and wanted:
            hashes = (split_words(word).hashes >> np.uint64(32)) & np.uint64(0xFFFF)
            if wanted.intersection(hashes.tolist()):
                found[word] = None
    return tuple(found)


def _hours(span: timedelta) -> str:
    hours = span.total_seconds() / 3600
    return f"{hours:.0f} h" if hours >= 10 else f"{hours:.1f} h"
