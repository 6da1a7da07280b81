"""A broker that lets nobody do what no ACL allows, and kafka-acls commands carried out on it."""

from __future__ import annotations

import asyncio
import re
import shlex
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.protocol.admin import CreateAclsRequest, DeleteAclsRequest, DescribeAclsRequest

from streams.log import KafkaSecurity

LISTENER = "GUARDED"
# Any password will do: the broker's list of users is this table.
USERS = ("worker", "reader", "feed", "owner", "nobody", "half", "late")

_ANY_HOST = "*"
_ALLOW = 3
_RESOURCES = {"--topic": 2, "--group": 3}
_OPERATIONS = {"Read": 3, "Write": 4, "Create": 5, "Describe": 8, "DescribeConfigs": 10}
_LITERAL, _PREFIXED = 3, 4
_ON_THE_TOPIC = 1


def guarded_broker(launcher: Any, libs: Path, folder: Path) -> Any:
    """A broker with Kafka's own authorizer; the plain listener is its administrator's."""
    module = "org.apache.kafka.common.security.plain.PlainLoginModule"
    users = " ".join(f'user_{name}="{password(name)}"' for name in USERS)
    return launcher.Broker(
        folder,
        libs=libs,
        listeners=[
            launcher.Listener(
                LISTENER,
                "SASL_PLAINTEXT",
                {
                    "sasl.enabled.mechanisms": "PLAIN",
                    "plain.sasl.jaas.config": f"{module} required {users};",
                },
            )
        ],
        properties={
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "super.users": "User:ANONYMOUS",
            # As clusters have it by default: whoever may create a topic does so by asking for it.
            "auto.create.topics.enable": "true",
        },
    )


def password(user: str) -> str:
    return f"{user}-secret"


def security(user: str) -> KafkaSecurity:
    return KafkaSecurity("SASL_PLAINTEXT", username=user, password=password(user))


def settings(user: str) -> dict[str, str]:
    """The same, as settings of the environment without their prefix."""
    return {
        "KAFKA__SECURITY_PROTOCOL": "SASL_PLAINTEXT",
        "KAFKA__SASL_USERNAME": user,
        "KAFKA__SASL_PASSWORD": password(user),
    }


async def carry_out(broker: Any, commands: Iterable[str]) -> None:
    """What these kafka-acls commands would do; the tool itself is not among the broker's jars."""
    wanted: set[tuple[str, str, int]] = set()
    admin = AIOKafkaAdminClient(bootstrap_servers=broker.bootstrap)
    await admin.start()
    try:
        for command in commands:
            for resource, name, pattern, user, operation in _entries(command):
                answer = await admin._send_request(
                    CreateAclsRequest(resource, name, pattern, user, _ANY_HOST, operation, _ALLOW)
                )
                assert answer.creation_responses[0][0] == 0, answer
                wanted.add((name, user, operation))
        # Made by the controller; the broker hears of them a moment later.
        while not wanted <= await _in_force(admin):  # noqa: ASYNC110  (it is the broker's)
            await asyncio.sleep(0.05)
    finally:
        await admin.close()


async def configure(broker: Any, command: str) -> None:
    """What this kafka-configs command would do; the tool would change these settings alone, too."""
    words = shlex.split(command)
    assert words[0] == "kafka-configs", command
    assert words[words.index("--entity-type") + 1] == "topics"
    name = words[words.index("--entity-name") + 1]
    pairs = re.findall(r"([\w.]+)=(?:\[([^]]*)\]|([^,\[]*))(?:,|$)", words[-1])
    changed = {setting: listed or single for setting, listed, single in pairs}
    assert words[-2] == "--add-config"
    admin = AIOKafkaAdminClient(bootstrap_servers=broker.bootstrap)
    await admin.start()
    try:
        # The older request, which aiokafka has, replaces all that was set on the topic.
        (answer,) = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name)])
        own = {entry[0]: entry[1] for entry in answer.resources[0][4] if entry[3] == _ON_THE_TOPIC}
        resource = ConfigResource(ConfigResourceType.TOPIC, name, {**own, **changed})
        (altered,) = await admin.alter_configs([resource])
    finally:
        await admin.close()
    assert altered.resources[0][0] == 0, altered


async def revoke(broker: Any, user: str, resource: str, name: str, operation: str) -> None:
    """Take one right away."""
    admin = AIOKafkaAdminClient(bootstrap_servers=broker.bootstrap)
    await admin.start()
    try:
        answer = await admin._send_request(
            DeleteAclsRequest(
                _RESOURCES[f"--{resource}"],
                name,
                _LITERAL,
                f"User:{user}",
                _ANY_HOST,
                _OPERATIONS[operation],
                _ALLOW,
            )
        )
        gone = (name, f"User:{user}", _OPERATIONS[operation])
        while gone in await _in_force(admin):  # noqa: ASYNC110  (as above)
            await asyncio.sleep(0.05)
    finally:
        await admin.close()
    assert answer.filter_responses[0][0] == 0, answer
    assert answer.filter_responses[0][2], f"{user} had no {operation} on {name}"


async def _in_force(admin: AIOKafkaAdminClient) -> set[tuple[str, str, int]]:
    any_kind = 1
    answer = await admin._send_request(
        DescribeAclsRequest(any_kind, None, any_kind, None, None, any_kind, any_kind)
    )
    return {
        (name, user, operation)
        for _, name, _, entries in answer.resources
        for user, _, operation, _ in entries
    }


def _entries(command: str) -> list[tuple[int, str, int, str, int]]:
    words = shlex.split(command)
    assert words[0] == "kafka-acls", command
    assert "--add" in words
    user = words[words.index("--allow-principal") + 1]
    operation = _OPERATIONS[words[words.index("--operation") + 1]]
    pattern = _PREFIXED if _option(words, "--resource-pattern-type") == "prefixed" else _LITERAL
    return [
        (_RESOURCES[word], words[at + 1], pattern, user, operation)
        for at, word in enumerate(words)
        if word in _RESOURCES
    ]


def _option(words: Sequence[str], name: str) -> str | None:
    return words[words.index(name) + 1] if name in words else None
