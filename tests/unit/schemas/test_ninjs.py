"""What we hand to other systems is valid ninjs 3.0, whatever the item."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from schemas.item import (
    AltId,
    Dateline,
    EdNote,
    Entity,
    EntityType,
    Item,
    Lifecycle,
    Link,
    Paragraph,
    ParagraphKind,
    PubStatus,
    Subject,
    Topic,
)

SCHEMA = json.loads((Path(__file__).parents[2] / "data/ninjs-schema_3.0.json").read_text("utf-8"))

# The checkers jsonschema knows for these two need packages of their own.
formats = FormatChecker(formats=())
_CHARACTERS = r"(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})"
_RFC_3986 = re.compile(
    rf"[A-Za-z][A-Za-z0-9+.-]*:(?://{_CHARACTERS}*)?(?:{_CHARACTERS}|/)*"
    rf"(?:\?(?:{_CHARACTERS}|[/?])*)?(?:#(?:{_CHARACTERS}|[/?])*)?"
)
_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


@formats.checks("uri")
def is_uri(value: object) -> bool:
    return not isinstance(value, str) or _RFC_3986.fullmatch(value) is not None


@formats.checks("date-time", raises=ValueError)
def is_date_time(value: object) -> bool:
    if not isinstance(value, str):
        return True
    datetime.fromisoformat(value)
    return _RFC_3339.fullmatch(value) is not None


VALIDATOR = Draft202012Validator(SCHEMA, format_checker=formats)


def valid(ninjs: dict[str, Any]) -> dict[str, Any]:
    VALIDATOR.validate(ninjs)
    return json.loads(json.dumps(ninjs))


def an_item(**facts: Any) -> Item:
    return Item(
        **{
            "id": "nordwire:urn:newsml:n:1@x",
            "item_key": "nordwire:urn:newsml:n:1",
            "order_key": "x",
        }
        | facts
    )


texts = st.text(max_size=30)
instants = st.datetimes(timezones=st.just(UTC))
ids = st.one_of(
    texts,
    texts.map("urn:newsml:example.org:{}".format),
    texts.map("tag:example.org,2026:{}".format),
    texts.map("https://example.org/{}".format),
    st.sampled_from(
        ["http://", "urn:", "a@b@c", "20260312:eca062", "https://e.org/%zz", "tag:#a#b"]
    ),
)
schemes = st.one_of(texts, st.sampled_from(["medtop", "http://cv.iptc.org/newscodes/subjectcode/"]))
entities = st.builds(
    Entity,
    id=texts,
    type=st.sampled_from(EntityType),
    name=texts,
    ids=st.dictionaries(
        st.sampled_from(["geonames", "wikidata", "iso3166"]),
        st.one_of(texts, st.sampled_from(["2988507", "Q90", "FR", "٣", "Q1\n"])),
    ),
)
items = st.builds(
    Item,
    id=texts,
    item_key=st.builds("{}:{}".format, texts, ids),
    order_key=texts,
    alt_ids=st.lists(st.builds(AltId, scheme=texts, value=texts), max_size=2),
    provider=st.none() | texts,
    version=st.none() | texts,
    version_created=st.none() | instants,
    first_created=st.none() | instants,
    embargoed_until=st.none() | instants,
    language=st.none() | texts,
    urgency=st.none() | st.integers(),
    pubstatus=st.sampled_from(PubStatus),
    genre=st.none() | texts,
    slugline=st.none() | texts,
    headline=st.none() | texts,
    byline=st.none() | texts,
    dateline=st.none() | st.builds(Dateline, place=st.none() | texts, raw=texts),
    paragraphs=st.lists(
        st.builds(Paragraph, text=texts, kind=st.sampled_from(ParagraphKind)), max_size=4
    ),
    ednotes=st.lists(st.builds(EdNote, text=texts), max_size=2),
    rights=st.none() | texts,
    keywords=st.lists(texts, max_size=2),
    subjects=st.lists(
        st.builds(Subject, scheme=schemes, code=ids, name=st.none() | texts), max_size=2
    ),
    topics=st.lists(
        st.builds(Topic, scheme=schemes, code=texts, name=st.none() | texts, source=texts),
        max_size=2,
    ),
    links=st.lists(st.builds(Link, rel=texts, target=ids), max_size=2),
    lifecycle=st.builds(Lifecycle, note=st.none() | texts),
    entities=st.lists(entities, max_size=3),
)


@given(items)
def test_every_item_is_valid_ninjs(item: Item) -> None:
    valid(item.to_ninjs())


@given(items)
def test_plain_body_is_the_items_paragraphs(item: Item) -> None:
    bodies = item.to_ninjs().get("bodies", [])
    expected = [paragraph.text for paragraph in item.paragraphs]
    assert [bodies[0]["value"]] == ["\n\n".join(expected)] if expected else bodies == []


@pytest.mark.parametrize(
    ("property_", "value"),
    [
        ("uri", "not a uri"),
        ("versionCreated", "2026-03-12 08:00"),
        ("versionCreated", "2026-02-30T08:00:00Z"),
        ("embargoed", "2026-03-12T08:00:00Z"),
        ("urgency", 0),
        ("version", 1),
    ],
)
def test_the_validator_refuses_what_ninjs_refuses(property_: str, value: object) -> None:
    assert VALIDATOR.is_valid({"uri": "urn:a:b"})
    assert not VALIDATOR.is_valid({"uri": "urn:a:b", property_: value})


@pytest.mark.parametrize(
    ("item_key", "uri"),
    [
        (
            "nordwire:urn:newsml:nordwire.example:20260312:17",
            "urn:newsml:nordwire.example:20260312:17",
        ),
        ("reuters:tag:reuters.com,0000:newsml_L1", "tag:reuters.com,0000:newsml_L1"),
        ("atlas:https://atlas.example/item/9?v=1#a", "https://atlas.example/item/9?v=1#a"),
        (
            "atlas:https://atlas.example/a b",
            "urn:x-wireroom:atlas:https:%2F%2Fatlas.example%2Fa%20b",
        ),
        ("dpa:20260312:eca062", "urn:x-wireroom:dpa:20260312:eca062"),
        ("unknown:content-00ff", "urn:x-wireroom:unknown:content-00ff"),
        ("é:ñ", "urn:x-wireroom:%C3%A9:%C3%B1"),
    ],
)
def test_uri_is_the_agencys_own_where_that_is_one(item_key: str, uri: str) -> None:
    assert valid(an_item(item_key=item_key).to_ninjs())["uri"] == uri


def test_times_are_utc_and_what_is_unknown_is_absent() -> None:
    moment = datetime.fromisoformat("2026-03-12T09:30:00+01:00")
    ninjs = valid(an_item(version="3", version_created=moment, embargoed_until=moment).to_ninjs())
    assert ninjs["versionCreated"] == ninjs["embargoedUntil"] == "2026-03-12T08:30:00Z"
    assert ninjs["version"] == "3"
    for absent in ("firstCreated", "by", "located", "headlines", "bodies", "people", "urgency"):
        assert absent not in ninjs


def test_html_body_keeps_kinds_and_escapes_markup() -> None:
    kinds = ["text", "list", "list", "crosshead", "table", "quote", "list"]
    paragraphs = [Paragraph(text=f"<{i}> & co", kind=ParagraphKind(k)) for i, k in enumerate(kinds)]
    html = valid(an_item(paragraphs=tuple(paragraphs)).to_ninjs())["bodies"][1]["value"]
    assert html.splitlines() == [
        "<p>&lt;0&gt; &amp; co</p>",
        "<ul>",
        "<li>&lt;1&gt; &amp; co</li>",
        "<li>&lt;2&gt; &amp; co</li>",
        "</ul>",
        "<h2>&lt;3&gt; &amp; co</h2>",
        "<pre>&lt;4&gt; &amp; co</pre>",
        "<blockquote>&lt;5&gt; &amp; co</blockquote>",
        "<ul>",
        "<li>&lt;6&gt; &amp; co</li>",
        "</ul>",
    ]


def test_entities_go_where_ninjs_wants_them() -> None:
    found = [
        Entity(id="wireroom:1", type=EntityType.PERSON, name="Ana Ríos"),
        Entity(
            id="geonames:2988507",
            type=EntityType.PLACE,
            name="Paris",
            ids={"geonames": "2988507", "iso3166": "FR"},
        ),
        Entity(
            id="wikidata:Q458", type=EntityType.ORGANISATION, name="UE", ids={"wikidata": "Q458"}
        ),
        Entity(id="wireroom:2", type=EntityType.OTHER, name="Tour de France"),
    ]
    ninjs = valid(an_item(entities=tuple(found)).to_ninjs())
    assert ninjs["people"] == [{"name": "Ana Ríos", "rel": "mentions", "literal": "wireroom:1"}]
    assert ninjs["places"][0]["uri"] == "https://sws.geonames.org/2988507/"
    assert ninjs["organisations"][0]["uri"] == "http://www.wikidata.org/entity/Q458"
    assert ninjs["subjects"] == [
        {"name": "Tour de France", "rel": "mentions", "literal": "wireroom:2"}
    ]


def test_subjects_topics_and_keywords_are_each_there_once() -> None:
    subject = Subject(scheme="medtop", code="20000002", name="arts")
    item = an_item(subjects=(subject, subject), keywords=("grain", "grain"))
    assert valid(item.to_ninjs())["subjects"] == [
        {
            "rel": "about",
            "literal": "medtop:20000002",
            "name": "arts",
            "uri": "http://cv.iptc.org/newscodes/mediatopic/20000002",
        },
        {"name": "grain"},
    ]


def test_what_an_item_is_about_is_told_from_what_it_mentions() -> None:
    found = [
        Entity(id="wireroom:1", type=EntityType.PERSON, name="Ana Ríos", salience=0.7),
        Entity(id="wireroom:2", type=EntityType.PERSON, name="Bo Lind", salience=0.2),
    ]
    ninjs = valid(an_item(entities=tuple(found)).to_ninjs())
    assert [person["rel"] for person in ninjs["people"]] == ["about", "mentions"]


def test_a_topic_that_the_agency_wrote_is_not_said_again() -> None:
    stated = Subject(scheme="medtop", code="20000002", name="arts")
    topics = (
        Topic(scheme="medtop", code="20000002", source="agency:medtop"),
        Topic(scheme="medtop", code="20001085", name="tennis", source="rule:tennis"),
    )
    ninjs = valid(an_item(subjects=(stated,), topics=topics).to_ninjs())
    assert [subject["name"] for subject in ninjs["subjects"]] == ["arts", "tennis"]
    assert ninjs["subjects"][1]["creator"] == "rule:tennis"


def test_notes_to_editors_reach_only_the_editors() -> None:
    item = an_item(
        pubstatus=PubStatus.CANCELED,
        headline="Port strike",
        ednotes=(EdNote(text="Figures wrong"), EdNote(text="Desk: 555 0100")),
        lifecycle=Lifecycle(note="KILL"),
    )
    ninjs = valid(item.to_ninjs())
    assert ninjs["edNote"] == "KILL\nFigures wrong\nDesk: 555 0100"
    assert ninjs["pubStatus"] == "canceled"
    assert "bodies" not in ninjs


def test_links_name_their_target_item() -> None:
    item = an_item(links=(Link(rel="duplicate", target="atlas:urn:newsml:a:7@2026/1"),))
    assert valid(item.to_ninjs())["associations"] == [
        {"name": "atlas:urn:newsml:a:7@2026/1", "rel": "duplicate", "uri": "urn:newsml:a:7"}
    ]
