"""Deliberate bugs, each the kind that stream workers are known for, and the test that finds it.

A mutant replaces functions in the processes of one run; nothing of it is in the code that is
shipped. One that survives says that a test is missing.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True)
class Mutant:
    """A deliberate bug.

    Attributes:
        plant: puts it into this process.
        detector: the test that must fail with it.
        finding: what that test must say.
        long: the detector needs a broker, or time.
    """

    plant: Callable[[], None]
    detector: str
    finding: str
    long: bool = False


class _Acknowledged:
    """An event that somebody has acknowledged."""

    def __init__(self, event: Any) -> None:
        self.message = event.message
        event.ack()

    def ack(self) -> None:
        """It was, long before."""


def _intake_commits_before_it_sends() -> None:
    from streams.worker.intake import IntakeWorker

    original = IntakeWorker._finish

    async def finish(self: Any, events: Sequence[Any], done: Any) -> None:
        acknowledged = [_Acknowledged(event) for event in events]
        await self._context.app.consumer.commit()
        await original(self, acknowledged, done)

    IntakeWorker._finish = finish  # type: ignore[method-assign]


def _desk_commits_before_it_sends() -> None:
    from streams.worker.desk import DeskWorker

    original = DeskWorker._decide

    async def decide(self: Any, events: Sequence[Any]) -> None:
        acknowledged = [_Acknowledged(event) for event in events]
        await self._context.app.consumer.commit()
        await original(self, acknowledged)

    DeskWorker._decide = decide  # type: ignore[method-assign]


def _journal_before_output() -> None:
    from streams.pipeline import DeskStage

    original = DeskStage.process

    def process(self: Any, *args: Any, **kwargs: Any) -> Any:
        batch = original(self, *args, **kwargs)
        outputs, journal, after = batch.ranks
        return replace(batch, ranks=(journal, outputs, after))

    DeskStage.process = process  # type: ignore[method-assign]


def _decided_check_skipped() -> None:
    from streams.desk import Desk

    Desk._is_decided = lambda _self, _place: False  # type: ignore[method-assign]


def _transport_left_out() -> None:
    from streams.pipeline import intake

    original = intake.decoded_outgoing
    intake.decoded_outgoing = lambda part, _transport: original(part)  # type: ignore[assignment]


def _kill_forgotten() -> None:
    from streams.desk.memory import Memory

    original = Memory.apply_all

    def apply_all(self: Any, records: Any) -> None:
        # As a desk takes its journal when it rebuilds itself; one at work has its own way.
        alive = [
            record.model_copy(
                update={"states": tuple(s for s in record.states if s.status != "killed")}
            )
            for record in records
        ]
        original(self, alive)

    Memory.apply_all = apply_all  # type: ignore[method-assign]


def _hold_tombstone_forgotten() -> None:
    from streams.desk.journal import Restorer

    original = Restorer._note_hold

    def note_hold(self: Any, state: Any) -> None:
        if state.hold is not None:
            original(self, state)

    Restorer._note_hold = note_hold  # type: ignore[method-assign]


def _epoch_ignored() -> None:
    from streams.desk.journal import Restorer

    original = Restorer.put_journal

    def put_journal(self: Any, record: Any) -> None:
        highest = self._last.epoch if self._last is not None else 0
        original(self, record.model_copy(update={"epoch": max(highest, record.epoch)}))

    Restorer.put_journal = put_journal  # type: ignore[method-assign]


def _epoch_ignored_by_the_client() -> None:
    from streams.client import resends

    resends.epoch_of = lambda _record: 1


def _fence_ignored() -> None:
    from streams.worker.desk import DeskWorker
    from streams.worker.fence import PauseFence

    PauseFence.holds = lambda _self: True  # type: ignore[method-assign]
    DeskWorker._check_fence = lambda _self: None  # type: ignore[method-assign]


def _finished_out_of_order() -> None:
    from streams.worker.ordered import OrderedWork

    async def put(self: Any, events: Any, work: Callable[[], Any]) -> None:
        async def do() -> None:
            await self._finish(events, await self._do(work))

        self._loose = {*getattr(self, "_loose", ()), asyncio.create_task(do())}

    OrderedWork.put = put  # type: ignore[method-assign]


def _dropped_on_cancel() -> None:
    from streams.worker.ordered import OrderedWork

    original = OrderedWork.close

    async def close(self: Any) -> None:
        for events, _ in list(self._started._queue):
            for event in events:
                event.ack()
        await original(self)

    OrderedWork.close = close  # type: ignore[method-assign]


def _sent_and_not_waited_for() -> None:
    from streams.worker.delivery import Delivery

    async def send(self: Any, outgoing: Iterable[Any]) -> None:
        producer = self._app.producer
        for record in outgoing:
            topic, headers = self._prefix + record.topic, list(record.headers)
            await producer.send(topic, record.key, record.value, None, None, headers)

    Delivery.send = send  # type: ignore[method-assign]


def _refusals_passed_over() -> None:
    from streams.worker.delivery import Delivery

    original = Delivery.send

    async def send(self: Any, outgoing: Iterable[Any]) -> None:
        with contextlib.suppress(Exception):
            await original(self, outgoing)

    Delivery.send = send  # type: ignore[method-assign]


def _producer_not_idempotent() -> None:
    from streams.worker.faust_compat import _Producer

    _Producer._settings_extra = lambda _self: {"acks": "all"}  # type: ignore[method-assign]


def _failure_raised_out_of_the_agent() -> None:
    from streams.worker import intake

    async def stop_without_ack(_app: Any, error: BaseException) -> None:
        raise error

    intake.stop_without_ack = stop_without_ack  # type: ignore[assignment]


def _oversize_dropped() -> None:
    from streams.pipeline.intake import Intake

    original = Intake.process_all
    Intake.process_all = lambda self, raws: [  # type: ignore[method-assign]
        [part for part in parts if getattr(part, "code", "") != "body-too-large"]
        for parts in original(self, raws)
    ]


_RANKS = "tests/faults/test_kill_points.py::test_killed_at[ranks]"
_INTAKE = "tests/faults/test_kill_points.py::test_killed_at[intake]"
_ORDERED = "tests/unit/worker/test_ordered.py::"
_DELIVERY = "tests/faults/test_delivery.py::"
_FAUST = "tests/kafka/test_worker_faust.py::"

MUTANTS = {
    "intake commits before it sends": Mutant(
        _intake_commits_before_it_sends, _INTAKE, "AssertionError: lost: ", long=True
    ),
    "desk commits before it sends": Mutant(
        _desk_commits_before_it_sends, _RANKS, "AssertionError: lost: ", long=True
    ),
    "journal before output": Mutant(
        _journal_before_output, _RANKS, "AssertionError: lost: ", long=True
    ),
    "already-decided check skipped": Mutant(
        _decided_check_skipped, _RANKS, "AssertionError: duplicated: ", long=True
    ),
    "transport left out": Mutant(_transport_left_out, _INTAKE, "AssertionError: ", long=True),
    "oversize dropped": Mutant(
        _oversize_dropped,
        "tests/faults/test_feeds.py::test_oversize",
        "AssertionError: lost: ",
        long=True,
    ),
    "kill forgotten": Mutant(
        _kill_forgotten,
        "tests/unit/desk/test_journal_forms.py::test_both_forms_restore_the_desk_that_wrote_them",
        "AssertionError",
    ),
    "hold's tombstone forgotten": Mutant(
        _hold_tombstone_forgotten,
        "tests/unit/desk/test_restorer.py::TestHolds::test_a_hold_that_ended_is_forgotten",
        "AssertionError",
    ),
    "epoch ignored": Mutant(
        _epoch_ignored,
        "tests/unit/desk/test_restorer.py"
        "::test_what_counts_is_the_same_however_few_records_are_held_back",
        "AssertionError",
    ),
    "epoch ignored by the client": Mutant(
        _epoch_ignored_by_the_client,
        "tests/unit/test_client.py::TestFolding::test_an_older_desk_is_not_heard_after_a_newer_one",
        "AssertionError",
    ),
    "fence ignored": Mutant(
        _fence_ignored,
        "tests/faults/test_kill.py::test_a_desk_that_was_frozen_and_replaced_writes_nothing_more",
        "subprocess.TimeoutExpired",
        long=True,
    ),
    "fence ignored by enrichment": Mutant(
        _fence_ignored,
        "tests/unit/worker/test_enrich_kills.py"
        "::test_a_process_that_was_frozen_writes_nothing_more",
        "Error",
        long=True,
    ),
    "finished out of order": Mutant(
        _finished_out_of_order,
        _ORDERED + "test_batches_finish_in_the_order_they_were_put",
        "['quick', 'middling', 'slow']",
    ),
    "dropped on cancel": Mutant(
        _dropped_on_cancel,
        _ORDERED + "test_what_is_unfinished_when_it_closes_is_not_acknowledged",
        "assert [2, 3] == []",
    ),
    "sent and not waited for": Mutant(
        _sent_and_not_waited_for,
        _DELIVERY + "test_sending_returns_only_when_the_broker_has_it",
        "returned while the broker was frozen",
        long=True,
    ),
    "refusals passed over": Mutant(
        _refusals_passed_over,
        _DELIVERY + "test_a_record_that_is_refused_is_an_error",
        "DID NOT RAISE",
        long=True,
    ),
    "producer not idempotent": Mutant(
        _producer_not_idempotent,
        _FAUST + "test_the_producer_writes_nothing_twice_after_a_lost_answer",
        "assert False",
        long=True,
    ),
    "failure raised out of the agent": Mutant(
        _failure_raised_out_of_the_agent,
        "tests/faults/test_surroundings.py::test_a_topic_that_is_gone",
        "Error",
        long=True,
    ),
}
"""The deliberate bugs, by name."""
