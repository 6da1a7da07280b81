"""The demo feed is sound, and the desk makes of it what its description says."""

import base64
import json
import re
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from schemas.decoded import Cleaned
from schemas.event import OUTCOMES, EventKind, WireEvent
from schemas.item import EntityType
from schemas.raw import RawMessage
from streams.desk import Desk
from streams.enrich import Enricher
from streams.pipeline import Intake

DEMO = Path(__file__).resolve().parents[3] / "deploy/demo"
FEED: list[dict[str, Any]] = [
    json.loads(line) for line in (DEMO / "feed.jsonl").read_bytes().splitlines()
]
EXPECTED: list[dict[str, Any]] = json.loads((DEMO / "expected.json").read_text("utf-8"))
BY_ID = {message["id"]: message for message in FEED}


def one_or_more(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def a_raw(message: dict[str, Any]) -> RawMessage:
    body = (
        base64.b64decode(message["body_b64"]) if "body_b64" in message else message["body"].encode()
    )
    return RawMessage(
        body=body,
        provider=message["provider"],
        content_type=message.get("content_type"),
        received_at=datetime.fromisoformat(message["received_at"]),
        position=message["id"],
    )


def test_every_line_is_an_envelope() -> None:
    known = {"id", "provider", "content_type", "received_at", "body", "body_b64", "headers"}
    for message in FEED:
        assert set(message) <= known
        assert ("body" in message) != ("body_b64" in message), message["id"]
    assert [message["id"] for message in FEED] == [f"demo-{n:02d}" for n in range(1, 67)]


def test_no_line_would_be_cut_by_a_reader_of_unicode_lines() -> None:
    assert len((DEMO / "feed.jsonl").read_text("utf-8").splitlines()) == len(FEED)


def test_time_never_goes_back() -> None:
    times = [datetime.fromisoformat(message["received_at"]) for message in FEED]
    assert times == sorted(times)
    assert all(time.tzinfo for time in times)


def test_every_message_is_expected_and_described() -> None:
    assert [entry["id"] for entry in EXPECTED] == [message["id"] for message in FEED]
    described = set(re.findall(r"\b[0-6]\d\b", (DEMO / "stories.md").read_text("utf-8")))
    assert {entry["id"].removeprefix("demo-") for entry in EXPECTED} <= described


def test_expectations_use_the_words_of_the_records() -> None:
    for entry in EXPECTED:
        for kind in one_or_more(entry["kind"]):
            assert EventKind(kind) in OUTCOMES
        assert entry.get("of", "demo-00") < entry["id"]
        assert entry.get("released_before", "demo-99") > entry["id"]


@pytest.mark.parametrize(
    ("first", "again"), [("demo-07", "demo-08"), ("demo-07", "demo-54"), ("demo-09", "demo-10")]
)
def test_retransmissions_are_the_same_bytes(first: str, again: str) -> None:
    assert BY_ID[first]["body"] == BY_ID[again]["body"]


@pytest.mark.parametrize(("first", "again"), [("demo-14", "demo-15"), ("demo-09", "demo-25")])
def test_reformatted_messages_are_other_bytes(first: str, again: str) -> None:
    assert BY_ID[first]["body"] != BY_ID[again]["body"]


@pytest.fixture(scope="module")
def events() -> list[WireEvent]:
    """The feed through intake and desk."""
    intake, desk = Intake(), Desk()
    found: list[WireEvent] = []
    for message in FEED:
        for part in intake.process(a_raw(message)):
            if isinstance(part, Cleaned):
                decided = desk.decide(part.item, fingerprint=part.fingerprint, source=part.source)
            else:
                decided = desk.reject(part.source, part)
            found.extend(decided)
    return found


@pytest.fixture(scope="module")
def primary(events: list[WireEvent]) -> dict[str, WireEvent]:
    """The primary event of each message."""
    return {event.source.position: event for event in events if event.cause is None}


def test_each_message_has_one_primary_event(events: list[WireEvent]) -> None:
    primaries = [event.source.position for event in events if event.cause is None]
    assert primaries == [message["id"] for message in FEED]


@pytest.mark.parametrize("entry", EXPECTED, ids=lambda entry: entry["id"])
def test_outcome(entry: dict[str, Any], primary: dict[str, WireEvent]) -> None:
    event = primary[entry["id"]]
    assert event.kind in one_or_more(entry["kind"]), (event.reasons, event.dead)
    if "code" in entry:
        assert event.dead is not None
        assert event.dead.code in one_or_more(entry["code"])
    if event.kind is EventKind.HOLD:
        assert event.item is None
    if "language" in entry:
        assert event.item is not None
        assert event.item.language == entry["language"]
    if "headline" in entry:
        assert event.item is not None
        assert event.item.headline == entry["headline"]
    if "paragraphs" in entry:
        assert event.item is not None
        texts = [paragraph.text for paragraph in event.item.paragraphs]
        assert len(texts) == entry["paragraphs"], texts
    if "of" in entry:
        target = primary[entry["of"]].item
        assert target is not None
        key = event.item.item_key if event.item else ""
        assert (event.of or "").startswith(target.item_key) or key == target.item_key


def test_holds_come_out_when_their_time_has_come(events: list[WireEvent]) -> None:
    releases = {
        event.source.position: events[place + 1].source.position
        for place, event in enumerate(events)
        if event.kind is EventKind.RELEASE
    }
    assert releases == {
        entry["id"]: entry["released_before"] for entry in EXPECTED if "released_before" in entry
    }


def test_what_is_for_the_desk_alone_is_never_in_a_text(primary: dict[str, WireEvent]) -> None:
    for name in ("demo-62", "demo-63"):
        item = primary[name].item
        assert item is not None
        assert "555" not in item.text
        assert any("555" in note.text and not note.publishable for note in item.ednotes)


def test_killed_copy_is_never_published_again(events: list[WireEvent]) -> None:
    killed: set[str] = set()
    for event in events:
        if event.item is None or event.kind in {EventKind.STALE, EventKind.DUPLICATE}:
            continue
        assert event.item.item_key not in killed
        if event.kind is EventKind.KILL:
            killed.add(event.item.item_key)
    assert len(killed) == 2


def test_people_are_there_once_and_places_are_the_right_ones(
    primary: dict[str, WireEvent],
) -> None:
    entries = [entry for entry in EXPECTED if "places" in entry]
    items = [item for entry in entries if (item := primary[entry["id"]].item)]
    for entry, item in zip(entries, Enricher().enrich(items), strict=True):
        people = Counter(
            {
                entity.name: entity.count
                for entity in item.entities
                if entity.type is EntityType.PERSON
            }
        )
        for name, count in entry.get("people", {}).items():
            surname = name.split()[-1]
            assert people[name] >= count, entry["id"]
            assert [other for other in people if surname in other] == [name], entry["id"]
        assert set(entry["places"]) <= {entity.id for entity in item.entities}, entry["id"]
