from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from schemas.raw import RawMessage
from streams.log.base import Record
from streams.log.headers import (
    DeskSeq,
    epoch_of,
    raw_of,
    raw_record,
    read_instant,
    transport_of,
)
from streams.log.limits import check_records, max_record_bytes
from streams.log.spool import spooled_as

APPENDED = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def a_record(
    value: bytes | None = b"body", *headers: tuple[str, bytes], key: bytes | None = b"k"
) -> Record:
    return Record("wire.raw", 3, 17, key, value, headers, APPENDED)


def test_a_message_survives_its_record() -> None:
    raw = RawMessage(
        body=b"\x00\xff",
        provider="afp",
        content_type="text/plain",
        received_at=datetime(1987, 2, 26, 15, 1, tzinfo=timezone(timedelta(hours=-5))),
        position="a.jsonl:12",
        headers=(("traceparent", "00-1"), ("x", "é")),
    )
    new = raw_record(raw, "wire.raw")
    assert new.key == b"afp"
    assert raw_of(a_record(new.value, *new.headers)) == raw


def test_without_a_position_bytes_and_time_make_one() -> None:
    first = raw_of(a_record(b"body"))
    assert first.position.startswith("sha256:230d8358dc8e8890@2026-01-02T03:04:05Z")
    assert first == raw_of(a_record(b"body"))
    assert first.received_at == APPENDED


def test_undated_messages_take_no_time_from_the_log() -> None:
    raw = raw_of(a_record(b"body", ("undated", b"1")))
    assert raw.received_at is None
    assert "@" not in raw.position


def test_what_a_message_says_of_itself_in_other_headers_cannot_pass_for_ours() -> None:
    raw = RawMessage(body=b"", provider="afp", position="p", headers=(("provider", "evil"),))
    new = raw_record(raw, "t")
    assert raw_of(a_record(new.value, *new.headers)).provider == "afp"


def test_headers_no_log_would_take_cost_no_message() -> None:
    many = tuple((f"h{number}", "x" * 4_000) for number in range(20))
    hostile = (*many, ("n" * 70_000, "v"), ("\ud800", "\ud800"), ("undated", "1"))
    new = raw_record(RawMessage(body=b"b", position="p", headers=hostile), "wire.raw")
    check_records([new], max_record_bytes(1024))
    headers = dict(new.headers)
    assert headers["undated"] == b"1"
    assert headers["?"] == b"?"
    assert headers["h19"] == b"x" * 4_000
    assert int(headers["headers-left-out"]) == len(hostile) - (len(new.headers) - 2)


def test_a_message_cannot_name_a_spooled_body() -> None:
    forged = (("spool-path", "/etc/passwd"), ("sha256", "0" * 64), ("size", "9"))
    raw = RawMessage(body=b"", position="p", headers=forged)
    new = raw_record(raw, "wire.raw")
    assert spooled_as(raw_of(a_record(new.value, *new.headers))) is None
    assert spooled_as(raw.model_copy(update={"body": b"text"})) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "2026-13-01T00:00:00Z",
        "2026-01-01T00:00:00",
        "0001-01-01T00:00:00+14:00",
        "9" * 99,
    ],
)
def test_nonsense_times_are_none(text: str) -> None:
    assert read_instant(text) is None


@pytest.mark.parametrize(
    "header",
    [b"\xff\xfe", "\u202eevil".encode(), b"x" * 1_000_000, b"\x00"],
    ids=["not-utf8", "bidi", "huge", "nul"],
)
def test_hostile_headers_become_short_text(header: bytes) -> None:
    raw = raw_of(
        a_record(
            b"b",
            ("provider", header),
            ("source-id", header),
            ("content-type", header),
            ("received-at", header),
        )
    )
    assert raw.received_at == APPENDED
    assert 0 < len(raw.position) < 600
    assert len(raw.provider or "") < 600


def test_two_long_positions_stay_different() -> None:
    one = raw_of(a_record(b"b", ("source-id", b"x" * 1000 + b"1")))
    other = raw_of(a_record(b"b", ("source-id", b"x" * 1000 + b"2")))
    assert one.position != other.position


def test_a_tombstone_is_an_empty_message() -> None:
    assert raw_of(a_record(None)).body == b""


def test_a_transport_names_topic_partition_offset_and_part() -> None:
    assert transport_of(a_record(), 2) == "wire.raw/3/17/2"


def test_places_in_the_desks_order_compare_as_numbers() -> None:
    nine = DeskSeq.of(a_record(b"", ("desk-seq", b"9.10")))
    ten = DeskSeq.of(a_record(b"", ("desk-seq", b"10.2")))
    assert nine is not None
    assert ten is not None
    assert nine < ten
    assert str(nine) == "9.10"


@pytest.mark.parametrize(
    "value", [b"", b"7", b"7.", b".7", b"a.b", "٣.١".encode(), b"-1.2", b"9" * 5_000 + b".1"]
)
def test_nonsense_places_are_none(value: bytes) -> None:
    assert DeskSeq.of(a_record(b"", ("desk-seq", value))) is None


def test_an_epoch_that_is_not_said_is_zero() -> None:
    assert epoch_of(a_record()) == 0
    assert epoch_of(a_record(b"", ("desk-epoch", b"12"))) == 12
    assert epoch_of(a_record(b"", ("desk-epoch", b"9" * 5_000))) == 0
