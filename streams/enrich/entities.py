"""Makes entities of the names of a document: one for each person, organisation and place.

It must not find names or decide which are the same.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence

from schemas.item import Alternate, Entity, EntityType, Mention
from streams.enrich.found import Block, Found
from streams.enrich.link import LinkedPlace, Place
from streams.enrich.names import canonical
from streams.enrich.organisations import Lexicon
from streams.folding import fold

# Salience is weight / (weight + this): a body mention is worth 1, being in the headline 3 more, in
# the lead 2 more; one body mention gives 0.17, headline, lead and five mentions 0.67.
_HALF_SALIENCE = 5.0
_HEADLINE_WEIGHT = 3
_LEAD_WEIGHT = 2
# A name whose entity is known by nothing else.
_BARE_SURNAME = 0.6
_UNLINKED_PLACE = 0.5
_KINDS = (EntityType.PERSON, EntityType.ORGANISATION, EntityType.PLACE)


def assemble(
    names: Sequence[Found],
    places: Mapping[str, LinkedPlace],
    blocks: Sequence[Block],
    lexicon: Lexicon,
) -> tuple[Entity, ...]:
    """The entities of a document, by their first mention.

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
    return tuple(
        _entity(key, found, places.get(key), blocks, lexicon) for key, found in groups.items()
    )


def minted_id(kind: EntityType, name: str) -> str:
    """The id of an entity that no list has: the same wherever the same name is found."""
    seed = f"{kind}\n{fold(name)}".encode("utf-8", "surrogatepass")
    return f"wireroom:{hashlib.blake2b(seed, digest_size=10).hexdigest()}"


def place_ids(place: Place) -> dict[str, str]:
    """The external ids of a place: GeoNames, and the ISO 3166 codes it or its country has."""
    ids: dict[str, str] = {}
    if place.geonames:
        ids["geonames"] = str(place.geonames)
    if place.country:
        ids["iso3166"] = place.country
    if "-" in place.division:
        ids["iso3166-2"] = place.division
    return ids


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
    else:
        listed = key.removeprefix("organisation/") if key.startswith("organisation/") else None
        identity = minted_id(kind, listed or _identity_name(key, shown))
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
        salience=_salience(found, blocks),
        confidence=round(confidence, 3),
        alternates=alternates,
    )


def _place_identity(place: Place) -> str:
    if place.geonames:
        return f"geonames:{place.geonames}"
    if "-" in place.division:
        return f"iso3166-2:{place.division}"
    return minted_id(EntityType.PLACE, f"{place.country} {place.name}")


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


def _salience(found: Sequence[Found], blocks: Sequence[Block]) -> float:
    weight = float(len(found))
    headline = next((block for block in blocks if block.is_headline), None)
    lead = next((block for block in blocks if not block.is_headline), None)
    for block, extra in ((headline, _HEADLINE_WEIGHT), (lead, _LEAD_WEIGHT)):
        if block is not None:
            end = block.start + len(block.text)
            weight += extra * any(block.start <= name.start < end for name in found)
    return round(weight / (weight + _HALF_SALIENCE), 3)
