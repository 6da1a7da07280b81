"""When bad messages are a flood."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.errors import ConfigError
from streams.worker.flood import Flood, FloodLimits, FloodWatch

RAW = ("wire.raw", 3)
OTHER = ("wire.raw", 4)


def first_flood(limits: FloodLimits | None, fates: str, *, begin: int = 0) -> Flood | None:
    """Count messages, ``x`` for a bad one; answers the flood."""
    watch = FloodWatch(limits)
    for offset, fate in enumerate(fates, begin):
        flood = watch.add(RAW, offset, is_bad=fate == "x")
        if flood is not None:
            return flood
    return None


def test_a_run_is_a_flood_from_the_first_message_on() -> None:
    limits = FloodLimits(run=5)
    assert first_flood(limits, "xxxx.xxxx.") is None
    assert first_flood(limits, "..xxxxx", begin=10) == Flood("wire.raw", 3, 12, 16, bad=5, seen=5)


def test_a_share_is_judged_once_the_window_is_full() -> None:
    limits = FloodLimits(share=0.2, window_records=10, run=100)
    assert first_flood(limits, "xxxxxxxxx") is None, "nine are too few to judge"
    assert first_flood(limits, "xx........" * 5) is None, "a fifth is allowed"
    assert first_flood(limits, "x...x....x.") == Flood("wire.raw", 3, 0, 9, bad=3, seen=10)
    assert first_flood(limits, "x........." + "x..x") is None, "the first has left the window"


def test_a_tiny_number_is_none_by_default() -> None:
    assert first_flood(FloodLimits(), "x" * 99 + ".") is None
    assert first_flood(FloodLimits(), "x" * 100) is not None
    assert first_flood(FloodLimits(), "." * 19 + ("x" + "." * 19) * 500) is None


def test_partitions_are_counted_apart() -> None:
    watch = FloodWatch(FloodLimits(run=2))
    assert watch.add(RAW, 0, is_bad=True) is None
    assert watch.add(OTHER, 0, is_bad=True) is None
    assert watch.add(OTHER, 1, is_bad=False) is None
    assert watch.add(RAW, 1, is_bad=True) is not None


def test_without_limits_nothing_is() -> None:
    assert first_flood(None, "x" * 5000) is None


@pytest.mark.parametrize("wrong", [{"share": 0}, {"share": 1.1}, {"window_records": 0}, {"run": 0}])
def test_limits_that_mean_nothing_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ConfigError):
        FloodLimits(**wrong)  # type: ignore[arg-type]


@given(
    fates=st.text("x.", max_size=120),
    share=st.floats(0.05, 1),
    window=st.integers(1, 30),
    run=st.integers(1, 30),
)
def test_it_is_what_its_definition_says(fates: str, share: float, window: int, run: int) -> None:
    flood = first_flood(FloodLimits(share, window, run), fates)
    expected = None
    for end in range(1, len(fates) + 1):
        last = fates[max(0, end - window) : end]
        in_row = len(fates[:end]) - len(fates[:end].rstrip("x"))
        too_many = len(last) == window and last.count("x") > share * window
        if fates[end - 1] == "x" and (in_row >= run or too_many):
            expected = end - 1
            break
    assert (flood.last if flood else None) == expected
    if flood is not None:
        assert fates[flood.first] == "x"
        assert fates[flood.first : flood.last + 1].count("x") == flood.bad
