"""Archives as messages: one file a format, found by content."""

from streams.ingest.readers.base import Context, Damage, DamageReport, Input, Limits, parse_limits
from streams.ingest.readers.document import parse_split
from streams.ingest.readers.registry import FORMATS, Format, Head, find_format, read

__all__ = [
    "FORMATS",
    "Context",
    "Damage",
    "DamageReport",
    "Format",
    "Head",
    "Input",
    "Limits",
    "find_format",
    "parse_limits",
    "parse_split",
    "read",
]
