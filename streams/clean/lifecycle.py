"""The lifecycle of an item: what the message declares, else what its markers say.

It must not read running text: a headline about a kill is not a kill.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from schemas.item import Lifecycle, LifecycleKind, Link, PubStatus
from streams.decode.decoded import Facts, LifecycleEvidence
from streams.decode.lifecycle import (
    Markers,
    embargo_time,
    find_markers,
    headline_reference,
    names_embargo,
    read_markers,
    read_references,
)
from streams.folding import fold

# What a kill is about is said at once, or not at all.
_NOTES_OF_A_KILL = 2
_PARAGRAPHS_OF_A_KILL = 2


def is_marker(line: str) -> bool:
    """Whether the whole line is lifecycle markers: "URGENT", "1ST LEAD"."""
    found = read_markers(line)
    return bool(found.kinds) and fold(found.note or "") == fold(line)


def lifecycle_of(facts: Facts, headline: str | None, markers: Sequence[str]) -> Lifecycle:
    """The lifecycle declared; else read from marker lines, headline and slugline."""
    if facts.lifecycle.kinds:
        return facts.lifecycle
    return _markers(facts, headline, markers).lifecycle


def evidence_of(
    facts: Facts, headline: str | None, markers: Sequence[str]
) -> tuple[LifecycleEvidence, ...]:
    """Why each fact of ``lifecycle_of`` is believed."""
    if facts.lifecycle.kinds:
        return facts.evidence
    return tuple(
        LifecycleEvidence(marker.kind, marker.origin, marker.words)
        for marker in _markers(facts, headline, markers).found
    )


def enforce_embargo(
    facts: Facts, lifecycle: Lifecycle, received_at: datetime | None
) -> tuple[datetime | None, Lifecycle]:
    """The time of the embargo, and the lifecycle: an embargo in words without a time is a hold."""
    until = facts.embargoed_until
    words = lifecycle.note or ""
    if (
        until is not None
        or facts.pubstatus is not PubStatus.USABLE
        or LifecycleKind.ADVANCE not in lifecycle.kinds
        or not names_embargo(words)
    ):
        return until, lifecycle
    until = embargo_time(words, made=facts.version_created or received_at)
    if until is not None or LifecycleKind.HOLD in lifecycle.kinds:
        return until, lifecycle
    kinds = (*lifecycle.kinds, LifecycleKind.HOLD)
    return None, lifecycle.model_copy(update={"kinds": kinds})


def references_of(
    facts: Facts,
    provider: str | None,
    headline: str | None,
    markers: Sequence[str],
    paragraphs: Sequence[str],
) -> tuple[Link, ...]:
    """What an item that is a kill says it kills, in its headline, notes and first paragraphs.

    A kill without an id of its own that names nothing else is about the headline it bears.
    """
    notes = [note.text for note in facts.ednotes[:_NOTES_OF_A_KILL]]
    lines = [*markers, headline or "", *notes, *paragraphs[:_PARAGRAPHS_OF_A_KILL]]
    found = read_references("\n".join(lines), provider)
    if found or facts.stable_id is not None or facts.pubstatus is PubStatus.CANCELED:
        return found
    marked = find_markers(headline)
    target = headline_reference(marked.headline)
    if target is None:
        return ()
    reason = marked.note or "; ".join(markers) or None
    return (Link(rel="kills", target=target, reason=reason),)


def _markers(facts: Facts, headline: str | None, markers: Sequence[str]) -> Markers:
    return find_markers(" - ".join([*markers, headline or ""]).rstrip(" -"), facts.slugline)
