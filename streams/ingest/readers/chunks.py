"""Streams of bytes in pieces, with the places where some are missing.

It must not know any format, nor hold more than a few pieces at once.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from enum import Enum
from itertools import chain
from typing import IO

__all__ = ["BREAK", "CHUNK_BYTES", "Break", "ByteStream", "Chunk", "file_chunks", "lines", "peek"]

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


def lines(chunks: Iterator[Chunk], limit: int, too_long: Callable[[int], None]) -> Iterator[bytes]:
    """Lines without their terminator; an empty one stands for each that is torn or too long.

    Args:
        chunks: taken from.
        limit: the longest, in bytes.
        too_long: told the number, from 1, of a line beyond it.
    """
    number, tail = 0, _Tail(limit)
    for ended in chain(map(tail.split, chunks), map(_Tail.rest, [tail])):
        for line in ended:
            number += 1
            if len(line) > limit:
                too_long(number)
                yield b""
            else:
                yield line


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
    """Chunks as a file that libraries read from; cannot be sought in.

    Attributes:
        broken: whether bytes are missing before what is read next, or before its end.
    """

    def __init__(self, chunks: Iterator[Chunk]) -> None:
        self._chunks = chunks
        self._held = bytearray()
        self.broken = False

    def readable(self) -> bool:
        """It is."""
        return True

    def read(self, size: int | None = -1, /) -> bytes:
        """``size`` bytes, fewer only at the end; all of them for a negative one."""
        wanted = size if size is not None and size >= 0 else None
        while wanted is None or len(self._held) < wanted:
            chunk = next(self._chunks, None)
            if chunk is None:
                break
            if chunk is BREAK:
                self.broken = True
            else:
                self._held += chunk
        end = len(self._held) if wanted is None else wanted
        taken = bytes(self._held[:end])
        del self._held[:end]
        return taken

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """As ``read``, into a buffer."""
        taken = self.read(len(buffer))
        buffer[: len(taken)] = taken
        return len(taken)
