"""The stages over one SQLite file, in one process: no server, and exactly-once.

A batch's outputs, journal, state and offsets are one transaction, so that a run stopped anywhere
goes on as if it had not been. It must not hold stage logic: that is ``streams.pipeline``.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from schemas.decoded import Tick, decode_decoded
from schemas.event import EventKind, WireEvent
from schemas.raw import RawMessage
from schemas.topics import CATALOGUE, Topic, TopicName
from streams.counts import Counts
from streams.embedded.ahead import Beside, RawBatch
from streams.embedded.collecting import rare_collections
from streams.embedded.desk import EmbeddedDesk
from streams.embedded.enrich import EmbeddedEnrichment
from streams.embedded.pool import StagePool
from streams.embedded.reading import next_offsets
from streams.log import SqliteStore
from streams.log.base import NewRecord
from streams.log.headers import TRANSPORT, raw_of, raw_record
from streams.log.outgoing import Outgoing, decoded_outgoing
from streams.log.spool import spooled
from streams.pipeline import (
    DecodedEntry,
    Intake,
    IntakeStage,
    Part,
    PipelineConfig,
    StopAfter,
    before_desk,
    with_items,
)

__all__ = ["EmbeddedRunner", "StopAfter"]

OnEvents = Callable[[Sequence[WireEvent]], None]

# Records a transaction. On 3,000 Reuters wires 50, 100 and 250 cost the same within noise; larger
# batches wait longer and hold more.
BATCH_RECORDS = 250
# A follower looks at the clock this often, for holds that fall due.
_IDLE_S = 0.5
# Retention is counted in days.
_COMPACTION_INTERVAL = timedelta(hours=1)


@dataclass(slots=True)
class _Taken:
    """A batch of raw records on its way into the log as decoded ones."""

    raw: RawBatch
    parts: list[tuple[Part, str]] = field(default_factory=list)
    outgoing: list[Outgoing] = field(default_factory=list)


class EmbeddedRunner:
    """Runs the stages over a store that no other process runs on."""

    def __init__(
        self,
        store: SqliteStore,
        config: PipelineConfig | None = None,
        *,
        prefix: str = "wire.",
        stop_after: StopAfter = StopAfter.ENRICH,
        spool_dir: Path | None = None,
        catalogue: Mapping[TopicName, Topic] = CATALOGUE,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        processes: int = 1,
    ) -> None:
        """Create the topics that are missing and take the store's role of runner.

        Args:
            store: the log; other processes may append to its raw topics meanwhile.
            config: of the stages.
            prefix: of every topic's name.
            stop_after: the last stage to run.
            spool_dir: where bodies over the limit are written whole; by default beside the store.
            catalogue: the topics, with how long each keeps its records.
            clock: tells when a hold has fallen due while serving, and what is past keeping;
                decides nothing else.
            processes: that take in and enrich while this one decides; with 1, all is done in this
                one, in turn. What is written is the same with any number.

        Raises:
            ConfigError: another process runs on this store.
        """
        self._store = store
        self._config = config or PipelineConfig()
        self._prefix = prefix
        self._stop_after = stop_after
        self._spool_dir = spool_dir or store.path.with_name(f"{store.path.name}.spool")
        self._clock = clock
        self._catalogue = catalogue
        self._compacted_at: datetime | None = None
        store.create_topics(list(catalogue.values()), prefix=prefix)
        store.acquire_writer(f"{prefix}runner")
        self._intake = IntakeStage(self._config)
        self._desk: EmbeddedDesk | None = None
        self._enrichment: EmbeddedEnrichment | None = None
        # Before the desk there is nothing to go on beside it.
        self._processes = processes if stop_after >= StopAfter.DESK else 1
        self._beside: Beside | None = None

    def ingest(self, messages: Iterable[RawMessage]) -> int:
        """Append messages to the raw topic, spooling bodies over the limit; answers how many."""
        topic = self._prefix + TopicName.RAW
        limit = self._config.max_body_bytes
        records = (
            spooled(raw_record(message, topic), self._spool_dir, max_body_bytes=limit)
            for message in messages
        )
        count = 0
        while batch := list(islice(records, BATCH_RECORDS)):
            self._store.append(batch)
            count += len(batch)
        return count

    def close(self) -> None:
        """End the processes that work for it, and forget what was decided; nothing is lost.

        The store stays open: ``run`` starts them again, and reads in the file what was decided.
        """
        self._end_beside()
        self._desk = None

    def _end_beside(self) -> None:
        if self._beside is not None:
            self._beside.pool.close()
            self._beside = None

    def run(
        self,
        on_events: OnEvents | None = None,
        *,
        drain: bool = True,
        stop: threading.Event | None = None,
    ) -> Counts:
        """Work until nothing is left to do; answers what became of it.

        Args:
            on_events: takes each batch's events, in decided order, once they are safe in the log;
                with enrichment, items that were published carry it.
            drain: wait for what other processes are enriching; else the next call does.
            stop: come back after the batch in hand once this is set.
        """
        counts = Counts()
        with rare_collections():
            while not (stop is not None and stop.is_set()):
                if not self._step(counts, on_events, drain=drain):
                    break
        return counts

    def serve(self, stop: threading.Event, on_events: OnEvents | None = None) -> Counts:
        """Follow the log until ``stop`` is set, releasing holds as they fall due."""
        counts = Counts()
        with rare_collections():
            while not stop.is_set():
                if not (self._step(counts, on_events) or self._release_due(counts, on_events)):
                    self._compact_if_due()
                    self._store.wait_for_change(_IDLE_S, stop)
        return counts

    def _compact_if_due(self) -> None:
        """Let go, while idle, of what the topics no longer keep."""
        now = self._clock()
        if self._compacted_at is None or now - self._compacted_at >= _COMPACTION_INTERVAL:
            self._store.compact(self._catalogue, self._prefix, now)
            self._compacted_at = now

    def _step(self, counts: Counts, on_events: OnEvents | None, *, drain: bool = True) -> bool:
        """Do the oldest work there is; False when there is none."""
        if self._stop_after >= StopAfter.DESK:
            backlog = self._the_desk().backlog(BATCH_RECORDS)
            if backlog:
                self._decide(backlog, lambda: None, counts, on_events)
                return True
        if self._processes > 1:
            return self._step_beside(counts, on_events, drain=drain)
        if self._stop_after is StopAfter.ENRICH:
            self._the_enrichment().catch_up()
        raw = self._next_raw({})
        if raw is None:
            return False
        taken = _Taken(raw)
        if self._stop_after is StopAfter.DECODE:
            self._only_decode(taken, counts, on_events)
        else:
            self._take_in(taken, counts, on_events)
        return True

    def _step_beside(self, counts: Counts, on_events: OnEvents | None, *, drain: bool) -> bool:
        """The same, with intake ahead of the desk and enrichment behind it, in other processes."""
        beside = self._the_beside()
        try:
            found = beside.ahead.next()
            if found is not None:
                raw, answers = found
                outgoing = [one for answer in answers for one in answer]
                first = self._the_desk().next_offset
                entries = _decoded_entries(outgoing, first)
                taken = _Taken(raw, outgoing=outgoing)
                self._decide(entries, lambda: self._write_taken(taken), counts, on_events)
                return True
            if self._stop_after is not StopAfter.ENRICH or not drain:
                return False
            events = beside.wait()
        except BaseException:
            # What was read ahead may not have been decided: begin where the file stands.
            self._end_beside()
            raise
        _report(events or (), counts, on_events)
        return events is not None

    def _next_raw(self, offsets_read: Mapping[str, dict[int, int]]) -> RawBatch | None:
        """The next batch after what was read of each topic, or after what was committed."""
        # A look at the decoder alone must not use up what intake has yet to read.
        stage = "decode" if self._stop_after is StopAfter.DECODE else "intake"
        group = f"{self._prefix}wireroom-{stage}"
        for name in (TopicName.RAW_URGENT, TopicName.RAW):
            topic = self._prefix + name
            offsets = offsets_read.get(topic) or next_offsets(self._store, group, topic)
            batch = self._store.read(topic, offsets, max_records=BATCH_RECORDS)
            if batch.records:
                limit = self._config.max_body_bytes
                records = [
                    spooled(record, self._spool_dir, max_body_bytes=limit)
                    if self._stop_after is not StopAfter.DECODE
                    else record
                    for record in batch.records
                ]
                is_urgent = name is TopicName.RAW_URGENT
                return RawBatch(topic, group, records, batch.next_offsets, is_urgent)
        return None

    def _take_in(self, taken: _Taken, counts: Counts, on_events: OnEvents | None) -> None:
        for answer in self._intake.process_all(taken.raw.records):
            taken.parts.extend(answer.parts)
            taken.outgoing.extend(answer.outgoing)
        if self._stop_after is StopAfter.CLEAN:
            with self._store.transaction():
                self._write_taken(taken)
            events = [before_desk(part, EventKind.CLEANED) for part, _ in taken.parts]
            counts.receive(len(events))
            _report(events, counts, on_events)
            return
        # The parts are decided as they are, not read back: what is written of them is the same.
        entries = [
            DecodedEntry(offset, transport, part)
            for offset, (part, transport) in enumerate(taken.parts, self._the_desk().next_offset)
        ]
        self._decide(entries, lambda: self._write_taken(taken), counts, on_events)

    def _write_taken(self, taken: _Taken) -> None:
        self._store.append([outgoing.record(self._prefix) for outgoing in taken.outgoing])
        self._store.commit(taken.raw.group, taken.raw.topic, taken.raw.next_offsets)

    def _only_decode(self, taken: _Taken, counts: Counts, on_events: OnEvents | None) -> None:
        intake = Intake(self._config)
        events = [
            before_desk(answer, EventKind.DECODED)
            for record in taken.raw.records
            for answer in intake.decode_only(raw_of(record))
        ]
        self._store.commit(taken.raw.group, taken.raw.topic, taken.raw.next_offsets)
        counts.receive(len(events))
        _report(events, counts, on_events)

    def _release_due(self, counts: Counts, on_events: OnEvents | None) -> bool:
        """Append a tick for what fell due, if anything did, and let the desk decide it.

        A hold that ends, a silence, a gap. The tick says when it fell due, not what time it is: a
        run over old messages on the same log must not find its windows moved to today.
        """
        if self._stop_after < StopAfter.DESK:
            return False
        desk = self._the_desk()
        clock = self._clock()
        due = desk.next_due(clock)
        if due is None or due > clock:
            return False
        tick = Tick(now=due)
        record = decoded_outgoing(tick).record(self._prefix)
        self._decide(
            [DecodedEntry(desk.next_offset, None, tick)],
            lambda: _append(self._store, record),
            counts,
            on_events,
        )
        return True

    def _decide(
        self,
        entries: Sequence[DecodedEntry],
        write_before: Callable[[], None],
        counts: Counts,
        on_events: OnEvents | None,
    ) -> None:
        desk = self._the_desk()
        try:
            batch = desk.decide(entries, write_before)
        except BaseException:
            # Memory may be ahead of the file now: the next call starts from the file.
            self._desk = None
            raise
        counts.receive(sum(not isinstance(entry.record, Tick) for entry in entries))
        counts.skip(batch.skipped)
        events = batch.events
        if self._stop_after is StopAfter.ENRICH:
            events = self._enriched(events, waited_for=on_events is not None)
        _report(events, counts, on_events)

    def _enriched(self, events: list[WireEvent], *, waited_for: bool) -> list[WireEvent]:
        """The events that can be told by now, with their items enriched where that is wanted."""
        if self._processes == 1:
            return with_items(events, self._the_enrichment().catch_up())
        if waited_for:
            return self._the_beside().follow(events)
        self._the_beside().advance()
        return events

    def _the_beside(self) -> Beside:
        if self._beside is None:
            store, prefix = self._store, self._prefix
            pool = StagePool(self._config, store.path, prefix, self._processes)
            self._beside = Beside(store, pool, prefix, self._next_raw)
        return self._beside

    def _the_desk(self) -> EmbeddedDesk:
        if self._desk is None:
            self._desk = EmbeddedDesk(self._store, self._config, self._prefix)
        return self._desk

    def _the_enrichment(self) -> EmbeddedEnrichment:
        if self._enrichment is None:
            self._enrichment = EmbeddedEnrichment(self._store, self._config, self._prefix)
        return self._enrichment


def _decoded_entries(outgoing: Sequence[Outgoing], first: int) -> list[DecodedEntry]:
    """What intake in another process wrote for ``wire.decoded``, as the desk takes it.

    Args:
        outgoing: dead letters among them are passed over.
        first: the offset that the first record will get.
    """
    records = [one for one in outgoing if one.topic is TopicName.DECODED]
    return [
        DecodedEntry(
            offset, dict(one.headers)[TRANSPORT].decode(), decode_decoded(one.value or b"")
        )
        for offset, one in enumerate(records, first)
    ]


def _append(store: SqliteStore, record: NewRecord) -> None:
    store.append([record])


def _report(events: Sequence[WireEvent], counts: Counts, on_events: OnEvents | None) -> None:
    for event in events:
        counts.add(event)
    if on_events is not None and events:
        on_events(events)
