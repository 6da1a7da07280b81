"""Learned boilerplate: lines of a source that recur across its stories, and the rules made of them.

It must not read files or an archive: ``streams.learning`` does.
"""

from __future__ import annotations

from streams.clean.boilerplate.keys import line_id, line_key
from streams.clean.boilerplate.rules import (
    BoilerplateLine,
    BoilerplateRules,
    RevokedLine,
    SourceRules,
    Where,
)

__all__ = [
    "BoilerplateLine",
    "BoilerplateRules",
    "RevokedLine",
    "SourceRules",
    "Where",
    "line_id",
    "line_key",
]
