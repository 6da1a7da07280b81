"""The overlay laid over the names and entities of one document.

It must not find names but by the overlay.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from schemas.item import Alternate, Entity, EntityType, Mention
from schemas.kb import ANY_LANGUAGE, KbEntity
from streams.enrich.entities import OWN_SCHEME, minted_id
from streams.enrich.found import Block, Found, without_overlaps
from streams.enrich.kb.overlay import Overlay
from streams.enrich.salience import salience
from streams.enrich.words import canonical
from streams.folding import fold

KEY = "kb/"
"""What the key of a name begins with that the knowledge base knows; its id follows."""
VIA = "kb"
# Of an entity whose link was taken away: a name is all that is left of it.
_UNLINKED = 0.5
_MAX_ALTERNATES = 3


def link_names(
    found: Sequence[Found],
    blocks: Sequence[Block],
    overlay: Overlay,
    language: str,
    day: date | None,
) -> list[Found]:
    """The names of a document with those that the overlay knows, which come before all others.

    A longer name with a capitalised word more is another one and stays: with an alias "Meyer",
    "Anna Meyer" is still Anna Meyer.
    """
    known = [
        Found(
            block.start + match.start,
            block.start + match.end,
            block.text[match.start : match.end],
            EntityType(match.entity.type),
            match.confidence,
            VIA,
            KEY + match.entity.id,
        )
        for block in blocks
        for match in overlay.find(block.text, language, day)
    ]
    if not known:
        return list(found)
    length = blocks[-1].start + len(blocks[-1].text)
    ordered = sorted(found, key=lambda name: name.start)
    kept = [name for name in known if not _is_inside_a_longer(name, ordered)]
    return without_overlaps([*kept, *found], length)


def _is_inside_a_longer(name: Found, ordered: Sequence[Found]) -> bool:
    at = bisect_right(ordered, name.start, key=lambda other: other.start) - 1
    return at >= 0 and name.end <= ordered[at].end and _says_more(ordered[at], name)


def _says_more(outer: Found, inner: Found) -> bool:
    before = outer.text[: inner.start - outer.start]
    after = outer.text[inner.end - outer.start :]
    return any(word[0].isupper() for word in f"{before} {after}".split())


def unify(names: Sequence[Found]) -> list[Found]:
    """The names after coreference, those of one person or organisation under one key.

    "Meyer" after an "Anna Meyer" whom the knowledge base knows is she; and an alias "Meyer" of
    somebody else gives way where the document names one other Meyer in full.
    """
    known: dict[str, str] = {}
    ends: dict[str, set[str]] = {}
    in_full = {name.key for name in names if name.via == VIA and " " in canonical(name.text)}
    for name in names:
        folded = fold(canonical(name.text))
        if name.via == VIA:
            prefix = "person/" if name.type is EntityType.PERSON else f"{name.type}:"
            known[prefix + folded] = name.key
        elif name.type is EntityType.PERSON and " " in folded:
            ends.setdefault(folded.split()[-1], set()).add(name.key)
    if not known:
        return list(names)
    unified = []
    for name in names:
        folded = fold(canonical(name.text))
        others = ends.get(folded, set())
        if name.via == VIA and len(others) == 1 and name.key not in in_full:
            unified.append(replace(name, via="surname", key=next(iter(others))))
        else:
            unified.append(replace(name, key=known.get(name.key, name.key)))
    return unified


def settle(
    entities: Sequence[Entity], overlay: Overlay, language: str, blocks: Sequence[Block]
) -> tuple[Entity, ...]:
    """The entities as the knowledge base has them, the most salient first.

    Whatever found it, an entity that the knowledge base knows is shown as it says, and two ids of
    one entity (``same_as``) become one; mentions whose link an editor rejected stand alone.
    """
    if not len(overlay):
        return tuple(entities)
    parted = [
        part for entity in entities for part in _without_rejected(entity, overlay, language, blocks)
    ]
    merged: dict[str, list[Entity]] = {}
    for entity in parted:
        merged.setdefault(overlay.canonical(entity.id), []).append(entity)
    settled = [
        _merged(identity, same, overlay, language, blocks) for identity, same in merged.items()
    ]
    return tuple(sorted(settled, key=lambda entity: (-entity.salience, _first(entity.mentions))))


def _first(mentions: Sequence[Mention]) -> tuple[int, int]:
    return (mentions[0].start, mentions[0].end) if mentions else (0, 0)


def _without_rejected(
    entity: Entity, overlay: Overlay, language: str, blocks: Sequence[Block]
) -> list[Entity]:
    rejected: dict[str, list[Mention]] = {}
    kept = []
    for mention in entity.mentions:
        name = canonical(mention.text)
        if overlay.is_rejected(name, language, entity.id):
            rejected.setdefault(fold(name), []).append(mention)
        else:
            kept.append(mention)
    if not rejected:
        return [entity]
    parts = [entity.model_copy(update={"mentions": tuple(kept)})] if kept else []
    for mentions in rejected.values():
        name = canonical(mentions[0].text)
        identity = minted_id(entity.type, name)
        if identity == entity.id:  # the very id that the name does not mean
            identity = minted_id(entity.type, f"another {name}")
        parts.append(
            Entity(
                id=identity,
                type=entity.type,
                name=name,
                mentions=tuple(mentions),
                salience=salience(mentions, blocks),
                confidence=min(entity.confidence, _UNLINKED),
            )
        )
    return parts


def _merged(
    identity: str,
    same: Sequence[Entity],
    overlay: Overlay,
    language: str,
    blocks: Sequence[Block],
) -> Entity:
    known = overlay.entities.get(identity)
    mentions = tuple(
        sorted(
            {mention for entity in same for mention in entity.mentions},
            key=lambda mention: (mention.start, mention.end),
        )
    )
    if known is None and len(same) == 1 and mentions == same[0].mentions:
        return same[0].model_copy(update={"id": identity, "count": len(mentions)})
    best = max(same, key=lambda entity: entity.confidence)
    update: dict[str, object] = {
        "id": identity,
        "mentions": mentions,
        "count": len(mentions),
        "salience": salience(mentions, blocks),
    }
    if known is not None:
        update |= {
            "type": EntityType(known.type),
            "name": shown_name(known, language),
            "ids": {**(best.ids if best.id == identity else {}), **external_ids(known)},
            "alternates": best.alternates or _alternates(mentions, overlay, language),
        }
    return best.model_copy(update=update)


def shown_name(entity: KbEntity, language: str) -> str:
    """The name an entity is shown under in a language."""
    names = entity.names
    return names.get(language) or names.get(ANY_LANGUAGE) or names.get("en") or min(names.values())


def external_ids(entity: KbEntity) -> dict[str, str]:
    """The ids an entity has elsewhere by scheme, its own among them unless we gave it."""
    scheme, _, value = entity.id.partition(":")
    return {**({} if scheme == OWN_SCHEME else {scheme: value}), **entity.ids}


def _alternates(
    mentions: Sequence[Mention], overlay: Overlay, language: str
) -> tuple[Alternate, ...]:
    """Up to three other entities that bear the name of the first mention."""
    for match in overlay.find(mentions[0].text, language) if mentions else ():
        return tuple(
            Alternate(ids=external_ids(other), name=shown_name(other, language), score=share)
            for other, share in match.others[:_MAX_ALTERNATES]
        )
    return ()
