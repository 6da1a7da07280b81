"""The words around the name of a place that say what it is: "the province of", "à", "N.".

It must not know any place.
"""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet

from streams.enrich.link.layout import PlaceKind

# Code points of "Autonomous Province of Bolzano"; longer ones are searched for no words.
_LONGEST_PHRASE = 100
_LEAD = 30
_LINKING = frozenset({"of", "de", "du", "d", "del", "la"})
_AT_COUNTRY = {"fr": frozenset({"au", "aux", "en", "du", "la", "le", "l"})}
_AT_CITY = {"fr": frozenset({"à", "a"})}
_GENERIC = re.compile(
    r"(?:the\s+)?(?:(?:state|province|region|county|department|governorate|republic|city|town|village"
    r"|island|prefecture)\s+of\s+"
    r"|(?:l['’])?(?:état|etat|province|région|region|département|comté|canton|voïvodie|voblast|oblast"
    r"|gouvernorat|préfecture|république|ville|île|district|commune|territoire|archipel)\s+"
    r"(?:de\s+la\s+|de\s+l['’]\s*|du\s+|des\s+|de\s+|d['’]\s*)"
    r"|(?:estado|provincia|región|departamento|municipio|ciudad|isla|condado|comunidad|república)\s+"
    r"(?:de\s+la\s+|de\s+los\s+|de\s+las\s+|del\s+|de\s+)"
    r"|(?:île|isla)\s+)"
    r"(?=\S)",
    re.IGNORECASE,
)
_GENERIC_AFTER = re.compile(
    r"\s+(?:state|province|region|county|department|governorate|district|prefecture|oblast|island"
    r"|city|municipality)$",
    re.IGNORECASE,
)
# The same words where they stand before a name that was found without them.
_CALLED_REGION = re.compile(
    r"(?:(?:state|province|region|county|department|governorate|prefecture)\s+of"
    r"|(?:état|etat|province|région|département|comté|canton|voïvodie|oblast|gouvernorat)\s+(?:de|du|d['’])"
    r"|(?:estado|provincia|región|departamento|comunidad)\s+(?:del?|de\s+la))\s*$",
    re.IGNORECASE,
)
_CALLED_CITY = re.compile(
    r"(?:(?:city|town|village)\s+of|(?:ville|commune|village)\s+(?:de|du|d['’])"
    r"|(?:ciudad|municipio|localidad)\s+(?:del?|de\s+la))\s*$",
    re.IGNORECASE,
)
_IS_TOWN = re.compile(
    r"\b(?:city|town|village|ville|commune|ciudad|municipio|municipality)\b", re.IGNORECASE
)
# "N. Korea", "S. Africa" of headlines.
_POINTS = {"n": "North", "s": "South", "e": "East", "w": "West"}
_POINT = re.compile(r"([NSEW])\.\s*(?=\w{3})")
_CITIES = frozenset({PlaceKind.CITY})
_OTHERS = frozenset({PlaceKind.REGION, PlaceKind.COUNTRY})


def full_name(text: str) -> str | None:
    """The "North Korea" of a headline's "N. Korea"; None where nothing is abbreviated so."""
    point = _POINT.match(text)
    return f"{_POINTS[point[1].lower()]} {text[point.end() :]}" if point else None


def bare_name(text: str) -> str | None:
    """The "Chubut" of "province de Chubut" and of "Chubut province"; None where no such word is."""
    if len(text) > _LONGEST_PHRASE:
        return None
    bare = _GENERIC_AFTER.sub("", text)
    if bare == text and (generic := _GENERIC.match(text)):
        bare = text[generic.end() :]
    return bare if bare and bare != text and bare[0].isupper() else None


def is_town(text: str) -> bool:
    """Whether a phrase that has a bare name says that it is a town's."""
    return bool(_IS_TOWN.search(text))


def called(before: str, lead: str) -> AbstractSet[PlaceKind]:
    """What "the province of" and "the city of" before a name say that it is; often nothing.

    Args:
        before: the word before it, in small letters.
        lead: the text before it; its last 30 code points are read.
    """
    if before not in _LINKING:
        return frozenset()
    if _CALLED_CITY.search(lead[-_LEAD:]):
        return _CITIES
    return _OTHERS if _CALLED_REGION.search(lead[-_LEAD:]) else frozenset()


def is_at(before: str, kind: PlaceKind, language: str) -> bool:
    """Whether the word before suits a kind: French tells "à Luxembourg" from "au Luxembourg"."""
    words = _AT_CITY if kind is PlaceKind.CITY else _AT_COUNTRY
    return before in words.get(language, ())
