from __future__ import annotations

import pytest

from schemas.event import EventKind, Source, WireEvent
from streams.counts import Counts


def an_event(kind: EventKind, *, cause: str | None = None) -> WireEvent:
    source = Source(id="s", position="p", sha256="0")
    return WireEvent(id=f"{kind}", kind=kind, source=source, cause=cause)


def test_the_line_names_every_fate_and_its_kinds() -> None:
    counts = Counts()
    counts.receive(5)
    for kind in ("new", "new", "duplicate", "hold", "dead"):
        counts.add(an_event(EventKind(kind)))
    assert counts.line() == (
        "5 in = 2 published (2 new) + 1 linked (1 duplicate) + 1 held (1 hold) "
        "+ 1 rejected (1 dead)"
    )
    assert counts.adds_up()


def test_caused_events_are_not_part_of_the_sum() -> None:
    counts = Counts()
    counts.receive()
    counts.add(an_event(EventKind.UPDATE))
    counts.add(an_event(EventKind.SUPERSEDED, cause="update"))
    counts.add(an_event(EventKind.RELEASE, cause="hold"))
    assert counts.adds_up()
    assert counts.caused[EventKind.RELEASE] == 1


@pytest.mark.parametrize(("received", "primary"), [(2, 1), (1, 2)], ids=["lost", "invented"])
def test_a_lost_or_invented_part_does_not_add_up(received: int, primary: int) -> None:
    counts = Counts()
    counts.receive(received)
    for _ in range(primary):
        counts.add(an_event(EventKind.NEW))
    assert not counts.adds_up()
    assert "DOES NOT ADD UP" in counts.line()


def test_a_primary_event_of_a_kind_that_is_never_primary_does_not_add_up() -> None:
    counts = Counts()
    counts.receive()
    counts.add(an_event(EventKind.GAP))
    assert not counts.adds_up()


def test_parts_met_again_are_in_the_sum_under_their_own_name() -> None:
    counts = Counts()
    counts.receive(3)
    counts.skip()
    counts.add(an_event(EventKind.NEW))
    counts.add(an_event(EventKind.STALE))
    assert counts.adds_up()
    assert counts.line().endswith("+ 1 already decided")


def test_a_run_that_stops_before_the_desk_counts_what_was_cleaned() -> None:
    counts = Counts()
    counts.receive(3)
    for kind in ("cleaned", "cleaned", "rejected"):
        counts.add(an_event(EventKind(kind)))
    assert counts.line() == "3 in = 2 cleaned + 1 rejected (1 rejected)"
    assert counts.adds_up()


def test_counts_of_several_runs_add_up() -> None:
    one, other = Counts(), Counts()
    for counts in (one, other):
        counts.receive()
        counts.add(an_event(EventKind.NEW))
    one.merge(other)
    assert one.received == 2
    assert one.adds_up()


def test_nothing_in_adds_up() -> None:
    assert Counts().adds_up()
