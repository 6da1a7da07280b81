"""Topics as they are against the catalogue: what differs, what it costs, what mends it.

It must not ask a broker.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from shlex import quote

from schemas.topics import DAY_MS, Topic, TopicName
from streams.log.found import FoundTopic
from streams.preflight.finding import Finding, Level

__all__ = ["Wanted", "topic_findings"]

_ONE_PARTITION = frozenset({TopicName.DECODED, TopicName.HELD, TopicName.DESK, TopicName.STATE})
"""Read as one order of records, or rebuilt from partition 0 alone."""

# What is the worker's memory, or must outlast a worker that was away.
_MEMORY = frozenset(
    {TopicName.DECODED, TopicName.DESK, TopicName.STATE, TopicName.HELD, TopicName.KB}
)

# The desk's clock is the append time of these, and of what is decoded from them.
_CLOCKS = frozenset({TopicName.RAW, TopicName.RAW_URGENT, TopicName.DECODED})

# These hold no text: their records are under a few kilobytes.
_SMALL = frozenset({TopicName.DESK, TopicName.STATE, TopicName.KB})
_SMALL_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a topic should be.

    Attributes:
        topic: its entry in the catalogue, with the settings applied.
        prefix: of its full name.
        max_message_bytes: the largest batch that it must take.
        replication: copies of it.
        bootstrap: host:port, for commands.
    """

    topic: Topic
    prefix: str
    max_message_bytes: int
    replication: int
    bootstrap: str

    @property
    def name(self) -> str:
        """Its full name."""
        return self.topic.full_name(self.prefix)


@dataclass(frozen=True, slots=True)
class _Difference:
    setting: str
    wanted: str
    found: str
    harm: str | None


def topic_findings(wanted: Wanted, found: FoundTopic) -> list[Finding]:
    """What is to be said of a topic; at least one line.

    Args:
        wanted: as it should be.
        found: as it is.
    """
    name = wanted.name
    if found.is_hidden:
        words = "not there, or we may not know: no Describe"
        return [
            Finding("topic", name, Level.WRONG, words, "wireroom topics apply; then the rights")
        ]
    if not found.is_there:
        return [Finding("topic", name, Level.WRONG, "does not exist", "wireroom topics apply")]
    findings = list(_layout(wanted, found))
    if found.config is None:
        words = "its settings cannot be seen: no DescribeConfigs"
        findings.append(Finding("topic", name, Level.UNKNOWN, words, "wireroom topics acls lint"))
    else:
        findings += _settings(wanted, found, found.config)
    if any(each.level is not Level.UNKNOWN for each in findings):
        return findings
    copies = f"{found.replication} cop{'y' if found.replication == 1 else 'ies'}"
    words = f"{found.partitions} partition{'s' * (found.partitions != 1)}, {copies}"
    return [Finding("topic", name, Level.RIGHT, words), *findings]


def _layout(wanted: Wanted, found: FoundTopic) -> Iterable[Finding]:
    """Partitions and copies."""
    topic, name = wanted.topic, wanted.name
    if found.partitions != topic.partitions:
        words = f"{found.partitions} partitions, not {topic.partitions}"
        if topic.name in _ONE_PARTITION:
            # No command takes partitions away.
            mend = (
                f"kafka-topics --bootstrap-server {wanted.bootstrap} --delete --topic {quote(name)}"
                "  # loses what it holds; then wireroom topics apply"
            )
            words += ": it is read as one order, what lies in the others is missed"
            yield Finding("topic", name, Level.WRONG, words, mend)
        else:
            mend = f'set topics."{topic.name}".partitions = {found.partitions}'
            yield Finding("topic", name, Level.OTHER, words, mend)
    if found.leaderless:
        words = f"{found.leaderless} partitions have no leader: their brokers are away"
        yield Finding("topic", name, Level.WRONG, words, "start the brokers that hold them")
    if found.replication < wanted.replication:
        words = f"{found.replication} copies, not {wanted.replication}"
        mend = "kafka-reassign-partitions, with more replicas"
        yield Finding("topic", name, Level.OTHER, words, mend)
    if found.config is not None:
        in_sync = int(found.config.get("min.insync.replicas", "1"))
        if in_sync > found.replication:
            words = f"min.insync.replicas {in_sync} with {found.replication} copies: writes refused"
            mend = _kafka_configs(wanted, {"min.insync.replicas": str(found.replication)})
            yield Finding("topic", name, Level.WRONG, words, mend)


