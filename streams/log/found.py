"""Topics and groups as a cluster has them.

It must not ask for them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["FoundGroup", "FoundTopic"]


@dataclass(frozen=True, slots=True)
class FoundTopic:
    """A topic as the cluster has it.

    Attributes:
        name: its full name.
        is_there: False when it does not exist, as far as we may know.
        is_hidden: we may not know whether it exists.
        partitions: how many.
        replication: copies of the partition that has the fewest.
        leaderless: partitions that nobody serves now.
        operations: what we may do, as Kafka calls it; None when the broker does not say.
        config: its settings; None when we may not see them.
    """

    name: str
    is_there: bool
    is_hidden: bool = False
    partitions: int = 0
    replication: int = 0
    leaderless: int = 0
    operations: frozenset[str] | None = None
    config: dict[str, str] | None = None


@dataclass(frozen=True, slots=True)
class FoundGroup:
    """A consumer group as its coordinator has it.

    Attributes:
        is_hidden: we may not see it, nor join it.
        operations: what we may do; None when the broker does not say.
        instances: the static members' instance ids, each with the client's host.
    """

    name: str
    is_hidden: bool = False
    operations: frozenset[str] | None = None
    instances: dict[str, str] = field(default_factory=dict)
