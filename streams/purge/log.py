"""An item's text taken out of the topics of a log.

A compacted topic gets a tombstone, after which the broker lets the text go; what other topics hold
goes with their retention, but on the embedded log, where it is erased as well. What the desk
remembers, ``wire.state``, has no text and stays: kills stay kills. It must not touch other items.
"""

from __future__ import annotations

from pathlib import Path

from schemas.topics import TopicName
from streams.errors import ConfigError
from streams.log import NewRecord, SqliteStore, TopicLog
from streams.log.headers import header_bytes
from streams.log.sqlite_erasing import erase
from streams.purge.survey import Copies, Survey

__all__ = ["Purge"]


class Purge:
    """Takes out what a survey has found."""

    def __init__(self, log: TopicLog, found: Survey, prefix: str) -> None:
        """Name the log; nothing is written yet."""
        self._log, self._found, self._prefix = log, found, prefix

    async def bury(self) -> dict[str, int]:
        """Append a tombstone wherever the text still lies, each safe; answers how many by topic.

        Also where one is there: a partition that is quiet is compacted when a record comes that is
        later than its last by ``max.compaction.lag.ms``, so a second run a day later ends the text.
        ``wire.items`` comes first, for enrichment copies a tombstone as it copies a kill: an item
        that is being enriched meanwhile is followed by it.

        Raises:
            TransportError: the log cannot be written; run it again.
        """
        order = (TopicName.HELD, TopicName.ITEMS, TopicName.ENRICHED)
        copies = {each.role: each for each in self._found.copies}
        key = header_bytes(self._found.sources.key)
        done = {}
        for role in order:
            if (each := copies.get(role)) is not None:
                partitions = sorted({partition for partition, _ in each.places})
                await self._log.append(
                    [NewRecord(each.topic, key, None, partition=one) for one in partitions]
                )
                done[each.topic] = len(partitions)
        return done

    def erase(self, store: SqliteStore) -> tuple[int, list[Copies]]:
        """Delete the text from the embedded log, and overwrite what is left of it.

        The journal is left, for a desk is rebuilt from all of it; and decoded records that the
        desk has yet to read.

        Args:
            store: of which this process is the one runner.

        Returns:
            How many records were erased, and those copies that stay.

        Raises:
            TransportError: see ``streams.log.sqlite_erasing.erase``; run it again.
        """
        doomed: dict[str, list[tuple[int, int]]] = {}
        stay: list[Copies] = []
        for copies in self._found.copies:
            if copies.role is TopicName.DESK:
                stay.append(copies)
                continue
            read = self._read_to(store, copies)
            gone = [(p, o) for p, o in copies.places if read is None or o < read.get(p, 0)]
            doomed[copies.topic] = gone
            if len(gone) < len(copies.places):
                left = sorted({*copies.places} - {*gone})
                stay.append(Copies(copies.topic, copies.role, left, copies.youngest, copies.until))
        return erase(Path(store.path), doomed), stay

    def _read_to(self, store: SqliteStore, copies: Copies) -> dict[int, int] | None:
        """Up to where a topic has been worked off; None of one that nobody has to read."""
        stage = {
            TopicName.RAW: "intake",
            TopicName.RAW_URGENT: "intake",
            TopicName.DECODED: "desk",
        }.get(copies.role)
        if stage is None:
            return None
        return store.committed(f"{self._prefix}wireroom-{stage}", copies.topic)

    def check(self, *, is_desk_stopped: bool) -> None:
        """Refuse what a desk at work would undo.

        Raises:
            ConfigError: the item is held, and a desk may have it in memory.
        """
        if self._found.is_held and not is_desk_stopped:
            raise ConfigError(
                f"{self._found.sources.key} is held: a desk at work has its text in memory and "
                "publishes it when it is due. Send its kill first, or stop every desk and say "
                "--desk-stopped"
            )
