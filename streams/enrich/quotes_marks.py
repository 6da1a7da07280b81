"""Where quotation marks open and close, paragraph by paragraph.

It must not decide whether what stands between them was said by anyone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from streams.enrich.found import Block

_MARKS = re.compile("[\"“”„«»‹›‘’']")
_OPENING = {"“": "”", "«": "»", "„": "“", "‹": "›", "‘": "’"}
_CLOSING = {"”": "“„”", "»": "«»", "›": "‹", "«": "»", "“": "„"}
_PARAGRAPH_OPENERS = '"“„«»‘'
_SINGLE = "'’"
# Marks within marks. Real text has two or three; what is deeper is not looked at, so that a
# thousand of them cost no more than a thousand others.
_MAX_DEPTH = 16


@dataclass(frozen=True, slots=True)
class Quoted:
    """Text between marks: code points of the item's text.

    Attributes:
        start: the first one after the opening mark and the spaces after it.
        end: after the last one before the closing mark and the spaces before it.
        outer_start: the opening mark.
        outer_end: after the closing mark.
        block: which of the blocks it is in.
        continues: it ends with its paragraph and goes on in the next, which opens marks again.
    """

    start: int
    end: int
    outer_start: int
    outer_end: int
    block: int
    continues: bool = False


@dataclass(slots=True)
class _Open:
    mark: str
    position: int
    inner: list[tuple[int, int]] = field(default_factory=list)


def quoted_spans(blocks: Sequence[Block]) -> Iterator[Quoted]:
    """What stands between marks, outermost marks only, in the order of the text.

    A mark without its partner is passed over, unless the next paragraph opens with a mark again:
    that is how speech of several paragraphs is set.
    """
    for number, block in enumerate(blocks):
        spans, unclosed = _scan(block.text)
        if unclosed is not None and number + 1 < len(blocks):
            following = blocks[number + 1].text
            if following[:1] and following[0] in _PARAGRAPH_OPENERS and not block.is_headline:
                kept = [span for span in spans if span[1] <= unclosed]
                yield from _quoted(block, number, kept)
                (last,) = _quoted(block, number, [(unclosed, len(block.text) + 1)])
                yield Quoted(
                    last.start,
                    last.end,
                    last.outer_start,
                    block.start + len(block.text),
                    number,
                    continues=True,
                )
                continue
        yield from _quoted(block, number, spans)


def _quoted(block: Block, number: int, spans: Sequence[tuple[int, int]]) -> Iterator[Quoted]:
    """Spans of marks [opening, after closing) as spans of text."""
    for outer_start, outer_end in spans:
        inner = block.text[outer_start + 1 : outer_end - 1]
        start = outer_start + 1 + len(inner) - len(inner.lstrip())
        end = start + len(inner.strip())
        at = block.start
        yield Quoted(at + start, at + end, at + outer_start, at + outer_end, number)


def _scan(text: str) -> tuple[list[tuple[int, int]], int | None]:
    """The outermost pairs of marks, and the position of a mark that stays open, else None."""
    found: list[tuple[int, int]] = []
    stack: list[_Open] = []
    for match in _MARKS.finditer(text):
        mark, at = match[0], match.start()
        before, after = text[at - 1 : at] or " ", text[at + 1 : at + 2] or " "
        opens, closes = _sides(mark, before, after)
        place = _partner(mark, stack) if closes else None
        if place is not None:
            opened = stack[place]
            del stack[place:]
            (stack[-1].inner if stack else found).append((opened.position, at + 1))
        elif opens:
            if stack and stack[-1].mark == mark == '"':
                # The one before it was astray: no straight mark stands within straight marks.
                astray = stack.pop()
                (stack[-1].inner if stack else found).extend(astray.inner)
            if len(stack) < _MAX_DEPTH:
                stack.append(_Open(mark, at))
    unclosed = stack[0].position if stack and stack[0].mark not in _SINGLE else None
    if stack:
        for opened in stack:
            found.extend(opened.inner)
        found.sort()
    return found, unclosed


def _sides(mark: str, before: str, after: str) -> tuple[bool, bool]:
    """Whether a mark can open and whether it can close, by what stands at its sides."""
    starts = not before.isalnum() and before not in ".,!?…" and not after.isspace()
    ends = not after.isalnum() and not before.isspace()
    if mark in _SINGLE:
        # An apostrophe unless punctuation says otherwise: "the players' union" closes nothing.
        return (
            mark == "'" and before in ' \u00a0("“«:' and after.isalpha(),
            ends and (before in ".,!?…" or after in '.,;:!?)”"'),
        )
    if mark == '"':
        free = before.isspace() and after.isspace()
        return starts or free, ends or free or not starts
    if mark == "”":
        return starts, True
    if mark == "»":
        # The German way, »so«.
        return before.isspace() and after.isalnum(), True
    return mark in _OPENING, mark in _CLOSING


def _partner(mark: str, stack: Sequence[_Open]) -> int | None:
    """The place in the stack of the mark that this one closes."""
    wanted = {"'": "'", "’": "‘", '"': '"'}.get(mark) or _CLOSING.get(mark, "")
    for place in range(len(stack) - 1, -1, -1):
        if stack[place].mark in wanted:
            return place
    return None
