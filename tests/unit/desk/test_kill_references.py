"""Kills that name their item by number, headline, slugline or id, before and after it came."""

from datetime import timedelta
from itertools import permutations

import pytest

from schemas.event import ITEM_KINDS, EventKind, WireEvent
from schemas.item import AltId, Item, LifecycleKind, Link, PubStatus
from schemas.journal import Status
from streams.desk import Desk
from streams.desk.identity import content_hash, item_key, order_key
from tests.unit.desk.building import (
    MORE,
    STORY,
    T0,
    a_kill,
    an_item,
    at,
    decide_all,
    kinds_of,
)

HEADLINE = "Brestava closes northern dock"
DAY = 60 * 24
LATER = (STORY[0], *STORY[2:], MORE[0], MORE[1])


def number(text: str) -> tuple[AltId, ...]:
    return (AltId(scheme="agency-number", value=text),)


def names(*targets: str) -> dict[str, object]:
    return {"links": tuple(Link(rel="kills", target=target) for target in targets)}


def a_worded_kill(stable_id: str = "kill", **fields: object) -> Item:
    return a_kill(stable_id, kinds=(LifecycleKind.KILL,), **fields)


def shown(events: list[WireEvent]) -> dict[str, str]:
    """What readers of ``wire.items`` have of each key: its text."""
    return {
        event.item.item_key: event.item.text if event.item.paragraphs else ""
        for event in events
        if event.item is not None and event.kind in ITEM_KINDS
    }


KILLS = {
    "number": ({"alt_ids": number("nordan:0123")}, names("nordan:0123")),
    "number-of-the-line": (
        {"alt_ids": (AltId(scheme="transmission", value="bdt0007"),)},
        names("nordan:BDT0007"),
    ),
    "headline": ({}, names("headline:brestava closes northern dock")),
    "headline-borne": ({}, {"headline": f"KILL KILL KILL - {HEADLINE}"}),
    "slugline": ({"slugline": "BC-EU--Dock, 1st Ld"}, names("slugline:bc eu dock")),
    "slugline-borne": ({"slugline": "Dock/"}, {"slugline": "DOCK/KILL", "headline": "Withdrawn"}),
    "usn": ({"alt_ids": (AltId(scheme="usn", value="nL1N14N0FF"),)}, names("usn:L1N14N0FF")),
    "key": ({}, names("one")),
    "item-key": ({}, names("nordan:one")),
    "guid": ({"alt_ids": (AltId(scheme="guid", value="g-17"),)}, names("g-17")),
    "own-guid": (
        {"alt_ids": (AltId(scheme="guid", value="g-17"),)},
        {"alt_ids": (AltId(scheme="guid", value="g-17"),), "headline": "Withdrawn"},
    ),
    "urn": (
        {"alt_ids": (AltId(scheme="urn", value="urn:newsml:n.example:20260302:ab:3"),)},
        names("urn:newsml:n.example:20260302:ab:4N"),
    ),
}
BEFORE_ITS_ITEM = sorted(set(KILLS) - {"slugline-borne", "own-guid"})
"""What a kill only bears, but for a headline, says too little to wait for."""


@pytest.mark.parametrize("way", KILLS)
class TestFinding:
    def test_named_item_gets_a_canceled_item_of_its_own(self, way):
        fields, said = KILLS[way]
        desk = Desk()
        (first,) = desk.decide(an_item(**fields))
        kill, ended = desk.decide(a_worded_kill(made=5, **said))
        assert (kill.kind, kill.of) == (EventKind.KILL, first.item.id)
        assert "unknown-key" not in kill.reasons
        assert kill.item.item_key == "nordan:kill"
        assert (ended.kind, ended.of, ended.cause) == (EventKind.KILL, first.item.id, kill.id)
        assert ended.item.item_key == "nordan:one"
        assert ended.item.id == f"nordan:one@{ended.item.order_key}"
        assert ended.item.order_key > first.item.order_key
        assert ended.item.pubstatus is PubStatus.CANCELED
        assert ended.item.paragraphs == ()
        assert [link.target for link in ended.item.links] == [first.item.id]
        assert kill.story_key == ended.story_key == first.story_key

    def test_what_was_made_later_lives(self, way):
        fields, said = KILLS[way]
        desk = Desk()
        desk.decide(an_item(made=10, **fields))
        events = desk.decide(a_worded_kill(made=5, received=12, **said))
        assert kinds_of(events) == ["kill"]
        assert "unknown-key" in events[0].reasons

    def test_item_of_another_provider_lives(self, way):
        fields, said = KILLS[way]
        desk = Desk()
        desk.decide(an_item(provider="ostpress", **fields))
        events = desk.decide(a_worded_kill(made=5, **said))
        assert not any(event.item and event.item.provider == "ostpress" for event in events)
        assert kinds_of(events) in (["kill"], ["kill", "kill_warning"])


