from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from schemas.item import LifecycleKind, ParagraphKind, PubStatus, Subject
from schemas.raw import RawMessage
from streams.clean import clean
from streams.decode import Decoded, Profiles, ProviderProfile, decode
from streams.decode.decoded import Role
from streams.decode.profiles import DEFAULT_PROFILES
from streams.steps import Drop, DropReason, Fail

# The shapes of real house documents: a queue of a Danish bureau, a Finnish press-release service,
# a Canadian editorial system, a Norwegian calendar, an archive's search result.
STORY = """<RBNews xmlns:i="http://www.w3.org/2001/XMLSchema-instance">
<NewsID>5d1f-77</NewsID><PublishDate>2018-01-31T18:45:36.73</PublishDate>
<strapline>NET/HAV/ALARM</strapline><headline>Havn lukkes efter storm</headline>
<subtitle>Skibe må vente til fredag.&lt;br /&gt;</subtitle><town>Esbjerg</town>
<origin>/norby/</origin><section>Indland</section><version>2</version>
<content>&lt;p&gt;Havnen i Esbjerg er &lt;b&gt;lukket&lt;/b&gt; igen.&lt;/p&gt;
&lt;p&gt;"Vi &amp;amp;aring;bner fredag", siger havnen.&lt;/p&gt;</content>
<HistID>XYZ-1</HistID><Priority>4</Priority>
<IPTCList xmlns:a="urn:a"><a:int>4000000</a:int><a:int>11000000</a:int></IPTCList>
<Annuleret>false</Annuleret><Korrektion>true</Korrektion><InfoFlash>false</InfoFlash>
<byLine>Bo Holm</byLine><byLinePhone>33300000</byLinePhone><TilRedaktionen i:nil="true"/>
<replacedID>5d1f-76</replacedID>
<ContentShort>Havn lukkes efter storm</ContentShort></RBNews>"""
RELEASE = """<release id="178" lang="no">
<body>&lt;p&gt;Et nytt utvalg skal se p&amp;aring; havnene.&lt;/p&gt;</body>
<contactsAsText>Kari Nordmann, 999 00 000</contactsAsText><embargo/>
<leadtext>Utvalget starter til høsten.</leadtext>
<publicationDate>11.07.2019 12:17</publicationDate><title>Utvalg om havner</title>
<images><image id="1"><url>https://e.org/1.jpg</url>
<caption>Havnen i vår.</caption></image></images>
<publisher id="7"><name>Havnedirektoratet</name><description>Vi har ansvar for havner.</description>
</publisher></release>"""
EDITORIAL = """<Publish><PublishID>20006393</PublishID><Services>Print</Services>
<ContentItem><NewsCompID>55496578</NewsCompID><Headline>Copter crash explained </Headline>
<HoldFlag>false</HoldFlag><Headline2>Copter crash explained</Headline2>
<ContentType>Text</ContentType><SlugProper>Crash</SlugProper><WritethruNum>1st</WritethruNum>
<EmbargoTime>0001-01-01T00:00:00</EmbargoTime><Language>1</Language>
<UpdateNote>UPDATES: With photos.</UpdateNote><ContentItemID>72954190</ContentItemID>
<UpdatedDateTime>2020-03-27T11:52:47.78-04:00</UpdatedDateTime>
<CreatedDateTime>2020-03-27T15:52:47.753Z</CreatedDateTime><WriteThruType>Writethru</WriteThruType>
<ContentText>&lt;p&gt;A helicopter crashed because of a loose screw.&lt;/p&gt;</ContentText>
<Keyword>Aviation,Accidents</Keyword><City>Puebla</City></ContentItem></Publish>"""
EVENT = """<result numResults='2'><document><id>1</id><service>newscalendar</service>
<title>Konferanse om havner</title><startDate>2018-10-26T12:30:00+0200</startDate>
<content>&lt;p&gt;Havnene samles.&lt;/p&gt;</content><location>Bergen</location></document>
<document><id>2</id><service>newscalendar</service><title>Kamp</title>
<startDate>2018-10-27T12:30:00+0200</startDate><stopDate>2018-10-27T14:30:00+0200</stopDate>
<content>Norge spiller.</content></document></result>"""


