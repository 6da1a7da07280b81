"""The words that differ between two versions, from their texts.

The desk's own ``changes`` name paragraphs by number and work on hashes; whoever has both texts
finds the words here. It must not decide anything.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from streams.desk.aligning import Gap, align

__all__ = ["Change", "Edited", "Run", "Wording", "changed_paragraphs", "changed_words"]

# A word with its inner marks ("3.5", "aujourd'hui", "mid-May"), or one mark; and the space before.
_TOKEN = re.compile(r"(\s*)([^\W_]+(?:[.,:/'’-][^\W_]+)*|\S)")
# Of two paragraphs in one place with less of their words in common, neither is a version of the
# other: shown as one gone and one come.
_LEAST_SHARED = 0.2
# More words than this in one paragraph are not compared one by one (a table, or a text without
# breaks): a row of bits for each would be 12 MB and more.
_MOST_TOKENS = 10_000


class Wording(StrEnum):
    """What became of some words."""

    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class Run:
    """Words in a row that had one fate, with the spaces before and between them."""

    what: Wording
    text: str


class Edited(StrEnum):
    """What became of a paragraph."""

    ADDED = "added"
    REMOVED = "removed"
    ALTERED = "altered"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class Change:
    """A paragraph that is not as it was; numbers count from 0.

    Attributes:
        old: its number in the old version; None when it is new.
        new: its number in the new version; None when it is gone.
        words: its text in runs; empty where it moved as it was.
    """

    what: Edited
    old: int | None
    new: int | None
    words: tuple[Run, ...] = ()


def changed_words(old: str, new: str) -> tuple[Run, ...]:
    """The words of both in one line: same, removed and added runs, removed ones first.

    Same and added runs put together are ``new``; same and removed ones are ``old`` but for spaces.
    """
    before, after = _tokens(old), _tokens(new)
    if max(len(before), len(after)) > _MOST_TOKENS:
        gaps = [Gap(0, len(before), 0, len(after))] if _words(before) != _words(after) else []
    else:
        gaps = _joined(list(align(_words(before), _words(after))))
    runs: list[Run] = []
    at = 0
    for gap in gaps:
        _append(runs, Wording.SAME, after[at : gap.new_from])
        _append(runs, Wording.REMOVED, before[gap.old_from : gap.old_to])
        _append(runs, Wording.ADDED, after[gap.new_from : gap.new_to])
        at = gap.new_to
    _append(runs, Wording.SAME, after[at:])
    return tuple(runs)


def changed_paragraphs(old: Sequence[str], new: Sequence[str]) -> tuple[Change, ...]:
    """The paragraphs that were added, removed, altered or moved, in the order they are read in."""
    before, after = [_plain(text) for text in old], [_plain(text) for text in new]
    gaps = list(align(before, after))
    moved = _moved(before, after, gaps)
    came_from = {to: place for place, to in moved.items()}
    changes: list[Change] = []
    for gap in gaps:
        gone = [place for place in range(gap.old_from, gap.old_to) if place not in moved]
        come = [place for place in range(gap.new_from, gap.new_to) if place not in came_from]
        pairs = list(zip(gone, come, strict=False))
        for place, to in pairs:
            changes += _altered(place, to, old[place], new[to])
        changes += [_gone(place, old[place]) for place in gone[len(pairs) :]]
        changes += [_come(to, new[to]) for to in come[len(pairs) :]]
        changes += [
            Change(Edited.MOVED, came_from[to], to)
            for to in range(gap.new_from, gap.new_to)
            if to in came_from
        ]
    return tuple(changes)


def _altered(place: int, to: int, old: str, new: str) -> list[Change]:
    words = changed_words(old, new)
    same = sum(len(run.text) for run in words if run.what is Wording.SAME)
    if same < _LEAST_SHARED * max(len(old), len(new)):
        return [_gone(place, old), _come(to, new)]
    return [Change(Edited.ALTERED, place, to, words)]


def _gone(place: int, text: str) -> Change:
    return Change(Edited.REMOVED, place, None, (Run(Wording.REMOVED, text),))


def _come(place: int, text: str) -> Change:
    return Change(Edited.ADDED, None, place, (Run(Wording.ADDED, text),))


def _moved(before: Sequence[str], after: Sequence[str], gaps: Sequence[Gap]) -> dict[int, int]:
    """Old to new numbers of paragraphs that stand elsewhere, each taken once."""
    gone: dict[str, list[int]] = {}
    for gap in reversed(gaps):
        for place in reversed(range(gap.old_from, gap.old_to)):
            gone.setdefault(before[place], []).append(place)
    return {
        gone[after[to]].pop(): to
        for gap in gaps
        for to in range(gap.new_from, gap.new_to)
        if gone.get(after[to])
    }


def _joined(gaps: list[Gap]) -> list[Gap]:
    """The gaps, those with a single word between them as one: lone words in common are chance."""
    joined: list[Gap] = []
    for gap in gaps:
        last = joined[-1] if joined else None
        if last is not None and _is_chance(last, gap):
            joined[-1] = Gap(last.old_from, gap.old_to, last.new_from, gap.new_to)
        else:
            joined.append(gap)
    return joined


def _is_chance(first: Gap, second: Gap) -> bool:
    sizes = [min(gap.old_to - gap.old_from, gap.new_to - gap.new_from) for gap in (first, second)]
    return second.new_from - first.new_to == 1 and min(sizes) > 1


def _tokens(text: str) -> list[tuple[str, str]]:
    """Each word with the space before it; what is left of the text is space."""
    return [(match[1], match[2]) for match in _TOKEN.finditer(text)]


def _words(tokens: Sequence[tuple[str, str]]) -> list[str]:
    return [unicodedata.normalize("NFC", word) for _, word in tokens]


def _append(runs: list[Run], what: Wording, tokens: Sequence[tuple[str, str]]) -> None:
    if tokens:
        runs.append(Run(what, "".join(space + word for space, word in tokens)))


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())
