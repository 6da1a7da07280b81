"""The facts of a home-made record, by the names of its fields and attributes.

It must not lay out text, nor guess from values what a name does not say.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from lxml import etree

from schemas.item import LifecycleKind
from streams.decode import field_names as names
from streams.decode.blocks import Piece
from streams.decode.decoded import Facts, Role
from streams.decode.field_names import folded
from streams.decode.markup import words
from streams.decode.profiles import Profiles, ProviderProfile
from streams.decode.rich_text import letters, pieces_of, tree_pieces
from streams.decode.stated import Stated
from streams.decode.written_dates import read_written_date
from streams.decode.xml_document import local
from streams.steps import DropReason

_YES = frozenset({"true", "1", "yes", "y", "ja", "oui", "si", "on"})
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})?")
_URGENCY = re.compile(r"[1-9]")
_ID = re.compile(r"[^\s<>]{3,300}|\d+")
# What systems write where there is no date: the first of their calendar.
_NO_DATE = re.compile(r"0001-01-01|0000-00-00|1900-01-01T00:00:00|1970-01-01T00:00:00")
_STATUSES = frozenset(
    (
        "usable",
        "withheld",
        "canceled",
        "cancelled",
        "killed",
        "embargoed",
        "recalled",
        "unpublished",
    )
)
_ORDINAL = re.compile(r"(\d{1,3})(?:st|nd|rd|th)?", re.IGNORECASE)
_IPTC_CODE = re.compile(r"\d{7,8}")
_SPLIT = re.compile(r"[,;|]")
# An agency signs in strokes: "/ritzau/".
_SIGNED = re.compile(r"/(\w[\w -]{1,30})/")
_LINKS = re.compile(r"[\s,;]+")
_VISUAL = {
    "photo": DropReason.PICTURE,
    "picture": DropReason.PICTURE,
    "image": DropReason.PICTURE,
    "bild": DropReason.PICTURE,
    "graphic": DropReason.GRAPHIC,
    "video": DropReason.VIDEO,
    "audio": DropReason.AUDIO,
}
_KIND_OF_NAME = {
    **dict.fromkeys(words("planning planningitem assignment coverage"), DropReason.PLANNING),
    **dict.fromkeys(
        words("concept conceptitem conceptset catalog catalogue catalogitem knowledgeitem"),
        DropReason.CONCEPT,
    ),
    **dict.fromkeys(words("vocabulary thesaurus scheme"), DropReason.CONCEPT),
    **dict.fromkeys(words("package packageitem groupset collection"), DropReason.PACKAGE),
    **dict.fromkeys(words("event events calendar calendarevent vevent"), DropReason.EVENT),
}


@dataclass(frozen=True, eq=False)
class Field:
    """One field of a record.

    Attributes:
        path: folded names from the record's child down to the field itself; empty for text that
            stands in the record itself.
        marked: whether its children are markup.
    """

    node: etree._Element
    path: tuple[str, ...]
    text: str
    marked: bool = False
    warnings: list[str] = dataclasses.field(default_factory=list)

    @cached_property
    def pieces(self) -> list[Piece]:
        """Its text, block by block."""
        if self.marked:
            return tree_pieces(self.node, Role.BODY)
        return pieces_of(self.text, Role.BODY, warnings=self.warnings)

    @cached_property
    def letters(self) -> str:
        """Its letters and digits."""
        return letters(self.pieces)

    @cached_property
    def line(self) -> str:
        """Its text on one line, without markup."""
        if "<" not in self.text and "&" not in self.text:
            return " ".join(self.text.split())
        return " ".join(" ".join(piece.text for piece in self.pieces).split())

    @cached_property
    def name(self) -> str:
        """Its own folded name."""
        return self.path[-1] if self.path else ""

    @property
    def origin(self) -> str:
        """Its name as the document has it."""
        return local(self.node)


@dataclass(frozen=True)
class Record:
    """One item of a document.

    Attributes:
        around: the elements that hold this record and no other, from the inside.
        fields: in document order.
    """

    node: etree._Element
    around: Sequence[etree._Element]
    fields: Sequence[Field]

    @cached_property
    def own(self) -> list[Field]:
        """The fields that are the record's own, not of something in it."""
        return [one for one in self.fields if len(one.path) == 1 and one.text.strip()]

    def value(self, wanted: frozenset[str]) -> str | None:
        """The first of the record's own fields that is called so."""
        return next((f.line for f in self.own if f.name in wanted), None)

    def attributes(self) -> Iterator[tuple[str, str, str]]:
        """(folded name, value, origin) of the attributes, the record's own first."""
        for node in (self.node, *self.around):
            for key, value in node.attrib.items():
                name = str(key).rpartition("}")[2]
                if str(value).strip():
                    yield folded(name), str(value).strip(), f"{local(node)}/@{name}"


