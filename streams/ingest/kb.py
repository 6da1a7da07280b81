"""Entries of the knowledge base from a file: JSON Lines as ``kb export`` writes them, or CSV.

A line that cannot be read is told and passed over. It must not write to a log.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pydantic import ValidationError

from schemas.codec import SchemaError
from schemas.item import EntityType
from schemas.kb import ANY_LANGUAGE, KbAlias, KbEntity, decode_kb
from streams.enrich.kb.editing import entity_id
from streams.enrich.kb.records import MAX_RECORD_BYTES

COLUMNS = (
    "name", "type", "id", "language", "aliases", "same_as", "valid_from", "valid_to", "note",
    "source",
)  # fmt: skip
"""Of a CSV; ``name`` and ``type`` must be there. A column ``ids.SCHEME`` gives an external id."""
_IDS = "ids."


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a file: the records in it, or what is wrong with it.

    Attributes:
        place: number of the line, from 1.
        fault: None where nothing is.
    """

    place: int
    records: tuple[KbEntity | KbAlias, ...] = ()
    fault: str | None = None


def read_entries(lines: Iterable[bytes]) -> Iterator[Entry]:
    """The entries of a file, line by line; which format it is, its first line tells."""
    numbered = ((number, line) for number, line in enumerate(lines, 1) if line.strip())
    first = next(numbered, None)
    if first is None:
        return
    number, line = first[0], first[1].removeprefix(b"\xef\xbb\xbf")
    if line.lstrip().startswith(b"{"):
        yield _of_json(number, line)
        for number, line in numbered:
            yield _of_json(number, line)
    else:
        yield from _of_csv(number, line, numbered)


def _of_json(number: int, line: bytes) -> Entry:
    if len(line) > MAX_RECORD_BYTES:
        return Entry(number, fault=f"too-large: {len(line)} bytes; at most {MAX_RECORD_BYTES}")
    try:
        return Entry(number, (decode_kb(line),))
    except SchemaError as error:
        return Entry(number, fault=f"malformed: {error}")


def _of_csv(number: int, header: bytes, lines: Iterator[tuple[int, bytes]]) -> Iterator[Entry]:
    columns = _cells(header) or []
    unknown = [name for name in columns if name not in COLUMNS and not name.startswith(_IDS)]
    if unknown or not {"name", "type"} <= set(columns):
        shown = ", ".join(name[:40] for name in columns[:20])
        yield Entry(number, fault=f"columns {shown}: wanted are {', '.join(COLUMNS)}, ids.SCHEME")
        return
    for place, line in lines:
        if len(line) > MAX_RECORD_BYTES:
            yield Entry(place, fault=f"too-large: {len(line)} bytes; at most {MAX_RECORD_BYTES}")
            continue
        cells = _cells(line)
        if cells is None or len(cells) != len(columns):
            yield Entry(place, fault=f"malformed: not {len(columns)} columns of UTF-8 on one line")
        else:
            yield _of_row(place, dict(zip(columns, cells, strict=True)))


def _cells(line: bytes) -> list[str] | None:
    try:
        return [cell.strip() for cell in next(csv.reader([line.decode()], strict=True), [])]
    except (UnicodeDecodeError, csv.Error):
        return None


def _of_row(place: int, row: dict[str, str]) -> Entry:
    given = {name: value for name, value in row.items() if value}
    language = given.get("language", ANY_LANGUAGE)
    try:
        kind = EntityType(given.get("type", ""))
        identity = given.get("id") or entity_id(kind, given.get("name", ""))
        plain = ("same_as", "valid_from", "valid_to", "note", "source")
        entity = KbEntity.model_validate(
            {
                "id": identity,
                "type": kind,
                "names": {language: given.get("name", "")},
                "ids": {
                    name.removeprefix(_IDS): value
                    for name, value in given.items()
                    if name.startswith(_IDS)
                },
                **{name: given[name] for name in plain if name in given},
            }
        )
        aliases = [
            KbAlias(alias=alias.strip(), language=language, entity=identity)
            for alias in given.get("aliases", "").split(";")
            if alias.strip()
        ]
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        return Entry(place, fault=f"malformed: {where}: {first['msg']}")
    except ValueError:
        return Entry(place, fault="malformed: type: person, organisation or place")
    return Entry(place, (entity, *aliases))
