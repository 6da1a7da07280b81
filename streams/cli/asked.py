"""Two items found among many events, and what a desk rebuilt for it finds between them.

It must not show anything.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

from schemas.codec import SchemaError, decode
from schemas.event import ITEM_KINDS, EventKind, WireEvent
from streams.cli.events import moved_flash, nearest
from streams.cli.recalled import recall_from_events, recall_from_log
from streams.cli.why import Answer
from streams.errors import ConfigError

if TYPE_CHECKING:
    from streams.cli.events import Events, Place
    from streams.settings import Settings

__all__ = ["Links", "answer_from_events"]

# By how a name may fit an event: its own id, its item's id, the item's key, another of its ids.
_EVENT, _ITEM, _KEY, _OTHER = range(4)


def answer_from_events(
    events: Events, a: str, b: str, settings: Settings, *, is_log: bool, killed: bool
) -> Answer:
    """What is known of the items ``a`` and ``b``, and what their desk measures between them.

    Raises:
        ConfigError: one of them is not there, its text is not, or they are the same.
    """
    search = _Search((a, b))
    if not events.each(search.visit):
        raise ConfigError(f"{events.name} holds no event")
    for name in (a, b):
        if name not in search.found:
            raise ConfigError(f"{events.name} knows no {name!r}{nearest(events, name)}")
    (fit, first_place, first), (_, last_place, last) = sorted(
        (search.found[name] for name in (a, b)), key=lambda found: found[1]
    )
    if first_place == last_place:
        raise ConfigError(f"{a!r} and {b!r} are one and the same")
    earlier, later = _read(first), _read(last)
    if earlier.item is None or later.item is None:
        bare = first if earlier.item is None else last
        raise ConfigError(f"event {bare['id']} ({bare['kind']}) carries no item to compare")
    linked = Links(earlier.item.item_key, later.item.item_key)
    events.each(linked.visit)
    of = linked.target_of(later)
    if fit in {_KEY, _OTHER} and of is not None and of != earlier.item.id:
        # Asked about an item, not a version: the version that was linked is the one to compare.
        exact = _Search((of,))
        events.each(exact.visit)
        if of in exact.found and exact.found[of][1] < last_place:
            earlier = _read(exact.found[of][2])
    if earlier.item is None:
        raise ConfigError(f"event {earlier.id} ({earlier.kind}) carries no item to compare")
    config = settings.pipeline_config().desk
    if is_log:
        recalled = recall_from_log(settings, config, later)
    else:
        recalled = recall_from_events(events, config, last_place)
    return Answer(
        earlier,
        later,
        same_story=linked.same_story,
        links=linked.links(),
        explanation=recalled.desk.explain(later.item, earlier.item, again=recalled.again),
        how=recalled.how,
        hidden=linked.is_killed and not killed,
    )


def _read(event: dict[str, Any]) -> WireEvent:
    try:
        return decode(WireEvent, orjson.dumps(event))
    except SchemaError as error:
        raise ConfigError(f"event {event['id']} cannot be read: {error}") from None


class _Search:
    """The event that each name fits best, and of those that fit alike the first."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.found: dict[str, tuple[int, Place, dict[str, Any]]] = {}
        self._names = names

    def visit(self, place: Place, event: dict[str, Any]) -> None:
        for name in self._names:
            fit = _fit(event, name)
            if fit is None:
                continue
            known = self.found.get(name)
            if known is None or (fit, place) < known[:2]:
                self.found[name] = fit, place, event


def _fit(event: dict[str, Any], name: str) -> int | None:
    if event["id"] == name:
        return _EVENT
    item = event.get("item") or {}
    if event.get("cause") is not None and event["kind"] != EventKind.RELEASE:
        return None
    if item.get("id") == name:
        return _ITEM
    if item.get("item_key") == name:
        return _KEY
    alt_ids = item.get("alt_ids") or ()
    return _OTHER if any(_value(alt_id) == name for alt_id in alt_ids) else None


def _value(alt_id: object) -> object:
    return alt_id.get("value") if isinstance(alt_id, dict) else None


@dataclass(slots=True)
class Links:
    """The stories that two keys came to be in, and the events of the one about the other."""

    first: str
    second: str
    _stories: dict[str, tuple[Place, str]] = field(default_factory=dict)
    _found: list[tuple[Place, WireEvent]] = field(default_factory=list)
    _last: dict[str, tuple[Place, str]] = field(default_factory=dict)

    @property
    def same_story(self) -> bool:
        """The last word on both is one story."""
        if self.first == self.second:
            return True
        known = [self._stories.get(key) for key in (self.first, self.second)]
        return known[0] is not None and known[1] is not None and known[0][1] == known[1][1]

    @property
    def is_killed(self) -> bool:
        """The last that was published of one of them is its kill."""
        return any(kind == EventKind.KILL for _, kind in self._last.values())

    def links(self) -> tuple[WireEvent, ...]:
        """The events of the one about the other, in order, without paragraphs."""
        return tuple(event for _, event in sorted(self._found, key=lambda pair: pair[0]))

    def target_of(self, later: WireEvent) -> str | None:
        """The version that a later event was found to be about."""
        return next((event.of for event in self.links() if event.id == later.id), None)

    def visit(self, place: Place, event: dict[str, Any]) -> None:
        """Takes one of the events, in any order."""
        item = event.get("item") or {}
        key, of = item.get("item_key"), event.get("of")
        if (flash := moved_flash(event)) is not None:
            # Its own events were sent before it had this story.
            key = flash[0]
        if key not in {self.first, self.second}:
            return
        if event["kind"] in ITEM_KINDS and (key not in self._last or place > self._last[key][0]):
            self._last[key] = place, event["kind"]
        story = event.get("story_key")
        if isinstance(story, str) and (key not in self._stories or place > self._stories[key][0]):
            self._stories[key] = place, story
        other = self.second if key == self.first else self.first
        targets = [of, *(_target(link) for link in item.get("links") or ()), *_causes(event)]
        if any(isinstance(target, str) and target.startswith(f"{other}@") for target in targets):
            try:
                bare = {**item, "paragraphs": [], "entities": []} if item else None
                brief = {**event, "item": bare}
                self._found.append((place, decode(WireEvent, orjson.dumps(brief))))
            except SchemaError:
                return


def _causes(event: dict[str, Any]) -> list[str]:
    """Ids of the items that an event gives as its reason: "by=ID"."""
    reasons = event.get("reasons") or ()
    return [one.removeprefix("by=") for one in reasons if str(one).startswith("by=")]


def _target(link: object) -> object:
    return link.get("target") if isinstance(link, dict) else None
