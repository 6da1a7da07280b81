from __future__ import annotations

import pickle
import re

import pytest

from schemas.item import AltId, Item
from schemas.raw import RawMessage
from streams.clean import CleaningRules, clean
from streams.decode import DEFAULT_PROFILES, Decoded, ProviderProfile, decode
from streams.decode.profiles import load_profiles, read_profile, shipped
from streams.decode.profiles.checking import SETTABLE, check, unproven
from streams.decode.stated import Stated
from streams.errors import ConfigError

AGENCIES = ("afp", "ansa", "ap", "ats", "belga", "dpa", "efe", "kyodo", "pa", "reuters", "stt")


def test_an_unknown_provider_has_the_default_profile() -> None:
    assert DEFAULT_PROFILES.of("nobody") is DEFAULT_PROFILES.default
    assert DEFAULT_PROFILES.of(None).provider == "default"


def test_a_profile_is_read_from_toml() -> None:
    toml = 'encodings = ["latin-1"]\ntime_zone = "Europe/Zurich"\n[urgency]\n2 = 3\n'
    assert read_profile(toml, name="ats") == ProviderProfile(
        "ats", ("latin-1",), "Europe/Zurich", "time-then-version", {2: 3}
    )


@pytest.mark.parametrize(
    ("toml", "key", "words"),
    [
        ("time_zne = 'UTC'", "time_zne", "did you mean time_zone?"),
        ("colour = 'red'", "colour", "there are provider, known_as"),
        ("ordering = 'random'", "ordering", "time-then-version, version-then-time"),
        ("ordering = 3", "ordering", "must be one of"),
        ("date_order = 'myd'", "date_order", "mdy, dmy, ymd"),
        ("embargo_empty = true", "embargo_empty", "none, withheld"),
        ("time_zone = 'Europe/Pariss'", "time_zone", "IANA name"),
        ("time_zone = '../../etc/passwd'", "time_zone", "IANA name"),
        ("time_zone = 1", "time_zone", "IANA name"),
        ("encodings = 'latin-1'", "encodings", "a list"),
        ("encodings = ['latin-one']", "encodings", "no encoding of text"),
        ("encodings = ['base64']", "encodings", "no encoding of text"),
        ("known_as = ['']", "known_as", "a list"),
        ("provider = 'AFP!'", "provider", "small letters"),
        ("urgency = 3", "urgency", "maps"),
        ("[urgency]\nhigh = 1", "urgency", "maps"),
        ("[urgency]\n2 = 12", "urgency", "maps"),
        ("[urgency]\n2 = true", "urgency", "maps"),
        ("strip = ['(']", "strip", "no regular expression"),
        ("strip = ['.*']", "strip", "every line"),
        ("strip = ['(a+)+']", "strip", "for ever"),
        ("strip = ['" + "a" * 400 + "']", "strip", "more than 300"),
        ("id_version = ':[0-9]+$'", "id_version", "?P<version>"),
        ("id_version = '(?P<version>[0-9]*)'", "id_version", "every id"),
        ("home = 'ch'", "home", "ISO 3166-1"),
        ("home = 'Switzerland'", "home", "ISO 3166-1"),
        ("home = 'UK'", "home", "ISO 3166-1"),
        ("home = ['CH']", "home", "ISO 3166-1"),
        ("[evidence]\ntime_zone = 'seen'", "evidence.time_zone", "not set"),
        ("[evidence]\ncolour = 'seen'", "evidence.colour", "no such key"),
        ("time_zone = 'UTC'\n[evidence]\ntime_zone = ''", "evidence", "where it was seen"),
        ("= 1", "", "not TOML"),
    ],
)
def test_what_is_wrong_is_said_with_its_key(toml: str, key: str, words: str) -> None:
    _, problems = check(toml, "x")
    assert [problem.key for problem in problems] == [key]
    assert words in problems[0].words
    with pytest.raises(ConfigError, match="profile x: " + re.escape(str(problems[0]))):
        read_profile(toml, name="x")


def test_everything_that_is_wrong_is_said_at_once() -> None:
    _, problems = check("time_zone = 1\nstrip = 2\ncolour = 3", "x")
    assert [problem.key for problem in problems] == ["time_zone", "strip", "colour"]


@pytest.mark.parametrize("name", sorted(shipped()))
def test_a_profile_that_ships_is_right_and_cites_evidence_for_every_key(name: str) -> None:
    fields, problems = check(shipped()[name], name)
    assert (problems, unproven(shipped()[name])) == ([], [])
    assert fields["provider"] == name
    for where in fields.get("evidence", {}).values():
        assert len(where) > 20


def test_every_agency_has_a_profile_and_is_found_by_its_names() -> None:
    assert set(AGENCIES) == set(DEFAULT_PROFILES.by_provider)
    for profile in DEFAULT_PROFILES.by_provider.values():
        for name in (profile.provider, *profile.known_as):
            assert DEFAULT_PROFILES.named(f" {name.upper()} ") is profile
    assert DEFAULT_PROFILES.named("nobody.com") is None


