"""The desk announces gaps and silences, and a restored desk announces the same."""

from datetime import UTC, datetime, timedelta

import pytest

from schemas.codec import decode, encode
from schemas.decoded import Dropped, Failed
from schemas.event import OUTCOMES, EventKind, Source, WireEvent
from schemas.item import AltId, Item, Paragraph
from schemas.journal import HeldRecord, JournalRecord, StateRecord
from schemas.raw import RawMessage
from streams.counts import Counts
from streams.desk import Desk, DeskConfig, WatchRule
from streams.desk.identity import source_id
from streams.desk.sequence import LATE_NUMBERS
from streams.desk.watch import MOST_PROVIDERS, MOST_SERVICES
from streams.pipeline.intake import Intake

T0 = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)


def an_item(name: str, at: datetime, *, number: str | None = None, provider="nordan") -> Item:
    key = f"{provider}:{name}"
    return Item(
        id=f"{key}@1",
        item_key=key,
        order_key="1",
        alt_ids=(AltId(scheme="sequence", value=number),) if number else (),
        provider=provider,
        version_created=at,
        received_at=at,
        headline=f"Message {name}",
        paragraphs=(Paragraph(text=f"What {name} has to say is of no length."),),
        content_hash=name,
    )


def source_of(name: str, provider: str = "nordan") -> Source:
    return Source(id=source_id(name, "00", 0), provider=provider, position=name, sha256="00")


def send(desk: Desk, *numbers: int, at: datetime = T0, service: str = "eca") -> list[WireEvent]:
    events: list[WireEvent] = []
    for place, number in enumerate(numbers):
        name = f"{service}{number}"
        item = an_item(name, at + place * SECOND, number=f"{service}/{number:04d}")
        events += desk.decide(item, source=source_of(name))
    return events


def watched(events: list[WireEvent]) -> list[WireEvent]:
    return [event for event in events if event.kind in {EventKind.GAP, EventKind.SILENCE}]


def heir_of(desk: Desk, config: DeskConfig | None = None) -> Desk:
    """A desk restored from bytes alone."""
    changes = desk.drain()
    heir = Desk(config)
    heir.restore(
        [decode(StateRecord, encode(record)) for record in changes.state],
        [decode(HeldRecord, encode(held)) for _, held in changes.held if held],
        [decode(JournalRecord, encode(record)) for record in changes.journal],
    )
    return heir


def test_gap_names_its_service_its_numbers_and_the_message_that_made_it_certain():
    events = send(Desk(), 123, *range(127, 128 + LATE_NUMBERS))
    (gap,) = watched(events)
    assert gap.of == "nordan:eca"
    assert gap.reasons == ("service=eca", "missing=0124-0126", "numbers=3")
    before = events[events.index(gap) - 1]
    assert gap.cause == before.id
    assert gap.source == before.source
    assert gap.item is None


def test_gap_made_certain_by_time_is_caused_by_the_last_message_of_its_service():
    desk = Desk()
    send(desk, 123, 125)
    (last,) = send(desk, 126, at=T0 + MINUTE)
    send(desk, 40, at=T0 + 2 * MINUTE, service="bdt")
    assert desk.next_due() == T0 + SECOND + 10 * MINUTE
    assert watched(desk.tick(T0 + 10 * MINUTE)) == []
    (gap,) = desk.tick(T0 + 11 * MINUTE)
    assert gap.cause == last.id
    assert gap.source == last.source
    assert desk.tick(T0 + 30 * MINUTE) == []
    assert desk.next_due() is None


def test_gap_that_is_due_comes_before_the_first_message_past_its_time():
    desk = Desk()
    send(desk, 123, 125)
    kinds = [event.kind for event in send(desk, 126, at=T0 + 20 * MINUTE)]
    assert kinds == [EventKind.GAP, EventKind.NEW]


def test_services_are_counted_apart():
    desk = Desk()
    events = send(desk, 1, 2, 3) + send(desk, 500, 501, at=T0 + MINUTE, service="bdt")
    events += send(desk, 4, 5, at=T0 + 2 * MINUTE) + desk.tick(T0 + 60 * MINUTE)
    assert watched(events) == []


def test_late_message_closes_the_gap_after_its_own_event():
    desk = Desk()
    send(desk, 123, 125, 126)
    desk.tick(T0 + 20 * MINUTE)
    late = an_item("eca124", T0, number="eca/0124").model_copy(
        update={"received_at": T0 + 25 * MINUTE}
    )
    primary, gap = desk.decide(late)
    assert primary.kind is EventKind.NEW
    assert gap.reasons == ("service=eca", "filled=0124")
    assert gap.cause == primary.id


def test_number_of_a_message_that_was_no_news_is_not_missing():
    desk = Desk()
    send(desk, 123)
    dropped = Dropped(
        source=source_of("picture"),
        received_at=T0 + 2 * SECOND,
        reason="picture",
        sequence="eca/0124",
    )
    desk.reject(dropped.source, dropped)
    send(desk, 125, at=T0 + MINUTE)
    assert desk.tick(T0 + 60 * MINUTE) == []


