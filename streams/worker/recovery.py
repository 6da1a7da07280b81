"""Rebuilding the desk from Kafka when its partition is assigned to this process.

It must not decide anything, and must not be called from the assignment callback: there, reading
for longer than the session time-out would expel the member.
"""

from __future__ import annotations

from collections.abc import Callable

from schemas.topics import TopicName
from streams.desk import DeskConfig
from streams.log.base import Record, TopicLog
from streams.outgoing import epoch_outgoing
from streams.pipeline import DeskStage
from streams.restoring import DeskHistory


class AbandonedError(Exception):
    """The partition was reassigned while its desk was being rebuilt."""


async def take_over(
    log: TopicLog, prefix: str, config: DeskConfig, *, is_current: Callable[[], bool]
) -> DeskStage:
    """A desk that goes on where the last one stopped, under an epoch of its own.

    The epoch is marked in the journal before state and holds are read: whatever an earlier desk,
    if it still runs, writes after the mark is known to be stale.

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
    journal = prefix + TopicName.DESK
    read_to = await _read(log, journal, "earliest", history.add_journal, is_current)
    epoch = history.epoch + 1
    await log.append([epoch_outgoing(epoch).record(prefix)])
    await _read(log, journal, read_to, history.add_journal, is_current)
    await _read(log, prefix + TopicName.STATE, "earliest", history.add_state, is_current)
    await _read(log, prefix + TopicName.HELD, "earliest", history.add_held, is_current)
    return DeskStage(history.desk(config), epoch=epoch)


async def _read(
    log: TopicLog,
    topic: str,
    start: dict[int, int] | str,
    take: Callable[[Record], None],
    is_current: Callable[[], bool],
) -> dict[int, int]:
    """Give every record from ``start`` to the present end to ``take``; answers that end."""
    end = await log.end_offsets(topic)
    begin = start if isinstance(start, dict) else await log.begin_offsets(topic)
    async for batch in log.read(topic, begin, stop=end):
        if not is_current():
            raise AbandonedError
        for record in batch:
            take(record)
    return end
