"""A record is a line of JSON, and back, every byte of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.errors import ArchiveError
from streams.ingest.lines import read_lines
from streams.log.base import Record
from streams.log.headers import raw_of, raw_record
from streams.record.lines import line_of, original_time, read_line

AT = datetime(2016, 2, 12, 10, 30, 0, 123000, tzinfo=UTC)


def a_record(**changes: Any) -> Record:
    fields: dict[str, Any] = {
        "topic": "wire.items",
        "partition": 3,
        "offset": 7,
        "key": b"afp:1",
        "value": b'{"id":"afp:1@1","headline":"Crue \xc3\xa0 Riverton"}',
        "headers": (("schema", b"item/1"),),
        "appended_at": AT,
    }
    return Record(**{**fields, **changes})


@given(
    topic=st.sampled_from(["wire.items", "wire.raw", "replay.x.raw.urgent", "raw"]),
    key=st.none() | st.binary(),
    value=st.none() | st.binary() | st.just(b"null") | st.just(b'{"a": 1}') | st.just(b"{}"),
    headers=st.lists(st.tuples(st.text(st.characters(codec="utf-8")), st.binary()), max_size=4),
    at=st.datetimes(timezones=st.just(UTC)),
)
def test_every_byte_comes_back(topic, key, value, headers, at):
    record = a_record(topic=topic, key=key, value=value, headers=tuple(headers), appended_at=at)
    line = line_of(record)
    assert line.count(b"\n") == 1
    assert read_line(line) == record


@pytest.mark.parametrize(
    "value",
    [
        b'{"a":1.0,"b":[1e+100,"\\u0000"]}',
        b'{"a":1,"a":2}',
        b'{"n":123456789012345678901234567890}',
        b"[" * 5000,
        b'{"a":' * 2000 + b"1" + b"}" * 2000,
        b'{"s":"\xed\xa0\x80"}',
        b'"text"',
        b"\xff",
    ],
)
def test_json_that_would_come_back_otherwise_is_kept_as_bytes(value):
    assert read_line(line_of(a_record(value=value))).value == value


def test_an_object_can_be_read_by_anyone():
    line = orjson.loads(line_of(a_record()))
    assert line["value"]["headline"] == "Crue à Riverton"
    assert line["key"] == "afp:1"
    assert line["headers"] == [["schema", "item/1"]]
    assert line["appended_at"] == "2016-02-12T10:30:00.123000Z"


@pytest.mark.parametrize("dated", [True, False])
@pytest.mark.parametrize("placed", [True, False])
def test_a_raw_line_is_the_message_that_intake_takes(dated, placed):
    headers = [("provider", b"afp"), ("x-priority", b"1"), ("content-type", b"text/plain")]
    headers += [("received-at", b"2016-02-12T09:00:00Z")] if dated else []
    headers += [("source-id", b"feed.jsonl:12")] if placed else []
    record = a_record(topic="wire.raw", value=b"caf\xe9\n\x00", headers=tuple(headers))
    (read,) = read_lines([line_of(record)], "part.jsonl", {}, print)
    again = raw_record(read, "replay.x.raw")
    # As it would be appended to another log, another day.
    carried = a_record(
        topic="replay.x.raw",
        value=again.value,
        headers=again.headers,
        appended_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    assert raw_of(carried) == raw_of(record)


def test_a_message_without_a_position_of_its_own_has_its_line():
    line = b'{"body_b64": "YQ==", "position": 7}\n'
    (read,) = read_lines([line], "part.jsonl", {}, print)
    assert read.position == "part.jsonl:1"


@pytest.mark.parametrize(
    "line",
    [b"", b"[]", b"null", b"{}", b'{"topic":"t"}', line_of(a_record())[:-9], b"\xff", b'"a"'],
)
def test_what_is_no_line_says_so(line):
    with pytest.raises(ArchiveError, match="no line of a recording"):
        read_line(line)


@pytest.mark.parametrize(
    ("changes", "hour"),
    [
        ({"headers": (("received-at", b"2016-02-12T01:00:00Z"),)}, 1),
        ({"value": b'{"received_at":"2016-02-12T02:00:00Z"}'}, 2),
        ({"value": b'{"item":{"received_at":"2016-02-12T03:00:00Z"}}'}, 3),
        ({"value": b'{"item":null,"received_at":null}'}, 10),
        ({"value": b"[1]"}, 10),
        ({"value": None}, 10),
        ({"topic": "wire.raw", "value": b'{"received_at":"2016-02-12T02:00:00Z"}'}, 10),
    ],
)
def test_the_original_time_is_stated_or_that_of_append(changes, hour):
    assert original_time(a_record(**changes)).hour == hour
