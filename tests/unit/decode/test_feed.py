from __future__ import annotations

import builtins
import re
import socket
from datetime import UTC, datetime
from typing import NoReturn

import pytest

from schemas.item import AltId, LifecycleKind, ParagraphKind, PubStatus, Subject
from schemas.raw import RawMessage
from streams.decode import Decoded, Profiles, ProviderProfile, decode
from streams.decode.decoded import Role
from streams.decode.profiles import DEFAULT_PROFILES
from streams.steps import DropReason, Fail

HEAD = (
    '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/" '
    'xmlns:wp="http://wordpress.org/export/1.2/" xmlns:dcterms="http://purl.org/dc/terms/">'
    "<channel><title>Example Wire</title><link>https://www.example.org/news</link>"
    "<language>fr</language><copyright>(c) Example Wire</copyright>"
)
TAIL = "</channel></rss>"
RICH = """<item>
<title>URGENT - Séisme au Chili &amp;amp; alerte</title>
<link>https://www.example.org/1</link>
<guid isPermaLink="false">tag:example.org,2016:1</guid>
<pubDate>Sat, 13 Feb 2016 10:00:00 +02:00</pubDate>
<dcterms:modified>2016-02-13T09:30:00Z</dcterms:modified>
<dc:creator>Ana Prieto</dc:creator>
<category>séismes</category>
<category domain="iptc" >04000000</category>
<description>Le résumé seul.</description>
<content:encoded><![CDATA[<p>Un <b>fort</b> séisme a eu lieu.<br>Aucun dégât.</p>
<h2>Réactions</h2><ul><li>Santiago calme</li></ul>]]></content:encoded>
<enclosure url="https://www.example.org/1.jpg" type="image/jpeg" length="5"/>
<media:group><media:content url="https://www.example.org/2.jpg" medium="image">
<media:description>La côte vue du ciel.</media:description>
<media:credit>Jo Photo</media:credit></media:content></media:group>
</item>"""
PLAIN = (
    "<item><title>Second</title><guid>https://www.example.org/2</guid>"
    "<description>Only a text.</description></item>"
)
ATOM = """<?xml version="1.0"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en" xml:base="https://example.org/a/">
<title>Atom Wire</title><id>urn:feed</id><updated>2016-02-14T00:00:00Z</updated>
<rights>Copyright Atom Wire</rights><link href="https://example.org/"/>
<entry xml:lang="de" xml:base="b/"><id>urn:uuid:1</id><title type="html">Eins &amp;amp; zwei</title>
<published>2016-02-13T08:00:00Z</published><updated>2016-02-13T09:00:00+01:00</updated>
<author><name>Eva Muster</name><email>eva@example.org</email></author>
<category term="pol" scheme="urn:desk" label="Politik"/>
<link href="eins.html"/><link rel="enclosure" href="eins.mp3" type="audio/mpeg"/>
<summary>Kurz.</summary>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Erster <i>Absatz</i> ganz.</p>
<p>Zweiter Absatz.</p></div></content></entry>
</feed>"""
RSS_1 = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
    'xmlns="http://purl.org/rss/1.0/"><channel><title>T</title></channel>'
    '<item rdf:about="urn:1"><title>H</title><description>B</description></item></rdf:RDF>'
)
BARE = "<item><title>H</title><description>B</description><link>urn:1</link></item>"
NETSCAPE = (
    '<!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "http://x.example/rss.dtd">'
    f"<rss version='0.91'><channel><title>T</title>{BARE}</channel></rss>"
)
ENTRY = "<entry><title>H</title><id>urn:1</id><content>B</content></entry>"
ATOM_PREFIXED = (
    '<a:feed xmlns:a="http://www.w3.org/2005/Atom"><a:title>T</a:title><a:entry>'
    "<a:title>H</a:title><a:id>urn:1</a:id><a:content>B</a:content></a:entry></a:feed>"
)


def rss(*items: str) -> str:
    return HEAD + "".join(items) + TAIL


def read(text: str, profiles: Profiles = DEFAULT_PROFILES) -> list[Decoded | Fail]:
    return decode(RawMessage(body=text.encode(), position="f:1"), profiles)


def only(text: str, profiles: Profiles = DEFAULT_PROFILES) -> Decoded:
    (answer,) = read(text, profiles)
    assert isinstance(answer, Decoded)
    return answer


def by_role(decoded: Decoded, role: Role) -> list[str]:
    return [decoded.text[b.start : b.end] for b in decoded.blocks if b.role is role]


