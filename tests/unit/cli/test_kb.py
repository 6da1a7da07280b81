"""``wireroom kb`` and replays pinned to it, as a person calls them, on the embedded log."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from schemas.codec import decode
from schemas.item import Item
from schemas.kb import KbAlias
from streams.cli import main
from streams.log import SqliteStore
from streams.log.base import NewRecord
from streams.log.headers import REVISION
from streams.pipeline import kb_outgoing

BODY = (
    "Harbour strike ends in Riverton\n\n"
    "RIVERTON, Feb 12 - Zyra Quenby said on Friday that the strike was over and work resumed.\n\n"
    "Mr. Quenby thanked the dockers of the old harbour for nine days of patience.\n"
)
SETTINGS = '[enrich]\nrecogniser = "gazetteer"\n'


@pytest.fixture(autouse=True)
def folder(folder: Path) -> Path:
    (folder / "wireroom.toml").write_text(SETTINGS)
    assert main(["topics", "apply"]) == 0
    return folder


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]):
    capfd.readouterr()

    def call(*arguments: str, status: int = 0) -> str:
        assert main(list(arguments)) == status, capfd.readouterr()
        out, err = capfd.readouterr()
        return out + err

    return call


def version_in(said: str) -> str:
    return said.rpartition("version ")[2].split()[0]


def records(folder: Path, topic: str) -> list:
    with SqliteStore(folder / "wireroom.db") as store:
        offsets = dict.fromkeys(range(store.topics()[topic]), 0)
        return store.read(topic, offsets, max_records=1000).records


def test_an_edit_done_twice_writes_nothing_the_second_time(run, folder) -> None:
    edits = [
        ("kb", "add", "person", "Zyra Quenby", "--alias", "Zee Quenby", "--ids", "isni=1"),
        ("kb", "alias", "Iron Zyra", "Zyra Quenby", "--lang", "en"),
        ("kb", "confirm", "Iron Zyra", "Zyra Quenby", "--lang", "en"),
        ("kb", "reject", "London", "geonames:2643743"),
        ("kb", "confirm", "OSCE", "wireroom:org/osce"),
    ]
    for edit in edits:
        first = run(*edit)
        count = len(records(folder, "wire.kb"))
        assert "nothing to write" in run(*edit)
        assert len(records(folder, "wire.kb")) == count
        assert "added" in first or "changed" in first
    run("kb", "remove", "Iron Zyra")
    assert "nothing to write" in run("kb", "remove", "Iron Zyra")


def test_a_dry_run_writes_nothing(run, folder) -> None:
    assert "would be added" in run("kb", "add", "person", "Zyra Quenby", "--dry-run")
    assert records(folder, "wire.kb") == []


@pytest.mark.parametrize(
    ("edit", "says"),
    [
        (("add", "person", "the"), "common-word"),
        (("add", "person", "Q"), "too-short"),
        (("add", "person", "Q" * 5000), "at most 200"),
        (("add", "person", "Ana\x1b[31mRed"), "pattern"),
        (("add", "person", "Ana Brandt", "--id", "nonsense"), "id"),
        (("add", "person", "Ana Brandt", "--lang", "english"), "names"),
        (("add", "robot", "Ana Brandt"), "robot"),
        (("add", "person", "Other Name", "--id", "x:1"), "--replace"),
        (("add", "organisation", "Zyra Quenby", "--id", "x:1"), "--replace"),
        (("add", "person", "Zyra Quenby", "--id", "x:1", "--same-as", "x:1"), "lead back"),
        (("add", "person", "Zyra Quenby", "--id", "x:1", "--same-as", "x:2"), "lead back"),
        (("alias", "Zee", "x:unknown"), "kb add"),
        (("alias", "Zee", "Nobody"), "no entity is called so"),
        (("confirm", "Zee", "x:unknown"), "kb add"),
        (("show", "Nobody"), "no 'Nobody'"),
        (("import", "absent.csv"), "absent.csv"),
    ],
)
def test_a_wrong_edit_says_why_and_changes_nothing(run, edit, says) -> None:
    run("kb", "add", "person", "Zyra Quenby", "--id", "x:1")
    run("kb", "add", "person", "Bodo Stone", "--id", "x:2", "--same-as", "x:1")
    before = version_in(run("kb", "list"))
    said = run("kb", *edit, status=2)
    assert says in said
    assert "\x1b" not in said
    assert version_in(run("kb", "list")) == before


def test_a_name_two_entities_bear_is_told(run) -> None:
    run("kb", "add", "person", "Zyra Quenby", "--id", "x:1")
    assert "also so called: x:1" in run("kb", "add", "person", "Zyra Quenby", "--id", "x:2")
    assert "several entities" in run("kb", "alias", "Zee", "Zyra Quenby", status=2)


def test_what_is_exported_gives_the_same_version_elsewhere(run) -> None:
    run("kb", "add", "person", "Zyra Quenby", "--alias", "Zee Quenby", "--note", "the mayor")
    run("kb", "reject", "London", "geonames:2643743")
    version = version_in(run("kb", "export", "-o", "kb.jsonl"))
    other = ("--broker", "sqlite:///other.db")
    run("topics", "apply", *other)
    assert version_in(run("kb", "import", "kb.jsonl", *other)) == version
    assert "0 added, 0 changed, 3 unchanged" in run("kb", "import", "kb.jsonl", *other)
    *rows, _version = run("kb", "list", "-o", "jsonl").splitlines()
    assert len([json.loads(row) for row in rows]) == 3


def test_an_import_takes_what_is_right_and_tells_the_rest(run, folder) -> None:
    (folder / "a.csv").write_bytes(
        b"\xef\xbb\xbfname,type,id,language,aliases,ids.isni\r\n"
        b"Zyra Quenby,person,x:1,,Zee Quenby;Quenby Z,77\r\n"
        b"\r\n"
        b"Qu\xe9nby,person,,,,\r\n"
        b"Port,harbour,,,,\r\n"
        b"too,few\r\n"
        + b"Q" * 1_000_000
        + b",person,,,,\r\n"
        + b"Bodo Stone,person,,en,the,\r\n"
        + b"Salt Office,organisation,,de,,\r\n"
    )
    said = run("kb", "import", "a.csv", "--dry-run", status=1)
    assert "would be: 4 added, 0 changed, 0 unchanged, 5 rejected" in said
    assert records(folder, "wire.kb") == []
    said = run("kb", "import", "a.csv", status=1)
    for place in (4, 5, 6, 7, 8):
        assert f"a.csv:{place}: " in said
    assert version_in(run("kb", "list")) == version_in(said)
    assert "Bodo" not in run("kb", "list"), "of a broken entry nothing is written"
    (folder / "b.jsonl").write_text(
        '{"record":"entity","id":"x:1","type":"person","names":{"mul":"Somebody Else"}}\n'
    )
    assert "--replace" in run("kb", "import", "b.jsonl", status=1)
    assert "1 changed" in run("kb", "import", "b.jsonl", "--replace")


def test_editors_at_once_do_not_undo_each_other(folder) -> None:
    assert main(["kb", "add", "person", "Zyra Quenby", "--id", "x:1"]) == 0
    names = [f"Zee {number} Quenby" for number in range(8)]
    with ThreadPoolExecutor(4) as threads:
        done = threads.map(lambda name: main(["kb", "alias", name, "x:1"]), names)
        assert set(done) == {0}
    aliases = {json.loads(record.value).get("alias") for record in records(folder, "wire.kb")}
    assert set(names) <= aliases


def enriched(folder: Path, topic: str = "wire.enriched") -> list[Item]:
    return [decode(Item, record.value) for record in records(folder, topic)]


def ids_of(item: Item) -> set[str]:
    return {entity.id for entity in item.entities}


def feed(folder: Path) -> None:
    lines = [
        {"provider": "demo", "received_at": "2016-02-12T10:00:00Z", "body": BODY},
        {
            "provider": "demo",
            "received_at": "2016-02-12T11:00:00Z",
            "body": "Wheat harvest beats forecasts\n\nFarmers brought in a tenth more wheat than "
            "was forecast.\n\nPrices fell for a third day as traders looked ahead.\n",
        },
    ]
    (folder / "feed.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))


def test_a_new_alias_enriches_what_came_before_again(run, folder) -> None:
    feed(folder)
    run("run", "feed.jsonl", "--log", "sqlite:///wireroom.db")
    assert not any("x:1" in ids_of(item) for item in enriched(folder))
    run("kb", "add", "person", "Zyra Quenby", "--id", "x:1")
    assert "2 items, 1 affected" in run("replay", "--reenrich", "--dry-run")
    assert "1 written" in run("replay", "--reenrich")
    assert "0 affected" in run("replay", "--reenrich")
    assert "1 written" in run("replay", "--reenrich", "--alias", "zyra quenby")
    *_, last = records(folder, "wire.enriched")
    assert "x:1" in ids_of(decode(Item, last.value))
    assert last.header(REVISION)
    said = run("subscribe", "enriched", "--snapshot", "--until", "now", "-o", "jsonl")
    assert '"x:1"' in said
    # What is taken back is taken out of the items, too.
    run("kb", "remove", "x:1")
    assert "1 written" in run("replay", "--reenrich")
    assert "x:1" not in ids_of(decode(Item, records(folder, "wire.enriched")[-1].value))


def test_a_replay_is_pinned_to_a_version(run, folder) -> None:
    feed(folder)
    first = version_in(run("kb", "add", "person", "Zyra Quenby", "--id", "x:1"))
    run("kb", "export", "-o", "then.jsonl")
    second = version_in(run("kb", "reject", "Zyra Quenby", "x:1"))
    wanted = {"now": second, first: first, "then.jsonl": first, "none": "0"}
    for number, (kb, version) in enumerate(wanted.items()):
        run("replay", "feed.jsonl", "--name", f"n{number}", "--kb", kb)
        items = enriched(folder, f"replay.n{number}.enriched")
        assert {item.kb_version for item in items} == {version}
        assert any("x:1" in ids_of(item) for item in items) == (version == first)
    said = run("replay", "feed.jsonl", "--name", "n9", "--kb", "7.00ff", status=2)
    assert "no longer holds version 7.00ff" in said
    said = run("replay", "feed.jsonl", "--name", "n1", "--kb", "now", status=2)
    assert "another --name" in said


def test_a_broken_record_on_the_topic_changes_nothing(run, folder) -> None:
    feed(folder)
    run("kb", "add", "person", "Zyra Quenby", "--id", "x:1")
    dangling = kb_outgoing(KbAlias(alias="Riverton", entity="x:gone")).record("wire.")
    with SqliteStore(folder / "wireroom.db") as store:
        store.append([NewRecord("wire.kb", b"entity:x:1", b"\xff"), dangling])
    said = run("kb", "list")
    assert "wire.kb[0]@1 is left out: malformed" in said
    assert "Zyra Quenby" in said
    run("run", "feed.jsonl", "--log", "sqlite:///wireroom.db")
    assert any("x:1" in ids_of(item) for item in enriched(folder))
