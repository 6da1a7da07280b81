"""Message numbers: what is missing, and when that is certain."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.item import AltId
from schemas.journal import Counter
from streams.desk.sequence import (
    LATE_NUMBERS,
    PATIENCE,
    Gap,
    due,
    expire,
    follow,
    read_number,
    sequence_of,
)

T0 = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


class Service:
    """A service's count, fed number by number, a second apart."""

    def __init__(self, digits: int = 4) -> None:
        self.digits = digits
        self.counter: Counter | None = None
        self.now = T0

    def send(
        self,
        *numbers: int,
        made: datetime | None = None,
        wait: timedelta = SECOND,
        is_copy: bool = False,
    ) -> list[str]:
        said: list[str] = []
        for number in numbers:
            self.now += wait
            read = read_number(f"eca/{number:0{self.digits}}")
            assert read is not None
            self.counter, gaps = follow(
                self.counter, read, made or self.now, self.now, is_copy=is_copy
            )
            said += words(gaps)
        return said

    def wait(self, time: timedelta) -> list[str]:
        self.now += time
        assert self.counter is not None
        self.counter, gaps = expire(self.counter, self.now)
        return words(gaps)


def words(gaps: tuple[Gap, ...]) -> list[str]:
    return [" ".join(reason for reason in gap.reasons() if "service" not in reason) for gap in gaps]


def test_a_number_is_read_with_its_service_and_its_width():
    number = read_number("eca/0062")
    assert (number.service, number.value, number.digits) == ("eca", 62, 4)


@pytest.mark.parametrize(
    "text", [None, "", "eca", "eca/", "/0062", "eca/0000", "eca/62x", "eca/٣٤", "a" * 41 + "/1"]
)
def test_what_is_no_number_of_a_service_is_none(text):
    assert read_number(text) is None


def test_the_number_is_among_the_alternative_ids():
    ids = (AltId(scheme="transmission", value="x1"), AltId(scheme="sequence", value="x/1"))
    assert sequence_of(ids) == "x/1"
    assert sequence_of(ids[:1]) is None


def test_numbers_in_order_say_nothing():
    assert Service().send(*range(1, 200)) == []


def test_missing_numbers_are_announced_once_when_enough_later_ones_have_come():
    service = Service()
    assert service.send(123, 127) == []
    later = range(128, 128 + LATE_NUMBERS - 1)
    assert service.send(*later) == []
    assert service.send(later[-1] + 1) == ["missing=0124-0126 numbers=3"]
    assert service.send(*range(later[-1] + 2, later[-1] + 60)) == []


def test_missing_numbers_are_announced_once_when_enough_time_has_passed():
    service = Service()
    service.send(123, 125)
    assert due(service.counter) == service.now + PATIENCE
    assert service.wait(PATIENCE - SECOND) == []
    assert service.wait(SECOND) == ["missing=0124 numbers=1"]
    assert due(service.counter) is None
    assert service.wait(PATIENCE) == []


def test_a_late_number_fills_its_hole_silently_before_that():
    service = Service()
    assert service.send(123, 127, 125, 126, 124) == []
    assert service.counter.holes == ()


def test_a_late_number_closes_its_gap_after_that():
    service = Service()
    service.send(123, 127)
    service.wait(PATIENCE)
    assert service.send(125, made=T0) == ["filled=0125"]
    assert service.send(125, made=T0) == []
    assert service.send(124, made=T0) == ["filled=0124"]


def test_holes_made_certain_together_are_one_gap():
    service = Service()
    service.send(1, 3, 5, 9)
    assert service.wait(PATIENCE) == ["missing=0002 missing=0004 missing=0006-0008 numbers=5"]


def test_repeats_say_nothing_and_change_nothing():
    service = Service()
    service.send(*range(1, 60))
    before = service.counter
    assert service.send(*range(20, 40), made=T0 + 25 * SECOND) == []
    assert service.counter == before
    assert service.send(60, 61) == []


def test_a_range_sent_again_with_a_new_time_is_no_new_count():
    service = Service()
    service.send(*range(1, 60))
    assert service.send(*range(10, 30), is_copy=True) == []
    assert service.send(*range(60, 90)) == []
    assert service.wait(PATIENCE) == []


def test_doubled_numbers_say_nothing():
    service = Service()
    said = [service.send(number, number) for number in range(1, 100)]
    assert not any(said)
    assert service.wait(PATIENCE) == []


@pytest.mark.parametrize(("digits", "highest"), [(4, 9999), (3, 999)])
def test_after_the_highest_number_comes_1(digits, highest):
    service = Service(digits)
    assert service.send(highest - 1, highest, 1, 2, *range(3, 40)) == []


