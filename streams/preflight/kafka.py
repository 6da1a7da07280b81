"""A Kafka cluster before a start: reachable, ours to use, and with topics as they should be.

It must not change anything there.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterable, Sequence

import aiokafka.errors as kafka

from schemas.topics import TopicName
from streams.errors import ConfigError, TransportError
from streams.log import kafka_hosts
from streams.log.found import FoundGroup, FoundTopic
from streams.log.kafka_cluster import KafkaCluster
from streams.log.kafka_errors import await_broker
from streams.log.limits import max_batch_bytes
from streams.log.security import KafkaSecurity
from streams.preflight.finding import Finding, Level
from streams.preflight.rights import (
    READS,
    STAGES,
    WRITES,
    Operation,
    Role,
    acl_commands,
    groups_in,
    missing_rights,
    rights_of,
)
from streams.preflight.topics import Wanted, topic_findings
from streams.settings import Settings

__all__ = ["check_kafka", "compare_topics", "wanted_topics"]

# A clock that is so far from the broker's releases embargoes early or late by as much.
_SKEW_MS = 2000

_GROUP_LIMITS = ("group.min.session.timeout.ms", "group.max.session.timeout.ms")

_OLD = "older than 2.8, which is not tested"


async def check_kafka(
    settings: Settings, hosts: Sequence[str], roles: Sequence[Role]
) -> list[Finding]:
    """What these roles need of a cluster.

    Args:
        settings: in force.
        hosts: host:port of the brokers that the settings name.
        roles: who is to start.
    """
    security = settings.kafka_security()
    found, serving = await _brokers(hosts, security)
    if not serving:
        return found
    try:
        async with KafkaCluster(serving, security) as cluster:
            found += await _cluster(settings, cluster, roles, serving[0], security)
    except TransportError as error:
        # The broker went away between two questions.
        found.append(Finding("broker", ", ".join(serving), Level.WRONG, str(error), "try again"))
    return found


async def compare_topics(settings: Settings) -> dict[str, list[Finding] | None]:
    """What is otherwise than the catalogue, by the full name of each of its topics; None: absent.

    Raises:
        TransportError: the broker cannot be reached, or refuses us.
    """
    hosts = kafka_hosts(settings.broker)
    wanted = wanted_topics(settings, [Role.APPLY], hosts[0])
    async with KafkaCluster(hosts, settings.kafka_security()) as cluster:
        topics = await cluster.topics(list(wanted), configs=True)
    return {
        topic.name: [
            each
            for each in topic_findings(wanted[topic.name], topic)
            if each.level is not Level.RIGHT
        ]
        if topic.is_there or topic.is_hidden
        else None
        for topic in topics
    }


def wanted_topics(settings: Settings, roles: Sequence[Role], bootstrap: str) -> dict[str, Wanted]:
    """The topics that these roles use, by full name; for ``apply`` all there are."""
    used = {name for role in roles for name in (*READS.get(role, ()), *WRITES.get(role, ()))}
    everything = any(role in {Role.APPLY, Role.LINT} for role in roles)
    return {
        topic.full_name(settings.prefix): Wanted(
            topic,
            settings.prefix,
            max_batch_bytes(settings.max_body_bytes),
            settings.replication,
            bootstrap,
        )
        for name, topic in settings.catalogue().items()
        if everything or name in used
    }


async def _brokers(
    hosts: Sequence[str], security: KafkaSecurity
) -> tuple[list[Finding], list[str]]:
    """A line for each broker that is named, and those that serve us."""
    found, serving = [], []
    for host in hosts:
        try:
            await await_broker([host], security, timeout_s=5)
        except TransportError as error:
            found.append(Finding("broker", host, Level.WRONG, str(error), _mend(error)))
        else:
            serving.append(host)
            who = f", as {security.username!r}" if security.uses_sasl else ""
            words = f"answers over {security.protocol}{who}"
            found.append(Finding("broker", host, Level.RIGHT, words))
            if _is_overheard(host, security):
                words, mend = "the password goes in the clear", "set kafka.security_protocol"
                found.append(Finding("broker", host, Level.OTHER, words, f"{mend} = SASL_SSL"))
    if serving:
        # One that is away is no reason not to start: the others serve.
        found = [_softened(each) if each.level is Level.WRONG else each for each in found]
    return found, serving


def _is_overheard(host: str, security: KafkaSecurity) -> bool:
    """Whether a password is sent as it is, to another machine."""
    name = host.rpartition(":")[0]
    is_here = name in {"localhost", "[::1]"} or name.startswith("127.")
    return security.protocol == "SASL_PLAINTEXT" and security.mechanism == "PLAIN" and not is_here


def _softened(found: Finding) -> Finding:
    return Finding(found.check, found.subject, Level.OTHER, found.words, found.mend)


def _mend(error: TransportError) -> str:
    """The setting to look at, by what was raised below."""
    cause = error.__cause__
    if isinstance(cause, kafka.SaslAuthenticationFailed | kafka.AuthenticationFailedError):
        return "set kafka.sasl_username and kafka.sasl_password_file"
    if isinstance(cause, kafka.UnsupportedSaslMechanismError | kafka.IllegalSaslStateError):
        return "set kafka.sasl_mechanism"
    if isinstance(cause, ssl.SSLError):
        return "set kafka.ssl_cafile, or kafka.security_protocol"
    if isinstance(cause, ConnectionRefusedError | socket.gaierror):
        return "start it, or set broker"
    if isinstance(cause, kafka.KafkaConnectionError | ConnectionError | EOFError):
        return "set kafka.security_protocol"
    return "see that it runs and that no firewall is between; or set broker"


async def _cluster(
    settings: Settings,
    cluster: KafkaCluster,
    roles: Sequence[Role],
    bootstrap: str,
    security: KafkaSecurity,
) -> list[Finding]:
    release = await cluster.release()
    level, words = (Level.RIGHT, f"{release} or later") if release else (Level.OTHER, _OLD)
    found = [Finding("version", "Kafka", level, words, "" if release else "upgrade the brokers")]

    wanted = wanted_topics(settings, roles, bootstrap)
    topics = await cluster.topics(list(wanted), configs=True)
    for topic in topics:
        found += topic_findings(wanted[topic.name], topic)

    rights = [right for role in roles for right in rights_of(role, prefix=settings.prefix)]
    groups = await cluster.groups(groups_in(rights))
    user = security.username or "ANONYMOUS"
    found += _rights(settings, roles, topics, groups, user=user, bootstrap=bootstrap)
    wrong = any(each.check == "right" and each.level is Level.WRONG for each in found)
    if any(role in WRITES for role in roles) and not wrong:
        found += await _producer(cluster, user, bootstrap)
    found += _instances(settings, roles, groups)
    found += await _contradictions(settings, cluster, roles)
    found += await _clock(cluster, topics)
    return found


def _rights(
    settings: Settings,
    roles: Sequence[Role],
    topics: Sequence[FoundTopic],
    groups: Sequence[FoundGroup],
    *,
    user: str,
    bootstrap: str,
) -> Iterable[Finding]:
    for role in roles:
        if role in {Role.APPLY, Role.LINT}:
            continue
        # Of what is allowed by prefix the broker tells nothing, where there is no topic yet.
        rights = [r for r in rights_of(role, prefix=settings.prefix) if not r.is_prefix]
        missing = missing_rights(rights, topics, groups)
        untold = {topic.name for topic in topics if topic.is_there and topic.operations is None}
        for right in missing:
            (mend,) = acl_commands([right], user=user, bootstrap=bootstrap)
            words = f"{role} may not {right.operation} {right.resource} {right.name}"
            yield Finding("right", right.name, Level.WRONG, words, mend)
        if untold & {right.name for right in rights}:
            yield Finding("right", role, Level.UNKNOWN, "the broker does not tell them")
        elif not missing:
            yield Finding("right", role, Level.RIGHT, f"has each of its {len(rights)}")


async def _producer(cluster: KafkaCluster, user: str, bootstrap: str) -> Iterable[Finding]:
    refusal = await cluster.producer_refusal()
    if refusal is None:
        return [Finding("right", "idempotent producer", Level.RIGHT, "may write without doubles")]
    mend = (
        f"kafka-acls --bootstrap-server {bootstrap} --add --allow-principal User:{user} "
        "--operation IdempotentWrite --cluster"
    )
    return [Finding("right", "idempotent producer", Level.WRONG, refusal, mend)]


def _instances(
    settings: Settings, roles: Sequence[Role], groups: Sequence[FoundGroup]
) -> Iterable[Finding]:
    own = settings.worker.instance_id
    if own is None:
        return
    mine = {f"{own}-{role}" for role in roles if role in STAGES}
    for group in groups:
        for instance in sorted(mine & group.instances.keys()):
            words = (
                f"{group.name} has a member {instance} at {group.instances[instance]}: the two "
                "would expel each other"
            )
            mend = (
                "stop that worker, or set worker.instance_id; one that has just ended is gone "
                f"after {settings.worker.session_timeout_s:g} s"
            )
            yield Finding("setting", "worker.instance_id", Level.WRONG, words, mend)


async def _contradictions(
    settings: Settings, cluster: KafkaCluster, roles: Sequence[Role]
) -> list[Finding]:
    """Settings against the cluster and against each other, beyond what ``lint`` has said."""
    found = []
    brokers = await cluster.brokers()
    if settings.replication > brokers:
        words = f"{settings.replication} copies, and there are {brokers} brokers"
        found.append(
            Finding("setting", "replication", Level.WRONG, words, f"set replication = {brokers}")
        )
    limits = await cluster.broker_config(*_GROUP_LIMITS)
    least, most = limits.get(_GROUP_LIMITS[0], 0), limits.get(_GROUP_LIMITS[1], 2**31)
    ours = settings.worker.session_timeout_s * 1000
    if any(role in STAGES for role in roles) and not least <= ours <= most:
        words = f"{ours / 1000:g} s, the broker takes {least / 1000:g} to {most / 1000:g}"
        mend = f"set worker.session_timeout_s = {least / 1000:g}"
        found.append(Finding("setting", "worker.session_timeout_s", Level.WRONG, words, mend))
    raw, decoded = settings.topic(TopicName.RAW), settings.topic(TopicName.DECODED)
    if decoded.retention_ms is not None and (
        raw.retention_ms is None or decoded.retention_ms < raw.retention_ms
    ):
        words = "decoded is kept shorter than raw: a desk that was away would miss some"
        mend = "set topics.decoded.retention_days to that of raw, or more"
        found.append(Finding("setting", "topics.decoded.retention_days", Level.WRONG, words, mend))
    try:
        settings.worker_config()
    except ConfigError as error:
        found.append(Finding("setting", "worker", Level.WRONG, str(error), "as it says"))
    return found


async def _clock(cluster: KafkaCluster, topics: Sequence[FoundTopic]) -> Iterable[Finding]:
    """Whether the broker has stamped a record later than our clock is.

    Kafka tells its time in no answer: a clock of ours that is ahead is not found out.
    """
    stamped = [
        topic
        for topic in topics
        if topic.is_there
        and (topic.operations is None or Operation.DESCRIBE in topic.operations)
        and (topic.config or {}).get("message.timestamp.type") == "LogAppendTime"
    ]
    now_ms = int(time.time() * 1000)
    latest_ms = await cluster.appended_after(stamped, now_ms + _SKEW_MS)
    if latest_ms is None:
        words = "not behind the broker's records" if stamped else "no record to compare it with"
        level = Level.RIGHT if stamped else Level.UNKNOWN
        return [Finding("clock", "this machine", level, words)]
    words = f"{(latest_ms - now_ms) / 1000:.0f} s or more behind the broker's"
    mend = "set both by NTP (timedatectl set-ntp true)"
    return [Finding("clock", "this machine", Level.WRONG, words, mend)]
