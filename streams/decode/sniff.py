"""Why a message is read as what it is read as, for people.

It must not decode.
"""

from __future__ import annotations

from dataclasses import dataclass

from schemas.raw import RawMessage
from streams.decode.message import Evidence, Message, origin_of
from streams.decode.profiles import DEFAULT_PROFILES, Profiles
from streams.decode.registry import rank, read
from streams.steps import Fail


@dataclass(frozen=True, slots=True)
class Verdict:
    """One decoder's claim on a message."""

    decoder: str
    score: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """What sniffing found.

    Attributes:
        encoding_declared: the charset declared, if any.
        encoding_used: the codec used; None when no text could be had.
        verdicts: claims, surest first; the first reads the message.
        trouble: code and detail when nothing can read it.
    """

    encoding_declared: str | None
    encoding_used: str | None
    verdicts: tuple[Verdict, ...]
    trouble: Fail | None = None
    warnings: tuple[str, ...] = ()


def message_of(raw: RawMessage, profiles: Profiles = DEFAULT_PROFILES) -> Message:
    """The message to decode of what was delivered."""
    return Message(
        body=raw.body,
        origin=origin_of(raw),
        provider=raw.provider,
        content_type=raw.content_type,
        received_at=raw.received_at,
        profile=profiles.of(raw.provider),
    )


def explain(raw: RawMessage, profiles: Profiles = DEFAULT_PROFILES) -> Explanation:
    """Which decoders claim a message, with their evidence, and its encoding."""
    return _explain(message_of(raw, profiles))


def layers(raw: RawMessage, profiles: Profiles = DEFAULT_PROFILES) -> list[Explanation]:
    """As ``explain``, then for the message inside an envelope, and so on to the innermost."""
    message = message_of(raw, profiles)
    found = [_explain(message)]
    while isinstance(answer := read(message, profiles), Message):
        message = answer
        found.append(_explain(message))
    return found


def _explain(message: Message) -> Explanation:
    reading = message.reading
    if isinstance(reading, Fail):
        return Explanation(None, None, (), reading)
    trouble = message.document if isinstance(message.document, Fail) else None
    ranked = rank(message)
    if isinstance(message.xml, Fail):
        ranked = [claim for claim in ranked if claim[0].mends_xml]
        trouble = trouble or (None if ranked else message.xml)
    claims: list[tuple[str, Evidence]] = [(decoder.name, evidence) for decoder, evidence in ranked]
    if not claims and trouble is None:
        trouble = Fail("format-unknown", "no decoder claims it")
    return Explanation(
        reading.declared,
        reading.used,
        tuple(Verdict(name, evidence.score, evidence.reasons) for name, evidence in claims),
        trouble,
        reading.warnings,
    )
