"""The facts an NITF document states: who it is, which version, when, for whom, of what kind.

It must not lay out text.
"""

from __future__ import annotations

import re

from lxml import etree

from schemas.item import LifecycleKind
from streams.decode.lifecycle import read_markers
from streams.decode.stated import Stated
from streams.decode.xml_document import (
    attribute,
    children,
    collapse,
    find,
    find_all,
    joined,
    local,
    text_of,
)

_ID_VERSION = re.compile(r"[_.:-](\d{1,9})")
# EFE and PA: "gr/bp", "daa/mt/msr" in a byline are initials of those who filed it, no names.
_INITIALS = re.compile(r"[a-z]{1,5}(?:/[a-z]{1,5})+")
# EFE writes the time into the text of story.date, and says itself that only @norm holds.
_TIMESTAMP = re.compile(r"\d{4}-?\d{2}-?\d{2}(?:[T ][\d:.]+(?:Z|[+-]\d{2}:?\d{2})?)?")
_SPACE_BEFORE = re.compile(r"\s+(?=[,;.:)])")
_PLACE_ALONE = re.compile(r"[^\W\d_][^\d(),:;/]{1,38}")
_SLUGS = ("slugline", "slug", "anpa-keyword", "NTBStikkord")
_TAKE_KEYS = ("anpa-takekey",)
_SUBJECT_CODE = re.compile(r"\d{8}")
# A note may say what became of the text; that it is one says nothing of the item.
_IN_NOTES = frozenset(
    {
        LifecycleKind.KILL,
        LifecycleKind.HOLD,
        LifecycleKind.CORRECTION,
        LifecycleKind.REFILE,
        LifecycleKind.REPEAT,
        LifecycleKind.UPDATE,
        LifecycleKind.LEAD,
        LifecycleKind.WRITETHRU,
    }
)


def providers_of(nitf: etree._Element) -> tuple[str | None, ...]:
    """Names of the agency that sends the document, the surest first.

    The holder of the copyright counts only where nobody else is named: AAP sends AFP's stories.
    """
    docdata = find(nitf, "head", "docdata")
    head = find(nitf, "body", "body.head")
    names = (
        *(attribute(node, "regsrc") for node in children(docdata, "doc-id")),
        *(attribute(node, "src-name") for node in find_all(docdata, "del-list", "from-src")),
        text_of(find(head, "distributor")),
        attribute(find(docdata, "doc.rights"), "agent"),
    )
    return names if any(names) else (attribute(find(docdata, "doc.copyright"), "holder"),)


def state_facts(stated: Stated, nitf: etree._Element, headline: str | None) -> None:
    """State everything that a document of its own says of itself."""
    docdata = find(nitf, "head", "docdata")
    _state_identity(stated, docdata)
    _state_times(stated, nitf, docdata)
    _state_status(stated, docdata)
    stated.urgency(attribute(find(docdata, "urgency"), "ed-urg"), "docdata/urgency/@ed-urg")
    language = attribute(nitf, "baselang") or attribute(nitf, "lang")
    stated.language(language or attribute(find(nitf, "body"), "lang"), "nitf/@baselang")
    _state_rights(stated, nitf, docdata)
    state_content(stated, nitf)
    slugline = stated.get("slugline")
    stated.markers(headline, None, "hedline/hl1")
    stated.markers(None, slugline if isinstance(slugline, str) else None, "slugline")
    for name in _TAKE_KEYS:
        stated.markers(None, _meta(nitf, name), f"meta[{name}]")


def state_content(stated: Stated, nitf: etree._Element) -> None:
    """State what the document is about and by whom: also where it stands inside NewsML."""
    head = find(nitf, "head")
    docdata = find(head, "docdata")
    _state_slugline(stated, nitf)
    for node in (*children(find(head, "tobject"), "tobject.subject"), *children(head, "subject")):
        _state_subject(stated, node)
    for name in ("fixture", "doc-scope"):
        for node in children(docdata, name):
            code = attribute(node, "fix-id") or attribute(node, "scope")
            stated.subject(name, code, None, f"docdata/{name}")
    for node in children(docdata, "evloc"):
        country = attribute(node, "iso-cc")
        place = attribute(node, "city") or attribute(node, "county-dist")
        place = place or attribute(node, "state-prov")
        stated.subject("evloc", country or place, place, "docdata/evloc")
    for node in children(find(docdata, "identified-content")):
        _state_identified(stated, node)
    for node in children(find(head, "tobject"), "tobject.property"):
        origin = "tobject/tobject.property"
        stated.put("genre", attribute(node, "tobject.property.type"), origin)
    _state_byline(stated, find(nitf, "body", "body.head", "byline"))
    _state_dateline(stated, find(nitf, "body", "body.head", "dateline"))


