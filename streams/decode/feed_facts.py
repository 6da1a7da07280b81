"""The facts an entry of a feed states, in the words of RSS, Atom, Dublin Core and WordPress.

It must not lay out text.
"""

from __future__ import annotations

import re
from functools import cached_property, lru_cache
from urllib.parse import urljoin, urlsplit

from lxml import etree

from streams.decode.decoded import Facts
from streams.decode.markup import words
from streams.decode.profiles import Profiles, ProviderProfile
from streams.decode.rich_text import one_line
from streams.decode.stated import Stated
from streams.decode.written_dates import read_written_date
from streams.decode.xml_document import attribute, children, local, text_of
from streams.steps import DropReason

_NAMESPACES = (
    ("purl.org/dc/elements", "dc:"),
    ("purl.org/dc/terms", "dcterms:"),
    ("purl.org/rss/1.0/modules/content", "content:"),
    ("wordpress.org/export", "wp:"),
    ("search.yahoo.com/mrss", "media:"),
    ("itunes.com/dtds/podcast", "itunes:"),
    ("purl.org/syndication/thread", "thr:"),
    ("wellformedweb.org", "wfw:"),
    ("rss/1.0/modules/slash", "slash:"),
    ("georss", "georss:"),
    ("wgs84_pos", "geo:"),
    ("www.w3.org/1999/xhtml", ""),
    ("w3.org/2005/atom", ""),
    ("purl.org/atom", ""),
    ("purl.org/rss/1.0/", ""),
    ("netscape.com/rdf", ""),
    ("channel.netscape.com", ""),
    ("backend.userland.com", ""),
    ("blogs.law.harvard.edu", ""),
)
_EXCERPT = re.compile(r"wordpress\.org/export/[\d.]+/excerpt")
_MODIFIED = words("updated modified dcterms:modified wp:post_modified_gmt")
_PUBLISHED = words("published issued dcterms:issued dcterms:created created pubdate")
_DATES = _MODIFIED | _PUBLISHED | {"dc:date", "wp:post_date_gmt"}
# RFC 822: the name in brackets behind the address, or before it.
_ADDRESS_NAMED = re.compile(
    r"\S+@\S+\s*\((?P<after>[^()]+)\)|(?P<before>[^<>@]+)<[^<>\s]+@[^<>\s]+>"
)
# https://developer.wordpress.org/reference/functions/get_post_statuses/
_WITHHELD = words("draft pending private auto-draft future")
_NOT_POSTS = words(
    "nav_menu_item revision custom_css customize_changeset oembed_cache wp_block wp_template "
    "wp_template_part wp_global_styles wp_navigation user_request"
)
_ACCOUNTS = words("admin administrator root webmaster editor wordpress anonymous")
_RELATIONS = words("related via replies up edit-media")


class Channel:
    """What a feed says of itself, which holds for its entries where they say nothing."""

    def __init__(self, node: etree._Element) -> None:
        self.node = node
        self.is_wordpress = any("wordpress.org/export" in uri for uri in node.nsmap.values())
        found: dict[str, str] = {}
        self._authors: dict[str, str] = {}
        for child in children(node):
            name = name_of(child)
            if name == "wp:author":
                self._author(child)
            elif name != "link" or child.get("rel", "alternate") == "alternate":
                text = child.get("href") or text_of(child)
                if text:
                    found.setdefault(name, text)
        self.title = found.get("title")
        self.publisher = found.get("dc:publisher")
        self.rights = next(
            (found[name] for name in ("rights", "copyright", "dc:rights") if name in found), None
        )
        self.language = found.get("language") or found.get("dc:language")
        self.host = _host(found.get("link")) or _host(found.get("wp:base_site_url"))

    def author(self, login: str) -> str:
        """The name of a WordPress author, by login."""
        return self._authors.get(login, login)

    def _author(self, node: etree._Element) -> None:
        parts = {name_of(child): text_of(child) or "" for child in children(node)}
        names = (parts.get("wp:author_first_name"), parts.get("wp:author_last_name"))
        full = " ".join(name for name in names if name)
        login = parts.get("wp:author_login")
        if login:
            self._authors[login] = full or parts.get("wp:author_display_name") or login


def name_of(node: etree._Element) -> str:
    """An element's name as feeds usually write it: "content:encoded", "media:title", "title"."""
    tag = node.tag
    return _named(tag, node.prefix) if isinstance(tag, str) else ""


