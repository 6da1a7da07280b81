"""Wire text made fit for a terminal, and records as lines.

Nothing from the wire may move the cursor, change colours or reorder what is read. It must not
decide what is shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

import orjson

from schemas.event import EventKind, WireEvent
from schemas.item import Item, PubStatus

if TYPE_CHECKING:
    from rich.text import Text

__all__ = [
    "KIND_STYLES",
    "as_ninjs",
    "counted",
    "event_line",
    "item_line",
    "json_line",
    "printable",
    "watch_words",
]

# Everything a terminal may obey: C0 (but tab and newline), DEL, C1.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
# What is invisible and can reorder or hide text: bidi controls, zero-width space and word joiner,
# byte-order mark, soft hyphen, interlinear and tag characters. The two joiners U+200C and U+200D
# stay: Persian, Indic scripts and emoji need them.
_INVISIBLE = re.compile(
    "[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f]"
)
_SEPARATOR = re.compile("[\u2028\u2029]")
_LONE = re.compile("[\ud800-\udfff]")
_UNSAFE_IN_JSON = re.compile(
    "[\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f]"
)

KIND_STYLES: dict[EventKind, str] = {
    EventKind.NEW: "bold green",
    EventKind.UPDATE: "cyan",
    EventKind.CORRECTION: "bold yellow",
    EventKind.KILL: "bold white on red",
    EventKind.HOLD: "magenta",
    EventKind.RELEASE: "green",
    EventKind.REINSTATED: "green",
    EventKind.REPRINT: "blue",
    EventKind.KILL_WARNING: "bold red",
    EventKind.DEAD: "red",
    EventKind.REJECTED: "red",
    EventKind.GAP: "yellow",
    EventKind.SILENCE: "yellow",
}
_QUIET = "dim"
_WATCH = frozenset({EventKind.GAP, EventKind.SILENCE})


def printable(text: str, *, lines: bool = False) -> str:
    """Text that a terminal shows and never obeys.

    Control characters become U+FFFD, so that they are seen; what is invisible is left out.

    Args:
        text: from the wire; anything.
        lines: keep line breaks; otherwise white space of any kind becomes single spaces.
    """
    shown = _SEPARATOR.sub("\n", text.replace("\r\n", "\n"))
    shown = _LONE.sub("\ufffd", _CONTROL.sub("\ufffd", _INVISIBLE.sub("", shown)))
    return shown if lines else " ".join(shown.split())


def json_line(value: bytes, *, terminal: bool = False) -> bytes:
    """One line of JSON Lines.

    On a terminal, what JSON need not escape but a terminal may obey is escaped as well; the value
    stays the same.
    """
    if not terminal:
        return value + b"\n"
    return (_UNSAFE_IN_JSON.sub(_escaped, value.decode()) + "\n").encode()


def _escaped(match: re.Match[str]) -> str:
    encoded = match[0].encode("utf-16-be")
    units = (encoded[at : at + 2].hex() for at in range(0, len(encoded), 2))
    return "".join(f"\\u{unit}" for unit in units)


def as_ninjs(item: Item) -> bytes:
    """An item as ninjs 3.0, in one line."""
    return orjson.dumps(item.to_ninjs())


def event_line(event: WireEvent) -> Text:
    """An event in one line: kind, language, provider, headline, and why."""
    why = _why(event)
    where = event.source.position if event.kind in {EventKind.DEAD, EventKind.REJECTED} else why
    if event.kind in _WATCH:
        # All of it stands in the line already.
        where = ""
    language = event.item.language if event.item else None
    line = _columns(event.kind, language, event.source.provider, _words(event))
    if where:
        line.append(f"  {printable(where)}", _QUIET)
    return line


def item_line(item: Item, kind: EventKind | None) -> Text:
    """An item in one line: time, kind, language, provider, headline."""
    if kind is None:
        kind = EventKind.KILL if item.pubstatus is PubStatus.CANCELED else EventKind.NEW
    line = _columns(kind, item.language, item.provider, _headline(item))
    if item.received_at is not None:
        from rich.text import Text  # noqa: PLC0415  (start quickly)

        return Text(f"{item.received_at:%Y-%m-%d %H:%M:%S}  ", _QUIET).append_text(line)
    return line


def _columns(kind: EventKind, language: str | None, provider: str | None, words: str) -> Text:
    from rich.text import Text  # noqa: PLC0415  (start quickly)

    line = Text(no_wrap=True, overflow="ellipsis")
    line.append(f"{kind:<10}", KIND_STYLES.get(kind, _QUIET))
    line.append(f" {printable(language or '--'):<3}", _QUIET)
    line.append(f" {printable(provider or '-'):<8} ", _QUIET)
    return line.append(printable(words))


def _words(event: WireEvent) -> str:
    """The headline; where the event may not or cannot carry one, what stands for it."""
    if event.item is not None:
        return _headline(event.item)
    if event.dead is not None:
        return f"{event.dead.code}: {event.dead.detail}"
    if event.kind is EventKind.HOLD:
        return "(withheld)"
    if event.kind is EventKind.REJECTED:
        return ", ".join(event.reasons)
    if event.kind in _WATCH:
        return watch_words(event)
    return f"of {event.of}" if event.of else "(no item)"


def watch_words(event: WireEvent) -> str:
    """A gap or a silence in words: "service eca: 0124-0126 missing"."""
    said: dict[str, list[str]] = {}
    for reason in event.reasons:
        name, _, value = reason.partition("=")
        said.setdefault(name, []).append(value)
    if event.kind is EventKind.SILENCE:
        minutes, since = said.get("minutes", ["?"])[0], said.get("since", ["?"])[0]
        return f"nothing for {minutes} minutes, since {since}"
    parts = [
        f"{', '.join(said[name])} {words}"
        for name, words in (
            ("missing", "missing"),
            ("filled", "came late"),
            ("jump", "is a jump of the count"),
        )
        if name in said
    ]
    return f"service {', '.join(said.get('service', ['?']))}: {'; '.join(parts)}"


def _headline(item: Item) -> str:
    if item.headline:
        return item.headline
    first = item.paragraphs[0].text if item.paragraphs else ""
    return first[:120] or "(no headline)"


def _why(event: WireEvent) -> str:
    parts: list[str] = []
    if event.score is not None:
        parts.append(f"{event.score:.2f}")
    parts += event.reasons[:2]
    return f"({', '.join(parts)})" if parts else ""


def counted(words: Iterable[tuple[str, int]]) -> str:
    """Words with their numbers: "2 navigation, 1 teaser"."""
    return ", ".join(f"{number} {word}" for word, number in words)
