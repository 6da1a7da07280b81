"""``wireroom dead``: what could not be read, why, its original bytes, and what to do with them.

It must not let those bytes reach a terminal as they are.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import orjson
from cyclopts import App, Parameter

from schemas.topics import TopicName
from streams.cli.common import Common, finish
from streams.cli.examples import EXAMPLES
from streams.cli.logs import open_settings_log
from streams.cli.output import Format, Output, OutputOption, no_option, open_output, terminal
from streams.cli.render import printable
from streams.errors import ConfigError
from streams.ingest.dates import parse_moment

if TYPE_CHECKING:
    from rich.table import Table

    from streams.dead import Handled, Letter, Tally, Wanted
    from streams.settings import Settings

dead = App(
    name="dead",
    help="What could not be read: see it, send it once more, put it aside.",
    help_format="plaintext",
    help_epilogue=EXAMPLES["dead"],
)

_PREVIEW_BYTES = 2048
_ROW = 16

_Flag = Annotated[bool, Parameter(negative="")]
_Places = Annotated[str, Parameter(validator=no_option)]


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which letters; all that is given must hold.

    Attributes:
        code: only with this code, such as charset-undecodable.
        provider: only from this provider.
        since: only of messages that came at this original time or later: 2h, 3d, or a date.
        until: only of those that came up to this time.
    """

    code: str | None = None
    provider: str | None = None
    since: str | None = None
    until: str | None = None

    @property
    def is_given(self) -> bool:
        """Whether anything is asked for."""
        return (self.code, self.provider, self.since, self.until) != (None,) * 4

    def wanted(self, places: Sequence[str] = (), *, handled: bool) -> Wanted:
        """As the log is asked.

        Raises:
            ConfigError: a time cannot be read.
        """
        from streams.dead import Wanted  # noqa: PLC0415  (start quickly)

        now = datetime.now(UTC)
        return Wanted(
            places=frozenset(places),
            code=self.code,
            provider=self.provider,
            since=parse_moment(self.since, now) if self.since else None,
            until=parse_moment(self.until, now) if self.until else None,
            handled=handled,
        )


@dead.command(name="list")
def list_(
    *,
    filters: Filters = Filters(),
    max: int | None = None,  # noqa: A002  (the word every command uses)
    all: _Flag = False,  # noqa: A002  (what it lists)
    output: OutputOption = None,
    common: Common = Common(),  # noqa: B008  (frozen)
) -> None:
    """Dead letters, oldest first: where each lies, its code, stage, size and source.

    Args:
        filters: which.
        max: end after so many.
        all: also those that were retried or dropped.
        output: a file, or one of text, jsonl.
        common: settings.
    """
    settings = common.settings()
    wanted = filters.wanted(handled=all)

    async def show() -> None:
        with open_output(output) as out:
            async for letter in _letters(settings, wanted, max):
                if out.format is Format.TEXT:
                    out.show(_line(letter))
                else:
                    out.line(orjson.dumps(_fields(letter)))

    finish(show())


@dead.command
def show(place: str, *, common: Common = Common()) -> None:  # noqa: B008  (frozen)
    """The original bytes, unaltered in a pipe; on a terminal a safe dump of their beginning.

    Args:
        place: as `dead list` gives it (partition:offset), or the position of the message.
        common: settings.
    """
    from streams.dead import body_of, find  # noqa: PLC0415  (start quickly)

    settings = common.settings()

    async def look() -> Letter:
        async with open_settings_log(settings) as log:
            return await find(log, settings.topic_name(TopicName.DEAD), place)

    found = finish(look())
    letter = found.letter
    body = body_of(letter)
    if not sys.stdout.isatty():
        sys.stdout.buffer.write(body)
        sys.stdout.buffer.flush()
        return
    console = terminal()
    console.print(printable(f"{letter.code} in {letter.stage}: {letter.detail}"), style="bold")
    console.print(printable(f"{letter.position}, {letter.size:,} bytes, sha256 {letter.sha256}"))
    if found.marks.state != "open":
        console.print(printable(_state(found)))
    for line in hex_lines(body[:_PREVIEW_BYTES]):
        console.print(line, soft_wrap=True)
    if len(body) > _PREVIEW_BYTES:
        console.print(f"... {len(body) - _PREVIEW_BYTES:,} bytes more; send to a file for all")


