"""Bodies too large to travel, kept whole in a directory; their dead letters name the file.

It must not decide what is too large.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from schemas.raw import RawMessage
from streams.log.base import NewRecord, Record
from streams.log.headers import SHA256, SIZE, SPOOL_PATH, header_bytes

_R = TypeVar("_R", NewRecord, Record)


@dataclass(frozen=True, slots=True)
class Spooled:
    """What a record says of the body it does not carry: where it lies, its sha256, its bytes."""

    path: str
    sha256: str
    size: int


def spool(directory: Path, body: bytes) -> Path:
    """Write a body under its sha256 and answer where; the same body is written once.

    The file appears under its name only when it is whole and on the disk, its name included.
    """
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / hashlib.sha256(body).hexdigest()
    if path.exists():
        return path
    # A name of our own: two threads may spool the same body at once.
    with tempfile.NamedTemporaryFile(
        dir=directory, prefix=f"{path.name}.", suffix=".partial", delete=False
    ) as file:
        partial = Path(file.name)
        try:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
            partial.replace(path)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise
    entry = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(entry)
    finally:
        os.close(entry)
    return path


def spooled(record: _R, directory: Path, *, max_body_bytes: int) -> _R:
    """The record itself, or, where its body is too large, one that only names the spooled body.

    Intake makes a dead letter of such a record: nothing that came in is lost or uncounted.
    """
    body = record.value or b""
    if len(body) <= max_body_bytes:
        return record
    path = spool(directory, body)
    headers = (
        *record.headers,
        (SPOOL_PATH, header_bytes(str(path.absolute()))),  # read later, from anywhere
        (SHA256, path.name.encode()),
        (SIZE, str(len(body)).encode()),
    )
    return replace(record, value=b"", headers=headers)


def spooled_as(raw: RawMessage) -> Spooled | None:
    """Where the body of a message lies that was spooled; None for one that carries its own."""
    named = dict(raw.headers)
    if raw.body or not named.keys() >= {SPOOL_PATH, SHA256, SIZE}:
        return None
    size = named[SIZE]
    if not re.fullmatch("[0-9]{1,19}", size):
        return None
    return Spooled(named[SPOOL_PATH], named[SHA256], int(size))
