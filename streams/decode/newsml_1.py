"""NewsML 1.0 to 1.2: the text of each NewsItem in an envelope, by role.

It must not interpret what fields mean (``newsml_1_facts``) nor read content (``newsml_1_content``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from lxml import etree

from schemas.item import ParagraphKind
from streams.decode.blocks import Piece, lay_out
from streams.decode.decoded import Decoded, Role
from streams.decode.message import NO_EVIDENCE, Evidence, Message
from streams.decode.newsml_1_content import (
    ROLES,
    Content,
    fullest,
    media_named,
    media_of,
    nitf_of,
    read_contents,
    role_of,
)
from streams.decode.newsml_1_facts import Scope, providers_of, state_facts
from streams.decode.nitf import letters_of
from streams.decode.nitf_facts import is_initials, keys_of
from streams.decode.profiles import Profiles
from streams.decode.stated import Stated
from streams.decode.xml_document import XmlDocument, attribute, children, find, local, text_of
from streams.steps import DropReason, Fail

NAME = "newsml-1"
_ROOTS = ("NewsML", "NewsItem")
_LINES = {
    "headline": Role.HEADLINE,
    "subheadline": Role.SUMMARY,
    "captionline": Role.SUMMARY,
    "byline": Role.BYLINE,
    "bylinetitle": Role.BYLINE,
    "dateline": Role.DATELINE,
    "copyrightline": Role.RIGHTS,
}
_ORDER = (
    Role.HEADLINE,
    Role.SUMMARY,
    Role.BYLINE,
    Role.DATELINE,
    Role.BODY,
    Role.NOTE,
    Role.RIGHTS,
    Role.FURNITURE,
)
# Belga's filling of a headline that must not be empty.
_NO_HEADLINE = "noheadline"


@dataclass(frozen=True, slots=True)
class _Edition:
    """One item: a NewsItem, or one language of it.

    Attributes:
        outer: components around it, innermost first; their lines and facts are its own too.
        others: the other languages.
    """

    node: etree._Element
    components: tuple[etree._Element, ...]
    outer: tuple[etree._Element, ...] = ()
    language: str | None = None
    others: tuple[str, ...] = ()


@dataclass(slots=True)
class _Layout:
    """Pieces by role; what was said already beside the text is furniture the second time."""

    pieces: list[Piece] = field(default_factory=list)
    said: set[str] = field(default_factory=set)
    headline: str | None = None

    def add(self, piece: Piece) -> None:
        """Add a piece; a second headline is beside the text."""
        if piece.role in {Role.BODY, Role.FURNITURE}:
            self.pieces.append(piece)
            return
        text = " ".join(piece.text.split())
        letters = letters_of(text)
        if letters in self.said or letters == _NO_HEADLINE:
            role = Role.FURNITURE
        elif piece.role is Role.HEADLINE and self.headline is not None:
            role = Role.SUMMARY
        else:
            role = piece.role
        if role is Role.HEADLINE:
            self.headline = text or None
        self.said.add(letters)
        self.pieces.append(Piece(text, role, piece.kind))

    def ordered(self) -> list[Piece]:
        """The pieces, those of one role together."""
        return sorted(self.pieces, key=lambda piece: _ORDER.index(piece.role))


def sniff(message: Message) -> Evidence:
    """The root element NewsML, or a NewsItem alone: G2 writes newsMessage and newsItem."""
    xml = message.xml
    if not isinstance(xml, XmlDocument) or local(xml.root) not in _ROOTS:
        return NO_EVIDENCE
    if local(xml.root) == "NewsItem" and find(xml.root, "Identification") is None:
        return NO_EVIDENCE
    version = attribute(xml.root, "Version")
    reasons = (f"root element {local(xml.root)}", f"Version {version}" if version else "")
    return Evidence(0.95, tuple(filter(None, reasons)))


def decode_newsml_1(message: Message, profiles: Profiles) -> list[Decoded | Fail]:
    """One part for each NewsItem, or for each language of one."""
    xml = message.xml
    if not isinstance(xml, XmlDocument):
        return [Fail("xml-invalid", "no XML")]
    envelope = find(xml.root, "NewsEnvelope")
    editions = [edition for node in _items(xml.root) for edition in _editions(node)]
    return [
        _decode_edition(message, profiles, edition, envelope, (part, xml.warnings))
        for part, edition in enumerate(editions)
    ] or [Fail("no-text", "NewsML without a NewsItem")]


def _items(root: etree._Element) -> Iterator[etree._Element]:
    """Every NewsItem, also one inside another's component, but none that is content."""
    for node in root.iter("{*}NewsItem"):
        if next(node.iterancestors("{*}DataContent"), None) is None:
            yield node


