"""Plain text, scraped or typed: a block for each line, nothing declared.

It must not guess which line is what; cleaning does.
"""

from __future__ import annotations

from schemas.item import Edit
from streams.decode.blocks import Layout, lines_of
from streams.decode.decoded import Decoded
from streams.decode.markup import root_of
from streams.decode.message import NO_EVIDENCE, Evidence, Message
from streams.decode.mojibake import repair
from streams.steps import Fail

NAME = "plain-text"
_ANY_TEXT = Evidence(0.1, ("text",))
_DECLARED_TEXT = Evidence(0.2, ("text", "declared text/plain"))


def sniff(message: Message) -> Evidence:
    """Any text is plain text, unless it begins as XML or JSON does."""
    head = message.head
    if message.document is not None:
        return NO_EVIDENCE
    root = root_of(head)
    if root is not None and (
        head.startswith(("<?", "<!")) or message.text.rstrip().endswith(f"</{root}>")
    ):
        return NO_EVIDENCE
    return _DECLARED_TEXT if message.media_type == "text/plain" else _ANY_TEXT


def decode_plain_text(message: Message) -> list[Decoded | Fail]:
    """One part: the text as it is, but for line ends (one newline each) and mojibake."""
    text = message.text.removeprefix("\ufeff")
    edits: tuple[Edit, ...] = ()
    if "\r" in text:
        returns = text.count("\r")
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        # One edit says it for all: a line end is not a change a reader could see.
        edits = (Edit(start=0, end=0, replacement="", reason=f"newlines:{returns}"),)
    text, repairs = repair(text)
    return [message.decoded(NAME, Layout(text, tuple(lines_of(text)), edits + repairs))]
