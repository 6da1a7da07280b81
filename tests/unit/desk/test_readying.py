"""Versions made ready to be compared: the same many at once as one by one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.fingerprint import Fingerprint
from schemas.journal import Indexed, JournalRecord, StateRecord, Status
from streams.desk import Desk, DeskConfig
from streams.desk import rarity as under_rarity
from streams.desk.fingerprint import FINGERPRINT_VERSION, SHINGLES_KEPT, pack
from streams.desk.index import SHINGLES_HOT
from streams.desk.memory import Memory
from streams.desk.rarity import Rarity, places_of
from streams.desk.readying import Ready, hot_text, keys_of, ready, ready_all
from tests.unit.desk.test_desk import MORE, STORY, T0, an_item, decide_all

HASHES = st.lists(st.integers(0, 2**32 - 1), max_size=12).map(
    lambda values: pack(np.array(sorted(values), np.uint32))
)
# What a journal may hold that no desk of ours has written.
ODD = st.sampled_from(["", "!", "AAAA", "AAAAAA==", "AAAA====", "é"])


@st.composite
def versions(draw: st.DrawFn) -> tuple[Indexed, int, float]:
    fields = ("sentences", "bands", "openings", "outlines", "shingles", "names", "title", "tickers",
              "moments", "paragraphs")  # fmt: skip
    signed = Fingerprint(
        version=FINGERPRINT_VERSION,
        exact=f"{draw(st.integers(0, 99)):032x}",
        words=draw(st.integers(0, 900)),
        **{name: draw(HASHES | ODD) for name in fields},
    )
    slot = draw(st.integers(1, 2**32 - 1))
    entry = Indexed(
        item_key=f"a:{slot}", item_id=f"a:{slot}@1", provider="a", novel=True,
        flash=draw(st.booleans()), fingerprint=signed,
        version_created=draw(st.none() | st.just(T0)),
    )  # fmt: skip
    return entry, slot, draw(st.floats(0, 4e9))


def told(one: Ready) -> tuple[object, ...]:
    kept = None if one.rare is None else one.rare.tolist()
    return one.text.slot, repr(one.text), *(each.tolist() for each in one[1:4]), kept


@given(st.lists(versions(), max_size=5))
def test_many_at_once_are_each_as_alone(entries):
    alone = [
        ready(hot_text(entry, slot, at_s), keys_of(entry.fingerprint))
        for entry, slot, at_s in entries
    ]
    assert list(map(told, ready_all(entries))) == list(map(told, alone))


@given(st.lists(versions(), min_size=1, max_size=5))
def test_settled_counts_leave_each_the_phrases_that_are_rare(entries):
    rarity = Rarity()
    made = ready_all(entries)
    at_s = entries[0][2]
    for _ in range(4):
        rarity.add(made[0].phrases, at_s)
    for one in ready_all(entries, rarity):
        rare = one.phrases[rarity.count_at(places_of(one.phrases), at_s) <= 3]
        assert one.rare is not None
        assert one.rare.tolist() == rare.tolist()


def texts_of(memory: Memory, records: list[JournalRecord]) -> list[str]:
    return [repr(memory.index.get(record.seq)) for record in records]


def a_story(number: int, at: datetime) -> Indexed:
    """Half of its phrases are everybody's, and there are more than are kept hot."""
    common = np.arange(SHINGLES_KEPT // 2, dtype=np.uint32) << np.uint32(16)
    rng = np.random.default_rng(number)
    own = rng.integers(0, 2**32, SHINGLES_KEPT - len(common), np.uint32)
    shingles = np.sort(np.concatenate((common + np.uint32(number % 3), own)))
    signed = Fingerprint(
        version=FINGERPRINT_VERSION, exact=f"{number:032x}", words=400, shingles=pack(shingles)
    )
    return Indexed(
        item_key=f"a:{number}", item_id=f"a:{number}@1", provider="a", version_created=at,
        novel=number % 5 != 0, flash=False, fingerprint=signed,
    )  # fmt: skip


def a_record(seq: int, entry: Indexed, at: datetime) -> JournalRecord:
    key, order = entry.item_key, "1"
    state = StateRecord(
        item_key=key, seq=seq, epoch=1, status=Status.LIVE, order_key=order,
        item_id=entry.item_id, published=entry.item_id, story_key=key,
    )  # fmt: skip
    return JournalRecord(seq=seq, epoch=1, now=at, type="decided", states=(state,), indexed=entry)


@pytest.mark.parametrize("stories_a_period", [0, 7, 30, 1 << 15])
def test_records_applied_at_once_are_remembered_as_one_by_one(monkeypatch, stories_a_period):
    monkeypatch.setattr(under_rarity, "_STORIES_A_PERIOD", stories_a_period)
    start = datetime(2026, 3, 2, tzinfo=UTC)
    # Two hours apart: of the last period of three days into the next, and out of the window.
    times = [start + timedelta(hours=2 * number) for number in range(60)]
    records = [a_record(number, a_story(number, at), at) for number, at in enumerate(times, 1)]
    one_by_one, at_once, in_parts = (Memory(DeskConfig()) for _ in range(3))
    for record in records:
        one_by_one.apply(record)
    at_once.apply_all(records)
    for first in range(0, len(records), 8):
        in_parts.apply_all(records[first : first + 8])
    expected = texts_of(one_by_one, records)
    assert sum(text != "None" for text in expected) > 30
    assert texts_of(at_once, records) == expected
    assert texts_of(in_parts, records) == expected
    texts = filter(None, (one_by_one.index.get(record.seq) for record in records))
    is_cut = [len(text.shingles) < 4 * SHINGLES_HOT for text in texts]
    assert any(is_cut) == (stories_a_period > 0)


def test_what_is_held_back_is_applied_in_parts_and_to_the_last():
    desk = Desk(epoch=1)
    decide_all(desk, *(an_item(f"i{n}", made=n, text=STORY if n % 2 else MORE) for n in range(9)))
    journal = desk.drain().journal
    heir = Desk()
    heir.restore((), (), journal)
    assert texts_of(heir._memory, journal) == texts_of(desk._memory, journal)
