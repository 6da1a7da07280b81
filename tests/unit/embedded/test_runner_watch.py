"""The embedded runner ticks for gaps that fall due while it serves, and for nothing that is old."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from schemas.event import EventKind, WireEvent
from schemas.raw import RawMessage
from streams.embedded.runner import EmbeddedRunner, StopAfter
from streams.log import SqliteStore

T0 = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def telegrams(*numbers: int) -> list[RawMessage]:
    return [
        RawMessage(
            body=(
                f"\x01eca{number:04d} 4 i 12  nw {number:04d}\r\n\r\nDock/\r\n\x02Dock {number} ="
                f"\r\n\r\nBrestava (nw) - The dock of number {number} is closed for repairs."
                f"\r\n\x0302090{place} GMT Mar 26\r\n\x04"
            ).encode(),
            provider="nordan",
            received_at=T0 + timedelta(minutes=place),
            position=f"f:{place}",
        )
        for place, number in enumerate(numbers)
    ]


def served(path: Path, clock: datetime, wanted: int) -> list[WireEvent]:
    """What is announced while serving at this time, waiting a while for as many events."""
    seen: list[WireEvent] = []
    stop = threading.Event()
    with SqliteStore(path, durable=False) as store:
        runner = EmbeddedRunner(store, stop_after=StopAfter.DESK, clock=lambda: clock)
        runner.ingest(telegrams(123, 125, 126))
        serving = threading.Thread(target=runner.serve, args=(stop, seen.extend))
        serving.start()
        deadline = time.monotonic() + 5
        while len(seen) < wanted and time.monotonic() < deadline:
            time.sleep(0.02)
        # Long enough for one more look at the clock.
        time.sleep(0.7)
        stop.set()
        serving.join()
    return seen


def test_a_gap_is_announced_when_its_time_has_come(tmp_path: Path) -> None:
    seen = served(tmp_path / "wire.db", T0 + timedelta(minutes=30), 4)
    assert [event.kind for event in seen[:3]] == [EventKind.NEW] * 3
    (gap,) = seen[3:]
    assert gap.reasons == ("service=eca", "missing=0124", "numbers=1")


def test_the_clock_of_today_says_nothing_of_an_archive(tmp_path: Path) -> None:
    seen = served(tmp_path / "wire.db", T0 + timedelta(days=400), 3)
    assert [event.kind for event in seen] == [EventKind.NEW] * 3
