"""What a message says it is to its story, in words: markers, references, times of embargo.

It must not read the structured fields of a format: decoders do, and these come first.
"""

from __future__ import annotations

from streams.decode.lifecycle.embargo import embargo_time, names_embargo
from streams.decode.lifecycle.markers import Marker, Markers, find_markers, read_markers
from streams.decode.lifecycle.references import (
    headline_reference,
    number_reference,
    read_references,
)

__all__ = [
    "Marker",
    "Markers",
    "embargo_time",
    "find_markers",
    "headline_reference",
    "names_embargo",
    "number_reference",
    "read_markers",
    "read_references",
]
