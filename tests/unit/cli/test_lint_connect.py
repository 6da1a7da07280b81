"""``wireroom lint --connect`` without a server, and ``topics acls``."""

from __future__ import annotations

import json
import os
import shutil
import socket
from pathlib import Path
from types import SimpleNamespace

import pytest

from schemas.topics import CATALOGUE
from streams.cli import main
from streams.log import SqliteStore
from streams.preflight.finding import Level
from streams.preflight.machine import check_disk, check_folder, check_ports

Findings = list[dict[str, str]]


def lint(capfd: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, Findings]:
    capfd.readouterr()
    status = main(["lint", "--connect", "-o", "jsonl", *arguments])
    rows = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    return status, [row for row in rows if "level" in row]


def wrong(found: Findings) -> list[dict[str, str]]:
    return [row for row in found if row["level"] == "wrong"]


def test_a_log_that_is_yet_to_be_made_is_right_and_is_not_made(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    status, found = lint(capfd)
    assert status == 0
    assert {row["check"] for row in found} >= {"log", "disk", "folder", "model"}
    assert not list(folder.iterdir())


def test_a_log_that_is_there_is_looked_at(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with SqliteStore(folder / "wireroom.db") as store:
        store.create_topics(list(CATALOGUE.values()), prefix="wire.")
        names = {path.name for path in folder.iterdir()}
        status, found = lint(capfd)
        assert {path.name for path in folder.iterdir()} == names
        assert status == 0
        assert any("write-ahead" in row["words"] for row in found)
        store.acquire_writer("wire.runner")
        status, found = lint(capfd)
    assert status == 2
    (row,) = wrong(found)
    assert f"process {os.getpid()} works on it" in row["words"]
    assert row["mend"].startswith(f"kill -TERM {os.getpid()}")
    # Given up, the role leaves its lock file, which holds nobody.
    status, found = lint(capfd)
    assert status == 0


@pytest.mark.parametrize(
    ("broker", "words"),
    [
        ("sqlite:///there/wireroom.db", "folder there does not exist"),
        ("sqlite:///folder", "is a folder"),
        ("sqlite:///other.db", "damaged or is not an SQLite file"),
        ("http://here", "names no log"),
    ],
)
def test_a_log_that_cannot_be_used_is_one_line_and_status_2(
    folder: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    broker: str,
    words: str,
) -> None:
    (folder / "folder").mkdir()
    (folder / "other.db").write_bytes(b"no database at all, but long enough to have a header " * 40)
    monkeypatch.setenv("WIREROOM_BROKER", broker)
    status, found = lint(capfd)
    assert status == 2
    (row,) = wrong(found)
    assert words in row["words"]
    assert row["mend"]


def test_a_kafka_that_is_not_there_names_the_setting(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WIREROOM_BROKER", "kafka://127.0.0.1:1")
    status, found = lint(capfd)
    assert status == 2
    (row,) = wrong(found)
    assert row["subject"] == "127.0.0.1:1"
    assert "nothing listens there" in row["words"]
    assert row["mend"] == "start it, or set broker"
    # The machine is looked at all the same.
    assert any(row["check"] == "disk" for row in found)


def test_in_words_each_mend_stands_under_its_line(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WIREROOM_BROKER", "kafka://127.0.0.1:1")
    assert main(["lint", "--connect", "-o", "text"]) == 2
    lines = capfd.readouterr().out.splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("wrong    broker"))
    assert lines[at + 1] == "   mend: start it, or set broker"
    assert "1 wrong" in lines[-1]


def test_settings_that_cannot_be_read_are_told_once_and_end_with_2(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WIREROOM_BROKER", "kafka://127.0.0.1:1")
    monkeypatch.setenv("WIREROOM_KAFKA__SECURITY_PROTOCOL", "SASL_SSL")
    status, found = lint(capfd)
    assert status == 2
    (row,) = found
    assert "user name and a password" in row["words"]


def test_a_role_needs_a_connection(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", "--role", "subscribe"]) == 2
    assert "--connect" in capfd.readouterr().err


def test_a_folder_that_cannot_be_written_to(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (bad,) = check_folder("spool_dir", tmp_path / "file" / "spool")
    assert bad.level is Level.WRONG
    assert "spool_dir" in bad.mend
    (good,) = check_folder("spool_dir", tmp_path / "a" / "b")
    assert good.level is Level.RIGHT
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize(
    ("free", "level"),
    [(63 * 2**20, Level.WRONG), (2**30 - 1, Level.OTHER), (2**30, Level.RIGHT)],
)
def test_a_disk_that_fills_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, level: Level
) -> None:
    usage = SimpleNamespace(total=2**40, used=2**40 - free, free=free)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage)
    (finding,) = check_disk(tmp_path / "spool", 1024)
    assert finding.level is level


def test_ports_of_the_stages_follow_each_other() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen(1)
        port = taken.getsockname()[1]
        first, second = check_ports("127.0.0.1", port - 1, ["intake", "desk"])
    assert second.level is Level.WRONG
    assert "metrics_port" in second.mend
    assert first.subject == f"127.0.0.1:{port - 1} (intake)"


@pytest.mark.parametrize(("host", "port"), [("127.0.0.1", 65_535), ("no.such.host.invalid", 9)])
def test_a_port_or_host_that_cannot_be_is_told(host: str, port: int) -> None:
    *_, last = check_ports(host, port, ["intake", "desk"])
    assert last.level is Level.WRONG


def test_acls_are_printed_for_the_settings_broker_and_prefix(
    capfd: pytest.CaptureFixture[str],
) -> None:
    options = ["--broker", "kafka://one:9092,two:9092", "--prefix", "own."]
    assert main(["topics", "acls", "subscribe", "--user", "reader", *options]) == 0
    assert capfd.readouterr().out == (
        "kafka-acls --bootstrap-server one:9092 --add --allow-principal User:reader "
        "--operation Read --topic own.items --topic own.events --topic own.enriched\n"
    )
    assert main(["topics", "acls", "--user", "worker", *options]) == 0
    printed = capfd.readouterr().out
    assert "--group own.wireroom-desk" in printed
    assert "own.kb" in printed


def test_acls_want_a_user_and_kafka(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["topics", "acls", "--broker", "kafka://one:9092"]) == 2
    assert "--user" in capfd.readouterr().err
    assert main(["topics", "acls", "--user", "x"]) == 2
    assert "names no log" in capfd.readouterr().err
