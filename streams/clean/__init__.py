"""Cleaning: a decoded source becomes an item, with an audit of all that was taken out.

It must not lose anything unsaid, know a clock, or decide whether an item is new.
"""

from __future__ import annotations

from streams.clean.audit import unaccounted
from streams.clean.cleaning import clean, item_of
from streams.clean.rules import DEFAULT_RULES, CleaningRules, EditReason, RemovalReason

__all__ = [
    "DEFAULT_RULES",
    "CleaningRules",
    "EditReason",
    "RemovalReason",
    "clean",
    "item_of",
    "unaccounted",
]