def headline_of(record: Record) -> Field | None:
    """The field that is the headline: one called so, before titles, before subjects."""
    own = [field for field in record.own if field.name in names.HEADLINES]
    return min(own, key=lambda field: _headline_rank(field.name), default=None)


def _headline_rank(name: str) -> int:
    if name.startswith("headline"):
        return 0
    return 1 if name in names.STRONG_HEADLINES else 2


def provider_names(record: Record, profiles: Profiles) -> tuple[str, ...]:
    """The agency a record names; a source or a publisher only if it is known as a provider."""
    found = record.value(names.PROVIDERS)
    source = record.value(names.SOURCES) or ""
    signed = _SIGNED.fullmatch(source)
    if not found and (signed or profiles.named(source)):
        found = signed[1] if signed else source
    return (found,) if found else ()


def kind_of(record: Record) -> DropReason | None:
    """What a record is that is no text: by its type, its name, or by when and where it begins."""
    visual = _visual(record)
    if visual:
        return visual
    for node in (record.node, *record.around):
        named = _KIND_OF_NAME.get(folded(local(node)))
        if named:
            return named
    own = {field.name for field in record.own}
    placed = own & (names.PLACES | {"venue", "address"})
    calendar = "calendar" in (record.value(frozenset({"service", "product"})) or "").lower()
    if own & names.STARTS and (own & names.ENDS or placed or calendar):
        return DropReason.EVENT
    return None


def _visual(record: Record) -> DropReason | None:
    """What is to be seen or heard: by "Photo", "image/jpeg", or .NET's "PhotoContentItem"."""
    types = [field.line for field in record.own if field.name in names.MEDIA_TYPES]
    types += [
        value for name, value, _ in record.attributes() if name in {"type", *names.MEDIA_TYPES}
    ]
    for value in types:
        for word, kind in _VISUAL.items():
            if value.lower().startswith(word):
                return kind
    return None


def facts_of(
    stated: Stated, record: Record, profile: ProviderProfile, headline: Field | None
) -> Facts:
    """Everything the fields of a record state."""
    _identity(stated, record)
    _dates(stated, record, profile)
    for field in record.own:
        _scalar(stated, field, profile)
        _switch(stated, field)
    for field in record.fields:
        _listed(stated, field, headline)
    for name, value, origin in record.attributes():
        if name in names.LANGUAGES and _LANGUAGE.fullmatch(value):
            stated.language(value, origin)
        elif name in names.VERSIONS:
            stated.put("version", value, origin)
    _writethru(stated, record)
    slugline = stated.get("slugline")
    stated.markers(
        headline.line if headline else None,
        slugline if isinstance(slugline, str) else None,
        "headline, slugline",
    )
    return stated.facts()


def _identity(stated: Stated, record: Record) -> None:
    """The first of the names of ids in their order; the others are other ids."""
    found: dict[str, tuple[str, str]] = {}
    for field in record.own:
        value = field.line
        if (field.name in names.IDS or field.name in names.ALT_IDS) and _ID.fullmatch(value):
            found.setdefault(field.name, (value, field.origin))
    for name, value, origin in record.attributes():
        if name in names.ROOT_IDS and _ID.fullmatch(value):
            found.setdefault(name, (value, origin))
    for name in names.IDS:
        if name in found:
            stated.put("stable_id", *found[name])
    for name, (value, origin) in found.items():
        if value != stated.get("stable_id"):
            stated.alt_id(name, value, origin)


