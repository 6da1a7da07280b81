"""``wireroom compare A B``: two runs over the same messages, and which items they differ in.

It must not compare anything itself: ``streams.replay.comparing`` does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from difflib import unified_diff
from typing import TYPE_CHECKING, Any

import orjson

from schemas.topics import TopicName
from streams.cli.common import WithRules, finish
from streams.cli.events import events_of
from streams.cli.logs import open_settings_log
from streams.cli.output import Format, open_output
from streams.cli.render import KIND_STYLES, printable
from streams.errors import ConfigError
from streams.replay.comparing import (
    Change,
    Outcome,
    Run,
    changes,
    contents_of,
    key_of,
    outcome_of,
)

if TYPE_CHECKING:
    from rich.text import Text

    from streams.settings import Settings

__all__ = ["compare_runs"]

_Json = dict[str, Any]
_Visit = Callable[[_Json], None]


def compare_runs(a: str, b: str, common: WithRules, output: str | None) -> None:
    """Compare two runs and print what differs.

    Memory: digests for each part of a message and each enriched item, some 200 bytes together, and
    the texts of those that differ.

    Raises:
        ConfigError: one of them holds no event.
        ArchiveError: one of them cannot be read.
    """
    one, other = _Source.read(a, common), _Source.read(b, common)
    found = list(changes(one.run, other.run))
    wanted = {change.key for change in found}
    details = one.outcomes(wanted), other.outcomes(wanted)
    with open_output(output) as out:
        if out.format is Format.TEXT:
            for line in _lines(one.run, other.run, found, details):
                out.show(line)
            return
        out.line(orjson.dumps(_summary(one.run, other.run, found)))
        for change in found:
            out.line(orjson.dumps(_record(change, details)))


@dataclass(slots=True)
class _Source:
    """A run that can be read more than once."""

    name: str
    settings: Settings | None
    run: Run = field(default_factory=Run)

    @classmethod
    def read(cls, name: str, common: WithRules) -> _Source:
        url, _, prefix = name.partition("#")
        settings = None
        if "://" in url:
            chosen = replace(common, broker=url, prefix=prefix or common.prefix)
            settings = chosen.settings()
        source = cls(name, settings)
        contents: dict[str, tuple[bytes, ...]] = {}

        def keep(item: _Json) -> None:
            contents[str(item["id"])] = contents_of(item)

        source.each_enriched(keep)
        if not source.each(lambda event: source.run.add(event, contents.get(_item_id(event)))):
            raise ConfigError(f"{name} holds no event")
        return source

    def each(self, visit: _Visit) -> int:
        """Show every event to ``visit``; answers how many there were."""
        file = None if self.settings is not None else self.name
        with events_of(file, self._settings) as events:
            return events.each(lambda _place, event: visit(event))

    def each_enriched(self, visit: _Visit) -> None:
        """Show a log's items with their entities: its events carry them as the desk had them."""
        if self.settings is not None:
            finish(_enriched(self.settings, visit))

    def _settings(self) -> Settings:
        if self.settings is None:
            raise ConfigError(f"{self.name} is no log")
        return self.settings

    def outcomes(self, wanted: set[str]) -> dict[str, Outcome]:
        """What became of some parts, whole."""
        events: dict[str, _Json] = {}

        def keep_event(event: _Json) -> None:
            key = key_of(event)
            if key is not None and key in wanted:
                events[key] = event

        self.each(keep_event)
        ids = {_item_id(event) for event in events.values()}
        items: dict[str, _Json] = {}

        def keep_item(item: _Json) -> None:
            if item["id"] in ids:
                items[str(item["id"])] = item

        self.each_enriched(keep_item)
        return {key: outcome_of(event, items.get(_item_id(event))) for key, event in events.items()}


def _item_id(event: _Json) -> str:
    return str((event.get("item") or {}).get("id"))


async def _enriched(settings: Settings, visit: _Visit) -> None:
    topic = settings.topic_name(TopicName.ENRICHED)
    async with open_settings_log(settings) as log:
        if topic not in await log.topics():
            return
        async for batch in log.read(topic, "earliest", await log.end_offsets(topic)):
            for record in batch:
                item = orjson.loads(record.value or b"{}")
                if isinstance(item, dict) and "id" in item:
                    visit(item)


