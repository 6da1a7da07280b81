"""What differs between two versions, by paragraph and by figure.

It works on fingerprints: the earlier text itself is not kept. It must not decide which is newer.
"""

from __future__ import annotations

from difflib import SequenceMatcher

import numpy as np

from schemas.event import Changes
from streams.desk.index import HotText


def changes_between(new: HotText, old: HotText, *, headline: bool) -> Changes:
    """Paragraphs added, removed and altered, and the figures that came and went.

    ``added`` and ``altered`` count paragraphs of the new version, ``removed`` of the old one.
    """
    before, after = (np.frombuffer(text.paragraphs, "<u2").tolist() for text in (old, new))
    added: list[int] = []
    removed: list[int] = []
    altered: list[int] = []
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for operation, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        if operation == "equal":
            continue
        paired = min(old_to - old_from, new_to - new_from)
        altered.extend(range(new_from, new_from + paired))
        added.extend(range(new_from + paired, new_to))
        removed.extend(range(old_from + paired, old_to))
    figures_before, figures_after = set(old.numbers.split()), set(new.numbers.split())
    return Changes(
        headline=headline,
        added=tuple(added),
        removed=tuple(removed),
        altered=tuple(altered),
        figures_before=tuple(sorted(figures_before - figures_after)),
        figures_after=tuple(sorted(figures_after - figures_before)),
    )
