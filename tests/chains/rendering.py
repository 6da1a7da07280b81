"""What a rendering is, and the pieces that several formats share.

It must not decode: renderings and decoders are written apart, from the formats' descriptions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from xml.sax.saxutils import escape as _escape

from tests.chains.story import AGENCY, BYLINE, Block, Prose, Story, Table, Version

# Facts that a format may carry. Headline, text and lifecycle are in all of them.
FACTS = frozenset(
    {"id", "version", "version_created", "first_created", "status", "urgency", "language"}
    | {"byline", "slugline", "keywords", "subjects", "notes", "advice", "place", "table"}
)


@dataclass(frozen=True, slots=True)
class Rendering:
    """One format, and how much of a story it can carry.

    Attributes:
        formats: what a decoder may call it.
        carries: names out of ``FACTS``.
        marked: the marker stands before the headline; else on a line or in a field of its own.
        to_minutes: times have no seconds.
        per_message: ids name a message and not the story, so every version has its own.
        text_kill: a kill has no status field, and says in its text that it withdraws.
        media_type: as a carrier would declare it; None where carriers declare nothing.
    """

    name: str
    formats: tuple[str, ...]
    render: Callable[[Story, Version], bytes]
    carries: frozenset[str]
    marked: bool = True
    to_minutes: bool = False
    per_message: bool = False
    text_kill: bool = False
    media_type: str | None = None
    encoding: str = "utf-8"

    def __str__(self) -> str:
        """Its name, for the ids of tests."""
        return self.name


def carrying(names: str) -> frozenset[str]:
    """A set of facts written as text."""
    chosen = frozenset(names.split())
    unknown = chosen - FACTS
    if unknown:
        raise ValueError(f"no facts: {sorted(unknown)}")
    return chosen


def xml(text: str) -> str:
    """Text as it stands in XML or in an attribute."""
    return _escape(text, {'"': "&quot;"})


def inner(block: Prose, strong: str) -> str:
    """A paragraph's markup; ``strong`` is the element that sets a run apart."""
    return "".join(
        f"<{strong}>{xml(run.text)}</{strong}>" if run.strong else xml(run.text)
        for run in block.runs
    )


def paragraphs(body: tuple[Block, ...], *, strong: str = "b") -> str:
    """A body as ``p`` and ``table``, the elements that XHTML, HTML and NITF share."""
    return "\n".join(
        _table(block) if isinstance(block, Table) else f"<p>{inner(block, strong)}</p>"
        for block in body
    )


def _table(table: Table) -> str:
    first, *rest = table.rows
    rows = [("th", first), *(("td", row) for row in rest)]
    return (
        "<table>"
        + "".join(
            "<tr>" + "".join(f"<{tag}>{xml(cell)}</{tag}>" for cell in row) + "</tr>"
            for tag, row in rows
        )
        + "</table>"
    )


def plain_lines(version: Version, *, dateline: bool) -> list[str]:
    """The body's lines; ``dateline`` opens the first: "GHENT, March 12 (Nordwire) - "."""
    lines = version.lines
    if dateline and lines:
        lines[0] = dateline_of(version) + lines[0]
    return lines


def dateline_of(version: Version) -> str:
    """Place, date and agency, as they open a text."""
    return f"{version.language.dateline} ({AGENCY}) - "


def byline_of(version: Version) -> str:
    """The byline as it stands on a line of its own."""
    return f"{version.language.by} {BYLINE}"


def text_of_kill(version: Version) -> str:
    """What a kill says where the format has no field to say it in."""
    return version.advice
