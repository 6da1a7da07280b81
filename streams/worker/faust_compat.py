"""Every workaround for Faust (0.15) and aiokafka (0.14), each with a test that fails without it.

What is here is about the library alone; it must not know stages or records' meaning.
"""

from __future__ import annotations

import asyncio
import logging
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, cast
from weakref import WeakSet

import faust
from faust.transport.drivers import TRANSPORTS
from faust.transport.drivers import aiokafka as driver
from faust.types import TP
from mode.utils.queues import FlowControlEvent, ThrowableQueue

from streams.log.base import Record, instant_of_ms
from streams.log.security import KafkaSecurity

EventOfBytes = faust.EventT[Any]
StreamOfBytes = faust.Stream[Any]

_SCHEME = "wireroom"
# Raw messages of 3 kB, decoded ones of 10: neither comes near it, nor does any feed of text.
_MAX_BUFFER_BYTES = 64 * 1024 * 1024
# Of each partition in one answer of the broker; a larger record comes alone (KIP-74).
_FETCH_BYTES = 2 * 1024 * 1024
# Of a buffer in one poll: Faust pauses a topic at four fifths of it, so a poll always has room.
_POLL_SHARE = 5
_BROKERS = "kafka://"


class _Producer(driver.Producer):
    """Faust's producer, idempotent: a retry after a lost answer writes nothing twice.

    Faust asks for that under ``exactly_once`` only, which does not cover output topics.
    """

    def _settings_extra(self) -> Mapping[str, Any]:
        return {"acks": "all", "enable_idempotence": True}


# Seconds. Faust waits a whole one when a buffer is full, however soon that is worked off.
_PAUSE_S = 0.02


class _Consumer(driver.Consumer):
    """Faust's consumer, whose topics do not wait for each other, and not longer than they must."""

    def on_buffer_full(self, tp: TP) -> None:
        """Pause the whole topic: its partitions share one buffer.

        Faust pauses the one partition, and the next poll of the others overfills the buffer: then
        the consumer waits, and every other topic with it.
        """
        for each in self._partitions_of(tp):
            super().on_buffer_full(each)

    def on_buffer_drop(self, tp: TP) -> None:
        """Read the whole topic again."""
        for each in self._partitions_of(tp):
            super().on_buffer_drop(each)

    def _partitions_of(self, tp: TP) -> list[TP]:
        assigned = {each for each in self.assignment() if each.topic == tp.topic}
        return [tp, *(assigned - {tp})]

    async def _wait_next_records(
        self,
        timeout: float,  # noqa: ASYNC109  (Faust's own)
    ) -> tuple[Any, set[TP] | None]:
        if not self._buffered_partitions:
            return await super()._wait_next_records(timeout)
        if self.flow_active and not self._get_active_partitions():
            await asyncio.sleep(_PAUSE_S)
            return {}, self._get_active_partitions()
        # Whoever waits does not see that a buffer has room again.
        return await super()._wait_next_records(_PAUSE_S)


class _Transport(driver.Transport):
    Consumer = _Consumer
    Producer = _Producer


TRANSPORTS.aliases[_SCHEME] = f"{__name__}:_Transport"


class Buffer(ThrowableQueue[EventOfBytes]):
    """The records that wait for an agent: bounded by number, as Faust does, and by bytes.

    Records of eight megabytes each would be gigabytes long before they are many.
    """

    def __init__(
        self,
        max_records: int,
        *,
        max_bytes: int,
        flow_control: FlowControlEvent,
        clear_on_resume: bool = False,
    ) -> None:
        super().__init__(max_records, flow_control=flow_control, clear_on_resume=clear_on_resume)
        self._max_bytes = max_bytes
        self.waiting_bytes = 0

    def _put(self, item: EventOfBytes) -> None:
        self.waiting_bytes += _size(item)
        super()._put(item)

    def _get(self) -> EventOfBytes:
        item: EventOfBytes = super()._get()
        self.waiting_bytes -= _size(item)
        return item

    def clear(self) -> None:
        """Forget what waits."""
        super().clear()
        self.waiting_bytes = 0

    def in_pressure_high_state(self, callback: Callable[..., Any]) -> bool:
        """Whether no more should be fetched, from now on; True once until there is room."""
        pending = self._pending_pressure_drop_callbacks
        if self.waiting_bytes < self._max_bytes or callback in pending:
            return bool(super().in_pressure_high_state(callback))
        pending.add(callback)
        self.on_pressure_high()
        return True

    def maybe_endorse_pressure_drop(self) -> None:
        """Ask for more where number and bytes both allow it."""
        if self.waiting_bytes <= self._max_bytes * self.pressure_drop_ratio:
            super().maybe_endorse_pressure_drop()


def _size(event: EventOfBytes) -> int:
    # Faust has queues for other things, too.
    return len(event.message.value or b"") if isinstance(event, faust.EventT) else 0


