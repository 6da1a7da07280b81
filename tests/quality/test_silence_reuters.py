"""Silences announced on a month of real wires are breaks in the archive, every one."""

import gzip
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from schemas.event import Source
from streams.desk import DeskConfig
from streams.desk.watch import Watch

WIRES = Path(__file__).resolve().parents[2] / "../shared/data/reuters21578/wire_dev.jsonl.gz"

pytestmark = [
    pytest.mark.quality,
    pytest.mark.skipif(not WIRES.exists(), reason="the Reuters wires are not beside the project"),
]


def times() -> list[datetime]:
    found = []
    with gzip.open(WIRES, "rt") as lines:
        for line in lines:
            stated = json.loads(line)["date"].strip().partition(".")[0]
            found.append(datetime.strptime(f"{stated} +0000", "%d-%b-%Y %H:%M:%S %z"))
    return sorted(found)


def test_silences_of_a_month_are_few_and_all_of_them_long():
    watch = Watch(DeskConfig())
    silences: list[tuple[datetime, datetime]] = []
    begun: datetime | None = None
    last = datetime(1987, 1, 1, tzinfo=UTC)
    for number, at in enumerate(times()):
        while (due := watch.next_due()) is not None and due <= at:
            heard, events = watch.expire(due)
            watch.apply(heard, due)
            assert len(events) == 1
            begun = last
        if begun is not None:
            silences.append((begun, at))
            begun = None
        source = Source(id=str(number), position=str(number), sha256="")
        noted = watch.note("reuters", None, None, at)
        watch.apply(noted.of_message(str(number), source), at)
        last = at
    # The days that the archive lacks are the 8th (a Sunday) and the 10th of March 1987.
    assert any(first.day == 9 and end.day == 11 for first, end in silences)
    assert 3 <= len(silences) <= 10
    assert min(end - first for first, end in silences) >= timedelta(minutes=30)
