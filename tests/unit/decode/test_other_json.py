from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from schemas.item import LifecycleKind, ParagraphKind, PubStatus
from schemas.raw import RawMessage
from streams.clean.cleaning import clean
from streams.decode import Decoded, decode
from streams.decode.decoded import Role
from streams.ingest.mapping import well_known
from streams.steps import Drop, DropReason, Fail

FORMATS = Path(__file__).resolve().parents[3] / "../shared/data/formats"

RECORD: dict[str, object] = {
    "uuid": "4f-1",
    "title": "The harbor is open again",
    "lead": "<p>Nine hours after the fire ships sail.</p>",
    "text": "Ships sail.\nThe fire is out & cold.",
    "publishDate": "2026-03-12T00:00:00+01:00",
    "modified": "2026-03-12T08:00:00Z",
    "language": "en",
    "source": "Port Daily",
    "authors": [{"name": "A. Writer", "type": "AUTHOR"}, {"name": "E. Ditor", "type": "EDITOR"}],
    "keywords": ["harbor", "fire"],
    "city": "Port Example",
    "topic": "HARBOR-FIRE",
    "editorialInfo": "Photos follow",
    "aside": "A box that no one gave a known name to, of several words.",
}


TWELVE = ", ".join(f"k{n}" for n in range(12))


def read(value: object) -> list[Decoded | Fail]:
    return decode(RawMessage(body=json.dumps(value, ensure_ascii=False).encode(), position="f:1"))


def only(value: object) -> Decoded:
    (decoded,) = read(value)
    assert isinstance(decoded, Decoded), decoded
    return decoded


def by_role(decoded: Decoded, role: Role) -> list[str]:
    return [decoded.text[b.start : b.end] for b in decoded.blocks if b.role is role]


def test_a_record_of_news_is_read_by_its_field_names() -> None:
    decoded = only(RECORD)
    facts = decoded.facts
    assert (decoded.format, decoded.provider, decoded.not_text) == ("json", "port-daily", None)
    assert facts.stable_id == "4f-1"
    assert facts.version_created == datetime(2026, 3, 12, 8, 0, tzinfo=UTC)
    assert (facts.language, facts.byline, facts.slugline) == ("en", "A. Writer", "HARBOR-FIRE")
    assert (facts.dateline_place, facts.keywords) == ("Port Example", ("harbor", "fire"))
    assert [note.text for note in facts.ednotes] == ["Photos follow"]
    assert dict(facts.origins)["version_created"] == "modified"
    assert by_role(decoded, Role.HEADLINE) == ["The harbor is open again"]
    assert by_role(decoded, Role.BODY) == ["Ships sail.", "The fire is out & cold."]
    assert by_role(decoded, Role.SUMMARY) == ["Nine hours after the fire ships sail."]
    assert by_role(decoded, Role.FURNITURE) == [RECORD["aside"]]
    assert by_role(decoded, Role.NOTE) == ["Photos follow"]


def test_the_names_are_those_that_json_lines_are_mapped_by() -> None:
    for name in ("articleBody", "full_text", "maintext", "content"):
        record = {"heading": "H", name: "Some text"}
        fields = well_known([record], {})
        assert fields is not None
        assert fields.body == name
        assert by_role(only(record), Role.BODY) == ["Some text"]


@pytest.mark.parametrize(
    "wrapped",
    [
        [RECORD, {"x": 1}],
        {"data": [RECORD, {"x": 1}], "_meta": {"total": 3000}},
        {"APIResponse": {"GlobalInfo": {"n": 1}, "Items": [RECORD, {"x": 1}]}},
        {"a": {"b": {"c": [RECORD, {"x": 1}]}}},
    ],
)
def test_results_of_a_search_are_parts(wrapped: object) -> None:
    first, second = read(wrapped)
    assert isinstance(first, Decoded)
    assert isinstance(second, Decoded)
    assert (first.not_text, first.facts.stable_id, first.source.part) == (None, "4f-1", 0)
    assert (second.not_text, second.source.part) == (DropReason.DATA, 1)


def test_a_headline_and_a_summary_with_source_and_date_are_news() -> None:
    record = {name: RECORD[name] for name in ("title", "lead", "publishDate", "source", "language")}
    decoded = only({**record, "body": None})
    assert decoded.not_text is None
    assert by_role(decoded, Role.BODY) == ["Nine hours after the fire ships sail."]
    assert decoded.facts.stable_id is None


