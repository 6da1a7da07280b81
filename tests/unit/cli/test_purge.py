"""``wireroom purge`` as a person calls it: nothing of the text is left where it says so."""

from __future__ import annotations

import base64
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from types import FrameType

import pyarrow.parquet as pq
import pytest
from backports.zstd import decompress

from streams.cli import main
from streams.log import SqliteStore

ROOT = Path(__file__).resolve().parents[3]
LOG = ["--log", "sqlite:///wireroom.db"]
SECRET = b"embezzled"
BODIES = {
    "one": "Harbour chief denies charge\n\nRIVERTON, Feb 12 - The harbour chief has embezzled millions, a former clerk said on Friday.\n\nHe denied it, and said that the books were open to everybody who cared to look.\n",  # noqa: E501
    "two": "Wheat harvest beats forecasts by a tenth\n\nLONDON, Feb 12 - Farmers brought in a tenth more wheat than was forecast, a survey said.\n\nPrices fell for a third day as traders looked ahead to a record spring crop.\n",  # noqa: E501
}


def run(folder: Path, *bodies: str, name: str = "feed.jsonl") -> None:
    lines = [
        {"provider": "demo", "received_at": f"2016-02-12T10:{n:02}:00Z", "body": body}
        for n, body in enumerate(bodies)
    ]
    (folder / name).write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert main(["run", name, *LOG]) == 0


def records(topic: str) -> list[tuple[bytes | None, bytes | None]]:
    with SqliteStore("wireroom.db") as store:
        read = store.read(topic, store.begin_offsets(topic), max_records=10_000)
        return [(record.key, record.value) for record in read.records]


def said(capsys, *arguments: str, status: int = 0) -> list[dict[str, object]]:
    assert main(["purge", *arguments]) == status
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def recorded(format_: str) -> None:
    for topic in ("raw", "decoded", "items", "enriched", "events"):
        assert main(["record", topic, "archive", "--format", format_]) == 0


def texts_of(folder: Path) -> bytes:
    """Everything that the recorded files of a folder hold, unpacked."""
    found = b""
    for path in sorted(folder.glob("archive/*/*/*+*")):
        if path.name.endswith("parquet"):
            found += repr(pq.read_table(path).to_pylist()).encode()
        else:
            for line in decompress(path.read_bytes()).splitlines():
                found += repr(json.loads(line)).encode()
                if "body_b64" in (fields := json.loads(line)):
                    found += base64.b64decode(fields["body_b64"])
    return found


@pytest.fixture(autouse=True)
def quick(folder):
    """No model is loaded: what enrichment finds is no matter here."""
    (folder / "wireroom.toml").write_text('[enrich]\nrecogniser = "gazetteer"\n')


@pytest.fixture
def key(folder, capsys):
    """The key of the item to be purged, on a log with another."""
    run(folder, *BODIES.values())
    (found,) = {key for key, value in records("wire.items") if SECRET in (value or b"")}
    capsys.readouterr()
    assert found is not None
    return found.decode()


def test_nothing_of_the_text_is_left_in_the_embedded_log(key, folder, capsys):
    before = dict(records("wire.state"))
    assert SECRET in (folder / "wireroom.db").read_bytes()
    told = said(capsys, key, "--yes")
    assert {one["topic"] for one in told if one["what"] == "erased"} == {
        f"wire.{name}" for name in ("raw", "decoded", "items", "enriched", "events")
    }
    for path in folder.glob("wireroom.db*"):
        assert SECRET not in path.read_bytes()
    for topic in ("items", "enriched"):
        left = records(f"wire.{topic}")
        assert (key.encode(), None) in left
        assert any(b"Wheat" in (value or b"") for _, value in left)
    assert dict(records("wire.state")) == before
    assert "it was not killed" in str([one.get("why") for one in told])


def test_a_worker_goes_on_after_a_purge(key, folder, capsys):
    said(capsys, key, "--yes")
    run(folder, BODIES["one"].replace("Friday", "Monday"), name="later.jsonl")
    capsys.readouterr()
    assert main(["subscribe", "--snapshot", "--until", "now"]) == 0
    items = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {item["headline"] for item in items} >= {"Wheat harvest beats forecasts by a tenth"}
    assert not any(item["item_key"] == key and "Friday" in str(item) for item in items)


