"""Surroundings that misbehave, planted around the libraries or the work of a worker's process.

What they stand for: a group coordinator that refuses commits, messages that take the process with
them which works on them, or never come back, and rights that are lost at a bad moment.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Sequence
from typing import Any

CRASH, HANG = b"wireroom-crash", b"wireroom-hang"
"""In a body: the process that decodes it ends at once, or never comes back."""

_REFUSED = 8


def _commits_refused(*, is_child: bool) -> None:
    """The coordinator refuses the first commits, as during a rebalance it has not told of."""
    if is_child:
        return
    from aiokafka.consumer.group_coordinator import GroupCoordinator
    from aiokafka.errors import CommitFailedError

    original = GroupCoordinator.commit_offsets
    left = _REFUSED

    async def commit_offsets(self: Any, *args: Any) -> None:
        nonlocal left
        left -= 1
        if left >= 0:
            raise CommitFailedError("refused for a test")
        await original(self, *args)

    GroupCoordinator.commit_offsets = commit_offsets


def _decoder_trips(*, is_child: bool) -> None:
    """Some bodies end the process of the pool, some are never done."""
    if not is_child:
        return
    from streams.pipeline import IntakeStage

    original = IntakeStage.process_all

    def process_all(self: IntakeStage, records: Sequence[Any]) -> Any:
        for record in records:
            if CRASH in (record.value or b""):
                os._exit(9)
            if HANG in (record.value or b""):
                time.sleep(3600)
        return original(self, records)

    IntakeStage.process_all = process_all  # type: ignore[method-assign]


def _output_slow(*, is_child: bool) -> None:
    """Whatever is written takes a second to be acknowledged."""
    if is_child:
        return
    from aiokafka.client import AIOKafkaClient

    original = AIOKafkaClient.send

    async def send(self: Any, node_id: int, request: Any, **options: Any) -> Any:
        if type(request).__name__.startswith("Produce"):
            await asyncio.sleep(1)
        return await original(self, node_id, request, **options)

    AIOKafkaClient.send = send


def _start_unchecked(*, is_child: bool) -> None:
    """A right is taken away after the check at the start, before the group is joined."""
    if is_child:
        return
    from streams.worker import supervise
    from streams.worker.config import Stage, WorkerConfig

    async def check(config: WorkerConfig, _stages: Sequence[Stage]) -> WorkerConfig:
        return config

    supervise.check = check


BROKEN: dict[str, Callable[..., None]] = {
    "commits-refused": _commits_refused,
    "decoder-trips": _decoder_trips,
    "output-slow": _output_slow,
    "start-unchecked": _start_unchecked,
}
"""What misbehaves, by name; told ``is_child``, whether the process is one of the worker's pool."""
