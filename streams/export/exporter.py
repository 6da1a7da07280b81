"""Reads events and enriched items twice, and writes the tables.

First what must be known beforehand: which keys are killed, and which is the last record of each
enriched item; then the rows. Memory does not grow with the source but by the killed keys: the index
is a file. It must not open a log or a file of events itself.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import orjson

from schemas.codec import SchemaError, decode
from schemas.event import ITEM_KINDS, EventKind, WireEvent
from schemas.item import Item
from streams.errors import ArchiveError
from streams.export.rows import entity_rows, event_row, item_row, link_rows, mention_rows
from streams.export.tables import Tables

__all__ = ["Events", "Exported", "Items", "export"]

Place = tuple[int, int]
_SHOWN_EVERY = 500


class Events(Protocol):
    """Something that holds events and can be read more than once, in any order."""

    def each(self, visit: Callable[[Place, dict[str, Any]], None]) -> int:
        """Show every event to ``visit``, as JSON; answers how many there were."""
        ...


class Items(Protocol):
    """Something that holds enriched items and can be read more than once in the same order."""

    def each(self, visit: Callable[[bytes], None]) -> int:
        """Show every item to ``visit``, as JSON; answers how many there were."""
        ...


@dataclass(slots=True)
class Exported:
    """What an export did.

    Attributes:
        rows: by table.
        killed: keys whose last word is a kill.
        damaged: events and items that could not be read.
        first_damaged: what is wrong with the first of them; empty where none is.
    """

    rows: dict[str, int] = field(default_factory=dict)
    killed: int = 0
    damaged: int = 0
    first_damaged: str = ""


def export(
    events: Events,
    enriched: Items | None,
    directory: Path,
    *,
    killed: bool = False,
    show: Callable[[int], None] = lambda _done: None,
) -> Exported:
    """Write items, events, entities, mentions and links as ``directory/<table>.parquet``.

    Args:
        events: of a log or a run.
        enriched: the enriched items, where events carry items as they were before it; None where
            they carry them enriched.
        directory: made where it is not there; tables of an earlier export are replaced, together.
        killed: write the words of items that were killed as well.
        show: told now and then how many events and items were read.

    Raises:
        ArchiveError: a table cannot be written; none was replaced.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
        return _export(events, enriched, directory, killed=killed, show=show)
    except (OSError, sqlite3.Error) as error:
        reason = getattr(error, "strerror", None) or error
        raise ArchiveError(f"cannot write {directory}: {reason}; no table was replaced") from None


def _export(
    events: Events,
    enriched: Items | None,
    directory: Path,
    *,
    killed: bool,
    show: Callable[[int], None],
) -> Exported:
    # Where the tables go there is room; a temporary directory is often memory.
    with tempfile.TemporaryDirectory(prefix=".export-", dir=directory) as folder:
        work = _Export(_Index(Path(folder, "index.db")), killed=killed, show=show)
        try:
            events.each(work.learn_event)
            if enriched is not None:
                enriched.each(work.learn_item)
            work.index.end_learning()
            with Tables(directory) as tables:
                work.tables = tables
                events.each(lambda place, event: work.write_event(place, event, enriched is None))
                if enriched is not None:
                    enriched.each(work.write_item)
            work.done.rows = tables.rows
        finally:
            work.index.close()
    work.done.killed = len(work.killed_keys)
    return work.done


