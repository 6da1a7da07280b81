"""Joining the takes of a text under the key of the first, whatever order they come in.

Each take is published as it comes, under its own key; the whole is a newer version of the first.
It reads the memory and changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from schemas.event import EventKind
from schemas.item import TEXT_CONTINUES, Item, LifecycleKind, Link
from schemas.journal import Status, TakeRecord
from streams.desk.decision import Caused, Decision
from streams.desk.identity import content_hash, key_of
from streams.desk.lifecycle import Standing, is_correction
from streams.desk.memory import Memory
from streams.desk.takes import (
    LONGEST_TAKE,
    MOST_TAKES,
    Series,
    TakeName,
    is_take,
    take_name,
    take_number,
)

# Two claims to each number, and none is joined: there is no need to keep more.
_MOST_CLAIMS = 2 * MOST_TAKES


def with_takes(memory: Memory, decision: Decision, item: Item) -> Decision:
    """The decision, and what it changes in texts that are sent in takes."""
    changed: list[_Change] = [
        _Change(series, (_leaving(series, standing.item_key),))
        for standing in _ended(decision)
        if (series := memory.takes.of(standing.item_key)) is not None
    ]
    if decision.publishes and decision.item is not None:
        decision, more = _arrived(memory, decision, item)
        changed += more
    for change in _by_series(changed):
        decision = _rejoined(memory, decision, change)
    return decision


@dataclass(frozen=True, slots=True)
class _Change:
    """Takes that come to a series or leave it."""

    series: Series
    takes: tuple[TakeRecord, ...]


def _by_series(changes: Sequence[_Change]) -> list[_Change]:
    """One change a series."""
    found: dict[int, _Change] = {}
    for change in changes:
        known = found.get(change.series.number)
        takes = (*known.takes, *change.takes) if known else change.takes
        found[change.series.number] = _Change(change.series, takes)
    return list(found.values())


def _ended(decision: Decision) -> list[Standing]:
    """The keys that are killed or held from now on."""
    standings = [*decision.others, *([decision.standing] if decision.standing else [])]
    return [one for one in standings if one.status is not Status.LIVE]


def _leaving(series: Series, item_key: str) -> TakeRecord:
    return series.takes[item_key].model_copy(update={"item": None})


def _arrived(memory: Memory, decision: Decision, item: Item) -> tuple[Decision, list[_Change]]:
    """A version that was published: a take, one that is no take any more, or no matter of takes."""
    known = memory.takes.of(item.item_key)
    corrected = _corrected_take(memory, decision, item)
    if known is None and corrected is None and not is_take(item):
        return decision, []
    name = take_name(item)
    left: list[_Change] = []
    if known is not None and not _stays(known, item, name):
        left = [_Change(known, (_leaving(known, item.item_key),))]
        if not is_take(item):
            return decision, left
        known = None
    series = known or corrected or memory.takes.find(name, memory.now_s)
    number = take_number(item)
    if LifecycleKind.ADD not in item.lifecycle.kinds:
        number = _number_before(series, item, decision) or number
    if number is None or _length(item) > LONGEST_TAKE:
        return decision, left
    series = series or Series(memory.seq + 1, TakeName(name.provider, "", "", ""))
    if item.item_key not in series.takes and len(series.takes) >= _MOST_CLAIMS:
        return decision, left
    decision = _in_story_of(memory, decision, series, number)
    take = TakeRecord(
        series=series.number,
        slugline=name.slugline,
        headline=name.headline,
        label=name.label,
        number=number,
        joins=series.joins,
        item_key=item.item_key,
        replaces=_parent_key(decision) if corrected is not None else None,
        item=decision.item,
    )
    return decision, [*left, _Change(series, (take,))]


def _stays(series: Series, item: Item, name: TakeName) -> bool:
    """Whether a take's newer version is a take of the same text.

    A first take that does not go on any more is a whole text; "UPDATE 2" is another one than
    "UPDATE 1".
    """
    if series.takes[item.item_key].number == 1 and not is_take(item):
        return False
    return not (series.name.label and name.label and series.name.label != name.label)


def _corrected_take(memory: Memory, decision: Decision, item: Item) -> Series | None:
    """The series of the take that this one, of another key, takes the place of."""
    if decision.kind not in {EventKind.UPDATE, EventKind.CORRECTION}:
        return None
    if not (is_take(item) or is_correction(item)):
        return None
    parent = _parent_key(decision)
    return memory.takes.of(parent) if parent and parent != item.item_key else None


def _parent_key(decision: Decision) -> str | None:
    return key_of(decision.of) if decision.of else None


def _number_before(series: Series | None, item: Item, decision: Decision) -> int | None:
    """The number of the version, or of the take under another key, that this one replaces."""
    if series is None:
        return None
    for key in (item.item_key, _parent_key(decision)):
        if key is not None and key in series.takes:
            return series.takes[key].number
    return None


def _in_story_of(memory: Memory, decision: Decision, series: Series, number: int) -> Decision:
    """A take goes into the story of the others, linked to the one before it."""
    item = decision.item
    if item is None:
        return decision
    others = [
        take for take in series.takes.values() if take.item_key != item.item_key and take.item
    ]
    links = item.links
    before = next((one for one in others if one.number == number - 1 and one.item), None)
    if before is not None and before.item is not None:
        links = (*links, Link(rel="continues", target=before.item.id))
    story = decision.story_key
    first = min(others, key=lambda take: (take.number, take.item_key), default=None)
    if first is not None and decision.kind is EventKind.NEW and story == item.item_key:
        standing = memory.standings.get(first.item_key)
        story = (standing.story_key if standing else None) or story
    standing = decision.standing and replace(decision.standing, story_key=story)
    return replace(
        decision,
        item=item.model_copy(update={"links": links, "story_key": story}),
        story_key=story,
        standing=standing,
        reasons=(*decision.reasons, f"take={number}"),
        novel=decision.novel and story == item.item_key,
    )


def _rejoined(memory: Memory, decision: Decision, change: _Change) -> Decision:
    """The decision with the text of a series joined anew, where that changed."""
    before = change.series
    after = before
    for take in change.takes:
        after = after.with_take(take, memory.now_s)
    run, run_before = after.run, before.run
    if [_version(take) for take in run] == [_version(take) for take in run_before]:
        return replace(decision, takes=(*decision.takes, *change.takes))
    joined = None
    if run and (len(run) > 1 or len(run_before) > 1):
        joined = _join(run, before.joins + 1)
    if joined is not None:
        decision = _publishing(memory, decision, joined, len(run))
    joins = before.joins + (joined is not None)
    takes = tuple(take.model_copy(update={"joins": joins}) for take in change.takes)
    return replace(decision, takes=(*decision.takes, *takes))


def _version(take: TakeRecord) -> str | None:
    return take.item.id if take.item else None


def _join(run: Sequence[TakeRecord], joins: int) -> Item | None:
    """The whole text, a version of the first take that sorts right after it.

    Its audit is that of the first take, whose source it speaks of.
    """
    items = [take.item for take in run if take.item is not None]
    first, last = items[0], items[-1]
    paragraphs = tuple(paragraph for item in items for paragraph in item.paragraphs)
    warnings = [one for one in first.audit.warnings if one != TEXT_CONTINUES]
    if TEXT_CONTINUES in last.audit.warnings:
        warnings.append(TEXT_CONTINUES)
    order = f"{first.order_key}+{joins:04}"
    return first.model_copy(
        update={
            "id": f"{first.item_key}@{order}",
            "order_key": order,
            "paragraphs": paragraphs,
            "links": (
                *first.links,
                *(Link(rel="continued_by", target=item.id) for item in items[1:]),
            ),
            "content_hash": content_hash(first.headline, [one.text for one in paragraphs]),
            "audit": first.audit.model_copy(update={"warnings": tuple(warnings)}),
        }
    )


def _publishing(memory: Memory, decision: Decision, joined: Item, count: int) -> Decision:
    """The decision with the joined text as an event of its own, the key's current item."""
    key = joined.item_key
    own = decision.standing is not None and decision.standing.item_key == key
    standing = decision.standing if own else None
    standing = standing or next((one for one in decision.others if one.item_key == key), None)
    standing = standing or memory.standings.get(key)
    if standing is None or standing.status is not Status.LIVE or standing.published is None:
        return decision
    event = Caused(
        EventKind.UPDATE,
        of=standing.published,
        story_key=standing.story_key,
        reasons=(f"takes={count}",),
        item=joined.model_copy(update={"story_key": standing.story_key}),
    )
    published = replace(standing, published=joined.id)
    decision = replace(decision, caused=(*decision.caused, event))
    if own:
        return replace(decision, standing=published)
    others = (*(one for one in decision.others if one.item_key != key), published)
    return replace(decision, others=others)


def _length(item: Item) -> int:
    return sum(len(paragraph.text) for paragraph in item.paragraphs)