def test_a_record_in_components_is_put_together() -> None:
    def component(kind: str, text: str | None, form: str = "Text") -> dict[str, object]:
        proxies = [{"varcharData": text, "clobData": None}]
        return {"assetType": kind, "assetFormat": form, "proxies": proxies}

    record = {
        "newsItemId": 7,
        "assetType": "Short",
        "headLine": "Harbor open",
        "createDate": 1581646440000,
        "validateDate": 1581654480000,
        "credit": "BELGA",
        "newsComponents": [
            component("Lead", "Ships sail."),
            component("Body", "The fire is out.\n Nobody was hurt."),
            component("Image", "pict", "Jpeg"),
        ],
    }
    picture = {
        **record,
        "assetType": "Picture",
        "newsComponents": [component("Caption", "A crane in the harbor.")],
    }
    first, second = read({"newsObjects": [record, picture], "start": 0})
    assert isinstance(first, Decoded)
    assert isinstance(second, Decoded)
    assert by_role(first, Role.BODY) == ["Ships sail.", "The fire is out.", "Nobody was hurt."]
    assert first.facts.version_created == datetime(2020, 2, 14, 4, 28, tzinfo=UTC)
    assert first.facts.first_created == datetime(2020, 2, 14, 2, 14, tzinfo=UTC)
    assert (first.provider, first.facts.stable_id) == ("belga", "7")
    assert second.not_text is DropReason.PICTURE
    assert by_role(second, Role.BODY) == ["A crane in the harbor."]
    assert second.blocks[-1].kind is ParagraphKind.CAPTION


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({"imageId": 1, "caption": "A crane", "width": 9, "previewUrl": "x"}, DropReason.PICTURE),
        ({"MediaType": "Image", "Title": "A crane"}, DropReason.PICTURE),
        ({"MediaType": "Video", "Title": "", "SystemIdentifier": "C1"}, DropReason.VIDEO),
        ({"type": "audio", "title": "A talk"}, DropReason.AUDIO),
        ({"description": "A forum", "startDate": "2026-06-15", "venue": "Hall"}, DropReason.EVENT),
        ({"title": "A forum", "start": "2026-06-15", "end": "2026-06-16"}, DropReason.EVENT),
        ({"type": "video", "label": "Video", "description": "A profile"}, DropReason.DATA),
        ({"a": 1}, DropReason.DATA),
        ({"_id": 1, "name": "Sports", "description": "The sports desk of all."}, DropReason.DATA),
        ({"title": "Menu", "link": "x"}, DropReason.DATA),
        ({"template_name": "kill", "headline": "Kill", "body_html": "Gone."}, DropReason.DATA),
        ({"template_name": "kill", "data": {"headline": "K", "text": "Gone."}}, DropReason.DATA),
        ({"title": "T", "body": "Please kill {{ item.slugline }}"}, DropReason.DATA),
        ({"body": "A label", "date": "2026-01-01", "x": 1}, DropReason.DATA),
        ({"99000000": "a", "99001000": "b"}, DropReason.DATA),
        ({"requests": ["https://a.example/1.jpg"]}, DropReason.DATA),
        (["two", 1, None], DropReason.DATA),
        ([[1], [2]], DropReason.DATA),
        ({}, DropReason.DATA),
    ],
)
def test_what_is_no_news_is_said_to_be_what_it_is(record: object, reason: DropReason) -> None:
    decoded = only(record)
    assert decoded.not_text is reason
    assert bool(decoded.detail) == (reason is DropReason.DATA)


def test_a_text_without_a_headline_is_news_when_it_is_dated_and_more_than_a_label() -> None:
    decoded = only({"raw_text": "Ships sail again in the harbor. " * 4, "date": "2026-03-12"})
    assert decoded.not_text is None


@pytest.mark.parametrize(
    ("value", "detail"),
    [
        ([{"_id": 1, "name": "a"}, {"_id": 2}], "JSON list of 2 objects with keys _id, name"),
        ({"states": []}, "JSON object with keys states"),
        (["a", 2], "JSON list of 2 values"),
        ({f"k{n}": n for n in range(13)}, f"JSON object with keys {TWELVE}, ..."),
    ],
)
def test_data_says_what_it_is_and_is_dropped_so(value: object, detail: str) -> None:
    decoded = only(value)
    assert decoded.detail == detail
    assert clean(decoded) == Drop(DropReason.DATA, detail)


def test_a_drop_says_what_the_picture_shows() -> None:
    long = "crane " * 100
    picture = only({"MediaType": "Image", "Title": "A crane", "Caption": long})
    assert clean(picture) == Drop(DropReason.PICTURE, "A crane")
    untitled = only({"MediaType": "Image", "Title": "", "Caption": long})
    dropped = clean(untitled)
    assert isinstance(dropped, Drop)
    assert dropped.detail == long[:200]
    unnamed = only({"MediaType": "Image", "Id": "7"})
    assert clean(unnamed) == Drop(DropReason.PICTURE, "7")


def test_json_declared_that_is_no_object_is_data() -> None:
    (decoded,) = decode(RawMessage(body=b'"text"', content_type="application/json"))
    assert isinstance(decoded, Decoded)
    assert (decoded.not_text, decoded.detail) == (DropReason.DATA, "JSON str")


