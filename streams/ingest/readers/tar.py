"""tar, member by member, as a stream; nothing is ever written to a disk.

Names are labels: where they would lead is of no interest.
"""

from __future__ import annotations

import re
import tarfile
from collections.abc import Iterator
from datetime import UTC, datetime

from schemas.raw import RawMessage
from streams.ingest.readers.base import Context, Input
from streams.ingest.readers.chunks import BREAK, CHUNK_BYTES, ByteStream, Chunk

__all__ = ["label", "looks_like_tar", "read_tar"]

# pax headers hold names and times; the largest found in real archives are a few kilobytes.
_HEADER_BYTES = 1 << 20
_EXTENDED = frozenset(
    (tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE, tarfile.GNUTYPE_LONGNAME,
     tarfile.GNUTYPE_LONGLINK)
)  # fmt: skip
_LABEL_CHARACTERS = 200
# POSIX ustar: octal digits; as GNU tar writes large numbers, binary behind this mark. Looked at
# first, for the library takes 30 us to say that a text is no header.
_CHECKSUM = re.compile(rb"[\x80\xff]|[ 0-7]*(?:\0|\Z)")
# The library's own, though not among its public names.
_INVALID: type[tarfile.HeaderError] = tarfile.InvalidHeaderError  # type: ignore[attr-defined]
_EMPTY: type[tarfile.HeaderError] = tarfile.EmptyHeaderError  # type: ignore[attr-defined]
_END_MARK: type[tarfile.HeaderError] = tarfile.EOFHeaderError  # type: ignore[attr-defined]


def looks_like_tar(head: bytes) -> bool:
    """Whether a tar's first header is there, its checksum right."""
    if not _CHECKSUM.match(head, 148, 156):
        return False
    try:
        tarfile.TarInfo.frombuf(head[: tarfile.BLOCKSIZE], "utf-8", "surrogateescape")
    except (tarfile.HeaderError, ValueError):
        return False
    return True


def label(container: str, number: int, name: str) -> str:
    """The name of a member in positions: the archive's, its place there, its own.

    The place makes it unique without remembering every name.
    """
    shown = name.encode("utf-8", "replace").decode()
    if not shown.isprintable():
        shown = "".join(c if c.isprintable() else "\ufffd" for c in shown)
    return f"{container}:{number}/{shown[-_LABEL_CHARACTERS:]}"


def read_tar(source: Input, context: Context) -> Iterator[RawMessage]:
    """The messages of every regular member, hidden ones left out, at ``name:number/member``."""
    stream = ByteStream(source.chunks)
    number = 0

    class Header(tarfile.TarInfo):
        """A header that tells when it is damaged, and is never large."""

        @classmethod
        def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Header:
            try:
                found = super().frombuf(buf, encoding, errors)
            except tarfile.HeaderError as error:
                damage.meet(error)
                raise
            if found.type in _EXTENDED and found.size > _HEADER_BYTES:
                large = _INVALID(f"a header of {found.size} bytes")
                damage.meet(large)
                raise large
            damage.whole()
            return found

    damage = _HeaderDamage(source.name, context)
    try:
        # ignore_zeros goes on after damaged headers, block by block.
        with tarfile.open(fileobj=stream, mode="r:", tarinfo=Header, ignore_zeros=True) as archive:
            while (info := archive.next()) is not None:
                archive.members.clear()  # type: ignore[attr-defined]  # they would all be kept
                number += 1
                damage.after = number
                if info.isreg() and not info.name.rpartition("/")[2].startswith("."):
                    yield from _member(stream, info, label(source.name, number, info.name),
                                       source, context)  # fmt: skip
                if stream.broken:
                    context.damaged(source.name, "tar-damaged", f"after member {number}")
                    stream.broken = False
        damage.end()
    except (tarfile.TarError, OSError, EOFError, ValueError, OverflowError) as error:
        context.damaged(f"{source.name}:{number}", "tar-damaged", str(error) or "cannot be read")


class _HeaderDamage:
    """Tells a run of damaged blocks once, and an end that is missing."""

    def __init__(self, name: str, context: Context) -> None:
        self._name, self._context = name, context
        self._told = self._ended = False
        self.after = 0

    def meet(self, error: tarfile.HeaderError) -> None:
        """A block that is no header: the mark of the end, or damage."""
        if isinstance(error, _END_MARK):
            self._ended = True
        elif not isinstance(error, _EMPTY):
            self._tell("tar-damaged", str(error))

    def whole(self) -> None:
        """A header as it should be."""
        self._told = self._ended = False

    def end(self) -> None:
        """There are no more blocks."""
        if not self._ended:
            self._tell("tar-truncated", "the mark of the end is missing")

    def _tell(self, code: str, detail: str) -> None:
        if not self._told:
            position = f"{self._name}:{self.after + 1}"
            self._context.damaged(position, code, f"after member {self.after}: {detail}")
        self._told = True


def _member(
    stream: ByteStream, info: tarfile.TarInfo, name: str, source: Input, context: Context
) -> Iterator[RawMessage]:
    if info.sparse is not None:
        context.damaged(name, "member-unsupported", "a sparse file")
        return
    yield from context.read(
        Input(
            name,
            _pieces(stream, info.size, name, context),
            modified=_time(info.mtime),
            depth=source.depth + 1,
            member=True,
        )
    )


def _pieces(stream: ByteStream, size: int, name: str, context: Context) -> Iterator[Chunk]:
    """The bytes of the member whose header was read last."""
    left = size
    while left and (piece := stream.read(min(left, CHUNK_BYTES))):
        left -= len(piece)
        yield piece
    if left:
        context.damaged(name, "tar-truncated", f"{left:,} of {size:,} bytes are missing")
        yield BREAK


def _time(seconds: float) -> datetime | None:
    try:
        return datetime.fromtimestamp(seconds, UTC) if seconds else None
    except (ValueError, OverflowError, OSError):
        return None
