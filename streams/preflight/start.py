"""Everything that is checked before a start, on whichever log the settings name.

It must not judge the settings files: ``streams.settings.linting`` does.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from streams.log import kafka_hosts, sqlite_path
from streams.preflight.finding import Finding
from streams.preflight.machine import check_machine
from streams.preflight.rights import STAGES, Role
from streams.preflight.sqlite import check_sqlite
from streams.settings import Settings

__all__ = ["check_start"]


async def check_start(settings: Settings, roles: Sequence[Role] = STAGES) -> list[Finding]:
    """What these roles need of the log and of this machine; nothing is changed.

    Args:
        settings: in force.
        roles: who is to start; on SQLite one process is all of them.

    Raises:
        ConfigError: the broker is no URL of a log, or the security settings contradict each other.
    """
    path = sqlite_path(settings.broker)
    if path is not None:
        return [*check_sqlite(settings, Path(path)), *check_machine(settings, STAGES)]
    from streams.preflight.kafka import check_kafka  # noqa: PLC0415  (brings aiokafka)

    stages = [role for role in roles if role in STAGES]
    found = await check_kafka(settings, kafka_hosts(settings.broker), roles)
    return [*found, *check_machine(settings, stages)]
