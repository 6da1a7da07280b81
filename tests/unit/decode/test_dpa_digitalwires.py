from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from schemas.item import LifecycleKind, ParagraphKind, PubStatus
from schemas.raw import RawMessage
from streams.decode import Decoded, decode
from streams.decode.decoded import Role
from streams.steps import DropReason, Fail

URN = "urn:newsml:dpa.com:20090101:260312-99-000001"
ENTRY: dict[str, object] = {
    "format": "digitalwires@0.9.1",
    "type": "composite",
    "entry_id": "abcDEF",
    "updated": "2026-03-12T10:07:03Z",
    "urn": URN,
    "version_created": "2026-03-12T11:05:52+01:00",
    "version": 2,
    "pubstatus": "usable",
    "signal": "sig:correction",
    "embargoed": None,
    "language": "de",
    "urgency": 3,
    "kicker": "Hafen",
    "headline": "Der alte Hafen brennt nicht mehr",
    "subhead": "Neun Stunden",
    "teaser": "Nach neun Stunden ist das Feuer gelöscht.",
    "byline": "Von Erika Beispiel, dpa",
    "dateline": "Musterhafen (dpa) - ",
    "article_html": (
        '<section class="main"><p>Das Feuer ist <b>aus</b> &amp; kalt.</p><h2>Folgen</h2>'
        "<p>Niemand wurde verletzt.<br/>Der Hafen öffnet.</p></section>"
    ),
    "infobox_html": '<section class="infobox"><h2>Zahlen</h2><p>Neun Wehren.</p></section>',
    "linkbox_html": '<section class="linkbox"><ul><li><a href="x">Zum Hafen</a></li></ul>',
    "creditline": "dpa",
    "copyrightnotice": "Copyright 2026, dpa",
    "usageterms": "Nutzung nur nach Vereinbarung",
    "notepad": {
        "header_html": "<header><h3>Notizblock</h3></header>",
        "public_html": "<section class='np-public'><ul><li>Bilder folgen</li></ul></section>",
        "nonpublic_html": "<section class='np-nonpublic'><p>Nicht zur Veröffentlichung</p><ul>"
        "<li>Hafenamt, +49 30 0000000</li></ul></section>",
    },
    "ednotes": [
        {"role": "dpaednoterole:closingline", "ednote": "dpa eb n1 xy", "is_publishable": True},
        {"role": "dpaednoterole:contacts", "ednote": "Hafenamt, +49 30 0000000",
         "is_publishable": False},
        {"role": "dpaednoterole:correction", "ednote": "Es sind neun (statt: acht) Wehren.",
         "is_publishable": True},
    ],
    "associations": [
        {"type": "image", "urn": "urn:newsml:dpa.com:20090101:pic", "headline": "Kran",
         "caption": "Ein Kran im Hafen", "creditline": "P. Bild/dpa"}
    ],
    "categories": [
        {"type": "dnltype:pubstatus", "name": "usable", "qcode": "stat:usable"},
        {"type": "dnltype:wire", "name": "bdt", "qcode": "dpasrv:bdt"},
        {"type": "dnltype:dpasubject", "name": "Brände", "qcode": "dpasubject:1", "rank": 1},
        {"type": "dnltype:keyword", "name": "Hafen", "qcode": None},
        {"type": "dnltype:genre", "name": "Meldung", "qcode": "dpatextgenre:1"},
        {"type": "dnltype:poi", "name": "Am Kai 1", "qcode": None},
        {"type": "dnltype:provider", "name": "dpa", "qcode": "dnlprov:dpa"},
    ],
}  # fmt: skip


def read(value: object) -> list[Decoded | Fail]:
    return decode(RawMessage(body=json.dumps(value, ensure_ascii=False).encode(), position="f:1"))


def only(value: object) -> Decoded:
    (decoded,) = read(value)
    assert isinstance(decoded, Decoded), decoded
    return decoded


def by_role(decoded: Decoded, role: Role) -> list[str]:
    return [decoded.text[b.start : b.end] for b in decoded.blocks if b.role is role]


