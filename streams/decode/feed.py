"""RSS, Atom and WordPress exports: one part for each entry, its text by role.

It must not fetch anything, nor interpret what fields mean; ``feed_facts`` does.
"""

from __future__ import annotations

from dataclasses import replace

from lxml import etree

from schemas.item import ParagraphKind
from streams.decode.blocks import Piece, lay_out
from streams.decode.decoded import Decoded, Role
from streams.decode.feed_facts import (
    Channel,
    entry_id,
    entry_link,
    facts_of,
    is_byline,
    kind_of,
    name_of,
    provider_names,
)
from streams.decode.feed_repair import ENTRIES, Feed, taken_apart
from streams.decode.markup import root_of, words
from streams.decode.message import NO_EVIDENCE, Evidence, Message
from streams.decode.profiles import Profiles
from streams.decode.rich_text import holds_markup, letters, one_line, pieces_of, tree_pieces
from streams.decode.stated import Stated
from streams.decode.xml_document import XmlDocument, children, local
from streams.steps import DropReason, Fail

NAME = "feed"
MAXENTRIES = 5_000
_ROOTS = words("rss rdf feed channel")
# Fuller first where two are equally long.
_BODIES = (
    "content:encoded",
    "content",
    "description",
    "summary",
    "body",
    "fullitem",
    "media:description",
    "excerpt:encoded",
    "itunes:summary",
)
_BYLINES = words("dc:creator dc:contributor author creator contributor itunes:author")
_RIGHTS = words("rights dc:rights copyright media:copyright")
_CAPTIONS = words("media:description media:title media:text")
# Read as facts, and no words of the text: addresses, dates, numbers, switches.
_NO_WORDS = words(
    "guid id link pubdate published updated modified issued created dc:date dcterms:modified "
    "dcterms:created dcterms:issued comments wfw:commentrss slash:comments enclosure language "
    "dc:language dc:identifier ttl lastbuilddate docs image url width height generator cloud "
    "skiphours skipdays media:thumbnail georss:point geo:lat geo:long logo icon"
)


def sniff(message: Message) -> Evidence:
    """By the root element; a ``feed`` or ``channel`` must hold entries or say it is one."""
    document = message.xml
    if not isinstance(document, XmlDocument):
        name = (root_of(message.head) or "").rpartition(":")[2].lower()
        if isinstance(document, Fail) and name in {"rss", "feed"}:
            return Evidence(0.8, (f"first element <{name}>, not well-formed",))
        return NO_EVIDENCE
    name = local(document.root).lower()
    return _by_root(name, document.root) if name in _ROOTS else NO_EVIDENCE


def _by_root(name: str, root: etree._Element) -> Evidence:
    if name == "rss":
        return Evidence(0.95, ("root <rss>",))
    if name == "feed" and "atom" in str(root.tag).rpartition("}")[0].lower():
        return Evidence(0.95, ("root <feed>", "namespace Atom"))
    within = {local(child).lower() for child in root}
    if name == "rdf" and "channel" in within:
        return Evidence(0.9, ("root <RDF>", "a channel in it"))
    if name != "rdf" and within & ENTRIES and "title" in within:
        return Evidence(0.7, (f"root <{name}>", "entries in it"))
    return NO_EVIDENCE


def decode_feed(message: Message, profiles: Profiles) -> list[Decoded | Fail]:
    """One part for each entry, in order; a feed without entries is data.

    A feed that is not well-formed is not rejected: each entry is read as far as it can be, with a
    warning, and only one that cannot be read at all, or was cut, is a ``Fail``.
    """
    document = message.xml
    if document is None:
        return [Fail("format-unknown", "no XML")]
    feed = taken_apart(message.text, document)
    if isinstance(feed, Fail):
        return [feed]
    channel = Channel(_channel(feed.root))
    message = message.from_provider(profiles, *provider_names(channel, profiles))
    if not feed.entries:
        return [_without_entries(message, channel, feed)]
    entries = feed.entries[:MAXENTRIES]
    shared = _shared_ids([entry for entry in entries if not isinstance(entry, Fail)])
    answers: list[Decoded | Fail] = [
        replace(entry, part=part)
        if isinstance(entry, Fail)
        else _decode_entry(
            message,
            channel,
            entry,
            part,
            warnings=feed.warnings,
            shared_id=entry_id(entry) in shared and entry_link(entry) is not None,
        )
        for part, entry in enumerate(entries)
    ]
    if len(feed.entries) > MAXENTRIES:
        detail = f"{len(feed.entries)} entries, {MAXENTRIES} read"
        answers.append(Fail("body-too-large", detail, len(answers)))
    return answers


def _channel(root: etree._Element) -> etree._Element:
    return next(children(root, "channel", "Channel"), root)


def _shared_ids(entries: list[etree._Element]) -> frozenset[str]:
    """Ids that entries with different addresses share: they are the feed's, not the entries'."""
    links: dict[str, set[str]] = {}
    for entry in entries:
        own, link = entry_id(entry), entry_link(entry)
        if own and link:
            links.setdefault(own, set()).add(link)
    return frozenset(own for own, found in links.items() if len(found) > 1)


