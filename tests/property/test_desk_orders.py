"""Any order of arrival, and any repetition, ends the same: of one key's versions, and of a chain
that comes under one key a message.

The final state of a key is its status and what readers have of it. Two things depend on what came
first and are left out of it: what readers have of an item that is withheld in the end (what was
out before the hold stays out), and which of several live messages of one story, each under its own
key, readers have seen (an older one that comes after a newer one is not shown). A chain's own
final state is therefore whether anything of it is out, and what its newest message is.
"""

from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.event import ITEM_KINDS, EventKind, Source, WireEvent
from schemas.item import AltId, Item, Lifecycle, LifecycleKind, Link, Paragraph, PubStatus
from schemas.journal import Status
from streams.desk import Desk
from streams.desk.identity import content_hash, item_key, order_key, source_id
from streams.desk.references import names_of
from tests.property.test_desk_properties import SENTENCES, T0, Written

ONCE = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
END = 10_000
TEXTS = (SENTENCES[:4], SENTENCES[:5], SENTENCES[:6], SENTENCES)
"""Each a version of the one before, none of them a copy."""
HEADLINES = (
    "Brestava votes to close northern dock",
    "Brestava closes dock as quay wall shifts",
    "Ferries to sail from old pier of Brestava",
    "Closed dock costs Brestava crews dear",
)


def message(stable_id: str, made: int, text: tuple[str, ...], **fields: object) -> Item:
    """A message of one provider, made so many minutes after the first."""
    created = T0 + timedelta(minutes=made)
    version = fields.pop("version", None)
    headline = fields.pop("headline", HEADLINES[0])
    content = content_hash(headline, text)
    key = item_key("nordan", stable_id, content)
    order = order_key(created, version, fields.pop("ordering", "time-then-version"))
    return Item(
        id=f"{key}@{order}",
        item_key=key,
        order_key=order,
        provider="nordan",
        version=version,
        version_created=created,
        headline=headline,
        paragraphs=tuple(Paragraph(text=sentence) for sentence in text),
        content_hash=content,
        **fields,
    )


def kill(stable_id: str, made: int, **fields: object) -> Item:
    """A kill in words."""
    lifecycle = Lifecycle(kinds=(LifecycleKind.KILL,))
    return message(stable_id, made, (), pubstatus=PubStatus.CANCELED, lifecycle=lifecycle, **fields)


def fed(desk: Desk, items: list[Item], first: int = 0) -> list[WireEvent]:
    """The events of items that arrive a minute apart, long after they were made."""
    events = []
    for place, item in enumerate(items, first):
        position = f"feed:{place}"
        source = Source(id=source_id(position, "00", 0), position=position, sha256="00")
        arrived = item.model_copy(update={"received_at": T0 + timedelta(minutes=1_000 + place)})
        events += desk.decide(arrived, source=source, transport=position)
    return events


def shown(events: list[WireEvent]) -> dict[str, str]:
    """What readers of ``wire.items`` have in the end of each key: its text; "" when canceled."""
    return {
        event.item.item_key: event.item.text if event.item.paragraphs else ""
        for event in events
        if event.item is not None and event.kind in ITEM_KINDS
    }


def statuses(desk: Desk) -> dict[str, Status]:
    return {state.item_key: state.status for state in desk.drain().state}


@st.composite
def a_version(draw) -> Item:
    made = draw(st.integers(0, 8))
    fields: dict[str, object] = {}
    what = draw(
        st.sampled_from(["usable"] * 4 + ["correction", "withheld", "hold", "embargo", "past"])
    )
    if what == "withheld":
        fields["pubstatus"] = PubStatus.WITHHELD
    elif what in {"correction", "hold"}:
        fields["lifecycle"] = Lifecycle(kinds=(LifecycleKind(what),))
    elif what == "embargo":
        fields["embargoed_until"] = T0 + timedelta(minutes=draw(st.sampled_from([1_003, END - 9])))
    elif what == "past":
        fields["embargoed_until"] = T0
    text = TEXTS[draw(st.integers(0, len(TEXTS) - 1))]
    return message("a", made, text, urgency=draw(st.sampled_from([None, 3])), **fields)


@st.composite
def versions_of_one_key(draw) -> list[Item]:
    """Versions that each say when they were made, with kills by key and by what it is called."""
    items = draw(st.lists(a_version(), min_size=1, max_size=4))
    if draw(st.booleans()):
        items.append(kill("a", draw(st.integers(0, 9))))
    if draw(st.booleans()):
        called = draw(st.sampled_from([("a",), ("nordan:0123",), (f"usn:{'L1N14N0FF'}",)]))
        links = tuple(Link(rel="kills", target=name) for name in called)
        items.append(kill("k", draw(st.integers(0, 9)), links=links))
    ids = (
        AltId(scheme="agency-number", value="nordan:0123"),
        AltId(scheme="usn", value="L1N14N0FF"),
    )
    return [
        item if item.item_key == "nordan:k" else item.model_copy(update={"alt_ids": ids})
        for item in items
    ]


