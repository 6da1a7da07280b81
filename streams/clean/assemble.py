"""Puts an item together from judged passages, with its audit.

It must not judge.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from schemas.item import (
    TEXT_CONTINUES,
    Audit,
    Dateline,
    Edit,
    EdNote,
    Item,
    Lifecycle,
    LifecycleKind,
    Link,
    Paragraph,
    ParagraphKind,
    PubStatus,
    Removed,
)
from streams.clean import dateline, endings, fences, language
from streams.clean.byline import as_written
from streams.clean.headline import could_be
from streams.clean.labels import Labels
from streams.clean.lifecycle import enforce_embargo, lifecycle_of, references_of
from streams.clean.rules import VERSION, CleaningRules, EditReason, RemovalReason
from streams.clean.segments import Passage, count_words, is_prose
from streams.clean.typography import plain
from streams.decode.decoded import Decoded, Facts, Role
from streams.decode.lifecycle import read_markers
from streams.desk.identity import hash_folded, item_key, order_key
from streams.folding import fold

# Datelines open a text; an advisory or a summary may stand above it.
_PARAGRAPHS_WITH_DATELINE = 3
_PARAGRAPHS_TELLING_LANGUAGE = 20
_LONGEST_NOTE = 2_000
# Letters of the notes a message states in fields, among which blocks are looked for.
_NOTES_COMPARED = 20_000


@dataclass(slots=True)
class _Parts:
    """What becomes of the passages: the pieces of the item and of its audit."""

    headline: Passage | None
    paragraphs: list[Passage]
    removed: list[tuple[Passage, RemovalReason]]
    markers: list[str]
    warnings: list[str]
    dateline: Dateline | None = None
    notes: list[EdNote] = field(default_factory=list)
    embargoed_until: datetime | None = None
    kills: tuple[Link, ...] = ()
    versions: dict[RemovalReason, str] = field(default_factory=dict)


def assemble(
    decoded: Decoded, passages: Sequence[Passage], labels: Labels, rules: CleaningRules
) -> Item:
    """The item that the judged passages make."""
    parts = _Parts(
        headline=None if labels.headline is None else passages[labels.headline],
        paragraphs=[passages[number] for number in labels.paragraphs()],
        removed=[
            (passages[number], reason)
            for number, reason in enumerate(labels.reasons)
            if reason is not None
        ],
        markers=[passages[number].text for number in labels.markers],
        warnings=[*decoded.warnings, *labels.warnings],
        notes=_notes(passages, labels, decoded.facts),
    )
    if any(
        reason is RemovalReason.END_MARK and endings.says_more(passage.text)
        for passage, reason in parts.removed
    ):
        parts.warnings.append(TEXT_CONTINUES)
    if rules.boilerplate is not None:
        parts.versions[RemovalReason.BOILERPLATE] = rules.boilerplate.name
    if rules.fences:
        _take_advisory(parts)
    if rules.datelines:
        _take_dateline(parts, decoded.provider)
    spoken = _language(decoded.facts, parts, rules)
    title = parts.headline.text if parts.headline else None
    stated = lifecycle_of(decoded.facts, title, parts.markers)
    parts.embargoed_until, lifecycle = enforce_embargo(decoded.facts, stated, decoded.received_at)
    if lifecycle is not stated:
        parts.warnings.append("embargo-undated")
    if LifecycleKind.KILL in lifecycle.kinds:
        texts = [note.text for note in parts.notes[:1]]
        texts += [passage.text for passage in parts.paragraphs]
        parts.kills = references_of(decoded.facts, decoded.provider, title, parts.markers, texts)
    status = status_of(decoded.facts.pubstatus, lifecycle)
    if rules.canceled and status is PubStatus.CANCELED:
        _cancel(parts, declared=decoded.facts.pubstatus is PubStatus.CANCELED)
    return _item(decoded, parts, spoken, lifecycle, status)


def status_of(declared: PubStatus, lifecycle: Lifecycle) -> PubStatus:
    """The declared status, unless the lifecycle kills or holds what is declared usable."""
    if declared is not PubStatus.USABLE:
        return declared
    if LifecycleKind.KILL in lifecycle.kinds:
        return PubStatus.CANCELED
    if LifecycleKind.HOLD in lifecycle.kinds:
        return PubStatus.WITHHELD
    return declared


def _notes(passages: Sequence[Passage], labels: Labels, facts: Facts) -> list[EdNote]:
    """What was fenced off, one note a block, but for what the message states as a note already."""
    if RemovalReason.EDNOTE not in labels.reasons:
        return []
    stated = "\n".join(fold(note.text) for note in facts.ednotes)[:_NOTES_COMPARED]
    notes: list[tuple[bool, list[str]]] = []
    previous = -1
    for number, (passage, reason) in enumerate(zip(passages, labels.reasons, strict=True)):
        if reason is not RemovalReason.EDNOTE:
            continue
        if not passage.folded or (stated and passage.folded in stated):
            continue
        publishable = passage.role is not Role.NOTE and fences.is_for_readers(passage.text)
        if (
            previous < 0
            or notes[-1][0] is not publishable
            or any(
                labels.reasons[between] is not RemovalReason.EDNOTE
                for between in range(previous + 1, number)
            )
        ):
            notes.append((publishable, []))
        notes[-1][1].append(passage.text)
        previous = number
    return [EdNote(text="\n".join(lines), publishable=shown) for shown, lines in notes]


def _take_advisory(parts: _Parts) -> None:
    """Move "(Recasts, adds quotes) " off the first paragraph, to the notes."""
    if not parts.paragraphs:
        return
    passage = parts.paragraphs[0]
    length = fences.opening(passage.text)
    if not length or passage.kind is not ParagraphKind.TEXT:
        return
    bare = _without_opening(passage, length, EditReason.EDNOTE)
    if bare is None or not is_prose(bare):
        return
    advisory = passage.text[:length].strip()
    parts.paragraphs[0] = bare
    parts.notes.insert(0, EdNote(text=advisory))
    if read_markers(advisory).kinds:
        parts.markers.append(advisory)


def _take_dateline(parts: _Parts, provider: str | None) -> None:
    """Move the dateline into its field, where exactly one paragraph opens with one, or is one.

    It is taken off a text of sentences only, unless the format declares it to be the text: what it
    leaves of a line could be a headline.
    """
    found = [
        (number, line)
        for number, passage in enumerate(parts.paragraphs[: _PARAGRAPHS_WITH_DATELINE + 1])
        if (line := dateline.find(passage.text, provider) or dateline.alone(passage.text, provider))
    ]
    # The paragraph behind the last looked at moves up where a line of its own goes.
    behind = bool(found) and found[-1][0] == _PARAGRAPHS_WITH_DATELINE
    if len(found) - behind != 1:
        return
    number, line = found[0]
    passage = parts.paragraphs[number]
    if line.length == len(passage.text):
        rest = [*parts.paragraphs[:number], *parts.paragraphs[number + 1 :]]
        # It stands above a text; and without it the next line must not become the headline.
        above = number < len(rest) and is_prose(rest[number])
        if not behind and above and (parts.headline or not could_be(rest[0])):
            # What it says is read as that of any block that is a dateline.
            parts.removed.append((passage, RemovalReason.DATELINE))
            parts.paragraphs = rest
        return
    bare = _without_opening(passage, line.length, EditReason.DATELINE)
    # A second dateline behind the first: which one holds is not certain.
    if bare is None or dateline.find(bare.text, provider) is not None:
        return
    parts.dateline = Dateline(place=line.place, date=line.date, agency=line.agency, raw=line.raw)
    declared = passage.role is Role.BODY and bare.folded
    if declared or (is_prose(bare) and not could_be(bare)):
        parts.paragraphs[number] = bare


def _without_opening(passage: Passage, length: int, reason: EditReason) -> Passage | None:
    """The passage without its first ``length`` code points; None where an edit straddles its end.

    What was taken off before it keeps its own reason.
    """
    end = _source_offset(passage, length)
    if end is None:
        return None
    taken = [
        edit for edit in passage.edits[:1] if edit.reason == EditReason.EDNOTE and edit.end <= end
    ]
    start = taken[0].end if taken else passage.start
    edit = Edit(start=start, end=end, replacement="", reason=reason.value)
    folded = fold(passage.text[length:])
    return passage._replace(
        text=passage.text[length:],
        folded=folded,
        words=count_words(folded),
        edits=(*taken, edit, *(other for other in passage.edits if other.start >= end)),
    )


def _source_offset(passage: Passage, position: int) -> int | None:
    """Where in the source the passage's text has got to; None within a replacement."""
    offset = passage.start
    for edit in passage.edits:
        untouched = edit.start - offset
        if position <= untouched:
            break
        position -= untouched + len(edit.replacement)
        if position < 0:
            return None
        offset = edit.end
    return offset + position


