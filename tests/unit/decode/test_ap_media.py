from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from schemas.item import LifecycleKind, ParagraphKind, PubStatus
from schemas.raw import RawMessage
from streams.decode import Decoded, Profiles, ProviderProfile, decode
from streams.decode.decoded import Role
from streams.steps import DropReason, Fail

ITEM_ID = "00112233445566778899aabbccddeeff"
ITEM: dict[str, object] = {
    "uri": f"https://api.ap.example/media/v/content/{ITEM_ID}?qt=session&et=3a1",
    "altids": {
        "itemid": ITEM_ID,
        "etag": f"{ITEM_ID}_3a1",
        "friendlykey": "1234567",
        "referenceid": "US--Harbor Fire",
        "transref": "a0001",
    },
    "version": 3,
    "type": "text",
    "urgency": 4,
    "profile": "Spot Development",
    "editorialpriority": "r",
    "language": "en",
    "versioncreated": "2026-03-12T10:20:02Z",
    "firstcreated": "2026-03-12T04:00:00Z",
    "pubstatus": "usable",
    "ednote": "Eds: UPDATES: With quotes from the harbor master.",
    "editorialtypes": ["Lead"],
    "signals": ["newscontent"],
    "title": "US--Harbor Fire",
    "headline": "Fire in the old harbor is out ",
    "headline_extended": "The fire in the old harbor of Port Example is out after nine hours",
    "slugline": "BC-US--Harbor Fire, 3rd Ld-Writethru",
    "description_summary": "The fire in the old harbor of Port Example is out. Nobody was hurt.",
    "bylines": [{"by": "By JO WRITER", "title": "AP Business Writer"}],
    "located": "PORT EXAMPLE, Md.",
    "datelinelocation": {"city": "Port Example", "countryname": "United States"},
    "copyrightnotice": "Copyright 2026 The Example Press.",
    "usageterms": ["For editorial use only."],
    "keywords": ["Harbor Fire"],
    "provider": "AP",
    "subject": [
        {"rels": ["category"], "code": "a", "name": "Domestic"},
        {"code": "f25a", "name": "General news", "scheme": "http://cv.ap.example/id/"},
        {"code": "f25a", "name": "General news", "scheme": "http://cv.ap.example/id/"},
    ],
    "person": [{"name": "A. Master", "rels": ["personfeatured"]}],
    "associations": {
        "1": {
            "uri": "https://api.ap.example/media/v/content/77?qt=s",
            "altids": {"itemid": "77"},
            "type": "picture",
            "headline": "Harbor from above",
        }
    },
    "links": [{"href": "https://apnews.example/1", "rel": "canonical"}],
    "renditions": {"nitf": {"href": "https://api.ap.example/1", "words": 200, "type": "text"}},
}
NITF = (
    '<?xml version="1.0"?><nitf><head><title>Slug</title></head><body><body.head><hedline><hl1>'
    "Other</hl1></hedline></body.head><body.content><block><p>PORT EXAMPLE, Md. (AP) — The "
    "<em>fire</em> is out &amp; cold.</p><p>Nobody was hurt.</p></block></body.content></body>"
    "</nitf>"
)


def answer(item: object, **around: object) -> bytes:
    return json.dumps({"api_version": "2.1", "data": {"meta": {}, "item": item}, **around}).encode()


def read(body: bytes, profiles: Profiles | None = None) -> list[Decoded | Fail]:
    raw = RawMessage(body=body, position="f:1")
    return decode(raw, profiles) if profiles else decode(raw)


def only(item: dict[str, object], **around: object) -> Decoded:
    (decoded,) = read(answer(item, **around))
    assert isinstance(decoded, Decoded), decoded
    return decoded


def by_role(decoded: Decoded, role: Role) -> list[str]:
    return [decoded.text[b.start : b.end] for b in decoded.blocks if b.role is role]


