"""The text in a field of JSON, marked up or plain, as pieces.

It must not know which field it is, or what the field means.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from lxml import etree

from schemas.item import ParagraphKind
from streams.decode.blocks import Piece
from streams.decode.decoded import Role
from streams.decode.markup import elements_of, flatten
from streams.decode.xml_document import children, descendants, parse
from streams.steps import Fail

_MARKUP = re.compile(r"<[A-Za-z!/][^<>]*>|&(?:#\d+|#x[0-9A-Fa-f]+|[A-Za-z]+);")
_NITF = re.compile(r"\s*(?:<\?xml[^<>]*\?>\s*)?(?:<!DOCTYPE[^<>]*>\s*)?<nitf\b", re.IGNORECASE)
_WORD = re.compile(r"\w+")


def is_marked_up(text: str) -> bool:
    """Whether a text holds tags or character references."""
    return _MARKUP.search(text) is not None


def pieces_of(
    text: str, warnings: list[str], *, role: Role = Role.BODY, marked: bool | None = None
) -> list[Piece]:
    """A piece for each block of markup, or each line of plain text.

    Args:
        text: the field.
        warnings: appended to, where markup was too much for a tree.
        role: of every piece.
        marked: whether it is markup; None to see for oneself.
    """
    if not (is_marked_up(text) if marked is None else marked):
        return [Piece(line, role) for line in text.splitlines() if line.strip()]
    page = flatten(text)
    if page.why_no_tree:
        warnings.append(page.why_no_tree)
    return [
        Piece(
            element.text,
            role,
            # A headline inside a text is set above a part of it.
            ParagraphKind.CROSSHEAD if element.tag == "h1" else element.kind,
        )
        for element in page.elements
    ]


def nitf_pieces(text: str, warnings: list[str]) -> list[Piece]:
    """The body of a NITF document that stands in a field; of anything else the whole text.

    What stands above and below the story is furniture: the item around it states it in fields.
    """
    if _NITF.match(text):
        document = parse(text)
        if not isinstance(document, Fail):
            warnings.extend(document.warnings)
            return list(_nitf_body(document.root))
    return pieces_of(text, warnings)


def _nitf_body(root: etree._Element) -> Iterator[Piece]:
    body = next(descendants(root, "body"), root)
    content = next(descendants(body, "body.content"), None)
    for element in elements_of(body if content is None else content):
        yield Piece(element.text, Role.BODY, element.kind)
    if content is not None:
        for outside in children(body, "body.head", "body.end"):
            for element in elements_of(outside):
                yield Piece(element.text, Role.FURNITURE, element.kind)


def line_of(text: str, warnings: list[str]) -> str:
    """The text on one line, without markup."""
    return " ".join(" ".join(piece.text for piece in pieces_of(text, warnings)).split())


def letters(pieces: Iterable[Piece]) -> str:
    """Everything of the pieces but white space: the same for one text set in two ways."""
    return "".join("".join(piece.text.split()) for piece in pieces)


def words_of(pieces: Iterable[Piece]) -> set[str]:
    """The words of the pieces, whatever their case."""
    return {word for piece in pieces for word in _WORD.findall(piece.text.casefold())}


def unsaid(pieces: Iterable[Piece], known: set[str]) -> Iterator[Piece]:
    """The pieces with a word that is not ``known``: another rendering's own, as furniture.

    Their words are known from then on.
    """
    for piece in pieces:
        own = words_of([piece])
        if not own <= known:
            known |= own
            yield replace(piece, role=Role.FURNITURE)
