from __future__ import annotations

from datetime import UTC, datetime

import pytest
from lxml import etree

from schemas.item import LifecycleKind, ParagraphKind, PubStatus
from schemas.raw import RawMessage
from streams.decode import DEFAULT_PROFILES, Decoded, Profiles, ProviderProfile, decode
from streams.decode.decoded import Role
from streams.decode.nitf import body_pieces, decode_nitf, sniff
from streams.decode.sniff import message_of
from streams.steps import DropReason, Fail

STORY = """<?xml version="1.0" encoding="iso-8859-1"?>
<!-- a story -->
<!DOCTYPE nitf SYSTEM "../dtd/nitf-3-2.dtd">
<nitf baselang="en-GB" version="-//IPTC//DTD NITF 3.2//EN">
<head>
  <title>Harbour bridge closes for repairs</title>
  <meta name="anpa-keyword" content="Harbour Bridge"/>
  <meta name="anpa-takekey" content="1st Ld"/>
  <tobject tobject.type="News">
    <tobject.property tobject.property.type="Current"/>
    <tobject.subject tobject.subject.refnum="04015000" tobject.subject.type="Economy"/>
    <tobject.subject tobject.subject.ipr="HOUSE" tobject.subject.refnum="T1"
      tobject.subject.matter="Traffic"/>
  </tobject>
  <docdata management-status="usable" management-doc-idref="hb.1.a"
           management-idref-status="usable">
    <doc-id regsrc="example.org" id-string="hb.1.b"/>
    <urgency ed-urg="4"/>
    <date.issue norm="20240305T101500+0100"/>
    <date.release norm="20240305T101500+0100"/>
    <date.expire norm="20240405T101500+0100"/>
    <doc-scope scope="Midlands"/>
    <fixture fix-id="traffic-daily"/>
    <series series.name="Bridges" series.part="3"/>
    <du-key key="harbour-bridge" generation="14" version="1"/>
    <ed-msg info="Pictures to follow." msg-type="correction"/>
    <doc.copyright holder="Example News" year="2024"/>
    <doc.rights limitations="online only"/>
    <evloc city="Norfolk" iso-cc="GBR"/>
    <key-list><keyword key="bridge"/><keyword key="traffic"/></key-list>
    <identified-content>
      <person value="p1" idsrc="people.example">Ada Ferris</person><org>Port Trust</org>
    </identified-content>
  </docdata>
  <pubdata id="EX12" date.publication="20240305T101600+0100"/>
  <revision-history function="editor" norm="20240305T100000+0100"/>
  <revision-history function="writer-author" norm="20240305T090000+0100"/>
</head>
<body>
  <body.head>
    <hedline><hl1>Harbour bridge closes for <em>repairs</em></hl1><hl2>Ferry to run daily</hl2>
    </hedline>
    <note type="npa"><body.content><p>Editors: call the desk.</p><p>Twice.</p></body.content></note>
    <note type="pa">Names changed.</note>
    <rights>Example News, all rights reserved</rights>
    <byline>By <person>Ada Ferris</person><byttl>Harbour Correspondent</byttl></byline>
    <distributor><org>Example News Agency</org></distributor>
    <dateline><location><city>Norfolk</city>, <state>VA</state></location>
      <story.date norm="20240305T101500+0100">March 5</story.date></dateline>
    <abstract><p>The bridge shuts on Monday.</p></abstract>
  </body.head>
  <body.content>
    <media media-type="image"><media-reference source="b.jpg" alternate-text="b"/>
      <media-caption>The bridge at dawn.</media-caption><media-producer>Lens</media-producer>
      <media-object>c2VjcmV0</media-object></media>
    <p lede="true">NORFOLK: The <org>Port Trust</org> said <b>on Monday</b> it would close
      the bridge.<br/>It reopens in May.</p>
    <note type="npa">Not for print.</note> A loose word.
    <hl2>Ferry</hl2>
    <block><p>Fares &amp; times &lt;below&gt;:</p>
      <ul><li>Adults: 3</li></ul><ol><li>Children: 1</li></ol>
      <dl><dt>Pier</dt><dd>West</dd></dl></block>
    <bq><block><p>A sad day.</p></block><credit>Mayor</credit></bq>
    <table><caption>Fares</caption><tr><th>Day</th><th>Price</th></tr>
      <tr><td>Mon</td><td>3</td></tr></table>
    <nitf-table><table><tr><td>Tue</td><td>4</td></tr></table></nitf-table>
    <pre>Tide 1  0610
Tide 2  1830</pre>
    <p>See the map<fn>Map by the Trust.</fn> inside.</p>
  </body.content>
  <body.end><tagline>Bo Lind contributed.</tagline><bibliography>Port Trust, 2023</bibliography>
  </body.end>
</body>
</nitf>"""
DOCDATA = '<doc-id id-string="{id}"/><du-key key="{key}"{more}/>'


