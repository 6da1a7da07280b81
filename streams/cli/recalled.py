"""A desk as it was before it decided an event, rebuilt to be asked about it.

It must not write anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import orjson

from schemas.codec import SchemaError, decode
from schemas.event import EventKind, WireEvent
from schemas.item import Item
from schemas.journal import HeldRecord, JournalRecord, StateRecord
from schemas.model import Record as Model
from schemas.topics import TopicName
from streams.cli.common import finish
from streams.cli.logs import open_settings_log
from streams.desk import Desk, DeskConfig
from streams.errors import CorruptionError

if TYPE_CHECKING:
    from streams.cli.events import Events, Place
    from streams.log import TopicLog
    from streams.log.base import Record
    from streams.settings import Settings

__all__ = ["Recalled", "recall_from_events", "recall_from_log"]

_M = TypeVar("_M", bound=Model)


@dataclass(frozen=True, slots=True)
class Recalled:
    """A desk and what it was rebuilt from.

    Attributes:
        how: in words, for people.
        again: it has decided the event already.
    """

    desk: Desk
    how: str
    again: bool = False


def recall_from_log(settings: Settings, config: DeskConfig, event: WireEvent) -> Recalled:
    """The desk that decided ``event``, just before it did, from the journal of the log.

    Where the journal no longer has that decision it is the desk as it is now.

    Raises:
        TransportError: the log cannot be read.
        CorruptionError: its records contradict each other.
    """
    return finish(_from_log(settings, config, event))


async def _from_log(settings: Settings, config: DeskConfig, event: WireEvent) -> Recalled:
    journal: list[JournalRecord] = []
    held: dict[bytes | None, HeldRecord] = {}
    decided: JournalRecord | None = None
    async with open_settings_log(settings) as log:
        for record in await _records(log, settings.topic_name(TopicName.DESK)):
            entry = _read(JournalRecord, record)
            if event.item and entry.item_id == event.item.id and entry.kind is event.kind:
                decided = entry
                break
            journal.append(entry)
        state = [
            _read(StateRecord, record)
            for record in await _records(log, settings.topic_name(TopicName.STATE))
            if record.value
        ]
        for record in await _records(log, settings.topic_name(TopicName.HELD)):
            held.pop(record.key, None)
            if record.value:
                held[record.key] = _read(HeldRecord, record)
    if decided is not None:
        # What was written later is not known yet.
        state = [entry for entry in state if entry.seq < decided.seq]
        held = {key: entry for key, entry in held.items() if entry.seq < decided.seq}
    desk = Desk(config)
    desk.restore(state, held.values(), journal)
    when = "when it decided the later one" if decided else "as it is now (its journal is younger)"
    how = f"the desk {when}, rebuilt from its journal ({len(journal):,} records)"
    return Recalled(desk, how, again=decided is None)


def _read(model: type[_M], record: Record) -> _M:
    try:
        return decode(model, record.value or b"")
    except SchemaError as error:
        place = f"{record.topic}[{record.partition}]@{record.offset}"
        raise CorruptionError(f"{place} cannot be read: {error}") from None


async def _records(log: TopicLog, topic: str) -> list[Record]:
    end = await log.end_offsets(topic)
    if await log.begin_offsets(topic) == end:
        return []
    return [record async for batch in log.read(topic, "earliest", end) for record in batch]


def recall_from_events(events: Events, config: DeskConfig, place: Place) -> Recalled:
    """A desk that has decided every item that stands before ``place`` among the events."""
    desk, count = Desk(config), 0

    def visit(at: Place, event: dict[str, Any]) -> None:
        nonlocal count
        primary = event.get("cause") is None or event["kind"] == EventKind.RELEASE
        if at >= place or not primary or not event.get("item"):
            return
        # Only its text is of use, and an enriched item is three times as large.
        item = {**event["item"], "entities": [], "quotes": [], "dates": [], "topics": []}
        try:
            desk.decide(decode(Item, orjson.dumps(item)))
        except SchemaError:
            return
        desk.drain()
        count += 1

    events.each(visit)
    return Recalled(desk, f"a desk that decided again all before the later one ({count:,} items)")