def test_status_and_embargo_are_enforced_here_too() -> None:
    facts = only({**RECORD, "status": "canceled"}).facts
    assert facts.pubstatus is PubStatus.CANCELED
    assert facts.lifecycle.kinds == (LifecycleKind.KILL,)
    assert only({**RECORD, "status": "FREE"}).facts.pubstatus is PubStatus.USABLE
    assert only({**RECORD, "embargo": "soon"}).facts.pubstatus is PubStatus.WITHHELD
    dated = only({**RECORD, "embargoTime": 1893456000}).facts
    assert dated.embargoed_until == datetime(2030, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("value", [None, 7, "x", [], [[]], [{}], {}, {"a": {"b": []}}, True, 1e300])
def test_fields_of_the_wrong_kind_do_not_raise(value: object) -> None:
    for name in (*RECORD, "newsComponents", "version", "status", "urgency", "caption"):
        assert all(isinstance(one, Decoded) for one in read([RECORD, {**RECORD, name: value}])), (
            name
        )


@pytest.mark.parametrize(
    ("body", "code"),
    [(b'{"title":', "json-invalid"), (b'{"a":' * 100 + b"1" + b"}" * 100, "json-too-deep")],
)
def test_hostile_json_keeps_its_codes(body: bytes, code: str) -> None:
    (answer,) = decode(RawMessage(body=body))
    assert isinstance(answer, Fail)
    assert answer.code == code


APPLE: dict[str, object] = {
    "version": "1.8",
    "identifier": "check-1",
    "language": "en",
    "title": "Does the toll cost nine?",
    "subtitle": "A claim is checked",
    "documentStyle": {"backgroundColor": "#FFF"},
    "componentTextStyles": {"body": {"fontName": "X"}},
    "metadata": {
        "authors": ["A. Writer", "B. Checker"],
        "datePublished": "2026-03-12T20:00:00+11:00",
        "dateModified": "2026-03-12T21:00:00+11:00",
        "excerpt": "A claim is checked",
        "canonicalURL": "https://www.port-daily.example/1",
        "keywords": ["toll"],
    },
    "components": [
        {
            "role": "container",
            "components": [
                {"role": "title", "text": "Does the toll cost nine?"},
                {"role": "divider"},
                {"role": "photo", "URL": "bundle://a", "caption": {"text": "A gate"}},
            ],
        },
        {"role": "heading2", "text": "The claim"},
        {"role": "body", "format": "html", "text": "<p>It <b>does</b>.</p><p>Twice.</p>"},
        {"role": "quote", "text": "So I said"},
        {"role": "htmltable", "html": "<table><tr><td>a</td><td>9</td></tr></table>"},
    ],
}


def test_an_apple_news_article_is_its_components() -> None:
    decoded = only(APPLE)
    facts = decoded.facts
    assert (decoded.format, decoded.provider) == ("apple-news", "port-daily.example")
    assert (facts.stable_id, facts.language, facts.version) == ("check-1", "en", None)
    assert facts.version_created == datetime(2026, 3, 12, 10, 0, tzinfo=UTC)
    assert facts.first_created == datetime(2026, 3, 12, 9, 0, tzinfo=UTC)
    assert (facts.byline, facts.keywords) == ("A. Writer, B. Checker", ("toll",))
    assert by_role(decoded, Role.HEADLINE) == ["Does the toll cost nine?"]
    assert by_role(decoded, Role.SUMMARY) == ["A claim is checked"]
    body = [(decoded.text[b.start : b.end], b.kind) for b in decoded.blocks if b.role is Role.BODY]
    assert body == [
        ("A gate", ParagraphKind.CAPTION),
        ("The claim", ParagraphKind.CROSSHEAD),
        ("It does.", ParagraphKind.TEXT),
        ("Twice.", ParagraphKind.TEXT),
        ("So I said", ParagraphKind.QUOTE),
        ("a\t9", ParagraphKind.TABLE),
    ]


@pytest.mark.parametrize("value", [None, 7, "x", [[]], [{}], {"a": 1}])
def test_apple_news_of_the_wrong_kind_does_not_raise(value: object) -> None:
    for name in APPLE:
        assert isinstance(only({**APPLE, name: value}), Decoded), name


@pytest.mark.skipif(not FORMATS.is_dir(), reason="the example files are not here")
def test_no_json_of_the_example_files_is_dead() -> None:
    for path in sorted(FORMATS.glob("*/*")):
        body = path.read_bytes()
        if body.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] not in {b"{", b"["}:
            continue
        for answer in decode(RawMessage(body=body)):
            assert isinstance(answer, Decoded), (path.name, answer)
            if answer.not_text is None:
                assert any(block.role is Role.HEADLINE for block in answer.blocks), path.name
            else:
                assert clean(answer).detail, path.name  # type: ignore[union-attr]