def parts(markup: str, profiles: Profiles = DEFAULT_PROFILES) -> list[Decoded | Fail]:
    return decode(RawMessage(body=markup.encode()), profiles)


def only(markup: str, profiles: Profiles = DEFAULT_PROFILES) -> Decoded:
    (decoded,) = parts(markup, profiles)
    assert isinstance(decoded, Decoded), decoded
    return decoded


def a_story(docdata: str = "", attributes: str = "", body: str = "<p>Text.</p>") -> str:
    return (
        f"<nitf><head><docdata {attributes}>{docdata}</docdata></head>"
        f"<body><body.head><hedline><hl1>Head</hl1></hedline></body.head>"
        f"<body.content>{body}</body.content></body></nitf>"
    )


def by_role(decoded: Decoded, role: Role) -> list[str]:
    return [decoded.text[b.start : b.end] for b in decoded.blocks if b.role is role]


def body_of(decoded: Decoded) -> list[tuple[str, ParagraphKind]]:
    return [(decoded.text[b.start : b.end], b.kind) for b in decoded.blocks if b.role is Role.BODY]


def test_every_word_of_the_document_is_in_the_text() -> None:
    decoded = only(STORY)
    root = etree.fromstring(STORY.encode("latin-1"))
    skipped = "media-object"
    words = {
        word
        for node in root.iter()
        if isinstance(node.tag, str) and node.tag != skipped
        for word in f"{node.text or ''} {node.tail or ''}".split()
    }
    inside = {word.strip(",") for word in decoded.text.split()} | set(decoded.text.split())
    assert {word for word in words if word not in inside and word not in decoded.text} == set()
    assert "c2VjcmV0" not in decoded.text


def test_each_part_of_the_head_has_its_role() -> None:
    decoded = only(STORY)
    assert decoded.format == "nitf"
    assert by_role(decoded, Role.HEADLINE) == ["Harbour bridge closes for repairs"]
    assert by_role(decoded, Role.SUMMARY) == [
        "Ferry to run daily",
        "The bridge shuts on Monday.",
        "Port Trust, 2023",
    ]
    assert by_role(decoded, Role.BYLINE) == [
        "By Ada Ferris",
        "Harbour Correspondent",
        "Bo Lind contributed.",
    ]
    assert by_role(decoded, Role.DATELINE) == ["Norfolk, VA March 5"]
    assert by_role(decoded, Role.NOTE) == [
        "Editors: call the desk. Twice.",
        "Names changed.",
        "Not for print.",
    ]
    assert by_role(decoded, Role.RIGHTS) == ["Example News, all rights reserved"]
    assert "Example News Agency" in by_role(decoded, Role.FURNITURE)


