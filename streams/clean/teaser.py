"""Blocks that repeat what other paragraphs say: teasers, descriptions, pulled quotes.

It must not drop the only copy of anything.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import accumulate

# Folded letters and digits. Shorter repeats (a refrain, "Read also", a name) prove nothing.
_SHORTEST = 60
# Code points of the squashed text up to which any position in it is searched; beyond, only the
# beginnings of blocks, so that the work stays linear.
_SEARCHED = 60_000
_CUT = re.compile(
    r"\s*[\[(]?\s*(?:\.{3,}|\u2026)\s*[\])]?\s*"
    r"(?:read more|lire la suite|leer más|weiterlesen)?\s*$",
    re.IGNORECASE,
)


def is_cut(text: str) -> bool:
    """Whether the text ends as one that was truncated."""
    return _CUT.search(text[-40:]) is not None


def duplicates(folded: Sequence[str], cut: Sequence[bool]) -> list[int]:
    """Numbers of the blocks whose letters and digits all stand in the others, in one piece.

    A block glued together of others goes, wherever it stands: the copy that has paragraph breaks
    is kept. Of two equal blocks the first is kept, unless it alone is cut short.

    Args:
        folded: each block, folded.
        cut: whether each block ends in an ellipsis.
    """
    squashed = [block.replace(" ", "") for block in folded]
    candidates = [n for n, block in enumerate(squashed) if len(block) >= _SHORTEST]
    if len(candidates) < 2:
        return []
    if sum(map(len, squashed)) > _SEARCHED:
        candidates.sort(key=lambda n: (-len(squashed[n]), cut[n], n))
        return sorted(_repeating_a_beginning(squashed, candidates))
    # The longest first: a teaser glued of two paragraphs is judged before those.
    candidates.sort(key=lambda n: (-len(squashed[n]), not cut[n], -n))
    whole = "".join(squashed)
    starts = list(accumulate(map(len, squashed), initial=0))
    gone: list[int] = []
    for number in candidates:
        block, start = squashed[number], starts[number]
        if _stands_elsewhere(block, start, whole):
            gone.append(number)
            # What is gone no longer vouches for others.
            whole = whole[:start] + "\0" * len(block) + whole[start + len(block) :]
    return sorted(gone)


def unvouched(folded: Sequence[str], gone: Sequence[int], kept: Sequence[int]) -> list[int]:
    """Those of ``gone`` whose text is not in the ``kept`` blocks after all."""
    squashed = {number: folded[number].replace(" ", "") for number in (*gone, *kept)}
    whole = "".join(squashed[number] for number in kept)
    if len(whole) <= _SEARCHED:
        return [number for number in gone if squashed[number] not in whole]
    longest: dict[str, str] = {}
    for number in kept:
        block = squashed[number]
        beginning = block[:_SHORTEST]
        longest[beginning] = max(longest.get(beginning, ""), block, key=len)
    return [
        number
        for number in gone
        if not longest.get(squashed[number][:_SHORTEST], "").startswith(squashed[number])
    ]


def _stands_elsewhere(block: str, start: int, whole: str) -> bool:
    found = whole.find(block)
    while found >= 0 and start - len(block) < found < start + len(block):
        found = whole.find(block, start + len(block))
    return found >= 0


def _repeating_a_beginning(squashed: Sequence[str], candidates: Sequence[int]) -> set[int]:
    """As in ``duplicates``, for long texts: blocks that begin a longer or an earlier one."""
    kept: dict[str, str] = {}
    gone: set[int] = set()
    for number in candidates:
        block = squashed[number]
        longest = kept.setdefault(block[:_SHORTEST], block)
        if longest is not block and longest.startswith(block):
            gone.add(number)
    return gone
