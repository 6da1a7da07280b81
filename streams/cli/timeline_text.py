"""A story's entries as lines for a person.

It must not decide what is told.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from rich.text import Text

from schemas.event import EventKind
from streams.cli.reasons import in_words
from streams.cli.render import KIND_STYLES, counted, printable
from streams.cli.timeline import Entry
from streams.desk.wording import Change, Edited, Run, Wording

__all__ = ["lines", "runs_text"]

_INDENT = " " * 21
_FIGURE = re.compile(r"\w*\d[\w.,:/%-]*")
_STYLES = {Wording.REMOVED: "red strike", Wording.ADDED: "green"}
_MARKS = {Wording.REMOVED: ("[-", "-]"), Wording.ADDED: ("{+", "+}"), Wording.SAME: ("", "")}
# Of a long unchanged stretch inside a paragraph, so many characters show where one is.
_CONTEXT = 60


def lines(story: str | None, entries: Sequence[Entry], *, colour: bool) -> Iterator[Text]:
    """The story's headline, then its entries in order."""
    latest = next(
        (e.event.item.headline for e in reversed(entries) if e.is_version and e.event.item), None
    )
    kinds = Counter(entry.event.kind.value for entry in entries)
    title = Text(printable(latest or "(no headline)"), "bold")
    yield title
    yield Text(f"{printable(story or '(no story)')}: {counted(kinds.items())}", "dim")
    for entry in entries:
        yield Text()
        yield _heading(entry)
        yield from _below(entry, colour=colour)


def _heading(entry: Entry) -> Text:
    event = entry.event
    at = f"{entry.at:%Y-%m-%d %H:%M:%S}  " if entry.at else _INDENT
    line = Text(at, "dim")
    line.append(f"{event.kind:<10}", KIND_STYLES.get(event.kind, "dim"))
    line.append(f" {printable(event.source.provider or '-'):<8} ", "dim")
    if event.item is not None:
        line.append(printable(event.item.headline or "(no headline)"))
    elif event.kind is EventKind.HOLD:
        line.append("(text withheld)")
    elif event.of:
        line.append(f"of {printable(event.of)}")
    return line


def _below(entry: Entry, *, colour: bool) -> Iterator[Text]:
    event = entry.event
    if event.item is not None:
        yield Text(f"{_INDENT}{printable(event.item.id)}", "dim")
    why = "; ".join(in_words(event.reasons))
    score = f"{event.score:.2f}: " if event.score is not None else ""
    if why or score:
        yield Text(f"{_INDENT}{score}{printable(why)}", "dim")
    note = event.item.lifecycle.note if event.item else None
    if note:
        yield Text(f"{_INDENT}note: {printable(note)}")
    if entry.hidden:
        yield Text(f"{_INDENT}killed: its words are shown with --killed", "dim")
    elif entry.missing:
        yield Text(f"{_INDENT}what it replaces is no longer there: {printable(event.of or '')}")
    elif entry.base is not None:
        yield from _words(entry, colour=colour)


def _words(entry: Entry, *, colour: bool) -> Iterator[Text]:
    if entry.headline is not None:
        yield Text(f"{_INDENT}headline  ").append_text(runs_text(entry.headline, colour=colour))
    for change in entry.changes:
        yield Text(f"{_INDENT}{_label(change):<9} ").append_text(
            runs_text(change.words, colour=colour)
        )
    paragraphs = "paragraph" if entry.unchanged == 1 else "paragraphs"
    yield Text(f"{_INDENT}{entry.unchanged} {paragraphs} unchanged", "dim")


def _label(change: Change) -> str:
    match change.what:
        case Edited.ADDED:
            return f"+{_counted(change.new)}"
        case Edited.REMOVED:
            return f"-{_counted(change.old)}"
        case Edited.MOVED:
            return f"{_counted(change.old)} is now {_counted(change.new)}"
        case Edited.ALTERED:
            return f"{_counted(change.new)}"


def _counted(number: int | None) -> str:
    """Paragraphs count from 1 for people."""
    return f"¶{(number or 0) + 1}"


def runs_text(runs: Sequence[Run], *, colour: bool) -> Text:
    """Changed words in one line: in colour, or as [-old-]{+new+}; figures stand out."""
    line = Text()
    for number, run in enumerate(runs):
        if run.what is Wording.SAME:
            line.append(_shortened(run.text, first=number == 0, last=number == len(runs) - 1))
            continue
        opening, closing = ("", "") if colour else _MARKS[run.what]
        shown = run.text.lstrip()
        # The space before stays outside of the marks.
        line.append(" " * (len(shown) < len(run.text)))
        piece = Text(f"{opening}{printable(shown)}{closing}", _STYLES[run.what])
        piece.highlight_regex(_FIGURE, "bold underline")
        line.append_text(piece)
    return line


def _shortened(text: str, *, first: bool, last: bool) -> str:
    shown = printable(text)
    if text[:1].isspace():
        shown = f" {shown}"
    if len(shown) <= 2 * _CONTEXT + 5:
        return shown
    before = "" if first else shown[:_CONTEXT]
    after = "" if last else shown[-_CONTEXT:]
    return f"{before} ... {after}"