def test_paragraphs_keep_their_kinds_and_the_text_after_inline_tags() -> None:
    kinds = ParagraphKind
    assert body_of(only(STORY)) == [
        ("The bridge at dawn.", kinds.CAPTION),
        ("Lens", kinds.CAPTION),
        (
            "NORFOLK: The Port Trust said on Monday it would close the bridge.\nIt reopens in May.",
            kinds.TEXT,
        ),
        ("A loose word.", kinds.TEXT),
        ("Ferry", kinds.CROSSHEAD),
        ("Fares & times <below>:", kinds.TEXT),
        ("Adults: 3", kinds.LIST),
        ("Children: 1", kinds.LIST),
        ("Pier", kinds.LIST),
        ("West", kinds.LIST),
        ("A sad day.", kinds.QUOTE),
        ("Mayor", kinds.QUOTE),
        ("Fares", kinds.CAPTION),
        ("Day\tPrice", kinds.TABLE),
        ("Mon\t3", kinds.TABLE),
        ("Tue\t4", kinds.TABLE),
        ("Tide 1  0610", kinds.TEXT),
        ("Tide 2  1830", kinds.TEXT),
        ("See the mapMap by the Trust. inside.", kinds.TEXT),
    ]


def test_the_head_states_the_facts() -> None:
    decoded = only(STORY)
    facts = decoded.facts
    assert decoded.provider == "example.org"
    assert (facts.stable_id, facts.version) == ("hb.1.b", "14")
    assert [(one.scheme, one.value) for one in facts.alt_ids] == [
        ("du-key", "harbour-bridge"),
        ("pubdata", "EX12"),
    ]
    assert facts.version_created == datetime(2024, 3, 5, 9, 15, tzinfo=UTC)
    assert facts.first_created == datetime(2024, 3, 5, 8, 0, tzinfo=UTC)
    assert (facts.language, facts.urgency, facts.genre) == ("en-GB", 4, "Current")
    assert facts.pubstatus is PubStatus.USABLE
    assert facts.embargoed_until is None
    assert facts.slugline == "Harbour Bridge"
    assert facts.byline == "By Ada Ferris, Harbour Correspondent"
    assert (facts.dateline_place, facts.dateline_raw) == ("Norfolk, VA", "Norfolk, VA March 5")
    assert facts.rights == "Example News, all rights reserved online only"
    assert facts.keywords == ("bridge", "traffic")
    assert [(note.text, note.publishable) for note in facts.ednotes] == [
        ("Pictures to follow.", False),
        ("Editors: call the desk. Twice.", False),
        ("Names changed.", True),
        ("Not for print.", False),
    ]
    assert {(one.scheme, one.code, one.name) for one in facts.subjects} == {
        ("subj", "04015000", "Economy"),
        ("HOUSE", "T1", "Traffic"),
        ("fixture", "traffic-daily", None),
        ("doc-scope", "Midlands", None),
        ("evloc", "GBR", "Norfolk"),
        ("people.example", "p1", "Ada Ferris"),
        ("org", "Port Trust", "Port Trust"),
    }
    assert [(link.rel, link.target) for link in facts.links] == [("evolvedfrom", "hb.1.a")]
    assert LifecycleKind.CORRECTION in facts.lifecycle.kinds
    assert LifecycleKind.LEAD in facts.lifecycle.kinds
    assert ("version", "docdata/du-key/@generation") in facts.origins
    assert decoded.warnings == ("doctype-external",)


@pytest.mark.parametrize(
    ("written", "key", "more", "stable", "version"),
    [
        ("T20240101-1", "K", "", "T20240101-1", None),
        ("x.1", "K", ' generation="3" version="1"', "x.1", "3"),
        ("20240512:ABC:8883:0", "NU", ' version="04"', "20240512:ABC:8883:0", "04"),
        (
            "4a82e12e-6b39-47eb-8e59-2c616a7e32a4HHH-13-1",
            "PA-HHH-X",
            "",
            "4a82e12e-6b39-47eb-8e59-2c616a7e32a4HHH-1",
            "13",
        ),
        (
            "fact-d9cde75b-256e-4989_47",
            "fact-d9cde75b-256e-4989",
            ' version="48"',
            "fact-d9cde75b-256e-4989",
            "48",
        ),
        ("ab_2", "ab", "", "ab_2", None),
    ],
    ids=["plain", "generation", "du-key-version", "pa", "key-and-number", "short-key"],
)
def test_the_stable_id_has_no_version(
    written: str, key: str, more: str, stable: str, version: str | None
) -> None:
    sender = '<del-list><from-src src-name="PA"/></del-list>' if key.startswith("PA-") else ""
    facts = only(a_story(DOCDATA.format(id=written, key=key, more=more) + sender)).facts
    assert (facts.stable_id, facts.version) == (stable, version)
    kept = {one.value: one.scheme for one in facts.alt_ids}
    assert kept[key] == "du-key"
    assert (written in kept) == (written != stable)


