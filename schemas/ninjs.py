"""An item as IPTC ninjs 3.0, the form newsroom systems take in.

It must not change the item's words, and says nothing the item does not know.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from html import escape
from typing import Any
from urllib.parse import quote

from schemas.item import Entity, EntityType, Item, Link, Paragraph, ParagraphKind, Subject, Topic
from schemas.model import write_instant

STANDARD = {
    "name": "ninjs",
    "version": "3.0",
    "schema": "http://www.iptc.org/std/ninjs/ninjs-schema_3.0.json",
}

# An agency's own identifier is published as it is when it is one of these; anything else that
# merely has a colon in it ("20260312:eca062") is not a URI and gets ours.
_URI = re.compile(
    r"(?:https?://|urn:[A-Za-z0-9][A-Za-z0-9-]{1,31}:|tag:)"
    r"(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})+"
    r"(?:#(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*)?"
)
_OURS = "urn:x-wireroom:"
_MEDIATOPIC = "http://cv.iptc.org/newscodes/mediatopic/"
# External ids with a published URI of their own, best known first.
_CONCEPTS = (
    ("wikidata", re.compile(r"Q[0-9]+"), "http://www.wikidata.org/entity/{}"),
    ("geonames", re.compile(r"[0-9]+"), "https://sws.geonames.org/{}/"),
)
# Salience from which an item is about an entity: what headline and lead name, or the headline and
# three more places; the others are mentioned.
_ABOUT = 0.5
_ELEMENTS = {
    ParagraphKind.TEXT: "p",
    ParagraphKind.CROSSHEAD: "h2",
    ParagraphKind.LIST: "li",
    ParagraphKind.TABLE: "pre",
    ParagraphKind.CAPTION: "figcaption",
    ParagraphKind.QUOTE: "blockquote",
}


def to_ninjs(item: Item) -> dict[str, Any]:
    """The item as a ninjs 3.0 object; properties it knows nothing of are absent.

    ``uri`` is the agency's own identifier where that is a URI, so that a kill reaches whoever
    took the item from elsewhere; else one made of the item's key. Paragraphs are given twice, as
    plain text and as HTML. Editors' notes all go to ``edNote``, which ninjs keeps from the public.
    """
    ninjs: dict[str, Any] = {
        "standard": dict(STANDARD),
        "uri": _item_uri(item.item_key),
        "type": "text",
        "representationType": "full",
        "version": item.version,
        "firstCreated": _instant(item.first_created),
        "versionCreated": _instant(item.version_created),
        "embargoedUntil": _instant(item.embargoed_until),
        "pubStatus": item.pubstatus.value,
        "urgency": item.urgency if item.urgency is not None and 1 <= item.urgency <= 9 else None,
        "copyrightNotice": item.rights,
        "edNote": _editors_note(item),
        "language": item.language,
        "slugline": item.slugline,
        "by": item.byline,
        "located": item.dateline.place if item.dateline else None,
        "headlines": _headlines(item.headline),
        "bodies": _bodies(item.paragraphs),
        "genres": [{"name": item.genre}] if item.genre else [],
        "people": _concepts(item.entities, EntityType.PERSON),
        "organisations": _concepts(item.entities, EntityType.ORGANISATION),
        "places": _concepts(item.entities, EntityType.PLACE),
        "subjects": _subjects(item),
        "infoSources": [{"name": item.provider}] if item.provider else [],
        "associations": [_association(link) for link in item.links],
        "altIds": _alternative_ids(item),
    }
    return {name: value for name, value in ninjs.items() if value not in (None, "", [])}


def _instant(value: datetime | None) -> str | None:
    return None if value is None else write_instant(value)


def _item_uri(item_key: str) -> str:
    stable_id = item_key.partition(":")[2]
    return (
        stable_id
        if _URI.fullmatch(stable_id)
        else _OURS + quote(item_key, safe=":", errors="replace")
    )


def _editors_note(item: Item) -> str | None:
    notes = [note.text for note in item.ednotes]
    if item.lifecycle.note and item.lifecycle.note not in notes:
        notes.insert(0, item.lifecycle.note)
    return "\n".join(notes) or None


def _headlines(headline: str | None) -> list[dict[str, str]]:
    return [{"role": "main", "contentType": "text/plain", "value": headline}] if headline else []


def _bodies(paragraphs: Sequence[Paragraph]) -> list[dict[str, Any]]:
    if not paragraphs:
        return []
    text = "\n\n".join(paragraph.text for paragraph in paragraphs)
    return [
        {
            "role": "text",
            "contentType": "text/plain",
            "charCount": len(text),
            "wordCount": len(text.split()),
            "value": text,
        },
        {"role": "html", "contentType": "text/html", "value": _html(paragraphs)},
    ]


def _html(paragraphs: Sequence[Paragraph]) -> str:
    lines: list[str] = []
    in_list = False
    for paragraph in paragraphs:
        listed = paragraph.kind is ParagraphKind.LIST
        if listed is not in_list:
            lines.append("<ul>" if listed else "</ul>")
            in_list = listed
        element = _ELEMENTS[paragraph.kind]
        lines.append(f"<{element}>{escape(paragraph.text, quote=False)}</{element}>")
    if in_list:
        lines.append("</ul>")
    return "\n".join(lines)


def _concepts(entities: Iterable[Entity], kind: EntityType) -> list[dict[str, str]]:
    return [_concept(entity) for entity in entities if entity.type is kind]


def _concept(entity: Entity) -> dict[str, str]:
    rel = "about" if entity.salience >= _ABOUT else "mentions"
    concept = {"name": entity.name, "rel": rel, "literal": entity.id}
    for scheme, pattern, template in _CONCEPTS:
        code = entity.ids.get(scheme, "")
        if pattern.fullmatch(code):
            return {**concept, "uri": template.format(code)}
    return concept


def _subjects(item: Item) -> list[dict[str, str]]:
    """Codes, topics, keywords and entities of no better place; each once, in that order.

    A topic that its agency wrote itself is not said twice.
    """
    subjects = [_subject(subject) for subject in item.subjects]
    stated = {subject["uri"] for subject in subjects if "uri" in subject}
    topics = [{**_subject(topic), "creator": topic.source} for topic in item.topics]
    subjects += [topic for topic in topics if topic.get("uri") not in stated]
    subjects += [{"name": keyword} for keyword in item.keywords]
    subjects += _concepts(item.entities, EntityType.OTHER)
    return list({tuple(sorted(subject.items())): subject for subject in subjects}.values())


def _subject(subject: Subject | Topic) -> dict[str, str]:
    found = {"rel": "about", "literal": f"{subject.scheme}:{subject.code}"}
    if subject.name:
        found["name"] = subject.name
    uri = (_MEDIATOPIC if subject.scheme == "medtop" else subject.scheme) + subject.code
    if _URI.fullmatch(uri):
        found["uri"] = uri
    return found


def _association(link: Link) -> dict[str, str]:
    key = link.target.rpartition("@")[0] or link.target
    uri = link.target if _URI.fullmatch(link.target) else _item_uri(key)
    return {"name": link.target, "rel": link.rel, "uri": uri}


def _alternative_ids(item: Item) -> list[dict[str, str]]:
    ours = {"role": "wireroom", "value": item.id}
    return [ours, *({"role": alt.scheme, "value": alt.value} for alt in item.alt_ids)]
