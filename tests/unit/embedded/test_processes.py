"""The embedded host with intake and enrichment in other processes: the same bytes, in order."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from schemas.event import WireEvent
from schemas.item import EntityType
from schemas.kb import KbAlias, KbEntity
from schemas.raw import RawMessage
from schemas.topics import TopicName
from streams.embedded import runner as embedded
from streams.embedded.runner import EmbeddedRunner, StopAfter
from streams.log import NewRecord, SqliteStore
from streams.log.headers import raw_record
from streams.pipeline import kb_outgoing
from tests.faults.feed import messages

pytestmark = pytest.mark.timeout(180)

KB = [
    KbEntity(id="x:oslo", type=EntityType.PLACE, names={"mul": "Oslo Harbour"}),
    KbAlias(alias="Oslo", entity="x:oslo"),
]


def contents(store: SqliteStore) -> dict[str, object]:
    found: dict[str, object] = {}
    for name in TopicName:
        topic = f"wire.{name}"
        offsets = dict.fromkeys(range(store.topics()[topic]), 0)
        records = store.read(topic, offsets, max_records=1_000_000, max_bytes=1 << 40).records
        found[name] = [(one.partition, one.key, one.value) for one in records]
    # How many times a key's state is written follows from the batches.
    found[TopicName.STATE] = {key: value for _, key, value in found[TopicName.STATE]}  # type: ignore[attr-defined]
    return found


def played(
    path: Path, processes: int, stop_after: StopAfter = StopAfter.ENRICH, stories: int = 20
) -> tuple[dict[str, object], list[WireEvent]]:
    told: list[WireEvent] = []
    with SqliteStore(path, durable=False) as store:
        runner = EmbeddedRunner(store, stop_after=stop_after, processes=processes)
        store.append([kb_outgoing(record).record("wire.") for record in KB])
        runner.ingest(messages(stories))
        # In two calls, the first of which leaves work behind.
        counts = runner.run(told.extend, drain=False)
        counts.merge(runner.run(told.extend))
        runner.close()
        assert counts.adds_up(), counts.line()
        return contents(store), told


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "BATCH_RECORDS", 20)


@pytest.mark.usefixtures("small_batches")
def test_one_two_and_three_processes_write_the_same_bytes(tmp_path: Path) -> None:
    whole, events = played(tmp_path / "1.db", 1)
    for processes in (2, 3):
        other, told = played(tmp_path / f"{processes}.db", processes)
        for name in TopicName:
            assert other[name] == whole[name], (processes, name)
        assert told == events
    found = {one.id for event in events if event.item for one in event.item.entities}
    assert "x:oslo" in found, "other processes read the knowledge base"
    assert whole[TopicName.DEAD]


@pytest.mark.usefixtures("small_batches")
def test_stopped_in_between_it_goes_on_as_if_it_had_not_been(tmp_path: Path) -> None:
    whole, _ = played(tmp_path / "1.db", 1, StopAfter.DESK)
    with SqliteStore(tmp_path / "2.db", durable=False) as store:
        runner = EmbeddedRunner(store, stop_after=StopAfter.DESK, processes=2)
        store.append([kb_outgoing(record).record("wire.") for record in KB])
        sent = runner.ingest(messages(20))
        stop = threading.Event()
        counts = runner.run(lambda _events: stop.set(), stop=stop)
        # What was read ahead is not lost: it was not committed either.
        runner.close()
        assert 0 < counts.received < sent
        counts.merge(runner.run())
        runner.close()
        assert counts.received == sent
        assert contents(store) == whole


@pytest.mark.usefixtures("small_batches")
def test_an_error_of_the_desk_loses_nothing_that_was_read_ahead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, _ = played(tmp_path / "1.db", 1, StopAfter.DESK)
    commit, calls = SqliteStore.commit, 0

    def failing(self: SqliteStore, *args: object) -> None:
        nonlocal calls
        calls += 1
        commit(self, *args)  # type: ignore[arg-type]
        if calls == 3:
            raise OSError("the disk is full")

    with SqliteStore(tmp_path / "2.db", durable=False) as store:
        runner = EmbeddedRunner(store, stop_after=StopAfter.DESK, processes=2)
        store.append([kb_outgoing(record).record("wire.") for record in KB])
        runner.ingest(messages(20))
        monkeypatch.setattr(SqliteStore, "commit", failing)
        with pytest.raises(OSError, match="full"):
            runner.run()
        monkeypatch.undo()
        runner.run()
        runner.close()
        assert contents(store) == whole


def test_a_broken_record_of_the_knowledge_base_is_logged_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with SqliteStore(tmp_path / "x.db", durable=False) as store:
        runner = EmbeddedRunner(store, processes=2)
        store.append([NewRecord("wire.kb", b"x:oslo", b"{broken")])
        runner.ingest(messages(20))
        runner.run()
        runner.close()
    said = capsys.readouterr()
    assert (said.out + said.err).count("kb_record_rejected") == 1


@pytest.mark.usefixtures("small_batches")
def test_a_flash_overtakes_what_was_read_ahead_and_is_not_decided(tmp_path: Path) -> None:
    urgent = RawMessage(
        body=b"Flash\n\nA bridge has closed in the harbour of Ostwick this morning.",
        provider="oaw",
        received_at=datetime(2026, 3, 2, 6, 0, tzinfo=UTC),
        position="u:1",
    )
    decided: list[str] = []
    with SqliteStore(tmp_path / "1.db", durable=False) as store:
        runner = EmbeddedRunner(store, stop_after=StopAfter.DESK, processes=2)
        sent = runner.ingest(messages(60))

        def on_events(events: Sequence[WireEvent]) -> None:
            if not decided:
                # Batches behind this one have been read and are at work.
                store.append([raw_record(urgent, "wire.raw.urgent")])
            decided.extend(e.source.position for e in events if e.source and not e.cause)

        runner.run(on_events)
        runner.close()
    place = decided.index("u:1")
    assert 0 < place < sent / 3, f"after {place} of {sent}"
