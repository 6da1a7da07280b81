"""IPTC ninjs, versions 1 to 3, and superdesk's dialect: the text of each item, by role.

It must not interpret what fields mean; ``ninjs_facts`` does.
"""

from __future__ import annotations

import re

from schemas.item import ParagraphKind
from streams.decode.blocks import Piece, lay_out
from streams.decode.decoded import Decoded, Role
from streams.decode.json_document import JsonDocument
from streams.decode.markup import flatten, words
from streams.decode.message import NO_EVIDENCE, Evidence, Message
from streams.decode.ninjs_facts import Fields, facts_of
from streams.steps import Fail

NAME = "ninjs"
_V3 = words(
    "versionCreated firstCreated contentCreated pubStatus embargoedUntil edNote altIds infoSources "
    "copyrightHolder copyrightNotice usageTerms representationType"
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
_MARKUP = re.compile(r"<[A-Za-z!/][^<>]*>|&(?:#\d+|#x[0-9A-Fa-f]+|[A-Za-z]+);")
# A rendering in plain text that is this much longer than the marked-up one says more than it.
_TEXT_SAYS_MORE = 1.5


def sniff(message: Message) -> Evidence:
    """An item, or an array of items, by the names of its fields."""
    items = _items(message)
    return max(
        (_claim(item) for item in items[:3]), key=lambda claim: claim.score, default=NO_EVIDENCE
    )


def decode_ninjs(message: Message) -> list[Decoded | Fail]:
    """One part for each item; an item without ``uri`` (or superdesk's ``guid``) is a Fail."""
    document = message.document
    warnings = document.warnings if isinstance(document, JsonDocument) else ()
    return [
        _decode_item(message, item, part, warnings) for part, item in enumerate(_items(message))
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


def _claim(item: object) -> Evidence:
    if not isinstance(item, dict):
        return NO_EVIDENCE
    keys = item.keys()
    identified = "uri" in keys or "guid" in keys
    known = sorted(keys & (_V1 | _V2 | _V3 | _SUPERDESK))
    if not identified and len(known) < 2:
        return NO_EVIDENCE
    if not known and "title" not in keys and "type" not in keys:
        return NO_EVIDENCE
    score = min(0.9, (0.5 if identified else 0.3) + 0.05 * len(known))
    return Evidence(score, (dialect(item), f"fields {', '.join(known[:8])}"))


def _decode_item(
    message: Message, item: object, part: int, document_warnings: tuple[str, ...]
) -> Decoded | Fail:
    if not isinstance(item, dict):
        return Fail("ninjs-invalid", f"part {part} is not an object", part)
    fields = Fields(item, message.profile)
    if fields.stable_id is None:
        return Fail("ninjs-no-uri", f"part {part} has neither uri nor guid", part)
    facts = facts_of(fields)
    layout = lay_out(_pieces(fields))
    return message.decoded(
        dialect(item),
        layout.text,
        layout.blocks,
        part=part,
        facts=facts,
        edits=layout.edits,
        warnings=(*document_warnings, *fields.warnings),
    )


def _pieces(fields: Fields) -> list[Piece]:
    """Headline, body, then what stands beside them: other headlines, the description."""
    headlines = fields.texts("headlines", "headline")
    headline = fields.headline
    pieces = [Piece(_one_line(fields, headline), Role.HEADLINE)] if headline else []
    body = _body(fields)
    descriptions = [text for _, text in fields.texts("descriptions", "description")]
    if fields.is_visual:
        # A picture's text is its caption; some agencies send the caption as the body too.
        captions = [text for _, text in fields.captions()] or descriptions
        caption = [
            Piece(piece.text, Role.BODY, ParagraphKind.CAPTION)
            for text in captions[:1]
            for piece in _text_pieces(fields, text)
        ]
        title = "".join((headline or "").split())
        if _letters(body) in {"", title, _letters(caption)}:
            body, descriptions = caption, [text for text in descriptions if text not in captions]
    elif not body:
        body, descriptions = (
            _text_pieces(fields, descriptions[0]) if descriptions else [],
            descriptions[1:],
        )
    pieces += body
    beside = [_one_line(fields, text) for _, text in headlines if text != headline] + descriptions
    said = {_letters(body)}
    for text in beside:
        furniture = [Piece(p.text, Role.FURNITURE, p.kind) for p in _text_pieces(fields, text)]
        letters = _letters(furniture)
        if letters not in said:
            said.add(letters)
            pieces += furniture
    return pieces


def _body(fields: Fields) -> list[Piece]:
    """The fullest rendering of the body: marked up, unless the plain one says clearly more."""
    renderings = fields.texts("bodies", "body")
    # A rendering as NewsML or NITF holds its metadata too: only where there is no other.
    renderings = [one for one in renderings if not _is_other_xml(one[0])] or renderings
    marked = [text for role, text in renderings if _is_marked_up(role, text)]
    plain = [text for role, text in renderings if not _is_marked_up(role, text)]
    best: list[Piece] = []
    for text in marked:
        pieces = _markup_pieces(fields, text)
        if len(_letters(pieces)) > len(_letters(best)):
            best = pieces
    for text in plain:
        pieces = _plain_pieces(text)
        if len(_letters(pieces)) > _TEXT_SAYS_MORE * len(_letters(best)):
            best = pieces
    return best


def _is_other_xml(role: str) -> bool:
    return "xml" in role and "html" not in role


def _is_marked_up(role: str, text: str) -> bool:
    return "html" in role or _MARKUP.search(text) is not None


def _text_pieces(fields: Fields, text: str) -> list[Piece]:
    return _markup_pieces(fields, text) if _MARKUP.search(text) else _plain_pieces(text)


def _plain_pieces(text: str) -> list[Piece]:
    return [Piece(line, Role.BODY) for line in text.splitlines()]


def _markup_pieces(fields: Fields, text: str) -> list[Piece]:
    page = flatten(text)
    if page.why_no_tree:
        fields.warnings.append(page.why_no_tree)
    return [
        Piece(
            element.text,
            Role.BODY,
            ParagraphKind.CROSSHEAD if element.tag == "h1" else element.kind,
        )
        for element in page.elements
    ]


def _one_line(fields: Fields, text: str) -> str:
    return " ".join(" ".join(piece.text for piece in _text_pieces(fields, text)).split())


def _letters(pieces: list[Piece]) -> str:
    return "".join("".join(piece.text.split()) for piece in pieces)
