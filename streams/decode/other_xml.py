"""XML that is nobody's standard: its items found by the names of their fields, its text by role.

It must not know any one house's documents, nor interpret values; ``other_xml_facts`` does.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from lxml import etree

from schemas.item import ParagraphKind
from streams.decode import field_names as names
from streams.decode.blocks import Piece, lay_out
from streams.decode.decoded import Decoded, Role
from streams.decode.field_names import folded, role_of
from streams.decode.markup import words
from streams.decode.message import NO_EVIDENCE, Evidence, Message
from streams.decode.other_xml_facts import (
    Field,
    Record,
    facts_of,
    headline_of,
    kind_of,
    provider_names,
)
from streams.decode.profiles import Profiles
from streams.decode.rich_text import holds_markup
from streams.decode.stated import Stated
from streams.decode.xml_document import XmlDocument, local
from streams.steps import DropReason, Fail

NAME = "other-xml"
MAX_RECORDS = 5_000
# What stands for a body only where there is none: the caption of a picture, a description.
_WEAK_BODIES = words("description message story article caption englishcaption frenchcaption")
# Of these even elements of unknown names inside are the text; others may hold records.
_OWN_BODIES = names.BODIES - _WEAK_BODIES - {"content", "contents"}
_CAPTIONS = words("caption englishcaption frenchcaption captiontext bildtext bildetekst legende ")
# A field of unknown name is prose if it has a sentence of this many words.
_PROSE_WORDS = 8
_SENTENCE_END = re.compile(r"[.!?…][\"'”»)\]]*(?:\s|$)")
_TOKEN = re.compile(r"\S+")


def sniff(message: Message) -> Evidence:
    """Any XML, surer than plain text is of it and less sure than every other decoder."""
    document = message.xml
    if not isinstance(document, XmlDocument):
        return NO_EVIDENCE
    return Evidence(0.25, (f"well-formed XML, root <{local(document.root)[:60]}>",))


def decode_other_xml(message: Message, profiles: Profiles) -> list[Decoded | Fail]:
    """One part for each record: an element whose fields are a headline and a text, or nearly.

    What stands around the records is furniture of the first. A document without records is one
    text if it holds a sentence anywhere, else data.
    """
    document = message.xml
    if not isinstance(document, XmlDocument):
        return [document or Fail("format-unknown", "no XML")]
    nodes = list(_records(document.root))
    if not nodes:
        return [_whole(message, document)]
    holders = Counter(outer for node in nodes for outer in node.iterancestors())
    answers: list[Decoded | Fail] = []
    for part, node in enumerate(nodes[:MAX_RECORDS]):
        alone = [outer for outer in node.iterancestors() if holders[outer] == 1]
        record = Record(node, alone, list(_fields(node)))
        frame = _frame(document.root, nodes) if part == 0 else []
        answers.append(
            _decode_record(message, profiles, record, part, frame=frame, warnings=document.warnings)
        )
    if len(nodes) > MAX_RECORDS:
        detail = f"{len(nodes)} records, {MAX_RECORDS} read"
        answers.append(Fail("body-too-large", detail, len(answers)))
    return answers


def _records(root: etree._Element) -> Iterator[etree._Element]:
    """The outermost elements that are records, in document order."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if _is_record(node):
            yield node
        else:
            waiting += [child for child in reversed(node) if len(child) and local(child)]


def _is_record(node: etree._Element) -> bool:
    known: set[str] = set()
    for child in node:
        name = folded(local(child))
        # A field holds text, text that is marked up, or is a body in paragraphs of its own kind.
        is_field = holds_markup(child) if len(child) else bool((child.text or "").strip())
        if name and (is_field or (name in _OWN_BODIES and len(child) and _holds_text(child))):
            known.add(name)
    headed = bool(known & names.STRONG_HEADLINES)
    bodied = bool(known & (names.BODIES - {"description", "message"}))
    dated = bool(known & {*names.MODIFIED, *names.CREATED, *names.STARTS})
    named = bool(known & ({*names.IDS} | names.ALT_IDS)) or _has_id(node)
    if headed and (bodied or known & (names.SUMMARIES | {"description"})):
        return bodied or named or dated
    return (bodied and (named or dated)) or (headed and named and dated)


def _holds_text(node: etree._Element) -> bool:
    return any(text.strip() for text in node.itertext())


def _has_id(node: etree._Element) -> bool:
    return any(folded(str(key).rpartition("}")[2]) in names.ROOT_IDS for key in node.attrib)


def _fields(record: etree._Element) -> Iterator[Field]:
    """Every field of a record, in order: elements that hold text or markup and no elements."""
    waiting: list[tuple[etree._Element, tuple[str, ...]]] = [
        (child, ()) for child in reversed(record) if local(child)
    ]
    own = (record.text or "").strip()
    if own:
        yield Field(record, (), own)
    while waiting:
        node, above = waiting.pop()
        path: tuple[str, ...] = (*above, folded(local(node)))
        if holds_markup(node):
            yield Field(node, path, "".join(node.itertext()), marked=True)
        else:
            # Text between elements is text as well.
            loose = "".join([node.text or "", *(child.tail or "" for child in node)])
            if loose.strip() or not len(node):
                yield Field(node, path, loose)
            waiting += [(child, path) for child in reversed(node) if local(child)]
    tails = " ".join((child.tail or "").strip() for child in record).strip()
    if tails:
        yield Field(record, (), tails)