@dead.command
def retry(
    *places: _Places,
    filters: Filters = Filters(),
    max: int | None = None,  # noqa: A002  (the word every command uses)
    again: _Flag = False,
    dry_run: _Flag = False,
    yes: _Flag = False,
    output: OutputOption = None,
    common: Common = Common(),  # noqa: B008  (frozen)
) -> int:
    """Send the messages once more to the raw topic, as they came, each once.

    A message that was sent is marked, and is not sent again without --again. It gets an event of
    its own; the one of its first attempt stays. The exit status is 1 where one was refused.

    Args:
        places: as `dead list` gives them, or positions of messages.
        filters: which others.
        max: end after so many.
        again: also those that were retried or dropped before.
        dry_run: only say what would be sent, and what would be refused.
        yes: I mean all that the filters find.
        output: a file, or one of text, jsonl.
        common: settings.
    """
    from streams.dead import Outcome, Reach, Retrier, batches  # noqa: PLC0415  (start quickly)

    settings = common.settings()
    topic = settings.topic_name(TopicName.DEAD)
    _check_asked(places, filters, sure=yes or dry_run)
    reach = Reach()

    async def work(out: Output) -> list[Outcome]:
        done: list[Outcome] = []
        async with open_settings_log(settings) as log:
            retrier = Retrier(
                log,
                settings.topic_name(TopicName.RAW),
                reach,
                max_body_bytes=settings.max_body_bytes,
                again=again,
            )
            # What is named is answered for, handled before or not; a filter finds what is open.
            wanted = filters.wanted(places, handled=again or bool(places))
            async for batch in batches(log, topic, wanted, reach, max):
                handled = (
                    [retrier.check(letter) for letter in batch]
                    if dry_run
                    else await retrier.retry(batch)
                )
                for one in handled:
                    _tell(out, one)
                    done.append(one.outcome)
        return done

    with open_output(output) as out:
        done = finish(work(out))
    _check_found(places, len(done))
    bad = sum(one in {Outcome.REFUSED, Outcome.ELSEWHERE} for one in done)
    verb = "would be sent" if dry_run else "sent"
    refused = f"; {bad:,} not" if bad else ""
    raw = settings.topic_name(TopicName.RAW)
    terminal(stderr=True).print(f"{len(done) - bad:,} messages {verb} to {raw}{refused}")
    return 1 if bad else 0


@dead.command
def drop(
    *places: _Places,
    filters: Filters = Filters(),
    max: int | None = None,  # noqa: A002  (the word every command uses)
    dry_run: _Flag = False,
    yes: _Flag = False,
    output: OutputOption = None,
    common: Common = Common(),  # noqa: B008  (frozen)
) -> None:
    """Put letters aside: they are listed no more. Their bytes go with the topic's retention.

    Args:
        places: as `dead list` gives them, or positions of messages.
        filters: which others.
        max: end after so many.
        dry_run: only say which.
        yes: I mean all that the filters find.
        output: a file, or one of text, jsonl.
        common: settings.
    """
    from streams.dead import Handled, Outcome, Reach, batches  # noqa: PLC0415  (start quickly)
    from streams.dead import drop as put_aside  # noqa: PLC0415  (as above)

    settings = common.settings()
    topic = settings.topic_name(TopicName.DEAD)
    _check_asked(places, filters, sure=yes or dry_run)
    outcome = Outcome.WOULD_DROP if dry_run else Outcome.DROPPED

    async def work(out: Output) -> list[Letter]:
        done: list[Letter] = []
        async with open_settings_log(settings) as log:
            wanted = filters.wanted(places, handled=False)
            async for batch in batches(log, topic, wanted, Reach(), max):
                if not dry_run:
                    await put_aside(log, batch)
                for letter in batch:
                    _tell(out, Handled(letter, outcome))
                done += [letter.bare() for letter in batch]
        return done

    with open_output(output) as out:
        done = finish(work(out))
    _check_found(places, len(done))
    report = terminal(stderr=True)
    verb = "would be dropped" if dry_run else "dropped"
    report.print(f"{len(done):,} letters {verb}{_kept(settings, done)}", soft_wrap=True)


@dead.command
def stats(
    *,
    filters: Filters = Filters(),
    output: OutputOption = None,
    common: Common = Common(),  # noqa: B008  (frozen)
) -> None:
    """How many letters: by code, provider, stage and day; open, retried, dropped.

    Args:
        filters: of which.
        output: a file, or one of text, jsonl.
        common: settings.
    """
    from streams.dead import tally  # noqa: PLC0415  (start quickly)

    settings = common.settings()
    counted = finish(tally(_letters(settings, filters.wanted(handled=True), None)))
    with open_output(output) as out:
        if out.format is Format.TEXT:
            out.show(_table(counted))
        else:
            for one in counted:
                out.line(orjson.dumps(one.as_json()))


