"""A feed through real workers while something goes wrong, and the ledger in the end."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from schemas.raw import RawMessage
from schemas.topics import TopicName
from streams.log import open_log
from streams.log.base import TopicLog
from streams.log.headers import raw_record
from tests.faults.conservation import CommitWatch, Outputs, unconserved
from tests.faults.feed import messages
from tests.faults.ledger import Ledger, Verdict, judge
from tests.faults.running import Worker, count, create_topics, drained, every_record, until

# The recogniser without models: a worker is killed and started again in a second, not in five.
QUICK = {"ENRICH__RECOGNISER": "gazetteer"}
OUTPUT_OF = {
    "intake": TopicName.DECODED,
    "desk": TopicName.DESK,
    "enrich": TopicName.ENRICHED,
}
_READ = (
    TopicName.RAW,
    TopicName.RAW_URGENT,
    TopicName.DECODED,
    TopicName.ITEMS,
    TopicName.EVENTS,
    TopicName.ENRICHED,
)


def cells_of(
    fault: str, sent: int, verdicts: Sequence[Verdict], recoveries: Sequence[float] = ()
) -> dict[str, Any]:
    """A line of the ledger's table; of several recoveries the longest, in seconds."""
    findings: Counter[str] = Counter()
    for one in verdicts:
        findings.update({name: len(found) for name, found in one.findings().items()})
    return {
        "fault": fault,
        "sent": sent,
        **findings,
        "resends": sum(sum(one.resends.values()) for one in verdicts),
        "recovery_s": round(max(recoveries), 1) if recoveries else None,
    }


@dataclass
class Scenario:
    """Workers, their feed, and what they are held against.

    Attributes:
        row: given a finished row, writes it down; the fixture ``ledger_row``.
        recoveries: seconds from the end of each fault to the first work after it.
        statuses: of workers that ended by themselves and were started again.
        verdicts: of the desk's items, and of enrichment's, once ``judged``.
    """

    fault: str
    log: TopicLog
    bootstrap: str
    prefix: str
    folder: Path
    stages: tuple[str, ...]
    row: Callable[[dict[str, Any]], None]
    workers: list[Worker] = field(default_factory=list)
    recoveries: list[float] = field(default_factory=list)
    feed: Callable[[str], Iterable[RawMessage]] = lambda chapter: messages(8, prefix=chapter)
    verdicts: list[Verdict] = field(default_factory=list)
    outputs: Outputs | None = None
    statuses: list[int] = field(default_factory=list)
    ledger: Ledger = field(init=False)
    _stop: asyncio.Event = field(default_factory=asyncio.Event)
    _feeding: asyncio.Task[int] | None = None
    _chapters: int = 0

    def __post_init__(self) -> None:
        self.ledger = Ledger(self.folder / "ledger.jsonl")

    def worker(self, stage: str, *, name: str | None = None, **options: Any) -> Worker:
        """A worker of one stage in a folder of its own."""
        folder = self.folder / (name or f"{stage}-{len(self.workers)}")
        folder.mkdir()
        settings = {**QUICK, **options.pop("settings", {})}
        worker = Worker(self.bootstrap, self.prefix, folder, [stage], settings=settings, **options)
        self.workers.append(worker)
        return worker

    def of(self, stage: str) -> Worker:
        """The first worker of a stage."""
        return next(worker for worker in self.workers if worker.stage == stage)

    def start_feeding(self, *, batch: int = 2, pause_s: float = 0.1) -> None:
        """Send messages until the end; each is in the ledger once it is acknowledged."""
        self._feeding = asyncio.create_task(self._feed(batch, pause_s))

    async def _feed(self, batch: int, pause_s: float) -> int:
        sent = 0
        while not self._stop.is_set():
            self._chapters += 1
            waiting = list(self.feed(f"c{self._chapters}"))
            while waiting and not self._stop.is_set():
                now, waiting = waiting[:batch], waiting[batch:]
                await self.send(now)
                sent += len(now)
                await asyncio.sleep(pause_s)
        return sent

    async def pause_feeding(self) -> None:
        """Stop the feed, and wait for what is being sent."""
        if self._feeding is not None:
            self._stop.set()
            await self._feeding
            self._stop.clear()

    async def send(self, messages: list[RawMessage]) -> None:
        """Send some messages, and write them down."""
        topic = self.prefix + TopicName.RAW
        placed = await self.log.append([raw_record(raw, topic) for raw in messages])
        self.ledger.write(messages, placed)

    async def written(self, stage: str) -> int:
        """Records a stage has written."""
        return await count(self.log, self.prefix + OUTPUT_OF[stage])

    async def moves(self, *stages: str, timeout_s: float = 60, records: int = 2) -> float:
        """Wait until stages write more than they have; answers after how many seconds they did.

        The desk's mark of a new epoch is not yet work.
        """
        began = time.monotonic()

        async def moves(stage: str) -> None:
            before = await self.written(stage)

            async def has_moved() -> bool:
                return await self.written(stage) >= before + records

            await until(has_moved, timeout_s, f"{stage} at work", self.of(stage))

        await asyncio.gather(*(moves(stage) for stage in stages or self.stages))
        return time.monotonic() - began

    async def recovers(self, *stages: str, timeout_s: float = 60) -> float:
        """``moves``, written down as a recovery."""
        self.recoveries.append(await self.moves(*stages, timeout_s=timeout_s))
        return self.recoveries[-1]

    async def started(self, worker: Worker, timeout_s: float = 60) -> None:
        """Wait until a worker, as often as it was started, is at work."""

        async def has_started() -> bool:
            return worker.said("stage_started") >= worker.starts

        await until(has_started, timeout_s, f"the start of {worker.stage}", worker)

    async def ended(self, worker: Worker, timeout_s: float = 60) -> int:
        """Wait until a worker has ended by itself; answers its status."""

        async def has_ended() -> bool:
            return worker.process.poll() is not None

        await until(has_ended, timeout_s, f"the end of {worker.stage}", worker)
        return int(worker.process.returncode)

    def supervise(self) -> asyncio.Task[None]:
        """Start again whichever worker ends by itself, as its supervisor would; until cancelled."""

        async def supervise() -> None:
            while True:
                for worker in self.workers:
                    if worker.process.poll() is not None:
                        self.statuses.append(worker.process.returncode)
                        worker.start_again()
                await asyncio.sleep(0.5)

        return asyncio.create_task(supervise())

    async def finish(self, timeout_s: float = 90) -> None:
        """Stop feeding, and wait until every stage has done everything."""
        await self.pause_feeding()
        await drained(self.log, self.prefix, timeout_s, enrich="enrich" in self.stages)

    async def judged(self, watch: CommitWatch) -> None:
        """Read every output back and compare it with the ledger."""
        self.outputs = outputs = Outputs(
            {name: await every_record(self.log, self.prefix + name) for name in _READ}
        )
        sent, enrich = self.ledger.read(), "enrich" in self.stages
        verdict = judge(sent, outputs[TopicName.EVENTS], outputs[TopicName.ITEMS])
        verdict.unaccounted = [
            *unconserved(outputs, enrich=enrich),
            *watch.early(outputs),
        ]
        self.verdicts = [verdict]
        if enrich:
            events = outputs[TopicName.EVENTS]
            self.verdicts.append(judge(sent, events, outputs[TopicName.ENRICHED], "enriched"))
        self.row(cells_of(self.fault, len(sent), self.verdicts, self.recoveries))
        for one in self.verdicts:
            for name, found in one.findings().items():
                assert found == [], f"{name}: {self.fault}"
        assert watch.seen, "no commit was ever seen"
        if enrich:
            assert self.verdicts[1].final == verdict.final, "lost: the last versions, enriched"


