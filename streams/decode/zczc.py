"""The ZCZC/NNNN frame of teleprinters, as AAP and the old Reuters wires still fill it.

It must not claim other text: a frame opens with ZCZC at the head of a line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from schemas.item import SEQUENCE, ParagraphKind
from streams.decode.blocks import Piece, lay_out
from streams.decode.decoded import Decoded, Role
from streams.decode.message import NO_EVIDENCE, Evidence, Message
from streams.decode.profiles import Profiles
from streams.decode.stated import Stated
from streams.decode.telegram_text import bare, column_width, normal_lines, pieces_of
from streams.steps import Fail

NAME = "zczc"
_MARKS = ("ZCZC", "NNNN")
_OPENS = re.compile(r"[\x00-\x08\x0e-\x20\x7f\r\n]*ZCZC(?![A-Za-z])")
_FRAME = re.compile(r"^[ \t\x00-\x08\x0e-\x1f]*ZCZC(?![A-Za-z])", re.MULTILINE)
_END = re.compile(r"^[ \t\x00-\x08\x0e-\x1f]*N{4}[ \t\x00-\x08\x0e-\x1f]*$", re.MULTILINE)
# The channel and its number: "FMG000", "LBA0123"; 000 is none.
_SERIAL = re.compile(r"(?P<channel>[A-Z]{2,5})(?P<number>\d{3,5})")
_AGENCY = re.compile(r"[A-Z]{2,8}")
# Where the copy goes: "YY TDR", "HH TDCom", "YY RFG INTERNET (3RR)".
_ROUTING = re.compile(r"[A-Z]{2} [A-Z][A-Za-z0-9() ]{1,80}")
_MOST_FIELDS = 20
_LONGEST_FIELD = 300
# Sign, value: AAP's own header lines. A line of another shape begins the text.
_FIELD = re.compile(
    r"(?:(?P<routing>%.*)|\$(?P<category>[A-Z]{1,2})|[\^$](?P<headline>.*)|#(?P<slug>.*)"
    r"|:(?P<label>.*)|=(?P<take>.*)|\*(?P<set>[A-Z])|[*+](?P<subject>\d{8})|&(?P<service>\S*)"
    r"|@(?P<place>[^\s@][^@]{0,60})|~(?P<genre>.{1,80}))\s*"
)
_TABULAR = "T"
_DATELINE_PLACE = re.compile(r"\((?P<place>[A-Z][A-Z .'-]+)\)")
_WORDS_OF_HEADLINE = 14
_INDENT = 3
# Shift-in closes a line of a heading, EM a paragraph: the racing desk's copy.
_HEADING_END = "\x0f"
_SIGN_OFF = re.compile(r"(?P<agency>AAP|REUTERS?|Reuters)(?: [A-Z]{2,12}){0,2}")
_SOURCE = re.compile(r"(?:SOURCE|Source):\s*\S.{0,120}")


@dataclass(frozen=True, slots=True)
class _Frame:
    """One telegram: what stands on the ZCZC line, the lines below it, and what is outside."""

    opening: str
    lines: tuple[str, ...]
    end_mark: str
    outside: str
    warnings: tuple[str, ...]


def sniff(message: Message) -> Evidence:
    """ZCZC at the beginning; NNNN is often lost."""
    if _OPENS.match(message.head) is None:
        return NO_EVIDENCE
    if _END.search(normal_lines(message.text[-200:])):
        return Evidence(0.95, ("ZCZC", "NNNN"))
    return Evidence(0.9, ("ZCZC",))


def decode_zczc(message: Message, profiles: Profiles) -> list[Decoded | Fail]:
    """One part for each frame; a frame that never closes is a warning."""
    frames = _frames(normal_lines(message.text.removeprefix("\ufeff")))
    return [_decode(message, profiles, frame, part) for part, frame in enumerate(frames)] or [
        Fail("body-empty", "a frame without a telegram")
    ]


def _frames(text: str) -> list[_Frame]:
    openings = list(_FRAME.finditer(text))
    if not openings:
        unframed = _Frame("", tuple(text.split("\n")), "", "", ("telegram-no-zczc",))
        return [unframed] if bare(text).strip() else []
    ends = [match.start() for match in openings[1:]] + [len(text)]
    before = bare(text[: openings[0].start()]).strip()
    frames: list[_Frame] = []
    for opening, end in zip(openings, ends, strict=True):
        chunk = text[opening.end() : end]
        closed = _END.search(chunk)
        inside = chunk[: closed.start()] if closed else chunk
        behind = bare(chunk[closed.end() :]).strip() if closed else ""
        if not bare(inside).strip() and not behind:
            continue
        first, *lines = inside.split("\n")
        outside = "\n".join(part for part in (before if not frames else "", behind) if part)
        warnings: tuple[str, ...] = () if closed else ("telegram-no-nnnn",)
        if outside:
            warnings += ("telegram-text-outside",)
        end_mark = _MARKS[1] if closed else ""
        frames.append(_Frame(bare(first).strip(), tuple(lines), end_mark, outside, warnings))
    return frames


def _decode(message: Message, profiles: Profiles, frame: _Frame, part: int) -> Decoded:
    signed, lines = _sign_off(frame.lines)
    agency = frame.opening if _AGENCY.fullmatch(frame.opening) else None
    match = _SIGN_OFF.fullmatch(signed[-1]) if signed else None
    message = message.from_provider(profiles, agency, match["agency"].title() if match else None)
    stated = Stated(message.profile)
    stated.warnings += frame.warnings
    reader = _FieldReader(stated, frame.opening)
    body: Sequence[str] = lines[reader.read(lines) :]
    pieces = reader.pieces
    if not reader.has_headline:
        body = _headline_in_text(stated, pieces, body)
    pieces += _body(body, tabular=reader.is_tabular)
    pieces += [Piece(line, Role.FURNITURE) for line in (*signed, frame.end_mark, frame.outside)]
    layout = lay_out(pieces, apart=True)
    return message.decoded(
        NAME,
        layout,
        part=part,
        facts=stated.facts(),
        warnings=tuple(dict.fromkeys(stated.warnings)),
    )


class _FieldReader:
    """Reads the header lines below ZCZC, each with its sign."""

    def __init__(self, stated: Stated, opening: str) -> None:
        self.pieces: list[Piece] = []
        self.has_headline = False
        self.is_tabular = False
        self._stated = stated
        self.pieces.append(Piece(f"{_MARKS[0]} {opening}", Role.FURNITURE))
        serial = _SERIAL.match(opening)
        if serial and serial["number"].strip("0"):
            stated.alt_id("transmission", serial[0], "zczc")
            stated.alt_id(SEQUENCE, f"{serial['channel']}/{serial['number']}", "zczc")

    def read(self, lines: Sequence[str]) -> int:
        """The number of the line where the text begins."""
        begin = 0
        for number, raw in enumerate(lines[:_MOST_FIELDS]):
            line = bare(raw).strip()
            if not line:
                continue
            field = _FIELD.fullmatch(line) if len(line) <= _LONGEST_FIELD else None
            is_routing = begin == 0 and _ROUTING.fullmatch(line) is not None
            if (field is None and not is_routing) or raw.startswith((" ", "\t")):
                break
            if field is None:
                self.pieces.append(Piece(line, Role.FURNITURE))
            else:
                self._take(line, {k: v.strip() for k, v in field.groupdict().items() if v})
            begin = number + 1
        return begin

    def _take(self, line: str, field: dict[str, str]) -> None:
        stated = self._stated
        role = Role.FURNITURE
        text = line
        name, value = next(iter(field.items()), ("", ""))
        if name == "headline":
            role, text = Role.SUMMARY if self.has_headline else Role.HEADLINE, value
            self.has_headline = True
            stated.markers(value, None, "^headline")
        elif name == "slug":
            stated.put("slugline", value, "#slug")
            stated.markers(None, value, "#slug")
        elif name == "label":
            role, text = self._label(value), value or line
        elif name == "take":
            # A field for nothing else: "2nd Lead" is as good as "2ND LEAD".
            stated.markers(None, value.upper(), "=takekey")
            stated.list("keywords", value, "=takekey")
        elif name == "set":
            self.is_tabular = value == _TABULAR
        elif name == "category":
            stated.subject("anpa-category", value.lower(), None, "$category")
        elif name == "subject":
            stated.subject("iptc-subject-code", value, None, "+iptc")
        elif name == "genre":
            stated.put("genre", value, "~genre")
        elif name == "place":
            stated.subject("place", value, value, "@place")
        self.pieces.append(Piece(text, role))

    def _label(self, value: str) -> Role:
        """What a label is: the slug where no "#slug" stands, a place in brackets, or neither."""
        stated = self._stated
        place = _DATELINE_PLACE.fullmatch(value)
        if place:
            stated.put("dateline_place", place["place"], ":place")
            return Role.DATELINE
        if stated.get("slugline") is None:
            stated.put("slugline", value, ":slug")
            stated.markers(None, value, ":slug")
            return Role.FURNITURE
        return Role.SUMMARY if re.search(r"[^\W\d_]{2}", value) else Role.FURNITURE


def _headline_in_text(stated: Stated, pieces: list[Piece], lines: Sequence[str]) -> Sequence[str]:
    """The lines below a headline that stands above the text without a sign.

    It is flush, short, and the text below it is moved in; or it ends in shift-in.
    """
    first = next((n for n, line in enumerate(lines) if bare(line).strip()), None)
    if first is None:
        return lines
    line, below = lines[first], next(iter(lines[first + 1 :]), "")
    text = bare(line).strip()
    flush = not line.startswith((" ", "\t")) and below.startswith(("\t", " " * _INDENT))
    ends = text.endswith((".", ":", ",", "-"))
    if len(text.split()) > _WORDS_OF_HEADLINE or ends or not (flush or _HEADING_END in line):
        return lines
    stated.markers(text, None, "first line")
    pieces.append(Piece(text, Role.HEADLINE))
    return lines[first + 1 :]


def _body(lines: Sequence[str], *, tabular: bool) -> list[Piece]:
    width = column_width(lines)
    pieces: list[Piece] = []
    gathered: list[str] = []
    for line in lines:
        if _HEADING_END not in line:
            gathered.append(line)
            continue
        pieces += pieces_of(gathered, tabular=tabular, width=width)
        gathered = []
        pieces.append(Piece(bare(line), Role.BODY, ParagraphKind.CROSSHEAD))
    return pieces + pieces_of(gathered, tabular=tabular, width=width)


def _sign_off(lines: Iterable[str]) -> tuple[list[str], list[str]]:
    """The agency's sign-off in the last line ("AAP RESULTS"), and the lines above it."""
    kept = list(lines)
    while kept and not bare(kept[-1]).strip():
        kept.pop()
    last = bare(kept[-1]).strip() if kept else ""
    if not (_SIGN_OFF.fullmatch(last) or _SOURCE.fullmatch(last)):
        return [], kept
    return [last], kept[:-1]
