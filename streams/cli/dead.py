"""``wireroom dead``: what could not be read, why, and its original bytes.

It must not let those bytes reach a terminal as they are.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

import orjson
from cyclopts import App

from schemas.topics import TopicName
from streams.cli.common import Common, finish
from streams.cli.examples import EXAMPLES
from streams.cli.logs import open_settings_log
from streams.cli.output import Format, OutputOption, open_output, terminal
from streams.cli.render import printable
from streams.errors import ConfigError

if TYPE_CHECKING:
    from schemas.dead_letter import DeadLetter
    from streams.settings import Settings

dead = App(
    name="dead",
    help="What could not be read, with its bytes.",
    help_format="plaintext",
    help_epilogue=EXAMPLES["dead"],
)

_PREVIEW_BYTES = 2048
_ROW = 16


@dead.command(name="list")
def list_(
    *,
    code: str | None = None,
    provider: str | None = None,
    max: int | None = None,  # noqa: A002  (the word every command uses)
    output: OutputOption = None,
    common: Common = Common(),  # noqa: B008  (frozen)
) -> None:
    """Dead letters, oldest first: where each lies, its code, stage, size and source.

    Args:
        code: only with this code, such as charset-undecodable.
        provider: only from this provider.
        max: end after so many.
        output: a file, or one of text, jsonl.
        common: settings.
    """
    settings = common.settings()

    async def show() -> None:
        shown = 0
        with open_output(output) as out:
            async for place, letter in _letters(settings):
                if shown == max:
                    return
                if code not in {None, letter.code} or provider not in {None, letter.provider}:
                    continue
                shown += 1
                if out.format is Format.TEXT:
                    rest = (letter.stage, letter.provider or "-", letter.position, letter.detail)
                    words = f"{place:<8} {letter.code:<22} {letter.size:>9,} B"
                    out.show(f"{words}  {'  '.join(printable(word) for word in rest)}")
                else:
                    fields = letter.model_dump(mode="json", exclude={"body"})
                    out.line(orjson.dumps({"place": place, **fields}))

    finish(show())


@dead.command
def show(place: str, *, common: Common = Common()) -> None:  # noqa: B008  (frozen)
    """The original bytes, unaltered in a pipe; on a terminal a safe dump of their beginning.

    Args:
        place: as `dead list` gives it (partition:offset), or the position of the message.
        common: settings.
    """
    letter = finish(_find(common.settings(), place))
    body = _body(letter)
    if not sys.stdout.isatty():
        sys.stdout.buffer.write(body)
        sys.stdout.buffer.flush()
        return
    console = terminal()
    console.print(printable(f"{letter.code} in {letter.stage}: {letter.detail}"), style="bold")
    console.print(printable(f"{letter.position}, {letter.size:,} bytes, sha256 {letter.sha256}"))
    for line in hex_lines(body[:_PREVIEW_BYTES]):
        console.print(line, soft_wrap=True)
    if len(body) > _PREVIEW_BYTES:
        console.print(f"... {len(body) - _PREVIEW_BYTES:,} bytes more; send to a file for all")


def _body(letter: DeadLetter) -> bytes:
    """The bytes of a letter; a file that it names only where that is what was spooled.

    Whoever may write to the raw topic may name any file.
    """
    if letter.body is not None or letter.spool_path is None:
        return letter.body or b""
    path = Path(letter.spool_path)
    try:
        if path.name == letter.sha256 and path.is_file():
            body = path.read_bytes()
            if hashlib.sha256(body).hexdigest() == letter.sha256:
                return body
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}") from None
    raise ConfigError(f"{path} is not there, or not what was spooled (sha256 {letter.sha256})")


def hex_lines(body: bytes) -> list[str]:
    """Bytes as people read them: offset, hexadecimal, printable ASCII."""
    lines = []
    for at in range(0, len(body), _ROW):
        row = body[at : at + _ROW]
        text = "".join(chr(byte) if 0x20 <= byte < 0x7F else "." for byte in row)
        lines.append(f"{at:08x}  {row.hex(' '):<{3 * _ROW}} {text}")
    return lines


async def _letters(settings: Settings) -> AsyncIterator[tuple[str, DeadLetter]]:
    from streams.log.outgoing import letter_of  # noqa: PLC0415  (start quickly)

    topic = settings.topic_name(TopicName.DEAD)
    async with open_settings_log(settings) as log:
        begin, end = await log.begin_offsets(topic), await log.end_offsets(topic)
        if begin == end:
            return
        async for batch in log.read(topic, begin, end):
            for record in batch:
                yield f"{record.partition}:{record.offset}", letter_of(record)


async def _find(settings: Settings, place: str) -> DeadLetter:
    async for found, letter in _letters(settings):
        if place in {found, letter.position}:
            return letter
    raise ConfigError(f"no dead letter at {place!r}: `wireroom dead list` shows where they are")
