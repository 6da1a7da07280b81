"""A field that may hold plain text or HTML, escaped once or twice: its text, piece by piece.

It must not know whose field it is.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

import lxml.html
from lxml import etree

from schemas.item import ParagraphKind
from streams.decode.blocks import Piece
from streams.decode.decoded import Role
from streams.decode.markup import FRAGMENT_ROOTS, Element, elements_of, flatten, words

_NAMES = "|".join(
    sorted(
        FRAGMENT_ROOTS | words("html strike u s sub sup font tt code cite q del ins abbr iframe"),
        key=lambda name: (-len(name), name),
    )
)
_TAG = re.compile(rf"</?(?:{_NAMES})(?:\s[^<>]*|/)?>|<!--|<!\[CDATA\[", re.IGNORECASE)
_ESCAPED_TAG = re.compile(rf"&lt;/?(?:{_NAMES})(?:\s[^<>]*?|/)?&gt;", re.IGNORECASE)
_REFERENCE = re.compile(r"&(?:#\d{2,6}|#[xX][0-9A-Fa-f]{2,5}|[A-Za-z][A-Za-z0-9]{1,30});")
_BLANK_LINE = re.compile(r"\n[ \t]*\n")
# How often a text may have been escaped beyond what its format asks for; three times is seen.
_MAX_ESCAPES = 3
_LETTERS = re.compile(r"[\W_]+")
_BLOCK_TAG = re.compile(r"<(?:p|div|br|table|ul|ol|h[1-6]|blockquote)\b", re.IGNORECASE)


def pieces_of(
    text: str, role: Role, *, warnings: list[str], lines_count: bool = False
) -> list[Piece]:
    """The blocks of a text: of its markup where it has any, else its lines.

    Args:
        text: what an XML or JSON parser answered for the field.
        role: of every piece.
        warnings: appended to where the markup was too large for a tree.
        lines_count: whether line ends between tags are line ends (WordPress keeps posts so).

    References that were escaped once too often (``&amp;amp;``) are read again: no wire text means
    to print them.
    """
    if "<" not in text and "&" not in text:
        return [Piece(line, role) for line in _lines(text)]
    if _TAG.search(text) is None and _ESCAPED_TAG.search(text) is not None:
        text = html.unescape(text)
    if _TAG.search(text) is None:
        return [Piece(_unescaped(line), role) for line in _lines(text)]
    if lines_count or (_BLOCK_TAG.search(text) is None and _BLANK_LINE.search(text)):
        text = re.sub(r"\r\n?|\n(?![^<]*>)", "<br>", text)
    page = flatten(text)
    if page.why_no_tree:
        warnings.append(page.why_no_tree)
    return _set(page.elements, role)


def tree_pieces(node: etree._Element, role: Role) -> list[Piece]:
    """The blocks of markup that stands in the tree itself, as Atom's XHTML does."""
    # The walk is one of tags and text, and needs nothing of HTML's own classes.
    root: lxml.html.HtmlElement = node
    return _set(elements_of(root), role)


def one_line(text: str) -> str:
    """A text of one line, without markup."""
    if "<" not in text and "&" not in text:
        return " ".join(text.split())
    pieces = pieces_of(text, Role.BODY, warnings=[])
    return " ".join(" ".join(piece.text for piece in pieces).split())


def letters(pieces: Iterable[Piece]) -> str:
    """Letters and digits only, folded: equal where nothing but setting differs."""
    return _LETTERS.sub("", "".join(piece.text for piece in pieces)).casefold()


def holds_markup(node: etree._Element) -> bool:
    """Whether the children of an element are HTML, and it is text that is marked up."""
    return any(
        isinstance(child.tag, str) and child.tag.rpartition("}")[2].lower() in _INLINE
        for child in node
    )


_INLINE = FRAGMENT_ROOTS - words(
    "article body footer head header link main meta nav section title center figure script style"
) | words("hl2 bq u font sub sup figure")


def _set(elements: Iterable[Element], role: Role) -> list[Piece]:
    return [
        Piece(
            _unescaped(element.text),
            role,
            ParagraphKind.CROSSHEAD if element.tag == "h1" else element.kind,
        )
        for element in elements
    ]


def _unescaped(text: str) -> str:
    for _ in range(_MAX_ESCAPES):
        if "&" not in text:
            break
        text = _REFERENCE.sub(lambda found: html.unescape(found[0]), text)
    return text


def _lines(text: str) -> list[str]:
    """The lines; a text that was only indented with the document around it is one line."""
    text = text.strip()
    if not text:
        return []
    lines = text.splitlines()
    if len(lines) > 1 and all(line[:1] in {" ", "\t"} and line.strip() for line in lines[1:]):
        return [" ".join(text.split())]
    return lines
