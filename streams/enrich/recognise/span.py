"""What a recogniser answers.

It must not hold any recogniser.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from schemas.item import EntityType


@dataclass(frozen=True, slots=True)
class Span:
    """A name in a paragraph: code points [start, end), and how sure the recogniser is, 0 to 1."""

    start: int
    end: int
    type: EntityType
    score: float


class Recogniser(Protocol):
    """Finds names in paragraphs; the same paragraph gives the same spans, whatever is beside it."""

    @property
    def name(self) -> str:
        """What ``load`` calls it."""

    @property
    def language(self) -> str:
        """The language it reads, as ISO 639-1."""

    @property
    def version(self) -> str:
        """Changes whenever the same paragraph may give other spans."""

    def recognise(self, paragraphs: Sequence[str]) -> list[list[Span]]:
        """The spans of each paragraph, by start, not overlapping; never raises for any text."""
