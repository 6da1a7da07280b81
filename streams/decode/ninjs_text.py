"""The text of a ninjs item, by role: every word it has, the article before what is beside it.

It must not interpret what other fields mean; ``ninjs_facts`` does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from schemas.item import ParagraphKind
from streams.decode.blocks import Piece
from streams.decode.decoded import Role
from streams.decode.field_text import is_marked_up, letters, line_of, pieces_of, unsaid, words_of
from streams.decode.ninjs_facts import CAPTION_ROLES, Fields
from streams.decode.stated import as_word

# A rendering in plain text that is this much longer than the marked-up one says more than it.
_TEXT_SAYS_MORE = 1.5
# Beside a picture a body of one paragraph is its alternative text (superdesk's body_text).
_OWN_PARAGRAPHS = 2
_MAX_ASSOCIATED = 50
_CREDITS = ("byline", "by", "creditline", "ednote", "copyrightnotice", "usageterms")


@dataclass(frozen=True, slots=True)
class ItemText:
    """What an item reads.

    Attributes:
        has_body: whether a text of its own stands in it, not only a caption or an abstract.
    """

    pieces: list[Piece]
    has_body: bool


def text_of_item(fields: Fields) -> ItemText:
    """Headline, body, what stands beside them, and the captions of what is associated."""
    headline = fields.headline
    pieces = [Piece(line_of(headline, fields.warnings), Role.HEADLINE)] if headline else []
    body, others = _body(fields)
    descriptions = fields.texts("descriptions", "description")
    has_body = bool(letters(body))
    if fields.is_visual:
        captions = [text for _, text in fields.captions()] or [text for _, text in descriptions]
        caption = [
            replace(piece, kind=ParagraphKind.CAPTION)
            for text in captions[:1]
            for piece in pieces_of(text, fields.warnings)
        ]
        said = {letters(pieces), letters(caption)}
        has_body = len(body) >= _OWN_PARAGRAPHS and not any(
            letters(rendering) in said for rendering in (body, *others)
        )
        if not has_body:
            # A picture's text is its caption; some agencies send it as the body too.
            others = [body, *others]
            body = caption
            descriptions = [one for one in descriptions if one[1] not in captions[:1]]
    elif not body:
        abstracts = fields.captions() or descriptions
        body = pieces_of(abstracts[0][1], fields.warnings) if abstracts else []
        descriptions = [one for one in descriptions if one not in abstracts[:1]]
    footer = fields.get("body_footer")
    if isinstance(footer, str):
        body += pieces_of(footer, fields.warnings)
    pieces += body
    pieces += _beside(fields, headline, letters(body), descriptions)
    known = words_of(pieces)
    for rendering in others:
        pieces += unsaid(rendering, known)
    pieces += _around(fields)
    pieces += _captions(fields)
    return ItemText(pieces, has_body)


def _body(fields: Fields) -> tuple[list[Piece], list[list[Piece]]]:
    """The fullest rendering of the body, and the others.

    Marked up, unless the plain one says clearly more.
    """
    renderings = [one for one in fields.texts("bodies", "body") if one[0] != "footer"]
    # A rendering as NewsML or NITF holds its metadata too: only where there is no other.
    renderings = [one for one in renderings if not _is_other_xml(one[0])] or renderings
    best: list[Piece] = []
    length = 0
    read: list[list[Piece]] = []
    for wanted in (True, False):
        for role, text in renderings:
            marked = "html" in role or is_marked_up(text)
            if marked is not wanted:
                continue
            pieces = pieces_of(text, fields.warnings, marked=marked)
            read.append(pieces)
            says = len(letters(pieces))
            if says > length * (1 if marked else _TEXT_SAYS_MORE):
                best, length = pieces, says
    return best, [pieces for pieces in read if pieces is not best]


def _is_other_xml(role: str) -> bool:
    return "xml" in role and "html" not in role


def _beside(
    fields: Fields, headline: str | None, body: str, descriptions: list[tuple[str, str]]
) -> Iterator[Piece]:
    """Other headlines, the abstract and descriptions, each once."""
    others = [text for _, text in fields.texts("headlines", "headline")]
    abstract = fields.get("abstract")
    beside = [
        *((text, Role.SUMMARY) for text in [*others, fields.word("title")]),
        (abstract if isinstance(abstract, str) else None, Role.SUMMARY),
        *(
            (text, Role.SUMMARY if role in CAPTION_ROLES or "ml" in role else Role.FURNITURE)
            for role, text in descriptions
        ),
    ]
    said = {body, "".join(line_of(headline, []).split()) if headline else ""}
    for text, role in beside:
        if text is None:
            continue
        pieces = pieces_of(text, fields.warnings, role=role)
        if letters(pieces) not in said:
            said.add(letters(pieces))
            yield from pieces


def _around(fields: Fields) -> Iterator[Piece]:
    """Byline, dateline, notes and rights, each said once more where a reader may look for it."""
    byline, _ = fields.first("byline", "by")
    dateline = fields.get("dateline")
    raw = as_word(dateline.get("text")) if isinstance(dateline, dict) else as_word(dateline)
    yield Piece(byline or "", Role.BYLINE)
    yield Piece(raw or "", Role.DATELINE)
    for _, entry in fields.listed("ednote", "ednotes"):
        note = entry.get("ednote") or entry.get("value") if isinstance(entry, dict) else entry
        yield Piece(as_word(note) or "", Role.NOTE)
    for name in ("copyrightnotice", "usageterms"):
        yield Piece(fields.word(name) or "", Role.RIGHTS)
    yield Piece(fields.word("sign_off") or "", Role.FURNITURE)


def _captions(fields: Fields) -> Iterator[Piece]:
    """What is said of the pictures and other items that go with it, each once."""
    for number, (_, item) in enumerate(fields.associations()):
        if number >= _MAX_ASSOCIATED:
            return
        inner = Fields(item)
        texts = [
            inner.headline,
            *(text for _, text in inner.texts("descriptions", "description")),
            *(text for _, text in inner.texts("bodies", "body") if inner.is_visual),
            *(inner.first(name)[0] for name in _CREDITS),
        ]
        said: set[str] = set()
        for text in filter(None, texts):
            pieces = pieces_of(text, fields.warnings, role=Role.FURNITURE)
            if letters(pieces) not in said:
                said.add(letters(pieces))
                for piece in pieces:
                    yield replace(piece, kind=ParagraphKind.CAPTION)
