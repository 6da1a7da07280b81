from __future__ import annotations

import base64
import gzip
import io
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from schemas.raw import RawMessage
from streams.errors import ArchiveError, ConfigError
from streams.ingest.mapping import parse_map
from streams.ingest.sources import SourceOptions, Sources


def read(path: Path | str, **options: object) -> list[RawMessage]:
    return list(Sources([str(path)], SourceOptions(**options)))  # type: ignore[arg-type]


def lines(folder: Path, *records: object, name: str = "feed.jsonl") -> Path:
    path = folder / name
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path


def an_old_wire(number: int, **changes: object) -> dict[str, object]:
    wire: dict[str, object] = {
        "id": number,
        "date": "26-FEB-1987 15:01:01.79",
        "title": f"GRAIN PRICES RISE {number}",
        "typ": "NORM",
        "body": "Prices rose in the north\non Thursday, traders said.\n    They may rise again.",
        "topics": ["grain"],
    }
    return wire | changes


class TestFiles:
    def test_a_file_is_one_message_with_its_bytes_unaltered(self, tmp_path: Path) -> None:
        (tmp_path / "a.txt").write_bytes(b"\xff\x00caf\xe9\r\n")
        (message,) = read(tmp_path / "a.txt")
        assert message == RawMessage(body=b"\xff\x00caf\xe9\r\n", position="a.txt")

    def test_a_directory_is_read_whole_in_the_order_of_names(self, tmp_path: Path) -> None:
        for name in ("b/2.txt", "b/10.txt", "a.txt", ".hidden", ".git/x", "c.jsonl"):
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text('{"body": "x"}\n')
        assert [m.position for m in read(tmp_path)] == [
            "a.txt",
            "b/10.txt",
            "b/2.txt",
            "c.jsonl:1",
        ]

    def test_an_empty_file_is_an_empty_message_not_nothing(self, tmp_path: Path) -> None:
        (tmp_path / "empty.txt").touch()
        assert [m.body for m in read(tmp_path / "empty.txt")] == [b""]

    def test_what_is_no_file_is_passed_over(self, tmp_path: Path) -> None:
        (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
        (tmp_path / "loop").symlink_to(tmp_path)
        (tmp_path / "a.txt").write_text("x")
        assert [m.position for m in read(tmp_path)] == ["a.txt"]

    def test_the_same_name_twice_gives_positions_that_differ(self, tmp_path: Path) -> None:
        for folder in ("x", "y"):
            (tmp_path / folder).mkdir()
            (tmp_path / folder / "a.txt").write_text("same")
        paths = [str(tmp_path / "x/a.txt"), str(tmp_path / "y/a.txt"), str(tmp_path / "x/a.txt")]
        positions = [m.position for m in Sources(paths)]
        assert len(set(positions)) == 3

    @pytest.mark.parametrize("name", ["none.txt", "none/"])
    def test_a_path_that_is_not_there_is_one_error(self, tmp_path: Path, name: str) -> None:
        with pytest.raises(ArchiveError, match="no such file"):
            read(tmp_path / name)

    def test_an_empty_directory_is_one_error(self, tmp_path: Path) -> None:
        with pytest.raises(ArchiveError, match="no file"):
            read(tmp_path)

    def test_bytes_read_reach_the_total(self, tmp_path: Path) -> None:
        lines(tmp_path, *[an_old_wire(n) for n in range(50)])
        (tmp_path / "b.txt").write_text("text")
        sources = Sources([str(tmp_path)])
        assert len(list(sources)) == 51
        assert sources.bytes_read == sources.total_bytes


class TestEnvelopes:
    def test_every_field_is_carried(self, tmp_path: Path) -> None:
        path = lines(
            tmp_path,
            {
                "id": "m1",
                "provider": "afp",
                "content_type": "text/html; charset=iso-8859-1",
                "received_at": "2016-02-12T10:15:00Z",
                "body": "<p>Été</p>",
                "headers": {"x": "y"},
            },
        )
        (message,) = read(path)
        assert message.body == "<p>Été</p>".encode()
        # JSON has decoded the text: the charset it declared is not that of these bytes.
        assert message.content_type == "text/html; charset=utf-8"
        assert message.provider == "afp"
        assert message.received_at == datetime(2016, 2, 12, 10, 15, tzinfo=UTC)
        assert message.position == "feed.jsonl:1"
        assert message.headers == (("x", "y"), ("id", "m1"))

    def test_bytes_come_through_base64(self, tmp_path: Path) -> None:
        body = bytes(range(256))
        path = lines(tmp_path, {"body_b64": base64.b64encode(body).decode()})
        assert [m.body for m in read(path)] == [body]

    @pytest.mark.parametrize(
        "record",
        [
            {"body_b64": "*"},
            {"body_b64": "eA==", "body": "x"},
            {"body": "x", "received_at": "soon"},
            {"body": "x", "provider": 3},
        ],
    )
    def test_a_wrong_envelope_goes_on_whole_for_decoding_to_name(
        self, tmp_path: Path, record: dict[str, object]
    ) -> None:
        path = lines(tmp_path, {"body": "good"}, record, {"body": "good too"})
        first, wrong, last = read(path)
        assert json.loads(wrong.body) == record
        assert (first.body, last.body) == (b"good", b"good too")
        assert wrong.position == "feed.jsonl:2"

    def test_a_line_that_is_no_json_goes_on_as_it_is(self, tmp_path: Path) -> None:
        path = tmp_path / "feed.jsonl"
        deep = b"[" * 100_000
        path.write_bytes(b'{"body": "a"}\n{"body": \n\n\xff\xfe\n' + deep + b'\n{"body": "b"}')
        messages = read(path)
        assert [m.body for m in messages] == [b"a", b'{"body":', b"\xff\xfe", deep, b"b"]
        assert [m.position.split(":")[1] for m in messages] == ["1", "2", "4", "5", "6"]

    def test_a_lone_surrogate_becomes_a_replacement_character(self, tmp_path: Path) -> None:
        path = tmp_path / "feed.jsonl"
        path.write_text('{"body": "a\\ud800b \\ud83d\\ude00", "provider": "\\udc00"}\n')
        (message,) = read(path)
        assert message.body.decode() == "a\ufffdb 😀"
        assert message.provider == "?"

    def test_a_byte_order_mark_and_carriage_returns_do_no_harm(self, tmp_path: Path) -> None:
        path = tmp_path / "feed.jsonl"
        path.write_bytes(b'\xef\xbb\xbf{"body": "a"}\r\n{"body": "b"}\r\n')
        assert [m.body for m in read(path)] == [b"a", b"b"]

    def test_gzip_is_read_line_by_line(self, tmp_path: Path) -> None:
        path = tmp_path / "feed.jsonl.gz"
        path.write_bytes(gzip.compress(b'{"body": "a"}\n{"body": "b"}\n'))
        assert [m.position for m in read(path)] == ["feed.jsonl.gz:1", "feed.jsonl.gz:2"]

    @pytest.mark.parametrize("cut", [1, 12, -5])
    def test_a_torn_gzip_is_told_with_the_file_named(self, tmp_path: Path, cut: int) -> None:
        path = tmp_path / "feed.jsonl.gz"
        path.write_bytes(gzip.compress(b'{"body": "a"}\n' * 50)[:cut])
        said: list[str] = []
        messages = read(path, announce=said.append)
        assert [m.body for m in messages] == [b"a"] * (50 if cut == -5 else 0)
        assert said[0] == "not read: 1 (gzip-truncated 1); all else was"
        assert said[1].startswith("  feed.jsonl.gz: gzip-truncated: ")

    def test_a_whole_ninjs_item_on_a_line_is_a_message_in_itself(self, tmp_path: Path) -> None:
        item = {"uri": "urn:x:1", "headline": "H", "body_text": "T", "versioncreated": "2016"}
        (message,) = read(lines(tmp_path, item))
        assert json.loads(message.body) == item
        assert message.content_type == "application/json"


class TestForeignRecords:
    def test_well_known_fields_are_found_and_said_once(self, tmp_path: Path) -> None:
        said: list[str] = []
        path = lines(tmp_path, *[an_old_wire(n) for n in range(1, 4)])
        messages = read(path, announce=said.append)
        assert said == ["feed.jsonl: reading body=body,received_at=date,headline=title,id=id"]
        assert messages[1].body.decode() == (
            "GRAIN PRICES RISE 2\n\nPrices rose in the north\non Thursday, traders said.\n"
            "    They may rise again."
        )
        assert messages[1].received_at == datetime(1987, 2, 26, 15, 1, 1, 790_000, tzinfo=UTC)
        assert messages[1].position == "feed.jsonl:2"
        assert messages[1].headers == (("id", "2"),)

    @pytest.mark.parametrize(
        ("record", "body"),
        [
            ({"articleBody": "Text.", "datePublished": "2016-02-12"}, "Text."),
            ({"Content": "Text.", "Title": "Head"}, "Head\n\nText."),
            ({"text": "Text.", "headline": "Head"}, "Head\n\nText."),
            ({"text": "Head\nText.", "headline": "Head"}, "Head\nText."),
            ({"text": "T", "title": {"not": "text"}}, "T"),
        ],
    )
    def test_many_names_are_known(
        self, tmp_path: Path, record: dict[str, object], body: str
    ) -> None:
        assert [m.body.decode() for m in read(lines(tmp_path, record))] == [body]

    def test_a_mapping_that_is_given_wins(self, tmp_path: Path) -> None:
        path = lines(tmp_path, {"body": "no", "story": "yes", "when": "2016-02-12", "hl": "H"})
        fields = parse_map("body=story,received_at=when,headline=hl")
        (message,) = read(path, fields=fields)
        assert message.body == b"H\n\nyes"
        assert message.received_at == datetime(2016, 2, 12, tzinfo=UTC)

    def test_no_body_is_one_error_naming_the_keys(self, tmp_path: Path) -> None:
        path = lines(tmp_path, *[{"id": n, "when": "2016", "words": ["a"]} for n in range(9)])
        with pytest.raises(ArchiveError, match=r"keys seen: id, when, words\. Name it with --map"):
            read(path)

    def test_a_mapping_to_a_field_that_is_nowhere_is_one_error(self, tmp_path: Path) -> None:
        path = lines(tmp_path, an_old_wire(1))
        with pytest.raises(ArchiveError, match="no record has a text 'text'"):
            read(path, fields={"body": "text"})

    def test_a_record_without_body_among_others_goes_on_whole(self, tmp_path: Path) -> None:
        path = lines(tmp_path, an_old_wire(1), an_old_wire(2, body=None), an_old_wire(3))
        messages = read(path)
        assert len(messages) == 3
        assert json.loads(messages[1].body)["id"] == 2

    @pytest.mark.parametrize("text", ["body", "body=", "=x", "nothing=x", ""])
    def test_a_mapping_that_is_none_is_an_error(self, text: str) -> None:
        with pytest.raises(ConfigError, match="--map"):
            parse_map(text)


class TestOptions:
    def test_undated_messages_follow_the_one_before_by_a_millisecond(self, tmp_path: Path) -> None:
        path = lines(
            tmp_path,
            {"body": "a"},
            {"body": "b"},
            {"body": "c", "received_at": "2016-02-12T10:00:00Z"},
            {"body": "d"},
        )
        start = datetime(1987, 1, 1, tzinfo=UTC)
        dated = datetime(2016, 2, 12, 10, tzinfo=UTC)
        step = timedelta(milliseconds=1)
        times = [m.received_at for m in read(path, time_from=start)]
        assert times == [start, start + step, dated, dated + step]
        assert read(path)[0].received_at is None

    def test_the_provider_fills_in_and_never_overrides(self, tmp_path: Path) -> None:
        path = lines(tmp_path, {"body": "a"}, {"body": "b", "provider": "ap"})
        assert [m.provider for m in read(path, provider="afp")] == ["afp", "ap"]

    @pytest.mark.parametrize(("limit", "count"), [(0, 0), (2, 2), (9, 3)])
    def test_max_stops_early(self, tmp_path: Path, limit: int, count: int) -> None:
        path = lines(tmp_path, *[{"body": "x"}] * 3)
        assert len(read(path, max_messages=limit)) == count


class TestStandardInput:
    @pytest.mark.parametrize(
        ("given", "bodies"),
        [
            (b"Some text\nover lines\n", [b"Some text\nover lines\n"]),
            (b'{"body": "a"}\n{"body": "b"}\n', [b"a", b"b"]),
            (b'{\n"uri": "x"\n}\n', [b'{\n"uri": "x"\n}\n']),
            (b"", [b""]),
        ],
    )
    def test_lines_of_json_are_messages_and_all_else_is_one(
        self, monkeypatch: pytest.MonkeyPatch, given: bytes, bodies: list[bytes]
    ) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given)))
        messages = read("-")
        assert [m.body for m in messages] == bodies
        assert messages[0].position in {"-", "-:1"}


def test_lines_are_not_held_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "large.jsonl"
    with path.open("w") as file:
        for _ in range(64):
            file.write('{"body": "' + "x" * 1_000_000 + '"}\n')
    script = (
        "import resource, sys\n"
        "from streams.ingest.sources import Sources\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "count = sum(1 for _ in Sources([sys.argv[1]], ))\n"
        "after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "print(count, after - before)\n"
    )
    root = Path(__file__).resolve().parents[3]
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)],
        capture_output=True, text=True, check=True, cwd=root,
    )  # fmt: skip
    count, grown_kb = map(int, done.stdout.split())
    assert count == 64
    # The look-ahead holds the first records; two copies of each while they are parsed.
    scale = 1024 if sys.platform == "darwin" else 1
    assert grown_kb / scale < 200_000
