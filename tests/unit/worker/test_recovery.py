from __future__ import annotations

import asyncio
import sqlite3
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import orjson
import pytest

from schemas.decoded import Cleaned
from schemas.event import EventKind
from schemas.topics import CATALOGUE
from streams.desk import Desk, DeskConfig
from streams.errors import CorruptionError
from streams.log import open_log
from streams.log.base import TopicLog
from streams.log.outgoing import Outgoing
from streams.log.sqlite_rows import row_id
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


async def test_texts_decided_before_an_upgrade_of_the_fingerprint_are_still_found(
    log: TopicLog,
) -> None:
    every = [entry for entry in entries(6) if isinstance(entry.record, Cleaned)]
    first = await rebuilt(log)
    before = first.process(every[:6])
    outputs, journal, after = before.ranks
    await write(log, outputs, [signed_by_another_method(record) for record in journal], after)
    second = await rebuilt(log)
    copies = [a_copy(entry, 100 + number) for number, entry in enumerate(every[:6])]
    kinds = {event.kind for event in second.process(copies).events if event.cause is None}
    # One of them was sent twice before, and so is now.
    assert kinds == {EventKind.REPRINT, EventKind.DUPLICATE}


async def test_a_standby_signs_anew_what_a_desk_of_another_version_writes(log: TopicLog) -> None:
    every = [entry for entry in entries(6) if isinstance(entry.record, Cleaned)]
    first = await rebuilt(log)
    standby = Standby(log, "wire.", DeskConfig())
    following = asyncio.create_task(standby.follow())
    for entry in every[:6]:
        outputs, journal, after = first.process([entry]).ranks
        await write(log, outputs, [signed_by_another_method(record) for record in journal], after)
        await seen(standby)
    standby.stop_following()
    await following
    second, _ = await standby.take_over(lambda: True)
    copies = [a_copy(entry, 100 + number) for number, entry in enumerate(every[:6])]
    kinds = {event.kind for event in second.process(copies).events if event.cause is None}
    # One of them was sent twice before, and so is now.
    assert kinds == {EventKind.REPRINT, EventKind.DUPLICATE}


def signed_by_another_method(journal: Outgoing) -> Outgoing:
    """As a desk of an earlier version would have written it."""
    value = orjson.loads(journal.value or b"")
    if value.get("indexed") is not None:
        value["indexed"]["fingerprint"] |= {"version": 0, "exact": "0" * 32, "sentences": ""}
    return replace(journal, value=orjson.dumps(value))


def a_copy(entry: DecodedEntry, offset: int) -> DecodedEntry:
    """The same text from another agency, under a key of its own."""
    cleaned = entry.record
    assert isinstance(cleaned, Cleaned)
    key = f"other:{offset}"
    item = cleaned.item.model_copy(
        update={"item_key": key, "id": f"{key}@{cleaned.item.order_key}", "provider": "other"}
    )
    source = cleaned.source.model_copy(update={"id": f"{offset:032x}", "provider": "other"})
    record = cleaned.model_copy(update={"item": item, "source": source})
    return DecodedEntry(offset, f"copy/0/{offset}/0", record)


async def seen(standby: Standby) -> None:
    async with asyncio.timeout(10):
        while not standby._next or await standby.lag():  # noqa: ASYNC110  (of a reader)
            await asyncio.sleep(0.02)


async def test_a_standby_that_followed_decides_as_the_desk_it_followed(log: TopicLog) -> None:
    every = entries(12)
    half = len(every) // 2
    first = await rebuilt(log)
    standby = Standby(log, "wire.", DeskConfig())
    following = asyncio.create_task(standby.follow())
    for entry in every[:half]:
        await write(log, *first.process([entry]).ranks)
    await seen(standby)
    standby.stop_following()
    await following
    second, lost = await standby.take_over(lambda: True)
    assert lost == ()
    assert second.desk.epoch == 2
    assert values(second.process(every[half:])) == values(first.process(every[half:]))


async def test_a_standby_that_followed_a_ghost_too_far_begins_anew(
    log: TopicLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("streams.desk.journal._HELD_BACK", 1)
    every = entries(8)
    ghost = await rebuilt(log)
    await write(log, *ghost.process(every[:4]).ranks)
    before = Standby(log, "wire.", DeskConfig())
    await before.catch_up()
    assert before._rebuild is not None
    heir = DeskStage(before._rebuild.desk()[0])
    standby = Standby(log, "wire.", DeskConfig())
    following = asyncio.create_task(standby.follow())
    # Between what the heir has read and its mark.
    await write(log, *ghost.process(every[4:]).ranks)
    await seen(standby)
    followed = standby._rebuild
    await write(log, heir.begin())
    await write(log, *heir.process(every[4:]).ranks)
    async with asyncio.timeout(10):
        while standby._rebuild is followed:  # noqa: ASYNC110  (it begins anew by itself)
            await asyncio.sleep(0.02)
    standby.stop_following()
    await following
    third, _ = await standby.take_over(lambda: True)
    assert third.process(every).skipped == len(every)
    assert third.desk.seq == heir.desk.seq + 1


async def test_a_journal_that_retention_cut_leaves_kills_and_order_to_the_state(
    log: TopicLog, tmp_path: Path
) -> None:
    every = entries(10)
    first = await rebuilt(log)
    batch = first.process(every)
    await write(log, *batch.ranks)
    forget(tmp_path / "wire.db", 1, len(every) - 1)
    assert sum(event.kind is EventKind.KILL for event in batch.events) == 2
    second = await rebuilt(log)
    again = [
        replace(entry, offset=200 + number, transport=f"again/0/{number}/0")
        for number, entry in enumerate(every[: len(every) // 2])
    ]
    kinds = {event.kind for event in second.process(again).events}
    assert kinds <= {EventKind.STALE, EventKind.DUPLICATE}


async def test_a_hole_in_the_journal_is_loud(log: TopicLog, tmp_path: Path) -> None:
    first = await rebuilt(log)
    await write(log, *first.process(entries(6)).ranks)
    forget(tmp_path / "wire.db", 3, 4)
    with pytest.raises(CorruptionError, match="from record 3 to 5"):
        await rebuilt(log)


def forget(path: Path, first: int, last: int) -> None:
    """Lose records of the journal, from an offset to before another."""
    with closing(sqlite3.connect(path)) as file, file:
        (place,) = file.execute("SELECT id FROM partitions WHERE topic = 'wire.desk'").fetchone()
        lost = (row_id(place, first), row_id(place, last))
        file.execute("DELETE FROM log WHERE row >= ? AND row < ?", lost)
        if first <= 1:
            file.execute("DELETE FROM log WHERE row = ?", (row_id(place, 0),))
            file.execute("UPDATE partitions SET begin_offset = ? WHERE id = ?", (last, place))
