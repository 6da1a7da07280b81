from __future__ import annotations

import re

import pytest

from schemas.item import ParagraphKind
from schemas.raw import RawMessage
from streams.decode import DEFAULT_PROFILES, Decoded, Profiles, ProviderProfile, decode
from streams.decode.decoded import Role
from streams.decode.newsml_1 import decode_newsml_1, sniff
from streams.decode.sniff import message_of
from streams.steps import DropReason, Fail

LINES = """<NewsLines>
<HeadLine>Le pont du port ferme</HeadLine><SubHeadLine>Un bac dès lundi</SubHeadLine>
<DateLine>Le Havre, 5 mars 2024 (XYZ) -</DateLine><ByLine>Par Ada Ferris</ByLine>
<ByLineTitle>au port</ByLineTitle><CopyrightLine>© XYZ 2024</CopyrightLine>
<SlugLine>pont-port</SlugLine><KeywordLine>pont;port</KeywordLine><CreditLine>XYZ</CreditLine>
<NewsLine><NewsLineType FormalName="AdvisoryLine"/>
<NewsLineText>ACTUALISE avec la mairie</NewsLineText></NewsLine>
<NewsLine><NewsLineType FormalName="ProductLine"/><NewsLineText>(Photo)</NewsLineText></NewsLine>
</NewsLines>"""
NITF = """<nitf><body><body.head><hedline><hl1>Le pont du port ferme</hl1></hedline>
<abstract><p>En bref.</p></abstract></body.head>
<body.content><p>Le <b>port</b> a dit &amp; redit.</p><hl2>Suite</hl2><p/></body.content>
</body></nitf>"""
XHTML = (
    '<html xmlns="http://www.w3.org/1999/xhtml"><head><title/></head>'
    "<body><p>One.</p><h3>Two</h3></body></html>"
)
# ATS and Kyodo name the text's own document type in a parameter entity.
DOCTYPE = (
    '<!DOCTYPE NewsML PUBLIC "urn:newsml:iptc.org:20001006:NewsMLv1.0.dtd:1" "n.dtd" [\n'
    '<!ENTITY % nitf SYSTEM "nitf-3-0.dtd">\n%nitf;\n]>\n<NewsML>'
)
TEXT = '<ContentItem><MediaType FormalName="Text"/><DataContent>{}</DataContent></ContentItem>'


def a_message(*items: str, envelope: str = "", opening: str = '<NewsML Version="1.2">') -> str:
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f"{opening}<NewsEnvelope>{envelope}</NewsEnvelope>{''.join(items)}</NewsML>"
    )


def an_item(component: str, *, number: int = 1, management: str = "") -> str:
    return (
        "<NewsItem><Identification><NewsIdentifier><ProviderId>xyz.example</ProviderId>"
        f"<DateId>20240305</DateId><NewsItemId>N{number}</NewsItemId>"
        '<RevisionId PreviousRevision="0" Update="N">1</RevisionId>'
        f"<PublicIdentifier>urn:newsml:xyz.example:20240305:N{number}:1</PublicIdentifier>"
        f"</NewsIdentifier></Identification><NewsManagement>{management}</NewsManagement>"
        f"{component}</NewsItem>"
    )


def a_component(*inside: str, role: str = "", attributes: str = "") -> str:
    named = f'<Role FormalName="{role}"/>' if role else ""
    return f"<NewsComponent {attributes}>{named}{''.join(inside)}</NewsComponent>"


def a_text(data: str) -> str:
    return TEXT.format(data)


def a_file(name: str) -> str:
    return f'<ContentItem Href="{name}"/>'


def parts(markup: str, profiles: Profiles = DEFAULT_PROFILES) -> list[Decoded]:
    answers = decode(RawMessage(body=markup.encode()), profiles)
    found = [answer for answer in answers if isinstance(answer, Decoded)]
    assert len(found) == len(answers), answers
    return found


def only(markup: str) -> Decoded:
    (decoded,) = parts(markup)
    return decoded


def by_role(decoded: Decoded, role: Role) -> list[str]:
    return [decoded.text[b.start : b.end] for b in decoded.blocks if b.role is role]


def body_of(*inside: str) -> list[str]:
    return by_role(only(a_message(an_item(a_component(*inside)))), Role.BODY)