def _editions(node: etree._Element) -> list[_Edition]:
    """The languages of an item that was sent in several, else the item."""
    tops = tuple(children(node, "NewsComponent"))
    whole = [_Edition(node, tops)]
    outer: tuple[etree._Element, ...] = ()
    inner = tops
    while len(inner) == 1:
        outer = (inner[0], *outer)
        inner = tuple(children(inner[0], "NewsComponent"))
    languages = {
        sub: language for sub in inner if (language := _language(sub)) and _holds_text(sub)
    }
    if len(languages) < 2 or len(set(languages.values())) < len(languages):
        return whole
    rest = tuple(sub for sub in inner if sub not in languages)
    return [
        _Edition(
            node,
            (sub, *(rest if number == 0 else ())),
            outer,
            language,
            tuple(other for other in languages.values() if other != language),
        )
        for number, (sub, language) in enumerate(languages.items())
    ]


def _language(component: etree._Element) -> str | None:
    described = find(component, "DescriptiveMetadata", "Language")
    return (
        attribute(component, "lang") or attribute(described, "FormalName") or ""
    ).lower() or None


def _holds_text(component: etree._Element) -> bool:
    return media_named(role_of(component)) is None and any(
        media_of(content) is None and "".join(content.itertext()).strip()
        for content in component.iter("{*}ContentItem")
    )


def _decode_edition(
    message: Message,
    profiles: Profiles,
    edition: _Edition,
    envelope: etree._Element | None,
    found_at: tuple[int, tuple[str, ...]],
) -> Decoded:
    part, document_warnings = found_at
    warnings: list[str] = []
    contents = read_contents(edition.components, edition.outer, warnings)
    main = _main(contents)
    chain = main.chain if main else (*edition.components[:1], *edition.outer)
    scope = Scope(
        envelope,
        edition.node,
        chain,
        tuple(nitf for nitf in nitf_of(main.node)) if main else (),
        edition.language,
        edition.others,
    )
    message = message.from_provider(profiles, *providers_of(scope))
    layout = _Layout()
    _add_lines(layout, edition, scope)
    not_text = _not_text(edition, contents, said=bool(layout.pieces))
    _add_contents(layout, contents)
    _add_updates(layout, edition.node)
    stated = Stated(message.profile)
    state_facts(stated, scope, layout.headline)
    for piece in layout.pieces:
        if piece.role is Role.NOTE:
            stated.note(piece.text, "NewsComponent")
    for reference in _references(edition):
        stated.link("contains", reference, "NewsItemRef")
    placed = lay_out(layout.ordered(), from_markup=True)
    return message.decoded(
        NAME,
        placed,
        part=part,
        facts=stated.facts(),
        warnings=(*document_warnings, *warnings, *stated.warnings),
        not_text=not_text,
    )


def _main(contents: Sequence[Content]) -> Content | None:
    """The content that is the text of the item, else the first that is anything to it."""
    bodies = [content for content in contents if content.place is Role.BODY and content.letters]
    named = [content for content in bodies if content.role in ROLES]
    return next(iter((*named, *bodies, *contents)), None)


