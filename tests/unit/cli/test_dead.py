"""``wireroom dead`` as a person calls it, on the embedded log."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from streams.cli import main

LOG = ["--log", "sqlite:///wireroom.db"]
GOOD = "Flood closes bridge in Riverton\n\nRIVERTON, Feb 12 - Flooding closed the main bridge in Riverton on Friday, the mayor said.\n"  # noqa: E501
LONG = GOOD + "\nThe police asked drivers to use the road by the mill until the water falls.\n" * 20


def feed(folder: Path, *messages: dict[str, object], name: str = "feed.jsonl") -> str:
    (folder / name).write_text("".join(json.dumps(one) + "\n" for one in messages))
    return name


@pytest.fixture
def letters(folder, capsys):
    """A log with four letters: of two providers, on two days, one of them too large."""
    name = feed(
        folder,
        {"provider": "demo", "received_at": "2016-02-12T10:00:00Z", "body": ""},
        {
            "provider": "demo",
            "received_at": "2016-02-13T10:00:00Z",
            "body": "{",
            "content_type": "application/json",
        },
        {
            "provider": "other",
            "received_at": "2016-02-13T10:00:00Z",
            "body_b64": base64.b64encode(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR").decode(),
            "position": "evil\x1b[2J\u202e",
        },
        {"provider": "demo", "received_at": "2016-02-14T10:00:00Z", "body": LONG},
    )
    (folder / "wireroom.toml").write_text("max_body_bytes = 1024\n")
    assert main(["topics", "apply"]) == 0
    assert main(["ingest", name]) == 0
    assert main(["run", feed(folder, name="none.jsonl"), *LOG]) == 0
    capsys.readouterr()


def lines(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


def told(capsys, *arguments: str, status: int = 0) -> list[dict[str, object]]:
    assert main(["dead", *arguments]) == status
    return lines(capsys.readouterr().out)


@pytest.mark.usefixtures("letters")
def test_filters_are_the_same_everywhere(capsys):
    assert len(told(capsys, "list")) == 4
    assert len(told(capsys, "list", "--max", "2")) == 2
    assert [one["code"] for one in told(capsys, "list", "--until", "2016-02-12T10:00Z")] == [
        "body-empty"
    ]
    late = ["--since", "2016-02-13", "--provider", "demo"]
    assert {one["code"] for one in told(capsys, "list", *late)} == {
        "json-invalid",
        "body-too-large",
    }
    assert {one["code"] for one in told(capsys, "drop", *late, "--dry-run")} == {
        "json-invalid",
        "body-too-large",
    }
    by = {(one["by"], one[one["by"]]): one["letters"] for one in told(capsys, "stats", *late)}
    assert by[("day", "2016-02-13")] == by[("code", "json-invalid")] == 1
    assert by[("provider", "demo")] == 2


@pytest.mark.usefixtures("letters")
def test_nothing_is_done_that_was_not_meant(capsys):
    for verb in ("retry", "drop"):
        assert main(["dead", verb]) == 2
        assert "say which" in capsys.readouterr().err
        assert main(["dead", verb, "--provider", "demo"]) == 2
        assert "--yes" in capsys.readouterr().err
        assert main(["dead", verb, "7:99"]) == 2
        assert "no open letter at '7:99'" in capsys.readouterr().err
    assert {one["state"] for one in told(capsys, "list", "--all")} == {"open"}


@pytest.mark.usefixtures("letters")
def test_retry_gives_each_message_one_primary_event_more(folder, capsys):
    told(capsys, "retry", "--code", "body-too-large", "--yes", status=1)
    (folder / "wireroom.toml").write_text("")
    sent = told(capsys, "retry", "--provider", "demo", "--yes")
    assert [one["outcome"] for one in sent] == ["retried"] * 3
    assert told(capsys, "retry", "--provider", "demo", "--yes") == []
    (again,) = told(capsys, "retry", "feed.jsonl:1", status=1)
    assert "retried before" in str(again["why"])
    assert main(["run", "none.jsonl", *LOG, "-o", "jsonl"]) == 0
    out, err = capsys.readouterr()
    events = {event["source"]["position"]: event for event in lines(out)}
    assert {position: event["kind"] for position, event in events.items()} == {
        "feed.jsonl:1;retry=1": "dead",
        "feed.jsonl:2;retry=1": "dead",
        "feed.jsonl:4;retry=1": "new",
    }
    assert all(
        event["reasons"][-1] == f"retry-of={position.partition(';')[0]}"
        for position, event in events.items()
    )
    assert events["feed.jsonl:4;retry=1"]["item"]["received_at"] == "2016-02-14T10:00:00Z"
    assert "3 in = 1 published (1 new) + 0 linked + 0 held + 2 rejected (2 dead)" in err
    assert main(["subscribe", "events", "--since", "2016-01-01", "--until", "now"]) == 0
    everything = lines(capsys.readouterr().out)
    assert len({event["id"] for event in everything}) == len(everything) == 7


@pytest.mark.usefixtures("letters")
def test_dropped_letters_are_listed_by_all_and_their_bytes_are_told(capsys):
    assert main(["dead", "drop", "feed.jsonl:1", "feed.jsonl:2"]) == 0
    out, err = capsys.readouterr()
    assert [one["outcome"] for one in lines(out)] == ["dropped", "dropped"]
    assert "2 letters dropped; their bytes stay in wire.dead until 20" in err
    assert len(told(capsys, "list")) == 2
    states = [one["state"] for one in told(capsys, "list", "--all")]
    assert sorted(map(str, states)) == ["dropped", "dropped", "open", "open"]
    assert main(["dead", "show", "feed.jsonl:2"]) == 0
    assert capsys.readouterr().out == "{"


@pytest.mark.usefixtures("letters")
def test_nothing_of_the_wire_reaches_a_terminal(capsys):
    for verb in (["list"], ["drop", "--provider", "other", "--dry-run"], ["stats"]):
        assert main(["dead", *verb, "-o", "text"]) == 0
        out = capsys.readouterr().out
        assert out
        assert "\x1b" not in out
        assert "\u202e" not in out
