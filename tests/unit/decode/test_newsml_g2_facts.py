"""NewsML-G2: each fact is read from the property that states it, and says where that stood."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from schemas.item import AltId, EdNote, LifecycleKind, Link, PubStatus, Subject
from schemas.raw import RawMessage
from streams.decode import Decoded, decode
from streams.decode.decoded import Facts

NAR = "http://iptc.org/std/nar/2006-10-01/"


def facts(meta: str = "", about: str = "", *, rights: str = "", attributes: str = "") -> Facts:
    text = (
        f'<newsItem xmlns="{NAR}" guid="urn:x:1" {attributes}><rightsInfo>{rights}</rightsInfo>'
        f'<itemMeta><itemClass qcode="ninat:text"/>{meta}</itemMeta>'
        f"<contentMeta>{about}</contentMeta><contentSet><inlineXML><p>Text.</p></inlineXML>"
        "</contentSet></newsItem>"
    )
    (decoded,) = decode(RawMessage(body=text.encode(), position="f:1"))
    assert isinstance(decoded, Decoded)
    return decoded.facts


@pytest.mark.parametrize(
    ("field", "meta", "about", "value", "origin"),
    [
        (
            "version_created",
            "<versionCreated>\n 2024-05-02T10:00:00+0200\n</versionCreated>",
            "",
            datetime(2024, 5, 2, 8, tzinfo=UTC),
            "itemMeta/versionCreated",
        ),
        (
            "version_created",
            "<versionCreated/>",
            "<contentModified>2011-05-01T10:00:00Z</contentModified>",
            datetime(2011, 5, 1, 10, tzinfo=UTC),
            "contentMeta/contentModified",
        ),
        (
            "version_created",
            "<versionCreated>yesterday</versionCreated>",
            "<contentCreated>2011-05-01T10:00:00Z</contentCreated>",
            datetime(2011, 5, 1, 10, tzinfo=UTC),
            "contentMeta/contentCreated",
        ),
        (
            "first_created",
            "<firstCreated>2024-05-01T00:00:00Z</firstCreated>",
            "<contentCreated>2011-05-01T10:00:00Z</contentCreated>",
            datetime(2024, 5, 1, tzinfo=UTC),
            "itemMeta/firstCreated",
        ),
        (
            "embargoed_until",
            "<embargoed>2024-05-03T12:00:00Z</embargoed>",
            "",
            datetime(2024, 5, 3, 12, tzinfo=UTC),
            "itemMeta/embargoed",
        ),
        ("urgency", "", "<urgency> 2\n</urgency>", 2, "contentMeta/urgency"),
        ("language", "", '<language tag="de-AT"/>', "de-AT", "contentMeta/language"),
        (
            "slugline",
            "",
            "<slugline separator='-'>OIL-\n  MARKETS</slugline>",
            "OIL- MARKETS",
            "contentMeta/slugline",
        ),
        ("byline", "", "<by>By Ann Writer</by>", "By Ann Writer", "contentMeta/by"),
        (
            "byline",
            "",
            '<creator role="crol:photographer"><name>P. Lens</name></creator>',
            "P. Lens",
            "contentMeta/creator",
        ),
        (
            "genre",
            "",
            '<genre qcode="g:1"><name>Interview</name></genre><genre qcode="g:2"/>',
            "Interview",
            "contentMeta/genre",
        ),
        (
            "dateline_place",
            "",
            "<located><name>Rome</name><broader><name>Italy</name></broader></located>",
            "Rome",
            "contentMeta/located",
        ),
        (
            "dateline_raw",
            "",
            "<dateline>ROME, May 2 (WEX) -</dateline>",
            "ROME, May 2 (WEX) -",
            "contentMeta/dateline",
        ),
    ],
)
def test_a_field_is_read_from_where_it_stands(
    field: str, meta: str, about: str, value: object, origin: str
) -> None:
    found = facts(meta, about)
    assert getattr(found, field) == value
    assert (field, origin) in found.origins


def test_what_is_not_stated_stays_unsaid() -> None:
    found = facts()
    assert found.stable_id == "urn:x:1"
    for name in (
        *("version", "version_created", "first_created", "language", "urgency", "genre"),
        *("embargoed_until", "slugline", "byline", "dateline_place", "dateline_raw", "rights"),
    ):
        assert getattr(found, name) is None, name
    assert found.pubstatus is PubStatus.USABLE


def test_fillers_are_not_facts() -> None:
    found = facts(
        about="<by>No-Data-Available, MAR 04</by><located literal='No-Data-Available'/>"
        "<dateline>2024-05-02 10:00:00 GMT+00:00</dateline><creator literal='Agency'/>"
    )
    assert (found.byline, found.dateline_place, found.dateline_raw) == (None, None, None)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ('<pubStatus qcode="stat:usable"/>', PubStatus.USABLE),
        ('<pubStatus qcode="stat:withheld"/>', PubStatus.WITHHELD),
        ('<pubStatus qcode="stat:canceled"/>', PubStatus.CANCELED),
        (
            '<pubStatus uri="http://cv.iptc.org/newscodes/pubstatusg2/canceled"/>',
            PubStatus.CANCELED,
        ),
        ("<embargoed>when it is signed</embargoed>", PubStatus.WITHHELD),
        ("", PubStatus.USABLE),
    ],
)
def test_the_status_is_the_one_stated(status: str, expected: PubStatus) -> None:
    assert facts(status).pubstatus is expected


@pytest.mark.parametrize(
    ("meta", "kinds"),
    [
        ('<signal qcode="sig:update"/>', {LifecycleKind.UPDATE}),
        ('<signal qcode="sig:correction"/>', {LifecycleKind.CORRECTION}),
        (
            '<signal uri="http://cv.iptc.org/newscodes/signal/correction"/>',
            {LifecycleKind.CORRECTION},
        ),
        ('<signal qcode="edStat:N"/>', set()),
        ('<signal qcode="edStat:U"/>', {LifecycleKind.UPDATE}),
        ('<signal qcode="edStat:C"/>', {LifecycleKind.CORRECTION}),
        ('<signal qcode="edStat:D"/>', {LifecycleKind.KILL}),
        ('<signal qcode="sig:routing"/><signal qcode="pmt:text"/>', set()),
        (
            '<edNote role="dpaednoterole:correctionshort">3rd paragraph</edNote>',
            {LifecycleKind.CORRECTION},
        ),
        (
            '<pubStatus qcode="stat:canceled"/><edNote role="r:correction">Withdrawn</edNote>',
            {LifecycleKind.KILL},
        ),
    ],
)
def test_signals_are_lifecycle_facts_with_evidence(meta: str, kinds: set[LifecycleKind]) -> None:
    found = facts(meta)
    assert set(found.lifecycle.kinds) == kinds
    assert {evidence.kind for evidence in found.evidence} == kinds
    assert all(evidence.origin.startswith("itemMeta/") for evidence in found.evidence)


def test_markers_of_headline_and_slugline_count_after_the_fields() -> None:
    found = facts(
        '<signal qcode="edStat:C"/>',
        "<slugline>OIL/ (UPDATE 2)</slugline><headline>CORRECTED-UPDATE\n 2-Oil rises</headline>",
    )
    assert found.lifecycle.kinds == (LifecycleKind.CORRECTION, LifecycleKind.UPDATE)
    assert found.lifecycle.ordinal == 2
    assert facts(about="<headline>Kill Bill returns</headline>").lifecycle.kinds == ()


def test_other_identifiers_are_kept_and_shared_numbers_are_not() -> None:
    found = facts(
        '<x:versionedId xmlns:x="urn:x" guid="urn:x:1:7"/>',
        '<altId type="idType:USN">L1N</altId><altId type="idType:editNumber">1149</altId>'
        '<altId type="c:runningnumber" environment="daily">wex 107</altId>'
        '<altId type="idtype:tsn-id" id="s-5932656"/><altId type="tt:refuno">urn:x:0</altId>',
    )
    assert found.alt_ids == (
        AltId(scheme="versioned", value="urn:x:1:7"),
        AltId(scheme="usn", value="L1N"),
        AltId(scheme="tsn-id", value="s-5932656"),
    )
    assert found.links == (Link(rel="refuno", target="urn:x:0"),)


def test_subjects_keep_scheme_code_and_the_name_in_the_items_language() -> None:
    found = facts(
        '<service qcode="svc:main"><name>Main</name></service>'
        '<memberOf literal="Business"><name>Business pages</name></memberOf>',
        '<subject qcode="medtop:20000523"><name role="nrol:mnemonic">arb</name>'
        '<name xml:lang="en">labour market</name><name xml:lang="de">Arbeitsmarkt</name>'
        '<sameAs qcode="subj:09000000"/></subject>'
        '<subject uri="http://cv.iptc.org/newscodes/mediatopic/20001071"/>'
        '<subject type="cptype:cat" literal="ALR"/><subject type="t:x"><name/></subject>',
        attributes='xml:lang="de"',
    )
    assert found.subjects == (
        Subject(scheme="svc", code="main", name="Main"),
        Subject(scheme="memberOf", code="Business", name="Business pages"),
        Subject(scheme="medtop", code="20000523", name="Arbeitsmarkt"),
        Subject(scheme="subj", code="09000000"),
        Subject(scheme="http://cv.iptc.org/newscodes/mediatopic", code="20001071"),
        Subject(scheme="cat", code="ALR", name="ALR"),
    )


def test_notes_say_whether_they_are_for_publication() -> None:
    found = facts(
        "<edNote>Eds: adds detail.</edNote>"
        '<edNote pubconstraint="c:nonpublic">Contact: 030 1234</edNote>'
        '<edNote role="r:notepad"><section xmlns="http://www.w3.org/1999/xhtml" class="notepad">'
        '<section class="np-public"><h4>Internet</h4><ul><li>Link one</li></ul></section>'
        '<section class="np-nonpublic"><h4>Contacts</h4><p>Desk: 030 5678</p></section>'
        "</section></edNote><edNote/>"
    )
    assert found.ednotes == (
        EdNote(text="Eds: adds detail.", publishable=False),
        EdNote(text="Contact: 030 1234", publishable=False),
        EdNote(text="Internet Link one", publishable=True),
        EdNote(text="Contacts Desk: 030 5678", publishable=False),
    )


def test_a_long_note_is_kept_whole() -> None:
    words = " ".join(f"word{number}" for number in range(3000))
    notes = facts(f"<edNote>{words}</edNote>").ednotes
    assert "".join(note.text for note in notes).replace(" ", "") == words.replace(" ", "")


def test_links_keep_their_relation() -> None:
    found = facts(
        '<link rel="irel:seeAlso" href="http://x.example/a"><title>Chart</title></link>'
        '<link rel="irel:derivedFrom" residref="urn:x:0"/><link guidref="urn:x:1" version="1"/>'
        '<link href="http://x.example/b"/><link rel="irel:seeAlso"/>'
    )
    assert found.links == (
        Link(rel="seeAlso", target="http://x.example/a", reason="Chart"),
        Link(rel="derivedFrom", target="urn:x:0"),
        Link(rel="previousVersion", target="urn:x:1"),
        Link(rel="related", target="http://x.example/b"),
    )


@pytest.mark.parametrize(
    ("rights", "said"),
    [
        (
            "<copyrightNotice>(c) 2024\n WEX</copyrightNotice><usageTerms>No archive</usageTerms>",
            "(c) 2024 WEX No archive",
        ),
        (
            '<usageTerms xml:lang="de">Alle</usageTerms><usageTerms xml:lang="en">All</usageTerms>',
            "All",
        ),
        ('<copyrightHolder literal="WEX"/><copyrightNotice/>', "WEX"),
        ('<copyrightHolder literal=""/>', None),
    ],
)
def test_rights_are_the_notice_in_the_items_language(rights: str, said: str | None) -> None:
    assert facts(rights=rights, attributes='xml:lang="en"').rights == said


def test_what_was_escaped_twice_is_decoded_in_fields_too() -> None:
    found = facts(about="<keyword>R&amp;amp;D</keyword><slugline>Q&amp;amp;A</slugline>")
    assert found.keywords == ("R&D",)
    assert found.slugline == "Q&A"


def test_the_language_of_the_item_stands_in_where_the_content_has_none() -> None:
    found = facts(attributes='xml:lang="sv"')
    assert found.language == "sv"
    assert ("language", "newsItem/@xml:lang") in found.origins
