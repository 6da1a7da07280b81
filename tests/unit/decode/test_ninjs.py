from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from schemas.item import LifecycleKind, ParagraphKind, PubStatus
from schemas.raw import RawMessage
from streams.decode import Decoded, Profiles, ProviderProfile, decode
from streams.decode.decoded import Role
from streams.steps import Fail

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
