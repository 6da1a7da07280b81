"""The text of a NewsML-G2 item as pieces: headline, the fullest rendition, what stands beside.

It must not interpret what the other properties mean; ``newsml_g2_facts`` does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from lxml import etree

from schemas.item import ParagraphKind
from streams.decode.blocks import Piece
from streams.decode.decoded import Role
from streams.decode.markup import words
from streams.decode.newsml_g2_body import (
    Rendition,
    letters,
    other_text,
    paragraphs_in,
    rendition_of,
)
from streams.decode.newsml_g2_facts import TIMESTAMP, headline_of
from streams.decode.newsml_g2_item import Item
from streams.decode.xml_document import (
    attribute,
    children,
    descendants,
    text_of,
)
from streams.steps import DropReason

# A rendition whose paragraphs are guessed must say this much more than one that has them.
_PLAIN_SAYS_MORE = 1.5
# Characters looked through for lines that another rendition says, too; beyond, whole lines count.
_MAX_SEARCHED_CHARS = 50_000_000
# Pieces of the content that may only repeat what the item's properties say.
_BESIDE = frozenset({Role.HEADLINE, Role.SUMMARY, Role.FURNITURE})
_VISUAL = frozenset({DropReason.PICTURE, DropReason.GRAPHIC, DropReason.VIDEO, DropReason.AUDIO})
_CLASSES = {
    "picture": DropReason.PICTURE,
    "photo": DropReason.PICTURE,
    "graphic": DropReason.GRAPHIC,
    "animation": DropReason.GRAPHIC,
    "video": DropReason.VIDEO,
    "audio": DropReason.AUDIO,
}
_MEDIA = {"image": DropReason.PICTURE, "video": DropReason.VIDEO, "audio": DropReason.AUDIO}
_ITEMS = {
    **dict.fromkeys(("knowledgeItem", "catalogItem", "conceptItem", "concept"), DropReason.CONCEPT),
    **dict.fromkeys(("planningItem", "newsCoverage", "newsCoverageSet"), DropReason.PLANNING),
    **dict.fromkeys(("events", "event"), DropReason.EVENT),
    "groupSet": DropReason.PACKAGE,
}
# What of an item is no text of its own; any other element in it is read as its content.
_PROPERTIES = words(
    "assert catalog catalogContainer catalogRef concept conceptSet contentMeta contentSet "
    "derivedFrom derivedFromValue event events groupSet hopHistory inlineRef itemMeta link "
    "newsCoverage newsCoverageSet partMeta rightsInfo schemeMeta Signature itemRef"
)
_STRUCTURED = words(
    "concept conceptSet schemeMeta catalogContainer events event newsCoverageSet newsCoverage"
)
# What a package says of each item in it.
_OF_A_MEMBER = ("title", "headline", "description", "by", "name", "definition")
# As items of their own these are all structure.
_BARE = frozenset({"concept", "events", "event", "newsCoverage", "newsCoverageSet", "groupSet"})


@dataclass(frozen=True, slots=True)
class ItemText:
    """What an item says.

    Attributes:
        not_text: what it is where it is no text item.
    """

    headline: str | None
    pieces: tuple[Piece, ...]
    not_text: DropReason | None
    warnings: tuple[str, ...]


def text_of_item(item: Item, *, canceled: bool) -> ItemText:
    """The item's words, each once; a canceled item's description is not made its body."""
    renditions = [rendition_of(content) for content in _contents(item)]
    best = _fullest(renditions)
    body = list(best.pieces) if best else []
    not_text = _not_text(item, best)
    gathered = _Pieces()
    headline = _headline(item, body)
    gathered.add(headline, Role.HEADLINE)
    slugline = item.text("contentMeta", "slugline") or ""
    # Reuters fills an empty caption so.
    gathered.said.add(letters(f"{slugline}:{headline}"))
    for piece in body:
        gathered.add_of_body(piece)
    descriptions = _descriptions(item)
    is_caption = not_text in _VISUAL
    if is_caption or (not canceled and not_text is None and not gathered.has_body):
        kind = ParagraphKind.CAPTION if is_caption else ParagraphKind.TEXT
        for text in descriptions:
            gathered.add(text, Role.BODY, kind)
    _add_beside(item, descriptions, gathered)
    gathered.add_unsaid([other for other in renditions if other is not best])
    if not_text is not None:
        for text in _structured(item):
            gathered.add(text, Role.SUMMARY)
    warnings = (warning for rendition in renditions for warning in rendition.warnings)
    return ItemText(headline, tuple(gathered.pieces), not_text, tuple(dict.fromkeys(warnings)))


@dataclass(slots=True)
class _Pieces:
    """Pieces gathered so far, and the letters of each, so that none is said twice."""

    pieces: list[Piece] = field(default_factory=list)
    said: set[str] = field(default_factory=set)
    has_body: bool = False

    def add(self, text: str | None, role: Role, kind: ParagraphKind = ParagraphKind.TEXT) -> None:
        """A piece beside the running text, unless it was said."""
        same = letters(text or "")
        if text and same and same not in self.said:
            self.said.add(same)
            self.pieces.append(Piece(text, role, kind))

    def add_of_body(self, piece: Piece) -> None:
        """A piece of the content; of its titles only those that are not the headline."""
        if piece.role in _BESIDE:
            role = Role.SUMMARY if piece.role is Role.HEADLINE else piece.role
            self.add(piece.text, role, piece.kind)
            return
        same = letters(piece.text)
        if same:
            self.said.add(same)
            self.has_body = self.has_body or piece.role is Role.BODY
            self.pieces.append(piece)

    def add_unsaid(self, others: Sequence[Rendition]) -> None:
        """What lesser renditions say and the chosen one does not, wherever a line may break."""
        waiting = [piece for other in others for piece in other.pieces]
        if not waiting:
            return
        whole = "\0".join(letters(piece.text) for piece in self.pieces)
        may_search = len(whole) * len(waiting) <= _MAX_SEARCHED_CHARS
        for piece in waiting:
            same = letters(piece.text)
            if same in self.said or (may_search and same in whole):
                continue
            role = Role.SUMMARY if piece.role in {Role.BODY, Role.HEADLINE} else piece.role
            self.add(piece.text, role, piece.kind)


def _contents(item: Item) -> Iterator[etree._Element]:
    for content in item.members.get("contentSet", ()):
        yield from children(content, "inlineXML", "inlineData")
    if item.name not in _BARE:
        for name, elements in item.members.items():
            if name not in _PROPERTIES:
                yield from elements


def _fullest(renditions: Sequence[Rendition]) -> Rendition | None:
    """The rendition with most text; one with guessed paragraphs only where it says more."""
    best: Rendition | None = None
    for rendition in sorted(renditions, key=lambda one: not one.marked_up):
        share = 1.0 if rendition.marked_up or best is None else _PLAIN_SAYS_MORE
        if rendition.pieces and (best is None or rendition.size > share * best.size):
            best = rendition
    return best


def _headline(item: Item, body: Sequence[Piece]) -> str | None:
    """The headline property, else a title in the content, else the item's title or name."""
    headline = headline_of(item)
    if headline is None:
        headline = next(
            (piece.text for piece in body if piece.role is Role.HEADLINE and piece.text.strip()),
            None,
        )
    if headline is None:
        titles = [*item.all("itemMeta", "title"), *item.all("concept", "name")]
        titles += item.members.get("name", ())
        headline = next(
            (text for node in titles if not node.get("role") and (text := text_of(node))), None
        )
    return headline


