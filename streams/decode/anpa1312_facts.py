"""What the headers, the slug and the last line of an ANPA 1312 telegram say.

It must not lay out text; ``anpa1312`` does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from schemas.item import SEQUENCE
from streams.decode.profiles import DateOrder
from streams.decode.stated import Stated
from streams.decode.telegram_dates import Moment, in_numbers, moment, year_of
from streams.decode.telegram_text import bare

# Service level and number, maybe the agency's name, the selector: "W2870\x1fasian",
# "B 1488 cpstf", "a0105KYODO\x1fkoko-".
FIRST_LINE = r"[A-Za-z][ \t]?\d{4}[A-Z]{0,10}(?:[\x1f \t]+[^\s\x1f]{1,10})?"
# Priority, category, then text (DC1, DC3) or tables (DC2, DC4), then the keyword.
SECOND_LINE = r"[a-z][ \t][a-z0-9][ \t]?[\x11-\x14]{0,4}[ \t]*[^\s\x11-\x14]"
_FIRST = re.compile(
    r"(?P<level>[A-Za-z])\s?(?P<number>\d{4})(?P<agency>[A-Z]{0,10})"
    r"(?:[\x1f\s]+(?P<selector>[^\s\x1f]{1,10}))?"
)
_SECOND = re.compile(
    r"(?P<priority>[a-z])\s(?P<category>[a-z0-9])\s?(?P<control>[\x11-\x14]{0,4})(?P<rest>.*)"
)
_LONGEST_LINE = 300
_DATE_AND_WORDS = re.compile(r"(?<!\d)\d\d-\d\d(?:\s+\d{1,5})?\s*$")
# "3rdLd-Writethru", "7thWritethru", "1stAdd": the version, its words glued.
_GLUED = re.compile(r"(?P<n>\d{1,2})(?P<th>st|nd|rd|th)-?\s?(?P<what>[A-Z][\w-]*)")
_TABULAR = frozenset("\x12\x14")
# f flash, b bulletin, u urgent, r regular, d deferred; s, a and w are for a weekend or a later
# day. On IPTC's scale, as AP maps its own.
_URGENCY = {"f": 1, "b": 2, "u": 3, "r": 4, "d": 5, "s": 6, "a": 6, "w": 6}
_AP = re.compile(
    r"(?P<source>[A-Z]{2,4})-[A-Z]{2,3}-(?P<first>\d\d)-(?P<second>\d\d)-(?P<year>\d\d)"
    r"\s+(?P<hour>\d\d):?(?P<minute>\d\d)\s?(?P<zone>[A-Z]{2,4})"
)
_KYODO = re.compile(
    r"KWS-(?P<hour>\d\d):(?P<minute>\d\d)-(?P<first>\d\d)-(?P<second>\d\d)-(?P<year>\d\d)"
)
_CP = re.compile(
    r"(?P<hour>\d\d):?(?P<minute>\d\d)\s?(?P<zone>E[SD]?T)\s+"
    r"(?P<first>\d\d)-(?P<second>\d\d)-(?P<year>\d\d)"
)
_WORDS = re.compile(r",\s?\d{1,5}$")
_TAKE = re.compile(r"(?P<n>\d{1,2})(?:st|nd|rd|th)[ -]?(?:Ld|LD)-Write-?thru", re.IGNORECASE)


class Ending(NamedTuple):
    """The last line: when the telegram was sent, and by whom."""

    sent: Moment
    source: str | None


@dataclass(frozen=True, slots=True)
class Header:
    """The two header lines' fields; "" for what they do not have.

    Attributes:
        lines: as they are, for the audit.
        keyword: without version, date and word count; cut to 21 characters by the format.
        take: the version with its words apart: "3rd Ld-Writethru".
    """

    lines: tuple[str, ...] = ()
    level: str = ""
    number: str = ""
    agency: str = ""
    selector: str = ""
    priority: str = ""
    category: str = ""
    keyword: str = ""
    take: str = ""
    is_tabular: bool = False

    @property
    def source(self) -> str | None:
        """Whose telegram it is, where the header tells."""
        if self.agency:
            return self.agency.title()
        return "CP" if self.selector.startswith("cp") else None


def read_header(heading: str) -> Header:
    """The fields of the header lines; lines that are none leave all of them empty."""
    raw = [line.strip(" \t\x16") for line in heading.split("\n")]
    raw = [line[:_LONGEST_LINE] for line in raw if bare(line).strip()]
    lines = tuple(bare(line).strip() for line in heading.split("\n") if bare(line).strip())
    first = _FIRST.match(raw[0]) if raw else None
    second = _SECOND.match(raw[1]) if len(raw) > 1 else None
    if first is None:
        return Header(lines=lines)
    keyword, take = _keyword(second["rest"] if second else "")
    return Header(
        lines=lines,
        level=first["level"],
        number=first["number"],
        agency=first["agency"],
        selector=first["selector"] or "",
        priority=second["priority"] if second else "",
        category=second["category"] if second else "",
        keyword=keyword,
        take=take,
        is_tabular=second is not None and not _TABULAR.isdisjoint(second["control"]),
    )


def read_ending(ending: str, order: DateOrder) -> Ending | None:
    """The date in the last line: AP's "AP-WF-11-13-13 1509GMT", Kyodo's, CP's.

    Args:
        ending: what stands behind ETX.
        order: the provider's, for the shape that any agency may use. Kyodo's and CP's own shapes
            have the day first.
    """
    line = bare(ending)[:_LONGEST_LINE]
    for pattern, own_order, source, own_zone in (
        (_KYODO, "dmy", "Kyodo", "JST"),
        (_AP, order, None, ""),
        (_CP, "dmy", "CP", ""),
    ):
        match = pattern.search(line)
        if match is None:
            continue
        groups = match.groupdict()
        day_order: DateOrder = "dmy" if own_order == "dmy" else "mdy"
        month, day = in_numbers(int(match["first"]), int(match["second"]), day_order)
        sent = moment(
            year_of(int(match["year"])),
            month,
            day,
            int(match["hour"]),
            int(match["minute"]),
            zone_name=groups.get("zone") or own_zone,
        )
        return Ending(sent, groups.get("source") or source) if sent else None
    return None


def state(stated: Stated, header: Header, ending: Ending | None) -> None:
    """State the fields of headers and last line."""
    if not header.level:
        stated.warnings.append("telegram-header-invalid")
    number = f"{header.level}{header.number}"
    if ending:
        stated.date("version_created", ending.sent.iso, "etx")
        source = ending.source or header.source or "anpa"
        if header.level:
            stable_id = f"anpa:{source}:{ending.sent.day}:{number}"
            stated.put("stable_id", stable_id, "header/number")
    elif "telegram-no-etx" not in stated.warnings:
        stated.warnings.append("date-invalid:etx")
    if header.level:
        stated.alt_id("transmission", number, "header/number")
        if header.number.strip("0"):
            stated.alt_id(SEQUENCE, f"{header.level}/{header.number}", "header/number")
    stated.put("urgency", _URGENCY.get(header.priority), "header/priority")
    if header.category:
        stated.subject("anpa-category", header.category, None, "header/category")
    if header.take:
        stated.markers(None, header.take, "header/version")


def state_slug(stated: Stated, slug: str, header: Header, origin: str) -> None:
    """State the slug, without its word count, and what its take key says."""
    whole = _WORDS.sub("", slug)
    stated.put("slugline", whole, origin)
    stated.markers(None, whole, origin)
    take = _TAKE.search(whole) or _TAKE.search(header.take)
    if take:
        stated.put("version", str(int(take["n"])), origin)


def _keyword(rest: str) -> tuple[str, str]:
    text = bare(_DATE_AND_WORDS.sub("", rest)).strip()
    keyword, _, last = text.rpartition(" ")
    glued = _GLUED.fullmatch(last)
    if glued is None or not keyword:
        return text, ""
    return keyword.strip(), f"{glued['n']}{glued['th']} {glued['what']}"
