from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from schemas.item import LifecycleKind, ParagraphKind, PubStatus
from schemas.raw import RawMessage
from streams.decode import Decoded, Profiles, ProviderProfile, decode
from streams.decode.decoded import Role
from streams.steps import DropReason, Fail

EXAMPLES = Path(__file__).resolve().parents[3] / "../shared/data/formats/newsinjson"

BODY_HTML = (
    "<p>Oil rose <b>2%</b> to <a href='x'>$80</a> &amp; beyond<br/>on Monday.</p>"
    "<h2>Outlook</h2><p>Supply is tight.</p><ul><li>OPEC meets</li></ul>"
    "<table><tr><td>Brent</td><td>80.1</td></tr></table>"
)
V1 = {
    "uri": "urn:x:1",
    "type": "text",
    "version": 3,
    "versioncreated": "2024-03-02T10:00:00+01:00",
    "firstcreated": "2024-03-02T08:00:00Z",
    "pubstatus": "usable",
    "urgency": 2,
    "language": "en_GB",
    "headline": "UPDATE 2-Oil rises",
    "slugline": "OIL-MARKETS",
    "byline": "By A. Writer",
    "located": "LONDON",
    "body_html": BODY_HTML,
    "body_text": "Oil rose.",
    "ednote": "Adds outlook",
    "copyrightnotice": "Copyright X",
    "usageterms": "No archive",
    "subject": [
        {"code": "04000000", "name": "economy", "scheme": "iptc"},
        {"code": "04000000", "scheme": "iptc"},
        {"name": "Oil"},
    ],
    "keywords": ["oil", "markets"],
    "genre": [{"code": "Article", "name": "Article (news)"}],
    "altids": {"usn": "L1N14N"},
    "evolvedfrom": "urn:x:0",
}
V3 = {
    "uri": "urn:x:1",
    "type": "text",
    "version": "3",
    "versionCreated": "2024-03-02T10:00:00+01:00",
    "firstCreated": "2024-03-02T08:00:00Z",
    "pubStatus": "usable",
    "urgency": "2",
    "language": "en-GB",
    "headlines": [
        {"role": "subtitle", "value": "A second headline"},
        {"role": "main", "value": "UPDATE 2-Oil rises"},
    ],
    "slugline": "OIL-MARKETS",
    "by": "By A. Writer",
    "located": "LONDON",
    "bodies": [
        {"role": "text", "contentType": "text/plain", "value": "Oil rose."},
        {"role": "main", "contentType": "text/html", "value": BODY_HTML},
    ],
    "edNote": "Adds outlook",
    "copyrightNotice": "Copyright X",
    "usageTerms": "No archive",
    "subjects": [
        {"literal": "04000000", "name": "economy", "uri": "http://cv.example/s/04000000"},
    ],
    "keywords": ["oil", "markets"],
    "genres": [{"literal": "Article", "name": "Article (news)"}],
    "altIds": [{"role": "usn", "value": "L1N14N"}],
}


def read(item: object, profiles: Profiles | None = None) -> list[Decoded | Fail]:
    raw = RawMessage(body=json.dumps(item, ensure_ascii=False).encode(), provider="x")
    return decode(raw, profiles) if profiles else decode(raw)


def only(item: object) -> Decoded:
    (decoded,) = read(item)
    assert isinstance(decoded, Decoded), decoded
    return decoded


def by_role(decoded: Decoded, role: Role) -> list[str]:
    return [decoded.text[b.start : b.end] for b in decoded.blocks if b.role is role]


