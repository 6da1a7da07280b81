"""A log whose clock the test sets, and the recording of its topics."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from schemas.topics import DAY_MS, Topic, TopicName
from streams.log import NewRecord, SqliteStore, open_log
from streams.record import Asked, Recorded, Recorder

TOPIC = "wire.raw"


class Feed:
    """A raw topic of two partitions on SQLite."""

    def __init__(self, path: Path) -> None:
        self.now = datetime(2016, 2, 12, 10, tzinfo=UTC)
        self.url = f"sqlite:///{path}"
        self.store = SqliteStore(path, clock=lambda: self.now)
        self.store.create_topics([Topic(TopicName.RAW, 2, 7 * DAY_MS)], prefix="wire.")
        self._next = 0

    def append(self, count: int, *, partition: int = 0, size: int = 0) -> None:
        records = []
        for _ in range(count):
            body = f"dispatch {self._next} ".encode() + b"x" * size
            self._next += 1
            records.append(
                NewRecord(TOPIC, b"afp", body, (("provider", b"afp"),), partition=partition)
            )
        self.store.append(records)

    async def record(self, directory: Path, **asked: object) -> Recorded:
        async with open_log(self.url) as log:
            return await Recorder(log, TOPIC, directory, Asked(**asked)).run()  # type: ignore[arg-type]


@pytest.fixture
def feed(tmp_path: Path):
    made = Feed(tmp_path / "wire.db")
    yield made
    made.store.close()


@pytest.fixture
def files(tmp_path: Path) -> Callable[[], dict[str, bytes]]:
    """Every file a reader of archives would see, by name."""

    def found(name: str = "archive") -> dict[str, bytes]:
        root = tmp_path / name
        return {
            path.relative_to(root).as_posix(): path.read_bytes()
            for path in sorted(root.rglob("*"))
            if path.is_file() and not path.name.startswith(".")
        }

    return found