def test_without_an_id_there_is_none_and_a_warning_says_so() -> None:
    decoded = only(a_story('<doc-id regsrc="AP"/>'))
    assert decoded.facts.stable_id is None
    assert decoded.provider == "ap"
    assert decoded.warnings == ("nitf-no-id",)


KEYS = (
    "<title>1 SOCCER INT-Teams</title><docdata><doc-scope scope='SOCCER'/>"
    "<series series.part='1'/><key-list><keyword key='INT-Teams'/></key-list></docdata>"
)
RELEASE = '<date.release norm="20240909T000100+0100"/>'


@pytest.mark.parametrize(
    ("attributes", "docdata", "status", "until"),
    [
        ("", RELEASE, PubStatus.USABLE, None),
        ('management-status="usable"', RELEASE, PubStatus.USABLE, None),
        (
            'management-status="embargoed"',
            RELEASE,
            PubStatus.USABLE,
            datetime(2024, 9, 8, 23, 1, tzinfo=UTC),
        ),
        ('management-status="embargoed"', "", PubStatus.WITHHELD, None),
        (
            'management-status="Embargoed"',
            '<date.release norm="99999999T000000"/>',
            PubStatus.WITHHELD,
            None,
        ),
        ('management-status="embargoed"', '<date.release norm=""/>', PubStatus.WITHHELD, None),
        ('management-status="withheld"', RELEASE, PubStatus.WITHHELD, None),
        ('management-status="canceled"', RELEASE, PubStatus.CANCELED, None),
        ('management-status="new-word"', "", PubStatus.USABLE, None),
    ],
)
def test_an_embargo_lifts_at_the_release_and_is_never_let_through(
    attributes: str, docdata: str, status: PubStatus, until: datetime | None
) -> None:
    facts = only(a_story(docdata, attributes)).facts
    assert (facts.pubstatus, facts.embargoed_until) == (status, until)
    kills = LifecycleKind.KILL in facts.lifecycle.kinds
    assert kills == (status is PubStatus.CANCELED)


def test_a_document_that_takes_another_back_names_it() -> None:
    facts = only(
        a_story(attributes='management-doc-idref="a.1 a.2" management-idref-status="canceled"')
    ).facts
    assert [(link.rel, link.target) for link in facts.links] == [("kills", "a.1"), ("kills", "a.2")]
    assert facts.pubstatus is PubStatus.USABLE


@pytest.mark.parametrize(
    ("docdata", "kinds", "ordinal"),
    [
        ('<series series.part="2"/>', (LifecycleKind.ADD,), 2),
        ('<series series.part="1"/>', (), None),
        ('<series series.part="x"/>', (), None),
        ('<series series.name="Tides" series.part="5"/>', (), None),
        ('<ed-msg info="CORRECTION: the name in par 2"/>', (LifecycleKind.CORRECTION,), None),
        ('<ed-msg info="UPDATES with reaction"/>', (LifecycleKind.UPDATE,), None),
        ('<ed-msg info="NOTE TO EDITORS: pictures"/>', (), None),
        ('<ed-msg info="" msg-type="kill"/>', (LifecycleKind.KILL,), None),
    ],
)
def test_parts_and_messages_to_editors_tell_the_lifecycle(
    docdata: str, kinds: tuple[LifecycleKind, ...], ordinal: int | None
) -> None:
    lifecycle = only(a_story(docdata)).facts.lifecycle
    assert (lifecycle.kinds, lifecycle.ordinal) == (kinds, ordinal)


