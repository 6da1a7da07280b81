"""Linking place names to GeoNames ids and ISO 3166 codes, offline.

It must not decide what is a place name: the recogniser and the naming rules do.
"""

from __future__ import annotations

from streams.enrich.link.base import Candidate, Place, PlaceKind, PlacesBase
from streams.enrich.link.places import LinkedPlace, PlaceName, link_places

__all__ = [
    "Candidate",
    "LinkedPlace",
    "Place",
    "PlaceKind",
    "PlaceName",
    "PlacesBase",
    "link_places",
]
