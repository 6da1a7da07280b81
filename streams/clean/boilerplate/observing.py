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
from streams.clean.boilerplate.protected import is_protected
from streams.clean.rules import RemovalReason
from streams.clean.segments import Passage

LINES_LOOKED_AT = 1_000
"""From either end of a message: a page of a hundred thousand links teaches by its ends, too."""

# The note's false removals are crossheads of one to four words.
_WORDS_WITHIN = 5
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
    PROTECTED = 8
    PUBLISHED = 16
    """No other rule takes it out."""
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
        marks = Mark(0) if reason is not None else Mark.PUBLISHED
        if passage.words < _WORDS_WITHIN and passage.folded not in _KNOWN:
            marks |= Mark.CROSSHEAD
        if headline is not None and reason is None and passage.text == headline:
            marks |= Mark.HEADLINE
            headline = None
        if passage.kind is ParagraphKind.TABLE:
            marks |= Mark.TABLE
        elif is_prose(passage):
            marks |= Mark.PROSE
        key = ""
        if can_be_learned(passage):
            key = line_key(passage.folded)
            if key and is_protected(passage.text, provider):
                marks |= Mark.PROTECTED
                key = ""
        lines.append(SeenLine(key, passage.text if key else "", marks))
    return lines
