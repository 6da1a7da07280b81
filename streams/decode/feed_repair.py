"""The entries of a feed, each by itself where the feed as a whole is not well-formed.

It must not fetch anything, nor know what the fields of an entry mean.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import feedparser
from lxml import etree

from streams.decode.markup import root_of, words
from streams.decode.xml_document import XmlDocument, children, local, parse
from streams.steps import Fail

ENTRIES = words("item entry deleted-entry")
_ENTRY_START = re.compile(r"<(?P<tag>(?:[\w.-]+:)?(?:item|entry))(?=[\s>/])", re.IGNORECASE)
_ENTRY_END = re.compile(r"</(?:[\w.-]+:)?(?:item|entry)\s*>", re.IGNORECASE)
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
# feedparser makes several copies of a text, and is slow on what it reads loosely.
_MAX_LOOSE_CHARS = 500_000
_MAX_LOOSE_ENTRIES = 200
# What feedparser is known to raise for: it guards its parsers, not what they call.
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
_BROKEN = ("xml-invalid", "xml-truncated")
_WORDPRESS = "http://wordpress.org/export/1.2/"
_CONTENT = "http://purl.org/rss/1.0/modules/content/"
_TERMS = "http://purl.org/dc/terms/"
_PREFIXES = {
    "content": _CONTENT,
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": _TERMS,
    "media": "http://search.yahoo.com/mrss/",
    "wp": _WORDPRESS,
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "atom": "http://www.w3.org/2005/Atom",
    "excerpt": "http://wordpress.org/export/1.2/excerpt/",
}
# Marks what feedparser read, until it is decoded.
_LOOSE = "read-loosely"


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed taken apart.

    Attributes:
        root: the element that says what feed it is.
        entries: in order; a ``Fail`` for one that cannot be read.
    """

    root: etree._Element
    entries: tuple[etree._Element | Fail, ...]
    warnings: tuple[str, ...]


def taken_apart(text: str, document: XmlDocument | Fail) -> Feed | Fail:
    """The feed in a text of which ``document`` is what the XML parser said.

    One that is broken, or whose mending put one entry into another, is read entry by entry, so that
    none suffers for its neighbours: as XML that is mended, else by feedparser. What uses entities
    of its own making is refused, here as everywhere.
    """
    if isinstance(document, Fail) or _is_mended(document):
        text, document = _declared(text, document)
    if isinstance(document, XmlDocument):
        entries = tuple(_entries(document.root))
        if not (_is_mended(document) and _are_nested(entries)):
            return Feed(document.root, entries, document.warnings)
        code, seen = "entries-nested", document.warnings
    elif document.code in _BROKEN:
        code, seen = document.code, ()
    else:
        return document
    return _by_entry(text, (*seen, f"feed-repaired:{code}"), document)


def _declared(text: str, document: XmlDocument | Fail) -> tuple[str, XmlDocument | Fail]:
    """The feed with the usual prefixes declared where it uses them and does not say whose they are.

    A prefix that stands for nothing is passed over by the parser, and "wp:status" would be any
    status.
    """
    name = root_of(text.lstrip("\ufeff \t\r\n")[:100_000])
    missing = [
        f' xmlns:{prefix}="{uri}"'
        for prefix, uri in _PREFIXES.items()
        if f"<{prefix}:" in text and f"xmlns:{prefix}=" not in text
    ]
    if name is None or not missing or (isinstance(document, Fail) and document.code not in _BROKEN):
        return text, document
    begin = text.find(f"<{name}") + len(name) + 1
    text = text[:begin] + "".join(missing) + text[begin:]
    again = parse(text)
    if isinstance(again, XmlDocument):
        return text, XmlDocument(again.root, (*again.warnings, "feed-prefixes-undeclared"))
    return text, again


def _entries(root: etree._Element) -> Iterator[etree._Element]:
    """Below the channel, or beside it (RSS 0.9 and 1.0)."""
    for place in (root, *children(root, "channel", "Channel")):
        for child in children(place):
            if local(child).lower() in ENTRIES:
                yield child


def _is_mended(document: XmlDocument) -> bool:
    return any(warning.startswith("xml-repaired") for warning in document.warnings)


def _are_nested(entries: tuple[etree._Element, ...]) -> bool:
    return any(
        local(inner).lower() in {"item", "entry"} and inner is not entry
        for entry in entries
        for inner in entry.iter()
    )


def _by_entry(text: str, warnings: tuple[str, ...], trouble: XmlDocument | Fail) -> Feed | Fail:
    starts = list(_ENTRY_START.finditer(text))
    name = root_of(text.lstrip("\ufeff \t\r\n")[:100_000])
    if not starts or name is None:
        # Nothing of it is an entry: the trouble is the feed's own.
        return trouble if isinstance(trouble, Fail) else Feed(trouble.root, (), warnings)
    begin = text.find(f"<{name}")
    opening = text[begin : text.find(">", begin) + 1]
    head = parse(text[begin : starts[0].start()] + f"</{name}>")
    root = head.root if isinstance(head, XmlDocument) else etree.Element("rss")
    ended = f"</{name}" in text
    entries: list[etree._Element | Fail] = []
    loose = 0
    for number, start in enumerate(starts):
        last = number + 1 == len(starts)
        limit = text.find(f"</{name}", start.end()) if last and ended else -1
        stop = starts[number + 1].start() if not last else limit if limit >= 0 else len(text)
        end = _ENTRY_END.search(text, start.end(), stop)
        if end is None and last and not ended:
            entries.append(Fail("xml-truncated", f"<{start['tag']}> is not closed"))
            break
        whole = text[start.start() : end.end() if end else stop] + (
            "" if end else f"</{start['tag']}>"
        )
        entry = _entry(f"{opening}{whole}</{name}>", loosely=loose < _MAX_LOOSE_ENTRIES)
        loose += isinstance(entry, Fail) or entry.get(_LOOSE) is not None
        entries.append(entry)
    return Feed(root, tuple(entries), warnings)


def _entry(text: str, *, loosely: bool) -> etree._Element | Fail:
    document = parse(text)
    if isinstance(document, XmlDocument):
        found = next(_entries(document.root), None)
        return Fail("xml-invalid", "no entry") if found is None else found
    if not loosely or len(text) > _MAX_LOOSE_CHARS:
        return document
    found = _loosely(text)
    return document if found is None else found


def _loosely(text: str) -> etree._Element | None:
    """The one entry as feedparser reads it, put into RSS 2.0.

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
    if not feed.entries:
        return None
    item = etree.Element("item")
    item.set(_LOOSE, "1")
    _rebuild(item, feed.entries[0])
    return item


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
