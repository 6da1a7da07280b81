"""``wireroom lint`` as a person calls it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from streams.cli import main
from streams.decode.profiles import shipped
from streams.errors import ConfigError
from streams.settings import load_settings


def rows(capfd: pytest.CaptureFixture[str]) -> dict[str, dict]:
    return {row["file"]: row for row in map(json.loads, capfd.readouterr().out.splitlines())}


GOOD = (
    'known_as = ["brestava.example"]\ntime_zone = "Europe/Paris"\n[evidence]\n'
    'known_as = "https://brestava.example/handbook"\n'
)


def test_what_ships_is_right(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["lint"]) == 0
    found = rows(capfd)
    assert {f"shipped/{name}.toml" for name in shipped()} | {"settings"} == set(found)
    assert not any(row["errors"] or row["no_evidence"] for row in found.values())
    assert "time_zone" in found["shipped/afp.toml"]["defaults"]
    assert "time_zone" not in found["shipped/dpa.toml"]["defaults"]


def test_keys_without_evidence_are_told_and_are_no_error(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (folder / "brestava.toml").write_text(GOOD)
    assert main(["lint", "brestava.toml"]) == 0
    (row,) = rows(capfd).values()
    assert (row["provider"], row["no_evidence"], row["errors"]) == ("brestava", ["time_zone"], [])


def test_every_error_is_told_with_file_and_key(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (folder / "own").mkdir()
    (folder / "own/a.toml").write_text('time_zone = "Mars"\nstripp = []\n')
    (folder / "own/b.toml").write_text("= 1")
    (folder / "own/c.toml").write_bytes(b'provider = "\xff"')
    (folder / "own/notes.txt").write_text("no profile")
    assert main(["lint", "own"]) == 2
    found = rows(capfd)
    assert [error["key"] for error in found["own/a.toml"]["errors"]] == ["time_zone", "stripp"]
    assert "did you mean strip?" in found["own/a.toml"]["errors"][1]["words"]
    assert "time_zone" not in found["own/a.toml"]["defaults"]
    assert "not TOML" in found["own/b.toml"]["errors"][0]["words"]
    assert "not UTF-8" in found["own/c.toml"]["errors"][0]["words"]
    assert "own/notes.txt" not in found


def test_text_says_the_same_for_a_person(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (folder / "a.toml").write_text('time_zone = "Mars"\n')
    assert main(["lint", "a.toml", "-o", "text"]) == 2
    out = capfd.readouterr().out
    assert "a.toml: time_zone: an IANA name like Europe/Paris, not 'Mars'" in out
    assert "a.toml: no evidence for time_zone" in out
    assert "a.toml: by default known_as, encodings" in out
    assert "1 checked, 1 wrong, 1 without evidence" in out


def test_ones_own_directory_is_checked_with_what_ships(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (folder / "own").mkdir()
    (folder / "own/paris.toml").write_text('provider = "afp"\nknown_as = ["AFP"]\n')
    (folder / "own/other.toml").write_text('known_as = ["dpa.com"]\n')
    (folder / "wireroom.toml").write_text('profiles_dir = "own"\n')
    assert main(["lint"]) == 2
    found = rows(capfd)
    assert "shipped/afp.toml" not in found  # replaced
    assert found["own/paris.toml"]["errors"] == []
    (clash,) = found["own/other.toml"]["errors"]
    assert "'dpa.com' is claimed by dpa and other" in clash["words"]
    assert found["wireroom.toml"]["errors"] == []


def test_wrong_settings_are_told_and_the_profiles_checked_all_the_same(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (folder / "wireroom.toml").write_text('brokr = "x"\n')
    assert main(["lint"]) == 2
    found = rows(capfd)
    assert "did you mean broker?" in found["wireroom.toml"]["errors"][0]["words"]
    assert found["shipped/afp.toml"]["errors"] == []
    (folder / "wireroom.toml").write_text('profiles_dir = "none"\n')
    assert main(["lint"]) == 2
    assert rows(capfd)["none"]["errors"][0]["key"] == "profiles_dir"


def test_a_settings_file_is_known_by_its_keys(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (folder / "live.toml").write_text('broker = "sqlite:///x.db"\nprefix = "a b"\n')
    assert main(["lint", "live.toml"]) == 2
    assert "prefix" in rows(capfd)["live.toml"]["errors"][0]["words"]


def test_a_path_that_is_not_there_is_refused(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", "nothing.toml"]) == 2
    assert "nothing.toml is not there" in capfd.readouterr().err


def test_the_stages_are_given_ones_own_profiles(folder: Path) -> None:
    (folder / "own").mkdir()
    (folder / "own/brestava.toml").write_text(GOOD)
    environ = {"WIREROOM_PROFILES_DIR": "own"}
    profiles = load_settings(environ=environ).settings.pipeline_config().profiles
    assert profiles.of("brestava").time_zone == "Europe/Paris"
    assert profiles.of("reuters").id_version


def test_a_wrong_profile_stops_a_command_with_one_line(folder: Path) -> None:
    (folder / "own").mkdir()
    (folder / "own/brestava.toml").write_text("time_zone = 3\n")
    settings = load_settings(environ={"WIREROOM_PROFILES_DIR": "own"}).settings
    with pytest.raises(ConfigError, match=r"own: profile brestava: time_zone: .*wireroom lint"):
        settings.pipeline_config()
