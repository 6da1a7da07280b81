"""NewsML-G2: the content is read whole, whatever vocabulary it is in, and each part by its role."""

from __future__ import annotations

import re

import pytest

from schemas.item import ParagraphKind
from schemas.raw import RawMessage
from streams.decode import Decoded, decode
from streams.decode.decoded import Role

NAR = "http://iptc.org/std/nar/2006-10-01/"
XHTML = 'xmlns="http://www.w3.org/1999/xhtml"'
NITF = 'xmlns="http://iptc.org/std/NITF/2006-10-18/"'


def read(content: str, about: str = "<headline>Head</headline>", meta: str = "") -> Decoded:
    text = (
        f'<newsItem xmlns="{NAR}" guid="urn:x:1"><itemMeta><itemClass qcode="ninat:text"/>{meta}'
        f"</itemMeta><contentMeta>{about}</contentMeta><contentSet>{content}</contentSet>"
        "</newsItem>"
    )
    (decoded,) = decode(RawMessage(body=text.encode(), position="f:1"))
    assert isinstance(decoded, Decoded)
    return decoded


def body(decoded: Decoded) -> list[str]:
    return said(decoded, Role.BODY)


def said(decoded: Decoded, role: Role) -> list[str]:
    return [decoded.text[b.start : b.end] for b in decoded.blocks if b.role is role]


def kinds(decoded: Decoded) -> list[tuple[ParagraphKind, str]]:
    return [(b.kind, decoded.text[b.start : b.end]) for b in decoded.blocks if b.role is Role.BODY]


NITF_STORY = (
    "<nitf{ns}><head><title>Head</title></head><body><body.head><hedline><hl1>Head</hl1>"
    "<hl2>Under the head</hl2></hedline><note><body.content><p>Not for print</p></body.content>"
    "</note><rights>Copyright WEX</rights><byline>By<person>Ann Writer</person>"
    "<byttl>Staff</byttl></byline><dateline><location>ROME</location><story.date>May 2"
    "</story.date></dateline><abstract><p>What it is about.</p></abstract></body.head>"
    "<body.content><p>First <em>set</em> apart, <person>Bo</person> said.</p>"
    "<hl2>Between</hl2><p>Second.</p><media><media-caption><p>A view</p></media-caption></media>"
    "</body.content></body></nitf>"
)


@pytest.mark.parametrize(
    "story",
    [
        NITF_STORY.format(ns=f" {NITF}"),
        NITF_STORY.format(ns=""),
        NITF_STORY.format(ns=' xmlns=""'),
        NITF_STORY.format(ns=' xmlns="urn:wrong"'),
        re.sub(r"<(/?)", r"<\1n:", NITF_STORY.format(ns=' xmlns:n="urn:n"')),
        re.sub(r"<(/?)", r"<\1n:", NITF_STORY.format(ns="")),
    ],
    ids=["default", "item's", "none", "wrong", "prefix", "prefix of nothing"],
)
def test_nitf_is_read_by_role_in_any_namespace(story: str) -> None:
    decoded = read(f'<inlineXML contenttype="application/nitf+xml">{story}</inlineXML>')
    assert said(decoded, Role.HEADLINE) == ["Head"]
    assert kinds(decoded) == [
        (ParagraphKind.TEXT, "First set apart, Bo said."),
        (ParagraphKind.CROSSHEAD, "Between"),
        (ParagraphKind.TEXT, "Second."),
        (ParagraphKind.CAPTION, "A view"),
    ]
    assert said(decoded, Role.SUMMARY) == ["Under the head", "What it is about."]
    assert said(decoded, Role.BYLINE) == ["By Ann Writer", "Staff"]
    assert said(decoded, Role.DATELINE) == ["ROME May 2"]
    assert said(decoded, Role.RIGHTS) == ["Copyright WEX"]
    assert said(decoded, Role.NOTE) == ["Not for print"]


