"""The ledger: what was sent and acknowledged, against what came out.

Sends are written down as they are acknowledged; after the faults every output is read back and
compared. It must not look into a worker.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from schemas.codec import decode
from schemas.event import WireEvent
from schemas.item import Item
from schemas.raw import RawMessage
from streams.log.base import Record
from streams.log.headers import DeskSeq, epoch_of


class Ledger:
    """Acknowledged sends, on disk before the next is made."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, messages: Iterable[RawMessage], placed: Iterable[tuple[int, int]]) -> None:
        """Write sends down, with where the log put them."""
        with self._path.open("a") as file:
            for message, (partition, offset) in zip(messages, placed, strict=True):
                sha256 = hashlib.sha256(message.body).hexdigest()
                file.write(json.dumps([message.position, sha256, partition, offset]) + "\n")
            file.flush()
            os.fsync(file.fileno())

    def read(self) -> dict[str, str]:
        """sha256 by position."""
        lines = [json.loads(line) for line in self._path.read_text().splitlines()]
        return {position: sha256 for position, sha256, _, _ in lines}


@dataclass
class Verdict:
    """What the comparison found; the first five must be empty.

    Attributes:
        lost: positions sent that no primary event speaks of.
        invented: primary events that speak of nothing sent.
        duplicates: positions with more than one primary event, after folding re-sends.
        inversions: keys whose versions came in the wrong order, after folding re-sends.
        unaccounted: what a stage took and did not give, and commits that came too early.
        final: the last version of each key.
        resends: records folded away: at-least-once at work, reported only.
    """

    lost: list[str] = field(default_factory=list)
    invented: list[str] = field(default_factory=list)
    duplicates: list[str] = field(default_factory=list)
    inversions: list[str] = field(default_factory=list)
    unaccounted: list[str] = field(default_factory=list)
    final: dict[str, str] = field(default_factory=dict)
    resends: Counter[str] = field(default_factory=Counter)

    @property
    def is_clean(self) -> bool:
        """Nothing lost, invented, duplicated, out of order or unaccounted for."""
        return not any(self.findings().values())

    def findings(self) -> dict[str, list[str]]:
        """What must be empty, by its name in the ledger's table."""
        return {
            "lost": self.lost,
            "invented": self.invented,
            "duplicated": self.duplicates,
            "inverted": self.inversions,
            "unaccounted": self.unaccounted,
        }


def judge(
    sent: dict[str, str], events: Iterable[Record], items: Iterable[Record], name: str = "items"
) -> Verdict:
    """Compare a ledger with all records of the events topic and of an items topic."""
    verdict = Verdict()
    primaries: dict[tuple[str, int], set[str]] = defaultdict(set)
    seen: set[str] = set()
    for record in events:
        event = decode(WireEvent, record.value or b"")
        if event.id in seen:
            verdict.resends["events"] += 1
            continue
        seen.add(event.id)
        if event.cause is not None:
            continue
        source = event.source
        if sent.get(source.position) != source.sha256:
            verdict.invented.append(source.position)
        primaries[source.position, source.part].add(event.id)
    spoken_of = {position for position, _ in primaries}
    verdict.lost = sorted(sent.keys() - spoken_of)
    verdict.duplicates = [f"{at}: {ids}" for at, ids in primaries.items() if len(ids) > 1]
    orders: dict[str, list[str]] = defaultdict(list)
    for item in fold(items, verdict.resends, name):
        orders[item.item_key].append(item.order_key)
    verdict.final = {key: order[-1] for key, order in orders.items()}
    verdict.inversions = [key for key, order in orders.items() if order != sorted(order)]
    return verdict


def fold(records: Iterable[Record], resends: Counter[str], name: str = "items") -> list[Item]:
    """The items as a subscriber takes them: re-sends and what a replaced desk wrote left out."""
    latest: dict[bytes | None, tuple[int, DeskSeq]] = {}
    kept = []
    for record in records:
        seq, epoch = DeskSeq.of(record), epoch_of(record)
        assert seq is not None
        before = latest.get(record.key)
        if before is not None and (epoch < before[0] or seq <= before[1]):
            resends[name] += 1
            continue
        latest[record.key] = (epoch, seq)
        kept.append(decode(Item, record.value or b""))
    return kept
