"""What the header, the stacked header lines and the day-time group of an IPTC 7901 telegram say.

It must not lay out text; ``iptc7901`` does.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from schemas.item import SEQUENCE, LifecycleKind
from streams.decode.blocks import Piece
from streams.decode.decoded import Role
from streams.decode.lifecycle import number_reference
from streams.decode.stated import Stated
from streams.decode.telegram_dates import Moment, day_time_group
from streams.decode.telegram_text import bare, is_marker, was_broken

# Service and number, priority, category: "eca062 4 i", "FRA0064 1 G", "bdt0000 2 pl".
HEADER = r"[^\W\d_][^\W_]{0,9}?(?:-[^\W\d_]{1,8})?\s?\d{1,5}[ \t]+[0-9][ \t]+[^\W\d_]{1,8}"
_HEADER = re.compile(
    r"\s*(?P<service>[^\W\d_](?:[^\W_]|-){0,12}?)\s?(?P<number>\d{1,5})"
    r"(?:[ \t]+(?P<priority>\d))?(?:[ \t]+(?P<category>[^\W\d_]{1,8}))?"
    r"(?:[ \t]+(?P<words>\d{1,6}))?(?P<rest>(?:[ \t].*)?)"
)
_LONGEST_HEADER = 300
# AFP prints its own number behind the service: "FRA/AFP-RC58".
_AFP_NUMBER = re.compile(r"(?:\w+/)?(?P<agency>[A-Z]{2,5})-(?P<number>[A-Z]{1,3}\d{1,5})")
_AGENCY = re.compile(r"[^\W\d_][\w.-]{1,19}")
_ZEROS = re.compile(r"0+")
# Whole lines in sentence case: dpa's converter writes its signals so.
_LINES: tuple[tuple[LifecycleKind, re.Pattern[str]], ...] = (
    (LifecycleKind.UPDATE, re.compile(r"Update|Mettre à jour|Aktualisierung|Aktualizacja")),
    (LifecycleKind.CORRECTION, re.compile(r"Correction|Berichtigung|Korekta")),
    (LifecycleKind.REFILE, re.compile(r"Refile|Remettre")),
    (LifecycleKind.REPEAT, re.compile(r"Wiederholung|Powtarzanie")),
    (LifecycleKind.KILL, re.compile(r"АННУЛИРОВАНИЕ|حظر حظر حظر")),
)
_SMALL = (
    r"(?:de|da|di|del|della|der|den|du|dos|la|le|el|al|bin|ben|van|von|zu|y|and|et|und|e|with|avec"
    r"|mit|in|à|en|aus|correspondents?|Korrespondenten)"
)
_BYLINE = re.compile(
    rf"(?:By|BY|Von|VON|Par|PAR|Por|POR|Di|De notre \w+(?: spéciale?)?)(?:\s+(?:{_SMALL}\b|"
    r"[A-ZÀ-Þ][\w.'’-]*|[a-z]{2,4}(?=\s+correspondents?)),?){1,14}(?:,\s?[\w /.-]{2,40})?\s*"
)
# Below a headline that fills its line: a preposition and a name is no end of a headline.
_ONE_NAME = re.compile(
    r"(?:By|BY|Von|VON|Par|PAR|Por|POR)(?:\s(?:van|von|de|da|del|der|den|di|du|la|le))?"
    r"(?:\s(?:(?:van|von|de|da|del|der|den|di|du|la|le)\s)?[A-ZÀ-Þ][\w.'’-]*){2,3}"
)
_ADVISORY = re.compile(
    r"\(?\s*(?:Eds|EDS|Editors|Note to editors|Attention editors)\b\s*:.*", re.DOTALL
)
_IMPRINT = re.compile(r"\(?Impressum\b|IMPRESSUM\b|Copyright\s*/?\s*$")
_DPA_WIDTH = 69
_WORDS_OF_MARKER = 2


@dataclass(frozen=True, slots=True)
class Header:
    """The header's fields; "" for what it does not have.

    Attributes:
        lines: everything between SOH and STX, line by line, for the audit.
        slug: the keyword line.
    """

    lines: tuple[str, ...] = ()
    service: str = ""
    number: str = ""
    priority: str = ""
    category: str = ""
    optional: str = ""
    agency: str = ""
    agency_number: str = ""
    slug: str = ""

    @property
    def agency_base(self) -> str:
        """The agency without its service: "dpa" of "dpa-tns"."""
        return self.agency.partition("-")[0].lower()


def read_header(heading: str) -> Header:
    """The header's fields; a line that is no header leaves all of them empty."""
    lines = tuple(plain for line in heading.split("\n") if (plain := bare(line).strip()))
    if not lines:
        return Header()
    match = _HEADER.fullmatch(lines[0]) if len(lines[0]) <= _LONGEST_HEADER else None
    if match is None:
        return Header(lines=lines, slug=" ".join(lines[1:])[:_LONGEST_HEADER])
    optional, agency, number = _agency(match["rest"].split())
    return Header(
        lines=lines,
        service=match["service"],
        number=match["number"],
        priority=match["priority"] or "",
        category=match["category"] or "",
        optional=optional,
        agency=agency,
        agency_number=number,
        slug=" ".join(lines[1:])[:_LONGEST_HEADER],
    )


def read_ending(ending: str) -> Moment | None:
    """The day-time group behind ETX."""
    return day_time_group(bare(ending)[:_LONGEST_HEADER])