def test_every_fact_is_read_from_its_field() -> None:
    decoded = only(ENTRY)
    facts = decoded.facts
    assert (decoded.format, decoded.provider, decoded.not_text) == ("dpa-digitalwires", "dpa", None)
    assert (facts.stable_id, facts.version) == (URN, "2")
    assert [(one.scheme, one.value) for one in facts.alt_ids] == [("entry_id", "abcDEF")]
    assert facts.version_created == datetime(2026, 3, 12, 10, 5, 52, tzinfo=UTC)
    assert (facts.language, facts.urgency, facts.genre) == ("de", 3, "Meldung")
    assert facts.byline == "Von Erika Beispiel, dpa"
    assert (facts.dateline_place, facts.dateline_raw) == ("Musterhafen", "Musterhafen (dpa) -")
    assert facts.rights == "Copyright 2026, dpa\nNutzung nur nach Vereinbarung"
    assert facts.keywords == ("Hafen",)
    assert [(one.scheme, one.code, one.name) for one in facts.subjects] == [
        ("dpasrv", "bdt", "bdt"),
        ("dpasubject", "1", "Brände"),
        ("dpatextgenre", "1", "Meldung"),
        ("poi", "Am Kai 1", "Am Kai 1"),
    ]
    assert [(note.text, note.publishable) for note in facts.ednotes] == [
        ("dpa eb n1 xy", True),
        ("Hafenamt, +49 30 0000000", False),
        ("Es sind neun (statt: acht) Wehren.", True),
    ]
    assert [(link.rel, link.target) for link in facts.links] == [
        ("association", "urn:newsml:dpa.com:20090101:pic")
    ]
    assert facts.lifecycle.kinds == (LifecycleKind.CORRECTION,)
    assert {one.origin for one in facts.evidence} == {"signal", "ednotes/correction"}


def test_versions_sort_by_number_before_time() -> None:
    assert only(ENTRY).ordering == "version-then-time"


def test_the_text_is_laid_out_by_role() -> None:
    decoded = only(ENTRY)
    assert by_role(decoded, Role.HEADLINE) == ["Der alte Hafen brennt nicht mehr"]
    assert by_role(decoded, Role.BODY) == [
        "Das Feuer ist aus & kalt.",
        "Folgen",
        "Niemand wurde verletzt.\nDer Hafen öffnet.",
        "Zahlen",
        "Neun Wehren.",
    ]
    assert by_role(decoded, Role.SUMMARY) == [
        "Hafen",
        "Neun Stunden",
        "Nach neun Stunden ist das Feuer gelöscht.",
    ]
    assert by_role(decoded, Role.BYLINE) == ["Von Erika Beispiel, dpa"]
    assert by_role(decoded, Role.DATELINE) == ["Musterhafen (dpa) -"]
    assert "Zum Hafen" in by_role(decoded, Role.FURNITURE)
    assert "Ein Kran im Hafen" in by_role(decoded, Role.FURNITURE)


def test_nothing_of_the_notebook_is_publishable_text() -> None:
    decoded = only(ENTRY)
    notes = by_role(decoded, Role.NOTE)
    assert notes == [
        "Notizblock",
        "Bilder folgen",
        "Nicht zur Veröffentlichung",
        "Hafenamt, +49 30 0000000",
        "dpa eb n1 xy",
        "Es sind neun (statt: acht) Wehren.",
    ]
    assert not any("+49" in text for text in by_role(decoded, Role.BODY))


@pytest.mark.parametrize(
    "markup",
    [
        "<section><p>Text.</p></section><section class='np-nonpublic'><p>Geheim</p><div>Tief</div>",
        "<p>Text.</p><section class='notepad'><p>Geheim</p><p>Tief</p></section>",
        "<p>Text.</p><p># Notizblock</p><p>Geheim</p><p>Tief</p>",
        "<p>Text.</p><h3>dpa-Notizblock</h3><ul><li>Geheim</li><li>Tief</li></ul>",
    ],
)
def test_a_notebook_inside_the_article_is_fenced_off(markup: str) -> None:
    decoded = only({"format": "digitalwires@0.8", "urn": URN, "article_html": markup})
    assert by_role(decoded, Role.BODY) == ["Text."]
    notes = " ".join(by_role(decoded, Role.NOTE))
    assert "Geheim" in notes
    assert "Tief" in notes


