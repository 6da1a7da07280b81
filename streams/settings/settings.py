"""Every setting there is, and what the stages, the clients and the worker are told of them.

It must not read a settings file or the environment; ``loading`` does.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field, SecretStr
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from schemas.topics import CATALOGUE, DAY_MS, Topic, TopicName
from streams.errors import ConfigError
from streams.settings.sections import (
    DeskSettings,
    EnrichSettings,
    IngestSettings,
    KafkaSettings,
    TopicSettings,
    WorkerSettings,
)

if TYPE_CHECKING:
    from streams.enrich.topics import TopicRules
    from streams.ingest.lanes import Lanes
    from streams.log.security import KafkaSecurity
    from streams.pipeline import PipelineConfig
    from streams.worker.config import WorkerConfig

ENV_PREFIX = "WIREROOM_"
NESTED = "__"


class Settings(BaseSettings):
    """The effective settings. ``load_settings()`` reads file and environment; this alone does not.

    Attributes:
        broker: the topic log, ``kafka://host:port[,host:port]`` or ``sqlite:///path``.
        prefix: put before every topic's name.
        metrics_port: where the worker's first stage answers /metrics and /ready, the others on
            the ports after it; None for none, 0 for any that is free.
        max_body_bytes: a larger body is spooled whole to ``spool_dir`` and becomes a dead letter.
        profiles_dir: a directory of provider profiles (*.toml) besides those that ship; one of the
            same provider takes the place of the shipped one.
        boilerplate: the file of learned lines that cleaning takes out; read once, at the start.
        cleaning_off: rules of cleaning that no message is put through, by name; a profile may name
            more for its provider (docs/profiles.md).
        replication: copies of each topic made by ``topics apply``; Kafka only.
    """

    model_config = SettingsConfigDict(
        env_prefix=ENV_PREFIX,
        env_nested_delimiter=NESTED,
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
    profiles_dir: Path | None = None
    boilerplate: Path | None = None
    cleaning_off: tuple[str, ...] = ()
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["auto", "json", "console"] = "auto"
    metrics_host: str = "127.0.0.1"
    metrics_port: int | None = Field(default=None, ge=0, le=65535)
    replication: int = Field(default=1, ge=1)
    kafka: KafkaSettings = KafkaSettings()
    desk: DeskSettings = DeskSettings()
    enrich: EnrichSettings = EnrichSettings()
    ingest: IngestSettings = IngestSettings()
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

    def full_topic_name(self, topic: str) -> str:
        """The full name of ``raw``, ``items``, ... of the catalogue; any other is one already."""
        return self.topic_name(TopicName(topic)) if topic in set(TopicName) else topic

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

    def lanes(self) -> Lanes:
        """Which messages go ahead of the others.

        Raises:
            ConfigError: a provider profile cannot be read.
        """
        from streams.ingest.lanes import Lanes  # noqa: PLC0415  (start quickly)
        from streams.settings.profiles import profiles_of  # noqa: PLC0415  (as above)

        return Lanes(
            profiles_of(self.profiles_dir),
            frozenset(self.ingest.urgent_providers),
            self.ingest.urgent_sources,
            self.ingest.urgent_markers,
        )

    def pipeline_config(self) -> PipelineConfig:
        """What the stages need to know, without files or environment.

        Raises:
            ConfigError: a provider profile, the file of learned lines or a model of names cannot
                be read, or ``cleaning_off`` names no rule.
        """
        from streams.clean import CleaningRules  # noqa: PLC0415  (brings the stages)
        from streams.decode.profiles.checking import cleaning_off  # noqa: PLC0415  (as above)
        from streams.enrich import EnrichConfig  # noqa: PLC0415  (as above)
        from streams.pipeline import PipelineConfig  # noqa: PLC0415  (as above)
        from streams.settings.boilerplate import load_boilerplate  # noqa: PLC0415  (as above)
        from streams.settings.desk import desk_config  # noqa: PLC0415  (as above)
        from streams.settings.models import checked_models  # noqa: PLC0415  (as above)
        from streams.settings.profiles import profiles_of  # noqa: PLC0415  (as above)

        try:
            off = cleaning_off(list(self.cleaning_off))
        except ValueError as error:
            raise ConfigError(f"cleaning_off: {error}") from None
        profiles = profiles_of(self.profiles_dir)
        return PipelineConfig(
            profiles=profiles,
            rules=CleaningRules(
                boilerplate=load_boilerplate(self.boilerplate) if self.boilerplate else None
            ).without(off),
            desk=desk_config(self.desk),
            enrich=EnrichConfig(
                recogniser=self.enrich.recogniser,
                models=checked_models(self.enrich),
                homes=tuple(
                    (name, provider.home)
                    for name, provider in sorted(self.enrich.providers.items())
                    if provider.home
                ),
                profiles=profiles,
                topic_rules=self._topic_rules(),
            ),
            max_body_bytes=self.max_body_bytes,
        )

    def _topic_rules(self) -> TopicRules | None:
        """The rules of the user's file before the shipped ones; None where there is no file.

        Raises:
            ConfigError: the file cannot be read, or holds no such rules.
        """
        from streams.enrich.topics import default_rules, read_rules  # noqa: PLC0415  (as above)
        from streams.settings.profiles import read_text  # noqa: PLC0415  (as above)

        path = self.enrich.topic_rules
        if path is None:
            return None
        try:
            return read_rules(read_text(path), before=default_rules())
        except ConfigError as error:
            raise ConfigError(f"enrich.topic_rules, {path}: {error}") from None

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
            **self._worker_options(),
        )

    def _worker_options(self) -> dict[str, Any]:
        from streams.worker.flood import FloodLimits  # noqa: PLC0415  (brings the stages)

        options = self.worker.model_dump()
        limits = FloodLimits(
            *(options.pop(f"flood_{name}") for name in ("share", "window_records", "run"))
        )
        options["flood"] = limits if options.pop("stop_on_flood") else None
        if options["max_ahead_records"] == "off":
            options["max_ahead_records"] = None
        return options


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
