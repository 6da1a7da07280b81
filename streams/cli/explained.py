"""How a message is read, gathered: what each field is and where it came from, what became of it.

It must not decide anything, nor show it: decoding and cleaning say it of themselves.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime

from schemas.item import AltId, Edit, Item, Removed, Subject
from schemas.model import Record
from schemas.raw import RawMessage
from streams.clean import clean
from streams.clean.language import declared
from streams.clean.lifecycle import evidence_of
from streams.clean.rules import RemovalReason
from streams.decode import decode
from streams.decode.decoded import Decoded, Facts, LifecycleEvidence, Role
from streams.decode.sniff import Explanation, layers
from streams.decode.sniff import explain as sniffed
from streams.pipeline import PipelineConfig
from streams.steps import Drop, Fail

__all__ = ["Field", "Part", "Reading", "evidence", "gather"]

_STATED = "stated by the message"
_CLEANING = "cleaning: "
# What the blocks of a format declare, by the field they end in.
_ROLES = {
    "headline": Role.HEADLINE,
    "byline": Role.BYLINE,
    "dateline": Role.DATELINE,
    "rights": Role.RIGHTS,
    "ednotes": Role.NOTE,
    "paragraphs": Role.BODY,
}
# Facts that are shown by themselves, or tell of other facts.
_NOT_FIELDS = frozenset({"evidence", "origins"})


@dataclass(frozen=True, slots=True)
class Field:
    """A field, its value in words, and where it came from."""

    name: str
    value: str
    origin: str


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a message.

    Attributes:
        kind: "item", "rejected" or "dead".
        why: the reason it is rejected for, or the code it is dead by; "" for an item.
        text: the decoded source that ``removed`` and ``edits`` count in.
        rules: the version of the rules that cleaned it; None where none did.
        labels: (start, end, what it is) of the whole of it, in order.
    """

    number: int
    kind: str
    read_as: str = ""
    why: str = ""
    detail: str = ""
    text: str = ""
    fields: tuple[Field, ...] = ()
    lifecycle: tuple[LifecycleEvidence, ...] = ()
    removed: tuple[Removed, ...] = ()
    edits: tuple[Edit, ...] = ()
    warnings: tuple[str, ...] = ()
    rules: str | None = None
    labels: tuple[tuple[int, int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """A message: what it was taken for, layer by layer, and its parts."""

    raw: RawMessage
    layers: tuple[Explanation, ...]
    parts: tuple[Part, ...] = field(default=())


def gather(raw: RawMessage, config: PipelineConfig) -> Reading:
    """Everything there is to say of a message; a crash of ours is a part that is dead by it."""
    try:
        found = layers(raw, config.profiles)
        answers = decode(raw, config.profiles)
        parts = tuple(_part(answer, raw, config) for answer in answers)
    except Exception as error:  # noqa: BLE001  (what crashes is what needs explaining)
        found = [sniffed(raw, config.profiles)]
        parts = (Part(0, "dead", why="stage-crashed", detail=type(error).__name__),)
    return Reading(raw, tuple(found), parts)


def evidence(found: Sequence[LifecycleEvidence]) -> list[tuple[str, str, str]]:
    """Each lifecycle fact once: its kind, where it stood, the words."""
    return list(dict.fromkeys((each.kind.value, each.origin, each.text) for each in found))


def _part(answer: Decoded | Fail, raw: RawMessage, config: PipelineConfig) -> Part:
    if isinstance(answer, Fail):
        return Part(answer.part, "dead", why=answer.code, detail=answer.detail)
    stated = tuple(_stated(answer, raw))
    outcome = clean(answer, config.rules_of(answer.provider))
    if isinstance(outcome, Item):
        return Part(
            answer.source.part,
            "item",
            answer.format,
            text=answer.text,
            fields=(*stated, *_found(answer, outcome)),
            lifecycle=_lifecycle(answer, outcome),
            removed=outcome.audit.removed,
            edits=outcome.audit.edits,
            warnings=outcome.audit.warnings,
            rules=outcome.audit.rules,
            labels=tuple(_labels(answer, outcome)),
        )
    dropped = isinstance(outcome, Drop)
    return Part(
        answer.source.part,
        "rejected" if dropped else "dead",
        answer.format,
        why=outcome.reason.value if isinstance(outcome, Drop) else outcome.code,
        detail=outcome.detail,
        text=answer.text,
        fields=stated,
        lifecycle=answer.facts.evidence,
        warnings=answer.warnings,
        labels=tuple((block.start, block.end, block.role.value) for block in answer.blocks),
    )


def _stated(decoded: Decoded, raw: RawMessage) -> Iterator[Field]:
    """What the carrier and the message state, field by field."""
    carried = {"provider": (decoded.provider, raw.provider), "received_at": (raw.received_at,) * 2}
    for name, (value, carrier) in carried.items():
        if value is not None:
            yield Field(name, _in_words(value), "carrier" if carrier else "named by the message")
    facts, nothing = decoded.facts, Facts()
    origins: dict[str, dict[str, None]] = {}
    for name, origin in facts.origins:
        origins.setdefault(name, {})[origin] = None
    for each in fields(facts):
        value = getattr(facts, each.name)
        if each.name not in _NOT_FIELDS and value != getattr(nothing, each.name):
            where = "; ".join(origins.get(each.name, ()))
            yield Field(each.name, _in_words(value), where or _where_else(decoded, each.name))


def _where_else(decoded: Decoded, name: str) -> str:
    if name == "lifecycle":
        evidence = dict.fromkeys(each.origin for each in decoded.facts.evidence)
        return "; ".join(evidence) or _STATED
    return _STATED


def _found(decoded: Decoded, item: Item) -> Iterator[Field]:
    """What the blocks of the text declare, and what cleaning found in them."""
    facts = decoded.facts
    roles = {block.role for block in decoded.blocks}
    removed = {span.reason for span in item.audit.removed}

    def origin(name: str, how: str) -> str:
        return f"declared as {_ROLES[name].value}" if _ROLES[name] in roles else _CLEANING + how

    yield Field(
        "headline",
        item.headline or "(none)",
        origin("headline", "headline") if item.headline else "neither declared nor found",
    )
    kept = f"{len(item.paragraphs)}, {sum(len(part.text) for part in item.paragraphs):,} characters"
    yield Field("paragraphs", kept, origin("paragraphs", "what is left"))
    if item.byline and not facts.byline:
        yield Field("byline", item.byline, origin("byline", "byline"))
    if item.dateline and not (facts.dateline_raw and item.dateline.raw == facts.dateline_raw):
        taken = any(edit.reason == RemovalReason.DATELINE for edit in item.audit.edits)
        if taken or RemovalReason.DATELINE in removed:
            yield Field("dateline", _in_words(item.dateline), origin("dateline", "dateline"))
    elif item.dateline:
        yield Field("dateline", _in_words(item.dateline), f"{_CLEANING}dateline_raw, parsed")
    if item.rights and not facts.rights:
        yield Field("rights", item.rights, origin("rights", "rights"))
    for note in item.ednotes[len(facts.ednotes) :]:
        how = "canceled text" if RemovalReason.EDNOTE not in removed else "fences"
        yield Field("ednotes", _in_words(note), origin("ednotes", how))
    if item.language and item.language != declared(facts.language):
        how = f"{_CLEANING}language, detected, confidence {item.language_confidence}"
        yield Field("language", item.language, how)
    yield from _judged(facts, item)


def _judged(facts: Facts, item: Item) -> Iterator[Field]:
    """What follows from what was stated and found."""
    if item.lifecycle.kinds != facts.lifecycle.kinds:
        yield Field("lifecycle", _in_words(item.lifecycle), f"{_CLEANING}markers")
    if item.pubstatus is not facts.pubstatus:
        yield Field("pubstatus", item.pubstatus.value, f"{_CLEANING}lifecycle")
    if item.embargoed_until and not facts.embargoed_until:
        yield Field("embargoed_until", _in_words(item.embargoed_until), f"{_CLEANING}markers")
    for link in item.links[len(facts.links) :]:
        yield Field("links", _in_words(link), f"{_CLEANING}named in the text")
    named = "provider and stable_id" if facts.stable_id else "provider and the text's hash"
    yield Field("item_key", item.item_key, named)
    ordered = [name for name in ("version_created", "version") if getattr(facts, name) is not None]
    yield Field("order_key", item.order_key, " and ".join(ordered) or "nothing to order by")


def _lifecycle(decoded: Decoded, item: Item) -> tuple[LifecycleEvidence, ...]:
    if decoded.facts.lifecycle.kinds:
        return decoded.facts.evidence
    spans = [(span.start, span.end, span.reason) for span in item.audit.removed]
    spans += [(edit.start, edit.end, edit.reason) for edit in item.audit.edits]
    markers = [
        decoded.text[start:end]
        for start, end, reason in spans
        if reason == RemovalReason.LIFECYCLE_MARKER
        or (reason == RemovalReason.EDNOTE and decoded.text.startswith("(", start))
    ]
    return tuple(
        LifecycleEvidence(each.kind, _CLEANING + each.origin, each.text)
        for each in evidence_of(decoded.facts, item.headline, markers)
    )


def _labels(decoded: Decoded, item: Item) -> Iterator[tuple[int, int, str]]:
    """The decoded text cut up: what was removed with its reason, what was kept line by line."""
    position = 0
    headline = "".join((item.headline or "").split())
    spans = [(span.start, span.end, span.reason) for span in item.audit.removed]
    for begin, finish, reason in (*spans, (len(decoded.text), len(decoded.text), "")):
        for start, end in _lines(decoded.text, position, begin):
            line = "".join(decoded.text[start:end].split())
            is_headline = bool(headline) and line == headline
            headline = "" if is_headline else headline
            yield start, end, "headline" if is_headline else ""
        if reason:
            yield begin, finish, reason
        position = finish


def _lines(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end:
        stop = text.find("\n", start, end)
        stop = end if stop < 0 else stop
        if text[start:stop].strip():
            yield start, stop
        start = stop + 1


def _in_words(value: object) -> str:
    """A value in words: of a record, what it holds."""
    if isinstance(value, AltId):
        return f"{value.scheme} {value.value}"
    if isinstance(value, Subject):
        return f"{value.scheme}:{value.code}" + (f" ({value.name})" if value.name else "")
    if isinstance(value, Record):
        held = value.model_dump(mode="json", exclude_defaults=True)
        return ", ".join(f"{name} {_in_words(each)}" for name, each in held.items())
    if isinstance(value, tuple | list):
        return "; ".join(_in_words(each) for each in value)
    return f"{value:%Y-%m-%d %H:%M:%S} UTC" if isinstance(value, datetime) else str(value)