def test_words_after_a_fenced_section_are_the_articles() -> None:
    markup = "<p>A.</p><div>B <section class='np-public'>note</section>C.</div>"
    decoded = only({"format": "digitalwires@0.8", "urn": URN, "article_html": markup})
    assert "C." in " ".join(by_role(decoded, Role.BODY))
    assert by_role(decoded, Role.NOTE) == ["note"]


def test_every_word_of_an_entry_is_in_its_text() -> None:
    text = only(ENTRY).text
    for word in ("Hafen", "Neun", "gelöscht", "Erika", "Musterhafen", "kalt", "Folgen", "Wehren",
                 "Zum", "Vereinbarung", "Copyright", "Notizblock", "Kran", "Bild"):  # fmt: skip
        assert word in text


def test_an_embargo_is_read() -> None:
    facts = only({**ENTRY, "embargoed": "2030-01-23T19:00:00+01:00"}).facts
    assert facts.embargoed_until == datetime(2030, 1, 23, 18, 0, tzinfo=UTC)


def test_a_retraction_is_a_kill() -> None:
    facts = only({**ENTRY, "pubstatus": "canceled", "signal": None}).facts
    assert facts.pubstatus is PubStatus.CANCELED
    assert facts.lifecycle.kinds[0] is LifecycleKind.KILL


@pytest.mark.parametrize(
    ("kinds", "reason"),
    [
        (["image"], DropReason.PICTURE),
        (["image", "image"], DropReason.PICTURE),
        (["audio"], DropReason.AUDIO),
        (["video"], DropReason.VIDEO),
        (["video", "image"], DropReason.PACKAGE),
        ([], None),
    ],
)
def test_an_entry_without_an_article_is_what_is_attached(
    kinds: list[str], reason: DropReason | None
) -> None:
    entry = {
        "format": "digitalwires@0.9.1",
        "urn": URN,
        "headline": "Kran",
        "descriptions": [
            {"role": "drol:caption", "description": "Ein Kran."},
            {"role": "dpadrol:caption-extended", "description": "ARCHIV - Ein Kran."},
        ],
        "associations": [{"type": kind, "urn": URN} for kind in kinds],
    }
    decoded = only(entry)
    assert decoded.not_text is reason
    assert decoded.facts.links == ()
    if reason is not None:
        assert by_role(decoded, Role.BODY) == ["Ein Kran."]
        assert ParagraphKind.CAPTION in {block.kind for block in decoded.blocks}


def test_a_flash_is_its_headline() -> None:
    decoded = only(
        {"format": "digitalwires@0.9.1", "urn": URN, "headline": "Feuer aus", "urgency": 2}
    )
    assert decoded.not_text is None
    assert decoded.text == "Feuer aus"


def test_entries_of_one_answer_are_parts() -> None:
    first, second = read({"total": 2, "entries": [ENTRY, 5]})
    assert isinstance(first, Decoded)
    assert isinstance(second, Fail)
    assert (second.code, second.part) == ("json-invalid", 1)


def test_an_entry_without_urn_is_known_by_its_entry_id() -> None:
    decoded = only({**ENTRY, "urn": None})
    assert decoded.facts.stable_id == "abcDEF"
    assert "dpa-no-urn" in decoded.warnings


@pytest.mark.parametrize("value", [None, 7, "x", [], [[]], [{}], {}, {"a": {"b": []}}, True])
def test_fields_of_the_wrong_kind_do_not_raise(value: object) -> None:
    for name in ENTRY.keys() - {"format"}:
        assert isinstance(only({**ENTRY, name: value}), Decoded), name


def test_many_nested_sections_are_cheap() -> None:
    markup = "<section class='np-public'>" * 200 + "x" + "<div class='np-public'>y</div>" * 20_000
    decoded = only({"format": "digitalwires@0.9.1", "urn": URN, "article_html": markup})
    assert by_role(decoded, Role.BODY) == []
