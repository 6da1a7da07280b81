"""What learning keeps of an archive while it reads: on disk, a row a message.

The archive is read once, so that standard input will do, and decoded once, which is what costs. It
must not be kept: the file is gone when learning ends.
"""

from __future__ import annotations

import sqlite3
import tempfile
import zlib
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import orjson

from schemas.item import Item
from streams.clean.boilerplate.judging import SeenMessage

_TABLE = """
create table message (
    id integer primary key, source text not null, at text not null, digest blob not null,
    item text not null, hashes blob not null, marks blob not null, texts blob not null,
    story integer
)
"""


@dataclass(frozen=True, slots=True)
class Observed:
    """One message, as learning keeps it.

    Attributes:
        at: when the agency made it, else when it was received.
        digest: of its bytes and its part; orders messages of one time.
        item: without its text.
        hashes, marks, texts: of each line; hash 0 for a line that cannot be learned.
    """

    source: str
    at: datetime
    digest: bytes
    item: Item
    hashes: Sequence[int]
    marks: Sequence[int]
    texts: Sequence[str]


class Spool:
    """The messages of an archive by source, in the order of their times."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="wireroom-learn-")
        path = Path(self._folder.name, "messages.db")
        self._db = sqlite3.connect(path, isolation_level=None)
        for setting in ("journal_mode=off", "synchronous=off", "temp_store=file"):
            self._db.execute(f"pragma {setting}")
        self._db.execute(_TABLE)
        self._db.execute("begin")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._db.close()
        self._folder.cleanup()

    def add(self, seen: Observed) -> None:
        """Keep a message."""
        self._db.execute(
            "insert into message (source, at, digest, item, hashes, marks, texts) "
            "values (?, ?, ?, ?, ?, ?, ?)",
            (
                seen.source,
                seen.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f"),
                seen.digest,
                seen.item.model_dump_json(),
                array("Q", seen.hashes).tobytes(),
                bytes(seen.marks),
                zlib.compress(orjson.dumps(list(seen.texts)), 1),
            ),
        )

    def sort(self) -> None:
        """Prepare for reading; nothing is added afterwards."""
        self._db.execute("create index by_time on message (source, at, digest)")

    def sources(self) -> list[str]:
        """Every source, sorted."""
        return [
            row[0] for row in self._db.execute("select distinct source from message order by 1")
        ]

    def items(
        self, source: str
    ) -> Iterator[tuple[int, datetime, Item, list[tuple[int, int, str]]]]:
        """Number, time, item and lines of each message of a source, in order of time."""
        rows = self._db.execute(
            "select id, at, item, hashes, marks, texts from message where source = ? "
            "order by at, digest",
            (source,),
        )
        for number, at, item, hashes, marks, texts in rows:
            lines = zip(
                array("Q", hashes).tolist(),
                marks,
                orjson.loads(zlib.decompress(texts)),
                strict=True,
            )
            yield (
                number,
                datetime.fromisoformat(at).replace(tzinfo=UTC),
                Item.model_validate_json(item),
                list(lines),
            )

    def days(self, source: str) -> Iterator[tuple[int, Sequence[int]]]:
        """Day and hashes of each message of a source."""
        rows = self._db.execute("select at, hashes from message where source = ?", (source,))
        for at, hashes in rows:
            yield datetime.fromisoformat(at).toordinal(), array("Q", hashes).tolist()

    def set_stories(self, stories: Sequence[tuple[int, int]]) -> None:
        """Say which story messages belong to: pairs of story and number of a message."""
        self._db.executemany("update message set story = ? where id = ?", stories)

    def count_stories(self, source: str) -> int:
        """How many stories the messages of a source tell."""
        rows = self._db.execute(
            "select count(distinct story) from message where source = ?", (source,)
        )
        return int(rows.fetchone()[0])

    def group(self) -> None:
        """Prepare for reading story by story."""
        self._db.execute("create index by_story on message (source, story, at, digest)")

    def messages(self, source: str) -> Iterator[SeenMessage]:
        """The lines of each message of a source, story by story."""
        rows = self._db.execute(
            "select story, at, hashes, marks from message where source = ? "
            "order by story, at, digest",
            (source,),
        )
        for story, at, hashes, marks in rows:
            day = datetime.fromisoformat(at).toordinal()
            yield SeenMessage(story, day, array("Q", hashes).tolist(), marks)

    def texts(self, source: str) -> Iterator[tuple[Sequence[int], Sequence[str]]]:
        """Hashes and texts of the lines of each message of a source."""
        rows = self._db.execute("select hashes, texts from message where source = ?", (source,))
        for hashes, texts in rows:
            yield array("Q", hashes).tolist(), orjson.loads(zlib.decompress(texts))
