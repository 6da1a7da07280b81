"""Whether a worker, or a command, may start on a Kafka cluster: one error that says why not.

It must not look at anything that does no harm; ``wireroom lint --connect`` does.
"""

from __future__ import annotations

from collections.abc import Sequence

from streams.errors import ConfigError
from streams.log import kafka_hosts
from streams.log.kafka_cluster import KafkaCluster
from streams.log.security import KafkaSecurity
from streams.preflight.rights import (
    READS,
    WRITES,
    Resource,
    Right,
    Role,
    groups_in,
    missing_rights,
    rights_of,
)

__all__ = ["refuse_to_start"]


async def refuse_to_start(
    broker: str,
    security: KafkaSecurity | None,
    roles: Sequence[Role],
    *,
    prefix: str,
    may_be_absent: bool = False,
) -> None:
    """Make sure that the broker is there, with every topic these roles need and the rights on it.

    A right that is missing is found out here and not by the clients: refused a group, they go on
    asking for ever.

    Args:
        broker: ``kafka://host:port[,host:port]``.
        security: TLS and SASL; None is neither.
        roles: who is to start.
        prefix: of topics and groups.
        may_be_absent: a topic that does not exist is no reason; one that we may not see is.

    Raises:
        TransportError: the broker cannot be reached or refuses us.
        ConfigError: topics or rights are missing; says which, and what to do.
    """
    used = {name for role in roles for name in (*READS.get(role, ()), *WRITES.get(role, ()))}
    wanted = dict.fromkeys(right for role in roles for right in rights_of(role, prefix=prefix))
    async with KafkaCluster(kafka_hosts(broker), security) as cluster:
        topics = await cluster.topics(sorted(prefix + name for name in used))
        absent = [topic.name for topic in topics if not (topic.is_there or topic.is_hidden)]
        if absent and not may_be_absent:
            raise ConfigError(
                f"{broker} lacks the topics {', '.join(absent)}: run `wireroom topics apply`"
            )
        found = await cluster.groups(groups_in(wanted))
    missing = missing_rights(wanted, topics, found)
    if missing:
        hidden = {topic.name for topic in topics if topic.is_hidden}
        who = security.username if security is not None and security.uses_sasl else "we"
        raise ConfigError(
            f"{broker}: {who} may not {', '.join(_said(right, hidden) for right in missing)}; "
            "`wireroom lint --connect` gives the commands that allow it"
        )


def _said(right: Right, hidden: set[str]) -> str:
    doubt = right.resource is Resource.TOPIC and right.name in hidden
    return f"{right.operation} {right.resource} {right.name}" + " (if it exists)" * doubt
