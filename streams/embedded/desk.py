"""The desk on one SQLite file: restored when it starts, each batch one transaction.

It must not decide anything; ``streams.pipeline.DeskStage`` does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from schemas.topics import TopicName
from streams.desk import Desk
from streams.desk.journal import Mark, RewoundError
from streams.embedded.reading import every_batch, next_offsets
from streams.errors import CorruptionError
from streams.log import SqliteStore
from streams.log.base import NewRecord
from streams.observability.log import get_log
from streams.pipeline import (
    DecodedEntry,
    DeskBatch,
    DeskStage,
    PipelineConfig,
    StageCrashedError,
)
from streams.pipeline.restoring import RESTORED_FROM, DeskRebuild, uncollected


class EmbeddedDesk:
    """A desk whose memory and file agree after every call, or which must be dropped."""

    def __init__(self, store: SqliteStore, config: PipelineConfig, prefix: str) -> None:
        self._store = store
        self._config = config
        self._prefix = prefix
        self._topic = prefix + TopicName.DECODED
        self._group = f"{prefix}wireroom-desk"
        self._poisoned: frozenset[int] = frozenset()
        self._stage = self._restored()

    def _restored(self) -> DeskStage:
        marks: tuple[Mark, ...] | None = None
        while True:
            try:
                with uncollected():
                    return DeskStage(self._rebuilt(marks))
            except RewoundError as rewound:
                marks = rewound.marks

    def _rebuilt(self, marks: Sequence[Mark] | None) -> Desk:
        store, journal = self._store, self._prefix + TopicName.DESK
        last_at = max(0, store.end_offsets(journal)[0] - 1)
        first, last = (
            next((batch[0] for batch in every_batch(store, journal, start)), None)
            for start in (0, last_at)
        )
        rebuild = DeskRebuild(self._config.desk, first, last, marks)
        for name in RESTORED_FROM:
            topic = self._prefix + name
            start = 0
            if name is TopicName.STATE:
                end = store.end_offsets(topic)[0]
                start = rebuild.state_start(store.begin_offsets(topic)[0], end)
            for batch in every_batch(store, topic, start, with_headers=False):
                taken = rebuild.add(name, batch)
                if taken < len(batch):
                    self._add_texts(rebuild)
                    rebuild.add(name, batch[taken:])
        desk, lost = rebuild.desk()
        if lost:
            # Written in one transaction with the journal, so only a purge can have taken them out.
            get_log(stage="desk").warning("holds_lost", count=len(lost), first=lost[0])
        return desk

    def _add_texts(self, rebuild: DeskRebuild) -> None:
        """Another method signed what was decided: here are all the texts."""
        for batch in every_batch(self._store, self._prefix + TopicName.ITEMS):
            rebuild.add_texts(batch, 0)
        rebuild.add_texts((), self._store.end_offsets(self._prefix + TopicName.DESK)[0])

    @property
    def next_offset(self) -> int:
        """The offset the next decoded record will get."""
        return self._store.end_offsets(self._topic)[0]

    def next_due(self, clock: datetime) -> datetime | None:
        """When something next happens by time alone, as ``Desk.next_due`` says it."""
        return self._stage.desk.next_due(clock)

    def backlog(self, max_records: int) -> list[DecodedEntry]:
        """The oldest decoded records the desk has not decided yet."""
        offsets = next_offsets(self._store, self._group, self._topic)
        batch = self._store.read(self._topic, offsets, max_records=max_records)
        return [DecodedEntry.of(record) for record in batch.records]

    def decide(
        self, entries: Sequence[DecodedEntry], write_before: Callable[[], None]
    ) -> DeskBatch:
        """Decide a batch and write all that follows from it, with the desk's offset, at once.

        Args:
            entries: the next decoded records, in order.
            write_before: writes, in the same transaction, what must be there first.
        """
        batch = self._process(entries)
        records: list[NewRecord] = [
            outgoing.record(self._prefix) for rank in batch.ranks for outgoing in rank
        ]
        with self._store.transaction():
            write_before()
            if self.next_offset <= entries[-1].offset:
                raise CorruptionError(f"{self._topic} is shorter than what the desk has decided")
            self._store.append(records)
            self._store.commit(self._group, self._topic, {0: entries[-1].offset + 1})
        return batch

    def _process(self, entries: Sequence[DecodedEntry]) -> DeskBatch:
        while True:
            try:
                return self._stage.process(entries, poisoned=self._poisoned)
            except StageCrashedError as crash:
                # Its memory is in doubt: take the last safe one, and pass the culprit on as dead.
                if crash.offset in self._poisoned:
                    raise
                self._poisoned |= {crash.offset}
                self._stage = self._restored()
