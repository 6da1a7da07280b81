"""Rebuilding the desk from Kafka when its partition is assigned to this process.

It must not decide anything, and must not be called from the assignment callback: there, reading
for longer than the session time-out would expel the member.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from schemas.topics import TopicName
from streams.desk import DeskConfig
from streams.log.base import Record, TopicLog
from streams.pipeline import DeskStage
from streams.pipeline.restoring import DeskHistory


class AbandonedError(Exception):
    """The partition was reassigned while its desk was being rebuilt."""


async def take_over(
    log: TopicLog, prefix: str, config: DeskConfig, *, is_current: Callable[[], bool]
) -> DeskStage:
    """A desk that goes on where the last one stopped, under an epoch of its own.

    The epoch is marked in the journal: what an earlier desk, if it still runs, writes after the
    end read here is known to be stale, and what it wrote of is decided again under the same ids.

    Args:
        log: read without a group, up to the end offsets of now.
        prefix: of the topics.
        config: of the desk.
        is_current: whether the assignment this is for still stands.

    Raises:
        AbandonedError: it no longer does.
        TransportError: the broker cannot be reached.
        CorruptionError: what is read cannot be a desk's.
    """
    history = DeskHistory()
    for topic, take in (
        (TopicName.DESK, history.add_journal),
        (TopicName.STATE, history.add_state),
        (TopicName.HELD, history.add_held),
    ):
        await _read(log, prefix + topic, take, is_current)
    # In a thread: a million records take seconds, in which this process must not seem frozen.
    stage = DeskStage(await asyncio.to_thread(history.desk, config))
    if not is_current():
        raise AbandonedError
    await log.append([mark.record(prefix) for mark in stage.begin()])
    return stage


async def _read(
    log: TopicLog,
    topic: str,
    take: Callable[[Record], None],
    is_current: Callable[[], bool],
) -> None:
    """Give every record up to the present end of a topic to ``take``."""
    end = await log.end_offsets(topic)
    async for batch in log.read(topic, "earliest", stop=end):
        if not is_current():
            raise AbandonedError
        for record in batch:
            take(record)
