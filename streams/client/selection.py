"""Which items and events a reader asked for: provider, language, kind, entity and time.

It must not read a log or a clock.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from schemas.event import EventKind, WireEvent
from schemas.item import Item
from streams.errors import ConfigError
from streams.folding import fold

__all__ = ["Selection", "words"]


def words(value: str | Collection[str] | None) -> frozenset[str]:
    """One word, several, or several in one text separated by commas; empty means any."""
    parts = [value] if isinstance(value, str) else list(value or ())
    return frozenset(word.strip() for part in parts for word in part.split(",") if word.strip())


@dataclass(frozen=True, slots=True)
class Selection:
    """What is asked for; all of it must hold, and an empty set asks for nothing in particular.

    Attributes:
        languages: "fr" also takes "fr-CA".
        entities: ids ("geonames:2643743", "iso3166:SY") or names, compared folded.
        since: original time, inclusive.
        until: original time, inclusive.
    """

    providers: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    kinds: frozenset[EventKind] = frozenset()
    entities: frozenset[str] = frozenset()
    since: datetime | None = None
    until: datetime | None = None

    @staticmethod
    def kinds_of(value: str | Collection[str] | None) -> frozenset[EventKind]:
        """Kinds by their names.

        Raises:
            ConfigError: a name is not a kind; the message lists them.
        """
        named = words(value)
        known = {kind.value: kind for kind in EventKind}
        if unknown := sorted(named - known.keys()):
            raise ConfigError(f"no kind {unknown[0]!r}: kinds are {', '.join(known)}")
        return frozenset(known[name] for name in named)

    def takes(
        self,
        item: Item | None,
        *,
        provider: str | None,
        kind: EventKind | None,
        at: datetime,
    ) -> bool:
        """Whether this is asked for; ``at`` is its original time."""
        if (self.since and at < self.since) or (self.until and at > self.until):
            return False
        if self.kinds and kind not in self.kinds:
            return False
        if self.providers and provider not in self.providers:
            return False
        if self.languages and not (item and self._speaks(item.language)):
            return False
        return not self.entities or (item is not None and self._names(item))

    def takes_event(self, event: WireEvent, at: datetime) -> bool:
        """Whether this event is asked for."""
        return self.takes(event.item, provider=event.source.provider, kind=event.kind, at=at)

    def _speaks(self, language: str | None) -> bool:
        if language is None:
            return False
        tag = language.lower()
        return any(tag == wanted or tag.startswith(f"{wanted}-") for wanted in self.languages)

    def _names(self, item: Item) -> bool:
        wanted = {fold(name) for name in self.entities}
        for entity in item.entities:
            ids = {entity.id, *(f"{scheme}:{code}" for scheme, code in entity.ids.items())}
            if not self.entities.isdisjoint(ids):
                return True
            if fold(entity.name) in wanted:
                return True
        return False
