"""What the desk decides, one behaviour a test."""

from datetime import timedelta

import pytest

from schemas.codec import decode, encode
from schemas.decoded import Failed
from schemas.event import OUTCOMES, EventKind
from schemas.item import LifecycleKind
from schemas.journal import HeldRecord, JournalRecord, StateRecord
from streams.desk import Desk, sign
from streams.desk.identity import event_id
from streams.errors import CorruptionError
from streams.steps import Drop, DropReason, Fail
from tests.unit.desk.building import (
    MORE,
    STORY,
    T0,
    a_kill,
    a_source,
    an_item,
    at,
    decide_all,
    kinds_of,
)


class TestVersionsOfOneKey:
    def test_first_version_is_new_and_its_own_story(self):
        (event,) = Desk().decide(an_item())
        assert event.kind is EventKind.NEW
        assert event.story_key == "nordan:one"
        assert event.item.story_key == "nordan:one"
        assert event.cause is None

    def test_newer_version_with_another_body_is_an_update_that_says_what_changed(self):
        desk = Desk()
        (first,) = desk.decide(an_item())
        altered = (STORY[0], STORY[1].replace("14", "17"), *STORY[2:], MORE[0])
        (event,) = desk.decide(an_item(made=5, text=altered, headline="Dock closed in Brestava"))
        assert event.kind is EventKind.UPDATE
        assert event.of == first.item.id
        assert event.story_key == first.story_key
        assert event.changes.headline
        assert event.changes.altered == (1,)
        assert event.changes.added == (5,)
        assert event.changes.removed == ()
        assert event.changes.figures_before == ("14",)
        assert event.changes.figures_after == ("17",)
        assert [link.rel for link in event.item.links] == ["supersedes"]

    def test_newer_version_marked_so_is_a_correction(self):
        marked = an_item(made=5, text=STORY[:4], kinds=(LifecycleKind.CORRECTION,))
        assert decide_all(Desk(), an_item(), marked) == ["new", "correction"]

    def test_newer_version_that_changes_nothing_is_a_duplicate(self):
        desk = Desk()
        (first,) = desk.decide(an_item())
        (event,) = desk.decide(an_item(made=5))
        assert event.kind is EventKind.DUPLICATE
        assert event.of == first.item.id
        assert event.score == 1.0
        assert "exact" in event.reasons

    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            ({"urgency": 1}, "urgency-changed"),
            ({"headline": "BRESTAVA CLOSES NORTHERN DOCK"}, "headline-changed"),
            ({"embargoed_until": at(1)}, "embargo-changed"),
        ],
    )
    def test_newer_version_with_the_same_text_but_other_facts_is_an_update(self, change, reason):
        desk = Desk()
        desk.decide(an_item())
        (event,) = desk.decide(an_item(made=5, **change))
        assert event.kind is EventKind.UPDATE
        assert event.reasons == (reason,)

    def test_older_version_is_stale(self):
        desk = Desk()
        desk.decide(an_item(made=5, text=STORY[:4]))
        (event,) = desk.decide(an_item(made=0, received=6))
        assert event.kind is EventKind.STALE
        assert event.of == an_item(made=5, text=STORY[:4]).id

    def test_version_numbers_order_versions_of_one_moment(self):
        desk = Desk()
        second = an_item(version="10", text=STORY[:4])
        assert decide_all(desk, second, an_item(version="9", received=1)) == ["new", "stale"]

    def test_same_version_again_is_a_duplicate(self):
        assert decide_all(Desk(), an_item(), an_item()) == ["new", "duplicate"]

    def test_of_two_texts_with_one_order_key_the_same_wins_in_either_order(self):
        one, other = an_item(), an_item(text=STORY[:4])
        finals = []
        for items in ((one, other), (other, one)):
            desk = Desk()
            events = [event for item in items for event in desk.decide(item)]
            finals.append([e for e in events if e.kind is not EventKind.STALE][-1].item)
        assert finals[0].content_hash == finals[1].content_hash

    def test_without_any_order_the_later_arrival_is_an_update(self):
        one = an_item(made=None, received=0)
        other = an_item(made=None, received=3, text=STORY[:4])
        assert decide_all(Desk(), one, other) == ["new", "update"]