def item(**fields: str) -> str:
    inner = "".join(
        f"<{name}>{text}</{name}>"
        for name, text in ((name.replace("_", ":", 1), text) for name, text in fields.items())
    )
    return f"<item>{inner}</item>"


def test_every_entry_is_a_part_of_its_own() -> None:
    answers = read(rss(RICH, PLAIN))
    assert [answer.facts.stable_id for answer in answers if isinstance(answer, Decoded)] == [
        "tag:example.org,2016:1",
        "https://www.example.org/2",
    ]
    assert [answer.source.part for answer in answers if isinstance(answer, Decoded)] == [0, 1]


def test_the_text_of_an_entry_is_laid_out_by_role() -> None:
    decoded = only(rss(RICH))
    assert decoded.format == "feed"
    assert by_role(decoded, Role.HEADLINE) == ["URGENT - Séisme au Chili & alerte"]
    assert by_role(decoded, Role.BODY) == [
        "Un fort séisme a eu lieu.\nAucun dégât.",
        "Réactions",
        "Santiago calme",
        "La côte vue du ciel.",
    ]
    assert by_role(decoded, Role.SUMMARY) == ["Le résumé seul."]
    assert by_role(decoded, Role.BYLINE) == ["Ana Prieto"]
    kinds = [block.kind for block in decoded.blocks if block.role is Role.BODY]
    assert kinds == [
        ParagraphKind.TEXT,
        ParagraphKind.CROSSHEAD,
        ParagraphKind.LIST,
        ParagraphKind.CAPTION,
    ]


def test_an_entry_states_its_facts_with_their_origins() -> None:
    facts = only(rss(RICH)).facts
    assert facts.version_created == datetime(2016, 2, 13, 9, 30, tzinfo=UTC)
    assert facts.first_created == datetime(2016, 2, 13, 8, 0, tzinfo=UTC)
    assert facts.language == "fr"
    assert facts.byline == "Ana Prieto"
    assert facts.rights == "(c) Example Wire"
    assert facts.keywords == ("séismes",)
    assert facts.subjects == (Subject(scheme="iptc", code="04000000", name="04000000"),)
    assert facts.alt_ids == (AltId(scheme="url", value="https://www.example.org/1"),)
    assert [(link.rel, link.target) for link in facts.links] == [
        ("enclosure", "https://www.example.org/1.jpg"),
        ("enclosure", "https://www.example.org/2.jpg"),
    ]
    assert facts.lifecycle.kinds == (LifecycleKind.URGENT,)
    assert ("version_created", "dcterms:modified") in facts.origins
    assert ("stable_id", "guid") in facts.origins


def test_atom_is_read_with_its_languages_bases_and_authors() -> None:
    decoded = only(ATOM)
    facts = decoded.facts
    assert by_role(decoded, Role.HEADLINE) == ["Eins & zwei"]
    assert by_role(decoded, Role.BODY) == ["Erster Absatz ganz.", "Zweiter Absatz."]
    assert by_role(decoded, Role.SUMMARY) == ["Kurz."]
    assert by_role(decoded, Role.BYLINE) == ["Eva Muster"]
    assert facts.stable_id == "urn:uuid:1"
    assert facts.language == "de"
    assert facts.first_created == datetime(2016, 2, 13, 8, tzinfo=UTC)
    assert facts.version_created == datetime(2016, 2, 13, 8, tzinfo=UTC)
    assert facts.byline == "Eva Muster"
    assert facts.rights == "Copyright Atom Wire"
    assert [link.target for link in facts.links] == ["https://example.org/a/b/eins.mp3"]
    assert facts.alt_ids == (AltId(scheme="url", value="https://example.org/a/b/eins.html"),)
    assert decoded.provider == "example.org"


