"""The frame of a telegram, as IPTC 7901 and ANPA 1312 share it: SOH header STX text ETX ending EOT.

It must not read what stands in any of the parts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from streams.decode.telegram_text import bare, normal_lines

_SOH, _STX, _ETX, _EOT = "\x01", "\x02", "\x03", "\x04"

Cut = Callable[[str], tuple[str, str]]
"""Cuts a text in two where a control character is missing."""


@dataclass(frozen=True, slots=True)
class Telegram:
    """One telegram without its frame.

    Attributes:
        heading: between SOH and STX.
        text: between STX and ETX.
        ending: between ETX and EOT.
        outside: what stands before SOH and behind EOT.
        warnings: what is missing of the frame, or stands outside of it.
    """

    heading: str
    text: str
    ending: str
    outside: str
    warnings: tuple[str, ...]


def telegrams(text: str, *, heading: Cut, ending: Cut) -> list[Telegram]:
    """The telegrams of a message; what is missing of a frame is a warning.

    Args:
        text: decoded, control characters and all.
        heading: of a telegram without STX, cuts heading from text.
        ending: of one without ETX, cuts text from ending.
    """
    before, *framed = normal_lines(text.removeprefix("\ufeff")).split(_SOH)
    if not framed:
        return [_telegram(before, "", ("telegram-no-soh",), heading, ending)]
    found: list[Telegram] = []
    for chunk in framed:
        if bare(chunk).strip():
            found.append(_telegram(chunk, "" if found else before, (), heading, ending))
    return found


def _telegram(
    chunk: str, before: str, warnings: tuple[str, ...], cut_heading: Cut, cut_ending: Cut
) -> Telegram:
    inside, _, behind = chunk.partition(_EOT)
    heading, stx, rest = inside.partition(_STX)
    if not stx:
        heading, rest = cut_heading(inside)
        warnings += ("telegram-no-stx",)
    # An update of a header repeats STX; as text it is nothing.
    text, etx, ending = rest.partition(_ETX)
    if not etx:
        text, ending = cut_ending(text)
        warnings += ("telegram-no-etx",)
    outside = "\n".join(part for part in (bare(before).strip(), bare(behind).strip()) if part)
    if outside:
        warnings += ("telegram-text-outside",)
    return Telegram(heading, text, ending, outside, warnings)
