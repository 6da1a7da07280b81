"""The news item: what Wireroom publishes. IPTC's words, in snake_case.

It must not hold rules of decoding, cleaning or the desk.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator

from schemas.model import Instant, Record

if TYPE_CHECKING:
    from collections.abc import Sequence


class PubStatus(StrEnum):
    """IPTC publishing status (NewsCodes scheme ``pubstatusg2``)."""

    USABLE = "usable"
    WITHHELD = "withheld"
    CANCELED = "canceled"


class LifecycleKind(StrEnum):
    """What an agency says this message is to the story."""

    FLASH = "flash"
    URGENT = "urgent"
    LEAD = "lead"
    UPDATE = "update"
    WRITETHRU = "writethru"
    ADD = "add"
    WRAP = "wrap"
    SIDEBAR = "sidebar"
    CORRECTION = "correction"
    REFILE = "refile"
    REPEAT = "repeat"
    HOLD = "hold"
    KILL = "kill"
    ADVANCE = "advance"
    ADVISORY = "advisory"


class ParagraphKind(StrEnum):
    """How a paragraph is to be set."""

    TEXT = "text"
    CROSSHEAD = "crosshead"
    LIST = "list"
    TABLE = "table"
    CAPTION = "caption"
    QUOTE = "quote"


class EntityType(StrEnum):
    """What an entity is."""

    PERSON = "person"
    ORGANISATION = "organisation"
    PLACE = "place"
    OTHER = "other"


def _checked_days(value: str) -> str:
    days = [date.fromisoformat(part) for part in value.split("/")]
    if len(days) > 2 or days != sorted(days):
        raise ValueError("a day, or two days in order separated by a slash")
    return value


class Paragraph(Record):
    """One paragraph of publishable text, without its surrounding white space."""

    text: str
    kind: ParagraphKind = ParagraphKind.TEXT


SEQUENCE = "sequence"
"""Scheme of the alternative id "service/number" ("eca/0062"): the place of a message in the count
that an agency keeps of each of its services. Only formats that state such a count have it."""


IsoDays = Annotated[str, AfterValidator(_checked_days)]
"""A day, or the first and the last day of an interval, in ISO 8601."""


class AltId(Record):
    """Another identifier of the same item; ``scheme`` says whose ("guid", "usn", "du-key")."""

    scheme: str
    value: str


class Dateline(Record):
    """Where and when the copy was filed, as its dateline says; never invented."""

    place: str | None = None
    date: str | None = None
    agency: str | None = None
    raw: str


class EdNote(Record):
    """A note to editors; ``publishable`` is False for contacts, phone numbers and the like."""

    text: str
    publishable: bool = False


class Subject(Record):
    """A code of a controlled vocabulary."""

    scheme: str
    code: str
    name: str | None = None


class Link(Record):
    """A relation to another item: ``target`` is its id, ``score`` 0 to 1."""

    rel: str
    target: str
    score: float | None = None
    reason: str | None = None


class Lifecycle(Record):
    """Lifecycle facts the agency stated; ``ordinal`` is the n of "lead n" or "update n"."""

    kinds: tuple[LifecycleKind, ...] = ()
    ordinal: int | None = None
    note: str | None = None


class Mention(Record):
    """Where an entity is named: code points [start, end) of the item's text.

    ``via`` says how it was found: "model", "surname", "honorific", "gazetteer", "acronym", ...
    """

    start: int
    end: int
    text: str
    via: str


class Alternate(Record):
    """Another candidate that was considered for an entity."""

    ids: dict[str, str]
    name: str
    score: float


class PlaceKind(StrEnum):
    """What a place is; an area spans countries, a feature is a sea, a river, a mountain."""

    CITY = "city"
    REGION = "region"
    COUNTRY = "country"
    CONTINENT = "continent"
    AREA = "area"
    FEATURE = "feature"


class PlaceFacts(Record):
    """What is known of a linked place; what is not known stays None.

    ``country`` is ISO 3166-1 alpha-2. ``latitude`` and ``longitude`` are degrees (WGS 84): a city's
    own; of a region or a country the centre of population of its cities, good for a map's pin.
    """

    kind: PlaceKind
    country: str | None = None
    latitude: float | None = None
    longitude: float | None = None


class Entity(Record):
    """A person, organisation or place, with all its mentions.

    Attributes:
        id: the best linked id ("geonames:2643743") or a deterministic one ("wireroom:..."), the
            same on every worker.
        ids: external ids by scheme: geonames, iso3166 (of a place its country), iso3166-2 (of a
            city its region), iso3166-3 (former countries), m49 (continents and areas), wikidata.
        salience: 0 to 1, how much the item is about it.
        confidence: 0 to 1, that type and link are right.
        place: of a linked place, where it is.
    """

    id: str
    type: EntityType
    name: str
    ids: dict[str, str] = {}
    mentions: tuple[Mention, ...] = ()
    count: int = 0
    salience: float = 0.0
    confidence: float = 0.0
    alternates: tuple[Alternate, ...] = ()
    place: PlaceFacts | None = None


class Quote(Record):
    """A direct quotation, code points [start, end) of the item's text, without its marks.

    ``speaker`` is the ``id`` of one of the item's entities; None where the text does not tell.
    """

    start: int
    end: int
    text: str
    speaker: str | None = None


class DateMention(Record):
    """A date named in the text and the day or days it means.

    ``value`` is ISO 8601: a day ("2016-02-13") or an interval of days, the last one included
    ("2016-02-11/2016-02-12"; "in March" is the whole month). None where it depends on the day of
    the message and the message has none.
    """

    start: int
    end: int
    text: str
    value: IsoDays | None = None


class Topic(Record):
    """A topic and where it came from."""

    scheme: str
    code: str
    name: str | None = None
    source: str


TEXT_CONTINUES = "text-continues"
"""Warning of an audit: the text ended "(more)", so another take follows."""


class Removed(Record):
    """Code points [start, end) of the decoded source that were not published, and why.

    ``rule`` names the version of the rule where the reason alone does not say which it was:
    "boilerplate@2026-11-23.1a2b3c4d".
    """

    start: int
    end: int
    reason: str
    rule: str | None = None


class Edit(Record):
    """Code points [start, end) of the decoded source that were replaced in the published text."""

    start: int
    end: int
    replacement: str
    reason: str


class Audit(Record):
    """What cleaning did, against the decoded source; nothing is lost unsaid.

    ``rules`` is the version of the rules that did it ("clean/1").
    """

    removed: tuple[Removed, ...] = ()
    edits: tuple[Edit, ...] = ()
    warnings: tuple[str, ...] = ()
    rules: str | None = None


class Item(Record):
    """One version of one news item.

    ``id`` is ``item_key@order_key``; ``order_key`` sorts the versions of one ``item_key`` as text.
    What the message did not say stays None. ``language_confidence``, 0 to 1, is of a language that
    was found in the text; None where it was declared, or is not known. A canceled item carries
    headline and note only. ``kb_version`` is of the knowledge base that the item was enriched with,
    "0" of an empty one; None before enrichment.
    """

    id: str
    item_key: str
    order_key: str
    alt_ids: tuple[AltId, ...] = ()
    story_key: str | None = None
    provider: str | None = None
    version: str | None = None
    version_created: Instant | None = None
    first_created: Instant | None = None
    received_at: Instant | None = None
    language: str | None = None
    language_confidence: float | None = None
    urgency: int | None = None
    pubstatus: PubStatus = PubStatus.USABLE
    embargoed_until: Instant | None = None
    genre: str | None = None
    slugline: str | None = None
    headline: str | None = None
    byline: str | None = None
    dateline: Dateline | None = None
    paragraphs: tuple[Paragraph, ...] = ()
    ednotes: tuple[EdNote, ...] = ()
    rights: str | None = None
    keywords: tuple[str, ...] = ()
    subjects: tuple[Subject, ...] = ()
    links: tuple[Link, ...] = ()
    lifecycle: Lifecycle = Lifecycle()
    entities: tuple[Entity, ...] = ()
    quotes: tuple[Quote, ...] = ()
    dates: tuple[DateMention, ...] = ()
    topics: tuple[Topic, ...] = ()
    kb_version: str | None = None
    content_hash: str = ""
    audit: Audit = Audit()

    @property
    def text(self) -> str:
        """The text that offsets count in: headline, then paragraphs, joined by a blank line."""
        return item_text(self.headline, [paragraph.text for paragraph in self.paragraphs])

    def to_ninjs(self) -> dict[str, Any]:
        """This item as an IPTC ninjs 3.0 object, ready for a JSON encoder."""
        from schemas.ninjs import to_ninjs  # noqa: PLC0415  (ninjs.py needs Item)

        return to_ninjs(self)


def item_text(headline: str | None, paragraphs: Sequence[str]) -> str:
    """Headline, then paragraphs, joined by a blank line: the one text that offsets count in."""
    return "\n\n".join(([headline] if headline else []) + list(paragraphs))