def test_purged_again_it_says_what_is_left_and_changes_nothing(key, capsys):
    said(capsys, key, "--yes")
    before = [records(f"wire.{name}") for name in ("items", "enriched", "events", "raw")]
    told = said(capsys, key, "--yes")
    assert [one["what"] for one in told] == ["warning"]
    assert [records(f"wire.{name}") for name in ("items", "enriched", "events", "raw")] == before


def test_nothing_is_changed_unless_it_was_meant(key, folder, capsys):
    before = (folder / "wireroom.db").read_bytes()
    assert main(["purge", key]) == 2
    assert "--yes" in capsys.readouterr().err
    told = said(capsys, key, "--dry-run")
    assert {one["what"] for one in told} == {"tombstone", "stays", "warning"}
    assert not any(one["done"] for one in told)
    assert (folder / "wireroom.db").read_bytes() == before
    assert main(["purge", "demo:nothing", "--yes"]) == 1
    assert "nothing is known of demo:nothing" in capsys.readouterr().err
    assert SECRET in (folder / "wireroom.db").read_bytes()


def test_a_log_that_is_at_work_is_refused(key, folder, capsys):
    with SqliteStore(folder / "wireroom.db") as store:
        store.acquire_writer("wire.runner")
        script = "import sys; from streams.cli import main; sys.exit(main(sys.argv[1:]))"
        done = subprocess.run(
            [sys.executable, "-c", script, "purge", key, "--yes"],
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            check=False,
        )
    assert (done.returncode, "stop it first" in done.stderr) == (2, True)
    assert SECRET in (folder / "wireroom.db").read_bytes()
    assert capsys.readouterr().out == ""


def test_a_letter_that_was_retried_goes_with_its_bytes_and_its_file_is_told(folder, capsys):
    settings = (folder / "wireroom.toml").read_text()
    (folder / "wireroom.toml").write_text("max_body_bytes = 1024\n" + settings)
    long = BODIES["one"] + "\nThe clerk showed the pages of nine years to the court.\n" * 20
    (folder / "feed.jsonl").write_text(json.dumps({"provider": "demo", "body": long}) + "\n")
    assert main(["topics", "apply"]) == 0
    assert main(["ingest", "feed.jsonl"]) == 0
    run(folder, name="none.jsonl")
    (folder / "wireroom.toml").write_text(settings)
    assert main(["dead", "retry", "--code", "body-too-large", "--yes"]) == 0
    run(folder, name="none.jsonl")
    ((key, value),) = records("wire.items")
    assert key is not None
    assert SECRET in (value or b"")
    capsys.readouterr()
    told = said(capsys, key.decode(), "--yes", status=1)
    (spooled,) = [one for one in told if one["what"] == "spooled"]
    assert SECRET in Path(str(spooled["path"])).read_bytes()
    Path(str(spooled["path"])).unlink()
    assert SECRET not in (folder / "wireroom.db").read_bytes()
    assert "spooled" not in {one["what"] for one in said(capsys, key.decode(), "--yes")}


@pytest.mark.parametrize("format_", ["jsonl.zst", "parquet"])
def test_archives_lose_the_item_and_stay_whole(key, folder, capsys, format_):
    recorded(format_)
    assert SECRET in texts_of(folder)
    capsys.readouterr()
    told = said(capsys, key, "--archive", "archive", "--yes")
    assert {one["topic"] for one in told if one["what"] == "archive"} == {
        f"wire.{name}" for name in ("raw", "decoded", "items", "enriched", "events")
    }
    left = texts_of(folder)
    assert SECRET not in left
    assert b"Wheat" in left
    for path in folder.rglob("*"):
        assert not path.is_file() or path.name == "feed.jsonl" or SECRET not in path.read_bytes()
    assert main(["record", "verify", "archive"]) == 0
    findings = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {one["kind"] for one in findings} == {"purged"}
    assert all(key in one["detail"] for one in findings)
    again = said(capsys, key, "--archive", "archive", "--yes")
    assert [one["what"] for one in again] == ["warning"]


