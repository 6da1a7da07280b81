"""What a decoder answers: the source's text, its blocks, and the facts it stated.

It must not hold cleaning: a block is a span and a role, nothing is removed here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from schemas.event import Source
from schemas.item import (
    AltId,
    Edit,
    EdNote,
    Lifecycle,
    Link,
    ParagraphKind,
    PubStatus,
    Subject,
)


class Role(StrEnum):
    """What the source declares a block to be; UNDECLARED is for text without tags."""

    UNDECLARED = "undeclared"
    HEADLINE = "headline"
    BODY = "body"
    FURNITURE = "furniture"  # declared by the source's markup to be outside the article


@dataclass(frozen=True, slots=True)
class Block:
    """Code points [start, end) of ``Decoded.text``: one line or one element."""

    start: int
    end: int
    role: Role = Role.UNDECLARED
    kind: ParagraphKind = ParagraphKind.TEXT


@dataclass(frozen=True, slots=True)
class Facts:
    """What the message says of itself; None or empty where it says nothing."""

    stable_id: str | None = None
    alt_ids: tuple[AltId, ...] = ()
    version: str | None = None
    version_created: datetime | None = None
    first_created: datetime | None = None
    language: str | None = None
    urgency: int | None = None
    pubstatus: PubStatus = PubStatus.USABLE
    embargoed_until: datetime | None = None
    genre: str | None = None
    slugline: str | None = None
    byline: str | None = None
    dateline_place: str | None = None
    ednotes: tuple[EdNote, ...] = ()
    rights: str | None = None
    keywords: tuple[str, ...] = ()
    subjects: tuple[Subject, ...] = ()
    links: tuple[Link, ...] = ()
    lifecycle: Lifecycle = field(default_factory=Lifecycle)


@dataclass(frozen=True, slots=True)
class Decoded:
    """One item found in a message, before cleaning.

    Attributes:
        text: the decoded source that audit offsets count in (code points). For markup it is the
            text of every block, one after another, separated by newlines.
        blocks: spans of ``text`` in order, not overlapping; what lies between them is white space.
        edits: character repairs already applied to ``text`` (mojibake, newlines).
    """

    source: Source
    provider: str | None
    received_at: datetime | None
    format: str
    encoding_declared: str | None
    encoding_used: str
    text: str
    blocks: tuple[Block, ...]
    facts: Facts = field(default_factory=Facts)
    edits: tuple[Edit, ...] = ()
    warnings: tuple[str, ...] = ()