class ScenarioOf(Protocol):
    """``scenario`` for one test: the broker that tests share unless another is given."""

    def __call__(
        self, fault: str, broker: Any = None, **options: Any
    ) -> AbstractAsyncContextManager[Scenario]:
        """See ``scenario``; ``broker`` has a ``bootstrap``."""


@asynccontextmanager
async def scenario(
    fault: str,
    bootstrap: str,
    prefix: str,
    folder: Path,
    *,
    row: Callable[[dict[str, Any]], None],
    stages: tuple[str, ...] = ("intake", "desk", "enrich"),
    feeding: bool = True,
    partitions: int = 3,
    replication: int = 1,
) -> AsyncIterator[Scenario]:
    """Run a scenario: at the end everything is worked off, the workers stopped, and judged.

    Args:
        fault: as it is named in the table.
        bootstrap: of the broker.
        prefix: of topics and groups.
        folder: for everything on disk.
        row: writes a row down.
        stages: those whose outputs are waited for and judged.
        feeding: start the usual feed at once.
        partitions: of topics that have several.
        replication: of the topics.
    """
    async with open_log(f"kafka://{bootstrap}", replication_factor=replication) as log:
        await create_topics(log, prefix, partitions=partitions)
        run = Scenario(fault, log, bootstrap, prefix, folder, stages, row)
        watch = CommitWatch(log, prefix, stages)
        looking = asyncio.create_task(watch.look_on())
        if feeding:
            run.start_feeding()
        try:
            yield run
            await run.finish()
            # A commit that came too early may be the last.
            await asyncio.sleep(0.2)
        finally:
            run._stop.set()
            looking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await looking
            for worker in run.workers:
                await asyncio.to_thread(worker.end)
        await run.judged(watch)
