"""The whole text of a part on a terminal: what was removed, each reason in its colour, and edits.

It must not decide what is removed, nor let a character through that a terminal obeys.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from typing import TYPE_CHECKING

from streams.cli.render import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.table import Table
    from rich.text import Text

    from schemas.item import Edit
    from streams.cli.explained import Part

__all__ = ["REASON_STYLES", "legend", "named", "removed_style", "whole_text"]

REASON_STYLES = {
    "navigation": "yellow",
    "section-label": "bright_yellow",
    "furniture": "orange3",
    "boilerplate": "gold3",
    "provider-line": "dark_goldenrod",
    "teaser-duplicate": "magenta",
    "repeated-line": "bright_magenta",
    "summary": "orchid",
    "lifecycle-marker": "cyan",
    "dateline": "bright_blue",
    "byline": "blue",
    "ednote": "bright_cyan",
    "sign-off": "green",
    "end-mark": "bright_green",
    "rights": "dark_sea_green",
    "canceled": "red",
}
"""The colour of each reason to remove text."""
_STRUCK = "strike"
_TAKEN_OUT = "strike bright_red"
_PUT_IN = "underline bright_green"


def removed_style(reason: str) -> str:
    """How text that was removed for a reason is set: struck through, in the reason's colour."""
    colour = REASON_STYLES.get(reason)
    return f"{_STRUCK} {colour}" if colour else f"dim {_STRUCK}"


def named(text: str) -> str:
    """Text in which what cannot be seen is called by its code point: "ma<U+200B>in"."""
    return "".join(char if char == " " or printable(char) == char else _name(char) for char in text)


def _name(char: str) -> str:
    return f"<U+{ord(char):04X}>"


def legend(part: Part) -> Text:
    """What the colours of the text below mean, how often each, and the version of the rules."""
    from rich.text import Text  # noqa: PLC0415  (start quickly)

    shown = Text(f"Rules {printable(part.rules)}: " if part.rules else "")
    pieces = [
        (f"{printable(rule or reason)} {count}", removed_style(reason))
        for (reason, rule), count in Counter((s.reason, s.rule) for s in part.removed).items()
    ]
    if any(_is_seen(part.text, edit) for edit in part.edits):
        pieces += [("taken out", _TAKEN_OUT), ("put in", _PUT_IN)]
    for number, piece in enumerate(pieces or [("nothing removed", "")]):
        shown.append(", " if number else "")
        shown.append(*piece)
    return shown


def whole_text(part: Part, table: Table) -> Table:
    """Every line of the decoded text in ``table``: its label, and what became of its characters."""
    from rich.text import Text  # noqa: PLC0415  (start quickly)

    removed = {(span.start, span.end): span.reason for span in part.removed}
    edits = sorted(part.edits, key=lambda edit: edit.start)
    starts = [edit.start for edit in edits]
    for start, end, label in part.labels:
        if part.kind != "item":
            line = Text(_shown(part.text[start:end]), removed_style(""))
        elif (start, end) in removed:
            line = Text(_shown(part.text[start:end]), removed_style(removed[start, end]))
        else:
            within = edits[bisect_left(starts, start) : bisect_left(starts, end)]
            line = Text.assemble(*_pieces(part.text, start, end, within))
        table.add_row(label, line)
    return table


def _pieces(text: str, start: int, end: int, edits: list[Edit]) -> Iterator[tuple[str, str]]:
    """A line that was kept, cut up: as it was, what was taken out, what stands there instead."""
    for edit in edits:
        if edit.start < start or edit.end > end or not _is_seen(text, edit):
            continue
        yield _shown(text[start : edit.start]), ""
        before = text[edit.start : edit.end]
        if before != edit.replacement:  # the decoder's own repairs are in its text already
            yield named(before), _TAKEN_OUT
        yield named(edit.replacement), _PUT_IN
        start = edit.end
    yield _shown(text[start:end]), ""


def _is_seen(text: str, edit: Edit) -> bool:
    """Whether it is more than white space for white space, as where lines were joined."""
    return bool(text[edit.start : edit.end].strip() or edit.replacement.strip())


def _shown(text: str) -> str:
    """``printable``, without taking the spaces off that join a piece to the next."""
    bare = printable(text)
    if not bare:
        return " " if text.isspace() else ""
    return f"{' ' * text[0].isspace()}{bare}{' ' * text[-1].isspace()}"
