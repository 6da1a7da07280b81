"""The commands as a person calls them, on the real embedded log and stages."""

from __future__ import annotations

import json
import os
import pty
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from streams.cli import _app, main
from streams.cli.examples import EXAMPLES

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = [sys.executable, "-m", "streams"]

FLOOD = (
    "Flood closes bridge in Riverton\n\n"
    "RIVERTON, Feb 12 - Flooding closed the main bridge in Riverton on Friday, the mayor said.\n\n"
    "Nobody was hurt, the police said, and schools would stay open through the week.\n"
)
HARVEST = (
    "Wheat harvest beats forecasts by a tenth\n\n"
    "LONDON, Feb 12 - Farmers brought in a tenth more wheat than was forecast, a survey said.\n\n"
    "Prices fell for a third day as traders looked ahead to a record spring crop.\n"
)
HOSTILE = "Mayor \u202eseyas\u202c it \x1b]0;owned\x07is over\n\nThe mayor of Riverton said on Friday that it is over, and went home early.\n"  # noqa: E501


def feed(folder: Path, *bodies: str, name: str = "feed.jsonl") -> str:
    records = [
        {"provider": "demo", "received_at": f"2016-02-12T10:{n:02}:00Z", "body": body}
        for n, body in enumerate(bodies)
    ]
    (folder / name).write_text("".join(json.dumps(record) + "\n" for record in records))
    return name