def _dates(stated: Stated, record: Record, profile: ProviderProfile) -> None:
    fields = {field.name: (field.text, field.origin) for field in reversed(list(record.own))}
    for name, value, origin in record.attributes():
        fields.setdefault(name, (value, origin))
    for fact, listed in (("version_created", names.MODIFIED), ("first_created", names.CREATED)):
        for name in listed:
            text, origin = fields.get(name, ("", ""))
            if stated.get(fact) is None and text.strip() and not _NO_DATE.match(text.strip()):
                stated.put(
                    fact,
                    read_written_date(text, origin, profile=profile, warnings=stated.warnings),
                    origin,
                )
    created = stated.get("first_created")
    if stated.get("version_created") is None and created is not None:
        stated.put("version_created", created, "first created")


# The field of Facts that each list of names states as it is written.
_WORDS = (
    (names.VERSIONS, "version"),
    (names.SLUGS, "slugline"),
    (names.BYLINES, "byline"),
    (names.RIGHTS, "rights"),
    (names.DATELINES, "dateline_raw"),
    (names.GENRES, "genre"),
)


def _scalar(stated: Stated, field: Field, profile: ProviderProfile) -> None:
    name, value, origin = field.name, field.line, field.origin
    for listed, fact in _WORDS:
        if name in listed:
            stated.put(fact, value, origin)
    if name in names.PLACES:
        stated.put("dateline_place", value.partition(";")[0], origin)
    elif name in names.LANGUAGES and _LANGUAGE.fullmatch(value):
        stated.language(value, origin)
    elif name in names.URGENCIES and _URGENCY.fullmatch(value):
        stated.urgency(value, origin)
    elif name in names.STATUSES and value.lower() in _STATUSES:
        stated.status(value, origin)
    elif name in names.EMBARGOES and not _NO_DATE.match(value):
        moment = read_written_date(value, origin, profile=profile, warnings=[])
        stated.embargo(moment.isoformat() if moment else value, origin)
    if name in names.GENRES and value.lower() in {"flash", "urgent"}:
        stated.lifecycle(LifecycleKind(value.lower()), origin, value)


_SWITCHES = (
    (names.CORRECTED, LifecycleKind.CORRECTION),
    (names.UPDATED, LifecycleKind.UPDATE),
    (names.FLASHED, LifecycleKind.FLASH),
)


def _switch(stated: Stated, field: Field) -> None:
    """What a field says that is on or off, or names other items."""
    for listed, rel in ((names.REPLACES, "replaces"), (names.RELATED, "related")):
        if field.name in listed:
            for target in _LINKS.split(field.line):
                stated.link(rel, target, field.origin)
    value = field.line.lower()
    if value not in _YES:
        return
    if field.name in names.KILLED:
        stated.status("canceled", field.origin)
    elif field.name in names.HELD:
        stated.status("withheld", field.origin)
    for listed, kind in _SWITCHES:
        if field.name in listed:
            stated.lifecycle(kind, field.origin, value)


def _listed(stated: Stated, field: Field, headline: Field | None) -> None:
    value = field.line if field.path and field is not headline else ""
    if not value:
        return
    if any(name in names.NOTES for name in field.path):
        stated.note(value, field.origin)
    elif any(name in names.KEYWORDS for name in field.path):
        for word in _SPLIT.split(value):
            stated.list("keywords", word.strip(), field.origin)
    elif any(name in names.SUBJECTS for name in field.path):
        scheme = next(name for name in reversed(field.path) if name in names.SUBJECTS)
        code = next((str(text) for text in field.node.attrib.values() if text), None)
        if any("iptc" in name for name in field.path) and _IPTC_CODE.fullmatch(value):
            stated.subject("iptc-subject", value.zfill(8), None, field.origin)
        elif code and _IPTC_CODE.fullmatch(code):
            stated.subject("iptc-subject", code.zfill(8), value, field.origin)
        else:
            stated.subject(scheme, value, None, field.origin)


def _writethru(stated: Stated, record: Record) -> None:
    """A write-through counted in fields of its own: "1st" and "Writethru"."""
    kind = record.value(frozenset({"writethrutype"})) or ""
    number = _ORDINAL.match(record.value(frozenset({"writethrunum"})) or "")
    if kind.lower().startswith("writethru") and number:
        stated.lifecycle(LifecycleKind.WRITETHRU, "WritethruNum", number[0], int(number[1]))
