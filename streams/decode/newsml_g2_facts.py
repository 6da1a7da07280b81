"""The facts a NewsML-G2 item states: who it is, which version, when, of what kind, about what.

It must not lay out text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from schemas.item import LifecycleKind
from streams.decode.decoded import Facts
from streams.decode.double_escapes import unescape
from streams.decode.markup import elements_of
from streams.decode.stated import MAX_WORD_CHARS, Stated
from streams.decode.xml_document import (
    attribute,
    children,
    collapse,
    descendants,
    find,
    find_all,
    local,
    text_of,
)

# Reuters puts a time where the dateline would stand, and this where it knows nothing.
TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\d[T ].*")
_UNKNOWN = "No-Data-Available"
# Kinds of altId that many items share, or that name another item.
_NO_IDENTITY = frozenset({"editnumber", "runningnumber", "recordsequencenumber", "itemidsequence"})
_REFERENCE = re.compile(r"ref(?:uno|id|erence)?$|^ref")
_CORRECTION_NOTES = frozenset({"correction", "correctionshort", "correction_consumerready"})
_WRITERS = frozenset({"author", "writer", "journalist", "photographer", "phot", "reporter"})
_AUTHORITY = re.compile(r"(?:tag[:_]|urn:newsml:)([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)")


def providers_of(item: etree._Element, header: etree._Element | None) -> list[str]:
    """The names by which a message calls its provider, the surest first."""
    provider = find(item, "itemMeta", "provider")
    qcode = attribute(provider, "qcode") or ""
    code = qcode.rpartition(":")[2]
    authority = _AUTHORITY.match(attribute(item, "guid") or "")
    names = [
        attribute(provider, "literal"),
        # A code in letters is a name ("dpa"); one in figures names a customer of AP.
        code if code.isalpha() else None,
        text_of(next(children(header, "sender", "Sender"), None)),
        authority[1] if authority else None,
        text_of(find(provider, "name")),
        _host(attribute(provider, "uri")),
        code,
        qcode,
    ]
    return [name for name in names if name]


def headline_of(item: etree._Element) -> etree._Element | None:
    """The property that is the headline: without a role or with a main one, in its language."""
    headlines = find_all(item, "contentMeta", "headline")
    filled = [node for node in headlines if text_of(node)]
    main = [node for node in filled if code_of(node, "role")[1] in {"", "main", "headline"}]
    return _in_language(main or filled, item)


def code_of(node: etree._Element, name: str) -> tuple[str, str]:
    """(scheme, code) of a qcode attribute, lower case; a URI's last part is its code."""
    value = (attribute(node, name) or "").lower()
    if "://" in value:
        scheme, _, code = value.rstrip("/").rpartition("/")
    else:
        scheme, _, code = value.rpartition(":")
    return scheme, code


def state(item: etree._Element, stated: Stated) -> None:
    """Everything the item says of itself in fields; what it does not say stays unsaid."""
    _identity(item, stated)
    _item_meta(item, stated)
    _content_meta(item, stated)
    _subjects(item, stated)
    _links(item, stated)


def facts_of(item: etree._Element, stated: Stated, headline: str | None) -> Facts:
    """What was stated, with what the markers of headline and slugline add."""
    slugline = stated.get("slugline")
    stated.markers(
        headline, slugline if isinstance(slugline, str) else None, "contentMeta/headline"
    )
    for node in (item, *item.iterancestors()):
        stated.language(attribute(node, "lang"), f"{local(node)}/@xml:lang")
    return stated.facts()


def _identity(item: etree._Element, stated: Stated) -> None:
    name = local(item)
    guid = attribute(item, "guid")
    if guid is None:
        stated.warnings.append("guid-missing")
    stated.put("stable_id", guid, f"{name}/@guid")
    stated.put("version", attribute(item, "version"), f"{name}/@version")
    for node in find_all(item, "itemMeta", "versionedId"):
        stated.alt_id("versioned", attribute(node, "guid"), "itemMeta/versionedId")
    for node in find_all(item, "contentMeta", "altId"):
        kind = code_of(node, "type")[1] or "altid"
        value = _words(node) or attribute(node, "id")
        if _REFERENCE.search(kind):
            stated.link(kind, value, "contentMeta/altId")
        elif kind not in _NO_IDENTITY:
            stated.alt_id(kind, value, "contentMeta/altId")


