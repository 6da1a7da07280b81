"""How much an item is about each of its entities.

It must not know what an entity is, only where it is named.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Protocol

from streams.enrich.found import Block

# Salience is weight / (weight + this). A mention weighs 1; to be in the headline weighs 3 more, in
# the lead (the first paragraph) 2 more; to be named at the very start 1 more, at the very end 0; to
# be named in every paragraph 2 more, in half of them 1. Headline and lead are the research's; a
# single mention in the middle of ten paragraphs gives 0.25, headline, lead and five mentions 0.7.
_HALF_SALIENCE = 5.0
_HEADLINE_WEIGHT = 3.0
_LEAD_WEIGHT = 2.0
_FIRST_WEIGHT = 1.0
_SPREAD_WEIGHT = 2.0


class _Named(Protocol):
    @property
    def start(self) -> int: ...


def salience(mentions: Sequence[_Named], blocks: Sequence[Block]) -> float:
    """How much an item is about something, 0 to 1.

    Args:
        mentions: where it is named, however that was found; code points of the item's text.
        blocks: the headline and the paragraphs.
    """
    if not mentions or not blocks or not blocks[-1].start + len(blocks[-1].text):
        return 0.0
    headlines = int(blocks[0].is_headline)
    named_in = {bisect_right(blocks, one.start, key=_start) - 1 for one in mentions}
    in_headline = bool(headlines) and 0 in named_in
    first = min(one.start for one in mentions)
    weight = (
        len(mentions)
        + _HEADLINE_WEIGHT * in_headline
        + _LEAD_WEIGHT * (headlines in named_in)
        + _FIRST_WEIGHT * max(0.0, 1 - first / (blocks[-1].start + len(blocks[-1].text)))
        + _SPREAD_WEIGHT * (len(named_in) - in_headline) / max(1, len(blocks) - headlines)
    )
    return round(weight / (weight + _HALF_SALIENCE), 3)


def _start(block: Block) -> int:
    return block.start
