"""What the worker costs besides its stages: from raw to items, part by part, on a real broker.

Records wait on the topic before a process is started; its CPU time is read while it works them
off. It must not touch topics that are not its own.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from schemas.topics import CATALOGUE, TopicName
from streams.bench.corpus import Copywriter
from streams.bench.measure import Figure, cpu_seconds
from streams.bench.processes import Process, broker_or_own, check_platform, children, cores, usage
from streams.bench.worker_parts import Part
from streams.desk import Desk, DeskConfig
from streams.errors import TransportError
from streams.log import open_log
from streams.log.base import NewRecord, Record, TopicLog
from streams.log.headers import raw_record
from streams.pipeline import DecodedEntry, DeskStage, IntakeStage, PipelineConfig
from streams.worker.config import Stage

_DISTINCT = 500
_APPENDED_AT_ONCE = 500
# Records apart from the others at both ends: a process that begins, and one that has no more.
_EDGE = 0.15
_LONGEST_S = 300.0
_LOOK_S = 0.05
_APPENDED = datetime(2026, 3, 2, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Spent:
    """What a process spent on each record of the middle of its run, in seconds.

    Attributes:
        own: CPU time of the process itself.
        pool: of the processes of its pools.
        wall: by the clock.
    """

    own: float
    pool: float
    wall: float


def overhead(broker: str, messages: int) -> list[Figure]:
    """CPU time of each part from raw to items, and how many messages a process passes on.

    Args:
        broker: kafka:// address; anything else starts a broker for the purpose.
        messages: waiting for each process; a quarter of it where the stages do their work.

    Raises:
        ConfigError: this is not Linux, or there is no broker to be had.
        TransportError: a process ended, or did not get through in time.
    """
    check_platform()
    with (
        broker_or_own(broker, on=cores()[0]) as address,
        tempfile.TemporaryDirectory() as folder,
    ):
        return asyncio.run(_overhead(address, messages, Path(folder)))


async def _overhead(broker: str, messages: int, folder: Path) -> list[Figure]:
    few, many = _raw_records(_DISTINCT), _raw_records(max(messages // 4, _DISTINCT))
    spent: dict[Part, Spent] = {}
    async with open_log(broker) as log:
        for part in Part:
            prefix = f"bench.{uuid.uuid4().hex[:8]}."
            await log.create_topics(list(CATALOGUE.values()), prefix=prefix)
            # Of copies the desk would make duplicates, which are less work than items.
            count = len(many) if part is Part.FULL else messages
            await _fill(log, prefix, many if part is Part.FULL else few, count)
            command = ["-m", "streams.bench.worker_parts", part]
            run = _Run(log, broker, prefix, folder, TopicName.RAW, Stage.INTAKE)
            spent[part] = await run.spent(command, count)
        # What intake has just written is the desk's to decide.
        run = _Run(log, broker, prefix, folder, TopicName.DECODED, Stage.DESK)
        desk = await run.spent(["-m", "streams", "worker", "--stage", "desk"], count)
    return [*_no_op_figures(spent), *_parts(spent, desk, _bare(few))]


def _raw_records(count: int) -> list[NewRecord]:
    """Dispatches as they lie on the raw topic, which is left to be named."""
    writer = Copywriter()
    return [raw_record(writer.scraped(number), "") for number in range(count)]


async def _fill(log: TopicLog, prefix: str, bodies: Sequence[NewRecord], count: int) -> None:
    """Append so many messages, all of different positions, over all partitions."""
    topic = prefix + TopicName.RAW
    for first in range(0, count, _APPENDED_AT_ONCE):
        numbers = range(first, min(first + _APPENDED_AT_ONCE, count))
        await log.append(
            [
                replace(
                    bodies[number % len(bodies)],
                    topic=topic,
                    key=b"%d" % (number % 97),
                    value=b"%s\n%d" % (bodies[number % len(bodies)].value or b"", number),
                )
                for number in numbers
            ]
        )


@dataclass(frozen=True, slots=True)
class _Run:
    """A process that works off what is waiting for its stage."""

    log: TopicLog
    broker: str
    prefix: str
    folder: Path
    topic: TopicName
    stage: Stage

    async def spent(self, command: Sequence[str], count: int) -> Spent:
        """Start it, watch it get through, end it."""
        environment = {
            "WIREROOM_BROKER": self.broker,
            "WIREROOM_PREFIX": self.prefix,
            "WIREROOM_SPOOL_DIR": str(self.folder),
            "WIREROOM_WORKER__POOL_SIZE": "1",
            "WIREROOM_WORKER__MAX_AHEAD_RECORDS": "off",
        }
        log = self.folder / "worker.log"
        process = Process(command, log, environment, on=cores()[1])
        try:
            return between(await self._watch(process, count))
        finally:
            await asyncio.to_thread(process.stop)

    async def _watch(self, process: Process, count: int) -> list[tuple[int, Spent]]:
        """What had been spent whenever more had been committed."""
        seen: list[tuple[int, Spent]] = []
        group = f"{self.prefix}wireroom-{self.stage}"
        give_up = time.monotonic() + _LONGEST_S
        while not seen or seen[-1][0] < count:
            if time.monotonic() > give_up:
                raise TransportError(f"{self.stage} did not get through in {_LONGEST_S:.0f} s")
            process.check()
            done = sum((await self.log.committed(group, self.prefix + self.topic)).values())
            if done > (seen[-1][0] if seen else 0):
                seen.append((done, _so_far(process)))
            await asyncio.sleep(_LOOK_S)
        return seen


def _so_far(process: Process) -> Spent:
    own = usage(process.pid)
    pool = [usage(child) for child in children(process.pid)]
    return Spent(
        own=own.cpu_s if own else 0.0,
        pool=sum(one.cpu_s for one in pool if one),
        wall=time.perf_counter(),
    )


def between(seen: Sequence[tuple[int, Spent]]) -> Spent:
    """What each record took between the first and the last moment, the edges apart.

    Args:
        seen: how many records were done, rising, and what had been spent by then.

    Raises:
        TransportError: all were done at once: too few to measure with.
    """
    total = seen[-1][0]
    first = next((one for one in seen if one[0] >= total * _EDGE), seen[-1])
    last = next((one for one in reversed(seen) if one[0] <= total * (1 - _EDGE)), seen[0])
    count = last[0] - first[0]
    if count <= 0:
        raise TransportError("too few messages to measure with: give --messages more")
    return Spent(
        own=(last[1].own - first[1].own) / count,
        pool=(last[1].pool - first[1].pool) / count,
        wall=(last[1].wall - first[1].wall) / count,
    )


@dataclass(frozen=True, slots=True)
class Bare:
    """CPU seconds a message of the stages by themselves, in this process.

    Attributes:
        intake: raw records to decoded records: decode, clean, sign, and the record's JSON.
        desk: decoded records to items, events, journal and state: reading, deciding, writing JSON.
    """

    intake: float
    desk: float


def _bare(raw: Sequence[NewRecord]) -> Bare:
    records = [_as_read(record, number) for number, record in enumerate(raw)]
    intake, desk = IntakeStage(PipelineConfig()), DeskStage(Desk(DeskConfig()))
    intake.ready()
    desk.begin()
    decoded: list[Record] = []

    def take_in() -> None:
        for taken in intake.process_all(records):
            decoded.extend(
                _as_read(one.record(""), number) for number, one in enumerate(taken.outgoing)
            )

    def decide() -> None:
        for first in range(0, len(decoded), 100):
            desk.process([DecodedEntry.of(one) for one in decoded[first : first + 100]])

    return Bare(cpu_seconds(take_in) / len(records), cpu_seconds(decide) / len(records))


def _as_read(record: NewRecord, number: int) -> Record:
    return Record(
        topic=record.topic,
        partition=0,
        offset=number,
        key=record.key,
        value=record.value,
        headers=record.headers,
        appended_at=_APPENDED,
    )


def _no_op_figures(spent: Mapping[Part, Spent]) -> list[Figure]:
    no_op = spent[Part.NO_OP]
    shared = "a core of its own" if len(cores()[0] | cores()[1]) > 1 else "one core with the broker"
    return [
        Figure(
            "intake with a no-op stage, a process, by the clock", 1 / no_op.wall, "/s", 3_000,
            note=f"broker on {shared}; pool process on intake's core",
        ),
        Figure(
            "the same by CPU time of the process", 1 / no_op.own, "/s", 3_000,
            note=f"its pool process {1 / no_op.pool:,.0f}/s" if no_op.pool else "",
        ),
    ]  # fmt: skip


def _parts(spent: Mapping[Part, Spent], desk: Spent, bare: Bare) -> list[Figure]:
    """Microseconds of CPU a message, from raw to items, part by part."""
    drain, wrap, pool, no_op, full = (spent[part] for part in Part)
    carried = pool.own - wrap.own
    whole = full.own + full.pool + desk.own
    times = whole / (bare.intake + bare.desk)
    rows = [
        ("intake: drain, acknowledge and commit (Faust)", drain.own, ""),
        ("intake: events into records", wrap.own - drain.own, ""),
        ("intake: to the pool and back, in order", carried, ""),
        ("intake: in the pool's process, nothing done", pool.pool, ""),
        ("intake: write and await", no_op.own - pool.own, "a record as large as the raw one"),
        ("intake: process, with its work", full.own, "decoded records of three times the size"),
        ("intake: pool's process, with its work", full.pool, ""),
        ("bare stage: decode, clean, sign", bare.intake, "in one process, no topic"),
        ("desk: process, with its work", desk.own, ""),
        ("bare stage: desk", bare.desk, "reading and writing JSON among it"),
        ("raw to items, both stages", whole, f"{times:.2f} x the bare stages"),
    ]
    return [
        Figure(name, seconds * 1e6, "us", larger_is_better=False, note=note)
        for name, seconds, note in rows
    ]