@pytest.mark.parametrize(
    ("docdata", "body_head", "provider"),
    [
        ('<doc-id regsrc="one.example"/>', "", "one.example"),
        ('<del-list><from-src src-name="PA"/></del-list>', "", "pa"),
        ('<doc.copyright holder="Press House"/>', "", "press-house"),
        ('<doc.copyright holder="AFP"/><doc.rights agent="AAP"/>', "", "aap"),
        ("", "<distributor>Agencia X</distributor>", "agencia-x"),
        ("", "", None),
    ],
)
def test_the_document_names_its_provider(
    docdata: str, body_head: str, provider: str | None
) -> None:
    markup = a_story(docdata).replace("</body.head>", f"{body_head}</body.head>")
    assert only(markup).provider == provider


def test_the_profile_of_the_provider_gives_the_time_zone() -> None:
    sydney = ProviderProfile("aap", time_zone="Australia/Sydney", urgency={5: 4}, known_as=("AAP",))
    decoded = only(
        a_story(
            '<doc.rights agent="AAP"/><date.issue norm="20150220T135142"/><urgency ed-urg="5"/>'
        ),
        Profiles(by_provider={"aap": sydney}),
    )
    assert decoded.facts.version_created == datetime(2015, 2, 20, 2, 51, 42, tzinfo=UTC)
    assert decoded.facts.urgency == 4
    assert "date-no-zone:docdata/date.issue/@norm" in decoded.warnings


@pytest.mark.parametrize(
    ("head", "body_head", "headline"),
    [
        ("<title>T</title>", "<hedline><hl1>H</hl1></hedline>", "H"),
        ("<title>T</title>", "<hedline><hl1/></hedline>", "T"),
        ("<title>T</title>", "", "T"),
        ("", "<hedline>Bare</hedline>", "Bare"),
        ("", "<hedline><hl2>Second</hl2></hedline>", "Second"),
        ("", "<hedline><hl1>A<br/>B</hl1><hl1>C</hl1></hedline>", "A B"),
        (KEYS, "", None),
        ("", "", None),
    ],
)
def test_the_title_is_the_headline_only_where_there_is_no_other(
    head: str, body_head: str, headline: str | None
) -> None:
    decoded = only(
        f"<nitf><head>{head}</head><body><body.head>{body_head}</body.head>"
        "<body.content><p>Text.</p></body.content></body></nitf>"
    )
    assert next(iter(by_role(decoded, Role.HEADLINE)), None) == headline


def test_initials_keys_and_time_stamps_are_no_byline_headline_or_dateline() -> None:
    decoded = only(
        '<nitf><head><docdata><key-list><keyword key="PORT CITY"/></key-list></docdata></head>'
        "<body><body.head><hedline><hl1>H</hl1><hl2>PORT CITY</hl2></hedline>"
        "<byline>gr/bp</byline><dateline><story.date norm='20240102T222800+0000'>"
        "20240102T222800+0000</story.date></dateline></body.head>"
        "<body.content><p>Text.</p></body.content></body></nitf>"
    )
    facts = decoded.facts
    assert by_role(decoded, Role.FURNITURE) == ["PORT CITY", "gr/bp", "20240102T222800+0000"]
    assert (facts.byline, facts.dateline_raw, facts.dateline_place) == (None, None, None)
    assert facts.slugline == "PORT CITY"
    assert facts.version_created == datetime(2024, 1, 2, 22, 28, tzinfo=UTC)


@pytest.mark.parametrize(
    "opening",
    [
        "<nitf>",
        '<nitf xmlns="http://iptc.org/std/NITF/2006-10-18/">',
        '<nitf xmlns="http://example.org/wrong">',
    ],
)
def test_the_namespace_does_not_matter(opening: str) -> None:
    decoded = only(a_story('<doc-id id-string="i"/>').replace("<nitf>", opening))
    assert decoded.facts.stable_id == "i"
    assert body_of(decoded) == [("Text.", ParagraphKind.TEXT)]


