"""Apple News Format: an article as components, each with its role.

It must not set it: layouts and styles say nothing of the text.

Source: https://developer.apple.com/documentation/apple_news/apple_news_format (roles, text formats)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from schemas.item import ParagraphKind
from streams.decode.authority import authorities_in
from streams.decode.blocks import Piece, lay_out
from streams.decode.decoded import Decoded, Role
from streams.decode.field_text import letters, line_of, pieces_of
from streams.decode.json_document import JsonDocument
from streams.decode.message import NO_EVIDENCE, Evidence, Message
from streams.decode.profiles import Profiles
from streams.decode.stated import MAX_LISTED, Stated, as_word
from streams.steps import DropReason, Fail

NAME = "apple-news"
_OWN = frozenset(
    {"componentLayouts", "componentTextStyles", "documentStyle", "textStyles", "componentStyles"}
)
_ROLES = {
    "title": (Role.HEADLINE, ParagraphKind.TEXT),
    "byline": (Role.BYLINE, ParagraphKind.TEXT),
    "author": (Role.BYLINE, ParagraphKind.TEXT),
    "intro": (Role.SUMMARY, ParagraphKind.TEXT),
    "caption": (Role.BODY, ParagraphKind.CAPTION),
    "photo": (Role.BODY, ParagraphKind.CAPTION),
    "quote": (Role.BODY, ParagraphKind.QUOTE),
    "pullquote": (Role.FURNITURE, ParagraphKind.QUOTE),
    "advertisement": (Role.FURNITURE, ParagraphKind.TEXT),
}
_HEADING = "heading"


def sniff(message: Message) -> Evidence:
    """``components`` beside a document's layout or styles."""
    document = message.document
    value = document.value if isinstance(document, JsonDocument) else None
    if not isinstance(value, dict) or not isinstance(value.get("components"), list):
        return NO_EVIDENCE
    own = sorted(_OWN & value.keys())
    if not own or not {"identifier", "layout", "title"} & value.keys():
        return NO_EVIDENCE
    return Evidence(0.95, (f"components, {', '.join(own)}",))


def decode_apple_news(message: Message, profiles: Profiles) -> list[Decoded | Fail]:
    """One part: the article."""
    document = message.document
    value = document.value if isinstance(document, JsonDocument) else None
    if not isinstance(value, dict) or not isinstance(document, JsonDocument):
        return [Fail("json-invalid", "not an object")]
    metadata = value.get("metadata")
    about: dict[str, object] = metadata if isinstance(metadata, dict) else {}
    address = as_word(about.get("canonicalURL"))
    names = (as_word(about.get("publisher")), *authorities_in(address))
    message = message.from_provider(profiles, *names)
    stated = Stated(message.profile)
    _state_facts(value, about, stated)
    pieces = list(_pieces(value, about, stated.warnings))
    layout = lay_out(pieces)
    return [
        message.decoded(
            NAME,
            layout,
            facts=stated.facts(),
            warnings=(*document.warnings, *dict.fromkeys(stated.warnings)),
            not_text=None if layout.text else DropReason.DATA,
            detail="" if layout.text else "Apple News document without text",
        )
    ]


def _state_facts(value: dict[str, object], about: dict[str, object], stated: Stated) -> None:
    stated.put("stable_id", as_word(value.get("identifier")), "identifier")
    stated.alt_id("url", as_word(about.get("canonicalURL")), "metadata/canonicalURL")
    for name in ("dateModified", "datePublished", "dateCreated"):
        stated.date("version_created", about.get(name), f"metadata/{name}")
    for name in ("datePublished", "dateCreated"):
        stated.date("first_created", about.get(name), f"metadata/{name}")
    stated.language(as_word(value.get("language")), "language")
    authors = about.get("authors")
    names = [as_word(name) or "" for name in authors[:20]] if isinstance(authors, list) else []
    stated.put("byline", ", ".join(filter(None, names)), "metadata/authors")
    keywords = about.get("keywords")
    for word in keywords[:MAX_LISTED] if isinstance(keywords, list) else ():
        stated.list("keywords", as_word(word), "metadata/keywords")
    stated.markers(as_word(value.get("title")), None, "title")


def _pieces(
    value: dict[str, object], about: dict[str, object], warnings: list[str]
) -> Iterator[Piece]:
    title = value.get("title")
    headline = Piece(line_of(title, warnings) if isinstance(title, str) else "", Role.HEADLINE)
    yield headline
    said = {letters([headline])}
    for piece in _components(value.get("components"), warnings):
        # The title again, set as a component, is the headline already.
        if piece.role is not Role.HEADLINE or letters([piece]) not in said:
            yield piece
            if piece.role is Role.HEADLINE:
                said.add(letters([piece]))
    for text in (value.get("subtitle"), about.get("excerpt")):
        for piece in pieces_of(text, warnings, role=Role.SUMMARY) if isinstance(text, str) else ():
            if letters([piece]) not in said:
                said.add(letters([piece]))
                yield piece


def _components(components: object, warnings: list[str]) -> Iterator[Piece]:
    """Containers opened where they stand; depth is bounded by that of the JSON."""
    for component in components if isinstance(components, list) else ():
        if not isinstance(component, dict):
            continue
        role = as_word(component.get("role")) or ""
        own, kind = _ROLES.get(role, (Role.BODY, ParagraphKind.TEXT))
        if role.startswith(_HEADING):
            kind = ParagraphKind.CROSSHEAD
        for name in ("text", "caption"):
            text = component.get(name)
            if isinstance(text, dict):
                text = text.get("text")
            if isinstance(text, str):
                for piece in pieces_of(text, warnings, role=own):
                    caption = ParagraphKind.CAPTION if name == "caption" else kind
                    yield piece if caption is ParagraphKind.TEXT else replace(piece, kind=caption)
        html = component.get("html")
        if isinstance(html, str):
            yield from pieces_of(html, warnings, role=own, marked=True)
        yield from _components(component.get("components"), warnings)