def test_a_key_without_evidence_is_told() -> None:
    assert unproven("time_zone = 'UTC'\nstrip = ['x']\n[evidence]\nstrip = 'seen'") == ["time_zone"]
    assert unproven("= 1") == []
    assert "time_zone" in SETTABLE


def test_an_own_profile_takes_the_place_of_the_shipped_one() -> None:
    own = load_profiles({"afp-paris": 'provider = "afp"\ntime_zone = "Europe/Paris"'})
    assert own.of("afp") == ProviderProfile("afp", time_zone="Europe/Paris")
    assert own.of("dpa") == DEFAULT_PROFILES.of("dpa")


def test_a_new_agency_is_a_new_file() -> None:
    own = load_profiles({"brestava": 'known_as = ["brestava.example"]\ntime_zone = "Asia/Tokyo"'})
    assert own.named("Brestava.example") is own.of("brestava")


@pytest.mark.parametrize(
    "own",
    [
        {"a": 'provider = "x"', "b": 'provider = "x"'},
        {"a": 'known_as = ["AFP"]'},
        {"a": "known_as = ['n']", "b": "known_as = ['N']"},
    ],
)
def test_two_profiles_may_not_claim_one_name(own: dict[str, str]) -> None:
    with pytest.raises(ConfigError):
        load_profiles(own)


def test_profiles_can_be_sent_to_another_process() -> None:
    assert pickle.loads(pickle.dumps(DEFAULT_PROFILES)) == DEFAULT_PROFILES  # noqa: S301


@pytest.mark.parametrize(
    ("provider", "stated", "bare", "version"),
    [
        ("reuters", "tag:reuters.com,0000:newsml_L1N14N0FF:978556838",
         "tag:reuters.com,0000:newsml_L1N14N0FF", "978556838"),
        ("reuters", "tag_reuters.com_2014_newsml_KBN0FL0NM_10",
         "tag_reuters.com_2014_newsml_KBN0FL0NM", "10"),
        ("reuters", "tag:reuters.com,0000:newsml_L1N14N0FF",
         "tag:reuters.com,0000:newsml_L1N14N0FF", None),
        ("pa", "1b6cb4f2HHH-13-1", "1b6cb4f2HHH-1", "13"),
        ("dpa", "urn:newsml:dpa.com:20090101:190603-99-492251",
         "urn:newsml:dpa.com:20090101:190603-99-492251", None),
    ],
)  # fmt: skip
def test_the_version_is_taken_out_of_an_id(
    provider: str, stated: str, bare: str, version: str | None
) -> None:
    assert DEFAULT_PROFILES.of(provider).split_id(stated) == (bare, version)


def test_an_id_with_a_version_gives_id_version_and_alternative() -> None:
    stated = Stated(DEFAULT_PROFILES.of("reuters"))
    stated.put("stable_id", "tag:reuters.com,0000:newsml_L1N14N0FF:978556838", "header/transmitId")
    facts = stated.facts()
    assert facts.stable_id == "tag:reuters.com,0000:newsml_L1N14N0FF"
    assert facts.version == "978556838"
    assert facts.alt_ids == (
        AltId(scheme="versioned", value="tag:reuters.com,0000:newsml_L1N14N0FF:978556838"),
    )


def test_a_version_stated_for_itself_stands_before_the_one_in_the_id() -> None:
    stated = Stated(DEFAULT_PROFILES.of("reuters"))
    stated.put("stable_id", "tag:reuters.com,0000:newsml_L1N14N0FF:978556838", "transmitId")
    stated.put("version", "2", "newsItem/@version")
    assert stated.facts().version == "2"


NOTICE = "ryryryry copyright by dpa ryryryry"
DISPATCH = (
    "Bridge of Brestava closed for a year\n\n"
    "The old bridge of Brestava will be closed for a year, the mayor said on Monday.\n\n"
    f"{NOTICE}\n\n"
    "Trams will run over the new bridge instead, and the market moves to the square.\n"
)


def cleaned(provider: str, rules: CleaningRules | None = None) -> tuple[Decoded, Item]:
    (part,) = decode(RawMessage(body=DISPATCH.encode(), provider=provider))
    assert isinstance(part, Decoded)
    item = clean(part, rules or CleaningRules())
    assert isinstance(item, Item)
    return part, item


def test_a_line_that_the_profile_strips_is_removed_with_its_reason() -> None:
    part, item = cleaned("dpa")
    assert NOTICE not in item.text
    (cut,) = item.audit.removed
    assert (part.text[cut.start : cut.end], cut.reason) == (NOTICE, "provider-line")


def test_it_is_text_for_other_providers_and_where_the_rule_is_off() -> None:
    assert NOTICE in cleaned("afp")[1].text
    assert NOTICE in cleaned("dpa", CleaningRules(provider_lines=False))[1].text
