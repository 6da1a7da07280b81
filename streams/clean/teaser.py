"""Blocks that repeat what other paragraphs say: teasers, descriptions, pulled quotes.

It must not drop the only copy of anything.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import accumulate

# Folded letters and digits. Shorter repeats (a refrain, "Read also", a name) prove nothing.
_SHORTEST = 60
# Letters and digits up to which a repeat is looked for anywhere in the text; beyond, only where
# another block begins, so that the work stays linear.
_SEARCHED = 60_000
_CUT = re.compile(
    r"\s*[\[(]?\s*(?:\.{3,}|\u2026)\s*[\])]?\s*"
    r"(?:read more|lire la suite|leer más|weiterlesen)?\s*$",
    re.IGNORECASE,
)


def is_cut(text: str) -> bool:
    """Whether the text ends as one that was truncated."""
    ending = text[-40:]
    return (".." in ending or "\u2026" in ending) and _CUT.search(ending) is not None


def duplicates(folded: Sequence[str], cut: Sequence[bool]) -> list[int]:
    """Numbers of the blocks whose letters and digits all stand in the others, in one piece.

    A block glued together of others goes, wherever it stands: the copy that has paragraph breaks
    is kept. Of two equal blocks the first is kept, unless it alone is cut short.

    Args:
        folded: each block, folded; "" for one that is neither to go nor to vouch.
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
    gone: list[int] = []
    while (number := _first_standing_elsewhere(squashed, candidates)) is not None:
        gone.append(number)
        squashed[number] = ""  # what is gone no longer vouches for others
    return sorted(gone)


def unvouched(folded: Sequence[str], gone: Sequence[int], kept: Sequence[int]) -> list[int]:
    """Those of ``gone`` whose text is not in the ``kept`` blocks after all.

    The longest is taken to be kept again first, and so vouches for the ones after it.
    """
    squashed = {number: folded[number].replace(" ", "") for number in (*gone, *kept)}
    order = sorted(gone, key=lambda n: (-len(squashed[n]), n))
    whole = "".join(squashed[number] for number in kept)
    if len(whole) > _SEARCHED:
        return _beginning_none(squashed, order, kept)
    restored: list[int] = []
    for number in order:
        if squashed[number] not in whole:
            restored.append(number)
            whole += "\n" + squashed[number]
    return restored


def _first_standing_elsewhere(squashed: Sequence[str], candidates: Sequence[int]) -> int | None:
    whole = "".join(squashed)
    starts = list(accumulate(map(len, squashed), initial=0))
    for number in candidates:
        block, start = squashed[number], starts[number]
        # Its own place is found first unless it also stands before; then after it.
        if block and (
            whole.find(block, 0, start + len(block) - 1) >= 0 or whole.find(block, start + 1) >= 0
        ):
            return number
    return None


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


def _beginning_none(
    squashed: Mapping[int, str], gone: Sequence[int], kept: Sequence[int]
) -> list[int]:
    """As in ``unvouched``, for long texts."""
    longest: dict[str, str] = {}
    for number in kept:
        block = squashed[number]
        beginning = block[:_SHORTEST]
        longest[beginning] = max(longest.get(beginning, ""), block, key=len)
    restored: list[int] = []
    for number in gone:
        block = squashed[number]
        if not longest.get(block[:_SHORTEST], "").startswith(block):
            restored.append(number)
            longest[block[:_SHORTEST]] = block
    return restored
