"""What a kill ends: the items it is about, found by id or reference, and the rest of their story.

A kill of one provider never ends another's items: it warns about them. It reads the memory and
changes nothing; what becomes of the kill message itself is judged elsewhere.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import islice

from schemas.event import EventKind
from schemas.item import AltId, Item, LifecycleKind, Link, PubStatus
from schemas.journal import Status
from streams.desk.decision import Caused
from streams.desk.identity import (
    NO_TIME,
    UNKNOWN_PROVIDER,
    made_at,
    made_before,
    moment,
    tombstone_at,
)
from streams.desk.lifecycle import Standing, is_pending
from streams.desk.memory import Memory
from streams.desk.references import names_of, slugline_reference, spellings

KILLS = "kills"
NUMBER_DAYS = 1
"""Agencies count from 1 every day: a number is that of the kill's day, else of the day before."""
HEADLINE_DAYS = 3
"""As far back as versions are looked for; a headline of last week is another story's."""
SLUGLINE_DAYS = 1
"""A slugline that a kill names is its story's; one it only bears must be of the same day."""

_HEADLINE, _SLUGLINE, _USN = "headline:", "slugline:", "usn:"
_MOST_REFERENCES = 16
# A story of more reprints than this is warned about once for each of the first.
_MOST_WARNED = 256


@dataclass(frozen=True, slots=True)
class Targets:
    """What a kill is about.

    Attributes:
        ended: last words of the items it ends, but for its own key's.
        meant: the items that references mean, killed before or not.
        named: these references.
        unknown: references that nothing bears.
        doubtful: items that a reference may mean, where it may mean several stories.
        stories: how many these are; 0 where nothing is doubtful.
        abroad: items of other providers that bear a number it names.
    """

    ended: tuple[Standing, ...] = ()
    meant: tuple[Standing, ...] = ()
    named: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    doubtful: tuple[Standing, ...] = ()
    stories: int = 0
    abroad: tuple[Standing, ...] = ()


@dataclass(frozen=True, slots=True)
class Pending:
    """A kill that came before its item.

    Attributes:
        standing: the last word it left.
        name: what it called the item.
    """

    standing: Standing
    name: str


@dataclass(slots=True)
class _Search:
    """The references of one kill, resolved one by one."""

    memory: Memory
    item: Item
    when: str
    found: dict[str, Standing]
    doubtful: dict[str, Standing]
    named: list[str]
    unknown: list[str]

    def resolve(self, name: str, days: int | None = None) -> bool:
        """Whether a reference means something; ``days`` back, None for what its kind allows."""
        candidates = self._candidates(name, _days_of(name) if days is None else days)
        if not candidates:
            return False
        stories = {one.story_key or one.item_key for one in candidates}
        into = self.doubtful if len(stories) > 1 else self.found
        into.update((one.item_key, one) for one in candidates)
        if len(stories) == 1:
            self.named.append(name)
        return True

    def _candidates(self, name: str, days: int) -> list[Standing]:
        memory = self.memory
        # What is nearest in time is meant: numbers and headlines come back day by day.
        for back in range(days + 1) if days <= HEADLINE_DAYS else (days,):
            keys = dict.fromkeys(
                key
                for spelling in spellings(name)
                for key in memory.references.find(self.item.provider, spelling, memory.day, back)
            )
            known = (memory.standings.get(key) for key in keys if key != self.item.item_key)
            found = [
                one
                for one in known
                if one is not None and not is_pending(one) and made_before(one.order_key, self.when)
            ]
            if found:
                return found
        return []


def find_targets(memory: Memory, item: Item, known: Standing | None, now: datetime) -> Targets:
    """What a kill ends besides its own key.

    Its own key's story, if that is known; then what it names (links ``kills``); and one that
    names nothing and whose key is unknown is about what shares one of its other ids, else about
    the headline it bears, else about the one story of its slugline that day. A reference that
    means several stories ends none of them.
    """
    when = kill_time(item, now)
    search = _Search(memory, item, when, {}, {}, [], [])
    said = [link.target for link in item.links if link.rel == KILLS][:_MOST_REFERENCES]
    for name in dict.fromkeys(said):
        if not search.resolve(name):
            search.unknown.append(name)
    is_known = known is not None and not is_pending(known)
    if not is_known and not said:
        _resolve_implied(search)
    ended: dict[str, Standing] = {}
    for one in search.found.values():
        ended.update((other.item_key, other) for other in story_of(memory, one, when))
    if known is not None and is_known:
        ended.update((other.item_key, other) for other in story_of(memory, known, when))
    ended.pop(item.item_key, None)
    return Targets(
        ended=tuple(ended[key] for key in sorted(ended)),
        meant=tuple(search.found.values()),
        named=tuple(search.named),
        unknown=tuple(search.unknown),
        doubtful=tuple(search.doubtful[key] for key in sorted(search.doubtful)),
        stories=len({one.story_key or one.item_key for one in search.doubtful.values()}),
        abroad=tuple(_abroad(memory, item, search.unknown, when)),
    )


