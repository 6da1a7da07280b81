"""What became of the messages of a replay on Kafka: counted from its own topics.

It must not decide what an event is.
"""

from __future__ import annotations

from collections.abc import Mapping

import orjson

from schemas.event import EventKind
from schemas.topics import TopicName
from streams.client.resends import fold_for
from streams.counts import Counts
from streams.log import Record, TopicLog
from streams.log.headers import SCHEMA, TRANSPORT, DeskSeq

__all__ = ["outcomes"]

_TICK = b"tick/"


async def outcomes(log: TopicLog, prefix: str, since: int) -> Counts:
    """The sum over all that the desk decided from an offset of ``decoded`` on, up to now.

    What came in is counted from ``decoded``, what became of it from ``events``, re-sends folded.

    Args:
        log: where the replay went.
        prefix: of its topics.
        since: the offset of the first decoded record to count.

    Raises:
        TransportError: the log cannot be read.
    """
    decoded = prefix + TopicName.DECODED
    end = (await log.end_offsets(decoded))[0]
    counts = Counts()
    counts.receive(max(0, end - since))
    decided = bytearray(max(0, end - since))
    fold = fold_for(TopicName.EVENTS)
    topic = prefix + TopicName.EVENTS
    async for batch in log.read(topic, "earliest", await _to_end(log, topic)):
        for record in batch:
            seq = DeskSeq.of(record)
            if seq is None or not since <= seq.offset < end or not fold.accept(record):
                continue
            if _count(counts, record):
                decided[seq.offset - since] = 1
    if not all(decided):
        await _account_for(log, decoded, since, decided, counts)
    return counts


def _count(counts: Counts, record: Record) -> bool:
    """Count an event; answers whether it is a primary one."""
    event = orjson.loads(record.value or b"{}")
    is_primary = event.get("cause") is None
    (counts.by_kind if is_primary else counts.caused)[EventKind(event["kind"])] += 1
    return is_primary


async def _to_end(log: TopicLog, topic: str) -> Mapping[int, int]:
    begin, end = await log.begin_offsets(topic), await log.end_offsets(topic)
    return {partition: at for partition, at in end.items() if begin[partition] < at}


async def _account_for(
    log: TopicLog, topic: str, since: int, decided: bytearray, counts: Counts
) -> None:
    """Decoded records without an event: ticks, or parts that intake wrote twice in a crash."""
    transports: set[bytes | None] = set()
    left: list[bytes | None] = []
    async for batch in log.read(topic, {0: 0}, {0: since + len(decided)}):
        for record in batch:
            transport = record.header(TRANSPORT)
            if record.offset < since or decided[record.offset - since]:
                transports.add(transport)
            elif (record.header(SCHEMA) or b"").startswith(_TICK):
                counts.received -= 1
            else:
                left.append(transport)
    counts.skip(sum(transport in transports for transport in left))