@pytest.mark.parametrize("way", BEFORE_ITS_ITEM)
class TestKillBeforeItsItem:
    def test_item_is_stale_and_never_shown(self, way):
        fields, said = KILLS[way]
        desk = Desk()
        (kill,) = desk.decide(a_worded_kill(made=5, **said))
        assert "unknown-key" in kill.reasons
        (event,) = desk.decide(an_item(received=6, **fields))
        assert (event.kind, event.item, event.of) == (EventKind.STALE, None, kill.item.id)
        assert event.reasons[0] == "killed"
        again = desk.decide(an_item(received=7, **fields))
        assert [(e.kind, e.item) for e in again] == [(EventKind.STALE, None)]

    def test_item_made_later_is_published(self, way):
        fields, said = KILLS[way]
        desk = Desk()
        desk.decide(a_worded_kill(made=5, **said))
        (event,) = desk.decide(an_item(made=6, **fields))
        assert event.kind is EventKind.NEW

    def test_restored_desk_knows_it_too(self, way):
        fields, said = KILLS[way]
        desk, heir = Desk(), Desk()
        desk.decide(a_worded_kill(made=5, **said))
        heir.restore(desk.drain().state, [], [])
        assert kinds_of(heir.decide(an_item(received=6, **fields))) == ["stale"]


class TestWindows:
    @pytest.mark.parametrize("way", ["key", "guid", "urn", "usn"])
    def test_id_stays_killed_when_everything_else_is_forgotten(self, way):
        fields, said = KILLS[way]
        desk, heir = Desk(), Desk()
        desk.decide(a_worded_kill(made=5, **said))
        heir.restore(desk.drain().state, [], [])
        heir.tick(T0 + timedelta(days=500))
        assert kinds_of(heir.decide(an_item(received=501 * DAY, **fields))) == ["stale"]

    def test_number_is_that_of_the_kills_day(self):
        desk = Desk()
        fields = {"alt_ids": number("nordan:0123")}
        other = an_item("old", text=MORE, headline="Loans for the crews", **fields)
        decide_all(desk, other, an_item(made=DAY, **fields))
        events = desk.decide(a_worded_kill(made=DAY + 5, **names("nordan:0123")))
        assert list(shown(events)) == ["nordan:kill", "nordan:one"]

    def test_number_of_the_day_before_is_meant_shortly_after_midnight(self):
        desk = Desk()
        desk.decide(an_item(made=14.9 * 60, alt_ids=number("nordan:0999")))
        events = desk.decide(a_worded_kill(made=15.2 * 60, **names("nordan:0999")))
        assert kinds_of(events) == ["kill", "kill"]

    def test_number_used_again_two_days_later_is_another_item(self):
        desk = Desk()
        desk.decide(a_worded_kill(made=5, **names("nordan:0123")))
        later = an_item(made=2 * DAY, alt_ids=number("nordan:0123"))
        undated = an_item("x", made=None, received=3 * DAY, alt_ids=number("nordan:0123"))
        assert decide_all(desk, later, undated) == ["new", "duplicate"]

    def test_kills_of_one_number_on_two_days_both_wait(self):
        desk = Desk()
        desk.decide(a_worded_kill("k1", made=5, **names("nordan:0123")))
        desk.decide(a_worded_kill("k2", made=DAY + 5, **names("nordan:0123")))
        first = an_item(received=DAY + 6, alt_ids=number("nordan:0123"))
        other = {"text": MORE, "headline": "Loans", "alt_ids": number("nordan:0123")}
        second = an_item("two", made=DAY, received=DAY + 7, **other)
        assert decide_all(desk, first, second) == ["stale", "stale"]

    def test_headline_of_last_week_is_another_story(self):
        desk = Desk()
        desk.decide(an_item())
        events = desk.decide(a_worded_kill(made=7 * DAY, headline=HEADLINE))
        assert kinds_of(events) == ["kill"]
        assert events[0].reasons[1] == "unknown-key"

    def test_kill_by_status_alone_takes_the_headline_of_today_and_waits_for_none(
        self,
    ):
        desk = Desk()
        desk.decide(an_item())
        assert kinds_of(desk.decide(a_kill("kill", made=5))) == ["kill", "kill"]
        early = Desk()
        early.decide(a_kill("kill", made=5))
        assert kinds_of(early.decide(an_item(received=6))) == ["new"]

    def test_number_of_the_kill_itself_names_nothing(self):
        desk = Desk()
        desk.decide(an_item(alt_ids=number("nordan:0007")))
        kill = a_worded_kill(made=DAY, alt_ids=number("nordan:0007"), headline="Withdrawn")
        assert kinds_of(desk.decide(kill)) == ["kill"]


