"""Bodies too large to travel, kept whole in a directory; their dead letters name the file.

It must not decide what is too large.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from streams.log.base import NewRecord, Record
from streams.log.headers import SHA256, SIZE, SPOOL_PATH, header_bytes

_R = TypeVar("_R", NewRecord, Record)


def spool(directory: Path, body: bytes) -> Path:
    """Write a body under its sha256 and answer where; the same body is written once.

    The file appears under its name only when it is whole and on the disk.
    """
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / hashlib.sha256(body).hexdigest()
    if path.exists():
        return path
    partial = path.with_suffix(f".{os.getpid()}.partial")
    with partial.open("wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
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
        (SPOOL_PATH, header_bytes(str(path))),
        (SHA256, path.name.encode()),
        (SIZE, str(len(body)).encode()),
    )
    return replace(record, value=b"", headers=headers)