def test_every_fact_is_read_from_its_field() -> None:
    decoded = only(ITEM)
    facts = decoded.facts
    assert (decoded.format, decoded.provider, decoded.not_text) == ("ap-media", "ap", None)
    assert (facts.stable_id, facts.version) == (ITEM_ID, "3")
    assert [(one.scheme, one.value) for one in facts.alt_ids] == [
        ("etag", f"{ITEM_ID}_3a1"),
        ("friendlykey", "1234567"),
        ("referenceid", "US--Harbor Fire"),
        ("transref", "a0001"),
        ("uri", f"https://api.ap.example/media/v/content/{ITEM_ID}"),
    ]
    assert facts.version_created == datetime(2026, 3, 12, 10, 20, 2, tzinfo=UTC)
    assert facts.first_created == datetime(2026, 3, 12, 4, 0, tzinfo=UTC)
    assert (facts.language, facts.urgency, facts.genre) == ("en", 4, "Spot Development")
    assert facts.slugline == "BC-US--Harbor Fire, 3rd Ld-Writethru"
    assert facts.byline == "By JO WRITER, AP Business Writer"
    assert facts.dateline_place == "PORT EXAMPLE, Md."
    assert facts.rights == "Copyright 2026 The Example Press.\nFor editorial use only."
    assert facts.keywords == ("Harbor Fire",)
    assert [(one.scheme, one.code) for one in facts.subjects] == [
        ("category", "a"),
        ("http://cv.ap.example/id/", "f25a"),
        ("person", "A. Master"),
    ]
    assert [(link.rel, link.target, link.reason) for link in facts.links] == [
        ("association", "77", "picture"),
        ("canonical", "https://apnews.example/1", None),
    ]
    assert facts.pubstatus is PubStatus.USABLE
    assert facts.lifecycle.kinds == (LifecycleKind.LEAD, LifecycleKind.WRITETHRU)
    assert facts.lifecycle.ordinal == 3
    assert dict(reversed(facts.origins))["stable_id"] == "altids/itemid"
    assert [(one.kind, one.origin) for one in facts.evidence] == [
        (LifecycleKind.LEAD, "editorialtypes"),
        (LifecycleKind.WRITETHRU, "slugline"),
    ]


def test_version_0_is_a_version() -> None:
    assert only({**ITEM, "version": 0}).facts.version == "0"


def test_the_address_of_a_session_makes_no_other_item() -> None:
    other = {**ITEM, "uri": "https://api.ap.example/media/v/content/x?qt=other&et=9"}
    assert only(other).facts.stable_id == only(ITEM).facts.stable_id


@pytest.mark.parametrize(
    ("priority", "urgency", "kinds"),
    [
        ("f", 1, (LifecycleKind.FLASH,)),
        ("b", 2, (LifecycleKind.FLASH,)),
        ("u", 3, (LifecycleKind.URGENT,)),
        ("r", 4, ()),
        ("d", 5, ()),
        ("?", None, ()),
    ],
)
def test_the_editorial_priority_is_the_urgency_where_none_is_stated(
    priority: str, urgency: int | None, kinds: tuple[LifecycleKind, ...]
) -> None:
    item = {"altids": {"itemid": "1"}, "headline": "H", "editorialpriority": priority}
    facts = only(item).facts
    assert (facts.urgency, facts.lifecycle.kinds) == (urgency, kinds)


def test_urgency_goes_through_the_providers_map() -> None:
    profiles = Profiles(by_provider={"ap": ProviderProfile("ap", urgency={3: 2})})
    (decoded,) = read(answer({**ITEM, "urgency": 3}), profiles)
    assert isinstance(decoded, Decoded)
    assert decoded.facts.urgency == 2


@pytest.mark.parametrize(
    ("fields", "status", "kind"),
    [
        ({"pubstatus": "canceled"}, PubStatus.CANCELED, LifecycleKind.KILL),
        ({"pubstatus": "withheld"}, PubStatus.WITHHELD, LifecycleKind.HOLD),
        ({"editorialtypes": ["Kill"]}, PubStatus.CANCELED, LifecycleKind.KILL),
        ({"editorialtypes": ["Elimination"]}, PubStatus.CANCELED, LifecycleKind.KILL),
        ({"editorialtypes": ["HoldForRelease"]}, PubStatus.WITHHELD, LifecycleKind.HOLD),
        ({"editorialtypes": ["Correction"]}, PubStatus.USABLE, LifecycleKind.CORRECTION),
        ({"signals": ["correction"]}, PubStatus.USABLE, LifecycleKind.CORRECTION),
        (
            {"ednote": "Eds: CORRECTS: name in 3rd graf."},
            PubStatus.USABLE,
            LifecycleKind.CORRECTION,
        ),
        ({"embargoed": "until noon"}, PubStatus.WITHHELD, LifecycleKind.HOLD),
    ],
)
def test_status_types_and_notes_are_lifecycle(
    fields: dict[str, object], status: PubStatus, kind: LifecycleKind
) -> None:
    facts = only({"altids": {"itemid": "1"}, "headline": "H", **fields}).facts
    assert facts.pubstatus is status
    assert kind in facts.lifecycle.kinds


def test_an_update_said_in_a_note_is_no_lifecycle_fact() -> None:
    item = {"altids": {"itemid": "1"}, "headline": "H", "ednote": "Eds: UPDATES: With AP Photos."}
    assert only(item).facts.lifecycle.kinds == ()


