"""The content of a NewsML-G2 item, one rendition at a time, as pieces with their roles.

It reads XHTML, NITF, dialects of either, any other XML, escaped HTML and plain text. It must not
choose between renditions.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from lxml import etree

from schemas.item import ParagraphKind
from streams.decode import nitf
from streams.decode.blocks import Piece
from streams.decode.decoded import Role
from streams.decode.markup import Element, elements_of, flatten, words
from streams.decode.xml_document import (
    attribute,
    children,
    collapse,
    descendants,
    joined,
    local,
    text_of,
)

# What an element declares its text to be: XHTML, NITF, TT's "ttnitf" (Swedish names).
_ROLES = {
    **dict.fromkeys(("h1", "hl1", "title", "rubrik"), Role.HEADLINE),
    **dict.fromkeys(("abstract", "body.head", "head", "header", "hedline"), Role.SUMMARY),
    "vinjett": Role.SUMMARY,
    "byline": Role.BYLINE,
    **dict.fromkeys(("dateline", "dat"), Role.DATELINE),
    **dict.fromkeys(("copyrite", "distributor", "rights"), Role.RIGHTS),
    **dict.fromkeys(("nav", "docdata", "pubdata", "bibliography", "bildfil"), Role.FURNITURE),
}
# dpa's XHTML names its parts by class. "dpatextgenre-<n>" is the genre of the text, no notebook.
_CLASSES = {
    "main": Role.BODY,
    "byline": Role.BYLINE,
    **dict.fromkeys(("slugline", "publicationDate", "genre"), Role.FURNITURE),
    **dict.fromkeys(
        ("notepad", "np-public", "np-nonpublic", "np-constraint", "closingline", "nonpublic"),
        Role.NOTE,
    ),
    **dict.fromkeys(("editorialnote", "editorsnote", "editornote", "dpacontacts"), Role.NOTE),
}
_KINDS = {
    "mellis": ParagraphKind.CROSSHEAD,
    **dict.fromkeys(("h2", "h3", "h4", "h5", "h6", "hl2"), ParagraphKind.CROSSHEAD),
    **dict.fromkeys(("li", "dt", "dd"), ParagraphKind.LIST),
    **dict.fromkeys(("bildtext", "bildskapare", "caption", "figcaption"), ParagraphKind.CAPTION),
    **dict.fromkeys(("media-caption", "media-producer"), ParagraphKind.CAPTION),
    **dict.fromkeys(("blockquote", "bq"), ParagraphKind.QUOTE),
}
_KNOWN = words(
    # blocks, and what only holds others
    "abstract article aside blockquote body body.content body.end body.head bq block byline "
    "caption col colgroup content dateline datasource dd div dl dt fieldset figcaption figure "
    "footer h1 h2 h3 h4 h5 h6 head header hedline hl1 hl2 hr html inlinedata inlinexml li link "
    "main media media-caption media-metadata media-producer media-reference meta nav nitf "
    "nitf-table note ol p pre section table tagline tbody td tfoot th thead title tr ul"
)
_INLINE = words(
    "a abbr acronym alt-code b bdi bdo big br byttl chron cite city classifier code copyrite "
    "country credit data del dfn em event font frac frac-num frac-den function i img ins kbd lang "
    "location mark money num object.title org person postaddr pronounce q region s samp series "
    "small span state story.date strike strong sub sublocation sup time tt u var virtloc wbr"
)
# An element of another vocabulary in one of these is set within its line.
_LEAVES = words("byline caption dateline dd dt h1 h2 h3 h4 h5 h6 hl1 hl2 li p pre tagline td th")
# Set by the walk for XHTML and NITF also in another vocabulary.
_WHOLE = words("nitf-table pre table")
_MARKUP = re.compile(r"</?[A-Za-z][^<>]*>")
_PLAIN_TAGS = re.compile(r"</?(?:p|br)\b[^<>]*>", re.IGNORECASE)
_BINARY = re.compile(r"(?:image|audio|video|font)/|application/(?:octet|pdf|zip|msword|vnd\.)")
_GAP = re.compile(r"(?<=\S) {2,}(?=\S)")
_FIGURE = re.compile(r"\S {2,}[-+(]?\d")
_ENDS = (".", "!", "?", ":", '"', "”", "»")
# Typed copy is set in lines of 69 to 80 characters.
_LINE_CHARS = 90
_INDENT_CHARS = 8
_TABLE_ROWS = 3
_READS = words("article body.content html nitf p")


@dataclass(frozen=True, slots=True)
class Rendition:
    """One way the content is given.

    Attributes:
        marked_up: its paragraphs are the sender's, not guessed from line ends.
        is_data: XML without running text: results, tables of figures.
    """

    pieces: tuple[Piece, ...]
    marked_up: bool = True
    is_data: bool = False
    warnings: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """Characters of its text, white space apart."""
        return sum(len(letters(piece.text)) for piece in self.pieces if piece.role is Role.BODY)


def letters(text: str) -> str:
    """Text without white space: equal for texts that are only set differently."""
    return "".join(text.split())


def rendition_of(content: etree._Element) -> Rendition:
    """The text of an ``inlineXML`` or ``inlineData``; without pieces where it is no text."""
    kind = (attribute(content, "contenttype") or "").lower()
    if _BINARY.match(kind) or attribute(content, "encoding"):
        return Rendition(())
    return _of_elements(content) if len(content) else _of_text(content.text or "", kind)


def _of_elements(content: etree._Element) -> Rendition:
    if len(content) == 1 and local(content[0]) == "nitf":
        return Rendition(tuple(nitf.pieces_of(content[0])))
    is_other = _is_other_vocabulary(content)
    pieces = _Reader().leaves(content) if is_other else _pieces_of(content)
    return Rendition(tuple(pieces), is_data=is_other and not _reads(content))


def _of_text(text: str, kind: str) -> Rendition:
    """Text that may be markup in its turn, escaped or in a CDATA section."""
    if "plain" in kind and not _MARKUP.search(_PLAIN_TAGS.sub("", text)):
        if _PLAIN_TAGS.search(text):
            text = html.unescape(_PLAIN_TAGS.sub("\n\n", text))
        return Rendition(tuple(plain_pieces(text)), marked_up=False)
    if not _MARKUP.search(text):
        return Rendition(tuple(plain_pieces(text)), marked_up=False)
    page = flatten(text)
    if page.root is None:
        elements = _Reader().elements(iter(page.elements))
        return Rendition(tuple(elements), warnings=(page.why_no_tree or "html-no-tree",))
    return Rendition(tuple(_pieces_of(page.root)))


def _pieces_of(root: etree._Element) -> Iterator[Piece]:
    """The pieces of XHTML or NITF, the title in its head first."""
    for head in descendants(root, "head", "HEAD"):
        for title in children(head, "title", "TITLE"):
            yield Piece(text_of(title) or "", Role.HEADLINE)
    yield from _Reader().elements(elements_of(root))


def paragraphs_in(node: etree._Element) -> list[str]:
    """The text of a property that may hold a little markup, a paragraph an entry."""
    if not len(node):
        one = collapse(node.text or "")
        return [one] if one else []
    return [element.text for element in elements_of(node)]


def other_text(node: etree._Element) -> list[str]:
    """Every text below an element of any vocabulary, in order."""
    return [text for _, text in _leaves_of(node)]


@dataclass(slots=True)
class _Reader:
    """Gives the pieces of one tree their roles."""

    in_body: bool = False
    roles: dict[etree._Element, Role | None] = field(default_factory=dict)

    def elements(self, elements: Iterable[Element]) -> Iterator[Piece]:
        for element in elements:
            role = self._role(element.node)
            node = element.node
            if node is None or element.tag == "pre":
                row = node is not None and _is_row(element.text)
                kind = ParagraphKind.TABLE if row else element.kind
                yield self._piece(element.text, role, kind)
            elif (
                node.text
                and "  " in node.text
                and not len(node)
                and (typed := _set_by_hand(node.text))
            ):
                yield from (self._piece(row.text, role, row.kind) for row in typed)
            elif role is Role.SUMMARY and local(node) == "header":
                # What stands between the parts of a page's header: the time of publication.
                yield self._piece(element.text, Role.FURNITURE, element.kind)
            elif role in {Role.BYLINE, Role.DATELINE} and local(node).lower() in _ROLES:
                yield self._piece(_spaced(node), role, element.kind)
            else:
                yield self._piece(element.text, role, element.kind)

    def leaves(self, content: etree._Element) -> Iterator[Piece]:
        """The pieces of another vocabulary: its outermost elements that hold text."""
        for node, text in _leaves_of(content, whole=_WHOLE):
            names = [local(node).lower(), *(local(outer).lower() for outer in _above(node))]
            kind = next((_KINDS[name] for name in names if name in _KINDS), ParagraphKind.TEXT)
            role = self._role(node)
            if names[0] in _WHOLE:
                yield from self.elements(elements_of(node))
            elif len(node) and role not in {Role.BYLINE, Role.DATELINE}:
                for element in elements_of(node):
                    own = element.kind is not ParagraphKind.TEXT
                    yield self._piece(element.text, role, element.kind if own else kind)
            else:
                yield self._piece(text, role, kind)

    def _piece(self, text: str, role: Role | None, kind: ParagraphKind) -> Piece:
        if role is Role.HEADLINE and self.in_body:
            role, kind = Role.BODY, ParagraphKind.CROSSHEAD
        if role is None or role is Role.BODY:
            role = Role.BODY
            self.in_body = self.in_body or bool(text.strip())
        elif role is Role.SUMMARY and kind is ParagraphKind.CROSSHEAD:
            kind = ParagraphKind.TEXT
        return Piece(text, role, kind)

    def _role(self, node: etree._Element | None) -> Role | None:
        """What the nearest element around a text that declares something declares it to be."""
        passed = []
        role = None
        while node is not None:
            if node in self.roles:
                role = self.roles[node]
                break
            passed.append(node)
            role = _declared(node)
            if role is not None:
                break
            node = node.getparent()
        self.roles.update(dict.fromkeys(passed, role))
        return role


def _declared(node: etree._Element) -> Role | None:
    name = local(node).lower()
    for token in (node.get("class") or "").split():
        if token in _CLASSES:
            return _CLASSES[token]
    if name == "note":
        # NITF: for public use, for public use in part, or not for publication.
        return Role.BODY if (node.get("type") or "").lower() == "pa" else Role.NOTE
    return _ROLES.get(name)


def _above(node: etree._Element) -> Iterator[etree._Element]:
    for outer in node.iterancestors():
        if local(outer) in {"inlineXML", "contentSet"}:
            return
        yield outer


def _is_other_vocabulary(content: etree._Element) -> bool:
    """Whether elements of neither XHTML nor NITF hold text as blocks of their own."""
    names: dict[str, str] = {}
    set_within: set[etree._Element] = set()
    for node in content.iterdescendants("*"):
        tag = str(node.tag)
        name = names.get(tag)
        if name is None:
            name = names[tag] = local(node).lower()
        if name in _KNOWN or name in _INLINE or not (node.text and node.text.strip()):
            continue
        parent = node.getparent()
        if parent is None or parent in set_within:
            continue
        if not _is_leaf(parent) and not _holds_text(parent):
            return True
        set_within.add(parent)
    return False


def _is_leaf(node: etree._Element) -> bool:
    name = local(node).lower()
    return name in _LEAVES or name in _INLINE


def _holds_text(node: etree._Element) -> bool:
    return bool(node.text and node.text.strip()) or any(
        child.tail and child.tail.strip() for child in node
    )


def _reads(content: etree._Element) -> bool:
    """Whether there is running text in XML of another vocabulary."""
    return any(
        local(node).lower() in _READS and "".join(node.itertext()).strip()
        for node in content.iterdescendants("*")
    )


def _leaves_of(
    node: etree._Element, *, whole: frozenset[str] = frozenset()
) -> Iterator[tuple[etree._Element, str]]:
    """The outermost elements that hold text of their own, with all of their text.

    Args:
        node: looked into.
        whole: names of elements that are not, if they have any text below them.
    """
    waiting = [node]
    while waiting:
        inner = waiting.pop()
        if _holds_text(inner) or local(inner).lower() in whole:
            text = _spaced(inner)
            if text:
                yield inner, text
        else:
            waiting.extend(reversed(inner))


def _spaced(node: etree._Element) -> str:
    return joined(str(part) for part in node.itertext()) or ""


def plain_pieces(text: str) -> list[Piece]:
    """The paragraphs of plain text: by blank lines, else indents, else its lines.

    Lines of a paragraph are joined; rows of a typed table stand alone, their columns parted by
    tabs.
    """
    lines = text.expandtabs(4).splitlines()
    filled = [line for line in lines if line.strip()]
    if not filled:
        return []
    margin = min(len(line) - len(line.lstrip()) for line in filled)
    parted = any(not line.strip() for line in text.strip().splitlines())
    indented = [len(line) - len(line.lstrip()) >= margin + 2 for line in filled]
    runs_on = parted or any(indented[1:]) or _is_wrapped(filled)
    pieces: list[Piece] = []
    paragraph: list[str] = []

    def close() -> None:
        if paragraph:
            pieces.append(Piece(" ".join(paragraph), Role.BODY))
            paragraph.clear()

    for line, is_row in zip(lines, _rows(lines), strict=True):
        begins = len(line) - len(line.lstrip()) >= margin + 2
        if is_row or begins or not runs_on or not line.strip():
            close()
        if is_row:
            pieces.append(_row(line))
        elif line.strip():
            paragraph.append(line.strip())
    close()
    return pieces


def _is_wrapped(lines: list[str]) -> bool:
    """Whether the lines end where a machine broke them and not where a sentence does."""
    if len(lines) < 2 or max(map(len, lines)) > _LINE_CHARS:
        return False
    open_ended = sum(not line.rstrip().endswith(_ENDS) for line in lines[:-1])
    return 2 * open_ended > len(lines) - 1 and len(lines[0].strip()) > _LINE_CHARS // 3


def _set_by_hand(text: str) -> list[Piece]:
    """The paragraphs and rows of a single element that holds typed copy; else none.

    Reuters sends market reports and tables so: lines at the margin, paragraphs indented by four.
    An indented document has no line at the margin.
    """
    lines = [line for line in text.expandtabs(4).splitlines() if line.strip()]
    indents = [len(line) - len(line.lstrip()) for line in lines[1:]]
    at_margin = sum(indent == 0 for indent in indents)
    indented = sum(2 <= indent <= _INDENT_CHARS for indent in indents)
    if at_margin >= 2 and indented >= 2 and max(map(len, lines)) <= _LINE_CHARS:
        return plain_pieces(text)
    rows = _rows(lines)
    if not any(rows):
        return []
    return [
        _row(line) if is_row else Piece(line.strip(), Role.BODY)
        for line, is_row in zip(lines, rows, strict=True)
    ]


def _rows(lines: list[str]) -> list[bool]:
    """Which lines are rows of a typed table, where there is one."""
    certain = [_is_row(line) for line in lines]
    if sum(certain) < _TABLE_ROWS:
        return [False] * len(lines)
    rows: list[bool] = []
    for line, is_row in zip(lines, certain, strict=True):
        # A long name leaves little before the first figure; its row follows another.
        rows.append(is_row or bool(rows and rows[-1] and _FIGURE.search(line)))
    return rows


def _is_row(line: str) -> bool:
    gaps = _GAP.findall(line)
    return len(gaps) >= 2 or any(len(gap) > 2 for gap in gaps)


def _row(line: str) -> Piece:
    return Piece(_GAP.sub("\t", line.strip()), Role.BODY, ParagraphKind.TABLE)