def test_xhtml_keeps_text_after_inline_tags_lists_tables_and_line_ends() -> None:
    decoded = read(
        f"<inlineXML><html {XHTML}><head><title/></head><body><h1>Head</h1>"
        "<p>Oil <b>rose</b> to <a href='x'>$80</a> &amp; beyond<br/>on Monday.</p><h2>Outlook</h2>"
        "<ul><li>One</li><li>Two</li></ul><table><tr><td>Brent</td><td>80.1</td></tr></table>"
        "</body></html></inlineXML>"
    )
    assert kinds(decoded) == [
        (ParagraphKind.TEXT, "Oil rose to $80 & beyond\non Monday."),
        (ParagraphKind.CROSSHEAD, "Outlook"),
        (ParagraphKind.LIST, "One"),
        (ParagraphKind.LIST, "Two"),
        (ParagraphKind.TABLE, "Brent\t80.1"),
    ]


def test_the_parts_of_dpas_page_are_told_apart() -> None:
    decoded = read(
        f"<inlineXML><html {XHTML}><head><title>Head</title></head><body><header>"
        "<ul class='slugline'><li class='subject'>Energy</li></ul>"
        "<time class='publicationDate'>20.12.2017 14:49</time><h1>Head</h1></header>"
        "<section class='main dpatextgenre-7'><p><span class='dateline'>Rome <span>(wex)</span> - "
        "</span>The head of the firm.</p></section>"
        "<section class='notepad'><section class='np-nonpublic'><h4>Contacts</h4>"
        "<p>Desk: +49 30 1234</p></section><p class='closingline'>wex ab n1 cd</p></section>"
        "</body></html></inlineXML>"
    )
    assert body(decoded) == ["Rome (wex) - The head of the firm."]
    assert said(decoded, Role.NOTE) == ["Contacts", "Desk: +49 30 1234", "wex ab n1 cd"]
    assert said(decoded, Role.FURNITURE) == ["Energy", "20.12.2017 14:49"]


def test_a_dialect_in_capitals_is_read_block_by_block() -> None:
    decoded = read(
        "<inlineXML><BODY xmlns=''><TEXT><RUBRIK>Head</RUBRIK><DAT><ORT>EU</ORT>"
        "<SOURCE>Bryssel</SOURCE></DAT><INGRESS><P>Lead text.</P></INGRESS><BRODTEXT>"
        "<CITAT>It is <B>bad</B>, she said.</CITAT><MELLIS>Turn</MELLIS><P>More.</P></BRODTEXT>"
        "<BYLINE>Ann Writer</BYLINE><BILD><BILDTEXT><P>A view.</P></BILDTEXT></BILD></TEXT>"
        "<TEXT><RUBRIK>Facts</RUBRIK><UL><LI>One</LI></UL></TEXT></BODY></inlineXML>"
    )
    assert kinds(decoded) == [
        (ParagraphKind.TEXT, "Lead text."),
        (ParagraphKind.TEXT, "It is bad, she said."),
        (ParagraphKind.CROSSHEAD, "Turn"),
        (ParagraphKind.TEXT, "More."),
        (ParagraphKind.CAPTION, "A view."),
        (ParagraphKind.CROSSHEAD, "Facts"),
        (ParagraphKind.LIST, "One"),
    ]
    assert said(decoded, Role.DATELINE) == ["EU", "Bryssel"]
    assert said(decoded, Role.BYLINE) == ["Ann Writer"]


def test_an_unknown_inline_element_stays_in_its_line() -> None:
    decoded = read(
        "<inlineXML><html><body><p>The firm<Company> Acme</Company>, based in <Place>Oslo</Place>."
        "</p><p><Company>Acme</Company> <Place>Oslo</Place></p></body></html></inlineXML>"
    )
    assert body(decoded) == ["The firm Acme, based in Oslo.", "Acme Oslo"]


WRAPPED = """The minister said on Monday that the harbour would
be reopened to all ships on the next day, and that it had
been cleared."""
INDENTED = """<p>
       (WEX) - He
said.
   Then he
left.
   That was all.</p>"""


