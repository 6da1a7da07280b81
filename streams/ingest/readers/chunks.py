"""Streams of bytes in pieces, with the places where some are missing.

It must not know any format, nor hold more than a few pieces at once.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from enum import Enum
from itertools import chain
from typing import IO

__all__ = [
    "BREAK",
    "CHUNK_BYTES",
    "Break",
    "ByteStream",
    "Chunk",
    "file_chunks",
    "line_blocks",
    "lines",
    "peek",
]

# Swept 64 KiB to 1 MiB on 106 MB of JSON Lines: 256 KiB and up read alike.
CHUNK_BYTES = 1 << 18


class Break(Enum):
    """Stands where bytes are missing: what is before it and after it does not belong together."""

    BREAK = 0


BREAK = Break.BREAK
Chunk = bytes | Break


def file_chunks(handle: IO[bytes], count: Callable[[int], None]) -> Iterator[Chunk]:
    """The bytes of a file or pipe, as they come; ``count`` is told how many.

    Raises:
        OSError: reading fails.
    """
    read = getattr(handle, "read1", handle.read)
    while piece := read(CHUNK_BYTES):
        count(len(piece))
        yield piece


def peek(
    chunks: Iterator[Chunk], size: int, *, until: bytes | None = None
) -> tuple[bytes, bool, Iterator[Chunk]]:
    """The first bytes, whether they are all, and the chunks again with them in front.

    Args:
        chunks: taken from.
        size: enough.
        until: enough, too, where these bytes were met: a pipe that waits is not waited for.
    """
    taken: list[Chunk] = []
    head = b""
    whole = True
    for chunk in chunks:
        taken.append(chunk)
        if chunk is BREAK:
            whole = False
            break
        head += chunk
        if len(head) >= size or (until is not None and until in head):
            whole = False
            break
    return head, whole, chain(taken, chunks)


def line_blocks(
    chunks: Iterator[Chunk], limit: int, too_long: Callable[[int], None]
) -> Iterator[list[bytes]]:
    """Lines without their terminator, those together that end in a chunk.

    An empty one stands for each that is torn or too long.

    Args:
        chunks: taken from.
        limit: the longest, in bytes.
        too_long: told the number, from 1, of a line beyond it.
    """
    number, tail = 0, _Tail(limit)
    for ended in chain(map(tail.split, chunks), map(_Tail.rest, [tail])):
        if ended and max(map(len, ended)) > limit:
            for place, line in enumerate(ended):
                if len(line) > limit:
                    too_long(number + place + 1)
                    ended[place] = b""
        number += len(ended)
        yield ended


def lines(chunks: Iterator[Chunk], limit: int, too_long: Callable[[int], None]) -> Iterator[bytes]:
    """As ``line_blocks``, line by line."""
    return chain.from_iterable(line_blocks(chunks, limit, too_long))


class _Tail:
    """The line that has begun, held up to one byte beyond a limit."""

    def __init__(self, limit: int) -> None:
        self._room = limit + 1
        self._held: list[bytes] = []
        self._size = 0

    def split(self, chunk: Chunk) -> list[bytes]:
        """The lines that end in a chunk."""
        if not isinstance(chunk, bytes):
            # The line before is torn. Where the next one begins is not known: half a line goes on,
            # is no JSON, and becomes a dead letter.
            torn = [b""] if self._size else []
            self._held, self._size = [], 0
            return torn
        first, *more = chunk.split(b"\n")
        self._add(first)
        if not more:
            return []
        ended = [b"".join(self._held), *more[:-1]]
        self._held, self._size = [], 0
        self._add(more[-1])
        return ended

    def rest(self) -> list[bytes]:
        """The last line, if it has not ended."""
        return [b"".join(self._held)] if self._size else []

    def _add(self, piece: bytes) -> None:
        self._held.append(piece[: self._room - self._size])
        self._size += len(self._held[-1])


class ByteStream(io.RawIOBase):
    """Chunks as a file that libraries read from; can be sought in forwards only.

    Attributes:
        broken: whether bytes are missing before what is read next, or before its end.
    """

    def __init__(self, chunks: Iterator[Chunk]) -> None:
        self._chunks = chunks
        self._held = b""
        self._next = 0
        self._taken = 0
        self.broken = False

    def readable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """How many bytes were taken from the chunks and read."""
        return self._taken - len(self._held) + self._next

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Pass over bytes up to an offset from the beginning.

        Raises:
            OSError: it is behind what was read.
        """
        missing = offset - self.tell()
        if missing < 0 or whence != io.SEEK_SET:
            raise OSError("it can only be read on")
        while missing > 0 and (piece := self.read(min(missing, CHUNK_BYTES))):
            missing -= len(piece)
        return self.tell()

    def read(self, size: int | None = -1, /) -> bytes:
        """``size`` bytes, fewer only at the end; all of them for a negative one."""
        wanted = size if size is not None and size >= 0 else None
        if wanted is not None and wanted <= len(self._held) - self._next:
            self._next += wanted
            return self._held[self._next - wanted : self._next]
        pieces = [self._held[self._next :]]
        missing = None if wanted is None else wanted - len(pieces[0])
        self._held, self._next = b"", 0
        while missing is None or missing > 0:
            chunk = next(self._chunks, None)
            if chunk is None:
                break
            if not isinstance(chunk, bytes):
                self.broken = True
                continue
            self._taken += len(chunk)
            if missing is None or len(chunk) <= missing:
                pieces.append(chunk)
                missing = None if missing is None else missing - len(chunk)
            else:
                pieces.append(chunk[:missing])
                self._held, self._next, missing = chunk, missing, 0
        return b"".join(pieces)

    def read1(self) -> bytes:
        """Some bytes, without a copy where there is a whole chunk; none only at the end."""
        if self._next < len(self._held):
            return self.read(len(self._held) - self._next)
        for chunk in self._chunks:
            if isinstance(chunk, bytes):
                if chunk:
                    self._taken += len(chunk)
                    return chunk
            else:
                self.broken = True
        return b""

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """As ``read``, into a buffer."""
        taken = self.read(len(buffer))
        buffer[: len(taken)] = taken
        return len(taken)
