"""A topic as what is replayed, and what cannot be read, as a person meets them."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from pathlib import Path

import pytest

from streams.cli import main
from streams.log import SqliteStore


def lines(folder: Path, name: str, minutes: list[int]) -> str:
    records = [
        {"body": f"Take {minute}\n\nA dispatch of minute {minute}, it said.", "provider": "oaw",
         "received_at": f"2026-03-02T06:{minute:02}:00Z"}
        for minute in minutes
    ]  # fmt: skip
    (folder / name).write_text("".join(json.dumps(one) + "\n" for one in records))
    return name


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]):
    def call(*arguments: str, status: int = 0) -> tuple[str, str]:
        capfd.readouterr()
        assert main([*arguments]) == status
        return capfd.readouterr()

    return call


@pytest.fixture
def live(folder: Path, run) -> str:
    run("topics", "apply")
    run("ingest", lines(folder, "live.jsonl", [1, 2, 3, 4]))
    return "sqlite:///wireroom.db#raw"


def positions(path: Path, topic: str) -> list[str]:
    with SqliteStore(path) as store:
        read = store.read(topic, store.begin_offsets(topic), max_records=1000)
    return [(one.header("source-id") or b"").decode() for one in read.records]


def test_a_topic_is_replayed_and_resumed_as_it_was(folder: Path, live: str, run) -> None:
    ours = ["--log", "sqlite:///a.db", "--name", "r", "--publish-only", "--resume", "c"]
    _, err = run("replay", live, *ours)
    assert "reading wire.raw: offsets [" in err
    run("ingest", lines(folder, "more.jsonl", [5]))
    _, err = run("replay", live, *ours)
    assert "going on after 4 messages" in err
    assert positions(folder / "a.db", "replay.r.raw") == [f"live.jsonl:{n}" for n in (1, 2, 3, 4)]
    assert json.loads((folder / "c").read_bytes())["topics"].keys() == {
        "sqlite:///wireroom.db#wire.raw"
    }
    _, err = run("replay", live, *ours, "--from-offset", "1", status=2)
    assert "read otherwise" in err
    (folder / "wireroom.db").unlink()
    run("topics", "apply")
    run("ingest", "live.jsonl")
    _, err = run("replay", live, *ours, status=2)
    assert "the archive has changed" in err


def test_times_and_offsets_choose_and_a_dry_run_counts(folder: Path, live: str, run) -> None:
    out, err = run("replay", live, "--dry-run", "--since", "2026-03-02T06:03:00Z")
    assert "2 messages" in out
    assert "2 left out" in out
    run("run", live, "--until", "2026-03-02T06:01:00Z", "--stop-after", "decode", "-o", "o.jsonl")
    assert len((folder / "o.jsonl").read_text().splitlines()) == 1
    out, _ = run("replay", live, "--dry-run", "--from-offset", "2", "--to-offset", "2")
    assert "1 messages" in out
    _, err = run("run", "live.jsonl", "--from-offset", "2", status=2)
    assert "are of topics" in err
    _, err = run("replay", "kafka://localhost:9092/wire.raw", "--dry-run", status=2)
    assert "name the topic to read" in err


@pytest.mark.usefixtures("live")
def test_a_topic_is_copied_into_another_log(folder: Path, run) -> None:
    other = ["--broker", "sqlite:///other.db"]
    run("topics", "apply", *other)
    # A full name: the short one is of the settings' prefix, wherever the topic is.
    _, err = run("ingest", "sqlite:///wireroom.db#wire.raw", *other)
    assert "4 messages into wire.raw" in err
    assert positions(folder / "other.db", "wire.raw") == positions(
        folder / "wireroom.db", "wire.raw"
    )


@pytest.mark.parametrize("files", [["good.jsonl", "bad.jsonl.gz"], ["bad.jsonl.gz"]])
def test_what_cannot_be_read_is_told_once_and_the_status_says_so(
    folder: Path, run, files: list[str]
) -> None:
    lines(folder, "good.jsonl", [1, 2])
    # Whole lines, then the member ends too early: the first message has damage after it.
    whole = gzip.compress((folder / "good.jsonl").read_bytes())
    (folder / "bad.jsonl.gz").write_bytes(whole + b"\x1f\x8b\x08 no member")
    ours = ["--log", "sqlite:///a.db", "--name", "r", "--publish-only"]
    for arguments in (
        ["replay", *files, *ours],
        ["replay", *files, "--dry-run"],
        ["run", *files, "--stop-after", "decode", "-o", "o.jsonl"],
    ):
        _, err = run(*arguments, status=1)
        assert err.count("not read: 1 (") == 1, err
        assert err.count("reading body=body") <= len(files)
    run("topics", "apply")
    run("ingest", *files, status=1)


def test_damage_before_the_first_message_counts_once(folder: Path, run) -> None:
    lines(folder, "good.jsonl", [1, 2])
    with tarfile.open(folder / "bad.tar", "w") as archive:
        for name, content in (("a.gz", b"\x1f\x8b\x08\0"), ("b.txt", b"A dispatch, it said.\n")):
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    ours = ["--log", "sqlite:///a.db", "--name", "r", "--publish-only"]
    _, alone = run("run", "bad.tar", "--stop-after", "decode", "-o", "o.jsonl", status=1)
    (told,) = [line for line in alone.splitlines() if line.startswith("not read: ")]
    _, err = run("replay", "bad.tar", "good.jsonl", *ours, status=1)
    assert [line for line in err.splitlines() if line.startswith("not read: ")] == [told]
    assert "3 messages into replay.r.raw" in err
