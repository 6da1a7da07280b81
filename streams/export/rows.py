"""Events and items as rows of the tables.

Rows are dictionaries of plain values, in the columns' names. It must not write.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from schemas.event import ITEM_KINDS, OUTCOMES, WireEvent
from schemas.item import Item, Subject, Topic

__all__ = ["Row", "codes", "entity_rows", "event_row", "item_row", "link_rows", "mention_rows"]

Row = dict[str, object]


def event_row(event: WireEvent, place: tuple[int, int]) -> Row:
    """The row of an event decided at a place."""
    item, changes, dead = event.item, event.changes, event.dead
    outcome = OUTCOMES.get(event.kind) if event.cause is None else None
    return {
        "event_id": event.id,
        "kind": event.kind.value,
        "outcome": outcome.value if outcome else None,
        "cause": event.cause,
        "desk_offset": place[0],
        "desk_number": place[1],
        "provider": event.source.provider,
        "position": event.source.position,
        "sha256": event.source.sha256,
        "part": event.source.part,
        "item_key": item.item_key if item else None,
        "item_id": item.id if item else None,
        "story_key": event.story_key,
        "of": event.of,
        "score": event.score,
        "reasons": list(event.reasons),
        "headline_changed": changes.headline if changes else None,
        "paragraphs_added": len(changes.added) if changes else None,
        "paragraphs_removed": len(changes.removed) if changes else None,
        "paragraphs_altered": len(changes.altered) if changes else None,
        "dead_code": dead.code if dead else None,
        "dead_detail": dead.detail if dead else None,
    }


def item_row(event: WireEvent, item: Item, *, killed: bool, hide: bool) -> Row:
    """The row of the item an event carries.

    Args:
        event: that carries it.
        item: the event's own, or that one with its enrichment.
        killed: the last word on its key is a kill.
        hide: leave out its words, for that reason.
    """
    return {
        "event_id": event.id,
        "item_id": item.id,
        "item_key": item.item_key,
        "order_key": item.order_key,
        "kind": event.kind.value,
        "is_published": event.kind in ITEM_KINDS,
        "is_killed": killed,
        "story_key": event.story_key or item.story_key,
        "provider": item.provider,
        "version": item.version,
        "version_created": item.version_created,
        "first_created": item.first_created,
        "received_at": item.received_at,
        "embargoed_until": item.embargoed_until,
        "pubstatus": item.pubstatus.value,
        "language": item.language,
        "language_confidence": item.language_confidence,
        "urgency": item.urgency,
        "genre": item.genre,
        "slugline": item.slugline,
        "byline": item.byline,
        "dateline_place": item.dateline.place if item.dateline else None,
        "headline": None if hide else item.headline,
        "text": None if hide else item.text,
        "paragraphs": None if hide else [paragraph.text for paragraph in item.paragraphs],
        "keywords": list(item.keywords),
        "subjects": codes(item.subjects),
        "topics": codes(item.topics) if item.kb_version is not None else None,
        "kb_version": item.kb_version,
        "content_hash": item.content_hash,
    }


def codes(given: Sequence[Subject | Topic]) -> list[dict[str, str | None]]:
    """Codes of vocabularies as structs."""
    return [{"scheme": one.scheme, "code": one.code, "name": one.name} for one in given]


def link_rows(event: WireEvent, item: Item) -> Iterator[Row]:
    """A row for each relation of the item an event carries."""
    for link in item.links:
        yield {
            "event_id": event.id,
            "item_id": item.id,
            "rel": link.rel,
            "target": link.target,
            "score": link.score,
            "reason": link.reason,
        }


def entity_rows(item: Item) -> Iterator[Row]:
    """A row for each entity of an item."""
    for entity in item.entities:
        place = entity.place
        yield {
            "item_id": item.id,
            "item_key": item.item_key,
            "entity_id": entity.id,
            "type": entity.type.value,
            "name": entity.name,
            "count": entity.count,
            "salience": entity.salience,
            "confidence": entity.confidence,
            "ids": list(entity.ids.items()),
            "place_kind": place.kind.value if place else None,
            "country": place.country if place else None,
            "latitude": place.latitude if place else None,
            "longitude": place.longitude if place else None,
        }


def mention_rows(item: Item) -> Iterator[Row]:
    """A row for each mention of each entity of an item."""
    for entity in item.entities:
        for mention in entity.mentions:
            yield {
                "item_id": item.id,
                "entity_id": entity.id,
                "start": mention.start,
                "end": mention.end,
                "text": mention.text,
                "via": mention.via,
            }
