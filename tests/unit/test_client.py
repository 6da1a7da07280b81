from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from schemas.codec import encode
from schemas.event import EventKind, Source, WireEvent
from schemas.item import Entity, EntityType, Item
from schemas.topics import CATALOGUE, Topic, TopicName
from streams.client import Subscription
from streams.errors import ConfigError, CorruptionError, TransportError
from streams.log import SqliteStore
from streams.log.base import NewRecord
from streams.log.headers import CloudEvent, DeskSeq, output_headers
from streams.settings import Settings

START = datetime(2016, 2, 12, 10, tzinfo=UTC)


def an_item(key: str, version: int = 1, **changes: object) -> Item:
    fields: dict[str, object] = {
        "id": f"{key}@{version:03}",
        "item_key": key,
        "order_key": f"{version:03}",
        "provider": "afp",
        "language": "fr",
        "received_at": START + timedelta(minutes=version),
        "headline": f"{key} {version}",
    }
    return Item.model_validate(fields | changes)


class Wire:
    """Writes to the log what a desk would, with its headers."""

    def __init__(self, path: Path) -> None:
        self.url = f"sqlite:///{path}"
        self.store = SqliteStore(path, durable=False)
        self.store.create_topics(list(CATALOGUE.values()), prefix="wire.")

    def item(
        self,
        item: Item,
        seq: int,
        *,
        epoch: int = 1,
        kind: EventKind = EventKind.NEW,
        topic: TopicName = TopicName.ITEMS,
        partition: int | None = None,
    ) -> None:
        headers = output_headers(
            "item/1",
            kind=kind,
            seq=DeskSeq(seq, 0),
            epoch=epoch,
            event=CloudEvent(f"e{seq}", "wireroom.item", item.id),
        )
        record = NewRecord(
            f"wire.{topic}", item.item_key.encode(), encode(item), headers, partition
        )
        self.store.append([record])

    def event(self, event: WireEvent, seq: int, *, epoch: int = 1) -> None:
        headers = output_headers(
            "event/1",
            kind=event.kind,
            seq=DeskSeq(seq, 0),
            epoch=epoch,
            event=CloudEvent(event.id, "wireroom.event", None),
        )
        self.store.append([NewRecord("wire.events", b"k", encode(event), headers)])

    def read(self, **options: object) -> list[str]:
        """Headlines of what is there, and no waiting."""
        options.setdefault("since", "1900-01-01")
        options.setdefault("until", "now")
        if options["since"] is None:
            del options["since"]
        return [item.headline for item in Subscription(settings=self.settings, **options)]  # type: ignore[arg-type,misc]

    @property
    def settings(self) -> Settings:
        return Settings(broker=self.url)


@pytest.fixture
def wire(tmp_path: Path) -> Iterator[Wire]:
    wire = Wire(tmp_path / "log.db")
    yield wire
    wire.store.close()


def an_event(event_id: str, kind: EventKind = EventKind.NEW, item: Item | None = None) -> WireEvent:
    source = Source(id="s", provider="afp", position="p:1", sha256="0" * 64)
    return WireEvent(id=event_id, kind=kind, source=source, item=item)


class TestReading:
    def test_items_come_in_order_within_a_key(self, wire: Wire) -> None:
        for number in range(1, 6):
            wire.item(an_item("a", number), number)
        assert wire.read() == [f"a {number}" for number in range(1, 6)]

    async def test_async_for_and_plain_for_give_the_same(self, wire: Wire) -> None:
        wire.item(an_item("a"), 1)
        subscription = Subscription(settings=wire.settings, since="1900-01-01", until="now")
        assert [item.headline async for item in subscription] == ["a 1"]

    def test_events_are_wire_events(self, wire: Wire) -> None:
        wire.event(an_event("e1", EventKind.DEAD), 1)
        events = Subscription("events", settings=wire.settings, since="1900-01-01", until="now")
        assert [event.kind for event in events] == [EventKind.DEAD]

    def test_restricted_topics_give_records_only_to_those_who_insist(self, wire: Wire) -> None:
        wire.store.append([NewRecord("wire.raw", b"afp", b"bytes")])
        with pytest.raises(ConfigError, match="restricted"):
            Subscription("raw", settings=wire.settings)
        records = Subscription(
            "raw", settings=wire.settings, restricted=True, since="1900-01-01", until="now"
        )
        assert [record.value for record in records] == [b"bytes"]

    def test_what_is_not_an_item_is_our_own_corruption(self, wire: Wire) -> None:
        wire.store.append([NewRecord("wire.items", b"a", b"{}")])
        with pytest.raises(CorruptionError, match=r"wire\.items\[\d+\]@0"):
            wire.read()

    def test_a_log_without_topics_is_one_clear_error(self, tmp_path: Path) -> None:
        settings = Settings(broker=f"sqlite:///{tmp_path}/none.db")
        with pytest.raises(TransportError, match="topics apply"):
            list(Subscription(settings=settings, until="now"))


