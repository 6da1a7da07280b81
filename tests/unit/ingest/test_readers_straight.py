"""The quick way through an archive, and the careful one after damage, give the same."""

from __future__ import annotations

import gzip
import io
import random
import struct
from pathlib import Path

import pytest

from schemas.raw import RawMessage
from streams.ingest.readers import Context, Input, Limits
from streams.ingest.readers.chunks import BREAK, ByteStream, Chunk
from streams.ingest.readers.compressed import GZIP, unpacked
from tests.unit.ingest import archives as make
from tests.unit.ingest.archives import read

LIMITS = Limits(member=1 << 20, total=1 << 24, ratio=1000)


class Unpacked:
    """A gzip unpacked: the bytes between breaks, what was told, what was counted."""

    def __init__(self, data: bytes, *, seekable: bool) -> None:
        self.told: list[tuple[str, ...]] = []
        self.size = 0
        pieces = iter([data[place : place + 997] for place in range(0, len(data), 997)])
        source = Input("a.gz", pieces, handle=io.BytesIO(data) if seekable else None)
        self.parts = [b""]
        for chunk in unpacked(GZIP, source, self._context()):
            if isinstance(chunk, bytes):
                self.parts[-1] += chunk
            else:
                self.parts.append(b"")

    def _context(self) -> Context:
        def no_messages(*_: object) -> list[RawMessage]:
            raise AssertionError

        return Context(
            fields={}, split=None, limits=LIMITS, announce=self.told.append,  # type: ignore[arg-type]
            damaged=lambda *what: self.told.append(what), unpacked=self._count,
            read=no_messages, dated=no_messages,  # type: ignore[arg-type]
        )  # fmt: skip

    def _count(self, size: int) -> str | None:
        self.size += size
        return "unpacks-beyond-total" if self.size > LIMITS.total else None


def members(count: int = 5) -> list[bytes]:
    chance = random.Random(7)  # noqa: S311  (a test)
    return [chance.randbytes(40).hex().encode() * 3 for _ in range(count)]


@pytest.mark.parametrize("count", [1, 5])
def test_a_gzip_cut_at_every_byte_is_unpacked_as_with_care(count: int) -> None:
    data = b"".join(map(gzip.compress, members(count)))
    for cut in range(1, len(data) + 1):
        quick, careful = (Unpacked(data[:cut], seekable=able) for able in (True, False))
        assert (quick.told, quick.parts) == (careful.told, careful.parts), cut
        assert quick.size >= careful.size


@pytest.mark.parametrize("count", [1, 5])
def test_a_gzip_with_any_byte_wrong_is_unpacked_as_with_care(count: int) -> None:
    data = b"".join(map(gzip.compress, members(count)))
    chance = random.Random(8)  # noqa: S311  (a test)
    for at in range(len(data)):
        wrong = bytearray(data)
        wrong[at] ^= chance.randrange(1, 256)
        quick, careful = (Unpacked(bytes(wrong), seekable=able) for able in (True, False))
        assert quick.told == careful.told, at
        # The quick one may have given a little of a damaged member before it noticed.
        assert quick.parts[1:] == careful.parts[1:], at
        assert quick.parts[0].startswith(careful.parts[0]), at


@pytest.mark.parametrize("behind", [b"\0" * 600, b"no gzip"])
def test_what_follows_the_last_member_is_no_part_of_it(behind: bytes) -> None:
    data = b"".join(map(gzip.compress, members())) + behind
    quick, careful = (Unpacked(data, seekable=able) for able in (True, False))
    assert (quick.told, quick.parts) == (careful.told, careful.parts)
    assert quick.parts[0] == b"".join(members())


def test_a_gzip_that_unpacks_beyond_the_total_is_stopped_and_told_once() -> None:
    found = Unpacked(gzip.compress(bytes(2 * LIMITS.total)), seekable=True)
    assert [what[1] for what in found.told] == ["unpacks-beyond-total"]
    assert len(found.parts[0]) <= LIMITS.total
    assert found.parts[1:] == [b""]


