from __future__ import annotations

import pickle

import pytest

from streams.decode import DEFAULT_PROFILES, ProviderProfile
from streams.decode.profiles import read_profile
from streams.errors import ConfigError


def test_an_unknown_provider_has_the_default_profile() -> None:
    assert DEFAULT_PROFILES.of("nobody") is DEFAULT_PROFILES.default
    assert DEFAULT_PROFILES.of(None).provider == "default"


def test_a_profile_is_read_from_toml() -> None:
    toml = 'encodings = ["latin-1"]\ntime_zone = "Europe/Zurich"\n[urgency]\n2 = 3\n'
    assert read_profile(toml, name="ats") == ProviderProfile(
        "ats", ("latin-1",), "Europe/Zurich", "time-then-version", {2: 3}
    )


@pytest.mark.parametrize(
    "toml", ["time_zne = 'UTC'", "ordering = 'random'", "[urgency]\nhigh = 1", "= 1", "urgency = 3"]
)
def test_a_wrong_profile_is_a_config_error(toml: str) -> None:
    with pytest.raises(ConfigError):
        read_profile(toml, name="x")


def test_profiles_can_be_sent_to_another_process() -> None:
    assert pickle.loads(pickle.dumps(DEFAULT_PROFILES)) == DEFAULT_PROFILES  # noqa: S301
