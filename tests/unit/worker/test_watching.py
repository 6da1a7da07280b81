from __future__ import annotations

import asyncio

import pytest

from streams.errors import ConfigError
from streams.worker.config import Stage, WorkerConfig
from streams.worker.fence import FencedError, PauseFence
from streams.worker.watchdog import StallDetector

PLACE = ("wire.raw", 0)


class TestStallDetector:
    def test_lag_without_progress_is_a_stall(self) -> None:
        detector = StallDetector(60)
        assert detector.stalled(0, {PLACE: 5}, {PLACE: 3}) == set()
        assert detector.stalled(59, {PLACE: 5}, {PLACE: 9}) == set()
        assert detector.stalled(61, {PLACE: 5}, {PLACE: 9}) == {PLACE}

    def test_progress_however_slow_is_life(self) -> None:
        detector = StallDetector(60)
        for step in range(10):
            now = step * 50.0
            assert detector.stalled(now, {PLACE: step}, {PLACE: 99}) == set()

    def test_nothing_to_do_is_no_stall(self) -> None:
        detector = StallDetector(60)
        assert detector.stalled(0, {PLACE: 5}, {PLACE: 0}) == set()
        assert detector.stalled(1000, {PLACE: 5}, {PLACE: 0}) == set()
        assert detector.stalled(1050, {PLACE: 5}, {PLACE: 4}) == set()

    def test_a_partition_that_was_taken_away_is_another_workers(self) -> None:
        detector = StallDetector(60)
        detector.stalled(0, {PLACE: 5}, {PLACE: 3})
        assert detector.stalled(100, {}, {}) == set()
        assert detector.stalled(110, {PLACE: 5}, {PLACE: 3}) == set()

    def test_a_time_when_nothing_could_be_seen_does_not_count(self) -> None:
        detector = StallDetector(60)
        detector.stalled(0, {PLACE: 5}, {PLACE: 3})
        detector.forget()
        assert detector.stalled(100, {PLACE: 5}, {PLACE: 3}) == set()


class TestPauseFence:
    def test_a_long_gap_between_beats_breaks_it_for_good(self) -> None:
        now = 0.0
        fence = PauseFence(3.0, clock=lambda: now)
        now = 2.9
        assert fence.holds()
        now = 6.0
        assert not fence.holds()
        now = 6.1
        assert not fence.holds()

    async def test_what_was_before_the_first_beat_does_not_count(self) -> None:
        now = 0.0
        fence = PauseFence(3.0, clock=lambda: now)
        now = 60.0  # models were loaded
        beating = asyncio.create_task(fence.beat())
        await asyncio.sleep(0.05)
        assert fence.holds()
        assert not beating.done()
        now = 64.0
        await asyncio.wait_for(beating, 5)
        with pytest.raises(FencedError):
            fence.check()

    async def test_a_beating_process_is_never_fenced(self) -> None:
        fence = PauseFence(0.5)
        beating = asyncio.create_task(fence.beat())
        await asyncio.sleep(0.8)
        assert fence.holds()
        beating.cancel()


class TestWorkerConfig:
    def test_groups_and_topics_carry_the_prefix(self) -> None:
        config = WorkerConfig("kafka://a:1", prefix="x.")
        assert config.group(Stage.DESK) == "x.wireroom-desk"

    @pytest.mark.parametrize("broker", ["sqlite:///x.db", "localhost:9092", ""])
    def test_a_broker_that_is_not_kafka_is_refused(self, broker: str) -> None:
        with pytest.raises(ConfigError, match="kafka://"):
            WorkerConfig(broker)