def note_kinds(stated: Stated, text: str | None, origin: str) -> None:
    """State what a note to editors says of the text ("UPDATES with", "CORRECTION: ...")."""
    for written in (text, f"({text})"):
        for kind in read_markers(written).kinds if text else ():
            if kind in _IN_NOTES:
                stated.lifecycle(kind, origin, text)


def byline_of(node: etree._Element | None) -> tuple[str | None, str | None]:
    """The name and the title of a byline: ``byttl`` follows the name without a space."""
    name: list[str] = []
    title: list[str] = []
    inside = 0
    for event, part in etree.iterwalk(node, events=("start", "end")) if node is not None else ():
        begins = event == "start"
        if local(part) == "byttl":
            inside += 1 if begins else -1
        said = part.text if begins else part.tail if part is not node else None
        (title if inside else name).append(said or "")
    return joined(name), collapse(" ".join(title))


def keys_of(nitf: etree._Element) -> list[str]:
    """The keys by which the head files the story."""
    return [
        key
        for node in find_all(nitf, "head", "docdata", "key-list", "keyword")
        if (key := attribute(node, "key") or text_of(node))
    ]


def is_initials(text: str) -> bool:
    """Whether a byline is only the initials of those who filed the story."""
    return _INITIALS.fullmatch(text) is not None


def dateline_of(node: etree._Element | None) -> str | None:
    """A dateline as written; a time stamp in it is no part of the writing."""
    # Its elements may stand without a space between them, or with one before a comma.
    raw = " ".join(node.itertext()) if node is not None else ""
    raw = _SPACE_BEFORE.sub("", " ".join(_TIMESTAMP.sub(" ", raw).split()))
    return raw if any(char.isalpha() for char in raw) else None


def _state_identity(stated: Stated, docdata: etree._Element | None) -> None:
    """The id without its version; what du-key calls generation is the version.

    NITF has no place of its own for a version: some ids hold one (then the provider's profile
    says where, as PA's does), others stay. ``du-key`` groups the versions of a story, but may be
    used again for another after a time (NITF 3.6, du-key): it is an alternative id, and the id
    only where the id is it with a number behind.
    """
    key = find(docdata, "du-key")
    use = attribute(key, "key")
    written = attribute(find(docdata, "doc-id"), "id-string")
    if written is None:
        stated.warnings.append("nitf-no-id")
    stable, version = _without_version(written, use)
    stated.put("stable_id", stable, "docdata/doc-id/@id-string")
    for name in ("generation", "version"):
        stated.put("version", attribute(key, name), f"docdata/du-key/@{name}")
    stated.put("version", version, "docdata/doc-id/@id-string")
    if written != stable:
        stated.alt_id("doc-id", written, "docdata/doc-id/@id-string")
    stated.alt_id("du-key", use, "docdata/du-key/@key")
    target = attribute(docdata, "management-doc-idref")
    status = (attribute(docdata, "management-idref-status") or "").lower()
    # The status is that of the document referred to, which this one updates or takes back.
    rel = "kills" if status in {"canceled", "cancelled", "killed"} else "evolvedfrom"
    for one in (target or "").split():
        stated.link(rel, one, "docdata/@management-doc-idref", status or None)


def _without_version(written: str | None, use: str | None) -> tuple[str | None, str | None]:
    if written is None:
        return None, None
    # NTB: "faktisk-..._47" beside the du-key "faktisk-...".
    if use and len(use) > len("2020-01-01") and written.startswith(use):
        version = _ID_VERSION.fullmatch(written, len(use))
        if version:
            return use, version[1]
    return written, None


def _state_times(stated: Stated, nitf: etree._Element, docdata: etree._Element | None) -> None:
    story_date = find(nitf, "body", "body.head", "dateline", "story.date")
    for node, name, origin in (
        (find(docdata, "date.issue"), "norm", "docdata/date.issue/@norm"),
        (story_date, "norm", "dateline/story.date/@norm"),
        (find(nitf, "head", "pubdata"), "date.publication", "pubdata/@date.publication"),
    ):
        if stated.get("version_created") is None:
            stated.date("version_created", attribute(node, name), origin)
    for node in find_all(nitf, "head", "revision-history"):
        if attribute(node, "function") == "writer-author" and stated.get("first_created") is None:
            stated.date("first_created", attribute(node, "norm"), "revision-history/@norm")
    stated.alt_id("pubdata", attribute(find(nitf, "head", "pubdata"), "id"), "pubdata/@id")


