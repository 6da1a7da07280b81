"""Files of an archive merged by the times of their messages, a few of them open at once.

It must not change a message, nor the order within a file.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from schemas.raw import RawMessage
from streams.errors import ArchiveError
from streams.ingest.readers import DamageReport
from streams.ingest.sources import STDIN, Sources
from streams.ingest.time_order import TimeOrder
from streams.ingest.topics import SourceTopic
from streams.ingest.units import SourceFile, Unit

__all__ = ["MOST_OPEN", "MergedSources"]

MOST_OPEN = 200
"""Files that may overlap in time. Each is a handle and its buffers, about 0.5 MB; shells allow
1,024 handles, often 256."""


class MergedSources:
    """The messages of several files, recordings and topics, oldest first; iterate once.

    Each keeps its own order, as ``TimeOrder`` has it: those that begin without a time come first,
    in the order they were named. A file is opened when the merge reaches its first message and
    closed after its last, so that a file a day needs no more than two open at once.

    Attributes:
        damage: what could not be read so far.
        total_bytes: of ``bytes_read``, where that is known.
    """

    def __init__(
        self, whole: Sources, most: int | None = None, *, in_file_order: bool = False
    ) -> None:
        """Take what is to be merged.

        Args:
            whole: what to read, not yet read, without a bound of its own.
            most: messages to give.
            in_file_order: do not merge: one file after the other.
        """
        self._whole = whole
        self._most = most
        self._in_file_order = in_file_order
        self.damage: DamageReport = whole.damage
        self.total_bytes = whole.total_bytes
        self._closed_bytes = 0
        self._open: dict[int, Sources] = {}

    @property
    def files(self) -> list[SourceFile]:
        """Every file."""
        return self._whole.files

    @property
    def topics(self) -> list[SourceTopic]:
        """Every topic."""
        return self._whole.topics

    @property
    def bytes_read(self) -> int:
        """Bytes of the files as they lie on disk."""
        return self._closed_bytes + sum(each.bytes_read for each in self._open.values())

    def __iter__(self) -> Iterator[RawMessage]:
        for number, message in enumerate(self._merged()):
            if self._most is not None and number >= self._most:
                break
            yield message
        self._whole.tell_damage()

    def _merged(self) -> Iterator[RawMessage]:
        units = self._whole.units
        # Standard input can be read once only: its first time cannot be looked up beforehand.
        has_stdin = any(file.name == STDIN for file in self.files)
        if self._in_file_order or has_stdin or len(units) == 1:
            self._open[0] = self._whole
            yield from self._whole.messages()
            return
        order = TimeOrder()
        for number, unit in enumerate(units):
            order.put(number, self._first_time(unit))
        readers: dict[int, Iterator[RawMessage]] = {}
        heads: dict[int, RawMessage] = {}
        while order:
            at, number = order.take()
            if number in readers:
                yield heads.pop(number)
            else:
                readers[number] = self._opened(number, units[number])
            message = next(readers[number], None)
            if message is None:
                del readers[number]
                self._closed_bytes += self._open.pop(number).bytes_read
                continue
            heads[number] = message
            order.put(number, message.received_at, after=at)

    def _first_time(self, unit: Unit) -> datetime | None:
        # It is read again when its time has come: what is wrong with it counts then.
        first = next(self._whole.alone(unit, unheard=True).messages(), None)
        return first.received_at if first else None

    def _opened(self, number: int, unit: Unit) -> Iterator[RawMessage]:
        if len(self._open) >= MOST_OPEN:
            raise ArchiveError(
                f"more than {MOST_OPEN} files overlap in time at {unit.name}: "
                "replay fewer at a time, or join them"
            )
        one = self._open[number] = self._whole.alone(unit)
        return one.messages()
