"""The source cut into passages: a line, an element, or lines that a fixed width broke apart.

It must not judge a passage: what it is, and whether it is published, is for ``labels``.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from schemas.item import Edit, ParagraphKind
from streams.clean import typography
from streams.clean.rules import CleaningRules, EditReason
from streams.clean.wraps import Line, is_table_row, join_wrapped
from streams.decode.decoded import Block, Decoded, Role
from streams.folding import fold_lines

_SENTENCE_ENDS = tuple(".!?:;\u2026\"'»”’)。！？")
_ONE_BY_ONE = frozenset({ParagraphKind.TABLE, ParagraphKind.LIST})


@dataclass(frozen=True, slots=True)
class Passage:
    """Code points [start, end) of the source; ``text`` is what they read after ``edits``."""

    start: int
    end: int
    text: str
    folded: str
    words: int
    role: Role
    kind: ParagraphKind
    edits: tuple[Edit, ...] = ()

    @property
    def ends_sentence(self) -> bool:
        """Whether it ends as a sentence does."""
        return self.text.endswith(_SENTENCE_ENDS)


def passages(decoded: Decoded, rules: CleaningRules) -> list[Passage]:
    """Every passage of the source that is not white space, in order."""
    text = decoded.text
    groups = [group for block in decoded.blocks for group in _groups(text, block)]
    if not groups:
        return []
    if rules.line_wraps:
        groups = join_wrapped(text, groups)
    composed = text.isascii() or unicodedata.is_normalized("NFC", text)
    right_to_left = rules.typography and typography.writes_right_to_left(text)
    edits: list[tuple[Edit, ...]] = []
    for group in groups:
        made: list[Edit] = []
        for number, line in enumerate(group):
            if number:
                made.append(_wrap(group[number - 1].end, line.start))
            if composed and text[line.start : line.end].isprintable():
                continue
            made += (
                typography.repairs(text, line.start, line.end, right_to_left=right_to_left)
                if rules.typography
                else typography.encodable(text, line.start, line.end)
            )
        edits.append(tuple(made))
    texts = [
        typography.apply(text, group[0].start, group[-1].end, made).strip()
        for group, made in zip(groups, edits, strict=True)
    ]
    return [
        Passage(
            group[0].start,
            group[-1].end,
            read,
            folded,
            _words(folded),
            group[0].role,
            _kind(group, read),
            made,
        )
        for group, read, folded, made in zip(
            groups, texts, fold_lines("\n".join(texts)), edits, strict=True
        )
    ]


def _groups(text: str, block: Block) -> Iterator[list[Line]]:
    """The lines of a block: each for itself where lines count, else together."""
    lines = list(_lines(text, block))
    if block.role is Role.UNDECLARED or block.kind in _ONE_BY_ONE:
        yield from ([line] for line in lines)
    elif lines:
        yield lines


def _lines(text: str, block: Block) -> Iterator[Line]:
    start = block.start
    while start < block.end:
        end = text.find("\n", start, block.end)
        if end < 0:
            end = block.end
        line = text[start:end]
        stripped = line.lstrip()
        if stripped:
            first = end - len(stripped)
            if first > start and unicodedata.combining(stripped[0]):
                first -= 1  # the space carries the accent: one grapheme
            yield Line(first, start + len(line.rstrip()), block.role, block.kind)
        start = end + 1


def _kind(group: list[Line], read: str) -> ParagraphKind:
    first = group[0]
    if first.role is Role.UNDECLARED and len(group) == 1 and is_table_row(read):
        return ParagraphKind.TABLE
    return first.kind


def _wrap(start: int, end: int) -> Edit:
    return Edit(start=start, end=end, replacement=" ", reason=EditReason.LINE_WRAP.value)


def _words(folded: str) -> int:
    """Words; two characters count as one where nothing is set between words (Chinese, Thai)."""
    if not folded:
        return 0
    words = folded.count(" ") + 1
    return words if folded.isascii() or len(folded) < 20 * words else len(folded) // 2