class _Index:
    """The last record of each enriched item, and what its enrichment adds to the item's row."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode = OFF")
        self._connection.execute("PRAGMA synchronous = OFF")
        self._connection.execute(
            "CREATE TABLE last (id TEXT PRIMARY KEY, number INTEGER, adds BLOB) WITHOUT ROWID"
        )
        self._connection.execute("BEGIN")

    def learn(self, item_id: str, number: int, adds: bytes) -> None:
        self._connection.execute(
            "INSERT OR REPLACE INTO last VALUES (?, ?, ?)", (item_id, number, adds)
        )

    def end_learning(self) -> None:
        self._connection.execute("COMMIT")

    def is_last(self, item_id: str, number: int) -> bool:
        found = self._connection.execute("SELECT number FROM last WHERE id = ?", (item_id,))
        return bool(found.fetchone() == (number,))

    def adds(self, item_id: str) -> bytes | None:
        found = self._connection.execute("SELECT adds FROM last WHERE id = ?", (item_id,))
        row: tuple[bytes] | None = found.fetchone()
        return row[0] if row else None

    def close(self) -> None:
        self._connection.close()


class _Export:
    """The two readings; ``tables`` is set before the second."""

    tables: Tables

    def __init__(self, index: _Index, *, killed: bool, show: Callable[[int], None]) -> None:
        self.index = index
        self.done = Exported()
        self.killed_keys: set[str] = set()
        self._words: dict[str, tuple[Place, bool]] = {}
        self._show_killed = killed
        self._show = show
        self._read = 0
        self._numbers = {"learn": 0, "write": 0}

    def learn_event(self, place: Place, event: dict[str, Any]) -> None:
        """Whether the key of the event's item is killed for now, and its last record."""
        self._count()
        item = event.get("item")
        if not isinstance(item, dict) or event["kind"] not in ITEM_KINDS:
            return
        key, item_id = item.get("item_key"), item.get("id")
        if not isinstance(key, str) or not isinstance(item_id, str):
            return
        self._learn_word(key, place, is_kill=event["kind"] == EventKind.KILL)
        if item.get("kb_version") is not None:
            self.index.learn(item_id, _number(place), b"")

    def _learn_word(self, key: str, place: Place, *, is_kill: bool) -> None:
        known = self._words.get(key)
        # Keys that never were killed are not kept; events of a key come in their order.
        if is_kill:
            if known is None or place > known[0]:
                self._words[key] = place, True
                self.killed_keys.add(key)
        elif known is not None and place > known[0]:
            self._words[key] = place, False
            self.killed_keys.discard(key)

    def learn_item(self, value: bytes) -> None:
        """Which record of each enriched item is the last."""
        self._count()
        self._numbers["learn"] += 1
        item = _read_item(value)
        if item is not None:
            adds = {"topics": [topic.model_dump() for topic in item.topics]}
            packed = orjson.dumps({**adds, "kb_version": item.kb_version})
            self.index.learn(item.id, self._numbers["learn"], packed)

    def write_event(self, place: Place, value: dict[str, Any], is_enriched: bool) -> None:  # noqa: FBT001
        """The rows of an event; those of its entities too where it has them itself."""
        self._count()
        try:
            event = decode(WireEvent, orjson.dumps(value))
        except SchemaError as error:
            self._damaged(f"event {str(value['id'])[:40]}: {error}")
            return
        self.tables.add("events", [event_row(event, place)])
        item = event.item
        if item is None:
            return
        if is_enriched:
            if event.kind in ITEM_KINDS and self.index.is_last(item.id, _number(place)):
                self._write_entities(item)
        elif event.kind in ITEM_KINDS and (adds := self.index.adds(item.id)):
            item = decode(Item, orjson.dumps({**value["item"], **orjson.loads(adds)}))
        is_killed = item.item_key in self.killed_keys
        # A kill's own item has no words but the agency's note that says so.
        hide = is_killed and not self._show_killed and event.kind != EventKind.KILL
        self.tables.add("items", [item_row(event, item, killed=is_killed, hide=hide)])
        self.tables.add("links", link_rows(event, item))

    def write_item(self, value: bytes) -> None:
        """The rows of an enriched item's entities."""
        self._count()
        self._numbers["write"] += 1
        item = _read_item(value)
        if item is None:
            self._damaged(f"enriched item number {self._numbers['write']}")
        elif self.index.is_last(item.id, self._numbers["write"]):
            self._write_entities(item)

    def _write_entities(self, item: Item) -> None:
        if item.item_key in self.killed_keys and not self._show_killed:
            return
        self.tables.add("entities", entity_rows(item))
        self.tables.add("mentions", mention_rows(item))

    def _damaged(self, what: str) -> None:
        self.done.damaged += 1
        self.done.first_damaged = self.done.first_damaged or what

    def _count(self) -> None:
        self._read += 1
        if self._read % _SHOWN_EVERY == 0:
            self._show(self._read)


def _number(place: Place) -> int:
    """A place as one number; no message has a million events."""
    return place[0] * 1_000_000 + place[1]


def _read_item(value: bytes) -> Item | None:
    try:
        return decode(Item, value)
    except SchemaError:
        return None