class App(faust.App):
    """A Faust app that writes no directories and waits for its streams, but not for ever.

    Attributes:
        buffers: of its agents, and a few that stay empty.
    """

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401  (Faust's own)
        self.buffers: WeakSet[Buffer] = WeakSet()
        super().__init__(*args, **options)

    async def on_first_start(self) -> None:
        """Create nothing: without tables the data directory has no use."""

    def FlowControlQueue(  # noqa: N802  (Faust's name)
        self, maxsize: int | None = None, *, clear_on_resume: bool = False
    ) -> Buffer:
        """A buffer that counts bytes too."""
        buffer = Buffer(
            maxsize or 0,
            flow_control=self.flow_control,
            clear_on_resume=clear_on_resume,
            max_bytes=_MAX_BUFFER_BYTES,
        )
        self.buffers.add(buffer)
        return buffer


@dataclass(frozen=True, slots=True)
class Profile:
    """What differs between our apps.

    Attributes:
        group: consumer group, and the app's id.
        broker: as in ``WorkerConfig``.
        buffer_records: records waiting in memory for an agent; four fifths of them pause their
            topic, two fifths let it go on.
        max_record_bytes: the largest record read or written.
        commit_interval_s: between two commits of what was acknowledged.
    """

    group: str
    broker: str
    security: KafkaSecurity | None
    session_timeout_s: float
    send_timeout_s: float
    instance_id: str | None
    buffer_records: int
    max_record_bytes: int
    commit_interval_s: float = 0.5


def create_app(profile: Profile) -> App:
    """An app with every setting that Faust's defaults get wrong for a pipeline without tables."""
    # A commit that takes longer than its interval is late, not wrong; Faust warns of each.
    logging.getLogger("mode.timers").setLevel(logging.ERROR)
    hosts = profile.broker.removeprefix(_BROKERS)
    return App(
        profile.group,
        broker=[f"{_SCHEME}://{host.strip()}" for host in hosts.split(",")],
        broker_credentials=_credentials(profile.security),
        datadir=Path(tempfile.gettempdir()) / profile.group,
        # Bytes in, bytes out: a value that cannot be decoded by a codec would be acknowledged
        # and lost, or silence the agent for ever.
        key_serializer="raw",
        value_serializer="raw",
        store="memory://",
        table_standby_replicas=0,
        web_enabled=False,
        worker_redirect_stdouts=False,
        # No topic but those of the catalogue: neither Faust's leader election nor its agents'.
        topic_disable_leader=True,
        topic_allow_declare=False,
        autodiscover=False,
        consumer_auto_offset_reset="earliest",
        consumer_group_instance_id=profile.instance_id,
        consumer_max_fetch_size=_FETCH_BYTES,
        broker_max_poll_records=max(1, profile.buffer_records // _POLL_SHARE),
        broker_commit_interval=profile.commit_interval_s,
        broker_session_timeout=profile.session_timeout_s,
        broker_heartbeat_interval=max(0.5, profile.session_timeout_s / 5),
        broker_request_timeout=max(30.0, profile.session_timeout_s * 2),
        broker_max_poll_interval=600.0,
        stream_buffer_maxsize=profile.buffer_records,
        stream_wait_empty=True,
        # A crashed stream is a crashed process; a slow one is ours to notice.
        stream_processing_timeout=3600.0,
        # 2 ms: several records share a request, and nobody feels it.
        producer_linger=0.002,
        producer_max_batch_size=256 * 1024,
        producer_max_request_size=profile.max_record_bytes * 2,
        producer_compression_type="lz4",
        producer_request_timeout=profile.send_timeout_s,
    )


def _credentials(security: KafkaSecurity | None) -> faust.types.auth.CredentialsT | None:
    if security is None or security.protocol == "PLAINTEXT":
        return None
    if not security.uses_sasl:
        return faust.SSLCredentials(context=security.ssl_context())
    return faust.SASLCredentials(
        mechanism=security.mechanism,
        username=security.username,
        password=security.password,
        ssl_context=security.ssl_context(),
    )


# Added to each hop at most; with a longer wait a lone flash would feel it.
_TAKE_WITHIN_S = 0.005


def add_agent(
    app: App, topic: str, name: str, agent: Callable[[StreamOfBytes], Awaitable[None]]
) -> None:
    """Let ``agent`` read a topic; keys and values are taken as they are.

    One agent a topic: several would share one queue, and lose the order of keys.
    """
    source = app.topic(
        topic, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw"
    )
    app.agent(source, name=name, concurrency=1)(cast("Any", agent))


def batches(stream: StreamOfBytes, max_events: int) -> AsyncIterator[Sequence[EventOfBytes]]:
    """Batches of events that nobody acknowledges but the agent.

    ``take`` would acknowledge a batch whose processing raised, and lose it whole.
    """
    return stream.noack_take(max_events, within=_TAKE_WITHIN_S)


def record_of(event: EventOfBytes) -> Record:
    """The record an event carries, as the rest of the house knows records."""
    message = event.message
    headers = message.headers or ()
    pairs = headers.items() if isinstance(headers, Mapping) else headers
    return Record(
        topic=message.topic,
        partition=message.partition,
        offset=message.offset,
        key=message.key,
        value=message.value,
        headers=tuple((name, value or b"") for name, value in pairs),
        appended_at=instant_of_ms(message.timestamp * 1000),
    )


async def stop_without_ack(app: App, error: BaseException) -> NoReturn:
    """End the process and leave what was taken unacknowledged, to be read again.

    Raising instead would not do: Faust acknowledges what an agent raised on, and goes on.
    """
    await app.crash(error)
    await asyncio.Event().wait()
    raise AssertionError("nothing sets this event")


def owns(app: App, topic: str, partition: int) -> bool:
    """Whether this process has the partition, as far as it knows."""
    return any(tp.topic == topic and tp.partition == partition for tp in app.consumer.assignment())


def generation(app: App) -> int:
    """The number of the group's current assignment, as this process knows it."""
    return int(app.consumer_generation_id)


def in_hand(app: App) -> int:
    """Records taken from the broker and not acknowledged, wherever in the process they are."""
    # Faust counts as unacknowledged what an agent has been given.
    return len(app.consumer.unacked) + sum(buffer.qsize() for buffer in app.buffers)


async def commit_acknowledged(app: App) -> None:
    """Commit what was acknowledged now, rather than within the interval."""
    # Where a commit is under way this waits for that one, which may have begun before the last
    # acknowledgement.
    for _ in range(2):
        await app.consumer.commit()