def words(text: str) -> set[str]:
    return set(re.findall(r"\w+", re.sub(r"<[^<>]*>|&\w+;", " ", text)))


def test_every_word_of_lines_and_content_is_in_the_text_by_role() -> None:
    decoded = only(a_message(an_item(a_component(LINES, a_text(NITF)))))
    assert decoded.format == "newsml-1"
    assert words(LINES + NITF) <= words(decoded.text)
    assert by_role(decoded, Role.HEADLINE) == ["Le pont du port ferme"]
    assert by_role(decoded, Role.SUMMARY) == ["Un bac dès lundi", "En bref."]
    assert by_role(decoded, Role.BYLINE) == ["Par Ada Ferris", "au port"]
    assert by_role(decoded, Role.DATELINE) == ["Le Havre, 5 mars 2024 (XYZ) -"]
    assert by_role(decoded, Role.BODY) == ["Le port a dit & redit.", "Suite"]
    assert by_role(decoded, Role.NOTE) == ["ACTUALISE avec la mairie"]
    assert by_role(decoded, Role.RIGHTS) == ["© XYZ 2024"]
    assert set(by_role(decoded, Role.FURNITURE)) == {
        "pont-port",
        "pont;port",
        "XYZ",
        "(Photo)",
        "Le pont du port ferme",
    }


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("<p>One <i>two</i> three.</p><p>Four.</p>", ["One two three.", "Four."]),
        ("<body.content><p>One.</p>Loose.</body.content>", ["One.", "Loose."]),
        (XHTML, ["One.", "Two"]),
        ("<![CDATA[<p>One &amp; two</p><p>Three</p>]]>", ["One & two", "Three"]),
        ("&lt;p&gt;One&lt;/p&gt;&lt;p&gt;Two&lt;/p&gt;", ["One", "Two"]),
        ("<![CDATA[<nitf><body><body.content><p>One</p></body.content></body></nitf>]]>", ["One"]),
        ("One\nTwo\n\nThree &lt; four", ["One", "Two", "Three < four"]),
        ("One&#13;Two", ["One", "Two"]),
        ("", []),
        ("<nitf/>", []),
        (
            "Before<nitf><body><p>In</p></body></nitf>After<p>Last</p>",
            ["Before", "In", "After", "Last"],
        ),
    ],
    ids=[
        "raw-p",
        "body.content",
        "xhtml",
        "cdata",
        "escaped",
        "cdata-nitf",
        "lines",
        "cr",
        "empty",
        "empty-nitf",
        "mixed",
    ],
)
def test_the_text_is_read_in_every_guise(data: str, expected: list[str]) -> None:
    assert body_of(a_text(data)) == expected


def test_tables_and_crossheads_of_html_keep_their_kinds() -> None:
    html = "<![CDATA[<h1>A</h1><table><tr><td>x</td><td>1</td></tr></table><ul><li>b</li></ul>]]>"
    decoded = only(a_message(an_item(a_component(a_text(html)))))
    assert [(decoded.text[b.start : b.end], b.kind) for b in decoded.blocks] == [
        ("A", ParagraphKind.CROSSHEAD),
        ("x\t1", ParagraphKind.TABLE),
        ("b", ParagraphKind.LIST),
    ]


def test_encoded_data_is_passed_over_and_said() -> None:
    content = (
        '<ContentItem><Encoding Notation="Base64"><DataContent>c2VjcmV0</DataContent></Encoding>'
        '</ContentItem><ContentItem><Encoding Notation="none"><DataContent>Open</DataContent>'
        "</Encoding></ContentItem>"
    )
    decoded = only(a_message(an_item(a_component(content))))
    assert decoded.text == "Open"
    assert "newsml-data-encoded" in decoded.warnings


def test_an_alert_with_an_empty_headline_has_none_and_its_text_stays() -> None:
    decoded = only(
        a_message(
            an_item(a_component("<NewsLines><HeadLine/></NewsLines>", a_text("<p>Alerte.</p>")))
        )
    )
    assert by_role(decoded, Role.HEADLINE) == []
    assert by_role(decoded, Role.BODY) == ["Alerte."]
    assert decoded.not_text is None


