"""Which messages of an archive are played: by time and provider, and by what their items say.

It must not read an archive or a log.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime

from schemas.decoded import Cleaned
from schemas.item import Item
from schemas.raw import RawMessage
from streams.desk.lifecycle import is_kill
from streams.folding import fold
from streams.pipeline import Intake, Part

__all__ = ["Chosen", "Range"]


@dataclass(frozen=True, slots=True)
class Range:
    """Which messages of an archive to play; undated ones only where no time is asked for."""

    since: datetime | None = None
    until: datetime | None = None
    providers: frozenset[str] = frozenset()

    def takes(self, message: RawMessage) -> bool:
        """Whether it is to be played."""
        if self.providers and message.provider not in self.providers:
            return False
        at = message.received_at
        if self.since is not None and (at is None or at < self.since):
            return False
        return self.until is None or (at is not None and at <= self.until)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A range, and what is asked of the items in a message; any item that fits takes it along.

    What an item says is known after decoding and cleaning, which is then done once more than by
    the stages. What cannot be decoded fits nothing. A kill always goes along, for it may name
    neither language nor words of what it kills, and a text must not outlive its kill.

    Attributes:
        languages: "fr" also takes "fr-CA".
        match: texts of which one must be in the item's, whole words, folded.
        exists: whether the live topics have an item, or a newer version of it, already.
    """

    range: Range = Range()
    intake: Intake = field(default_factory=Intake)
    languages: frozenset[str] = frozenset()
    match: tuple[str, ...] = ()
    exists: Callable[[Item], bool] | None = None

    @property
    def reads_items(self) -> bool:
        """Whether messages have to be decoded to choose."""
        return bool(self.languages or self.match or self.exists)

    def takes(self, message: RawMessage) -> bool:
        """Whether it is to be played."""
        if not self.range.takes(message):
            return False
        return not self.reads_items or self._fits(self.intake.process(message))

    def _fits(self, parts: Collection[Part]) -> bool:
        items = [part.item for part in parts if isinstance(part, Cleaned)]
        if (self.languages or self.match) and not any(map(self._asked_for, items)):
            return False
        # Left out only where all of it is there: a part that failed may have been mended since.
        return not (
            self.exists is not None and len(items) == len(parts) and all(map(self.exists, items))
        )

    def _asked_for(self, item: Item) -> bool:
        if is_kill(item):
            return True
        if self.languages and not self._speaks(item.language):
            return False
        if not self.match:
            return True
        text = f" {fold(item.text)} "
        return any(f" {fold(words)} " in text for words in self.match)

    def _speaks(self, language: str | None) -> bool:
        tag = (language or "").lower()
        return any(tag == wanted or tag.startswith(f"{wanted}-") for wanted in self.languages)