def started(*arguments: str, **options: object) -> subprocess.Popen[bytes]:
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(  # type: ignore[call-overload,no-any-return]
        [*PROGRAM, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environ,
        **options,
    )


def events_of(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


class TestRun:
    def test_one_event_a_line_in_the_order_of_the_messages(
        self, folder: Path, capfdbinary: pytest.CaptureFixture[bytes]
    ) -> None:
        assert main(["run", feed(folder, FLOOD, HARVEST, FLOOD), "--stop-after", "desk"]) == 0
        out, err = capfdbinary.readouterr()
        events = events_of(out.decode())
        assert [event["kind"] for event in events] == ["new", "new", "duplicate"]
        positions = [event["source"]["position"] for event in events]  # type: ignore[index]
        assert positions == ["feed.jsonl:1", "feed.jsonl:2", "feed.jsonl:3"]
        assert b"3 in = 2 published (2 new) + 1 linked (1 duplicate)" in err
        assert sorted(path.name for path in folder.iterdir()) == ["feed.jsonl"]

    @pytest.mark.parametrize("before", [[], ["--stop-after", "desk"]])
    def test_a_hyphen_is_standard_input(self, folder: Path, before: list[str]) -> None:
        process = started("run", *before, "-", "-o", "-", cwd=folder, stdin=subprocess.PIPE)
        out, err = process.communicate(FLOOD.encode())
        (event,) = events_of(out.decode())
        assert event["source"]["position"] == "-"  # type: ignore[index]
        assert event["item"]["headline"] == FLOOD.partition("\n")[0]  # type: ignore[index]
        assert process.returncode == 0
        assert err.startswith(b"1 in = 1 published")

    def test_a_second_run_is_identical(self, folder: Path) -> None:
        (folder / "in").mkdir()
        (folder / "in/a.txt").write_text(FLOOD)
        (folder / "in/b.txt").write_text(HARVEST)
        for name in ("1.jsonl", "2.jsonl"):
            assert main(["run", "in", "--stop-after", "desk", "-o", name]) == 0
            time.sleep(0.01)
        assert (folder / "1.jsonl").read_bytes() == (folder / "2.jsonl").read_bytes()
        item = events_of((folder / "1.jsonl").read_text())[0]["item"]
        assert item["received_at"] is None  # type: ignore[index]

    @pytest.mark.parametrize(("stage", "kind"), [("decode", "decoded"), ("clean", "cleaned")])
    def test_it_can_stop_before_the_desk(
        self, folder: Path, capfdbinary: pytest.CaptureFixture[bytes], stage: str, kind: str
    ) -> None:
        assert main(["run", feed(folder, FLOOD, FLOOD), "--stop-after", stage]) == 0
        kinds = [event["kind"] for event in events_of(capfdbinary.readouterr().out.decode())]
        assert kinds == [kind, kind]

    def test_a_card_for_one_file_and_lines_for_several(
        self, folder: Path, capfd: pytest.CaptureFixture[str]
    ) -> None:
        (folder / "a.txt").write_text(FLOOD)
        (folder / "b.txt").write_text(HARVEST)
        assert main(["run", "a.txt", "-o", "text", "--stop-after", "desk"]) == 0
        assert "2 kept" in capfd.readouterr().out
        assert main(["run", "a.txt", "b.txt", "-o", "text", "--stop-after", "desk"]) == 0
        lines = capfd.readouterr().out.splitlines()
        assert [line.split()[0] for line in lines] == ["new", "new"]

    def test_wire_text_never_reaches_the_terminal_as_it_is(
        self, folder: Path, capfd: pytest.CaptureFixture[str]
    ) -> None:
        (folder / "a.txt").write_text(HOSTILE)
        for option in ("text", "out.txt"):
            assert main(["run", "a.txt", "-o", option, "--stop-after", "desk"]) == 0
            out = capfd.readouterr().out
            assert not set("\x1b\x07\u202e\u202c") & set(out)

    def test_a_broken_message_stops_nothing(
        self, folder: Path, capfdbinary: pytest.CaptureFixture[bytes]
    ) -> None:
        name = feed(folder, FLOOD, "", HARVEST)
        with (folder / name).open("a") as file:
            file.write("{broken\n")
        assert main(["run", name, "--stop-after", "desk"]) == 0
        out, err = capfdbinary.readouterr()
        kinds = [event["kind"] for event in events_of(out.decode())]
        assert kinds == ["new", "dead", "new", "dead"]
        assert b"2 rejected (2 dead)" in err

    def test_a_foreign_archive_is_read_and_the_mapping_said(
        self, folder: Path, capfdbinary: pytest.CaptureFixture[bytes]
    ) -> None:
        old = {"id": 1, "date": "26-FEB-1987 15:01:01.79", "title": "WHEAT UP", "typ": "NORM"}
        record = old | {"body": "Wheat rose\non Thursday, traders in the north said.", "topics": []}
        (folder / "old.jsonl").write_text(json.dumps(record) + "\n")
        arguments = ["run", "old.jsonl", "--provider", "reuters", "--stop-after", "desk"]
        assert main(arguments) == 0
        out, err = capfdbinary.readouterr()
        (event,) = events_of(out.decode())
        item = event["item"]
        assert item["headline"] == "WHEAT UP"  # type: ignore[index]
        assert item["received_at"] == "1987-02-26T15:01:01.790000Z"  # type: ignore[index]
        assert item["provider"] == "reuters"  # type: ignore[index]
        assert err.count(b"reading body=body,received_at=date,headline=title") == 1

    def test_ninjs_on_request(
        self, folder: Path, capfdbinary: pytest.CaptureFixture[bytes]
    ) -> None:
        assert main(["run", feed(folder, FLOOD), "-o", "ninjs", "--stop-after", "desk"]) == 0
        (item,) = events_of(capfdbinary.readouterr().out.decode())
        assert item["standard"]["version"] == "3.0"  # type: ignore[index]

    def test_a_log_that_is_named_is_kept(self, folder: Path) -> None:
        name = feed(folder, FLOOD)
        arguments = ["run", name, "--log", "sqlite:///kept.db", "--stop-after", "desk"]
        assert main([*arguments, "-o", "1.jsonl"]) == 0
        assert main([*arguments, "-o", "2.jsonl"]) == 0
        kinds = [events_of((folder / f).read_text())[0]["kind"] for f in ("1.jsonl", "2.jsonl")]
        assert kinds == ["new", "duplicate"]


class TestMistakes:
    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            (["run"], "name a file"),
            (["run", "none.txt"], "no such file"),
            (["run", "a.txt", "--map", "x"], "--map"),
            (["run", "a.txt", "--max", "-1"], "--max"),
            (["run", "a.txt", "-o", "none/out.jsonl"], "-o none/out.jsonl"),
            (["run", "a.txt", "--log", "kafka://localhost:9"], "sqlite"),
            (["run", "a.txt", "--config", "none.toml"], "settings file"),
            (["run", "a.txt", "--time-from", "soon"], "cannot read the time"),
            (["run", "keys.jsonl"], "keys seen: when, words"),
            (["subscribe"], "topics apply"),
            (["subscribe", "--kind", "news"], "no kind"),
            (["subscribe", "raw"], "items"),
            (["subscribe", "--broker", "mysql://x"], "names no log"),
            (["dead", "show", "0:0"], "topics apply"),
            (["replay", "a.txt", "--into-live"], "--yes"),
            (["replay", "a.txt", "--speed", "-1"], "speed"),
            (["ingest", "a.txt"], "topics apply"),
            (["worker", "--stage", "desk"], "--stage"),
            (["frob"], "frob"),
            (["run", "--frob"], "no option --frob"),
            (["run", "a.txt", "--frob", "x"], "no option --frob"),
            (["run", "a.txt", "-o", "--report"], "no option --report"),
            (["explain", "--frob"], "no option --frob"),
        ],
    )
    def test_each_is_one_line_and_status_two(
        self,
        folder: Path,
        capfd: pytest.CaptureFixture[str],
        arguments: list[str],
        words: str,
    ) -> None:
        (folder / "a.txt").write_text(FLOOD)
        (folder / "keys.jsonl").write_text('{"when": "x", "words": 3}\n')
        assert main(arguments) == 2
        out, err = capfd.readouterr()
        assert out == ""
        assert err.startswith("wireroom: ")
        assert len(err.splitlines()) == 1
        assert words in err

    def test_an_unknown_variable_is_refused(
        self, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("WIREROOM_BROKR", "x")
        assert main(["config"]) == 2
        assert "did you mean WIREROOM_BROKER?" in capfd.readouterr().err


class TestHelp:
    def test_bare_wireroom_teaches(self, capfd: pytest.CaptureFixture[str]) -> None:
        assert main([]) == 0
        out = capfd.readouterr().out
        for word in ("run dispatch.txt", "subscribe", "worker", "replay", "sqlite:///"):
            assert word in out

    @pytest.mark.parametrize(
        "verb",
        [
            "run",
            "subscribe",
            "ingest",
            "replay",
            "worker",
            "topics",
            "dead",
            "config",
            "lint",
            "explain",
            "story",
            "why",
            "compare",
        ],
    )
    def test_every_verb_has_help_of_its_own(
        self, capfd: pytest.CaptureFixture[str], verb: str
    ) -> None:
        assert main([verb, "--help"]) == 0
        assert f"wireroom {verb}" in capfd.readouterr().out

    @pytest.mark.parametrize("verb", sorted(EXAMPLES))
    def test_help_teaches_by_examples_of_its_own(
        self, capfd: pytest.CaptureFixture[str], verb: str
    ) -> None:
        assert main([*filter(None, [verb]), "--help"]) == 0
        out = capfd.readouterr().out
        assert EXAMPLES[verb].strip() in out  # so none was wrapped
        assert out.count("Examples:") == 1
        assert "[default: ()]" not in out

    def test_help_says_more_than_the_list_of_verbs(self, capfd: pytest.CaptureFixture[str]) -> None:
        assert main(["subscribe", "--help"]) == 0
        assert "all of those given must hold" in capfd.readouterr().out

    @pytest.mark.parametrize(
        "line",
        [
            line.strip().split("  ")[0]
            for text in EXAMPLES.values()
            for line in text.splitlines()
            if line.startswith("  wireroom ")
        ],
    )
    def test_every_example_is_a_command(self, line: str) -> None:
        arguments = shlex.split(line.partition(" > ")[0])[1:]
        parsed = _app(arguments[0]).parse_args(arguments, exit_on_error=False, print_error=False)
        assert callable(parsed[0])

    def test_help_imports_nothing_heavy(self) -> None:
        script = (
            "import sys; from streams.cli import main; main(['--help']); main(['run', '--help']); "
            "main(['story', '--help']); main(['why', '--help']); main(['compare', '--help']); "
            "print([m for m in ('spacy', 'faust', 'trafilatura', 'aiokafka', 'numpy') "
            "if m in sys.modules], file=sys.stderr)"
        )
        done = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, cwd=ROOT, check=True
        )
        assert done.stderr.strip() == b"[]"


