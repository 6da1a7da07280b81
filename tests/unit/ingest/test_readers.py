"""Every format gives the same messages, whatever it is called."""

from __future__ import annotations

import io
import tarfile
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from streams.errors import ArchiveError, ConfigError
from streams.ingest.readers import parse_limits, parse_split
from streams.ingest.times import TimeFrom, parse_time_from
from tests.unit.ingest import archives as make
from tests.unit.ingest.archives import read

MAP = {"received_at": "when"}
TABLES = {
    "jsonl": make.jsonl(),
    "csv": make.rows(","),
    "tsv": make.rows("\t"),
    "csv;": make.rows(";"),
    "parquet": make.parquet(),
}


@pytest.mark.parametrize("wrapped", ["", *make.COMPRESSIONS])
@pytest.mark.parametrize("kind", TABLES)
def test_records_are_the_same_from_every_table(tmp_path: Path, kind: str, wrapped: str) -> None:
    data = TABLES[kind]
    if wrapped:
        data = make.COMPRESSIONS[wrapped](data)
    found = read(tmp_path, data, "wrong.xml", fields=MAP)
    assert found.bodies == make.expected()
    assert [m.received_at for m in found.messages] == [
        datetime(2016, 2, 12, 10, 15, n, tzinfo=UTC) for n in range(make.COUNT)
    ]
    assert {m.provider for m in found.messages} == {"afp"}
    assert found.codes == {}
    assert len(set(found.positions)) == make.COUNT
    assert found.said == [
        "wrong.xml: reading body=text,received_at=when,headline=title,provider=agency"
    ]
    assert found.sources.bytes_read == found.sources.total_bytes


def test_positions_name_the_line_and_the_row(tmp_path: Path) -> None:
    assert read(tmp_path, make.jsonl(), "a.jsonl").positions[1] == "a.jsonl:2"
    # Each row is on two lines, after the header.
    assert read(tmp_path, make.rows(","), "a.csv").positions[:2] == ["a.csv:2", "a.csv:4"]
    assert read(tmp_path, make.parquet(), "a.parquet").positions[11] == "a.parquet:12"


@pytest.mark.parametrize("packed", [False, True])
def test_pages_that_were_found_come_out_of_a_warc(tmp_path: Path, packed: object) -> None:
    found = read(tmp_path, make.warc(packed=bool(packed)), "x.warc")
    assert found.bodies == [make.page(n) for n in range(make.COUNT)]
    first = found.messages[0]
    assert first.content_type == "text/html; charset=utf-8"
    assert first.received_at == datetime(2016, 2, 12, 10, 15, tzinfo=UTC)
    assert first.headers == (("url", "https://example.org/0"),)
    assert first.position == "x.warc:2"
    assert found.codes == {}


@pytest.mark.parametrize("wrapped", ["", *make.COMPRESSIONS])
@pytest.mark.parametrize("kind", ["tar", "zip"])
def test_members_are_messages_named_by_place_and_label(
    tmp_path: Path, kind: str, wrapped: str
) -> None:
    data = make.tar() if kind == "tar" else make.zipped()
    if wrapped:
        data = make.COMPRESSIONS[wrapped](data)
    found = read(tmp_path, data, "a.dat")
    assert found.bodies == list(make.members().values())
    assert found.positions[2] == "a.dat:3/2016/02/story-02.txt"
    assert found.codes == {}


def test_what_is_in_members_is_found_by_content_too(tmp_path: Path) -> None:
    inner = {"a": make.jsonl(), "b": make.COMPRESSIONS["zst"](make.jsonl()), "c": make.parquet()}
    found = read(tmp_path, make.tar({"x.zip": make.zipped(inner), ".hidden": b"no"}), "a.tar")
    assert found.bodies == make.expected() * 3
    assert found.positions[0] == "a.tar:1/x.zip:1/a:1"


def test_names_that_lead_elsewhere_lead_nowhere(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    names = ["../../evil.txt", "/etc/evil", "C:\\evil", "a\x1b[31m\nb", "same", "same"]
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name in names:
            info = tarfile.TarInfo(name)
            info.size = 4
            archive.addfile(info, io.BytesIO(b"text"))
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE):
            info = tarfile.TarInfo("link")
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
    found = read(folder, out.getvalue(), "a.tar")
    assert found.bodies == [b"text"] * 6
    assert len(set(found.positions)) == 6
    assert all(position.isprintable() for position in found.positions)
    assert [path.name for path in tmp_path.rglob("*")] == ["in", "a.tar"]


def test_a_document_that_is_stored_as_a_zip_is_no_archive(tmp_path: Path) -> None:
    data = make.zipped({"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>"})
    assert read(tmp_path, data, "a.docx").bodies == [data]


class TestSplit:
    @pytest.mark.parametrize("split", ["ZCZC", "blank:2", r"ZCZC \w{3}\d+"])
    def test_a_text_is_parted(self, tmp_path: Path, split: str) -> None:
        found = read(tmp_path, make.telegrams(), "day.txt", split=parse_split(split))
        assert len(found.messages) == make.COUNT
        assert found.positions[:2] == ["day.txt:1", "day.txt:7"]
        for number, body in enumerate(found.bodies):
            assert make.text(number).encode() in body
            assert body.count(b"ZCZC") == 1

    def test_what_stands_before_the_first_start_is_a_message(self, tmp_path: Path) -> None:
        found = read(tmp_path, b"\n\nnote\nZCZC 1\na\n", "a", split="ZCZC")
        assert found.bodies == [b"\n\nnote\n", b"ZCZC 1\na\n"]

    def test_archives_are_opened_before_their_texts_are_split(self, tmp_path: Path) -> None:
        data = make.tar({"a": make.telegrams(), "b": make.telegrams()})
        assert len(read(tmp_path, data, split="ZCZC").messages) == 2 * make.COUNT

    @pytest.mark.parametrize("wrong", ["blank:0", "blank:x", "(", "a*", ""])
    def test_a_split_that_is_none_is_an_error(self, wrong: str) -> None:
        with pytest.raises(ConfigError, match="--split"):
            parse_split(wrong)