@pytest.mark.parametrize(
    "text",
    [
        RSS_1,
        f"<rss version='0.91'><channel><title>T</title>{BARE}</channel></rss>",
        NETSCAPE,
        f'<feed version="0.3" xmlns="http://purl.org/atom/ns#"><title>T</title>{ENTRY}</feed>',
        f"<feed><title>T</title>{ENTRY}</feed>",
        ATOM_PREFIXED,
    ],
    ids=["rss-1.0", "rss-0.91", "netscape-doctype", "atom-0.3", "no-namespace", "prefixed"],
)
def test_every_dialect_is_one_format(text: str) -> None:
    decoded = only(text)
    assert decoded.format == "feed"
    assert by_role(decoded, Role.HEADLINE) == ["H"]
    assert by_role(decoded, Role.BODY) == ["B"]
    assert decoded.facts.stable_id == "urn:1"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"guid": "g", "link": "https://e.org/1"}, "g"),
        ({"link": "https://e.org/1"}, "https://e.org/1"),
        ({"guid": "  ", "link": "https://e.org/1"}, "https://e.org/1"),
        ({"description": "x"}, None),
    ],
    ids=["guid", "link", "empty-guid", "neither"],
)
def test_the_guid_is_the_id_then_the_address_then_none(
    fields: dict[str, str], expected: str | None
) -> None:
    assert only(rss(item(title="T", **fields))).facts.stable_id == expected


def test_a_guid_shared_by_entries_with_addresses_of_their_own_is_not_their_id() -> None:
    answers = read(
        rss(
            item(title="A", guid="https://e.org", link="https://e.org/a"),
            item(title="B", guid="https://e.org", link="https://e.org/b"),
            item(title="C", guid="other", link="https://e.org/c"),
        )
    )
    parts = [answer for answer in answers if isinstance(answer, Decoded)]
    assert [part.facts.stable_id for part in parts] == [
        "https://e.org/a",
        "https://e.org/b",
        "other",
    ]
    assert "feed-id-shared" in parts[0].warnings
    assert AltId(scheme="guid", value="https://e.org") in parts[0].facts.alt_ids


def test_one_entry_sent_twice_keeps_its_guid() -> None:
    answers = read(rss(*[item(title="A", guid="g", link="https://e.org/a")] * 2))
    assert [a.facts.stable_id for a in answers if isinstance(a, Decoded)] == ["g", "g"]


@pytest.mark.parametrize(
    ("text", "expected", "warning"),
    [
        ("Sat, 13 Feb 2016 10:00:00 +0200", (8, 0), None),
        ("Sat, 13 Feb 2016 10:00:00 +02:00", (8, 0), None),
        ("13 Feb 16 10:00 EST", (15, 0), None),
        ("2016-02-13T10:00:00Z", (10, 0), None),
        ("Sat, 13 Feb 2016 10:00:00", (9, 0), "date-no-zone:pubdate"),
        ("Sun, 07 Jul 3013 15:06:01 +0000", None, "date-invalid:pubdate"),
        ("Sat, 30 Feb 2016 10:00:00 GMT", None, "date-invalid:pubdate"),
        ("yesterday", None, "date-invalid:pubdate"),
        ("", None, None),
    ],
)
def test_dates_are_read_or_warned_of(
    text: str, expected: tuple[int, int] | None, warning: str | None
) -> None:
    paris = Profiles(default=ProviderProfile("default", time_zone="Europe/Paris"))
    decoded = only(rss(item(title="T", pubDate=text)), paris)
    created = decoded.facts.version_created
    assert created == (datetime(2016, 2, 13, *expected, tzinfo=UTC) if expected else None)
    assert warning is None or warning in decoded.warnings


def test_nothing_is_invented() -> None:
    facts = only("<rss><channel><item><title>T</title></item></channel></rss>").facts
    assert facts.version_created is None
    assert facts.first_created is None
    assert facts.byline is None
    assert facts.language is None


@pytest.mark.parametrize(
    ("author", "expected"),
    [
        ("jo@example.org (Jo Doe)", "Jo Doe"),
        ("Jo Doe &lt;jo@example.org&gt;", "Jo Doe"),
        ("jo@example.org", None),
        ("admin", None),
        ("Jo Doe", "Jo Doe"),
    ],
)
def test_an_address_or_an_account_is_no_byline(author: str, expected: str | None) -> None:
    assert only(rss(item(title="T", author=author))).facts.byline == expected


def test_the_fullest_rendering_is_the_body_and_the_same_text_is_not_said_twice() -> None:
    text = "A text that is long enough."
    decoded = only(
        rss(item(title="T", description=text, content_encoded=f"&lt;p&gt;{text}&lt;/p&gt;"))
    )
    assert by_role(decoded, Role.BODY) == [text]
    assert by_role(decoded, Role.SUMMARY) == []
    longer = only(rss(item(title="T", description=text, content_encoded="Short.")))
    assert by_role(longer, Role.BODY) == [text]
    assert by_role(longer, Role.SUMMARY) == ["Short."]


