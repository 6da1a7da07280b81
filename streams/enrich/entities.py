"""Makes entities of the names of a document: one for each person, organisation and place.

It must not find names or decide which are the same.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence

from schemas.item import Alternate, Entity, EntityType, Mention, PlaceFacts
from schemas.item import PlaceKind as PlaceKindName
from streams.enrich.found import Block, Found
from streams.enrich.link import LinkedPlace, Place, PlaceKind
from streams.enrich.organisations import Lexicon, organisation_id
from streams.enrich.salience import salience
from streams.enrich.words import canonical
from streams.folding import fold

# A name whose entity is known by nothing else.
_BARE_SURNAME = 0.6
_UNLINKED_PLACE = 0.5
OWN_SCHEME = "wireroom"
"""Of ids that we give."""
# Which scheme a place's code is of; a code of our own table is of none.
_SCHEMES = {
    "iso3166-2": re.compile(r"[A-Z]{2}-[A-Z0-9]{1,3}"),
    "iso3166-3": re.compile(r"[A-Z]{4}"),
    "m49": re.compile(r"[0-9]{3}"),
}
_KINDS = (EntityType.PERSON, EntityType.ORGANISATION, EntityType.PLACE)


def assemble(
    names: Sequence[Found],
    places: Mapping[str, LinkedPlace],
    blocks: Sequence[Block],
    lexicon: Lexicon,
) -> tuple[Entity, ...]:
    """The entities of a document, the most salient first, else by their first mention.

    Args:
        names: every name, with its key.
        places: what the keys of linked places mean.
        blocks: the headline and the paragraphs.
        lexicon: shows the organisations that it knows.
    """
    groups: dict[str, list[Found]] = {}
    for name in sorted(names, key=lambda one: (one.start, one.end)):
        if name.type in _KINDS and name.key:
            groups.setdefault(name.key, []).append(name)
    entities = [
        _entity(key, found, places.get(key), blocks, lexicon) for key, found in groups.items()
    ]
    return tuple(sorted(entities, key=lambda entity: -entity.salience))


def minted_id(kind: EntityType, name: str) -> str:
    """The id of an entity that no list has: the same wherever the same name is found."""
    seed = f"{kind}\n{fold(name)}".encode("utf-8", "surrogatepass")
    return f"{OWN_SCHEME}:{hashlib.blake2b(seed, digest_size=10).hexdigest()}"


def place_ids(place: Place) -> dict[str, str]:
    """The external ids of a place: GeoNames, ISO 3166 and UN M49, those it has.

    ``iso3166`` is the country of a place that is none, and ``iso3166-2`` the region of a city.
    """
    ids: dict[str, str] = {}
    if place.geonames:
        ids["geonames"] = str(place.geonames)
    if place.country:
        ids["iso3166"] = place.country
    for scheme, pattern in _SCHEMES.items():
        if pattern.fullmatch(place.code):
            ids[scheme] = place.code
    return ids


def place_facts(place: Place) -> PlaceFacts:
    """What an item says of a place: what it is, and where."""
    return PlaceFacts(
        kind=PlaceKindName(place.kind.name.lower()),
        country=place.country or None,
        latitude=place.latitude,
        longitude=place.longitude,
    )


def _entity(
    key: str,
    found: Sequence[Found],
    linked: LinkedPlace | None,
    blocks: Sequence[Block],
    lexicon: Lexicon,
) -> Entity:
    kind = found[0].type
    mentions = tuple(
        Mention(start=name.start, end=name.end, text=name.text, via=name.via) for name in found
    )
    shown = _shown(key, found, lexicon)
    confidence = max(name.score for name in found)
    ids: dict[str, str] = {}
    alternates: tuple[Alternate, ...] = ()
    if linked is not None:
        ids = place_ids(linked.place)
        confidence = min(confidence, linked.confidence)
        alternates = tuple(
            Alternate(ids=place_ids(place), name=place.name, score=share)
            for place, share in linked.alternates
        )
        identity = _place_identity(linked.place)
    elif key.startswith("kb/"):
        identity = key.removeprefix("kb/")
    elif key.startswith("organisation/"):
        identity = organisation_id(key.removeprefix("organisation/"))
    else:
        identity = minted_id(kind, _identity_name(key, shown))
        if kind is EntityType.PLACE:
            confidence = min(confidence, _UNLINKED_PLACE)
        elif kind is EntityType.PERSON and " " not in shown:
            confidence = min(confidence, _BARE_SURNAME)
    return Entity(
        id=identity,
        type=kind,
        name=shown,
        ids=ids,
        mentions=mentions,
        count=len(mentions),
        salience=salience(found, blocks),
        confidence=round(confidence, 3),
        alternates=alternates,
        place=place_facts(linked.place) if linked else None,
    )


def _place_identity(place: Place) -> str:
    if place.geonames:
        return f"geonames:{place.geonames}"
    if place.kind is not PlaceKind.CITY:
        for scheme, pattern in _SCHEMES.items():
            if pattern.fullmatch(place.code):
                return f"{scheme}:{place.code}"
    return minted_id(EntityType.PLACE, place.code or f"{place.country} {place.name}")


def _identity_name(key: str, shown: str) -> str:
    return key.partition("/")[2] or shown


def _shown(key: str, found: Sequence[Found], lexicon: Lexicon) -> str:
    """The name in full, as most mentions write it; an organisation's as newsrooms do."""
    if key.startswith("organisation/"):
        return lexicon.shown(key)
    texts = [canonical(name.text) for name in found]
    if key.startswith("place/"):
        counts = Counter(texts)
        return max(texts, key=lambda text: (counts[text], not text.isupper()))
    counts = Counter(text for text in texts if not text.isupper()) or Counter(texts)
    longest = max(len(fold(text).split()) for text in counts)
    full = [text for text in counts if len(fold(text).split()) == longest]
    return max(full, key=lambda text: (counts[text], len(text)))
