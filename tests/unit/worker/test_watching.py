from __future__ import annotations

import asyncio
import re
import threading
import time

import pytest

from streams.errors import ConfigError
from streams.worker.config import Stage, WorkerConfig
from streams.worker.fence import FencedError, PauseFence
from streams.worker.last_words import task_stacks, thread_stacks
from streams.worker.pool import QUEUED
from streams.worker.pulse import Pulse
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

    def test_how_long_the_slowest_has_stood_is_known(self) -> None:
        other = ("wire.raw", 1)
        detector = StallDetector(60)
        detector.stalled(0, {PLACE: 5, other: 7}, {PLACE: 3, other: 1})
        detector.stalled(20, {PLACE: 5, other: 8}, {PLACE: 3, other: 1})
        assert detector.stood_s == 20
        detector.stalled(30, {PLACE: 6, other: 8}, {PLACE: 3, other: 1})
        assert detector.stood_s == 10
        detector.stalled(40, {PLACE: 6, other: 8}, {PLACE: 0, other: 0})
        assert detector.stood_s == 0

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


class TestPulse:
    async def test_a_loop_that_is_kept_busy_is_late_and_silent(self) -> None:
        late: list[float] = []
        pulse = Pulse(late.append)
        assert pulse.silent_s() == 0
        beating = asyncio.create_task(pulse.beat())
        await asyncio.sleep(0.1)
        time.sleep(1.0)  # noqa: ASYNC251  (the fault)
        assert pulse.silent_s() >= 1.0
        await asyncio.sleep(0.1)
        assert pulse.silent_s() < 0.9
        beating.cancel()
        assert late[0] >= 0.4


class TestLastWords:
    async def test_where_tasks_wait_is_told_down_to_the_innermost(self) -> None:
        async def waits_for_ever() -> None:
            await asyncio.Event().wait()

        async def agent() -> None:
            await waits_for_ever()

        task = asyncio.create_task(agent())
        await asyncio.sleep(0)
        loop = asyncio.get_running_loop()
        said = await asyncio.to_thread(task_stacks, loop)
        assert [
            line
            for line in said
            if re.search(r"agent > test_watching.py:\d+ waits_for_ever > locks.py", line)
        ]
        task.cancel()

    def test_threads_are_told_by_name_without_values(self) -> None:
        asked, said = threading.Event(), []

        def watch() -> None:
            said.extend(thread_stacks())
            asked.set()

        article = "the secret text"
        threading.Thread(target=watch, name="watch").start()
        assert asked.wait(5)
        (own,) = [line for line in said if line.startswith("MainThread: ")]
        assert "test_threads_are_told_by_name_without_values" in own
        assert article not in "".join(said)


class TestWorkerConfig:
    def test_a_stall_is_noticed_within_a_minute_and_later_than_a_message_that_hangs(self) -> None:
        config = WorkerConfig("kafka://a:1")
        assert config.patience_s + 2 * config.look_s <= 60
        assert config.patience_s > QUEUED * config.task_timeout_s

    def test_a_stall_before_a_hanging_message_is_found_is_refused(self) -> None:
        with pytest.raises(ConfigError, match="task_timeout_s"):
            WorkerConfig("kafka://a:1", stall_s=60, task_timeout_s=28)

    def test_groups_and_topics_carry_the_prefix(self) -> None:
        config = WorkerConfig("kafka://a:1", prefix="x.")
        assert config.group(Stage.DESK) == "x.wireroom-desk"

    @pytest.mark.parametrize("broker", ["sqlite:///x.db", "localhost:9092", ""])
    def test_a_broker_that_is_not_kafka_is_refused(self, broker: str) -> None:
        with pytest.raises(ConfigError, match="kafka://"):
            WorkerConfig(broker)