@pytest.mark.parametrize(
    ("description", "expected"),
    [
        ("&lt;p&gt;One&lt;/p&gt;&lt;p&gt;Two&lt;/p&gt;", ["One", "Two"]),
        ("&amp;lt;p&amp;gt;One&amp;lt;/p&amp;gt;", ["One"]),
        ("Tom &amp;amp; Jerry &amp;amp;amp; co", ["Tom & Jerry & co"]),
        ("<p>In the <b>tree</b> itself</p>", ["In the tree itself"]),
        ("One\n\nTwo", ["One", "Two"]),
        ("Beim 2 &lt; 3 bleibt es", ["Beim 2 < 3 bleibt es"]),
        ("&lt;script&gt;alert(1)&lt;/script&gt;Text", ["Text"]),
    ],
    ids=["escaped", "twice-escaped", "amp-amp", "unescaped", "plain", "less-than", "script"],
)
def test_a_body_is_read_however_it_was_escaped(description: str, expected: list[str]) -> None:
    assert by_role(only(rss(item(description=description))), Role.BODY) == expected


def test_no_word_of_an_entry_is_lost() -> None:
    answers = read(rss(RICH, PLAIN))
    kept = " ".join(answer.text for answer in answers if isinstance(answer, Decoded))
    source = re.sub(r"<[^<>]*>|<!\[CDATA\[|\]\]>", " ", RICH + PLAIN).replace("&amp;amp;", "&")
    ids = {"tag:example.org,2016:1", "https://www.example.org/1", "https://www.example.org/2"}
    for word in source.split():
        assert (
            word in kept
            or word in ids
            or word[:4] in {"2016", "Sat,"}
            or word in ("13 Feb 2016 10:00:00 +02:00")
        ), word


def test_line_ends_of_a_wordpress_post_part_its_paragraphs() -> None:
    decoded = only(
        rss(item(title="T", content_encoded="<![CDATA[One\ntwo\n\n<b>Three</b>\n<hr>Four]]>"))
    )
    assert by_role(decoded, Role.BODY) == ["One\ntwo", "Three", "Four"]


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("publish", PubStatus.USABLE),
        ("inherit", PubStatus.USABLE),
        ("draft", PubStatus.WITHHELD),
        ("private", PubStatus.WITHHELD),
        ("trash", PubStatus.CANCELED),
    ],
)
def test_a_wordpress_draft_is_withheld(status: str, expected: PubStatus) -> None:
    decoded = only(rss(item(title="T", description="B", wp_status=status)))
    assert decoded.facts.pubstatus is expected


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("post", None),
        ("page", None),
        ("attachment", DropReason.PICTURE),
        ("revision", DropReason.DATA),
    ],
)
def test_what_is_no_post_is_said_to_be_none(kind: str, expected: DropReason | None) -> None:
    assert only(rss(item(title="T", wp_post_type=kind))).not_text is expected


def test_a_wordpress_login_is_the_name_it_stands_for() -> None:
    author = (
        "<wp:author><wp:author_login>jd</wp:author_login><wp:author_email>j@e.org</wp:author_email>"
        "<wp:author_first_name>Jo</wp:author_first_name>"
        "<wp:author_last_name>Doe</wp:author_last_name></wp:author>"
    )
    decoded = only(HEAD + author + item(title="T", dc_creator="jd") + TAIL)
    assert decoded.facts.byline == "Jo Doe"
    assert "j@e.org" not in decoded.text


def test_a_deleted_entry_cancels_its_item() -> None:
    decoded = only(
        '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:at="http://purl.org/atompub/tombstones/1.0">'
        '<at:deleted-entry ref="urn:1" when="2016-02-13T10:00:00Z">'
        "<at:comment>sent in error</at:comment></at:deleted-entry></feed>"
    )
    assert decoded.facts.stable_id == "urn:1"
    assert decoded.facts.pubstatus is PubStatus.CANCELED
    assert decoded.facts.version_created == datetime(2016, 2, 13, 10, tzinfo=UTC)
    assert LifecycleKind.KILL in decoded.facts.lifecycle.kinds


def test_a_feed_without_entries_is_data() -> None:
    decoded = only(rss())
    assert decoded.not_text is DropReason.DATA
    assert "Example Wire" in decoded.text


