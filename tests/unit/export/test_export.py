"""Tables say what the events say, under a schema that is written down."""

from __future__ import annotations

import re
import resource
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow.parquet as pq
import pytest

from schemas.codec import encode
from schemas.event import EventKind, Source, WireEvent
from schemas.item import (
    Entity,
    EntityType,
    Item,
    Link,
    Mention,
    Paragraph,
    PlaceFacts,
    PlaceKind,
    PubStatus,
    Topic,
)
from streams.cli import main
from streams.errors import ArchiveError
from streams.export import TABLES, tables
from streams.export.tables import Tables, schema_of

ROOT = Path(__file__).resolve().parents[3]
AT = datetime(2016, 2, 12, 10, tzinfo=UTC)


def an_item(number: int = 1, version: int = 1, **changes: object) -> Item:
    fields: dict[str, object] = {
        "id": f"afp:{number}@{version}",
        "item_key": f"afp:{number}",
        "order_key": f"{version}",
        "provider": "afp",
        "received_at": AT,
        "language": "fr",
        "headline": "Crue à Riverton",
        "paragraphs": (Paragraph(text="L'eau monte."), Paragraph(text="Personne n'est blessé.")),
        "kb_version": "0",
        "topics": (Topic(scheme="medtop", code="03000000", name="disaster", source="rules"),),
        "links": (Link(rel="reprint", target="dpa:9@1", score=0.9),),
        "entities": (
            Entity(
                id="geonames:1",
                type=EntityType.PLACE,
                name="Riverton",
                ids={"geonames": "1", "iso3166": "US"},
                mentions=(Mention(start=7, end=15, text="Riverton", via="model"),),
                count=1,
                salience=0.5,
                confidence=0.9,
                place=PlaceFacts(
                    kind=PlaceKind.CITY, country="US", latitude=43.0, longitude=-108.4
                ),
            ),
        ),
    }
    return Item(**{**fields, **changes})  # type: ignore[arg-type]


def an_event(name: str, item: Item | None, kind: EventKind = EventKind.NEW) -> WireEvent:
    source = Source(id=f"s{name}", provider="afp", position=f"feed.jsonl:{name}", sha256="00")
    return WireEvent(id=name, kind=kind, source=source, item=item)


def exported(folder: Path, *events: WireEvent | bytes, options: tuple[str, ...] = ()) -> int:
    lines = [event if isinstance(event, bytes) else encode(event) for event in events]
    (folder / "events.jsonl").write_bytes(b"".join(line + b"\n" for line in lines))
    arguments = ["export", str(folder / "events.jsonl"), "--to", str(folder / "tables")]
    return main([*arguments, *options])


def rows(folder: Path, table: str) -> list[dict[str, object]]:
    return pq.read_table(folder / "tables" / f"{table}.parquet").to_pylist()


def test_an_event_is_a_row_in_each_table_it_concerns(tmp_path):
    assert exported(tmp_path, an_event("e1", an_item()), an_event("e2", None, EventKind.DEAD)) == 0
    assert [row["kind"] for row in rows(tmp_path, "events")] == ["new", "dead"]
    assert [row["outcome"] for row in rows(tmp_path, "events")] == ["published", "rejected"]
    (item,) = rows(tmp_path, "items")
    assert item["received_at"] == AT
    assert item["topics"] == [{"scheme": "medtop", "code": "03000000", "name": "disaster"}]
    (entity,) = rows(tmp_path, "entities")
    assert (entity["name"], entity["country"], entity["latitude"]) == ("Riverton", "US", 43.0)
    assert dict(entity["ids"]) == {"geonames": "1", "iso3166": "US"}
    (mention,) = rows(tmp_path, "mentions")
    assert item["text"][mention["start"] : mention["end"]] == mention["text"] == "Riverton"
    (link,) = rows(tmp_path, "links")
    assert (link["rel"], link["target"], link["reason"]) == ("reprint", "dpa:9@1", None)


def test_entities_of_a_version_are_written_once(tmp_path):
    again = an_event("e2", an_item(), EventKind.REINSTATED)
    copy = an_event("e3", an_item(), EventKind.DUPLICATE)
    assert exported(tmp_path, an_event("e1", an_item()), again, copy) == 0
    assert len(rows(tmp_path, "items")) == 3
    assert len(rows(tmp_path, "entities")) == 1
    assert [row["is_published"] for row in rows(tmp_path, "items")] == [True, True, False]


def test_the_words_of_killed_items_are_left_out(tmp_path):
    canceled = an_item(
        version=2,
        pubstatus=PubStatus.CANCELED,
        headline="Kill Riverton",
        paragraphs=(),
        entities=(),
    )
    events = (
        an_event("e1", an_item()),
        an_event("e2", canceled, EventKind.KILL),
        an_event("e3", an_item(2)),
        an_event("e4", an_item(), EventKind.STALE),
    )
    assert exported(tmp_path, *events) == 0
    found = {row["event_id"]: row for row in rows(tmp_path, "items")}
    assert [found[name]["is_killed"] for name in ("e1", "e2", "e3", "e4")] == [1, 1, 0, 1]
    assert found["e1"]["text"] is found["e1"]["headline"] is found["e1"]["paragraphs"] is None
    assert found["e4"]["text"] is None
    assert found["e2"]["headline"] == "Kill Riverton"
    assert found["e3"]["text"]
    assert {row["item_key"] for row in rows(tmp_path, "entities")} == {"afp:2"}
    assert exported(tmp_path, *events, options=("--killed",)) == 0
    assert all(row["text"] for row in rows(tmp_path, "items"))
    assert {row["item_key"] for row in rows(tmp_path, "entities")} == {"afp:1", "afp:2"}


