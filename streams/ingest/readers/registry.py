"""Which reader a stream is for: by its first bytes, and by its name only where they leave it open.

It must not read more than the first bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from schemas.raw import RawMessage
from streams.errors import ArchiveError
from streams.ingest.readers.base import Context, Input, Reader
from streams.ingest.readers.chunks import CHUNK_BYTES, peek
from streams.ingest.readers.compressed import BZIP2, GZIP, ZSTD, Codec, read_compressed
from streams.ingest.readers.document import read_document, read_split
from streams.ingest.readers.json_lines import looks_like_json_lines, read_json_lines
from streams.ingest.readers.parquet import PARQUET, read_parquet
from streams.ingest.readers.rows import looks_like_rows, read_rows_of_text
from streams.ingest.readers.tar import looks_like_tar, read_tar
from streams.ingest.readers.warc import WARC, read_warc
from streams.ingest.readers.zip import looks_like_zip, read_zip

__all__ = ["DOCUMENT", "FORMATS", "Format", "Head", "find_format", "read"]

_LINES = (".jsonl", ".ndjson")
_ROWS = (".csv", ".tsv", ".tab")
_CODECS = (GZIP, BZIP2, ZSTD)
_PACKED = tuple(codec.suffix for codec in _CODECS)
# The longest mark by which a compression is known.
_MARK_BYTES = 14
STDIN = "-"


@dataclass(frozen=True, slots=True)
class Head:
    """What a format is found by.

    Attributes:
        data: the first bytes.
        whole: whether they are all.
        name: of the file or member.
        fields: pairs of ``--map``.
        split: ``--split``.
    """

    data: bytes
    whole: bool
    name: str
    fields: Mapping[str, str]
    split: str | None

    def ends(self, suffixes: tuple[str, ...]) -> bool:
        """Whether the name, but for a compression's, ends in one of these."""
        name = self.name.lower()
        if name.endswith(_PACKED):
            for codec in _CODECS:
                name = name.removesuffix(codec.suffix)
        return name.endswith(suffixes)


@dataclass(frozen=True, slots=True)
class Format:
    """One format.

    Attributes:
        name: as it is called.
        matches: whether a stream that begins so is of it.
        read: finds its messages.
        opens: whether it only opens what is inside for other readers.
        first: bytes it may begin with; empty: any. Members by the thousand are told apart by it.
    """

    name: str
    matches: Callable[[Head], bool]
    read: Reader
    opens: bool = False
    first: bytes = b""


def _compressed(codec: Codec) -> Format:
    return Format(
        codec.name,
        lambda head: codec.mark.match(head.data) is not None,
        partial(read_compressed, codec),
        opens=True,
        first=codec.first,
    )


def _is_lines(head: Head) -> bool:
    said = head.ends(_LINES)
    if head.name == STDIN:
        if head.fields:
            return True
        first = head.data.partition(b"\n")[0].strip()
        said = first.startswith(b"{") and first.endswith(b"}")
    return looks_like_json_lines(head.data, whole=head.whole, said=said)


def _is_rows(head: Head) -> bool:
    return looks_like_rows(head.data, head.fields, whole=head.whole, said=head.ends(_ROWS))


DOCUMENT = Format("document", lambda _head: True, read_document)
FORMATS: tuple[Format, ...] = (
    *(_compressed(codec) for codec in _CODECS),
    Format("zip", lambda head: looks_like_zip(head.data), read_zip, opens=True, first=b"P"),
    Format("parquet", lambda head: head.data.startswith(PARQUET), read_parquet, first=b"P"),
    Format("warc", lambda head: WARC.match(head.data) is not None, read_warc, first=b"W"),
    Format("tar", lambda head: looks_like_tar(head.data), read_tar, opens=True),
    Format("split", lambda head: head.split is not None, read_split),
    Format("csv", _is_rows, read_rows_of_text),
    Format("jsonl", _is_lines, read_json_lines),
    DOCUMENT,
)
"""In the order they are tried; the last takes everything."""


def find_format(head: Head) -> Format:
    """The first format that knows the bytes."""
    first = head.data[:1]
    for known in FORMATS:
        if (not known.first or first in known.first) and known.matches(head):
            return known
    return DOCUMENT


def read(source: Input, context: Context) -> Iterator[RawMessage]:
    """The messages of a stream, whatever its format."""
    head, whole, chunks = peek(
        source.chunks, CHUNK_BYTES, until=b"\n" if source.name == STDIN else None
    )
    # A container may have hundreds of thousands of members: dataclasses.replace takes 3 us.
    source = Input(source.name, chunks, source.modified, source.handle, source.depth, source.member)
    if source.depth > context.limits.depth:
        context.damaged(source.name, "nested-too-deep", f"over {context.limits.depth} levels")
        return
    short = _cut_short(source.name, head, whole=whole)
    if short is not None:
        context.damaged(source.name, f"{short.name}-truncated", f"only {len(head)} bytes")
        return
    found = find_format(Head(head, whole, source.name, context.fields, context.split))
    try:
        messages = found.read(source, context)
        yield from messages if found.opens else context.dated(messages, source)
    except ArchiveError as error:
        # One member without messages is no reason to give up the others.
        if not source.member:
            raise
        context.damaged(source.name, "no-body", str(error))


def _cut_short(name: str, head: bytes, *, whole: bool) -> Codec | None:
    """The compression a name promises, where the bytes end before they could show it."""
    if not whole or not 0 < len(head) < _MARK_BYTES:
        return None
    for codec in _CODECS:
        if name.lower().endswith(codec.suffix) and not codec.mark.match(head):
            return codec if head[:1] in {b"\x1f", b"B", b"\x28"} else None
    return None
