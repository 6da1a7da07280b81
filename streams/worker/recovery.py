"""The desk's memory on Kafka: rebuilt from its own topics, and kept close behind a desk at work.

It must not decide anything, and must not be called from the assignment callback: there, reading
for longer than the session time-out would expel the member.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from schemas.codec import SchemaError, decode
from schemas.journal import JournalRecord
from schemas.topics import TopicName
from streams.desk import DeskConfig
from streams.desk.journal import Mark, RewoundError
from streams.log.base import Record, TopicLog
from streams.pipeline import DeskStage
from streams.pipeline.restoring import RESTORED_FROM, DeskRebuild, uncollected


class AbandonedError(Exception):
    """The partition was reassigned while its desk was being rebuilt."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a rebuild has come, told with every batch.

    Attributes:
        topic: the one being read.
        records: read of it so far.
        remaining: records between there and its end as last seen.
    """

    topic: TopicName
    records: int
    remaining: int


class Standby:
    """A desk's memory without a desk's rights: it reads what the desk at work writes.

    Cold or warm, taking over is the same: what is left of the topics is read, and a new epoch
    begins. It is one reader at a time: stop ``follow`` before anything else is called.
    """

    def __init__(
        self,
        log: TopicLog,
        prefix: str,
        config: DeskConfig,
        *,
        report: Callable[[Progress], None] = lambda _: None,
    ) -> None:
        """Prepare an empty memory.

        Args:
            log: read without a group; must stay open.
            prefix: of the topics.
            config: of the desk.
            report: is told the progress.
        """
        self._log = log
        self._prefix = prefix
        self._config = config
        self._report = report
        self._rebuild: DeskRebuild | None = None
        self._marks: tuple[Mark, ...] | None = None
        # By topic, where to read on, and how many records were read.
        self._next: dict[TopicName, int] = {}
        self._read_so_far: dict[TopicName, int] = {}
        self._next_text: Mapping[int, int] = {}
        self._applying = asyncio.Lock()
        self._following = True

    async def catch_up(self, is_current: Callable[[], bool] = lambda: True) -> None:
        """Read up to the present end of each topic, from where reading stopped before.

        Args:
            is_current: whether the assignment this is for still stands.

        Raises:
            AbandonedError: it no longer does; what was read is kept.
            TransportError: the broker cannot be reached.
            CorruptionError: what is read cannot be a desk's.
        """
        while True:
            try:
                rebuild = self._rebuild or await self._begin()
                with uncollected():
                    for topic in RESTORED_FROM:
                        await self._read(rebuild, topic, is_current)
            except RewoundError as rewound:
                self._begin_anew(rewound)
            else:
                return

    async def follow(self) -> None:
        """Catch up, and go on for as long as the desk at work writes, until ``stop_following``.

        Raises:
            TransportError: the broker cannot be reached.
            CorruptionError: what is read cannot be a desk's.
        """
        self._following = True
        while self._following:
            try:
                await self.catch_up(lambda: self._following)
                rebuild = self._rebuild
                assert rebuild is not None  # noqa: S101  (catch_up has made it)
                async with asyncio.TaskGroup() as tasks:
                    for topic in (TopicName.DESK, TopicName.HELD):
                        tasks.create_task(self._tail(rebuild, topic))
            except AbandonedError:
                return
            except ExceptionGroup as group:
                rewound = next((e for e in group.exceptions if isinstance(e, RewoundError)), None)
                if rewound is None:
                    raise group.exceptions[0] from None
                self._begin_anew(rewound)

    def stop_following(self) -> None:
        """Make ``follow`` return, within half a second."""
        self._following = False

    async def lag(self) -> int:
        """Records of the journal that have not been read."""
        end = await self._log.end_offsets(self._prefix + TopicName.DESK)
        return max(0, end[0] - self._next.get(TopicName.DESK, 0))

    async def take_over(self, is_current: Callable[[], bool]) -> tuple[DeskStage, tuple[str, ...]]:
        """A desk that goes on where the last one stopped, under an epoch of its own.

        The epoch is marked in the journal: what an earlier desk, if it still runs, writes after the
        end read here is known to be stale, and what it wrote of is decided again under the same
        ids. The next call of anything here begins with an empty memory.

        Args:
            is_current: whether the assignment this is for still stands.

        Returns:
            The desk, and the keys of held items that are nowhere to be found.

        Raises:
            AbandonedError: the assignment no longer stands.
            TransportError: the broker cannot be reached.
            CorruptionError: what is read cannot be a desk's.
        """
        await self.catch_up(is_current)
        rebuild, self._rebuild = self._rebuild, None
        assert rebuild is not None  # noqa: S101  (catch_up has made it)
        desk, lost = await asyncio.to_thread(rebuild.desk)
        stage = DeskStage(desk)
        if not is_current():
            raise AbandonedError
        await self._log.append([mark.record(self._prefix) for mark in stage.begin()])
        return stage, lost

    async def is_last(self, stage: DeskStage) -> bool:
        """Whether the journal ends with what this desk wrote last."""
        topic = self._prefix + TopicName.DESK
        last = await self._one(topic, (await self._log.end_offsets(topic))[0] - 1)
        try:
            record = decode(JournalRecord, last.value or b"") if last is not None else None
        except SchemaError:
            return False
        desk = stage.desk
        return record is not None and (record.epoch, record.seq) == (desk.epoch, desk.seq)

    def _begin_anew(self, rewound: RewoundError) -> None:
        self._rebuild = None
        self._marks = rewound.marks

    async def _begin(self) -> DeskRebuild:
        journal, state = (self._prefix + name for name in (TopicName.DESK, TopicName.STATE))
        begin, end = await self._log.begin_offsets(journal), await self._log.end_offsets(journal)
        first, last = None, None
        if begin[0] < end[0]:
            first, last = await self._one(journal, begin[0]), await self._one(journal, end[0] - 1)
        rebuild = DeskRebuild(self._config, first, last, self._marks)
        states, said = await self._log.begin_offsets(state), await self._log.end_offsets(state)
        self._next = dict.fromkeys(RESTORED_FROM, 0)
        self._next[TopicName.STATE] = rebuild.state_start(states[0], said[0])
        self._next[TopicName.DESK] = begin[0]
        self._read_so_far = dict.fromkeys(RESTORED_FROM, 0)
        self._next_text = {}
        self._rebuild = rebuild
        return rebuild

    async def _one(self, topic: str, offset: int) -> Record | None:
        """The record at an offset, if it is there."""
        found: Record | None = None
        if offset >= 0:
            async for batch in self._log.read(topic, {0: offset}, stop={0: offset + 1}):
                found = batch[0] if batch else found
        return found

    async def _read(
        self, rebuild: DeskRebuild, topic: TopicName, is_current: Callable[[], bool]
    ) -> None:
        """Take every record up to the present end of a topic."""
        if topic is TopicName.STATE and self._read_so_far[TopicName.DESK]:
            return  # from its first record on, the journal says it
        name = self._prefix + topic
        end = await self._log.end_offsets(name)
        if self._next[topic] < end[0]:
            async for batch in self._log.read(name, {0: self._next[topic]}, stop=end):
                if not is_current():
                    raise AbandonedError
                await self._take(rebuild, topic, batch, end[0])
        self._next[topic] = max(self._next[topic], end[0])

    async def _read_texts(self, rebuild: DeskRebuild) -> None:
        """Give it the items there are by now: another method signed them."""
        items = self._prefix + TopicName.ITEMS
        journal = await self._log.end_offsets(self._prefix + TopicName.DESK)
        end = await self._log.end_offsets(items)
        async for batch in self._log.read(items, self._next_text, stop=end):
            await asyncio.to_thread(rebuild.add_texts, batch, 0)
        self._next_text = end
        rebuild.add_texts((), journal[0])

    async def _tail(self, rebuild: DeskRebuild, topic: TopicName) -> None:
        name = self._prefix + topic
        async for batch in self._log.read(name, {0: self._next[topic]}):
            if not self._following:
                return
            await self._take(rebuild, topic, batch, 0)

    async def _take(
        self, rebuild: DeskRebuild, topic: TopicName, batch: list[Record], end: int
    ) -> None:
        if not batch:
            return
        # In a thread: a batch takes tens of milliseconds, a rebuild thousands of them, in which
        # this process must not seem frozen.
        async with self._applying:
            taken = await asyncio.to_thread(rebuild.add, topic, batch)
            while taken < len(batch):
                await self._read_texts(rebuild)
                taken += await asyncio.to_thread(rebuild.add, topic, batch[taken:])
        self._next[topic] = batch[-1].offset + 1
        self._read_so_far[topic] += len(batch)
        remaining = max(0, end - self._next[topic])
        self._report(Progress(topic, self._read_so_far[topic], remaining))