class TestTimes:
    def test_a_name_states_the_day_of_each_member(self, tmp_path: Path) -> None:
        data = make.tar({"wire-20160211.txt": b"a", "wire-20160212.txt": b"b", "none.txt": b"c"})
        found = read(tmp_path, data, time_from=parse_time_from("name:%Y%m%d"))
        assert [m.received_at for m in found.messages] == [
            datetime(2016, 2, 11, tzinfo=UTC), datetime(2016, 2, 12, tzinfo=UTC), None,
        ]  # fmt: skip
        assert found.said == ["1 messages have no time: neither they nor their file state one"]

    def test_messages_of_one_file_follow_each_other(self, tmp_path: Path) -> None:
        found = read(tmp_path, make.telegrams(), "a-2016_02_12.txt", split="ZCZC",
                     time_from=TimeFrom("%Y_%m_%d"))  # fmt: skip
        start = datetime(2016, 2, 12, tzinfo=UTC)
        assert [m.received_at for m in found.messages] == [
            start + timedelta(milliseconds=n) for n in range(make.COUNT)
        ]

    @pytest.mark.parametrize("data", [make.tar(), make.zipped()])
    def test_members_state_their_last_change(self, tmp_path: Path, data: bytes) -> None:
        found = read(tmp_path, data, time_from=parse_time_from("mtime"))
        assert {m.received_at for m in found.messages} == {
            datetime(2016, 2, 12, 10, 15, tzinfo=UTC)
        }

    def test_times_of_the_data_stay(self, tmp_path: Path) -> None:
        found = read(tmp_path, make.warc(packed=True), time_from=parse_time_from("mtime"))
        assert found.messages[3].received_at == datetime(2016, 2, 12, 10, 15, 3, tzinfo=UTC)

    @pytest.mark.parametrize("wrong", ["name:", "name:%Y", "name:%x", "name:%m%d", "name:%Y%m%d%m"])
    def test_a_pattern_without_a_day_is_an_error(self, wrong: str) -> None:
        with pytest.raises(ConfigError, match="--time-from"):
            parse_time_from(wrong)

    def test_other_words_are_left_to_others(self) -> None:
        assert parse_time_from("2016-02-12") is None


class TestContentDecides:
    @pytest.mark.parametrize(
        ("name", "data", "count"),
        [
            ("a.jsonl", b"<news><item/></news>\n<!-- -->\n", 1),
            ("a.jsonl", b'{\n"body": "x"\n}\n', 1),
            ("a.txt", b'{"body": "x"}\n{"body": "y"}\n', 2),
            ("a.json", b'{"body": "x"}\n', 1),
            ("a.gz", b"no gzip at all\n", 1),
            ("a.csv", b"Prices, again\nrose, said\n", 1),
            ("a.txt", b"Paris, le 12 (AFP)\nText, body and more,\n", 1),
            ("a.zip", make.COMPRESSIONS["gz"](b'{"body": "x"}\n{"body": "y"}\n'), 2),
        ],
    )
    def test_the_name_only_where_content_leaves_it_open(
        self, tmp_path: Path, name: str, data: bytes, count: int
    ) -> None:
        if name == "a.csv":
            with pytest.raises(ArchiveError, match="keys seen: Prices, again"):
                read(tmp_path, data, name)
            return
        assert len(read(tmp_path, data, name).messages) == count

    def test_no_body_in_one_member_stops_nothing(self, tmp_path: Path) -> None:
        data = make.tar({"a.jsonl": b'{"x": 1}\n{"x": 2}\n', "b.jsonl": make.jsonl()})
        found = read(tmp_path, data)
        assert found.bodies == make.expected()
        assert found.codes == {"no-body": 1}

    def test_a_known_single_message_is_told_from_many(self, tmp_path: Path) -> None:
        assert read(tmp_path, b"text", "a.txt").sources.is_one_message
        assert not read(tmp_path, make.jsonl(), "a.txt").sources.is_one_message
        assert not read(tmp_path, make.zipped(), "a.txt").sources.is_one_message


def test_stored_members_are_read_as_deflated_ones(tmp_path: Path) -> None:
    found = read(tmp_path, make.zipped(method=zipfile.ZIP_STORED))
    assert found.bodies == list(make.members().values())


@pytest.mark.parametrize("wrong", ["", "member", "member=x", "size=3", "ratio=3MiB", "total=-1"])
def test_limits_that_are_none_are_an_error(wrong: str) -> None:
    with pytest.raises(ConfigError, match="--limits"):
        parse_limits(wrong)


def test_limits_are_read_with_their_units() -> None:
    limits = parse_limits("member=2MiB,total=3GiB,ratio=50,depth=2")
    assert (limits.member, limits.total, limits.ratio, limits.depth) == (2 << 20, 3 << 30, 50, 2)