@pytest.mark.parametrize(("item", "dialect"), [(V1, "ninjs-superdesk"), (V3, "ninjs-3")])
def test_the_same_item_in_any_version_has_the_same_facts(
    item: dict[str, object], dialect: str
) -> None:
    decoded = only(item)
    facts = decoded.facts
    assert decoded.format == dialect
    assert facts.stable_id == "urn:x:1"
    assert facts.version == "3"
    assert facts.version_created == datetime(2024, 3, 2, 9, 0, tzinfo=UTC)
    assert facts.first_created == datetime(2024, 3, 2, 8, 0, tzinfo=UTC)
    assert facts.pubstatus is PubStatus.USABLE
    assert facts.urgency == 2
    assert facts.language == "en-GB"
    assert (facts.slugline, facts.byline) == ("OIL-MARKETS", "By A. Writer")
    assert facts.dateline_place == "LONDON"
    assert [note.text for note in facts.ednotes] == ["Adds outlook"]
    assert facts.rights == "Copyright X\nNo archive"
    assert facts.keywords == ("oil", "markets")
    assert facts.genre == "Article (news)"
    assert [(one.scheme, one.value) for one in facts.alt_ids] == [("usn", "L1N14N")]
    assert facts.subjects[0].code == "04000000"
    assert facts.lifecycle.kinds == (LifecycleKind.UPDATE,)
    assert facts.lifecycle.ordinal == 2
    assert by_role(decoded, Role.HEADLINE) == ["UPDATE 2-Oil rises"]
    assert by_role(decoded, Role.BODY) == [
        "Oil rose 2% to $80 & beyond\non Monday.",
        "Outlook",
        "Supply is tight.",
        "OPEC meets",
        "Brent\t80.1",
    ]
    assert [b.kind for b in decoded.blocks if b.role is Role.BODY] == [
        ParagraphKind.TEXT,
        ParagraphKind.CROSSHEAD,
        ParagraphKind.TEXT,
        ParagraphKind.LIST,
        ParagraphKind.TABLE,
    ]


def test_a_second_headline_is_kept_beside_the_text() -> None:
    assert by_role(only(V3), Role.SUMMARY) == ["A second headline"]


def test_links_and_subjects_are_read_once_each() -> None:
    facts = only(V1).facts
    assert [(link.rel, link.target) for link in facts.links] == [("evolvedfrom", "urn:x:0")]
    assert [(s.scheme, s.code, s.name) for s in facts.subjects] == [
        ("iptc", "04000000", "economy"),
        ("subject", "Oil", "Oil"),
    ]


def test_superdesk_names_its_items_by_guid() -> None:
    decoded = only({"guid": "tag:x:1", "headline": "H", "body_html": "<p>B</p>", "priority": 3})
    assert decoded.format == "ninjs-superdesk"
    assert decoded.facts.stable_id == "tag:x:1"


@pytest.mark.parametrize(
    ("fields", "dialect"),
    [
        ({"headline": "H"}, "ninjs-1"),
        ({"headlines": [{"value": "H"}]}, "ninjs-2"),
        ({"headlines": [{"value": "H"}], "pubStatus": "usable"}, "ninjs-3"),
        ({"headline": "H", "standard": {"name": "ninjs", "version": "2.1"}}, "ninjs-2"),
        ({"headline": "H", "evolvedfrom": "urn:x"}, "ninjs-superdesk"),
    ],
)
def test_the_dialect_is_told_by_the_fields(fields: dict[str, object], dialect: str) -> None:
    assert only({"uri": "urn:x:2", **fields}).format == dialect


def test_a_picture_without_a_body_keeps_its_caption() -> None:
    decoded = only(
        {
            "uri": "u",
            "type": "picture",
            "headline": "Port",
            "description_text": "The port of Iquique.",
            "description_html": "<p>The port of Iquique.</p>",
        }
    )
    assert by_role(decoded, Role.BODY) == ["The port of Iquique."]
    assert decoded.blocks[1].kind is ParagraphKind.CAPTION


def test_an_abstract_beside_a_body_is_a_summary() -> None:
    decoded = only(
        {"uri": "u", "headline": "H", "body_text": "A\nB", "description_text": "In short"}
    )
    assert by_role(decoded, Role.BODY) == ["A", "B"]
    assert by_role(decoded, Role.SUMMARY) == ["In short"]


def test_an_abstract_alone_is_the_body() -> None:
    assert by_role(only({"uri": "u", "description_text": "In short"}), Role.BODY) == ["In short"]


def test_a_fuller_plain_rendering_is_preferred() -> None:
    item = {"uri": "u", "body_html": "<p>First…</p>", "body_text": "First, second and third."}
    assert by_role(only(item), Role.BODY) == ["First, second and third."]


@pytest.mark.parametrize("status", ["canceled", "Cancelled", "stat:canceled"])
def test_a_canceled_item_is_a_kill_whatever_its_headline(status: str) -> None:
    facts = only({"uri": "u", "headline": "Ordinary headline", "pubstatus": status}).facts
    assert facts.pubstatus is PubStatus.CANCELED
    assert facts.lifecycle.kinds == (LifecycleKind.KILL,)


