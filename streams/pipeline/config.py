"""What the stages may be told.

It must not read settings: ``streams.settings`` does, and builds this.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import IntEnum

from streams.clean import DEFAULT_RULES, CleaningRules
from streams.decode import DEFAULT_PROFILES, Profiles
from streams.desk import DeskConfig
from streams.enrich import EnrichConfig
from streams.log.limits import DEFAULT_MAX_BODY_BYTES


class StopAfter(IntEnum):
    """The last stage to run, in the order of the stages."""

    DECODE = 1
    CLEAN = 2
    DESK = 3
    ENRICH = 4


@dataclass(frozen=True, slots=True)
class PipelineConfig:
    """Everything the stages may be told; picklable, for it travels to the process pool.

    Attributes:
        rules: of cleaning, for every provider; its profile may switch some off (``rules_of``).
        max_body_bytes: a larger message is not read; its bytes are spooled whole by the host.
    """

    profiles: Profiles = DEFAULT_PROFILES
    rules: CleaningRules = DEFAULT_RULES
    desk: DeskConfig = field(default_factory=DeskConfig)
    enrich: EnrichConfig = field(default_factory=EnrichConfig)
    max_body_bytes: int = DEFAULT_MAX_BODY_BYTES

    def rules_of(self, provider: str | None) -> CleaningRules:
        """The rules by which a provider's messages are cleaned."""
        profile = self.profiles.of(provider)
        if not (profile.cleaning_off or profile.languages):
            return self.rules
        rules = self.rules.without(profile.cleaning_off)
        return replace(rules, usual_languages=profile.languages or rules.usual_languages)
