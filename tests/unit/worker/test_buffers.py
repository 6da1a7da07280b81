"""The buffer between Faust and an agent: bounded by number, and by bytes."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import faust
from mode.utils.queues import FlowControlEvent

from streams.worker.faust_compat import Buffer


class Event(faust.Event):
    """An event with a value and nothing else."""

    def __init__(self, size: int) -> None:
        self.message: Any = SimpleNamespace(value=b"x" * size)


class Place:
    """A buffer, and whether its topic is paused."""

    def __init__(self, max_records: int, max_bytes: int) -> None:
        flow = FlowControlEvent()
        flow.resume()
        self.buffer = Buffer(max_records, max_bytes=max_bytes, flow_control=flow)
        self.paused = False
        self._callbacks = {"on_pressure_high": self._high, "on_pressure_drop": self._drop}

    def _high(self) -> None:
        self.paused = True

    def _drop(self) -> None:
        self.paused = False

    def put(self, *sizes: int) -> None:
        for size in sizes:
            self.buffer.put_nowait_enhanced(Event(size), **self._callbacks)

    def get(self, times: int = 1) -> None:
        for _ in range(times):
            self.buffer.get_nowait()


async def test_numbers_pause_a_topic() -> None:
    place = Place(max_records=10, max_bytes=1_000_000)
    place.put(*[1] * 8)
    assert not place.paused
    place.put(1)
    assert place.paused
    place.get(6)
    assert place.paused is False


async def test_bytes_pause_a_topic_as_numbers_do() -> None:
    place = Place(max_records=1000, max_bytes=100)
    place.put(60, 60)
    assert not place.paused
    place.put(1)
    assert place.paused
    assert place.buffer.waiting_bytes == 121
    place.get()
    assert place.paused, "61 are more than two fifths"
    place.get(2)
    place.put(1)
    place.get()
    assert not place.paused
    assert place.buffer.waiting_bytes == 0


async def test_what_is_cleared_at_a_rebalance_no_longer_counts() -> None:
    place = Place(max_records=1000, max_bytes=100)
    place.put(60, 60, 60)
    place.buffer.clear()
    assert place.buffer.waiting_bytes == 0
    place.put(10)
    place.get()
    assert place.buffer.waiting_bytes == 0


async def test_a_tombstone_and_what_is_no_event_weigh_nothing() -> None:
    place = Place(max_records=10, max_bytes=100)
    tombstone = Event(0)
    tombstone.message.value = None
    place.buffer.put_nowait(tombstone)
    place.buffer.put_nowait("a control message")  # type: ignore[arg-type]
    assert place.buffer.waiting_bytes == 0
    place.get(2)
    assert place.buffer.waiting_bytes == 0
