"""Following one topic on Kafka, without a group and without committing.

It must not decide where to begin or to stop; the log tells it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from typing import Any

import aiokafka.errors as kafka
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from streams.errors import TransportError
from streams.log.base import Offsets, Record, instant_of_ms
from streams.log.kafka_errors import explained, ride_out
from streams.log.limits import missing_topic
from streams.log.security import KafkaSecurity

_IDLE_MS = 500
_BATCH_RECORDS = 500

# A topic that stays silent may be a broker that is away: ask it this often.
_ASK_S = 5.0


class KafkaReader:
    """Reads from given offsets, up to given ones or for ever."""

    def __init__(
        self,
        topic: str,
        offsets: Offsets,
        stop: Offsets | None,
        *,
        there: Offsets,
        security: KafkaSecurity,
        max_partition_fetch_bytes: int,
        ride_out_s: float,
        options: Mapping[str, Any],
    ) -> None:
        """Prepare a reader.

        Args:
            topic: its full name.
            offsets: the partitions to read, and from where.
            stop: where each ends; None follows for ever.
            there: where each ended when the broker was asked: up to there, records must come.
            security: for the texts of errors.
            max_partition_fetch_bytes: the largest batch the topic may hold.
            ride_out_s: how long the broker may be away.
            options: of the client.
        """
        self._topic = topic
        self._offsets = {TopicPartition(topic, p): offset for p, offset in offsets.items()}
        self._stop = stop
        self._there = there
        self._security = security
        self._ride_out_s = ride_out_s
        self._consumer = AIOKafkaConsumer(
            group_id=None,
            enable_auto_commit=False,
            # Retention may overtake a slow reader: it goes on with the first record kept.
            auto_offset_reset="earliest",
            # A record of somebody's aborted transaction was never sent.
            isolation_level="read_committed",
            max_partition_fetch_bytes=max_partition_fetch_bytes,
            fetch_max_wait_ms=_IDLE_MS,
            **options,
        )
        self._started = False
        self._closed = False
        self._heard_at = 0.0
        self._silent_s = 0.0

    async def close(self) -> None:
        """Make the batches end; whoever iterates them calls ``stop`` after."""
        self._closed = True
        if self._started:
            await self._consumer.stop()

    async def stop(self) -> None:
        """Leave nothing open, however far it came."""
        self._closed = True
        await self._consumer.stop()

    async def batches(self) -> AsyncIterator[list[Record]]:
        """Batches of records; empty ones while there is nothing to read.

        Raises:
            TransportError: the broker is away for too long, or does not give what it has, or the
                topic is gone.
        """
        self._drop_finished()
        if not self._offsets:
            return
        await ride_out(self._start, self._topic, self._security, limit_s=self._ride_out_s)
        self._heard_at = time.monotonic()
        while not self._closed:
            asked_at, offsets = time.monotonic(), dict(self._offsets)
            records = await self._poll()
            if records is None:
                return
            finished = await self._advance()
            # Whoever reads us may take as long as it likes: only our own waiting counts.
            moved = self._offsets != offsets
            self._silent_s = 0.0 if moved else self._silent_s + time.monotonic() - asked_at
            self._check_moving()
            if records or not finished:
                yield records
            if finished:
                return

    async def _start(self) -> None:
        if not self._started:
            await self._consumer.start()
            self._started = True
        self._consumer.assign(list(self._offsets))
        for at, offset in self._offsets.items():
            self._consumer.seek(at, offset)

    async def _poll(self) -> list[Record] | None:
        """The next records; none when there are none yet; None when the reader was closed."""
        try:
            found = await self._consumer.getmany(timeout_ms=_IDLE_MS, max_records=_BATCH_RECORDS)
        except kafka.ConsumerStoppedError:
            return None
        except kafka.KafkaError as error:
            raise explained(error, self._topic, self._security) from error
        if found:
            self._heard_at = time.monotonic()
        elif time.monotonic() - self._heard_at >= _ASK_S and not self._closed:
            await self._ask()
        return [_record(each) for batch in found.values() for each in batch if self._wanted(each)]

    async def _ask(self) -> None:
        topics = await ride_out(
            self._consumer.topics, self._topic, self._security, limit_s=self._ride_out_s
        )
        if self._topic not in topics:
            raise missing_topic(self._topic, "Kafka any more")
        self._heard_at = time.monotonic()

    def _wanted(self, record: ConsumerRecord) -> bool:
        return self._stop is None or record.offset < self._stop[record.partition]

    async def _advance(self) -> bool:
        """Note how far each partition has been read; True when all have reached their end.

        The position counts, not the last record: compaction leaves holes and transactions leave
        markers, and either may be the last thing before the end.
        """
        if self._stop is None:
            return False
        for at in self._offsets:
            try:
                async with asyncio.timeout(_IDLE_MS / 1000):
                    self._offsets[at] = await self._consumer.position(at)
            except TimeoutError:
                continue  # a reset is under way: ask again with the next batch
            except kafka.IllegalStateError:
                return False  # closed meanwhile
        finished = self._drop_finished()
        if finished and self._offsets:
            self._consumer.pause(*finished)
        return not self._offsets

    def _check_moving(self) -> None:
        """Raise where the broker answers and does not give what it said was there.

        A partition without a leader, or one that lost its end, would be waited for in silence.
        """
        if self._stop is None or self._silent_s < self._ride_out_s:
            return
        for at, offset in self._offsets.items():
            end = min(self._stop[at.partition], self._there.get(at.partition, 0))
            if offset < end:
                raise TransportError(
                    f"{self._topic}[{at.partition}] has records up to {end}, and none came from "
                    f"{offset} on for {self._silent_s:.0f} s",
                    retryable=True,
                )

    def _drop_finished(self) -> list[TopicPartition]:
        stop = self._stop
        if stop is None:
            return []
        finished = [at for at, offset in self._offsets.items() if offset >= stop[at.partition]]
        for at in finished:
            del self._offsets[at]
        return finished


def _record(record: ConsumerRecord) -> Record:
    return Record(
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        key=record.key,
        value=record.value,
        headers=tuple((name, value or b"") for name, value in record.headers),
        appended_at=instant_of_ms(record.timestamp),
    )
