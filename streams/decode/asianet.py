"""Media releases as AsiaNet and Medianet send them: source, number, headline, text.

It must not claim a release of another shape.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from streams.decode.blocks import Piece, lay_out
from streams.decode.decoded import Decoded, Role
from streams.decode.message import NO_EVIDENCE, Evidence, Message
from streams.decode.profiles import Profiles
from streams.decode.stated import Stated
from streams.decode.telegram_text import bare, column_width, normal_lines, pieces_of
from streams.steps import Fail

# Plain text, in one agency's layout.
NAME = "plain-text-asianet"
_PROVIDER = "AsiaNet"
_OPENING = re.compile(
    r"Source:[ \t]*[^\r\n]{1,200}\r*\n\s*MEDIA RELEASE[ \t]+(?P<number>[A-Z]{0,4}\d{3,9})\s"
)
_SOURCE = re.compile(r"SOURCE:?\s.{1,200}|Source:\s.{1,200}")
_MOST_HEADLINE_LINES = 6


def sniff(message: Message) -> Evidence:
    """A line "Source: ..." and a line "MEDIA RELEASE PR12345" open the text."""
    if _OPENING.match(message.head) is None:
        return NO_EVIDENCE
    return Evidence(0.9, ("Source and MEDIA RELEASE number",))


def decode_asianet(message: Message, profiles: Profiles) -> list[Decoded | Fail]:
    """One part; text of another shape is all body."""
    message = message.from_provider(profiles, _PROVIDER)
    stated = Stated(message.profile)
    text = normal_lines(message.text.removeprefix("\ufeff")).lstrip()
    lines = text.split("\n")
    pieces: list[Piece] = []
    opening = _OPENING.match(text)
    if opening:
        stated.put("stable_id", f"asianet:{opening['number']}", "MEDIA RELEASE")
        pieces = [Piece(line, Role.FURNITURE) for line in text[: opening.end()].split("\n")]
        lines = text[opening.end() :].split("\n")
        headline, begin = _headline(lines)
        stated.markers(headline, None, "headline")
        pieces.append(Piece(headline, Role.HEADLINE))
        lines = lines[begin:]
    signed, lines = _source_below(lines)
    pieces += pieces_of(lines, width=column_width(lines))
    pieces += [Piece(line, Role.FURNITURE) for line in signed]
    layout = lay_out(pieces, apart=True)
    if not layout.blocks:
        return [Fail("body-empty", "a release without text")]
    return [
        message.decoded(
            NAME,
            layout,
            facts=stated.facts(),
            warnings=tuple(stated.warnings),
        )
    ]


def _headline(lines: Sequence[str]) -> tuple[str, int]:
    """The first paragraph on one line, and the number of the line below it."""
    found: list[str] = []
    for number, line in enumerate(lines):
        plain = bare(line).strip()
        if (found and not plain) or len(found) >= _MOST_HEADLINE_LINES:
            return " ".join(found), number
        if plain:
            found.append(plain)
    return " ".join(found), len(lines)


def _source_below(lines: Sequence[str]) -> tuple[list[str], list[str]]:
    """The source, once more in the last line, and the lines above it."""
    kept = list(lines)
    while kept and not bare(kept[-1]).strip():
        kept.pop()
    last = bare(kept[-1]).strip() if kept else ""
    return ([last], kept[:-1]) if _SOURCE.fullmatch(last) else ([], kept)
