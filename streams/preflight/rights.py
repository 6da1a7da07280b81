"""The rights on topics and groups that each use of Wireroom needs, and no more.

It must not ask a broker.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from shlex import quote

from schemas.topics import CATALOGUE, TopicName
from streams.log.found import FoundGroup, FoundTopic

__all__ = [
    "READS",
    "STAGES",
    "WRITES",
    "Operation",
    "Resource",
    "Right",
    "Role",
    "acl_commands",
    "groups_in",
    "missing_rights",
    "rights_of",
]


class Role(StrEnum):
    """Who needs rights: the worker's stages, and the commands that stand beside them."""

    INTAKE = "intake"
    DESK = "desk"
    ENRICH = "enrich"
    INGEST = "ingest"
    REPLAY = "replay"
    SUBSCRIBE = "subscribe"
    RECORD = "record"
    DEAD = "dead"
    PURGE = "purge"
    KB = "kb"
    APPLY = "apply"
    LINT = "lint"


class Resource(StrEnum):
    """What a right is on, as Kafka's own tools call it."""

    TOPIC = "topic"
    GROUP = "group"


class Operation(StrEnum):
    """Kafka's AclOperation; on topics and groups each of these brings Describe, but Create."""

    READ = "Read"
    WRITE = "Write"
    CREATE = "Create"
    DESCRIBE = "Describe"
    DESCRIBE_CONFIGS = "DescribeConfigs"


@dataclass(frozen=True, slots=True)
class Right:
    """One operation on one topic or group, by its full name, or on all under a prefix."""

    resource: Resource
    name: str
    operation: Operation
    is_prefix: bool = False


READS: dict[Role, tuple[TopicName, ...]] = {
    Role.INTAKE: (TopicName.RAW, TopicName.RAW_URGENT),
    # Its memory is rebuilt from what it wrote; items only where the fingerprint is another one.
    Role.DESK: (
        TopicName.DECODED,
        TopicName.ITEMS,
        TopicName.HELD,
        TopicName.DESK,
        TopicName.STATE,
    ),
    Role.ENRICH: (TopicName.ITEMS, TopicName.KB),
    # What was published already, for --skip-existing; all else it does under a prefix of its own.
    Role.REPLAY: (TopicName.STATE,),
    # Not restricted, each of them: see schemas.topics.
    Role.SUBSCRIBE: (TopicName.ITEMS, TopicName.EVENTS, TopicName.ENRICHED),
    Role.RECORD: tuple(CATALOGUE),
    # raw: what an earlier attempt has sent already.
    Role.DEAD: (TopicName.RAW, TopicName.DEAD),
    # Wherever copies may lie.
    Role.PURGE: tuple(name for name in CATALOGUE if name is not TopicName.KB),
    Role.KB: (TopicName.KB,),
}
"""The topics each role reads."""

WRITES: dict[Role, tuple[TopicName, ...]] = {
    Role.INTAKE: (TopicName.DECODED, TopicName.DEAD),
    # decoded: the ticks that release what is embargoed.
    Role.DESK: (
        TopicName.DECODED,
        TopicName.ITEMS,
        TopicName.EVENTS,
        TopicName.HELD,
        TopicName.DESK,
        TopicName.STATE,
    ),
    Role.ENRICH: (TopicName.ENRICHED,),
    Role.INGEST: (TopicName.RAW, TopicName.RAW_URGENT),
    # Letters are sent once more, and marked.
    Role.DEAD: (TopicName.RAW, TopicName.DEAD),
    Role.PURGE: (TopicName.ITEMS, TopicName.ENRICHED, TopicName.HELD),
    Role.KB: (TopicName.KB,),
}
"""The topics each role writes."""

# What the names of a replay's topics and groups begin with: ``replay.<id>.``.
_REPLAYS = "replay."

STAGES = (Role.INTAKE, Role.DESK, Role.ENRICH)


