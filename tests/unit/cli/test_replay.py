"""``wireroom replay`` as a person calls it, on the embedded log."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path

import pytest

from streams.cli import main
from streams.cli.replay_progress import Progress
from streams.log import SqliteStore

TEXT = "The harbour council of Brestava voted on Tuesday to close the northern dock, it said."


def ninjs(version: int, text: str = TEXT, **fields: str) -> str:
    return json.dumps(
        {
            "uri": "urn:a:1", "version": str(version), "type": "text", "language": "en",
            "versioncreated": f"2026-03-02T06:0{version}:00Z",
            "headline": f"Dock to close, take {version}", "body_text": text,
        } | fields
    )  # fmt: skip


def envelope(body: str, minute: int) -> str:
    return json.dumps(
        {"body": body, "provider": "oaw", "received_at": f"2026-03-02T06:{minute:02}:30Z"}
    )


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]):
    def call(*arguments: str, status: int = 0) -> tuple[str, str]:
        capfd.readouterr()
        assert main([*arguments]) == status
        return capfd.readouterr()

    return call


def kinds(path: Path, prefix: str = "wire.") -> Counter[str]:
    with SqliteStore(path) as store:
        offsets = dict.fromkeys(range(12), 0)
        records = store.read(f"{prefix}events", offsets, max_records=1000).records
    return Counter(json.loads(one.value or b"{}")["kind"] for one in records)


def current(path: Path, name: str) -> list[str]:
    with SqliteStore(path) as store:
        records = store.read(f"wire.{name}", dict.fromkeys(range(12), 0), max_records=1000).records
    return list({one.key: json.loads(one.value or b"{}")["headline"] for one in records}.values())


@pytest.fixture
def live(folder: Path, run) -> Path:
    """A live log that has version 2."""
    (folder / "now.jsonl").write_text(envelope(ninjs(2), 2) + "\n")
    run("run", "now.jsonl", "--log", "sqlite:///wireroom.db", "--stop-after", "enrich", "-o", "x")
    return folder / "wireroom.db"


def archive(folder: Path) -> None:
    lines = [envelope(ninjs(version), version) for version in (1, 2, 3)]
    (folder / "old.jsonl").write_text("\n".join(lines[:2]) + "\n")
    (folder / "new.jsonl").write_text(lines[2] + "\n")


def test_what_is_played_into_live_never_overwrites_what_is_newer(
    folder: Path, live: Path, run
) -> None:
    archive(folder)
    run("replay", "old.jsonl", "--into-live", "--yes")
    # A worker runs the stages on the live log.
    (folder / "none.jsonl").write_text("")
    run("run", "none.jsonl", "--log", "sqlite:///wireroom.db", "-o", "x")
    assert kinds(live) == {"new": 1, "stale": 1, "duplicate": 1}
    assert current(live, "items") == current(live, "enriched") == ["Dock to close, take 2"]


def test_what_live_topics_have_is_skipped(folder: Path, live: Path, run) -> None:
    archive(folder)
    _, err = run("replay", "old.jsonl", "new.jsonl", "--skip-existing", "--name", "s")
    assert "1 messages into replay.s.raw" in err
    assert "2 left out" in err
    assert kinds(live, "replay.s.") == {"new": 1}
    _, err = run("replay", "old.jsonl", "--skip-existing", "--broker", "sqlite:///x.db", status=2)
    assert "topic" in err


def test_publish_only_leaves_the_stages_to_a_worker(folder: Path, run) -> None:
    archive(folder)
    _, err = run("replay", "old.jsonl", "--publish-only", "--log", "sqlite:///a.db", "--name", "p")
    assert "now run: wireroom worker --broker sqlite:///a.db --prefix replay.p." in err
    assert not kinds(folder / "a.db", "replay.p.")


def test_the_log_gets_files_merged_by_time(folder: Path, run) -> None:
    archive(folder)
    _, err = run("replay", "new.jsonl", "old.jsonl", "--log", "sqlite:///a.db", "--name", "m")
    assert "(1 new, 2 update)" in err


def test_a_dry_run_estimates_and_tells_what_cannot_be_decoded(folder: Path, run) -> None:
    archive(folder)
    (folder / "bad.jsonl").write_text(envelope("", 9) + "\n" + envelope("<a><b></a>", 9) + "\n")
    out, _ = run("replay", "old.jsonl", "bad.jsonl", "--dry-run", "--speed", "60")
    assert "4 messages" in out
    assert "takes about 0:00:08 at the pace asked for" in out
    assert "cannot be decoded: 1 body-empty" in out
    assert "bad.jsonl:1  body-empty" in out
    assert not list(folder.glob("*.db"))
    out, _ = run("replay", "old.jsonl", "--dry-run", "--rate", "0.01")
    assert "takes about 0:01:40" in out


def test_progress_as_json_is_lines_and_the_last_says_all(folder: Path, run) -> None:
    archive(folder)
    _, err = run("replay", "old.jsonl", "--log", "sqlite:///a.db", "--progress", "json")
    told = [json.loads(line) for line in err.splitlines() if line.startswith("{")]
    assert told[-1]["messages"] == 2
    assert told[-1]["event_time"] == "2026-03-02T06:02:30+00:00"
    assert told[-1]["share"] == 1
    assert told[-1]["remaining_s"] == 0


def test_progress_is_of_this_run() -> None:
    class Half:
        bytes_read, total_bytes = 50, 200

    now = iter((0.0, 10.0, 10.0, 10.0, 10.0))
    figures = Progress(Half(), 100, lambda: next(now))
    figures.done = 300
    assert (figures.rate, figures.remaining_s) == (20.0, 30.0)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda: Path("old.jsonl").write_text(envelope(ninjs(1), 1)), "the archive has changed"),
        (lambda: os.utime("old.jsonl", (1, 1)), "the archive has changed"),
    ],
)
def test_another_archive_cannot_go_on(folder: Path, run, change, words: str) -> None:
    archive(folder)
    arguments = ["replay", "old.jsonl", "--log", "sqlite:///a.db", "--resume", "c"]
    run(*arguments)
    _, err = run(*arguments)
    assert "going on after 2 messages" in err
    change()
    _, err = run(*arguments, status=2)
    assert words in err


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--lang", "fr"], "was read otherwise"),
        (["--time-from", "2020-01-01"], "was read otherwise"),
        (["--log", "sqlite:///b.db"], "go on to the same"),
    ],
)
def test_an_archive_read_otherwise_cannot_go_on(
    folder: Path, run, more: list[str], words: str
) -> None:
    archive(folder)
    arguments = ["replay", "old.jsonl", "--resume", "c"]
    run(*arguments, "--log", "sqlite:///a.db")
    if "--log" not in more:
        more = [*more, "--log", "sqlite:///a.db"]
    _, err = run(*arguments, *more, status=2)
    assert words in err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--rate", "0"], "rate"),
        (["--speed", "fast"], "speed 'fast'"),
        (["--speed", "nan"], "speed"),
        (["--processes", "0"], "--processes"),
        (["--progress", "loud"], "--progress"),
        (["--max", "-1"], "--max"),
    ],
)
def test_a_mistake_is_told(folder: Path, run, arguments: list[str], words: str) -> None:
    archive(folder)
    out, err = run("replay", "old.jsonl", *arguments, status=2)
    assert not out
    assert words in err
    assert not list(folder.glob("*.db"))
