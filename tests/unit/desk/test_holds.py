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


class TestKindsOfHolds:
    """An embargo ends with its time; what is withheld, when the agency says so."""

    @pytest.mark.parametrize(
        ("fields", "reason", "due"),
        [
            ({"embargoed_until": at(30)}, "embargo", at(30)),
            ({"pubstatus": PubStatus.WITHHELD}, "withheld", None),
            ({"kinds": (LifecycleKind.HOLD,)}, "hold", None),
            ({"pubstatus": PubStatus.WITHHELD, "embargoed_until": at(30)}, "withheld", None),
        ],
    )
    def test_event_and_held_record_say_which_it_is(self, fields, reason, due):
        desk = Desk()
        (event,) = desk.decide(an_item(**fields))
        ((_, held),) = desk.drain().held
        assert event.reasons[0] == held.reason == reason
        assert held.due == due
        assert len(event.reasons) == (2 if due else 1)
        assert bool(desk.tick(at(60 * 24 * 400))) is bool(due)

    def test_embargo_that_is_over_holds_nothing(self):
        assert decide_all(Desk(), an_item(made=60, embargoed_until=at(30))) == ["new"]
        assert decide_all(Desk(), an_item(made=30, embargoed_until=at(30))) == ["new"]

    @pytest.mark.parametrize("moved", [20, 50])
    def test_newer_version_moves_an_embargo(self, moved):
        desk = Desk()
        desk.decide(an_item(embargoed_until=at(30)))
        assert decide_all(desk, an_item(made=5, embargoed_until=at(moved))) == ["hold"]
        assert desk.next_due() == at(moved)
        assert desk.tick(at(moved - 0.5)) == []
        assert kinds_of(desk.tick(at(moved))) == ["release"]

    def test_older_version_does_not_move_an_embargo(self):
        desk = Desk()
        desk.decide(an_item(made=5, embargoed_until=at(30)))
        assert decide_all(desk, an_item(made=0, received=6, embargoed_until=at(20))) == ["stale"]
        assert desk.next_due() == at(30)

    def test_item_withheld_during_its_embargo_is_not_released_by_time(self):
        desk = Desk()
        desk.decide(an_item(embargoed_until=at(30)))
        withheld = an_item(made=5, embargoed_until=at(30), pubstatus=PubStatus.WITHHELD)
        assert decide_all(desk, withheld) == ["hold"]
        assert desk.next_due() is None
        assert desk.tick(at(60)) == []
        assert decide_all(desk, an_item(made=61)) == ["new"]

    def test_withheld_item_may_be_put_under_an_embargo(self):
        desk = Desk()
        desk.decide(an_item(pubstatus=PubStatus.WITHHELD))
        assert decide_all(desk, an_item(made=5, embargoed_until=at(30))) == ["hold"]
        assert kinds_of(desk.tick(at(30))) == ["release"]

    def test_same_hold_sent_twice_is_one(self):
        desk = Desk()
        items = an_item(embargoed_until=at(30)), an_item(embargoed_until=at(30), received=4)
        assert decide_all(desk, *items) == ["hold", "duplicate"]
        assert kinds_of(desk.tick(at(30))) == ["release"]
        assert desk.tick(at(31)) == []

    @pytest.mark.parametrize(
        "fields", [{"pubstatus": PubStatus.WITHHELD}, {"kinds": (LifecycleKind.HOLD,)}]
    )
    def test_what_is_out_stays_out_when_it_is_held_and_the_hold_names_it(self, fields):
        """Only a kill takes copy back: readers are told of the hold, and keep what they have."""
        desk = Desk()
        (first,) = desk.decide(an_item())
        (hold,) = desk.decide(an_item(made=5, **fields))
        assert (hold.kind, hold.item, hold.of) == (EventKind.HOLD, None, first.item.id)
        assert decide_all(desk, an_item(received=6)) == ["stale"]
        (again,) = desk.decide(an_item(made=9, text=STORY[:4]))
        assert (again.kind, again.of) == (EventKind.UPDATE, first.item.id)

    def test_kill_ends_every_hold_and_what_is_out(self):
        desk = Desk()
        (first,) = desk.decide(an_item())
        desk.decide(an_item(made=5, text=STORY[:4], embargoed_until=at(30)))
        (kill,) = desk.decide(a_kill(made=6))
        assert (kill.kind, kill.of) == (EventKind.KILL, first.item.id)
        assert desk.tick(at(31)) == []
        late = an_item(made=5, text=STORY[:4], received=32, embargoed_until=at(40))
        assert decide_all(desk, late) == ["stale"]
        assert desk.next_due() is None

    def test_embargoed_version_made_after_a_kill_waits_for_its_time(self):
        desk = Desk()
        decide_all(desk, an_item(), a_kill(made=5))
        assert decide_all(desk, an_item(made=9, embargoed_until=at(30))) == ["hold"]
        (release,) = desk.tick(at(30))
        assert (release.kind, release.item.paragraphs != ()) == (EventKind.RELEASE, True)
