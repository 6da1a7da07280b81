"""dpa digitalwires: an article as JSON, with its notebook fenced off.

It must not publish the notebook; ``dpa_digitalwires_facts`` reads the facts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import lxml.html

from schemas.item import ParagraphKind
from streams.decode.blocks import Piece, lay_out
from streams.decode.decoded import Decoded, Role
from streams.decode.dpa_digitalwires_facts import provider_names, state_facts
from streams.decode.field_text import letters, line_of, pieces_of
from streams.decode.json_document import JsonDocument
from streams.decode.markup import elements_of, flatten
from streams.decode.message import NO_EVIDENCE, Evidence, Message
from streams.decode.profiles import Profiles
from streams.decode.stated import MAX_LISTED, Stated, as_word
from streams.steps import DropReason, Fail

NAME = "dpa-digitalwires"
_FORMAT = "digitalwires"
_COLLECTIONS = ("entries", "items")
_KINDS = {
    "image": DropReason.PICTURE,
    "picture": DropReason.PICTURE,
    "graphic": DropReason.GRAPHIC,
    "video": DropReason.VIDEO,
    "audio": DropReason.AUDIO,
}
# Sections of the article's markup that are no article; older versions had the notebook in it.
_NOTE_CLASSES = frozenset({"notepad", "notebook", "np-public", "np-nonpublic", "notizblock"})
_LINK_CLASSES = frozenset({"linkbox"})
_NOTEBOOK = re.compile(r"\W*(?:dpa[- ])?(?:Notizblock|NOTEBOOK|Notebook)\W*")
_MAX_ASSOCIATED = 50


def sniff(message: Message) -> Evidence:
    """``format`` says so itself: "digitalwires@0.9.1"."""
    first = next((one for one in _entries(message) if isinstance(one, dict)), None)
    stated = first.get("format") if first else None
    if isinstance(stated, str) and stated.startswith(_FORMAT):
        return Evidence(0.95, (f"format {stated[:40]}",))
    return NO_EVIDENCE


def decode_dpa_digitalwires(message: Message, profiles: Profiles) -> list[Decoded | Fail]:
    """One part for each entry."""
    document = message.document
    warnings = document.warnings if isinstance(document, JsonDocument) else ()
    return [
        _decode_entry(message, profiles, entry, part, warnings)
        for part, entry in enumerate(_entries(message))
    ] or [Fail("body-empty", "no entry in it")]


def _entries(message: Message) -> list[object]:
    document = message.document
    value = document.value if isinstance(document, JsonDocument) else None
    if isinstance(value, dict) and "format" not in value:
        value = next(
            (value[name] for name in _COLLECTIONS if isinstance(value.get(name), list)), None
        )
    if isinstance(value, dict):
        return [value]
    return value if isinstance(value, list) else []


def _decode_entry(
    message: Message,
    profiles: Profiles,
    entry: object,
    part: int,
    document_warnings: tuple[str, ...],
) -> Decoded | Fail:
    if not isinstance(entry, dict):
        return Fail("json-invalid", f"part {part} is not an object", part)
    message = message.from_provider(profiles, *provider_names(entry))
    stated = Stated(message.profile)
    state_facts(entry, stated)
    article = list(_article(entry, stated.warnings))
    not_text = _what_it_is(entry, has_article=any(one.role is Role.BODY for one in article))
    layout = lay_out(_pieces(entry, article, stated.warnings, is_text=not_text is None))
    decoded = message.decoded(
        NAME,
        layout,
        part=part,
        facts=stated.facts(),
        warnings=(*document_warnings, *dict.fromkeys(stated.warnings)),
        not_text=not_text,
    )
    # dpa's own rule for telling old from new: padded version, then version_created, then updated.
    return replace(decoded, ordering="version-then-time")


def _what_it_is(entry: dict[str, object], *, has_article: bool) -> DropReason | None:
    """An entry without an article is what is attached to it."""
    kinds = {
        _KINDS.get((as_word(one.get("type")) or "").lower())
        for one in _objects(entry, "associations")
    }
    if has_article or not kinds:
        return None
    return kinds.pop() if len(kinds) == 1 else DropReason.PACKAGE


def _pieces(
    entry: dict[str, object], article: list[Piece], warnings: list[str], *, is_text: bool
) -> list[Piece]:
    pieces = [
        Piece(line_of(_text(entry, "headline"), warnings), Role.HEADLINE),
        Piece(_text(entry, "byline"), Role.BYLINE),
        Piece(_text(entry, "dateline"), Role.DATELINE),
    ]
    captions = [
        piece
        for one in _objects(entry, "descriptions")
        for piece in pieces_of(_text(one, "description"), warnings)
    ]
    teaser = pieces_of(_text(entry, "teaser"), warnings)
    body = any(piece.role is Role.BODY for piece in article)
    if not is_text:
        pieces += [replace(piece, kind=ParagraphKind.CAPTION) for piece in captions[:1]]
        captions = captions[1:]
    elif not body:
        # A flash may be all headline; a teaser without an article is the text there is.
        pieces += teaser
        teaser = []
    pieces += article
    for name in ("kicker", "subhead"):
        pieces.append(Piece(line_of(_text(entry, name), warnings), Role.SUMMARY))
    pieces += [replace(piece, role=Role.SUMMARY) for piece in (*teaser, *captions)]
    pieces += _notes(entry, warnings)
    for name in ("creditline", "copyrightnotice", "usageterms", "autopublishnotice"):
        pieces += pieces_of(_text(entry, name), warnings, role=Role.RIGHTS)
    for number, one in enumerate(_objects(entry, "associations")):
        for name in ("headline", "caption", "creditline") if number < _MAX_ASSOCIATED else ():
            text = line_of(_text(one, name), warnings)
            pieces.append(Piece(text, Role.FURNITURE, ParagraphKind.CAPTION))
    return pieces


def _article(entry: dict[str, object], warnings: list[str]) -> Iterator[Piece]:
    """The article and its box of facts; its links are furniture, a notebook in it is notes."""
    yield from _sections(_text(entry, "article_html"), warnings)
    yield from _sections(_text(entry, "infobox_html"), warnings)
    links = pieces_of(_text(entry, "linkbox_html"), warnings, marked=True)
    yield from (replace(piece, role=Role.FURNITURE) for piece in links)


def _sections(markup: str, warnings: list[str]) -> Iterator[Piece]:
    if not markup:
        return
    page = flatten(markup)
    if page.root is None:
        warnings.append(page.why_no_tree or "html-no-tree")
        yield from _until_notebook(Piece(one.text, Role.BODY, one.kind) for one in page.elements)
        return
    fenced: list[tuple[lxml.html.HtmlElement, Role]] = []
    for node in page.root.iter("section", "aside", "div", "header", "footer"):
        classes = set((node.get("class") or "").lower().split())
        if classes & _NOTE_CLASSES:
            fenced.append((node, Role.NOTE))
        elif classes & _LINK_CLASSES:
            fenced.append((node, Role.FURNITURE))
    fences = {node for node, _ in fenced}
    outermost = [(node, role) for node, role in fenced if fences.isdisjoint(node.iterancestors())]
    for node, _ in outermost:
        node.drop_tree()
    yield from _until_notebook(
        Piece(one.text, Role.BODY, one.kind) for one in elements_of(page.root)
    )
    for node, role in outermost:
        node.tail = None
        for one in elements_of(node):
            yield Piece(one.text, role, one.kind)


def _until_notebook(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """What follows a line that opens the notebook is notes, whatever its markup says."""
    fenced = False
    for piece in pieces:
        fenced = fenced or _NOTEBOOK.fullmatch(piece.text) is not None
        yield replace(piece, role=Role.NOTE) if fenced else piece


def _notes(entry: dict[str, object], warnings: list[str]) -> Iterator[Piece]:
    said: set[str] = set()
    notepad = entry.get("notepad")
    texts = list(notepad.values()) if isinstance(notepad, dict) else [notepad]
    for text in texts[:10]:
        if isinstance(text, str):
            for piece in pieces_of(text, warnings, role=Role.NOTE):
                said.add(letters([piece]))
                yield piece
    for one in _objects(entry, "ednotes"):
        for piece in pieces_of(_text(one, "ednote"), warnings, role=Role.NOTE, marked=False):
            if letters([piece]) not in said:
                said.add(letters([piece]))
                yield piece


def _objects(entry: dict[str, object], name: str) -> list[dict[str, object]]:
    value = entry.get(name)
    return (
        [one for one in value[:MAX_LISTED] if isinstance(one, dict)]
        if isinstance(value, list)
        else []
    )


def _text(entry: dict[str, object], name: str) -> str:
    value = entry.get(name)
    return value if isinstance(value, str) else ""