class TestDoubt:
    def test_reference_to_several_stories_ends_none_and_warns_of_each(self):
        desk = Desk()
        one = an_item(slugline="Dock")
        two = an_item("two", text=MORE, headline="Crews are to get loans", slugline="Dock")
        decide_all(desk, one, two)
        kill, *warned = desk.decide(a_worded_kill(made=9, **names("slugline:dock")))
        assert kill.kind is EventKind.KILL
        assert "ambiguous=2" in kill.reasons
        assert kill.of is None
        assert [(e.kind, e.of) for e in warned] == [
            (EventKind.KILL_WARNING, one.id),
            (EventKind.KILL_WARNING, two.id),
        ]
        assert list(shown([kill, *warned])) == ["nordan:kill"]

    def test_number_of_another_agency_is_warned_about(self):
        desk = Desk()
        (item,) = desk.decide(an_item(provider="dpa", alt_ids=number("dpa:0123")))
        kill, warned = desk.decide(a_worded_kill(made=5, **names("dpa:0123")))
        assert (warned.kind, warned.of) == (EventKind.KILL_WARNING, item.item.id)
        assert "unknown-key" in kill.reasons

    def test_kill_of_nothing_ever_seen_is_loud_and_harmless(self):
        desk = Desk()
        desk.decide(an_item())
        kill = a_worded_kill(made=5, headline="Never sent by anybody", **names("nordan:9999"))
        (event,) = desk.decide(kill)
        assert event.reasons == ("canceled", "unknown-key", "unknown=nordan:9999")
        assert kinds_of(desk.decide(an_item(received=6))) == ["duplicate"]

    @pytest.mark.parametrize(
        "target",
        ["", ":", "headline:", "slugline:", "usn:", "a" * 9000, "\ud800:0123", "x:\x00", "dpa:٣٣"],
    )
    def test_strange_reference_does_no_harm(self, target):
        desk = Desk()
        desk.decide(an_item())
        assert kinds_of(desk.decide(a_worded_kill(made=5, **names(target)))) == ["kill"]
        assert kinds_of(desk.decide(an_item("two", made=6, text=MORE, headline="Loans"))) == ["new"]

    def test_kill_with_a_thousand_references_is_bounded(self):
        desk = Desk()
        desk.decide(a_worded_kill(**names(*(f"nordan:{n:04}" for n in range(1000)))))
        (record,) = desk.drain().journal
        assert len(record.states) <= 20

    @pytest.mark.parametrize("year", [1, 999, 9999])
    def test_kill_of_another_age(self, year):
        desk = Desk()
        created = T0.replace(year=year)
        order = order_key(created, None)
        fields = {"version_created": created, "order_key": order, "id": f"nordan:kill@{order}"}
        kill = a_worded_kill(**names("nordan:0123", "headline:a b c")).model_copy(update=fields)
        item = an_item(alt_ids=number("nordan:0123")).model_copy(
            update={"order_key": order, "id": f"nordan:one@{order}", "version_created": created}
        )
        assert kinds_of(desk.decide(kill))[0] == "kill"
        assert kinds_of(desk.decide(item)) == ["stale"]