def _language(facts: Facts, parts: _Parts, rules: CleaningRules) -> language.Identified:
    code = language.declared(facts.language)
    if code is not None or not rules.languages:
        return language.Identified(code, None)
    opening = [parts.headline.text] if parts.headline else []
    opening += [passage.text for passage in parts.paragraphs[:_PARAGRAPHS_TELLING_LANGUAGE]]
    found = language.identify("\n".join(opening), rules.languages, rules.usual_languages)
    if found.code is None and opening:
        parts.warnings.append("language-unsure")
    return found


def _cancel(parts: _Parts, *, declared: bool) -> None:
    """Keep headline and note only; an undeclared kill's text is its note."""
    if not declared and parts.paragraphs:
        text = " ".join(passage.text for passage in parts.paragraphs)
        parts.notes.append(EdNote(text=text[:_LONGEST_NOTE]))
    parts.removed += [(passage, RemovalReason.CANCELED) for passage in parts.paragraphs]
    parts.paragraphs = []


def _item(
    decoded: Decoded,
    parts: _Parts,
    spoken: language.Identified,
    lifecycle: Lifecycle,
    status: PubStatus,
) -> Item:
    facts = decoded.facts
    kept = [*([parts.headline] if parts.headline else []), *parts.paragraphs]
    content = hash_folded(" ".join(passage.folded for passage in kept if passage.folded))
    key = item_key(decoded.provider, _plain(facts.stable_id), content)
    version = _plain(facts.version)
    order = order_key(facts.version_created, version, decoded.ordering)
    return Item(
        id=f"{key}@{order}",
        item_key=key,
        order_key=order,
        alt_ids=facts.alt_ids,
        provider=decoded.provider,
        version=version,
        version_created=facts.version_created,
        first_created=facts.first_created,
        received_at=decoded.received_at,
        language=spoken.code,
        language_confidence=spoken.confidence,
        urgency=facts.urgency,
        pubstatus=status,
        embargoed_until=parts.embargoed_until,
        genre=_plain(facts.genre),
        slugline=_plain(facts.slugline),
        headline=parts.headline.text if parts.headline else None,
        byline=_plain(facts.byline) or _joined(parts, RemovalReason.BYLINE),
        dateline=_dateline(decoded, parts),
        paragraphs=tuple(
            Paragraph(text=passage.text, kind=passage.kind) for passage in parts.paragraphs
        ),
        ednotes=(*facts.ednotes, *parts.notes),
        rights=_plain(facts.rights) or _joined(parts, RemovalReason.RIGHTS),
        keywords=facts.keywords,
        subjects=facts.subjects,
        links=(*facts.links, *parts.kills),
        lifecycle=lifecycle,
        content_hash=content,
        audit=_audit(decoded, parts, kept),
    )