def _without_entries(message: Message, channel: Channel, feed: Feed) -> Decoded:
    layout = lay_out(_channel_pieces(channel))
    return message.decoded(
        NAME,
        layout.text,
        layout.blocks,
        edits=layout.edits,
        warnings=(*feed.warnings, "feed-no-entries"),
        not_text=DropReason.DATA,
    )


def _decode_entry(
    message: Message,
    channel: Channel,
    entry: etree._Element,
    part: int,
    *,
    warnings: tuple[str, ...],
    shared_id: bool,
) -> Decoded:
    stated = Stated(message.profile)
    title = _title(entry)
    facts = facts_of(stated, channel, entry, message.profile, title, shared_id=shared_id)
    pieces = _pieces(entry, title, channel, stated.warnings)
    # What the feed says of itself is said once.
    layout = lay_out([*pieces, *(_channel_pieces(channel) if part == 0 else ())])
    return message.decoded(
        NAME,
        layout.text,
        layout.blocks,
        part=part,
        facts=facts,
        edits=layout.edits,
        warnings=(*warnings, *stated.warnings),
        not_text=kind_of(entry),
    )


def _title(entry: etree._Element) -> str | None:
    """The title; of several the first that is not a picture's."""
    for wanted in ("title", "dc:title", "media:title"):
        for child in children(entry):
            if name_of(child) == wanted:
                text = _line(child)
                if text:
                    return text
    return None


def _pieces(
    entry: etree._Element, title: str | None, channel: Channel, warnings: list[str]
) -> list[Piece]:
    pieces = [Piece(title, Role.HEADLINE)] if title else []
    renderings = _renderings(entry, lines_count=channel.is_wordpress, warnings=warnings)
    body = max(renderings, key=lambda pieces: len(letters(pieces)), default=[])
    pieces += [Piece(piece.text, Role.BODY, piece.kind) for piece in body]
    said = {letters(body)}
    for rendering in renderings:
        if letters(rendering) not in said:
            said.add(letters(rendering))
            pieces += rendering
    for child in children(entry):
        if name_of(child) not in _BODIES:
            pieces += _beside(child, title, said)
    return pieces


def _renderings(
    entry: etree._Element, *, lines_count: bool, warnings: list[str]
) -> list[list[Piece]]:
    found: dict[str, list[list[Piece]]] = {}
    for child in children(entry):
        name = name_of(child)
        if name in _BODIES and child.get("src") is None and _is_text(child.get("type", "")):
            found.setdefault(name, []).append(
                _marked_up(child, lines_count=lines_count, warnings=warnings)
            )
    return [pieces for name in _BODIES for pieces in found.get(name, []) if letters(pieces)]


def _marked_up(node: etree._Element, *, lines_count: bool, warnings: list[str]) -> list[Piece]:
    if holds_markup(node):
        return tree_pieces(node, Role.SUMMARY)
    return pieces_of(
        "".join(node.itertext()), Role.SUMMARY, warnings=warnings, lines_count=lines_count
    )


def _is_text(kind: str) -> bool:
    """Whether Atom content of this type is text; else it is base64 (RFC 4287, 4.1.3)."""
    kind = kind.lower()
    return "/" not in kind or kind.startswith("text/") or kind.endswith(("xml", "html"))


def _beside(child: etree._Element, title: str | None, said: set[str]) -> list[Piece]:
    """What else stands in an entry; a picture's caption is of the text, the rest is not."""
    pieces: list[Piece] = []
    for node in child.iter():
        name = name_of(node)
        text = _line(node) if not holds_markup(node) and not len(node) else None
        if not text or name in _NO_WORDS or name.startswith("wp:"):
            continue
        if text == title and name.endswith("title"):
            continue
        caption = name in _CAPTIONS and text != title
        role = (
            Role.BODY
            if caption
            else Role.BYLINE
            if is_byline(text) and (name in _BYLINES or (name == "name" and child is not node))
            else Role.RIGHTS
            if name in _RIGHTS
            else Role.FURNITURE
        )
        piece = Piece(text, role, ParagraphKind.CAPTION if caption else ParagraphKind.TEXT)
        key = letters([piece])
        if role is not Role.BODY or key not in said:
            said.add(key)
            pieces.append(piece)
    return pieces


def _channel_pieces(channel: Channel) -> list[Piece]:
    return [
        Piece(text, Role.RIGHTS if name_of(child) in _RIGHTS else Role.FURNITURE)
        for child in children(channel.node)
        if local(child).lower() not in ENTRIES
        for node in child.iter()
        # WordPress lists its users there, with their addresses.
        if not len(node) and not name_of(node).startswith("wp:")
        if name_of(node) not in _NO_WORDS and (text := _line(node))
    ]


def _line(node: etree._Element) -> str:
    return one_line("".join(node.itertext()))