class TestStories:
    def chain(self) -> tuple[Item, Item, Item]:
        return (
            an_item("m1", made=0),
            an_item("m2", made=10, text=STORY + MORE, kinds=(LifecycleKind.LEAD,)),
            an_item(
                "m3",
                made=20,
                text=(*STORY, *MORE, "Ferries sail."),
                headline="Dock shut, loans promised",
                kinds=(LifecycleKind.LEAD,),
            ),
        )

    def test_kill_of_one_ends_all_that_were_made_of_the_story(self):
        desk = Desk()
        assert decide_all(desk, *self.chain()) == ["new", "update", "update"]
        kill = a_worded_kill(made=30, headline="KILL KILL KILL - Dock shut, loans promised")
        events = desk.decide(kill)
        assert kinds_of(events) == ["kill"] * 4
        assert shown(events) == dict.fromkeys(
            ["nordan:kill", "nordan:m1", "nordan:m2", "nordan:m3"], ""
        )
        assert len({event.id for event in events}) == 4

    def test_kill_by_its_own_key_ends_the_story_too(self):
        desk = Desk()
        decide_all(desk, *self.chain())
        assert kinds_of(desk.decide(a_kill("m2", made=30))) == ["kill"] * 3

    def test_part_of_the_story_made_after_the_kill_lives(self):
        desk = Desk()
        decide_all(desk, *self.chain())
        events = desk.decide(a_worded_kill(made=15, received=31, **names("m1")))
        assert sorted(shown(events)) == ["nordan:kill", "nordan:m1", "nordan:m2"]

    @pytest.mark.parametrize("named", ["m1", "m2", "m3"])
    def test_story_dies_in_any_order_of_arrival(self, named):

        kill = a_worded_kill(made=30, **names(named))
        for order in permutations([*self.chain(), kill]):
            desk = Desk()
            items = [
                item.model_copy(update={"received_at": at(40 + place)})
                for place, item in enumerate(order)
            ]
            events = [event for item in items for event in desk.decide(item)]
            assert not any(shown(events).values()), [item.item_key for item in order]

    def test_reprints_of_all_parts_are_warned_about_once(self):
        desk = Desk()
        one, two, _ = self.chain()
        copy = an_item("c", made=12, text=STORY + MORE, provider="ostpress")
        again = an_item("p", made=13, text=STORY + MORE, provider="portal")
        decide_all(desk, one, two, copy, again)
        events = desk.decide(a_worded_kill(made=30, **names("m1")))
        warned = [event.of for event in events if event.kind is EventKind.KILL_WARNING]
        assert sorted(warned) == [copy.id, again.id]

    def test_retransmission_made_before_the_kill_is_dead(self):
        desk = Desk()
        decide_all(desk, an_item(), a_kill(made=5))
        (event,) = desk.decide(an_item("again", made=3, received=6))
        assert (event.kind, event.item) == (EventKind.STALE, None)
        assert "killed" in event.reasons

    def test_reissue_under_a_new_key_can_be_killed_again(self):
        desk = Desk()
        decide_all(desk, an_item(), a_kill(made=5))
        reissue = an_item("again", made=10)
        first, warned = desk.decide(reissue)
        assert [link.rel for link in first.item.links] == ["reissues"]
        assert warned.kind is EventKind.KILL_WARNING
        events = desk.decide(a_worded_kill("k2", made=15, **names("again")))
        assert list(shown(events)) == ["nordan:k2", "nordan:again"]

    def test_newer_version_of_an_ended_key_is_reinstated_without_what_was_killed(self):
        desk = Desk()
        decide_all(desk, *self.chain())
        desk.decide(a_worded_kill(made=30, **names("m2")))
        update, reinstated = desk.decide(an_item("m1", made=40, text=STORY[:4]))
        assert (update.kind, reinstated.kind) == (EventKind.UPDATE, EventKind.REINSTATED)
        assert update.changes is None

    def test_copy_of_a_copy_of_what_was_killed_is_warned_about_when_it_comes(self):
        desk = Desk()
        copy = an_item("c", made=2, provider="ostpress")
        decide_all(desk, an_item(), copy, a_kill(made=5))
        late = an_item("p", made=9, provider="portal")
        assert kinds_of(desk.decide(late)) == ["reprint", "kill_warning"]