def _state_status(stated: Stated, docdata: etree._Element | None) -> None:
    status = attribute(docdata, "management-status")
    stated.status(status, "docdata/@management-status")
    release = find(docdata, "date.release")
    # Houses state date.release of every story; it lifts an embargo only where there is one.
    if release is not None and (status or "").lower() == "embargoed":
        norm = attribute(release, "norm") or ""
        stated.embargo(norm or None, "docdata/date.release/@norm")
    for node in children(docdata, "ed-msg"):
        stated.signal(attribute(node, "msg-type"), "docdata/ed-msg/@msg-type")
        info = attribute(node, "info")
        stated.note(info, "docdata/ed-msg/@info")
        note_kinds(stated, info, "docdata/ed-msg/@info")
    for node in children(docdata, "series"):
        part = attribute(node, "series.part") or ""
        # A part of a named series is a story of its own; without a name it is a take (PA).
        if attribute(node, "series.name") is None and part.isdecimal() and 1 < int(part) < 100:
            stated.lifecycle(LifecycleKind.ADD, "docdata/series/@series.part", part, int(part))


def _state_rights(stated: Stated, nitf: etree._Element, docdata: etree._Element | None) -> None:
    holder = find(docdata, "doc.copyright")
    named = (attribute(holder, "year"), attribute(holder, "holder"))
    owner = " ".join(filter(None, ("Copyright", *named))) if any(named) else None
    said = text_of(find(nitf, "body", "body.head", "rights"))
    rights = find(docdata, "doc.rights")
    terms = (attribute(rights, "type"), attribute(rights, "limitations"))
    whole = " ".join(filter(None, (said or owner, *terms)))
    stated.put("rights", whole, "body.head/rights" if said else "docdata/doc.copyright")


def _state_slugline(stated: Stated, nitf: etree._Element) -> None:
    """A slugline where a house writes one: NITF has no element for it.

    A list of one key is the slug of the story (EFE "HONDURAS GOVERNMENT", PA "BakeOff").
    """
    for name in _SLUGS:
        stated.put("slugline", _meta(nitf, name), f"meta[{name}]")
    origin = "docdata/key-list/keyword/@key"
    keys = keys_of(nitf)
    if len(keys) == 1:
        stated.put("slugline", keys[0], origin)
    for key in keys:
        stated.list("keywords", key, origin)


def _state_subject(stated: Stated, node: etree._Element) -> None:
    prefix = "tobject.subject."
    code = attribute(node, f"{prefix}refnum") or attribute(node, f"{prefix}code")
    scheme = attribute(node, f"{prefix}ipr") or "IPTC"
    if scheme.upper() == "IPTC" and code and _SUBJECT_CODE.fullmatch(code):
        scheme = "subj"
    names = (attribute(node, f"{prefix}{name}") for name in ("detail", "matter", "type"))
    name = next(filter(None, names), None)
    stated.subject(scheme, code or name, name, "tobject/tobject.subject")


def _state_identified(stated: Stated, node: etree._Element) -> None:
    """A person, organisation, place or class that the head names; code-source says whose code."""
    name = text_of(node)
    kind = local(node)
    code = next(
        (
            value
            for key in ("value", "location-code", "city-code", "country-code", "idsrc")
            if (value := attribute(node, key))
        ),
        None,
    )
    scheme = attribute(node, "code-source") or attribute(node, "idsrc") or kind
    stated.subject(scheme, code or name, name, f"docdata/identified-content/{kind}")


def _state_byline(stated: Stated, node: etree._Element | None) -> None:
    name, title = byline_of(node)
    if name and not is_initials(name):
        stated.put("byline", f"{name}, {title}" if title else name, "body.head/byline")


def _state_dateline(stated: Stated, node: etree._Element | None) -> None:
    place = text_of(find(node, "location"))
    stated.put("dateline_place", place, "body.head/dateline/location")
    raw = dateline_of(node)
    stated.put("dateline_raw", raw, "body.head/dateline")
    if raw and _PLACE_ALONE.fullmatch(raw):
        stated.put("dateline_place", raw, "body.head/dateline")


def _meta(nitf: etree._Element, name: str) -> str | None:
    for node in find_all(nitf, "head", "meta"):
        if attribute(node, "name") == name:
            return attribute(node, "content")
    return None
