"""IPTC 7901, the text format of 1979 that agencies still deliver: telegrams, cut from their frames.

It must not interpret header fields or header lines; ``iptc7901_facts`` does.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from schemas.item import ParagraphKind
from streams.decode.blocks import Piece, lay_out
from streams.decode.decoded import Decoded, Role
from streams.decode.iptc7901_facts import (
    HEADER,
    Header,
    read_ending,
    read_header,
    read_stack,
    state,
)
from streams.decode.lifecycle.words import AGENCY
from streams.decode.message import NO_EVIDENCE, Evidence, Message
from streams.decode.profiles import Profiles
from streams.decode.stated import Stated
from streams.decode.telegram_dates import day_time_group
from streams.decode.telegram_frame import Telegram, telegrams
from streams.decode.telegram_text import bare, column_width, normal_lines, pieces_of
from streams.steps import Fail

NAME = "iptc7901"
_SOH, _STX, _ETX = "\x01", "\x02", "\x03"
_FRAMED = re.compile(rf"[\x00\x7f\s]*\x01\s*{HEADER}(?:[^\S\n]|\r?\n|\x02|$)")
_FRAMED_INSIDE = re.compile(rf"\n[\x00\x7f\s]{{0,20}}\x01\s{{0,9}}{HEADER}[^\n]*\n")
_UNFRAMED = re.compile(rf"[\x00\x7f\s]*{HEADER}[ \t]+\d{{1,6}}\b[^\n]*\n")
_HEADER_LINE = re.compile(rf"{HEADER}(?:\s|$)")
_ENDING_LINE = re.compile(
    r"\s*(?:[A-Z]{2,5}\s)?\d{6}\s*(?:[A-Z]{1,4}\s+)?[^\W\d_]{3,10}\.?\s*\d{2,4}\s*"
)
_SLUG = re.compile(r"[^\s=][^=\n]{0,80}/\s*|[^\s/=]+(?:/[^\s/=]+)+/?\s*|[^\s/=]+-[^\s/=]+\s*")
# Of the lines above the text: twelve stacked ones are more than any agency sends.
_MOST_HEADING_LINES = 12
_MOST_HEADING_CHARS = 1500
_LONGEST_HEADLINE = 200
# What follows is for the desk: dpa's notebook, whose headings are Markdown.
_NOTEBOOK = re.compile(
    r"\s*(?:#{1,3}\s+\S.*|(?:\*\s*){4,}"
    r"|(?:dpa[ -])?(?:Notizblock|Notebook|NOTEBOOK|Notepad|Bloc-notes|Cuaderno|Taccuino)\s*:?"
    r"|.{0,60}\bnot (?:intended )?for publication\b.*"
    r"|.{0,60}\bnicht (?:zur|für die) Veröffentlichung\b.*"
    r"|.{0,80}\bpas destinée?s? à (?:la )?publication\b.*"
    r"|.{0,80}\bno (?:es|son|están?) (?:destinad[ao]s? a|para) (?:la |su )?publicaci[oó]n\b.*)\s*"
)
_LONGEST_NOTEBOOK_LINE = 200
# "dpa wsz jln npr", "dpa abc yydd n1 sku": the agency, then the initials of who worked on it.
_SIGN_OFF = re.compile(r"(?P<agency>[a-z]{2,5})(?:[/ -][a-z0-9]{1,6}){1,9}\.?")
_SIGNING = frozenset({"afp", "ansa", "apa", "ats", "belga", "dpa", "efe", "epd", "kna", "sda"})
_DATELINE = re.compile(r"[^\n(]{2,80}\([^()\n]{2,30}\)\s?(?:\.?-|[-–—])\s")


def sniff(message: Message) -> Evidence:
    """SOH and a header; or a header, or headings that end in " =", whose frame was stripped."""
    head = message.head
    evidence = NO_EVIDENCE
    if message.document is not None or head.startswith("<"):
        pass
    elif _FRAMED.match(head):
        evidence = Evidence(0.95, ("SOH and header line",))
    elif _UNFRAMED.match(head):
        evidence = Evidence(0.85, ("header line without SOH",))
    elif _FRAMED_INSIDE.search(head):
        evidence = Evidence(0.8, ("SOH and header line within",))
    elif _is_heading_only(message):
        evidence = Evidence(0.6, ("header lines end in =", "day-time group"))
    elif head.lstrip("\x00\x7f\r\n ").startswith(_SOH) and _STX in head and _ETX in message.text:
        evidence = Evidence(0.5, ("SOH, STX and ETX",))
    return evidence


def _is_heading_only(message: Message) -> bool:
    """Whether a telegram lost its header line too, and kept its headings and its date."""
    opening = normal_lines(message.head[:_MOST_HEADING_CHARS])
    lines = [line for line in opening.split("\n") if line.strip()][:_MOST_HEADING_LINES]
    if not any(line.rstrip().endswith(" =") for line in lines):
        return False
    tail = [line for line in normal_lines(message.text[-400:]).split("\n") if bare(line).strip()]
    return any(_ENDING_LINE.fullmatch(bare(line)) for line in tail[-3:])


def decode_iptc7901(message: Message, profiles: Profiles) -> list[Decoded | Fail]:
    """One part for each telegram; what is missing of a frame is a warning."""
    found = telegrams(message.text, heading=_cut_heading, ending=_cut_ending)
    parts = [_decode(message, profiles, each, number) for number, each in enumerate(found)]
    return [*parts] or [Fail("body-empty", "framing without a telegram")]


def _cut_heading(text: str) -> tuple[str, str]:
    """The header line and the slug of a telegram without STX, and the rest."""
    lines = text.split("\n")
    taken = 0
    seen = 0
    for number, line in enumerate(lines[:_MOST_HEADING_LINES]):
        plain = bare(line).strip()
        if not plain:
            continue
        if seen == 0 and _HEADER_LINE.match(plain):
            taken = number + 1
        elif seen <= 1 and _SLUG.fullmatch(plain):
            taken = number + 1
            break
        else:
            break
        seen += 1
    return "\n".join(lines[:taken]), "\n".join(lines[taken:])


def _cut_ending(text: str) -> tuple[str, str]:
    """The text and the day-time group that a telegram without ETX ends in."""
    lines = text.rstrip().split("\n")
    if _ENDING_LINE.fullmatch(bare(lines[-1])) and day_time_group(lines[-1]):
        return "\n".join(lines[:-1]), lines[-1]
    return text, ""


def _decode(message: Message, profiles: Profiles, telegram: Telegram, part: int) -> Decoded:
    header = read_header(telegram.heading)
    lines = telegram.text.split("\n")
    heading, begin = _heading_lines(lines)
    body = lines[begin:]
    note = next((n for n, line in enumerate(body) if _is_notebook(line)), len(body))
    body, notebook = body[:note], body[note:]
    signed, notebook = _sign_off(notebook, header)
    if not notebook:
        signed, body = _sign_off(body, header)
    width = column_width(lines)
    text = _teaser_apart(pieces_of(body, width=width))
    message = message.from_provider(profiles, *_names(header, text))
    stated = Stated(message.profile)
    stated.warnings += telegram.warnings
    ending = read_ending(telegram.ending)
    state(stated, header, ending)
    if heading and not heading[-1].rstrip().endswith("="):
        stated.warnings.append("telegram-heading-open")
    pieces = [
        *(Piece(line, Role.FURNITURE) for line in header.lines),
        *read_stack(stated, heading, width),
        *text,
        *pieces_of(notebook, role=Role.NOTE, width=width),
        *(Piece(line, Role.FURNITURE) for line in signed),
        *_furniture(telegram.ending),
        *_furniture(telegram.outside),
    ]
    layout = lay_out(pieces, apart=True)
    return message.decoded(
        NAME,
        layout,
        part=part,
        facts=stated.facts(),
        warnings=tuple(dict.fromkeys(stated.warnings)),
    )


def _heading_lines(lines: Sequence[str]) -> tuple[list[str], int]:
    """The lines above the text, and the number of the line where it begins.

    The last of them ends in "=" (dpa's stylebook: a space and "="). Where none does, a short
    paragraph at the top is the headline, unless it opens with a dateline or ends as a sentence.
    """
    found: list[str] = []
    length = 0
    for number, line in enumerate(lines):
        plain = bare(line).strip()
        length += len(plain)
        if len(found) >= _MOST_HEADING_LINES or length > _MOST_HEADING_CHARS:
            break
        if plain:
            found.append(plain)
            if plain.endswith("="):
                return found, number + 1
        elif found:
            return _unmarked(lines, number, found)
    return _unmarked(lines, len(lines), found) if len(found) == len(lines) else ([], 0)


def _unmarked(lines: Sequence[str], end: int, found: list[str]) -> tuple[list[str], int]:
    for number in range(end, min(end + 4, len(lines))):
        plain = bare(lines[number]).strip()
        # A blank line may stand between the markers and the headline.
        if plain.endswith("=") and len(plain) < _LONGEST_HEADLINE:
            return [*found, plain], number + 1
    joined = " ".join(found)
    is_text = (
        len(joined) > _LONGEST_HEADLINE
        or joined.endswith((".", '."', ".»"))
        or _DATELINE.match(joined)
        or not any(bare(line).strip() for line in lines[end:])
    )
    return ([], 0) if is_text else (found, end)


def _is_notebook(line: str) -> bool:
    return len(line) <= _LONGEST_NOTEBOOK_LINE and _NOTEBOOK.fullmatch(line) is not None


def _sign_off(lines: Sequence[str], header: Header) -> tuple[list[str], list[str]]:
    """The initials in the last line, if it stands alone and begins with the agency; the rest."""
    kept = list(lines)
    while kept and not bare(kept[-1]).strip():
        kept.pop()
    last = bare(kept[-1]).strip() if kept else ""
    match = _SIGN_OFF.fullmatch(last) if len(last) <= _LONGEST_NOTEBOOK_LINE else None
    alone = len(kept) < 2 or not bare(kept[-2]).strip()
    if match is None or not alone or match["agency"] not in _SIGNING | {header.agency_base}:
        return [], list(lines)
    return [last], kept[:-1]


def _teaser_apart(pieces: list[Piece]) -> list[Piece]:
    """The pieces, of which one above the paragraph with the dateline is the teaser."""
    datelines = [bool(_DATELINE.match(piece.text)) for piece in pieces[:2]]
    if datelines != [False, True] or pieces[0].kind is not ParagraphKind.TEXT:
        return pieces
    return [Piece(pieces[0].text, Role.SUMMARY), *pieces[1:]]


def _names(header: Header, text: Sequence[Piece]) -> list[str | None]:
    """By what names a telegram calls its agency: header first, then the dateline."""
    if header.agency_base and re.fullmatch(AGENCY, header.agency_base, re.IGNORECASE):
        # Copy of another agency, passed on: the dateline names that one.
        return [header.agency, header.agency_base]
    datelines: list[str] = []
    for piece in text[:3]:
        match = re.match(r"[^\n(]{2,80}\(([^()\n]{2,30})\)", piece.text)
        if match:
            datelines += [*re.split(r"[/ ]", match[1]), match[1]]
    if header.agency_base in {name.lower() for name in datelines}:
        datelines = []
    return [header.agency, header.agency_base, *datelines]


def _furniture(text: str) -> list[Piece]:
    return [Piece(line, Role.FURNITURE) for line in bare(text).split("\n")]
