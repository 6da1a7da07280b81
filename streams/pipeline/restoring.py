"""A desk rebuilt from what desks wrote: journal, state and holds, whoever wrote them last.

Both hosts read the records their own way and rebuild here. It must not read a log itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic, TypeVar

from schemas.codec import SchemaError, decode
from schemas.journal import HeldRecord, JournalRecord, StateRecord
from schemas.model import Record as Model
from streams.desk import Desk, DeskConfig
from streams.errors import CorruptionError
from streams.log.base import Record
from streams.log.headers import epoch_of

_M = TypeVar("_M", bound=Model)


@dataclass(slots=True)
class _Latest(Generic[_M]):
    """The last record of each key of a compacted topic; a lower epoch never beats a higher."""

    model: type[_M]
    values: dict[bytes, tuple[int, Record]] = field(default_factory=dict)

    def add(self, record: Record) -> None:
        key, epoch = record.key or b"", epoch_of(record)
        known = self.values.get(key)
        if known is None or epoch >= known[0]:
            # A key that comes again moves to the end: the order is that of the last writes.
            self.values.pop(key, None)
            self.values[key] = (epoch, record)

    def read(self) -> list[_M]:
        return [_read(self.model, record) for _, record in self.values.values() if record.value]


@dataclass(slots=True)
class DeskHistory:
    """Records of the desk's own topics, gathered in the order of each topic.

    Which of them a desk wrote that had lost its partition, the desk itself finds out.
    """

    _state: _Latest[StateRecord] = field(default_factory=lambda: _Latest(StateRecord))
    _held: _Latest[HeldRecord] = field(default_factory=lambda: _Latest(HeldRecord))
    _journal: list[JournalRecord] = field(default_factory=list)

    def add_state(self, record: Record) -> None:
        """Take a record of ``wire.state``."""
        self._state.add(record)

    def add_held(self, record: Record) -> None:
        """Take a record of ``wire.held``."""
        self._held.add(record)

    def add_journal(self, record: Record) -> None:
        """Take a record of ``wire.desk``."""
        self._journal.append(_read(JournalRecord, record))

    def desk(self, config: DeskConfig) -> Desk:
        """A desk that decides what comes next as the one that wrote all this would have.

        Raises:
            CorruptionError: the records contradict each other.
        """
        desk = Desk(config)
        desk.restore(self._state.read(), self._held.read(), self._journal)
        return desk


def _read(model: type[_M], record: Record) -> _M:
    try:
        return decode(model, record.value or b"")
    except SchemaError as error:
        raise CorruptionError(
            f"{record.topic}[{record.partition}]@{record.offset} cannot be read: {error}"
        ) from None
