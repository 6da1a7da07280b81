"""A topic of a log as a source of messages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from schemas.raw import RawMessage
from schemas.topics import DAY_MS, Topic, TopicName
from streams.errors import ArchiveError, ConfigError, TransportError
from streams.ingest.sources import SourceOptions, Sources
from streams.ingest.topics import TopicLogs, parse_offsets
from streams.log import SqliteStore
from streams.log.base import NewRecord
from streams.log.headers import raw_record

T = datetime(2026, 3, 2, 6, tzinfo=UTC)


def a_message(number: int, minute: int | None = None) -> RawMessage:
    at = T + timedelta(minutes=number if minute is None else minute)
    return RawMessage(
        body=b"dispatch %d" % number, provider="oaw", position=f"feed:{number}", received_at=at
    )


class Log:
    """A log with one raw topic of three partitions."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "wire.db"
        self.source = f"sqlite:///{self.path}#wire.raw"
        with SqliteStore(self.path) as store:
            store.create_topics([Topic(TopicName.RAW, 3, 7 * DAY_MS)], prefix="wire.")

    def add(self, partition: int, messages: Sequence[RawMessage]) -> None:
        records = [raw_record(one, "wire.raw") for one in messages]
        with SqliteStore(self.path) as store:
            store.append([
                NewRecord(r.topic, r.key, r.value, r.headers, partition) for r in records
            ])  # fmt: skip

    def forget(self, partition: int, before: int) -> None:
        """What retention does."""
        with SqliteStore(self.path) as store, store.transaction():
            place = store._topic("wire.raw").ids[partition]
            store._connection().execute(
                "UPDATE partitions SET begin_offset = ? WHERE id = ?", (before, place)
            )

    def sources(self, **asked: object) -> Sources:
        return Sources([self.source], SourceOptions(topics=TopicLogs(**asked)))  # type: ignore[arg-type]

    def bodies(self, **asked: object) -> list[int]:
        return [int(one.body.split()[1]) for one in self.sources(**asked)]


@pytest.fixture
def log(tmp_path: Path) -> Log:
    return Log(tmp_path)


def test_partitions_are_merged_by_time_and_each_keeps_its_order(log: Log) -> None:
    log.add(2, [a_message(1), a_message(7, 3), a_message(2), a_message(9)])
    log.add(0, [a_message(3), a_message(4), a_message(8)])
    # 2 came late: it follows 7, which was at minute 3. Of one minute the lower partition is first.
    assert log.bodies() == [1, 3, 7, 2, 4, 8, 9]
    assert log.bodies() == log.bodies()


def test_messages_are_those_that_intake_takes(log: Log) -> None:
    log.add(0, [a_message(1)])
    (message,) = log.sources()
    assert message == a_message(1)
    with SqliteStore(log.path) as store:
        assert store.committed("", "wire.raw") == {}
        store.append([NewRecord("wire.raw", None, b"bare", (), 1)])
    _, bare = log.sources()
    assert bare.position.startswith("sha256:")
    assert bare.received_at is not None


def test_it_ends_where_the_topic_ended(log: Log) -> None:
    log.add(0, [a_message(1), a_message(2)])
    sources = log.sources()
    log.add(0, [a_message(3)])
    assert len(list(sources)) == 2


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("1", None, [2, 3, 12, 13]),
        (None, "1", [1, 2, 11, 12]),
        ("0:2", None, [3]),
        ("0:1", "2:0", [2, 3, 11]),
        ("0:99", None, []),
        ("0:1,2:2", "0:1", [2, 13]),
    ],
)
def test_a_range_of_offsets_is_read(
    log: Log, first: str | None, last: str | None, expected: list[int]
) -> None:
    log.add(0, [a_message(1), a_message(2), a_message(3)])
    log.add(2, [a_message(11), a_message(12), a_message(13)])
    # Partition 1 is empty: offset 1 of every partition is none of its own.
    asked = {"first": parse_offsets(first) if first else None}
    assert log.bodies(**asked, last=parse_offsets(last) if last else None) == expected


def test_what_retention_took_is_told_with_the_first_offset_there_is(log: Log) -> None:
    log.add(0, [a_message(n) for n in range(6)])
    log.forget(0, 4)
    with pytest.raises(ConfigError, match=r"begins at offset 4 by now: 1 to 3 are gone"):
        log.sources(first={0: 1})
    told: list[str] = []
    Sources([log.source], SourceOptions(announce=told.append))
    assert told == ["reading wire.raw: offsets [0] 4 to 5"]


def test_what_retention_takes_while_it_is_read_is_told(log: Log) -> None:
    log.add(0, [a_message(n) for n in range(6)])
    sources = log.sources()
    log.forget(0, 4)
    assert [int(one.body.split()[1]) for one in sources] == [4, 5]
    (damage,) = sources.damage.first
    assert str(damage) == "wire.raw[0]@0: records-gone: 4 offsets; the log begins at 4 by now"
    sources = log.sources()
    log.forget(0, 6)
    assert list(sources) == []
    assert sources.damage.counts == {"records-gone": 1}


def test_a_range_known_before_is_read_again_just_so(log: Log) -> None:
    log.add(0, [a_message(n) for n in range(3)])
    (topic,) = log.sources().topics
    digest = topic.digest()
    log.add(0, [a_message(4)])
    again = log.sources(known={topic.name: topic.ranges})
    assert len(list(again)) == 3
    assert again.topics[0].digest() == digest
    assert log.sources().topics[0].digest() != digest
    log.forget(0, 2)
    with pytest.raises(ConfigError, match="begins at offset 2"):
        again.topics[0].digest()


def test_a_topic_and_a_file_are_read_in_the_order_they_are_named(log: Log, tmp_path: Path) -> None:
    log.add(0, [a_message(1)])
    (tmp_path / "a.txt").write_text("x")
    (tmp_path / "b.txt").write_text("y")
    paths = [str(tmp_path / "b.txt"), log.source, str(tmp_path / "a.txt")]
    assert [one.position for one in Sources(paths)] == ["b.txt", "feed:1", "a.txt"]


@pytest.mark.parametrize("given", ["", "0:", "1,2", "0:1,0:2", "-1", "0:x", "1:" + "9" * 19])
def test_other_offsets_are_refused(given: str) -> None:
    with pytest.raises(ConfigError, match="offsets"):
        parse_offsets(given)


@pytest.mark.parametrize(
    ("source", "error", "words"),
    [
        ("sqlite:///{}", ConfigError, "name the topic"),
        ("sqlite:///{}#replay.x.", ConfigError, "name the topic"),
        ("sqlite:///{}#none", TransportError, "topic none does not exist"),
        ("sqlite:///{}.none#wire.raw", TransportError, "no log at"),
    ],
)
def test_what_is_no_topic_is_refused(log: Log, source: str, error: type, words: str) -> None:
    with pytest.raises(error, match=words):
        Sources([source.format(log.path)])


def test_partitions_that_do_not_exist_are_refused(log: Log) -> None:
    with pytest.raises(ConfigError, match="partitions 0 to 2, no 3"):
        log.sources(first={3: 0})


def test_what_was_made_of_messages_is_no_message(log: Log) -> None:
    with SqliteStore(log.path) as store:
        store.append([NewRecord("wire.raw", b"k", b"{}", (("schema", b"item/1"),), 0)])
    with pytest.raises(ArchiveError, match="holds item/1"):
        list(log.sources())
