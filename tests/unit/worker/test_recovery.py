from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from schemas.topics import CATALOGUE
from streams.desk import Desk, DeskConfig
from streams.log import open_log
from streams.log.base import TopicLog
from streams.log.outgoing import Outgoing
from streams.pipeline import DecodedEntry, DeskBatch, DeskStage, IntakeStage
from streams.pipeline.restoring import DeskRebuild
from streams.worker.fence import PauseFence
from streams.worker.recovery import AbandonedError, Standby
from tests.faults.feed import messages
from tests.unit.test_pipeline import a_record


def entries(stories: int) -> list[DecodedEntry]:
    stage = IntakeStage()
    parts = [
        placed
        for offset, raw in enumerate(messages(stories))
        for placed in stage.process(a_record(raw, offset)).parts
    ]
    return [DecodedEntry(n, transport, part) for n, (part, transport) in enumerate(parts)]


async def write(log: TopicLog, *ranks: list[Outgoing]) -> None:
    for rank in ranks:
        await log.append([outgoing.record("wire.") for outgoing in rank])


@pytest.fixture
async def log(tmp_path: Path):
    async with open_log(f"sqlite:///{tmp_path}/wire.db") as log:
        await log.create_topics(list(CATALOGUE.values()), prefix="wire.")
        yield log


async def rebuilt(log: TopicLog) -> DeskStage:
    stage, lost = await Standby(log, "wire.", DeskConfig()).take_over(lambda: True)
    assert lost == ()
    return stage


def values(batch: DeskBatch) -> list[tuple[bytes | None, bytes | None]]:
    return [(outgoing.key, outgoing.value) for outgoing in batch.ranks[0]]


async def test_each_desk_has_a_higher_epoch(log: TopicLog) -> None:
    assert [(await rebuilt(log)).desk.epoch for _ in range(3)] == [1, 2, 3]


async def test_a_desk_taken_over_decides_as_the_one_before_would_have(log: TopicLog) -> None:
    every = entries(12)
    half = len(every) // 2
    first = await rebuilt(log)
    await write(log, *first.process(every[:half]).ranks)
    second = await rebuilt(log)
    assert values(second.process(every[half:])) == values(first.process(every[half:]))


@pytest.mark.parametrize("ranks", [0, 1, 2])
async def test_a_desk_that_died_between_ranks_decides_the_same_again_or_not_at_all(
    log: TopicLog, ranks: int
) -> None:
    every = entries(8)
    half = len(every) // 2
    first = await rebuilt(log)
    await write(log, *first.process(every[:half]).ranks)
    second_half = first.process(every[half:])
    await write(log, *second_half.ranks[:ranks])
    again = (await rebuilt(log)).process(every[half:])
    if ranks < 2:
        assert values(again) == values(second_half)
    else:
        assert again.events == []
        assert again.skipped == len(every) - half


async def test_a_journal_cut_off_in_the_middle_goes_on_there(log: TopicLog) -> None:
    every = entries(8)
    first = await rebuilt(log)
    batch = first.process(every)
    await write(log, batch.ranks[0], batch.ranks[1][:10])
    again = (await rebuilt(log)).process(every)
    assert again.skipped == 10
    assert [event.id for event in again.events] == [event.id for event in batch.events][
        -len(again.events) :
    ]


async def test_what_a_replaced_desk_still_writes_is_ignored(log: TopicLog) -> None:
    every = entries(8)
    ghost = await rebuilt(log)
    await write(log, *ghost.process(every[:5]).ranks)
    owner = await rebuilt(log)
    late = ghost.process(every[5:])
    decided = owner.process(every[5:])
    await write(log, *decided.ranks)
    await write(log, *late.ranks)
    third = await rebuilt(log)
    assert third.process(every).skipped == len(every)
    assert third.desk.epoch == 3


async def test_a_rebuild_for_an_assignment_that_is_gone_is_abandoned(log: TopicLog) -> None:
    await write(log, *(await rebuilt(log)).process(entries(2)).ranks)
    with pytest.raises(AbandonedError):
        await Standby(log, "wire.", DeskConfig()).take_over(lambda: False)


async def test_a_long_rebuild_does_not_look_like_a_frozen_process(
    log: TopicLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    restore = DeskRebuild.desk

    def slow(rebuild: DeskRebuild) -> tuple[Desk, tuple[str, ...]]:
        time.sleep(0.8)
        return restore(rebuild)

    monkeypatch.setattr(DeskRebuild, "desk", slow)
    fence = PauseFence(0.6)
    beating = asyncio.create_task(fence.beat())
    await rebuilt(log)
    assert fence.holds()
    beating.cancel()