def _not_text(edition: _Edition, contents: Sequence[Content], *, said: bool) -> DropReason | None:
    """What the item is, where no content of it is a text."""
    if any(content.place is Role.BODY and content.letters for content in contents):
        return None
    for content in contents:
        if (content.media or content.around) is not None:
            return content.media or content.around
    if any(True for _ in _references(edition)):
        return DropReason.PACKAGE
    if find(edition.node, "TopicSet") is not None or find(edition.node, "Catalog") is not None:
        return None if said else DropReason.CONCEPT
    return None


def _add_lines(layout: _Layout, edition: _Edition, scope: Scope) -> None:
    """What stands in NewsLines: of the components around the text, then of all others."""
    keys = {letters_of(key) for nitf in scope.content for key in keys_of(nitf)}
    for component in _all_components(edition, scope.chain):
        is_own = component in scope.chain
        for line in (one for lines in children(component, "NewsLines") for one in children(lines)):
            _add_line(layout, line, is_own=is_own, keys=keys)


def _all_components(
    edition: _Edition, chain: tuple[etree._Element, ...]
) -> Iterator[etree._Element]:
    yield from chain
    for component in edition.components:
        for inner in component.iter("{*}NewsComponent"):
            if inner not in chain and next(inner.iterancestors("{*}NewsItem")) is edition.node:
                yield inner


def _add_line(
    layout: _Layout, line: etree._Element, *, is_own: bool, keys: frozenset[str] | set[str]
) -> None:
    name = local(line).lower()
    if name == "newsline":
        kind = (attribute(find(line, "NewsLineType"), "FormalName") or "").lower()
        role = Role.NOTE if kind == "advisoryline" else Role.FURNITURE
        for node in children(line, "NewsLineText"):
            layout.add(Piece(text_of(node) or "", role))
        return
    text = text_of(line) or ""
    role = _LINES.get(name, Role.FURNITURE)
    if not is_own and role is not Role.RIGHTS:
        # The lines of a picture beside the text.
        role = Role.SUMMARY if role in {Role.HEADLINE, Role.SUMMARY} else Role.FURNITURE
        layout.add(Piece(text, role, ParagraphKind.CAPTION))
        return
    is_date = role is Role.DATELINE and not any(char.isalpha() for char in text)
    is_key = role is not Role.HEADLINE and letters_of(text) in keys
    if is_date or is_key or (role is Role.BYLINE and is_initials(text)):
        role = Role.FURNITURE
    layout.add(Piece(text, role))


def _add_contents(layout: _Layout, contents: Sequence[Content]) -> None:
    """The text of every content; of a second rendering of the same only that it was there."""
    said: set[str] = set()
    bodies = fullest(contents)
    has_text = any(contents[number].letters for number in bodies)
    for number, content in enumerate(contents):
        role, kind = content.place, None
        if content.is_caption:
            # Captions alone are all the text there is.
            role = Role.SUMMARY if has_text else Role.BODY
            kind = ParagraphKind.CAPTION
        elif content.letters in said or (role is Role.BODY and number not in bodies):
            role = Role.FURNITURE
        if content.letters:
            said.add(content.letters)
        for piece in content.pieces:
            if piece.role is Role.BODY:
                layout.add(Piece(piece.text, role, kind or piece.kind))
            else:
                layout.add(piece)


def _add_updates(layout: _Layout, item: etree._Element) -> None:
    """What an Update element would put into an earlier revision: never the item's own text."""
    for update in children(item, "Update"):
        for child in children(update):
            layout.add(Piece(text_of(child) or "", Role.NOTE))


def _references(edition: _Edition) -> Iterator[str]:
    """Other items that this one is made of, by reference or inside it."""
    for component in edition.components:
        for node in component.iter("{*}NewsItemRef", "{*}NewsItem"):
            urn = text_of(find(node, "Identification", "NewsIdentifier", "PublicIdentifier"))
            target = attribute(node, "NewsItem") or urn
            if target:
                yield target