def test_what_comes_after_a_kill_lives(tmp_path):
    kill = an_event("e2", an_item(version=2), EventKind.KILL)
    later = an_event("e3", an_item(version=3), EventKind.REINSTATED)
    assert exported(tmp_path, an_event("e1", an_item()), kill, later) == 0
    assert not any(row["is_killed"] for row in rows(tmp_path, "items"))


def test_what_cannot_be_read_is_counted_and_the_rest_written(tmp_path, capsys):
    bad = b'{"id": "e9", "kind": "nonsense", "source": {}}'
    assert exported(tmp_path, b"\xff\x00", b"[]", bad, an_event("e1", an_item())) == 1
    assert len(rows(tmp_path, "events")) == 1
    assert "3 damaged records were left out, first event e9: WireEvent" in capsys.readouterr().err


def test_an_absent_file_and_an_empty_one(tmp_path, capsys):
    assert main(["export", str(tmp_path / "none.jsonl"), "--to", str(tmp_path)]) == 2
    assert exported(tmp_path) == 0
    assert "holds no event" in capsys.readouterr().err
    assert rows(tmp_path, "items") == []


@pytest.mark.parametrize("table", TABLES)
def test_a_column_that_is_never_null_is_required(table):
    for column, field in zip(TABLES[table], schema_of(table), strict=True):
        assert field.name == column.name
        assert field.nullable == bool(column.null)
        assert field.metadata[b"meaning"].decode() == column.meaning


@pytest.mark.parametrize("table", TABLES)
def test_the_page_describes_every_column(table):
    page = (ROOT / "docs/export.md").read_text("utf-8")
    section = page.partition(f"## {table}\n")[2].partition("\n## ")[0]
    listed = re.findall(r"^\| `(\w+)` \| (\w+) \| (.*?) \| (.*?) \|$", section, re.MULTILINE)
    assert listed == [
        (column.name, column.type, column.meaning, column.null or "never")
        for column in TABLES[table]
    ]


def test_duckdb_and_pandas_read_the_tables(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert exported(tmp_path, an_event("e1", an_item()), an_event("e2", an_item(2))) == 0
    found = duckdb.sql(
        "SELECT e.name, count(*) AS items FROM 'tables/items.parquet' i "
        "JOIN 'tables/entities.parquet' e USING (item_id) GROUP BY ALL"
    ).fetchall()
    assert found == [("Riverton", 2)]
    frame = pd.read_parquet(tmp_path / "tables" / "items.parquet")
    assert frame["received_at"].dt.tz is not None
    assert list(frame["item_key"]) == ["afp:1", "afp:2"]


def test_the_same_source_gives_the_same_bytes(tmp_path):
    events = [an_event(f"e{n}", an_item(n)) for n in range(20)]
    assert exported(tmp_path, *events) == 0
    before = {path.name: path.read_bytes() for path in (tmp_path / "tables").iterdir()}
    assert sorted(before) == sorted(f"{name}.parquet" for name in TABLES)
    assert exported(tmp_path, *events) == 0
    assert before == {path.name: path.read_bytes() for path in (tmp_path / "tables").iterdir()}


def test_a_full_disk_replaces_no_table(tmp_path, capsys):
    assert exported(tmp_path, an_event("e1", an_item())) == 0
    before = {path.name: path.read_bytes() for path in (tmp_path / "tables").iterdir()}
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    events = [an_event(f"e{n}", an_item(n)) for n in range(300)]
    lines = b"".join(encode(event) + b"\n" for event in events)
    (tmp_path / "events.jsonl").write_bytes(lines)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4_000, hard))
    try:
        arguments = [str(tmp_path / "events.jsonl"), "--to", str(tmp_path / "tables")]
        assert main(["export", *arguments]) == 2
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert before == {path.name: path.read_bytes() for path in (tmp_path / "tables").iterdir()}
    assert "no table was replaced" in capsys.readouterr().err


def test_tables_that_cannot_be_written_say_so(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ArchiveError, match="no table was replaced"), Tables(tmp_path / "file"):
        pass


def test_memory_does_not_grow_with_the_source(tmp_path, monkeypatch):
    monkeypatch.setattr(tables, "_GROUP_ROWS", 100)
    peaks = []
    for count in (1000, 3000):
        events = [an_event(f"e{n}", an_item(n)) for n in range(count)]
        lines = b"".join(encode(event) + b"\n" for event in events)
        (tmp_path / "events.jsonl").write_bytes(lines)
        del events, lines
        tracemalloc.start()
        arguments = [str(tmp_path / "events.jsonl"), "--to", str(tmp_path / "tables")]
        assert main(["export", *arguments]) == 0
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert pq.ParquetFile(tmp_path / "tables" / "items.parquet").num_row_groups == 30
    # 2,000 more are 4 MB of JSON; pydantic keeps up to 16,384 short strings for itself.
    assert peaks[1] - peaks[0] < 1_000_000, peaks
