"""The facts a NewsML-G2 item states: who it is, which version, when, of what kind, about what.

It must not lay out text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from schemas.item import LifecycleKind, PubStatus
from streams.decode.authority import authorities_in
from streams.decode.decoded import Facts
from streams.decode.double_escapes import unescape
from streams.decode.markup import elements_of
from streams.decode.newsml_g2_item import Item
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
_NAME = re.compile(r"[A-Za-z][A-Za-z.&_-]+")


def providers_of(item: Item, header: etree._Element | None) -> list[str]:
    """The names by which a message calls its provider, the surest first."""
    provider = item.first("itemMeta", "provider")
    qcode = attribute(provider, "qcode") or ""
    code = qcode.rpartition(":")[2].removeprefix("www.")
    names = [
        attribute(provider, "literal"),
        # A code in letters is a name ("dpa"); one in figures is a customer's of AP.
        code if _NAME.fullmatch(code) else None,
        text_of(next(children(header, "sender", "Sender"), None)),
        *authorities_in(item.guid),
        text_of(find(provider, "name")),
        *authorities_in(attribute(provider, "uri")),
        code,
        qcode,
    ]
    return [name for name in names if name]


def headline_of(item: Item) -> str | None:
    """The headline: the one without a role or with a main one, in the item's language."""
    filled = [node for node in item.all("contentMeta", "headline") if text_of(node)]
    main = [node for node in filled if code_of(node, "role")[1] in {"", "main", "headline"}]
    return text_of(item.in_language(main or filled))


def code_of(node: etree._Element, name: str) -> tuple[str, str]:
    """(scheme, code) of a qcode attribute, lower case; a URI's last part is its code."""
    value = (attribute(node, name) or "").lower()
    if "://" in value:
        scheme, _, code = value.rstrip("/").rpartition("/")
    else:
        scheme, _, code = value.rpartition(":")
    return scheme, code


def state(item: Item, stated: Stated) -> None:
    """Everything the item says of itself in fields; what it does not say stays unsaid."""
    _identity(item, stated)
    _dates_and_status(item, stated)
    _notes_and_rights(item, stated)
    _content_meta(item, stated)
    _subjects(item, stated)
    _links(item, stated)


def facts_of(item: Item, stated: Stated, headline: str | None) -> Facts:
    """What was stated, with what the markers of headline and slugline add."""
    slugline = stated.get("slugline")
    stated.markers(
        headline, slugline if isinstance(slugline, str) else None, "contentMeta/headline"
    )
    for node in (item.element, *item.element.iterancestors()):
        stated.language(attribute(node, "lang"), f"{local(node)}/@xml:lang")
    return stated.facts()


def _identity(item: Item, stated: Stated) -> None:
    if item.guid is None:
        stated.warnings.append("guid-missing")
    stated.put("stable_id", item.guid, f"{item.name}/@guid")
    stated.put("version", attribute(item.element, "version"), f"{item.name}/@version")
    for node in item.all("itemMeta", "versionedId"):
        stated.alt_id("versioned", attribute(node, "guid"), "itemMeta/versionedId")
    for node in item.all("contentMeta", "altId"):
        kind = code_of(node, "type")[1] or "altid"
        value = _words(node) or attribute(node, "id")
        if _REFERENCE.search(kind):
            stated.link(kind, value, "contentMeta/altId")
        elif kind not in _NO_IDENTITY:
            stated.alt_id(kind, value, "contentMeta/altId")


def _dates_and_status(item: Item, stated: Stated) -> None:
    # An archive may leave versionCreated empty; the content's last change is the next best.
    for group, name in (
        ("itemMeta", "versionCreated"),
        ("contentMeta", "contentModified"),
        ("contentMeta", "contentCreated"),
    ):
        if stated.get("version_created") is None:
            stated.date("version_created", item.text(group, name), f"{group}/{name}")
    stated.date("first_created", item.text("itemMeta", "firstCreated"), "itemMeta/firstCreated")
    embargoed = item.first("itemMeta", "embargoed")
    if embargoed is not None:
        stated.embargo(text_of(embargoed) or "", "itemMeta/embargoed")
    status = item.first("itemMeta", "pubStatus")
    if status is not None:
        stated.status(_value(status), "itemMeta/pubStatus")
    for signal in item.all("itemMeta", "signal"):
        stated.signal(_value(signal), "itemMeta/signal")


def _notes_and_rights(item: Item, stated: Stated) -> None:
    canceled = stated.get("pubstatus") is PubStatus.CANCELED
    for node in item.all("itemMeta", "edNote", "ednote"):
        if code_of(node, "role")[1] in _CORRECTION_NOTES and not canceled:
            role = attribute(node, "role")
            stated.lifecycle(LifecycleKind.CORRECTION, "itemMeta/edNote@role", role)
        for text, publishable in _notes(node):
            for start in range(0, len(text), MAX_WORD_CHARS):
                part = text[start : start + MAX_WORD_CHARS]
                stated.note(part, "itemMeta/edNote", publishable=publishable)
    said = [
        _words(item.in_language(item.all("rightsInfo", name)))
        for name in ("copyrightNotice", "usageTerms")
    ]
    if not any(said):
        said = [_name(node, item) for node in item.all("rightsInfo", "copyrightHolder")]
    stated.put("rights", " ".join(filter(None, said)), "rightsInfo")


