"""Recovery of the desk measured: a long journal written to a real log, and a desk rebuilt from it.

It must not leave a file behind; of what it writes to Kafka the topics stay, under a prefix of
their own.
"""

from __future__ import annotations

import asyncio
import hashlib
import multiprocessing
import tempfile
import time
import uuid
from base64 import b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

from schemas.item import AltId
from schemas.journal import JournalRecord
from schemas.topics import CATALOGUE, TopicName
from streams.bench.corpus import Copywriter
from streams.bench.measure import Figure, resident_bytes
from streams.desk import Desk, DeskConfig, sign
from streams.desk.fingerprint import pack, unpack
from streams.desk.identity import order_key
from streams.embedded.desk import EmbeddedDesk
from streams.errors import WireroomError
from streams.log import SqliteStore, open_log
from streams.log.base import NewRecord
from streams.log.outgoing import journal_outgoing, state_outgoing
from streams.pipeline import PipelineConfig
from streams.worker.recovery import Standby

# Decided for the purpose; the rest are these again, under other keys and with other hashes, which
# a rebuild cannot tell from decisions and which take 60 us instead of a millisecond.
_DECIDED = 5_000
_WRITTEN_AT_ONCE = 2_000
# Decided while a standby looked on, and what the desk before it wrote last.
_LEFT = 1_000


@dataclass(frozen=True, slots=True)
class _Written:
    """What the journal and the state of so many items take, in bytes."""

    journal: int
    state: int


@dataclass(frozen=True, slots=True)
class _Recovered:
    """A desk rebuilt: in how long, with how much work, in how much memory."""

    wall_s: float
    cpu_s: float
    memory: int
    taken_over_s: float | None = None


def recovery(items: int, broker: str) -> list[Figure]:
    """How long a desk takes to remember what desks decided, from the log, and in what memory.

    On Kafka also how long a desk standing by takes, which has read all but the last.

    Args:
        items: decided items, all of them hot.
        broker: kafka:// address; anything else measures the embedded log, on a temporary file.

    Raises:
        TransportError: the broker cannot be reached.
        WireroomError: what should be restored could not be written.
    """
    with tempfile.TemporaryDirectory() as folder:
        on_kafka = broker.startswith("kafka://")
        where = broker if on_kafka else f"sqlite:///{folder}/bench.db"
        prefix = f"bench.{uuid.uuid4().hex[:8]}." if on_kafka else "wire."
        written = _written(where, prefix, items)
        if on_kafka:
            found = asyncio.run(_on_kafka(where, prefix))
        else:
            found = _on_sqlite(Path(folder) / "bench.db", prefix)
    figures = [
        Figure(
            f"cold recovery of {items:,} items, {'Kafka' if on_kafka else 'SQLite'}",
            found.wall_s, "s", 90, 45, larger_is_better=False,
            note=f"{items / found.wall_s:,.0f}/s, {found.cpu_s:.1f} s of CPU",
        ),
        Figure(
            "resident memory of the recovered desk, per item", found.memory / items / 1024, "KB",
            note=f"{found.memory / 2**20:,.0f} MB in all, the desk's counters among them",
        ),
        Figure("journal record", written.journal / items, "bytes"),
        Figure("state record", written.state / items, "bytes"),
    ]  # fmt: skip
    if found.taken_over_s is not None:
        figures.append(
            Figure(
                f"take-over by a standby, {_LEFT:,} records to read",
                found.taken_over_s, "s", 10, 2, larger_is_better=False,
                note="from assignment to ready; the session time-out comes before",
            )
        )  # fmt: skip
    return figures


def _on_sqlite(path: Path, prefix: str) -> _Recovered:
    store = SqliteStore(path)
    empty = resident_bytes()
    wall, cpu = time.perf_counter(), time.process_time()
    desk = EmbeddedDesk(store, PipelineConfig(), prefix)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    memory = resident_bytes() - empty
    del desk
    store.close()
    return _Recovered(wall, cpu, memory)


async def _on_kafka(broker: str, prefix: str) -> _Recovered:
    async with open_log(broker) as log:
        empty = resident_bytes()
        wall, cpu = time.perf_counter(), time.process_time()
        standby = Standby(log, prefix, DeskConfig())
        await standby.catch_up()
        first, _ = await standby.take_over(lambda: True)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        memory = resident_bytes() - empty
        del first
        warm = Standby(log, prefix, DeskConfig())
        await warm.catch_up()
        following = asyncio.create_task(warm.follow())
        await asyncio.sleep(1)
        # Stopped first and read later: all that is written meanwhile is left to read.
        warm.stop_following()
        await following
        end = (await log.end_offsets(prefix + TopicName.DESK))[0]
        records = _records(prefix, _decided_anew(end, _LEFT))
        await log.append([record for pair in records for record in pair])
        before = time.perf_counter()
        await warm.take_over(lambda: True)
        return _Recovered(wall, cpu, memory, time.perf_counter() - before)


