"""What a kill ends, and what comes after it."""

from datetime import timedelta
from itertools import permutations

from schemas.event import EventKind
from schemas.item import Item, LifecycleKind, PubStatus
from streams.desk import Desk
from tests.unit.desk.building import (
    T0,
    a_kill,
    an_item,
    at,
    decide_all,
    kinds_of,
)


class TestKills:
    def test_kill_carries_no_paragraphs_and_names_what_it_kills(self):
        desk = Desk()
        (first,) = desk.decide(an_item())
        (event,) = desk.decide(a_kill(made=5))
        assert event.kind is EventKind.KILL
        assert event.of == first.item.id
        assert event.item.pubstatus is PubStatus.CANCELED
        assert event.item.paragraphs == ()

    def test_kill_by_its_words_alone_carries_no_paragraphs_either(self):
        desk = Desk()
        desk.decide(an_item())
        (event,) = desk.decide(an_item(made=5, kinds=(LifecycleKind.KILL,)))
        assert event.kind is EventKind.KILL
        assert event.item.paragraphs == ()

    def test_kill_that_comes_first_makes_the_older_version_stale_without_its_text(self):
        desk = Desk()
        assert decide_all(desk, a_kill(made=5)) == ["kill"]
        (event,) = desk.decide(an_item(made=0, received=6))
        assert event.kind is EventKind.STALE
        assert "killed" in event.reasons
        assert event.item is None

    def test_kill_wins_over_a_usable_version_of_the_same_order_in_either_order(self):
        assert decide_all(Desk(), an_item(), a_kill()) == ["new", "kill"]
        assert decide_all(Desk(), a_kill(), an_item()) == ["kill", "stale"]

    def test_kill_without_a_time_wins_over_what_was_made_before_it(self):
        kill = a_kill(made=None, received=10)
        assert decide_all(Desk(), an_item(made=0), kill) == ["new", "kill"]
        assert decide_all(Desk(), kill, an_item(made=0, received=11)) == ["kill", "stale"]

    def test_kill_sent_twice_is_one_kill(self):
        assert decide_all(Desk(), a_kill(), a_kill(received=4)) == ["kill", "duplicate"]
        undated = [a_kill(made=None, received=minute) for minute in (1, 2)]
        assert decide_all(Desk(), *undated) == ["kill", "duplicate"]

    def test_later_reissue_is_an_update_that_causes_reinstated(self):
        desk = Desk()
        decide_all(desk, an_item(), a_kill(made=5))
        update, reinstated = desk.decide(an_item(made=9))
        assert (update.kind, reinstated.kind) == (EventKind.UPDATE, EventKind.REINSTATED)
        assert reinstated.cause == update.id
        assert reinstated.item == update.item

    def test_kill_stays_after_months(self):
        desk = Desk()
        desk.decide(a_kill(made=5))
        desk.tick(T0 + timedelta(days=200))
        late = an_item(made=0, received=60 * 24 * 201)
        assert kinds_of(desk.decide(late)) == ["stale"]

    def test_kill_warns_of_reprints(self):
        desk = Desk()
        desk.decide(an_item())
        (reprint,) = desk.decide(an_item("copy", provider="ostpress", made=10))
        kill, warning = desk.decide(a_kill(made=20))
        assert warning.kind is EventKind.KILL_WARNING
        assert warning.of == reprint.item.id
        assert warning.cause == kill.id

    def test_kill_of_a_mere_copy_warns_of_the_original(self):
        desk = Desk()
        (original,) = desk.decide(an_item())
        desk.decide(an_item("copy", made=10))
        kill, warning = desk.decide(a_kill("copy", made=20))
        assert kill.kind is EventKind.KILL
        assert (warning.kind, warning.of) == (EventKind.KILL_WARNING, original.item.id)

    def test_reprint_of_what_was_killed_is_published_with_a_warning(self):
        desk = Desk()
        decide_all(desk, an_item(), a_kill(made=5))
        reprint, warning = desk.decide(an_item("copy", provider="ostpress", made=10))
        assert reprint.kind is EventKind.REPRINT
        assert warning.kind is EventKind.KILL_WARNING

    def test_reissue_under_a_new_key_is_not_lost_as_a_duplicate(self):
        desk = Desk()
        decide_all(desk, an_item(), a_kill(made=5))
        assert kinds_of(desk.decide(an_item("again", made=10))) == ["new", "kill_warning"]
        assert kinds_of(desk.decide(an_item("again-2", made=11))) == ["duplicate"]


class TestWarnings:
    """A kill warns about every copy it can reach along reprint links, once each."""

    def copies(self) -> list[Item]:
        providers = ("ats", "portal", "ostpress", "nordan")
        return [an_item("x", made=n, provider=one) for n, one in enumerate(providers)]

    def test_every_copy_is_warned_about_whichever_came_first(self):
        for order in permutations(self.copies()):
            desk = Desk()
            for place, item in enumerate(order):
                desk.decide(item.model_copy(update={"received_at": at(20 + place)}))
            _, *warned = desk.decide(a_kill("x", made=30, received=30))
            assert {event.kind for event in warned} == {EventKind.KILL_WARNING}
            assert sorted(event.of for event in warned) == sorted(
                item.id for item in order if item.provider != "nordan"
            )

    def test_copy_that_is_killed_already_is_not_warned_about_but_its_copies_are(self):
        desk = Desk()
        ats, portal, _, nordan = self.copies()
        decide_all(desk, ats, portal, nordan, a_kill("x", made=9, provider="ats"))
        events = desk.decide(a_kill("x", made=30))
        assert [event.of for event in events[1:]] == [portal.id]

    def test_thousand_copies_are_a_bounded_number_of_warnings(self):
        desk = Desk()
        desk.decide(an_item())
        for number in range(400):
            desk.decide(an_item("x", made=1, provider=f"p{number}"))
        events = desk.decide(a_kill(made=30))
        assert len(events) == 257
        assert len({event.id for event in events}) == 257
