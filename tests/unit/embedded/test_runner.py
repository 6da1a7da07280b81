from __future__ import annotations

import gc
import threading
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest

from schemas.event import EventKind, WireEvent
from schemas.raw import RawMessage
from streams.desk import Desk
from streams.embedded.runner import EmbeddedRunner, StopAfter
from streams.errors import ConfigError, TransportError
from streams.log import SqliteStore
from streams.log.base import Record
from streams.log.outgoing import letter_of
from streams.pipeline import PipelineConfig
from tests.faults.feed import messages

WHEN = datetime(2026, 3, 2, 6, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    with SqliteStore(tmp_path / "wire.db", durable=False) as store:
        yield store


def every_record(store: SqliteStore, name: str) -> list[Record]:
    topic = f"wire.{name}"
    offsets = dict.fromkeys(range(store.topics()[topic]), 0)
    return store.read(topic, offsets, max_records=100_000).records


def contents(store: SqliteStore) -> dict[str, list[tuple[bytes | None, bytes | None]]]:
    names = ["decoded", "items", "events", "held", "desk", "dead"]
    found = {name: [(r.key, r.value) for r in every_record(store, name)] for name in names}
    # One record a batch and key: how many there are follows from the batches.
    found["state"] = list({r.key: r.value for r in every_record(store, "state")}.items())
    return found


def desk_runner(store: SqliteStore, **options: object) -> EmbeddedRunner:
    return EmbeddedRunner(store, stop_after=StopAfter.DESK, **options)  # type: ignore[arg-type]


def an_embargoed(until: datetime, number: int = 1) -> RawMessage:
    document = {
        "uri": f"urn:e:{number}",
        "version": "1",
        "versioncreated": WHEN.isoformat(),
        "embargoed": until.isoformat(),
        "type": "text",
        "headline": "Budget speech",
        "body_text": "The minister will raise the duty on tea, according to the speech.",
    }
    body = orjson.dumps(document)
    return RawMessage(body=body, provider="oaw", received_at=WHEN, position=f"e:{number}")


def test_everything_that_comes_in_has_one_primary_event(store: SqliteStore) -> None:
    runner = desk_runner(store)
    sent = list(messages(20))
    assert runner.ingest(sent) == len(sent)
    seen: list[WireEvent] = []
    counts = runner.run(seen.extend)
    assert counts.adds_up(), counts.line()
    assert counts.received == len(sent)
    primary = [event.source.position for event in seen if event.cause is None]
    assert primary == [raw.position for raw in sent]


def test_a_second_run_finds_nothing_to_do(store: SqliteStore) -> None:
    runner = desk_runner(store)
    runner.ingest(messages(3))
    runner.run()
    assert runner.run().received == 0


def test_two_runs_over_the_same_input_are_identical(tmp_path: Path) -> None:
    found = []
    for name in ("one", "two"):
        with SqliteStore(tmp_path / name, durable=False) as store:
            runner = desk_runner(store)
            runner.ingest(messages(12))
            runner.run()
            found.append(contents(store))
    assert found[0] == found[1]


@pytest.mark.parametrize("fail_at", [1, 2, 3, 5, 8])
def test_a_run_cut_off_anywhere_goes_on_as_if_it_had_not_been(
    tmp_path: Path, fail_at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("streams.embedded.runner.BATCH_RECORDS", 7)
    with SqliteStore(tmp_path / "whole", durable=False) as store:
        runner = desk_runner(store)
        runner.ingest(messages(10))
        runner.run()
        whole = contents(store)
    store = SqliteStore(tmp_path / "cut", durable=False)
    runner = desk_runner(store)
    runner.ingest(messages(10))
    calls = 0
    commit = SqliteStore.commit

    def failing(self: SqliteStore, *args: object) -> None:
        nonlocal calls
        calls += 1
        # The last write of a transaction: all before it in the batch has been made.
        commit(self, *args)  # type: ignore[arg-type]
        if calls == fail_at:
            raise TransportError("the disk is full")

    monkeypatch.setattr(SqliteStore, "commit", failing)
    with pytest.raises(TransportError):
        runner.run()
    monkeypatch.undo()
    # In half of the cases the same process goes on, in the others a new one.
    if fail_at % 2:
        store.close()
        store = SqliteStore(tmp_path / "cut", durable=False)
        runner = desk_runner(store)
    counts = runner.run()
    assert counts.adds_up()
    assert contents(store) == whole
    store.close()


def test_a_restarted_desk_remembers(store: SqliteStore, tmp_path: Path) -> None:
    first, second = list(messages(4))[:4], list(messages(4))[:4]
    runner = desk_runner(store)
    runner.ingest(first)
    runner.run()
    store.close()
    with SqliteStore(tmp_path / "wire.db", durable=False) as again:
        runner = desk_runner(again)
        runner.ingest(second)
        counts = runner.run()
    assert counts.by_kind[EventKind.DUPLICATE] == 4, counts.line()


def test_a_runner_that_was_closed_remembers_by_its_file(store: SqliteStore) -> None:
    runner = desk_runner(store)
    runner.ingest(list(messages(4))[:4])
    runner.run()
    runner.close()
    runner.ingest(list(messages(4))[:4])
    counts = runner.run()
    assert counts.by_kind[EventKind.DUPLICATE] == 4, counts.line()


def test_enrichment_follows_and_reaches_the_events(store: SqliteStore) -> None:
    body = (
        b"Talks in Geneva\n\nThe delegations met in Geneva on Monday, the ministry said.\n\n"
        b"They will meet again in Paris next week."
    )
    runner = EmbeddedRunner(store)
    runner.ingest([RawMessage(body=body, provider="oaw", received_at=WHEN, position="p:1")])
    seen: list[WireEvent] = []
    runner.run(seen.extend)
    assert seen[0].item is not None
    assert {entity.name for entity in seen[0].item.entities} >= {"Geneva", "Paris"}
    (enriched,) = every_record(store, "enriched")
    (item,) = every_record(store, "items")
    assert enriched.key == item.key
    assert enriched.headers == item.headers


def test_a_run_that_stopped_after_the_desk_is_enriched_later(store: SqliteStore) -> None:
    runner = desk_runner(store)
    runner.ingest(messages(2, versions=1))
    runner.run()
    assert every_record(store, "enriched") == []
    store.close()
    EmbeddedRunner(store).run()
    assert len(every_record(store, "enriched")) == len(every_record(store, "items"))


def test_looking_at_the_decoder_alone_uses_nothing_up(store: SqliteStore) -> None:
    runner = EmbeddedRunner(store, stop_after=StopAfter.DECODE)
    runner.ingest(messages(2, versions=1))
    counts = runner.run()
    assert counts.adds_up(), counts.line()
    assert counts.by_kind[EventKind.DECODED] > 0
    assert every_record(store, "decoded") == []
    store.close()
    assert desk_runner(store).run().received == counts.received


def test_what_was_only_cleaned_is_decided_later(store: SqliteStore) -> None:
    runner = EmbeddedRunner(store, stop_after=StopAfter.CLEAN)
    runner.ingest(messages(2, versions=1))
    cleaned = runner.run()
    assert cleaned.by_kind[EventKind.CLEANED] > 0
    store.close()
    decided = desk_runner(store).run()
    assert decided.adds_up()
    assert decided.received == cleaned.received


def test_a_body_over_the_limit_is_spooled_whole_and_counted(
    store: SqliteStore, tmp_path: Path
) -> None:
    body = b"x" * 3000
    runner = desk_runner(store, config=PipelineConfig(max_body_bytes=2000))
    runner.ingest([RawMessage(body=body, provider="oaw", received_at=WHEN, position="big")])
    counts = runner.run()
    assert counts.by_kind[EventKind.DEAD] == 1
    (record,) = every_record(store, "dead")
    letter = letter_of(record)
    assert (letter.code, letter.size, letter.body) == ("body-too-large", 3000, None)
    assert Path(letter.spool_path or "").read_bytes() == body
    assert list(tmp_path.rglob("*.partial")) == []


def test_holds_are_released_before_the_first_input_past_their_time(store: SqliteStore) -> None:
    runner = desk_runner(store)
    until = WHEN + timedelta(hours=1)
    later = RawMessage(
        body=b"Later\n\nA later dispatch altogether, about ferries and their timetables.",
        provider="oaw",
        received_at=until + timedelta(hours=1),
        position="l:1",
    )
    runner.ingest([an_embargoed(until), later])
    seen: list[WireEvent] = []
    counts = runner.run(seen.extend)
    assert [event.kind for event in seen] == [EventKind.HOLD, EventKind.RELEASE, EventKind.NEW]
    assert counts.adds_up()


def serve_until(
    runner: EmbeddedRunner, condition: Sequence[WireEvent], wanted: int, timeout_s: float = 20
) -> None:
    stop = threading.Event()
    thread = threading.Thread(target=runner.serve, args=(stop, condition.extend))  # type: ignore[attr-defined]
    thread.start()
    give_up = time.monotonic() + timeout_s
    while len(condition) < wanted and time.monotonic() < give_up:
        time.sleep(0.02)
    stop.set()
    thread.join(timeout_s)
    assert not thread.is_alive()


def test_a_hold_falls_due_while_serving_and_survives_a_restart(store: SqliteStore) -> None:
    until = WHEN + timedelta(hours=1)
    before = desk_runner(store, clock=lambda: WHEN)
    before.ingest([an_embargoed(until)])
    assert before.run().by_kind[EventKind.HOLD] == 1
    store.close()
    seen: list[WireEvent] = []
    serve_until(desk_runner(store, clock=lambda: until), seen, 1)
    assert [event.kind for event in seen] == [EventKind.RELEASE]
    assert seen[0].cause is not None
    tick = every_record(store, "decoded")[-1]
    assert tick.key == b"tick"


def test_a_follower_takes_what_another_process_appends(store: SqliteStore, tmp_path: Path) -> None:
    runner = desk_runner(store)
    seen: list[WireEvent] = []
    with SqliteStore(tmp_path / "wire.db", durable=False) as other:
        from streams.log.headers import raw_record

        other.append([raw_record(raw, "wire.raw") for raw in messages(1, versions=2)])
        serve_until(runner, seen, 3)
    assert len(seen) >= 3


def test_one_item_the_desk_raises_on_costs_one_item(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = Desk.decide

    def decide(desk: Desk, item: object, *args: object, **kwargs: object) -> list[WireEvent]:
        events = good(desk, item, *args, **kwargs)  # type: ignore[arg-type]
        if item.item_key.endswith("urn:feed:3"):  # type: ignore[attr-defined]
            raise ZeroDivisionError
        return events

    monkeypatch.setattr(Desk, "decide", decide)
    runner = desk_runner(store)
    runner.ingest(messages(6, versions=1))
    seen: list[WireEvent] = []
    counts = runner.run(seen.extend)
    assert counts.adds_up(), counts.line()
    dead = [event for event in seen if event.dead and event.dead.code == "stage-crashed"]
    assert len(dead) == 1
    assert counts.by_kind[EventKind.NEW] + counts.by_kind[EventKind.KILL] == 5


def test_two_runners_on_one_log_are_refused(store: SqliteStore, tmp_path: Path) -> None:
    desk_runner(store)
    with SqliteStore(tmp_path / "wire.db", durable=False) as other, pytest.raises(ConfigError):
        desk_runner(other)


def test_urgent_messages_go_first(store: SqliteStore) -> None:
    from streams.log.headers import raw_record

    runner = desk_runner(store)
    runner.ingest(messages(1, versions=1))
    urgent = RawMessage(
        body=b"Flash\n\nA bridge has closed in the harbour of Ostwick this morning.",
        provider="oaw",
        received_at=WHEN,
        position="u:1",
    )
    store.append([raw_record(urgent, "wire.raw.urgent")])
    seen: list[WireEvent] = []
    runner.run(seen.extend)
    assert seen[0].source.position == "u:1"


def test_the_process_has_its_garbage_collector_back_after_a_run(store: SqliteStore) -> None:
    before = gc.get_threshold()
    during: list[tuple[int, int, int]] = []
    runner = desk_runner(store)
    runner.ingest(messages(1, versions=1))
    runner.run(lambda _: during.append(gc.get_threshold()))
    assert during[0][0] > before[0]
    assert gc.get_threshold() == before


def test_what_is_past_keeping_is_let_go_while_idle_and_the_desk_goes_on(store: SqliteStore) -> None:
    late = datetime.now(UTC) + timedelta(days=8)
    runner = desk_runner(store, clock=lambda: late)
    runner.ingest(messages(20))
    stop = threading.Event()
    serving = threading.Thread(target=runner.serve, args=(stop,))
    serving.start()
    give_up = time.monotonic() + 20
    while every_record(store, "raw") and time.monotonic() < give_up:
        stop.wait(0.05)
    stop.set()
    serving.join()
    assert not every_record(store, "raw")
    assert every_record(store, "items")
    again = list(messages(20))
    runner.ingest(again)
    counts = runner.run()
    assert counts.adds_up()
    assert counts.by_kind[EventKind.DUPLICATE] >= 1
