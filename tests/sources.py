"""Sources as the plain-text decoder leaves them, for tests of cleaning."""

from __future__ import annotations

from schemas.event import Source
from streams.decode.decoded import Block, Decoded, Facts, Role

NO_FACTS = Facts()


def a_plain_source(text: str, *, role: Role = Role.UNDECLARED, facts: Facts = NO_FACTS) -> Decoded:
    """A block for each line of the text, without the white space around it."""
    blocks, start = [], 0
    for line in text.split("\n"):
        inner = line.strip()
        if inner:
            first = start + len(line) - len(line.lstrip())
            blocks.append(Block(first, first + len(inner), role))
        start += len(line) + 1
    return Decoded(
        source=Source(id="s", position="p", sha256="0" * 64),
        provider=None,
        received_at=None,
        format="plain-text",
        encoding_declared=None,
        encoding_used="utf-8",
        text=text,
        blocks=tuple(blocks),
        facts=facts,
    )