def _item_meta(item: etree._Element, stated: Stated) -> None:
    meta = find(item, "itemMeta")
    content = find(item, "contentMeta")
    stated.date("version_created", text_of(find(meta, "versionCreated")), "itemMeta/versionCreated")
    # An archive may leave it empty; when its content was last changed is the next best.
    for name in ("contentModified", "contentCreated"):
        if stated.get("version_created") is None:
            stated.date("version_created", text_of(find(content, name)), f"contentMeta/{name}")
    stated.date("first_created", text_of(find(meta, "firstCreated")), "itemMeta/firstCreated")
    embargoed = find(meta, "embargoed")
    if embargoed is not None:
        stated.embargo(text_of(embargoed) or "", "itemMeta/embargoed")
    status = find(meta, "pubStatus")
    if status is not None:
        stated.status(_value(status), "itemMeta/pubStatus")
    canceled = stated.get("pubstatus") == "canceled"
    for signal in children(meta, "signal"):
        stated.signal(_value(signal), "itemMeta/signal")
    for node in children(meta, "edNote", "ednote"):
        if code_of(node, "role")[1] in _CORRECTION_NOTES and not canceled:
            role = attribute(node, "role")
            stated.lifecycle(LifecycleKind.CORRECTION, "itemMeta/edNote@role", role)
        for text, publishable in _notes(node):
            stated.note(text, "itemMeta/edNote", publishable=publishable)
    rights = list(children(item, "rightsInfo"))
    notices = [
        _in_language(list(children(node, name)), item)
        for node in rights
        for name in ("copyrightNotice", "usageTerms")
    ]
    said = [_words(node) for node in notices if node is not None]
    if not any(said):
        said = [_name(node) for node in find_all(item, "rightsInfo", "copyrightHolder")]
    stated.put("rights", " ".join(filter(None, said)), "rightsInfo")


def _content_meta(item: etree._Element, stated: Stated) -> None:
    meta = find(item, "contentMeta")
    stated.urgency(text_of(find(meta, "urgency")), "contentMeta/urgency")
    for language in children(meta, "language"):
        stated.language(attribute(language, "tag"), "contentMeta/language")
    stated.put("slugline", _words(find(meta, "slugline")), "contentMeta/slugline")
    for genre in children(meta, "genre"):
        stated.put("genre", _name(genre, item), "contentMeta/genre")
    by = _words(find(meta, "by"))
    if by and not by.startswith(_UNKNOWN):
        stated.put("byline", by, "contentMeta/by")
    for creator in children(meta, "creator"):
        role = code_of(creator, "role")[1]
        if role in _WRITERS or code_of(creator, "type")[1] == "person":
            stated.put("byline", _words(find(creator, "name")), "contentMeta/creator")
    dateline = _words(find(meta, "dateline"))
    if dateline and not TIMESTAMP.fullmatch(dateline):
        stated.put("dateline_raw", dateline, "contentMeta/dateline")
    for located in children(meta, "located"):
        place = _name(located, item)
        if place != _UNKNOWN:
            stated.put("dateline_place", place, "contentMeta/located")
    for keyword in children(meta, "keyword"):
        stated.list("keywords", _words(keyword), "contentMeta/keyword")


def _subjects(item: etree._Element, stated: Stated) -> None:
    """Subjects, services and memberships; a qcode's alias is the scheme."""
    for name in ("service", "memberOf"):
        for node in find_all(item, "itemMeta", name):
            _subject(node, item, stated, f"itemMeta/{name}")
    for name in ("genre", "subject"):
        for node in find_all(item, "contentMeta", name):
            _subject(node, item, stated, f"contentMeta/{name}")
            for inner in children(node, "mainConcept", "facetConcept", "sameAs"):
                _subject(inner, item, stated, f"contentMeta/{name}/{local(inner)}")


def _subject(node: etree._Element, item: etree._Element, stated: Stated, origin: str) -> None:
    qcode = attribute(node, "qcode")
    uri = attribute(node, "uri")
    literal = attribute(node, "literal")
    if qcode:
        scheme, _, code = qcode.partition(":")
    elif uri:
        scheme, _, code = uri.rstrip("/").rpartition("/")
    else:
        kind = (attribute(node, "type") or "").rpartition(":")[2]
        scheme, code = kind or local(node), literal or ""
    stated.subject(scheme or local(node), code, _name(node, item), origin)


