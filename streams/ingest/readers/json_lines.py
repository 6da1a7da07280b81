"""JSON Lines: a message a line, whatever its fields.

It must not say what a broken line means: the line goes on, and decoding makes it a dead letter.
"""

from __future__ import annotations

from collections.abc import Iterator

import orjson

from schemas.raw import RawMessage
from streams.ingest.lines import read_lines
from streams.ingest.readers.base import Context, Input
from streams.ingest.readers.chunks import lines

__all__ = ["looks_like_json_lines", "read_json_lines"]

_BOM = b"\xef\xbb\xbf"


def looks_like_json_lines(head: bytes, *, whole: bool, said: bool) -> bool:
    """Whether these are lines of JSON and not one JSON text.

    Args:
        head: the first bytes.
        whole: whether they are all.
        said: whether the name says so, which decides where the bytes leave it open: one object on
            one line is a document in itself, too.
    """
    text = head.removeprefix(_BOM).lstrip()
    first, end, rest = text.partition(b"\n")
    if not first.startswith(b"{"):
        # XML under a wrong name is one message; anything else is a line that is broken.
        return said and not first.startswith(b"<") and not _is_json(text, whole=whole)
    if not _is_json(first, whole=bool(end) or whole):
        if not end and not whole:
            return said
        return said and not _is_json(text, whole=whole)
    return said or rest.lstrip().startswith(b"{")


def _is_json(text: bytes, *, whole: bool) -> bool:
    if not whole:
        return False
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError:
        return False
    return True


def read_json_lines(source: Input, context: Context) -> Iterator[RawMessage]:
    """A message for every line that is not blank, at ``name:line``."""

    def too_long(number: int) -> None:
        limit = context.limits.member
        context.damaged(f"{source.name}:{number}", "line-too-large", f"over {limit:,} bytes")

    whole = lines(source.chunks, context.limits.member, too_long)
    yield from read_lines(whole, source.name, context.fields, context.announce)
