"""The topic log: one interface, on Kafka and on a single SQLite file.

It must not know what records mean.
"""

from __future__ import annotations

from streams.errors import ConfigError
from streams.log.base import Headers, NewRecord, Offsets, Record, TopicLog
from streams.log.limits import DEFAULT_MAX_BODY_BYTES
from streams.log.security import KafkaSecurity
from streams.log.sqlite import SqliteLog
from streams.log.sqlite_store import SqliteStore

__all__ = [
    "Headers",
    "KafkaSecurity",
    "NewRecord",
    "Offsets",
    "Record",
    "SqliteStore",
    "TopicLog",
    "kafka_hosts",
    "open_log",
    "sqlite_path",
]

_SQLITE = "sqlite:///"
_KAFKA = "kafka://"


def open_log(
    url: str,
    security: KafkaSecurity | None = None,
    *,
    max_body_bytes: int = DEFAULT_MAX_BODY_BYTES,
    durable: bool = True,
    replication_factor: int = 1,
    connect_timeout_s: float = 10.0,
) -> TopicLog:
    """The log a URL names, to be used with ``async with``; nothing is opened or created yet.

    Args:
        url: ``kafka://host:port[,host:port]``, or ``sqlite:///path`` (relative; four slashes
            begin an absolute path).
        security: TLS and SASL towards Kafka; None is neither.
        max_body_bytes: the largest message body; drives every limit of topics and clients.
        durable: SQLite only: commits survive a loss of power; False is for temporary logs.
        replication_factor: Kafka only: of the topics that are created.
        connect_timeout_s: Kafka only: how long a broker that does not answer is waited for.

    Raises:
        ConfigError: the URL's scheme is unknown, or its rest is not as above.
    """
    path = sqlite_path(url)
    if path is not None:
        return SqliteLog(path, durable=durable, max_body_bytes=max_body_bytes)
    if url.startswith(_KAFKA):
        # aiokafka takes a fifth of a second to import: not for those who do not use it.
        from streams.log.kafka import KafkaLog  # noqa: PLC0415

        return KafkaLog(
            kafka_hosts(url),
            security=security,
            max_body_bytes=max_body_bytes,
            replication_factor=replication_factor,
            connect_timeout_s=connect_timeout_s,
        )
    raise _no_log(url)


def sqlite_path(url: str) -> str | None:
    """The path of a ``sqlite:///`` URL; None when the URL is of another kind.

    Raises:
        ConfigError: the path is empty.
    """
    if not url.startswith(_SQLITE):
        return None
    path = url.removeprefix(_SQLITE)
    if not path:
        raise ConfigError(f"{url!r} names no file: use sqlite:///wireroom.db")
    return path


def kafka_hosts(url: str) -> tuple[str, ...]:
    """The brokers of a ``kafka://`` URL, each as host:port.

    Raises:
        ConfigError: the URL is of another kind, or a part of it is not host:port.
    """
    if not url.startswith(_KAFKA):
        raise _no_log(url)
    rest = url.removeprefix(_KAFKA).rstrip("/")
    if "@" in rest:
        raise ConfigError("a kafka:// URL holds no user name or password: use the SASL settings")
    hosts = []
    for part in rest.split(","):
        host = part.strip()
        name, port = host, "9092"
        if ":" in host and not host.endswith("]"):
            name, _, port = host.rpartition(":")
        bare_v6 = ":" in name and not (name.startswith("[") and name.endswith("]"))
        if not name or bare_v6 or "/" in name or not (port.isascii() and port.isdigit()):
            raise ConfigError(f"{url!r}: {host!r} is not host:port")
        hosts.append(f"{name}:{port}")
    return tuple(hosts)


def _no_log(url: str) -> ConfigError:
    return ConfigError(f"{url!r} names no log: use kafka://host:port[,host:port] or sqlite:///path")
