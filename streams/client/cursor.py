"""A position in a topic as one opaque piece of text, to be kept and come back with.

It must not read a log.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Any

import orjson

from streams.errors import ConfigError, TransportError

__all__ = ["Cursor"]


@dataclass(frozen=True, slots=True)
class Cursor:
    """A position on every partition of a topic; no position means: within a snapshot."""

    topic: str
    offsets: dict[int, int]

    @property
    def in_snapshot(self) -> bool:
        """Whether it was taken before the current state had been handed out whole."""
        return not self.offsets

    def write(self) -> str:
        """The opaque text."""
        offsets = {str(partition): offset for partition, offset in sorted(self.offsets.items())}
        packed = orjson.dumps({"v": 1, "topic": self.topic, "offsets": offsets})
        return base64.urlsafe_b64encode(packed).decode().rstrip("=")

    @classmethod
    def read(cls, text: str, topic: str) -> Cursor:
        """The cursor that ``write`` gave.

        Raises:
            ConfigError: it is no cursor, or one of another topic.
        """
        try:
            packed: Any = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
            cursor = cls(
                str(packed["topic"]), {int(p): int(o) for p, o in packed["offsets"].items()}
            )
        except (binascii.Error, ValueError, KeyError, TypeError, AttributeError):
            raise ConfigError("this cursor is not one that a subscription gave") from None
        if cursor.topic != topic:
            raise ConfigError(f"this cursor belongs to topic {cursor.topic}, not to {topic}")
        return cursor

    def start(self, begin: dict[int, int], end: dict[int, int]) -> dict[int, int]:
        """Where to read on.

        Raises:
            TransportError: the log no longer, or not yet, holds that position.
        """
        start = {partition: self.offsets.get(partition, at) for partition, at in begin.items()}
        for partition, at in start.items():
            where = f"{self.topic}[{partition}]"
            if at < begin[partition]:
                raise TransportError(
                    f"{where}: position {at} is older than what the log keeps (from "
                    f"{begin[partition]} on): begin again with since or snapshot"
                )
            if at > end.get(partition, 0):
                raise TransportError(
                    f"{where}: position {at} is past the end ({end.get(partition, 0)}): "
                    "the topic was made anew"
                )
        return start