def test_a_kill_without_text_is_decoded() -> None:
    decoded = only({"uri": "u", "pubstatus": "canceled", "version": "2"})
    assert decoded.text == ""
    assert decoded.blocks == ()


@pytest.mark.parametrize(
    ("signal", "kind"),
    [
        ("sig:correction", LifecycleKind.CORRECTION),
        ([{"qcode": "sig:update"}], LifecycleKind.UPDATE),
        ([{"literal": "sig:repeat", "name": "x"}], LifecycleKind.REPEAT),
        ("edStat:C", LifecycleKind.CORRECTION),
        ("edStat:D", LifecycleKind.KILL),
    ],
)
def test_signals_are_lifecycle(signal: object, kind: LifecycleKind) -> None:
    facts = only({"uri": "u", "headline": "H", "signal": signal}).facts
    assert facts.lifecycle.kinds == (kind,)


def test_an_embargo_is_read_in_every_version() -> None:
    when = datetime(2030, 1, 1, 12, 0, tzinfo=UTC)
    for field in ("embargoed", "embargoedUntil"):
        facts = only({"uri": "u", "headline": "H", field: "2030-01-01T13:00:00+01:00"}).facts
        assert facts.embargoed_until == when
        assert facts.pubstatus is PubStatus.USABLE


def test_an_embargo_that_cannot_be_dated_withholds_the_item() -> None:
    decoded = only({"uri": "u", "headline": "H", "embargoed": "until the speech"})
    assert decoded.facts.pubstatus is PubStatus.WITHHELD
    assert decoded.facts.lifecycle.kinds == (LifecycleKind.HOLD,)
    assert "date-invalid:embargoed" in decoded.warnings


def test_an_empty_embargo_is_none() -> None:
    assert only({"uri": "u", "headline": "H", "embargoed": ""}).facts.pubstatus is PubStatus.USABLE


@pytest.mark.parametrize(
    "value",
    [
        "yesterday",
        "2024-13-45T99:00:00Z",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59-05:00",
        1503540000,
        {"x": 1},
        ["2024"],
        True,
    ],
)
def test_a_nonsense_date_is_none_with_a_warning(value: object) -> None:
    decoded = only({"uri": "u", "headline": "H", "versioncreated": value})
    assert decoded.facts.version_created is None
    assert decoded.warnings == ("date-invalid:versioncreated",)


