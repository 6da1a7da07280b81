"""The tables and their columns: the one place that says what each holds.

docs/export.md is checked against it. It must not import Arrow: help has to start quickly.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["TABLES", "Column"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column.

    Attributes:
        name: in the table.
        type: "string", "int64", "int32", "double", "bool", "instant" (timestamp in microseconds,
            UTC), "strings" (list of string), "map" (string to string) or "codes" (list of struct
            of scheme, code, name).
        meaning: what it says, with its unit.
        null: what null means; empty where it never is.
    """

    name: str
    type: str
    meaning: str
    null: str = ""


_ITEM_KEY = Column("item_key", "string", "provider and stable id of the item")
_ITEM_ID = Column("item_id", "string", "the version: item_key@order_key")
_EVENT_ID = Column("event_id", "string", "of the event that carried the item")
_NOT_SAID = "the message did not say"

TABLES: dict[str, tuple[Column, ...]] = {
    "events": (
        Column("event_id", "string", "the same in every run"),
        Column("kind", "string", "new, update, correction, kill, duplicate, ..."),
        Column("outcome", "string", "published, linked, held or rejected", "caused by another"),
        Column("cause", "string", "event that caused this one", "a primary event"),
        Column("desk_offset", "int64", "order of decision: offset on wire.decoded, or line from 0"),
        Column("desk_number", "int32", "which of the events decided there, from 0"),
        Column("provider", "string", "who delivered the message", "nobody said"),
        Column("position", "string", "where the message came from: file and line, or as ingested"),
        Column("sha256", "string", "of the message's bytes, hexadecimal"),
        Column("part", "int32", "number of the item within the message, from 0"),
        Column("item_key", "string", "item concerned", "no item: a hold, a rejection, a dead one"),
        Column("item_id", "string", "its version", "as item_key"),
        Column("story_key", "string", "story it belongs to", "no story"),
        Column("of", "string", "id of what it duplicates, replaces, kills", "nothing"),
        Column("score", "double", "0 to 1, how alike item and target are", "not the reason"),
        Column("reasons", "strings", "codes with values, as rare-containment=0.91"),
        Column("headline_changed", "bool", "against the version before", "nothing compared"),
        Column("paragraphs_added", "int32", "paragraphs that are new", "nothing compared"),
        Column("paragraphs_removed", "int32", "paragraphs that went", "nothing compared"),
        Column("paragraphs_altered", "int32", "paragraphs in other words", "nothing compared"),
        Column("dead_code", "string", "why it could not be read: docs/errors.md", "it could"),
        Column("dead_detail", "string", "the same, for a person", "it could"),
    ),
    "items": (
        _EVENT_ID,
        _ITEM_ID,
        _ITEM_KEY,
        Column("order_key", "string", "sorts the versions of one item_key, as text"),
        Column("kind", "string", "of the event"),
        Column("is_published", "bool", "became the current version; false of copies and the late"),
        Column("is_killed", "bool", "the last word on its item is a kill"),
        Column("story_key", "string", "story it belongs to", "no story"),
        Column("provider", "string", "who delivered it", "nobody said"),
        Column("version", "string", "the provider's own count", _NOT_SAID),
        Column("version_created", "instant", "when the agency made this version", _NOT_SAID),
        Column("first_created", "instant", "when it made the first one", _NOT_SAID),
        Column("received_at", "instant", "when it reached us first", "not known: undated files"),
        Column("embargoed_until", "instant", "not to be used before", "no embargo"),
        Column("pubstatus", "string", "usable, withheld or canceled"),
        Column("language", "string", "BCP 47", "not declared and not found"),
        Column("language_confidence", "double", "0 to 1, of a language found", "declared"),
        Column("urgency", "int32", "1 (most) to 9, IPTC", _NOT_SAID),
        Column("genre", "string", "kind of text", _NOT_SAID),
        Column("slugline", "string", "name of the story among desks", _NOT_SAID),
        Column("byline", "string", "who wrote it", _NOT_SAID),
        Column("dateline_place", "string", "where it was filed", _NOT_SAID),
        Column("headline", "string", "the line readers see", "none, or killed"),
        Column(
            "text",
            "string",
            "headline and paragraphs, joined by blank lines; offsets count in it",
            "killed",
        ),
        Column("paragraphs", "strings", "the text without the headline", "killed"),
        Column("keywords", "strings", "as the agency gave them"),
        Column("subjects", "codes", "codes the agency gave"),
        Column("topics", "codes", "IPTC Media Topics of the enrichment", "not enriched"),
        Column("kb_version", "string", "knowledge base it was enriched with", "not enriched"),
        Column("content_hash", "string", "the same of the same words"),
    ),
    "entities": (
        _ITEM_ID,
        _ITEM_KEY,
        Column("entity_id", "string", "geonames:2643743, wireroom:..., the same in every item"),
        Column("type", "string", "person, organisation, place or other"),
        Column("name", "string", "its name"),
        Column("count", "int32", "mentions in the text"),
        Column("salience", "double", "0 to 1, how much the item is about it"),
        Column("confidence", "double", "0 to 1, that type and link are right"),
        Column("ids", "map", "external ids by scheme: geonames, wikidata, iso3166, ..."),
        Column("place_kind", "string", "city, region, country, ...", "no linked place"),
        Column("country", "string", "ISO 3166-1 alpha-2", "no linked place, or in none"),
        Column("latitude", "double", "degrees north, WGS 84", "not known"),
        Column("longitude", "double", "degrees east, WGS 84", "not known"),
    ),
    "mentions": (
        _ITEM_ID,
        Column("entity_id", "string", "entity of the same item"),
        Column("start", "int32", "code point of items.text at which it begins, from 0"),
        Column("end", "int32", "code point after its last one"),
        Column("text", "string", "the words"),
        Column("via", "string", "how it was found: model, surname, gazetteer, ..."),
    ),
    "links": (
        _EVENT_ID,
        _ITEM_ID,
        Column("rel", "string", "duplicate, reprint, kills, series, ..."),
        Column("target", "string", "id of the other item"),
        Column("score", "double", "0 to 1", "not measured"),
        Column("reason", "string", "why", "the relation says it"),
    ),
}
"""By table, in the order of writing."""