def _links(item: etree._Element, stated: Stated) -> None:
    guid = attribute(item, "guid")
    for node in find_all(item, "itemMeta", "link"):
        target = target_of(node)
        rel = _relation(node) or ("previousVersion" if target == guid else "related")
        stated.link(rel, target, "itemMeta/link", _words(find(node, "title")))
    for node in find_all(item, "contentSet", "remoteContent"):
        target = attribute(node, "href") or attribute(node, "residref")
        kind = attribute(node, "rendition") or attribute(node, "contenttype")
        stated.link("remote", target, "contentSet/remoteContent", kind)
    for node in find_all(item, "assert", "remoteInfo"):
        stated.link("remote", target_of(node), "assert/remoteInfo", _words(find(node, "name")))
    for node in members_of(item):
        group = node.getparent()
        role = attribute(group, "role") if group is not None else None
        title = _words(find(node, "headline")) or _words(find(node, "title"))
        reason = ": ".join(part for part in (role, title) if part)
        stated.link("item", target_of(node), "groupSet/itemRef", reason)
    for node in descendants(item, "deliveredItemRef"):
        stated.link("delivered", target_of(node), "newsCoverage/delivery")


def members_of(item: etree._Element) -> Iterator[etree._Element]:
    """The references of a package to its items."""
    if local(item) in {"packageItem", "groupSet"}:
        yield from descendants(item, "itemRef", "conceptRef", "packageRef")


def target_of(node: etree._Element) -> str | None:
    """The id or address that a reference names."""
    names = ("residref", "guidref", "href", "uri", "qcode")
    return next((value for name in names if (value := attribute(node, name))), None)


def _relation(node: etree._Element) -> str | None:
    rel = attribute(node, "rel")
    return rel.removeprefix("irel:") if rel else None


def _notes(node: etree._Element) -> Iterator[tuple[str, bool]]:
    """(text, whether it is for publication) of a note; dpa's notebook has sections of each."""
    constraint = code_of(node, "pubconstraint")[1]
    if not len(node):
        text = unescape(node.text or "")
        for start in range(0, len(text), MAX_WORD_CHARS):
            yield text[start : start + MAX_WORD_CHARS], constraint == "public"
        return
    section: list[str] = []
    of_section = False
    for element in elements_of(node):
        public = constraint != "nonpublic" and _is_public(element.node)
        full = sum(map(len, section)) + len(element.text) > MAX_WORD_CHARS - len(section)
        if section and (public != of_section or full):
            yield unescape(" ".join(section)), of_section
            section = []
        of_section = public
        section.append(element.text)
    if section:
        yield unescape(" ".join(section)), of_section


def _is_public(node: etree._Element | None) -> bool:
    while node is not None:
        classes = (node.get("class") or "").split()
        if "np-nonpublic" in classes or "np-constraint" in classes:
            return False
        if "np-public" in classes:
            return True
        node = node.getparent()
    return False


def _value(node: etree._Element) -> str | None:
    """A controlled value as "scheme:code"."""
    qcode = attribute(node, "qcode") or attribute(node, "literal")
    if qcode:
        return qcode
    scheme, code = code_of(node, "uri")
    return f"{scheme.rpartition('/')[2]}:{code}" if code else text_of(node)


def _name(node: etree._Element, item: etree._Element | None = None) -> str | None:
    """What a controlled value is called, in the item's language where there are several."""
    names = [name for name in children(node, "name") if text_of(name)]
    shown = [name for name in names if code_of(name, "role")[1] != "mnemonic"]
    chosen = _in_language(shown or names, item)
    return _words(chosen) or attribute(node, "literal")


def _in_language(nodes: list[etree._Element], item: etree._Element | None) -> etree._Element | None:
    if len(nodes) > 1 and item is not None:
        wanted = (attribute(item, "lang") or "").lower()[:2]
        for node in nodes:
            if wanted and (attribute(node, "lang") or "").lower()[:2] == wanted:
                return node
    return nodes[0] if nodes else None


def _words(node: etree._Element | None) -> str | None:
    """All text of a property on one line, what was escaped twice decoded."""
    text = text_of(node)
    return collapse(unescape(text)) if text else None


def _host(uri: str | None) -> str | None:
    found = re.match(r"[a-z]+://(?:www\.)?([^/]+)", uri or "", re.IGNORECASE)
    return found[1] if found else None
