"""What a message says it is to its story, in words: markers, references, times of embargo.

It must not read the structured fields of a format: decoders do, and these come first.
"""

from __future__ import annotations

from streams.decode.lifecycle.markers import Marker, Markers, find_markers, read_markers

__all__ = ["Marker", "Markers", "find_markers", "read_markers"]
