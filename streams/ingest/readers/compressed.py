"""gzip, bzip2 and Zstandard, unpacked piece by piece: never more at once than a few chunks.

Damage is passed over to the next member (gzip), stream (bzip2) or frame (Zstandard).
"""

from __future__ import annotations

import bz2
import io
import re
import zlib
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, replace
from typing import IO, Protocol

from backports import zstd

from schemas.raw import RawMessage
from streams.ingest.readers.base import Context, Input
from streams.ingest.readers.chunks import BREAK, CHUNK_BYTES, Chunk, file_chunks

__all__ = ["BZIP2", "GZIP", "ZSTD", "Codec", "read_compressed", "unpacked"]

# 128 MiB, as the zstd program allows without being asked (RFC 8878 recommends 8 MiB as least).
_ZSTD_WINDOW_LOG = 27
# The longest beginning of a member that is looked for after damage.
_MARK_BYTES = 10
# zlib and zstd take input whole: small pieces of it keep what waits for the next call small.
_INPUT_BYTES = 1 << 16
# Of a new member first this much: WARC has one a page, and what is not of it is copied twice.
_FIRST_BYTES = 1 << 12
_ZEROS = re.compile(rb"\0*")
# How far back the next member is looked for; damage further back is passed over with more loss.
_AGAIN_BYTES = 1 << 20


class _Unpacker(Protocol):
    """The part of the libraries' decompressors that all three have."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    @property
    def needs_input(self) -> bool: ...
    def decompress(self, data: bytes, max_length: int) -> bytes: ...


class _Gunzip:
    """zlib's decompressor with the manners of the other two."""

    def __init__(self) -> None:
        self._inner = zlib.decompressobj(zlib.MAX_WBITS | 16)
        self._full = False

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    @property
    def needs_input(self) -> bool:
        # A full answer may have left some inside, with all input taken.
        return not (self._full or self._inner.unconsumed_tail)

    def decompress(self, data: bytes, max_length: int) -> bytes:
        piece = self._inner.decompress(self._inner.unconsumed_tail + data, max_length)
        self._full = len(piece) == max_length
        return piece


@dataclass(frozen=True, slots=True)
class Codec:
    """One compression.

    Attributes:
        name: begins the codes of damage: "gzip-corrupt", "gzip-truncated".
        mark: how a member begins.
        first: the bytes that one of these may have first.
        suffix: of the names of files that say they are so compressed.
        opened: a decompressor for one member.
    """

    name: str
    mark: re.Pattern[bytes]
    first: bytes
    suffix: str
    opened: Callable[[], _Unpacker]


def _open_zstd() -> _Unpacker:
    limit = zstd.DecompressionParameter.window_log_max
    return zstd.ZstdDecompressor(options={limit: _ZSTD_WINDOW_LOG})


# RFC 1952: deflate is the only method, flag bits 5 to 7 are zero.
GZIP = Codec("gzip", re.compile(rb"\x1f\x8b\x08[\x00-\x1f]"), b"\x1f", ".gz", _Gunzip)
BZIP2 = Codec(
    "bzip2",
    re.compile(rb"BZh[1-9](?:1AY&SY|\x17rE8P\x90)"),
    b"B",
    ".bz2",
    bz2.BZ2Decompressor,
)
# RFC 8878: a frame, or a skippable one.
ZSTD = Codec(
    "zstd",
    re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18"),
    b"\x28" + bytes(range(0x50, 0x60)),
    ".zst",
    _open_zstd,
)

_TRUNCATED = "truncated"
_ERRORS = (zlib.error, OSError, EOFError, ValueError, zstd.ZstdError)


def read_compressed(codec: Codec, source: Input, context: Context) -> Iterator[RawMessage]:
    """The messages of what is compressed."""
    inner = unpacked(codec, source, context)
    yield from context.read(replace(source, chunks=inner, handle=None, depth=source.depth + 1))


def unpacked(codec: Codec, source: Input, context: Context) -> Iterator[Chunk]:
    """The bytes unpacked; a break where some are missing, also at the end."""
    given = 0
    if codec is GZIP and source.handle is not None:
        given, is_whole = yield from _whole_gzip(source.handle, source.name, context)
        if is_whole:
            return
        source.handle.seek(0)
        again = file_chunks(source.handle, _uncounted)
        source = replace(source, chunks=again)
        context = replace(context, unpacked=_beyond(given, context.unpacked))
    yield from _after(given, _members(codec, source, context))


def _whole_gzip(
    handle: IO[bytes], name: str, context: Context
) -> Generator[Chunk, None, tuple[int, bool]]:
    """The bytes of a gzip that is whole, by a reader that takes half of zlib's time.

    It cannot go on after damage, nor does it tell where a file ends too early.

    Returns:
        How many bytes there were, and whether that is all; if not, the file must be read again.
    """
    from fastwarc.stream_io import GzipReader  # noqa: PLC0415  (start quickly)

    size = 0
    try:
        handle.seek(0)
        reader = GzipReader(handle)
        while piece := reader.read(CHUNK_BYTES):
            over = context.unpacked(len(piece))
            if over is not None:
                context.damaged(name, over, f"at byte {reader.inner_tell():,} of the file")
                yield BREAK
                return size, True
            yield piece
            size += len(piece)
        return size, _ends_whole(handle, reader.frame_start_position() or 0, size)
    except _ERRORS:
        return size, False


