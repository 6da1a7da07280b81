"""What each stage took against what it gave, from the records on the log alone.

Raw in = decoded parts; decoded = primary events; items = enriched items. And every commit that was
seen, against what had been written by then. It must not look into a worker.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from schemas.codec import decode
from schemas.decoded import Tick, decode_decoded
from schemas.event import WireEvent
from schemas.topics import TopicName
from streams.errors import TransportError
from streams.log.base import Record, TopicLog
from streams.log.headers import TRANSPORT, DeskSeq, header_text
from tests.faults.ledger import fold

_LOOK_S = 0.05

_STAGES = (
    ("intake", (TopicName.RAW, TopicName.RAW_URGENT), TopicName.DECODED),
    ("desk", (TopicName.DECODED,), TopicName.EVENTS),
    ("enrich", (TopicName.ITEMS,), TopicName.ENRICHED),
)

Place = tuple[TopicName, int, int]
"""Topic, partition, offset."""


@dataclass
class Outputs:
    """Every record of the topics that the stages read and write, for the comparison."""

    records: dict[TopicName, list[Record]]

    def __getitem__(self, name: TopicName) -> list[Record]:
        return self.records[name]

    def primaries(self) -> dict[tuple[str, int], Record]:
        """The first primary event of each part of each message."""
        found: dict[tuple[str, int], Record] = {}
        for record in self[TopicName.EVENTS]:
            event = decode(WireEvent, record.value or b"")
            if event.cause is None:
                found.setdefault((event.source.position, event.source.part), record)
        return found

    def decoded_of(self) -> dict[tuple[str, int, int], list[Record]]:
        """The decoded records of each raw record, by its topic, partition and offset."""
        found = defaultdict(list)
        for record in self[TopicName.DECODED]:
            transport = header_text(record, TRANSPORT)
            if transport is not None:
                topic, partition, offset, _ = transport.rsplit("/", 3)
                found[topic, int(partition), int(offset)].append(record)
        return found

    def parts(self) -> dict[Place, tuple[str, int]]:
        """Position and part of each decoded record; ticks have none."""
        found = {}
        for record in self[TopicName.DECODED]:
            decoded = decode_decoded(record.value or b"")
            if not isinstance(decoded, Tick):
                place = TopicName.DECODED, record.partition, record.offset
                found[place] = decoded.source.position, decoded.source.part
        return found


def unconserved(outputs: Outputs, *, enrich: bool) -> list[str]:
    """What went into a stage and did not come out, or came out and never went in."""
    wrong = []
    decoded_of, primaries = outputs.decoded_of(), outputs.primaries()
    raw = {(r.topic, r.partition, r.offset) for name in _STAGES[0][1] for r in outputs[name]}
    wrong += [f"raw {place} has no decoded part" for place in sorted(raw - decoded_of.keys())]
    wrong += [f"decoded of no raw record: {at}" for at in sorted(decoded_of.keys() - raw)]
    parts = set(outputs.parts().values())
    wrong += [f"decoded {part} has no primary event" for part in sorted(parts - primaries.keys())]
    wrong += [f"event of nothing decoded: {part}" for part in sorted(primaries.keys() - parts)]
    return wrong + (_unenriched(outputs) if enrich else [])


def _unenriched(outputs: Outputs) -> list[str]:
    """Items that have no enriched one, but for those a kill has overtaken."""
    nothing: Counter[str] = Counter()
    items = fold(outputs[TopicName.ITEMS], nothing)
    enriched = {item.id for item in fold(outputs[TopicName.ENRICHED], nothing)}
    last = {item.item_key: item for item in items}
    killed = {key for key, item in last.items() if item.pubstatus == "canceled"}
    wrong = [f"enriched of no item: {one}" for one in enriched - {item.id for item in items}]
    return wrong + [
        f"{item.id} was never enriched"
        for item in items
        if item.id not in enriched and (item.item_key not in killed or item is last[item.item_key])
    ]


@dataclass
class CommitWatch:
    """Commits as they are seen from outside, with how far the stage's outputs had come by then."""

    log: TopicLog
    prefix: str
    stages: Sequence[str]
    seen: list[tuple[TopicName, dict[int, int], TopicName, dict[int, int]]] = field(
        default_factory=list
    )
    _last: dict[TopicName, dict[int, int]] = field(default_factory=dict)

    async def look_on(self) -> None:
        """Look until cancelled; a broker that is away shows nothing."""
        while True:
            with contextlib.suppress(TransportError):
                await self._look()
            await asyncio.sleep(_LOOK_S)

    async def _look(self) -> None:
        for stage, inputs, output in _STAGES:
            if stage not in self.stages:
                continue
            for name in inputs:
                group = f"{self.prefix}wireroom-{stage}"
                committed = await self.log.committed(group, self.prefix + name)
                if committed != self._last.get(name):
                    # The ends are asked for after the commit: what was written between the two
                    # counts as written before it, so that nobody is accused wrongly.
                    ends = await self.log.end_offsets(self.prefix + output)
                    self._last[name] = committed
                    self.seen.append((name, committed, output, ends))

    def early(self, outputs: Outputs) -> list[str]:
        """Commits that were past an input whose outputs were not written by then."""
        written = _written(outputs)
        wrong = []
        for name, committed, output, ends in self.seen:
            for (topic, partition, offset), (at, place) in written.items():
                if topic is name and offset < committed.get(partition, 0) and place >= ends[at]:
                    wrong.append(
                        f"{topic}[{partition}] was committed to {committed[partition]} while "
                        f"{output} of {offset} was not written"
                    )
        return sorted(set(wrong))

    def back(self) -> list[str]:
        """Commits that went back."""
        wrong, last = [], dict[tuple[TopicName, int], int]()
        for name, committed, _, _ in self.seen:
            for partition, offset in committed.items():
                if offset < last.get((name, partition), 0):
                    wrong.append(f"{name}[{partition}] went back to {offset}")
                last[name, partition] = offset
        return wrong


def _written(outputs: Outputs) -> dict[Place, tuple[int, int]]:
    """By input, partition and offset of what must be written before it is committed.

    An input whose output is nowhere is lost, which others say.
    """
    needed: dict[Place, tuple[int, int]] = {}
    names = {record.topic: name for name in _STAGES[0][1] for record in outputs[name]}
    for (topic, partition, offset), decoded in outputs.decoded_of().items():
        if topic in names:
            # Of each part the first record, of the parts the last.
            first: dict[str | None, int] = {}
            for record in decoded:
                first.setdefault(header_text(record, TRANSPORT), record.offset)
            needed[names[topic], partition, offset] = (0, max(first.values()))
    primaries = outputs.primaries()
    for place, part in outputs.parts().items():
        if part in primaries:
            needed[place] = primaries[part].partition, primaries[part].offset
    enriched = defaultdict(list)
    for record in outputs[TopicName.ENRICHED]:
        enriched[record.key].append(record)
    for item in outputs[TopicName.ITEMS]:
        seq = DeskSeq.of(item)
        reached = (one for one in enriched[item.key] if (DeskSeq.of(one) or seq) >= seq)  # type: ignore[operator]
        if (first := next(reached, None)) is not None:
            place = TopicName.ITEMS, item.partition, item.offset
            needed[place] = first.partition, first.offset
    return needed
