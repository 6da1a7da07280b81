"""Telegrams of our own, and what the tests of every telegram format ask of a decoder."""

from __future__ import annotations

import re
from collections import Counter

from schemas.raw import RawMessage
from streams.decode import Decoded, Profiles, decode
from streams.decode.decoded import Role


def read(body: bytes | str, profiles: Profiles | None = None) -> list[Decoded]:
    raw = RawMessage(body=body if isinstance(body, bytes) else body.encode(), position="f:1")
    answers = decode(raw, profiles) if profiles else decode(raw)
    assert all(isinstance(answer, Decoded) for answer in answers), answers
    return [answer for answer in answers if isinstance(answer, Decoded)]


def only(body: bytes | str, profiles: Profiles | None = None) -> Decoded:
    (decoded,) = read(body, profiles)
    return decoded


def by_role(decoded: Decoded, *roles: Role) -> list[str]:
    return [decoded.text[b.start : b.end] for b in decoded.blocks if b.role in roles]


def headline(decoded: Decoded) -> str | None:
    found = by_role(decoded, Role.HEADLINE)
    assert len(found) < 2
    return found[0] if found else None


def lost_words(source: str, parts: list[Decoded]) -> Counter[str]:
    """The words of the source that no block of any part holds."""
    words = Counter(re.findall(r"\w+", source))
    for part in parts:
        for block in part.blocks:
            words -= Counter(re.findall(r"\w+", part.text[block.start : block.end]))
    return words
