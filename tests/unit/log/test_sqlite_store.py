from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import sys
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from schemas.topics import DAY_MS, Topic, TopicName
from streams.errors import ConfigError, CorruptionError, TransportError
from streams.log import NewRecord
from streams.log.sqlite_store import SqliteStore

ROOT = Path(__file__).resolve().parents[3]
RAW = Topic(TopicName.RAW, 3, 7 * DAY_MS)
DECODED = Topic(TopicName.DECODED, 1, 7 * DAY_MS)
STATE = Topic(TopicName.STATE, 1, None, compacted=True)
ITEMS = Topic(TopicName.ITEMS, 2, 30 * DAY_MS, compacted=True)
CATALOGUE = {topic.name: topic for topic in (RAW, DECODED, STATE, ITEMS)}
START = datetime(2026, 1, 1, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "wire.db"


@pytest.fixture
def store(path: Path, clock: Clock):
    with SqliteStore(path, clock=clock) as store:
        store.create_topics(list(CATALOGUE.values()), prefix="")
        yield store


def record(topic: str, value: bytes | None = b"v", key: bytes | None = b"k") -> NewRecord:
    return NewRecord(topic, key, value)


def read_all(store: SqliteStore, topic: str) -> list[bytes | None]:
    return [r.value for r in store.read(topic, store.begin_offsets(topic)).records]


def test_partitions_are_merged_in_the_order_of_appending(store):
    numbers = list(range(300))
    for number in numbers:
        store.append([record("raw", b"%d" % number, key=b"%d" % (number % 7))])
    found: list[int] = []
    offsets = store.begin_offsets("raw")
    while len(found) < 300:
        batch = store.read("raw", offsets, max_records=17)
        assert 0 < len(batch.records) <= 17
        offsets = batch.next_offsets
        found += [int(r.value) for r in batch.records]
    assert found == numbers
    assert offsets == store.end_offsets("raw")


def test_a_batch_is_bounded_by_bytes_but_never_empty(store):
    store.append([record("decoded", bytes(1000)) for _ in range(10)])
    sizes = []
    offsets = {0: 0}
    while offsets != {0: 10}:
        batch = store.read("decoded", offsets, max_bytes=2500)
        sizes.append(len(batch.records))
        offsets = batch.next_offsets
    assert sizes == [3, 3, 3, 1]
    assert len(store.read("decoded", {0: 0}, max_bytes=1).records) == 1


def test_a_transaction_writes_all_or_nothing(store, path):
    with store.transaction():
        store.append([record("raw"), record("decoded")])
        store.commit("intake", "raw", {1: 1})
        assert read_all(store, "decoded") == [b"v"], "reading inside sees what was written inside"
        with SqliteStore(path) as other:
            assert read_all(other, "decoded") == []
    with SqliteStore(path) as other:
        assert read_all(other, "decoded") == [b"v"]
        assert other.committed("intake", "raw") == {1: 1}
    with pytest.raises(LookupError), store.transaction():  # noqa: PT012
        store.append([record("decoded", b"torn")])
        store.commit("intake", "raw", {1: 9})
        raise LookupError
    assert read_all(store, "decoded") == [b"v"]
    assert store.committed("intake", "raw") == {1: 1}
    assert store.append([record("decoded", b"next")]) == [(0, 1)], "no offset was used up"


def test_a_transaction_within_another_joins_it(store):
    with pytest.raises(LookupError), store.transaction():  # noqa: PT012
        with store.transaction():
            store.append([record("decoded")])
        raise LookupError
    assert read_all(store, "decoded") == []


def test_a_batch_with_one_bad_record_writes_nothing(store):
    with pytest.raises(TransportError, match="missing does not exist"):
        store.append([record("decoded"), record("missing")])
    with pytest.raises(TransportError, match="without a key"):
        store.append([record("decoded"), record("state", key=None)])
    assert read_all(store, "decoded") == []


def test_the_append_time_is_kept_to_the_millisecond(store, clock):
    clock.now = START + timedelta(microseconds=123_456)
    store.append([record("decoded")])
    (found,) = store.read("decoded", {0: 0}).records
    assert found.appended_at == START + timedelta(milliseconds=123)


def test_records_may_be_read_without_their_headers(store):
    store.append([replace(record("decoded"), headers=(("schema", b"x/1"),))])
    (whole,) = store.read("decoded", {0: 0}).records
    (bare,) = store.read("decoded", {0: 0}, with_headers=False).records
    assert whole.headers == (("schema", b"x/1"),)
    assert bare == replace(whole, headers=())


def test_one_process_holds_a_role_and_its_death_frees_it(store, path):
    code = (
        "import sys, time; from streams.log import SqliteStore; s = SqliteStore(sys.argv[1]);"
        "s.acquire_writer('runner'); print('held', flush=True); time.sleep(60)"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, cwd=ROOT
    )
    try:
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(ConfigError, match=rf"already has a runner \(process {other.pid}\)"):
            store.acquire_writer("runner")
        store.acquire_writer("cleaner")  # another role
        store.append([record("raw")])  # and anybody may append
    finally:
        other.kill()
        other.communicate()
    store.acquire_writer("runner")
    store.acquire_writer("runner")  # ours already
    with SqliteStore(path) as second, pytest.raises(ConfigError, match=str(os.getpid())):
        second.acquire_writer("runner")
    store.close()
    with SqliteStore(path) as second:
        second.acquire_writer("runner")


def test_writers_wait_for_each_other_and_lose_nothing(store, path):
    def append(name: bytes) -> None:
        with SqliteStore(path) as mine:
            for number in range(50):
                mine.append([record("decoded", b"%s %d" % (name, number))])

    threads = [threading.Thread(target=append, args=(name,)) for name in (b"a", b"b", b"c")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = read_all(store, "decoded")
    for name in (b"a", b"b", b"c"):
        assert [v for v in found if v.startswith(name)] == [b"%s %d" % (name, n) for n in range(50)]


def test_one_store_may_be_shared_by_threads(store):
    def append(name: bytes) -> None:
        for number in range(50):
            with store.transaction():
                store.append([record("decoded", b"%s %d" % (name, number))])
                store.read("decoded", {0: 0}, max_records=1)

    threads = [threading.Thread(target=append, args=(name,)) for name in (b"a", b"b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(read_all(store, "decoded")) == 100


def test_a_file_that_stays_locked_is_a_clear_error(store, path, monkeypatch):
    monkeypatch.setattr("streams.log.sqlite_file.BUSY_TIMEOUT_S", 0.1)
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        with SqliteStore(path) as late, pytest.raises(TransportError, match="locked") as caught:
            late.append([record("raw")])
        assert caught.value.retryable
        assert read_all(store, "raw") == [], "reading goes on meanwhile"
    finally:
        holder.execute("ROLLBACK")
        holder.close()


def test_a_full_disk_is_a_clear_error_and_leaves_the_log_whole(store):
    store.append([record("decoded", b"before")])
    connection = store._connection()
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages + 4}")

    def fill() -> None:
        with store.transaction():
            for _ in range(100):
                store.append([record("decoded", bytes(20_000))])

    with pytest.raises(TransportError, match="disk is full") as caught:
        fill()
    assert caught.value.retryable
    connection.execute("PRAGMA max_page_count = 1073741823")
    assert store.append([record("decoded", b"after")]) == [(0, 1)]
    assert read_all(store, "decoded") == [b"before", b"after"]


def test_a_file_that_is_no_database_is_corruption(tmp_path):
    path = tmp_path / "wire.db"
    path.write_bytes(b"<?xml version='1.0'?>" * 1000)
    with SqliteStore(path) as store, pytest.raises(CorruptionError, match="damaged or is not"):
        store.topics()
    assert path.read_bytes().startswith(b"<?xml"), "and is left as it is"


def test_a_damaged_log_is_corruption(store, path):
    rng = random.Random(4)  # noqa: S311
    for _ in range(40):
        store.append([record("decoded", rng.randbytes(9000)) for _ in range(5)])
    store.close()
    whole = bytearray(path.read_bytes())
    whole[16384 * 3 : -16384] = bytes(len(whole) - 16384 * 4)
    path.write_bytes(whole)

    def use(damaged: SqliteStore) -> None:
        for _ in range(3):
            read_all(damaged, "decoded")
            damaged.append([record("decoded", bytes(50_000))] * 20)

    with SqliteStore(path) as damaged, pytest.raises(CorruptionError, match="move it away"):
        use(damaged)


def test_somebody_elses_database_is_refused_and_not_touched(tmp_path):
    path = tmp_path / "theirs.db"
    with sqlite3.connect(path) as theirs:
        theirs.execute("CREATE TABLE mine(x)")
    theirs.close()
    before = path.read_bytes()
    with SqliteStore(path) as store, pytest.raises(ConfigError, match="not a Wireroom log"):
        store.create_topics([RAW], prefix="")
    assert path.read_bytes() == before


def test_a_later_layout_is_refused(store, path):
    store.close()
    with sqlite3.connect(path) as later:
        later.execute("PRAGMA user_version = 99")
    later.close()
    with pytest.raises(ConfigError, match="layout 99"):
        store.topics()


def test_a_folder_or_a_missing_folder_is_named(tmp_path):
    with pytest.raises(ConfigError, match="is a folder"):
        SqliteStore(tmp_path).create_topics([RAW], prefix="")
    with pytest.raises(ConfigError, match="does not exist: create it first"):
        SqliteStore(tmp_path / "no" / "wire.db").create_topics([RAW], prefix="")


def test_what_is_committed_is_forced_to_the_disk_unless_the_log_is_temporary(store, tmp_path):
    assert store._connection().execute("PRAGMA synchronous").fetchone() == (2,)
    with SqliteStore(tmp_path / "temporary.db", durable=False) as temporary:
        temporary.create_topics([RAW], prefix="")
        assert temporary._connection().execute("PRAGMA synchronous").fetchone() == (0,)


def test_a_change_wakes_the_waiting_and_a_stop_too(store, path):
    assert store.wait_for_change(0)
    assert not store.wait_for_change(0)
    with SqliteStore(path) as other:
        threading.Timer(0.05, other.append, ([record("raw")],)).start()
        assert store.wait_for_change(10)
        time.sleep(0.1)
    store.append([record("raw")])
    assert store.wait_for_change(0), "what this store writes counts too"
    stop = threading.Event()
    threading.Timer(0.05, stop.set).start()
    begun = time.monotonic()
    assert not store.wait_for_change(10, stop)
    assert time.monotonic() - begun < 5


def test_retention_drops_the_head_of_each_partition(store, clock):
    for day in range(10):
        clock.now = START + timedelta(days=day)
        store.append([record("raw", b"%d" % day, key=b"%d" % n) for n in range(3)])
    dropped = store.compact(CATALOGUE, "", START + timedelta(days=10))
    assert dropped["raw"] == 9
    assert {r.value for r in store.read("raw", store.begin_offsets("raw")).records} == {
        b"%d" % day for day in range(3, 10)
    }
    assert sum(store.begin_offsets("raw").values()) == 9
    assert sum(store.end_offsets("raw").values()) == 30
    batch = store.read("raw", {0: 0, 1: 0, 2: 0})
    assert len(batch.records) == 21, "an offset no longer kept goes on with the first kept"


def test_retention_of_everything_keeps_the_offsets_going(store, clock):
    store.append([record("decoded") for _ in range(1200)])
    assert store.compact(CATALOGUE, "", START + timedelta(days=8))["decoded"] == 1200
    assert store.begin_offsets("decoded") == store.end_offsets("decoded") == {0: 1200}
    clock.now = START + timedelta(days=8)
    assert store.append([record("decoded")]) == [(0, 1200)]
    assert store.compact(CATALOGUE, "", START + timedelta(days=9))["decoded"] == 0


def test_compaction_keeps_the_latest_of_each_key_in_place(store):
    for number in range(30):
        store.append([record("state", b"%d" % number, key=b"%d" % (number % 3))])
    assert store.compact(CATALOGUE, "", START)["state"] == 27
    batch = store.read("state", {0: 0})
    assert [(r.offset, r.value) for r in batch.records] == [(27, b"27"), (28, b"28"), (29, b"29")]
    assert batch.next_offsets == {0: 30}
    assert store.begin_offsets("state") == {0: 0}
    assert store.read("state", {0: 0}, stop={0: 20}).next_offsets == {0: 20}


def test_a_tombstone_outlives_its_records_by_a_day(store):
    store.append([record("state", b"v"), record("state", None)])
    assert store.compact(CATALOGUE, "", START + timedelta(hours=23))["state"] == 1
    assert read_all(store, "state") == [None]
    assert store.compact(CATALOGUE, "", START + timedelta(hours=25))["state"] == 1
    assert read_all(store, "state") == []


def test_a_key_that_came_back_after_its_tombstone_is_kept(store):
    store.append([record("state", None), record("state", b"again")])
    store.compact(CATALOGUE, "", START + timedelta(days=400))
    assert read_all(store, "state") == [b"again"], "state has no retention"


def test_compaction_does_not_count_what_another_thread_may_still_roll_back(store):
    store.append([record("state", b"kept")])
    entered, leave = threading.Event(), threading.Event()

    def roll_back() -> None:
        with pytest.raises(LookupError), store.transaction():  # noqa: PT012
            store.append([record("state", b"never")])
            entered.set()
            leave.wait(10)
            raise LookupError

    thread = threading.Thread(target=roll_back)
    thread.start()
    entered.wait(10)
    threading.Timer(0.2, leave.set).start()
    store.compact(CATALOGUE, "", START)
    thread.join()
    assert read_all(store, "state") == [b"kept"]


def test_a_runner_killed_in_mid_transaction_leaves_whole_batches(path):
    code = """
import sys
from schemas.topics import CATALOGUE
from streams.log import NewRecord, SqliteStore
with SqliteStore(sys.argv[1]) as store:
    store.create_topics(list(CATALOGUE.values()), prefix="")
    batch = 0
    while True:
        with store.transaction():
            for n in range(20):
                store.append([NewRecord("decoded", b"k", b"%d" % (batch * 20 + n))])
            store.commit("desk", "raw", {0: batch + 1})
        batch += 1
        print(batch, flush=True)
"""
    for _ in range(3):
        path.unlink(missing_ok=True)
        process = subprocess.Popen(
            [sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, text=True, cwd=ROOT
        )
        while int(process.stdout.readline()) < 5:
            pass
        process.kill()
        rest, _ = process.communicate()
        told = [int(line) for line in rest.rpartition("\n")[0].split()] or [5]
        with SqliteStore(path) as store:
            count = store.end_offsets("decoded")[0]
            assert count == 20 * store.committed("desk", "raw")[0], "outputs and offsets are one"
            assert count >= 20 * told[-1], "what was told is kept"
            found = []
            offsets = {0: 0}
            while len(found) < count:
                batch = store.read("decoded", offsets)
                offsets = batch.next_offsets
                found += [int(r.value) for r in batch.records]
            assert found == list(range(count))
