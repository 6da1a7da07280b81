"""What happened, story by story: versions in order, copies folded, kills, people and places.

It must not print.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from rich.console import Group, RenderableType
from rich.text import Text
from rich.tree import Tree

from schemas.event import EventKind, WireEvent
from schemas.item import EntityType, Item
from streams.cli.render import KIND_STYLES, counted, printable, watch_words

__all__ = ["Story", "stories_of", "story_report"]

_OLD = frozenset({EventKind.STALE, EventKind.ADVISORY})
_WATCH = frozenset({EventKind.GAP, EventKind.SILENCE})
_COPIES = (EventKind.DUPLICATE, EventKind.REPRINT)
_VERSIONS = frozenset(
    {
        EventKind.NEW,
        EventKind.UPDATE,
        EventKind.CORRECTION,
        EventKind.KILL,
        EventKind.RELEASE,
        EventKind.REINSTATED,
        EventKind.HOLD,
        EventKind.STALE,
        EventKind.ADVISORY,
        EventKind.KILL_WARNING,
    }
)
_NAMED = (
    (EntityType.PERSON, "people"),
    (EntityType.PLACE, "places"),
    (EntityType.ORGANISATION, "organisations"),
)
_ONE = {"people": "person", "places": "place", "organisations": "organisation"}
_MAX_NAMES = 6


@dataclass(slots=True)
class Story:
    """The events of one story, in order."""

    key: str
    events: list[WireEvent] = field(default_factory=list)

    @property
    def headline(self) -> str:
        """The headline it goes by now: the latest version's."""
        for event in reversed(self.events):
            is_current = event.kind in _VERSIONS - _OLD
            if is_current and event.item and event.item.headline:
                return event.item.headline
        first = next((e.item.headline for e in self.events if e.item and e.item.headline), None)
        return first or "(no headline)"

    @property
    def languages(self) -> list[str]:
        """Languages its items are in, in order of appearance."""
        found = (event.item.language for event in self.events if event.item)
        return list(dict.fromkeys(language for language in found if language))

    @property
    def is_killed(self) -> bool:
        """Whether the last word on it is a kill."""
        published = [e.kind for e in self.events if e.kind in _VERSIONS and e.cause is None]
        lasting = [kind for kind in published if kind not in _OLD]
        return bool(lasting) and lasting[-1] is EventKind.KILL


def stories_of(events: Iterable[WireEvent]) -> tuple[list[Story], list[WireEvent]]:
    """Stories in order of appearance, and the events that belong to none."""
    stories: dict[str, Story] = {}
    story_of_item: dict[str, str] = {}
    loose: list[WireEvent] = []
    for event in events:
        key = event.story_key or (event.item.story_key if event.item else None)
        if key is None and event.of is not None:
            key = story_of_item.get(event.of)
        if key is None:
            loose.append(event)
            continue
        if event.item is not None:
            story_of_item[event.item.id] = key
        stories.setdefault(key, Story(key)).events.append(event)
    return list(stories.values()), loose


def story_report(events: Sequence[WireEvent]) -> RenderableType:
    """Everything that happened, for a person: stories that moved first, then the quiet ones."""
    stories, loose = stories_of(events)
    released = {event.cause for event in events if event.kind is EventKind.RELEASE}
    watch = [event for event in loose if event.kind in _WATCH]
    loose = [event for event in loose if event.id not in released and event.kind not in _WATCH]
    moved = [story for story in stories if len(story.events) > 1]
    single = [story for story in stories if len(story.events) == 1]
    parts: list[RenderableType] = []
    for story in moved:
        parts += [_tree(story), Text()]
    if single:
        parts += [Text("Stories told once", style="bold")]
        parts += [_once(story) for story in single]
        parts.append(Text())
    if loose:
        parts += [Text("Not published", style="bold")]
        parts += [_loose(event) for event in loose]
        parts.append(Text())
    if watch:
        parts += [Text("Missing and silent", style="bold")]
        parts += [_watched(event) for event in watch]
        parts.append(Text())
    return Group(*parts)


