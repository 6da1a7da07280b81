"""An item's text taken out of recorded archives.

Which raw messages an item was made of is known from recorded events and decoded records, and where
those are not there, by reading each message as intake does. It must not change any other record.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from schemas.decoded import Cleaned
from schemas.topics import TopicName
from streams.errors import ArchiveError
from streams.log.base import Record
from streams.log.headers import raw_of
from streams.pipeline import Intake
from streams.purge.holding import NAMING, Sources, holds, role_of
from streams.record.reading import records_in
from streams.record.rewriting import Rewritten, rewrite
from streams.record.verify import recorded, recorded_topics

__all__ = ["purge_archive", "sources_in"]

_RAW = frozenset({TopicName.RAW, TopicName.RAW_URGENT})


def sources_in(directory: Path, sources: Sources) -> None:
    """Add the messages that a recording's decoded records and events name.

    Files that are damaged name nothing; ``purge_archive`` tells of them.

    Raises:
        ArchiveError: nothing was recorded there.
    """
    for topic in recorded_topics(directory):
        role = role_of(topic.name)
        if role in NAMING:
            named = Sources(sources.key)
            for name in recorded(topic):
                with suppress(ArchiveError):
                    for record in records_in(topic / name):
                        named.learn(role, record)
            # Transports are of the log that was recorded, which may be another.
            sources.messages |= named.messages


def purge_archive(
    directory: Path,
    sources: Sources,
    intake: Intake,
    *,
    dry_run: bool = False,
    show: Callable[[int], None] = lambda _looked_at: None,
) -> dict[str, Rewritten]:
    """Take every record that holds the item out of a recording; answers what was done by topic.

    Args:
        directory: that topics were recorded to, or one topic's in it.
        sources: the item, and the messages it is known to be made of.
        intake: reads raw messages, to find those that nothing names.
        dry_run: only count.
        show: told now and then how many records were looked at.

    Raises:
        ArchiveError: nothing was recorded there, or it cannot be rewritten; run it again.
        ConfigError: another process records there.
    """
    looked_at = 0
    done = {}
    nowhere = Sources(sources.key, sources.messages)
    topics = recorded_topics(directory)
    # What names the messages goes last: ended in the midst, it is still there for the next run.
    for topic in sorted(topics, key=lambda topic: role_of(topic.name) in NAMING):
        role = role_of(topic.name)

        def takes_out(record: Record, role: TopicName | None = role) -> bool:
            nonlocal looked_at
            looked_at += 1
            if looked_at % 100 == 0:
                show(looked_at)
            if holds(role, record, nowhere):
                return True
            return role in _RAW and record.value is not None and _makes(intake, record, sources.key)

        done[topic.name] = rewrite(topic, sources.key, takes_out, dry_run=dry_run)
    return done


def _makes(intake: Intake, record: Record, key: str) -> bool:
    return any(
        isinstance(part, Cleaned) and part.item.item_key == key
        for part in intake.process(raw_of(record))
    )