def _content_meta(item: Item, stated: Stated) -> None:
    stated.urgency(item.text("contentMeta", "urgency"), "contentMeta/urgency")
    for language in item.all("contentMeta", "language"):
        stated.language(attribute(language, "tag"), "contentMeta/language")
    stated.put("slugline", _words(item.first("contentMeta", "slugline")), "contentMeta/slugline")
    for genre in item.all("contentMeta", "genre"):
        stated.put("genre", _name(genre, item), "contentMeta/genre")
    by = _words(item.first("contentMeta", "by"))
    if by and not by.startswith(_UNKNOWN):
        stated.put("byline", by, "contentMeta/by")
    for creator in item.all("contentMeta", "creator"):
        role = code_of(creator, "role")[1]
        if role in _WRITERS or code_of(creator, "type")[1] == "person":
            stated.put("byline", _words(find(creator, "name")), "contentMeta/creator")
    dateline = _words(item.first("contentMeta", "dateline"))
    if dateline and not TIMESTAMP.fullmatch(dateline):
        stated.put("dateline_raw", dateline, "contentMeta/dateline")
    for located in item.all("contentMeta", "located"):
        place = _name(located, item)
        if place != _UNKNOWN:
            stated.put("dateline_place", place, "contentMeta/located")
    for keyword in item.all("contentMeta", "keyword"):
        stated.list("keywords", _words(keyword), "contentMeta/keyword")


def _subjects(item: Item, stated: Stated) -> None:
    """Subjects, services and memberships; a qcode's alias is the scheme."""
    for group, name in (
        ("itemMeta", "service"),
        ("itemMeta", "memberOf"),
        ("contentMeta", "genre"),
        ("contentMeta", "subject"),
    ):
        for node in item.all(group, name):
            _subject(node, item, stated, f"{group}/{name}")
            for inner in children(node, "mainConcept", "facetConcept", "sameAs"):
                _subject(inner, item, stated, f"{group}/{name}/{local(inner)}")


def _subject(node: etree._Element, item: Item, stated: Stated, origin: str) -> None:
    qcode = attribute(node, "qcode")
    uri = attribute(node, "uri")
    if qcode:
        scheme, _, code = qcode.partition(":")
    elif uri:
        scheme, _, code = uri.rstrip("/").rpartition("/")
    else:
        scheme = (attribute(node, "type") or "").rpartition(":")[2]
        code = attribute(node, "literal") or ""
    stated.subject(scheme or local(node), code, _name(node, item), origin)


def _links(item: Item, stated: Stated) -> None:
    for node in item.all("itemMeta", "link"):
        target = target_of(node)
        rel = attribute(node, "rel")
        default = "previousVersion" if target == item.guid else "related"
        rel = rel.removeprefix("irel:") if rel else default
        stated.link(rel, target, "itemMeta/link", _words(find(node, "title")))
    for node in item.all("contentSet", "remoteContent"):
        target = attribute(node, "href") or attribute(node, "residref")
        kind = attribute(node, "rendition") or attribute(node, "contenttype")
        stated.link("remote", target, "contentSet/remoteContent", kind)
    for node in find_all(item.element, "assert", "remoteInfo"):
        stated.link("remote", target_of(node), "assert/remoteInfo", _words(find(node, "name")))
    for node in members_of(item):
        group = node.getparent()
        role = attribute(group, "role") if group is not None else None
        title = _words(find(node, "headline")) or _words(find(node, "title"))
        reason = ": ".join(part for part in (role, title) if part)
        stated.link("item", target_of(node), "groupSet/itemRef", reason)
    if item.name == "planningItem":
        for node in descendants(item.element, "deliveredItemRef"):
            stated.link("delivered", target_of(node), "newsCoverage/delivery")


def members_of(item: Item) -> Iterator[etree._Element]:
    """The references of a package to its items."""
    if item.name in {"packageItem", "groupSet"}:
        yield from descendants(item.element, "itemRef", "conceptRef", "packageRef")


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
        yield unescape(node.text or ""), constraint == "public"
        return
    section: list[str] = []
    of_section = False
    for element in elements_of(node):
        public = constraint != "nonpublic" and _is_public(element.node)
        if section and public != of_section:
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


def _name(node: etree._Element, item: Item) -> str | None:
    """What a controlled value is called, in the item's language where there are several."""
    names = [name for name in children(node, "name") if text_of(name)]
    if len(names) > 1:
        shown = [name for name in names if code_of(name, "role")[1] != "mnemonic"]
        names = shown or names
    return _words(item.in_language(names)) or attribute(node, "literal")


def _words(node: etree._Element | None) -> str | None:
    """All text of a property on one line, what was escaped twice decoded."""
    text = text_of(node)
    return collapse(unescape(text)) if text else None
