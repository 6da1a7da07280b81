"""AP Media API: one item, or a feed of them, with its text where that came along.

It must not fetch what an item only names; ``ap_media_facts`` reads the facts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from schemas.item import ParagraphKind
from streams.decode.ap_media_facts import by_lines, dictionaries, provider_names, state_facts
from streams.decode.blocks import Piece, lay_out
from streams.decode.decoded import Decoded, Role
from streams.decode.field_text import letters, line_of, nitf_pieces, pieces_of
from streams.decode.json_document import JsonDocument
from streams.decode.message import NO_EVIDENCE, Evidence, Message
from streams.decode.profiles import Profiles
from streams.decode.stated import Stated, as_word
from streams.steps import DropReason, Fail

NAME = "ap-media"
_KINDS = {
    "picture": DropReason.PICTURE,
    "photo": DropReason.PICTURE,
    "graphic": DropReason.GRAPHIC,
    "video": DropReason.VIDEO,
    "audio": DropReason.AUDIO,
}
# Where the story stands when the client fetched it too: beside the item, in it, in a rendition.
_BODIES = ("body_nitf", "body_html", "body_xhtml", "body_text", "body", "story", "value", "content")
_RENDITIONS = ("nitf", "story", "main", "caption_nitf")
_MAX_ASSOCIATED = 50


@dataclass(frozen=True, slots=True)
class _Entry:
    """An item as the API wraps it: what the client put beside it may hold its text."""

    item: object
    beside: tuple[object, ...] = field(default=())


def sniff(message: Message) -> Evidence:
    """``altids.itemid`` is AP's own; so is ``api_version`` around ``data.item``."""
    document = message.document
    if not isinstance(document, JsonDocument):
        return NO_EVIDENCE
    value = document.value
    first = next(_entries(value), None)
    if first is not None and _is_item(first.item):
        return Evidence(0.95, ("altids.itemid",))
    if isinstance(value, dict) and "api_version" in value and isinstance(value.get("data"), dict):
        named = sorted(value["data"].keys() & {"item", "items", "next_page", "query"})
        if named:
            return Evidence(0.9, ("api_version", f"data with {', '.join(named)}"))
    return NO_EVIDENCE


def decode_ap_media(message: Message, profiles: Profiles) -> list[Decoded | Fail]:
    """One part for each item of the answer; an answer without any is data."""
    document = message.document
    value = document.value if isinstance(document, JsonDocument) else None
    warnings = document.warnings if isinstance(document, JsonDocument) else ()
    parts = [
        _decode_entry(message, profiles, entry, part, warnings)
        for part, entry in enumerate(_entries(value))
    ]
    return parts or [
        message.decoded(
            NAME,
            warnings=warnings,
            not_text=DropReason.DATA,
            detail="AP Media API answer without items",
        )
    ]


def _is_item(value: object) -> bool:
    if not isinstance(value, dict):
        return False
    alt_ids = value.get("altids")
    return isinstance(alt_ids, dict) and "itemid" in alt_ids


def _entries(value: object) -> Iterator[_Entry]:
    if isinstance(value, list):
        for entry in value:
            yield _entry(entry)
        return
    if not isinstance(value, dict):
        return
    data = value.get("data")
    if isinstance(data, dict):
        items = data.get("items")
        if isinstance(items, list):
            for entry in items:
                yield _entry(entry)
        if "item" in data:
            entry = _entry(data)
            yield replace(entry, beside=(*entry.beside, value))
    elif _is_item(value) or _is_item(value.get("item")):
        yield _entry(value)


def _entry(value: object) -> _Entry:
    if isinstance(value, dict) and not _is_item(value) and "item" in value:
        return _Entry(value["item"], (value,))
    return _Entry(value)


def _decode_entry(
    message: Message,
    profiles: Profiles,
    entry: _Entry,
    part: int,
    document_warnings: tuple[str, ...],
) -> Decoded | Fail:
    item = entry.item
    if not isinstance(item, dict):
        return Fail("json-invalid", f"part {part} is not an object", part)
    message = message.from_provider(profiles, *provider_names(item))
    stated = Stated(message.profile)
    state_facts(item, stated)
    not_text = _KINDS.get((as_word(item.get("type")) or "").lower())
    layout = lay_out(_pieces(entry, item, stated.warnings, is_text=not_text is None))
    return message.decoded(
        NAME,
        layout,
        part=part,
        facts=stated.facts(),
        warnings=(*document_warnings, *dict.fromkeys(stated.warnings)),
        not_text=not_text,
    )


def _pieces(
    entry: _Entry, item: dict[str, object], warnings: list[str], *, is_text: bool
) -> list[Piece]:
    headline = _text(item, "headline") or _text(item, "title")
    summary = pieces_of(_text(item, "description_summary"), warnings)
    caption = [
        replace(piece, kind=ParagraphKind.CAPTION)
        for piece in pieces_of(_text(item, "description_caption"), warnings)
    ]
    body = _body(entry, item, warnings) if is_text else caption
    if is_text and not body:
        # The story itself stands behind the link of a rendition; what came is its summary.
        warnings.append("ap-text-elsewhere")
        body, summary = summary, []
    pieces = [Piece(line_of(headline, warnings), Role.HEADLINE), *body]
    said = {letters(pieces[:1]), letters(body)}
    beside = [pieces_of(_text(item, name), warnings) for name in ("headline_extended", "title")]
    for rendering in (*beside, summary, caption if is_text else []):
        if letters(rendering) not in said:
            said.add(letters(rendering))
            pieces += [replace(piece, role=Role.SUMMARY) for piece in rendering]
    pieces += [Piece(line, Role.BYLINE) for line in by_lines(item)]
    pieces += [Piece(as_word(item.get("ednote")) or "", Role.NOTE)]
    pieces += _rights(item)
    for number, associated in enumerate(dictionaries(item.get("associations"))):
        if number < _MAX_ASSOCIATED:
            text = line_of(_text(associated, "headline"), warnings)
            pieces.append(Piece(text, Role.FURNITURE, ParagraphKind.CAPTION))
    return pieces


def _body(entry: _Entry, item: dict[str, object], warnings: list[str]) -> list[Piece]:
    """The fullest text found where clients put the story they fetched."""
    holders: list[object] = [*entry.beside, item]
    for holder in list(holders):
        if isinstance(holder, dict):
            holders += [holder.get("nitf"), holder.get("body")]
    renditions = item.get("renditions")
    if isinstance(renditions, dict):
        holders += [renditions.get(name) for name in _RENDITIONS]
    best: list[Piece] = []
    for holder in holders:
        texts = [holder] if isinstance(holder, str) else []
        if isinstance(holder, dict):
            texts += [text for name in _BODIES if isinstance(text := holder.get(name), str)]
        for text in texts:
            pieces = nitf_pieces(text, warnings)
            if len(letters(pieces)) > len(letters(best)):
                best = pieces
    return best


def _rights(item: dict[str, object]) -> Iterator[Piece]:
    yield Piece(as_word(item.get("description_creditline")) or "", Role.RIGHTS)
    yield Piece(as_word(item.get("copyrightnotice")) or "", Role.RIGHTS)
    terms = item.get("usageterms")
    for term in terms[:_MAX_ASSOCIATED] if isinstance(terms, list) else [terms]:
        yield Piece(as_word(term) or "", Role.RIGHTS)


def _text(item: dict[str, object], name: str) -> str:
    value = item.get(name)
    return value if isinstance(value, str) else ""