def _settings(wanted: Wanted, found: FoundTopic, config: Mapping[str, str]) -> Iterable[Finding]:
    """One line for what does harm and one for what does not, each with one command."""
    differences = list(_differences(wanted, config))
    for level in (Level.WRONG, Level.OTHER):
        own = [each for each in differences if (each.harm is not None) is (level is Level.WRONG)]
        if not own:
            continue
        words = "; ".join(
            f"{each.setting} {each.found}, not {each.wanted}" + (f": {each.harm}" * bool(each.harm))
            for each in own
        )
        mend = _kafka_configs(wanted, {each.setting: each.wanted for each in own})
        yield Finding("topic", found.name, level, words, mend)


def _differences(wanted: Wanted, found: Mapping[str, str]) -> Iterable[_Difference]:
    config = wanted.topic.config(max_message_bytes=wanted.max_message_bytes)
    for setting, value in config.items():
        own = found.get(setting, "")
        if _same(setting, own, value):
            continue
        yield _Difference(setting, value, own or "unset", _harm(wanted, setting, own, found))
    # Beside the catalogue: what deletes sooner than it says.
    limit = found.get("retention.bytes", "-1")
    if int(limit) >= 0 and "delete" in found.get("cleanup.policy", ""):
        harm = "records the desk needs are deleted early" if _is_memory(wanted) else None
        yield _Difference("retention.bytes", "-1", limit, harm)


def _same(setting: str, found: str, wanted: str) -> bool:
    if setting == "cleanup.policy":
        return _policies(found) == _policies(wanted)
    if setting == "max.message.bytes":
        # Room to spare is no difference to anybody.
        return int(found or 0) >= int(wanted)
    return found == wanted


def _harm(wanted: Wanted, setting: str, own: str, found: Mapping[str, str]) -> str | None:
    """What a setting that differs costs; None when the worker does not feel it."""
    topic = wanted.topic
    match setting:
        case "cleanup.policy" if not topic.compacted and "compact" in own:
            return "keeps the last record of each key only"
        case "cleanup.policy" if topic.retention_ms is None and "delete" in own:
            return "kills, holds or edits are forgotten in time"
        case "retention.ms" if _deletes_early(wanted, own, found):
            return "what the desk, or a worker that was away, needs is deleted early"
        case "message.timestamp.type" if topic.name in _CLOCKS:
            return "senders' clocks would be the desk's"
        case "max.message.bytes" if topic.name not in _SMALL or int(own or 0) < _SMALL_BYTES:
            return "long messages become dead letters, or end the worker"
    return None


def _deletes_early(wanted: Wanted, own: str, found: Mapping[str, str]) -> bool:
    policies = _policies(found.get("cleanup.policy", ""))
    kept = wanted.topic.retention_ms
    shorter = _days(own) < _days(None if kept is None else str(kept))
    return _is_memory(wanted) and shorter and "delete" in policies


def _is_memory(wanted: Wanted) -> bool:
    return wanted.topic.name in _MEMORY


def _policies(value: str) -> frozenset[str]:
    return frozenset(part.strip() for part in value.split(",") if part.strip())


def _days(ms: str | None) -> float:
    return float("inf") if ms is None or int(ms or -1) < 0 else int(ms) / DAY_MS


def _kafka_configs(wanted: Wanted, settings: Mapping[str, str]) -> str:
    # A list of values is one value only within brackets.
    pairs = ",".join(
        f"{name}=[{value}]" if "," in value else f"{name}={value}"
        for name, value in settings.items()
    )
    return (
        f"kafka-configs --bootstrap-server {wanted.bootstrap} --alter --entity-type topics "
        f"--entity-name {quote(wanted.name)} --add-config {quote(pairs)}"
    )
