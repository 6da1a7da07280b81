"""The chain as the desk meets it: one story from flash to round-up, in every format and order."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import pytest

from schemas.event import EventKind, WireEvent
from schemas.item import Item, PubStatus
from schemas.raw import RawMessage
from streams.decode.message import source_of
from streams.desk import Desk
from tests.chains import faults
from tests.chains.formats import BY_NAME, RENDERINGS, a_chain, a_message
from tests.chains.rendering import Rendering
from tests.chains.story import Stage, Story
from tests.chains.test_chain import WITH_IDS, decided, orders, per_format, per_language, read_once
from tests.chains.texts import STORIES

# Every message of theirs has a key of its own: the desk alone can tell that they are one story.
KEYS_APART = [one for one in RENDERINGS if one not in WITH_IDS]
# And of these, what names the story: a slugline, or an address.
NAMED = [one for one in KEYS_APART if one.name not in {"email", "plain-text"}]
apart = pytest.mark.parametrize("rendering", KEYS_APART, ids=str)
named = pytest.mark.parametrize("rendering", NAMED, ids=str)

FILED = [
    EventKind.NEW,
    EventKind.UPDATE,
    EventKind.UPDATE,
    EventKind.UPDATE,
    EventKind.CORRECTION,
    EventKind.NEW,
]


def alive(rendering: Rendering, story: Story) -> list[RawMessage]:
    """The chain without its kill."""
    return a_chain(rendering, story)[:-1]


def primary(events: Iterable[WireEvent]) -> list[WireEvent]:
    return [event for event in events if event.cause is None]


def told(events: Iterable[WireEvent]) -> list[WireEvent]:
    """What is said of items: a gap in the numbers of a service is not."""
    return [event for event in events if event.kind is not EventKind.GAP]


def stories(events: Iterable[WireEvent]) -> set[str | None]:
    """Keys of the stories."""
    return {event.story_key for event in told(events)}


def keys_of(events: Iterable[WireEvent]) -> dict[str, str]:
    """Key of each stage's item, by the number that its position ends with."""
    return {
        event.source.position.removesuffix("/again").rpartition("/")[2]: event.item.item_key
        for event in primary(events)
        if event.item is not None
    }


def superseded(events: Iterable[WireEvent]) -> set[str]:
    """Keys of the flashes that were superseded."""
    kinds = [event for event in events if event.kind is EventKind.SUPERSEDED]
    return {(event.of or "").rpartition("@")[0] for event in kinds}


@per_format
@per_language
def test_all_of_it_is_one_story(rendering: Rendering, language: str) -> None:
    events = decided(alive(rendering, STORIES[language]))
    assert len(stories(events)) == 1


@apart
@per_language
def test_each_message_is_to_the_story_what_it_says(rendering: Rendering, language: str) -> None:
    events = decided(alive(rendering, STORIES[language]))
    assert [event.kind for event in primary(events)] == FILED
    keys = keys_of(events)
    assert superseded(events) == {keys["1"], keys["2"]}
    by = [event for event in events if event.kind is EventKind.SUPERSEDED]
    assert {event.cause for event in by} == {primary(events)[2].id}


@apart
@per_language
def test_the_round_up_is_in_the_story_and_no_version_of_it(
    rendering: Rendering, language: str
) -> None:
    wrap = primary(decided(alive(rendering, STORIES[language])))[-1]
    assert wrap.item is not None
    assert wrap.story_key != wrap.item.item_key
    assert {link.rel for link in wrap.item.links} == {"wraps"}
    assert wrap.of is None


@named
@per_language
def test_it_is_one_story_in_any_order(rendering: Rendering, language: str) -> None:
    for messages in orders(alive(rendering, STORIES[language])):
        events = decided(messages)
        assert len(stories(events)) == 1
        kinds = {event.kind for event in events}
        assert EventKind.REPRINT not in kinds