def read(text: str, profiles: Profiles = DEFAULT_PROFILES) -> list[Decoded | Fail]:
    return decode(RawMessage(body=text.encode(), position="f:1"), profiles)


def only(text: str, profiles: Profiles = DEFAULT_PROFILES) -> Decoded:
    (answer,) = read(text, profiles)
    assert isinstance(answer, Decoded)
    assert answer.format == "other-xml"
    return answer


def by_role(decoded: Decoded, role: Role) -> list[str]:
    return [decoded.text[b.start : b.end] for b in decoded.blocks if b.role is role]


def test_the_fields_of_a_story_have_the_roles_their_names_say() -> None:
    decoded = only(STORY)
    assert by_role(decoded, Role.HEADLINE) == ["Havn lukkes efter storm"]
    assert by_role(decoded, Role.BODY) == [
        "Havnen i Esbjerg er lukket igen.",
        '"Vi åbner fredag", siger havnen.',
    ]
    assert by_role(decoded, Role.SUMMARY) == ["Skibe må vente til fredag."]
    assert by_role(decoded, Role.BYLINE) == ["Bo Holm"]
    assert by_role(decoded, Role.NOTE) == ["33300000"]


def test_the_fields_of_a_story_are_facts_with_their_origins() -> None:
    danish = Profiles(default=ProviderProfile("default", time_zone="Europe/Copenhagen"))
    decoded = only(STORY, danish)
    facts = decoded.facts
    assert decoded.provider == "norby"
    assert facts.stable_id == "5d1f-77"
    assert facts.version == "2"
    assert facts.version_created == datetime(2018, 1, 31, 17, 45, 36, 730000, tzinfo=UTC)
    assert facts.slugline == "NET/HAV/ALARM"
    assert facts.urgency == 4
    assert facts.byline == "Bo Holm"
    assert facts.dateline_place == "Esbjerg"
    assert facts.ednotes[0].publishable is False
    assert Subject(scheme="iptc-subject", code="04000000") in facts.subjects
    assert [(link.rel, link.target) for link in facts.links] == [("replaces", "5d1f-76")]
    assert facts.lifecycle.kinds == (LifecycleKind.CORRECTION,)
    assert ("stable_id", "NewsID") in facts.origins
    assert ("version_created", "PublishDate") in facts.origins


@pytest.mark.parametrize(
    ("switch", "expected"),
    [
        ("Annuleret", LifecycleKind.KILL),
        ("Korrektion", LifecycleKind.CORRECTION),
        ("NyVersion", LifecycleKind.UPDATE),
        ("InfoFlash", LifecycleKind.FLASH),
        ("HoldFlag", LifecycleKind.HOLD),
    ],
)
def test_a_switch_that_is_on_says_what_it_is_called(switch: str, expected: LifecycleKind) -> None:
    plain = STORY.replace("<Korrektion>true</Korrektion>", "")
    on = plain.replace("<byLine>", f"<{switch}>true</{switch}><byLine>")
    off = on.replace(f"<{switch}>true", f"<{switch}>false")
    assert only(on).facts.lifecycle.kinds == (expected,)
    assert only(off).facts.lifecycle.kinds == ()
    killed = expected is LifecycleKind.KILL
    assert (only(on).facts.pubstatus is PubStatus.CANCELED) == killed


def test_a_press_release_keeps_contacts_out_of_the_text() -> None:
    decoded = only(RELEASE)
    assert by_role(decoded, Role.HEADLINE) == ["Utvalg om havner"]
    assert by_role(decoded, Role.BODY) == [
        "Et nytt utvalg skal se på havnene.",
        "Havnen i vår.",
    ]
    captions = [block for block in decoded.blocks if block.kind is ParagraphKind.CAPTION]
    assert len(captions) == 1
    assert by_role(decoded, Role.SUMMARY) == ["Utvalget starter til høsten."]
    assert by_role(decoded, Role.NOTE) == ["Kari Nordmann, 999 00 000"]
    assert "Vi har ansvar for havner." in by_role(decoded, Role.FURNITURE)
    assert decoded.facts.stable_id == "178"
    assert decoded.facts.language == "no"
    assert decoded.facts.version_created == datetime(2019, 7, 11, 12, 17, tzinfo=UTC)
    assert decoded.facts.pubstatus is PubStatus.USABLE


