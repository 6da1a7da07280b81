"""Texts sent in takes: each published as it comes, the whole under the key of the first."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from schemas.codec import decode, encode
from schemas.event import EventKind, WireEvent
from schemas.item import TEXT_CONTINUES, Audit, Item, Lifecycle, LifecycleKind, Paragraph, PubStatus
from schemas.journal import JournalRecord, StateRecord
from streams.decode.lifecycle import read_markers
from streams.desk import Desk
from streams.desk.identity import content_hash, order_key
from streams.desk.takes import (
    LONGEST_TAKE,
    MOST_CHARACTERS,
    MOST_SERIES,
    MOST_TAKES,
    take_name,
    take_number,
)

T0 = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TEXTS = (
    "The harbour council of Brestava voted late on Tuesday to close the northern dock for repairs.",
    "Engineer Milena Torvald told reporters that the quay wall had shifted by 14 centimetres.",
    "Fishing crews said the closure would cost them 320,000 crowns before the herring season ends.",
    "A spokesman for the port authority said that ferries to Ostholm would sail from the old pier.",
)


def a_take(
    number: int,
    *,
    text: str | None = None,
    headline: str | None = None,
    slugline: str = "HARBOUR-BRESTAVA",
    more: bool | None = None,
    made: float | None = None,
    key: str | None = None,
    marker: str | None = None,
    **fields: object,
) -> Item:
    """One take; all but the last say that another follows."""
    if headline is None:
        headline = "Brestava closes dock" + (f" ={number}" if number > 1 else "")
    if marker is not None:
        headline = f"{marker} {headline}"
    more = number < len(TEXTS) if more is None else more
    made = number if made is None else made
    item_key = f"nordan:{key or f'take{number}'}"
    order = order_key(T0 + timedelta(minutes=made), None)
    body = text or TEXTS[number - 1]
    given = {
        "lifecycle": read_markers(headline, slugline),
        "provider": "nordan",
        "received_at": T0,
    } | fields
    return Item(
        id=f"{item_key}@{order}",
        item_key=item_key,
        order_key=order,
        version_created=T0 + timedelta(minutes=made),
        headline=headline,
        slugline=slugline,
        paragraphs=(Paragraph(text=body),),
        content_hash=content_hash(headline, [body]),
        audit=Audit(warnings=(TEXT_CONTINUES,) if more else ()),
        **given,
    )


def a_kill_of(item: Item, made: float = 30) -> Item:
    order = order_key(T0 + timedelta(minutes=made), None)
    return item.model_copy(
        update={
            "id": f"{item.item_key}@{order}",
            "order_key": order,
            "version_created": T0 + timedelta(minutes=made),
            "paragraphs": (),
            "pubstatus": PubStatus.CANCELED,
            "lifecycle": Lifecycle(kinds=(LifecycleKind.KILL,)),
        }
    )


def decided(*items: Item, desk: Desk | None = None) -> list[WireEvent]:
    desk = desk or Desk()
    return [event for item in items for event in desk.decide(item)]


def texts_of(events: list[WireEvent]) -> dict[str, tuple[str, ...]]:
    """What each key shows in the end."""
    return {
        event.item.item_key: tuple(paragraph.text for paragraph in event.item.paragraphs)
        for event in events
        if event.item is not None and event.kind is not EventKind.DUPLICATE
    }


@pytest.mark.parametrize("order", list(permutations(range(1, 5))), ids=str)
def test_takes_are_joined_in_any_order_of_arrival(order):
    events = decided(*(a_take(number) for number in order))
    found = texts_of(events)
    assert found["nordan:take1"] == TEXTS
    for number in (2, 3, 4):
        assert found[f"nordan:take{number}"] == (TEXTS[number - 1],)


def test_each_take_is_published_linked_to_the_one_before_and_in_one_story():
    events = decided(*(a_take(number) for number in (1, 2, 3)))
    primary = [event for event in events if event.cause is None]
    assert [event.kind for event in primary] == [EventKind.NEW] * 3
    assert {event.story_key for event in events} == {"nordan:take1"}
    first, second, third = (event.item for event in primary)
    assert [(link.rel, link.target) for link in second.links] == [("continues", first.id)]
    assert [(link.rel, link.target) for link in third.links] == [("continues", second.id)]


def test_the_whole_sorts_after_its_first_take_and_before_its_next_version():
    first, second = a_take(1), a_take(2)
    events = decided(first, second)
    (joined,) = [event for event in events if event.cause is not None]
    assert joined.kind is EventKind.UPDATE
    assert joined.of == first.id
    assert joined.item.item_key == first.item_key
    assert first.order_key < joined.item.order_key < a_take(1, made=1.01).order_key
    assert joined.item.id == f"{joined.item.item_key}@{joined.item.order_key}"
    assert joined.reasons == ("takes=2",)
    assert [link.target for link in joined.item.links] == [second.id]


def test_the_whole_says_that_more_follows_as_long_as_its_last_take_does():
    events = decided(*(a_take(number) for number in (1, 2, 3, 4)))
    wholes = [event.item for event in events if event.cause is not None]
    said = [TEXT_CONTINUES in whole.audit.warnings for whole in wholes]
    assert said == [True, True, False]


def test_events_have_ids_of_their_own():
    takes = [a_take(number) for number in (2, 1, 4, 3)]
    takes += [a_take(1, made=20, text="Another opening of the text from Brestava.")]
    events = decided(*takes)
    assert len({event.id for event in events}) == len(events)


def test_a_newer_version_of_a_take_joins_anew():
    events = decided(a_take(1), a_take(2), a_take(3), a_take(2, made=9, text="Torvald: 17 cm."))
    assert texts_of(events)["nordan:take1"] == (TEXTS[0], "Torvald: 17 cm.", TEXTS[2])
    newer = decided(a_take(1), a_take(2), a_take(1, made=9, text="The council of Brestava met."))
    assert texts_of(newer)["nordan:take1"] == ("The council of Brestava met.", TEXTS[1])


def test_a_first_take_that_becomes_a_whole_text_is_joined_with_nothing():
    whole = a_take(1, made=9, text="All of it in one piece now.", more=False)
    events = decided(a_take(1), a_take(2), whole, a_take(3))
    assert texts_of(events)["nordan:take1"] == ("All of it in one piece now.",)


def test_a_correction_of_a_take_under_another_key_takes_its_place():
    long = " ".join(TEXTS[1:])
    corrected = a_take(2, key="other", made=9, text=long.replace("14", "17"), marker="CORRECTED -")
    events = decided(a_take(1), a_take(2, text=long), corrected)
    assert texts_of(events)["nordan:take1"] == (TEXTS[0], long.replace("14", "17"))


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_killed_take_leaves_the_text(number):
    takes = [a_take(1), a_take(2), a_take(3)]
    desk = Desk()
    events = decided(*takes, a_kill_of(takes[number - 1]), desk=desk)
    shown = texts_of(events)["nordan:take1"]
    assert shown == TEXTS[: number - 1]
    assert TEXTS[number - 1] not in shown
    more = decided(a_take(4), desk=desk)
    assert all(TEXTS[number - 1] not in text for text in texts_of(more).values())


def test_a_held_take_leaves_the_text_until_it_is_released():
    desk = Desk()
    held = a_take(2, made=9, pubstatus=PubStatus.WITHHELD)
    events = decided(a_take(1), a_take(2), held, desk=desk)
    assert texts_of(events)["nordan:take1"] == TEXTS[:1]
    released = decided(a_take(2, made=12), desk=desk)
    assert texts_of(released)["nordan:take1"] == TEXTS[:2]


def test_an_embargoed_take_joins_when_a_tick_releases_it():
    desk = Desk()
    due = T0 + timedelta(hours=1)
    events = decided(a_take(1), a_take(2, embargoed_until=due), desk=desk)
    assert TEXTS[1] not in str(events)
    released = desk.tick(due)
    assert texts_of(released)["nordan:take1"] == TEXTS[:2]


class TestWhatIsNotJoined:
    def test_two_different_takes_of_one_number(self):
        events = decided(a_take(1), a_take(2), a_take(2, key="two", text="Quite another thing."))
        assert texts_of(events)["nordan:take1"] == TEXTS[:1]
        assert texts_of(events)["nordan:two"] == ("Quite another thing.",)

    def test_a_gap(self):
        events = decided(a_take(1), a_take(2), a_take(4))
        assert texts_of(events)["nordan:take1"] == TEXTS[:2]

    def test_take_900_of_nothing(self):
        other = a_take(4, headline="TAKE 900 - Brestava closes dock", key="nine")
        (event,) = decided(other)
        assert event.kind is EventKind.NEW
        assert event.reasons == ()

    @pytest.mark.parametrize(
        "other",
        [
            {"headline": "Quite another headline =2"},
            {"slugline": "SOCCER"},
            {"provider": "sudan"},
            {"marker": "UPDATE 2-"},
        ],
        ids=["headline", "slugline", "provider", "version"],
    )
    def test_takes_of_another_text(self, other):
        events = decided(
            a_take(1, marker="UPDATE 1-"), a_take(2, **{"marker": "UPDATE 1-"} | other)
        )
        assert texts_of(events)["nordan:take1"] == TEXTS[:1]

    def test_a_take_without_headline_where_two_texts_of_its_slugline_are_open(self):
        second = a_take(2, headline="", slugline="HARBOUR-BRESTAVA, 1st Add")
        one, two = a_take(1), a_take(1, key="b", headline="Strike in Ostholm", text="A strike.")
        assert texts_of(decided(one, second))["nordan:take1"] == TEXTS[:2]
        events = decided(one, two, second)
        assert texts_of(events)["nordan:take1"] == TEXTS[:1]
        assert texts_of(events)["nordan:b"] == ("A strike.",)

    def test_takes_a_day_apart(self):
        late = a_take(2, received_at=T0 + timedelta(hours=7), made=7 * 60)
        events = decided(a_take(1), late)
        assert texts_of(events)["nordan:take1"] == TEXTS[:1]

    def test_a_text_that_is_no_take(self):
        plain = a_take(1, key="plain", more=False, text="The whole of another text of the day.")
        events = decided(plain, a_take(2))
        assert texts_of(events)["nordan:plain"] == ("The whole of another text of the day.",)

    def test_a_retransmitted_take_changes_nothing(self):
        desk = Desk()
        decided(a_take(1), a_take(2), desk=desk)
        again = decided(a_take(2), a_take(1), desk=desk)
        assert [event.kind for event in again] == [EventKind.DUPLICATE] * 2


class TestBounds:
    def test_a_take_that_is_too_long_stands_alone(self):
        desk = Desk()
        events = decided(a_take(1), a_take(2, text="x " * LONGEST_TAKE), desk=desk)
        assert len(texts_of(events)["nordan:take1"]) == 1
        assert desk._memory.takes.characters == len(TEXTS[0])

    def test_takes_that_never_end_are_let_go(self):
        desk = Desk()
        for number in range(MOST_SERIES + 20):
            decided(a_take(1, key=f"k{number}", headline=f"Story {number}"), desk=desk)
        assert len(desk._memory.takes) == MOST_SERIES
        for number in range(2 * MOST_TAKES + 10):
            decided(a_take(2, key=f"n{number}", text=f"Text number {number}."), desk=desk)
        assert max(len(one.takes) for one in desk._memory.takes._series.values()) == 2 * MOST_TAKES

    def test_fifty_megabytes_in_takes_are_let_go(self):
        desk = Desk()
        for number in range(100):
            text = f"{number} " + "x" * (LONGEST_TAKE - 10)
            decided(a_take(1, key=f"k{number}", headline=f"Story {number}", text=text), desk=desk)
        assert desk._memory.takes.characters <= MOST_CHARACTERS

    def test_what_is_past_its_window_is_let_go(self):
        desk = Desk()
        decided(a_take(1), desk=desk)
        late = T0 + timedelta(hours=7)
        decided(a_take(1, key="b", headline="Other", received_at=late), desk=desk)
        assert len(desk._memory.takes) == 1


@pytest.mark.parametrize("cut", range(5))
def test_a_restored_desk_joins_the_same(cut):
    takes = [a_take(1), a_take(3), a_take(2), a_kill_of(a_take(3)), a_take(4), a_take(3, made=40)]
    one = Desk()
    decided(*takes[:cut], desk=one)
    changes = one.drain()
    two = Desk()
    two.restore(
        [decode(StateRecord, encode(record)) for record in changes.state],
        [record for _, record in changes.held if record is not None],
        [decode(JournalRecord, encode(record)) for record in changes.journal],
    )
    first = [encode(event) for event in decided(*takes[cut:], desk=one)]
    assert [encode(event) for event in decided(*takes[cut:], desk=two)] == first


@pytest.mark.parametrize(
    ("headline", "slugline", "number"),
    [
        ("Oil rises =2", None, 2),
        ("UPDATE 1-Oil rises =3", None, 3),
        ("Oil rises", "BC-Oil, 1st Add", 2),
        ("TAKE 2 - Oil rises", None, 2),
        ("(2e take) Le pétrole monte", None, 2),
        ("SUITE 1 - Le pétrole monte", None, 2),
        ("(suite) Le pétrole monte", None, 2),
        ("SUITE - Le pétrole monte", None, 2),
        ("Le pétrole monte (suite)", None, 2),
        ("Le pétrole monte (suite 2)", None, 3),
        ("Oil rises (take 3)", None, 3),
        ("1. FORTSETZUNG - Öl steigt", None, 2),
        ("Oil rises", None, None),
        ("UPDATE 2-Oil rises", None, None),
    ],
)
def test_the_number_of_a_take_is_what_its_marker_means(headline, slugline, number):
    item = a_take(1, headline=headline, slugline=slugline, more=False)
    assert take_number(item) == number


@pytest.mark.parametrize(
    "slugline",
    ["CANAL-LOCK", "BC-Canal-Lock, 2nd Ld", "Canal-Lock-1st Add", "BC-CANAL-LOCK, 1st Add"],
)
def test_takes_are_named_without_their_marks(slugline):
    name = take_name(a_take(2, slugline=slugline))
    assert (name.slugline, name.headline) == ("canal lock", "brestava closes dock")


@pytest.mark.parametrize(
    "headline",
    [
        "Brestava closes dock",
        "SUITE - Brestava closes dock",
        "Brestava closes dock =2",
        "Brestava closes dock (suite)",
        "Brestava closes dock (2nd take)",
    ],
)
def test_takes_are_named_by_their_headline_without_its_mark(headline):
    assert take_name(a_take(2, headline=headline)).headline == "brestava closes dock"
