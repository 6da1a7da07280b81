"""Every workaround for Faust (0.15) and aiokafka (0.14), each with a test that fails without it.

What is here is about the library alone; it must not know stages or records' meaning.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, cast

import faust
from faust.transport.drivers import TRANSPORTS
from faust.transport.drivers import aiokafka as driver

from streams.log.base import Record, instant_of_ms
from streams.log.security import KafkaSecurity

_SCHEME = "wireroom"
_BROKERS = "kafka://"


class _Producer(driver.Producer):
    """Faust's producer, idempotent: a retry after a lost answer writes nothing twice.

    Faust asks for that under ``exactly_once`` only, which does not cover output topics.
    """

    def _settings_extra(self) -> Mapping[str, Any]:
        return {"acks": "all", "enable_idempotence": True}


class _Transport(driver.Transport):
    Producer = _Producer


TRANSPORTS.aliases[_SCHEME] = f"{__name__}:_Transport"


class App(faust.App):
    """A Faust app that writes no directories and waits for its streams, but not for ever."""

    async def on_first_start(self) -> None:
        """Create nothing: without tables the data directory has no use."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What differs between our apps.

    Attributes:
        group: consumer group, and the app's id.
        broker: as in ``WorkerConfig``.
        buffer_records: records waiting in memory for an agent. Faust sleeps a whole second when
            they reach four fifths of this, so it must outlast a second of the agent's work.
        max_record_bytes: the largest record read or written.
    """

    group: str
    broker: str
    security: KafkaSecurity | None
    session_timeout_s: float
    send_timeout_s: float
    instance_id: str | None
    buffer_records: int
    max_record_bytes: int


def create_app(profile: Profile) -> App:
    """An app with every setting that Faust's defaults get wrong for a pipeline without tables."""
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
        consumer_max_fetch_size=max(profile.max_record_bytes, 1024 * 1024),
        broker_commit_interval=0.5,
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


EventOfBytes = faust.EventT[Any]
StreamOfBytes = faust.Stream[Any]

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