def _audit(decoded: Decoded, parts: _Parts, kept: Sequence[Passage]) -> Audit:
    removed = sorted(parts.removed, key=lambda pair: pair[0].start)
    edits = sorted(
        (edit for passage in kept for edit in passage.edits), key=lambda edit: edit.start
    )
    return Audit(
        removed=tuple(
            Removed(
                start=passage.start,
                end=passage.end,
                reason=reason.value,
                rule=parts.versions.get(reason),
            )
            for passage, reason in removed
        ),
        edits=(*decoded.edits, *edits),
        warnings=tuple(dict.fromkeys(parts.warnings)),
        rules=VERSION,
    )


def _dateline(decoded: Decoded, parts: _Parts) -> Dateline | None:
    """The dateline declared, what it does not say filled in from the one the text opens with."""
    place = _plain(decoded.facts.dateline_place)
    first = _declared_dateline(decoded, parts) or parts.dateline
    if first is None:
        return Dateline(place=place, raw=place) if place else None
    second = parts.dateline or first
    return Dateline(
        place=first.place or place or second.place,
        date=first.date or second.date,
        agency=first.agency or second.agency,
        raw=first.raw,
    )


def _declared_dateline(decoded: Decoded, parts: _Parts) -> Dateline | None:
    """What a field or a block of its own says; kept raw where it is not understood."""
    blocks = [passage.text for passage, why in parts.removed if why is RemovalReason.DATELINE]
    for raw in (_plain(decoded.facts.dateline_raw), *blocks):
        found = dateline.parse(raw, decoded.provider) if raw else None
        if found is not None:
            return Dateline(place=found.place, date=found.date, agency=found.agency, raw=found.raw)
    return None


def _joined(parts: _Parts, reason: RemovalReason) -> str | None:
    lines = [as_written(passage.text) for passage, why in parts.removed if why is reason]
    if not lines:
        return None
    return "; ".join({fold(line): line for line in lines if line}.values()) or None


def _plain(fact: str | None) -> str | None:
    """A fact of the message without control characters; None for an empty one."""
    return (plain(fact) or None) if fact else None