def state(stated: Stated, header: Header, sent: Moment | None) -> None:
    """State the fields of header and ending."""
    if header.lines and not header.service:
        stated.warnings.append("telegram-header-invalid")
    if sent:
        stated.date("version_created", sent.iso, "etx")
    elif "telegram-no-etx" not in stated.warnings:
        stated.warnings.append("date-invalid:etx")
    stable_id = _stable_id(header, sent)
    stated.put("stable_id", stable_id, "header/number")
    if header.service:
        stated.alt_id("transmission", f"{header.service}{header.number}", "header/number")
        if not _ZEROS.fullmatch(header.number):
            stated.alt_id(SEQUENCE, f"{header.service}/{header.number}", "header/number")
    if header.agency and header.agency_number:
        # As kills refer to it: "dpa 123" is "dpa:0123".
        number = number_reference(header.agency, header.agency_number)
        stated.alt_id("agency-number", number, "header/agency-number")
    stated.urgency(header.priority or None, "header/priority")
    if header.category:
        stated.subject("iptc7901-category", header.category, None, "header/category")
    slug = header.slug.strip(" /")
    stated.put("slugline", slug, "slug")
    for word in slug.split("/"):
        stated.list("keywords", word, "slug")
    stated.markers(None, slug, "slug")
    if _IMPRINT.match(slug):
        stated.lifecycle(LifecycleKind.ADVISORY, "slug", slug)


def read_stack(stated: Stated, heading: Sequence[str], width: int | None) -> list[Piece]:
    """The lines above the text by role, their markers stated: "1ST LEAD", headline, "By ..."."""
    # BELs stood between the words of a flash.
    lines = [" ".join(line.split()) for line in heading]
    if lines:
        lines[-1] = lines[-1].removesuffix("=").rstrip()
    entries = _brackets_closed([line for line in lines if line])
    pieces: list[Piece] = []
    while entries and (piece := _marker(stated, entries[0])) is not None:
        # "Impressum" says what the page is, and is its headline.
        if len(entries) == 1 and not entries[0].isupper() and not entries[0].startswith("("):
            break
        pieces.append(piece)
        entries.pop(0)
    below: list[Piece] = []
    while entries and (piece := _below_headline(stated, entries)) is not None:
        below.insert(0, piece)
        entries.pop()
    groups = _joined(entries, min(width or _DPA_WIDTH, _DPA_WIDTH))
    pieces += [Piece(group, Role.SUMMARY) for group in groups[:-1]]
    if groups:
        headline = " ".join(groups[-1].split("\n"))
        stated.markers(headline, None, "header line")
        pieces.append(Piece(headline, Role.HEADLINE))
    return [*pieces, *below]


def _agency(rest: Sequence[str]) -> tuple[str, str, str]:
    """Optional words, agency and its number, of what follows the word count."""
    if len(rest) > 1 and rest[-1][0].isdigit() and _AGENCY.fullmatch(rest[-2]):
        return " ".join(rest[:-2]), rest[-2], rest[-1]
    for number, word in enumerate(rest):
        match = _AFP_NUMBER.fullmatch(word)
        if match:
            left = [*rest[:number], *rest[number + 1 :]]
            return " ".join(left), match["agency"], match["number"]
    return " ".join(rest), "", ""


def _stable_id(header: Header, sent: Moment | None) -> str | None:
    """Agency, day, service and number; numbers begin again every day, and 0000 is none."""
    if sent is None or not header.service:
        return None
    number = f"{header.service}{header.number}"
    if _ZEROS.fullmatch(header.number):
        if not header.agency or _ZEROS.fullmatch(header.agency_number or "0"):
            return None
        number = f"{number}-{header.agency_number}"
    return f"iptc7901:{header.agency or header.service}:{sent.day}:{number}"


def _brackets_closed(lines: Sequence[str]) -> list[str]:
    """Lines, with those that one pair of brackets holds brought together."""
    entries: list[str] = []
    open_brackets = 0
    for line in lines:
        if open_brackets > 0:
            entries[-1] = f"{entries[-1]} {line}"
        else:
            entries.append(line)
        opens = entries[-1].startswith("(")
        open_brackets = entries[-1].count("(") - entries[-1].count(")") if opens else 0
    # Brackets that never close hold no headline.
    return entries if open_brackets <= 0 else list(lines)


def _marker(stated: Stated, line: str) -> Piece | None:
    """The piece of a line of markers above the headline, None for any other line."""
    if line.startswith("("):
        if not line.endswith(")") and not line.startswith("(Achtung)"):
            return None
        stated.markers(line, None, "header line")
        return Piece(line, Role.NOTE if len(line.split()) > _WORDS_OF_MARKER else Role.FURNITURE)
    for kind, pattern in _LINES:
        if pattern.fullmatch(line):
            stated.lifecycle(kind, "header line", line)
            return Piece(line, Role.FURNITURE)
    if is_marker(line):
        stated.markers(line, None, "header line")
        return Piece(line, Role.FURNITURE)
    return None


def _below_headline(stated: Stated, entries: Sequence[str]) -> Piece | None:
    """The piece of the last line, if it is a byline, a note in brackets or "Eds:"."""
    if len(entries) < 2:
        return None
    line = entries[-1]
    if _BYLINE.fullmatch(line) and (
        "," in line
        or _ONE_NAME.fullmatch(line)
        or not was_broken(entries[-2], line, _DPA_WIDTH + 8)
    ):
        stated.put("byline", line, "header line")
        return Piece(line, Role.BYLINE)
    if _ADVISORY.fullmatch(line):
        return Piece(line, Role.NOTE)
    if line.startswith("(") and line.endswith(")") and line.count("(") == 1:
        stated.markers(line, None, "header line")
        return Piece(line, Role.NOTE)
    return None


def _joined(lines: Sequence[str], width: int) -> list[str]:
    """The lines, those that the width broke joined by newlines."""
    groups: list[str] = []
    above = ""
    for line in lines:
        if above and was_broken(above, line, width):
            groups[-1] += f"\n{line}"
        else:
            groups.append(line)
        above = line
    return groups