@pytest.mark.parametrize(
    ("kind", "content", "paragraphs"),
    [
        ("text/html", "&lt;p&gt;One &amp;amp; two&lt;/p&gt;Three", ["One & two", "Three"]),
        ("text/html", "<![CDATA[<p>One</p><p>Two</p>]]>", ["One", "Two"]),
        ("text/plain", "Line one\nof two.\n\nSecond.", ["Line one of two.", "Second."]),
        (
            "text/plain",
            f"<![CDATA[\n{INDENTED}]]>",
            ["(WEX) - He said.", "Then he left.", "That was all."],
        ),
        ("text/plain", "One.\nTwo.\nThree.", ["One.", "Two.", "Three."]),
        ("text/plain", WRAPPED, [WRAPPED.replace("\n", " ")]),
        ("", "<![CDATA[<html><body><p>One</p></body></html>]]>", ["One"]),
        ("", "Bare text &lt; 5", ["Bare text < 5"]),
        ("image/png", "QUJD", []),
        ("application/octet-stream", "QUJD", []),
    ],
)
def test_inline_data_is_read_as_what_it_is(kind: str, content: str, paragraphs: list[str]) -> None:
    decoded = read(f'<inlineData contenttype="{kind}">{content}</inlineData>')
    assert body(decoded) == paragraphs


def test_typed_copy_in_one_paragraph_keeps_paragraphs_and_rows() -> None:
    decoded = read(
        f"<inlineXML><html {XHTML}><body><p>(Adds detail)\n    * Gold may edge up\n\n"
        "    By Ann Writer\n    May 2 (WEX) - Gold rose on Tuesday on\nhaven demand.\n"
        "    Prices firmed\nlater.\n\n    Metal    Last     Change\n    Gold     1200.1   +0.4\n"
        "    Silver   17.14    +0.2\n    Palladium 745.40  +0.7</p></body></html></inlineXML>"
    )
    assert kinds(decoded) == [
        (ParagraphKind.TEXT, "(Adds detail)"),
        (ParagraphKind.TEXT, "* Gold may edge up"),
        (ParagraphKind.TEXT, "By Ann Writer"),
        (ParagraphKind.TEXT, "May 2 (WEX) - Gold rose on Tuesday on haven demand."),
        (ParagraphKind.TEXT, "Prices firmed later."),
        (ParagraphKind.TABLE, "Metal\tLast\tChange"),
        (ParagraphKind.TABLE, "Gold\t1200.1\t+0.4"),
        (ParagraphKind.TABLE, "Silver\t17.14\t+0.2"),
        (ParagraphKind.TABLE, "Palladium 745.40\t+0.7"),
    ]


def test_an_indented_document_is_not_typed_copy() -> None:
    decoded = read(
        "<inlineXML><p>First line of a story\n            that goes on\n              and on\n"
        "            and ends.</p></inlineXML>"
    )
    assert body(decoded) == ["First line of a story that goes on and on and ends."]


def test_the_fullest_rendition_is_published_once() -> None:
    story = "<p>The first paragraph.</p><p>The second paragraph is longer.</p>"
    decoded = read(
        '<inlineData contenttype="text/plain">The first paragraph.\n\n'
        "The second paragraph is longer.\n\nSent by hand.</inlineData>"
        f"<inlineXML><html>{story}</html></inlineXML>"
        "<inlineXML><html><p>The first paragraph.</p></html></inlineXML>"
    )
    assert body(decoded) == ["The first paragraph.", "The second paragraph is longer."]
    assert said(decoded, Role.SUMMARY) == ["Sent by hand."]


def test_plain_text_wins_where_it_says_clearly_more() -> None:
    decoded = read(
        '<inlineData contenttype="text/plain">The teaser. And all of the long story.</inlineData>'
        "<inlineXML><p>The teaser.</p></inlineXML>"
    )
    assert body(decoded) == ["The teaser. And all of the long story."]