def test_a_record_inside_an_envelope_is_the_item() -> None:
    decoded = only(EDITORIAL)
    facts = decoded.facts
    assert by_role(decoded, Role.BODY) == ["A helicopter crashed because of a loose screw."]
    assert by_role(decoded, Role.HEADLINE) == ["Copter crash explained"]
    assert "20006393" in by_role(decoded, Role.FURNITURE)
    assert facts.stable_id == "55496578"
    assert facts.version_created == datetime(2020, 3, 27, 15, 52, 47, 780000, tzinfo=UTC)
    assert facts.first_created == datetime(2020, 3, 27, 15, 52, 47, 753000, tzinfo=UTC)
    assert facts.keywords == ("Aviation", "Accidents")
    assert facts.language is None
    assert facts.embargoed_until is None
    assert facts.pubstatus is PubStatus.USABLE
    assert facts.lifecycle.kinds == (LifecycleKind.WRITETHRU,)
    assert facts.lifecycle.ordinal == 1


def test_an_embargo_that_cannot_be_dated_withholds() -> None:
    dated = only(RELEASE.replace("<embargo/>", "<embargo>12.07.2019 06:00</embargo>")).facts
    assert dated.embargoed_until == datetime(2019, 7, 12, 6, tzinfo=UTC)
    undated = only(RELEASE.replace("<embargo/>", "<embargo>tomorrow</embargo>")).facts
    assert undated.pubstatus is PubStatus.WITHHELD


def test_several_records_are_several_parts() -> None:
    other = STORY.replace("5d1f-77", "5d1f-78")
    queue = f"<Response><error>0</error><List>{STORY}{other}</List></Response>"
    answers = read(queue)
    assert [a.facts.stable_id for a in answers if isinstance(a, Decoded)] == ["5d1f-77", "5d1f-78"]


def test_calendar_entries_are_events() -> None:
    answers = [answer for answer in read(EVENT) if isinstance(answer, Decoded)]
    assert [answer.not_text for answer in answers] == [DropReason.EVENT] * 2
    dropped = clean(answers[0])
    assert isinstance(dropped, Drop)
    assert dropped.detail == "Konferanse om havner"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (EDITORIAL.replace(">Text<", ">Photo<"), DropReason.PICTURE),
        (EDITORIAL.replace(">Text<", ">Video<"), DropReason.VIDEO),
        (EDITORIAL.replace("<ContentItem>", '<ContentItem type="PhotoItem">'), DropReason.PICTURE),
        (f"<planning>{RELEASE}</planning>", DropReason.PLANNING),
        ("<catalog><scheme alias='a' uri='u'>A</scheme></catalog>", DropReason.CONCEPT),
        ("<collection><part><title>A</title></part></collection>", DropReason.PACKAGE),
        ("<scores><team>A</team><points>3</points></scores>", DropReason.DATA),
        ("<empty/>", DropReason.DATA),
        ("<row b='Some words in an attribute are no text.'/>", DropReason.DATA),
    ],
)
def test_what_is_no_text_is_said_to_be_what_it_is(text: str, expected: DropReason) -> None:
    assert only(text).not_text is expected


def test_data_is_described_by_its_root_and_its_children() -> None:
    decoded = only("<scores><team>A</team><points>3</points></scores>")
    assert decoded.detail == "<scores> with 2 children"
    assert clean(decoded) == Drop(DropReason.DATA, "<scores> with 2 children")


def test_prose_without_a_record_is_a_text() -> None:
    decoded = only(
        "<doc><meta><code>7</code></meta><chapter><heading>On ports</heading>"
        "<line>The port was closed again on Monday because of the storm.</line></chapter></doc>"
    )
    assert decoded.not_text is None
    assert by_role(decoded, Role.HEADLINE) == ["On ports"]
    assert by_role(decoded, Role.BODY) == [
        "The port was closed again on Monday because of the storm."
    ]
    assert by_role(decoded, Role.FURNITURE) == ["7"]


