"""NewsML-G2: every item of a message is a part of its own, with its identity and its status."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import permutations

import pytest

from schemas.item import Item, LifecycleKind, PubStatus
from schemas.raw import RawMessage
from streams.clean import clean
from streams.decode import Decoded, Profiles, ProviderProfile, decode
from streams.decode.decoded import Role
from streams.desk import Desk
from streams.steps import DropReason, Fail

NAR = "http://iptc.org/std/nar/2006-10-01/"
BODY = "<html><body><p>First paragraph of the story.</p><p>Second paragraph.</p></body></html>"


def an_item(
    content: str = f'<inlineXML contenttype="application/xhtml+xml">{BODY}</inlineXML>',
    *,
    name: str = "newsItem",
    guid: str = "urn:newsml:wire.example:1",
    version: str = "3",
    item_class: str = "ninat:text",
    meta: str = "",
    about: str = "<headline>Harbour reopens after storm</headline>",
    more: str = "",
) -> str:
    content = f"<contentSet>{content}</contentSet>" if content else ""
    return (
        f'<{name} xmlns="{NAR}" guid="{guid}" version="{version}" standard="NewsML-G2" '
        f'xml:lang="en-GB"><itemMeta><itemClass qcode="{item_class}"/>'
        f'<provider qcode="nprov:wex"/><versionCreated>2024-05-02T10:00:00+02:00</versionCreated>'
        f"{meta}</itemMeta><contentMeta>{about}</contentMeta>{more}{content}</{name}>"
    )


def a_message(*items: str, header: str = "") -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><newsMessage xmlns="{NAR}"><header>'
        f"<sent>2024-05-02T08:00:01Z</sent><sender>wire.example</sender>"
        f"<transmitId>t-77</transmitId><priority>2</priority>{header}</header>"
        f"<itemSet>{''.join(items)}</itemSet></newsMessage>"
    )


def parts(text: str, profiles: Profiles | None = None) -> list[Decoded | Fail]:
    raw = RawMessage(body=text.encode(), position="f:1")
    return decode(raw, profiles) if profiles else decode(raw)


def one(text: str, profiles: Profiles | None = None) -> Decoded:
    (decoded,) = parts(text, profiles)
    assert isinstance(decoded, Decoded), decoded
    return decoded


def said(decoded: Decoded, role: Role) -> list[str]:
    return [decoded.text[b.start : b.end] for b in decoded.blocks if b.role is role]


@pytest.mark.parametrize(
    "text",
    [
        a_message(an_item()),
        an_item(),
        an_item().replace(f' xmlns="{NAR}"', ""),
        an_item().replace(NAR, "http://elsewhere.example/"),
        an_item().replace("<", "<g:").replace("<g:/", "</g:").replace(" xmlns=", " xmlns:g="),
        f"<envelope><payload>{an_item()}</payload></envelope>",
        "<!DOCTYPE newsItem SYSTEM 'http://127.0.0.1:9/x.dtd'>" + an_item(),
    ],
    ids=["message", "bare", "no-namespace", "wrong-namespace", "prefix", "wrapped", "doctype"],
)
def test_an_item_is_read_however_it_is_wrapped(text: str) -> None:
    decoded = one(text)
    assert decoded.format == "newsml-g2"
    assert decoded.provider == "wex"
    assert decoded.facts.stable_id == "urn:newsml:wire.example:1"
    assert decoded.facts.version == "3"
    assert decoded.facts.version_created == datetime(2024, 5, 2, 8, tzinfo=UTC)
    assert said(decoded, Role.HEADLINE) == ["Harbour reopens after storm"]
    assert said(decoded, Role.BODY) == ["First paragraph of the story.", "Second paragraph."]


def test_a_message_without_items_is_a_fail() -> None:
    (answer,) = parts(a_message())
    assert isinstance(answer, Fail)
    assert answer.code == "body-empty"


def test_what_is_no_item_fails_alone() -> None:
    first, second = parts(a_message("<nonsense>x</nonsense>", an_item()))
    assert isinstance(first, Fail)
    assert (first.code, first.part) == ("format-unknown", 0)
    assert isinstance(second, Decoded)
    assert second.source.part == 1


def test_items_of_a_package_point_to_it_and_it_to_them() -> None:
    group = (
        '<groupSet root="r"><group id="r" role="grp:main">'
        '<itemRef residref="urn:a"><headline>Text in the package</headline></itemRef>'
        '<itemRef residref="urn:b"/></group></groupSet>'
    )
    package, text, picture = parts(
        a_message(
            an_item("", name="packageItem", guid="urn:p", item_class="ninat:composite", more=group),
            an_item(guid="urn:a"),
            an_item(
                '<remoteContent href="http://x.example/b.jpg" contenttype="image/jpeg"/>',
                guid="urn:b",
                item_class="ninat:picture",
                about="<description>A crane in the harbour</description>",
            ),
        )
    )
    assert isinstance(package, Decoded)
    assert isinstance(text, Decoded)
    assert isinstance(picture, Decoded)
    assert package.not_text is DropReason.PACKAGE
    assert [(link.rel, link.target) for link in package.facts.links] == [
        ("item", "urn:a"),
        ("item", "urn:b"),
    ]
    assert package.facts.links[0].reason == "grp:main: Text in the package"
    assert "Text in the package" in package.text
    assert text.not_text is None
    assert [(link.rel, link.target) for link in text.facts.links] == [("package", "urn:p")]
    assert picture.not_text is DropReason.PICTURE
    assert ("remote", "http://x.example/b.jpg") in [
        (link.rel, link.target) for link in picture.facts.links
    ]
    assert said(picture, Role.BODY) == ["A crane in the harbour"]


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (an_item("", item_class="icls:picture"), DropReason.PICTURE),
        (an_item("", item_class="ninat:photo"), DropReason.PICTURE),
        (an_item("", item_class="ninat:graphic"), DropReason.GRAPHIC),
        (an_item("", item_class="ninat:video"), DropReason.VIDEO),
        (an_item("", item_class="icls:audio"), DropReason.AUDIO),
        (an_item("", item_class="ninat:composite"), DropReason.PACKAGE),
        (an_item("", name="packageItem"), DropReason.PACKAGE),
        (an_item("", name="planningItem", item_class="plinat:newscoverage"), DropReason.PLANNING),
        (an_item("", name="knowledgeItem", item_class="cinat:scheme"), DropReason.CONCEPT),
        (an_item("", name="catalogItem", item_class="catinat:catalog"), DropReason.CONCEPT),
        (an_item("", name="conceptItem", item_class="cinat:concept"), DropReason.CONCEPT),
        (
            an_item("", name="conceptItem", more='<concept><type qcode="cpnat:event"/></concept>'),
            DropReason.EVENT,
        ),
        ("<events><event><name>Fair</name></event></events>", DropReason.EVENT),
        (
            an_item('<remoteContent contenttype="video/mpeg" href="x"/>', item_class=""),
            DropReason.VIDEO,
        ),
        (
            an_item(
                '<inlineXML contenttype="application/sportsml+xml"><sports-content><team>'
                "<name>North</name></team><team><name>South</name></team></sports-content>"
                "</inlineXML>"
            ),
            DropReason.DATA,
        ),
    ],
)
def test_what_is_no_text_item_says_what_it_is(item: str, reason: DropReason) -> None:
    decoded = one(a_message(item))
    assert decoded.not_text is reason


@pytest.mark.parametrize(
    "item",
    [
        an_item(),
        an_item(name="packageItem", item_class="ninat:composite"),
        an_item(item_class="ninat:composite"),
        an_item(item_class=""),
        an_item(f'<remoteContent contenttype="image/jpeg"/><inlineXML>{BODY}</inlineXML>'),
        an_item(
            "<inlineXML><sports-content><article><nitf><body><body.content><p>They won.</p>"
            "</body.content></body></nitf></article></sports-content></inlineXML>"
        ),
    ],
)
def test_what_carries_text_is_a_text_item(item: str) -> None:
    decoded = one(a_message(item))
    assert decoded.not_text is None
    assert said(decoded, Role.BODY)


def test_every_word_of_an_event_is_kept() -> None:
    event = (
        '<concept><type qcode="cpnat:event"/><name>Spring fair</name>'
        '<definition role="drol:summary">Opens at noon.</definition><eventDetails>'
        "<registration>By mail only</registration></eventDetails></concept>"
    )
    decoded = one(an_item("", name="conceptItem", about="", more=event))
    assert said(decoded, Role.HEADLINE) == ["Spring fair"]
    assert {"Opens at noon.", "By mail only"} <= set(said(decoded, Role.SUMMARY))


def test_what_a_plan_has_delivered_is_linked() -> None:
    coverage = (
        "<newsCoverageSet><newsCoverage><planning><edNote>250 words</edNote></planning>"
        '<delivery><deliveredItemRef guidref="urn:a"/></delivery></newsCoverage></newsCoverageSet>'
    )
    decoded = one(an_item("", name="planningItem", more=coverage))
    assert [(link.rel, link.target) for link in decoded.facts.links] == [("delivered", "urn:a")]
    assert "250 words" in decoded.text


def test_a_message_of_one_item_lends_it_its_number() -> None:
    alone = one(a_message(an_item()))
    assert [(alt.scheme, alt.value) for alt in alone.facts.alt_ids] == [("transmission", "t-77")]
    together = parts(a_message(an_item(guid="urn:a"), an_item(guid="urn:b")))
    assert all(isinstance(part, Decoded) and not part.facts.alt_ids for part in together)


def test_the_priority_of_the_transmission_is_no_urgency() -> None:
    assert one(a_message(an_item())).facts.urgency is None


@pytest.mark.parametrize(
    ("provider", "expected"),
    [
        ('<provider literal="wire.example"/>', "wex"),
        ('<provider qcode="nprov:wex"/>', "wex"),
        ('<provider qcode="customer:z01122"><name>Robot Copy</name></provider>', "wex"),
        ('<provider uri="http://www.nowhere.example/about"/>', "wex"),
        ("", "wex"),
        ('<provider literal="Other House"/>', "wex"),
    ],
)
def test_a_known_provider_is_found_by_any_of_its_names(provider: str, expected: str) -> None:
    profiles = Profiles(
        by_provider={"wex": ProviderProfile("wex", known_as=("wire.example", "z01122"))}
    )
    text = a_message(an_item()).replace('<provider qcode="nprov:wex"/>', provider)
    assert one(text, profiles).provider == expected


def test_an_unknown_provider_is_called_what_it_calls_itself() -> None:
    text = a_message(an_item()).replace('qcode="nprov:wex"', 'qcode="customer:z01122"')
    assert one(text).provider == "wire.example"
    bare = an_item().replace('qcode="nprov:wex"', 'qcode="customer:z01122"')
    assert one(bare).provider == "wire.example"  # the guid's authority


def test_the_carriers_provider_stands() -> None:
    (decoded,) = decode(RawMessage(body=an_item().encode(), provider="desk", position="f:1"))
    assert isinstance(decoded, Decoded)
    assert decoded.provider == "desk"


def test_a_date_without_zone_is_in_the_providers() -> None:
    profiles = Profiles(by_provider={"wex": ProviderProfile("wex", time_zone="Europe/Helsinki")})
    decoded = one(an_item().replace("+02:00", ""), profiles)
    assert decoded.facts.version_created == datetime(2024, 5, 2, 7, tzinfo=UTC)
    assert "date-no-zone:itemMeta/versionCreated" in decoded.warnings


@pytest.mark.parametrize(
    ("policy", "status"), [("none", PubStatus.USABLE), ("withheld", PubStatus.WITHHELD)]
)
def test_an_empty_embargo_means_what_it_means_to_the_provider(
    policy: str, status: PubStatus
) -> None:
    profile = ProviderProfile("wex", embargo_empty=policy)  # type: ignore[arg-type]
    decoded = one(an_item(meta="<embargoed></embargoed>"), Profiles(by_provider={"wex": profile}))
    assert decoded.facts.pubstatus is status
    assert decoded.facts.embargoed_until is None


def the_correction() -> str:
    return an_item(
        version="978556838",
        meta='<pubStatus qcode="stat:usable"/><signal qcode="edStat:C"/>',
        about="<slugline>HARBOUR/ (UPDATE 1, CORRECTED)</slugline>"
        "<headline>CORRECTED-Harbour reopens after storm</headline>",
    )


def the_kill() -> str:
    return an_item(
        '<inlineXML wordcount="0"><html><body><p/></body></html></inlineXML>',
        version="154276153",
        meta='<pubStatus qcode="stat:canceled"/><signal qcode="edStat:D"/>',
        about="<slugline>HARBOUR/ (UPDATE 1, CORRECTED)</slugline>"
        "<headline>CORRECTED-Harbour reopens after storm</headline>"
        "<description>HARBOUR/ (UPDATE 1, CORRECTED):CORRECTED-Harbour reopens after storm"
        "</description>",
    ).replace("T10:00:00", "T10:51:11")


def test_a_kill_without_text_and_with_an_ordinary_headline_is_canceled() -> None:
    decoded = one(a_message(the_kill()))
    assert decoded.facts.pubstatus is PubStatus.CANCELED
    assert decoded.facts.lifecycle.kinds[0] is LifecycleKind.KILL
    assert LifecycleKind.CORRECTION in decoded.facts.lifecycle.kinds
    assert said(decoded, Role.BODY) == []
    item = clean(decoded)
    assert isinstance(item, Item)
    assert item.pubstatus is PubStatus.CANCELED
    assert item.paragraphs == ()


@pytest.mark.parametrize("order", list(permutations([the_correction(), the_kill()])))
def test_a_correction_and_its_kill_end_killed_in_either_order(order: tuple[str, str]) -> None:
    desk = Desk()
    kinds = []
    for number, text in enumerate(order):
        item = clean(one(a_message(text)))
        assert isinstance(item, Item)
        now = datetime(2024, 5, 2, 9, number, tzinfo=UTC)
        kinds += [event.kind.value for event in desk.decide(item, now)]
    assert kinds.count("kill") == 1
    assert kinds[-1] in {"kill", "stale"}


def test_the_same_bytes_give_the_same_answer() -> None:
    text = a_message(the_correction(), the_kill())
    assert parts(text) == parts(text)


@pytest.mark.parametrize(
    "text",
    [
        a_message(an_item())[:-30],
        an_item().replace("<p>", "<p><b>"),
        an_item(guid=""),
        an_item(version="-1", meta="<embargoed>soon</embargoed><pubStatus/>"),
        an_item(about="<urgency>high</urgency><language/><slugline/><headline/><subject/>"),
        an_item("<inlineXML/><inlineData/><remoteContent/>"),
        an_item('<inlineData contenttype="text/html">' + "&lt;b&gt;" * 2000 + "</inlineData>"),
        an_item('<inlineData contenttype="image/jpeg" encoding="base64">AAAA</inlineData>'),
        an_item("<inlineXML>" + "<i>" * 200 + "x" + "</i>" * 200 + "</inlineXML>"),
        an_item("<inlineXML>" + "<x><y>a</y></x>" * 5000 + "</inlineXML>"),
        an_item("<inlineXML><p>" + "<x>a</x>" * 5000 + "tail</p></inlineXML>"),
        a_message(*[an_item(f"<inlineXML>t{n}</inlineXML>", guid=f"u{n}") for n in range(200)]),
        an_item("".join(f"<inlineXML><p>rendition {n}</p></inlineXML>" for n in range(2000))),
        f'<newsMessage xmlns="{NAR}"/>',
        "<newsItem/>",
        "<groupSet/>",
    ],
)
def test_hostile_items_are_answered(text: str) -> None:
    answers = parts(text)
    assert answers
    for answer in answers:
        if isinstance(answer, Decoded):
            spans = [(block.start, block.end) for block in answer.blocks]
            assert spans == sorted(spans)
            clean(answer)


def test_an_item_without_an_id_says_so() -> None:
    decoded = one(an_item(guid=""))
    assert decoded.facts.stable_id is None
    assert "guid-missing" in decoded.warnings