def test_a_headline_alone_is_a_text_item() -> None:
    decoded = only(
        a_message(an_item(a_component("<NewsLines><HeadLine>Alert</HeadLine></NewsLines>")))
    )
    assert (decoded.text, decoded.not_text) == ("Alert", None)


@pytest.mark.parametrize("written", ["No Headline !", "NO HEADLINE"])
def test_a_filled_in_headline_is_none(written: str) -> None:
    inner = a_component(f"<NewsLines><Headline>{written}</Headline></NewsLines>", a_text("T"))
    decoded = only(a_message(an_item(a_component(inner))))
    assert by_role(decoded, Role.HEADLINE) == []
    assert by_role(decoded, Role.FURNITURE) == [written]


def test_components_are_what_their_roles_say() -> None:
    decoded = only(
        a_message(
            an_item(
                a_component(
                    "<NewsLines><CopyrightLine>© A</CopyrightLine></NewsLines>",
                    a_component(
                        a_component(a_text("Main headline"), role="Title"),
                        a_component(a_text("Standfirst."), role="Abstract"),
                        a_component(a_text("The lead."), role="Lead"),
                        a_component(a_text("The body."), role="Body"),
                        a_component(a_text("Press desk, 555 0100"), role="Contact"),
                        a_component(
                            '<ContentItem><Format FormalName="CSS"/><DataContent>p {top: 0}'
                            "</DataContent></ContentItem>",
                            role="StyleSheet",
                        ),
                    ),
                )
            )
        )
    )
    assert by_role(decoded, Role.HEADLINE) == ["Main headline"]
    assert by_role(decoded, Role.SUMMARY) == ["Standfirst."]
    assert by_role(decoded, Role.BODY) == ["The lead.", "The body."]
    assert by_role(decoded, Role.NOTE) == ["Press desk, 555 0100"]
    assert by_role(decoded, Role.FURNITURE) == ["p {top: 0}"]
    assert [note.text for note in decoded.facts.ednotes] == ["Press desk, 555 0100"]
    assert decoded.facts.rights == "© A"


def test_attached_pictures_do_not_make_a_text_a_picture() -> None:
    picture = a_component(
        "<NewsLines><HeadLine>Picture of it</HeadLine><DateLine>Elsewhere</DateLine></NewsLines>",
        a_component(a_text("<p>The bridge.</p>"), role="Caption"),
        a_component(a_file("b.jpg"), role="HighDef"),
        role="Picture",
    )
    decoded = only(
        a_message(an_item(a_component(a_component(LINES, a_text(NITF), role="Main"), picture)))
    )
    assert decoded.not_text is None
    assert by_role(decoded, Role.HEADLINE) == ["Le pont du port ferme"]
    kinds = {decoded.text[b.start : b.end]: (b.role, b.kind) for b in decoded.blocks}
    assert kinds["The bridge."] == (Role.SUMMARY, ParagraphKind.CAPTION)
    assert kinds["Picture of it"] == (Role.SUMMARY, ParagraphKind.CAPTION)
    assert kinds["Elsewhere"][0] is Role.FURNITURE
    assert decoded.facts.dateline_raw == "Le Havre, 5 mars 2024 (XYZ) -"


@pytest.mark.parametrize(
    ("component", "reason"),
    [
        (a_component(a_component(a_text("A bridge."), role="Caption"), a_file("b.JPG")), "picture"),
        (a_component(a_text("A bridge."), a_file("b.png?x=1")), "picture"),
        (a_component(a_text("A bridge."), role="Photo"), "picture"),
        (
            a_component('<ContentItem Href="x"><MimeType FormalName="video/mp4"/></ContentItem>'),
            "video",
        ),
        (
            a_component('<ContentItem Href="x"><MediaType FormalName="Graphic"/></ContentItem>'),
            "graphic",
        ),
        (
            a_component(
                a_component(a_text(""), role="Body"),
                a_component(a_file("s.mp3"), role="Sound"),
                role="Audio",
            ),
            "audio",
        ),
        (a_component('<NewsItemRef NewsItem="urn:newsml:x:1"/>'), "package"),
        ("<TopicSet/>", "concept"),
        (a_component(a_file("b.pdf"), a_text("The report.")), None),
        (a_component(a_text("word " * 101), a_file("b.jpg")), None),
        (
            a_component(
                a_component(a_text("The bulletin."), role="Body"), a_file("s.mp3"), role="Audio"
            ),
            None,
        ),
    ],
)
def test_what_carries_no_text_says_what_it_is(component: str, reason: str | None) -> None:
    decoded = only(a_message(an_item(component)))
    assert decoded.not_text == (DropReason(reason) if reason else None)
    if reason == "picture":
        assert [b.kind for b in decoded.blocks if b.role is Role.BODY] == [ParagraphKind.CAPTION]