def _tree(story: Story) -> Tree:
    title = Text(printable(story.headline), style="bold strike" if story.is_killed else "bold")
    if story.languages:
        title.append(f"  {' '.join(printable(tag) for tag in story.languages)}", style="dim")
    tree = Tree(title, guide_style="dim")
    copies: dict[str, list[WireEvent]] = {}
    for event in story.events:
        if event.kind in _COPIES:
            copies.setdefault(event.of or "", []).append(event)
    for event in story.events:
        if event.kind in _COPIES:
            continue
        branch = tree.add(_version(event))
        own = copies.pop(event.item.id, []) if event.item else []
        for line in _folded(own):
            branch.add(line)
    for line in _folded([event for events in copies.values() for event in events]):
        tree.add(line)
    for label, names in _names(story):
        tree.add(Text.assemble((f"{label}: ", "dim"), names))
    return tree


def _version(event: WireEvent) -> Text:
    line = Text(f"{event.kind:<10} ", style=KIND_STYLES.get(event.kind, "dim"))
    item = event.item
    if item is not None:
        if item.version_created or item.received_at:
            line.append(f"{item.version_created or item.received_at:%H:%M} ", style="dim")
        line.append(printable(item.headline or "(no headline)"), style="default")
    else:
        line.append(printable(event.source.position), style="default")
    if event.source.provider:
        line.append(f"  {printable(event.source.provider)}", style="dim")
    if event.kind in _OLD and event.reasons:
        line.append(f"  {printable(', '.join(event.reasons[:2]))}", style="dim")
    return line


def _folded(copies: list[WireEvent]) -> list[Text]:
    """Copies of one version by kind and provider: how many, and how alike."""
    groups: dict[tuple[EventKind, str], list[WireEvent]] = {}
    for event in copies:
        groups.setdefault((event.kind, event.source.provider or "-"), []).append(event)
    lines = []
    for (kind, provider), events in groups.items():
        times = f" ×{len(events)}" if len(events) > 1 else ""
        scores = [event.score for event in events if event.score is not None]
        line = Text(f"{kind}{times}", style=KIND_STYLES.get(kind, "dim"))
        line.append(f" {printable(provider)}", style="dim")
        if scores:
            low, high = min(scores), max(scores)
            line.append(f"  {low:.2f}" + (f" to {high:.2f}" if high - low >= 0.005 else ""))
        lines.append(line)
    return lines


def _names(story: Story) -> list[tuple[str, str]]:
    """People, places and organisations of the story, those named in most versions first."""
    items = [event.item for event in story.events if event.item is not None]
    named: list[tuple[str, str]] = []
    for kind, label in _NAMED:
        counts: Counter[str] = Counter()
        shown: dict[str, str] = {}
        for item in items:
            for entity in item.entities:
                if entity.type is kind:
                    counts[entity.id] += entity.count or 1
                    shown.setdefault(entity.id, _name(entity.name, entity.ids))
        if kind is EntityType.PERSON:
            # A flash may have the surname only; a later version tells who that is.
            surnames = {name.rpartition(" ")[2] for name in shown.values() if " " in name}
            counts = Counter({key: n for key, n in counts.items() if shown[key] not in surnames})
        if counts:
            names = [shown[key] for key, _ in counts.most_common(_MAX_NAMES)]
            more = len(counts) - len(names)
            named.append((label, ", ".join(names) + (f" and {more} more" if more > 0 else "")))
    return named


def _name(name: str, ids: dict[str, str]) -> str:
    code = ids.get("iso3166") or (f"geonames:{ids['geonames']}" if "geonames" in ids else "")
    return printable(f"{name} ({code})" if code else name)


def _once(story: Story) -> Text:
    event = story.events[0]
    line = Text("  ", no_wrap=True, overflow="ellipsis").append_text(_version(event))
    if event.item is not None:
        line.append(f"  {_entity_count(event.item)}", style="dim")
    return line


def _entity_count(item: Item) -> str:
    kinds = Counter(entity.type for entity in item.entities)
    found = [(label, kinds[kind]) for kind, label in _NAMED if kinds[kind]]
    return counted((_ONE[label] if number == 1 else label, number) for label, number in found)


def _watched(event: WireEvent) -> Text:
    line = Text("  ").append(f"{event.kind:<10} ", style=KIND_STYLES.get(event.kind, "dim"))
    return line.append(printable(f"{event.source.provider or '-'}  {watch_words(event)}"))


def _loose(event: WireEvent) -> Text:
    line = Text("  ").append(f"{event.kind:<10} ", style=KIND_STYLES.get(event.kind, "dim"))
    why = f"{event.dead.code}: {event.dead.detail}" if event.dead else ", ".join(event.reasons)
    line.append(printable(why))
    return line.append(f"  {printable(event.source.position)}", style="dim")
