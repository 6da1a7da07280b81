"""Reading ahead of the desk and enriching behind it, in other processes, with bounded queues.

Answers are taken in the order of what they answer, however they came: what is written does not
depend on how many processes there are. It must not hold stage logic.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass

from schemas.codec import decode
from schemas.event import WireEvent
from schemas.item import Item
from schemas.topics import TopicName
from streams.embedded.enrich import log_rejected
from streams.embedded.pool import EnrichTask, StagePool, Taken
from streams.embedded.reading import next_offsets
from streams.log import SqliteStore
from streams.log.base import Record
from streams.log.headers import EVENT_ID, header_text
from streams.log.outgoing import Outgoing
from streams.pipeline import with_items
from streams.pipeline.kb import read_records

__all__ = ["Beside", "EnrichBehind", "IntakeAhead", "RawBatch", "tasks_of"]

# Messages a task of intake, and the bytes it takes at the most unless the first alone is larger.
# CPU time a dispatch of 3.3 kB, three rounds in turn: by 16 the process that decides took .75 ms
# and those beside it 1.43, by 32 .71 and 1.36, by 64 .66 and 1.72.
_TASK_MESSAGES = 32
_TASK_BYTES = 128 * 1024
# Items a task of enrichment: tens of milliseconds each, so that the last tasks of an archive are
# shared by all processes.
_CHUNK = 16
# Batches of raw records read ahead of the desk: one at work and one waiting.
_BATCHES_AHEAD = 2
# Tasks a process may have waiting, so that none stands still while answers are written.
_TASKS_A_PROCESS = 3
# Items the desk may be ahead of enrichment.
_MOST_BEHIND = 512


@dataclass(frozen=True, slots=True)
class RawBatch:
    """Raw records of one lane read, and where reading goes on."""

    topic: str
    group: str
    records: list[Record]
    next_offsets: dict[int, int]
    is_urgent: bool = False


_Read = Callable[[Mapping[str, dict[int, int]]], RawBatch | None]


def tasks_of(records: Sequence[Record]) -> Iterator[list[Record]]:
    """The records in order, cut by what they weigh."""
    task: list[Record] = []
    room = _TASK_BYTES
    for record in records:
        size = len(record.value or b"")
        if task and (size > room or len(task) >= _TASK_MESSAGES):
            yield task
            task, room = [], _TASK_BYTES
        task.append(record)
        room -= size
    if task:
        yield task


class IntakeAhead:
    """Raw records as the desk will want them, on their way through intake."""

    def __init__(self, pool: StagePool, read: _Read) -> None:
        """Begin where the group stands.

        Args:
            pool: does the work.
            read: the next batch after what was read, by topic; None where there is none now.
        """
        self._pool = pool
        self._read = read
        self._offsets: dict[str, dict[int, int]] = {}
        self._queue: deque[tuple[RawBatch, list[Future[list[Taken]]]]] = deque()

    def next(self) -> tuple[RawBatch, list[Taken]] | None:
        """The next batch with what became of each record; None where nothing is left."""
        while len(self._queue) <= _BATCHES_AHEAD and (batch := self._read(self._offsets)):
            self._offsets[batch.topic] = batch.next_offsets
            self._put(batch, [self._pool.take_in(task) for task in tasks_of(batch.records)])
        if not self._queue:
            return None
        batch, answers = self._queue.popleft()
        return batch, [taken for answer in answers for taken in answer.result()]

    def _put(self, batch: RawBatch, answers: list[Future[list[Taken]]]) -> None:
        """Take a batch into the queue: urgent ones before the others, each lane in its order."""
        place = len(self._queue)
        if batch.is_urgent:
            place = sum(waiting.is_urgent for waiting, _ in self._queue)
        self._queue.insert(place, (batch, answers))


class EnrichBehind:
    """Carries items from ``wire.items`` to ``wire.enriched`` while the desk goes on."""

    def __init__(self, store: SqliteStore, pool: StagePool, prefix: str) -> None:
        self._store = store
        self._pool = pool
        self._prefix = prefix
        self._topic = prefix + TopicName.ITEMS
        self._kb_topic = prefix + TopicName.KB
        self._kb_offsets = store.begin_offsets(self._kb_topic)
        self._group = f"{prefix}wireroom-enrich"
        self._offsets = next_offsets(store, self._group, self._topic)
        self._queue: deque[tuple[list[Record], dict[int, int], Future[list[Outgoing]]]] = deque()

    @property
    def written(self) -> dict[int, int]:
        """Up to where items are on ``wire.enriched``, of every partition."""
        return next_offsets(self._store, self._group, self._topic)

    def advance(self) -> list[tuple[Record, Outgoing]]:
        """Hand out work, and write what has come back; waits only where the desk is far ahead."""
        done = self._go()
        while self._lag() > _MOST_BEHIND and self._queue:
            self._queue[0][2].result()
            done += self._go()
        return done

    def wait(self) -> list[tuple[Record, Outgoing]]:
        """The same, waiting for at least one answer; empty where nothing is left."""
        done = self._go()
        while not done and self._queue:
            self._queue[0][2].result()
            done += self._go()
        return done

    def _lag(self) -> int:
        ends = self._store.end_offsets(self._topic)
        return sum(ends.values()) - sum(self._offsets.values())

    def _go(self) -> list[tuple[Record, Outgoing]]:
        self._hand_out()
        done: list[tuple[Record, Outgoing]] = []
        offsets: dict[int, int] | None = None
        while self._queue and self._queue[0][2].done():
            records, offsets, answers = self._queue.popleft()
            done += zip(records, answers.result(), strict=True)
        if offsets is not None:
            with self._store.transaction():
                self._store.append([answer.record(self._prefix) for _, answer in done])
                self._store.commit(self._group, self._topic, offsets)
            self._hand_out()
        return done

    def _hand_out(self) -> None:
        while len(self._queue) < _TASKS_A_PROCESS * self._pool.size:
            batch = self._store.read(self._topic, self._offsets, max_records=_CHUNK)
            if not batch.records:
                return
            self._offsets = batch.next_offsets
            mark = self._store.end_offsets(self._kb_topic)
            self._log_rejected(mark)
            tasks = [
                EnrichTask(Outgoing(TopicName.ITEMS, one.key, one.value, one.headers), mark)
                for one in batch.records
            ]
            answers = self._pool.enrich(tasks)
            self._queue.append((batch.records, batch.next_offsets, answers))

    def _log_rejected(self, mark: dict[int, int]) -> None:
        """Say here, once, what every process of the pool passes over in the knowledge base."""
        while self._kb_offsets != mark:
            batch = self._store.read(self._kb_topic, self._kb_offsets, stop=mark)
            self._kb_offsets = batch.next_offsets
            log_rejected(read_records(batch.records)[1])


class Beside:
    """The pool, what is ahead of the desk and behind it, and the events that wait for their items.

    Events are told in decided order, each batch once its items are on ``wire.enriched``.
    """

    def __init__(self, store: SqliteStore, pool: StagePool, prefix: str, read: _Read) -> None:
        self._store = store
        self._topic = prefix + TopicName.ITEMS
        self.pool = pool
        self.ahead = IntakeAhead(pool, read)
        self.behind = EnrichBehind(store, pool, prefix)
        self._untold: deque[tuple[list[WireEvent], dict[int, int]]] = deque()
        self._items: dict[str, Item] = {}

    def follow(self, events: list[WireEvent]) -> list[WireEvent]:
        """Take events whose items are to be enriched; answers those that can be told by now."""
        self._untold.append((events, self._store.end_offsets(self._topic)))
        return self._told(self.behind.advance())

    def wait(self) -> list[WireEvent] | None:
        """Wait for some items, and the events that can be told then; None where none are left."""
        done = self.behind.wait()
        return self._told(done) if done or self._untold else None

    def advance(self) -> None:
        """Enrich on, where nobody waits for events."""
        self.behind.advance()

    def _told(self, done: list[tuple[Record, Outgoing]]) -> list[WireEvent]:
        self._items.update(_enriched_items(done))
        written = self.behind.written
        told: list[WireEvent] = []
        while self._untold and all(
            written[partition] >= end for partition, end in self._untold[0][1].items()
        ):
            events, _ = self._untold.popleft()
            told += with_items(events, self._items)
            for event in events:
                self._items.pop(event.id, None)
        return told


def _enriched_items(done: list[tuple[Record, Outgoing]]) -> dict[str, Item]:
    """The enriched items by id of the event that published them; without those merely copied."""
    return {
        event_id: decode(Item, answer.value)
        for record, answer in done
        if (event_id := header_text(record, EVENT_ID)) is not None
        and answer.value is not None
        and answer.value != record.value
    }
