"""Which lane ``ingest`` puts messages into, as a person asks for it on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemas.topics import TopicName
from streams.cli import main
from streams.log import SqliteStore

FLASH = b"FLASH\nBridge closed in the harbour of Ostwick\n\nNobody was hurt, the port said.\n"
STORY = b"Wheat rose\n\nTraders in the north said so on Thursday.\n"


@pytest.fixture
def folder(folder: Path) -> Path:
    assert main(["topics", "apply"]) == 0
    (folder / "1.txt").write_bytes(STORY)
    (folder / "2.txt").write_bytes(FLASH)
    return folder


def lanes(folder: Path) -> dict[TopicName, list[bytes]]:
    found = {}
    with SqliteStore(folder / "wireroom.db", durable=False) as store:
        for name in (TopicName.RAW, TopicName.RAW_URGENT):
            offsets = store.begin_offsets(f"wire.{name}")
            records = store.read(f"wire.{name}", offsets, max_records=100).records
            found[name] = [record.value or b"" for record in records]
    return found


@pytest.mark.parametrize(
    ("options", "raw", "urgent"),
    [
        ([], [STORY], [FLASH]),
        (["--in-order"], [STORY, FLASH], []),
        (["--urgent"], [], [STORY, FLASH]),
    ],
    ids=["by their bytes", "none", "all"],
)
def test_lanes_are_chosen(
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    raw: list[bytes],
    urgent: list[bytes],
) -> None:
    assert main(["ingest", "1.txt", "2.txt", *options]) == 0
    assert lanes(folder) == {TopicName.RAW: raw, TopicName.RAW_URGENT: urgent}
    said = capsys.readouterr().err
    assert (f"{len(raw)} messages into wire.raw" in said) == bool(raw)
    assert (f"{len(urgent)} messages into wire.raw.urgent" in said) == bool(urgent)


def test_settings_choose_where_bytes_do_not(folder: Path) -> None:
    (folder / "wireroom.toml").write_text(
        '[ingest]\nurgent_markers = false\nurgent_sources = ["1*"]\n'
    )
    assert main(["ingest", "1.txt", "2.txt"]) == 0
    assert lanes(folder) == {TopicName.RAW: [FLASH], TopicName.RAW_URGENT: [STORY]}


def test_both_at_once_is_a_slip_and_nothing_is_sent(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ingest", "1.txt", "--urgent", "--in-order"]) == 2
    assert "--urgent and --in-order" in capsys.readouterr().err
    assert lanes(folder) == {TopicName.RAW: [], TopicName.RAW_URGENT: []}
