"""Messages that could not be read: their codes, and the letter that keeps their bytes.

It must not hold the reading itself; every code has a section in docs/errors.md.
"""

from __future__ import annotations

from typing import Literal, get_args

from schemas.model import Instant, Record

DeadCode = Literal[
    "body-empty",
    "body-too-large",
    "body-unreadable",
    "charset-undecodable",
    "envelope-invalid",
    "format-unknown",
    "html-no-text",
    "json-invalid",
    "json-too-deep",
    "ninjs-no-uri",
    "ninjs-invalid",
    "no-text",
    "stage-crashed",
    "stage-timeout",
    "xml-entity-forbidden",
    "xml-invalid",
    "xml-too-deep",
    "xml-truncated",
]
"""Stable kebab-case codes; a code is never renamed, only added."""

DEAD_CODES: tuple[DeadCode, ...] = get_args(DeadCode)


class DeadLetter(Record):
    """A message that could not be read, with its bytes.

    Attributes:
        body: the original bytes; None when they were spooled to ``spool_path`` for their size.
        size: bytes of the original.
    """

    position: str
    code: DeadCode
    stage: str
    detail: str
    provider: str | None = None
    received_at: Instant | None = None
    content_type: str | None = None
    sha256: str
    size: int
    body: bytes | None = None
    spool_path: str | None = None
