"""What happened to a message: one primary event for each decoded part, others caused by it.

It must not decide anything; the desk does.
"""

from __future__ import annotations

from enum import StrEnum

from schemas.dead_letter import DeadCode
from schemas.item import Item
from schemas.model import Record


class EventKind(StrEnum):
    """Every kind of event, closed."""

    NEW = "new"
    UPDATE = "update"
    CORRECTION = "correction"
    KILL = "kill"
    HOLD = "hold"
    RELEASE = "release"
    REINSTATED = "reinstated"
    DUPLICATE = "duplicate"
    REPRINT = "reprint"
    STALE = "stale"
    ADVISORY = "advisory"
    REJECTED = "rejected"
    DEAD = "dead"
    SUPERSEDED = "superseded"
    KILL_WARNING = "kill_warning"
    GAP = "gap"
    SILENCE = "silence"
    # Only with `run --stop-after decode|clean`, before a desk has seen the item.
    DECODED = "decoded"
    CLEANED = "cleaned"


class Outcome(StrEnum):
    """The four fates that add up to what came in."""

    PUBLISHED = "published"
    LINKED = "linked"
    HELD = "held"
    REJECTED = "rejected"


OUTCOMES: dict[EventKind, Outcome] = {
    EventKind.NEW: Outcome.PUBLISHED,
    EventKind.UPDATE: Outcome.PUBLISHED,
    EventKind.CORRECTION: Outcome.PUBLISHED,
    EventKind.KILL: Outcome.PUBLISHED,
    EventKind.REPRINT: Outcome.PUBLISHED,
    EventKind.DUPLICATE: Outcome.LINKED,
    EventKind.STALE: Outcome.LINKED,
    EventKind.ADVISORY: Outcome.LINKED,
    EventKind.HOLD: Outcome.HELD,
    EventKind.REJECTED: Outcome.REJECTED,
    EventKind.DEAD: Outcome.REJECTED,
}
"""The fate each primary kind stands for; kinds not here are never primary."""

ITEM_KINDS = frozenset(
    {
        EventKind.NEW,
        EventKind.UPDATE,
        EventKind.CORRECTION,
        EventKind.KILL,
        EventKind.RELEASE,
        EventKind.REINSTATED,
        EventKind.REPRINT,
    }
)
"""The kinds whose item becomes the current one of its key on ``wire.items``."""


class Source(Record):
    """Where a decoded part came from.

    Attributes:
        id: deterministic, from position, sha256 and part.
        position: logical: file and line, or as given at ingest; never a broker offset.
        sha256: of the whole message's bytes, hexadecimal.
        part: number of the item within the message, from 0.
    """

    id: str
    provider: str | None = None
    position: str
    sha256: str
    part: int = 0


class Changes(Record):
    """What differs between two versions: paragraph numbers from 0, and figures.

    Attributes:
        added: paragraphs of the new version that the old one has not.
        removed: paragraphs of the old version.
        altered: paragraphs of the new version whose partner in the old one has other words; with
            ``removed`` and ``added`` taken out, the paragraphs of both are partners in order.
        figures_before: figures that only the old version has.
        figures_after: figures that only the new version has.
        complete: False where a version has 256 paragraphs or 96 figures and more: those after
            these are not compared, and nothing is said of them.
    """

    headline: bool = False
    added: tuple[int, ...] = ()
    removed: tuple[int, ...] = ()
    altered: tuple[int, ...] = ()
    figures_before: tuple[str, ...] = ()
    figures_after: tuple[str, ...] = ()
    complete: bool = True


class Dead(Record):
    """Why a message could not be read: a stable code, the stage, and words for a person."""

    code: DeadCode
    stage: str
    detail: str


class WireEvent(Record):
    """One thing that happened.

    Attributes:
        id: hash of source position, part, kind and target; the same in every run.
        item: the item concerned; None for holds, rejections and the dead.
        of: id of the target (what it duplicates, replaces, kills).
        score: 0 to 1, how alike item and target are, where that was the reason.
        reasons: short codes with values, "rare-containment=0.91".
        cause: id of the event that caused this one; None on every primary event.
    """

    id: str
    kind: EventKind
    source: Source
    item: Item | None = None
    of: str | None = None
    story_key: str | None = None
    score: float | None = None
    reasons: tuple[str, ...] = ()
    changes: Changes | None = None
    cause: str | None = None
    dead: Dead | None = None
