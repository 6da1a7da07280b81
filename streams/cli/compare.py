"""``wireroom compare``: what other rules of the desk would make of an archive.

It must not decide anything: two desks do, side by side.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import orjson
from cyclopts import Parameter

from schemas.event import EventKind, WireEvent
from streams.cli.common import WithRules
from streams.cli.inputs import InputPath, Inputs, progress
from streams.cli.output import Format, OutputOption, no_option, open_output
from streams.cli.reasons import in_words
from streams.cli.render import KIND_STYLES, printable
from streams.errors import ConfigError

if TYPE_CHECKING:
    from rich.text import Text

    from streams.desk import DeskConfig
    from streams.ingest.sources import Sources
    from streams.pipeline import PipelineConfig

__all__ = ["compare"]

_DESK = "desk."
_RUNS = ("before", "after")


def compare(
    *paths: InputPath,
    set: Annotated[  # noqa: A002  (the word a person would look for)
        tuple[str, ...], Parameter(name="--set", negative="", validator=no_option)
    ] = (),
    settings: Annotated[Path | None, Parameter(name="--settings")] = None,
    inputs: Inputs = Inputs(),  # noqa: B008  (frozen)
    output: OutputOption = None,
    common: WithRules = WithRules(),  # noqa: B008  (frozen)
) -> None:
    """Read an archive once and decide it twice, by the rules in force and by others.

    First how often each kind came out before and after, then each message that became something
    else. Only the desk's rules may differ; nothing is kept.

    With neither --set nor --settings: two runs over the same messages, each a file of events that
    `wireroom run -o` wrote, or a log: sqlite:///path, with #replay.NAME. for its prefix. What
    became of each message, its headline, text and entities are compared.

    Args:
        paths: files, directories, .jsonl, or - for standard input; or two runs.
        set: a rule that differs, desk.KEY=VALUE or desk.providers.NAME.KEY=VALUE; may be repeated.
        settings: another settings file; only its desk section counts.
        inputs: how to read the files.
        output: a file, or one of text, jsonl.
        common: settings: the rules in force.
    """
    if not set and settings is None and len(paths) == len(_RUNS):
        from streams.cli.compare_runs import compare_runs  # noqa: PLC0415  (start quickly)

        compare_runs(paths[0], paths[1], common, output)
        return
    own = common.settings()
    config = own.pipeline_config()
    other = _other(common, set, settings)
    sources = inputs.sources(paths, mark_undated=True, settings=own)
    trial = _Trial(config.desk, other)
    with progress("deciding twice", sources) as show:
        for done, _ in enumerate(_decided(trial, config, sources), 1):
            show(done)
    with open_output(output) as out:
        if out.format is Format.TEXT:
            for line in _lines(trial):
                out.show(line)
        else:
            out.line(orjson.dumps(trial.summary()))
            for difference in trial.differences:
                out.line(orjson.dumps(difference.record()))


def _other(common: WithRules, given: Sequence[str], file: Path | None) -> DeskConfig:
    """The rules to compare with.

    Raises:
        ConfigError: none are given, or one is no rule of the desk.
    """
    from streams.settings import load_settings  # noqa: PLC0415  (start quickly)
    from streams.settings.desk import desk_config  # noqa: PLC0415  (the stages)

    if not given and file is None:
        raise ConfigError(
            "say what differs: --set desk.near_hours=24, or --settings OTHER.toml; or name two runs"
        )
    changed: dict[str, Any] = {}
    for words in given:
        key, value = _setting(words)
        section = changed
        *path, name = key.split(".")
        for step in path:
            section = section.setdefault(step, {})
            if not isinstance(section, dict):
                raise ConfigError(f"--set {words}: {key} lies within a rule that is set as well")
        section[name] = value
    if file is not None:
        return desk_config(load_settings(file, flags=changed).settings.desk)
    return desk_config(common.load(changed).settings.desk)


def _setting(words: str) -> tuple[str, object]:
    """The key and value in KEY=VALUE; the value as TOML has it, else as it is."""
    key, equals, value = words.partition("=")
    key = key.strip()
    if not equals or not key.startswith(_DESK):
        raise ConfigError(f"--set {words}: only rules of the desk, as in desk.near_hours=24")
    try:
        return key, tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        return key, value.strip()


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What a desk made of one part: its primary event without the text, and what it caused."""

    kind: EventKind
    of: str | None
    story_key: str | None
    score: float | None
    reasons: tuple[str, ...]
    caused: tuple[str, ...]

    @classmethod
    def of_events(cls, events: Sequence[WireEvent], primary: WireEvent) -> _Outcome:
        caused = (event.kind.value for event in events if event.cause == primary.id)
        return cls(
            primary.kind,
            primary.of,
            primary.story_key,
            primary.score,
            primary.reasons,
            tuple(sorted(caused)),
        )

    @property
    def decision(self) -> tuple[object, ...]:
        """What makes it another decision; scores and reasons alone do not."""
        return self.kind, self.of, self.story_key, self.caused

    def record(self) -> dict[str, object]:
        return {
            "kind": self.kind.value,
            "of": self.of,
            "story_key": self.story_key,
            "score": self.score,
            "reasons": list(self.reasons),
            "why": list(in_words(self.reasons)),
            "caused": list(self.caused),
        }


