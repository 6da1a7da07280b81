"""NITF 3.x: the text of a document, by role; also of NITF inside another format.

It must not interpret what fields mean; ``nitf_facts`` does.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy

from lxml import etree

from schemas.item import ParagraphKind
from streams.decode.blocks import Piece, lay_out
from streams.decode.decoded import Decoded, Role
from streams.decode.markup import elements_of
from streams.decode.message import NO_EVIDENCE, Evidence, Message
from streams.decode.nitf_facts import (
    byline_of,
    dateline_of,
    is_initials,
    keys_of,
    providers_of,
    state_facts,
)
from streams.decode.profiles import Profiles
from streams.decode.stated import Stated
from streams.decode.xml_document import (
    XmlDocument,
    attribute,
    children,
    collapse,
    descendants,
    find,
    local,
    text_of,
)
from streams.steps import DropReason, Fail

NAME = "nitf"
_ROOT = "nitf"
_CROSSHEADS = frozenset({"h1", "hl1", "hl2"})
_CAPTIONS = frozenset({"media", "media-producer"})
_NOTICES = frozenset({"cpyrt", "trademk"})
# What a title of keys is made of.
_KEYS = (("series", "series.part"), ("doc-scope", "scope"), ("keyword", "key"))
_MEDIA = {
    "image": DropReason.PICTURE,
    "photo": DropReason.PICTURE,
    "picture": DropReason.PICTURE,
    "graphic": DropReason.GRAPHIC,
    "video": DropReason.VIDEO,
    "audio": DropReason.AUDIO,
}


def sniff(message: Message) -> Evidence:
    """A document of its own, or several under one root of no known name."""
    found = _documents(message)
    if not found:
        return NO_EVIDENCE
    if found[0].getparent() is None:
        return Evidence(0.95, (f"root element {_ROOT}", attribute(found[0], "version") or ""))
    return Evidence(0.6, (f"{len(found)} elements {_ROOT} below the root",))


def decode_nitf(message: Message, profiles: Profiles) -> list[Decoded | Fail]:
    """One part for each document."""
    xml = message.xml
    warnings = xml.warnings if isinstance(xml, XmlDocument) else ()
    return [
        _decode_document(message.from_provider(profiles, *providers_of(nitf)), nitf, part, warnings)
        for part, nitf in enumerate(_documents(message))
    ] or [Fail("xml-invalid", "no NITF document")]


def pieces_of(nitf: etree._Element) -> list[Piece]:
    """The whole text of a document: its headline, what stands beside the text, the text."""
    keys = {letters_of(key) for key in keys_of(nitf)}
    pieces = [
        # EFE's second headline is the key of the story.
        Piece(piece.text, Role.FURNITURE)
        if piece.role is Role.SUMMARY and letters_of(piece.text) in keys
        else piece
        for child in children(nitf)
        if local(child) not in {"head", "title"}
        for piece in body_pieces(child)
    ]
    title = text_of(find(nitf, "head", "title")) or text_of(find(nitf, "title"))
    if title is None:
        return pieces
    if any(piece.role is Role.HEADLINE for piece in pieces):
        return [*pieces, Piece(title, Role.FURNITURE)]
    # Without a headline the title is one, unless it only repeats keys (PA: "1 SOCCER INT-Teams").
    role = Role.FURNITURE if _is_keys(nitf, title) else Role.HEADLINE
    return [Piece(title, role), *pieces]


def body_pieces(element: etree._Element) -> list[Piece]:
    """The text of an NITF ``body`` or ``body.content``, or of any element that holds NITF's.

    In order: what ``body.head`` holds by role (headline, byline, dateline, abstract, notes), then
    the paragraphs with their kinds, then ``body.end``.
    """
    name = local(element)
    if name == "nitf":
        return pieces_of(element)
    if name == "body.head":
        return list(_head_pieces(element))
    if name == "body.end":
        return list(_end_pieces(element))
    if name != "body":
        return _content_pieces(element)
    pieces = [Piece(element.text or "", Role.BODY)]
    for child in element:
        pieces += body_pieces(child) if local(child) else []
        if local(child) in {"body.head", "body.end"}:
            pieces.append(Piece(child.tail or "", Role.BODY))
    return pieces


def headline_of(pieces: list[Piece]) -> str | None:
    """The text of the headline among pieces."""
    return next((piece.text for piece in pieces if piece.role is Role.HEADLINE), None)


def _documents(message: Message) -> list[etree._Element]:
    xml = message.xml
    if not isinstance(xml, XmlDocument):
        return []
    if local(xml.root).lower() == _ROOT:
        return [xml.root]
    return list(children(xml.root, _ROOT))


def _decode_document(
    message: Message, nitf: etree._Element, part: int, warnings: tuple[str, ...]
) -> Decoded:
    pieces = pieces_of(nitf)
    stated = Stated(message.profile)
    state_facts(stated, nitf, headline_of(pieces))
    for node in _notes(nitf):
        note = _note_piece(node)
        if note.role is Role.NOTE:
            # Standard, "publishable advisory", "non-publishable advisory" (NITF 3.6, note/@type).
            stated.note(note.text, "body/note", publishable=attribute(node, "type") == "pa")
    layout = lay_out(pieces, from_markup=True)
    return message.decoded(
        NAME,
        layout,
        part=part,
        facts=stated.facts(),
        warnings=(*warnings, *stated.warnings),
        not_text=_not_text(nitf, pieces),
    )


def _not_text(nitf: etree._Element, pieces: list[Piece]) -> DropReason | None:
    """What the document is, where all its text is captions."""
    if any(
        piece.role is Role.BODY and piece.kind is not ParagraphKind.CAPTION and piece.text.strip()
        for piece in pieces
    ):
        return None
    for node in descendants(nitf, "media"):
        return _MEDIA.get((attribute(node, "media-type") or "").lower(), DropReason.DATA)
    return None


def _head_pieces(head: etree._Element) -> Iterator[Piece]:
    for child in children(head):
        name = local(child)
        if name == "hedline":
            yield from _hedline_pieces(child)
        elif name == "byline":
            for line in byline_of(child):
                # EFE's bylines are initials.
                role = Role.FURNITURE if is_initials(line or "") else Role.BYLINE
                yield Piece(line or "", role)
        elif name == "dateline":
            written = dateline_of(child)
            yield Piece(written or "", Role.DATELINE)
            if letters_of(written or "") != letters_of(_line(child)):
                yield Piece(_line(child), Role.FURNITURE)
        elif name == "note":
            yield _note_piece(child)
        elif name == "rights":
            yield Piece(_line(child), Role.RIGHTS)
        elif name in {"distributor", "series"}:
            yield Piece(_line(child), Role.FURNITURE)
        else:  # abstract, and what houses add
            yield from _set(child, Role.SUMMARY)


def _hedline_pieces(hedline: etree._Element) -> Iterator[Piece]:
    """The first hl1 is the headline, or what stands in hedline without one; others are beside."""
    lines = [(local(child), _line(child)) for child in children(hedline)]
    bare = collapse(hedline.text or "")
    if bare:
        lines.insert(0, ("hl1", bare))
    main = next((line for name, line in lines if name == "hl1" and line), None)
    if main is None and len(lines) == 1:
        main = lines[0][1]
    if main:
        yield Piece(main, Role.HEADLINE)
    said = {main}
    rest = [line for _, line in lines]
    if main in rest:
        rest.remove(main)
    for line in rest:
        yield Piece(line, Role.FURNITURE if line in said else Role.SUMMARY)
        said.add(line)


def _end_pieces(end: etree._Element) -> Iterator[Piece]:
    for child in children(end):
        # "A byline at the end of a story": who contributed to it.
        yield from _set(child, Role.BYLINE if local(child) == "tagline" else Role.SUMMARY)


def _content_pieces(content: etree._Element) -> list[Piece]:
    notes = [_note_piece(node) for node in _notes(content)]
    if notes:
        content = deepcopy(content)
        for node in _notes(content):
            _cut_out(node)
    return [*_set(content, Role.BODY), *notes]


def _set(node: etree._Element, role: Role) -> Iterator[Piece]:
    for element in elements_of(node):
        kind = element.kind
        if kind is ParagraphKind.TEXT:
            if element.tag in _CROSSHEADS:
                kind = ParagraphKind.CROSSHEAD
            elif element.tag in _CAPTIONS:
                kind = ParagraphKind.CAPTION
        yield Piece(element.text, role, kind)


def _notes(node: etree._Element) -> list[etree._Element]:
    """The notes below a node that do not stand in other notes."""
    return [
        note
        for note in descendants(node, "note")
        if note is not node and not any(local(up) == "note" for up in note.iterancestors())
    ]


def _note_piece(note: etree._Element) -> Piece:
    alone = deepcopy(note)
    alone.tail = None
    is_notice = attribute(note, "noteclass") in _NOTICES
    return Piece(_line(alone), Role.RIGHTS if is_notice else Role.NOTE)


def _cut_out(node: etree._Element) -> None:
    """Take an element out and leave the text behind it."""
    parent = node.getparent()
    if parent is None:
        return
    before = node.getprevious()
    if before is not None:
        before.tail = (before.tail or "") + (node.tail or "")
    else:
        parent.text = (parent.text or "") + (node.tail or "")
    parent.remove(node)


def _line(node: etree._Element) -> str:
    """The text of an element on one line, its blocks parted by spaces."""
    return collapse(" ".join(element.text for element in elements_of(node))) or ""


def _is_keys(nitf: etree._Element, title: str) -> bool:
    """Whether every word of a title is the part, scope or key that the head states anyway."""
    known: set[str] = set()
    docdata = find(nitf, "head", "docdata")
    for name, key in _KEYS if docdata is not None else ():
        for node in descendants(docdata, name):
            known.update((attribute(node, key) or "").split())
    return bool(known) and set(title.split()) <= known


def letters_of(text: str) -> str:
    """The letters and digits of a text: equal where two say the same."""
    return "".join(filter(str.isalnum, text)).casefold()
