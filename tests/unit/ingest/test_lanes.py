"""Which messages go ahead of the others, told from their bytes alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.raw import RawMessage
from schemas.topics import TopicName
from streams.decode.profiles import DEFAULT_PROFILES, Profiles, load_profiles
from streams.ingest.lanes import Lanes, is_marked_urgent

DEFAULT = DEFAULT_PROFILES.default

URGENT = {
    "IPTC 7901, priority 1": b"\x01bdt0000 1 pl 12\r\nErdbeben/\r\n\x02\r\nStarkes Beben =\r\n",
    "IPTC 7901, priority 2": b"\x01bdt0123 2 pl 60\r\nErdbeben/\r\n\x02\r\nStarkes Beben =\r\n",
    "IPTC 7901 without SOH": b"eca062 1 i 77\r\nSismo/\r\nFuerte sismo =\r\n",
    "ANPA flash": b"\x01a0101\x1fapnws\r\nf i \x13Quake 02-12 0012\r\nPRESIDENT RESIGNS<",
    "ANPA bulletin": b"a0101\r\nb i \x13Quake 02-12 0012\r\n^URG<",
    "ninjs": b'{"uri":"x","body_text":"' + b"words " * 4000 + b'","urgency": 1}',
    "ninjs, as text": b'{"urgency":"02","headline":"Quake"}',
    "NewsML-G2": b"<newsItem><contentMeta>\n <urgency>1</urgency></contentMeta></newsItem>",
    "NITF": b'<nitf><head><docdata><urgency ed-urg="1"/></docdata></head></nitf>',
    "NewsML 1": b'<NewsManagement><Urgency FormalName="2" /></NewsManagement>',
    "AP": b'{"altids":{},"editorialpriority":"f","headline":"Quake"}',
    "a line": b"FLASH\n\nPresident resigns\n",
    "a headline": b"BULLETIN - President resigns\n\nMore to follow.\n",
    "a headline in French": "URGENT Séisme au Chili\n\nUn séisme\n".encode(),
    "a headline in German": b"EILMELDUNG: Beben in Chile\n",
    "a headline in Spanish": b"URGENTE.- Sismo en Chile\n",
    "a slug": b"Rechercher\n\nBC-URGENT-Quake, 40\n",
    "asterisks": b"*** URGENT *** quake\n",
    "a field": b'{"headline":"FLASH: Quake in Chile","body":"..."}',
    "an element": b"<html><body><h1>ALERTE - S\xc3\xa9isme</h1></body></html>",
}
NOT = {
    "empty": b"",
    "IPTC 7901, priority 4": b"\x01bdt0000 4 pl 12\r\nErdbeben/\r\n\x02\r\nBeben =\r\n",
    "ANPA regular": b"\x01a0101\x1fapnws\r\nr i \x13Quake 02-12 0012\r\nThe president\r\n",
    "ANPA, its category f": b"\x01a0101\x1fapnws\r\nr f \x13Stocks 02-12 0012\r\nStocks\r\n",
    "urgency 3": b'{"urgency":3,"headline":"Quake"}',
    "urgency 10": b'{"urgency":10}',
    "urgency 0": b'{"urgency":0}',
    "no value": b"<urgency/><p>1</p>",
    "in a sentence": b"Minister calls for urgent action\n\nThe URGENT need is clear.\n",
    "deep in the text": b"Headline\n" + b"A line of text.\n" * 20 + b"FLASH\n",
    "another word": b"FLASHING lights on the A1\n",
    "small letters": b"Flash floods close roads\n",
    "UTF-16": "FLASH\n\nPresident resigns\n".encode("utf-16"),
}


@pytest.mark.parametrize("body", URGENT.values(), ids=URGENT.keys())
def test_what_says_it_is_urgent_is(body: bytes) -> None:
    assert is_marked_urgent(body, DEFAULT)


@pytest.mark.parametrize("body", NOT.values(), ids=NOT.keys())
def test_what_does_not_is_not(body: bytes) -> None:
    assert not is_marked_urgent(body, DEFAULT)


def own(**keys: str) -> Profiles:
    lines = [f"{key} = {value}" for key, value in keys.items()]
    return load_profiles({"oaw": "\n".join(lines)})


def test_numbers_mean_what_the_providers_profile_says() -> None:
    profile = own(urgency="{ 1 = 5, 5 = 1 }").by_provider["oaw"]
    assert is_marked_urgent(b'{"urgency":5}', profile)
    assert not is_marked_urgent(b'{"urgency":1}', profile)
    assert is_marked_urgent(b"\x01oaw0001 5 pl 3\r\n", profile)


def lane(lanes: Lanes, body: bytes = b"A headline\n", provider: str | None = "oaw") -> TopicName:
    return lanes.topic(RawMessage(body=body, provider=provider, position="drop/flash/1.txt"))


def test_a_provider_may_have_a_lane_of_its_own() -> None:
    assert lane(Lanes()) is TopicName.RAW
    assert lane(Lanes(), b"FLASH\n", None) is TopicName.RAW_URGENT
    assert lane(Lanes(own(lane='"urgent"'))) is TopicName.RAW_URGENT
    assert lane(Lanes(own(lane='"raw"')), b"FLASH\n") is TopicName.RAW
    assert lane(Lanes(own(lane='"urgent"')), provider="other") is TopicName.RAW
    named = own(lane='"urgent"', known_as='["Ostawa"]')
    assert lane(Lanes(named), provider="Ostawa") is TopicName.RAW_URGENT


def test_the_settings_name_providers_and_sources() -> None:
    assert lane(Lanes(providers=frozenset({"oaw"}))) is TopicName.RAW_URGENT
    assert lane(Lanes(sources=("drop/flash/*",))) is TopicName.RAW_URGENT
    assert lane(Lanes(sources=("flash/*",))) is TopicName.RAW
    assert lane(Lanes(markers=False), b"FLASH\n") is TopicName.RAW


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    "body",
    [
        b"\n" * 10_000_000,
        b"urgency=" + b" " * 10_000_000,
        b"urgency " * 1_000_000,
        b"urgency\t\t\t\t\t\t\t\tFormalName " * 300_000,
        b"\x01" + b"a" * 10_000_000,
        b"\x01a0101" + b"\r\n" * 4_000_000,
        b"\x7f\x00 " * 3_000_000,
        b"BC-" * 3_000_000,
        b'">' * 5_000_000,
        b"AP" + b" " * 5_000_000 + b"NEWSALERT",
    ],
    ids=lambda body: repr(body[:12]),
)
def test_hostile_bytes_cost_little(body: bytes) -> None:
    for _ in range(20):
        is_marked_urgent(body, DEFAULT)


@given(st.binary(max_size=300))
def test_any_bytes_are_answered(body: bytes) -> None:
    assert is_marked_urgent(body, DEFAULT) in {True, False}