def _check_asked(places: Sequence[str], filters: Filters, *, sure: bool) -> None:
    if not places and not filters.is_given:
        raise ConfigError("say which: places as `wireroom dead list` gives them, or --code, ...")
    if not places and not sure:
        raise ConfigError("--dry-run shows which these are; --yes does it")


def _check_found(places: Sequence[str], found: int) -> None:
    if places and not found:
        words = " ".join(repr(place) for place in places)
        raise ConfigError(f"no open letter at {words}: `wireroom dead list --all` shows all")


def _tell(out: Output, handled: Handled) -> None:
    if out.format is Format.TEXT:
        to = f"  -> {handled.to}" if handled.to else ""
        detail = f"  {printable(handled.detail)}" if handled.detail else ""
        position = printable(handled.letter.letter.position)
        out.show(f"{handled.outcome:<11} {handled.letter.place:<8} {position}{to}{detail}")
        return
    fields = {"outcome": handled.outcome, "to": handled.to, "why": handled.detail or None}
    said = {name: value for name, value in fields.items() if value is not None}
    out.line(orjson.dumps({**said, **_fields(handled.letter)}))


def _fields(letter: Letter) -> dict[str, object]:
    fields = letter.letter.model_dump(mode="json", exclude={"body"})
    marks = letter.marks
    handled = {"retries": marks.retries, "handled_at": marks.at} if marks.at else {}
    return {"place": letter.place, "state": marks.state, **handled, **fields}


def _line(letter: Letter) -> str:
    said = letter.letter
    rest = (said.stage, said.provider or "-", said.position, said.detail, _state(letter))
    words = f"{letter.place:<8} {said.code:<22} {said.size:>9,} B"
    return f"{words}  {'  '.join(printable(word) for word in rest if word)}"


def _state(letter: Letter) -> str:
    marks = letter.marks
    if marks.at is None:
        return "(a retry was ended in the midst: retry it)" if marks.pending else ""
    return f"({marks.state} {marks.at:%Y-%m-%d %H:%M}Z)"


def _table(counted: Sequence[Tally]) -> Table:
    from rich.table import Table  # noqa: PLC0415  (start quickly)

    table = Table(box=None)
    table.add_column("")
    table.add_column("", overflow="fold")
    for column in ("open", "retried", "dropped", "bytes"):
        table.add_column(column, justify="right", no_wrap=True)
    for one in counted:
        fields = one.as_json()
        numbers = (f"{fields[name]:,}" for name in ("open", "retried", "dropped", "bytes"))
        table.add_row(one.by, printable(one.name), *numbers)
    return table


def _kept(settings: Settings, dropped: Sequence[Letter]) -> str:
    """How long the bytes of dropped letters are still there."""
    retention_ms = settings.topic(TopicName.DEAD).retention_ms
    if not dropped:
        return ""
    if retention_ms is None:
        return "; wire.dead keeps their bytes for ever"
    until = max(one.record.appended_at for one in dropped) + timedelta(milliseconds=retention_ms)
    spooled = sorted({one.letter.spool_path for one in dropped if one.letter.spool_path})
    files = f"; {len(spooled)} spooled files stay, remove them yourself" if spooled else ""
    return f"; their bytes stay in {dropped[0].record.topic} until {until:%Y-%m-%d}{files}"


def hex_lines(body: bytes) -> list[str]:
    """Bytes as people read them: offset, hexadecimal, printable ASCII."""
    lines = []
    for at in range(0, len(body), _ROW):
        row = body[at : at + _ROW]
        text = "".join(chr(byte) if 0x20 <= byte < 0x7F else "." for byte in row)
        lines.append(f"{at:08x}  {row.hex(' '):<{3 * _ROW}} {text}")
    return lines


async def _letters(settings: Settings, wanted: Wanted, most: int | None) -> AsyncIterator[Letter]:
    from streams.dead import letters  # noqa: PLC0415  (start quickly)

    if most is not None and most <= 0:
        return
    shown = 0
    async with open_settings_log(settings) as log:
        async for letter in letters(log, settings.topic_name(TopicName.DEAD), wanted):
            yield letter
            shown += 1
            if shown == most:
                return
