"""Calendars: the tables that Outlook and Google write (CSV), and iCalendar (RFC 5545).

It must not make news of them: every part is an event.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator

from streams.decode.blocks import Piece, lay_out
from streams.decode.decoded import Decoded, Role
from streams.decode.markup import words
from streams.decode.message import NO_EVIDENCE, Evidence, Message
from streams.decode.stated import Stated
from streams.decode.written_dates import read_written_date
from streams.steps import DropReason, Fail

NAME = "calendar"
MAX_EVENTS = 5_000
_TITLES = words("subject summary title event")
_STARTS = words("startdate starttime start dtstart")
_NOT_NAME = re.compile(r"[^a-z]+")
_FOLDED_LINE = re.compile(r"\r?\n[ \t]")
_PROPERTY = re.compile(r"(?P<name>[A-Za-z-]+)(?:;[^:\r\n]*)?:(?P<value>.*)")
_ESCAPED = re.compile(r"\\([\\;,nN])")


def sniff(message: Message) -> Evidence:
    """``BEGIN:VCALENDAR``, or a first line of column names with a subject and a start."""
    head = message.head
    if head[:15].upper() == "BEGIN:VCALENDAR":
        return Evidence(0.95, ("begins BEGIN:VCALENDAR",))
    first = head.partition("\n")[0]
    if first.count(",") < 2 or len(first) > 1000:
        return NO_EVIDENCE
    names = set(_names(first))
    if names & _TITLES and names & _STARTS:
        return Evidence(0.8, (f"columns {', '.join(sorted(names & (_TITLES | _STARTS)))}",))
    return NO_EVIDENCE


def decode_calendar(message: Message) -> list[Decoded | Fail]:
    """One part for each event; a calendar without any is data."""
    text = message.text.lstrip("\ufeff \t\r\n")
    is_icalendar = text[:15].upper() == "BEGIN:VCALENDAR"
    events = _icalendar(text) if is_icalendar else _table(text)
    answers: list[Decoded | Fail] = []
    for event in events:
        if len(answers) == MAX_EVENTS:
            answers.append(Fail("body-too-large", f"more than {MAX_EVENTS} events", MAX_EVENTS))
            return answers
        answers.append(_decode_event(message, event, len(answers)))
    if answers:
        return answers
    detail = "a calendar without events"
    return [message.decoded(NAME, not_text=DropReason.DATA, detail=detail)]


def _decode_event(message: Message, event: list[tuple[str, str]], part: int) -> Decoded:
    stated = Stated(message.profile)
    pieces: list[Piece] = []
    for name, value in event:
        headed = any(piece.role is Role.HEADLINE for piece in pieces)
        role = Role.HEADLINE if name in _TITLES and not headed else Role.FURNITURE
        pieces.append(Piece(" ".join(value.split()) if role is Role.HEADLINE else value, role))
        if name == "uid":
            stated.put("stable_id", value, "UID")
        elif name == "sequence":
            stated.put("version", value, "SEQUENCE")
        elif name in {"lastmodified", "dtstamp"}:
            moment = read_written_date(
                value, name, profile=message.profile, warnings=stated.warnings
            )
            stated.put("version_created", moment, name)
        elif name == "status" and value.upper() == "CANCELLED":
            stated.status("canceled", "STATUS")
    layout = lay_out(pieces)
    return message.decoded(
        NAME,
        layout,
        part=part,
        facts=stated.facts(),
        warnings=tuple(stated.warnings),
        not_text=DropReason.EVENT,
    )


def _table(text: str) -> Iterator[list[tuple[str, str]]]:
    """The rows, each as (column, cell) of the cells that hold something."""
    # What is no table to csv (a field beyond its limit) ends the reading.
    try:
        lines = text.replace("\0", " ").splitlines(keepends=True)
        rows = csv.reader(lines)
        names = [_NOT_NAME.sub("", name.lower()) for name in next(rows, [])]
        for row in rows:
            cells = [
                (names[number] if number < len(names) else "", cell)
                for number, cell in enumerate(row)
                if cell.strip()
            ]
            if cells:
                yield cells
    except csv.Error:
        return


def _icalendar(text: str) -> Iterator[list[tuple[str, str]]]:
    """The properties of each VEVENT; those of its alarms are not the event's."""
    event: list[tuple[str, str]] | None = None
    inside = 0
    for line in _FOLDED_LINE.sub("", text).splitlines():
        found = _PROPERTY.fullmatch(line)
        if found is None:
            continue
        name, value = found["name"].upper(), found["value"]
        if name == "BEGIN":
            inside += event is not None
            event = [] if event is None and value.strip().upper() == "VEVENT" else event
        elif name == "END" and event is not None:
            if inside:
                inside -= 1
            else:
                yield event
                event = None
        elif event is not None and not inside and value.strip():
            plain = _ESCAPED.sub(lambda match: "\n" if match[1] in "nN" else match[1], value)
            event.append((_NOT_NAME.sub("", name.lower()), plain))
    if event:
        yield event


def _names(line: str) -> list[str]:
    try:
        return [_NOT_NAME.sub("", name.lower()) for name in next(csv.reader([line]), [])]
    except csv.Error:
        return []
