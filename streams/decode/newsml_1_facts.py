"""The facts a NewsItem of NewsML 1 states: who it is, which revision, when, of what kind.

It must not lay out text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from lxml import etree

from schemas.item import LifecycleKind
from streams.decode.nitf_facts import is_initials, note_kinds, state_content
from streams.decode.stated import Stated
from streams.decode.xml_document import attribute, children, find, find_all, local, text_of

# Belga's state of an item that is being sent, and its urgency of one that has none.
_HOUSE_STATUSES = {"open": "usable"}
_NO_URGENCY = frozenset({"", "default"})
_REVISION = re.compile(r"\d+[NUA]?")
_SUBJECT_CODE = re.compile(r"\d{8}")
_SUBJECTS = ("Subject", "SubjectMatter", "SubjectDetail", "SubjectQualifier")
_KEYWORDS = re.compile(r"\s*;\s*")
_KEYWORD_LINE = re.compile(r"\s*[;,]\s*")
# "January 21", "21 jan", "15.7.2019": a dateline that begins so names no place.
_DATE_FIRST = re.compile(
    r"\d|(?:jan|feb|f[ée]v|mar|m[äe]r|apr|avr|abr|may|mai|jun|juin|jul|juil|aug|ao[uû]|ago|sep|"
    r"o[ck]t|nov|de[cz]|d[ée]c|ene|dic)[a-zéû]*\.?\s+\d",
    re.IGNORECASE,
)
_NAME = re.compile(r"[^\W\d_][\w.'’-]*(?: [^\W\d_][\w.'’-]*){1,11}")
_AFP_URN = "urn:newsml:afp.com:"


@dataclass(frozen=True, slots=True)
class Scope:
    """Where the facts of one item stand.

    Attributes:
        chain: the NewsComponents around its text, the innermost first; facts of the inner hold.
        content: the ContentItem's NITF documents, for what their heads say.
        edition: the language, where one NewsItem holds the item in several.
        others: the other languages then.
    """

    envelope: etree._Element | None
    item: etree._Element
    chain: tuple[etree._Element, ...]
    content: tuple[etree._Element, ...] = ()
    edition: str | None = None
    others: tuple[str, ...] = ()

    def lines(self, *names: str) -> list[etree._Element]:
        """The lines of these names in NewsLines, the innermost first; Belga writes "Headline"."""
        wanted = {name.lower() for name in names}
        return [
            line
            for component in self.chain
            for lines in children(component, "NewsLines")
            for line in children(lines)
            if local(line).lower() in wanted
        ]

    def line(self, name: str) -> str | None:
        """The first line of a name that is not empty."""
        return next(filter(None, map(text_of, self.lines(name))), None)

    def described(self, *path: str) -> list[etree._Element]:
        """Elements down a path in DescriptiveMetadata ("DescriptiveMetada" in TASS)."""
        return [
            found
            for component in self.chain
            for block in children(component, "DescriptiveMetadata", "DescriptiveMetada")
            for found in find_all(block, *path)
        ]

    def administered(self, *path: str) -> list[etree._Element]:
        """Elements down a path in AdministrativeMetadata."""
        return [
            found
            for component in self.chain
            for found in find_all(component, "AdministrativeMetadata", *path)
        ]


def providers_of(scope: Scope) -> tuple[str | None, ...]:
    """Names of the agency, the surest first; who sent the envelope counts only without one."""
    identifier = find(scope.item, "Identification", "NewsIdentifier")
    names = (
        text_of(find(identifier, "ProviderId")),
        *(attribute(node, "FormalName") for node in scope.administered("Provider", "Party")),
    )
    sender = attribute(find(scope.envelope, "SentFrom", "Party"), "FormalName")
    return names if any(names) else (sender,)


def state_facts(stated: Stated, scope: Scope, headline: str | None) -> None:
    """State everything the item says of itself."""
    _state_identity(stated, scope)
    _state_management(stated, scope)
    _state_lines(stated, scope)
    _state_description(stated, scope)
    _state_rights(stated, scope)
    for nitf in scope.content:
        state_content(stated, nitf)
    slugline = stated.get("slugline")
    stated.markers(headline, slugline if isinstance(slugline, str) else None, "NewsLines/HeadLine")
    stated.markers(None, scope.line("SlugLine"), "NewsLines/SlugLine")


def _state_identity(stated: Stated, scope: Scope) -> None:
    """The urn without its last field: that is the revision, of which each has another urn."""
    identifier = find(scope.item, "Identification", "NewsIdentifier")
    revision = find(identifier, "RevisionId")
    number = text_of(revision)
    update = attribute(revision, "Update") or "N"
    written = text_of(find(identifier, "PublicIdentifier"))
    stable, last = _stable_id(identifier, written, number)
    origin = "NewsIdentifier/PublicIdentifier" if written else "NewsIdentifier/NewsItemId"
    if stable is None:
        # TASS gives its own identifier among the descriptions, and none where NewsML has it.
        stable = next(filter(None, map(text_of, scope.described("guid"))), None)
        origin = "DescriptiveMetadata/guid"
    if stable is None:
        stated.warnings.append("newsml-no-id")
    elif scope.edition:
        for other in scope.others:
            stated.link("translation", f"{stable}#{other}", "NewsComponent/@xml:lang", other)
        stable = f"{stable}#{scope.edition}"
    stated.put("stable_id", stable, origin)
    stated.put("version", number or last, "NewsIdentifier/RevisionId")
    if written != stable:
        stated.alt_id("urn", written, "NewsIdentifier/PublicIdentifier")
    stated.alt_id("newsitem", text_of(find(identifier, "NewsItemId")), "NewsIdentifier/NewsItemId")
    transmission = text_of(find(scope.envelope, "TransmissionId"))
    stated.alt_id("transmission", transmission, "NewsEnvelope/TransmissionId")
    if update.upper() in {"U", "A"}:
        stated.warnings.append(f"newsml-update:{update.upper()}")
        stated.lifecycle(LifecycleKind.UPDATE, "RevisionId/@Update", update)


def _stable_id(
    identifier: etree._Element | None, written: str | None, revision: str | None
) -> tuple[str | None, str | None]:
    """What stays from revision to revision, and the revision that the urn ends in."""
    item_id = text_of(find(identifier, "NewsItemId"))
    fields = [text_of(find(identifier, name)) for name in ("ProviderId", "DateId")]
    rebuilt = ":".join(["urn:newsml", *(field or "" for field in fields), item_id or ""])
    if written is None:
        return (rebuilt if item_id else None), None
    before, _, last = written.rpartition(":")
    # ATS and Belga append the letter of @Update even where it is N: "...:1N".
    if before and last != item_id and (last.rstrip("NUA") == revision or last == revision):
        return before, last
    if before and revision is None and last != item_id and _REVISION.fullmatch(last):
        return before, last.rstrip("NUA")
    return (rebuilt if item_id and last != item_id else written), None


def _state_management(stated: Stated, scope: Scope) -> None:
    management = find(scope.item, "NewsManagement")
    for name, field in (
        ("version_created", "ThisRevisionCreated"),
        ("first_created", "FirstCreated"),
    ):
        stated.date(name, text_of(find(management, field)), f"NewsManagement/{field}")
    _state_status(stated, management)
    # The envelope's Priority is how fast to carry, not how urgent the news is.
    node = find(management, "Urgency")
    urgency = attribute(node, "FormalName") or text_of(node) or ""
    stated.urgency(None if urgency.lower() in _NO_URGENCY else urgency, "NewsManagement/Urgency")
    kind = attribute(find(management, "NewsItemType"), "FormalName") or ""
    if kind.lower() == "alert":
        stated.lifecycle(LifecycleKind.FLASH, "NewsManagement/NewsItemType", kind)
    else:
        stated.signal(kind, "NewsManagement/NewsItemType")
    for node in children(management, "AssociatedWith", "DerivedFrom"):
        name = local(node)
        target = attribute(node, "NewsItem") or text_of(find(node, "NewsItem"))
        origin = f"NewsManagement/{name}"
        # AFP's document: every story that is written anew has another NewsItemId.
        if name == "AssociatedWith" and (target or "").startswith(_AFP_URN):
            stated.alt_id("afp-doc", (target or "").rpartition(":")[2], origin)
        rel = "related" if name == "AssociatedWith" else "derived_from"
        stated.link(rel, target, origin, attribute(node, "FormalName"))
    _state_instructions(stated, management)


def _state_status(stated: Stated, management: etree._Element | None) -> None:
    status = (attribute(find(management, "Status"), "FormalName") or "").lower()
    status = _HOUSE_STATUSES.get(status, status)
    change = find(management, "StatusWillChange")
    future = (attribute(find(change, "FutureStatus"), "FormalName") or "").lower()
    when = text_of(find(change, "DateAndTime"))
    # What is withheld up to a stated time is under an embargo.
    held = status in {"embargoed", "withheld"}
    if held and when and future in {"", "usable"}:
        stated.embargo(when, "NewsManagement/StatusWillChange/DateAndTime")
        if stated.get("embargoed_until") is not None:
            status = "embargoed"
    stated.status(status, "NewsManagement/Status")


def _state_instructions(stated: Stated, management: etree._Element | None) -> None:
    """What to do, and what the status of the revisions before is from now on."""
    for node in children(management, "Instruction"):
        origin = "NewsManagement/Instruction"
        stated.signal(attribute(node, "FormalName"), origin)
        for former in children(node, "RevisionStatus"):
            status = attribute(find(former, "Status"), "FormalName")
            stable = stated.get("stable_id")
            revision = attribute(former, "Revision")
            if isinstance(stable, str):
                target = f"{stable}:{revision}" if revision else stable
                stated.link("replaces", target, f"{origin}/RevisionStatus", status)


def _state_lines(stated: Stated, scope: Scope) -> None:
    stated.put("slugline", _label(scope), "Identification/NameLabel")
    stated.put("slugline", scope.line("SlugLine"), "NewsLines/SlugLine")
    dateline = scope.line("DateLine")
    if dateline and any(char.isalpha() for char in dateline):
        stated.put("dateline_raw", dateline, "NewsLines/DateLine")
    byline = scope.line("ByLine")
    if byline and not is_initials(byline):
        title = scope.line("ByLineTitle")
        stated.put("byline", f"{byline}, {title}" if title else byline, "NewsLines/ByLine")
    for kind, text in _news_lines(scope):
        if kind == "advisoryline":
            stated.note(text, "NewsLine/AdvisoryLine")
            note_kinds(stated, text, "NewsLine/AdvisoryLine")
    _state_creator(stated, scope)


def _label(scope: Scope) -> str | None:
    return text_of(find(scope.item, "Identification", "NameLabel"))


def _news_lines(scope: Scope) -> list[tuple[str, str]]:
    """(type in small letters, text) of every NewsLine."""
    return [
        ((attribute(find(line, "NewsLineType"), "FormalName") or "").lower(), text)
        for line in scope.lines("NewsLine")
        for node in children(line, "NewsLineText")
        if (text := text_of(node))
    ]


def _state_creator(stated: Stated, scope: Scope) -> None:
    """AFP names its writers as Creator; others the desk, or the agency once more."""
    houses = {
        attribute(node, "FormalName")
        for name in ("Provider", "Source")
        for node in scope.administered(name, "Party")
    } | {attribute(find(scope.envelope, "SentFrom", "Party"), "FormalName")}
    for party in scope.administered("Creator", "Party"):
        name = attribute(party, "FormalName")
        if name and name not in houses and party.get("Topic") is None and _NAME.fullmatch(name):
            stated.put("byline", name, "AdministrativeMetadata/Creator")


def _state_description(stated: Stated, scope: Scope) -> None:
    for node in scope.described("Language"):
        stated.language(attribute(node, "FormalName"), "DescriptiveMetadata/Language")
    for node in (*scope.chain, scope.item):
        if stated.get("language") is None:
            stated.language(attribute(node, "lang"), f"{local(node)}/@xml:lang")
    for node in scope.described("Genre"):
        stated.put("genre", attribute(node, "FormalName"), "DescriptiveMetadata/Genre")
        stated.signal(attribute(node, "FormalName"), "DescriptiveMetadata/Genre")
    for code in scope.described("SubjectCode"):
        for node in children(code, *_SUBJECTS):
            _state_subject(stated, node)
    for node in scope.described("Location"):
        _state_location(stated, node, scope.line("DateLine"))
    _state_keywords(stated, scope)


def _state_keywords(stated: Stated, scope: Scope) -> None:
    for line in scope.lines("KeywordLine"):
        for word in _KEYWORD_LINE.split(text_of(line) or ""):
            stated.list("keywords", word or None, "NewsLines/KeywordLine")
    for node in scope.described("Property"):
        if (attribute(node, "FormalName") or "").lower() == "keyword":
            for word in _KEYWORDS.split(attribute(node, "Value") or ""):
                stated.list("keywords", word or None, "DescriptiveMetadata/Property[Keyword]")
    for component in scope.chain:
        for node in find_all(component, "item_keywords", "item_keyword"):
            stated.list("keywords", text_of(node), "item_keywords/item_keyword")


def _state_subject(stated: Stated, node: etree._Element) -> None:
    origin = f"SubjectCode/{local(node)}"
    code = attribute(node, "FormalName")
    scheme = attribute(node, "Vocabulary") or attribute(node, "Scheme") or "subject"
    stated.subject("subj" if code and _SUBJECT_CODE.fullmatch(code) else scheme, code, None, origin)
    stated.subject("cat", attribute(node, "cat"), None, f"{origin}/@cat")


def _state_location(stated: Stated, node: etree._Element, dateline: str | None) -> None:
    """Where it was filed is a dateline's place; where it happened is what it is about."""
    parts = {
        (attribute(part, "FormalName") or "").lower(): attribute(part, "Value")
        for part in children(node, "Property")
    }
    city, country = parts.get("city"), parts.get("country")
    if (attribute(node, "HowPresent") or "").lower() != "origin":
        stated.subject("location", country or city, city, "DescriptiveMetadata/Location")
        return
    # The dateline as written holds where it names another place.
    if dateline is None or _DATE_FIRST.match(dateline) or _folded(city) in _folded(dateline):
        stated.put("dateline_place", city, "DescriptiveMetadata/Location")
    stated.subject("origin", country, city, "DescriptiveMetadata/Location")


def _folded(text: str | None) -> str:
    return (text or "").casefold()


def _state_rights(stated: Stated, scope: Scope) -> None:
    notice = scope.line("CopyrightLine")
    terms = [text_of(node) for node in _usage(scope.chain)]
    origin = "NewsLines/CopyrightLine" if notice else "RightsMetadata"
    stated.put("rights", " ".join(filter(None, (notice, *terms))), origin)


def _usage(chain: Sequence[etree._Element]) -> list[etree._Element]:
    return [
        line
        for component in chain
        for rights in children(component, "RightsMetadata")
        for block in children(rights)
        for line in children(block)
    ]
