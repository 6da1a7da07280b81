"""Each rule of cleaning, switched off: what it took out is published; and how that is asked for."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from schemas.decoded import Cleaned
from schemas.item import Item, PubStatus
from schemas.raw import RawMessage
from streams.clean import DEFAULT_RULES, CleaningRules, clean, unaccounted
from streams.clean.rules import SWITCHES
from streams.decode.decoded import Decoded, Facts, Role
from streams.decode.profiles import load_profiles, read_profile
from streams.decode.profiles.checking import unproven
from streams.errors import ConfigError
from streams.pipeline import Intake, PipelineConfig
from streams.settings import load_settings
from streams.settings.linting import lint
from tests.sources import a_plain_source

LEAD = "Flooding closed the main bridge of the town on Friday, the mayor told reporters."
SECOND = "Nobody was hurt, the police said, and schools would stay open through the whole week."
HEAD = "Flood closes bridge in Riverton"
TEXT = f"{HEAD}\n\n{LEAD}\n\n{SECOND}"
LINKS = "Contact us\nPrivacy policy\nLogin\nTop stories this week in pictures and in numbers\n"
# A page is one by its links, and an article by its words.
PAGE = f"{TEXT} {SECOND.replace('police', 'doctors')} {LEAD.replace('mayor', 'warden')}\n\n{LINKS}"
WRAPPED = (
    "Flooding closed the main bridge of the town on Friday, the mayor told\n"
    "reporters, and nobody was hurt when the water came over the wall, as\n"
    "the police said in the evening to those who had come to see the water.\n"
)


def with_role(text: str, part: str, role: Role) -> Decoded:
    """A source in which the line that holds ``part`` is declared to be something."""
    source = a_plain_source(text)
    blocks = tuple(
        dataclasses.replace(
            block, role=role if part in text[block.start : block.end] else Role.BODY
        )
        for block in source.blocks
    )
    return dataclasses.replace(source, blocks=blocks, format="plain-text")


def canceled() -> Decoded:
    return a_plain_source(TEXT, facts=Facts(pubstatus=PubStatus.CANCELED))


# A rule, a source that it changes, and the words it takes out of the text.
OFF = {
    "navigation": (a_plain_source(f"Search\n\n{TEXT}"), "Search"),
    "core": (a_plain_source(PAGE), "Top stories this week"),
    "furniture": (
        with_role(f"Read more of this here\n{TEXT}", "Read more", Role.FURNITURE),
        "more",
    ),
    "teasers": (a_plain_source(f"{TEXT}\n{LEAD}{SECOND[:60]}..."), "..."),
    "repeated_lines": (a_plain_source(f"{HEAD}\n\n{TEXT}"), f"{HEAD}\n\n{HEAD}"),
    "line_wraps": (a_plain_source(WRAPPED), "told\n\nreporters"),
    "typography": (a_plain_source(TEXT.replace("main", "ma\u200bin")), "ma\u200bin"),
    "datelines": (
        a_plain_source(TEXT.replace(LEAD, f"RIVERTON, Feb 12 (Reuters) - {LEAD}")),
        "RIVERTON, Feb 12 (Reuters) - ",
    ),
    "bylines": (a_plain_source(TEXT.replace(LEAD, f"By Jane Doe\n\n{LEAD}")), "By Jane Doe"),
    "fences": (
        a_plain_source(f"{TEXT}\n\n(Adds details)\n\n# Notizblock\n\n## Orte\n"),
        "Notizblock",
    ),
    "sign_offs": (a_plain_source(f"{TEXT}\n\n-30-"), "-30-"),
    "provider_lines": (
        dataclasses.replace(a_plain_source(f"{TEXT}\n\nAGENCY 12"), strip=(r"AGENCY \d+",)),
        "AGENCY 12",
    ),
    "canceled": (canceled(), LEAD),
}
# Not text: no language is detected; and what has a version of its own is tested with it.
NOT_TEXT = {"languages", "boilerplate"}


@pytest.mark.parametrize("name", OFF)
def test_a_rule_switched_off_publishes_what_it_took_out(name: str) -> None:
    source, words = OFF[name]
    on = clean(source)
    off = clean(source, DEFAULT_RULES.without([name]))
    assert isinstance(on, Item)
    assert isinstance(off, Item)
    assert words not in on.text
    assert words in off.text
    assert unaccounted(source.text, off) is None


def test_every_rule_is_tested_here() -> None:
    assert {*OFF, *NOT_TEXT} >= {*SWITCHES}
    assert {*OFF, "languages"} <= {*SWITCHES}


def test_without_languages_none_is_detected() -> None:
    item = clean(a_plain_source(TEXT), DEFAULT_RULES.without(["languages"]))
    assert isinstance(item, Item)
    assert (item.language, item.language_confidence, item.audit.warnings) == (None, None, ())


def test_a_detected_language_has_its_confidence_and_a_declared_one_none() -> None:
    found, declared = (
        clean(a_plain_source(TEXT, facts=facts)) for facts in (Facts(), Facts(language="fr"))
    )
    assert isinstance(found, Item)
    assert isinstance(declared, Item)
    assert found.language == "en"
    assert found.language_confidence is not None
    assert found.language_confidence > 0.9
    assert (declared.language, declared.language_confidence) == ("fr", None)


def test_what_nobody_can_tell_is_unsure() -> None:
    item = clean(a_plain_source("Hajduk 4 2 0 2 5 3"))
    assert isinstance(item, Item)
    assert (item.language, item.language_confidence) == (None, None)
    assert "language-unsure" in item.audit.warnings


def published(config: PipelineConfig, provider: str | None, text: str) -> Item:
    (part,) = Intake(config).process(RawMessage(body=text.encode(), provider=provider))
    assert isinstance(part, Cleaned)
    return part.item


def test_a_profile_switches_rules_off_for_its_provider_alone() -> None:
    profiles = load_profiles({"nordwire": 'cleaning_off = ["navigation", "sign_offs"]'})
    config = PipelineConfig(profiles=profiles)
    text = f"Search\n\n{TEXT}\n\n-30-"
    own, other = (published(config, provider, text) for provider in ("nordwire", "afp"))
    assert own.text == text
    assert other.text == TEXT
    assert config.rules_of("afp") is config.rules


def test_a_profile_tells_what_its_provider_writes_in() -> None:
    profiles = load_profiles({"barna": 'languages = ["ca"]'})
    config = PipelineConfig(profiles=profiles)
    text = "El conseller de Turisme presenta a Barcelona la campanya"
    assert published(config, "barna", text).language == "ca"
    # Where it writes in another all the same, that is told.
    assert published(config, "barna", TEXT).language == "en"
    # And what is no text has no language yet.
    assert published(config, "barna", "Spartak 3 1 1 1 3 3").language is None


@pytest.mark.parametrize(
    ("toml", "words"),
    [
        ('cleaning_off = ["tesers"]', "no rule of cleaning named 'tesers'; did you mean teasers?"),
        ('cleaning_off = ["xxxxxx"]', "there are navigation, core"),
        ('cleaning_off = ["usual_languages"]', "did you mean languages?"),
        ('cleaning_off = "teasers"', "a list of texts"),
        ('languages = ["french"]', "no language told apart named 'french'"),
        ('languages = ["xx"]', "there are ar, ca"),
    ],
)
def test_a_wrong_name_is_said_with_the_nearest(toml: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="profile x") as error:
        read_profile(toml, name="x")
    assert words in str(error.value)
    (tmp_path / "x.toml").write_text(toml)
    (checked,) = lint([tmp_path / "x.toml"])
    assert [problem.key for problem in checked.problems] == [toml.partition(" ")[0]]
    assert words in checked.problems[0].words


def test_a_rule_switched_off_needs_no_evidence() -> None:
    assert unproven('cleaning_off = ["core"]\nlanguages = ["fr"]') == ["languages"]


def test_a_setting_switches_rules_off_for_everybody(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('cleaning_off = ["sign_offs"]')
    config = load_settings(file, environ={}).settings.pipeline_config()
    assert config.rules == dataclasses.replace(CleaningRules(), sign_offs=False)
    assert published(config, "afp", f"{TEXT}\n\n-30-").text.endswith("-30-")
    file.write_text('cleaning_off = ["signoffs"]')
    with pytest.raises(ConfigError, match=r"^cleaning_off: .*did you mean sign_offs"):
        load_settings(file, environ={}).settings.pipeline_config()


def test_a_profile_adds_to_what_is_off_for_everybody() -> None:
    profiles = load_profiles({"nordwire": 'cleaning_off = ["navigation"]'})
    config = PipelineConfig(profiles=profiles, rules=DEFAULT_RULES.without(["sign_offs"]))
    assert config.rules_of("nordwire") == dataclasses.replace(
        CleaningRules(), navigation=False, sign_offs=False
    )
