"""The index finds what it should, whatever way its arrays were merged."""

from dataclasses import asdict, replace

import numpy as np

from streams.desk.flashes import FlashWatch
from streams.desk.index import OPENING_CAP, POSTING_CAP, HotIndex, HotText, Postings
from streams.desk.rarity import Rarity
from streams.desk.sightings import Sightings
from streams.desk.standings import Standings

A, B = b"a" * 16, b"b" * 16


def keys(*values: int) -> np.ndarray:
    return np.array(sorted(values), np.uint32)


def strong(*values: int) -> np.ndarray:
    return keys(*(2 * value for value in values))


def a_text(slot: int, at_s: float) -> HotText:
    return HotText(slot, at_s, f"p:{slot}", f"p:{slot}@1", "p", None, b"0" * 16, 30, False,
                   b"", b"", "", b"")  # fmt: skip


def test_postings_find_what_a_plain_dictionary_finds():
    postings, plain = Postings(), {}
    random = np.random.default_rng(7)
    first_live = 0
    for slot in range(1, 3000):
        found = strong(*set(random.integers(0, 4000, 12).tolist()))
        expected = set()
        for key in found.tolist():
            live = [old for old in plain.get(key, ()) if old >= first_live]
            if len(live) <= POSTING_CAP:
                expected.update(live)
        assert postings.find(found) == sorted(expected)
        postings.add(slot, found)
        for key in found.tolist():
            plain.setdefault(key, []).append(slot)
        if slot % 400 == 0:
            first_live = slot - 300
            postings.expire(first_live)


def test_largest_and_smallest_keys_are_found():
    postings = Postings()
    for slot in range(1, 600):
        postings.add(slot, keys(0, 0xFFFFFFFF) if slot == 3 else keys(slot))
    assert postings.find(keys(0, 0xFFFFFFFF)) == [3]


def test_boilerplate_finds_nothing():
    postings = Postings()
    for slot in range(1, POSTING_CAP + 1):
        postings.add(slot, strong(5))
    assert len(postings.find(strong(5))) == POSTING_CAP
    postings.add(POSTING_CAP + 1, strong(5))
    assert postings.find(strong(5)) == []


def test_common_opening_finds_only_with_another():
    postings = Postings()
    for slot in range(1, OPENING_CAP + 1):
        postings.add(slot, keys(5, 7, 2 * slot))
    assert len(postings.find(keys(5))) == OPENING_CAP
    postings.add(OPENING_CAP + 1, keys(5, 99))
    assert postings.find(keys(5)) == []
    assert postings.find(keys(5, 7)) == list(range(1, OPENING_CAP + 1))
    assert postings.find(keys(5, 99)) == [OPENING_CAP + 1]


def test_keys_may_be_repeated_and_in_no_order():
    postings = Postings()
    for slot in range(1, 600):
        postings.add(slot, np.array([2 * slot + 9, 4, 2 * slot, 2 * slot], np.uint32))
    once = np.array([500, 7, 500, 41, 1190], np.uint32)
    assert postings.find(once) == [16, 250, 595]


def test_a_text_comes_back_as_it_was_put_whether_packed_or_not():
    index, random = HotIndex(3600, Standings()), np.random.default_rng(3)
    texts = []
    for slot in range(1, 150):
        phrases = np.sort(random.integers(0, 1 << 31, slot, np.uint32)).astype("<u4")
        text = replace(a_text(slot, 60.0 * (slot > 100) * 60), shingles=phrases.tobytes())
        texts.append(text)
        index.add(text, strong(slot))
    for text in texts:
        found = index.get(text.slot)
        assert found is not None
        assert asdict(found) == asdict(text)


def test_a_flood_of_one_text_costs_no_more_than_the_cap():
    postings = Postings()
    for slot in range(1, 5000):
        postings.add(slot, keys(*range(2, 52)))
    assert postings.find(keys(*range(2, 52))) == []


def test_texts_leave_with_their_hour():
    index = HotIndex(2 * 3600, Standings())
    for hour in range(5):
        index.add(a_text(hour + 1, hour * 3600), keys(9))
    assert index.expire(4 * 3600 + 10)
    assert [text.slot for text in index.candidates(keys(9))] == [5, 4, 3]
    assert index.get(2) is None
    assert len(index) == 3
    assert not index.expire(4 * 3600 + 20)


def test_sightings_are_forgotten_after_their_days():
    sightings = Sightings(30, Standings())
    sightings.add(A, ("p:1", "p:1@1"), day=100)
    assert sightings.find(A, 130, 30) == ("p:1", "p:1@1")
    assert sightings.find(A, 131, 30) is None
    assert sightings.find(A, 103, 2) is None
    sightings.add(B, ("p:2", "p:2@1"), day=131)
    assert sightings.find(A, 131, 31) is None


def test_rarity_counts_stories_and_forgets_after_two_periods():
    day = 24 * 3600.0
    rarity = Rarity()
    phrases = keys(1, 2, 3)
    for _ in range(4):
        rarity.add(phrases, now_s=0.0)
    rarity.add(keys(1), now_s=4 * day)
    assert rarity.count(keys(1, 2, 77), 4 * day).tolist() == [5, 4, 0]
    assert rarity.count(keys(1, 2), 7 * day).tolist() == [1, 0]
    for _ in range(300):
        rarity.add(keys(6), 4 * day)
    assert rarity.count(keys(6), 4 * day).tolist() == [255]


def test_flash_is_found_by_its_rare_words():
    watch = FlashWatch(window_s=3600)
    common = list(range(100, 110))
    for slot in range(1, 40):
        watch.add(slot, 0.0, 12, keys(*common, slot), keys(slot))
    found = watch.best(keys(*common, 7, 900, 901), 100, 10.0, 3600)
    assert (found[0].slot, found[0].share, found[0].subject) == (7, 1.0, True)
    assert all(flash.share < 0.8 and not flash.subject for flash in found[1:])
    assert watch.best(keys(*common, 7), 100, 4000.0, 3600) == []
    assert watch.best(keys(), 100, 10.0, 3600) == []