class TestHeld:
    def test_kill_by_reference_ends_a_hold(self):
        desk = Desk()
        desk.decide(an_item(embargoed_until=at(60), alt_ids=number("nordan:0123")))
        desk.drain()
        events = desk.decide(a_worded_kill(made=5, **names("nordan:0123")))
        assert kinds_of(events) == ["kill", "kill"]
        assert desk.drain().held == [("nordan:one", None)]
        assert desk.next_due() is None
        assert desk.tick(at(61)) == []

    def test_held_version_of_a_killed_story_is_not_released(self):
        desk = Desk()
        desk.decide(an_item())
        desk.decide(an_item("two", made=3, text=LATER, embargoed_until=at(60)))
        desk.decide(a_worded_kill(made=5, **names("one")))
        events = desk.tick(at(61))
        assert [(e.kind, e.item) for e in events] == [(EventKind.STALE, None)]
        assert events[0].reasons[0] == "hold-ended"
        assert desk.drain().held[-1] == ("nordan:two", None)

    def test_item_that_a_kill_waits_for_is_not_held(self):
        desk = Desk()
        desk.decide(a_worded_kill(made=5, **names("one")))
        held = an_item(received=6, embargoed_until=at(60))
        assert kinds_of(desk.decide(held)) == ["stale"]
        assert desk.next_due() is None


def test_versions_that_sort_first_are_ended_after_every_number():
    desk = Desk()
    item = an_item(alt_ids=number("nordan:0123"))
    order = order_key(T0, "7", "version-then-time")
    item = item.model_copy(update={"order_key": order, "id": f"nordan:one@{order}"})
    desk.decide(item)
    _, ended = desk.decide(a_worded_kill(made=5, **names("nordan:0123")))
    assert ended.item.order_key.startswith("~~/2026-03-02T09:05")
    late = order_key(at(3), "9", "version-then-time")
    again = item.model_copy(update={"order_key": late, "id": f"nordan:one@{late}"})
    assert kinds_of(desk.decide(again)) == ["stale"]


def test_every_key_that_a_kill_ends_is_in_the_state_for_ever():
    desk, heir = Desk(), Desk()
    for item in (an_item(), an_item("m2", made=10, text=STORY + MORE)):
        desk.decide(item)
    desk.decide(a_worded_kill(made=30, **names("m2")))
    state = desk.drain().state
    assert {one.item_key for one in state if one.status is Status.KILLED} == {
        "nordan:one",
        "nordan:m2",
        "nordan:kill",
    }
    heir.restore(state, [], [])
    heir.tick(T0 + timedelta(days=300))
    for item in (an_item(received=301 * DAY), an_item("m2", made=10, received=301 * DAY)):
        assert kinds_of(heir.decide(item)) == ["stale"]


def test_content_keyed_copy_names_its_killer_in_no_event():
    """What a kill is waiting for is shown by no event at all, whatever its key is made of."""
    desk = Desk()
    desk.decide(a_worded_kill(made=5, **names("headline:brestava closes northern dock")))
    content = content_hash(HEADLINE, STORY)
    key = item_key("nordan", None, content)
    item = an_item(received=6).model_copy(update={"item_key": key, "id": f"{key}@x"})
    (event,) = desk.decide(item)
    assert event.item is None
    assert STORY[0] not in event.model_dump_json()
