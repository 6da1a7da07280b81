"""What learning looks at in one message: its lines, and what stands against removing each.

It must not count: one message says nothing about what recurs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import IntFlag
from typing import NamedTuple

from schemas.item import Item, ParagraphKind
from streams.clean import furniture
from streams.clean.boilerplate.applying import LEARNABLE_ROLES, can_be_learned
from streams.clean.boilerplate.keys import line_key
from streams.clean.boilerplate.protected import AROUND_THE_TEXT, Protection, protection
from streams.clean.rules import RemovalReason
from streams.clean.segments import Passage

LINES_LOOKED_AT = 1_000
"""From either end of a message: a page of a hundred thousand links teaches by its ends, too."""

# The note's false removals are crossheads of one to four words.
_WORDS_WITHIN = 5
# Shorter ones above the text are sections: "World", "Arts and culture".
_WORDS_OF_A_HEADLINE = 4
_KNOWN = furniture.NAVIGATION | furniture.ANYWHERE
# What other rules take out may be boilerplate none the less; where they miss it, learning helps.
_ANY_PAGE = frozenset(
    {RemovalReason.NAVIGATION, RemovalReason.SECTION_LABEL, RemovalReason.FURNITURE}
)


class Mark(IntFlag):
    """What a line is."""

    PROSE = 1
    TABLE = 2
    HEADLINE = 4
    AROUND = 8
    """A byline, a sign-off, rights: where it stands says nothing of where the text is."""
    PUBLISHED = 16
    """No other rule takes it out."""
    OPENS = 64
    """So long that, as the first line of its message, it may be the headline."""
    CROSSHEAD = 32
    """So short that within a text it may head a part of it: "Pros", "What we like"."""


class SeenLine(NamedTuple):
    """A line as learning sees it; ``key`` is "" for one that cannot be learned."""

    key: str
    text: str
    marks: Mark


def observe(
    passages: Sequence[Passage],
    item: Item,
    is_prose: Callable[[Passage], bool],
    provider: str | None,
) -> list[SeenLine]:
    """The lines of a message that are published, or are removed as a page's furniture."""
    reasons = {span.start: span.reason for span in item.audit.removed}
    if len(passages) > 2 * LINES_LOOKED_AT:
        passages = [*passages[:LINES_LOOKED_AT], *passages[-LINES_LOOKED_AT:]]
    lines: list[SeenLine] = []
    headline = item.headline
    for passage in passages:
        reason = reasons.get(passage.start)
        if reason is not None and (reason not in _ANY_PAGE or passage.role not in LEARNABLE_ROLES):
            continue
        key = line_key(passage.folded) if can_be_learned(passage) else ""
        kind = protection(passage.text, provider) if key else None
        marks = _marks(passage, kind, published=reason is None)
        if is_prose(passage):
            marks |= Mark.PROSE
        if reason is None and passage.text == headline:
            marks = (marks | Mark.HEADLINE) & ~Mark.TABLE  # figures do not make it a row
            headline = None
        lines.append(SeenLine(key if kind is None else "", passage.text, marks))
    return lines


def _marks(passage: Passage, kind: Protection | None, *, published: bool) -> Mark:
    marks = Mark.PUBLISHED if published else Mark(0)
    if passage.words < _WORDS_WITHIN and passage.folded not in _KNOWN:
        marks |= Mark.CROSSHEAD
    if passage.words >= _WORDS_OF_A_HEADLINE:
        marks |= Mark.OPENS
    if passage.kind is ParagraphKind.TABLE or kind is Protection.ROW:
        marks |= Mark.TABLE
    if kind in AROUND_THE_TEXT:
        marks |= Mark.AROUND
    return marks
