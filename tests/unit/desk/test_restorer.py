"""A desk restored record by record, whatever ghosts wrote among them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.codec import decode, encode, encode_short
from schemas.journal import JournalRecord, StateRecord, Status
from streams.desk import Desk
from streams.desk import journal as under_test
from streams.desk.journal import Mark, Restorer, RewoundError
from streams.errors import CorruptionError
from tests.unit.desk.test_desk import MORE, STORY, T0, a_kill, an_item, at, decide_all, kinds_of


def a_record(seq: int, epoch: int) -> JournalRecord:
    """A decision that says who took it: in the hash of its place."""
    return JournalRecord(
        seq=seq, epoch=epoch, now=T0, type="decided", transport=f"{epoch << 32 | seq:016x}"
    )


def restored(journal: Sequence[JournalRecord], most: int = 20) -> tuple[Desk, int]:
    """The desk, and how many attempts it took."""
    marks: tuple[Mark, ...] = ()
    for attempt in range(1, most):
        desk = Desk()
        restorer = desk.restorer(journal[0].seq if journal else None, marks)
        try:
            for record in journal:
                restorer.put_journal(record)
            desk.resume(restorer)
        except RewoundError as rewound:
            marks = rewound.marks
        else:
            return desk, attempt
    raise AssertionError("it does not end")


def decided(desk: Desk, journal: Sequence[JournalRecord]) -> set[tuple[int, int]]:
    return {
        (record.epoch, record.seq)
        for record in journal
        if record.transport and desk._memory.was_decided(int(record.transport, 16))
    }


def without_ghosts(journal: Sequence[JournalRecord]) -> list[JournalRecord]:
    """The rule told plainly, on the whole journal: what counts, the last word first."""
    kept: list[JournalRecord] = []
    for record in journal:
        if kept and record.epoch > kept[-1].epoch:
            kept = [known for known in kept if known.seq < record.seq]
        if not kept or (record.epoch >= kept[-1].epoch and record.seq > kept[-1].seq):
            kept.append(record)
    return kept


@st.composite
def histories(draw: st.DrawFn) -> list[JournalRecord]:
    """Desk after desk, each reading what is there, ghosts writing on among what heirs write."""
    journal: list[JournalRecord] = []
    ghost_next = 1
    for epoch in range(1, draw(st.integers(2, 5))):
        true = without_ghosts(journal)
        seq = true[-1].seq + 1 if true else 1
        # What the ghost writes between the heir's reading and the heir's mark.
        if epoch > 1:
            for _ in range(draw(st.integers(0, 6))):
                journal.append(a_record(ghost_next, epoch - 1))
                ghost_next += 1
        heirs = draw(st.integers(1, 8))
        late = draw(st.lists(st.booleans(), max_size=6)) if epoch > 1 else []
        for number in range(heirs):
            journal.append(a_record(seq + number, epoch))
            if number < len(late) and late[number]:
                journal.append(a_record(ghost_next, epoch - 1))
                ghost_next += 1
        ghost_next = seq + heirs
    return journal


@settings(max_examples=200, deadline=None)
@given(histories(), st.sampled_from([0, 2, 5, 100]))
def test_what_counts_is_the_same_however_few_records_are_held_back(journal, held_back):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(under_test, "_HELD_BACK", held_back)
        desk, _ = restored(journal)
    expected = {(record.epoch, record.seq) for record in without_ghosts(journal)}
    assert decided(desk, journal) == expected
    assert desk.epoch == max(record.epoch for record in journal)
    assert desk.seq == max(seq for _, seq in expected)


def test_a_ghost_within_what_is_held_back_costs_no_second_attempt():
    journal = [a_record(seq, 1) for seq in range(1, 40)] + [a_record(30, 2), a_record(31, 2)]
    desk, attempts = restored(journal)
    assert attempts == 1
    assert desk.seq == 31


def test_a_ghost_deeper_than_that_is_known_at_the_second(monkeypatch):
    monkeypatch.setattr(under_test, "_HELD_BACK", 3)
    journal = [a_record(seq, 1) for seq in range(1, 40)] + [a_record(30, 2), a_record(31, 2)]
    desk, attempts = restored(journal)
    assert attempts == 2
    assert (1, 30) not in decided(desk, journal)


@pytest.mark.parametrize("missing", [1, 5, 8])
def test_a_hole_is_loud_also_after_a_new_epoch(missing):
    journal = [a_record(seq, 1 + seq // 6) for seq in range(1, 11)]
    del journal[missing]
    with pytest.raises(CorruptionError, match=f"from record {missing} to {missing + 2}"):
        restored(journal)


class TestState:
    def written(self) -> tuple[list[StateRecord], list[JournalRecord]]:
        desk = Desk(epoch=1)
        decide_all(desk, a_kill(made=5), an_item("b", made=6, text=MORE))
        changes = desk.drain()
        return changes.state, changes.journal

    def test_without_the_journal_it_keeps_what_was_killed(self):
        state, journal = self.written()
        desk = Desk()
        desk.restore(state, [], journal[1:])
        assert kinds_of(desk.decide(an_item(made=0, received=9))) == ["stale"]
        assert kinds_of(desk.decide(an_item("c", made=7, text=MORE))) == ["duplicate"]

    def test_a_journal_that_lost_its_end_is_loud(self):
        state, journal = self.written()
        with pytest.raises(CorruptionError, match="ends with record 1, its state knows of 2"):
            Desk().restore(state, [], journal[:1])

    def test_an_empty_journal_goes_on_from_the_state(self):
        state, _ = self.written()
        desk = Desk()
        desk.restore(state, [], [])
        assert desk.seq == 2
        assert kinds_of(desk.decide(an_item(made=0, received=9))) == ["stale"]

    def test_a_word_of_a_lower_epoch_is_taken_only_where_there_is_no_other(self):
        state, _ = self.written()
        kill, other = state
        later = other.model_copy(update={"epoch": 2, "seq": 9})
        ghost = other.model_copy(update={"status": Status.KILLED, "seq": 9})
        desk = Desk()
        desk.restore([later, ghost, kill], [], [])
        # The one it knows stays as it was; the kill nobody else speaks of is not forgotten.
        assert kinds_of(desk.decide(an_item("b", made=7, text=MORE[:3]))) == ["update"]
        assert kinds_of(desk.decide(an_item(made=0, received=9))) == ["stale"]

    def test_a_journal_whose_head_went_meanwhile_is_begun_anew(self):
        restorer = Desk().restorer(first_seq=3)
        with pytest.raises(RewoundError):
            restorer.put_journal(a_record(5, 1))


def test_short_and_long_records_are_read_alike():
    """The long form is what earlier versions wrote."""
    desk = Desk(epoch=1)
    decide_all(desk, an_item(), an_item("b", text=MORE, embargoed_until=at(30)), a_kill(made=5))
    changes = desk.drain()
    for record in (*changes.journal, *changes.state):
        assert decode(type(record), encode_short(record)) == record
        assert decode(type(record), encode(record)) == record
        assert len(encode_short(record)) < len(encode(record)) - 100


class TestHolds:
    def held(self) -> tuple[Desk, Restorer, Desk]:
        """A desk that holds an item, and one that has read its journal."""
        desk, heir = Desk(epoch=1), Desk()
        desk.decide(an_item(embargoed_until=at(30)))
        restorer = heir.restorer(1)
        changes = desk.drain()
        for record in changes.journal:
            restorer.put_journal(record)
        for key, held in changes.held:
            restorer.put_held(key, held)
        return desk, restorer, heir

    def test_the_end_of_a_hold_that_the_journal_does_not_know_is_a_ghosts(self):
        _, restorer, heir = self.held()
        restorer.put_held("nordan:one", None)
        heir.resume(restorer)
        assert heir.next_due() == at(30)
        assert kinds_of(heir.tick(at(31))) == ["release"]

    def test_a_hold_that_ended_is_forgotten(self):
        desk, restorer, heir = self.held()
        desk.tick(at(31))
        changes = desk.drain()
        # Holds may be heard of before the journal, and after.
        for key, held in changes.held:
            restorer.put_held(key, held)
        for record in changes.journal:
            restorer.put_journal(record)
        heir.resume(restorer)
        assert heir.next_due() is None
        assert restorer.lost_holds == ()

    def test_a_held_item_that_is_in_no_record_is_named(self):
        desk = Desk()
        desk.decide(an_item(embargoed_until=at(30)))
        heir = Desk()
        restorer = heir.restorer(1)
        for record in desk.drain().journal:
            restorer.put_journal(record)
        heir.resume(restorer)
        assert restorer.lost_holds == ("nordan:one",)

    def test_ended_holds_do_not_pile_up(self):
        desk, restorer = Desk(epoch=1), Desk().restorer(1)
        for number in range(20):
            desk.decide(
                an_item(f"h{number}", made=number * 60, embargoed_until=at(number * 60 + 1))
            )
            desk.tick(at(number * 60 + 2))
            changes = desk.drain()
            for record in changes.journal:
                restorer.put_journal(record)
                restorer._apply(len(restorer._waiting))
            for key, held in changes.held:
                restorer.put_held(key, held)
                restorer.put_held(key, None)
        assert len(restorer._held) <= 1


class TestExpectation:
    def feed(self) -> Desk:
        desk = Desk(epoch=1)
        for day in range(8):
            decide_all(
                desk,
                an_item(f"d{day}", made=day * 1440, text=[f"{line} {day}" for line in STORY]),
                an_item(f"f{day}", made=day * 1440 + 5, text=MORE[day % 3 :]),
            )
        return desk

    def again(self, desk: Desk) -> list[str]:
        said = []
        for day in range(8):
            text = [f"{line} {day}" for line in STORY]
            made = 8 * 1440 + day
            said += kinds_of(desk.decide(an_item(f"d{day}", made=made, text=text[:-1])))
            said += kinds_of(desk.decide(an_item(f"n{day}", made=made, text=text)))
        return said

    def test_what_is_past_by_the_end_may_be_passed_over(self):
        steady = self.feed()
        journal = steady.drain().journal
        heir = Desk()
        restorer = heir.restorer(1)
        restorer.expect(journal[-1].now)
        for record in journal:
            restorer.put_journal(record)
        heir.resume(restorer)
        memory, other = heir._memory, steady._memory
        assert memory.index.first_slot == other.index.first_slot
        assert len(memory.index) == len(other.index)
        assert self.again(heir) == self.again(steady)

    def test_where_the_records_end_before_it_is_begun_anew(self):
        steady = self.feed()
        journal = steady.drain().journal
        heir = Desk()
        restorer = heir.restorer(1)
        restorer.expect(journal[-1].now + timedelta(days=1))
        for record in journal:
            restorer.put_journal(record)
        with pytest.raises(RewoundError):
            heir.resume(restorer)
