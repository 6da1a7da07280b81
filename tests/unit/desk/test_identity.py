from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.event import EventKind, Source
from schemas.item import Item, Paragraph, PubStatus
from streams.desk import Desk
from streams.desk.identity import (
    is_unordered,
    is_unplaced,
    order_key,
    source_id,
    tombstone_of,
)
from streams.desk.packing import pack_order, unpack_order

ORDERINGS = ("time-then-version", "version-then-time")
T0 = datetime(2016, 2, 12, 10, tzinfo=UTC)

times = st.one_of(
    st.none(), st.integers(0, 5).map(lambda hours: T0 + timedelta(hours=hours, microseconds=hours))
)
numbers = st.one_of(st.none(), st.integers(0, 12), st.integers(10**18, 10**25))


@pytest.mark.parametrize("ordering", ORDERINGS)
@given(versions=st.lists(st.tuples(times, numbers), max_size=8), random=st.randoms())
def test_versions_sort_alike_in_any_order_of_arrival(ordering, versions, random) -> None:
    def rank(version):
        time, number = version
        made = (time is not None, time or T0)
        counted = (number is not None, number or 0)
        return (made, counted) if ordering == "time-then-version" else (counted, made)

    def key(version):
        time, number = version
        return order_key(time, None if number is None else str(number), ordering)

    shuffled = list(versions)
    random.shuffle(shuffled)
    assert sorted(map(key, shuffled)) == list(map(key, sorted(versions, key=rank)))


@given(st.lists(st.integers(0, 10**30), min_size=2, max_size=5))
def test_versions_that_are_numbers_sort_as_numbers(found) -> None:
    for ordering in ORDERINGS:
        keys = [order_key(T0, str(number), ordering) for number in found]
        assert [keys[found.index(number)] for number in sorted(found)] == sorted(keys)


def test_leading_zeros_and_white_space_are_no_difference() -> None:
    assert order_key(T0, " 007 ") == order_key(T0, "7") == order_key(T0, "0" * 40 + "7")


def test_the_policy_says_which_comes_first() -> None:
    early, late = (T0, "2"), (T0 + timedelta(hours=1), "1")
    assert order_key(*early) < order_key(*late)
    assert order_key(*early, "version-then-time") > order_key(*late, "version-then-time")


@pytest.mark.parametrize("ordering", ORDERINGS)
def test_what_is_missing_sorts_first(ordering) -> None:
    assert order_key(None, None, ordering) < order_key(None, "0", ordering)
    assert order_key(None, "1", ordering) < order_key(T0, "1", ordering)
    assert is_unordered(order_key(None, None, ordering))
    assert not is_unordered(order_key(T0, None, ordering))
    assert not is_unordered(order_key(None, "1", ordering))


@pytest.mark.parametrize("ordering", ORDERINGS)
@pytest.mark.parametrize("version", [None, "7", "9" * 30, "2.1-RC/3"])
@pytest.mark.parametrize("time", [None, T0])
def test_every_order_key_can_be_packed(time, version, ordering) -> None:
    key = order_key(time, version, ordering)
    assert unpack_order(*pack_order(key)) == key


def test_a_version_without_what_orders_first_has_no_place() -> None:
    assert is_unplaced(order_key(None, "3"))
    assert is_unplaced(order_key(T0, None, "version-then-time"))
    assert not is_unplaced(order_key(T0, None))
    assert not is_unplaced(order_key(None, "3", "version-then-time"))


def test_a_tombstone_stands_after_everything_made_before_it() -> None:
    now = T0 + timedelta(days=1)
    numbered = order_key(T0, "3", "version-then-time")
    bare = order_key(T0, None, "version-then-time")
    for known in (None, numbered, bare):
        assert tombstone_of(bare, None, now, known) > order_key(now, "9" * 40, "version-then-time")
    assert tombstone_of(order_key(None, None), None, now, None) == order_key(now, None)
    assert tombstone_of(numbered, "3", now, bare) == numbered


def version(number: int | None, hour: int | None, *, killed: bool = False) -> Item:
    time = None if hour is None else T0 + timedelta(hours=hour)
    text = None if number is None else str(number)
    order = order_key(time, text, "version-then-time")
    return Item(
        id=f"dpa:1@{order}",
        item_key="dpa:1",
        order_key=order,
        provider="dpa",
        version=text,
        version_created=time,
        received_at=T0 + timedelta(days=1),
        headline=f"Bridge of Brestava closed, version {number}",
        paragraphs=(Paragraph(text=f"The bridge is closed for {number} years, the mayor said."),),
        pubstatus=PubStatus.CANCELED if killed else PubStatus.USABLE,
    )


def last_word(versions) -> tuple[str, str]:
    """The order key and status in which the desk leaves the item."""
    desk = Desk()
    events = []
    for number, item in enumerate(versions):
        position = f"feed:{number}"
        source = Source(id=source_id(position, "00", 0), position=position, sha256="00")
        events += desk.decide(item, source=source, transport=position)
    (state,) = {state.item_key: state for state in desk.drain().state}.values()
    shown = [event.kind for event in events if event.kind is EventKind.KILL]
    return state.order_key, f"{state.status} {len(shown)}"


def test_where_versions_sort_first_any_order_of_arrival_ends_alike() -> None:
    # The clock of the second was wrong: it counts by its number.
    versions = [version(1, 1), version(2, 0), version(3, 2)]
    assert {last_word(order)[0] for order in permutations(versions)} == {versions[2].order_key}


def test_where_versions_sort_first_a_kill_wins_in_any_order() -> None:
    versions = [version(1, 1), version(2, 2), version(3, 0, killed=True)]
    assert {last_word(order) for order in permutations(versions)} == {
        (versions[2].order_key, "killed 1")
    }


@pytest.mark.parametrize("hour", [None, 2])
def test_where_versions_sort_first_a_kill_without_a_number_wins_too(hour) -> None:
    versions = [version(1, 0), version(2, 1), version(None, hour, killed=True)]
    for order in permutations(versions):
        assert last_word(order)[1].startswith("killed"), order
