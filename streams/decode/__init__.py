"""Reads messages of any format: ``decode`` answers the items in them, before any cleaning.

It must not clean, and never raises for what a message holds.
"""

from __future__ import annotations

from schemas.raw import RawMessage
from streams.decode.decoded import Decoded
from streams.decode.message import Message, source_of
from streams.decode.profiles import DEFAULT_PROFILES, Profiles, ProviderProfile
from streams.decode.registry import DECODERS, Decoder, read
from streams.decode.sniff import message_of
from streams.steps import Fail

__all__ = [
    "DEFAULT_PROFILES",
    "Decoded",
    "Decoder",
    "Profiles",
    "ProviderProfile",
    "decode",
    "formats",
    "source_of",
]


def decode(raw: RawMessage, profiles: Profiles = DEFAULT_PROFILES) -> list[Decoded | Fail]:
    """Every item in a message, in order; one ``Fail`` for a part that cannot be read.

    The list is never empty: a message of which nothing can be read answers one ``Fail``.
    """
    message = message_of(raw, profiles)
    while True:
        answer = read(message, profiles)
        if not isinstance(answer, Message):
            return answer
        message = answer


def formats() -> list[Decoder]:
    """The decoders there are."""
    return list(DECODERS)
