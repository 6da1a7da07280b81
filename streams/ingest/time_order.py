"""Which of several streams of messages comes next, by the times of their messages.

Pure: it must not read a stream.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from schemas.raw import RawMessage

__all__ = ["TimeOrder", "merged_by_time"]

_NO_TIME = datetime.min.replace(tzinfo=UTC)


class TimeOrder:
    """Streams that wait for their turn, each with the time of its next message.

    A stream keeps its own order: a message without a time, or with one before its predecessor's,
    counts as of the predecessor's time. Of one time, the stream with the lower number comes first;
    a stream that begins without a time comes before all that have one.
    """

    def __init__(self) -> None:
        self._waiting: list[tuple[datetime, int]] = []

    def __len__(self) -> int:
        """How many wait."""
        return len(self._waiting)

    def put(self, number: int, at: datetime | None, after: datetime = _NO_TIME) -> None:
        """Let a stream wait.

        Args:
            number: of the stream.
            at: the time of its next message.
            after: what ``take`` gave for the message before.
        """
        heapq.heappush(self._waiting, (max(after, at or after), number))

    def take(self) -> tuple[datetime, int]:
        """The time that counts, and the number of the stream whose turn it is."""
        return heapq.heappop(self._waiting)


def merged_by_time(streams: Sequence[Iterator[RawMessage]]) -> Iterator[RawMessage]:
    """The messages of all streams in ``TimeOrder``; one message of each is held."""
    order = TimeOrder()
    heads: dict[int, RawMessage] = {}
    for number, stream in enumerate(streams):
        first = next(stream, None)
        if first is not None:
            heads[number] = first
            order.put(number, first.received_at)
    while order:
        at, number = order.take()
        yield heads.pop(number)
        message = next(streams[number], None)
        if message is not None:
            heads[number] = message
            order.put(number, message.received_at, after=at)
