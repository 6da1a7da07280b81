"""Archives cut short, damaged and built to burst: what is whole is read, the rest is told."""

from __future__ import annotations

import gzip
import io
import json
import random
import struct
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from backports import zstd

from streams.ingest.readers import FORMATS, Limits
from tests.unit.ingest import archives as make
from tests.unit.ingest.archives import read

MIB = 1 << 20


def frames(compress: object) -> bytes:
    """JSON Lines with a member for every line, as a recorder flushes them."""
    return b"".join(compress(line + b"\n") for line in make.jsonl().splitlines())  # type: ignore[operator]


ARCHIVES = {
    "jsonl": make.jsonl(),
    "csv": make.rows(","),
    "parquet": make.parquet(),
    "warc": make.warc(packed=False),
    "warc.gz": make.warc(packed=True),
    "tar": make.tar(),
    "tar.gz": make.tar(mode="w:gz"),
    "tar.bz2": make.tar(mode="w:bz2"),
    "tar.zst": zstd.compress(make.tar()),
    "zip": make.zipped(),
    "zip stored": make.zipped(method=zipfile.ZIP_STORED),
    **{f"jsonl.{name}": pack(make.jsonl()) for name, pack in make.COMPRESSIONS.items()},
    **{f"frames.{name}": frames(pack) for name, pack in make.COMPRESSIONS.items()},
}
EXPECTED = {
    "warc": [make.page(n) for n in range(make.COUNT)],
    "tar": list(make.members().values()),
    "zip": list(make.members().values()),
}


def whole(kind: str) -> list[bytes]:
    return next((v for k, v in EXPECTED.items() if kind.startswith(k)), make.expected())


@pytest.mark.timeout(120)
@pytest.mark.parametrize("kind", ARCHIVES)
def test_cut_at_every_byte_gives_what_was_whole_and_tells(tmp_path: Path, kind: str) -> None:
    data, expected = ARCHIVES[kind], whole(kind)
    # Every byte of both ends, where headers are; every 31st between, for it takes its time.
    cuts = sorted({*range(1, 120), *range(len(data) - 120, len(data)), *range(0, len(data), 31)})
    for cut in cuts:
        if not 0 < cut < len(data):
            continue
        try:
            found = read(tmp_path, data[:cut], f"a.{kind}")
        except Exception as error:  # noqa: BLE001  (whatever it is, with the place)
            assert "no body" in str(error) or "keys seen" in str(error), (cut, error)  # noqa: PT017
            continue
        good = [body for body in found.bodies if body in expected]
        assert good == expected[: len(good)], cut
        strange = len(found.bodies) - len(good)
        # Half a line, or a file too short to show its format: a dead letter. At most one.
        assert strange <= 1, (cut, found.bodies[-2:])
        if len(good) < len(expected) and not kind.startswith(("jsonl", "csv", "warc", "frames")):
            assert found.codes or strange, cut


@pytest.mark.timeout(120)
@pytest.mark.parametrize("kind", ARCHIVES)
def test_any_byte_wrong_raises_nothing_and_costs_little(tmp_path: Path, kind: str) -> None:
    expected = whole(kind)
    chance = random.Random(kind)  # noqa: S311  (a test)
    for _ in range(60):
        data = bytearray(ARCHIVES[kind])
        at = chance.randrange(len(data))
        for place in range(at, min(at + chance.choice((1, 4, 40)), len(data))):
            data[place] = chance.randrange(256)
        try:
            found = read(tmp_path, bytes(data), f"a.{kind}")
        except Exception as error:  # noqa: BLE001  (as above)
            assert "no body" in str(error) or "no record has" in str(error), error  # noqa: PT017
            continue
        if kind in {"warc", "warc.gz", "tar", "csv"} or kind.startswith("frames"):
            good = set(found.bodies) & set(expected)
            assert len(good) >= make.COUNT - 3 or at < 600, (at, found.codes)


