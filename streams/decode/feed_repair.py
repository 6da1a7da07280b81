"""A feed that is not well-formed, put into a tree: cut after its last whole entry, or read loosely.

It must not fetch anything.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping

import feedparser
from lxml import etree

from streams.decode.markup import root_of
from streams.decode.xml_document import XmlDocument, parse
from streams.steps import Fail

_ENTRY_START = re.compile(r"<(?:\w+:)?(?:item|entry)[\s>]", re.IGNORECASE)
_ENTRY_END = re.compile(r"</(?:\w+:)?(?:item|entry)\s*>", re.IGNORECASE)
_CHANNEL_START = re.compile(r"<(\w*:?channel)\b", re.IGNORECASE)
_CHANNEL_END = re.compile(r"</\w*:?channel\s*>", re.IGNORECASE)
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
# feedparser builds several copies of the text and is slow on what it reads loosely.
_MAX_CHARS = 2_000_000
# What it is known to raise for: it guards its own parsers, not what they call.
_PARSER_TROUBLE = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
    feedparser.exceptions.ThingsNobodyCaresAboutButMe,
)
_FIELDS = (
    ("title", "title"),
    ("link", "link"),
    ("summary", "description"),
    ("published", "pubDate"),
    ("author", "author"),
    ("rights", "copyright"),
)
_WORDPRESS = "http://wordpress.org/export/1.2/"
_CONTENT = "http://purl.org/rss/1.0/modules/content/"
_TERMS = "http://purl.org/dc/terms/"


def entries_cut(text: str) -> bool:
    """Whether the last entry that begins never ends."""
    return _whole(text) is not None


def mended(text: str, trouble: Fail) -> XmlDocument | Fail:
    """The entries of a feed whose XML is broken or cut, as a tree; else the trouble as it was.

    What uses entities of its own making is refused, here as everywhere.
    """
    if trouble.code not in {"xml-invalid", "xml-truncated"}:
        return trouble
    end = _whole(text)
    whole = text if end is None else text[:end]
    closed = parse(whole + _closing(whole))
    if isinstance(closed, XmlDocument):
        return XmlDocument(closed.root, (*closed.warnings, f"feed-repaired:{trouble.code}"))
    if closed.code == "xml-entity-forbidden" or len(whole) > _MAX_CHARS:
        return trouble
    root = _loosely(whole)
    return trouble if root is None else XmlDocument(root, (f"feed-read-loosely:{trouble.code}",))


def untangled(text: str, document: XmlDocument) -> XmlDocument:
    """The document, or feedparser's reading where mending it put one entry into another."""
    if not any(warning.startswith("xml-repaired") for warning in document.warnings):
        return document
    entries = list(document.root.iter("{*}item", "{*}entry"))
    nested = sum(
        1 for entry in entries if next(entry.iterancestors("{*}item", "{*}entry"), None) is not None
    )
    if not nested or len(text) > _MAX_CHARS:
        return document
    root = _loosely(text)
    if root is None or len(list(root.iter("item"))) <= len(entries) - nested:
        return document
    return XmlDocument(root, (*document.warnings, "feed-read-loosely:entries-nested"))


def _whole(text: str) -> int | None:
    """Where the entry begins that never ends; None when each ends."""
    starts = [found.start() for found in _ENTRY_START.finditer(text)]
    ends = [found.end() for found in _ENTRY_END.finditer(text)]
    if starts and (not ends or starts[-1] >= ends[-1]):
        return starts[-1]
    return None


def _closing(text: str) -> str:
    root = root_of(text.lstrip("\ufeff \t\r\n")[:100_000])
    if root is None or f"</{root}" in text:
        return ""
    channel = _CHANNEL_START.search(text)
    open_channel = channel is not None and not _CHANNEL_END.search(text)
    return f"</{channel[1]}></{root}>" if channel and open_channel else f"</{root}>"


def _loosely(text: str) -> etree._Element | None:
    """The feed as feedparser reads it, put into RSS 2.0.

    It is handed bytes in a file object, never a text: a text that looks like an address or a path
    it would fetch or open. Sanitising and resolving are off: both would change the text.
    """
    try:
        feed = feedparser.parse(
            io.BytesIO(text.encode("utf-8", "replace")),
            sanitize_html=False,
            resolve_relative_uris=False,
            response_headers={"content-type": "application/xml; charset=utf-8"},
        )
    except _PARSER_TROUBLE:
        return None
    root = etree.Element("rss", version="2.0")
    channel = etree.SubElement(root, "channel")
    for name in ("title", "link", "language", "rights"):
        _put(channel, "copyright" if name == "rights" else name, feed.feed.get(name))
    for entry in feed.entries:
        _rebuild(etree.SubElement(channel, "item"), entry)
    return root if feed.entries else None


def _rebuild(item: etree._Element, entry: Mapping[str, object]) -> None:
    for name, tag in _FIELDS:
        _put(item, tag, entry.get(name))
    # Asked for by get, "updated" answers "published" with a deprecation.
    if "updated" in entry:
        _put(item, f"{{{_TERMS}}}modified", entry.get("updated"))
    if "id" in entry:
        guid = _put(item, "guid", entry.get("id"))
        guid.set("isPermaLink", "true" if entry.get("guidislink") else "false")
    for content in _dicts(entry, "content"):
        _put(item, f"{{{_CONTENT}}}encoded", content.get("value"))
    for listed in _dicts(entry, "tags"):
        category = _put(item, "category", listed.get("term"))
        if listed.get("scheme"):
            category.set("domain", _legal(listed["scheme"]))
    for enclosure in _dicts(entry, "enclosures"):
        node = etree.SubElement(item, "enclosure")
        for name, key in (("url", "href"), ("type", "type"), ("length", "length")):
            node.set(name, _legal(enclosure.get(key)))
    for name in ("status", "post_type", "post_id"):
        _put(item, f"{{{_WORDPRESS}}}{name}", entry.get(f"wp_{name}"))


def _put(parent: etree._Element, tag: str, value: object) -> etree._Element:
    node = etree.SubElement(parent, tag)
    node.text = _legal(value)
    return node


def _dicts(entry: Mapping[str, object], name: str) -> Iterator[Mapping[str, object]]:
    listed = entry.get(name)
    for one in listed if isinstance(listed, list) else ():
        if isinstance(one, Mapping):
            yield one


def _legal(value: object) -> str:
    return _ILLEGAL.sub(" ", value) if isinstance(value, str) else ""
