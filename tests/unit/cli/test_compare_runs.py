"""``wireroom compare A B`` as a person calls it: two runs over the same messages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from streams.cli import main

LINES = [
    {"provider": "nordan", "received_at": "2026-03-02T10:00:00Z",
     "body": "Talks in Geneva\n\nThe delegations met in Geneva on Monday, the ministry said.\n\n"
             "They are to meet again next week, a spokesman for the delegation told reporters."},
    {"provider": "nordan", "received_at": "2026-03-02T10:01:00Z",
     "body": "Rain\n\nRain fell in the north all day, and rivers rose, the weather office said."},
]  # fmt: skip


@pytest.fixture
def runs(folder: Path, capfd: pytest.CaptureFixture[str]):
    (folder / "feed.jsonl").write_text("".join(json.dumps(line) + "\n" for line in LINES))
    assert main(["run", "feed.jsonl", "-o", "a.jsonl"]) == 0
    events = [json.loads(line) for line in (folder / "a.jsonl").read_text().splitlines()]

    def compared(change, *arguments: str) -> list[dict]:
        edited = json.loads(json.dumps(events))
        change(edited)
        (folder / "b.jsonl").write_text("".join(json.dumps(one) + "\n" for one in edited))
        capfd.readouterr()
        assert main(["compare", "a.jsonl", "b.jsonl", *(arguments or ("-o", "jsonl"))]) == 0
        out = capfd.readouterr().out
        return [out] if arguments else [json.loads(line) for line in out.splitlines()]

    return compared


def test_a_run_compared_with_itself_differs_in_nothing(runs) -> None:
    (summary,) = runs(lambda _events: None)
    assert summary == {
        "messages": 2, "before": {"new": 2}, "after": {"new": 2}, "differences": 0, "changed": {},
    }  # fmt: skip


def headline(events) -> None:
    events[0]["item"]["headline"] = "Talks in Bern"


def text(events) -> None:
    events[0]["item"]["paragraphs"][1]["text"] = "They will not meet again."


def decision(events) -> None:
    events[0].update(kind="duplicate", of="nordan:x@1", reasons=["exact"])


def entities(events) -> None:
    events[0]["item"]["entities"] = []


@pytest.mark.parametrize("change", [headline, text, decision, entities])
def test_each_way_to_differ_is_told_and_no_other(runs, change) -> None:
    summary, told = runs(change)
    assert summary["changed"] == {change.__name__: 1}
    assert told["part"] == "feed.jsonl:1#0"
    assert told["changed"] == [change.__name__]
    (out,) = runs(change, "-o", "text")
    assert "1 of them differ" in out
    said = {
        headline: "+ Talks in Bern", text: "+ They will not meet again.",
        decision: "+ duplicate of nordan:x@1", entities: "- entities geonames:",
    }  # fmt: skip
    assert said[change] in out


def test_a_message_that_one_run_lacks_is_told(runs) -> None:
    summary, told = runs(lambda events: events.pop())
    assert summary["changed"] == {"only-before": 1}
    assert told["after"] is None
    (out,) = runs(lambda events: events.pop(), "-o", "text")
    assert "- new" in out


@pytest.mark.usefixtures("runs")
def test_logs_are_compared_by_their_prefixes_with_their_entities(
    capfd: pytest.CaptureFixture[str],
) -> None:
    for name in ("one", "two"):
        log = ["--log", "sqlite:///x.db", "--name", name]
        assert main(["replay", "feed.jsonl", *log]) == 0
    for other in ("sqlite:///x.db#replay.two.", "a.jsonl"):
        capfd.readouterr()
        assert main(["compare", "sqlite:///x.db#replay.one.", other, "-o", "jsonl"]) == 0
        summary = json.loads(capfd.readouterr().out.splitlines()[0])
        assert (summary["messages"], summary["differences"]) == (2, 0), other
    events = [json.loads(line) for line in Path("a.jsonl").read_text().splitlines()]
    entities(events)
    Path("b.jsonl").write_text("".join(json.dumps(one) + "\n" for one in events))
    capfd.readouterr()
    assert main(["compare", "sqlite:///x.db#replay.one.", "b.jsonl", "-o", "jsonl"]) == 0
    _, told = map(json.loads, capfd.readouterr().out.splitlines())
    assert told["changed"] == ["entities"]
    assert told["before"]["entities_only_here"]
    assert told["after"]["entities_only_here"] == []


def test_what_holds_no_events_is_told(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (folder / "a.jsonl").write_text('{"body": "x"}\n')
    assert main(["compare", "a.jsonl", "a.jsonl"]) == 2
    assert "a.jsonl holds no event" in capfd.readouterr().err
    assert main(["compare", "a.jsonl", "none.jsonl"]) == 2