class TestAccounts:
    def test_rejected_and_dead_parts_have_their_events(self):
        desk = Desk()
        (rejected,) = desk.reject(a_source(), Drop(DropReason.NO_ARTICLE), T0)
        assert (rejected.kind, rejected.reasons) == (EventKind.REJECTED, ("no-article",))
        (dead,) = desk.reject(a_source("b"), Fail("json-invalid", "line 3"), stage="decode")
        assert (dead.kind, dead.dead.code, dead.dead.stage) == (
            EventKind.DEAD,
            "json-invalid",
            "decode",
        )
        failed = Failed(
            source=a_source("c"), received_at=T0, code="no-text", stage="clean", detail=""
        )
        (dead,) = desk.reject(failed.source, failed)
        assert dead.dead.stage == "clean"

    def test_every_input_has_exactly_one_primary_event_with_a_fate(self):
        desk = Desk()
        items = [an_item(), an_item(), a_kill(made=5), an_item(made=3), an_item("x", made=9)]
        for item in items:
            primary = [event for event in desk.decide(item) if event.cause is None]
            assert len(primary) == 1
            assert primary[0].kind in OUTCOMES

    def test_place_on_the_log_that_was_decided_is_skipped(self):
        desk = Desk()
        assert desk.decide(an_item(), transport="wire.decoded/0/17/0")
        assert desk.decide(an_item(), transport="wire.decoded/0/17/0") == []
        assert desk.reject(a_source(), Drop(DropReason.EMPTY), transport="a/0/1/0")
        assert desk.reject(a_source(), Drop(DropReason.EMPTY), transport="a/0/1/0") == []
        assert desk.skipped == 2
        assert kinds_of(desk.decide(an_item(), transport="wire.decoded/0/18/0")) == ["duplicate"]

    def test_event_ids_come_from_source_kind_and_target(self):
        item = an_item()
        (event,) = Desk().decide(item, source=a_source())
        assert event.id == event_id(a_source().id, "new", item.id)

    def test_same_input_gives_the_same_bytes(self):
        items = [an_item(), a_kill(made=1), an_item("two", made=2, provider="ostpress")]
        runs = [
            [encode(event) for item in items for event in desk.decide(item)]
            for desk in (Desk(), Desk())
        ]
        assert runs[0] == runs[1]

    @pytest.mark.parametrize(
        "text",
        [(), ("",), ("\x00\u202e\u2029",), ("a" * 100_000,), ("🙂 " * 5000,), ("1 " * 9999,)],
    )
    def test_strange_texts_are_decided(self, text):
        item = an_item(text=text, headline=None)
        assert decide_all(Desk(), item, item) == ["new", "duplicate"]

    @pytest.mark.parametrize("field", ["exact", "shingles", "numbers", "bands", "sentences"])
    def test_broken_fingerprint_does_no_harm(self, field):
        broken = sign(an_item()).model_copy(update={field: "§ not base64"})
        desk = Desk()
        assert kinds_of(desk.decide(an_item(), fingerprint=broken)) == ["new"]
        assert desk.decide(an_item("two", made=1, text=STORY + MORE))


class TestTime:
    def test_undated_items_move_the_clock_by_a_millisecond(self):
        desk = Desk()
        desk.decide(an_item())
        desk.decide(an_item("b", made=None, text=MORE))
        assert desk.now == T0 + timedelta(milliseconds=1)

    def test_time_never_goes_back(self):
        desk = Desk()
        desk.decide(an_item(made=50))
        desk.decide(an_item("b", made=0, text=MORE))
        assert desk.now == at(50)

    def test_undated_item_does_not_leap_over_a_day(self):
        desk = Desk()
        desk.decide(an_item())
        undated = an_item("b", made=None, text=MORE)
        desk.decide(undated, T0 + timedelta(days=3))
        assert desk.now == T0 + timedelta(milliseconds=1)

    def test_dated_item_may_leap(self):
        desk = Desk()
        desk.decide(an_item())
        desk.decide(an_item("b", made=60 * 24 * 9, text=MORE))
        assert desk.now == T0 + timedelta(days=9)


class TestRecovery:
    def test_records_survive_their_encoding(self):
        desk = Desk(epoch=3)
        decide_all(desk, an_item(), an_item("b", text=MORE, embargoed_until=at(30)))
        changes = desk.drain()
        assert [record.seq for record in changes.journal] == [1, 2]
        for record in changes.journal:
            assert decode(JournalRecord, encode(record)) == record
        for state in changes.state:
            assert decode(StateRecord, encode(state)) == state
        assert {record.epoch for record in [*changes.journal, *changes.state]} == {3}
        ((key, held),) = changes.held
        assert (key, decode(HeldRecord, encode(held))) == ("nordan:b", held)
        assert desk.drain().journal == []

    def test_journal_record_of_an_ordinary_item_is_small(self):
        desk = Desk()
        desk.decide(an_item(text=STORY + MORE))
        assert len(encode(desk.drain().journal[0])) < 3000

    def test_ghost_of_an_earlier_epoch_is_ignored(self):
        owner = Desk(epoch=1)
        owner.decide(an_item())
        written = owner.drain()
        # The next desk takes over; the first goes on, not knowing.
        heir = Desk()
        heir.restore(written.state, [], written.journal)
        assert heir.begin() == 2
        heir.decide(an_item(made=5, text=STORY[:4]))
        owner.decide(a_kill(made=9))
        early, late = heir.drain(), owner.drain()
        for journal in (
            [*written.journal, *early.journal, *late.journal],
            [*written.journal, *late.journal, *early.journal],
        ):
            desk = Desk()
            desk.restore([*written.state, *early.state, *late.state], [], journal)
            assert desk.epoch == 2
            again = an_item(made=5, text=STORY[:4], received=20)
            assert kinds_of(desk.decide(again)) == ["duplicate"]

    def test_hole_in_the_journal_is_loud(self):
        desk = Desk()
        decide_all(desk, an_item(), an_item("b", text=MORE), an_item("c", made=1, text=MORE[:3]))
        first, _, third = desk.drain().journal
        with pytest.raises(CorruptionError, match="from record 1 to 3"):
            Desk().restore([], [], [first, third])

    def test_desk_that_has_decided_is_not_restored(self):
        desk = Desk()
        desk.decide(an_item())
        with pytest.raises(CorruptionError):
            desk.restore([], [], [])

    def test_state_alone_keeps_a_tombstone(self):
        desk = Desk()
        desk.decide(a_kill(made=5))
        heir = Desk()
        heir.restore(desk.drain().state, [], [])
        assert kinds_of(heir.decide(an_item(made=0, received=6))) == ["stale"]

    def test_record_of_a_hold_that_the_journal_does_not_know_is_ignored(self):
        desk = Desk()
        desk.decide(an_item())
        written = desk.drain()
        desk.decide(an_item(made=5, text=STORY[:4], embargoed_until=at(30)))
        ((_, ahead),) = desk.drain().held
        heir = Desk()
        heir.restore(written.state, [ahead], written.journal)
        assert heir.next_due() is None
