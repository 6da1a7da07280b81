"""RSS, Atom and WordPress exports: one part for each entry, its text by role.

It must not fetch anything, nor interpret what fields mean; ``feed_facts`` does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from lxml import etree

from schemas.item import ParagraphKind
from streams.decode.blocks import Piece, lay_out
from streams.decode.decoded import Decoded, Role
from streams.decode.feed_facts import (
    Channel,
    Entry,
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
MAX_ENTRIES = 5_000
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
    entries = [one if isinstance(one, Fail) else Entry(one) for one in feed.entries[:MAX_ENTRIES]]
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
            shared_id=entry.id in shared and entry.link is not None,
        )
        for part, entry in enumerate(entries)
    ]
    if len(feed.entries) > MAX_ENTRIES:
        detail = f"{len(feed.entries)} entries, {MAX_ENTRIES} read"
        answers.append(Fail("body-too-large", detail, len(answers)))
    return answers


def _channel(root: etree._Element) -> etree._Element:
    return next(children(root, "channel", "Channel"), root)


def _shared_ids(entries: list[Entry]) -> frozenset[str]:
    """Ids that entries with different addresses share: they are the feed's, not the entries'."""
    links: dict[str, set[str]] = {}
    for entry in entries:
        if entry.id and entry.link:
            links.setdefault(entry.id, set()).add(entry.link)
    return frozenset(own for own, found in links.items() if len(found) > 1)


def _without_entries(message: Message, channel: Channel, feed: Feed) -> Decoded:
    layout = lay_out(_channel_pieces(channel))
    return message.decoded(
        NAME,
        layout,
        warnings=(*feed.warnings, "feed-no-entries"),
        not_text=DropReason.DATA,
    )


def _decode_entry(
    message: Message,
    channel: Channel,
    entry: Entry,
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
        layout,
        part=part,
        facts=facts,
        warnings=(*warnings, *stated.warnings),
        not_text=kind_of(entry),
    )


def _title(entry: Entry) -> str | None:
    """The title; of several the first that is not a picture's."""
    for wanted in ("title", "dc:title", "media:title"):
        for name, child in entry.fields:
            if name == wanted and (text := _line(child)):
                return text
    return None


def _pieces(entry: Entry, title: str | None, channel: Channel, warnings: list[str]) -> list[Piece]:
    pieces = [Piece(title, Role.HEADLINE)] if title else []
    renderings = _renderings(entry, lines_count=channel.is_wordpress, warnings=warnings)
    body = max(renderings, key=lambda pieces: len(letters(pieces)), default=[])
    pieces += [Piece(piece.text, Role.BODY, piece.kind) for piece in body]
    said = {letters(body)}
    for rendering in renderings:
        if letters(rendering) not in said:
            said.add(letters(rendering))
            pieces += rendering
    for name, child in entry.fields:
        if name not in _BODIES:
            pieces += _beside(child, title, said)
    return pieces


def _renderings(entry: Entry, *, lines_count: bool, warnings: list[str]) -> list[list[Piece]]:
    found: dict[str, list[list[Piece]]] = {}
    for name, child in entry.fields:
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
    for node, text in _texts(child):
        name = name_of(node)
        if name in _NO_WORDS or name.startswith("wp:"):
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


def _texts(node: etree._Element) -> Iterator[tuple[etree._Element, str]]:
    """The texts in an element, each with the element that it stands in."""
    if not len(node) or holds_markup(node):
        if line := _line(node):
            yield node, line
        return
    for inner in node.iter():
        loose = [inner.text, *(child.tail for child in inner)]
        line = one_line(" ".join(text.strip() for text in loose if text))
        if line:
            yield inner, line


def _channel_pieces(channel: Channel) -> list[Piece]:
    return [
        Piece(text, Role.RIGHTS if name_of(child) in _RIGHTS else Role.FURNITURE)
        for child in children(channel.node)
        if local(child).lower() not in ENTRIES
        for node, text in _texts(child)
        # WordPress lists its users there, with their addresses.
        if name_of(node) not in _NO_WORDS and not name_of(node).startswith("wp:")
    ]


def _line(node: etree._Element) -> str:
    return one_line("".join(node.itertext()))
