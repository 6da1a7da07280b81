"""zip, member by member in the archive's order; nothing is ever written to a disk.

Only stored and deflated members: what bounds their unpacking is known (others were unbounded in
Python's library, cpython gh-156002). A zip whose directory is lost is read from its beginning.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO

from schemas.raw import RawMessage
from streams.ingest.readers.base import Context, Input
from streams.ingest.readers.chunks import BREAK, CHUNK_BYTES, ByteStream, Chunk
from streams.ingest.readers.tar import label

__all__ = ["looks_like_zip", "read_zip", "seekable"]

# Office documents, e-books and Java archives are zips of their own formats, not of messages.
_DOCUMENTS = (b"[Content_Types].xml", b"mimetype", b"META-INF/", b"_rels/")
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_PIECE_BYTES = 1 << 16
_ENCRYPTED = 0x1
_SIZE_FOLLOWS = 0x8
_LOCAL = struct.Struct("<4s5H3I2H")  # APPNOTE 6.3, 4.3.7
_LOCAL_MARK = b"PK\x03\x04"
_ERRORS = (
    zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, NotImplementedError,
    RuntimeError, OverflowError, struct.error,
)  # fmt: skip


def looks_like_zip(head: bytes) -> bool:
    """Whether it is a zip of files; not a document that happens to be stored as one."""
    if head.startswith(b"PK\x05\x06"):
        return True
    return head.startswith(_LOCAL_MARK) and not head[_LOCAL.size :].startswith(_DOCUMENTS)


def seekable(source: Input, context: Context) -> IO[bytes] | None:
    """The same bytes where they can be sought in: as they lie, or held if they are few enough."""
    if source.handle is not None:
        return source.handle
    stream = ByteStream(source.chunks)
    held = stream.read(context.limits.member + 1)
    if len(held) > context.limits.member:
        detail = f"over {context.limits.member:,} bytes, and not a file that can be sought in"
        context.damaged(source.name, "member-too-large", detail)
        return None
    return io.BytesIO(held)


def read_zip(source: Input, context: Context) -> Iterator[RawMessage]:
    """The messages of every member, hidden ones left out, at ``name:number/member``."""
    handle = seekable(source, context)
    if handle is None:
        return
    try:
        archive = zipfile.ZipFile(handle)
    except _ERRORS as error:
        context.damaged(source.name, "zip-damaged", f"{error}; reading from the beginning")
        yield from _without_directory(handle, source, context)
        return
    with archive:
        infos = sorted(archive.infolist(), key=lambda info: info.header_offset)
        for number, info in enumerate(infos, 1):
            name = label(source.name, number, info.filename)
            if not info.filename or info.filename.endswith("/") or _hidden(info.filename):
                continue
            if info.flag_bits & _ENCRYPTED or info.compress_type not in _METHODS:
                how = "encrypted" if info.flag_bits & _ENCRYPTED else f"of {info.compress_type}"
                context.damaged(name, "member-unsupported", f"only stored or deflated, not {how}")
                continue
            yield from context.read(
                Input(
                    name,
                    _pieces(archive, info, name, context),
                    modified=_time(info.date_time),
                    depth=source.depth + 1,
                    member=True,
                )
            )


def _hidden(name: str) -> bool:
    return name.replace("\\", "/").rpartition("/")[2].startswith(".") or name.startswith("__MACOSX")


def _pieces(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, context: Context
) -> Iterator[Chunk]:
    try:
        with archive.open(info) as member:
            while piece := member.read(CHUNK_BYTES):
                over = context.unpacked(len(piece))
                if over is not None:
                    context.damaged(name, over, "the rest is left out")
                    yield BREAK
                    return
                yield piece
    except _ERRORS as error:
        context.damaged(name, "zip-damaged", str(error) or type(error).__name__)
        yield BREAK


def _without_directory(handle: IO[bytes], source: Input, context: Context) -> Iterator[RawMessage]:
    """The members in front of which a whole local header is found, one after the other."""
    handle.seek(0)
    number = 0
    while len(fixed := handle.read(_LOCAL.size)) == _LOCAL.size:
        mark, _, flags, method, clock, day, _, packed, _, named, extra = _LOCAL.unpack(fixed)
        if mark != _LOCAL_MARK:
            return
        number += 1
        filename = handle.read(named).decode("utf-8", "replace")
        handle.read(extra)
        name = label(source.name, number, filename)
        start = handle.tell()
        if (
            flags & _ENCRYPTED
            or method not in _METHODS
            or (flags & _SIZE_FOLLOWS and method == zipfile.ZIP_STORED)
        ):
            context.damaged(name, "member-unsupported", "cannot be read without the directory")
            if flags & _SIZE_FOLLOWS:
                return
            handle.seek(start + packed)
            continue
        local = _Local(handle, name, method, None if flags & _SIZE_FOLLOWS else packed)
        pieces = _local_pieces(local, context)
        if not filename.endswith("/") and not _hidden(filename):
            changed = _time(_dos_time(day, clock))
            depth = source.depth + 1
            yield from context.read(Input(name, pieces, changed, depth=depth, member=True))
        for _ in pieces:  # what its reader had no use for
            pass
        if local.end is None:
            return
        handle.seek(local.end)
        if flags & _SIZE_FOLLOWS:
            follows = handle.read(4)  # 4.3.9: with or without its mark
            handle.seek(local.end + (16 if follows == b"PK\x07\x08" else 12))


@dataclass(slots=True)
class _Local:
    """A member behind its local header.

    Attributes:
        packed: its size in the archive; None where that follows it.
        end: where it ends, once that is known.
    """

    handle: IO[bytes]
    name: str
    method: int
    packed: int | None
    end: int | None = None


def _local_pieces(local: _Local, context: Context) -> Iterator[Chunk]:
    start = local.handle.tell()
    if local.packed is not None:
        local.end = start + local.packed
    try:
        for piece in _inflated(local):
            over = context.unpacked(len(piece))
            if over is not None:
                context.damaged(local.name, over, "the rest is left out")
                yield BREAK
                return
            yield piece
    except (zlib.error, EOFError) as error:
        code = "zip-truncated" if isinstance(error, EOFError) else "zip-damaged"
        context.damaged(local.name, code, str(error))
        yield BREAK


def _inflated(local: _Local) -> Iterator[bytes]:
    """The member's bytes.

    Raises:
        EOFError: some are missing.
        zlib.error: some are not what they were.
    """
    inflate = zlib.decompressobj(-zlib.MAX_WBITS) if local.method == zipfile.ZIP_DEFLATED else None
    left = local.packed
    while left is None or left > 0:
        size = _PIECE_BYTES if left is None else min(_PIECE_BYTES, left)
        data = local.handle.read(size)
        if not data:
            raise EOFError("the rest is missing")
        left = None if left is None else left - len(data)
        if inflate is None:
            yield data
            continue
        while data:
            yield inflate.decompress(data, CHUNK_BYTES)
            data = inflate.unconsumed_tail
        if inflate.eof:
            local.end = local.handle.tell() - len(inflate.unused_data)
            return
    if inflate is not None:
        raise EOFError("it ends before its data does")


def _dos_time(day: int, clock: int) -> tuple[int, int, int, int, int, int]:
    return (1980 + (day >> 9), day >> 5 & 15, day & 31, clock >> 11, clock >> 5 & 63,
            (clock & 31) * 2)  # fmt: skip


def _time(stated: tuple[int, int, int, int, int, int]) -> datetime | None:
    """A zip states no zone: taken as UTC. Midnight of 1980-01-01 stands for none."""
    if stated <= (1980, 1, 1, 0, 0, 0):
        return None
    try:
        return datetime(*stated, tzinfo=UTC)
    except ValueError:
        return None
