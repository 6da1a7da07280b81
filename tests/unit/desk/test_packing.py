"""What the desk remembers in few bytes is what it was given, whatever that was."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.item import AltId
from schemas.journal import Status
from streams.desk.identity import order_key
from streams.desk.lifecycle import Standing
from streams.desk.packing import (
    pack_all_ascending,
    pack_ascending,
    pack_hex,
    pack_id,
    pack_order,
    pack_provider,
    unpack_ascending,
    unpack_hex,
    unpack_id,
    unpack_order,
    unpack_provider,
)
from streams.desk.rows import PackedRows
from streams.desk.standings import Standings
from streams.desk.tables import HashTable

NOON = datetime(2026, 3, 2, 12, 0, 0, 250_001, tzinfo=UTC)
ORDERS = [
    order_key(None, None),
    order_key(None, "7"),
    order_key(NOON, None),
    order_key(NOON, "12"),
    order_key(NOON, "0" * 20),
    order_key(NOON, "9" * 30),
    order_key(NOON, "2.1-RC/3"),
    order_key(datetime(1, 1, 1, tzinfo=UTC), "1"),
    order_key(datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC), "1"),
    order_key(NOON, "٣"),
    "2026-03-02T12:00:00Z/1",
    "2026-02-30T12:00:00.000000Z/00000000000000000001",
    "2026-03-02T24:00:00.000000Z/00000000000000000001",
    "2026-03-02T12:00:60.000000Z/00000000000000000001",
    "2106-02-07T06:28:15.999999Z/99999999999999999999",
    "2106-02-07T06:28:16.000001Z/00000000000000000001",
    "2026-03-02",
    "20260302/00000000000000000001",
    "/",
    "",
    "no order\ud800",
]


@pytest.mark.parametrize("order", ORDERS)
def test_order_keys_come_back(order):
    assert unpack_order(*pack_order(order)) == order


@given(st.text())
def test_any_order_key_comes_back(order):
    assert unpack_order(*pack_order(order)) == order


@given(st.datetimes(), st.one_of(st.none(), st.integers(0).map(str), st.text()))
def test_any_time_and_version_come_back(created, version):
    order = order_key(created.replace(tzinfo=UTC), version)
    assert unpack_order(*pack_order(order)) == order


@pytest.mark.parametrize("item_id", ["p:1@", "p:1@x", "p:1", "", "q:1@x", *ORDERS])
def test_ids_come_back(item_id):
    assert unpack_id(pack_id(item_id, "p:1"), "p:1") == item_id
    assert unpack_id(pack_id(f"p:1@{item_id}", "p:1"), "p:1") == f"p:1@{item_id}"


@pytest.mark.parametrize("provider", [None, "", "p", "a:b", "other"])
@pytest.mark.parametrize("key", ["p:1", "a:b:1", ":1", "p", ""])
def test_providers_come_back(provider, key):
    assert unpack_provider(pack_provider(provider, key), key) == provider


@pytest.mark.parametrize(
    "hashes",
    [
        ("a", "b0123"),
        ("ab ", "012"),
        ("ab", "0123"),
        ("AB", "0123"),
        ("", ""),
        ("x", "é"),
        ("a", "b"),
    ],
)
def test_hashes_come_back(hashes):
    assert unpack_hex(pack_hex(hashes, (1, 2)), (1, 2)) == hashes


@given(st.lists(st.integers(0, 0xFFFFFFFF), max_size=300), st.booleans())
def test_hashes_in_a_row_come_back(values, in_order):
    raw = np.array(sorted(set(values)) if in_order else values, "<u4").tobytes()
    assert unpack_ascending(pack_ascending(raw)) == raw


@given(st.lists(st.tuples(st.lists(st.integers(0, 0xFFFFFFFF), max_size=260), st.booleans())))
def test_rows_packed_at_once_are_packed_alike(rows):
    raws = [
        np.array(sorted(set(values)) if in_order else values, "<u4").tobytes()
        for values, in_order in rows
    ]
    assert pack_all_ascending(raws) == list(map(pack_ascending, raws))


def test_ascending_hashes_take_little_more_than_three_bytes():
    smallest = np.sort(np.random.default_rng(1).integers(0, 1 << 30, 128, np.uint32))
    assert len(pack_ascending(smallest.tobytes())) <= 3.25 * 128


STANDINGS = [
    Standing("p:1", Status.LIVE, order_key(NOON, "1"), f"p:1@{order_key(NOON, '1')}"),
    Standing("p:2", Status.HELD, "", "", due=NOON, hold="ab", embargoed_until=NOON, sidebar=True),
    Standing(
        "é:3", Status.KILLED, "x", "é:3@y", "é:3@x", "q:9", "z", "ab", "cd", "ef", -1,
        datetime(2026, 3, 2, tzinfo=timezone(timedelta(hours=2))),
        (AltId(scheme="guid", value="p"), AltId(scheme="", value="")),
        "p:1", "", None, True, True, 77,
    ),
    Standing(
        "p:4", Status.LIVE, order_key(NOON, "1"), f"p:4@{order_key(NOON, '1')}",
        f"p:4@{order_key(None, '1')}", "p:4", "p", "a" * 32, "b" * 16, "c" * 16, 10**30, slot=1,
        wrap=True,
    ),
]  # fmt: skip


def put(standings: Standings, standing: Standing) -> None:
    standings.put(standing.record(seq=1, epoch=1))
    if standing.slot is not None:
        standings.put_slot(standing.item_key, standing.slot)


def test_standings_come_back_and_are_replaced():
    standings = Standings()
    for standing in STANDINGS:
        put(standings, standing)
    assert [standings.get(standing.item_key) for standing in STANDINGS] == STANDINGS
    later = replace(STANDINGS[0], status=Status.KILLED, slot=5)
    put(standings, later)
    assert standings["p:1"] == later
    standings.put_slot("p:1", 6)
    assert standings["p:1"].slot == 6
    assert standings.get("p:5") is None
    with pytest.raises(KeyError):
        standings["p:5"]


def test_number_of_a_key_is_there_before_its_standing():
    standings = Standings()
    number = standings.number("p:1")
    assert standings.get("p:1") is None
    put(standings, STANDINGS[0])
    assert standings.number("p:1") == number
    assert standings.key(number) == "p:1"
    assert standings["p:1"] == STANDINGS[0]


def test_reprints_are_those_that_are_so_now():
    standings = Standings()
    for key in ("b:2", "b:1", "b:3"):
        put(standings, replace(STANDINGS[0], item_key=key, reprint_of="a:1"))
    put(standings, replace(STANDINGS[0], item_key="b:3", reprint_of=None))
    put(standings, replace(STANDINGS[0], item_key="b:2", reprint_of="a:1", urgency=1))
    assert standings.reprints_of("a:1") == ["b:1", "b:2"]
    assert standings.reprints_of("b:1") == []


def test_thousands_of_standings_are_found_after_many_changes():
    standings, plain = Standings(), {}
    random = np.random.default_rng(5)
    for number in random.integers(0, 3000, 9000).tolist():
        key = f"p:{number}"
        standing = replace(STANDINGS[0], item_key=key, urgency=int(random.integers(0, 9)))
        put(standings, standing)
        plain[key] = standing
    assert all(standings.get(key) == standing for key, standing in plain.items())


@pytest.mark.parametrize("squeeze", [False, True])
def test_rows_are_those_of_a_plain_list(squeeze):
    rows, plain = PackedRows(squeeze=squeeze), []
    random = np.random.default_rng(6)
    for number in range(700):
        row = bytes(random.integers(0, 256, int(random.integers(0, 300)), np.uint8))
        assert rows.append(row) == number
        plain.append(row)
        changed = int(random.integers(0, len(plain)))
        plain[changed] = b"changed" * (number % 4)
        rows.replace(changed, plain[changed])
        seen = int(random.integers(0, len(plain)))
        assert rows[seen] == plain[seen]
    assert [rows[number] for number in range(len(rows))] == plain


def test_huge_row_keeps_its_place():
    rows = PackedRows()
    for row in (b"a", b"b" * 100_000, b""):
        rows.append(row)
    for _ in range(100):
        rows.append(b"c")
    assert (rows[0], len(rows[1]), rows[2], rows[70]) == (b"a", 100_000, b"", b"c")


def test_table_finds_what_a_plain_dictionary_finds():
    table, plain = HashTable(), {}
    random = np.random.default_rng(8)
    uppers = [0, 1, 0xFFFFFFFF, *random.integers(0, 1 << 32, 3000).tolist()]
    for lower, upper in enumerate([*uppers, *uppers[:500], *[0xFFFFFFFF] * 200]):
        table.add(upper, lower)
        plain.setdefault(upper or 1, []).append(lower)
    assert len(table) == sum(map(len, plain.values()))
    for upper, lowers in plain.items():
        assert sorted(table.find(upper)) == lowers
        assert all(table.has(upper, lower) for lower in lowers)
        assert not table.has(upper, 0xFFFFFFFF)
    assert all(table.find(upper) == [] for upper in range(2, 500) if upper not in plain)