def test_a_known_provider_is_found_by_the_feeds_host() -> None:
    known = ProviderProfile("acme", time_zone="Asia/Tokyo", known_as=("example.org",))
    decoded = only(
        rss(item(title="T", pubDate="13 Feb 2016 10:00:00")), Profiles(by_provider={"acme": known})
    )
    assert decoded.provider == "acme"
    assert decoded.facts.version_created == datetime(2016, 2, 13, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text.replace("</b>", "</i>"),
        lambda text: text.replace("&amp;amp;", "& co & "),
        lambda text: text.replace('xmlns:dc="http://purl.org/dc/elements/1.1/" ', ""),
        lambda text: text.replace("</channel></rss>", ""),
        lambda text: "\n\n" + text + "<!-- end -->",
        lambda text: text.replace("Ana", "A\x07na\x00"),
    ],
    ids=["wrong-end-tag", "bare-ampersand", "no-namespace", "not-closed", "around", "controls"],
)
def test_a_feed_that_is_not_well_formed_is_read(damage: object) -> None:
    assert callable(damage)
    answers = read(damage(rss(RICH.replace("<![CDATA[", "").replace("]]>", ""), PLAIN)))
    assert [a.facts.stable_id for a in answers if isinstance(a, Decoded)] == [
        "tag:example.org,2016:1",
        "https://www.example.org/2",
    ]
    first = answers[0]
    assert isinstance(first, Decoded)
    assert "séisme a eu lieu" in first.text
    assert first.facts.byline is not None


def test_a_draft_is_withheld_also_where_its_prefix_is_declared_nowhere() -> None:
    bare = "<rss><channel>" + item(title="T", wp_status="draft", content_encoded="B") + TAIL
    decoded = only(bare)
    assert decoded.facts.pubstatus is PubStatus.WITHHELD
    assert by_role(decoded, Role.BODY) == ["B"]


def test_an_entry_that_was_cut_fails_and_its_neighbours_are_read() -> None:
    text = rss(RICH, PLAIN)
    first, second = read(text[: text.index("Only a")])
    assert isinstance(first, Decoded)
    assert first.facts.stable_id == "tag:example.org,2016:1"
    assert second == Fail("xml-truncated", "<item> is not closed", 1)
    assert read(text[: text.index("Un <b>")]) == [Fail("xml-truncated", "<item> is not closed")]
    assert read(text[: text.index("<link>")]) == [Fail("xml-truncated", "<rss> is not closed")]


def test_an_entry_that_swallowed_the_next_is_parted_again() -> None:
    broken = rss(PLAIN.replace("</item>", ""), RICH)
    answers = read(broken.replace("Only a text.</description>", "Only a text."))
    ids = [a.facts.stable_id for a in answers if isinstance(a, Decoded)]
    assert ids == ["https://www.example.org/2", "tag:example.org,2016:1"]


def test_entities_are_refused_before_anything_is_expanded() -> None:
    bomb = '<!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>' + rss(item(title="&b;"))
    assert [a.code for a in read(bomb) if isinstance(a, Fail)] == ["xml-entity-forbidden"]
    cut = bomb[:-30]
    assert [a.code for a in read(cut) if isinstance(a, Fail)] == ["xml-entity-forbidden"]


@pytest.mark.parametrize(
    "text",
    [
        rss(item(title="T", link="file:///etc/passwd")),
        rss(item(title="T", link="http://127.0.0.1/")).replace("</rss>", "<b>"),
        '<?xml-stylesheet href="http://127.0.0.1/x.xsl"?>' + rss(PLAIN),
        '<!DOCTYPE rss SYSTEM "http://127.0.0.1/x.dtd">' + rss(PLAIN),
        rss(PLAIN.replace("</item>", "").replace("</description>", ""), RICH),
        "http://127.0.0.1/feed.xml",
        "/etc/passwd",
    ],
)
def test_nothing_is_fetched_or_opened(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> NoReturn:
        raise AssertionError("fetched or opened")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(builtins, "open", refuse)
    assert read(text)


def test_odd_addresses_and_bases_do_not_matter() -> None:
    text = ATOM.replace("https://example.org/a/", "http://[broken").replace(
        "eins.html", "http://[x"
    )
    assert only(text).facts.stable_id == "urn:uuid:1"


def test_many_entries_are_read_up_to_a_limit() -> None:
    answers = read(rss("<item><title>T</title></item>" * 5_001))
    assert len(answers) == 5_001
    last = answers[-1]
    assert isinstance(last, Fail)
    assert (last.code, last.part) == ("body-too-large", 5_000)


def test_other_xml_is_not_taken_for_a_feed() -> None:
    answer = only(
        "<feed><title>T</title><body>A sentence of some seven words stands here.</body></feed>"
    )
    assert answer.format != "feed"