class TestFilters:
    @pytest.fixture(autouse=True)
    def _some(self, wire: Wire) -> None:
        wire.item(an_item("a", 1), 1)
        wire.item(an_item("b", 2, provider="ap", language="en-US"), 2, kind=EventKind.KILL)
        wire.item(an_item("c", 3, provider=None, language=None), 3, kind=EventKind.UPDATE)

    @pytest.mark.parametrize(
        ("options", "expected"),
        [
            ({"provider": "afp"}, ["a 1"]),
            ({"provider": ["afp", "ap"]}, ["a 1", "b 2"]),
            ({"provider": "afp,ap"}, ["a 1", "b 2"]),
            ({"language": "EN"}, ["b 2"]),
            ({"language": "e"}, []),
            ({"kind": "kill,update"}, ["b 2", "c 3"]),
            ({"provider": "ap", "language": "fr"}, []),
            ({"since": "2016-02-12T10:02Z"}, ["b 2", "c 3"]),
            ({"since": START + timedelta(minutes=3)}, ["c 3"]),
            ({"until": "2016-02-12T10:02Z"}, ["a 1", "b 2"]),
        ],
    )
    def test_all_that_is_asked_for_must_hold(
        self, wire: Wire, options: dict[str, object], expected: list[str]
    ) -> None:
        assert sorted(wire.read(**options)) == expected

    @pytest.mark.parametrize("entity", ["geonames:163843", "iso3166:SY", "syrie", "SYRIE"])
    def test_entities_are_found_by_id_and_by_name(self, wire: Wire, entity: str) -> None:
        syria = Entity(
            id="geonames:163843", type=EntityType.PLACE, name="Syrie", ids={"iso3166": "SY"}
        )
        wire.item(an_item("s", entities=(syria,)), 4, topic=TopicName.ENRICHED)
        wire.item(an_item("t"), 5, topic=TopicName.ENRICHED)
        assert wire.read(topic="enriched", entity=entity) == ["s 1"]


class TestOptions:
    @pytest.mark.parametrize(
        ("options", "words"),
        [
            ({"topic": "wires"}, "no topic 'wires'"),
            ({"kind": "news"}, "kinds are new, update"),
            ({"since": "soon"}, "cannot read the time"),
            ({"since": "2h", "last": 3}, "give one"),
            ({"snapshot": True, "since": "2h"}, "give one"),
            ({"snapshot": True, "topic": "events"}, "no current state"),
            ({"entity": "Syrie"}, "read enriched"),
            ({"cursor": "x!"}, "this cursor"),
            ({"cursor": "e30"}, "this cursor"),
            ({"group": "wire.wireroom-desk"}, "worker's own"),
            ({"last": -1}, "count from 0"),
            ({"since": datetime(2016, 1, 1)}, "no time zone"),  # noqa: DTZ001
        ],
    )
    def test_what_makes_no_sense_is_refused_at_once(
        self, options: dict[str, object], words: str
    ) -> None:
        with pytest.raises(ConfigError) as error:
            Subscription(settings=Settings(), **options)  # type: ignore[arg-type,misc]
        assert words in str(error.value)

    @pytest.mark.parametrize(("limit", "count"), [(0, 0), (1, 1), (3, 3), (9, 5)])
    def test_max_ends_it(self, wire: Wire, limit: int, count: int) -> None:
        for number in range(1, 6):
            wire.item(an_item("a", number), number)
        assert len(wire.read(max=limit)) == count

    @pytest.mark.parametrize(("last", "count"), [(0, 0), (1, 1), (4, 4), (99, 30)])
    def test_last_begins_with_the_latest(self, wire: Wire, last: int, count: int) -> None:
        expected = []
        for number in range(1, 31):
            wire.item(an_item(f"k{number % 7}", number), number)
            expected.append(f"k{number % 7} {number}")
        assert wire.read(since=None, last=last) == expected[len(expected) - count :]

    def test_last_counts_what_is_asked_for(self, wire: Wire) -> None:
        wire.item(an_item("x", 1, language="es"), 1)
        for number in range(2, 300):
            wire.item(an_item("x", number), number)
        assert wire.read(since=None, last=3, language="es") == ["x 1"]


