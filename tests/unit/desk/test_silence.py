"""Silence: what is usual, and when too little has come."""

from datetime import UTC, datetime, timedelta

import pytest

from schemas.event import Source
from streams.desk import DeskConfig, WatchRule
from streams.desk.watch import Watch

# A Monday.
MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


class Ear:
    """A watch that hears one provider, and announces what is due before each message."""

    def __init__(self, config: DeskConfig | None = None) -> None:
        self.watch = Watch(config or DeskConfig())
        self.number = 0
        self.silences: list[tuple[datetime, tuple[str, ...]]] = []

    def hear(self, at: datetime) -> tuple[str, ...]:
        self.until(at)
        self.number += 1
        noted = self.watch.note("nordan", None, None, at)
        source = Source(id=str(self.number), position=f"feed:{self.number}", sha256="00")
        self.watch.apply(noted.of_message(f"e{self.number}", source), at)
        return noted.reasons()

    def until(self, at: datetime) -> None:
        while (when := self.watch.next_due()) is not None and when <= at:
            heard, events = self.watch.expire(when)
            self.watch.apply(heard, when)
            self.silences += [(when, event.reasons) for event in events]

    def workdays(self, days: int, start: datetime = MONDAY) -> None:
        """Sixty messages an hour from 8 to 18 and four in each other hour; two at weekends."""
        for day in range(days):
            for hour in range(24):
                at = start + day * DAY + hour * HOUR
                each = 60 if 8 <= hour < 18 else 4
                if at.weekday() >= 5:
                    each = 2
                for number in range(each):
                    self.hear(at + number * HOUR / each)


@pytest.fixture(scope="module")
def heard_for_three_weeks() -> Ear:
    ear = Ear()
    ear.workdays(21)
    assert ear.silences == []
    return ear


def test_a_provider_that_keeps_its_habits_is_never_silent(heard_for_three_weeks):
    assert heard_for_three_weeks.silences == []


def test_first_days_announce_nothing_whatever_comes():
    ear = Ear()
    ear.workdays(2)
    ear.until(MONDAY + 20 * DAY)
    assert ear.silences == []


def test_silence_is_announced_once_when_twenty_messages_are_overdue():
    ear = Ear()
    ear.workdays(14)
    last = MONDAY + 14 * DAY + 10 * HOUR
    for minute in range(-600, 1):
        ear.hear(last + minute * MINUTE)
    ear.until(last + 19 * MINUTE)
    assert ear.silences == []
    ear.until(last + 30 * HOUR)
    ((when, reasons),) = ear.silences
    assert timedelta(minutes=19) < when - last < timedelta(minutes=25)
    assert reasons[0] == "since=2026-03-16T10:00:00Z"
    assert reasons[2] == "expected=20"


def test_the_next_message_says_how_long_it_was_silent():
    ear = Ear()
    ear.workdays(14)
    last = MONDAY + 14 * DAY + 9 * HOUR
    ear.hear(last)
    assert ear.hear(last + 5 * HOUR) == ("silent-for=18000s",)
    assert ear.hear(last + 5 * HOUR + MINUTE) == ()


def test_the_same_pause_is_no_silence_at_night_or_on_a_sunday():
    ear = Ear()
    ear.workdays(21)
    night = MONDAY + 21 * DAY
    ear.hear(night)
    ear.until(night + 3 * HOUR)
    sunday = Ear()
    sunday.workdays(20)
    sunday.until(MONDAY + 20 * DAY + 8 * HOUR)
    assert ear.silences == []
    assert sunday.silences == []


def test_no_silence_is_announced_before_the_floor():
    ear = Ear(DeskConfig(watched={"nordan": WatchRule(silence=2 * HOUR)}))
    ear.workdays(14)
    last = MONDAY + 14 * DAY + 9 * HOUR
    ear.hear(last)
    assert ear.watch.next_due() == last + 2 * HOUR


def test_silence_can_be_switched_off_for_one_provider():
    ear = Ear(DeskConfig(watched={"nordan": WatchRule(silence=None)}))
    ear.workdays(14)
    assert ear.watch.next_due() is None


def test_a_busy_day_does_not_make_the_next_one_silent():
    ear = Ear()
    ear.workdays(11)
    busy = MONDAY + 11 * DAY
    for number in range(20 * 600):
        ear.hear(busy + number * HOUR / 600)
    ear.workdays(4, start=MONDAY + 14 * DAY)
    # The Saturday and the Sunday between had nothing at all, where two an hour are usual.
    assert [when.date().isoformat() for when, _ in ear.silences] in ([], ["2026-03-14"])


def test_habits_that_changed_are_learned():
    ear = Ear()
    ear.workdays(14)
    for day in range(14, 42):
        for hour in range(24):
            ear.hear(MONDAY + day * DAY + hour * HOUR)
    last_week = [when for when, _ in ear.silences if when > MONDAY + 35 * DAY]
    assert last_week == []


def test_undated_messages_are_never_silent():
    ear = Ear()
    for number in range(5_000):
        ear.hear(MONDAY + number * timedelta(milliseconds=1))
    assert ear.watch.next_due() is None


def test_who_was_not_heard_for_weeks_is_forgotten():
    ear = Ear()
    ear.workdays(7)
    ear.hear(MONDAY + 60 * DAY)
    assert ear.watch.next_due() is None
    assert ear.watch.last_heard() == {"nordan": MONDAY + 60 * DAY}
