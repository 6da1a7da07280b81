"""Real files of every format: each known for what it is, read whole, and rejected only for cause.

The files are not ours: they are read beside the project, and skipped where absent.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from schemas.event import ITEM_KINDS, EventKind
from schemas.item import Item, PubStatus
from schemas.raw import RawMessage
from streams.bench.formats import FormatFigures, Reading, figures, read_one, total
from streams.clean import clean
from streams.decode import Decoded, decode
from streams.desk import Desk

FORMATS = Path(__file__).resolve().parents[2] / "../shared/data/formats"
TEXT = "text"

pytestmark = [
    pytest.mark.quality,
    pytest.mark.skipif(not FORMATS.is_dir(), reason="the files are not here"),
    pytest.mark.timeout(120),
]

# What each file is, as its content says: the first pattern that its name holds. The second
# word is the format; the others are what its parts are, "text" for a text item.
KNOWN: tuple[tuple[str, str, str], ...] = (
    # JSON
    (r"newsinjson/.*(ap|SIPA)_image|ninjsExSimplePhoto1", r"ninjs-\d", "picture"),
    (r"newsinjson/.*ap_audio", r"ninjs-\d", "audio"),
    (r"newsinjson/.*ap_video", r"ninjs-\d", "video"),
    (r"newsinjson/3.0__(20231005|collection)", "ninjs-3", "event"),
    (r"newsinjson/1.4__", "ninjs-1", TEXT),
    (r"newsinjson/2.1__", "ninjs-2", TEXT),
    (r"newsinjson/3.0__", "ninjs-3", TEXT),
    (r"bbc-ninjs|ninjsExSimpleText|ntbttninjs", "ninjs-1", TEXT),
    (r"ninjs[25].json|text-item-with-table|SDBELGA-514", "ninjs-superdesk", TEXT),
    (r"ninjs[36].json", "ninjs-superdesk", "picture"),
    (r"ap_media_(feed|picture)|ap__ap-.*picture", "ap-media", "picture"),
    (r"ap__ap-(aps|broadcast|category|sports)", "ap-media", TEXT),
    (r"apple_news", "apple-news", TEXT),
    (r"belga-360archive", "json", "picture text"),
    (r"belga-press-search", "json", TEXT),
    (r"belga-image-by-id|orangelogic_fetch", "json", "picture"),
    (r"orangelogic_search", "json", "picture video"),
    (r"cp_onclusive", "json", "event"),
    (r"(__data__|_mock|contacts|subject_codes).*\.json$", "json", "data"),
    # NewsML-G2
    (r"newsml-g2/LISTING_1[23]_", "newsml-g2", "concept"),
    (r"newsml-g2/LISTING_1[78]_|planning_ml", "newsml-g2", "planning"),
    (r"newsml-g2/LISTING_3", "newsml-g2", "picture"),
    (r"newsml-g2/LISTING_5|newsml-g2/ap_metadata", "newsml-g2", "video"),
    (r"newsml-g2/LISTING_(8|9|23)_", "newsml-g2", "package"),
    (r"newsml-g2/LISTING_21_", "newsml-g2", "data"),
    (r"newsml-g2/LISTING_29_", "newsml-g2", "empty"),  # the elements of a hop history alone
    (r"events_ml", "newsml-g2", "event"),
    (r"superdesk-core/picture.xml|GM1EA7M13RP01|LYNXMPEA6F13M", "newsml-g2", "picture"),
    (r"KBN0FL0NM_version_10", "newsml-g2", "package"),
    (r"superdesk-core/video.xml", "newsml-g2", "audio package picture text video"),
    (r"superdesk-core/scoop.xml", "newsml-g2", "package text"),
    (r"newsml-g2/|superdesk-core/LISTING|reuters|globenewswire|stt|tt_newsml", "newsml-g2", TEXT),
    (r"ansa-newsmlg2|dpa_newsml|ntb_newsml_g2|superdesk-core/ap.xml", "newsml-g2", TEXT),
    # NewsML 1 and NITF
    (r"afp|NewsML__|anp_belga|efe_belga|kyodo|tass|newsml_1_2_audio|solita_se", "newsml-1", TEXT),
    (r"aap-finance-lite", "nitf", "empty"),
    (r"nitf|superdesk-core/(pa\d|aap-(finance1|sports)).xml", "nitf", TEXT),
    # Telegrams
    (r"IPTC7901|dpa_(copyright|four_line)", "iptc7901", TEXT),
    (r"anpa-\d", "anpa1312", TEXT),
    (
        r"612fa1dc|AFL_|Caulfield|ED_900942|Standings|Trot|Greyhound|bob_am|/?vi(co|fr|nz)",
        "zczc",
        TEXT,
    ),
    # Feeds, mail, agencies' own XML, pages, text
    (r"wordpress", "feed", TEXT),
    (r"email_attachment", "email plain-text", TEXT),
    (r"simple_email", "email", TEXT),
    (r"googleform", "json", TEXT),
    (r"aap_(cricket|golf)|channel1", "other-xml", "data"),
    (r"dc_response|6dd9971f75", "other-xml", "picture"),
    (r"ntb_event", "other-xml", "event"),
    (r"ritzau|solita_[24]|5d846ed8|jimi", "other-xml", TEXT),
    (r"abs-calendar", "calendar", "event"),
    (r"ntbttsanitised", "html", TEXT),
    (r"asianet", "plain-text-asianet", TEXT),
    (r"CRN2016|HRRR|NLRR|ticker", "plain-text", TEXT),
)
# Python packages lie beside the files; they are no messages.
NO_MESSAGES = frozenset({".whl"})

# Text items that state each field, at least: the level reached. Formats that have no such field
# are left out; what one file does not say is not in the count.
FLOORS: dict[str, dict[str, int]] = {
    "newsml-g2": {
        "headline": 36, "text": 40, "id": 41, "version": 40, "version_created": 41, "status": 40,
        "first_created": 27, "urgency": 34, "language": 41, "byline": 8, "slugline": 19,
        "ednotes": 19, "subjects": 39, "links": 15,
    },
    "newsml-1": {
        "headline": 11, "text": 11, "id": 11, "version": 10, "version_created": 11, "status": 11,
        "first_created": 11, "urgency": 6, "language": 11, "byline": 1, "slugline": 8,
        "ednotes": 2, "subjects": 6, "links": 2,
    },
    "nitf": {
        "headline": 12, "text": 12, "id": 10, "version": 6, "version_created": 13, "status": 5,
        "urgency": 10, "language": 3, "byline": 7, "slugline": 9, "ednotes": 4, "subjects": 10,
    },
    "ninjs-1": {
        "headline": 6, "text": 6, "id": 6, "version": 1, "version_created": 6, "status": 2,
        "urgency": 2, "language": 5, "byline": 5, "subjects": 5, "links": 3,
    },
    "ninjs-2": {
        "headline": 5, "text": 5, "id": 5, "version": 5, "version_created": 5, "status": 3,
        "urgency": 3, "language": 5, "byline": 2, "slugline": 2, "subjects": 4,
    },
    "ninjs-3": {
        "headline": 3, "text": 3, "id": 3, "version": 3, "version_created": 3, "status": 2,
        "urgency": 2, "language": 3, "subjects": 2,
    },
    "ninjs-superdesk": {
        "headline": 5, "text": 3, "id": 5, "version": 5, "version_created": 5, "status": 5,
        "first_created": 5, "urgency": 5, "slugline": 5, "subjects": 5,
    },
    "ap-media": {
        "headline": 4, "text": 3, "id": 4, "version": 4, "version_created": 4, "status": 4,
        "first_created": 4, "urgency": 4, "language": 4, "slugline": 4, "subjects": 4,
    },
    "apple-news": {"headline": 1, "text": 1, "id": 1, "version_created": 1, "language": 1},
    "json": {"headline": 7, "text": 7, "id": 7, "version_created": 6, "language": 5},
    "iptc7901": {
        "headline": 4, "text": 4, "id": 4, "version_created": 4, "urgency": 4, "byline": 2,
        "slugline": 4, "ednotes": 3, "subjects": 4,
    },
    "anpa1312": {
        "headline": 4, "text": 5, "id": 5, "version": 1, "version_created": 5, "urgency": 5,
        "byline": 3, "slugline": 5, "ednotes": 2, "subjects": 5,
    },
    "zczc": {"headline": 7, "text": 11, "slugline": 10, "subjects": 5},
    "feed": {"headline": 6, "text": 4, "id": 6, "version_created": 5, "language": 6},
    "email": {"headline": 3, "text": 2, "id": 3, "version_created": 3},
    "other-xml": {"headline": 8, "text": 9, "id": 9, "version_created": 9, "version": 4},
    "html": {"headline": 1, "text": 1},
    "plain-text": {"headline": 4, "text": 5},
    "plain-text-asianet": {"headline": 6, "text": 6, "id": 6, "ednotes": 4},
}  # fmt: skip
# Items of text, at least.
ITEMS = 146


def messages() -> list[Path]:
    return sorted(
        path
        for path in FORMATS.rglob("*")
        if path.is_file() and path.suffix not in NO_MESSAGES and not path.name.startswith(".")
    )


def a_raw(path: Path) -> RawMessage:
    return RawMessage(body=path.read_bytes(), position=path.relative_to(FORMATS).as_posix())


@cache
def readings() -> tuple[Reading, ...]:
    return tuple(read_one(a_raw(path), rounds=1) for path in messages())


def expected(position: str) -> tuple[str, set[str]]:
    for pattern, name, parts in KNOWN:
        if re.search(pattern, position):
            return name, set(parts.split())
    pytest.fail(f"nobody has said what {position} is")


def test_every_file_is_known_for_what_it_is() -> None:
    wrong = [
        (reading.position, reading.formats)
        for reading in readings()
        for name in [expected(reading.position)[0]]
        if not re.fullmatch(name, " ".join(sorted(set(reading.formats))))
    ]
    assert not wrong


def test_nothing_is_dead() -> None:
    assert not [(reading.position, reading.dead) for reading in readings() if reading.dead]


def test_only_what_carries_no_text_is_rejected_and_the_reason_says_what_it_is() -> None:
    wrong = [
        (reading.position, parts)
        for reading in readings()
        for parts in [{*reading.rejected, *([TEXT] if reading.found else [])}]
        if parts != expected(reading.position)[1]
    ]
    assert not wrong


def test_every_word_of_a_text_is_reached() -> None:
    lost = [(reading.position, reading.missing) for reading in readings() if reading.missing]
    assert not lost
    assert total(readings()).recall == 1.0
    assert total(readings()).words > 55_000


def by_format() -> dict[str, FormatFigures]:
    return {row.format: row for row in figures(readings())}


@pytest.mark.parametrize("name", sorted(FLOORS))
def test_fields_are_found_as_often_as_ever(name: str) -> None:
    row = by_format()[name]
    fewer = {
        field: (row.found[field], floor)
        for field, floor in FLOORS[name].items()
        if row.found[field] < floor
    }
    assert not fewer


def test_as_many_items_as_ever_are_read() -> None:
    assert total(readings()).items >= ITEMS


def items_of(path: Path) -> list[Item]:
    cleaned = [clean(part) for part in decode(a_raw(path)) if isinstance(part, Decoded)]
    return [item for item in cleaned if isinstance(item, Item)]


def test_a_declaration_that_lies_is_not_believed() -> None:
    (item,) = items_of(FORMATS / "superdesk-core/afp20.xml")
    assert (item.headline or "").startswith("Décès")
    assert not {"Ã", "Â"} & set(item.text)
    assert "encoding-belied:iso-8859-1" in item.audit.warnings


CORRECTION = FORMATS / "superdesk-core/tag_reuters.com_2016_newsml_L1N14N0FF_version_978556838"


# The message that withdrew the story 51 minutes later, in the shape of Reuters': no text, an
# ordinary headline, another transmission number. The agency's own is not at hand.
KILL = b"""<?xml version="1.0" encoding="UTF-8"?>
<newsMessage xmlns="http://iptc.org/std/nar/2006-10-01/">
<header><sent>2016-01-04T16:34:45.000Z</sent><sender>reuters.com</sender></header>
<itemSet><newsItem guid="tag:reuters.com,0000:newsml_L1N14N0FF" version="1542761538"
 standard="NewsML-G2" standardversion="2.10" conformance="power" xml:lang="en">
