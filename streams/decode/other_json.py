"""JSON that follows no standard: the news in it by well-known field names, or what else it is.

It must not guess: a record without such names is data, and is said to be.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from schemas.item import ParagraphKind
from streams.decode.blocks import Piece, lay_out
from streams.decode.decoded import Decoded, Role
from streams.decode.field_text import letters, line_of, pieces_of
from streams.decode.json_document import JsonDocument
from streams.decode.message import NO_EVIDENCE, Evidence, Message
from streams.decode.other_json_facts import AUTHORS, NOTES, SUMMARY, names_of, provider_names
from streams.decode.other_json_facts import state_facts as _state_facts
from streams.decode.profiles import Profiles
from streams.decode.stated import MAX_LISTED, Stated, as_word
from streams.steps import DropReason, Fail
from streams.well_known import WELL_KNOWN, Named, plain_name

NAME = "json"
# Levels below the top in which a search answer keeps its list of results.
_MAX_LEVELS = 3
_MAX_JUDGED = 20
_MAX_KEYS = 12
# Letters from which a text without a headline is an article and not a label.
_PROSE_CHARS = 80
_MEDIA = ("mediatype", "assettype", "mediaclass", "assetclass", "type")
_KINDS = {
    "picture": DropReason.PICTURE,
    "image": DropReason.PICTURE,
    "photo": DropReason.PICTURE,
    "graphic": DropReason.GRAPHIC,
    "infographic": DropReason.GRAPHIC,
    "video": DropReason.VIDEO,
    "audio": DropReason.AUDIO,
    "event": DropReason.EVENT,
    "planning": DropReason.PLANNING,
}
_TEMPLATE = frozenset({"templatename", "templatetype"})
_CAPTION = ("caption", "captiontext", "descriptioncaption")
_STARTS = ("startdate", "startdatetime", "starttime", "start", "dtstart")
_OF_EVENTS = ("enddate", "enddatetime", "endtime", "end", "venue", "location", "organiser", "dtend")
_OF_PICTURES = ("width", "height", "previewurl", "thumbnailurl", "imageurl", "photographer")
# What a record of news has beside a headline and a summary, and a menu entry has not.
_OF_NEWS = ("source", "language", "author", "authors", "byline", "url", "link", "publisher", *NOTES)


@dataclass(frozen=True, slots=True)
class _Record:
    """An object, and what it is; None where it is a text item."""

    value: object
    kind: DropReason | None = DropReason.DATA


def sniff(message: Message) -> Evidence:
    """Any JSON, when nobody else's."""
    document = message.document
    if not isinstance(document, JsonDocument):
        return NO_EVIDENCE
    records = _records(document.value)
    found = {record.kind for record in records}
    if found - {DropReason.DATA}:
        return Evidence(0.2, (f"JSON with {len(records)} records of news, by their field names",))
    return Evidence(0.05, (_description(document.value),))


def decode_other_json(message: Message, profiles: Profiles) -> list[Decoded | Fail]:
    """One part for each record where there are any of news; else one that says what it is."""
    document = message.document
    if not isinstance(document, JsonDocument):
        return [Fail("json-invalid", "no JSON")]
    return [
        _decode_record(message, profiles, record, part, document.warnings)
        for part, record in enumerate(_records(document.value))
    ] or [
        message.decoded(
            NAME,
            warnings=document.warnings,
            not_text=DropReason.DATA,
            detail=_description(document.value),
        )
    ]


def _records(value: object) -> list[_Record]:
    """The records of the first list that holds news, or the object that is news; else none."""
    level = [value]
    for _ in range(_MAX_LEVELS + 1):
        below: list[object] = []
        for one in level:
            entries = one if isinstance(one, list) else [one]
            if any(_judge(entry) is not DropReason.DATA for entry in entries[:_MAX_JUDGED]):
                return [_Record(entry, _judge(entry)) for entry in entries]
            if isinstance(one, dict) and not _is_template(one):
                below += [inner for inner in one.values() if isinstance(inner, dict | list)]
        level = below[:MAX_LISTED]
    return []


def _judge(value: object) -> DropReason | None:
    """What a record is by the names of its fields."""
    if not isinstance(value, dict):
        return DropReason.DATA
    named = Named(value)
    body = _first(named, WELL_KNOWN["body"])
    # A template has the fields of an item, and none of its words.
    if _is_template(value) or "{{" in body or "{%" in body:
        return DropReason.DATA
    kind = _declared(named)
    if kind is None and not _is_news(named, body):
        return DropReason.DATA
    return kind


def _is_template(value: dict[str, object]) -> bool:
    return not _TEMPLATE.isdisjoint(map(plain_name, value))


def _declared(named: Named) -> DropReason | None:
    """What it says it is, or has fields that only such a thing has."""
    caption = _first(named, _CAPTION)
    title = _first(named, WELL_KNOWN["headline"])
    for name in named.present(_MEDIA):
        kind = _KINDS.get((as_word(named.get(name)) or "").lower())
        # "type" alone may be that of a form or a field.
        if kind is not None and (name != "type" or title or caption):
            return kind
    if caption and named.present(_OF_PICTURES):
        return DropReason.PICTURE
    described = title or _first(named, SUMMARY)
    if described and named.present(_STARTS) and named.present(_OF_EVENTS):
        return DropReason.EVENT
    return None