@pytest.mark.parametrize(
    ("about", "content", "headline", "beside"),
    [
        (
            '<headline role="hld:subHeadline">Sub</headline><headline>Main</headline>',
            "<p>x</p>",
            "Main",
            ["Sub"],
        ),
        (
            '<headline role="h:short">Short</headline><headline role="h:main">Main</headline>',
            "<p>x</p>",
            "Main",
            ["Short"],
        ),
        ('<headline role="h:kicker">Only</headline>', "<p>x</p>", "Only", []),
        ("<headline>\n UPDATE\n  2-Main </headline>", "<p>x</p>", "UPDATE 2-Main", []),
        (
            "<headline/>",
            "<html><body><h1>In the page</h1><p>x</p></body></html>",
            "In the page",
            [],
        ),
        (
            "",
            "<nitf><head><title>In the head</title></head><body><p>x</p></body></nitf>",
            "In the head",
            [],
        ),
        ("<headline>Main</headline>", "<h1>Another</h1><p>x</p>", "Main", ["Another"]),
        ("<headline>Main</headline>", "<h1>Main</h1><p>x</p>", "Main", []),
    ],
)
def test_one_headline_is_chosen_and_the_others_stand_beside(
    about: str, content: str, headline: str, beside: list[str]
) -> None:
    decoded = read(f"<inlineXML>{content}</inlineXML>", about)
    assert said(decoded, Role.HEADLINE) == [headline]
    assert said(decoded, Role.SUMMARY) == beside


def test_the_items_title_is_the_headline_where_there_is_no_other() -> None:
    decoded = read("<inlineXML><p>x</p></inlineXML>", "", "<title>Of the item</title>")
    assert said(decoded, Role.HEADLINE) == ["Of the item"]


def test_a_heading_within_the_text_is_a_crosshead() -> None:
    decoded = read("<inlineXML><p>One.</p><h1>Between</h1><p>Two.</p></inlineXML>")
    assert (ParagraphKind.CROSSHEAD, "Between") in kinds(decoded)


def test_a_description_stands_beside_a_text_and_for_one_that_is_missing() -> None:
    about = "<headline>Head</headline><description>What it says.</description>"
    assert said(read("<inlineXML><p>x</p></inlineXML>", about), Role.SUMMARY) == ["What it says."]
    assert body(read("<inlineXML><html/></inlineXML>", about)) == ["What it says."]
    canceled = read("<inlineXML/>", about, '<pubStatus qcode="stat:canceled"/>')
    assert body(canceled) == []
    assert said(canceled, Role.SUMMARY) == ["What it says."]


def test_lines_that_belong_to_the_text_have_their_roles() -> None:
    about = (
        "<headline>Head</headline><by>By Ann</by><dateline>ROME (WEX) -</dateline>"
        "<creditline>WEX</creditline>"
    )
    decoded = read("<inlineXML><p>x</p></inlineXML>", about)
    assert said(decoded, Role.BYLINE) == ["By Ann"]
    assert said(decoded, Role.DATELINE) == ["ROME (WEX) -"]
    assert said(decoded, Role.RIGHTS) == ["WEX"]


def test_text_without_a_content_set_is_not_lost() -> None:
    text = f'<newsItem xmlns="{NAR}" guid="u"><p>Astray one.</p><p>Astray two.</p></newsItem>'
    (decoded,) = decode(RawMessage(body=text.encode(), position="f:1"))
    assert isinstance(decoded, Decoded)
    assert "Astray one." in decoded.text
    assert "Astray two." in decoded.text


def test_what_was_escaped_twice_is_decoded_and_recorded() -> None:
    decoded = read(
        "<inlineXML><p>&amp;quot;No,&amp;quot; AT&amp;amp;T at 4 o&amp;#39;clock.</p></inlineXML>"
    )
    assert body(decoded) == ['"No," AT&T at 4 o\'clock.']
    assert [edit.reason for edit in decoded.edits] == ["double-escape"] * 4


def test_every_word_of_the_content_is_in_the_text() -> None:
    content = (
        "<html><body>zero <p>one <b>two</b> three</p> four <div>five <p>six</p> seven</div>"
        "<blockquote>eight</blockquote><dl><dt>nine</dt><dd>ten</dd></dl><odd>eleven</odd>"
        "<table><tr><th>twelve</th><td>thirteen <i>fourteen</i></td></tr></table></body></html>"
    )
    decoded = read(f"<inlineXML>{content}</inlineXML>")
    wanted = set(re.findall(r"\w+", re.sub(r"<[^>]*>", " ", content)))
    assert wanted <= set(re.findall(r"\w+", decoded.text))
