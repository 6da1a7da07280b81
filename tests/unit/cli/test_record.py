"""``wireroom record`` and ``wireroom export`` as a person calls them, on the embedded log."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from backports.zstd import decompress

from streams.cli import main
from streams.log import SqliteStore

ROOT = Path(__file__).resolve().parents[3]
FLOOD = "Flood closes bridge in Riverton\n\nRIVERTON, Feb 12 - Flooding closed the main bridge in Riverton on Friday, the mayor said.\n\nNobody was hurt, the police said, and schools would stay open through the week.\n"  # noqa: E501
HARVEST = "Wheat harvest beats forecasts by a tenth\n\nLONDON, Feb 12 - Farmers brought in a tenth more wheat than was forecast, a survey said.\n\nPrices fell for a third day as traders looked ahead to a record spring crop.\n"  # noqa: E501


def feed(folder: Path, *bodies: str) -> None:
    records = [
        {"provider": "demo", "received_at": f"2016-02-12T10:{n:02}:00Z", "body": body}
        for n, body in enumerate(bodies)
    ]
    (folder / "feed.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))


def ingested(folder: Path) -> None:
    feed(folder, FLOOD, HARVEST, FLOOD)
    assert main(["topics", "apply"]) == 0
    assert main(["ingest", "feed.jsonl"]) == 0


def values(path: Path, topic: str) -> list[bytes | None]:
    with SqliteStore(path) as store:
        read = store.read(topic, store.begin_offsets(topic), max_records=10_000)
        return [record.value for record in read.records]


def test_a_topic_is_recorded_and_found_whole(folder, capsys):
    ingested(folder)
    assert main(["record", "raw", "archive"]) == 0
    assert "3 records of wire.raw into 1 files in archive" in capsys.readouterr().err
    (path,) = folder.glob("archive/wire.raw/*/*.jsonl.zst")
    lines = [json.loads(line) for line in decompress(path.read_bytes()).splitlines()]
    assert [line["position"] for line in lines] == [f"feed.jsonl:{n}" for n in (1, 2, 3)]
    assert main(["record", "verify", "archive"]) == 0
    out, err = capsys.readouterr()
    assert (out, "3 records and" in err) == ("", True)
    path.write_bytes(path.read_bytes()[:-3])
    assert main(["record", "verify", "archive"]) == 1
    (finding,) = capsys.readouterr().out.splitlines()
    assert json.loads(finding)["kind"] == "damaged"
    assert json.loads(finding)["last"] == 2


@pytest.mark.timeout(180)
def test_a_recorded_topic_replayed_gives_the_same_events(folder):
    feed(folder, FLOOD, HARVEST, FLOOD)
    live = ["--log", "sqlite:///live.db", "--name", "live"]
    assert main(["replay", "feed.jsonl", *live]) == 0
    recording = ["record", "raw", "archive", "--log", "sqlite:///live.db"]
    assert main([*recording, "--prefix", "replay.live."]) == 0
    fresh = ["--log", "sqlite:///fresh.db", "--name", "fresh"]
    assert main(["replay", "archive/replay.live.raw", *fresh]) == 0
    before = values(folder / "live.db", "replay.live.events")
    assert len(before) == 3
    assert values(folder / "fresh.db", "replay.fresh.events") == before
    # And what the log holds now, as tables.
    source = f"sqlite:///{folder}/live.db#replay.live."
    assert main(["export", source, "--to", "tables"]) == 0
    items = pq.read_table("tables/items.parquet").to_pylist()
    assert [item["kind"] for item in items] == ["new", "new", "duplicate"]
    assert items[0]["kb_version"] is not None
    assert items[0]["headline"] == "Flood closes bridge in Riverton"
    entities = pq.read_table("tables/entities.parquet").to_pylist()
    assert {entity["item_id"] for entity in entities} <= {item["item_id"] for item in items}
    assert entities


def test_only_the_times_asked_for_by_original_time(folder, capsys):
    ingested(folder)
    times = ["--since", "2016-02-12T10:01:00Z", "--until", "2016-02-12T10:01:30Z"]
    assert main(["record", "raw", "archive", *times]) == 0
    assert "1 records of wire.raw into 1 files" in (err := capsys.readouterr().err)
    assert "2 of other times left out" in err


def test_a_topic_by_its_full_name_and_one_that_is_not_there(folder, capsys):
    ingested(folder)
    assert main(["record", "wire.raw", "archive", "--format", "parquet"]) == 0
    assert [*folder.glob("archive/wire.raw/*/*.parquet")]
    assert main(["record", "wire.rwa", "archive"]) == 2
    assert "wire.rwa" in capsys.readouterr().err
    assert not (folder / "archive" / "wire.rwa").exists()
    assert main(["record", "../raw", "archive"]) == 2
    assert main(["record", "verify", "nothing"]) == 2


def test_ctrl_c_ends_a_following_recording_whole(folder):
    ingested(folder)
    process = subprocess.Popen(
        [sys.executable, "-m", "streams", "record", "raw", "archive", "--follow"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
    )
    waited = time.monotonic() + 30
    while not [*folder.glob("archive/wire.raw/.2*.tmp")]:
        assert time.monotonic() < waited, process.poll()
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=20)
    assert (process.returncode, err) == (130, b"")
    assert main(["record", "verify", "archive"]) == 0
    assert len([*folder.glob("archive/wire.raw/*/*.jsonl.zst")]) == 1
