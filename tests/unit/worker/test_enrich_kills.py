"""A kill overtakes enrichment: what was being enriched is not written after it.

The enrichment worker, its pool and its models are real; the broker's two ends are not.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import orjson
import pytest

from schemas.codec import decode
from schemas.item import Item
from schemas.raw import RawMessage
from schemas.topics import CATALOGUE, TopicName
from streams.desk import Desk
from streams.enrich import EnrichConfig
from streams.log.outgoing import Outgoing
from streams.log.sqlite import SqliteLog
from streams.observability.log import get_log
from streams.observability.metrics import Metrics
from streams.pipeline import DecodedEntry, DeskStage, Intake, PipelineConfig
from streams.worker.app import create_stage_app
from streams.worker.config import Stage, WorkerConfig
from streams.worker.context import StageContext
from streams.worker.delivery import Delivery
from streams.worker.enrich import EnrichWorker

KEYS = ("one", "two")
CONFIG = WorkerConfig(
    "kafka://127.0.0.1:1",
    pipeline=PipelineConfig(enrich=EnrichConfig(recogniser="gazetteer")),
    pool_size=1,
)


def message(key: str, version: int, *, killed: bool = False) -> RawMessage:
    document = {
        "uri": f"urn:kill:{key}",
        "version": str(version),
        "versioncreated": f"2026-03-02T06:0{version}:00Z",
        "pubstatus": "canceled" if killed else "usable",
        "language": "en",
        "headline": f"Mayor of Riga opens bridge {key}",
        "body_text": f"The mayor of Riga opened bridge {key} on Monday. Thousands came to see it.",
    }
    return RawMessage(
        body=orjson.dumps(document),
        provider="oaw",
        content_type="application/json",
        position=f"{key}:{version}",
    )


def items(*messages: RawMessage) -> list[Outgoing]:
    """What the desk writes to ``wire.items``."""
    intake, desk = Intake(), DeskStage(Desk())
    parts = [part for each in messages for part in intake.process(each)]
    batch = desk.process([DecodedEntry(n, None, part) for n, part in enumerate(parts)])
    return [record for _, record in batch.published]


@dataclass
class Ends:
    """The topic that is read and the one that is written, as Faust shows them."""

    taken: asyncio.Queue[list[Any]] = field(default_factory=asyncio.Queue)
    written: list[tuple[bytes, str]] = field(default_factory=list)
    acked: list[int] = field(default_factory=list)
    offset: int = 0
    before_writing: Callable[[], Any] | None = None

    def deliver(self, records: Sequence[Outgoing]) -> None:
        events = []
        for record in records:
            offset, self.offset = self.offset, self.offset + 1
            about = SimpleNamespace(
                topic="wire.items",
                partition=0,
                offset=offset,
                key=record.key,
                value=record.value,
                headers=list(record.headers),
                timestamp=0.0,
            )
            ack = lambda offset=offset: self.acked.append(offset)  # noqa: E731
            events.append(SimpleNamespace(message=about, ack=ack))
        self.taken.put_nowait(events)

    async def noack_take(self, _max: int, *, within: float) -> AsyncIterator[list[Any]]:
        assert within < 0.1
        while True:
            yield await self.taken.get()

    async def send(self, _topic: str, key: bytes, value: bytes, *_rest: Any) -> Any:
        if self.before_writing is not None:
            await self.before_writing()
        self.written.append((key, decode(Item, value).pubstatus))
        done = asyncio.get_running_loop().create_future()
        done.set_result(SimpleNamespace(offset=len(self.written)))
        return done

    @property
    def producer(self) -> Ends:
        return self

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):
            while not condition():  # noqa: ASYNC110  (a condition of many sorts)
                await asyncio.sleep(0.01)


@pytest.fixture
async def ends() -> Ends:
    return Ends()


@pytest.fixture
async def kb_log(tmp_path: Path) -> SqliteLog:
    log = SqliteLog(tmp_path / "kb.db", durable=False)
    async with log:
        await log.create_topics([CATALOGUE[TopicName.KB]], prefix="wire.")
    return log


@pytest.fixture
async def worker(ends: Ends, kb_log: SqliteLog) -> AsyncIterator[EnrichWorker]:
    context = StageContext(
        stage=Stage.ENRICH,
        config=CONFIG,
        app=create_stage_app(CONFIG, Stage.ENRICH),
        delivery=Delivery(ends, "wire."),  # type: ignore[arg-type]
        metrics=Metrics(),
        log=get_log(),
    )
    worker = EnrichWorker(context, kb_log)
    await worker.start()
    agent = asyncio.create_task(worker._agent(ends))  # type: ignore[arg-type]
    yield worker
    agent.cancel()
    await asyncio.gather(agent, return_exceptions=True)
    await worker.close()


def processes(worker: EnrichWorker) -> list[int]:
    return list(worker._pool._executor._processes)


async def test_an_item_enriched_after_its_kill_is_not_written(
    ends: Ends, worker: EnrichWorker
) -> None:
    (slow,) = processes(worker)
    first, other, kill, *again = items(
        message("one", 1),
        message("two", 1),
        message("one", 2, killed=True),
        message("one", 3),
    )
    os.kill(slow, signal.SIGSTOP)
    try:
        ends.deliver([first, other])
        ends.deliver([kill])
        await ends.until(lambda: bool(ends.written))
        assert ends.written == [(b"oaw:urn:kill:one", "canceled")], "the kill waits for nobody"
        assert ends.acked == [], "and is acknowledged in its turn"
    finally:
        os.kill(slow, signal.SIGCONT)
    await ends.until(lambda: ends.acked == [0, 1, 2])
    assert ends.written[1:] == [(b"oaw:urn:kill:two", "usable")]
    # A later re-issue stands, and the kill is forgotten once all before it is done.
    ends.deliver(again)
    await ends.until(lambda: len(ends.acked) == 3 + len(again))
    assert set(ends.written[2:]) == {(b"oaw:urn:kill:one", "usable")}
    assert worker._killed == {}


async def test_no_kill_comes_between_the_look_and_the_writing(
    ends: Ends, worker: EnrichWorker
) -> None:
    first, kill = items(message("one", 1), message("one", 2, killed=True))
    entered, go_on = asyncio.Event(), asyncio.Event()

    async def full() -> None:
        # The producer's buffer is full when the older item is about to go into it.
        if not entered.is_set():
            entered.set()
            await go_on.wait()

    ends.before_writing = full
    ends.deliver([first])
    await asyncio.wait_for(entered.wait(), 20)
    ends.deliver([kill])
    await ends.until(lambda: bool(worker._killed))
    await asyncio.sleep(0.05)
    go_on.set()
    await ends.until(lambda: ends.acked == [0, 1])
    assert [status for _, status in ends.written] == ["usable", "canceled"]


async def test_a_process_that_was_frozen_writes_nothing_more(
    ends: Ends, worker: EnrichWorker
) -> None:
    (slow,) = processes(worker)
    (first,) = items(message("one", 1))
    failures: list[BaseException] = []

    async def fail(error: BaseException) -> None:
        failures.append(error)
        await asyncio.Event().wait()

    worker._fail = fail  # type: ignore[method-assign]  # ending the process would end the test
    os.kill(slow, signal.SIGSTOP)
    ends.deliver([first])
    await asyncio.sleep(0.1)
    worker._fence._last -= 60  # as after a minute without a beat
    os.kill(slow, signal.SIGCONT)
    await ends.until(lambda: bool(failures))
    await asyncio.sleep(0.3)
    assert ends.written == []
    assert ends.acked == []
