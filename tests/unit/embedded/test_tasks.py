"""Tasks of intake are cut by what they weigh, and processes look for garbage as often as told."""

from __future__ import annotations

import gc
from datetime import UTC, datetime

import pytest

from streams.embedded import ahead
from streams.embedded.collecting import rare_collections
from streams.log.base import Record

AT = datetime(2026, 1, 1, tzinfo=UTC)


def a_record(offset: int, size: int | None) -> Record:
    value = None if size is None else b"x" * size
    return Record("wire.raw", 0, offset, None, value, (), AT)


@pytest.mark.parametrize(
    ("sizes", "tasks"),
    [
        ([], []),
        ([None], [1]),
        ([10] * 40, [32, 8]),
        ([60_000] * 5, [2, 2, 1]),
        ([128 * 1024, 1], [1, 1]),
        # One that is too large is a task of its own, and takes none along.
        ([5, 1_000_000, 5], [1, 1, 1]),
    ],
    ids=["none", "no body", "many small", "heavy", "full", "too large"],
)
def test_tasks_keep_order_and_stay_light(sizes: list[int | None], tasks: list[int]) -> None:
    records = [a_record(number, size) for number, size in enumerate(sizes)]
    cut = list(ahead.tasks_of(records))
    assert [len(task) for task in cut] == tasks
    assert [record for task in cut for record in task] == records


def test_garbage_is_collected_as_before_afterwards() -> None:
    before = gc.get_threshold()
    with rare_collections():
        during = gc.get_threshold()
    assert during[0] >= 20_000
    assert gc.get_threshold() == before
