from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.errors import ConfigError
from streams.ingest.dates import parse_date, parse_moment

NOW = datetime(2016, 2, 12, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2016-02-12T10:15:00Z", datetime(2016, 2, 12, 10, 15, tzinfo=UTC)),
        ("2016-02-12T10:15:00.5+01:00", datetime(2016, 2, 12, 9, 15, 0, 500_000, tzinfo=UTC)),
        ("2016-02-12 10:15:00", datetime(2016, 2, 12, 10, 15, tzinfo=UTC)),
        ("2016-02-12", datetime(2016, 2, 12, tzinfo=UTC)),
        ("20160212T101500Z", datetime(2016, 2, 12, 10, 15, tzinfo=UTC)),
        ("20160212T101500+0100", datetime(2016, 2, 12, 9, 15, tzinfo=UTC)),
        (20160212, datetime(2016, 2, 12, tzinfo=UTC)),
        ("Fri, 12 Feb 2016 11:15:00 +0100", datetime(2016, 2, 12, 10, 15, tzinfo=UTC)),
        ("26-FEB-1987 15:01:01.79", datetime(1987, 2, 26, 15, 1, 1, 790_000, tzinfo=UTC)),
        ("27-MAR-1987 13:58:01.19E A RM", datetime(1987, 3, 27, 13, 58, 1, 190_000, tzinfo=UTC)),
        (" 1-APR-1987 11:00:00.00", datetime(1987, 4, 1, 11, tzinfo=UTC)),
        ("12 February 2016 10:15", datetime(2016, 2, 12, 10, 15, tzinfo=UTC)),
        (1455272100, datetime(2016, 2, 12, 10, 15, tzinfo=UTC)),
        (1455272100123, datetime(2016, 2, 12, 10, 15, 0, 123_000, tzinfo=UTC)),
        (1455272100.5, datetime(2016, 2, 12, 10, 15, 0, 500_000, tzinfo=UTC)),
    ],
)
def test_dates_are_read_in_the_shapes_archives_have(text: object, expected: datetime) -> None:
    assert parse_date(text) == expected


@pytest.mark.parametrize(
    "value",
    [
        None, True, "", "yesterday", "2016-13-40", "0000-00-00", "99999999999999", 12.5, {}, [],
        "2016", "\x00" * 10, "2" * 100_000, "32-FEB-1987 10:00", "12-FOO-1987 10:00",
        "27-MAR-1987 13:58:01.19 EST", "٢٠١٦-٠٢-١٢",
    ],
)  # fmt: skip
def test_what_states_no_time_is_none(value: object) -> None:
    assert parse_date(value) is None


@given(st.one_of(st.text(max_size=80), st.integers(), st.floats(), st.binary(max_size=20)))
def test_no_value_is_ever_raised_at(value: object) -> None:
    found = parse_date(value)
    assert found is None or found.tzinfo is UTC


@pytest.mark.parametrize(
    ("text", "ago"),
    [("2h", 2), ("120m", 2), ("2 h ago", 2), ("3d", 72), ("1w", 168), ("NOW", 0)],
)
def test_moments_count_back_from_now(text: str, ago: int) -> None:
    assert parse_moment(text, NOW) == NOW - timedelta(hours=ago)


@pytest.mark.parametrize("text", ["", "soon", "2y", "-2h", "999999999w"])
def test_a_moment_that_is_none_is_an_error_that_helps(text: str) -> None:
    with pytest.raises(ConfigError):
        parse_moment(text, NOW)