# A feed has a few dozen names and asks for each hundreds of times.
@lru_cache(maxsize=1024)
def _named(tag: str, given: str | None) -> str:
    if tag[:1] != "{":
        # Without a declaration the prefix is all that says whose it is.
        return tag.lower()
    space, _, name = tag[1:].rpartition("}")
    space = space.lower()
    if _EXCERPT.search(space):
        return f"excerpt:{name.lower()}"
    prefix = next((prefix for part, prefix in _NAMESPACES if part in space), None)
    if prefix is None:
        prefix = f"{given}:" if given else ""
    return f"{prefix}{name}".lower()


def provider_names(channel: Channel, profiles: Profiles) -> tuple[str | None, ...]:
    """What may name the provider: the feed's host; its title only if a provider is called so."""
    known = channel.title if channel.title and profiles.named(channel.title) else None
    return known, channel.publisher, channel.host


class Entry:
    """One entry of a feed, its children under the names that feeds usually give them."""

    def __init__(self, node: etree._Element) -> None:
        self.node = node
        self.fields = [(name_of(child), child) for child in children(node)]

    def text(self, *names: str) -> str | None:
        """The text of the first child that is called so and has any."""
        return next(
            (text for name, child in self.fields if name in names and (text := text_of(child))),
            None,
        )

    @cached_property
    def id(self) -> str | None:
        """What it is called: ``guid``, Atom's ``id``, ``rdf:about``, a deletion's ``ref``."""
        return (
            self.text("guid", "id") or attribute(self.node, "about") or attribute(self.node, "ref")
        )

    @cached_property
    def link(self) -> str | None:
        """The address of the entry's page; a ``guid`` that is one, if it has no other."""
        guid = None
        for name, child in self.fields:
            if name == "link" and child.get("rel", "alternate") == "alternate":
                link = child.get("href") or text_of(child)
                if link:
                    return _absolute(child, link)
            elif name == "guid" and child.get("isPermaLink", "true").lower() == "true":
                guid = text_of(child)
        return guid if guid and guid.startswith(("http://", "https://")) else None


def kind_of(entry: Entry) -> DropReason | None:
    """What an entry of a WordPress export is, where it is no post."""
    kind = entry.text("wp:post_type")
    if kind == "attachment":
        return DropReason.PICTURE
    return DropReason.DATA if kind in _NOT_POSTS else None


def facts_of(
    stated: Stated,
    channel: Channel,
    entry: Entry,
    profile: ProviderProfile,
    title: str | None,
    *,
    shared_id: bool,
) -> Facts:
    """Everything an entry says of itself, and the feed for it."""
    _identity(stated, entry, shared_id=shared_id)
    _dates(stated, entry, profile)
    for name, child in entry.fields:
        if name in {"author", "creator", "dc:creator", "itunes:author"}:
            stated.put("byline", _person(child, channel), name)
        elif name in {"category", "dc:subject", "media:category"}:
            _category(stated, child, name)
        elif name in {"media:keywords", "itunes:keywords"}:
            for word in (text_of(child) or "").split(","):
                stated.list("keywords", word, name)
        elif name in {"rights", "dc:rights", "copyright", "media:copyright"}:
            stated.put("rights", text_of(child), name)
        elif name in {"dc:language", "language"}:
            stated.language(text_of(child), name)
        else:
            _link(stated, child, name)
    stated.language(_lang(entry.node), "xml:lang")
    stated.language(channel.language, "channel/language")
    stated.put("rights", channel.rights, "channel/rights")
    _status(stated, entry)
    stated.markers(title, None, "title")
    return stated.facts()


def _identity(stated: Stated, entry: Entry, *, shared_id: bool) -> None:
    own, link = entry.id, entry.link
    if shared_id:
        stated.warnings.append("feed-id-shared")
        stated.alt_id("guid", own, "guid")
        stated.put("stable_id", link, "link")
    elif own:
        stated.put("stable_id", own, "guid" if entry.text("guid") else "id")
    else:
        stated.put("stable_id", link, "link")
    if link != stated.get("stable_id"):
        stated.alt_id("url", link, "link")
    stated.alt_id("wordpress", entry.text("wp:post_id"), "wp:post_id")
    stated.alt_id("dc-identifier", entry.text("dc:identifier"), "dc:identifier")


