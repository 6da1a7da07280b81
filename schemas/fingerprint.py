"""What intake hashes of a text, so that the desk can compare without reading it again.

It must not hold thresholds or decisions.
"""

from __future__ import annotations

from schemas.model import Record


class Fingerprint(Record):
    """Hashes of one item's text, the same on every machine.

    Arrays of unsigned integers are little-endian bytes in base64, to stay small.
    """

    version: int
    exact: str
