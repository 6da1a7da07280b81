"""The raw envelope: a message wrapped in JSON with what its carrier knew.

It must not look inside the body; the body is decoded as a message of its own.
"""

from __future__ import annotations

import base64
import binascii
from typing import Final

from pydantic import TypeAdapter, ValidationError

from schemas.model import Instant
from streams.decode.json_document import JsonDocument
from streams.decode.message import NO_EVIDENCE, Evidence, Message
from streams.decode.profiles import Profiles
from streams.steps import Fail
from streams.well_known import WELL_KNOWN, plain_name

NAME = "envelope"
MAX_DEPTH: Final = 4
_KEYS = frozenset(
    {"id", "provider", "content_type", "received_at", "body", "body_b64", "headers", "position"}
)
_CARRIER = _KEYS - {"body", "id"}
_INSTANT: TypeAdapter[Instant] = TypeAdapter(Instant)


def sniff(message: Message) -> Evidence:
    """An object with ``body`` or ``body_b64``, and else only what an envelope has."""
    document = message.document
    if not isinstance(document, JsonDocument) or not isinstance(document.value, dict):
        return NO_EVIDENCE
    keys = document.value.keys()
    if "body_b64" not in keys and "body" not in keys:
        return NO_EVIDENCE
    if keys <= _KEYS:
        return Evidence(0.95, (f"keys {', '.join(sorted(keys))}",))
    carrier = sorted(keys & _CARRIER)
    # A headline beside the body makes it a record of news: a carrier knows of none.
    if carrier and not {plain_name(name) for name in keys}.intersection(WELL_KNOWN["headline"]):
        return Evidence(0.5, (f"keys {', '.join(carrier)} among others",))
    return NO_EVIDENCE


def unwrap(message: Message, profiles: Profiles) -> Message | Fail:
    """The message inside, or ``envelope-invalid``.

    What the envelope says of provider, content type and time stands before what the outer
    carrier said; position and sha256 stay those of the delivery.
    """
    document = message.document
    value = document.value if isinstance(document, JsonDocument) else None
    if not isinstance(value, dict) or not isinstance(document, JsonDocument):
        return Fail("envelope-invalid", "not an object")
    if message.depth >= MAX_DEPTH:
        return Fail("envelope-invalid", f"more than {MAX_DEPTH} envelopes, one in another")
    body = _body(value)
    if isinstance(body, Fail):
        return body
    for name in ("provider", "content_type"):
        if not isinstance(value.get(name), str | None):
            return Fail("envelope-invalid", f"{name} is not text")
    received_at = message.received_at
    if value.get("received_at") is not None:
        try:
            received_at = _INSTANT.validate_python(value["received_at"])
        except (ValidationError, OverflowError):
            return Fail("envelope-invalid", "received_at is not a time with a zone")
    provider = value.get("provider") or message.provider
    return message.enclosing(
        body,
        provider=provider,
        # A body given as text has been decoded already, whatever its media type declares.
        content_type=_media_type(value),
        received_at=received_at,
        profile=profiles.of(provider),
        warnings=document.warnings,
    )


def _body(value: dict[str, object]) -> bytes | Fail:
    text, encoded = value.get("body"), value.get("body_b64")
    if text is not None and encoded is not None:
        return Fail("envelope-invalid", "body and body_b64 at once")
    if isinstance(encoded, str):
        try:
            return base64.b64decode("".join(encoded.split()), validate=True)
        except (binascii.Error, ValueError):
            return Fail("envelope-invalid", "body_b64 is not base64")
    if isinstance(text, str):
        return text.encode()
    return Fail("envelope-invalid", "neither body nor body_b64 is text")


def _media_type(value: dict[str, object]) -> str | None:
    declared = value.get("content_type")
    if not isinstance(declared, str):
        return None
    if value.get("body") is None:
        return declared
    return f"{declared.partition(';')[0].strip()}; charset=utf-8"