_Details = tuple[dict[str, Outcome], dict[str, Outcome]]


def _aspects(found: Sequence[Change]) -> Counter[str]:
    return Counter(aspect for change in found for aspect in change.aspects)


def _summary(before: Run, after: Run, found: Sequence[Change]) -> _Json:
    return {
        "messages": len(before.digests.keys() | after.digests.keys()),
        "before": dict(sorted(before.kinds.items())),
        "after": dict(sorted(after.kinds.items())),
        "differences": len(found),
        "changed": dict(_aspects(found)),
    }


def _record(change: Change, details: _Details) -> _Json:
    sides = [side.get(change.key) for side in details]
    told: _Json = {"part": change.key, "changed": list(change.aspects)}
    for label, side, other in zip(("before", "after"), sides, reversed(sides), strict=True):
        if side is None:
            told[label] = None
            continue
        told[label] = {
            "kind": side.kind,
            "of": side.of,
            "story_key": side.story_key,
            "id": side.item_id,
            "reasons": list(side.reasons),
            "headline": side.headline,
        }
        if "text" in change.aspects:
            told[label]["paragraphs"] = list(side.text)
        if "entities" in change.aspects and other is not None:
            told[label]["entities_only_here"] = sorted({*side.entities} - {*other.entities})
    return told


def _lines(before: Run, after: Run, found: Sequence[Change], details: _Details) -> Iterator[Text]:
    from rich.text import Text  # noqa: PLC0415  (start quickly)

    messages = len(before.digests.keys() | after.digests.keys())
    yield Text(f"{messages:,} parts of messages, {len(found):,} of them differ", "bold")
    for aspect, number in _aspects(found).most_common():
        yield Text(f"  {number:>8,} {aspect}")
    yield Text(f"  {'':<12} {'before':>8} {'after':>8}", "dim")
    for kind in sorted(before.kinds | after.kinds):
        line = Text("  ").append(f"{kind:<12}", KIND_STYLES.get(kind, "dim"))  # type: ignore[call-overload]
        change = after.kinds[kind] - before.kinds[kind]
        line.append(f" {before.kinds[kind]:>8,} {after.kinds[kind]:>8,}")
        yield line.append(f"  {change:+,}" if change else "", "bold")
    for one in found:
        yield Text()
        yield from _difference(one, details)


def _difference(change: Change, details: _Details) -> Iterator[Text]:
    from rich.text import Text  # noqa: PLC0415  (start quickly)

    old, new = (side.get(change.key) for side in details)
    shown = new or old
    headline = shown.headline if shown else None
    title = Text(printable(headline or "(no headline)"), "bold")
    yield title.append(f"  {printable(change.key)}  {', '.join(change.aspects)}", "dim")
    is_alone = old is None or new is None
    for sign, style, side in (("-", "red", old), ("+", "green", new)):
        if side is not None:
            yield from _side(change, side, sign, style, is_alone=is_alone)
    if old is not None and new is not None:
        yield from _contents(change, old, new)


def _side(
    change: Change, side: Outcome, sign: str, style: str, *, is_alone: bool
) -> Iterator[Text]:
    from rich.text import Text  # noqa: PLC0415  (start quickly)

    if is_alone or "decision" in change.aspects:
        of = f" of {printable(side.of)}" if side.of else ""
        story = f"  story {printable(side.story_key)}" if side.story_key else ""
        yield Text(f"  {sign} {side.kind}{of}{story}", style)
    if "headline" in change.aspects:
        yield Text(f"  {sign} {printable(side.headline or '')}", style)


def _contents(change: Change, old: Outcome, new: Outcome) -> Iterator[Text]:
    from rich.text import Text  # noqa: PLC0415  (start quickly)

    if "text" in change.aspects:
        for line in list(unified_diff(old.text, new.text, n=0, lineterm=""))[2:]:
            if not line.startswith("@@"):
                style = "red" if line.startswith("-") else "green"
                yield Text(f"  {line[0]} {printable(line[1:])}", style)
    if "entities" in change.aspects:
        gone, come = {*old.entities} - {*new.entities}, {*new.entities} - {*old.entities}
        for sign, style, ids in (("-", "red", gone), ("+", "green", come)):
            if ids:
                yield Text(f"  {sign} entities {printable(', '.join(sorted(ids)))}", style)
