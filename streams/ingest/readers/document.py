"""A file that is one message, or one text in which a pattern parts many.

It must not read what the message says.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from schemas.raw import RawMessage
from streams.errors import ConfigError
from streams.ingest.readers.base import Context, Input
from streams.ingest.readers.chunks import BREAK, Chunk, line_blocks

__all__ = ["parse_split", "read_document", "read_split"]

_BLANK = re.compile(r"blank:([1-9]\d{0,2})")
_ZCZC = "ZCZC"
_MARK_BYTES = 80
# A pattern that backtracks must not be fed a whole body without a line end.
_PATTERN_LINE_BYTES = 4096


def read_document(source: Input, context: Context) -> Iterator[RawMessage]:
    """The whole as one message at ``name``; nothing where it is torn or too large."""
    held: list[bytes] = []
    size = 0
    # A file as it lies there is what it is, and spooled if need be; what unpacks may be a bomb.
    limit = context.limits.member if source.depth else None
    for chunk in source.chunks:
        if chunk is BREAK:
            context.damaged(source.name, "member-damaged", "left out: some of it is missing")
            return
        size += len(chunk)
        if limit is not None and size > limit:
            context.damaged(source.name, "member-too-large", f"over {limit:,} bytes")
            return
        held.append(chunk)
    yield RawMessage(body=b"".join(held), position=source.name)


def parse_split(text: str) -> str:
    """A ``--split`` as it is given, if it is one: ZCZC, blank:N, or a regular expression.

    Raises:
        ConfigError: it is none.
    """
    if text == _ZCZC or _BLANK.fullmatch(text):
        return text
    if text.startswith("blank:"):
        raise ConfigError(f"--split {text}: write blank:N with the number of blank lines")
    try:
        pattern = re.compile(text.encode())
    except (re.error, OverflowError) as error:
        raise ConfigError(f"--split {text!r} is no regular expression: {error}") from None
    if pattern.match(b""):
        raise ConfigError(f"--split {text!r} begins a message at every line: name what begins one")
    return text


def read_split(source: Input, context: Context) -> Iterator[RawMessage]:
    """A message for each part of a text, at ``name:line`` of its first line.

    A message begins at a line with ZCZC (ITU-T F.1's start of a telegram), after N blank lines, or
    at a line that the pattern matches from its beginning.
    """
    limit = context.limits.member
    part = _Part(limit)

    def too_long(number: int) -> None:
        context.damaged(f"{source.name}:{number}", "line-too-large", f"over {limit:,} bytes")

    starts = _starts(context.split or _ZCZC)
    number = 0
    torn = _Torn(source.chunks)
    for block in line_blocks(torn, limit, too_long):
        if torn.take():
            context.damaged(f"{source.name}:{part.first}", "member-damaged", "a part is missing")
            part.clear()
        begin = 0
        for place in starts(block):
            part.add(block[begin:place], number + begin + 1)
            yield from _whole(part, source, context)
            part.clear()
            begin = place
        part.add(block[begin:], number + begin + 1)
        number += len(block)
    if torn.take():
        context.damaged(f"{source.name}:{part.first}", "member-damaged", "a part is missing")
    else:
        yield from _whole(part, source, context)


def _starts(split: str) -> Callable[[Sequence[bytes]], list[int]]:
    """Tells in which of some lines, given in order, a message begins."""
    if blank := _BLANK.fullmatch(split):
        return _AfterBlank(int(blank[1])).starts
    if split == _ZCZC:
        mark = _ZCZC.encode()
        return lambda lines: [
            place for place, line in enumerate(lines) if mark in line and mark in line[:_MARK_BYTES]
        ]
    match = re.compile(split.encode()).match
    return lambda lines: [
        place for place, line in enumerate(lines) if match(line[:_PATTERN_LINE_BYTES])
    ]


class _AfterBlank:
    """Lines that follow so many blank ones."""

    def __init__(self, least: int) -> None:
        self._least = least
        self._blank = 0

    def starts(self, lines: Sequence[bytes]) -> list[int]:
        """Which of some lines do."""
        found = []
        for place, line in enumerate(lines):
            if not line.strip():
                self._blank += 1
                continue
            if self._blank >= self._least:
                found.append(place)
            self._blank = 0
        return found


def _whole(part: _Part, source: Input, context: Context) -> Iterator[RawMessage]:
    position = f"{source.name}:{part.first}"
    if part.size > context.limits.member:
        context.damaged(position, "member-too-large", f"over {context.limits.member:,} bytes")
        return
    body = part.body()
    if body.strip():
        yield RawMessage(body=body, position=position)


class _Part:
    """The lines of one message, held up to a limit."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self.clear()

    def clear(self) -> None:
        """Forget them."""
        self._lines: list[bytes] = []
        self.size = 0
        self.first = 1

    def add(self, lines: Sequence[bytes], number: int) -> None:
        """Take more, the first of which is the line ``number``."""
        if lines and not self.size:
            self.first = number
        self.size += sum(map(len, lines)) + len(lines)
        if self.size <= self._limit:
            self._lines += lines

    def body(self) -> bytes:
        """The message."""
        return b"\n".join([*self._lines, b""])


class _Torn:
    """Chunks that remember a break."""

    def __init__(self, chunks: Iterator[Chunk]) -> None:
        self._chunks = chunks
        self._met = False

    def __iter__(self) -> Iterator[Chunk]:
        return self

    def __next__(self) -> Chunk:
        chunk = next(self._chunks)
        self._met = self._met or chunk is BREAK
        return chunk

    def take(self) -> bool:
        """Whether there was one since this was last asked."""
        met, self._met = self._met, False
        return met
