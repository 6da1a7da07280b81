"""What is known of each provider: a small TOML table a provider, beside this module.

It must not hold code that is peculiar to one agency.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Literal, get_args

from streams.errors import ConfigError

Ordering = Literal["time-then-version", "version-then-time"]
"""Which of the agency's own marks orders the versions of one item first."""
EmbargoEmpty = Literal["none", "withheld"]
"""What a field for an embargo means that is there and empty."""
DateOrder = Literal["mdy", "dmy", "ymd"]
"""How a date of three numbers is to be read."""


@dataclass(frozen=True, slots=True)
class ProviderProfile:
    """One provider's habits.

    Attributes:
        provider: its name as ``RawMessage.provider`` gives it; "default" for the rest.
        encodings: tried in order when the bytes are neither what they declare nor UTF-8.
        time_zone: IANA name, meant by dates that state none.
        ordering: how versions sort. Reuters numbers transmissions, not versions: hence time first.
        urgency: the provider's urgency to IPTC's (1 to 8); absent numbers stand as they are.
        known_as: names by which messages call it: "afp.com", "Agence France-Presse".
        date_order: of dates in numbers.
        embargo_empty: what an empty embargo field means.
        strip: text patterns (regular expressions) of whole lines that are never text.
        evidence: for each key above, where it was seen; a key without any is left out.
    """

    provider: str
    encodings: tuple[str, ...] = ()
    time_zone: str = "UTC"
    ordering: Ordering = "time-then-version"
    urgency: Mapping[int, int] = field(default_factory=dict)
    known_as: tuple[str, ...] = ()
    date_order: DateOrder = "mdy"
    embargo_empty: EmbargoEmpty = "none"
    strip: tuple[str, ...] = ()
    evidence: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Profiles:
    """Every profile known, with the one that serves all others."""

    default: ProviderProfile = field(default_factory=lambda: ProviderProfile("default"))
    by_provider: Mapping[str, ProviderProfile] = field(default_factory=dict)

    def of(self, provider: str | None) -> ProviderProfile:
        """The provider's profile, else the default one."""
        return self.by_provider.get(provider or "", self.default)

    def named(self, name: str) -> ProviderProfile | None:
        """The profile of the provider that messages call so, whatever the case."""
        wanted = name.strip().lower()
        for profile in self.by_provider.values():
            if wanted in {profile.provider, *(known.lower() for known in profile.known_as)}:
                return profile
        return None


def read_profile(toml: str, *, name: str) -> ProviderProfile:
    """The profile a TOML text describes; ``name`` is its provider unless the text says another.

    Raises:
        ConfigError: the text is not TOML, or a key or value is not one a profile has.
    """
    try:
        table = tomllib.loads(toml)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"profile {name}: not TOML: {error}") from None
    unknown = set(table) - {"provider", "encodings", "time_zone", "ordering", "urgency"}
    if unknown:
        raise ConfigError(f"profile {name}: unknown keys {sorted(unknown)}")
    ordering = table.get("ordering", "time-then-version")
    if ordering not in get_args(Ordering):
        raise ConfigError(f"profile {name}: ordering must be one of {get_args(Ordering)}")
    try:
        urgency = {int(own): int(iptc) for own, iptc in table.get("urgency", {}).items()}
    except (AttributeError, TypeError, ValueError):
        raise ConfigError(f"profile {name}: urgency maps numbers to numbers") from None
    return ProviderProfile(
        provider=str(table.get("provider", name)),
        encodings=tuple(str(encoding) for encoding in table.get("encodings", ())),
        time_zone=str(table.get("time_zone", "UTC")),
        ordering=ordering,
        urgency=urgency,
    )


def load_profiles() -> Profiles:
    """The profiles that ship with the package."""
    read: dict[str, ProviderProfile] = {}
    for file in sorted(files(__name__).iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".toml"):
            profile = read_profile(file.read_text("utf-8"), name=file.name[: -len(".toml")])
            read[profile.provider] = profile
    default = read.pop("default", ProviderProfile("default"))
    return Profiles(default=default, by_provider=read)


DEFAULT_PROFILES = load_profiles()