def test_messages_are_found_in_an_archive_when_the_log_is_gone(key, folder, capsys):
    assert main(["record", "raw", "archive"]) == 0
    for path in folder.glob("wireroom.db*"):
        path.unlink()
    capsys.readouterr()
    (told,) = said(capsys, key, "--archive", "archive", "--yes")
    assert (told["topic"], told["records"]) == ("wire.raw", 1)
    assert SECRET not in texts_of(folder)
    assert main(["replay", "archive/wire.raw", "--log", "sqlite:///again.db"]) == 0
    assert not (folder / "wireroom.db").exists()


def test_copies_under_other_keys_are_told_and_not_purged(folder, capsys):
    other = BODIES["one"].replace("RIVERTON, Feb 12 - ", "")
    (folder / "feed.jsonl").write_text(
        "".join(
            json.dumps({"provider": provider, "received_at": at, "body": body}) + "\n"
            for provider, at, body in (
                ("demo", "2016-02-12T10:00:00Z", BODIES["one"]),
                ("other", "2016-02-12T10:05:00Z", other),
            )
        )
    )
    assert main(["run", "feed.jsonl", *LOG]) == 0
    first, second = (key.decode() for key, _ in records("wire.items") if key is not None)
    capsys.readouterr()
    told = said(capsys, first, "--yes")
    assert [(one["item_key"], one["why"]) for one in told if one["what"] == "related"] == [
        (second, "reprint")
    ]
    assert any(SECRET in (value or b"") for key, value in records("wire.items"))


def test_held_copy_is_erased_and_its_hold_does_not_publish_it(folder, capsys):
    held = {
        "provider": "demo",
        "received_at": "2016-02-12T10:00:00Z",
        "content_type": "application/json",
        "body": json.dumps(
            {
                "uri": "urn:demo:1",
                "type": "text",
                "headline": "Harbour chief denies charge",
                "body_text": BODIES["one"],
                "versioncreated": "2016-02-12T09:00:00Z",
                "embargoed": "2016-02-13T09:00:00Z",
            }
        ),
    }
    (folder / "feed.jsonl").write_text(json.dumps(held) + "\n")
    assert main(["run", "feed.jsonl", *LOG]) == 0
    ((key, _),) = records("wire.held")
    assert key is not None
    capsys.readouterr()
    told = said(capsys, key.decode(), "--yes")
    assert "wire.held" in {one["topic"] for one in told if one["what"] == "erased"}
    assert SECRET not in (folder / "wireroom.db").read_bytes()
    later = {
        "provider": "demo",
        "received_at": "2016-02-15T10:00:00Z",
        "body": BODIES["two"].replace("Feb 12", "Feb 15"),
    }
    (folder / "later.jsonl").write_text(json.dumps(later) + "\n")
    assert main(["run", "later.jsonl", *LOG]) == 0
    assert "1 published (1 new)" in capsys.readouterr().err
    assert not any(SECRET in (value or b"") for _, value in records("wire.items"))


def killed_at(step: int, *arguments: str) -> bool:
    """Whether the command, in a process of its own, was killed before its ``step``-th statement."""
    child = os.fork()
    if child == 0:
        done = 0

        def profile(frame: FrameType, event: str, of: object) -> None:
            nonlocal done
            if event == "c_call" and frame.f_code.co_filename.endswith("sqlite_erasing.py"):
                done += getattr(of, "__name__", "") in {"execute", "executemany", "fetchone"}
                if done == step:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.setprofile(profile)
        try:
            os._exit(main([*arguments]))
        except BaseException:  # noqa: BLE001  (a child must not come back into the test)
            os._exit(9)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return os.WIFSIGNALED(status)


@pytest.mark.timeout(180)
def test_killed_in_the_midst_and_run_again_it_is_all_gone(key, folder):
    shutil.copy(folder / "wireroom.db", folder / "original")
    for step in (1, 3, 6, 9, 12, 14, 15, 16, 99):
        for path in folder.glob("wireroom.db*"):
            path.unlink()
        shutil.copy(folder / "original", folder / "wireroom.db")
        was_killed = killed_at(step, "purge", key, "--yes")
        assert main(["purge", key, "--yes"]) == 0
        for path in folder.glob("wireroom.db*"):
            assert SECRET not in path.read_bytes(), step
        for topic in ("wire.items", "wire.enriched"):
            assert {value for name, value in records(topic) if name == key.encode()} == {None}
    assert not was_killed
