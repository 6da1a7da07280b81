"""The desk's promises over any stream: recovery, order of arrival, conservation."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.codec import decode, encode
from schemas.event import ITEM_KINDS, OUTCOMES, Source
from schemas.item import Item, Lifecycle, LifecycleKind, Paragraph, PubStatus
from schemas.journal import HeldRecord, JournalRecord, StateRecord
from streams.desk import Desk
from streams.desk.identity import content_hash, item_key, order_key, source_id
from streams.steps import Drop, DropReason

T0 = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SENTENCES = (
    "The harbour council of Brestava voted late on Tuesday to close the northern dock for repairs.",
    "Engineer Milena Torvald told reporters that the quay wall had shifted by 14 centimetres.",
    "Fishing crews said the closure would cost them 320,000 crowns before the herring season ends.",
    "The repairs are expected to last nine weeks, according to a schedule seen by the council.",
    "A spokesman for the port authority said that ferries to Ostholm would sail from the old pier.",
    "Shipping companies asked for a temporary berth in the outer basin during the summer months.",
    "The regional government promised a loan to the smallest of the crews on Wednesday morning.",
)
TEXTS = (
    SENTENCES[:5],
    SENTENCES[:6],
    SENTENCES,
    (SENTENCES[0], SENTENCES[1].replace("14", "41"), *SENTENCES[2:5]),
    SENTENCES[3:],
    SENTENCES[:1],
    ("Dock closed.",),
    (),
)


@st.composite
def an_input(draw) -> dict[str, object]:
    return {
        "stable_id": draw(st.sampled_from("abcd")),
        "provider": draw(st.sampled_from(["nordan", "ostpress", None])),
        "text": draw(st.integers(0, len(TEXTS) - 1)),
        "made": draw(st.one_of(st.none(), st.integers(0, 6))),
        "wait": draw(st.sampled_from([0, 1, 5, 60, 60 * 24 * 2, 60 * 24 * 12])),
        "received": draw(st.booleans()),
        "pubstatus": draw(st.sampled_from([*["usable"] * 5, "canceled", "withheld"])),
        "embargo": draw(st.sampled_from([None, None, None, 3, 90])),
        "kind": draw(st.sampled_from([*[None] * 5, "flash", "correction", "lead", "advisory"])),
        "urgency": draw(st.sampled_from([None, 3])),
        "input": draw(st.sampled_from([*["item"] * 8, "reject", "tick", "again"])),
    }


def build(spec: dict[str, object], minute: int) -> Item:
    created = None if spec["made"] is None else T0 + timedelta(minutes=spec["made"])
    text = TEXTS[spec["text"]]
    content = content_hash("Brestava dock", text)
    key = item_key(spec["provider"], spec["stable_id"], content)
    order = order_key(created, None)
    now = T0 + timedelta(minutes=minute)
    embargo = None if spec["embargo"] is None else now + timedelta(minutes=spec["embargo"])
    return Item(
        id=f"{key}@{order}",
        item_key=key,
        order_key=order,
        provider=spec["provider"],
        version_created=created,
        received_at=now if spec["received"] else None,
        headline="Brestava dock",
        paragraphs=tuple(Paragraph(text=sentence) for sentence in text),
        pubstatus=PubStatus(spec["pubstatus"]),
        embargoed_until=embargo,
        urgency=spec["urgency"],
        lifecycle=Lifecycle(kinds=(LifecycleKind(spec["kind"]),) if spec["kind"] else ()),
        content_hash=content,
    )


def feed(desk: Desk, number: int, spec: dict[str, object], minute: int) -> list[bytes]:
    position = f"feed:{number - 1 if spec['input'] == 'again' else number}"
    source = Source(id=source_id(position, "00", 0), position=position, sha256="00")
    now = T0 + timedelta(minutes=minute)
    if spec["input"] == "tick":
        events = desk.tick(now)
    elif spec["input"] == "reject":
        events = desk.reject(source, Drop(DropReason.EMPTY), now, transport=position)
    else:
        events = desk.decide(build(spec, minute), source=source, transport=position)
    return [encode(event) for event in events]


class Written:
    """The three topics, as bytes, as a host keeps them."""

    def __init__(self) -> None:
        self.journal: list[bytes] = []
        self.state: dict[str, bytes] = {}
        self.held: dict[str, bytes] = {}

    def write(self, desk: Desk) -> None:
        changes = desk.drain()
        self.journal += map(encode, changes.journal)
        for state in changes.state:
            # A compacted topic keeps the last value of a key, at its own place in the order.
            self.state.pop(state.item_key, None)
            self.state[state.item_key] = encode(state)
        for key, held in changes.held:
            self.held.pop(key, None)
            if held is not None:
                self.held[key] = encode(held)

    def restored(self, journal_from: int = 0) -> Desk:
        desk = Desk()
        desk.restore(
            [decode(StateRecord, value) for value in self.state.values()],
            [decode(HeldRecord, value) for value in self.held.values()],
            [decode(JournalRecord, value) for value in self.journal[journal_from:]],
        )
        return desk


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(an_input(), min_size=2, max_size=25), st.data())
def test_restored_desk_decides_byte_for_byte_like_one_that_never_stopped(specs, data):
    cuts = data.draw(st.sets(st.integers(1, len(specs) - 1), max_size=3))
    steady, stopped, written = Desk(), Desk(), Written()
    minute = 0
    for number, spec in enumerate(specs):
        minute += spec["wait"]
        if number in cuts:
            written.write(stopped)
            stopped = written.restored()
        assert feed(stopped, number, spec, minute) == feed(steady, number, spec, minute)
        assert stopped.next_due() == steady.next_due()
    written.write(stopped)
    complete = steady.drain()
    assert written.journal == [encode(record) for record in complete.journal]
    assert written.state == {state.item_key: encode(state) for state in complete.state}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(an_input(), min_size=4, max_size=12), st.data())
def test_batch_done_twice_after_a_crash_gives_the_same_events(specs, data):
    crash = data.draw(st.integers(1, len(specs) - 1))
    desk, written = Desk(), Written()
    minutes = [sum(spec["wait"] for spec in specs[: n + 1]) for n in range(len(specs))]
    for number in range(crash):
        feed(desk, number, specs[number], minutes[number])
    written.write(desk)
    lost = [feed(desk, n, specs[n], minutes[n]) for n in range(crash, len(specs))]
    heir = written.restored()
    assert [feed(heir, n, specs[n], minutes[n]) for n in range(crash, len(specs))] == lost


def test_journal_cut_at_its_window_changes_nothing_that_is_within_it():
    """What retention deleted is past every window: the state topic knows the rest."""
    plain = {"made": None, "received": True, "pubstatus": "usable", "embargo": None, "kind": None}
    plain |= {"urgency": None, "input": "item", "provider": "nordan"}
    steady, written = Desk(), Written()
    for number in range(6):
        feed(steady, number, {**plain, "stable_id": f"old{number}", "text": number}, number)
    cut = 6
    minute = 60 * 24 * 40
    feed(steady, 6, {**plain, "stable_id": "fresh", "text": 0}, minute)
    written.write(steady)
    heir = written.restored(journal_from=cut)
    for number, key in enumerate(["old0", "old3", "fresh", "x", "y"]):
        spec = {**plain, "stable_id": key, "text": number}
        place = 100 + number
        assert feed(heir, place, spec, minute + 5) == feed(steady, place, spec, minute + 5)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 3),
            st.integers(0, len(TEXTS) - 2),
            st.sampled_from(["usable", "usable", "canceled"]),
            st.sampled_from([None, 3]),
        ),
        min_size=2,
        max_size=4,
    )
)
def test_versions_of_one_key_end_the_same_in_any_order_of_arrival(versions):
    finals = set()
    for order in permutations(versions):
        desk, final = Desk(), None
        for number, (made, text, status, urgency) in enumerate(order):
            spec = {"stable_id": "a", "provider": "nordan", "text": text, "made": made}
            spec |= {"received": True, "pubstatus": status, "embargo": None, "kind": None}
            item = build({**spec, "urgency": urgency}, 10 + number)
            for event in desk.decide(item):
                if event.kind in ITEM_KINDS:
                    final = event.item
        # A newer version that changes nothing is not published again: compare what readers see.
        finals.add((final.pubstatus, final.content_hash, final.urgency, final.text))
    assert len(finals) == 1


@settings(max_examples=60, deadline=None)
@given(st.lists(an_input(), max_size=25))
def test_every_input_has_one_primary_event_or_was_skipped(specs):
    desk = Desk()
    minute = primary = ticks = 0
    ids: set[str] = set()
    for number, spec in enumerate(specs):
        minute += spec["wait"]
        position = f"feed:{number}"
        source = Source(id=source_id(position, "00", 0), position=position, sha256="00")
        if spec["input"] == "tick":
            ticks += 1
            events = desk.tick(T0 + timedelta(minutes=minute))
        else:
            events = desk.decide(build(spec, minute), source=source, transport=position)
        mine = [event for event in events if event.cause is None]
        primary += len(mine)
        assert all(event.kind in OUTCOMES for event in mine)
        assert not ids.intersection(event.id for event in events)
        ids.update(event.id for event in events)
        for event in events:
            if event.item is not None and event.kind in ITEM_KINDS:
                assert event.item.story_key is not None
    assert primary + desk.skipped + ticks == len(specs)
