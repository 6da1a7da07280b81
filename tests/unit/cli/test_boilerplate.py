"""``wireroom boilerplate`` as a person calls it: learn, use, show, forget, compare."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from streams.cli import main
from tests.unit.learning.test_boilerplate import BEGIN, FOOTER, story

ABOVE = "News from the Nordava newsroom"


def archive(folder: Path, name: str = "archive.jsonl", *, first: int = 0, count: int = 10) -> str:
    records = [
        {
            "provider": "nordava",
            "received_at": (BEGIN + number * timedelta(hours=8)).isoformat(),
            "body": "\n\n".join([ABOVE, *story(number), FOOTER]),
        }
        for number in range(first, first + count)
    ]
    (folder / name).write_text("".join(json.dumps(record) + "\n" for record in records))
    return name


def rows(capfd: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capfd.readouterr().out.splitlines()]


def removed(events: Sequence[dict]) -> list[tuple[str | None, int]]:
    spans = [span for event in events for span in event["item"]["audit"]["removed"]]
    found = [span["rule"] for span in spans if span["reason"] == "boilerplate"]
    return sorted((rule, found.count(rule)) for rule in set(found))


def test_from_learning_to_forgetting(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    name = archive(folder)
    assert main(["boilerplate", "learn", name, "--into", "lines.toml"]) == 0
    learned = rows(capfd)
    assert [(row["text"], row["where"], row["stories"]) for row in learned] == [
        (ABOVE, "above", 10),
        (FOOTER, "below", 10),
    ]
    first = tomllib.loads(Path("lines.toml").read_text())["version"]
    assert first.startswith("2016-02-18.")

    run = ["run", name, "--stop-after", "desk"]
    assert main([*run, "--boilerplate", "lines.toml"]) == 0
    events = rows(capfd)
    assert removed(events) == [(f"boilerplate@{first}", 20)]
    assert events[0]["item"]["headline"] == story(0)[0]  # type: ignore[index]
    assert main(run) == 0
    assert removed(rows(capfd)) == []

    Path("before.toml").write_bytes(Path("lines.toml").read_bytes())
    assert main(["boilerplate", "forget", FOOTER.upper(), "--boilerplate", "lines.toml"]) == 0
    out = capfd.readouterr().out
    assert f"revoked  nordava  {FOOTER}" in out
    second = tomllib.loads(Path("lines.toml").read_text())["version"]
    assert second != first
    assert main(["boilerplate", "diff", "before.toml", "lines.toml"]) == 0
    assert [(row["change"], row["text"]) for row in rows(capfd)] == [("revoked", FOOTER)]

    archive(folder, "later.jsonl", first=20)
    assert main(["boilerplate", "learn", "later.jsonl", "--into", "lines.toml"]) == 0
    assert [row["text"] for row in rows(capfd)] == [ABOVE]
    assert main(["boilerplate", "list", "--boilerplate", "lines.toml"]) == 0
    assert [(row["text"], row["revoked"]) for row in rows(capfd)] == [
        (ABOVE, False),
        (FOOTER, True),
    ]
    third = tomllib.loads(Path("lines.toml").read_text())["version"]
    assert main([*run, "--boilerplate", "lines.toml"]) == 0
    assert removed(rows(capfd)) == [(f"boilerplate@{third}", 10)]


def test_the_environment_and_the_settings_name_the_file(
    folder: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    name = archive(folder)
    (folder / "wireroom.toml").write_text('boilerplate = "mine.toml"\n')
    assert main(["run", name, "--stop-after", "clean"]) == 2
    assert "cannot read mine.toml" in capfd.readouterr().err
    assert main(["boilerplate", "learn", name]) == 2
    Path("wireroom.toml").unlink()
    assert main(["boilerplate", "learn", name]) == 0
    assert "boilerplate.toml: 2016-02-18." in capfd.readouterr().err
    monkeypatch.setenv("WIREROOM_BOILERPLATE", "boilerplate.toml")
    assert main(["run", name, "--stop-after", "clean"]) == 0
    assert [count for _, count in removed(rows(capfd))] == [20]
    assert main(["lint"]) == 0
    assert "boilerplate.toml" in capfd.readouterr().out


def test_replay_and_explain_take_the_file(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    name = archive(folder)
    assert main(["boilerplate", "learn", name, "--into", "lines.toml"]) == 0
    capfd.readouterr()
    assert main(["explain", f"{name}:1", "--boilerplate", "lines.toml"]) == 0
    assert f"boilerplate: {FOOTER}" in capfd.readouterr().out
    log = "sqlite:///replayed.db"
    replay = ["replay", name, "--log", log, "--name", "once", "--boilerplate", "lines.toml"]
    assert main(replay) == 0
    capfd.readouterr()
    follow = ["subscribe", "--broker", log, "--prefix", "replay.once.", "--snapshot", "--max", "10"]
    assert main(follow) == 0
    items = [{"item": row.get("item", row)} for row in rows(capfd)]
    assert [count for _, count in removed(items)] == [20]


def test_the_raw_topic_teaches_as_its_archive_does(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    name = archive(folder)
    assert main(["topics", "apply"]) == 0
    assert main(["ingest", name]) == 0
    for given, file in ((name, "a.toml"), ("raw", "b.toml"), ("wire.raw", "c.toml")):
        assert main(["boilerplate", "learn", given, "--into", file]) == 0
    assert Path("a.toml").read_bytes() == Path("b.toml").read_bytes()
    assert Path("a.toml").read_bytes() == Path("c.toml").read_bytes()
    assert "2 lines learned of 10 stories in 10 messages" in capfd.readouterr().err


def test_a_dry_run_writes_nothing(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    name = archive(folder)
    assert main(["boilerplate", "learn", name, "--dry-run", "-o", "text"]) == 0
    out, err = capfd.readouterr()
    assert FOOTER in out
    assert "would write 2016-02-18." in err
    assert main(["boilerplate", "learn", name]) == 0
    before = Path("boilerplate.toml").read_bytes()
    assert main(["boilerplate", "forget", FOOTER, "--dry-run"]) == 0
    assert Path("boilerplate.toml").read_bytes() == before
    assert sorted(path.name for path in folder.iterdir()) == [name, "boilerplate.toml"]


def test_a_damaged_file_is_refused_by_every_command_and_told_by_lint(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    name = archive(folder)
    assert main(["boilerplate", "learn", name, "--into", "lines.toml"]) == 0
    assert main(["lint", "lines.toml"]) == 0
    text = Path("lines.toml").read_text()
    Path("lines.toml").write_text(text.replace('where = "below"', 'where = "above"'))
    capfd.readouterr()
    for verb in (
        ["run", name, "--boilerplate", "lines.toml"],
        ["boilerplate", "learn", name, "--into", "lines.toml"],
        ["boilerplate", "list", "--boilerplate", "lines.toml"],
        ["boilerplate", "forget", FOOTER, "--boilerplate", "lines.toml"],
        ["boilerplate", "diff", "lines.toml", "lines.toml"],
    ):
        assert main(verb) == 2
        assert "was changed by hand" in capfd.readouterr().err
    assert main(["lint", "lines.toml"]) == 2
    assert "was changed by hand" in capfd.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["learn"], "name a file"),
        (["learn", "nowhere.jsonl"], "no such file"),
        (["learn", "one.txt"], "no message with a text and a time"),
        (["list"], "cannot read boilerplate.toml"),
        (["list", "--boilerplate", "one.txt"], "one.txt is damaged: not TOML"),
        (["list", "--boilerplate", "afp.toml"], "holds no learned boilerplate"),
        (["list", "--boilerplate", "binary"], "not UTF-8"),
        (["list", "--provider", "herald", "--boilerplate", "lines.toml"], "sources: nordava"),
        (["forget", "Read off", "--boilerplate", "lines.toml"], "no line 'Read off'"),
        (["diff", "lines.toml", "--what"], "no option --what"),
        (["learn", "archive.jsonl", "--into", "no/such/folder.toml"], "cannot write"),
    ],
)
def test_what_is_wrong_is_one_line(
    folder: Path, capfd: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    name = archive(folder)
    assert main(["boilerplate", "learn", name, "--into", "lines.toml"]) == 0
    (folder / "one.txt").write_text("A bridge is closed\n\nThe bridge is closed, it was said.\n")
    (folder / "afp.toml").write_text('provider = "afp"\n')
    (folder / "binary").write_bytes(bytes(range(256)))
    capfd.readouterr()
    assert main(["boilerplate", *arguments]) == 2
    assert words in capfd.readouterr().err.splitlines()[-1]