def _dates(stated: Stated, entry: Entry, profile: ProviderProfile) -> None:
    """The version was created when it was last modified, else when it was published."""
    found: dict[str, str] = {}
    for name, child in entry.fields:
        if name in _DATES and (text := text_of(child)):
            found.setdefault(name, text)
    if local(entry.node) == "deleted-entry":
        found["updated"] = entry.node.get("when", "")
    for fact, names in (
        ("version_created", sorted(_MODIFIED)),
        # Dublin Core's plain date says not of what; feeds mean the entry as it is.
        ("version_created", ["dc:date"]),
        ("first_created", sorted(_PUBLISHED, key=lambda name: (name == "pubdate", name))),
        ("first_created", ["wp:post_date_gmt"]),
    ):
        for name in names:
            text = found.get(name)
            # WordPress fills the dates of drafts with noughts.
            if stated.get(fact) is None and text and not text.startswith("0000"):
                if name.endswith("_gmt"):
                    text += " +0000"
                moment = read_written_date(text, name, profile=profile, warnings=stated.warnings)
                stated.put(fact, moment, name)
    published = stated.get("first_created")
    if stated.get("version_created") is None and published is not None:
        stated.put("version_created", published, "published")


def _person(node: etree._Element, channel: Channel) -> str | None:
    """A name; an address alone is none."""
    name = next((text_of(child) for child in children(node) if local(child) == "name"), None)
    text = name or ("" if len(node) else text_of(node)) or ""
    named = _ADDRESS_NAMED.fullmatch(text)
    if named:
        text = (named["after"] or named["before"]).strip(' "')
    text = channel.author(text)
    return text if is_byline(text) else None


def is_byline(text: str) -> bool:
    """Whether a creator is a name: no address, and no account of the system."""
    return bool(text) and "@" not in text and "://" not in text and text.lower() not in _ACCOUNTS


def _category(stated: Stated, node: etree._Element, name: str) -> None:
    """A category of a scheme is a subject, another a keyword."""
    # Names of tags are escaped twice in WordPress' exports.
    label = one_line(node.get("label") or text_of(node) or "")
    code = node.get("term") or node.get("nicename") or label
    scheme = node.get("scheme") or node.get("domain")
    if scheme == "post_tag" or not scheme:
        stated.list("keywords", label or code, name)
    else:
        stated.subject(scheme, code, label, name)


def _link(stated: Stated, node: etree._Element, name: str) -> None:
    if name == "link":
        rel = node.get("rel", "alternate").lower()
        if rel in _RELATIONS or rel == "enclosure":
            target = _absolute(node, node.get("href"))
            stated.link(rel, target, f"link[{rel}]", node.get("type"))
    elif name in {"enclosure", "media:content"}:
        kind = node.get("type") or node.get("medium")
        stated.link("enclosure", _absolute(node, node.get("url")), name, kind)
    elif name == "media:group":
        for inner in children(node, "content"):
            _link(stated, inner, "media:content")
    elif name == "content" and node.get("src"):
        stated.link("remote", _absolute(node, node.get("src")), "content/@src", node.get("type"))
    elif name == "wp:attachment_url":
        stated.link("enclosure", text_of(node), name)
    elif name == "source":
        stated.link("source", _absolute(node, node.get("url")), name, text_of(node))
    elif name == "thr:in-reply-to":
        stated.link("in-reply-to", node.get("ref"), name)


def _status(stated: Stated, entry: Entry) -> None:
    """Drafts are withheld; what was thrown away or deleted (RFC 6721) is canceled."""
    status = (entry.text("wp:status") or "").lower()
    draft = next((text_of(node) for node in entry.node.iter() if local(node) == "draft"), None)
    if local(entry.node) == "deleted-entry":
        stated.status("canceled", "at:deleted-entry")
        comment = next(children(entry.node, "comment"), None)
        stated.note(text_of(comment), "at:comment")
    elif status == "trash":
        stated.status("canceled", "wp:status")
    elif status in _WITHHELD or (draft or "").lower() == "yes":
        stated.status("withheld", "wp:status" if status in _WITHHELD else "app:draft")


def _lang(node: etree._Element) -> str | None:
    """The ``xml:lang`` of the nearest element that has one."""
    for one in (node, *node.iterancestors()):
        lang = attribute(one, "lang")
        if lang:
            return lang
    return None


def _absolute(node: etree._Element, address: str | None) -> str | None:
    """An address by the ``xml:base`` around it."""
    if not address:
        return None
    try:
        return urljoin(node.base or "", address.strip()) or None
    except ValueError:
        return address


def _host(address: str | None) -> str | None:
    try:
        host = urlsplit((address or "").strip()).hostname
    except ValueError:
        return None
    return host.removeprefix("www.") if host and "." in host else None