def _resolve_implied(search: _Search) -> None:
    item = search.item
    names = names_of(item.model_copy(update={"alt_ids": _lasting(item), "slugline": None}))
    ids = [name for name in names[1:] if not name.startswith(_HEADLINE)]
    by_id = [search.resolve(name) for name in ids]
    if any(by_id):
        return
    # A status alone is about the id beside it; that the same headline was out today is a sign.
    in_words = LifecycleKind.KILL in item.lifecycle.kinds
    headline = next((name for name in names if name.startswith(_HEADLINE)), None)
    if headline is not None and search.resolve(headline, None if in_words else 0):
        return
    slugline = slugline_reference(item.slugline)
    if slugline is not None:
        search.resolve(slugline, 0)
    if headline is not None and in_words:
        # What bears it may still come, and is what is meant, whatever else had the slugline.
        search.unknown.append(headline)


def _lasting(item: Item) -> tuple[AltId, ...]:
    """Ids that a kill shares with its item; a number of the line is its own."""
    numbers = {"agency-number", "transmission"}
    return tuple(alt_id for alt_id in item.alt_ids if alt_id.scheme not in numbers)


def _abroad(memory: Memory, item: Item, unknown: Iterable[str], when: str) -> Iterator[Standing]:
    for name in unknown:
        agency = name.partition(":")[0]
        if not _is_number(name) or agency == item.provider:
            continue
        for key in memory.references.find(agency, name, memory.day, NUMBER_DAYS):
            one = memory.standings.get(key)
            if one is not None and made_before(one.order_key, when):
                yield one


def story_of(memory: Memory, known: Standing, when: str) -> Iterator[Standing]:
    """An item and what the same provider made of the same story by then, and has not killed.

    As a kill ends every version of a key, so it ends those that came under keys of their own,
    shown or passed over as older. A mere copy is ended alone: what it copies is another item, and
    is warned about.
    """
    if known.status is not Status.KILLED and made_before(known.order_key, when):
        yield known
    if _is_copy(known):
        return
    story = known.story_key or known.item_key
    for key in (story, *memory.standings.members_of(story)):
        other = memory.standings.get(key)
        if (
            other is not None
            and other.item_key != known.item_key
            and other.provider == known.provider
            and other.status is not Status.KILLED
            and not _is_copy(other)
            and made_before(other.order_key, when)
        ):
            yield other


def _is_copy(one: Standing) -> bool:
    return one.published is None and one.reprint_of is not None


def end(item: Item, known: Standing, now: datetime | None) -> tuple[Standing, Caused]:
    """The tombstone of a key that a kill message ends, and the event with its canceled item.

    The item bears the headline and the note of the kill: those of what is killed are not kept.
    """
    order = tombstone_at(kill_time(item, now), known.order_key)
    canceled = item.model_copy(
        update={
            "id": f"{known.item_key}@{order}",
            "item_key": known.item_key,
            "order_key": order,
            "provider": known.provider,
            "alt_ids": known.alt_ids,
            "story_key": known.story_key or known.item_key,
            "pubstatus": PubStatus.CANCELED,
            "paragraphs": (),
            "links": (Link(rel=KILLS, target=known.published or known.item_id),),
        }
    )
    standing = replace(
        known,
        status=Status.KILLED,
        order_key=order,
        item_id=canceled.id,
        published=canceled.id,
        story_key=canceled.story_key,
        hold=None,
        due=None,
    )
    event = Caused(
        EventKind.KILL,
        of=known.published or known.item_id,
        story_key=canceled.story_key,
        reasons=("canceled", f"by={item.id}"),
        item=canceled,
    )
    return standing, event