def test_intake_hands_on_the_number_of_what_it_drops():
    body = b"\x01eca0124 4 i 10  dpa 0124\r\n\r\nBild/\r\n\x02\x03041215 Mar 24\r\n\x04"
    (part,) = Intake().process(RawMessage(body=body, position="f:1"))
    numbers = getattr(part, "sequence", None) or getattr(part, "item", None)
    assert numbers is not None
    if isinstance(part, Dropped):
        assert part.sequence == "eca/0124"


def test_gaps_can_be_switched_off_for_one_provider():
    desk = Desk(DeskConfig(watched={"nordan": WatchRule(gaps=False)}))
    events = send(desk, 123, *range(127, 160)) + desk.tick(T0 + 60 * MINUTE)
    assert watched(events) == []


def test_gap_and_silence_are_outside_the_sum():
    desk, counts = Desk(), Counts()
    for event in send(desk, 123, *range(127, 160)):
        counts.add(event)
    counts.receive(34)
    assert counts.adds_up()
    assert counts.caused[EventKind.GAP] == 1
    assert EventKind.GAP not in OUTCOMES
    assert EventKind.SILENCE not in OUTCOMES


def a_month(desk: Desk, days: int, start: datetime = T0) -> list[WireEvent]:
    """A message every ten minutes, each a failure: what comes is a sign of life all the same."""
    events: list[WireEvent] = []
    for number in range(days * 144):
        at = start + number * 10 * MINUTE
        source = source_of(f"m{start:%m%d}-{number}")
        failed = Failed(source=source, received_at=at, code="body-empty", stage="decode", detail="")
        events += desk.reject(source, failed)
    return events


@pytest.fixture(scope="module")
def a_settled_desk() -> Desk:
    desk = Desk()
    assert watched(a_month(desk, 11)) == []
    return desk


def test_silence_is_announced_at_its_time_and_ended_by_the_next_message(a_settled_desk):
    desk = heir_of(a_settled_desk)
    due = desk.next_due()
    last = desk.last_heard()["nordan"]
    assert timedelta(hours=3) < due - last < timedelta(hours=4)
    (silence,) = desk.tick(due)
    assert silence.kind is EventKind.SILENCE
    assert silence.of == "nordan"
    assert silence.cause is not None
    assert desk.tick(due + timedelta(days=3)) == []
    back = an_item("back", due + timedelta(days=4))
    (event,) = desk.decide(back)
    assert event.reasons[-1].startswith("silent-for=")


def test_heir_of_a_desk_announces_what_it_would_have():
    steady = Desk()
    a_month(steady, 12)
    send(steady, 9998, 2, 7, at=T0 + timedelta(days=12))
    stopped = Desk()
    a_month(stopped, 12)
    send(stopped, 9998, 2, 7, at=T0 + timedelta(days=12))
    heir = heir_of(stopped)
    later = T0 + timedelta(days=12, hours=1)
    for desk in (steady, heir):
        assert len(watched(send(desk, 5, at=T0 + timedelta(days=12, minutes=20)))) == 2
    assert heir.next_due() == steady.next_due()
    assert heir.tick(later + timedelta(days=1)) == steady.tick(later + timedelta(days=1))
    assert heir.last_heard() == steady.last_heard()


def test_journal_cut_at_its_window_announces_the_same():
    steady = Desk()
    a_month(steady, 45)
    journal = steady.drain().journal
    kept = [record for record in journal if record.now >= T0 + timedelta(days=15)]
    heir = Desk()
    heir.restore([], [], kept)
    assert heir.next_due() == steady.next_due() is not None
    more = T0 + timedelta(days=45)
    assert a_month(heir, 3, start=more) == a_month(steady, 3, start=more)
    assert heir.next_due() == steady.next_due()


def test_ticks_of_the_host_do_not_end_what_an_archive_tells():
    """A silence of 1987 is for the next message of 1987 to show, not for today's clock."""
    desk = Desk()
    send(desk, 123, 125)
    assert desk.next_due(clock=T0 + timedelta(hours=1)) is not None
    assert desk.next_due(clock=T0 + timedelta(days=2)) is None
    assert len(watched(send(desk, 126, at=T0 + timedelta(days=30)))) == 1


def test_millions_of_services_cost_a_bounded_memory():
    desk = Desk()
    for number in range(3 * MOST_SERVICES):
        send(desk, 1, service=f"s{number}-", at=T0 + number * SECOND)
    watch = desk._memory.watch
    assert len(watch._providers["nordan"].counters) == MOST_SERVICES
    for number in range(MOST_PROVIDERS + 50):
        item = an_item("x", T0 + timedelta(hours=2), provider=f"p{number}")
        desk.decide(item, source=source_of(f"x{number}", f"p{number}"))
    assert len(desk.last_heard()) == MOST_PROVIDERS
    assert len(watch._queued) <= MOST_PROVIDERS + MOST_SERVICES


def test_undated_messages_in_a_file_announce_no_silence():
    desk = Desk()
    for number in range(300):
        item = an_item(f"u{number}", T0).model_copy(
            update={"received_at": None, "version_created": None}
        )
        assert watched(desk.decide(item)) == []
    assert desk.next_due() is None
