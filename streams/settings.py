"""Every setting, from its file, the environment and the command line, each with its origin.

It must not be imported by the pure stages: hosts hand them what they need.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from schemas.topics import CATALOGUE, DAY_MS, Topic, TopicName
from streams.errors import ConfigError
from streams.setting_names import all_keys, is_key, nearest, refuse_unknown
from streams.setting_sections import (
    DeskSettings,
    EnrichSettings,
    KafkaSettings,
    TopicSettings,
    WorkerSettings,
)

if TYPE_CHECKING:
    from streams.desk.config import DedupRule
    from streams.log.security import KafkaSecurity
    from streams.pipeline import PipelineConfig
    from streams.worker.config import WorkerConfig

__all__ = ["DEFAULT_FILE", "Loaded", "Origin", "Settings", "load_settings"]

DEFAULT_FILE = Path("wireroom.toml")
"""Read from the working directory when neither --config nor WIREROOM_CONFIG names a file."""

_ENV_PREFIX = "WIREROOM_"
# Read by the test-suite and the Kafka launcher, not by this class.
_FOREIGN_ENV = frozenset({"WIREROOM_CONFIG", "WIREROOM_REQUIRE_KAFKA", "WIREROOM_KAFKA_LIBS"})
_FOREIGN_ENV_PREFIX = "WIREROOM_TEST_"
_NESTED = "__"
_MASK = "********"
# A shell cannot export a name with a dot: WIREROOM_TOPICS__RAW_URGENT__PARTITIONS.
_TOPIC_OF_ENV = {name.replace(".", "_"): name.value for name in TopicName}
_URL_PASSWORD = re.compile(r"(?<=://)([^/@\s:]*):[^/@\s]*@")


class Origin(StrEnum):
    """Where an effective value came from, weakest first."""

    DEFAULT = "default"
    FILE = "file"
    ENV = "env"
    FLAG = "flag"


class Settings(BaseSettings):
    """The effective settings. ``load_settings()`` reads file and environment; this alone does not.

    Attributes:
        broker: the topic log, ``kafka://host:port[,host:port]`` or ``sqlite:///path``.
        prefix: put before every topic's name.
        metrics_port: where the worker's first stage answers /metrics and /ready, the others on
            the ports after it; None for none, 0 for any that is free.
        max_body_bytes: a larger body is spooled whole to ``spool_dir`` and becomes a dead letter.
        replication: copies of each topic made by ``topics apply``; Kafka only.
    """

    model_config = SettingsConfigDict(
        env_prefix=_ENV_PREFIX,
        env_nested_delimiter=_NESTED,
        env_ignore_empty=True,
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        validate_default=False,
    )

    broker: str = "sqlite:///./wireroom.db"
    prefix: str = Field(default="wire.", pattern=r"^[A-Za-z0-9._-]{0,100}$")
    max_body_bytes: int = Field(default=8 * 1024 * 1024, ge=1024)
    spool_dir: Path = Path("wireroom-spool")
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["auto", "json", "console"] = "auto"
    metrics_host: str = "127.0.0.1"
    metrics_port: int | None = Field(default=None, ge=0, le=65535)
    replication: int = Field(default=1, ge=1)
    kafka: KafkaSettings = KafkaSettings()
    desk: DeskSettings = DeskSettings()
    enrich: EnrichSettings = EnrichSettings()
    worker: WorkerSettings = WorkerSettings()
    topics: dict[TopicName, TopicSettings] = {}

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003  (pydantic-settings passes it by name)
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what is given: ``load_settings`` merges the sources, and knows each origin."""
        return (init_settings,)

    def topic(self, name: TopicName) -> Topic:
        """The catalogue's entry for a topic, with these settings applied."""
        entry, own = CATALOGUE[name], self.topics.get(name, TopicSettings())
        retention_ms = entry.retention_ms
        if own.retention_days == "forever":
            retention_ms = None
        elif own.retention_days is not None:
            retention_ms = int(own.retention_days * DAY_MS)
        partitions = own.partitions or entry.partitions
        return replace(entry, partitions=partitions, retention_ms=retention_ms)

    def catalogue(self) -> dict[TopicName, Topic]:
        """The whole catalogue with these settings applied."""
        return {name: self.topic(name) for name in CATALOGUE}

    def topic_name(self, name: TopicName) -> str:
        """The full name of a topic on the log."""
        return self.prefix + name

    def kafka_security(self) -> KafkaSecurity:
        """What the Kafka clients need to connect, secrets read from their files.

        Raises:
            ConfigError: a secret's file cannot be read, or what is set contradicts itself.
        """
        from streams.log.security import KafkaSecurity  # noqa: PLC0415  (start quickly)

        kafka = self.kafka
        return KafkaSecurity(
            protocol=kafka.security_protocol,
            mechanism=kafka.sasl_mechanism,
            username=kafka.sasl_username,
            password=_secret("sasl_password", kafka.sasl_password, kafka.sasl_password_file),
            cafile=_text(kafka.ssl_cafile),
            certfile=_text(kafka.ssl_certfile),
            keyfile=_text(kafka.ssl_keyfile),
            keyfile_password=_secret(
                "ssl_key_password", kafka.ssl_key_password, kafka.ssl_key_password_file
            ),
        )

    def pipeline_config(self) -> PipelineConfig:
        """What the stages need to know, without files or environment."""
        from streams.desk import DeskConfig  # noqa: PLC0415  (brings the stages)
        from streams.enrich import EnrichConfig  # noqa: PLC0415  (as above)
        from streams.pipeline import PipelineConfig  # noqa: PLC0415  (as above)

        rule = _dedup_rule(self.desk.model_dump(exclude={"providers"}))
        own = {
            name: _dedup_rule(settings.model_dump(exclude_none=True), rule)
            for name, settings in self.desk.providers.items()
        }
        return PipelineConfig(
            desk=DeskConfig(dedup=rule, providers=own),
            enrich=EnrichConfig(recogniser=self.enrich.recogniser),
            max_body_bytes=self.max_body_bytes,
        )

    def worker_config(self) -> WorkerConfig:
        """What the worker on Kafka needs to know.

        Raises:
            ConfigError: the broker is no kafka:// one, or a value contradicts another.
        """
        from streams.worker.config import WorkerConfig  # noqa: PLC0415  (brings the stages)

        return WorkerConfig(
            broker=self.broker,
            security=self.kafka_security(),
            prefix=self.prefix,
            pipeline=self.pipeline_config(),
            spool_dir=self.spool_dir,
            metrics_host=self.metrics_host,
            metrics_port=self.metrics_port,
            log_level=self.log_level.upper(),
            **self.worker.model_dump(),
        )