@pytest.mark.parametrize("declared", [' xmlns:n="http://iptc.org/std/NITF/2006-10-18/"', ""])
def test_a_prefix_does_not_matter_even_undeclared(declared: str) -> None:
    decoded = only(
        f"<n:nitf{declared}><n:body><n:body.head><n:hedline><n:hl1>H</n:hl1></n:hedline>"
        "</n:body.head><n:body.content><n:p>One.</n:p><n:p>Two.</n:p></n:body.content>"
        "</n:body></n:nitf>"
    )
    assert by_role(decoded, Role.HEADLINE) == ["H"]
    assert [text for text, _ in body_of(decoded)] == ["One.", "Two."]


@pytest.mark.parametrize(
    ("media", "reason"),
    [("image", DropReason.PICTURE), ("video", DropReason.VIDEO), ("audio", DropReason.AUDIO)],
)
def test_a_caption_alone_is_no_text_item(media: str, reason: DropReason) -> None:
    only_media = f'<media media-type="{media}"><media-caption>C.</media-caption></media>'
    assert only(a_story(body=only_media)).not_text is reason
    assert only(a_story(body=f"{only_media}<p>Text.</p>")).not_text is None


def test_text_outside_its_place_is_kept() -> None:
    decoded = only(
        "<nitf><body>Stray one.<body.head/>Stray two.<p>Three.</p>Four.<body.end/>Five.</body>"
        "</nitf>"
    )
    assert [text for text, _ in body_of(decoded)] == [
        "Stray one.",
        "Stray two.",
        "Three.",
        "Four.",
        "Five.",
    ]


def test_several_documents_are_several_parts() -> None:
    first, second = parts(f"<feed>{a_story()}{a_story(body='<p>Other.</p>')}</feed>")
    assert isinstance(first, Decoded)
    assert isinstance(second, Decoded)
    assert (first.source.part, second.source.part) == (0, 1)
    assert body_of(second) == [("Other.", ParagraphKind.TEXT)]


def test_pieces_of_a_body_can_be_had_alone() -> None:
    body = etree.fromstring(
        "<body><body.head><hedline><hl1>H</hl1></hedline></body.head>"
        "<body.content><p>A <em>b</em> c.</p><hl2>X</hl2></body.content></body>"
    )
    assert [(one.text, one.role) for one in body_pieces(body) if one.text.strip()] == [
        ("H", Role.HEADLINE),
        ("A b c.", Role.BODY),
        ("X", Role.BODY),
    ]
    assert [one.text for one in body_pieces(body[1])] == ["A b c.", "X"]


def test_what_is_no_nitf_is_left_to_others() -> None:
    message = message_of(RawMessage(body=b"<newsItem><p>x</p></newsItem>"))
    assert sniff(message).score == 0
    (answer,) = decode_nitf(message, DEFAULT_PROFILES)
    assert isinstance(answer, Fail)


@pytest.mark.parametrize(
    "norm", ["", "yesterday", "20240230T101500Z", "00000000T000000Z", "2024-03-05T25:00:00Z"]
)
def test_an_impossible_date_is_a_warning_and_no_date(norm: str) -> None:
    decoded = only(a_story(f'<doc-id id-string="i"/><date.issue norm="{norm}"/>'))
    assert decoded.facts.version_created is None
    assert decoded.warnings == (("date-invalid:docdata/date.issue/@norm",) if norm else ())


def test_a_document_of_nothing_is_empty_and_no_failure() -> None:
    decoded = only("<nitf/>")
    assert (decoded.text, decoded.blocks, decoded.not_text) == ("", (), None)


@pytest.mark.parametrize("cut", ["", "<", "<!DOC", '<!DOCTYPE nitf SYSTEM "nitf.dtd">', "<!-- a"])
def test_a_document_cut_before_its_first_element_is_no_text(cut: str) -> None:
    (answer,) = parts(f'<?xml version="1.0"?>\n{cut}')
    assert isinstance(answer, Fail)
    assert answer.code == "xml-truncated"


def test_a_long_comment_before_the_document_does_not_hide_it() -> None:
    markup = f'<?xml version="1.0"?>\n<!-- {"catalogue " * 1000} -->\n{a_story()}'
    assert body_of(only(markup)) == [("Text.", ParagraphKind.TEXT)]