def order_of(draw, items: list[Item]) -> list[Item]:
    again = draw(st.lists(st.sampled_from(items), max_size=2))
    return draw(st.permutations([*items, *again]))


@ONCE
@given(versions_of_one_key(), st.data())
def test_one_key_ends_the_same_in_any_order(items, data):
    finals = []
    for order in (items, order_of(data.draw, items), order_of(data.draw, items)):
        desk = Desk()
        events = fed(desk, order)
        events += desk.tick(T0 + timedelta(minutes=END))
        status = statuses(desk).get("nordan:a")
        readers = shown(events).get("nordan:a", "")
        finals.append((status, None if status is Status.HELD else readers))
        assert not desk.next_due()
    assert finals[0] == finals[1] == finals[2]


def chain_message(number: int) -> Item:
    """The n-th message of a story, each under a key and a headline of its own."""
    return message(
        f"m{number}",
        number * 10,
        TEXTS[number],
        headline=HEADLINES[number],
        slugline="Dock",
        alt_ids=(AltId(scheme="agency-number", value=f"nordan:{number + 100:04}"),),
        lifecycle=Lifecycle(kinds=(LifecycleKind.LEAD,) if number else ()),
    )


@st.composite
def killed_chains(draw) -> tuple[list[Item], Item]:
    """A chain of one key a message, and a kill of one that was made before it.

    It says so by the key of that message, its own or as a reference, by its number or headline, or
    by bearing its headline.
    """
    chain = [chain_message(number) for number in range(draw(st.integers(2, len(TEXTS))))]
    made = draw(st.sampled_from([35, 25, 15, 5]))
    target = draw(st.sampled_from(chain[: made // 10 + 1]))
    way = draw(st.sampled_from(["key", "own-key", "number", "headline", "borne"]))
    if way == "own-key":
        stable_id = target.item_key.partition(":")[2]
        return chain, kill(stable_id, made, headline=target.headline)
    if way == "borne":
        return chain, kill("k", made, headline=f"KILL KILL KILL - {target.headline}")
    called = {"key": 0, "number": 1, "headline": 2}[way]
    link = Link(rel="kills", target=names_of(target)[called])
    return chain, kill("k", made, headline="Withdrawn", links=(link,))


@ONCE
@given(killed_chains(), st.data())
def test_killed_chain_of_many_keys_ends_the_same_in_any_order(killed, data):
    chain, killing = killed
    by_then = [item for item in chain if item.order_key <= killing.order_key]
    later = {item.item_key for item in chain} - {item.item_key for item in by_then}
    newest = max(chain, key=lambda item: item.order_key).item_key
    for order in ([*chain, killing], order_of(data.draw, [*chain, killing])):
        desk = Desk()
        readers = shown(fed(desk, order))
        status = statuses(desk)
        out = {key for key, text in readers.items() if text}
        assert not any(item.item_key in out for item in by_then)
        # What came after a message made after the kill was passed over as older than that one.
        dead = {key for key, one in status.items() if one is Status.KILLED}
        assert all(item.item_key in dead or item.item_key not in readers for item in by_then)
        assert status[killing.item_key] is Status.KILLED
        assert out <= later
        # Of what was made after the kill, the newest is out; older ones if they came before it.
        assert not later or newest in out


@ONCE
@given(killed_chains(), st.data())
def test_desk_restored_at_any_cut_ends_the_chain_alike(killed, data):
    chain, killing = killed
    items = order_of(data.draw, [*chain, killing])
    cut = data.draw(st.integers(1, len(items)))
    steady, stopped, written = Desk(), Desk(), Written()
    assert fed(steady, items[:cut]) == fed(stopped, items[:cut])
    written.write(stopped)
    heir = written.restored()
    assert fed(heir, items[cut:], cut) == fed(steady, items[cut:], cut)
    written.write(heir)
    last = {state.item_key: state for state in steady.drain().state}
    assert written.restored().next_due() == steady.next_due()
    assert last.keys() == written.state.keys()


@ONCE
@given(killed_chains(), st.data())
def test_killed_chain_is_dead_whatever_came_first(killed, data):
    """A kill made after the last message leaves nothing of the story out, and shows nothing."""
    chain, killing = killed
    last = killing.model_copy(update={"order_key": order_key(T0 + timedelta(minutes=99), None)})
    last = last.model_copy(update={"id": f"{last.item_key}@{last.order_key}"})
    order = order_of(data.draw, [*chain, last])
    desk = Desk()
    events = fed(desk, order)
    assert not any(shown(events).values())
    after = events[max(n for n, event in enumerate(events) if event.kind is EventKind.KILL) :]
    assert not any(event.item.paragraphs for event in after if event.item is not None)
    again = fed(desk, chain, len(order))
    assert {event.kind for event in again} == {EventKind.STALE}
