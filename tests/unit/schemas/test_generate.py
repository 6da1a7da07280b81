"""The committed JSON Schemas and topic table are what the code says, and are right."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from schemas import generate
from schemas.codec import encode
from schemas.decoded import Dropped, Tick
from schemas.event import EventKind, Source, WireEvent
from schemas.item import Item, Paragraph

ROOT = Path(__file__).resolve().parents[3]
NOW = datetime(2026, 3, 12, 8, tzinfo=UTC)
SOURCE = Source(id="s", position="a:1", sha256="00")


def a_validator(name: str) -> Draft202012Validator:
    schema = json.loads((ROOT / f"schemas/json/{name}.json").read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def test_committed_files_have_not_drifted() -> None:
    assert generate.drifted(generate.generated()) == []
    assert generate.main(["--check"]) == 0


def test_drift_is_told_file_by_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(generate, "ROOT", tmp_path)
    assert generate.main([]) == 0
    (tmp_path / "docs/topics.md").write_text("old")
    (tmp_path / "schemas/json/item.json").unlink()
    (tmp_path / "schemas/json/gone.json").write_text("{}")
    assert generate.drifted(generate.generated(), tmp_path) == [
        "docs/topics.md differs",
        "schemas/json/item.json is missing",
        "schemas/json/gone.json is no longer generated",
    ]
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    "name", [path.stem for path in sorted((ROOT / "schemas/json").glob("*.json"))]
)
def test_every_schema_is_a_schema_and_tolerates_later_fields(name: str) -> None:
    assert '"additionalProperties": false' not in (ROOT / f"schemas/json/{name}.json").read_text()
    a_validator(name)


@pytest.mark.parametrize(
    ("name", "record"),
    [
        (
            "item",
            Item(
                id="a:1@x",
                item_key="a:1",
                order_key="x",
                received_at=NOW,
                paragraphs=(Paragraph(text="One."),),
            ),
        ),
        ("wire_event", WireEvent(id="e", kind=EventKind.NEW, source=SOURCE)),
        ("decoded", Tick(now=NOW)),
        ("decoded", Dropped(source=SOURCE, received_at=None, reason="empty")),
    ],
)
def test_what_we_write_is_valid(name: str, record: Item | WireEvent | Tick | Dropped) -> None:
    a_validator(name).validate(json.loads(encode(record)))


def test_what_is_not_the_record_is_invalid() -> None:
    assert not a_validator("item").is_valid({"id": 1})
    assert not a_validator("decoded").is_valid({"type": "unheard-of"})
