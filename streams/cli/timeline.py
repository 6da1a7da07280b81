"""A story's events put together for telling: which version replaced which, and with what words.

It must not print, nor show the words of a killed item unless told to.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from schemas.event import EventKind, WireEvent
from schemas.item import Item
from schemas.model import write_instant
from streams.cli.reasons import in_words
from streams.desk.wording import Change, Run, changed_paragraphs, changed_words

__all__ = ["Entry", "record_of", "timeline"]

_VERSIONS = frozenset(
    {
        EventKind.NEW,
        EventKind.UPDATE,
        EventKind.CORRECTION,
        EventKind.RELEASE,
        EventKind.KILL,
    }
)
_ALIVE = (_VERSIONS - {EventKind.KILL}) | {EventKind.REINSTATED, EventKind.REPRINT}


@dataclass(frozen=True, slots=True)
class Entry:
    """One event of a story.

    Attributes:
        is_version: it is a version of the story, not a copy or a note beside it.
        base: id of the version its words are compared with; None where there is none, or it is no
            longer there.
        missing: the version it replaces is not among the events.
        hidden: its words are not shown, for the item was killed.
        headline: the headline in runs; None where it is as it was.
        changes: paragraphs that are not as they were.
        unchanged: how many paragraphs are.
    """

    event: WireEvent
    is_version: bool
    base: str | None = None
    missing: bool = False
    hidden: bool = False
    headline: tuple[Run, ...] | None = None
    changes: tuple[Change, ...] = ()
    unchanged: int = 0

    @property
    def at(self) -> datetime | None:
        """When the agency made it; else when it came."""
        item = self.event.item
        return (item.version_created or item.received_at) if item else None


def timeline(events: Sequence[WireEvent], *, killed: bool = False) -> Iterator[Entry]:
    """The events as entries, in their order; ``killed`` shows the words of killed items, too."""
    dead = frozenset() if killed else _killed(events)
    texts: dict[str, Item] = {}
    for event in events:
        item = event.item
        if item is None or event.kind not in _VERSIONS:
            yield Entry(event, is_version=event.kind in _VERSIONS)
        else:
            yield _version(event, item, texts, dead)
            texts[item.id] = item


def _version(event: WireEvent, item: Item, texts: dict[str, Item], dead: frozenset[str]) -> Entry:
    of = event.of
    if event.kind is EventKind.KILL or of is None or of == item.id:
        return Entry(event, is_version=True)
    base = texts.get(of)
    if base is None:
        return Entry(event, is_version=True, missing=True)
    if {item.item_key, base.item_key} & dead:
        return Entry(event, is_version=True, base=base.id, hidden=True)
    old, new = ([paragraph.text for paragraph in each.paragraphs] for each in (base, item))
    changes = changed_paragraphs(old, new)
    headline = None
    if (base.headline or "") != (item.headline or ""):
        headline = changed_words(base.headline or "", item.headline or "")
    touched = sum(change.new is not None for change in changes)
    return Entry(
        event,
        is_version=True,
        base=base.id,
        headline=headline,
        changes=changes,
        unchanged=len(new) - touched,
    )


def _killed(events: Sequence[WireEvent]) -> frozenset[str]:
    """Keys of the items whose last word is a kill."""
    key_of: dict[str, str] = {}
    killed: set[str] = set()
    for event in events:
        item = event.item
        if item is not None:
            key_of[item.id] = item.item_key
        keys = {key for key in (item and item.item_key, key_of.get(event.of or "")) if key}
        if event.kind is EventKind.KILL:
            killed |= keys
        elif event.kind in _ALIVE and item is not None:
            killed.discard(item.item_key)
    return frozenset(killed)


def record_of(entry: Entry, story: str | None) -> dict[str, object]:
    """An entry as a JSON object; docs/desk.md lists its fields, which stay."""
    event, item = entry.event, entry.event.item
    return {
        "story_key": story,
        "event": event.id,
        "kind": event.kind.value,
        "at": write_instant(entry.at) if entry.at else None,
        "version_created": _instant(item.version_created if item else None),
        "received_at": _instant(item.received_at if item else None),
        "provider": event.source.provider,
        "position": event.source.position,
        "id": item.id if item else None,
        "item_key": item.item_key if item else None,
        "of": event.of,
        "cause": event.cause,
        "headline": item.headline if item else None,
        "note": item.lifecycle.note if item else None,
        "score": event.score,
        "reasons": list(event.reasons),
        "why": list(in_words(event.reasons)),
        "changes": event.changes.model_dump(mode="json") if event.changes else None,
        "base": entry.base,
        "base_missing": entry.missing,
        "hidden": entry.hidden,
        "headline_words": None if entry.headline is None else _runs(entry.headline),
        "paragraphs": [
            {
                "what": change.what.value,
                "old": change.old,
                "new": change.new,
                "words": _runs(change.words),
            }
            for change in entry.changes
        ],
        "unchanged": entry.unchanged,
    }


def _instant(value: datetime | None) -> str | None:
    return write_instant(value) if value else None


def _runs(runs: Sequence[Run]) -> list[list[str]]:
    return [[run.what.value, run.text] for run in runs]
