"""``wireroom boilerplate``: learn what a source puts around its articles; show and revoke it.

It must not judge a line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import orjson
from cyclopts import App, Parameter

from schemas.topics import TopicName
from streams.cli.common import WithRules, finish
from streams.cli.examples import EXAMPLES
from streams.cli.inputs import InputPath, Inputs, progress
from streams.cli.logs import open_settings_log
from streams.cli.output import Format, Output, OutputOption, open_output, terminal
from streams.cli.render import printable
from streams.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable

    from schemas.raw import RawMessage
    from streams.clean.boilerplate import BoilerplateLine, BoilerplateRules, RevokedLine
    from streams.learning import BoilerplateLearner, Lesson
    from streams.settings import Settings

boilerplate = App(
    name="boilerplate",
    help="Learn which lines of a source are never text, show them, and take them back.",
    help_format="plaintext",
    help_epilogue=EXAMPLES["boilerplate"],
)

_Flag = Annotated[bool, Parameter(negative="")]
# Of lines that recur and were not learned, as many are shown to a person.
_REFUSED_SHOWN = 10


@boilerplate.command
def learn(
    *sources: InputPath,
    into: Path | None = None,
    dry_run: _Flag = False,
    inputs: Inputs = Inputs(),  # noqa: B008  (frozen)
    output: OutputOption = None,
    common: WithRules = WithRules(),  # noqa: B008  (frozen)
) -> None:
    """Find the lines that recur across the stories of a source, and write them to a file.

    A line is learned when it stands in 5 stories at least, 2 % of those of its source, on two days,
    around the text; within it, or where it is a story's headline, in 30 %. Takes and versions of a
    story count once. Never learned: bylines, datelines, sign-offs, agency names, notes to editors,
    rights, quotations, rows and headings of tables, crossheads. A source is a provider; pages that
    name none go by their host.

    Args:
        sources: files, directories, .jsonl, - for standard input; or raw, the topic.
        into: the file; made, or brought up to date: what was revoked stays revoked. Otherwise the
            one the settings name, else boilerplate.toml.
        dry_run: write nothing, only show.
        inputs: how to read the files.
        output: a file, or one of text, jsonl: a line for each learned line.
        common: settings.
    """
    from streams.clean.boilerplate.changing import merged  # noqa: PLC0415  (the stages)
    from streams.clean.boilerplate.file import newest_of, write  # noqa: PLC0415  (the stages)
    from streams.learning import BoilerplateLearner  # noqa: PLC0415  (the stages)
    from streams.settings.boilerplate import save_boilerplate  # noqa: PLC0415  (the stages)

    settings = common.settings()
    file = into or _file(settings)
    old = _load(file) if file.exists() else None
    with BoilerplateLearner(settings.pipeline_config().profiles) as learner:
        _read(settings, sources, inputs, learner)
        lessons = learner.lessons()
        skipped = learner.skipped
    sets = merged(old.sources if old else {}, {each.source: each.lines for each in lessons})
    days = [each.last for each in lessons] + ([newest_of(old)] if old else [])
    person = terminal(stderr=True)
    for words in _summary(lessons):
        person.print(words, soft_wrap=True)
    if skipped.undated:
        person.print(f"{skipped.undated:,} messages without a time taught nothing: see --time-from")
    if skipped.unread or skipped.no_text:
        person.print(f"{skipped.unread:,} could not be read, {skipped.no_text:,} held no article")
    if not days:
        raise ConfigError("nothing to learn from: no message with a text and a time")
    text, rules = write(sets, max(days))
    if dry_run:
        person.print(f"would write {rules.version} to {printable(str(file))}", soft_wrap=True)
    else:
        save_boilerplate(file, text)
        person.print(f"{printable(str(file))}: {rules.version}", soft_wrap=True)
    with open_output(output) as out:
        for each in lessons:
            known = rules.sources.get(each.source)
            keys = {line.key for line in each.lines}
            lines = [line for line in known.lines if line.key in keys] if known else []
            _show(out, each.source, lines)


@boilerplate.command(name="list")
def list_(
    *,
    provider: str | None = None,
    output: OutputOption = None,
    common: WithRules = WithRules(),  # noqa: B008  (frozen)
) -> None:
    """The learned lines, most frequent first, then those that were revoked.

    Args:
        provider: of this source only.
        output: a file, or one of text, jsonl.
        common: settings; --boilerplate names the file.
    """
    rules = _load(_file(common.settings()))
    if provider is not None and provider not in rules.sources:
        known = ", ".join(sorted(rules.sources)) or "none"
        raise ConfigError(f"nothing learned of {provider!r}; sources: {known}")
    wanted = [name for name in sorted(rules.sources) if provider in {None, name}]
    with open_output(output) as out:
        for source in wanted:
            each = rules.sources[source]
            _show(out, source, (*each.lines, *each.revoked))
        if out.format is Format.TEXT:
            out.show(f"version {rules.version}")


@boilerplate.command
def forget(
    line: str,
    *,
    provider: str | None = None,
    dry_run: _Flag = False,
    common: WithRules = WithRules(),  # noqa: B008  (frozen)
) -> None:
    """Take a line back: it is published again, and not learned anew.

    Workers go on with the set they started with; start them again.

    Args:
        line: its id as `list` gives it, or its text.
        provider: of this source only.
        dry_run: write nothing, only show.
        common: settings; --boilerplate names the file.
    """
    from streams.clean.boilerplate.changing import revoke  # noqa: PLC0415  (the stages)
    from streams.clean.boilerplate.file import newest_of, write  # noqa: PLC0415  (the stages)
    from streams.settings.boilerplate import save_boilerplate  # noqa: PLC0415  (the stages)

    file = _file(common.settings())
    old = _load(file)
    sets, found = revoke(old, line, provider)
    text, rules = write(sets, newest_of(old))
    report = terminal()
    for source, revoked in found:
        report.print(f"revoked  {printable(source)}  {printable(revoked)}", soft_wrap=True)
    if dry_run:
        report.print(f"would write {rules.version} to {printable(str(file))}")
        return
    save_boilerplate(file, text)
    report.print(f"{printable(str(file))}: {rules.version}", soft_wrap=True)


@boilerplate.command
def diff(old: InputPath, new: InputPath, *, output: OutputOption = None) -> None:
    """What one set of lines removes and another does not.

    Args:
        old: a file of learned lines.
        new: another one.
        output: a file, or one of text, jsonl.
    """
    from streams.clean.boilerplate.changing import differences  # noqa: PLC0415  (the stages)

    before, after = _load(Path(old)), _load(Path(new))
    with open_output(output) as out:
        for change in differences(before, after):
            row = {"change": change.change, **_row(change.source, change.line)}
            if out.format is Format.TEXT:
                out.show(f"{change.change:<8} {_words(row)}")
            else:
                out.line(orjson.dumps(row))
        if out.format is Format.TEXT:
            out.show(f"from {before.version} to {after.version}")


def _file(settings: Settings) -> Path:
    from streams.settings.boilerplate import DEFAULT_FILE  # noqa: PLC0415  (the stages)

    return settings.boilerplate or DEFAULT_FILE


def _load(file: Path) -> BoilerplateRules:
    from streams.settings.boilerplate import load_boilerplate  # noqa: PLC0415  (the stages)

    return load_boilerplate(file)


@dataclass(slots=True)
class _Records:
    """How far a topic has been read, for the bar: its records instead of bytes."""

    total_bytes: int | None
    bytes_read: int = 0


def _read(
    settings: Settings, given: Sequence[str], inputs: Inputs, learner: BoilerplateLearner
) -> None:
    """Everything the arguments name, into the learner."""
    topics = [_topic(settings, name) for name in given]
    paths = tuple(name for name, topic in zip(given, topics, strict=True) if topic is None)
    limit = settings.max_body_bytes
    if paths or not given:
        sources = inputs.sources(paths, settings=settings)
        with progress("learning", sources) as show:
            for done, message in enumerate(sources, 1):
                _learn(learner, message, limit)
                show(done)
    for topic in topics:
        if topic is not None:
            finish(_read_topic(settings, topic, lambda raw: _learn(learner, raw, limit)))


def _topic(settings: Settings, name: str) -> str | None:
    """The full name of a raw topic, said with or without its prefix; None for a file."""
    if Path(name).exists():
        return None
    for topic in (TopicName.RAW, TopicName.RAW_URGENT):
        if name in {topic.value, settings.topic_name(topic)}:
            return settings.topic_name(topic)
    return None


async def _read_topic(
    settings: Settings, topic: str, learn_from: Callable[[RawMessage], None]
) -> None:
    from streams.log.headers import raw_of  # noqa: PLC0415  (start quickly)

    async with open_settings_log(settings) as log:
        begin, end = await log.begin_offsets(topic), await log.end_offsets(topic)
        records = _Records(sum(end.values()) - sum(begin.values()))
        if begin == end:
            return
        with progress("learning", records) as show:
            async for batch in log.read(topic, begin, end):
                for record in batch:
                    learn_from(raw_of(record))
                    records.bytes_read += 1
                show(records.bytes_read)


def _learn(learner: BoilerplateLearner, message: RawMessage, limit: int) -> None:
    if len(message.body) > limit:
        learner.skipped.unread += 1
    else:
        learner.add(message)


def _summary(lessons: Sequence[Lesson]) -> Iterator[str]:
    for each in lessons:
        yield (
            f"{printable(each.source)}: {len(each.lines):,} lines learned of {each.stories:,} "
            f"stories in {each.messages:,} messages"
        )
        for text, why, stories in each.refused[:_REFUSED_SHOWN]:
            yield f"  not learned ({why.value}), in {stories:,} stories: {printable(text[:80])}"
        if len(each.refused) > _REFUSED_SHOWN:
            yield f"  and {len(each.refused) - _REFUSED_SHOWN:,} more"


def _show(out: Output, source: str, lines: Iterable[BoilerplateLine | RevokedLine]) -> None:
    for line in lines:
        row = _row(source, line)
        if out.format is Format.TEXT:
            out.show(_words(row))
        else:
            out.line(orjson.dumps(row))


def _row(source: str, line: BoilerplateLine | RevokedLine) -> dict[str, object]:
    from streams.clean.boilerplate import RevokedLine, line_id  # noqa: PLC0415  (the stages)

    row: dict[str, object] = {"id": line_id(source, line.key), "provider": source}
    if isinstance(line, RevokedLine):
        return {**row, "revoked": True, "text": line.text}
    return {
        **row,
        "revoked": False,
        "where": line.where.value,
        "stories": line.stories,
        "of": line.of,
        "first": line.first.isoformat(),
        "last": line.last.isoformat(),
        "text": line.text,
    }


def _words(row: dict[str, object]) -> str:
    counted = (
        "revoked"
        if row["revoked"]
        else f"{row['where']:<8}  {row['stories']:>6,} of {row['of']:,}, last {row['last']}"
    )
    provider, text = printable(str(row["provider"])), printable(str(row["text"]))
    return f"{row['id']}  {provider}  {counted}  {text}"
