"""JSON Lines, one message a line: our envelopes, whole ninjs items, or records read by a mapping.

It must not stop for one bad line: the line itself goes on, and decoding makes it a dead letter.
"""

from __future__ import annotations

import base64
import binascii
import itertools
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

import orjson

from schemas.raw import RawMessage
from streams.errors import ArchiveError
from streams.ingest.dates import parse_date
from streams.ingest.mapping import FieldMap, compose, well_known

__all__ = ["Row", "read_lines", "read_rows"]

# Enough to meet every optional field once; a file that hides its body longer is not an archive.
_LOOK_AHEAD = 50
_ENVELOPE = frozenset(
    {"id", "provider", "content_type", "received_at", "body", "body_b64", "headers"}
)
# ninjs has a uri and at least one of these; such a line is a message in itself.
_NINJS = frozenset(
    {"body_text", "body_html", "body_xhtml", "bodies", "headlines", "pubstatus", "pubStatus",
     "versioncreated", "versionCreated"}
)  # fmt: skip
_JSON = "application/json"
_TEXT = "text/plain; charset=utf-8"


class Row(NamedTuple):
    """One record of a table or a line.

    Attributes:
        number: the line or row, from 1.
        record: its fields; None for a line that is no JSON object.
        line: the bytes themselves, where there are any.
    """

    number: int
    record: dict[str, object] | None
    line: bytes | None = None

    def whole(self) -> bytes:
        """The record as bytes, for decoding to say what is wrong with it."""
        return self.line if self.line is not None else orjson.dumps(self.record, default=repr)


def read_lines(
    lines: Iterable[bytes],
    name: str,
    given: Mapping[str, str],
    announce: Callable[[str], None],
) -> Iterator[RawMessage]:
    """A message for every line that is not blank, in order, at position ``name:line``.

    Args:
        lines: as read from the file, terminators included.
        name: of the file, for positions.
        given: pairs of ``--map``.
        announce: told once which fields are read, when that had to be found out.

    Raises:
        ArchiveError: none of the first records has a body.
    """
    yield from read_rows(_parse(lines), name, given, announce)


def read_rows(
    parsed: Iterator[Row],
    name: str,
    given: Mapping[str, str],
    announce: Callable[[str], None],
) -> Iterator[RawMessage]:
    """A message for every record, in order, at position ``name:number``; else as ``read_lines``.

    Raises:
        ArchiveError: none of the first records has a body.
    """
    head = list(itertools.islice(parsed, _LOOK_AHEAD))
    records = [line.record for line in head if line.record is not None]
    foreign = [r for r in records if given or not (_is_envelope(r) or _is_ninjs(r))]
    fields = well_known(foreign, given)
    if foreign and fields is None and len(foreign) == len(records):
        raise ArchiveError(f"{name}: no body found; {_keys_seen(foreign)}")
    if foreign and fields is not None:
        if not any(isinstance(record.get(fields.body), str | bytes) for record in foreign):
            raise ArchiveError(
                f"{name}: no record has a text {fields.body!r}; {_keys_seen(foreign)}"
            )
        announce(f"{name}: reading {fields}")
    for line in itertools.chain(head, parsed):
        yield _message(line, f"{name}:{line.number}", fields, mapped=bool(given))


def _keys_seen(records: Iterable[Mapping[str, object]]) -> str:
    keys = list(dict.fromkeys(key for record in records for key in record))
    shown = ", ".join(key[:40] for key in keys[:20]) + (", ..." if len(keys) > 20 else "")
    return f"keys seen: {shown or '(none)'}. Name it with --map body=FIELD"


def _parse(lines: Iterable[bytes]) -> Iterator[Row]:
    for number, raw in enumerate(lines, start=1):
        value = raw.strip(b" \t\r\n")
        if number == 1:
            value = value.removeprefix(b"\xef\xbb\xbf")
        if value:
            yield Row(number, _object(value), value)


def _object(value: bytes) -> dict[str, object] | None:
    """The JSON object in ``value``; None for anything else."""
    try:
        found = orjson.loads(value)
    except orjson.JSONDecodeError:
        # orjson refuses lone surrogates and NaN, which real archives hold; the bytes are still
        # readable. Anything else that is broken fails here as well.
        try:
            found = json.loads(value)
        except (ValueError, RecursionError):
            return None
    return found if isinstance(found, dict) else None


