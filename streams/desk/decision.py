"""What the desk decides about one item, before it is written down or sent.

It must not hold rules.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from schemas.event import Changes, EventKind
from schemas.item import Item, Link
from schemas.journal import Indexed, Status, TakeRecord
from streams.desk.changes import changes_between
from streams.desk.index import HotText
from streams.desk.lifecycle import Hold, Standing, differences, standing_with
from streams.desk.memory import Memory
from streams.desk.words import U32


@dataclass(frozen=True, slots=True)
class Signed:
    """An item with its fingerprint made ready for comparing."""

    item: Item
    entry: Indexed
    text: HotText
    keys: U32
    lead: U32


@dataclass(frozen=True, slots=True)
class Caused:
    """An event that follows from the primary one; ``item`` is another key's than that one's."""

    kind: EventKind
    of: str
    story_key: str | None
    reasons: tuple[str, ...] = ()
    carries_item: bool = False
    item: Item | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What an item is, and what that changes.

    Attributes:
        item: as the event carries it; None where it may not be shown.
        standing: the key's new last word; None when it stays.
        publishes: the item is compared with later copy from now on.
        indexes: so is this one, though no reader has it: what is killed is known when it returns.
        novel: it begins a story.
        copied: key and id of the version that is out and has this text.
        hold: the hold the item is put under.
        others: last words of other keys that change too.
        takes: what changes in texts that are sent in takes.
    """

    kind: EventKind
    item: Item | None = None
    of: str | None = None
    story_key: str | None = None
    score: float | None = None
    reasons: tuple[str, ...] = ()
    changes: Changes | None = None
    standing: Standing | None = None
    publishes: bool = False
    indexes: bool = False
    novel: bool = False
    copied: tuple[str, str] | None = None
    hold: Hold | None = None
    others: tuple[Standing, ...] = ()
    caused: tuple[Caused, ...] = ()
    takes: tuple[TakeRecord, ...] = ()


def publish(
    signed: Signed,
    known: Standing | None,
    kind: EventKind,
    story: str,
    *,
    of: str | None = None,
    rel: str | None = None,
) -> Decision:
    """The decision that puts an item out, in a story, linked to what it replaces."""
    item = signed.item
    links = item.links
    if of is not None and rel is not None and of != item.id:
        links = (*links, Link(rel=rel, target=of))
    standing = replace(standing_with(item, known), published=item.id, story_key=story)
    return Decision(
        kind,
        item=item.model_copy(update={"story_key": story, "links": links}),
        of=of,
        story_key=story,
        standing=standing,
        publishes=True,
    )


def original_of(memory: Memory, known: Standing) -> Standing | None:
    """What readers have in the place of an item that was passed over, as a copy or as older."""
    if known.published is not None or known.status is Status.KILLED:
        return None
    story = known.story_key if known.story_key != known.item_key else None
    key = known.reprint_of or story
    return memory.standings.get(key) if key else None


def changes_since(memory: Memory, signed: Signed, known: Standing) -> Changes | None:
    """What differs from the key's version that is out; None when that is no longer hot."""
    before = memory.index.get(known.slot)
    if before is None:
        return None
    headline = "headline-changed" in differences(signed.item, known)
    return changes_between(signed.text, before, headline=headline)