def _descriptions(item: Item) -> list[str]:
    nodes = [*item.all("contentMeta", "description"), *item.all("partMeta", "description")]
    return [text for node in nodes for text in paragraphs_in(node)]


def _add_beside(item: Item, descriptions: Sequence[str], gathered: _Pieces) -> None:
    for node in item.all("contentMeta", "headline"):
        gathered.add(text_of(node), Role.SUMMARY)
    for node in item.all("itemMeta", "title"):
        gathered.add(text_of(node), Role.SUMMARY)
    for text in descriptions:
        gathered.add(text, Role.SUMMARY)
    for name, role in (
        ("by", Role.BYLINE),
        ("dateline", Role.DATELINE),
        ("creditline", Role.RIGHTS),
    ):
        for node in item.all("contentMeta", name):
            said = text_of(node) or ""
            gathered.add(said, Role.FURNITURE if TIMESTAMP.fullmatch(said) else role)


def _structured(item: Item) -> Iterator[str]:
    """What an item without running text says: of the items in it, or in all its fields."""
    if item.name in {"packageItem", "groupSet"}:
        for group in descendants(item.element, "groupSet", "itemRef"):
            for node in descendants(group, *_OF_A_MEMBER):
                yield text_of(node) or ""
    elif item.name in _BARE:
        yield from other_text(item.element)
    else:
        for name, elements in item.members.items():
            if name in _STRUCTURED:
                for element in elements:
                    yield from other_text(element)


def _not_text(item: Item, best: Rendition | None) -> DropReason | None:
    name = item.name
    has_text = best is not None and best.size > 0
    kind = (_class_of(item) or "").lower()
    reason = _ITEMS.get(name)
    if name == "conceptItem" and (kind == "event" or _is_event(item)):
        reason = DropReason.EVENT
    elif name == "packageItem" or kind == "composite":
        reason = None if has_text else DropReason.PACKAGE
    elif reason is None:
        reason = _CLASSES.get(kind)
        if reason is None and best is not None and best.is_data:
            reason = DropReason.DATA
        if reason is None and not kind and not has_text:
            reason = _medium(item)
    return reason


def _medium(item: Item) -> DropReason | None:
    """What an item without a class is by its remote content."""
    for node in item.all("contentSet", "remoteContent"):
        medium = (attribute(node, "contenttype") or "").partition("/")[0].lower()
        if medium in _MEDIA:
            return _MEDIA[medium]
    return None


def _class_of(item: Item) -> str | None:
    node = item.first("itemMeta", "itemClass")
    value = attribute(node, "qcode") or attribute(node, "uri") or attribute(node, "literal")
    return (value or "").rpartition(":")[2].rpartition("/")[2] or None


def _is_event(item: Item) -> bool:
    if item.first("concept", "eventDetails") is not None:
        return True
    kind = item.first("concept", "type")
    return (attribute(kind, "qcode") or attribute(kind, "uri") or "").endswith(("event", "EVENT"))