def test_records_are_numbered_alike_before_and_behind_damage(tmp_path: Path) -> None:
    data = make.warc(packed=False) * 5
    record = make.COUNT + 2
    at = data.index(b"WARC/1.0", len(data) // 2)
    number = data[:at].count(b"WARC/1.0\r\n") + 1
    found = read(tmp_path, data[:at] + b"XXXX" + data[at + 4 :], "a.warc")
    assert found.codes == {"warc-record-damaged": 1}
    assert found.sources.damage.first[0].position == f"a.warc:{number}"
    expected = [f"a.warc:{n}" for n in range(1, 5 * record + 1)
                if n % record not in {1, 0} and n != number]  # fmt: skip
    assert found.positions == expected


def test_what_stands_between_two_records_is_told(tmp_path: Path) -> None:
    data = make.warc(packed=False)
    at = data.index(b"WARC/1.0", data.index(b"example.org/4"))
    found = read(tmp_path, data[:at] + b"neither header nor blank\r\n" + data[at:])
    assert found.bodies == [make.page(n) for n in range(make.COUNT)]
    assert found.codes == {"warc-record-damaged": 1}


def test_a_record_beyond_the_limit_costs_that_record(tmp_path: Path) -> None:
    big = (b"WARC/1.0\r\nWARC-Type: resource\r\nContent-Type: text/plain\r\nContent-Length: 300000"
           b"\r\n\r\n" + b"x" * 300_000 + b"\r\n\r\n")  # fmt: skip
    data = make.warc(packed=False)
    found = read(tmp_path, data + big + data, limits=Limits(member=200_000))
    assert found.bodies == [make.page(n) for n in range(make.COUNT)] * 2
    assert found.codes == {"member-too-large": 1}


@pytest.mark.parametrize("end", ["\u2028", "\r", "\x0b", "\x85"])
def test_only_line_feeds_end_a_row(tmp_path: Path, end: str) -> None:
    rows = "".join(f'H{n},"Text{end}{n}"\n' for n in range(2_000))
    found = read(tmp_path, f"title,text\n{rows}".encode(), "a.csv")
    assert found.bodies == [f"H{n}\n\nText{end}{n}".encode() for n in range(2_000)]
    assert found.positions[-1] == "a.csv:2001"


def test_rows_of_many_lines_keep_their_numbers_across_blocks(tmp_path: Path) -> None:
    cells = {n: "\n".join(f"line {k} of {n}" for k in range(n % 40 + 1)) for n in range(500)}
    text = "title,text\n" + "".join(f'H{n},"{cell}"\n' for n, cell in cells.items())
    found = read(tmp_path, text.encode(), "a.csv")
    assert found.bodies == [f"H{n}\n\n{cell}".encode() for n, cell in cells.items()]
    starts = [2]
    for cell in cells.values():
        starts.append(starts[-1] + cell.count("\n") + 1)
    assert found.positions == [f"a.csv:{start}" for start in starts[:-1]]


def test_every_other_row_wrong_costs_only_those(tmp_path: Path) -> None:
    rows = "".join(f"H{n},Text {n}\n" if n % 2 else f"only {n}\n" for n in range(20_000))
    found = read(tmp_path, f"title,text\n{rows}".encode(), "a.csv")
    assert len(found.messages) == 10_000
    assert found.codes == {"row-malformed": 10_000}


def test_a_stream_is_sought_in_forwards_only() -> None:
    chunks: list[Chunk] = [b"abc", BREAK, b"defgh"]
    stream = ByteStream(iter(chunks))
    assert (stream.read(2), stream.tell(), stream.broken) == (b"ab", 2, False)
    assert (stream.seek(5), stream.read1(), stream.broken) == (5, b"fgh", True)
    assert (stream.tell(), stream.read1(), stream.seek(100)) == (8, b"", 8)
    with pytest.raises(OSError, match="read on"):
        stream.seek(3)


def test_a_size_that_is_wrong_at_the_end_is_told(tmp_path: Path) -> None:
    data = gzip.compress(make.jsonl())
    found = read(tmp_path, data[:-4] + struct.pack("<I", 7), "a.jsonl.gz")
    assert found.codes == {"gzip-corrupt": 1}