class TestLog:
    def test_ingest_work_and_subscribe(
        self, folder: Path, capfdbinary: pytest.CaptureFixture[bytes]
    ) -> None:
        assert main(["topics", "apply"]) == 0
        name = feed(folder, FLOOD, HARVEST, "")
        assert main(["ingest", name]) == 0
        capfdbinary.readouterr()
        assert main(["run", feed(folder, name="none.jsonl"), "--log", "sqlite:///wireroom.db"]) == 0
        capfdbinary.readouterr()
        assert main(["subscribe", "--since", "2016-01-01", "--until", "now"]) == 0
        out, err = capfdbinary.readouterr()
        headlines = {item["headline"] for item in events_of(out.decode())}
        assert headlines == {FLOOD.partition("\n")[0], HARVEST.partition("\n")[0]}
        cursor = err.decode().split()[1]
        assert main(["subscribe", "--cursor", cursor, "--until", "now"]) == 0
        assert capfdbinary.readouterr().out == b""

        assert main(["dead", "list"]) == 0
        (letter,) = events_of(capfdbinary.readouterr().out.decode())
        assert letter["code"] == "body-empty"
        assert main(["dead", "show", str(letter["place"])]) == 0
        assert capfdbinary.readouterr().out == b""

    def test_dead_bytes_come_out_of_a_pipe_unaltered(
        self, folder: Path, capfdbinary: pytest.CaptureFixture[bytes]
    ) -> None:
        body = b"\x1f\x8b\x00\x01\xff\xfe poison \x1b[2J"
        (folder / "poison").write_bytes(body)
        assert main(["run", "poison", "--log", "sqlite:///wireroom.db"]) == 0
        capfdbinary.readouterr()
        assert main(["dead", "show", "poison"]) == 0
        assert capfdbinary.readouterr().out == body

    def test_no_letter_shows_a_file_that_was_not_spooled(
        self, folder: Path, capfdbinary: pytest.CaptureFixture[bytes]
    ) -> None:
        secret = folder / "secret"
        secret.write_bytes(b"a secret")
        line = {"id": "spy", "body": "", "headers": {"spool-path": str(secret), "sha256": "f" * 64}}
        (folder / "spy.jsonl").write_bytes(json.dumps(line).encode() + b"\n")
        assert main(["run", "spy.jsonl", "--log", "sqlite:///wireroom.db"]) == 0
        capfdbinary.readouterr()
        assert main(["dead", "show", "spy"]) == 2
        shown = capfdbinary.readouterr()
        assert shown.out == b""
        assert b"a secret" not in shown.err

    def test_topics_are_made_once_and_listed(self, capfd: pytest.CaptureFixture[str]) -> None:
        assert main(["topics", "apply", "--dry-run"]) == 0
        assert "would make wire.items" in capfd.readouterr().out
        assert not Path("wireroom.db").exists()
        assert main(["topics", "apply"]) == 0
        assert "made wire.items" in capfd.readouterr().out
        assert main(["topics", "apply"]) == 0
        assert "every topic exists" in capfd.readouterr().out
        assert main(["topics", "list"]) == 0
        rows = {row["topic"]: row for row in events_of(capfd.readouterr().out)}
        assert rows["wire.items"]["partitions"] == 12

    def test_partitions_are_those_of_the_settings(
        self, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("WIREROOM_TOPICS__ITEMS__PARTITIONS", "3")
        assert main(["topics", "apply", "--prefix", "mine."]) == 0
        capfd.readouterr()
        assert main(["topics", "list", "--prefix", "mine."]) == 0
        rows = {row["topic"]: row for row in events_of(capfd.readouterr().out)}
        assert rows["mine.items"]["partitions"] == 3


class TestConfig:
    def test_every_value_has_an_origin_and_secrets_are_masked(
        self, folder: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (folder / "wireroom.toml").write_text('prefix = "file."\n[kafka]\nsasl_password = "hush"')
        monkeypatch.setenv("WIREROOM_LOG_LEVEL", "error")
        assert main(["config", "--broker", "sqlite:///flag.db"]) == 0
        out = capfd.readouterr().out
        rows = {row["setting"]: row for row in events_of(out)}
        assert rows["prefix"]["origin"] == "file wireroom.toml"
        assert rows["log_level"]["origin"] == "env WIREROOM_LOG_LEVEL"
        assert rows["broker"]["origin"] == "flag"
        assert rows["spool_dir"]["origin"] == "default"
        assert "hush" not in out
        assert main(["config", "-o", "text"]) == 0
        assert "hush" not in capfd.readouterr().out


class TestLooking:
    def test_explain_says_what_and_why(
        self, folder: Path, capfd: pytest.CaptureFixture[str]
    ) -> None:
        (folder / "a.txt").write_text(FLOOD)
        assert main(["explain", "a.txt"]) == 0
        out = capfd.readouterr().out
        for word in ("plain-text", "utf-8", "Headline", "Flood closes bridge"):
            assert word in out

    def test_explain_takes_one_line_of_a_feed(
        self, folder: Path, capfd: pytest.CaptureFixture[str]
    ) -> None:
        name = feed(folder, FLOOD, HARVEST)
        assert main(["explain", f"{name}:2"]) == 0
        assert "Wheat harvest" in capfd.readouterr().out
        assert main(["explain", f"{name}:9"]) == 2

    def test_explain_speaks_words_and_no_python(
        self, folder: Path, capfd: pytest.CaptureFixture[str]
    ) -> None:
        ninjs = {
            "uri": "urn:x:1", "type": "text", "versioncreated": "2026-03-12T06:30:50Z",
            "headline": "URGENT: Bridge closed", "body_text": "The bridge is closed, he said.",
            "subject": [{"code": "medtop:20000001", "name": "bridges"}],
        }  # fmt: skip
        (folder / "a.json").write_text(json.dumps(ninjs))
        assert main(["explain", "a.json"]) == 0
        out = capfd.readouterr().out
        assert "kinds urgent" in out
        assert "2026-03-12 06:30:50 UTC" in out
        assert not [word for word in ("<", "=(", "Subject(") if word in out]

    @pytest.mark.parametrize("body", [b"", b"\x1f\x8b\x00", b"{", HOSTILE.encode(), b"\xff" * 50])
    def test_explain_bears_anything(
        self, folder: Path, capfd: pytest.CaptureFixture[str], body: bytes
    ) -> None:
        (folder / "x").write_bytes(body)
        assert main(["explain", "x"]) == 0
        assert not set("\x1b\x07\u202e") & set(capfd.readouterr().out)

    def test_formats_are_listed(self, capfd: pytest.CaptureFixture[str]) -> None:
        assert main(["formats"]) == 0
        formats = {row["format"] for row in events_of(capfd.readouterr().out)}
        assert {"plain-text", "html", "ninjs"} <= formats


class TestProcess:
    def test_a_closed_pipe_ends_quietly(self, folder: Path) -> None:
        # More than a pipe holds, so that the writer meets the closed end.
        name = feed(folder, *[f"Story {n}\n\n" + "Many words in here. " * 400 for n in range(60)])
        for form in ("jsonl", "text"):
            process = started("run", name, "--stop-after", "clean", "-o", form, cwd=folder)
            assert process.stdout is not None
            process.stdout.readline()
            process.stdout.close()
            assert process.wait(60) in {0, 141}
            assert process.stderr is not None
            assert b"Traceback" not in process.stderr.read()
            process.stderr.close()

    @pytest.mark.parametrize("name", [signal.SIGINT, signal.SIGTERM])
    def test_the_worker_stops_when_asked_and_says_what_it_did(
        self, folder: Path, name: signal.Signals
    ) -> None:
        process = started("worker", cwd=folder)
        assert process.stderr is not None
        assert b"working on" in process.stderr.readline()
        process.send_signal(name)
        assert process.wait(60) == 0
        assert b"0 in = 0 published" in process.stderr.read()
        process.stderr.close()
        assert process.stdout is not None
        process.stdout.close()

    def test_an_interrupted_subscription_ends_quietly(self, folder: Path) -> None:
        assert main(["run", feed(folder, FLOOD), "--log", "sqlite:///wireroom.db"]) == 0
        process = started("subscribe", "--since", "2016-01-01", cwd=folder)
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130
        assert process.stderr.read() == b""
        process.stdout.close()
        process.stderr.close()

    @pytest.mark.parametrize("verb", [["run", "a.txt"], ["run", "a.txt", "-o", "jsonl"]])
    def test_a_real_terminal_gets_nothing_from_the_wire_to_obey(
        self, folder: Path, verb: list[str]
    ) -> None:
        (folder / "a.txt").write_text(HOSTILE)
        leader, follower = pty.openpty()
        process = subprocess.Popen(
            [*PROGRAM, *verb, "--stop-after", "desk"],
            stdout=follower,
            stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm", "NO_COLOR": "1"},
        )
        os.close(follower)
        shown = b""
        while chunk := _read(leader):
            shown += chunk
        os.close(leader)
        assert process.wait(60) == 0
        assert b"Mayor" in shown
        # Ours end in "m": bold and dim of the card.
        left = re.sub(rb"\x1b\[[0-9;]*m", b"", shown).decode()
        assert not set("\x1b\x07\u202e\u202c") & set(left)
        assert "]0;owned\x07" not in shown.decode()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # Linux answers so when the other end is closed
        return b""