def _is_news(named: Named, body: str) -> bool:
    """Whether a headline and a text stand in it, or a text that is more than a label."""
    dated = bool(named.present(WELL_KNOWN["received_at"]) or names_of(named, "version_created"))
    if _first(named, WELL_KNOWN["headline"]):
        summarised = dated and bool(_first(named, SUMMARY) and named.present(_OF_NEWS))
        return summarised or bool(body) or any(True for _ in _components(named))
    return len(body) >= _PROSE_CHARS and (dated or bool(names_of(named, "stable_id")))


def _first(named: Named, names: tuple[str, ...]) -> str:
    """The first of the fields that holds text with a letter or digit in it."""
    for name in names:
        value = named.get(name)
        if isinstance(value, str) and any(map(str.isalnum, value[:1000])):
            return value
    return ""


def _decode_record(
    message: Message,
    profiles: Profiles,
    record: _Record,
    part: int,
    document_warnings: tuple[str, ...],
) -> Decoded:
    value = record.value
    if not isinstance(value, dict) or record.kind is DropReason.DATA:
        return message.decoded(
            NAME,
            part=part,
            warnings=document_warnings,
            not_text=DropReason.DATA,
            detail=_description(value),
        )
    named = Named(value)
    message = message.from_provider(profiles, *provider_names(named))
    stated = Stated(message.profile)
    _state_facts(named, stated)
    layout = lay_out(_pieces(named, stated, is_text=record.kind is None))
    return message.decoded(
        NAME,
        layout,
        part=part,
        facts=stated.facts(),
        warnings=(*document_warnings, *dict.fromkeys(stated.warnings)),
        not_text=record.kind,
    )


def _pieces(named: Named, stated: Stated, *, is_text: bool) -> list[Piece]:
    """Headline, body, and after them every other field that reads like sentences."""
    warnings = stated.warnings
    headline = _first(named, WELL_KNOWN["headline"])
    body = _first(named, WELL_KNOWN["body"])
    parts = list(_components(named))
    if not headline:
        headline = next((text for kind, text in parts if kind == "title"), "")
    stated.markers(line_of(headline, []), None, "headline")
    pieces = [Piece(line_of(headline, warnings), Role.HEADLINE)] if headline else []
    texts = [(body, Role.BODY, ParagraphKind.TEXT)]
    for kind, text in parts:
        caption = kind == "caption"
        role = Role.SUMMARY if kind == "title" else Role.BODY
        texts.append((text, role, ParagraphKind.CAPTION if caption else ParagraphKind.TEXT))
    summary = _first(named, SUMMARY)
    # A summary is the text where nothing else is.
    own = Role.SUMMARY if body or parts else Role.BODY
    caption_role = Role.SUMMARY if is_text else Role.BODY
    texts += [
        (summary, own, ParagraphKind.TEXT),
        *((_first(named, (name,)), caption_role, ParagraphKind.CAPTION) for name in _CAPTION),
        *((_first(named, (name,)), Role.NOTE, ParagraphKind.TEXT) for name in NOTES),
        *((_first(named, (name,)), Role.BYLINE, ParagraphKind.TEXT) for name in AUTHORS),
        *((text, Role.FURNITURE, ParagraphKind.TEXT) for text in _sentences(named)),
    ]
    said = {letters(pieces)}
    for text, role, kind in texts:
        found = pieces_of(text, warnings, role=role)
        if letters(found) not in said:
            said.add(letters(found))
            pieces += [
                replace(piece, kind=kind) if kind.value != "text" else piece for piece in found
            ]
    return pieces


def _components(named: Named) -> Iterator[tuple[str, str]]:
    """(kind, text) of a record in parts, as Belga's archive has them: lead, body, caption."""
    parts = named.get("newscomponents")
    for part in parts[:MAX_LISTED] if isinstance(parts, list) else ():
        if not isinstance(part, dict) or part.get("assetFormat") not in ("Text", None):
            continue
        proxies = part.get("proxies")
        for proxy in proxies[:1] if isinstance(proxies, list) else ():
            texts = (
                (proxy.get("clobData"), proxy.get("varcharData")) if isinstance(proxy, dict) else ()
            )
            text = next((one for one in texts if isinstance(one, str) and one.strip()), None)
            if text:
                yield (as_word(part.get("assetType")) or "").lower(), text


def _sentences(named: Named) -> Iterator[str]:
    """Every field of several words: no address, no code, no list of names."""
    for value in list(named.record.values())[:MAX_LISTED]:
        if isinstance(value, str) and value.count(" ") >= 4 and "://" not in value[:300]:
            yield value


def _description(value: object) -> str:
    """What JSON is without being news: "list of 18 objects with keys _id, name, ..."."""
    if isinstance(value, dict):
        return f"JSON object with keys {_keys(value)}"
    if not isinstance(value, list):
        return f"JSON {type(value).__name__}"
    objects = [entry for entry in value if isinstance(entry, dict)]
    if not objects:
        return f"JSON list of {len(value)} values"
    return f"JSON list of {len(value)} objects with keys {_keys(objects[0])}"


def _keys(value: dict[str, object]) -> str:
    names = [" ".join(str(name).split())[:40] for name in list(value)[:_MAX_KEYS]]
    return ", ".join(names) + (", ..." if len(value) > _MAX_KEYS else "")
