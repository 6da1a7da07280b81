"""``wireroom why`` as a person calls it: two items of a log or a file, or two messages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from streams.cli import main

DOCK = (
    "The harbour council of Brestava voted late on Tuesday to close the northern dock for repairs.",
    "Engineer Milena Torvald told reporters that the quay wall had shifted by 14 centimetres.",
    "Fishing crews said the closure would cost them 320,000 crowns before the herring season ends.",
)
MARKET = "Shares in {} closed {} points {} at {} on Monday, traders at Kessler and Brandt said."


def ninjs(uri: str, *paragraphs: str, **fields: object) -> str:
    item = {"uri": uri, "type": "text", "pubstatus": "usable", "headline": "Brestava closes dock"}
    return json.dumps(item | {"body_text": "\n\n".join(paragraphs)} | fields)


def played(folder: Path, *messages: tuple[str, str, str], log: str | None = None) -> None:
    lines = [
        {"provider": provider, "received_at": received, "body": body}
        for provider, received, body in messages
    ]
    (folder / "feed.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    arguments = ["run", "feed.jsonl", "--stop-after", "desk", "-o", "events.jsonl"]
    assert main([*arguments, *(["--log", log] if log else [])]) == 0


def answer(capfd: pytest.CaptureFixture[str], *arguments: str) -> dict:
    capfd.readouterr()
    assert main(["why", *arguments, "-o", "jsonl"]) == 0
    return json.loads(capfd.readouterr().out)


def checks(found: dict) -> dict[str, bool]:
    return {check["name"]: check["passed"] for check in found["checks"]}


A, B = "nordan:urn:x:a", "ostpress:urn:y:b"


def reprinted(folder: Path, later: str = "2026-03-02T11:00:00Z", **options: str) -> None:
    played(
        folder,
        ("nordan", "2026-03-02T10:00:00Z", ninjs("urn:x:a", *DOCK)),
        ("ostpress", later, ninjs("urn:y:b", "Harbour news from the coast.", *DOCK)),
        **options,
    )


def test_a_reprint_is_one_story_and_names_the_event_that_joined_it(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    reprinted(folder)
    found = answer(capfd, B, A, "--from", "events.jsonl")
    assert found["same_story"]
    assert found["joined"]
    assert (found["earlier"]["item_key"], found["later"]["item_key"]) == (A, B)
    (link,) = found["links"]
    assert (link["kind"], link["of"]) == ("reprint", found["earlier"]["id"])
    assert set(checks(found).values()) == {True}
    assert found["parent"] == found["earlier"]["id"]


def test_a_log_answers_from_the_desk_as_it_was(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    reprinted(folder, log="sqlite:///wireroom.db")
    of_log, of_file = answer(capfd, A, B), answer(capfd, A, B, "--from", "events.jsonl")
    assert of_log.pop("desk") == (
        "the desk when it decided the later one, rebuilt from its journal (1 records)"
    )
    assert "decided again all before the later one (1 items)" in of_file.pop("desk")
    assert of_log == of_file


def test_what_came_after_is_not_known_to_the_desk_that_is_asked(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """A later kill, and a hundred stories with the same phrases, change nothing of the answer."""
    received = "2026-03-02T10:00:00Z"
    before = [
        ("nordan", received, ninjs("urn:x:a", *DOCK, versioncreated="2026-03-02T09:00:00Z")),
        ("ostpress", received, ninjs("urn:y:b", "Harbour news from the coast.", *DOCK)),
    ]
    played(folder, *before, log="sqlite:///wireroom.db")
    first = answer(capfd, A, B)
    kill = ninjs("urn:x:a", versioncreated="2026-03-02T09:30:00Z", pubstatus="canceled")
    other = [
        ("gazette", received, ninjs(f"urn:z:{n}", f"Report {n} from Kessler.", DOCK[n % 3]))
        for n in range(9)
    ]
    played(folder, ("nordan", received, kill), *other, log="sqlite:///wireroom.db")
    again = answer(capfd, A, B)
    assert again["checks"] == first["checks"]
    assert again["reasons"] == first["reasons"]
    assert again["desk"] == first["desk"]


def test_nothing_of_a_killed_text_is_shown_unless_asked(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    received = "2026-03-02T10:00:00Z"
    first = ninjs("urn:x:a", *DOCK, versioncreated="2026-03-02T09:00:00Z")
    kill = ninjs("urn:x:a", versioncreated="2026-03-02T09:30:00Z", pubstatus="canceled")
    played(
        folder,
        ("nordan", received, first),
        ("ostpress", received, ninjs("urn:y:b", "Rain fell in Ostholm all day, she said.")),
        ("nordan", received, kill),
    )
    for form in ("jsonl", "text"):
        capfd.readouterr()
        assert main(["why", A, B, "--from", "events.jsonl", "-o", form]) == 0
        assert "Torvald" not in capfd.readouterr().out
        assert main(["why", A, B, "--from", "events.jsonl", "-o", form, "--killed"]) == 0
        assert "Torvald" in capfd.readouterr().out


def test_the_log_is_only_read(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    reprinted(folder, log="sqlite:///wireroom.db")
    before = answer(capfd, A, B)
    assert main(["topics", "list"]) == 0
    counts = capfd.readouterr().out
    assert answer(capfd, A, B) == before
    assert main(["topics", "list"]) == 0
    assert capfd.readouterr().out == counts


def test_too_old_is_said(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    reprinted(folder, later="2026-03-09T10:00:00Z")
    found = answer(capfd, A, B, "--from", "events.jsonl")
    assert not found["same_story"]
    assert not found["joined"]
    assert not checks(found)["window"]
    (window,) = (check for check in found["checks"] if check["name"] == "window")
    assert window["measured"] == "168 h apart; looked for within 72 h"


def test_a_provider_that_is_switched_off_is_said(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (folder / "wireroom.toml").write_text("[desk.providers.ostpress]\nenabled = false\n")
    reprinted(folder)
    found = answer(capfd, A, B, "--from", "events.jsonl")
    assert not checks(found)["enabled"]
    assert found["rule"]["enabled"] is False
    assert not found["same_story"]


def test_a_veto_comes_with_the_words_behind_it(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    closings = [
        " ".join(MARKET.format(name, n, "higher", 7000 + n) for n in (5, 6, 8))
        for name in ("Halvor Steel", "Morn Water")
    ]
    for name, text in zip("ab", closings, strict=True):
        (folder / f"{name}.txt").write_text(f"Closing prices in Brestava\n\n{text}\n")
    other = closings[1].replace("7005", "8112").replace("7006", "8113").replace("7008", "8114")
    (folder / "b.txt").write_text(f"Closing prices in Brestava\n\n{other}\n")
    found = answer(capfd, "a.txt", "b.txt")
    assert not found["same_story"]
    assert not checks(found)["likeness"]
    assert any(reason.startswith("veto=") for reason in found["reasons"])
    assert {"7005", "7006", "7008"} <= set(found["figures_earlier"])
    assert {"8112", "8113", "8114"} <= set(found["figures_later"])
    assert set(found["names_earlier"]) == {"Halvor", "Steel"}
    assert set(found["names_later"]) == {"Morn", "Water"}
    assert "fresh desk" in found["desk"]


def test_lines_of_an_archive_are_messages_too(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    reprinted(folder)
    found = answer(capfd, "feed.jsonl:1", "feed.jsonl:2")
    assert found["same_story"]
    assert found["later"]["kind"] == "reprint"


def test_versions_of_one_item_are_not_compared(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    first = ninjs("urn:x:a", *DOCK, versioncreated="2026-03-02T09:00:00Z")
    second = ninjs("urn:x:a", *DOCK[:2], versioncreated="2026-03-02T09:05:00Z")
    played(
        folder,
        ("nordan", "2026-03-02T10:00:00Z", first),
        ("nordan", "2026-03-02T10:10:00Z", second),
    )
    events = [json.loads(line) for line in (folder / "events.jsonl").read_text().splitlines()]
    found = answer(capfd, events[0]["id"], events[1]["item"]["id"], "--from", "events.jsonl")
    assert found["same_story"]
    assert list(checks(found)) == ["key"]


def test_the_version_that_was_linked_is_the_one_compared(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    early = ninjs("urn:x:a", "Dock closed, the council said.", versioncreated="2026-03-02T09:00Z")
    late = ninjs("urn:x:a", *DOCK, versioncreated="2026-03-02T09:30Z")
    played(
        folder,
        ("nordan", "2026-03-02T10:00:00Z", early),
        ("nordan", "2026-03-02T10:01:00Z", late),
        ("ostpress", "2026-03-02T10:02:00Z", ninjs("urn:y:b", *DOCK)),
    )
    found = answer(capfd, A, B, "--from", "events.jsonl")
    assert found["earlier"]["kind"] == "update"
    assert found["joined"]


def test_text_speaks_words(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    reprinted(folder)
    capfd.readouterr()
    assert main(["why", A, B, "--from", "events.jsonl", "-o", "text"]) == 0
    out = capfd.readouterr().out
    for words in ("One story.", "joined by reprint", "  yes  window", "rule for ostpress"):
        assert words in out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([A, "nordan:urn:x:c", "--from", "events.jsonl"], "did you mean nordan:urn:x:a"),
        ([A, A, "--from", "events.jsonl"], "one and the same"),
        ([A, B, "--from", "empty.jsonl"], "holds no event"),
        ([A, "feed.jsonl:2"], "one of these is a file"),
        (["feed.jsonl:1", "feed.jsonl:9"], "no message on line 9"),
        (["feed.jsonl:1", "empty.txt"], "holds no item"),
        ([A, B], "topics apply"),
        (["only"], "requires an argument"),
    ],
)
def test_a_mistake_is_said_with_status_two(
    folder: Path, capfd: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    reprinted(folder)
    (folder / "empty.jsonl").write_text("")
    (folder / "empty.txt").write_text("")
    capfd.readouterr()
    assert main(["why", *arguments]) == 2
    out, err = capfd.readouterr()
    assert out == ""
    assert words in err


def test_an_item_that_is_held_has_no_text_to_compare(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    held = ninjs("urn:x:a", *DOCK, pubstatus="withheld")
    played(
        folder,
        ("nordan", "2026-03-02T10:00:00Z", held),
        ("ostpress", "2026-03-02T11:00:00Z", ninjs("urn:y:b", *DOCK)),
    )
    hold = json.loads((folder / "events.jsonl").read_text().splitlines()[0])["id"]
    capfd.readouterr()
    assert main(["why", hold, B, "--from", "events.jsonl"]) == 2
    assert "(hold) carries no item" in capfd.readouterr().err


def test_a_flash_that_got_its_story_late_is_of_one_story_with_it(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Its own events say another story key; the event that superseded it says this one."""
    played(
        folder,
        *(
            ("nordan", f"2026-03-02T10:0{n}:00Z", ninjs(f"urn:x:{n}", *text, headline=headline))
            for n, (headline, text) in enumerate(
                [
                    ("FLASH - Brestava closes northern dock", DOCK[:1]),
                    ("FLASH - Quay wall of Brestava has shifted", DOCK[1:2]),
                    ("Brestava closes dock", DOCK),
                ]
            )
        ),
    )
    events = [json.loads(line) for line in Path("events.jsonl").read_text().splitlines()]
    own, *_, moved = [
        e for e in events if (e["of"] or e["item"]["id"]).startswith("nordan:urn:x:0")
    ]
    found = answer(capfd, "nordan:urn:x:0", "nordan:urn:x:2", "--from", "events.jsonl")
    assert found["same_story"]
    assert found["joined"]
    assert moved["kind"] == "superseded"
    assert own["story_key"] != moved["story_key"]
    assert moved["id"] in {link["event"] for link in found["links"]}
