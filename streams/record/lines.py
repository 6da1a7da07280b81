"""A record as a line of JSON, and back, every byte of it.

Lines of a raw topic are at the same time the envelopes that readers of archives know.
It must not read a file.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from datetime import datetime

import orjson

from schemas.model import write_instant
from streams.errors import ArchiveError
from streams.log.base import Headers, Record
from streams.log.headers import RECEIVED_AT, header_text, raw_of, read_instant

__all__ = ["line_of", "original_time", "read_line"]

_RAW_SUFFIXES = (".raw", ".raw.urgent")


def is_raw(topic: str) -> bool:
    """Whether the records of a topic, by its full name, are messages as they were delivered."""
    return f".{topic}".endswith(_RAW_SUFFIXES)


def line_of(record: Record) -> bytes:
    """The record as a line, its line feed included; the same record is always the same line.

    Fields: ``topic``, ``partition``, ``offset``, ``appended_at`` (RFC 3339, UTC), ``key`` and
    ``headers`` (pairs) as text. Of a raw topic: ``provider``, ``content_type``, ``received_at``
    and ``position`` as intake would take them, and ``body_b64``. Of any other: ``value``, the
    JSON object itself where writing it anew gives the same bytes, null for a tombstone, else
    ``value_b64``. A key or a header that is not UTF-8 is in ``key_b64`` or ``headers_b64``.
    """
    line: dict[str, object] = {
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "appended_at": write_instant(record.appended_at),
    }
    _put_key(line, record.key)
    if is_raw(record.topic):
        message = raw_of(record)
        line["provider"] = message.provider
        line["content_type"] = message.content_type
        line["received_at"] = (
            write_instant(message.received_at) if message.received_at is not None else None
        )
        line["position"] = message.position
        line["body_b64"] = _b64(message.body)
        if record.value is None:
            line["tombstone"] = True
    else:
        _put_value(line, record.value)
    _put_headers(line, record.headers)
    return orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE)


def read_line(line: bytes) -> Record:
    """The record that ``line_of`` made a line of, every byte as it was.

    Raises:
        ArchiveError: it is no such line.
    """
    try:
        fields = orjson.loads(line)
        return Record(
            topic=fields["topic"],
            partition=fields["partition"],
            offset=fields["offset"],
            key=_key(fields),
            value=_value(fields),
            headers=_headers(fields),
            appended_at=datetime.fromisoformat(fields["appended_at"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError, binascii.Error) as error:
        raise ArchiveError(f"no line of a recording: {error!r}") from None


def original_time(record: Record) -> datetime:
    """When the message came: as its header, or the item inside, says; else the time of append."""
    stated = read_instant(header_text(record, RECEIVED_AT))
    if stated is None and record.value is not None and not is_raw(record.topic):
        stated = _stated_inside(record.value)
    return stated or record.appended_at


def _stated_inside(value: bytes) -> datetime | None:
    try:
        found = orjson.loads(value)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(found, dict):
        return None
    inside = found.get("item")
    text = (inside if isinstance(inside, dict) else found).get("received_at")
    return read_instant(text) if isinstance(text, str) else None


def _put_key(line: dict[str, object], key: bytes | None) -> None:
    try:
        line["key"] = key if key is None else key.decode()
    except UnicodeDecodeError:
        line["key_b64"] = _b64(key or b"")


def _put_value(line: dict[str, object], value: bytes | None) -> None:
    if value is None:
        line["value"] = None
    elif _comes_back(value):
        line["value"] = orjson.Fragment(value)
    else:
        line["value_b64"] = _b64(value)


def _comes_back(value: bytes) -> bool:
    """Whether this is a JSON object that, read and written, is the same bytes."""
    if not value.startswith(b"{"):
        return False
    try:
        return orjson.dumps(orjson.loads(value)) == value
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):
        return False


def _put_headers(line: dict[str, object], headers: Headers) -> None:
    try:
        line["headers"] = [(name, value.decode()) for name, value in headers]
    except UnicodeDecodeError:
        line["headers"] = [(name, value.decode("utf-8", "replace")) for name, value in headers]
        line["headers_b64"] = [(name, _b64(value)) for name, value in headers]


def _key(fields: Mapping[str, object]) -> bytes | None:
    if "key_b64" in fields:
        return _bytes(fields["key_b64"])
    key = fields["key"]
    return None if key is None else _utf8(key)


def _value(fields: Mapping[str, object]) -> bytes | None:
    if fields.get("tombstone"):
        return None
    for name in ("body_b64", "value_b64"):
        if name in fields:
            return _bytes(fields[name])
    value = fields["value"]
    return None if value is None else orjson.dumps(value)


def _headers(fields: Mapping[str, object]) -> Headers:
    exact = "headers_b64" in fields
    pairs = fields["headers_b64" if exact else "headers"]
    if not isinstance(pairs, list):
        raise TypeError("headers are no list")
    return tuple((name, _bytes(value) if exact else _utf8(value)) for name, value in pairs)


def _b64(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")


def _bytes(text: object) -> bytes:
    return base64.b64decode(_utf8(text), validate=True)


def _utf8(text: object) -> bytes:
    if not isinstance(text, str):
        raise TypeError("not a text")
    return text.encode()
