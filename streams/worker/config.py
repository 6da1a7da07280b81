"""What a worker must be told: where the broker is, which stages, and its limits.

It must not read settings or the environment; ``streams.settings`` does and builds this.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from schemas.topics import TopicName
from streams.errors import ConfigError
from streams.log.security import KafkaSecurity
from streams.pipeline import PipelineConfig
from streams.worker.flood import FloodLimits
from streams.worker.pool import QUEUED


class Stage(StrEnum):
    """The stages a worker can run, in the order items pass them."""

    INTAKE = "intake"
    DESK = "desk"
    ENRICH = "enrich"


@dataclass(frozen=True, slots=True)
class WorkerConfig:
    """Everything a worker process may be told; picklable, for each stage is a process.

    Attributes:
        broker: ``kafka://host:port[,host:port]``.
        security: TLS and SASL towards the broker; None is neither.
        prefix: of every topic's and group's name.
        spool_dir: where bodies over the limit are written whole.
        instance_id: makes group membership static, so that a restarted process is not waited for
            (one id for each running worker process; the stage is appended).
        session_timeout_s: a silent worker is replaced after this long; a worker that was stopped
            for half of it writes nothing more.
        send_timeout_s: how long a broker that is away is waited for before giving up.
        pool_size: processes for intake's or enrichment's work; 0 is one a core.
        task_timeout_s: how long one piece of that work may take: 16 messages; a message of 8 MiB
            takes 2 s at most (HTML of tables).
        drain_deadline_s: how long a stop may take before it is cut short.
        stall_s: with records waiting and nothing committed for this long, or an event loop that
            does not come to its turns, the process has ended.
        max_ahead_records: decoded records that may wait for the desk before intake pauses, urgent
            messages apart; None is any number.
        flood: how many bad messages end intake with status 65, rather than drain a feed into the
            dead letters; None is any number.
        metrics_port: of the first stage, the others follow; None serves none, 0 takes free ones.
        metrics_host: loopback unless told otherwise.
        releases_by_clock: the desk releases holds, and tells silences, by the wall clock as well;
            not where the messages have times of their own.
    """

    broker: str
    security: KafkaSecurity | None = None
    prefix: str = "wire."
    pipeline: PipelineConfig = field(default_factory=PipelineConfig)
    spool_dir: Path = Path("wireroom-spool")
    instance_id: str | None = None
    session_timeout_s: float = 10.0
    send_timeout_s: float = 120.0
    pool_size: int = 0
    task_timeout_s: float = 25.0
    drain_deadline_s: float = 25.0
    stall_s: float = 60.0
    max_ahead_records: int | None = 250
    flood: FloodLimits | None = field(default_factory=FloodLimits)
    metrics_port: int | None = None
    metrics_host: str = "127.0.0.1"
    log_level: str = "INFO"
    releases_by_clock: bool = True

    def __post_init__(self) -> None:
        if not self.broker.startswith("kafka://"):
            raise ConfigError(f"a worker on Kafka needs a kafka:// broker, not {self.broker!r}")
        if self.session_timeout_s < 1:
            raise ConfigError("session_timeout_s must be at least 1")
        if self.patience_s <= QUEUED * self.task_timeout_s:
            # Else a message that hangs would end the process again and again, and never be
            # found out.
            raise ConfigError(
                f"stall_s ({self.stall_s:g}, of which the watchdog needs {2 * self.look_s:g} to "
                f"look) must be more than {QUEUED} times task_timeout_s ({self.task_timeout_s:g})"
            )

    @property
    def look_s(self) -> float:
        """Seconds between two looks of the watchdog."""
        return min(2.0, self.stall_s / 10)

    @property
    def patience_s(self) -> float:
        """Seconds of standing still, as the watchdog sees it, that end the process.

        It sees the last movement up to one look late, and its end up to another.
        """
        return self.stall_s - 2 * self.look_s

    @property
    def unwell_s(self) -> float:
        """Seconds of standing still after which the process says that it is not live.

        Not before a message that hangs has been found: whoever restarts the process then meets
        that message again.
        """
        return max(self.stall_s / 2, QUEUED * self.task_timeout_s)

    def topic(self, name: TopicName) -> str:
        """A topic's full name."""
        return self.prefix + name

    def group(self, stage: Stage) -> str:
        """The consumer group of a stage."""
        return f"{self.prefix}wireroom-{stage}"
