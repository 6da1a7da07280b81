"""A desk rebuilt from what desks wrote: journal, state and holds, whoever wrote them last.

Both hosts read the records their own way and rebuild here. It must not read a log itself.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from schemas.codec import SchemaError, decode
from schemas.item import Item
from schemas.journal import HeldRecord, JournalRecord, StateRecord
from schemas.model import Record as Model
from schemas.topics import TopicName
from streams.desk import Desk, DeskConfig
from streams.desk.journal import Mark
from streams.errors import CorruptionError
from streams.log.base import Record
from streams.pipeline.signing import SignedAnew, is_outdated

_M = TypeVar("_M", bound=Model)

RESTORED_FROM = (TopicName.STATE, TopicName.DESK, TopicName.HELD)
"""The desk's own topics, in the order to read them: what is read later may know more, not less."""

# Records of the state that are read even where the journal says it all: enough to find one of the
# last desk's among those of a desk that had been replaced.
_STATE_TAIL = 256


@contextmanager
def uncollected() -> Iterator[None]:
    """Collect no garbage while a topic is read to its end.

    A record is thirty objects and makes no cycle. Looked at as often as the collector does while
    thousands of them are held back, they cost as much as they cost to decode: a tenth of all.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


class DeskRebuild:
    """Takes the records of the desk's own topics one by one, as they stand on the log.

    Which of them a desk wrote that had lost its partition, the desk itself finds out; it may then
    raise ``RewoundError``, upon which one begins anew with the marks it tells.
    """

    def __init__(
        self,
        config: DeskConfig,
        first: Record | None = None,
        last: Record | None = None,
        marks: Sequence[Mark] | None = None,
    ) -> None:
        """Prepare to rebuild a desk.

        Args:
            config: of the desk.
            first: the first record that ``wire.desk`` still has; None when it has none.
            last: its last one as of now, which spares work on what is past by then.
            marks: what an attempt before has learned; None for the first.
        """
        self._first_seq = None if first is None else _read(JournalRecord, first).seq
        self._desk = Desk(config)
        self._restorer = self._desk.restorer(self._first_seq, marks or ())
        until = _read(JournalRecord, last).now if last is not None else None
        if until is not None and marks is None:
            self._restorer.expect(until)
        self._texts = SignedAnew(until and until - config.hot_window)

    def state_start(self, begin: int, end: int) -> int:
        """From where to read ``wire.state``: hardly any of it where the journal is whole.

        Args:
            begin: the topic's first offset.
            end: its end offset.
        """
        return max(begin, end - _STATE_TAIL) if self._first_seq == 1 else begin

    def add(self, topic: TopicName, records: Sequence[Record]) -> int:
        """Take records of one of ``RESTORED_FROM``, in their order; answers how many were taken.

        Fewer than given where the next was signed by another method than ours and its text is
        wanted: call ``add_texts`` with all there is on ``wire.items``, then give the rest.

        Raises:
            CorruptionError: one of them is none, or some are missing.
            RewoundError: begin anew.
        """
        match topic:
            case TopicName.STATE:
                for record in records:
                    if record.value is not None:
                        self._restorer.put_state(_read(StateRecord, record))
            case TopicName.DESK:
                return self._add_journal(records)
            case TopicName.HELD:
                for record in records:
                    key = (record.key or b"").decode("utf-8", "replace")
                    held = _read(HeldRecord, record) if record.value else None
                    self._restorer.put_held(held.item_key if held else key, held)
            case _:
                raise ValueError(f"a desk is not rebuilt from {topic}")
        return len(records)

    def _add_journal(self, records: Sequence[Record]) -> int:
        for taken, record in enumerate(records):
            decided = _read(JournalRecord, record)
            if is_outdated(decided):
                if record.offset >= self._texts.complete_to:
                    return taken
                decided = self._texts.renewed(decided)
            self._restorer.put_journal(decided)
        return len(records)

    def add_texts(self, items: Iterable[Record], complete_to: int) -> None:
        """Take records of ``wire.items``, to sign anew what another method signed.

        Args:
            items: all of them, or all since the last call.
            complete_to: end offset of ``wire.desk`` before they were read: what it says before that
                speaks of no later item.
        """
        for record in items:
            if record.value is not None:
                self._texts.add(_read(Item, record))
        self._texts.complete_to = max(self._texts.complete_to, complete_to)

    def desk(self) -> tuple[Desk, tuple[str, ...]]:
        """A desk that decides what comes next as the one that wrote all this would have.

        Answers it, and the keys that are held while their item is nowhere to be found: they stay
        unpublished until a newer version comes.

        Raises:
            CorruptionError: the records contradict each other.
        """
        self._desk.resume(self._restorer)
        return self._desk, self._restorer.lost_holds


def _read(model: type[_M], record: Record) -> _M:
    try:
        return decode(model, record.value or b"")
    except SchemaError as error:
        raise CorruptionError(
            f"{record.topic}[{record.partition}]@{record.offset} cannot be read: {error}"
        ) from None