@dataclass(frozen=True, slots=True)
class _Difference:
    """A part of which the two desks made different things."""

    position: str
    item_id: str | None
    provider: str | None
    headline: str | None
    before: _Outcome
    after: _Outcome

    def record(self) -> dict[str, object]:
        return {
            "position": self.position,
            "id": self.item_id,
            "provider": self.provider,
            "headline": self.headline,
            "before": self.before.record(),
            "after": self.after.record(),
        }


@dataclass(slots=True)
class _Trial:
    """Two desks over the same items.

    Attributes:
        before: how often each kind of primary event came out by the rules in force.
        after: by the others.
    """

    config: DeskConfig
    other: DeskConfig
    messages: int = 0
    before: Counter[str] = field(default_factory=Counter)
    after: Counter[str] = field(default_factory=Counter)
    differences: list[_Difference] = field(default_factory=list)

    def summary(self) -> dict[str, object]:
        kinds = [kind.value for kind in EventKind if self.before[kind] or self.after[kind]]
        return {
            "messages": self.messages,
            "before": {kind: self.before[kind] for kind in kinds},
            "after": {kind: self.after[kind] for kind in kinds},
            "differences": len(self.differences),
        }


def _decided(trial: _Trial, config: PipelineConfig, sources: Sources) -> Iterator[None]:
    """Decode, clean and sign each message once, and let both desks decide its parts."""
    from streams.desk import Desk  # noqa: PLC0415  (the stages)
    from streams.pipeline.desk import DecodedEntry, DeskStage  # noqa: PLC0415  (the stages)
    from streams.pipeline.intake import Intake  # noqa: PLC0415  (the stages)

    intake = Intake(config)
    first, second = (DeskStage(Desk(each)) for each in (trial.config, trial.other))
    number = 0
    for raw in sources:
        for part in intake.process(raw):
            entry = DecodedEntry(number, None, part)
            number += 1
            _compared(trial, first.process([entry]).events, second.process([entry]).events)
        trial.messages += 1
        yield


def _compared(trial: _Trial, before: list[WireEvent], after: list[WireEvent]) -> None:
    """Note what two desks made of one part, and of holds that fell due before it."""
    ours, theirs = _by_place(before), _by_place(after)
    for counts, events in ((trial.before, ours), (trial.after, theirs)):
        counts.update(event.kind.value for event in events.values() if event.cause is None)
    for place in dict.fromkeys((*ours, *theirs)):
        if place not in ours or place not in theirs:
            continue
        first, second = ours[place], theirs[place]
        old, new = _Outcome.of_events(before, first), _Outcome.of_events(after, second)
        if old.decision != new.decision:
            item = first.item or second.item
            trial.differences.append(
                _Difference(
                    first.source.position,
                    item.id if item else None,
                    first.source.provider,
                    item.headline if item else None,
                    old,
                    new,
                )
            )


def _by_place(events: Sequence[WireEvent]) -> dict[tuple[str, bool], WireEvent]:
    """Primary events and releases, by the part they are of."""
    return {
        (event.source.id, event.cause is None): event
        for event in events
        if event.cause is None or event.kind is EventKind.RELEASE
    }


def _lines(trial: _Trial) -> Iterator[Text]:
    from rich.text import Text  # noqa: PLC0415  (start quickly)

    found = trial.summary()
    number = len(trial.differences)
    yield Text(f"{found['messages']:,} messages, {number:,} decided otherwise", "bold")
    yield Text(f"  {'':<10} {'before':>8} {'after':>8}", "dim")
    for kind in (kind for kind in EventKind if trial.before[kind] or trial.after[kind]):
        change = trial.after[kind] - trial.before[kind]
        line = Text("  ").append(f"{kind:<10}", KIND_STYLES.get(kind, "dim"))
        line.append(f" {trial.before[kind]:>8,} {trial.after[kind]:>8,}")
        yield line.append(f"  {change:+,}" if change else "", "bold")
    for difference in trial.differences:
        yield Text()
        line = Text(printable(difference.headline or "(no headline)"), "bold")
        line.append(f"  {printable(difference.provider or '-')}", "dim")
        yield line.append(f"  {printable(difference.item_id or difference.position)}", "dim")
        for label, outcome in (("before", difference.before), ("after", difference.after)):
            line = Text(f"  {label:<7}", "dim")
            line.append(f"{outcome.kind:<10}", KIND_STYLES.get(outcome.kind, "dim"))
            if outcome.of:
                line.append(f" of {printable(outcome.of)}")
            if outcome.caused:
                line.append(f"  and {', '.join(outcome.caused)}")
            why = "; ".join(in_words(outcome.reasons))
            yield line.append(f"  {printable(why)}" if why else "", "dim")