def test_a_date_without_a_zone_is_in_the_providers() -> None:
    item = {"uri": "u", "headline": "H", "versioncreated": "2024-07-01T12:00:00"}
    decoded = only(item)
    assert decoded.facts.version_created == datetime(2024, 7, 1, 12, 0, tzinfo=UTC)
    assert decoded.warnings == ("date-no-zone:versioncreated",)
    profiles = Profiles(by_provider={"x": ProviderProfile("x", time_zone="Europe/Paris")})
    (local,) = read(item, profiles)
    assert isinstance(local, Decoded)
    assert local.facts.version_created == datetime(2024, 7, 1, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize("stated", ["0009999", "0", "10", "1" * 4000, "-1", "1.0", "x"])
def test_an_urgency_that_is_none_is_said_and_left_out(stated: str) -> None:
    (decoded,) = read({"uri": "u", "headline": "H", "urgency": stated})
    assert isinstance(decoded, Decoded)
    assert decoded.facts.urgency is None
    assert "urgency-invalid" in decoded.warnings


def test_the_providers_urgency_is_mapped() -> None:
    profiles = Profiles(by_provider={"x": ProviderProfile("x", urgency={2: 3})})
    (decoded,) = read({"uri": "u", "headline": "H", "urgency": 2}, profiles)
    assert isinstance(decoded, Decoded)
    assert decoded.facts.urgency == 3


def test_a_text_without_uri_or_guid_is_known_by_its_text() -> None:
    decoded = only({"headline": "H", "body_text": "B", "versioncreated": "2024-01-01T00:00:00Z"})
    assert decoded.facts.stable_id is None
    assert decoded.warnings == ("ninjs-no-uri",)


def test_with_neither_id_nor_text_it_is_a_fail() -> None:
    (answer,) = read({"pubstatus": "canceled", "versioncreated": "2024-01-01T00:00:00Z"})
    assert isinstance(answer, Fail)
    assert answer.code == "ninjs-no-uri"


def test_an_array_gives_a_part_for_each_entry() -> None:
    answers = read([V1, {"pubstatus": "canceled", "urgency": 1}, 7, V3])
    assert [getattr(answer, "code", None) for answer in answers] == [
        None,
        "ninjs-no-uri",
        "ninjs-invalid",
        None,
    ]
    parts = [a.part if isinstance(a, Fail) else a.source.part for a in answers]
    assert parts == [0, 1, 2, 3]
    ids = {answer.source.id for answer in answers if isinstance(answer, Decoded)}
    assert len(ids) == 2


def test_repeated_keys_are_warned_of() -> None:
    (decoded,) = decode(RawMessage(body=b'{"uri":"a","headline":"H","headline":"I"}'))
    assert isinstance(decoded, Decoded)
    assert decoded.warnings == ("json-duplicate-key:headline",)
    assert by_role(decoded, Role.HEADLINE) == ["I"]


@pytest.mark.parametrize(
    "fields",
    [
        {"headline": 5, "body_html": ["x"], "bodies": {"a": 1}, "headlines": "x"},
        {"headlines": [None, 3, {"value": 7}, {"role": 1, "value": "H"}]},
        {"subject": "x", "genre": {"a": {}}, "altids": [1, None], "keywords": 5},
        {"urgency": "high", "version": {"x": 1}, "language": "not a language!"},
        {"urgency": 10**30, "signal": [[["x"]]], "ednote": [None, {"x": 1}]},
        {"headline": "\u0000\u202e\u0007", "body_text": "\u0000", "slugline": "a\nb\u0000"},
        {"body_html": "<p>" * 5000 + "x", "body_xhtml": "<!ENTITY x><![CDATA[y]]>"},
        {"type": ["picture"], "standard": 5, "located": {"x": 1}, "copyrightnotice": 7},
        {"evolvedfrom": {"x": 1}, "associations": 5, "pubstatus": ["usable"]},
    ],
)
def test_fields_of_the_wrong_kind_do_not_raise(fields: dict[str, object]) -> None:
    decoded = only({"uri": "urn:x:9", "urgency": 5, **fields})
    assert decoded.facts.stable_id == "urn:x:9"
    assert "\x00" not in (decoded.facts.slugline or "")


@pytest.mark.skipif(not EXAMPLES.is_dir(), reason="the example files are not here")
def test_every_example_of_the_standard_is_decoded() -> None:
    for path in sorted(EXAMPLES.glob("*.json")):
        answers = decode(RawMessage(body=path.read_bytes()))
        for answer in answers:
            assert isinstance(answer, Decoded), (path.name, answer)
            assert answer.facts.stable_id
            assert any(block.role is Role.HEADLINE for block in answer.blocks), path.name
            assert answer.format.startswith("ninjs-")


def origins(decoded: Decoded) -> dict[str, str]:
    return dict(reversed(decoded.facts.origins))


def test_every_fact_says_where_it_stood_as_the_version_calls_it() -> None:
    first, third = origins(only(V1)), origins(only(V3))
    assert first["version_created"] == "versioncreated"
    assert third["version_created"] == "versionCreated"
    assert third["alt_ids"] == "altIds"
    assert third["ednotes"] == "edNote"
    assert (first["byline"], third["byline"]) == ("byline", "by")
    assert first["links"] == "evolvedfrom"
    for decoded in (only(V1), only(V3)):
        stated = {name for name, _ in decoded.facts.origins}
        assert {"stable_id", "version", "language", "urgency", "rights", "subjects"} <= stated


def test_a_lifecycle_fact_has_its_evidence() -> None:
    item = {"uri": "u", "headline": "UPDATE 2-Oil rises", "signal": "sig:correction"}
    evidence = only({**item, "pubstatus": "canceled", "anpa_take_key": "3rd Lead"}).facts.evidence
    assert [(one.kind, one.origin, one.text) for one in evidence] == [
        (LifecycleKind.KILL, "pubstatus", "canceled"),
        (LifecycleKind.CORRECTION, "signal", "sig:correction"),
        (LifecycleKind.UPDATE, "headline", "UPDATE 2"),
        (LifecycleKind.LEAD, "anpa_take_key", "3RD LEAD"),
    ]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"type": "picture", "description_text": "A port."}, DropReason.PICTURE),
        ({"type": "picture", "body_text": "Port at night"}, DropReason.PICTURE),
        ({"type": "graphic"}, DropReason.GRAPHIC),
        ({"type": "video", "descriptions": [{"role": "caption", "value": "A."}]}, DropReason.VIDEO),
        ({"type": "audio"}, DropReason.AUDIO),
        ({"type": "composite"}, DropReason.PACKAGE),
        ({"type": "event", "body_text": "Doors open at eight."}, DropReason.EVENT),
        ({"eventDetails": {"dates": {"startDate": "2026-03-12"}}}, DropReason.EVENT),
        ({"type": "planning"}, DropReason.PLANNING),
        ({"coverages": [], "planning_date": "2026-03-12"}, DropReason.PLANNING),
        ({"type": "text", "body_text": "B"}, None),
        ({"type": "composite", "body_text": "B"}, None),
        ({"type": "video", "body_html": "<p>A.</p><p>B.</p>"}, None),
        ({"type": "story", "description_text": "B"}, None),
    ],
)
def test_what_is_no_text_is_said_to_be_what_it_is(
    fields: dict[str, object], reason: DropReason | None
) -> None:
    assert only({"uri": "u", "headline": "Port", **fields}).not_text is reason


