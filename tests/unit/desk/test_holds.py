"""Embargoed and withheld items: who ends a hold, and what readers have meanwhile."""

import pytest

from schemas.event import EventKind
from schemas.item import LifecycleKind, PubStatus
from streams.desk import Desk
from streams.steps import Drop, DropReason
from tests.unit.desk.building import (
    MORE,
    STORY,
    a_kill,
    a_source,
    an_item,
    at,
    decide_all,
    kinds_of,
)


class TestHolds:
    def test_embargo_holds_and_time_releases(self):
        desk = Desk()
        (hold,) = desk.decide(an_item(embargoed_until=at(30)))
        assert (hold.kind, hold.item) == (EventKind.HOLD, None)
        assert desk.next_due() == at(30)
        assert desk.tick(at(29)) == []
        (release,) = desk.tick(at(30))
        assert release.kind is EventKind.RELEASE
        assert release.cause == hold.id
        assert release.item.story_key == "nordan:one"
        assert desk.next_due() is None

    def test_release_comes_before_the_input_whose_time_passes_it(self):
        desk = Desk()
        desk.decide(an_item(embargoed_until=at(30)))
        events = desk.decide(an_item("two", made=60, text=MORE, headline="Loans"))
        assert kinds_of(events) == ["release", "new"]

    def test_reject_releases_too(self):
        desk = Desk()
        desk.decide(an_item(embargoed_until=at(30)))
        events = desk.reject(a_source(), Drop(DropReason.EMPTY), at(31))
        assert kinds_of(events) == ["release", "rejected"]

    def test_newer_version_without_embargo_clears_the_hold(self):
        desk = Desk()
        desk.decide(an_item(embargoed_until=at(30)))
        desk.drain()
        (event,) = desk.decide(an_item(made=5))
        assert event.kind is EventKind.NEW
        assert "hold-cleared" in event.reasons
        assert desk.drain().held == [("nordan:one", None)]
        assert desk.tick(at(31)) == []

    def test_kill_removes_a_hold(self):
        desk = Desk()
        assert decide_all(desk, an_item(embargoed_until=at(30)), a_kill(made=5)) == ["hold", "kill"]
        assert desk.tick(at(31)) == []

    @pytest.mark.parametrize(
        "fields", [{"pubstatus": PubStatus.WITHHELD}, {"kinds": (LifecycleKind.HOLD,)}]
    )
    def test_withheld_item_waits_for_a_newer_version(self, fields):
        desk = Desk()
        assert decide_all(desk, an_item(**fields)) == ["hold"]
        assert desk.next_due() is None
        assert decide_all(desk, an_item(made=5)) == ["new"]

    def test_held_text_is_never_shown_by_other_events(self):
        desk = Desk()
        held = an_item(made=5, embargoed_until=at(30))
        desk.decide(held)
        again = desk.decide(held)
        older = desk.decide(an_item(made=0, received=6, embargoed_until=at(30)))
        assert [(e.kind.value, e.item) for e in again + older] == [
            ("duplicate", None),
            ("stale", None),
        ]

    def test_embargoed_update_leaves_the_published_version_out(self):
        desk = Desk()
        (first,) = desk.decide(an_item())
        desk.decide(an_item(made=5, text=STORY[:4], embargoed_until=at(30)))
        (release,) = desk.tick(at(40))
        assert release.of == first.item.id
        assert release.changes is not None

    def test_releases_come_in_order_of_their_time(self):
        desk = Desk()
        desk.decide(an_item("b", embargoed_until=at(30), text=MORE, headline="Loans"))
        desk.decide(an_item("a", embargoed_until=at(20)))
        events = desk.tick(at(60))
        assert [event.item.item_key for event in events] == ["nordan:a", "nordan:b"]