@apart
@per_language
def test_flash_and_urgent_end_superseded_in_any_order(rendering: Rendering, language: str) -> None:
    chain = alive(rendering, STORIES[language])[:-1]
    for messages in orders(chain):
        events = decided(messages)
        keys = keys_of(events)
        assert {keys["1"], keys["2"]} <= superseded(events)
        published = {event.item.item_key for event in events if event.item is not None}
        assert {keys["1"], keys["2"]} <= published


@apart
@per_language
def test_a_flash_after_its_story_is_published_and_old_at_once(
    rendering: Rendering, language: str
) -> None:
    chain = alive(rendering, STORIES[language])[:-1]
    events = decided(faults.late(chain, 0))
    flash, old = events[-2:]
    assert (flash.kind, old.kind) == (EventKind.NEW, EventKind.SUPERSEDED)
    assert old.of == flash.item.id
    assert old.cause == flash.id
    assert "after-its-story" in flash.reasons
    assert flash.story_key == events[0].story_key


@apart
@per_language
def test_its_kill_ends_every_message_of_it(rendering: Rendering, language: str) -> None:
    chain = a_chain(rendering, STORIES[language])
    events = decided(chain)
    last = {event.item.item_key: event.item for event in events if event.item is not None}
    assert len(last) == len(chain)
    assert {item.pubstatus for item in last.values()} == {PubStatus.CANCELED}
    assert not any(item.paragraphs for item in last.values())


MIXED = [
    ("iptc-7901", "anpa-1312", "newsml-g2", "ninjs-3", "newsml-1.2", "nitf"),
    ("anpa-1312", "iptc-7901", "ap-media", "newsml-g2", "ninjs-1", "iptc-7901"),
    ("zczc", "iptc-7901", "nitf", "zczc", "anpa-1312", "ninjs-2"),
    ("email", "html", "dpa-digitalwires", "rss", "plain-text", "email"),
]


@pytest.mark.parametrize("names", MIXED, ids=lambda names: names[0])
@per_language
def test_formats_may_be_mixed(names: tuple[str, ...], language: str) -> None:
    story = STORIES[language]
    chain = [
        a_message(BY_NAME[name], story, version)
        for name, version in zip(names, story.versions, strict=False)
    ]
    events = decided(chain)
    assert len(stories(events)) == 1
    kinds = [event.kind for event in primary(events)]
    assert EventKind.DUPLICATE not in kinds
    assert kinds[-1] in {EventKind.NEW, EventKind.UPDATE}
    assert len(superseded(events)) == 2


def embargoed(desk: Desk, messages: list[RawMessage], place: int) -> tuple[list[WireEvent], Item]:
    """The messages decided, the one at ``place`` under an embargo of an hour."""
    events: list[WireEvent] = []
    for number, raw in enumerate(messages):
        item = read_once(raw.body, raw.content_type)
        arrived = {"received_at": raw.received_at}
        if number == place and raw.received_at is not None:
            arrived |= {"embargoed_until": raw.received_at + timedelta(hours=1)}
        held = item.model_copy(update=arrived)
        events += desk.decide(held, source=source_of(raw))
    return events, held


@per_format
@per_language
def test_an_embargoed_update_comes_out_in_its_story_when_its_time_is_there(
    rendering: Rendering, language: str
) -> None:
    desk = Desk()
    place = [version.stage for version in STORIES[language].versions].index(Stage.SECOND)
    events, held = embargoed(desk, alive(rendering, STORIES[language])[: place + 1], place)
    assert events[-1].kind is EventKind.HOLD
    assert events[-1].item is None
    assert held.embargoed_until is not None
    assert told(desk.tick(held.embargoed_until - timedelta(seconds=1))) == []
    released = told(desk.tick(held.embargoed_until))
    assert released[0].kind is EventKind.RELEASE
    assert released[0].story_key == events[0].story_key
    assert released[0].item is not None
    assert released[0].item.paragraphs == held.paragraphs
