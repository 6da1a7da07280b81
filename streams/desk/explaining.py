"""Why two items were or were not joined: each step a desk takes, with what it measures there.

It asks the same functions that decide and repeats none of their rules. It must not change anything
that the desk remembers, nor decide.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np

from schemas.item import Item
from schemas.journal import Status
from streams.desk.chains import Parent, find_parent
from streams.desk.config import DedupRule
from streams.desk.decision import Signed
from streams.desk.figures import agreement
from streams.desk.flashes import FLASH_WORDS
from streams.desk.index import POSTING_CAP, HotText
from streams.desk.lifecycle import hold_of, is_advisory, is_correction, is_kill, stands_apart
from streams.desk.memory import Memory
from streams.desk.verify import Likeness, Verdict, compare, is_one_line
from streams.desk.words import split_words

__all__ = ["Check", "Explanation", "explain"]

_CAPITALISED = re.compile(r"[^\W\d_]\w*")


@dataclass(frozen=True, slots=True)
class Check:
    """One step on the way to a decision.

    Attributes:
        name: of the step, a stable code.
        passed: it let the items be joined.
        measured: what was found, and what was asked for.
    """

    name: str
    passed: bool
    measured: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a desk finds between an item and an earlier one.

    Attributes:
        joined: it would attach the one to the other itself, not by way of a third.
        verdict: of their texts; its reasons hold the measures and the vetoes.
        checks: the steps, in the order they are taken.
        parent: id of the version that this desk would choose for the item; None for none.
        figures: those that only the earlier, and only the later text has.
        names: words with a capital inside a sentence, likewise.
        rule: that compared them.
    """

    joined: bool
    verdict: Verdict
    checks: tuple[Check, ...]
    parent: str | None
    figures: tuple[tuple[str, ...], tuple[str, ...]]
    names: tuple[tuple[str, ...], tuple[str, ...]]
    rule: DedupRule


def explain(memory: Memory, rule: DedupRule, new: Signed, old: Signed) -> Explanation:
    """Why ``new`` is or is not joined to ``old``, an item that came before.

    Args:
        memory: of a desk that is about to decide ``new``, at its time.
        rule: for the provider of ``new``.
        new: the later item.
        old: the earlier one; where it is still in the index, as it is there.
    """
    earlier, is_hot = _as_known(memory, old)
    corrects = is_correction(new.item)
    verdict = compare(new.text, earlier, memory.rarity, rule, corrects=corrects)
    parent = find_parent(memory, new.text, new.keys, new.lead, rule, corrects=corrects)
    pair = _Pair(new, old.item, earlier, is_hot, verdict, parent)
    checks = tuple(_checks(memory, rule, pair))
    figures = agreement(set(new.text.numbers.split()), set(earlier.numbers.split()))
    return Explanation(
        joined=all(check.passed for check in checks),
        verdict=verdict,
        checks=checks,
        parent=parent.item_id if parent else None,
        figures=(figures.only_old, figures.only_new),
        names=(
            _names(old.item, earlier.names, but=new.text.names),
            _names(new.item, new.text.names, but=earlier.names),
        ),
        rule=rule,
    )


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
    """

    new: Signed
    old: Item
    earlier: HotText
    is_hot: bool
    verdict: Verdict
    parent: Parent | None


def _checks(memory: Memory, rule: DedupRule, pair: _Pair) -> Iterator[Check]:
    if pair.new.item.item_key == pair.old.item_key:
        yield Check("key", passed=True, measured="versions of one item, by its key: not compared")
        return
    yield Check("key", passed=True, measured="two items, by their keys")
    yield from _lifecycle(memory, pair.new.item, pair.old)
    on = "on" if rule.enabled else "switched off"
    yield Check("enabled", passed=rule.enabled, measured=f"comparing is {on} for this provider")
    likeness = pair.verdict.likeness
    if likeness is Likeness.EXACT:
        yield _seen(memory, rule, pair.new.text)
    elif pair.earlier.words <= FLASH_WORDS < pair.new.text.words and likeness is Likeness.NONE:
        yield _flash(memory, rule, pair)
        return
    elif likeness is Likeness.NONE and is_one_line(pair.earlier) and is_one_line(pair.new.text):
        yield _flash_again(pair)
        return
    else:
        yield from _alike(memory, rule, pair)
    yield from _attached(pair)


def _lifecycle(memory: Memory, new: Item, old: Item) -> Iterator[Check]:
    hold = hold_of(new, memory.now or datetime.fromtimestamp(0, UTC))
    if is_kill(new) or is_advisory(new) or hold is not None:
        what = "a kill" if is_kill(new) else hold.reason if hold else "an advisory"
        yield Check("lifecycle", passed=False, measured=f"the later one is {what}: not compared")
    standing = memory.standings.get(old.item_key)
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
    yield Check("likeness", likeness is not Likeness.NONE, f"{likeness}, {pair.verdict.score:.2f}")


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
    new, slot = pair.new, pair.earlier.slot
    window_s = rule.flash_window.total_seconds()
    flashes = memory.flashes.best(new.lead, new.text.words, memory.now_s, window_s)
    share = next((flash.share for flash in flashes if flash.slot == slot), None)
    passed = pair.parent is not None and pair.parent.item_id == pair.earlier.item_id
    if share is None:
        measured = f"no flash of the last {_hours(rule.flash_window)} with its words in the opening"
    else:
        least = rule.flash_coverage
        measured = f"{share:.2f} of its words are in the opening; {least:.2f} is asked for"
    return Check("flash", passed, measured)


def _flash_again(pair: _Pair) -> Check:
    passed = pair.parent is not None and pair.parent.item_id == pair.earlier.item_id
    measured = "neither corrects the other nor says it again with hardly a word more"
    if passed and pair.parent is not None:
        measured = " ".join(pair.parent.verdict.reasons)
    return Check("flash-again", passed, measured)


def _attached(pair: _Pair) -> Iterator[Check]:
    likeness, parent = pair.verdict.likeness, pair.parent
    if stands_apart(pair.new.item) and likeness not in {Likeness.EXACT, Likeness.NEAR}:
        measured = "a round-up or sidebar is no version of a story"
        yield Check("apart", passed=False, measured=measured)
    if parent is None:
        if likeness is not Likeness.NONE:
            yield Check("nearest", passed=False, measured="nothing was close enough to attach to")
    elif parent.item_key != pair.old.item_key:
        yield Check("nearest", passed=False, measured=f"closer to {parent.item_id}")
    elif not parent.joins:
        yield Check("chain", passed=False, measured="linked only: too many versions lie between")


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