def test_the_same_text_in_several_formats_is_published_once() -> None:
    twice = a_component(a_text("<p>One text.</p>"), a_text("<![CDATA[<div>One text.</div>]]>"))
    decoded = only(a_message(an_item(twice)))
    assert by_role(decoded, Role.BODY) == ["One text."]
    assert by_role(decoded, Role.FURNITURE) == ["One text."]


@pytest.mark.parametrize("around", [True, False])
def test_of_equivalents_the_fullest_is_the_text(*, around: bool) -> None:
    texts = [a_text("<p>Short.</p>"), a_text("<p>Short. And the rest.</p>")]
    inside = [a_component(text) for text in texts] if around else texts
    decoded = only(a_message(an_item(a_component(*inside, attributes='EquivalentsList="yes"'))))
    assert by_role(decoded, Role.BODY) == ["Short. And the rest."]
    assert by_role(decoded, Role.FURNITURE) == ["Short."]


def test_several_items_are_several_parts() -> None:
    markup = a_message(
        an_item(a_component(LINES, a_text("<p>One.</p>")), number=1),
        an_item(a_component(a_text("<p>Two.</p>")), number=2),
        "<NewsItem/>",
    )
    found = parts(markup)
    assert [one.source.part for one in found] == [0, 1, 2]
    assert [one.facts.stable_id for one in found] == [
        "urn:newsml:xyz.example:20240305:N1",
        "urn:newsml:xyz.example:20240305:N2",
        None,
    ]
    assert by_role(found[1], Role.BODY) == ["Two."]
    assert found[2].warnings == ("newsml-no-id",)


def test_an_item_inside_another_is_a_part_of_its_own() -> None:
    inner = an_item(a_component(a_text("<p>Inner.</p>")), number=2)
    outer, nested = parts(a_message(an_item(a_component(a_component(inner)), number=1)))
    assert outer.not_text is DropReason.PACKAGE
    assert outer.text == ""
    assert [(link.rel, link.target) for link in outer.facts.links] == [
        ("contains", "urn:newsml:xyz.example:20240305:N2:1")
    ]
    assert by_role(nested, Role.BODY) == ["Inner."]


def test_each_language_of_an_item_is_a_part() -> None:
    def edition(language: str) -> str:
        return a_component(
            f"<NewsLines><HeadLine>Head {language}</HeadLine></NewsLines>",
            a_component(a_text(f"Body {language}."), role="Body"),
            attributes=f'xml:lang="{language}"',
        )

    copyright_line = "<NewsLines><CopyrightLine>© A</CopyrightLine></NewsLines>"
    picture = a_component(a_text("Cap."), role="Photo")
    first, second = parts(
        a_message(an_item(a_component(copyright_line, edition("nl"), edition("fr"), picture)))
    )
    assert first.facts.stable_id == "urn:newsml:xyz.example:20240305:N1#nl"
    assert second.facts.stable_id == "urn:newsml:xyz.example:20240305:N1#fr"
    assert [(link.rel, link.target) for link in first.facts.links] == [
        ("translation", second.facts.stable_id)
    ]
    assert (first.facts.language, second.facts.language) == ("nl", "fr")
    assert (first.facts.rights, second.facts.rights) == ("© A", "© A")
    assert by_role(second, Role.HEADLINE) == ["Head fr"]
    assert by_role(second, Role.BODY) == ["Body fr."]
    assert "Cap." in by_role(first, Role.SUMMARY)


