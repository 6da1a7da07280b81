"""The log the settings name.

It must not be used before a command has settings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from streams.log import TopicLog
    from streams.settings import Settings

__all__ = ["open_settings_log"]


def open_settings_log(settings: Settings, url: str | None = None) -> TopicLog:
    """The log of the settings, or the one at ``url`` with their limits and security."""
    from streams.log import open_log  # noqa: PLC0415  (start quickly)

    return open_log(
        url or settings.broker,
        settings.kafka_security(),
        max_body_bytes=settings.max_body_bytes,
        replication_factor=settings.replication,
    )