def _ends_whole(handle: IO[bytes], start: int, size: int) -> bool:
    """Whether the last member of a gzip, which begins at ``start``, is all there.

    Args:
        handle: of the file.
        start: where the member begins.
        size: bytes that the file was unpacked to.

    Raises:
        zlib.error: the member is damaged.
    """
    if not start:
        # RFC 1952, 2.3.1: a member ends with the size of what it holds, modulo 2 ** 32.
        handle.seek(max(0, handle.seek(0, io.SEEK_END) - 4))
        return handle.read() == (size % (1 << 32)).to_bytes(4, "little")
    handle.seek(start)
    unpacker = _Gunzip()
    while not unpacker.eof:
        data = handle.read(_INPUT_BYTES) if unpacker.needs_input else b""
        if unpacker.needs_input and not data:
            return False
        unpacker.decompress(data, CHUNK_BYTES)
    return not unpacker.unused_data and not handle.read(1)


def _uncounted(_size: int) -> None:
    """The file's own reader counts."""


def _beyond(given: int, unpacked: Callable[[int], str | None]) -> Callable[[int], str | None]:
    """As ``unpacked``, which has been told of the first bytes before."""
    told = given

    def tell(size: int) -> str | None:
        nonlocal told
        known = min(size, told)
        told -= known
        return unpacked(size - known)

    return tell


def _after(given: int, chunks: Iterator[Chunk]) -> Iterator[Chunk]:
    """The chunks without the first bytes, as far as a break."""
    for chunk in chunks:
        if not isinstance(chunk, bytes):
            given = 0
            yield chunk
        elif given < len(chunk):
            yield chunk[given:]
            given = 0
        else:
            given -= len(chunk)


def _members(codec: Codec, source: Input, context: Context) -> Iterator[Chunk]:
    """As ``unpacked``, member by member."""
    packed = _Packed(source.chunks)
    while packed.more():
        at = packed.begin()
        try:
            state = yield from _member(codec, packed, context)
        except _ERRORS as error:
            reason = str(error) or type(error).__name__
            context.damaged(source.name, f"{codec.name}-corrupt", f"at byte {at:,}: {reason}")
            yield BREAK
            found = packed.seek(codec.mark, past=at)
            packed.broken = False
            if not found:
                return
            continue
        if state == _TRUNCATED:
            context.damaged(source.name, f"{codec.name}-truncated", f"after byte {packed.offset:,}")
            yield BREAK
            return
        if state is not None:
            context.damaged(source.name, state, f"at byte {packed.offset:,} of the file")
            yield BREAK
            return
        # gzip may be padded with zeros to a tape's or a sector's end.
        if packed.rest_is_zeros():
            return


def _member(codec: Codec, packed: _Packed, context: Context) -> Generator[Chunk, None, str | None]:
    """One member's bytes; answers None when it was whole, else what stopped it."""
    unpacker = codec.opened()
    while not unpacker.eof:
        data = packed.take() if unpacker.needs_input else b""
        if unpacker.needs_input and not data:
            return _TRUNCATED
        piece = unpacker.decompress(data, CHUNK_BYTES)
        if packed.broken:
            raise ValueError("bytes are missing")
        if piece:
            over = context.unpacked(len(piece))
            if over is not None:
                return over
            yield piece
    packed.give_back(unpacker.unused_data)
    return None


class _Packed:
    """Compressed bytes, of which some may be given back, or looked at again after damage."""

    def __init__(self, chunks: Iterator[Chunk]) -> None:
        self._chunks = chunks
        self._held = b""
        self._next = 0
        self._member = bytearray()
        self._size = _FIRST_BYTES
        self.offset = 0
        self.broken = False

    def begin(self) -> int:
        """Where a member begins."""
        self._member.clear()
        self._size = _FIRST_BYTES
        return self.offset

    def more(self) -> bool:
        """Whether there are more bytes."""
        while self._next >= len(self._held):
            chunk = next(self._chunks, None)
            if chunk is None:
                return False
            if isinstance(chunk, bytes):
                self._held, self._next = chunk, 0
            else:
                self.broken = True
        return True

    def take(self) -> bytes:
        """Some bytes; none at the end."""
        if not self.more():
            return b""
        taken = self._held[self._next : self._next + self._size]
        self._size = _INPUT_BYTES
        self._next += len(taken)
        self.offset += len(taken)
        self._member += taken
        if len(self._member) > 2 * _AGAIN_BYTES:
            del self._member[:-_AGAIN_BYTES]
        return taken

    def give_back(self, data: bytes) -> None:
        """The end of what was taken last, which was not used."""
        self._next -= len(data)
        self.offset -= len(data)

    def seek(self, mark: re.Pattern[bytes], *, past: int) -> bool:
        """Go to the next mark after a member that began at ``past``; whether there is one."""
        # Damage is noticed late: the next members may have been taken for part of this one.
        self.offset -= len(self._member)
        self._held, self._next = bytes(self._member) + self._held[self._next :], 0
        self._member.clear()
        self._pass(max(0, past + 1 - self.offset))
        while self.more():
            found = mark.search(self._held, self._next)
            if found:
                self._pass(found.start() - self._next)
                return True
            tail = self._held[max(self._next, len(self._held) - _MARK_BYTES) :]
            self._pass(len(self._held) - self._next - len(tail))
            self._next = len(self._held)
            if not self.more():
                return False
            self._held = tail + self._held
        return False

    def _pass(self, size: int) -> None:
        self._next += size
        self.offset += size

    def rest_is_zeros(self) -> bool:
        """Whether only padding is left; it is passed over."""
        while self.more():
            padding = _ZEROS.match(self._held, self._next)
            self._pass(padding.end() - self._next if padding else 0)
            if self._next < len(self._held):
                return False
        return True