def test_an_update_to_an_earlier_revision_is_never_the_text() -> None:
    item = an_item('<Update><Replace DuidRef="p1"><p>New words.</p></Replace></Update>')
    decoded = only(a_message(item.replace('Update="N"', 'Update="U"')))
    assert by_role(decoded, Role.NOTE) == ["New words."]
    assert by_role(decoded, Role.BODY) == []
    assert "newsml-update:U" in decoded.warnings


@pytest.mark.parametrize(
    ("names", "sender", "provider"),
    [
        ("<ProviderId>xyz.example</ProviderId>", "Carrier", "xyz.example"),
        ("<ProviderId> AFP </ProviderId>", "Carrier", "afp"),
        ("", "Carrier House", "carrier-house"),
        ("", "", None),
    ],
)
def test_the_item_names_its_provider(names: str, sender: str, provider: str | None) -> None:
    item = an_item("").replace("<ProviderId>xyz.example</ProviderId>", names)
    envelope = f'<SentFrom><Party FormalName="{sender}"/></SentFrom>'
    assert only(a_message(item, envelope=envelope)).provider == provider


def test_a_known_provider_is_called_by_its_profile_wherever_it_is_named() -> None:
    efe = ProviderProfile("efe", known_as=("Agencia EFE",))
    component = a_component(
        "<AdministrativeMetadata><Provider><Party FormalName='Agencia EFE'/></Provider>"
        "</AdministrativeMetadata>"
    )
    (decoded,) = parts(a_message(an_item(component)), Profiles(by_provider={"efe": efe}))
    assert decoded.provider == "efe"


@pytest.mark.parametrize(
    "opening",
    [
        "<NewsML>",
        '<NewsML Version="1.0">',
        '<NewsML xmlns="http://iptc.org/std/NewsML/2003-10-10/" Version="1.2">',
        DOCTYPE,
    ],
    ids=["bare", "1.0", "namespace", "doctype"],
)
def test_version_namespace_and_document_type_do_not_matter(opening: str) -> None:
    decoded = only(a_message(an_item(a_component(LINES, a_text(NITF))), opening=opening))
    assert by_role(decoded, Role.BODY) == ["Le port a dit & redit.", "Suite"]
    assert decoded.facts.stable_id == "urn:newsml:xyz.example:20240305:N1"


def test_bytes_that_belie_their_declaration_are_read_as_what_they_are() -> None:
    markup = a_message(an_item(a_component(LINES.replace("Le pont", "Décès au pont"))))
    body = markup.replace('encoding="utf-8"', 'encoding="iso-8859-1"').encode()
    (decoded,) = decode(RawMessage(body=body))
    assert isinstance(decoded, Decoded)
    assert by_role(decoded, Role.HEADLINE) == ["Décès au pont du port ferme"]


@pytest.mark.parametrize(
    ("markup", "score"),
    [
        (a_message(), 0.95),
        (an_item(""), 0.95),
        ("<NewsItem><p>x</p></NewsItem>", 0),
        ("<newsItem><itemMeta/></newsItem>", 0),
        ("<newsMessage/>", 0),
        ("NewsML", 0),
    ],
)
def test_the_root_element_tells_it_from_the_second_generation(markup: str, score: float) -> None:
    assert sniff(message_of(RawMessage(body=markup.encode()))).score == score


@pytest.mark.parametrize("markup", ["<NewsML/>", "<NewsML><NewsEnvelope/></NewsML>"])
def test_an_envelope_without_an_item_fails_with_a_code(markup: str) -> None:
    (answer,) = decode(RawMessage(body=markup.encode()))
    assert isinstance(answer, Fail)
    assert answer.code == "no-text"
    (answer,) = decode_newsml_1(message_of(RawMessage(body=b"x")), DEFAULT_PROFILES)
    assert isinstance(answer, Fail)


def test_components_nested_as_deep_as_xml_allows_are_read() -> None:
    deep = a_component(a_text("Deep."))
    for _ in range(240):
        deep = f"<NewsComponent>{deep}</NewsComponent>"
    assert by_role(only(a_message(an_item(deep))), Role.BODY) == ["Deep."]


def test_many_contents_are_read_in_linear_work() -> None:
    many = "".join(a_text(f"<p>Line {number}.</p>") for number in range(5000))
    assert len(body_of(many)) == 5000
