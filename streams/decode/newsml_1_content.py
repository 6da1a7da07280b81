"""The contents of a NewsItem of NewsML 1: text in any of its guises, or something to see or hear.

It must not choose between them; ``newsml_1`` does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from lxml import etree

from schemas.item import ParagraphKind
from streams.decode.blocks import Piece
from streams.decode.decoded import Role
from streams.decode.markup import elements_of, flatten, root_of
from streams.decode.nitf import letters_of, pieces_of
from streams.decode.xml_document import (
    XmlDocument,
    attribute,
    children,
    descendants,
    find,
    local,
    parse,
)
from streams.steps import DropReason

# MediaType, Format, MimeType and Role are vocabularies that houses extend: a word inside decides.
_MEDIA = (
    (DropReason.AUDIO, ("audio", "sound", "mpeg3", "mp3", "wav")),
    (DropReason.VIDEO, ("video", "mpeg", "mp4", "shockwave", "animation", "quicktime")),
    (DropReason.GRAPHIC, ("graphic", "illustrator", "postscript", "eps")),
    (
        DropReason.PICTURE,
        ("photo", "picture", "image", "jpeg", "jpg", "gif", "png", "tiff", "logo", "thumbnail"),
    ),
)
_EXTENSION = re.compile(r"\.([A-Za-z0-9]{2,5})(?:[?#].*)?$")
_STYLE = ("css", "stylesheet", "javascript", "xsl")
_BLOCK_TAG = re.compile(
    r"</?(?:p|br|div|table|tr|td|ul|ol|li|h[1-6]|b|i|em|strong|a|span|html|body)\b[^<>]*>",
    re.IGNORECASE,
)
# What a component is to the item, as its Role names it; houses write these in any case.
ROLES = {
    **dict.fromkeys(("body", "main", "text", "lead", "article", "story"), Role.BODY),
    **dict.fromkeys(("headline", "title"), Role.HEADLINE),
    **dict.fromkeys(
        ("subheadline", "subtitle", "summary", "abstract", "teaser", "synopsis"), Role.SUMMARY
    ),
    **dict.fromkeys(("contact", "contacts", "advisory", "editorsnote", "note"), Role.NOTE),
    "byline": Role.BYLINE,
    "dateline": Role.DATELINE,
    **dict.fromkeys(("copyright", "credit"), Role.RIGHTS),
}
# A picture's neighbour of so many words at most, without a role, is its caption.
_CAPTION_WORDS = 100
# Belga's text names the recordings that belong between its paragraphs.
_REFERENCE = re.compile(r"<?NewsComponentRef\b[^<>]*>?")


@dataclass(frozen=True, slots=True)
class Content:
    """A ContentItem.

    Attributes:
        chain: the components around it, innermost first.
        role: of the nearest component that has one, in small letters.
        media: what it holds, None for text.
        around: what the components around it are about, None for text.
        beside: whether something to see or hear stands in the same component.
        pieces: its text.
        letters: of its body: equal for two renderings of the same.
    """

    chain: tuple[etree._Element, ...]
    node: etree._Element
    role: str
    media: DropReason | None
    around: DropReason | None
    beside: bool
    pieces: tuple[Piece, ...] = ()
    letters: str = ""

    @property
    def is_caption(self) -> bool:
        """Whether the text describes what is seen or heard beside it."""
        if "caption" in self.role:
            return True
        if self.role in ROLES:
            return False
        if self.around is not None:
            return True
        words = sum(len(piece.text.split()) for piece in self.pieces)
        return self.beside and words <= _CAPTION_WORDS

    @property
    def place(self) -> Role:
        """What its body is to the item."""
        return Role.SUMMARY if self.is_caption else ROLES.get(self.role, Role.BODY)


def read_contents(
    components: Sequence[etree._Element],
    outer: tuple[etree._Element, ...],
    warnings: list[str],
) -> list[Content]:
    """The contents of components, in order, with the text of those that are text.

    Args:
        components: to read.
        outer: the components around them, innermost first.
        warnings: appended to.
    """
    found = [
        content for component in components for content in _contents(component, outer, "", None)
    ]
    return [
        _with_text(content, warnings) if content.media is None else content for content in found
    ]


def _with_text(content: Content, warnings: list[str]) -> Content:
    pieces = tuple(text_pieces(content.node, warnings))
    if is_style(content.node):
        return replace(content, pieces=tuple(Piece(one.text, Role.FURNITURE) for one in pieces))
    letters = "".join(letters_of(piece.text) for piece in pieces if piece.role is Role.BODY)
    return replace(content, pieces=pieces, letters=letters)


def _contents(
    component: etree._Element,
    outer: tuple[etree._Element, ...],
    role: str,
    around: DropReason | None,
) -> Iterator[Content]:
    own = role_of(component)
    role, around = own or role, media_named(own) or around
    chain = (component, *outer)
    media = {node: media_of(node) for node in children(component, "ContentItem")}
    beside = any(kind is not None for kind in media.values())
    for child in children(component, "ContentItem", "NewsComponent"):
        if child in media:
            yield Content(chain, child, role, media[child], around, beside)
        else:
            yield from _contents(child, chain, role, around)


def role_of(component: etree._Element) -> str:
    """What a component is, as it names it, in small letters."""
    return (attribute(find(component, "Role"), "FormalName") or "").lower()


def fullest(contents: Sequence[Content]) -> frozenset[int]:
    """Numbers of the contents that are the body: of those declared equivalent the fullest one."""
    best: dict[etree._Element, int] = {}
    alone: list[int] = []
    for number, content in enumerate(contents):
        declared = (
            component
            for component in content.chain[:2]
            if (attribute(component, "EquivalentsList") or "").lower() == "yes"
        )
        group = next(declared, None)
        if content.place is not Role.BODY:
            continue
        if group is None:
            alone.append(number)
        elif group not in best or len(content.letters) > len(contents[best[group]].letters):
            best[group] = number
    return frozenset((*alone, *best.values()))


def media_of(node: etree._Element) -> DropReason | None:
    """What a ContentItem holds if it is no text: a picture, a graphic, a video, a recording."""
    kind = (attribute(find(node, "MediaType"), "FormalName") or "").lower()
    if kind == "text":
        return None
    named = [kind, *(word.lower() for word in _formats(node))]
    extension = _EXTENSION.search(attribute(node, "Href") or "")
    if extension:
        named.append(extension[1].lower())
    return next(filter(None, map(media_named, named)), None)


def media_named(word: str) -> DropReason | None:
    """What a word of a vocabulary calls: "Photo", "image/jpeg", "Sound"; None for text."""
    for reason, names in _MEDIA if word else ():
        if any(name in word for name in names):
            return reason
    return None


def is_style(node: etree._Element) -> bool:
    """Whether a ContentItem holds how the text is to look."""
    return any(style in word.lower() for word in _formats(node) for style in _STYLE)


def _formats(node: etree._Element) -> list[str]:
    return [attribute(find(node, name), "FormalName") or "" for name in ("MimeType", "Format")]


def text_pieces(item: etree._Element, warnings: list[str]) -> list[Piece]:
    """The text of a ContentItem: NITF with its own roles, everything else as body."""
    pieces: list[Piece] = []
    for data in _data_of(item, warnings):
        pieces += _data_pieces(data, item, warnings)
    return pieces


def nitf_of(item: etree._Element) -> Iterator[etree._Element]:
    """The NITF documents inside a ContentItem, for what their heads say of the text."""
    for data in descendants(item, "DataContent"):
        yield from children(data, "nitf")


def _data_of(item: etree._Element, warnings: list[str]) -> Iterator[etree._Element]:
    for child in children(item, "DataContent", "Encoding"):
        if local(child) == "DataContent":
            yield child
        elif "64" in (attribute(child, "Notation") or ""):
            warnings.append("newsml-data-encoded")
        else:
            yield from _data_of(child, warnings)


def _data_pieces(data: etree._Element, item: etree._Element, warnings: list[str]) -> list[Piece]:
    inner = list(children(data))
    if not inner:
        return _character_pieces(data.text or "", item, warnings)
    if not any(local(child) == "nitf" for child in inner):
        return _set(data)
    pieces = [Piece(data.text or "", Role.BODY)]
    for child in inner:
        if local(child) == "nitf":
            pieces += [*pieces_of(child), Piece(child.tail or "", Role.BODY)]
        else:
            pieces += _set(child)
    return pieces


def _character_pieces(text: str, item: etree._Element, warnings: list[str]) -> list[Piece]:
    """Text without elements: markup that was escaped or in CDATA, or plain lines."""
    head = text.lstrip()[:4096]
    root = root_of(head)
    if root is not None and root.rpartition(":")[2].lower() == "nitf":
        document = parse(text)
        if isinstance(document, XmlDocument):
            return pieces_of(document.root)
    says_html = any("html" in word.lower() for word in _formats(item))
    if _BLOCK_TAG.search(text) or (says_html and "<" in text):
        page = flatten(text)
        if page.why_no_tree:
            warnings.append(page.why_no_tree)
        return [
            Piece(
                element.text,
                Role.BODY,
                ParagraphKind.CROSSHEAD if element.tag == "h1" else element.kind,
            )
            for element in page.elements
        ]
    return [
        Piece(line, Role.FURNITURE if _REFERENCE.fullmatch(line.strip()) else Role.BODY)
        for line in text.splitlines()
    ]


def _set(node: etree._Element) -> list[Piece]:
    return [
        Piece(
            element.text,
            Role.BODY,
            ParagraphKind.CROSSHEAD if element.tag in {"h1", "hl1"} else element.kind,
        )
        for element in elements_of(node)
    ]