def _written(where: str, prefix: str, items: int) -> _Written:
    """Write what so many decisions leave, from another process: its memory is not ours."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    writer = context.Process(target=_write, args=(where, prefix, items, theirs))
    writer.start()
    theirs.close()
    try:
        written: _Written = ours.recv()
    except EOFError:
        raise WireroomError("the journal to recover from could not be written") from None
    finally:
        writer.join()
    return written


def _write(where: str, prefix: str, items: int, answer: Connection) -> None:
    async def write() -> _Written:
        journal = state = 0
        async with open_log(where) as log:
            await log.create_topics(list(CATALOGUE.values()), prefix=prefix)
            records = _records(prefix, _decisions(items))
            while batch := list(islice(records, _WRITTEN_AT_ONCE)):
                journal += sum(len(decided.value or b"") for decided, _ in batch)
                state += sum(len(said.value or b"") for _, said in batch)
                await log.append([record for pair in batch for record in pair])
        return _Written(journal, state)

    answer.send(asyncio.run(write()))


def _records(
    prefix: str, decisions: Iterable[JournalRecord]
) -> Iterator[tuple[NewRecord, NewRecord]]:
    for decided in decisions:
        (state,) = decided.states
        yield journal_outgoing(decided).record(prefix), state_outgoing(state).record(prefix)


def _decisions(items: int) -> Iterator[JournalRecord]:
    """The journal of so many items, none like another."""
    writer, desk = Copywriter(), Desk()
    for number in range(min(items, _DECIDED)):
        item = writer.item(number)
        desk.decide(item, fingerprint=sign(item), transport=f"decoded/0/{number}/0")
    decided = desk.drain().journal
    yield from decided
    for number in range(len(decided), items):
        yield _moved(decided[number % len(decided)], number)


def _decided_anew(end: int, count: int) -> Iterator[JournalRecord]:
    """What a desk of the epoch that ``_on_kafka`` has begun decides next."""
    writer, desk = Copywriter(), Desk()
    item = writer.item(0)
    desk.decide(item, fingerprint=sign(item), transport="decoded/0/0/0")
    (decided,) = desk.drain().journal
    for number in range(end, end + count):
        yield _moved(decided, number, epoch=1)


def _moved(record: JournalRecord, number: int, *, epoch: int = 0) -> JournalRecord:
    """A decision as of another item, so much later: other keys, and every hash moved."""
    entry, (state,), name = record.indexed, record.states, record.named
    assert entry is not None  # noqa: S101  (every item here is new)
    assert record.now is not None  # noqa: S101
    later = timedelta(milliseconds=100 * (number + 1 - record.seq))
    key = f"{state.item_key.rpartition('-')[0]}-{number:08d}"
    at = record.now + later
    order = order_key(at, "1")
    item_id = f"{key}@{order}"
    digest = hashlib.blake2b(key.encode(), digest_size=32).hexdigest()
    signed = entry.fingerprint
    move = np.uint32(number * 2_654_435_761 % 2**32)
    # Phrases are the smallest hashes, ascending: moved by little, they stay that.
    nudge = np.uint32(number % 2**20)
    fingerprint = signed.model_copy(
        update={
            "exact": digest[:32],
            "sentences": pack(unpack(signed.sentences) ^ move),
            "bands": pack(unpack(signed.bands) ^ move),
            "shingles": pack(unpack(signed.shingles) + nudge),
        }
    )
    names = digest[32:48]
    return record.model_copy(
        update={
            "seq": number + 1,
            "epoch": epoch,
            "now": at,
            "transport": digest[48:],
            "item_id": item_id,
            "states": (
                state.model_copy(
                    update={
                        "item_key": key, "seq": number + 1, "epoch": epoch, "order_key": order,
                        "item_id": item_id, "published": item_id, "story_key": key,
                        "content_hash": digest[16:48], "digest": digest[:16],
                        "headline": digest[8:24],
                        "alt_ids": (AltId(scheme="usn", value=f"bench-{number:09d}"),),
                    }
                ),
            ),
            "indexed": entry.model_copy(
                update={
                    "item_key": key, "item_id": item_id, "version_created": at,
                    "fingerprint": fingerprint,
                }
            ),
            "named": name and name.model_copy(
                update={"names": b64encode(bytes.fromhex(names)).decode()}
            ),
        }
    )  # fmt: skip