class TestFolding:
    def test_a_resend_is_handed_out_once(self, wire: Wire) -> None:
        for seq in (1, 2, 1, 2, 3):
            wire.item(an_item("a", seq), seq)
        assert wire.read() == ["a 1", "a 2", "a 3"]

    def test_an_older_desk_is_not_heard_after_a_newer_one(self, wire: Wire) -> None:
        wire.item(an_item("a", 1), 1, epoch=1)
        wire.item(an_item("a", 2), 2, epoch=2)
        wire.item(an_item("a", 3), 3, epoch=1)
        assert wire.read() == ["a 1", "a 2"]

    def test_a_slow_enrichment_of_another_key_is_heard(self, wire: Wire) -> None:
        enriched = TopicName.ENRICHED
        wire.item(an_item("a", 2), 2, epoch=2, topic=enriched, partition=0)
        wire.item(an_item("b", 1), 1, epoch=1, topic=enriched, partition=0)
        wire.item(an_item("a", 1), 1, epoch=1, topic=enriched, partition=0)
        assert wire.read(topic="enriched") == ["a 2", "b 1"]

    def test_events_fold_by_id(self, wire: Wire) -> None:
        for event_id in ("e1", "e2", "e1"):
            wire.event(an_event(event_id), 1)
        events = Subscription("events", settings=wire.settings, since="1900-01-01", until="now")
        assert [event.id for event in events] == ["e1", "e2"]

    def test_records_without_our_headers_are_handed_out(self, wire: Wire) -> None:
        for _ in range(2):
            wire.store.append([NewRecord("wire.items", b"a", encode(an_item("a")))])
        assert wire.read() == ["a 1", "a 1"]

    def test_a_resend_after_a_cursor_is_known_for_what_it_is(self, wire: Wire) -> None:
        for seq in (1, 2):
            wire.item(an_item("a", seq), seq)
        first = Subscription(settings=wire.settings, since="1900-01-01", until="now")
        assert len(list(first)) == 2
        for seq in (1, 2, 3):
            wire.item(an_item("a", seq), seq)
        assert wire.read(since=None, cursor=first.cursor) == ["a 3"]


class TestResuming:
    def test_a_cursor_goes_on_after_each_record(self, wire: Wire) -> None:
        for number in range(1, 8):
            wire.item(an_item(f"k{number}", number), number)
        seen: list[str | None] = []
        cursor: str | None = None
        while True:
            options = {"cursor": cursor} if cursor else {"since": "1900-01-01"}
            one = Subscription(settings=wire.settings, until="now", max=1, **options)  # type: ignore[misc]
            found = [item.headline for item in one]
            if not found:
                break
            seen += found
            cursor = one.cursor
        assert sorted(seen, key=str) == [f"k{number} {number}" for number in range(1, 8)]

    def test_a_cursor_within_a_loop_includes_the_record_in_hand(self, wire: Wire) -> None:
        wire.item(an_item("a", 1), 1)
        wire.item(an_item("a", 2), 2)
        subscription = Subscription(settings=wire.settings, since="1900-01-01", until="now")
        for _ in subscription:
            break
        assert wire.read(since=None, cursor=subscription.cursor) == ["a 2"]

    def test_a_cursor_of_another_topic_is_refused(self, wire: Wire) -> None:
        events = Subscription("events", settings=wire.settings, since="1900-01-01", until="now")
        list(events)
        with pytest.raises(ConfigError, match=r"belongs to topic wire\.events"):
            Subscription(settings=wire.settings, cursor=events.cursor)

    def test_a_cursor_older_than_the_log_is_an_error_never_a_gap(self, wire: Wire) -> None:
        wire.event(an_event("e1"), 1)
        events = Subscription("events", settings=wire.settings, since="1900-01-01", until="now")
        list(events)
        for number in range(2, 5):
            wire.event(an_event(f"e{number}"), number)
        short = {
            TopicName.EVENTS: Topic(TopicName.EVENTS, 12, 1),
        }
        wire.store.compact(short, prefix="wire.", now=datetime.now(UTC) + timedelta(days=1))
        late = Subscription("events", settings=wire.settings, cursor=events.cursor, until="now")
        with pytest.raises(TransportError, match="older than what the log keeps"):
            list(late)

    def test_a_cursor_past_the_end_is_an_error(self, wire: Wire, tmp_path: Path) -> None:
        wire.item(an_item("a"), 1)
        items = Subscription(settings=wire.settings, since="1900-01-01", until="now")
        list(items)
        anew = Wire(tmp_path / "anew.db")
        with pytest.raises(TransportError, match="made anew"):
            anew.read(since=None, cursor=items.cursor)
        anew.store.close()

    def test_a_group_goes_on_where_it_stopped(self, wire: Wire) -> None:
        wire.item(an_item("a", 1), 1)
        assert wire.read(group="desk-3") == ["a 1"]
        assert wire.read(group="desk-3") == []
        wire.item(an_item("a", 2), 2)
        assert wire.read(group="desk-3") == ["a 2"]
        assert wire.read(group="another") == ["a 1", "a 2"]

    def test_what_was_not_handled_is_handed_out_again_to_a_group(self, wire: Wire) -> None:
        wire.item(an_item("a", 1), 1)
        for _ in Subscription(settings=wire.settings, since="1900-01-01", group="g", until="now"):
            break
        assert wire.read(group="g") == ["a 1"]