def _is_envelope(record: Mapping[str, object]) -> bool:
    if isinstance(record.get("body"), str):
        return record.keys() <= _ENVELOPE or isinstance(record.get("body_b64"), str)
    return isinstance(record.get("body_b64"), str)


def _is_ninjs(record: Mapping[str, object]) -> bool:
    return "uri" in record and not _NINJS.isdisjoint(record)


def _message(line: Row, position: str, fields: FieldMap | None, *, mapped: bool) -> RawMessage:
    record = line.record
    if record is not None and not mapped:
        if _is_envelope(record):
            return _from_envelope(record, line, position)
        if _is_ninjs(record):
            return _whole(line, position)
    if record is not None and fields is not None:
        body = record.get(fields.body)
        if isinstance(body, str | bytes):
            return _from_record(record, body, fields, position)
    return _whole(line, position)


def _whole(line: Row, position: str) -> RawMessage:
    return RawMessage(body=line.whole(), content_type=_JSON, position=position)


def _from_envelope(record: Mapping[str, object], line: Row, position: str) -> RawMessage:
    """The message inside; the line as it is where the envelope is wrong, for decoding to say."""
    body, encoded, stated = record.get("body"), record.get("body_b64"), record.get("received_at")
    content_type, provider = record.get("content_type"), record.get("provider")
    received_at = parse_date(stated)
    if not isinstance(content_type, str | None) or not isinstance(provider, str | None):
        return _whole(line, position)
    if (body is not None and encoded is not None) or (stated and received_at is None):
        return _whole(line, position)
    if isinstance(encoded, str):
        try:
            decoded = base64.b64decode("".join(encoded.split()), validate=True)
        except (binascii.Error, ValueError):
            return _whole(line, position)
    else:
        decoded = _utf8(str(body))
        if content_type:
            # Text inside JSON has been decoded already, whatever its media type declares.
            content_type = f"{content_type.partition(';')[0].strip()}; charset=utf-8"
    return RawMessage(
        body=decoded,
        provider=_text(provider),
        content_type=_text(content_type),
        received_at=received_at,
        # Of a recorded message its own, so that it becomes the same events as it did.
        position=_text(record.get("position")) or position,
        headers=_headers(record.get("headers"), record.get("id")),
    )


def _from_record(
    record: Mapping[str, object], body: str | bytes, fields: FieldMap, position: str
) -> RawMessage:
    # A field that is not read has no name, and None names no field.
    value: Callable[[str | None], object] = record.get  # type: ignore[assignment]
    is_text = isinstance(body, str)
    return RawMessage(
        body=_utf8(compose(value(fields.headline), body)) if isinstance(body, str) else body,
        provider=_text(value(fields.provider)),
        content_type=_text(value(fields.content_type)) or (_TEXT if is_text else None),
        received_at=parse_date(value(fields.received_at)),
        position=position,
        headers=_headers(None, value(fields.id)),
    )


def _headers(given: object, identifier: object) -> tuple[tuple[str, str], ...]:
    """Headers of an object or of pairs, and the record's own id as "id"."""
    if given is None and identifier is None:
        return ()
    pairs: list[tuple[str, str]] = []
    if isinstance(given, dict):
        pairs = [(str(key), str(value)) for key, value in given.items()]
    elif isinstance(given, list):
        pairs = [(str(p[0]), str(p[1])) for p in given if isinstance(p, list) and len(p) == 2]
    if isinstance(identifier, str | int) and not isinstance(identifier, bool):
        pairs.append(("id", str(identifier)))
    return tuple((_valid(key), _valid(value)) for key, value in pairs)


def _text(value: object) -> str | None:
    return _valid(value.strip()) or None if isinstance(value, str) else None


def _valid(text: str) -> str:
    return text if text.isascii() else text.encode(errors="replace").decode()


def _utf8(text: str) -> bytes:
    """UTF-8; a lone surrogate, which no encoding can hold, becomes U+FFFD."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()
