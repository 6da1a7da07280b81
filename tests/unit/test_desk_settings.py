"""The desk's rules of comparing as settings: for all, for one provider, and what makes no sense."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import timedelta
from pathlib import Path

import pytest

from streams.cli import main
from streams.desk import DedupRule
from streams.desk.config import WatchRule
from streams.errors import ConfigError
from streams.settings import load_settings
from streams.settings.desk import all_effective, desk_config
from streams.settings.sections import DedupSettings, DeskSettings


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_field_of_the_rule_is_a_setting_and_every_setting_a_field() -> None:
    shown = all_effective(DeskSettings())
    assert shown.pop("providers") == {}
    assert list(shown) == list(DedupSettings.model_fields)
    rules = [*fields(DedupRule), *fields(WatchRule)]
    assert len(rules) == len(DedupSettings.model_fields)


def test_without_settings_the_rule_is_the_desks_own() -> None:
    assert desk_config(DeskSettings()).dedup == DedupRule()
    assert desk_config(DeskSettings()).watch == WatchRule()


def test_a_provider_has_what_is_set_for_it_and_else_what_is_set_for_all() -> None:
    settings = DeskSettings.model_validate(
        {
            "near_hours": 48,
            "evidence": 5,
            "providers": {"afp": {"near_hours": 1.5, "exact_days": 7, "flash_hours": 6}},
        }
    )
    config = desk_config(settings)
    assert config.rule("dpa").near_window == timedelta(hours=48)
    afp = config.rule("afp")
    assert (afp.near_window, afp.exact_window) == (timedelta(hours=1.5), timedelta(days=7))
    assert (afp.evidence, afp.flash_window) == (5, timedelta(hours=6))
    assert afp.containment == DedupRule().containment


@pytest.mark.parametrize("name", sorted(set(DedupSettings.model_fields) - {"enabled", "gaps"}))
@pytest.mark.parametrize("value", ["-0.5", "inf", "nan", "100000", '"x"'])
def test_each_value_has_limits(folder: Path, name: str, value: str) -> None:
    (folder / "s.toml").write_text(f"[desk.providers.afp]\n{name} = {value}\n")
    with pytest.raises(ConfigError, match=f"desk.providers.afp.{name}"):
        load_settings(folder / "s.toml", environ={})


def test_the_environment_sets_them_too() -> None:
    environ = {"WIREROOM_DESK__PROVIDERS__AFP__CONTAINMENT": "0.7"}
    desk = load_settings(environ=environ).settings.desk
    assert desk_config(desk).rule("afp").containment == 0.7


def test_config_shows_the_effective_rule_by_provider_with_its_origin(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (folder / "wireroom.toml").write_text(
        "[desk]\nnumbers = 0.9\n[desk.providers.afp]\nnear_hours = 24\n"
    )
    assert main(["config", "-o", "jsonl"]) == 0
    rows = {row["setting"]: row for row in map(json.loads, capfd.readouterr().out.splitlines())}
    shown = {
        name: (rows[f"desk.providers.afp.{name}"]["value"],
               rows[f"desk.providers.afp.{name}"]["origin"])
        for name in ("near_hours", "numbers", "containment")
    }  # fmt: skip
    assert shown == {
        "near_hours": (24, "file wireroom.toml"),
        "numbers": (0.9, "desk.numbers, file wireroom.toml"),
        "containment": (DedupRule().containment, "default"),
    }
    assert (rows["desk.near_hours"]["value"], rows["desk.near_hours"]["origin"]) == (72, "default")


def linted(folder: Path, capfd: pytest.CaptureFixture[str], text: str) -> tuple[int, dict]:
    (folder / "s.toml").write_text(text)
    status = main(["lint", "s.toml", "-o", "jsonl"])
    return status, json.loads(capfd.readouterr().out)


@pytest.mark.parametrize(
    ("text", "key", "words"),
    [
        ("[desk]\ncontainment = 1.2", None, "desk.containment"),
        ("[desk]\nnear_hours = 200\nexact_days = 5", "desk.near_hours", "longer than the 5 d"),
        (
            "[desk.providers.afp]\nexact_days = 1",
            "desk.providers.afp.near_hours",
            "72 h is longer than the 1 d",
        ),
        ("[desk]\nexact_days = 40", "desk.exact_days", "topics.desk keeps (30 d)"),
        ("[topics.desk]\nretention_days = 10", "desk.exact_days", "topics.desk keeps (10 d)"),
        (
            "[desk.providers.afp]\nexact_days = 31",
            "desk.providers.afp.exact_days",
            "topics.desk keeps (30 d)",
        ),
    ],
)
def test_nonsense_is_an_error(
    folder: Path, capfd: pytest.CaptureFixture[str], text: str, key: str | None, words: str
) -> None:
    status, row = linted(folder, capfd, text)
    assert status == 2
    assert [error["key"] for error in row["errors"]] == [key]
    assert words in row["errors"][0]["words"]


@pytest.mark.parametrize(
    ("text", "key", "words"),
    [
        ("[desk.providers.reuter]", "desk.providers.reuter", "did you mean reuters?"),
        ("[desk.providers.zzz]\nenabled = true", "desk.providers.zzz", "no profile"),
        (
            "[desk.providers.afp]\nenabled = false\nnear_hours = 3",
            "desk.providers.afp.near_hours",
            "no effect",
        ),
        ("[desk]\ncorrection = 0.9", "desk.correction", "asks more"),
    ],
)
def test_what_is_doubtful_is_a_warning(
    folder: Path, capfd: pytest.CaptureFixture[str], text: str, key: str, words: str
) -> None:
    status, row = linted(folder, capfd, text)
    assert (status, row["errors"]) == (0, [])
    (warning,) = row["warnings"]
    assert warning["key"] == key
    assert words in warning["words"]
    assert main(["lint", "s.toml", "-o", "text"]) == 0
    assert "1 doubtful" in capfd.readouterr().out


def test_a_provider_with_a_profile_of_ones_own_is_known(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (folder / "own").mkdir()
    (folder / "own/brestava.toml").write_text('provider = "brestava"\n')
    text = 'profiles_dir = "own"\n[desk.providers.brestava]\nnear_hours = 3\n'
    assert linted(folder, capfd, text)[1]["warnings"] == []


def test_a_journal_kept_for_ever_bounds_no_window(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    text = '[desk]\nexact_days = 90\n[topics.desk]\nretention_days = "forever"\n'
    status, row = linted(folder, capfd, text)
    assert (status, row["errors"], row["warnings"]) == (0, [], [])