def _frame(root: etree._Element, nodes: Sequence[etree._Element]) -> list[Piece]:
    """What the document says outside its records."""
    within = set(nodes)
    pieces: list[Piece] = []
    waiting = [root]
    while waiting:
        node = waiting.pop()
        pieces += [Piece(line, Role.FURNITURE) for line in _line(node.tail)]
        if node in within:
            continue
        pieces += [Piece(line, Role.FURNITURE) for line in _line(node.text)]
        waiting += reversed(node)
    return pieces


def _line(text: str | None) -> list[str]:
    line = " ".join((text or "").split())
    return [line] if line else []


def _decode_record(
    message: Message,
    profiles: Profiles,
    record: Record,
    part: int,
    *,
    frame: list[Piece],
    warnings: tuple[str, ...],
) -> Decoded:
    message = message.from_provider(profiles, *provider_names(record, profiles))
    stated = Stated(message.profile)
    headline = headline_of(record)
    facts = facts_of(stated, record, message.profile, headline)
    layout = lay_out([*_pieces(record, headline, stated.warnings), *frame])
    return message.decoded(
        NAME,
        layout,
        part=part,
        facts=facts,
        warnings=(*warnings, *stated.warnings),
        not_text=kind_of(record),
    )


def _pieces(record: Record, headline: Field | None, warnings: list[str]) -> list[Piece]:
    title = headline.line if headline else None
    pieces = [Piece(title, Role.HEADLINE)] if title else []
    rest: list[Piece] = []
    body = _body(record)
    said = {field.letters for field in body} | ({headline.letters} if headline else set())
    for field in record.fields:
        if field is headline or not field.text.strip():
            continue
        role, kind = (Role.BODY, None) if field in body else _role(field, has_body=bool(body))
        # The same words again in another rendering say nothing more.
        repeated = field.letters in said and field not in body
        if not repeated or role not in {Role.SUMMARY, Role.BODY}:
            own = [Piece(piece.text, role, kind or piece.kind) for piece in field.pieces]
            (rest if role is Role.FURNITURE else pieces).extend(own)
            if role in {Role.SUMMARY, Role.BODY}:
                said.add(field.letters)
        warnings += field.warnings
    return pieces + rest


def _body(record: Record) -> list[Field]:
    """The fields that are the text, the strong names before the weak, each text once."""
    own = [field for field in record.fields if field.path and field.text.strip()]
    for accepted in (names.BODIES - _WEAK_BODIES, _WEAK_BODIES, names.SUMMARIES):
        found = {field.letters: field for field in reversed(own) if field.path[0] in accepted}
        found.pop("", None)
        if found and accepted is names.SUMMARIES:
            # Where there is only a summary it is the text; the fullest of several.
            return [max(found.values(), key=lambda field: len(field.letters))]
        if found:
            return list(found.values())
    return [field for field in own if role_of(field.path[0]) is None and _is_prose(field.line)]


def _role(field: Field, *, has_body: bool) -> tuple[Role, ParagraphKind | None]:
    """What a field is that is neither the headline nor the body, and how it is to be set."""
    if not field.path:
        return (Role.BODY if _is_prose(field.line) else Role.FURNITURE), None
    top = field.path[0]
    if any(name in _CAPTIONS for name in field.path):
        return Role.BODY, ParagraphKind.CAPTION
    if any(name in names.NOTES for name in field.path):
        return Role.NOTE, None
    role = role_of(top)
    if role is Role.BODY or (len(field.path) == 1 and top in names.STRONG_HEADLINES):
        role = Role.SUMMARY
    if role is not None:
        return role, None
    prose = len(field.path) == 1 and _is_prose(field.line)
    return (Role.SUMMARY if prose and has_body else Role.FURNITURE), None


def _is_prose(text: str) -> bool:
    return len(_TOKEN.findall(text[:2000])) >= _PROSE_WORDS and bool(_SENTENCE_END.search(text))


def _whole(message: Message, document: XmlDocument) -> Decoded:
    """A document without records: a text where it holds a sentence, else data."""
    root = document.root
    fields = [*_fields(root)]
    record = Record(root, [], fields)
    kind = kind_of(record)
    warnings: list[str] = []
    prose = any(_is_prose(field.line) for field in fields)
    headline = None
    pieces: list[Piece] = []
    if prose:
        headline = next(
            (
                f
                for f in fields
                if f.text.strip() and f.path[-1:] and f.path[-1] in names.STRONG_HEADLINES
            ),
            None,
        )
        if headline:
            pieces.append(Piece(headline.line, Role.HEADLINE))
    for field in fields:
        if field is not headline:
            role = _loose_role(field) if prose else Role.FURNITURE
            pieces += [Piece(piece.text, role, piece.kind) for piece in field.pieces]
            warnings += field.warnings
    stated = Stated(message.profile)
    facts = facts_of(stated, record, message.profile, headline)
    layout = lay_out(pieces)
    children = sum(1 for child in root if local(child))
    return message.decoded(
        NAME,
        layout,
        facts=facts,
        warnings=(*document.warnings, *stated.warnings, *warnings),
        not_text=kind or (None if prose else DropReason.DATA),
        detail=""
        if prose
        else f"<{local(root)[:60]}> with {children} child{'ren' if children != 1 else ''}",
    )


def _loose_role(field: Field) -> Role:
    """The nearest name around a text that says what it is; else prose is text."""
    for name in reversed(field.path):
        role = role_of(name)
        if role is not None:
            return role
    return Role.BODY if field.marked or _is_prose(field.line) else Role.FURNITURE
