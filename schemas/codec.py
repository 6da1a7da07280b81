"""Bytes to records and back, checked once at each edge.

JSON is canonical: fields in the order declared, no white space, UTF-8; equal records are equal
bytes. It must not know topics or logs.
"""

from __future__ import annotations

from typing import TypeVar

from pydantic import ValidationError

from schemas.model import Record

RecordT = TypeVar("RecordT", bound=Record)


class SchemaError(ValueError):
    """Bytes that are not the record they were said to be."""


def encode(record: Record) -> bytes:
    """The canonical JSON of a record."""
    return record.__pydantic_serializer__.to_json(record)


def encode_short(record: Record) -> bytes:
    """The canonical JSON of a record without the fields that stand at their defaults.

    For records that are kept by the million: a third of a state record is fields that say nothing.
    Readers take both forms for the same.
    """
    return record.__pydantic_serializer__.to_json(record, exclude_defaults=True)


def decode(model: type[RecordT], value: bytes) -> RecordT:
    """The record in ``value``; fields this version does not know are ignored.

    Raises:
        SchemaError: not JSON, or a field is missing or of the wrong kind.
    """
    try:
        record: RecordT = model.__pydantic_validator__.validate_json(value, extra="ignore")
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "(root)"
        raise SchemaError(f"{model.__name__}: {place}: {first['msg']}") from None
    return record