def test_a_picture_whose_body_repeats_its_caption_is_a_picture_with_all_its_text() -> None:
    decoded = only(
        {
            "uri": "u",
            "type": "picture",
            "headlines": [{"role": "main", "value": "Port"}],
            "descriptions": [{"role": "text", "value": "The port."}],
            "bodies": [
                {"role": "text", "contenttype": "text/plain", "value": "The port."},
                {"role": "x", "contenttype": "text/html", "value": "<p>Ships come.</p><p>Go.</p>"},
            ],
        }
    )
    assert decoded.not_text is DropReason.PICTURE
    assert by_role(decoded, Role.BODY) == ["The port."]
    assert by_role(decoded, Role.FURNITURE) == ["Ships come.", "Go."]


def test_an_associated_text_is_a_part_of_its_own_related_both_ways() -> None:
    package = {
        "uri": "p",
        "type": "composite",
        "headline": "The day",
        "associations": {
            "lead": {"uri": "a", "type": "text", "headline": "A", "body_text": "First."},
            "pic": {"uri": "b", "type": "picture", "headline": "B", "description_text": "Seen."},
            "more": {"uri": "c", "headline": "C", "description_text": "Only said of."},
        },
    }
    main, part = read(package)
    assert isinstance(main, Decoded)
    assert isinstance(part, Decoded)
    assert main.not_text is DropReason.PACKAGE
    assert [(link.rel, link.target) for link in main.facts.links] == [
        ("association", "a"),
        ("association", "b"),
        ("association", "c"),
    ]
    assert (part.source.part, part.facts.stable_id, part.not_text) == (1, "a", None)
    assert [(link.rel, link.target) for link in part.facts.links] == [("associatedwith", "p")]
    assert "Seen." in by_role(main, Role.FURNITURE)


def test_captions_of_what_goes_with_a_text_are_kept_beside_it() -> None:
    item = {
        "uri": "u",
        "headline": "H",
        "body_text": "B",
        "associations": [
            {"name": "a", "type": "picture", "by": "P. Hoto", "descriptions": [{"value": "Seen"}]}
        ],
    }
    decoded = only(item)
    assert by_role(decoded, Role.FURNITURE) == ["Seen", "P. Hoto"]
    kinds = {b.kind for b in decoded.blocks if b.role is Role.FURNITURE}
    assert kinds == {ParagraphKind.CAPTION}


def test_every_word_of_every_rendering_is_somewhere() -> None:
    item = {
        **V3,
        "title": "oil-1",
        "bodies": [
            *V3["bodies"],  # type: ignore[misc]
            {"role": "web", "contentType": "text/html", "value": "<p>Oil rose, webwide.</p>"},
        ],
        "descriptions": [{"role": "abstract", "value": "In short"}],
        "associations": [{"type": "picture", "headlines": [{"value": "Rig"}]}],
    }
    text = only(item).text
    for word in ("webwide", "oil-1", "short", "Rig", "Writer", "Adds", "Copyright", "archive"):
        assert word in text