@dataclass(frozen=True, slots=True)
class Loaded:
    """Settings together with where each came from."""

    settings: Settings
    origins: Mapping[str, str]
    """Dotted key to "file wireroom.toml", "env WIREROOM_BROKER", "flag"; defaults are absent."""

    def rows(self) -> Iterator[tuple[str, object, str]]:
        """Every effective value as (dotted key, value with secrets masked, origin)."""
        effective = self.settings.model_dump(exclude={"topics"})
        effective["topics"] = {
            name.value: {
                "partitions": topic.partitions,
                "retention_days": "forever"
                if topic.retention_ms is None
                else topic.retention_ms / DAY_MS,
            }
            for name, topic in self.settings.catalogue().items()
        }
        for key, value in _flatten(effective):
            yield key, _shown(value), self.origins.get(key, Origin.DEFAULT.value)


def load_settings(
    config: Path | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    flags: Mapping[str, object] | None = None,
) -> Loaded:
    """Settings from the file, then the environment, then flags (a flag that is None is not given).

    Raises:
        ConfigError: a file cannot be read, a key is unknown anywhere, or a value is wrong.
    """
    environment = os.environ if environ is None else environ
    file = _file_of(config, environment)
    from_file = _read_toml(file) if file else {}
    refuse_unknown(Settings, from_file, f"in {file}")
    layers: list[tuple[str, Mapping[str, Any]]] = [(f"file {file}", from_file)]
    layers.append((Origin.ENV.value, _read_env(environment)))
    given = {key: value for key, value in (flags or {}).items() if value is not None}
    layers.append((Origin.FLAG.value, given))

    merged: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for origin, layer in layers:
        _merge(merged, layer)
        origins.update((key, _origin(origin, key)) for key, _ in _flatten(layer))
    try:
        settings = Settings(**merged)
    except ValidationError as error:
        raise ConfigError(_first_problem(error, origins)) from None
    return Loaded(settings, origins)


