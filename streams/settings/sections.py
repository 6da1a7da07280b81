"""The sections of the settings: what may be set, its limits and its default.

It must not read files or the environment.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

__all__ = [
    "DedupSettings",
    "DeskSettings",
    "EnrichSettings",
    "IngestSettings",
    "KafkaSettings",
    "TopicSettings",
    "WorkerSettings",
]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class KafkaSettings(_Section):
    """Who we are to a Kafka broker, and whom to trust; each secret may also be named by a file.

    Attributes:
        security_protocol: as Kafka calls it; certificate and host name are always checked.
    """

    security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "PLAIN"
    sasl_username: str | None = None
    sasl_password: SecretStr | None = None
    sasl_password_file: Path | None = None
    ssl_cafile: Path | None = None
    ssl_certfile: Path | None = None
    ssl_keyfile: Path | None = None
    ssl_key_password: SecretStr | None = None
    ssl_key_password_file: Path | None = None


_Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
# A silence longer than the watch remembers would never be announced.
_Minutes = Annotated[float, Field(ge=1, le=7 * 24 * 60, allow_inf_nan=False)]


class DedupSettings(_Section):
    """How copy is compared with what came before, and what is watched.

    None leaves what is set for all, or the desk's own value. Units are in the names; shares are
    from 0 to 1. What each does: ``streams.desk.config`` and docs/desk.md.

    Attributes:
        enabled: off publishes everything as its own story.
        near_hours: how far back near copies and versions are looked for.
        exact_days: how far back equal texts are.
        evidence: rare phrases; a fingerprint keeps 128 of a text.
        gaps: announce missing message numbers.
        silence_minutes: announce no silence before so long; "off" announces none.
    """

    enabled: bool | None = None
    near_hours: float | None = Field(default=None, ge=0, le=366 * 24, allow_inf_nan=False)
    exact_days: int | None = Field(default=None, ge=0, le=366)
    containment: _Share | None = None
    evidence: int | None = Field(default=None, ge=1, le=128)
    numbers: _Share | None = None
    names: _Share | None = None
    copy_ratio: _Share | None = None
    correction: _Share | None = None
    flash_hours: float | None = Field(default=None, ge=0, le=7 * 24, allow_inf_nan=False)
    flash_coverage: _Share | None = None
    gaps: bool | None = None
    silence_minutes: _Minutes | Literal["off"] | None = None


class DeskSettings(DedupSettings):
    """De-duplication and the watch for all providers, and what differs for one."""

    providers: dict[str, DedupSettings] = {}


class EnrichProviderSettings(_Section):
    """What enrichment is told of one provider.

    Attributes:
        home: the country, ISO 3166-1 alpha-2, that it mostly writes of: among namesakes its places
            are preferred. None leaves what its profile says.
    """

    home: str | None = Field(default=None, pattern=r"^[A-Z]{2}$")


class EnrichSettings(_Section):
    """Which recogniser finds the names; ``providers`` where something is particular to one.

    Attributes:
        recogniser: "fast" and "chain" use the models named below, spaCy's where there is none.
        models: files that `wireroom distil` made, by language.
        topic_rules: a file of rules that come before the shipped ones.
    """

    recogniser: Literal["spacy", "fast", "gazetteer", "chain"] = "spacy"
    models: dict[str, Path] = {}
    topic_rules: Path | None = None
    providers: dict[str, EnrichProviderSettings] = {}


class IngestSettings(_Section):
    """What `wireroom ingest` puts into the lane of flashes; see docs/runbook.md.

    Attributes:
        urgent_providers: all messages of these.
        urgent_sources: all messages whose position matches one of these patterns: "flash/*".
        urgent_markers: messages that say so in a header, a field or their first lines.
    """

    urgent_providers: tuple[str, ...] = ()
    urgent_sources: tuple[str, ...] = ()
    urgent_markers: bool = True


class WorkerSettings(_Section):
    """Processes and deadlines of the worker on Kafka; see ``streams.worker.config``.

    Attributes:
        instance_id: one for each running worker, so that a restarted one is not waited for.
        pool_size: processes for the work of intake and enrichment; 0 is one a core.
        max_ahead_records: decoded records that wait for the desk before intake pauses; urgent
            messages do not wait. "off" pauses never.
        stop_on_flood: end with status 65 when too many messages of a partition cannot be read:
            more than ``flood_share`` of the last ``flood_window_records``, or ``flood_run`` in a
            row.
    """

    instance_id: str | None = Field(default=None, pattern=r"^[A-Za-z0-9._-]{1,200}$")
    pool_size: int = Field(default=0, ge=0)
    session_timeout_s: float = Field(default=10, ge=1)
    send_timeout_s: float = Field(default=120, gt=0)
    task_timeout_s: float = Field(default=25, gt=0)
    stall_s: float = Field(default=60, gt=0)
    max_ahead_records: Annotated[int, Field(ge=1)] | Literal["off"] = 250
    stop_on_flood: bool = True
    # Of a wire a few in a thousand cannot be read; Sentry allows 1 % and 1,000 in a row, of feeds
    # that bring as many in a second. One partition of ours brings 100 in minutes or hours.
    flood_share: float = Field(default=0.05, gt=0, le=1, allow_inf_nan=False)
    flood_window_records: int = Field(default=1000, ge=1, le=1_000_000)
    flood_run: int = Field(default=100, ge=1)
    # Under Kubernetes' 30 s between SIGTERM and SIGKILL, with room to leave the group.
    drain_deadline_s: float = Field(default=25, gt=0)


class TopicSettings(_Section):
    """What differs from the catalogue for one topic; None leaves the catalogue's value."""

    partitions: int | None = Field(default=None, ge=1)
    retention_days: float | Literal["forever"] | None = None
