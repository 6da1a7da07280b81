"""IPTC ninjs, versions 1 to 3, and superdesk's dialect: which items a message holds, what each is.

It must not lay out text or read facts; ``ninjs_text`` and ``ninjs_facts`` do.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from streams.decode.authority import authorities_in
from streams.decode.blocks import lay_out
from streams.decode.decoded import Decoded
from streams.decode.json_document import JsonDocument
from streams.decode.markup import words
from streams.decode.message import NO_EVIDENCE, Evidence, Message
from streams.decode.ninjs_facts import Fields, state_facts
from streams.decode.ninjs_text import text_of_item
from streams.decode.profiles import Profiles
from streams.decode.stated import Stated, as_word
from streams.steps import DropReason, Fail

NAME = "ninjs"
_V3 = words(
    "versionCreated firstCreated contentCreated pubStatus embargoedUntil edNote altIds infoSources "
    "copyrightHolder copyrightNotice usageTerms representationType eventDetails"
)
_V2 = words("bodies headlines descriptions people organisations places subjects genres infosources")
_V1 = words(
    "headline body_text body_html body_xhtml description_text description_html versioncreated "
    "firstcreated pubstatus copyrightholder copyrightnotice usageterms located slugline byline "
    "renditions associations ednote urgency"
)
_SUPERDESK = words(
    "guid service priority evolvedfrom original_id anpa_take_key unique_name family_id"
)
_COLLECTIONS = ("items", "item", "_items")
# An item within an item within an item is of no agency seen; deeper ones stay captions.
_MAX_NESTING = 3
_MAX_ASSOCIATED = 500
_KINDS = {
    "picture": DropReason.PICTURE,
    "image": DropReason.PICTURE,
    "photo": DropReason.PICTURE,
    "graphic": DropReason.GRAPHIC,
    "video": DropReason.VIDEO,
    "audio": DropReason.AUDIO,
    "composite": DropReason.PACKAGE,
    "package": DropReason.PACKAGE,
    "event": DropReason.EVENT,
    "planning": DropReason.PLANNING,
    "concept": DropReason.CONCEPT,
}
# What these are called, a text in them is no article.
_NEVER_TEXT = frozenset({DropReason.EVENT, DropReason.PLANNING, DropReason.CONCEPT})


class _Part(NamedTuple):
    item: object
    within: str | None = None  # the id of the item it is associated with
    role: str = ""


def sniff(message: Message) -> Evidence:
    """An item, or an array of items, by the names of its fields."""
    items = _items(message)
    return max(
        (_claim(item) for item in items[:3]), key=lambda claim: claim.score, default=NO_EVIDENCE
    )


def decode_ninjs(message: Message, profiles: Profiles) -> list[Decoded | Fail]:
    """One part for each item, and for each associated item that has a text of its own.

    An item without ``uri`` (or superdesk's ``guid``) is identified by its text; one without
    text either is a Fail.
    """
    document = message.document
    warnings = document.warnings if isinstance(document, JsonDocument) else ()
    return [
        _decode_item(message, profiles, entry, part, warnings)
        for part, entry in enumerate(_parts(_items(message)))
    ] or [Fail("body-empty", "an array without items")]


def dialect(item: dict[str, object]) -> str:
    """One of "ninjs-1", "ninjs-2", "ninjs-3" and "ninjs-superdesk", by the item's fields."""
    standard = item.get("standard") or item.get("$standard")
    if isinstance(standard, dict):
        version = str(standard.get("version") or "")
        if version[:1] in {"1", "2", "3"}:
            return f"ninjs-{version[0]}"
    keys = item.keys()
    if keys & _V3:
        return "ninjs-3"
    if any(isinstance(item.get(name), list) for name in ("bodies", "headlines", "descriptions")):
        return "ninjs-2"
    if ("guid" in keys and "uri" not in keys) or keys & {"service", "priority", "evolvedfrom"}:
        return "ninjs-superdesk"
    return "ninjs-1"


def _items(message: Message) -> list[object]:
    document = message.document
    if not isinstance(document, JsonDocument):
        return []
    value = document.value
    if isinstance(value, list):
        return value
    if not isinstance(value, dict):
        return []
    if "uri" not in value and "guid" not in value:
        for name in _COLLECTIONS:
            inner = value.get(name)
            if isinstance(inner, list) and inner and all(isinstance(one, dict) for one in inner):
                return inner
    return [value]


def _parts(items: list[object]) -> Iterator[_Part]:
    """Every item, each followed by the associated ones that have a text of their own."""
    for item in items:
        queue = deque([(_Part(item), 0)])
        found = 0
        while queue:
            part, depth = queue.popleft()
            yield part
            if not isinstance(part.item, dict) or depth >= _MAX_NESTING:
                continue
            fields = Fields(part.item)
            for name, inner in fields.associations():
                if found < _MAX_ASSOCIATED and _has_text(inner):
                    found += 1
                    queue.append((_Part(inner, fields.stable_id, name), depth + 1))


def _has_text(item: dict[str, object]) -> bool:
    fields = Fields(item)
    if fields.is_visual or _KINDS.get(fields.kind) in _NEVER_TEXT:
        return False
    return any(text.strip() for _, text in fields.texts("bodies", "body"))


def _claim(item: object) -> Evidence:
    if not isinstance(item, dict):
        return NO_EVIDENCE
    keys = item.keys()
    # The mould of an item is none.
    if "template_name" in keys or "template_type" in keys:
        return NO_EVIDENCE
    identified = "uri" in keys or "guid" in keys
    known = sorted(keys & (_V1 | _V2 | _V3 | _SUPERDESK))
    if not identified and len(known) < 2:
        return NO_EVIDENCE
    if not known and "title" not in keys and "type" not in keys:
        return NO_EVIDENCE
    score = min(0.9, (0.5 if identified else 0.3) + 0.05 * len(known))
    return Evidence(score, (dialect(item), f"fields {', '.join(known[:8])}"))


def _decode_item(
    message: Message,
    profiles: Profiles,
    entry: _Part,
    part: int,
    document_warnings: tuple[str, ...],
) -> Decoded | Fail:
    item = entry.item
    if not isinstance(item, dict):
        return Fail("ninjs-invalid", f"part {part} is not an object", part)
    fields = Fields(item)
    text = text_of_item(fields)
    layout = lay_out(text.pieces)
    if fields.stable_id is None:
        if not layout.text:
            return Fail("ninjs-no-uri", f"part {part} has neither uri nor guid nor text", part)
        fields.warnings.append("ninjs-no-uri")
    message = message.from_provider(profiles, *_providers(fields))
    stated = Stated(message.profile)
    state_facts(fields, stated)
    stated.link("associatedwith", entry.within, f"associations/{entry.role}", None)
    return message.decoded(
        dialect(item),
        layout,
        part=part,
        facts=stated.facts(),
        warnings=(*document_warnings, *dict.fromkeys((*stated.warnings, *fields.warnings))),
        not_text=_what_it_is(fields, has_body=text.has_body),
    )


def _what_it_is(fields: Fields, *, has_body: bool) -> DropReason | None:
    """What stands instead of a text: by its type, then by what only such a thing has."""
    kind = _KINDS.get(fields.kind)
    if kind in _NEVER_TEXT:
        return kind
    if kind is None and not has_body:
        if isinstance(fields.get("eventdetails"), dict):
            return DropReason.EVENT
        if isinstance(fields.get("coverages"), list) and fields.get("planning_date"):
            return DropReason.PLANNING
    return None if has_body else kind


def _providers(fields: Fields) -> Iterator[str | None]:
    """Who sends it: the one named, the rights' holder, the id's authority.

    Its source may be another agency whose copy this one passes on: only where none of these is.
    """
    senders = [fields.word("provider"), fields.word("copyrightholder")]
    senders += authorities_in(fields.word("uri"))
    if any(senders):
        yield from senders
        return
    yield fields.word("source")
    for _, entry in fields.listed("infosources", "infosource"):
        yield as_word(entry.get("name")) if isinstance(entry, dict) else None
    yield from authorities_in(fields.word("guid"))
