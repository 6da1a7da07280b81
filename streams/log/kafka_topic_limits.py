"""What a broker's topics take: the largest batch of each, as they are configured now.

It must not decide what follows from it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

__all__ = ["topic_limits"]

_LIMIT = "max.message.bytes"

Ask = Callable[[Callable[[Any], Any]], Awaitable[Any]]
"""Puts a question to a Kafka admin client."""


async def topic_limits(ask: Ask, topics: Sequence[str]) -> dict[str, int]:
    """``max.message.bytes`` of each topic; those that we may not ask about are absent.

    Raises:
        TransportError: the broker cannot be reached.
    """
    asked = [
        ConfigResource(ConfigResourceType.TOPIC, topic, configs={_LIMIT: None}) for topic in topics
    ]
    answers = await ask(lambda admin: admin.describe_configs(asked))
    found: dict[str, int] = {}
    for answer in answers:
        for code, _error, _kind, topic, entries in answer.resources:
            limits = [int(value) for name, value, *_ in entries if name == _LIMIT]
            if not code and limits:
                found[topic] = limits[0]
    return found
