"""Enrichment: the people, organisations and places that an item names, with their ids.

It must not change a word of the item.
"""

from __future__ import annotations

from streams.enrich.enricher import EnrichConfig, Enricher

__all__ = ["EnrichConfig", "Enricher"]
