"""What differs between two versions, by paragraph and by figure.

It works on fingerprints: the earlier text itself is not kept. It must not decide which is newer.
"""

from __future__ import annotations

import numpy as np

from schemas.event import Changes
from streams.desk.aligning import align
from streams.desk.figures import agreement
from streams.desk.fingerprint import NUMBERS_KEPT, PARAGRAPHS_KEPT
from streams.desk.index import HotText


def changes_between(new: HotText, old: HotText, *, headline: bool) -> Changes:
    """Paragraphs added, removed and altered, and the figures that came and went.

    ``added`` and ``altered`` count paragraphs of the new version, ``removed`` of the old one. Take
    ``removed`` from the old paragraphs and ``added`` from the new ones: the same number are left,
    in order, and those at ``altered`` differ from their partners in their words. A paragraph that
    moved is removed in one place and added in another.

    Figures are in the desk's spelling, "17.1 million" being 17.1e6; one that rounds another is none
    that changed. Of a long text only the first 256 paragraphs and 96 figures are known. Nothing is
    then said that could be wrong for that reason, and ``complete`` is False.
    """
    before, after = (np.frombuffer(text.paragraphs, "<u2").tolist() for text in (old, new))
    cut_before, cut_after = (len(hashes) >= PARAGRAPHS_KEPT for hashes in (before, after))
    added: list[int] = []
    removed: list[int] = []
    altered: list[int] = []
    for gap in align(before, after):
        paired = min(gap.old_to - gap.old_from, gap.new_to - gap.new_from)
        known_old = known_new = True
        if gap.last and (cut_before or cut_after):
            # What the other text has beyond those that were kept may be the same.
            paired, known_old, known_new = 0, not cut_after, not cut_before
        altered.extend(range(gap.new_from, gap.new_from + paired))
        if known_new:
            added.extend(range(gap.new_from + paired, gap.new_to))
        if known_old:
            removed.extend(range(gap.old_from + paired, gap.old_to))
    listed_before, listed_after = old.numbers.split(), new.numbers.split()
    more_before, more_after = (
        len(figures) >= NUMBERS_KEPT for figures in (listed_before, listed_after)
    )
    # "12.1 mln" for "12,141,000" is no change.
    figures = agreement(set(listed_after), set(listed_before))
    return Changes(
        headline=headline,
        added=tuple(added),
        removed=tuple(removed),
        altered=tuple(altered),
        figures_before=() if more_after else figures.only_old,
        figures_after=() if more_before else figures.only_new,
        complete=not (cut_before or cut_after or more_before or more_after),
    )
