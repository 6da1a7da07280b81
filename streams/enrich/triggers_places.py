"""Whether a name, or the words beside it, say that it is a place's: "Lake X", "X peninsula".

It must not find names where a recogniser saw none, nor hold the names of any place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from schemas.item import EntityType
from streams.enrich.recognise.span import Span
from streams.enrich.words import SPACE, UPPER

_PLACE = EntityType.PLACE
# Nouns that begin or end the names of places, written large with them.
_FIRST = re.compile(rf"(?:Lake|Mount|Mt\.?|Cape|Fort|Port|Gulf of|Strait of){SPACE}[{UPPER}]\w+$")
_LAST = re.compile(
    rf"[{UPPER}][\w'’\-]+{SPACE}(?:Street|Avenue|Road|Boulevard|Quay|Square|Bridge|Island|Islands"
    r"|River|Valley|Peninsula|Bay|Beach|Mountains|Airport|Stadium|Desert|Harbour|Strait|Coast)$"
)
# Written small they are beside the name: "under the X peninsula".
_AFTER = re.compile(
    rf"{SPACE}(?:peninsula|county|province|district|island|islands|valley|river|oblast|airport"
    r"|route|suburb|archipelago|delta|desert|coast|prefecture|governorate|neighbourhood|neighborhood)\b"
)
# What stands somewhere: "the wharves at X", "the airport near X".
_STANDS = re.compile(
    r"\b(?:airports?|harbours?|harbors?|ports?|wharf|wharves|stations?|plants?|factory|factories"
    r"|mines?|base|camps?|smelter|depot|refinery|barracks|shipyard|dam|monastery|villages?|towns?)"
    rf"{SPACE}(?:at|in|near){SPACE}$"
)
_REACH = 40
# Before the first sentence: "STAVANGER, Norway —", "WARSAW (Agency) -", "OSLO —".
_DATELINE_AFTER = re.compile(
    rf"(?:,{SPACE}[{UPPER}][\w.]+(?:{SPACE}[{UPPER}][\w.]+)?)?"
    rf"(?:,?{SPACE}[{UPPER}][\w.]+{SPACE}\d{{1,2}})?(?:{SPACE}\([^()]{{2,30}}\))?"
    rf"{SPACE}?(?:[-–—]{{1,2}}{SPACE}|\d{{4}}-\d\d-\d\d)"
)
# A dash between spaces is of no name.
_DASH = re.compile(rf"{SPACE}[-–—]{SPACE}")
# Code points: "J.-C." may be written with spaces, and of three letters many a word is a place.
_SHORTEST = 3
_AND = re.compile(rf",?{SPACE}(?:and|et|y|e|und){SPACE}|,{SPACE}")


def is_place_by_form(text: str, start: int, end: int, language: str) -> bool:
    """Whether [start, end) is named as places are, or called one right after; English only."""
    if language != "en":
        return False
    return bool(
        _FIRST.match(text, start, end)
        or _LAST.match(text, start, end)
        or _AFTER.match(text, end)
        or _STANDS.search(text[max(0, start - _REACH) : start])
    )


def is_dateline(text: str, start: int, end: int) -> bool:
    """Whether a block begins with the name in capitals, as it does with where it was written."""
    name = text[start:end]
    return start == 0 and name.isupper() and _DATELINE_AFTER.match(text, end) is not None


def parted(text: str, spans: Sequence[Span], is_place: Callable[[str], bool]) -> Iterator[Span]:
    """The spans, those apart that a model took for one name.

    "Rouen and Odesa" are two where both are places, and so are "URGENT - Kourou", where only the
    places stay: of the other half a model that took both for one has said nothing.

    Args:
        text: the block.
        spans: what a model found in it.
        is_place: whether a place of any size bears a name.
    """

    def is_named(part: Span) -> bool:
        return part.end - part.start > _SHORTEST and is_place(text[part.start : part.end])

    for span in spans:
        joined, dashed = (_parts(text, span, separator) for separator in (_AND, _DASH))
        if len(dashed) > 1 and all(part.end - part.start >= _SHORTEST for part in dashed):
            placed = [replace(part, type=_PLACE) for part in dashed if is_named(part)]
            is_label = text[dashed[0].start : dashed[0].end].isupper()
            yield from placed or dashed[is_label:]
        elif len(joined) > 1 and all(map(is_named, joined)):
            yield from (replace(part, type=_PLACE) for part in joined)
        else:
            yield span


def _parts(text: str, span: Span, separator: re.Pattern[str]) -> list[Span]:
    parts: list[Span] = []
    start = span.start
    for match in separator.finditer(text, span.start, span.end):
        parts.append(replace(span, start=start, end=match.start()))
        start = match.end()
    return [*parts, replace(span, start=start)]
