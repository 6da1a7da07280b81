"""What a step answers when it does not answer the value.

It must not hold any step.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from schemas.dead_letter import DeadCode


class DropReason(StrEnum):
    """Why a message that was read is not published; also the metric label."""

    EMPTY = "empty"
    NO_ARTICLE = "no-article"
    PICTURE = "picture"
    GRAPHIC = "graphic"
    VIDEO = "video"
    AUDIO = "audio"
    EVENT = "event"
    PLANNING = "planning"
    PACKAGE = "package"
    CONCEPT = "concept"  # an entry of a vocabulary or of a knowledge base
    DATA = "data"  # results, settings, lists: structured, without a text


@dataclass(frozen=True, slots=True)
class Drop:
    """Read, and not news."""

    reason: DropReason
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Fail:
    """Could not be read; the bytes go to ``wire.dead`` under ``code``."""

    code: DeadCode
    detail: str = ""
    part: int = 0
