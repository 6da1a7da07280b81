"""The bytes of a WARC from where its next record should begin.

It must not read records.
"""

from __future__ import annotations

import io
import re
from collections import deque

from streams.ingest.readers.chunks import ByteStream

__all__ = ["HEADER_BYTES", "WARC", "RecordStream", "Window"]

WARC = re.compile(rb"WARC/[01]\.\d+\r?\n")
HEADER_BYTES = 1 << 16
"""The longest header of a record."""
_BLANK = re.compile(rb"[\r\n]*")
_READ_BYTES = 1 << 20
_HEADER_END = b"\r\n\r\n"


class RecordStream(io.RawIOBase):
    """Bytes as a file for the library, which are kept until they are known to be well read."""

    def __init__(self, first: bytes, inner: ByteStream, limit: int) -> None:
        """A stream.

        Args:
            first: bytes before those of ``inner``.
            inner: taken from.
            limit: bytes that are kept at most; the stream ends there.
        """
        self._inner, self._limit = inner, limit
        # Pieces with the place where each begins; the last one is being read.
        self._kept: deque[tuple[int, bytes]] = deque([(0, first)])
        self._piece, self._next, self._end = first, 0, len(first)
        self._is_at_end = False

    def readable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """Where the next byte is."""
        return self._end - len(self._piece) + self._next

    def read(self, size: int | None = -1, /) -> bytes:
        """Some bytes, at most ``size``; none at the end, at a break, or beyond the limit."""
        if self._next >= len(self._piece) and not self._more():
            return b""
        start = self._next
        self._next = min(len(self._piece), start + (size if size and size > 0 else _READ_BYTES))
        return self._piece[start : self._next]

    def _more(self) -> bool:
        if self._is_at_end or self._end - self._kept[0][0] > self._limit:
            return False
        self._piece, self._next = self._inner.read1(), 0
        self._kept.append((self._end, self._piece))
        self._end += len(self._piece)
        # What is behind a break is another record's, or a part of one.
        self._is_at_end = self._inner.broken or not self._piece
        self._inner.broken = False
        return not self._is_at_end

    def keep_from(self, place: int) -> None:
        """Keep what is before no longer."""
        kept = self._kept
        while len(kept) > 1 and kept[1][0] <= place:
            kept.popleft()

    def end_of_record(self, start: int, length: int) -> int:
        """Where the record after the one at ``start`` should begin; -1 where its header has no end.

        Args:
            start: of the first record that is kept.
            length: as its header states it.
        """
        begins, piece = self._kept[0]
        found = piece.find(_HEADER_END, start - begins, start - begins + HEADER_BYTES)
        if found < 0:
            piece = self.kept_from(start)[:HEADER_BYTES]
            begins, found = start, piece.find(_HEADER_END)
        # ISO 28500, 4: a blank line after the header, two line ends after the content.
        return begins + found + 2 * len(_HEADER_END) + length if found >= 0 else -1

    def kept_from(self, place: int) -> bytes:
        """What is kept, without what is before ``place``."""
        self.keep_from(place)
        return b"".join(piece for _, piece in self._kept)[place - self._kept[0][0] :]


class Window:
    """The bytes from where the next record should begin."""

    def __init__(self, stream: ByteStream) -> None:
        self._inner = stream
        self.held = bytearray()
        self.offset = 0

    def stream(self, limit: int) -> RecordStream:
        """All bytes from here, for the library; nothing is held until they are taken back."""
        first = bytes(self.held)
        self.held.clear()
        return RecordStream(first, self._inner, limit + _READ_BYTES)

    def take_back(self, stream: RecordStream, place: int) -> None:
        """Hold again what such a stream has kept from ``place`` on."""
        self.held += stream.kept_from(place)
        self.offset += place

    def fill(self, size: int) -> bool:
        """Whether there are any bytes; as many as asked for are held, if there are so many."""
        while len(self.held) < size:
            piece = self._inner.read(max(_READ_BYTES, size - len(self.held)))
            if not piece:
                break
            self.held += piece
        return len(self.held) >= size or (size == HEADER_BYTES and bool(self.held))

    def ends_record(self, size: int) -> bool:
        """Whether a record of this size is followed by blank lines, a record, or nothing."""
        self.fill(size + 4 + 16)
        after = bytes(self.held[size : size + 20])
        rest = after.lstrip(b"\r\n")
        return after.startswith((b"\r\n\r\n", b"\n\n")) or not rest or rest.startswith(b"WARC/")

    def take(self, size: int) -> bytes:
        """The first bytes."""
        taken = bytes(self.held[:size])
        del self.held[:size]
        self.offset += size
        return taken

    def skip(self, size: int) -> None:
        """Pass over bytes without holding them."""
        while size > 0 and (self.held or self.fill(_READ_BYTES) or self.held):
            size -= len(self.take(min(size, len(self.held))))

    def skip_blank(self) -> None:
        """Pass over the blank lines after a record."""
        while self.held or self.fill(HEADER_BYTES):
            blank = _BLANK.match(self.held)
            self.take(blank.end() if blank else 0)
            if self.held:
                return

    def seek_record(self) -> None:
        """Go to the next line that begins a record, or to the end."""
        start = 1
        while True:
            found = re.compile(rb"\n" + WARC.pattern).search(self.held, start - 1)
            if found:
                self.take(found.start() + 1)
                return
            self.take(max(0, len(self.held) - 16))
            before = len(self.held)
            self.fill(before + _READ_BYTES)
            if len(self.held) == before:
                self.take(before)
                return