class TestSnapshot:
    def test_it_is_the_latest_of_each_key(self, wire: Wire) -> None:
        for number in range(1, 10):
            wire.item(an_item(f"k{number % 3}", number), number)
        assert sorted(wire.read(since=None, snapshot=True)) == ["k0 9", "k1 7", "k2 8"]

    def test_a_tombstone_takes_its_key_away(self, wire: Wire) -> None:
        wire.item(an_item("a"), 1)
        wire.item(an_item("b"), 2)
        wire.store.append([NewRecord("wire.items", b"a", None)])
        assert wire.read(since=None, snapshot=True) == ["b 1"]

    def test_a_stale_resend_does_not_take_the_place_of_the_latest(self, wire: Wire) -> None:
        for seq in (1, 2, 1):
            wire.item(an_item("a", seq), seq)
        assert wire.read(since=None, snapshot=True) == ["a 2"]

    def test_live_follows_without_a_gap_while_someone_writes(self, wire: Wire) -> None:
        for number in range(1, 201):
            wire.item(an_item(f"k{number % 5}", number), number)
        go = threading.Event()

        def keep_writing() -> None:
            go.wait(10)
            for number in range(201, 301):
                wire.item(an_item(f"k{number % 5}", number), number)

        writer = threading.Thread(target=keep_writing)
        writer.start()
        latest: dict[str, int] = {}
        subscription = Subscription(settings=wire.settings, snapshot=True)
        for item in subscription:
            go.set()
            number = int(str(item.headline).split()[1])
            assert number > latest.get(item.item_key, 0)
            if latest.get(item.item_key, 0) >= 196:
                assert number == latest[item.item_key] + 5
            latest[item.item_key] = number
            if set(latest.values()) == {296, 297, 298, 299, 300}:
                break
        writer.join()

    def test_a_cursor_taken_within_it_begins_it_again(self, wire: Wire) -> None:
        wire.item(an_item("a"), 1)
        wire.item(an_item("b"), 2)
        subscription = Subscription(settings=wire.settings, snapshot=True)
        for _ in subscription:
            break
        assert sorted(wire.read(since=None, cursor=subscription.cursor)) == ["a 1", "b 1"]


class TestLive:
    def test_it_begins_with_what_comes_next(self, wire: Wire) -> None:
        wire.item(an_item("a", 1), 1)
        subscription = Subscription(settings=wire.settings, max=1)
        found: list[Item] = []
        reader = threading.Thread(target=lambda: found.extend(subscription))
        reader.start()
        _wait_until(lambda: subscription.cursor is not None)
        wire.item(an_item("a", 2), 2)
        reader.join(10)
        assert [item.headline for item in found] == ["a 2"]

    async def test_a_time_to_come_ends_it_when_it_comes(self, wire: Wire) -> None:
        until = datetime.now(UTC) + timedelta(seconds=0.3)
        subscription = Subscription(settings=wire.settings, until=until)
        async with asyncio.timeout(10):
            assert [item async for item in subscription] == []

    def test_leaving_a_plain_for_leaves_no_thread(self, wire: Wire) -> None:
        wire.item(an_item("a"), 1)
        for _ in Subscription(settings=wire.settings, since="1900-01-01"):
            break
        _wait_until(lambda: not _threads())
        assert not _threads()


def _threads() -> Sequence[str]:
    return [t.name for t in threading.enumerate() if t.name == "wireroom-subscription"]


def _wait_until(holds: object) -> None:
    deadline = time.monotonic() + 10
    while not holds() and time.monotonic() < deadline:  # type: ignore[operator]
        time.sleep(0.01)
