"""Two runs over the same messages compared: what became of each, and of what it says.

It must not read a log or a file, nor decide which of two outcomes is right.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from schemas.event import EventKind

__all__ = ["ASPECTS", "Change", "Run", "changes", "contents_of", "key_of", "outcome_of"]

ASPECTS = ("decision", "headline", "text", "entities")
"""In which items may differ, in the order they are told."""

_Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run made of one part of a message.

    Attributes:
        kind: of its primary event.
        of: the item it was found to be about.
        reasons: for a person; other scores alone are no other decision.
        text: of the paragraphs, in order.
        entities: ids, sorted.
    """

    kind: str
    of: str | None
    story_key: str | None
    reasons: tuple[str, ...] = ()
    item_id: str | None = None
    headline: str | None = None
    text: tuple[str, ...] = ()
    entities: tuple[str, ...] = ()

    def digests(self) -> tuple[bytes, ...]:
        """16 bytes for each of ``ASPECTS``."""
        aspects = (
            (self.kind, self.of, self.story_key),
            self.headline,
            self.text,
            self.entities,
        )
        return tuple(hashlib.sha256(repr(one).encode()).digest()[:16] for one in aspects)


def outcome_of(event: _Json, item: _Json | None = None) -> Outcome:
    """The outcome in an event; ``item`` is its enriched item, where that is elsewhere."""
    own = item or event.get("item") or {}
    paragraphs = own.get("paragraphs") or ()
    return Outcome(
        kind=str(event["kind"]),
        of=event.get("of"),
        story_key=event.get("story_key"),
        reasons=tuple(map(str, event.get("reasons") or ())),
        item_id=own.get("id"),
        headline=own.get("headline"),
        text=tuple(str(one.get("text")) for one in paragraphs if isinstance(one, dict)),
        entities=tuple(
            sorted(str(one.get("id")) for one in own.get("entities") or () if isinstance(one, dict))
        ),
    )


def contents_of(item: _Json) -> tuple[bytes, ...]:
    """Digests of what an item says, as an outcome with it has them: headline, text, entities."""
    return outcome_of({"kind": ""}, item).digests()[1:]


def key_of(event: _Json) -> str | None:
    """What names the part in every run over the same messages; None of what is not primary.

    The position and the part, not the source's id: that hashes the log's own names as well. A
    release counts, for it publishes what was held.
    """
    source = event.get("source")
    if not isinstance(source, dict):
        return None
    is_release = event["kind"] == EventKind.RELEASE
    if event.get("cause") is not None and not is_release:
        return None
    return f"{source.get('position')}#{source.get('part')}{'#release' if is_release else ''}"


@dataclass(slots=True)
class Run:
    """What is remembered of a run in the first reading: 64 bytes and a key for each part.

    With what ``contents_of`` its enriched items are, 48 bytes more and an id.
    """

    kinds: Counter[str] = field(default_factory=Counter)
    digests: dict[str, tuple[bytes, ...]] = field(default_factory=dict)

    def add(self, event: _Json, contents: tuple[bytes, ...] | None = None) -> None:
        """Take in one event; of a part met again the last counts.

        Args:
            event: with the item as the desk had it.
            contents: of the enriched item, where that is elsewhere.
        """
        key = key_of(event)
        if key is None:
            return
        self.kinds[str(event["kind"])] += 1
        decision, *own = outcome_of(event).digests()
        self.digests[key] = (decision, *(own if contents is None else contents))


@dataclass(frozen=True, slots=True)
class Change:
    """A part of which two runs made different things.

    Attributes:
        aspects: of ``ASPECTS``; or "only-before", "only-after" where one run did not have it.
    """

    key: str
    aspects: tuple[str, ...]


def changes(before: Run, after: Run) -> Iterator[Change]:
    """Every part that differs, in the order of the first run, then of the other."""
    for key in dict.fromkeys((*before.digests, *after.digests)):
        ours, theirs = before.digests.get(key), after.digests.get(key)
        if ours is None or theirs is None:
            yield Change(key, ("only-after" if ours is None else "only-before",))
        elif ours != theirs:
            names = zip(ASPECTS, ours, theirs, strict=True)
            yield Change(key, tuple(name for name, one, other in names if one != other))
