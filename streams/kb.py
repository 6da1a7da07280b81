"""The knowledge base of a log: read whole, or as it was at a version, and written to.

It must not decide what is written.
"""

from __future__ import annotations

from collections.abc import Sequence

from streams.enrich.kb import EMPTY
from streams.enrich.kb.editing import Change
from streams.errors import ConfigError
from streams.log import TopicLog
from streams.log.base import Record
from streams.pipeline import KnowledgeBase, RejectedRecord, kb_outgoing
from streams.pipeline.kb import read_records

__all__ = ["load_kb", "load_kb_version", "write_kb"]

# Records a call: all of them must be acknowledged within what a broker is waited for.
_BATCH = 5000


async def load_kb(log: TopicLog, topic: str) -> tuple[KnowledgeBase, list[RejectedRecord]]:
    """The knowledge base as it is, and the records that are broken and change nothing.

    Raises:
        TransportError: the log cannot be reached, or lacks the topic.
    """
    kb = KnowledgeBase()
    rejected = kb.take(await _records(log, topic))
    return kb, rejected


async def load_kb_version(log: TopicLog, topic: str, version: str) -> KnowledgeBase:
    """The knowledge base as it was at a version.

    A compacted topic forgets what was replaced long ago; what is exported is not forgotten.

    Raises:
        ConfigError: no state of what the topic still holds has this version.
        TransportError: the log cannot be reached, or lacks the topic.
    """
    kb, _ = await load_kb(log, topic)
    if kb.overlay.version == version:
        return kb
    draft = EMPTY.draft()
    changes, _ = read_records(await _records(log, topic))
    for change in changes:
        if draft.version == version:
            break
        draft.apply([change])
    if draft.version != version:
        raise ConfigError(
            f"{topic} no longer holds version {version}, it is at {kb.overlay.version}: "
            "replay with what wireroom kb export wrote then, --kb FILE"
        )
    return KnowledgeBase(draft)


async def write_kb(log: TopicLog, prefix: str, changes: Sequence[Change]) -> None:
    """Append changes; returns when they are safe.

    Raises:
        TransportError: the log cannot be reached, or lacks the topic.
    """
    records = [
        kb_outgoing(change.record, removed=change.removed).record(prefix) for change in changes
    ]
    for start in range(0, len(records), _BATCH):
        await log.append(records[start : start + _BATCH])


async def _records(log: TopicLog, topic: str) -> list[Record]:
    begin, end = await log.begin_offsets(topic), await log.end_offsets(topic)
    if begin == end:
        return []
    return [record async for batch in log.read(topic, begin, end) for record in batch]
