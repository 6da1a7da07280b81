"""Items of a log enriched again, because an editor has taught the knowledge base since.

They go to ``wire.enriched`` only, in the place they have: what is newer, a kill above all, is
never overwritten for good. It must not enrich anything itself.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from schemas.codec import SchemaError, decode
from schemas.item import Item, PubStatus
from schemas.topics import TopicName
from streams.client.resends import fold_for
from streams.enrich.kb import Overlay
from streams.folding import fold
from streams.log import TopicLog
from streams.log.base import NewRecord, Record
from streams.log.headers import REVISION, DeskSeq, epoch_of
from streams.log.outgoing import Outgoing
from streams.pipeline import is_copied

__all__ = ["Reenriched", "Reenricher"]

_BATCH = 64
_VIA = "kb"

Enrich = Callable[[Sequence[Outgoing]], Sequence[Outgoing]]
_Place = tuple[int, int]
_Rank = tuple[int, DeskSeq]


@dataclass(slots=True)
class Reenriched:
    """What became of it so far.

    Attributes:
        items: current items looked at.
        affected: of these, with a name that the knowledge base knows or knew.
        written: published again.
        overtaken: a newer version or a kill came meanwhile.
        repaired: newer records that were written once more, after what they replace.
    """

    items: int = 0
    affected: int = 0
    written: int = 0
    overtaken: int = 0
    repaired: int = 0


@dataclass(slots=True)
class Reenricher:
    """One run over the items of a log.

    Attributes:
        enrich: records of ``wire.items`` to those of ``wire.enriched``, one for each.
        names: only items whose text has one of these; else any that the overlay has.
    """

    log: TopicLog
    prefix: str
    overlay: Overlay
    enrich: Enrich
    names: Sequence[str] = ()
    done: Reenriched = field(default_factory=Reenriched)
    _ends: dict[int, int] = field(default_factory=dict)
    _written: set[bytes] = field(default_factory=set)
    _moved: set[bytes] = field(default_factory=set)

    async def affected(self) -> dict[bytes, _Place]:
        """The current items that another overlay may have changed, by key."""
        enriched = {} if self.names else await self._enriched()
        fold_items = fold_for(TopicName.ITEMS)
        latest: dict[bytes, _Place | None] = {}
        begin = await self.log.begin_offsets(self._items)
        self._ends = await self.log.end_offsets(self._items)
        async for record in self._read(self._items, begin, self._ends):
            if record.key is None or not fold_items.accept(record):
                continue
            takes = self._takes(record, enriched.get(record.key))
            latest[record.key] = (record.partition, record.offset) if takes else None
        self.done.items = len(latest)
        found = {key: place for key, place in latest.items() if place is not None}
        self.done.affected = len(found)
        return found

    async def run(self) -> AsyncIterator[Reenriched]:
        """Enrich and publish them; yields after every batch."""
        # Before the items are looked at: a kill that enriched has by now, items has as well.
        since = await self.log.end_offsets(self._enriched_topic)
        found = await self.affected()
        places = set(found.values())
        begin, end = await self.log.begin_offsets(self._items), dict(self._ends)
        batch: list[Record] = []
        if places:
            async for record in self._read(self._items, begin, end):
                if (record.partition, record.offset) in places:
                    batch.append(record)
                if len(batch) == _BATCH:
                    await self._publish(batch)
                    batch = []
                    yield self.done
            await self._publish(batch)
        while await self._repair(since):
            pass
        yield self.done

    @property
    def _items(self) -> str:
        return self.prefix + TopicName.ITEMS

    @property
    def _enriched_topic(self) -> str:
        return self.prefix + TopicName.ENRICHED

    async def _read(
        self, topic: str, begin: Mapping[int, int], end: Mapping[int, int]
    ) -> AsyncIterator[Record]:
        if dict(begin) != dict(end):
            async for batch in self.log.read(topic, begin, end):
                for record in batch:
                    yield record

    async def _enriched(self) -> dict[bytes, tuple[str | None, bool]]:
        """Of each item as it is published: the version it was enriched with, and if that showed."""
        found: dict[bytes, tuple[str | None, bool]] = {}
        topic = self._enriched_topic
        begin, end = await self.log.begin_offsets(topic), await self.log.end_offsets(topic)
        fold_enriched = fold_for(TopicName.ENRICHED)
        async for record in self._read(topic, begin, end):
            if record.key is None or not fold_enriched.accept(record):
                continue
            item = _item_of(record)
            if item is not None:
                shows = any(
                    mention.via == _VIA for entity in item.entities for mention in entity.mentions
                )
                found[record.key] = (item.kb_version, shows)
        return found

    def _takes(self, record: Record, enriched: tuple[str | None, bool] | None) -> bool:
        if is_copied(Outgoing(TopicName.ITEMS, record.key, record.value, record.headers)):
            return False
        item = _item_of(record)
        if item is None or item.pubstatus is PubStatus.CANCELED:
            return False
        if self.names:
            text = f" {fold(item.text)} "
            return any(f" {fold(name)} " in text for name in self.names)
        version, shows = enriched or (None, False)
        return version != self.overlay.version and (shows or self.overlay.names_any(item.text))

    async def _publish(self, batch: Sequence[Record]) -> None:
        sources = [
            Outgoing(TopicName.ITEMS, record.key, record.value, record.headers) for record in batch
        ]
        revision = (REVISION, self.overlay.version.encode())
        fresh = [
            replace(answer, headers=(*answer.headers, revision)) for answer in self.enrich(sources)
        ]
        await self._look()
        current = [answer for answer in fresh if answer.key not in self._moved]
        await self.log.append([answer.record(self.prefix) for answer in current])
        self._written |= {answer.key for answer in current if answer.key is not None}
        self.done.written += len(current)
        self.done.overtaken += len(fresh) - len(current)

    async def _look(self) -> None:
        """Note the items that came since they were looked at last."""
        end = await self.log.end_offsets(self._items)
        async for record in self._read(self._items, self._ends, end):
            if record.key is not None:
                self._moved.add(record.key)
        self._ends = end

    async def _repair(self, since: Mapping[int, int]) -> bool:
        """Write once more what was newer and came before ours; False where all is in order.

        Between looking and writing a kill may be copied by the worker. Readers who remember each
        key's place pass over what is older; who reads the compacted topic anew must find the kill.
        """
        end = await self.log.end_offsets(self._enriched_topic)
        newest: dict[bytes, tuple[_Rank, Record]] = {}
        last: dict[bytes, _Rank] = {}
        async for record in self._read(self._enriched_topic, since, end):
            seq = DeskSeq.of(record)
            if seq is None or record.key not in self._written or record.key is None:
                continue
            rank = (epoch_of(record), seq)
            last[record.key] = rank
            if record.key not in newest or newest[record.key][0] <= rank:
                newest[record.key] = (rank, record)
        again = [
            NewRecord(record.topic, record.key, record.value, record.headers)
            for key, (rank, record) in newest.items()
            if last[key] < rank
        ]
        await self.log.append(again)
        self.done.repaired += len(again)
        return bool(again)


def _item_of(record: Record) -> Item | None:
    try:
        return decode(Item, record.value or b"")
    except SchemaError:
        return None
