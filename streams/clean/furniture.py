"""Lines that pages put around articles, in four languages.

It must not decide: a line in the lexicon is evidence, where it stands decides (``labels``).
"""

from __future__ import annotations

import tomllib
from importlib.resources import files

_LEXICON = tomllib.loads(files(__package__).joinpath("furniture.toml").read_text("utf-8"))


def _lines(table: str) -> frozenset[str]:
    return frozenset(line for lines in _LEXICON[table].values() for line in lines)


NAVIGATION = _lines("navigation")
"""Folded lines that are links and buttons."""

SECTIONS = _lines("sections")
"""Folded lines that name a section or a list of items."""

ANYWHERE = _lines("anywhere")
"""Folded lines that are never part of an article, wherever they stand."""

LONGEST = max(map(len, NAVIGATION | SECTIONS | ANYWHERE))
"""Code points of the longest line of the lexicon."""


def is_link_or_section(folded: str) -> bool:
    """Whether a folded line is one of ``NAVIGATION`` or ``SECTIONS``."""
    return folded in NAVIGATION or folded in SECTIONS
