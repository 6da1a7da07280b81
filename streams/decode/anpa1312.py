"""ANPA 1312, the high-speed wire format of AP, CP and Kyodo: telegrams, cut from their frames.

It must not interpret header fields; ``anpa1312_facts`` does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from schemas.item import ParagraphKind
from streams.decode.anpa1312_facts import (
    FIRST_LINE,
    SECOND_LINE,
    Header,
    read_ending,
    read_header,
    state,
    state_slug,
)
from streams.decode.blocks import Piece, lay_out
from streams.decode.decoded import Decoded, Role
from streams.decode.message import NO_EVIDENCE, Evidence, Message
from streams.decode.profiles import Profiles
from streams.decode.stated import Stated
from streams.decode.telegram_frame import Telegram, telegrams
from streams.decode.telegram_text import bare, column_width, is_marker, pieces_of
from streams.steps import Fail

NAME = "anpa1312"
_PADDING = r"[\x00\x16\x7f\s]*"
_HEADING = rf"{FIRST_LINE}\s*\n\s*{SECOND_LINE}"
_FRAMED = re.compile(rf"{_PADDING}\x01\s*{_HEADING}")
_UNFRAMED = re.compile(rf"{_PADDING}{_HEADING}[^\n]*(?<!\d)\d\d-\d\d(?!\d)")
_FRAMED_INSIDE = re.compile(rf"\x01\s*{_HEADING}")
# Several header lines may share a line: "*9006< ^AP-Top-Headlines,0176<".
_BETWEEN_HEADINGS = re.compile(r"(?<=<)[ \t]*(?=\^)")
_ROUTING = re.compile(r"[*\d]{1,6}<?")
_SEPARATOR = frozenset("_ \t=<")
_LONGEST_HEADING = 600
_SLUG_AND_HEADLINE = 2
_LETTERS = re.compile(r"[\W\d_]+")
# The first header line is the slug: "BC-LT--Argentina-Cancer Beauty,466".
_SLUG = re.compile(r"(?:BC|AM|PM|AP|BN|US|URGENT|BULLETIN|FLASH)-.*|.*--.*|.*,\s?\d{2,5}")
_NOTE = re.compile(
    r"\(?\s*(?:(?:AP|CP|Kyodo)\s+(?:Member\s+)?(?:Photos?|Graphics?|Video|Audio|Interactive)\b"
    r"|Eds?\s*:|EDS?\s*:|EDITORS?(?:'S)?\s+NOTE|Editors?(?:'s)?\s+(?:Note|note)\b|Editors?\s*:"
    r"|With (?:AP|CP) (?:Photo|Graphic)|(?:UPDATES|RECASTS|ADDS|CORRECTS|Updates|Recasts|Adds"
    r"|Corrects)\b.{0,200}\bgrafs?\b).*",
    re.DOTALL,
)
_BYLINE = re.compile(r"(?:By|BY|Par|PAR|Por|POR|Von|VON)\s+\S.*")
# It needs no title, and what is centred below it heads the text.
_OF_AN_AGENCY = re.compile(
    r"\w+ (?:The )?(?:Associated Press|Canadian Press|AP|CP|Kyodo(?: News)?)"
)
# Centred below a byline, and no sentence: who the author is, or works for.
_CREDIT = re.compile(r"[A-ZÀ-Þ]\S*(?:\s\S+){0,5}(?<![.!?:;,])")
_TITLE = re.compile(
    r"(?:The )?(?:Associated|Canadian) Press(?: \w+){0,2}|Kyodo News"
    r"|(?:AP|CP|Associated Press|[A-Z][\w.]+)?(?:\s[\w&/.-]+){0,4}\s"
    r"(?:Writers?|Editors?|Correspondents?|Columnists?|Reporters?|Critics?|Producers?)"
)


def sniff(message: Message) -> Evidence:
    """Two header lines of the format, behind SOH or stripped of it."""
    if message.document is not None or message.head.startswith("<"):
        return NO_EVIDENCE
    head = message.head.replace("\r", "")
    if _FRAMED.match(head):
        return Evidence(0.97, ("SOH and two header lines",))
    if _UNFRAMED.match(head):
        return Evidence(0.85, ("two header lines without SOH",))
    if _FRAMED_INSIDE.search(head):
        return Evidence(0.85, ("SOH and two header lines within",))
    return NO_EVIDENCE


def decode_anpa1312(message: Message, profiles: Profiles) -> list[Decoded | Fail]:
    """One part for each telegram; what is missing of a frame is a warning."""
    found = telegrams(message.text, heading=_cut_heading, ending=_cut_ending)
    parts = [_decode(message, profiles, each, number) for number, each in enumerate(found)]
    return [*parts] or [Fail("body-empty", "framing without a telegram")]


def _cut_heading(text: str) -> tuple[str, str]:
    """The two header lines of a telegram without STX, and the rest."""
    lines = text.lstrip().split("\n")
    return "\n".join(lines[:2]), "\n".join(lines[2:])


def _cut_ending(text: str) -> tuple[str, str]:
    """The text and the last line of a telegram without ETX, where that is an ending."""
    lines = text.rstrip().split("\n")
    if read_ending(lines[-1], "mdy"):
        return "\n".join(lines[:-1]), lines[-1]
    return text, ""


def _decode(message: Message, profiles: Profiles, telegram: Telegram, part: int) -> Decoded:
    header = read_header(telegram.heading)
    named = read_ending(telegram.ending, "mdy")
    message = message.from_provider(profiles, named.source if named else None, header.source)
    ending = read_ending(telegram.ending, message.profile.date_order)
    stated = Stated(message.profile)
    stated.warnings += telegram.warnings
    state(stated, header, ending)
    lines = _split_headings(telegram.text)
    heading, body = _cut_body(lines)
    setter = _Setter(stated, header)
    setter.heading(heading)
    setter.body(body)
    pieces = [
        *(Piece(line, Role.FURNITURE) for line in header.lines),
        *setter.pieces,
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


def _split_headings(text: str) -> list[str]:
    lines: list[str] = []
    for line in text.split("\n"):
        stripped = line.lstrip(" \x02")
        lines += _BETWEEN_HEADINGS.split(stripped) if "<" in stripped else [line]
    return lines


def _cut_body(lines: Sequence[str]) -> tuple[list[str], list[str]]:
    """The header lines, broken ones joined, and the lines of the body."""
    heading: list[str] = []
    headings = 0
    for number, line in enumerate(lines):
        plain = line.strip(" \x02")
        is_open = bool(heading) and heading[-1].startswith("^") and not _is_closed(heading[-1])
        if not bare(plain).strip() or (_ROUTING.fullmatch(plain) and not heading):
            heading += [plain] if bare(plain).strip() else []
        elif plain.startswith("^"):
            # A second line without its mark is of a list, and no header any more.
            if is_open or (headings >= _SLUG_AND_HEADLINE and not _closes(lines, number)):
                return heading, list(lines[number:])
            heading.append(plain)
            headings += 1
        elif is_open and _is_rest(line) and len(heading[-1]) < _LONGEST_HEADING:
            heading[-1] += f" {plain}"
        else:
            return heading, list(lines[number:])
    return heading, []


def _closes(lines: Sequence[str], number: int) -> bool:
    """Whether a header line ends with its mark, or the line below it ends it."""
    if _is_closed(lines[number]):
        return True
    return number + 1 < len(lines) and _is_rest(lines[number + 1])


def _is_rest(line: str) -> bool:
    return _is_closed(line) and not line.startswith(("\t", "^", " ^"))


def _is_closed(line: str) -> bool:
    return line.rstrip().endswith(("<", "="))


class _Setter:
    """Sets header lines and body in pieces, stating what the header lines say."""

    def __init__(self, stated: Stated, header: Header) -> None:
        self.pieces: list[Piece] = []
        self._stated = stated
        self._header = header
        self._has_slug = False
        self._has_headline = False
        self._after_byline = False

    def heading(self, lines: Iterable[str]) -> None:
        """The lines between STX and the text: slug, headline, notes, byline."""
        for line in lines:
            text = _plain(line)
            if text:
                self._set_heading(text, centred=line.rstrip().endswith("="))
        if not self._has_slug:
            state_slug(self._stated, self._header.keyword, self._header, "header/keyword")

    def body(self, lines: Sequence[str]) -> None:
        """The text: paragraphs that begin with a TAB, rows, and lines set on their own."""
        width = column_width(lines)
        gathered: list[str] = []
        for line in lines:
            plain = line.strip(" \x02")
            if plain.startswith("^"):
                self._flush(gathered, width)
                text = _plain(plain)
                if _BYLINE.fullmatch(text) and self._stated.get("byline") is None:
                    self._stated.put("byline", text, "stx/byline")
                    self.pieces.append(Piece(text, Role.BYLINE))
                else:
                    centred = plain.rstrip().endswith(("=", "<"))
                    kind = ParagraphKind.CROSSHEAD if centred else ParagraphKind.TEXT
                    self.pieces.append(Piece(text, Role.BODY, kind))
            elif "___" in plain and _SEPARATOR.issuperset(plain):
                self._flush(gathered, width)
                self.pieces.append(Piece(_plain(plain), Role.FURNITURE))
            else:
                # A row of a table may open with a mark behind its sign (0x08).
                gathered.append(_unmarked(line.replace("\x08^", "\x08")))
        self._flush(gathered, width)

    def _flush(self, gathered: list[str], width: int | None) -> None:
        self.pieces += pieces_of(gathered, tabular=self._header.is_tabular, width=width)
        gathered.clear()

    def _set_heading(self, text: str, *, centred: bool) -> None:
        after_byline, self._after_byline = self._after_byline, False
        if _ROUTING.fullmatch(text):
            self.pieces.append(Piece(text, Role.FURNITURE))
        elif not self._has_slug and not self._has_headline and self._is_slug(text):
            self._has_slug = True
            state_slug(self._stated, text, self._header, "stx/slug")
            self.pieces.append(Piece(text, Role.FURNITURE))
        elif is_marker(text):
            self._stated.markers(text, None, "stx/header line")
            self.pieces.append(Piece(text, Role.FURNITURE))
        elif _NOTE.fullmatch(text):
            self.pieces.append(Piece(text, Role.NOTE))
        elif _BYLINE.fullmatch(text):
            self._after_byline = _OF_AN_AGENCY.fullmatch(text) is None
            self._stated.put("byline", text, "stx/byline")
            self.pieces.append(Piece(text, Role.BYLINE))
        elif after_byline and (_TITLE if not centred else _CREDIT).fullmatch(text):
            self.pieces.append(Piece(text, Role.BYLINE))
        elif not self._has_headline:
            self._has_headline = True
            self._stated.markers(text, None, "stx/headline")
            self.pieces.append(Piece(text, Role.HEADLINE))
        elif centred:
            self.pieces.append(Piece(text, Role.BODY, ParagraphKind.CROSSHEAD))
        else:
            self.pieces.append(Piece(text, Role.SUMMARY))

    def _is_slug(self, text: str) -> bool:
        keyword = _LETTERS.sub("", self._header.keyword).lower()
        letters = _LETTERS.sub("", text).lower()
        same = len(keyword) > 3 and letters.startswith(keyword)
        return same or _SLUG.fullmatch(text) is not None


def _plain(line: str) -> str:
    return _unmarked(bare(line).strip().removeprefix("^")).strip()


def _unmarked(line: str) -> str:
    """The line without the marks at its end."""
    end = line.rstrip(" \t")
    return end.rstrip("<=").rstrip(" \t") if end.endswith(("<", "=")) else line


def _furniture(text: str) -> list[Piece]:
    return [Piece(_unmarked(line), Role.FURNITURE) for line in bare(text).split("\n")]
