"""Blocks that repeat what other paragraphs say: teasers, descriptions, pulled quotes.

It must not drop the only copy of anything.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from itertools import accumulate

# Folded letters and digits. Shorter repeats (a refrain, "Read also", a name) prove nothing.
_SHORTEST = 60
# Letters and digits up to which a repeat is looked for anywhere in the text; beyond, only where
# another block begins, so that the work stays linear.
_SEARCHED = 30_000
_BEGINNING = 24
_CUT = re.compile(
    r"\s*[\[(]?\s*(?:\.{3,}|\u2026)\s*[\])]?\s*"
    r"(?:read more|lire la suite|leer más|weiterlesen)?\s*$",
    re.IGNORECASE,
)


def is_cut(text: str) -> bool:
    """Whether the text ends as one that was truncated."""
    ending = text[-40:]
    return (".." in ending or "\u2026" in ending) and _CUT.search(ending) is not None


def duplicates(
    folded: Sequence[str],
    cut: Sequence[bool],
    stays: Collection[int] = frozenset(),
    goes_on: Collection[int] = frozenset(),
) -> list[int]:
    """Numbers of the blocks whose letters and digits all stand in the others, in one piece.

    A block glued together of others goes, wherever it stands: the copy that has paragraph breaks
    is kept. Of two equal blocks the one is kept that is not cut short, then the one below which
    the text goes on, then the first.

    Args:
        folded: each block, folded; "" for one that is neither to go nor to vouch.
        cut: whether each block ends in an ellipsis.
        stays: numbers of blocks that may say again what others say, as headlines do. These stay,
            and vouch for others together with what stands beside them, but not alone: a headline
            that says all of a lead is no reason to drop the lead.
        goes_on: numbers of blocks with a paragraph right below them.
    """
    squashed = [block.replace(" ", "") for block in folded]
    candidates = [
        n for n, block in enumerate(squashed) if len(block) >= _SHORTEST and n not in stays
    ]
    if not candidates:
        return []
    if sum(map(len, squashed)) > _SEARCHED:
        candidates.sort(key=lambda n: (-len(squashed[n]), cut[n], n not in goes_on, n))
        return sorted(_repeating_a_beginning(squashed, candidates))
    alone = "\n".join(block for n, block in enumerate(squashed) if n in stays)
    # The longest first: a teaser glued of two paragraphs is judged before those.
    candidates = [n for n in candidates if squashed[n] not in alone]
    candidates.sort(key=lambda n: (-len(squashed[n]), not cut[n], n in goes_on, -n))
    gone: dict[int, str] = {}
    # What goes brings others together, which may make up a further block.
    meeting = True
    while meeting:
        found, meeting = _standing_elsewhere(squashed, candidates, gone)
        gone |= found
    return sorted(gone)


def _standing_elsewhere(
    squashed: list[str], candidates: Sequence[int], gone: Mapping[int, str]
) -> tuple[dict[int, str], bool]:
    """The candidates found in the rest, which are taken out of ``squashed``.

    Also says whether a block was taken from between others, which now meet.
    """
    found: dict[int, str] = {}
    meeting = False
    whole = "".join(squashed)
    starts = list(accumulate(map(len, squashed), initial=0))
    for number in candidates:
        block, start = squashed[number], starts[number]
        end = start + len(block)
        beginning = block[:_BEGINNING]
        # Most blocks are told by their beginning to stand nowhere else, in a third of the time.
        if not block or whole.find(beginning) == start == whole.rfind(beginning):
            continue
        if whole.find(block, 0, end - 1) < 0 and whole.find(block, start + 1) < 0:
            continue
        rest = whole[:start] + whole[end:]
        # What goes no longer vouches for others, those that have gone before included.
        if all(_is_covered(other, rest) for other in {block, *gone.values(), *found.values()}):
            found[number], squashed[number] = block, ""
            meeting = meeting or 0 < start < len(rest)
            whole, starts = rest, list(accumulate(map(len, squashed), initial=0))
    return found, meeting


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
        if not _is_covered(squashed[number], whole):
            restored.append(number)
            whole += "\n" + squashed[number]
    return restored


def _is_covered(block: str, whole: str) -> bool:
    """Whether the block is made of pieces of ``whole``, none shorter than a beginning."""
    while block and block not in whole:
        if block[:_BEGINNING] not in whole:
            return False
        covered, beyond = _BEGINNING, len(block)
        while beyond - covered > 1:
            middle = (covered + beyond) // 2
            if block[:middle] in whole:
                covered = middle
            else:
                beyond = middle
        block = block[covered:]
    return True


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
