"""What is known of each provider: a small TOML table a provider, beside this module.

It must not hold code that is peculiar to one agency.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib.resources import files

from streams.decode.profiles.checking import DateOrder, EmbargoEmpty, Lane, Problem, check
from streams.desk.identity import Ordering
from streams.errors import ConfigError

__all__ = [
    "DEFAULT_PROFILES",
    "DateOrder",
    "EmbargoEmpty",
    "Lane",
    "Ordering",
    "Problem",
    "Profiles",
    "ProviderProfile",
    "claims",
    "load_profiles",
    "read_profile",
    "shipped",
]

_DEFAULT = "default"
_LONGEST_ID = 1_000


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
        id_version: a pattern with a group ``version``: what it matches in an id is its version, and
            is taken out of it.
        languages: what it usually writes in; a text that declares none is expected to be in these.
        home: the country, ISO 3166-1 alpha-2, that it mostly writes of: among namesakes its places
            are preferred.
        cleaning_off: rules of cleaning that its messages are not put through, by their names in
            ``streams.clean.CleaningRules``.
        lane: where ``ingest`` puts all of its messages; None lets each say whether it is urgent.
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
    id_version: str | None = None
    languages: tuple[str, ...] = ()
    home: str | None = None
    cleaning_off: tuple[str, ...] = ()
    lane: Lane | None = None
    evidence: Mapping[str, str] = field(default_factory=dict)

    @property
    def known_time_zone(self) -> str | None:
        """The time zone, where it is more than the default for want of knowledge."""
        return self.time_zone if self.time_zone != "UTC" or "time_zone" in self.evidence else None

    def split_id(self, stated: str) -> tuple[str, str | None]:
        """An id as stated, without the version in it; and that version, if there is one."""
        if self.id_version is None or len(stated) > _LONGEST_ID:
            return stated, None
        match = re.search(self.id_version, stated)
        bare = stated[: match.start()] + stated[match.end() :] if match else ""
        return (bare, match["version"]) if match and bare else (stated, None)


@dataclass(frozen=True, slots=True)
class Profiles:
    """Every profile known, with the one that serves all others."""

    default: ProviderProfile = field(default_factory=lambda: ProviderProfile(_DEFAULT))
    by_provider: Mapping[str, ProviderProfile] = field(default_factory=dict)

    def of(self, provider: str | None) -> ProviderProfile:
        """The provider's profile, else the default one."""
        return self.by_provider.get(provider or "", self.default)

    def named(self, name: str) -> ProviderProfile | None:
        """The profile of the provider that messages call so, whatever the case."""
        wanted = name.strip().lower()
        for profile in self.by_provider.values():
            if wanted == profile.provider or wanted in map(str.lower, profile.known_as):
                return profile
        return None


def read_profile(toml: str, *, name: str) -> ProviderProfile:
    """The profile a TOML text describes; ``name`` is its provider unless the text says another.

    Raises:
        ConfigError: the text is not TOML, or a key or value is not one a profile has.
    """
    fields, problems = check(toml, name)
    if problems:
        raise ConfigError(f"profile {name}: {problems[0]}")
    return ProviderProfile(**fields)


def shipped() -> dict[str, str]:
    """The TOML texts of the profiles that ship with the package, by the provider's name."""
    return {
        file.name.removesuffix(".toml"): file.read_text("utf-8")
        for file in sorted(files(__name__).iterdir(), key=lambda entry: entry.name)
        if file.name.endswith(".toml")
    }


def load_profiles(own: Mapping[str, str] | None = None) -> Profiles:
    """The profiles that ship with the package, and ``own`` ones by their names.

    An own profile takes the place of a shipped one of the same provider, as a whole.

    Raises:
        ConfigError: one cannot be read, or two of them claim one name.
    """
    read: dict[str, ProviderProfile] = {}
    for texts in (shipped(), own or {}):
        given: dict[str, str] = {}
        for name, toml in texts.items():
            profile = read_profile(toml, name=name)
            if profile.provider in given:
                other = given[profile.provider]
                raise ConfigError(f"profiles {other} and {name} are both of {profile.provider!r}")
            given[profile.provider] = name
            read[profile.provider] = profile
    default = read.pop(_DEFAULT, ProviderProfile(_DEFAULT))
    for name, claimants in claims(read.values()).items():
        if len(claimants) > 1:
            raise ConfigError(f"profiles {' and '.join(claimants)} both claim the name {name!r}")
    return Profiles(default=default, by_provider=read)


def claims(profiles: Iterable[ProviderProfile]) -> dict[str, list[str]]:
    """Which providers claim each name, in small letters."""
    found: dict[str, list[str]] = {}
    for profile in profiles:
        for name in {profile.provider, *map(str.lower, profile.known_as)}:
            found.setdefault(name, []).append(profile.provider)
    return found


DEFAULT_PROFILES = load_profiles()
