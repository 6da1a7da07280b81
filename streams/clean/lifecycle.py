"""The lifecycle of an item: what the message declares, else what its markers say.

It must not read running text: a headline about a kill is not a kill.
"""

from __future__ import annotations

from collections.abc import Sequence

from schemas.item import Lifecycle
from streams.decode.decoded import Facts
from streams.decode.lifecycle import read_markers
from streams.folding import fold


def is_marker(line: str) -> bool:
    """Whether the whole line is lifecycle markers: "URGENT", "1ST LEAD"."""
    found = read_markers(line)
    return bool(found.kinds) and fold(found.note or "") == fold(line)


def lifecycle_of(facts: Facts, headline: str | None, markers: Sequence[str]) -> Lifecycle:
    """The lifecycle declared; else read from marker lines, headline and slugline."""
    if facts.lifecycle.kinds:
        return facts.lifecycle
    return read_markers(" - ".join([*markers, headline or ""]).rstrip(" -"), facts.slugline)