def test_an_embargo_is_read() -> None:
    facts = only({**ITEM, "embargoed": "2030-01-01T00:00:00Z"}).facts
    assert facts.embargoed_until == datetime(2030, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "body",
    [
        answer(ITEM, nitf={"body_html": "<block><p>PORT EXAMPLE, Md. (AP) — The <em>fire</em> is "
                           "out &amp; cold.</p><p>Nobody was hurt.</p></block>"}),
        answer({**ITEM, "renditions": {"nitf": {"value": NITF}}}),
        answer({**ITEM, "body_nitf": NITF}),
        answer(ITEM, nitf=NITF),
    ],
    ids=["beside", "rendition", "in the item", "whole"],
)  # fmt: skip
def test_the_story_is_read_where_the_client_put_it(body: bytes) -> None:
    (decoded,) = read(body)
    assert isinstance(decoded, Decoded)
    assert by_role(decoded, Role.BODY) == [
        "PORT EXAMPLE, Md. (AP) — The fire is out & cold.",
        "Nobody was hurt.",
    ]
    assert decoded.warnings == ()
    assert ITEM["description_summary"] in by_role(decoded, Role.SUMMARY)


def test_without_the_story_the_summary_is_the_text_and_a_warning_says_so() -> None:
    decoded = only(ITEM)
    assert by_role(decoded, Role.HEADLINE) == ["Fire in the old harbor is out"]
    assert by_role(decoded, Role.BODY) == [ITEM["description_summary"]]
    assert decoded.warnings == ("ap-text-elsewhere",)


def test_every_word_of_an_item_is_in_its_text() -> None:
    text = only(ITEM).text
    for name in ("headline", "headline_extended", "title", "description_summary", "ednote",
                 "copyrightnotice"):  # fmt: skip
        assert str(ITEM[name]).strip() in text
    for words in ("By JO WRITER, AP Business Writer", "editorial use only", "Harbor from above"):
        assert words in text


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("picture", DropReason.PICTURE),
        ("graphic", DropReason.GRAPHIC),
        ("video", DropReason.VIDEO),
        ("audio", DropReason.AUDIO),
    ],
)
def test_a_picture_is_one_with_its_caption(kind: str, reason: DropReason) -> None:
    item = {
        **ITEM,
        "type": kind,
        "description_caption": "The harbor after the fire. (AP Photo/P. Hoto)",
        "description_creditline": "ASSOCIATED PRESS",
        "bylines": None,
        "photographer": {"name": "P. Hoto", "code": "x"},
    }
    decoded = only(item)
    assert decoded.not_text is reason
    assert by_role(decoded, Role.BODY) == [item["description_caption"]]
    assert ParagraphKind.CAPTION in {block.kind for block in decoded.blocks}
    assert decoded.facts.byline == "P. Hoto"
    assert "ASSOCIATED PRESS" in by_role(decoded, Role.RIGHTS)


def test_a_feed_gives_a_part_for_each_item() -> None:
    feed = {
        "api_version": "1.1",
        "data": {
            "next_page": "https://a.example",
            "items": [{"meta": {}, "item": ITEM}, {"item": 7}, {"item": {**ITEM, "type": "video"}}],
        },
    }
    first, second, third = read(json.dumps(feed).encode())
    assert isinstance(first, Decoded)
    assert (first.source.part, first.facts.stable_id) == (0, ITEM_ID)
    assert isinstance(second, Fail)
    assert (second.code, second.part) == ("json-invalid", 1)
    assert isinstance(third, Decoded)
    assert (third.source.part, third.not_text) == (2, DropReason.VIDEO)


def test_a_feed_without_items_is_data() -> None:
    (decoded,) = read(b'{"api_version":"1.1","data":{"items":[],"next_page":"x"}}')
    assert isinstance(decoded, Decoded)
    assert decoded.not_text is DropReason.DATA
    assert decoded.detail == "AP Media API answer without items"


@pytest.mark.parametrize("body", [json.dumps(ITEM).encode(), json.dumps([ITEM]).encode()])
def test_an_item_alone_is_recognised(body: bytes) -> None:
    (decoded,) = read(body)
    assert isinstance(decoded, Decoded)
    assert decoded.facts.stable_id == ITEM_ID


def test_an_item_without_itemid_is_known_by_its_address() -> None:
    decoded = only({**ITEM, "altids": {}})
    assert decoded.facts.stable_id == f"https://api.ap.example/media/v/content/{ITEM_ID}"
    assert "ap-no-itemid" in decoded.warnings


@pytest.mark.parametrize("value", [None, 7, "x", [], [[]], {}, {"a": {"b": []}}, True])
def test_fields_of_the_wrong_kind_do_not_raise(value: object) -> None:
    for name in ITEM:
        (decoded,) = read(answer({**ITEM, name: value}, nitf=value))
        assert isinstance(decoded, Decoded), name
