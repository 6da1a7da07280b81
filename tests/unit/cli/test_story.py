"""``wireroom story`` as a person calls it, on a file of events and on a log."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from itertools import permutations
from pathlib import Path

import pytest

from schemas.codec import encode
from streams.cli import main
from streams.cli.events import events_of, story_of
from streams.cli.reasons import REASONS, VETOES, in_words
from streams.decode.lifecycle import read_markers
from streams.desk import Desk
from streams.settings import Settings
from tests.unit.desk.building import an_item

ROOT = Path(__file__).resolve().parents[3]
DOCK = (
    "The harbour council of Brestava voted late on Tuesday to close the northern dock for repairs.",
    "Engineer Milena Torvald told reporters that the quay wall had shifted by 14 centimetres.",
    "Fishing crews said the closure would cost them 320,000 crowns before the herring season ends.",
)
REPAIRS = (
    "The repairs are expected to last nine weeks, according to a schedule seen by the council.",
    "A spokesman for the port authority said that ferries to Ostholm would sail from the old pier.",
)
WAIT = "Shipping companies asked for a temporary berth in the outer basin during the summer months."
BRIBES = "Torvald has taken bribes from the crews since the last repair, a source said."


def ninjs(minute: int, *paragraphs: str, uri: str = "urn:x:dock", **fields: object) -> str:
    item = {
        "uri": uri, "type": "text", "pubstatus": "usable", "headline": "Brestava closes dock",
        "versioncreated": f"2026-03-02T09:{minute:02}:00Z",
        "body_text": "\n\n".join(paragraphs),
    }  # fmt: skip
    return json.dumps(item | fields)


def played(folder: Path, *messages: str, log: str | None = None, provider: str = "nordan") -> None:
    """events.jsonl, and the log if one is named, of these messages."""
    lines = [
        {"provider": provider, "received_at": f"2026-03-02T10:{n:02}:00Z", "body": message}
        for n, message in enumerate(messages)
    ]
    (folder / "feed.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    arguments = ["run", "feed.jsonl", "--stop-after", "desk", "-o", "events.jsonl"]
    assert main([*arguments, *(["--log", log] if log else [])]) == 0


def told(capfd: pytest.CaptureFixture[str], *arguments: str) -> list[dict]:
    capfd.readouterr()
    assert main(["story", *arguments, "-o", "jsonl"]) == 0
    return [json.loads(line) for line in capfd.readouterr().out.splitlines()]


KEY = "nordan:urn:x:dock"


def ladder(folder: Path, **options: str) -> None:
    played(
        folder,
        ninjs(0, *DOCK),
        ninjs(0, *DOCK),
        ninjs(5, DOCK[0], DOCK[1].replace("14", "41"), DOCK[2], "Nobody was hurt, she said."),
        **options,
    )


def test_each_version_has_the_words_that_changed(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    ladder(folder)
    new, copy, update = told(capfd, KEY, "--from", "events.jsonl")
    assert [new["kind"], copy["kind"], update["kind"]] == ["new", "duplicate", "update"]
    assert new["paragraphs"] == copy["paragraphs"] == []
    assert copy["reasons"] == ["exact", "same-key"]
    assert copy["why"] == ["the same words in the same order", "sent before under the same key"]
    assert (update["base"], update["at"]) == (new["id"], "2026-03-02T09:05:00Z")
    altered, added = update["paragraphs"]
    assert (altered["what"], altered["old"], altered["new"]) == ("altered", 1, 1)
    assert ["removed", " 14"] in altered["words"]
    assert ["added", " 41"] in altered["words"]
    assert added["words"] == [["added", "Nobody was hurt, she said."]]
    assert (added["what"], added["old"], added["new"]) == ("added", None, 3)
    assert update["unchanged"] == 2
    assert update["changes"]["altered"] == [1]


def test_text_marks_what_was_removed_and_added(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    ladder(folder)
    capfd.readouterr()
    assert main(["story", KEY, "--from", "events.jsonl", "-o", "text"]) == 0
    out = capfd.readouterr().out
    assert "[-14-]{+41+}" in out or "[-14-] {+41+}" in out
    assert "+¶4       {+Nobody was hurt, she said.+}" in out
    assert "2 paragraphs unchanged" in out
    assert "1 new, 1 duplicate, 1 update" in out


SECOND = "flash2"


# A round-up that comes between a flash and its story keeps a story key of its own.
ORDERS = [
    (*order, "lead")
    for order in permutations(("flash", SECOND, "story", "wrap"))
    if order.index("wrap") > order.index("story")
]


@pytest.mark.parametrize("order", ORDERS, ids="-".join)
def test_one_chain_is_told_whichever_key_one_asks_by(
    order: tuple[str, ...], tmp_path: Path
) -> None:
    """In any order of arrival, by the key of each of its items or by its story key."""
    texts = {
        "flash": ("FLASH - Dock closed", DOCK[0]),
        SECOND: ("URGENT - Quay wall has shifted", DOCK[1]),
        "story": ("Brestava closes dock", *DOCK, *REPAIRS),
        "lead": ("1ST LEAD - Brestava closes dock", *DOCK, *REPAIRS, WAIT),
        "wrap": ("ROUNDUP - Brestava closes dock", *DOCK, WAIT),
    }
    desk, lines = Desk(), []
    for minute, name in enumerate(order):
        headline, *text = texts[name]
        item = an_item(
            name, made=minute, text=tuple(text), headline=headline, slugline="DOCK-BRESTAVA"
        )
        item = item.model_copy(update={"lifecycle": read_markers(headline, None)})
        lines += [encode(event) for event in desk.decide(item)]
    path = tmp_path / "events.jsonl"
    path.write_bytes(b"\n".join(lines))
    with events_of(str(path), Settings) as events:
        chains = [story_of(events, f"nordan:{name}") for name in order]
    first = chains[0]
    assert all((told.key, told.events) == (first.key, first.events) for told in chains)
    assert {event.item.item_key for event in first.events if event.item} == {
        f"nordan:{name}" for name in order
    }


def test_a_log_and_a_file_tell_the_same(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    ladder(folder, log="sqlite:///wireroom.db")
    of_log = told(capfd, KEY)
    assert of_log == told(capfd, KEY, "--from", "events.jsonl")
    assert of_log == told(capfd, KEY, "--log", "sqlite:///wireroom.db")
    assert len(of_log) == 3


def test_any_id_of_it_leads_to_the_story(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    ladder(folder)
    whole = told(capfd, KEY, "--from", "events.jsonl")
    for key in (whole[2]["id"], whole[1]["event"]):
        assert told(capfd, key, "--from", "events.jsonl") == whole


def test_a_killed_story_shows_no_words_unless_asked(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    kill = ninjs(9, uri="urn:x:dock", pubstatus="canceled", headline="KILL: Brestava closes dock")
    played(folder, ninjs(0, *DOCK), ninjs(5, *DOCK, BRIBES), kill)
    capfd.readouterr()
    for form in ("text", "jsonl"):
        assert main(["story", KEY, "--from", "events.jsonl", "-o", form]) == 0
        out = capfd.readouterr().out
        assert "bribes" not in out
        assert "KILL: Brestava closes dock" in out
        assert main(["story", KEY, "--from", "events.jsonl", "-o", form, "--killed"]) == 0
        assert "bribes" in capfd.readouterr().out
    update = told(capfd, KEY, "--from", "events.jsonl")[1]
    assert (update["hidden"], update["paragraphs"], update["headline_words"]) == (True, [], None)


def test_a_hold_is_told_with_its_release_and_without_its_text(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    held = ninjs(0, *DOCK, embargoed="2026-03-02T10:00:30Z")
    played(folder, held, ninjs(1, "Rain fell in the north all day.", uri="urn:x:rain"))
    hold, release = told(capfd, KEY, "--from", "events.jsonl")
    assert (hold["kind"], release["kind"]) == ("hold", "release")
    assert hold["headline"] is None
    assert release["cause"] == hold["event"]
    assert told(capfd, hold["event"], "--from", "events.jsonl")[0]["kind"] == "hold"


def test_a_version_that_is_no_longer_there_is_said_to_be_missing(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    ladder(folder)
    lines = (folder / "events.jsonl").read_text().splitlines()
    (folder / "late.jsonl").write_text(lines[2] + "\n")
    (update,) = told(capfd, KEY, "--from", "late.jsonl")
    assert (update["base"], update["base_missing"], update["paragraphs"]) == (None, True, [])


def test_standard_input_is_read(folder: Path) -> None:
    ladder(folder)
    done = subprocess.run(
        [sys.executable, "-m", "streams", "story", KEY, "--from", "-"],
        input=(folder / "events.jsonl").read_bytes(),
        capture_output=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert len(done.stdout.splitlines()) == 3


def test_a_closed_pipe_ends_quietly(folder: Path) -> None:
    rows = [ninjs(n, *DOCK, f"Sentence number {n} of it.") for n in range(50)]
    played(folder, *rows)
    with subprocess.Popen(
        [sys.executable, "-m", "streams", "story", KEY, "--from", "events.jsonl"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 0


def test_damaged_lines_are_counted_and_passed_over(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    ladder(folder)
    with (folder / "events.jsonl").open("ab") as file:
        file.write(b'{"kind": "new", \xff\n[1]\n{"id": 3}\n\n{"id":"x","kind":"new","source":{},')
        file.write(b'"item":[]}\n')
    capfd.readouterr()
    assert main(["story", KEY, "--from", "events.jsonl"]) == 0
    out, err = capfd.readouterr()
    assert len(out.splitlines()) == 3
    assert "4 damaged events were passed over" in err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nordan:urn:x:dok", "--from", "events.jsonl"], "did you mean nordan:urn:x:dock"),
        (["urn:x:dock", "--from", "events.jsonl"], "did you mean nordan:urn:x:dock"),
        (["zzz", "--from", "events.jsonl"], "knows no 'zzz' among 3 events"),
        ([KEY, "--from", "empty.jsonl"], "holds no event"),
        ([KEY, "--from", "none.jsonl"], "no such file"),
        ([KEY, "--from", "bad.jsonl.gz"], "cannot read"),
        ([KEY], "topics apply"),
        ([KEY, "--log", "mysql://x"], "names no log"),
        (["--frob"], "no option --frob"),
    ],
)
def test_a_mistake_is_one_line_and_status_two(
    folder: Path, capfd: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    ladder(folder)
    (folder / "empty.jsonl").write_text("\n")
    (folder / "bad.jsonl.gz").write_bytes(b"no gzip")
    capfd.readouterr()
    assert main(["story", *arguments]) == 2
    out, err = capfd.readouterr()
    assert out == ""
    assert len(err.splitlines()) == 1
    assert words in err


def test_an_empty_log_says_so(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["topics", "apply"]) == 0
    capfd.readouterr()
    assert main(["story", KEY]) == 2
    assert "holds no event" in capfd.readouterr().err


def on_a_terminal(*arguments: str, **environ: str) -> bytes:
    primary, secondary = pty.openpty()
    clean = {key: value for key, value in os.environ.items() if key != "NO_COLOR"}
    process = subprocess.Popen(
        [sys.executable, "-m", "streams", *arguments],
        stdout=secondary,
        env={**clean, "PYTHONPATH": str(ROOT), "TERM": "xterm-256color", **environ},
    )
    os.close(secondary)
    shown = b""
    while True:
        try:
            piece = os.read(primary, 1 << 16)
        except OSError:
            break
        if not piece:
            break
        shown += piece
    assert process.wait() == 0
    os.close(primary)
    return shown


def test_a_terminal_shows_colours_in_place_of_marks_and_obeys_nothing(folder: Path) -> None:
    hostile = DOCK[1] + " \x1b]0;owned\x07 \u202egnissim"
    played(folder, ninjs(0, *DOCK), ninjs(5, DOCK[0], hostile, DOCK[2]))
    shown = on_a_terminal("story", KEY, "--from", "events.jsonl")
    assert b"\x1b[" in shown
    assert b"{+" not in shown
    assert b"owned\x07" not in shown
    assert "\u202e".encode() not in shown
    plain = on_a_terminal("story", KEY, "--from", "events.jsonl", NO_COLOR="1")
    assert b"{+" in plain


def test_reasons_are_said_in_words_and_unknown_ones_as_they_are() -> None:
    said = {
        "numbers=0.80": "0.80 of the numbers are in the other",
        "numbers=3": "3 numbers",
        "until=2026-03-02T10:00:30Z": "until 2026-03-02T10:00:30Z",
        "veto=names 0.20<0.60": "against it: too few of the names are in the other (0.20<0.60)",
        "veto=tickers": "against it: other shares",
        "veto=odd 1": "against it: odd (1)",
        "odd-code=1": "odd-code=1",
        "numbers": "numbers",
    }
    assert in_words(said) == tuple(said.values())
    assert all(words.count("{}") <= 1 for words in REASONS.values())


def test_every_reason_that_the_desk_writes_has_words() -> None:
    desk = ROOT / "streams/desk"
    source = "\n".join(file.read_text("utf-8") for file in sorted(desk.glob("*.py")))
    assert set(re.findall(r"veto=([a-z-]+)", source)) == set(VETOES)
    valued = set(re.findall(r"f\"([a-z]+(?:-[a-z]+)*)=\{", source))
    assert valued <= set(REASONS), valued - set(REASONS)
    plain = set(re.findall(r"reasons=\(\"([a-z-]+)\",?\)", source))
    assert plain <= set(REASONS), plain - set(REASONS)
