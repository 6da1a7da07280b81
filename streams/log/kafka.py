"""The topic log on Kafka.

It must not create topics unless asked, and must not know what records mean.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from types import TracebackType
from typing import Any, Literal, Self

import aiokafka.errors as kafka
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from schemas.topics import Topic
from streams.errors import TransportError
from streams.log.base import NewRecord, Offsets, Record
from streams.log.kafka_errors import await_broker, explained, quiet_client_logs, ride_out
from streams.log.kafka_producer import abandon, send
from streams.log.kafka_reader import KafkaReader
from streams.log.kafka_topic_limits import topic_limits
from streams.log.limits import (
    DEFAULT_MAX_BODY_BYTES,
    check_records,
    check_topic_name,
    first_offsets,
    max_batch_bytes,
    max_record_bytes,
    missing_topic,
)
from streams.log.partition import partition_of
from streams.log.security import KafkaSecurity

# Bytes gathered for one partition while its former batch is under way; stays below the 1 MB
# that a topic takes when nobody has raised it.
_BATCH_BYTES = 512 * 1024

# A broker may be away for this long, Kafka's delivery.timeout.ms.
_RIDE_OUT_S = 120.0

# One request; a frozen broker is found out after this.
_REQUEST_MS = 30_000

_STOP_S = 5.0


class KafkaLog:
    """A ``TopicLog`` on a Kafka cluster."""

    def __init__(
        self,
        hosts: Sequence[str],
        *,
        security: KafkaSecurity | None = None,
        max_body_bytes: int = DEFAULT_MAX_BODY_BYTES,
        replication_factor: int = 1,
        connect_timeout_s: float = 10.0,
        ride_out_s: float = _RIDE_OUT_S,
    ) -> None:
        """Name the brokers; nothing is connected before ``async with``.

        Args:
            hosts: some of the brokers, as host:port.
            security: TLS and SASL; None is neither.
            max_body_bytes: the largest message body; drives the limits of topics and clients.
            replication_factor: of the topics that are created.
            connect_timeout_s: how long a broker that does not answer is waited for at the start.
            ride_out_s: how long a broker may be away later, before an error is raised.
        """
        self._hosts = list(hosts)
        self._where = ", ".join(hosts)
        self._security = security or KafkaSecurity()
        self._limit = max_record_bytes(max_body_bytes)
        self._message_bytes = max_batch_bytes(max_body_bytes)
        self._replication_factor = replication_factor
        self._connect_timeout_s = connect_timeout_s
        self._ride_out_s = ride_out_s
        self._options: dict[str, Any] = {}
        self._admin: AIOKafkaAdminClient | None = None
        self._producer: AIOKafkaProducer | None = None
        self._consumers: dict[str | None, AIOKafkaConsumer] = {}
        self._making_client = asyncio.Lock()
        self._readers: set[KafkaReader] = set()
        self._partitions: dict[str, int] = {}

    async def __aenter__(self) -> Self:
        quiet_client_logs()
        self._options = {
            "bootstrap_servers": self._hosts,
            "request_timeout_ms": _REQUEST_MS,
            **self._security.aiokafka_options(),
        }
        await await_broker(self._hosts, self._security, timeout_s=self._connect_timeout_s)
        admin = AIOKafkaAdminClient(**self._options)
        try:
            async with asyncio.timeout(self._connect_timeout_s):
                await admin.start()
        except (kafka.KafkaError, OSError, TimeoutError) as error:
            await admin.close()
            raise explained(error, f"Kafka at {self._where}", self._security) from error
        except BaseException:
            await admin.close()
            raise
        self._admin = admin
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # First of all, so that nobody makes another client meanwhile.
        admin, self._admin = self._admin, None
        for reader in list(self._readers):
            await reader.close()
        async with self._making_client:
            consumers, self._consumers = self._consumers, {}
            for consumer in consumers.values():
                await consumer.stop()
            await self._drop_producer(grace_s=_STOP_S)
        if admin is not None:
            await admin.close()

    async def append(self, records: Sequence[NewRecord]) -> list[tuple[int, int]]:
        """Append, and wait until every in-sync replica has every record."""
        self._opened()
        check_records(records, self._limit)
        if not records:
            return []
        counts = {topic: await self._count(topic) for topic in {r.topic for r in records}}
        partitions = [_partition(record, counts[record.topic]) for record in records]
        try:
            async with asyncio.timeout(self._ride_out_s):
                producer = await self._started_producer()
                return await send(producer, records, partitions)
        except TimeoutError as error:
            # What is still waiting must not be written later, behind the caller's back.
            await self._drop_producer(grace_s=0)
            raise TransportError(
                f"Kafka at {self._where} acknowledged nothing for {self._ride_out_s:.0f} s",
                retryable=True,
            ) from error
        except kafka.KafkaError as error:
            if not isinstance(error, kafka.MessageSizeTooLargeError):
                await self._drop_producer(grace_s=0)
            raise explained(error, f"{records[0].topic}", self._security) from error

    async def _started_producer(self) -> AIOKafkaProducer:
        async with self._making_client:
            self._opened()
            if self._producer is None:
                self._producer = await _started(
                    AIOKafkaProducer(
                        acks="all",
                        enable_idempotence=True,
                        compression_type="lz4",
                        max_batch_size=_BATCH_BYTES,
                        max_request_size=self._message_bytes,
                        **self._options,
                    )
                )
            return self._producer

    async def _drop_producer(self, *, grace_s: float) -> None:
        """Stop the producer; what it has not delivered by then is dropped."""
        producer, self._producer = self._producer, None
        if producer is None:
            return
        with contextlib.suppress(kafka.KafkaError, TimeoutError):
            async with asyncio.timeout(grace_s):
                await producer.flush()
        await abandon(producer)

    async def commit(self, group: str, topic: str, offsets: Offsets) -> None:
        """Commit the next offsets to read; refused while the group has live members."""
        partitions = await self._topic_partitions(topic, offsets)
        wanted = {at: offsets[at.partition] for at in partitions}

        async def commit() -> None:
            consumer = await self._consumer(group)
            consumer.assign(partitions)
            consumer.pause(*partitions)  # it commits, it need not fetch
            await consumer.commit(wanted)

        await ride_out(commit, f"group {group}", self._security, limit_s=self._ride_out_s)

    async def create_topics(self, topics: Sequence[Topic], *, prefix: str) -> list[str]:
        """Create those that do not exist, with the catalogue's settings; answers their names."""
        for topic in topics:
            check_topic_name(topic.full_name(prefix))
        existing = await self.topics()
        wanted = [topic for topic in topics if topic.full_name(prefix) not in existing]
        if not wanted:
            return []
        new = [
            NewTopic(
                topic.full_name(prefix),
                topic.partitions,
                self._replication_factor,
                topic_configs=topic.config(max_message_bytes=self._message_bytes),
            )
            for topic in wanted
        ]
        answer = await self._ask(lambda admin: admin.create_topics(new))
        created = []
        for name, code, *reason in answer.topic_errors:
            error = kafka.for_code(code)
            if error is kafka.NoError:
                created.append(name)
            elif error is not kafka.TopicAlreadyExistsError:  # another process was first
                detail = next((text for text in reason if text), error.__name__)
                raise TransportError(f"topic {name} could not be created: {detail}")
        await self._await_leaders([topic.full_name(prefix) for topic in wanted])
        return created

    async def _await_leaders(self, names: Sequence[str]) -> None:
        """Wait until every new topic can be written to: the broker answers before that."""
        async with asyncio.timeout(self._ride_out_s):
            while True:
                found = await self._ask(lambda admin: admin.describe_topics(list(names)))
                states = [(p["leader"], p["error_code"]) for t in found for p in t["partitions"]]
                if all(not t["error_code"] for t in found) and all(
                    leader >= 0 and not code for leader, code in states
                ):
                    return
                await asyncio.sleep(0.05)

    async def read(
        self,
        topic: str,
        start: Offsets | Literal["earliest", "latest"] = "earliest",
        stop: Offsets | None = None,
    ) -> AsyncIterator[list[Record]]:
        """Batches of records, each partition in order; see ``TopicLog.read``."""
        self._opened()
        try:
            begin, end = await self.begin_offsets(topic), await self.end_offsets(topic)
        except TransportError:
            if self._admin is None:
                return  # closed meanwhile
            raise
        offsets = first_offsets(begin, end, start, stop)
        reader = KafkaReader(
            topic,
            offsets,
            stop,
            there=end,
            security=self._security,
            max_partition_fetch_bytes=self._message_bytes,
            ride_out_s=self._ride_out_s,
            options=self._options,
        )
        self._readers.add(reader)
        try:
            async for batch in reader.batches():
                yield batch
        finally:
            self._readers.discard(reader)
            await reader.stop()

    async def begin_offsets(self, topic: str) -> dict[int, int]:
        """The first offset still kept, of each partition."""
        return await self._offsets(topic, "beginning_offsets")

    async def end_offsets(self, topic: str) -> dict[int, int]:
        """The offset the next record will get, of each partition.

        Of a partition with an open transaction, the offset at which that began.
        """
        return await self._offsets(topic, "end_offsets")

    async def _offsets(self, topic: str, which: str) -> dict[int, int]:
        partitions = await self._topic_partitions(topic)

        async def ask() -> dict[int, int]:
            consumer = await self._consumer(None)
            found = await getattr(consumer, which)(partitions)
            return {at.partition: offset for at, offset in sorted(found.items())}

        return await ride_out(ask, topic, self._security, limit_s=self._ride_out_s)

    async def committed(self, group: str, topic: str) -> dict[int, int]:
        """The next offset to read as the group committed it; partitions without are absent."""
        partitions = await self._topic_partitions(topic)

        async def ask() -> dict[int, int]:
            admin = self._opened()
            found = await admin.list_consumer_group_offsets(group, partitions=partitions)
            if len(found) < len(partitions):
                # A coordinator that is still loading answers so. aiokafka passes over the error,
                # and its consumer takes the group for one that has never committed.
                raise kafka.GroupLoadInProgressError
            offsets = {at.partition: answer.offset for at, answer in sorted(found.items())}
            return {partition: offset for partition, offset in offsets.items() if offset >= 0}

        return await ride_out(ask, f"group {group}", self._security, limit_s=self._ride_out_s)

    async def topics(self) -> dict[str, int]:
        """Names and partition counts of the topics that exist, Kafka's own left out."""
        found = await self._ask(lambda admin: admin.describe_topics())
        counts = {
            topic["topic"]: len(topic["partitions"]) for topic in found if not topic["is_internal"]
        }
        self._partitions = counts
        return dict(sorted(counts.items()))

    async def limits(self, topics: Sequence[str]) -> dict[str, int]:
        """The largest batch each topic takes, in bytes; absent where we may not ask."""
        return await topic_limits(self._ask, topics)

    def _opened(self) -> AIOKafkaAdminClient:
        if self._admin is None:
            raise TransportError("the log is closed: use it inside `async with`")
        return self._admin

    async def _ask(self, question: Any) -> Any:  # noqa: ANN401 - aiokafka is not typed
        admin = self._opened()
        return await ride_out(
            lambda: question(admin),
            f"Kafka at {self._where}",
            self._security,
            limit_s=self._ride_out_s,
        )

    async def _count(self, topic: str) -> int:
        if topic not in self._partitions:
            # All topics are asked for: to ask for one could make it, on some brokers.
            check_topic_name(topic)
            await self.topics()
        if topic not in self._partitions:
            where = f"Kafka at {self._where}"
            if self._security.uses_sasl or self._security.certfile:
                # To those who may not know, the broker denies that there is one.
                where += f", or {self._security.username or 'we'!r} may not see it"
            raise missing_topic(topic, where)
        return self._partitions[topic]

    async def _topic_partitions(
        self, topic: str, wanted: Offsets | None = None
    ) -> list[TopicPartition]:
        count = await self._count(topic)
        partitions = range(count) if wanted is None else sorted(wanted)
        for partition in partitions:
            if not 0 <= partition < count:
                raise TransportError(f"topic {topic} has partitions 0 to {count - 1}: {partition}?")
        return [TopicPartition(topic, partition) for partition in partitions]

    async def _consumer(self, group: str | None) -> AIOKafkaConsumer:
        """The consumer that commits for a group; for None, the one that looks offsets up."""
        async with self._making_client:
            self._opened()
            if group not in self._consumers:
                self._consumers[group] = await _started(
                    AIOKafkaConsumer(
                        group_id=group,
                        enable_auto_commit=False,
                        isolation_level="read_committed",
                        **self._options,
                    )
                )
            return self._consumers[group]


async def _started(client: Any) -> Any:  # noqa: ANN401 - aiokafka is not typed
    try:
        await client.start()
    except BaseException:
        await client.stop()
        raise
    return client


def _partition(record: NewRecord, count: int) -> int:
    if record.partition is None:
        return partition_of(record.key, count)
    if not 0 <= record.partition < count:
        raise TransportError(
            f"topic {record.topic} has partitions 0 to {count - 1}: {record.partition}?"
        )
    return record.partition