<itemMeta><itemClass qcode="icls:text"/><provider literal="reuters.com"/>
<versionCreated>2016-01-04T16:34:45.000Z</versionCreated>
<firstCreated>2016-01-04T15:43:34.000Z</firstCreated>
<pubStatus qcode="stat:canceled"/><signal qcode="edStat:D"/></itemMeta>
<contentMeta><urgency>3</urgency><language tag="en"/>
<headline>CORRECTED-A story of a test</headline></contentMeta>
<contentSet><inlineXML contenttype="application/xhtml+html" wordcount="0">
<html xmlns="http://www.w3.org/1999/xhtml"><body><p/></body></html></inlineXML></contentSet>
</newsItem></itemSet></newsMessage>"""


@pytest.mark.parametrize("order", [(0, 1), (1, 0), (0, 1, 0), (1, 0, 1)])
def test_reuters_correction_then_kill_ends_killed_in_any_order(order: tuple[int, ...]) -> None:
    correction = CORRECTION.read_bytes()
    desk = Desk()
    events = []
    for place, number in enumerate(order):
        body = (correction, KILL)[number]
        (part,) = decode(RawMessage(body=body, position=f"{place}"))
        assert isinstance(part, Decoded)
        item = clean(part)
        assert isinstance(item, Item)
        events += desk.decide(item, source=part.source)
    published = [event for event in events if event.kind in ITEM_KINDS and event.item]
    assert {event.item.item_key for event in published if event.item} == {
        "reuters:tag:reuters.com,0000:newsml_L1N14N0FF"
    }
    last = published[-1]
    assert last.kind is EventKind.KILL
    assert last.item is not None
    assert last.item.pubstatus is PubStatus.CANCELED
    assert last.item.paragraphs == ()


def test_files_of_agencies_name_their_provider() -> None:
    providers = {
        "superdesk-core/afp.xml": "afp",
        "superdesk-core/dpa_four_line.txt": "dpa",
        "superdesk-core/ap-nitf.xml": "ap",
        "superdesk-core/pa3.xml": "pa",
        "superdesk-core/efe_nitf.xml": "efe",
        "superdesk-core/ap_anpa-4.tst": "ap",
        "superdesk-belga/server__tests__io__fixtures__kyodo_newsml_1_2_belga.xml": "kyodo",
        "superdesk-stt/server__tests__fixtures__stt_newsml_pre_test.xml": "stt",
    }
    found = {name: {item.provider for item in items_of(FORMATS / name)} for name in providers}
    assert found == {name: {provider} for name, provider in providers.items()}


def test_the_same_file_is_the_same_item_for_ever() -> None:
    for path in messages():
        assert items_of(path) == items_of(path)
