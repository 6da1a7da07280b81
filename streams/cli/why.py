"""``wireroom why``: why two items were, or were not, joined.

It must not decide anything: it asks a desk.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import orjson
from cyclopts import Parameter

from schemas.event import EventKind
from streams.cli.common import WithRules
from streams.cli.inputs import Inputs
from streams.cli.output import Format, OutputOption, open_output
from streams.cli.reasons import in_words
from streams.cli.story import FromOption, Key, LogOption, warn_of_damage
from streams.errors import ConfigError

if TYPE_CHECKING:
    from schemas.event import WireEvent
    from schemas.item import Item
    from streams.desk.explaining import Explanation

_LINE_MARK = ".jsonl:"


@dataclass(frozen=True, slots=True)
class Answer:
    """All that is known of two items.

    Attributes:
        earlier: the event of the item that came first.
        later: of the other one.
        same_story: they are in one story.
        links: events of the one that point to the other.
        how: what the desk that was asked was made of.
        hidden: one of them was killed: nothing of their texts is shown.
    """

    earlier: WireEvent
    later: WireEvent
    same_story: bool
    links: tuple[WireEvent, ...]
    explanation: Explanation
    how: str
    hidden: bool = False


def why(
    a: Key,
    b: Key,
    *,
    source: FromOption = None,
    log: LogOption = None,
    killed: Annotated[bool, Parameter(negative="")] = False,
    inputs: Inputs = Inputs(),  # noqa: B008  (frozen)
    output: OutputOption = None,
    common: WithRules = WithRules(),  # noqa: B008  (frozen)
) -> None:
    """Whether two items are one story, by which event, and what the desk measures between them.

    Two items of the log or of --from, or two messages in files, which a fresh desk reads in turn.
    Thresholds are those of the settings in force now.

    Args:
        a: an item key, an item id, an agency's other id, an event id; or a file.
        b: the other one, of the same sort.
        source: the events of a file, as `run -o` writes them, or - for standard input.
        log: read this log, not the one of the settings.
        killed: show figures and names of killed items, too.
        inputs: how to read the files.
        output: a file, or one of text, jsonl.
        common: settings.
    """
    settings = common.log_settings(log)
    files = [_is_file(name) for name in (a, b)]
    if source is None and all(files):
        answer = _of_files(a, b, inputs, common)
    elif source is None and any(files):
        raise ConfigError("give two files, or two keys: one of these is a file")
    else:
        from streams.cli.asked import answer_from_events  # noqa: PLC0415  (the stages)
        from streams.cli.events import events_of  # noqa: PLC0415  (start quickly)

        with events_of(source, settings) as events:
            answer = answer_from_events(
                events, a, b, settings(), is_log=source is None, killed=killed
            )
            warn_of_damage(events)
    with open_output(output) as out:
        if out.format is Format.TEXT:
            from streams.cli.why_text import lines  # noqa: PLC0415  (rich)

            for line in lines(answer):
                out.show(line)
        else:
            out.line(orjson.dumps(record_of(answer)))


def _is_file(name: str) -> bool:
    path, mark, _ = name.rpartition(_LINE_MARK)
    return Path(name).is_file() or bool(mark and Path(f"{path}.jsonl").is_file())


def _of_files(a: str, b: str, inputs: Inputs, common: WithRules) -> Answer:
    """What a fresh desk says of two messages, the first of them first."""
    from schemas.codec import encode  # noqa: PLC0415  (start quickly)
    from schemas.decoded import Cleaned  # noqa: PLC0415  (as above)
    from streams.cli.asked import Links  # noqa: PLC0415  (imports this)
    from streams.cli.explain import message_of  # noqa: PLC0415  (as above)
    from streams.desk import Desk  # noqa: PLC0415  (the stages)
    from streams.pipeline.intake import Intake  # noqa: PLC0415  (the stages)

    config = common.settings().pipeline_config()
    intake = Intake(config)
    parts: list[Cleaned] = []
    for name in (a, b):
        found = intake.process(message_of(name, inputs))
        cleaned = next((part for part in found if isinstance(part, Cleaned)), None)
        if cleaned is None:
            raise ConfigError(f"{name} holds no item: see wireroom explain {name}")
        parts.append(cleaned)
    first, second = parts
    desk = Desk(config.desk)
    (earlier, *_) = desk.decide(first.item, source=first.source)
    explanation = desk.explain(second.item, first.item)
    events = desk.decide(second.item, source=second.source)
    later = next(event for event in events if event.cause is None)
    # What a desk will not show of a held or killed item, whoever has the file can.
    earlier, later = (
        event.model_copy(update={"item": event.item or part.item})
        for event, part in ((earlier, first), (later, second))
    )
    links = Links(first.item.item_key, second.item.item_key)
    caused = [event for event in events if event.cause is not None]
    for number, event in enumerate((earlier, later, *caused)):
        links.visit((number, 0), orjson.loads(encode(event)))
    return Answer(
        earlier,
        later,
        same_story=links.same_story,
        links=links.links(),
        explanation=explanation,
        how="a fresh desk that has read the first of the two files only",
    )


def record_of(answer: Answer) -> dict[str, object]:
    """The answer as a JSON object; docs/desk.md lists its fields, which stay."""
    from streams.settings.desk import effective  # noqa: PLC0415  (the stages)

    found = answer.explanation
    return {
        "same_story": answer.same_story,
        "joined": found.joined,
        "earlier": _item_record(answer.earlier),
        "later": _item_record(answer.later),
        "links": [
            {
                "event": event.id,
                "kind": event.kind.value,
                "of": event.of,
                "score": event.score,
                "reasons": list(event.reasons),
                "why": list(in_words(event.reasons)),
            }
            for event in answer.links
        ],
        "likeness": found.verdict.likeness.value,
        "score": found.verdict.score,
        "reasons": list(found.verdict.reasons),
        "checks": [asdict(check) for check in found.checks],
        "would_be": found.kind.value,
        "parent": found.parent,
        "decided_by": list(found.reasons),
        "hidden": answer.hidden,
        "figures_earlier": [] if answer.hidden else list(found.figures[0]),
        "figures_later": [] if answer.hidden else list(found.figures[1]),
        "names_earlier": [] if answer.hidden else list(found.names[0]),
        "names_later": [] if answer.hidden else list(found.names[1]),
        "rule": effective(found.rule),
        "desk": answer.how,
    }


def _item_record(event: WireEvent) -> dict[str, object]:
    item: Item | None = event.item
    return {
        "event": event.id,
        "kind": event.kind.value,
        "id": item.id if item else None,
        "item_key": item.item_key if item else None,
        "provider": event.source.provider,
        "story_key": event.story_key,
        "headline": item.headline if item else None,
        "killed": event.kind is EventKind.KILL,
        "reasons": list(event.reasons),
    }