@pytest.mark.parametrize("name", make.COMPRESSIONS)
def test_a_member_damaged_in_the_middle_costs_that_member(tmp_path: Path, name: str) -> None:
    pack = make.COMPRESSIONS[name]
    parts = [pack(line + b"\n") for line in make.jsonl().splitlines()]
    middle = bytearray(parts[5])
    middle[len(middle) // 2 : len(middle) // 2 + 4] = b"\xff\x00\xff\x00"
    data = b"".join([*parts[:5], bytes(middle), *parts[6:]])
    found = read(tmp_path, data, f"a.jsonl.{name}")
    kept = make.expected()
    assert [body for body in found.bodies if body in kept] == kept[:5] + kept[6:]
    assert sum(found.codes.values()) == 1
    (damage,) = found.sources.damage.first
    assert f"at byte {sum(map(len, parts[:5])):,}" in damage.detail


def test_a_warc_record_damaged_in_the_middle_costs_that_record(tmp_path: Path) -> None:
    data = make.warc(packed=False)
    at = data.index(b"WARC/1.0", data.index(b"example.org/4"))
    found = read(tmp_path, data[:at] + b"XXXX" + data[at + 4 :])
    assert found.bodies == [make.page(n) for n in range(make.COUNT) if n != 5]
    assert found.codes == {"warc-record-damaged": 1}
    assert f"at byte {at:,}" in found.sources.damage.first[0].detail


def test_a_wrong_length_in_a_warc_costs_that_record(tmp_path: Path) -> None:
    data = make.warc(packed=False)
    at = data.index(b"Content-Length: ", data.index(b"example.org/4")) + len(b"Content-Length: ")
    found = read(tmp_path, data[:at] + b"9" + data[at + 1 :])
    assert found.bodies == [make.page(n) for n in range(make.COUNT) if n != 4]
    assert sum(found.codes.values()) == 1


def test_a_tar_header_damaged_in_the_middle_costs_that_member(tmp_path: Path) -> None:
    data = bytearray(make.tar())
    at = data.index(b"2016/02/story-05")
    data[at + 100 : at + 130] = b"\xff" * 30
    found = read(tmp_path, bytes(data))
    expected = list(make.members().values())
    assert found.bodies == expected[:5] + expected[6:]
    assert found.codes == {"tar-damaged": 1}


def test_a_row_that_is_none_costs_that_row(tmp_path: Path) -> None:
    rows = make.rows(",").decode().split("\r\n")
    rows[3:3] = ["one cell", 'an "open, quote, that nothing, closes', "a,b,c,d,e,f"]
    found = read(tmp_path, "\r\n".join(rows).encode(), "a.csv", fields={"received_at": "when"})
    assert found.bodies[-make.COUNT + 3 :] == make.expected()[3:]
    assert found.codes["row-malformed"] >= 2
    assert found.sources.damage.first[0].position.startswith("a.csv:")


def test_a_quote_that_opens_a_cell_and_is_never_closed_costs_its_row(tmp_path: Path) -> None:
    lines = ["date,title,text", *(f"2016-02-{n:02},H{n},Text {n}" for n in range(1, 20))]
    lines[5] = '2016-02-05,H5,"Text 5'
    found = read(tmp_path, "\n".join(lines).encode(), "a.csv")
    assert [body for n in range(1, 20) if n != 5 and (body := b"H%d\n\nText %d" % (n, n))] == [
        body for body in found.bodies if b"5" not in body or b"15" in body
    ]


def test_rows_in_two_encodings_are_both_read(tmp_path: Path) -> None:
    data = "title,text\nOne,Orléans\n".encode() + "Two,Besançon\n".encode("cp1252")
    found = read(tmp_path, data, "a.csv")
    assert [b.decode() for b in found.bodies] == ["One\n\nOrléans", "Two\n\nBesançon"]


def test_a_row_group_damaged_in_the_middle_costs_that_group(tmp_path: Path) -> None:
    data = bytearray(make.parquet(group=4))
    import pyarrow.parquet as pq

    start = pq.ParquetFile(io.BytesIO(bytes(data))).metadata.row_group(1).column(2)
    at = start.dictionary_page_offset or start.data_page_offset
    data[at : at + 12] = b"\xff" * 12
    found = read(tmp_path, bytes(data), fields={"received_at": "when"})
    assert found.bodies == make.expected()[:4] + make.expected()[8:]
    assert found.codes == {"parquet-damaged": 1}
    assert "rows 5 to 8" in found.sources.damage.first[0].detail


def test_a_zip_without_its_directory_is_read_from_the_beginning(tmp_path: Path) -> None:
    data = make.zipped()
    found = read(tmp_path, data[: data.index(b"PK\x01\x02")])
    assert found.bodies == list(make.members().values())
    assert found.codes == {"zip-damaged": 1}


class TestBombs:
    LIMITS = Limits(member=MIB, total=8 * MIB, ratio=50)

    @pytest.mark.parametrize("name", make.COMPRESSIONS)
    def test_one_that_unpacks_a_thousandfold_is_stopped(self, tmp_path: Path, name: str) -> None:
        data = make.COMPRESSIONS[name](b"\0" * (40 * MIB))
        found = read(tmp_path, data, limits=self.LIMITS)
        assert found.bodies == []
        assert set(found.codes) & {"unpacks-beyond-ratio", "member-too-large"}

    def test_lines_before_the_limit_are_read(self, tmp_path: Path) -> None:
        line = json.dumps({"body": "Prices rose. " * 200}).encode() + b"\n"
        found = read(tmp_path, gzip.compress(line * 10_000), "a.jsonl", limits=self.LIMITS)
        assert 100 < len(found.messages) < 10_000
        assert found.codes == {"unpacks-beyond-ratio": 1}

    def test_the_total_counts_all_members(self, tmp_path: Path) -> None:
        chance = random.Random(1)  # noqa: S311  (a test)
        files = {f"{n}.txt": chance.randbytes(MIB // 2) for n in range(20)}
        found = read(tmp_path, make.zipped(files), limits=self.LIMITS)
        assert len(found.messages) == 16
        assert found.codes["unpacks-beyond-total"] == 4

    @pytest.mark.parametrize("build", [make.tar, make.zipped])
    def test_a_large_member_is_left_out_and_its_neighbours_read(
        self, tmp_path: Path, build: object
    ) -> None:
        chance = random.Random(2)  # noqa: S311  (a test)
        data = build({"a": b"a", "b": chance.randbytes(2 * MIB), "c": b"c"})  # type: ignore[operator]
        found = read(tmp_path, data, limits=self.LIMITS)
        assert found.bodies == [b"a", b"c"]
        assert found.codes == {"member-too-large": 1}

    def test_archives_in_archives_end(self, tmp_path: Path) -> None:
        data = b"text"
        for _ in range(8):
            data = make.zipped({"inner": data})
        found = read(tmp_path, data)
        assert found.bodies == []
        assert found.codes == {"nested-too-deep": 1}

    def test_a_zip_that_contains_itself_ends(self, tmp_path: Path) -> None:
        data = make.zipped({f"{n}": make.zipped({"x": b"0" * 1000}) for n in range(50)})
        assert len(read(tmp_path, data).messages) == 50

    def test_a_header_that_claims_gigabytes_is_not_believed(self, tmp_path: Path) -> None:
        info = tarfile.TarInfo("x")
        info.type, info.size = tarfile.XHDTYPE, 1 << 33
        data = info.tobuf(tarfile.GNU_FORMAT) + make.tar()
        assert read(tmp_path, data).bodies == list(make.members().values())

    def test_a_line_without_an_end_is_left_out_and_told(self, tmp_path: Path) -> None:
        data = b'{"body": "a"}\n{"body": "' + b"x" * (3 * MIB) + b'"}\n{"body": "b"}\n'
        found = read(tmp_path, data, "a.jsonl", limits=self.LIMITS)
        assert found.bodies == [b"a", b"b"]
        assert found.codes == {"line-too-large": 1}
        assert found.positions == ["a.jsonl:1", "a.jsonl:3"]

    def test_members_of_other_methods_are_left_out(self, tmp_path: Path) -> None:
        data = make.zipped(method=zipfile.ZIP_LZMA)
        found = read(tmp_path, data)
        assert found.bodies == []
        assert found.codes == {"member-unsupported": make.COUNT}

    def test_an_encrypted_member_is_left_out(self, tmp_path: Path) -> None:
        data = bytearray(make.zipped({"a": b"a", "b": b"b"}))
        at = data.index(b"PK\x01\x02")
        struct.pack_into("<H", data, at + 8, 1)
        found = read(tmp_path, bytes(data))
        assert found.bodies == [b"b"]
        assert found.codes == {"member-unsupported": 1}


SCRIPT = """
import resource, sys
from streams.ingest.sources import Sources
for _ in Sources([sys.argv[1]]): pass
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
count = sum(1 for _ in Sources([sys.argv[2]]))
print(count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.parametrize("kind", ["jsonl.zst", "tar.gz", "csv", "parquet", "warc"])
def test_memory_does_not_grow_with_the_archive(tmp_path: Path, kind: str) -> None:
    small, large = (tmp_path / f"{size}.{kind}" for size in ("small", "large"))
    small.write_bytes(many(kind, 2))
    large.write_bytes(many(kind, 20))
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(small), str(large)],
        capture_output=True, text=True, check=True, cwd=Path(__file__).resolve().parents[3],
    )  # fmt: skip
    count, grown = map(int, done.stdout.split())
    assert count == 20 * 500
    # It is 50 MB unpacked.
    assert grown / (1024 if sys.platform == "darwin" else 1) < 25_000


def many(kind: str, times: int) -> bytes:
    # Not to be compressed by more than half: a bomb is another test.
    body = random.Random(kind).randbytes(2500).hex()  # noqa: S311  (a test)
    rows = [{"title": f"Head {n}", "text": f"{n} {body[n % 97 :]}"} for n in range(500 * times)]
    if kind == "jsonl.zst":
        return zstd.compress("".join(json.dumps(row) + "\n" for row in rows).encode(), 1)
    if kind == "tar.gz":
        return make.tar({row["title"]: row["text"].encode() for row in rows}, "w:gz")
    if kind == "csv":
        return ("title,text\n" + f'H,"{body}\n"\n' * len(rows)).encode()
    if kind == "parquet":
        import pyarrow as pa
        import pyarrow.parquet as pq

        out = io.BytesIO()
        pq.write_table(pa.Table.from_pylist(rows), out, row_group_size=2000, use_dictionary=False)
        return out.getvalue()
    page = body.encode()
    head = (
        "WARC/1.0\r\nWARC-Type: resource\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n\r\n"
    )
    return (head.format(len(page)).encode() + page + b"\r\n\r\n") * len(rows)


def test_every_format_is_shown_here() -> None:
    assert {known.name for known in FORMATS} == {
        "gzip", "bzip2", "zstd", "zip", "parquet", "warc", "tar", "split", "csv", "jsonl",
        "document",
    }  # fmt: skip
