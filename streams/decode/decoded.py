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
    LifecycleKind,
    Link,
    ParagraphKind,
    PubStatus,
    Subject,
)
from streams.decode.profiles import Ordering
from streams.steps import DropReason


class Role(StrEnum):
    """What the source declares a block to be; UNDECLARED is for text without tags."""

    UNDECLARED = "undeclared"
    HEADLINE = "headline"
    BODY = "body"
    FURNITURE = "furniture"  # declared by the source's markup to be outside the article
    SUMMARY = "summary"  # abstract, teaser or another headline: beside the text, not of it
    BYLINE = "byline"
    DATELINE = "dateline"
    RIGHTS = "rights"
    NOTE = "note"  # to editors, not for publication


@dataclass(frozen=True, slots=True)
class Block:
    """Code points [start, end) of ``Decoded.text``: one line or one element."""

    start: int
    end: int
    role: Role = Role.UNDECLARED
    kind: ParagraphKind = ParagraphKind.TEXT


@dataclass(frozen=True, slots=True)
class LifecycleEvidence:
    """Why a lifecycle fact is believed: where it stood ("itemMeta/signal"), and the words."""

    kind: LifecycleKind
    origin: str
    text: str


FactValue = str | int | datetime | PubStatus


@dataclass(frozen=True, slots=True)
class Facts:
    """What the message says of itself; None or empty where it says nothing.

    Attributes:
        dateline_raw: a dateline that stood in a field of its own.
        evidence: for each lifecycle fact.
        origins: (field, where it stood) in the order found, as the format names it.
    """

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
    dateline_raw: str | None = None
    ednotes: tuple[EdNote, ...] = ()
    rights: str | None = None
    keywords: tuple[str, ...] = ()
    subjects: tuple[Subject, ...] = ()
    links: tuple[Link, ...] = ()
    lifecycle: Lifecycle = field(default_factory=Lifecycle)
    evidence: tuple[LifecycleEvidence, ...] = ()
    origins: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Decoded:
    """One item found in a message, before cleaning.

    Attributes:
        text: the decoded source that audit offsets count in (code points). For markup it is the
            text of every block, one after another, separated by newlines.
        blocks: spans of ``text`` in order, not overlapping; what lies between them is white space.
        edits: character repairs already applied to ``text`` (mojibake, newlines).
        not_text: what it is instead, where it is no text item: a picture, an event, a package.
        detail: what that is, in words, where no block says it: "list of 18 objects with keys ...".
        ordering: the provider's, for the order key.
        strip: the provider's patterns of whole lines that are never text.
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
    not_text: DropReason | None = None
    detail: str = ""
    ordering: Ordering = "time-then-version"
    strip: tuple[str, ...] = ()
