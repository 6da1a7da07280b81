"""What goes wrong with a Kafka broker, in sentences for a person.

It must not retry anything: it says whether trying again may help.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import aiokafka.errors as kafka
from aiokafka.conn import CloseReason, collect_hosts, create_conn
from aiokafka.protocol.metadata import MetadataRequest

from streams.errors import TransportError
from streams.log.security import KafkaSecurity

_T = TypeVar("_T")

# A port at which nothing listens answers at once; a broker that is just starting gets this long.
_REFUSED_S = 2.0
_PAUSE_S = 0.25

# Errors of the client that an absence causes, though it does not call them retriable.
_AWAY = (
    kafka.KafkaConnectionError,
    kafka.KafkaTimeoutError,
    kafka.NodeNotReadyError,
    kafka.StaleMetadata,
    ConnectionError,
    TimeoutError,
)

_UNREACHABLE = (kafka.KafkaConnectionError, OSError, TimeoutError)


def quiet_client_logs() -> None:
    """Silence aiokafka's own logs, unless somebody has chosen a level for them.

    It logs a line for every attempt during an absence; what matters of it, we raise.
    """
    logger = logging.getLogger("aiokafka")
    if logger.level == logging.NOTSET:
        logger.setLevel(logging.CRITICAL)


async def await_broker(hosts: Sequence[str], security: KafkaSecurity, *, timeout_s: float) -> None:
    """Wait until one of the hosts takes a connection, with TLS and SASL where they are set.

    Raises:
        TransportError: none does in time, or one refuses us; the text says which and why.
    """
    options = security.aiokafka_options()
    begun = time.monotonic()
    while True:
        reason = await _try_hosts(hosts, options, security, begun + timeout_s)
        if reason is None:
            return
        waited = time.monotonic() - begun
        refused = isinstance(reason, ConnectionRefusedError | socket.gaierror)
        if waited + _PAUSE_S >= (min(_REFUSED_S, timeout_s) if refused else timeout_s):
            raise unreachable(hosts, reason, security, waited) from reason
        await asyncio.sleep(_PAUSE_S)


async def _try_hosts(
    hosts: Sequence[str], options: dict[str, object], security: KafkaSecurity, give_up: float
) -> Exception | None:
    reason: Exception | None = None
    for host, port, _ in collect_hosts(list(hosts)):
        left = max(0.1, give_up - time.monotonic())
        try:
            async with asyncio.timeout(left):
                connection = await create_conn(host, port, **options)
                try:
                    # A listener that wants SASL takes a connection without it, and no more.
                    await connection.send(MetadataRequest([]))
                finally:
                    connection.close(reason=CloseReason.SHUTDOWN)
        except _UNREACHABLE as error:
            if isinstance(error, ssl.SSLError):
                raise explained(error, f"{host}:{port}", security) from error
            reason = reason or error
        except kafka.KafkaError as error:
            raise explained(error, f"{host}:{port}", security) from error
        else:
            return None
    return reason


def unreachable(
    hosts: Sequence[str], error: Exception, security: KafkaSecurity, waited_s: float
) -> TransportError:
    """The error for brokers that cannot be reached."""
    where = ", ".join(hosts)
    if isinstance(error, ConnectionRefusedError):
        why = "nothing listens there"
    elif isinstance(error, socket.gaierror):
        why = "the host name is unknown"
    elif isinstance(error, TimeoutError):
        why = f"no answer in {waited_s:.0f} s"
    elif isinstance(error, kafka.KafkaConnectionError | ConnectionError | EOFError):
        why = f"it closes the connection; is its protocol {security.protocol}?"
    else:
        why = str(error) or type(error).__name__
    return TransportError(f"no Kafka broker at {where}: {why}", retryable=True)


def explained(error: BaseException, what: str, security: KafkaSecurity) -> TransportError:
    """Our error for one of aiokafka's.

    Args:
        error: what was raised.
        what: the broker, topic or action that it concerns.
        security: tells what was tried.
    """
    # Its bare KafkaError is "Unable to get cluster metadata over all known brokers".
    retryable = bool(getattr(error, "retriable", False)) or type(error) is kafka.KafkaError
    retryable = retryable or isinstance(error, _AWAY)
    if isinstance(error, ssl.SSLCertVerificationError):
        text = f"its certificate is not accepted ({error.verify_message}); check cafile and host"
    elif isinstance(error, ssl.SSLError):
        text = f"TLS failed ({error.reason or error}); is its protocol {security.protocol}?"
    elif isinstance(error, kafka.SaslAuthenticationFailed | kafka.AuthenticationFailedError):
        text = f"it refuses user {security.username!r}: wrong user name or password"
    elif isinstance(error, kafka.UnsupportedSaslMechanismError | kafka.IllegalSaslStateError):
        text = f"it does not offer SASL {security.mechanism} here"
    elif isinstance(error, kafka.MessageSizeTooLargeError | kafka.RecordTooLargeError):
        text = "a record is larger than the topic takes; raise its max.message.bytes"
    elif isinstance(
        error,
        kafka.TopicAuthorizationFailedError
        | kafka.GroupAuthorizationFailedError
        | kafka.ClusterAuthorizationFailedError,
    ):
        text = f"user {security.username!r} is not allowed to"
    elif isinstance(error, kafka.CommitFailedError | kafka.UnknownMemberIdError):
        text = "its offsets belong to live members: stop them first"
    elif isinstance(error, TimeoutError):
        text = "no answer in time"
    else:
        text = str(error) or type(error).__name__
    return TransportError(f"{what}: {text}", retryable=retryable)


async def ride_out(
    work: Callable[[], Awaitable[_T]], what: str, security: KafkaSecurity, *, limit_s: float
) -> _T:
    """Do something, again and again while the broker is away, up to a limit.

    Raises:
        TransportError: it failed for good, or the broker was away for longer.
    """
    give_up = time.monotonic() + limit_s
    while True:
        try:
            async with asyncio.timeout(max(0.0, give_up - time.monotonic())):
                return await work()
        except (kafka.KafkaError, OSError, TimeoutError) as error:
            ours = explained(error, what, security)
            if not ours.retryable or time.monotonic() + _PAUSE_S >= give_up:
                raise ours from error
        await asyncio.sleep(_PAUSE_S)
