"""What a newsroom may set about its desk: windows and thresholds, for all or for one provider.

It must not read settings itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class DedupRule:
    """How copy of one provider is compared with what came before.

    Attributes:
        enabled: False publishes everything of this provider as its own story.
        near_window: how far back near copies and versions are looked for.
        exact_window: how far back equal texts are, in whole days.
        containment: least share of the shorter text's rare phrases found in the other.
        evidence: least number of rare phrases in common.
        numbers: least share of the smaller set of numbers found in the other.
        names: the same, for words written with a capital inside a sentence.
        copy_ratio: from this ratio of lengths on it is the same text again, below it a version.
        correction: least containment when the item says it is a correction.
        flash_window: how long after a flash its fuller story is looked for.
        flash_coverage: least share of a flash's words, weighted by rarity, in a story's opening;
            .15 less when one of the flash's first words is there.
    """

    enabled: bool = True
    near_window: timedelta = timedelta(hours=72)
    exact_window: timedelta = timedelta(days=30)
    containment: float = 0.55
    evidence: int = 8
    numbers: float = 0.8
    names: float = 0.6
    copy_ratio: float = 0.9
    correction: float = 0.5
    flash_window: timedelta = timedelta(hours=3)
    flash_coverage: float = 0.65


@dataclass(frozen=True, slots=True)
class WatchRule:
    """What is announced of one provider that misses numbers or falls silent.

    Attributes:
        gaps: whether numbers that are missing are.
        silence: no silence is announced before so long; None announces none.
    """

    gaps: bool = True
    silence: timedelta | None = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class DeskConfig:
    """The desk's settings.

    Attributes:
        dedup: for every provider not named in ``providers``.
        providers: rules of single providers.
        watch: for every provider not named in ``watched``.
        watched: the same for single providers.
    """

    dedup: DedupRule = field(default_factory=DedupRule)
    providers: Mapping[str, DedupRule] = field(default_factory=dict)
    watch: WatchRule = field(default_factory=WatchRule)
    watched: Mapping[str, WatchRule] = field(default_factory=dict)

    def watch_rule(self, provider: str) -> WatchRule:
        """What is announced of a provider."""
        return self.watched.get(provider, self.watch)

    def rule(self, provider: str | None) -> DedupRule:
        """The rule for a provider's copy."""
        return self.providers.get(provider or "", self.dedup)

    @property
    def hot_window(self) -> timedelta:
        """How long a text must stay comparable for the widest of the rules."""
        return max(rule.near_window for rule in (self.dedup, *self.providers.values()))

    @property
    def flash_window(self) -> timedelta:
        """How long a flash must be watched for the widest of the rules."""
        return max(rule.flash_window for rule in (self.dedup, *self.providers.values()))

    @property
    def exact_days(self) -> int:
        """How many days an equal text must be remembered for the widest of the rules."""
        widest = max(rule.exact_window for rule in (self.dedup, *self.providers.values()))
        return -(-widest // timedelta(days=1))