def test_markup_in_the_tree_itself_is_read_with_its_tails() -> None:
    decoded = only(
        "<story><id>1</id><headline>H <i>and</i> tail</headline>"
        "<body><p>One <b>two</b> three.</p>loose<p>Four.<br/>Five.</p></body></story>"
    )
    assert by_role(decoded, Role.HEADLINE) == ["H and tail"]
    assert by_role(decoded, Role.BODY) == ["One two three.", "loose", "Four.\nFive."]


def test_paragraphs_in_elements_of_the_houses_own_are_the_body() -> None:
    decoded = only(
        "<news><guid>1</guid><title>T</title><bodytext><para>One.</para><para>Two.</para>"
        "</bodytext></news>"
    )
    assert by_role(decoded, Role.BODY) == ["One.", "Two."]


def test_where_there_is_no_body_the_summary_is_the_text() -> None:
    decoded = only("<n><id>1</id><title>T</title><ingress>The whole of it.</ingress></n>")
    assert by_role(decoded, Role.BODY) == ["The whole of it."]


@pytest.mark.parametrize("text", [STORY, RELEASE, EDITORIAL, EVENT])
def test_every_word_of_a_document_becomes_a_block(text: str) -> None:
    kept = " ".join(a.text for a in read(text) if isinstance(a, Decoded))
    source = re.sub(r"<[^<>]*>", " ", text)
    source = re.sub(r"&lt;.*?&gt;", " ", source)
    for ref, letter in (("&amp;amp;aring;", "å"), ("&amp;aring;", "å")):
        source = source.replace(ref, letter)
    assert not [word for word in source.split() if word not in kept]


@pytest.mark.parametrize(
    "text",
    [
        f"<?xml version='1.0' encoding='latin-1'?><!DOCTYPE r SYSTEM 'http://127.0.0.1/r'>{STORY}",
        STORY.replace("<RBNews", "<x:RBNews xmlns:x='urn:x'").replace("</RBNews", "</x:RBNews"),
        STORY.replace("<RBNews ", "<RBNews xmlns='http://tempuri.org/' "),
        STORY.replace("Bo Holm", "Bo\x07Holm & co"),
        "\ufeff\n" + STORY,
    ],
    ids=["doctype", "prefixed", "namespaced", "controls", "mark"],
)
def test_a_document_in_another_dress_is_the_same(text: str) -> None:
    decoded = only(text)
    assert decoded.facts.stable_id == "5d1f-77"
    assert by_role(decoded, Role.HEADLINE) == ["Havn lukkes efter storm"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (STORY[:-30], "xml-truncated"),
        (
            '<!DOCTYPE r [<!ENTITY a "x"><!ENTITY b "&a;&a;">]>' + STORY.replace("Esbjerg", "&b;"),
            "xml-entity-forbidden",
        ),
        ("<r>" * 5_000 + "x" + "</r>" * 5_000, "xml-too-deep"),
    ],
)
def test_a_hostile_document_fails_with_its_code(text: str, code: str) -> None:
    assert [answer.code for answer in read(text) if isinstance(answer, Fail)] == [code]


def test_nothing_is_invented() -> None:
    facts = only("<n><title>T</title><body>A body of some words.</body></n>").facts
    assert facts.stable_id is None
    assert facts.version_created is None
    assert facts.language is None
    assert facts.urgency is None


def test_many_records_are_read_up_to_a_limit() -> None:
    answers = read("<r>" + "<n><id>1</id><title>T</title><body>B</body></n>" * 5_001 + "</r>")
    assert len(answers) == 5_001
    assert isinstance(answers[-1], Fail)


def test_the_standards_are_not_taken_from_their_decoders() -> None:
    (answer,) = read("<rss><channel><item><title>T</title></item></channel></rss>")
    assert isinstance(answer, Decoded)
    assert answer.format == "feed"
