"""Comparing a text with an earlier one: the same again, a version, a correction, or another story.

The measure is rare-phrase containment: the share of the shorter text's rare phrases that the other
one has. Numbers and names veto, because markets and courts write the same sentence about other
people every day. It must not look anything up or decide what to do about it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from streams.desk.config import DedupRule
from streams.desk.fingerprint import SHINGLES_KEPT, unpack_bytes
from streams.desk.index import HotText
from streams.desk.rarity import Rarity
from streams.desk.words import U32

# Stories a phrase may have been seen in and still be rare.
RARE_STORIES = 3
# With fewer names than this in one text, a different one says nothing.
_FEWEST_NAMES = 3
# Share of all their numbers that two copies of one text have in common.
_SAME_NUMBERS = 0.95


class Likeness(StrEnum):
    """What a text is to an earlier one."""

    EXACT = "exact"
    NEAR = "near"
    VERSION = "version"
    CORRECTION = "correction"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Verdict:
    """How alike two texts are, and what was measured."""

    likeness: Likeness
    score: float = 0.0
    reasons: tuple[str, ...] = ()


def compare(
    new: HotText, old: HotText, rarity: Rarity, rule: DedupRule, *, corrects: bool = False
) -> Verdict:
    """What ``new`` is to ``old``; ``corrects`` when the item says that it is a correction.

    The reasons are the measures, and of two texts that are not alike also what spoke against it:
    "veto=names 0.20<0.60" (measured, then what the rule asks for).
    """
    if new.exact == old.exact:
        return Verdict(Likeness.EXACT, 1.0, ("exact",))
    containment, evidence = _rare_containment(new, old, rarity)
    new_numbers, old_numbers = set(new.numbers.split()), set(old.numbers.split())
    numbers = _share_of_smaller(new_numbers, old_numbers)
    names = _name_share(new, old)
    ratio = min(new.words, old.words) / max(new.words, old.words, 1)
    score = round(containment, 4)
    measures = (
        f"rare-containment={containment:.2f}",
        f"numbers={numbers:.2f}",
        f"length-ratio={ratio:.2f}",
    )
    if evidence < rule.evidence:
        return Verdict(
            Likeness.NONE, score, (*measures, f"veto=evidence {evidence}<{rule.evidence}")
        )
    if corrects and containment >= rule.correction:
        return Verdict(Likeness.CORRECTION, score, measures)
    vetoes = tuple(
        f"veto={name} {value:.2f}<{least:.2f}"
        for name, value, least in (
            ("rare-containment", containment, rule.containment),
            ("numbers", numbers, rule.numbers),
            ("names", names, rule.names),
        )
        if value < least
    )
    if vetoes:
        return Verdict(Likeness.NONE, score, measures + vetoes)
    # Copy with a figure of its own is never passed over as the same again.
    same = ratio >= rule.copy_ratio and _share_of_larger(new_numbers, old_numbers) >= _SAME_NUMBERS
    return Verdict(Likeness.NEAR if same else Likeness.VERSION, score, measures)


def _rare_containment(new: HotText, old: HotText, rarity: Rarity) -> tuple[float, int]:
    """Share of the shorter text's rare phrases in the other, and how many they have in common."""
    first, second = unpack_bytes(new.shingles), unpack_bytes(old.shingles)
    if not len(first) or not len(second):
        return 0.0, 0
    # Long texts keep their smallest phrases only: compare up to where both are complete.
    limit = min(_complete_up_to(first), _complete_up_to(second))
    first, second = first[first <= limit], second[second <= limit]
    shorter, longer = (first, second) if new.words <= old.words else (second, first)
    rare = shorter[rarity.count(shorter, new.at_s) <= RARE_STORIES]
    if not len(rare):
        return 0.0, 0
    common = int(np.isin(rare, longer, assume_unique=True).sum())
    return common / len(rare), common


def _complete_up_to(shingles: U32) -> int:
    return 0xFFFFFFFF if len(shingles) < SHINGLES_KEPT else int(shingles[-1])


def _name_share(new: HotText, old: HotText) -> float:
    first, second = (set(np.frombuffer(text.names, "<u2").tolist()) for text in (new, old))
    smaller = min(len(first), len(second))
    return len(first & second) / smaller if smaller >= _FEWEST_NAMES else 1.0


def _share_of_smaller(first: set[str], second: set[str]) -> float:
    if not first or not second:
        return 1.0
    return len(first & second) / min(len(first), len(second))


def _share_of_larger(first: set[str], second: set[str]) -> float:
    if not first and not second:
        return 1.0
    return len(first & second) / max(len(first), len(second))