def warnings(memory: Memory, ended: Iterable[Standing], spared: str) -> Iterator[Caused]:
    """Warnings about what repeats killed items and what these repeat, copy by copy; each once.

    Which of two copies came first says little of which agency wrote it, so that both are warned
    about. ``ended`` are the last words of the killed as they were before, ``spared`` is the key of
    the kill itself.
    """
    first = list(ended)
    seen = {spared, *(one.item_key for one in first)}
    queue = deque((copy, one.item_key) for one in first for copy in _copies(memory, one))
    warned = 0
    while queue and warned < _MOST_WARNED:
        (key, relation), of = queue.popleft()
        other = memory.standings.get(key)
        if key in seen or other is None:
            continue
        seen.add(key)
        queue += ((copy, of) for copy in _copies(memory, other))
        if other.published is not None and other.status is Status.LIVE:
            warned += 1
            yield warning(other, f"{relation}={of}")


def warning(other: Standing, reason: str) -> Caused:
    """A warning about an item that may have to be withdrawn too."""
    return Caused(
        EventKind.KILL_WARNING,
        of=other.published or other.item_id,
        story_key=other.story_key,
        reasons=(reason,),
    )


def _copies(memory: Memory, one: Standing) -> Iterator[tuple[str, str]]:
    for key in islice(memory.standings.reprints_of(one.item_key), _MOST_WARNED):
        yield key, "repeats"
    if one.reprint_of is not None:
        yield one.reprint_of, "copied-by"


def pending_of(item: Item, names: Iterable[str], now: datetime) -> tuple[Standing, ...]:
    """What a kill leaves for items that have not come yet, a last word for each name."""
    when = kill_time(item, now)
    provider = item.provider or UNKNOWN_PROVIDER
    left: dict[str, Standing] = {}
    for name in names:
        own = name if _is_number(name) else name.removeprefix(f"{provider}:")
        for spelling in spellings(own):
            key = f"{provider}:{spelling}{_day_of(when) if _is_number(spelling) else ''}"
            left[key] = Standing(
                item_key=key,
                status=Status.KILLED,
                order_key=tombstone_at(when, item.order_key),
                item_id=item.id,
                provider=item.provider,
            )
    return tuple(left.values())


def find_pending(memory: Memory, item: Item, now: datetime) -> Pending | None:
    """The kill that came before this item and is about it, if one did.

    An id is killed for ever; a number for its day, a headline and a slugline as far back as a kill
    would have found them. An item without a time counts as made before the kill.
    """
    if not memory.pending:
        return None
    provider = item.provider or UNKNOWN_PROVIDER
    made = made_at(item.order_key)
    for name in names_of(item):
        for key in _pending_keys(f"{provider}:{name}", name, made or moment(now)):
            if key not in memory.pending:
                continue
            standing = memory.standings[key]
            when = made_at(standing.order_key) or ""
            if made_before(item.order_key, when) and _within(name, made or moment(now), when):
                return Pending(standing, name)
    return None


def _pending_keys(key: str, name: str, made: str) -> tuple[str, ...]:
    if not _is_number(name):
        return (key,)
    first = date.fromisoformat(made[:10]).toordinal()
    last = min(first + NUMBER_DAYS, date.max.toordinal())
    return tuple(f"{key}/{date.fromordinal(day)}" for day in range(first, last + 1))


def _within(name: str, made: str, when: str) -> bool:
    days = _days_of(name)
    if days > HEADLINE_DAYS:
        return True
    apart = datetime.fromisoformat(when) - datetime.fromisoformat(made)
    return abs(apart) <= timedelta(days=max(days, 1))


def _days_of(name: str) -> int:
    if name.startswith(_HEADLINE):
        return HEADLINE_DAYS
    if name.startswith(_SLUGLINE):
        return SLUGLINE_DAYS
    return NUMBER_DAYS if _is_number(name) else 1 << 20


def _is_number(name: str) -> bool:
    """It is "dpa:0123", as against an id: short, and counted anew every day."""
    agency, colon, number = name.partition(":")
    return bool(
        colon
        and agency
        and not name.startswith((_HEADLINE, _SLUGLINE, _USN))
        and 2 <= len(number) <= 10
        and number.isascii()
        and number.isalnum()
        and number[-2:].isdecimal()
    )


def _day_of(when: str) -> str:
    return f"/{when[:10]}"


def kill_time(item: Item, now: datetime | None) -> str:
    """When a kill was made: as it says, else now."""
    return made_at(item.order_key) or (moment(now) if now else NO_TIME)