def test_superdesks_own_fields_are_read() -> None:
    decoded = only(
        {
            "guid": "tag:x:1",
            "version": 1,
            "_current_version": 4,
            "state": "corrected",
            "headline": "H",
            "abstract": "<p>In short</p>",
            "body_html": "<p>B</p>",
            "body_footer": "<p>Call us.</p>",
            "dateline": {"text": "SYDNEY, Jan 1 AAP -", "located": {"city": "Sydney"}},
            "schedule_settings": {"utc_embargo": "2030-01-01T00:00:00+0000"},
            "place": [{"qcode": "NSW", "name": "New South Wales"}],
        }
    )
    facts = decoded.facts
    assert facts.version == "4"
    assert facts.lifecycle.kinds == (LifecycleKind.CORRECTION,)
    assert (facts.dateline_place, facts.dateline_raw) == ("Sydney", "SYDNEY, Jan 1 AAP -")
    assert facts.embargoed_until == datetime(2030, 1, 1, tzinfo=UTC)
    assert [(s.scheme, s.code) for s in facts.subjects] == [("place", "NSW")]
    assert by_role(decoded, Role.BODY) == ["B", "Call us."]
    assert by_role(decoded, Role.SUMMARY) == ["In short"]


@pytest.mark.parametrize("state", ["killed", "recalled", "unpublished"])
def test_superdesks_state_stands_before_its_pubstatus(state: str) -> None:
    facts = only({"guid": "g", "headline": "H", "state": state, "pubstatus": "usable"}).facts
    assert facts.pubstatus is PubStatus.CANCELED


def test_an_embargo_that_is_no_date_at_all_withholds_the_item() -> None:
    for value in (True, 7, ["x"], {"until": "noon"}):
        facts = only({"uri": "u", "headline": "H", "embargoed": value}).facts
        assert facts.pubstatus is PubStatus.WITHHELD
    for value in (None, False, "", {}, []):
        facts = only({"uri": "u", "headline": "H", "embargoed": value}).facts
        assert facts.pubstatus is PubStatus.USABLE


def test_a_collections_answer_and_an_advisory_of_local_democracy_reporters() -> None:
    story = {"uri": "https://e.example/1", "id": 7, "type": "advisory", "headline": "A"}
    decoded = only({"total": 1, "item": [{**story, "body_html": "<p>b</p>"}]})
    assert decoded.facts.lifecycle.kinds == (LifecycleKind.ADVISORY,)
    assert [(one.scheme, one.value) for one in decoded.facts.alt_ids] == [("id", "7")]


def test_aps_addresses_are_known_by_the_item_in_them() -> None:
    item = "0123456789abcdef0123456789abcdef"
    uri = f"https://api.ap.org/media/v/content/{item}?qt=session&et=2a1"
    decoded = only({"uri": uri, "headline": "H", "body_text": "B"})
    assert decoded.facts.stable_id == item


@pytest.mark.parametrize(
    ("fields", "provider"),
    [
        ({"uri": "urn:newsml:dpa.com:20090101:1", "copyrightholder": "X"}, "dpa"),
        ({"uri": "http://nobody.example/1", "provider": "Some House"}, "some-house"),
        ({"uri": "tag:reuters.example,2018:1"}, "reuters.example"),
        ({"guid": "1", "source": "AAP"}, "aap"),
        ({"guid": "1"}, None),
    ],
)
def test_the_provider_is_what_the_item_says_where_no_carrier_did(
    fields: dict[str, object], provider: str | None
) -> None:
    profiles = Profiles(by_provider={"dpa": ProviderProfile("dpa", known_as=("dpa.com",))})
    body = json.dumps({"headline": "H", "body_text": "B", **fields}).encode()
    (decoded,) = decode(RawMessage(body=body), profiles)
    assert isinstance(decoded, Decoded)
    assert decoded.provider == provider
    (carried,) = decode(RawMessage(body=body, provider="carrier"), profiles)
    assert isinstance(carried, Decoded)
    assert carried.provider == "carrier"


def test_work_on_many_renderings_and_associations_is_bounded() -> None:
    item: dict[str, object] = {"uri": "u", "headline": "H"}
    item |= {f"body_{number}": f"word{number} said" for number in range(3000)}
    item["associations"] = {
        str(n): {"uri": str(n), "body_text": "B", "associations": {"x": {"body_text": "C"}}}
        for n in range(2000)
    }
    answers = read(item)
    assert len(answers) <= 501
