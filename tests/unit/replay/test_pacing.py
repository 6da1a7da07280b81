from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from streams.errors import ConfigError
from streams.replay.pacing import pace

T = datetime(2016, 2, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("speed", "max_gap_s", "seconds"),
    [(1, None, 60.0), (60, None, 1.0), (0, None, 0.0), (1, 5, 5.0), (60, 5, 1.0)],
)
def test_the_wait_is_the_gap_at_the_speed_up_to_the_longest(
    speed: float, max_gap_s: float | None, seconds: float
) -> None:
    assert pace(T, T + MINUTE, speed=speed, max_gap_s=max_gap_s) == seconds


@pytest.mark.parametrize(
    ("previous", "current"), [(None, T), (T, None), (T, T), (T + MINUTE, T), (None, None)]
)
def test_undated_and_out_of_order_messages_are_not_waited_for(
    previous: datetime | None, current: datetime | None
) -> None:
    assert pace(previous, current, speed=1) == 0.0


@pytest.mark.parametrize("speed", [-1, float("nan"), float("inf")])
def test_a_speed_that_is_none_is_an_error(speed: float) -> None:
    with pytest.raises(ConfigError, match="speed"):
        pace(T, T, speed=speed)