def _file_of(config: Path | None, environ: Mapping[str, str]) -> Path | None:
    named = config or (Path(environ["WIREROOM_CONFIG"]) if environ.get("WIREROOM_CONFIG") else None)
    if named is None:
        return DEFAULT_FILE if DEFAULT_FILE.is_file() else None
    return named


def _read_toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"cannot read settings file {file}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file} is not valid TOML: {error}") from None


def _read_env(environ: Mapping[str, str]) -> dict[str, Any]:
    names: dict[str, str] = {}
    for name in sorted(environ):
        upper = name.upper()
        if not upper.startswith(_ENV_PREFIX) or upper in _FOREIGN_ENV:
            continue
        if upper.startswith(_FOREIGN_ENV_PREFIX):
            continue
        path = upper.removeprefix(_ENV_PREFIX).lower().split(_NESTED)
        if path[0] == "topics" and len(path) > 1:
            path[1] = _TOPIC_OF_ENV.get(path[1], path[1])
        if not is_key(Settings, path):
            close = nearest(upper, [_env_name(key) for key in all_keys(Settings)])
            raise ConfigError(f"unknown environment variable {name}{close}")
        names[_ENV_PREFIX.lower() + _NESTED.join(path)] = environ[name]
    source = EnvSettingsSource(Settings, case_sensitive=False)
    source.env_vars = names
    try:
        return source()
    except ValueError as error:
        raise ConfigError(f"environment: {error}") from None


def _env_name(key: str) -> str:
    path = key.replace("raw.urgent", "raw_urgent").split(".")
    return _ENV_PREFIX + _NESTED.join(path).upper()


def _origin(layer: str, key: str) -> str:
    return f"env {_env_name(key)}" if layer == Origin.ENV else layer


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)


def _secret(name: str, value: SecretStr | None, file: Path | None) -> str | None:
    if value is not None and file is not None:
        raise ConfigError(f"kafka.{name} and kafka.{name}_file are both set: keep one")
    if file is None:
        return value.get_secret_value() if value is not None else None
    try:
        # Editors and `echo` end a file with a newline that is no part of the secret.
        return file.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"kafka.{name}_file: cannot read {file}: {error}") from None


def _dedup_rule(settings: Mapping[str, Any], base: DedupRule | None = None) -> DedupRule:
    from streams.desk.config import DedupRule  # noqa: PLC0415  (brings the stages)

    changes: dict[str, Any] = {}
    if "enabled" in settings:
        changes["enabled"] = settings["enabled"]
    if "near_hours" in settings:
        changes["near_window"] = timedelta(hours=settings["near_hours"])
    if "exact_days" in settings:
        changes["exact_window"] = timedelta(days=settings["exact_days"])
    return replace(base or DedupRule(), **changes)


# -- merging and showing -------------------------------------------------------------------


def _merge(into: dict[str, Any], layer: Mapping[str, Any]) -> None:
    for key, value in layer.items():
        if isinstance(value, Mapping) and isinstance(into.get(key), dict):
            _merge(into[key], value)
        else:
            into[key] = dict(value) if isinstance(value, Mapping) else value


def _flatten(table: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in table.items():
        if isinstance(value, Mapping) and value:
            yield from _flatten(value, f"{before}{key}.")
        else:
            yield f"{before}{key}", value


def _shown(value: object) -> object:
    if isinstance(value, SecretStr):
        return _MASK
    if isinstance(value, str):
        return _URL_PASSWORD.sub(rf"\1:{_MASK}@", value)
    return str(value) if isinstance(value, Path) else value


def _first_problem(error: ValidationError, origins: Mapping[str, str]) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    key = ".".join(str(part) for part in first["loc"])
    origin = next((o for k, o in origins.items() if key == k or key.startswith(f"{k}.")), "")
    return f"{key}: {first['msg']}" + (f" ({origin})" if origin else "")
