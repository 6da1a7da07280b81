"""What a Kafka cluster says of itself and of us: topics, their settings, our rights, groups.

It must not change anything there.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from types import TracebackType
from typing import Any, Self, TypeVar

import aiokafka.errors as kafka
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.protocol.transaction import InitProducerIdRequest

from streams.errors import TransportError
from streams.log.found import FoundGroup, FoundTopic
from streams.log.kafka_errors import await_broker, explained, quiet_client_logs
from streams.log.kafka_rights import (
    NO_BITS,
    DescribeGroupsWithRights,
    MetadataWithRights,
    operations_of,
)
from streams.log.security import KafkaSecurity

_T = TypeVar("_T")

_REQUEST_MS = 10_000
_PAUSE_S = 0.1

_LOADING = frozenset(
    {
        kafka.GroupCoordinatorNotAvailableError,
        kafka.GroupLoadInProgressError,
        kafka.NotCoordinatorForGroupError,
    }
)

# Kafka's API keys, and the first release that has each (its protocol guide): a broker does not
# tell its version, only what it can be asked.
_FIRST_RELEASE_OF = (
    (88, "4.1"),  # StreamsGroupHeartbeat
    (78, "4.0"),  # ShareFetch
    (74, "3.7"),  # ListClientMetricsResources
    (68, "3.5"),  # ConsumerGroupHeartbeat
    (65, "3.0"),  # DescribeTransactions
    (60, "2.8"),  # DescribeCluster
)


class KafkaCluster:
    """Questions to a cluster, with ``async with``; none of them changes anything."""

    def __init__(
        self,
        hosts: Sequence[str],
        security: KafkaSecurity | None = None,
        *,
        connect_timeout_s: float = 10.0,
    ) -> None:
        """Name the brokers; nothing is connected before ``async with``.

        Args:
            hosts: some of the brokers, as host:port.
            security: TLS and SASL; None is neither.
            connect_timeout_s: how long a broker that does not answer is waited for.
        """
        self._hosts = list(hosts)
        self._where = ", ".join(hosts)
        self._security = security or KafkaSecurity()
        self._connect_timeout_s = connect_timeout_s
        self._options: dict[str, Any] = {}
        self._admin: Any = None

    async def __aenter__(self) -> Self:
        quiet_client_logs()
        self._options = {
            "bootstrap_servers": self._hosts,
            "request_timeout_ms": _REQUEST_MS,
            **self._security.aiokafka_options(),
        }
        await await_broker(self._hosts, self._security, timeout_s=self._connect_timeout_s)
        self._admin = AIOKafkaAdminClient(**self._options)
        try:
            async with asyncio.timeout(self._connect_timeout_s):
                await self._admin.start()
        except (kafka.KafkaError, OSError, TimeoutError) as error:
            await self._admin.close()
            raise self._explained(error) from error
        except BaseException:
            await self._admin.close()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._admin.close()

    async def topics(self, names: Sequence[str], *, configs: bool = False) -> list[FoundTopic]:
        """What there is of these topics, in their order; none is created by asking.

        Args:
            names: full names.
            configs: ask for their settings, too, where we may see them.

        Raises:
            TransportError: the broker cannot be reached, or refuses us.
        """
        answer = await self._ask(MetadataWithRights(names))
        found = {topic["topic"]: topic for topic in answer.to_object()["topics"]}
        there = [name for name in names if name in found and not found[name]["error_code"]]
        config = await self._configs(there) if configs and there else {}
        return [_topic(name, found.get(name), config.get(name)) for name in names]

    async def brokers(self) -> int:
        """How many brokers the cluster has now."""
        answer = await self._ask(MetadataWithRights([]))
        return len(answer.brokers)

    async def broker_config(self, *settings: str) -> dict[str, int]:
        """Whole-number settings of one broker; empty when we may not see them."""
        metadata = await self._ask(MetadataWithRights([]))
        node = str(metadata.brokers[0][0])
        resource = ConfigResource(ConfigResourceType.BROKER, node, dict.fromkeys(settings))
        try:
            (answer,) = await self._bounded(self._admin.describe_configs([resource]))
        except (kafka.KafkaError, TimeoutError) as error:
            raise self._explained(error) from error
        entries = answer.resources[0][4] if not answer.resources[0][0] else ()
        return {entry[0]: int(entry[1]) for entry in entries}

    async def groups(self, names: Sequence[str]) -> list[FoundGroup]:
        """What there is of these groups, in their order; one that nobody has joined is empty.

        Raises:
            TransportError: the broker cannot be reached, or refuses us.
        """
        return [await self._group(name) for name in names]

    async def producer_refusal(self) -> str | None:
        """Why we may not produce idempotently; None when we may.

        Brokers before 2.8 want IdempotentWrite on the cluster, later ones Write on any topic. A
        producer id is asked for, and not used.
        """

        async def ask() -> str | None:
            answer = await self._ask(InitProducerIdRequest(None, 1000))
            error = kafka.for_code(answer.error_code)
            if error in _LOADING:
                raise error
            return None if error is kafka.NoError else error.__name__

        return await self._once_loaded(ask, "a producer id")

    async def release(self) -> str:
        """The first release of Kafka that can all this broker can, "" when older than 2.8."""
        client = self._admin._client  # noqa: SLF001
        try:
            connection = await self._bounded(client._get_conn(client.get_random_node()))  # noqa: SLF001
        except (kafka.KafkaError, OSError, TimeoutError) as error:
            raise self._explained(error) from error
        # Without a connection there is nothing to be told, and the next question says why.
        versions = connection._versions if connection is not None else {}  # noqa: SLF001
        return next((release for key, release in _FIRST_RELEASE_OF if key in versions), "")

    async def appended_after(self, topics: Sequence[FoundTopic], at_ms: int) -> int | None:
        """The latest time after ``at_ms`` (ms since 1970) at which a record was appended.

        Of each partition the first such record is looked at: the answer is a lower bound. None
        when there is none; needs Describe on the topics alone.
        """
        asked = {
            TopicPartition(topic.name, partition): at_ms
            for topic in topics
            for partition in range(topic.partitions)
        }
        if not asked:
            return None
        consumer = AIOKafkaConsumer(group_id=None, enable_auto_commit=False, **self._options)
        try:
            await self._bounded(consumer.start())
            found = await self._bounded(consumer.offsets_for_times(asked))
        except (kafka.KafkaError, TimeoutError) as error:
            raise self._explained(error) from error
        finally:
            await consumer.stop()
        return max((each.timestamp for each in found.values() if each is not None), default=None)

    async def _group(self, name: str) -> FoundGroup:
        async def ask() -> dict[str, Any]:
            node = await self._bounded(self._admin.find_coordinator(name))
            answer = await self._bounded(
                self._admin._send_request_to_node(  # noqa: SLF001
                    node, DescribeGroupsWithRights(name)
                )
            )
            (group,) = answer.to_object()["groups"]
            error = kafka.for_code(group["error_code"])
            # A group that has never been is dead, and later brokers call it not found.
            if error not in {kafka.NoError, kafka.GroupIdNotFound}:
                raise error(name)
            return dict(group)

        try:
            group = await self._once_loaded(ask, f"group {name}")
        except kafka.GroupAuthorizationFailedError:
            return FoundGroup(name, is_hidden=True)
        members = {m["group_instance_id"]: m["client_host"] for m in group["members"]}
        members.pop(None, None)
        return FoundGroup(name, operations=_operations(group), instances=members)

    async def _once_loaded(self, ask: Callable[[], Awaitable[_T]], what: str) -> _T:
        """Ask again while a coordinator loads: the first question to a new cluster makes it."""
        give_up = time.monotonic() + self._connect_timeout_s
        while True:
            try:
                return await ask()
            except kafka.GroupAuthorizationFailedError:
                raise
            except (kafka.KafkaError, TimeoutError) as error:
                if type(error) not in _LOADING or time.monotonic() > give_up:
                    raise explained(error, what, self._security) from error
            await asyncio.sleep(_PAUSE_S)

    async def _configs(self, names: Sequence[str]) -> dict[str, dict[str, str]]:
        resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
        try:
            answers = await self._bounded(self._admin.describe_configs(resources))
        except (kafka.KafkaError, TimeoutError) as error:
            raise self._explained(error) from error
        return {
            name: {entry[0]: entry[1] for entry in entries}
            for answer in answers
            for code, _, _, name, entries in answer.resources
            if not code
        }

    async def _ask(self, request: Any) -> Any:  # noqa: ANN401 - aiokafka is not typed
        try:
            return await self._bounded(self._admin._send_request(request))  # noqa: SLF001
        except (kafka.KafkaError, OSError, TimeoutError) as error:
            raise self._explained(error) from error
        except NotImplementedError as error:
            raise TransportError(
                f"Kafka at {self._where} is too old: it cannot tell what we may do (2.4 can)"
            ) from error

    async def _bounded(self, answer: Any) -> Any:  # noqa: ANN401 - aiokafka is not typed
        async with asyncio.timeout(_REQUEST_MS / 1000):
            return await answer

    def _explained(self, error: BaseException) -> TransportError:
        return explained(error, f"Kafka at {self._where}", self._security)


def _operations(found: dict[str, Any]) -> frozenset[str] | None:
    bits = found["authorized_operations"]
    return None if bits == NO_BITS else operations_of(bits)


def _topic(name: str, found: dict[str, Any] | None, config: dict[str, str] | None) -> FoundTopic:
    error = kafka.for_code(found["error_code"]) if found else kafka.UnknownTopicOrPartitionError
    if found is None or error is kafka.UnknownTopicOrPartitionError:
        return FoundTopic(name, is_there=False)
    if error is kafka.TopicAuthorizationFailedError:
        return FoundTopic(name, is_there=False, is_hidden=True)
    partitions = found["partitions"]
    return FoundTopic(
        name,
        is_there=True,
        partitions=len(partitions),
        replication=min((len(each["replicas"]) for each in partitions), default=0),
        leaderless=sum(each["leader"] < 0 for each in partitions),
        operations=_operations(found),
        config=config,
    )