def rights_of(role: Role, *, prefix: str) -> tuple[Right, ...]:
    """Every right a role needs, in the order of the catalogue; sufficient, and each necessary.

    ``apply`` may create under the prefix, and nothing else: Kafka knows Create by prefix alone
    for topics that are not there yet. ``lint`` may see how topics are set, which no role needs
    to work. A subscriber that keeps its position in a group needs Read on a group of its own.
    """
    if role is Role.APPLY:
        return _under(prefix, Operation.CREATE, Operation.DESCRIBE)
    if role is Role.LINT:
        return _under(prefix, Operation.DESCRIBE, Operation.DESCRIBE_CONFIGS)
    found = [
        Right(Resource.TOPIC, prefix + name, operation)
        for operation, names in ((Operation.READ, READS), (Operation.WRITE, WRITES))
        for name in CATALOGUE
        if name in names.get(role, ())
    ]
    if role in STAGES:
        found.append(Right(Resource.GROUP, f"{prefix}wireroom-{role}", Operation.READ))
    if role is Role.INTAKE:
        # How far the desk has come: intake goes no further ahead than worker.max_ahead_records.
        desk = f"{prefix}wireroom-{Role.DESK}"
        found.append(Right(Resource.GROUP, desk, Operation.DESCRIBE))
    if role is Role.REPLAY:
        # It makes topics of its own and runs a worker on them.
        found += _under(_REPLAYS, Operation.CREATE, Operation.READ, Operation.WRITE)
        found.append(Right(Resource.GROUP, _REPLAYS, Operation.READ, is_prefix=True))
    return tuple(found)


def groups_in(rights: Iterable[Right]) -> list[str]:
    """The groups that rights are on by name, each once."""
    named = (r.name for r in rights if r.resource is Resource.GROUP and not r.is_prefix)
    return list(dict.fromkeys(named))


def _under(prefix: str, *operations: Operation) -> tuple[Right, ...]:
    """Operations on every topic whose name begins so."""
    return tuple(
        Right(Resource.TOPIC, prefix, operation, is_prefix=True) for operation in operations
    )


def missing_rights(
    rights: Iterable[Right], topics: Iterable[FoundTopic], groups: Iterable[FoundGroup]
) -> list[Right]:
    """Those of the rights that what was found does not hold; what the broker left out, it holds."""
    operations: dict[tuple[Resource, str], frozenset[str] | None] = {
        (Resource.TOPIC, topic.name): frozenset() if topic.is_hidden else topic.operations
        for topic in topics
        if topic.is_there or topic.is_hidden
    }
    for group in groups:
        allowed = frozenset[str]() if group.is_hidden else group.operations
        operations[Resource.GROUP, group.name] = allowed
    return [
        right
        for right in rights
        if (allowed := operations.get((right.resource, right.name))) is not None
        and right.operation not in allowed
    ]


def acl_commands(rights: Iterable[Right], *, user: str, bootstrap: str) -> list[str]:
    """The ``kafka-acls`` commands that give a user these rights, as few as there can be.

    Args:
        rights: what to give.
        user: the name it logs in with.
        bootstrap: host:port of a broker.
    """
    names: dict[tuple[Resource, Operation, bool], list[str]] = defaultdict(list)
    for right in rights:
        names[right.resource, right.operation, right.is_prefix].append(right.name)
    return [
        _command(resource, operation, under, user, bootstrap, is_prefix=is_prefix)
        for (resource, operation, is_prefix), under in names.items()
    ]


def _command(
    resource: Resource,
    operation: Operation,
    names: Sequence[str],
    user: str,
    bootstrap: str,
    *,
    is_prefix: bool,
) -> str:
    words = ["kafka-acls", "--bootstrap-server", quote(bootstrap), "--add", "--allow-principal"]
    words += [quote(f"User:{user}"), "--operation", operation]
    words += [word for name in names for word in (f"--{resource}", quote(name))]
    if is_prefix:
        words += ["--resource-pattern-type", "prefixed"]
    return " ".join(words)
