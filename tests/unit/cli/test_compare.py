"""``wireroom compare`` as a person calls it: one archive under two sets of rules."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from streams.cli import main

DOCK = (
    "The harbour council of Brestava voted late on Tuesday to close the northern dock for repairs. "
    "Engineer Milena Torvald told reporters that the quay wall had shifted by 14 centimetres. "
    "Fishing crews said the closure would cost them 320,000 crowns before the herring season ends."
)
RAIN = "Rain fell in the north all day, and the rivers rose, the weather office in Ostholm said."


@pytest.fixture(autouse=True)
def folder(folder: Path) -> Path:
    lines = [
        {"provider": "nordan", "received_at": "2026-03-02T10:00:00Z", "body": f"Dock\n\n{DOCK}"},
        {"provider": "nordan", "received_at": "2026-03-02T10:01:00Z", "body": f"Rain\n\n{RAIN}"},
        {"provider": "ostpress", "received_at": "2026-03-03T20:00:00Z",
         "body": f"Coast: dock\n\n{DOCK}"},
        {"provider": "ostpress", "received_at": "2026-03-03T20:01:00Z", "body": ""},
    ]  # fmt: skip
    (folder / "feed.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return folder


def compared(capfd: pytest.CaptureFixture[str], *arguments: str) -> tuple[dict, list[dict]]:
    capfd.readouterr()
    assert main(["compare", *arguments, "-o", "jsonl"]) == 0
    summary, *rest = map(json.loads, capfd.readouterr().out.splitlines())
    return summary, rest


def test_what_a_narrower_window_changes_is_told(capfd: pytest.CaptureFixture[str]) -> None:
    summary, (found,) = compared(
        capfd, "feed.jsonl", "--set", "desk.providers.ostpress.near_hours=24"
    )
    assert summary == {
        "messages": 4,
        "before": {"new": 2, "reprint": 1, "dead": 1},
        "after": {"new": 3, "reprint": 0, "dead": 1},
        "differences": 1,
    }
    assert (found["position"], found["headline"]) == ("feed.jsonl:3", "Coast: dock")
    assert (found["before"]["kind"], found["after"]["kind"]) == ("reprint", "new")
    assert found["before"]["of"].startswith("nordan:")
    assert found["before"]["reasons"][0].startswith("rare-containment=")


def test_the_rules_in_force_are_the_ones_before(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (folder / "wireroom.toml").write_text("[desk]\nenabled = false\n")
    summary, _ = compared(capfd, "feed.jsonl", "--set", "desk.enabled=true")
    assert (summary["before"]["new"], summary["after"]["new"]) == (3, 2)


def test_another_settings_file_may_say_it_and_set_adds_to_it(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (folder / "other.toml").write_text("[desk.providers.ostpress]\ncontainment = 1\n")
    arguments = ["feed.jsonl", "--settings", "other.toml"]
    none, _ = compared(capfd, *arguments)
    assert none["differences"] == 0
    summary, _ = compared(capfd, *arguments, "--set", "desk.near_hours=1")
    assert summary["differences"] == 1


def test_rules_that_change_nothing_differ_in_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    summary, rest = compared(capfd, "feed.jsonl", "--set", "desk.near_hours=72")
    assert (summary["differences"], rest) == (0, [])
    assert summary["before"] == summary["after"]


def test_text_is_a_table_and_headlines(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", "feed.jsonl", "--set", "desk.near_hours=24", "-o", "text"]) == 0
    out = capfd.readouterr().out
    for words in ("4 messages, 1 decided otherwise", "+1", "-1", "Coast: dock", "before reprint"):
        assert words in out
    assert sorted(path.name for path in folder.iterdir()) == ["feed.jsonl"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["feed.jsonl"], "say what differs"),
        (["feed.jsonl", "--set", "desk.near_hour=2"], "did you mean desk.near_hours?"),
        (["feed.jsonl", "--set", "prefix=x."], "only rules of the desk"),
        (["feed.jsonl", "--set", "desk.enabled"], "only rules of the desk"),
        (["feed.jsonl", "--set", "desk.containment=1.5"], "less than or equal to 1"),
        (["feed.jsonl", "--set", "desk.near_hours=inf"], "desk.near_hours"),
        (["feed.jsonl", "--set", "desk.near_hours=soon"], "desk.near_hours"),
        (["feed.jsonl", "--set", "desk.a=1", "--set", "desk.a.b=1"], "desk.a"),
        (["feed.jsonl", "--settings", "none.toml"], "cannot read settings file"),
        (["none.jsonl", "--set", "desk.near_hours=1"], "no such file"),
        (["--set", "desk.near_hours=1"], "name a file"),
    ],
)
def test_a_mistake_is_one_line_and_status_two(
    capfd: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    assert main(["compare", *arguments]) == 2
    out, err = capfd.readouterr()
    assert out == ""
    assert len(err.splitlines()) == 1
    assert words in err