def test_a_hole_round_the_highest_number_is_two_ranges():
    service = Service()
    service.send(9998, 2)
    assert service.wait(PATIENCE) == ["missing=9999 missing=0001 numbers=2"]


@pytest.mark.parametrize("last", [1, 3, 57, 1888, 8000])
def test_beginning_again_at_midnight_is_no_gap(last):
    service = Service()
    service.send(*range(max(last - 5, 1), last + 1))
    assert service.send(1, 2, 3, 4, wait=timedelta(hours=1)) == []
    assert service.wait(PATIENCE) == []
    assert service.counter.last == 4


def test_first_numbers_of_a_day_out_of_order_are_no_gap():
    service = Service()
    service.send(1887, 1888)
    assert service.send(3, 1, 2, 5, 4) == []
    assert service.wait(PATIENCE) == []


def test_what_is_missing_at_the_beginning_of_a_day_is_a_gap():
    service = Service()
    service.send(1887, 1888)
    service.send(3, 4)
    assert service.wait(PATIENCE) == ["missing=0001-0002 numbers=2"]


def test_a_late_number_of_yesterday_finds_its_hole_after_midnight():
    service = Service()
    service.send(400, 402)
    service.send(1, 2)
    assert service.send(401, made=T0 + SECOND) == []
    assert service.send(3, 4, 5) == []
    assert service.wait(PATIENCE) == []


def test_a_jump_is_one_gap_and_only_when_a_second_number_confirms_it():
    service = Service()
    service.send(10, 11)
    assert service.send(5000) == []
    assert service.send(5001) == ["jump=0011-5000"]
    assert service.send(*range(5002, 5050)) == []
    assert service.wait(PATIENCE) == []


def test_a_number_mistyped_once_changes_nothing():
    service = Service()
    assert service.send(10, 11, 7012, 12, 13, *range(14, 60)) == []
    assert service.wait(PATIENCE) == []


def test_numbers_without_padding_grow_and_begin_again():
    service = Service(1)
    assert service.send(*range(1, 130), 1, 2, 3) == []
    assert service.wait(PATIENCE) == []


def test_a_clock_in_the_future_does_not_stop_the_count():
    service = Service()
    service.send(1, 2)
    service.send(3, made=T0 + timedelta(days=9000))
    service.send(4, 6)
    assert service.wait(PATIENCE) == ["missing=0005 numbers=1"]


def test_holes_are_bounded_and_none_is_lost_unsaid():
    service = Service()
    said = service.send(*range(1, 400, 3), wait=timedelta(0))
    said += service.wait(PATIENCE)
    told = [word for line in said for word in line.split() if word.startswith("missing=")]
    assert len(told) == len(set(told)) == 132
    assert len(service.counter.holes) <= 32


@given(st.data())
def test_what_was_dropped_is_what_is_missing_whatever_the_order_and_the_repeats(data):
    dropped = data.draw(st.sets(st.integers(3, 58), max_size=8))
    sent = [number for number in range(1, 60) if number not in dropped]
    # Each number late by no more than the tolerance, some of them twice.
    late = data.draw(st.lists(st.integers(0, 9), min_size=60, max_size=60))
    twice = data.draw(st.sets(st.sampled_from(sent), max_size=10))
    order = sorted([*sent, *twice], key=lambda number: (number + late[number], number))
    dated = data.draw(st.booleans())
    service = Service()
    said: list[str] = []
    for number in order:
        # A time later than the desk's is none.
        made = T0 - timedelta(minutes=60 - number) if dated else T0 + timedelta(days=1)
        said += service.send(number, made=made)
    said += service.wait(PATIENCE)
    missing: set[int] = set()
    for word in (word for line in said for word in line.split()):
        assert word.startswith(("missing=", "numbers="))
        if word.startswith("missing="):
            first, _, last = word.removeprefix("missing=").partition("-")
            missing |= set(range(int(first), int(last or first) + 1))
    first_seen = order[0]
    assert missing == {number for number in dropped if number > first_seen}


@given(st.lists(st.tuples(st.integers(1, 9999), st.integers(-(10**6), 10**6)), max_size=60))
def test_any_numbers_are_followed_in_bounds(numbers):
    service = Service()
    for number, offset in numbers:
        said = service.send(number, made=T0 + timedelta(seconds=offset))
        assert len(said) <= 3
        assert all(len(line) < 700 for line in said)
    assert service.counter is None or len(service.counter.holes) <= 32
