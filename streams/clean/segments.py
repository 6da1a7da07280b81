"""The source cut into passages: a line, an element, or lines that a fixed width broke apart.

It must not judge a passage: what it is, and whether it is published, is for ``labels``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from schemas.item import Edit, ParagraphKind
from streams.clean import byline, dateline, endings, furniture, typography
from streams.clean.fence_marks import FIRST_WORDS, GOING_ON
from streams.clean.lifecycle import is_marker
from streams.clean.rows import rows_among
from streams.clean.rules import CleaningRules, EditReason
from streams.clean.wraps import Line, join_wrapped
from streams.decode.decoded import Block, Decoded, Role
from streams.folding import fold, fold_lines

_SENTENCE_ENDS = tuple(".!?:;\u2026\"'»”’)。！？")
WORDS_OF_A_SENTENCE = 8
"""Words a line must have to be one."""
WORDS_OF_PROSE = 25
"""Words a line has only if it is prose, however it ends."""
# Scripts that set nothing between words: Thai and Lao, Burmese, Khmer, kana and Han.
_FIRST_UNSPACED = "\u0e00"
_UNSPACED = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]"
)
_ONE_BY_ONE = frozenset({ParagraphKind.TABLE, ParagraphKind.LIST})


class Passage(NamedTuple):  # made for every line: a third of the cost of a frozen dataclass
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


def is_prose(passage: Passage) -> bool:
    """Whether the passage is made of sentences."""
    if passage.kind is ParagraphKind.TABLE:
        return False
    return passage.words >= WORDS_OF_PROSE or (
        passage.words >= WORDS_OF_A_SENTENCE and passage.ends_sentence
    )


def passages(decoded: Decoded, rules: CleaningRules) -> list[Passage]:
    """Every passage of the source that is not white space, in order."""
    text = decoded.text
    groups = [group for block in decoded.blocks for group in _groups(text, block)]
    if not groups:
        return []
    if rules.line_wraps:
        groups = join_wrapped(text, groups)
    edits = _edits(text, groups, rules)
    texts = [
        typography.apply(text, group[0].start, group[-1].end, made).strip()
        if made
        else text[group[0].start : group[0].end]
        for group, made in zip(groups, edits, strict=True)
    ]
    rows = rows_among(
        [
            read if len(group) == 1 and group[0].role is Role.UNDECLARED else ""
            for group, read in zip(groups, texts, strict=True)
        ],
        _may_go,
    )
    return [
        Passage(
            group[0].start,
            group[-1].end,
            read,
            folded,
            count_words(folded),
            group[0].role,
            ParagraphKind.TABLE if is_row else group[0].kind,
            made,
        )
        for group, read, folded, made, is_row in zip(
            groups, texts, fold_lines("\n".join(texts)), edits, rows, strict=True
        )
    ]


def _edits(text: str, groups: Sequence[list[Line]], rules: CleaningRules) -> list[tuple[Edit, ...]]:
    composed = text.isascii() or unicodedata.is_normalized("NFC", text)
    if composed and text.replace("\n", "").isprintable():
        return [_wraps(group) if len(group) > 1 else () for group in groups]
    right_to_left = rules.typography and typography.writes_right_to_left(text)
    edits: list[tuple[Edit, ...]] = []
    for group in groups:
        made = list(_wraps(group))
        for line in group:
            if composed and text[line.start : line.end].isprintable():
                continue
            made += (
                typography.repairs(text, line.start, line.end, right_to_left=right_to_left)
                if rules.typography
                else typography.encodable(text, line.start, line.end)
            )
        made.sort(key=lambda edit: edit.start)
        edits.append(tuple(made))
    return edits


def _wraps(group: Sequence[Line]) -> tuple[Edit, ...]:
    """A space for each gap between the lines of a group."""
    return tuple(
        Edit(start=a.end, end=b.start, replacement=" ", reason=EditReason.LINE_WRAP.value)
        for a, b in pairwise(group)
    )


def _groups(text: str, block: Block) -> list[list[Line]]:
    """The lines of a block: each for itself where lines count, else together."""
    start, end = block.start, block.end
    if (
        start < end
        and text.find("\n", start, end) < 0
        and not text[start].isspace()
        and not text[end - 1].isspace()
    ):
        return [[Line(start, end, block.role, block.kind)]]
    lines = list(_lines(text, block))
    if block.role is Role.UNDECLARED or block.kind in _ONE_BY_ONE:
        return [[line] for line in lines]
    return [lines] if lines else []


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


def _may_go(line: str) -> bool:
    """Whether a line is of a shape that may be removed, wherever it stands."""
    folded = fold(line)
    first = folded.partition(" ")[0]
    return (
        (line.startswith("(") and line.endswith((")", ").")))
        or folded in furniture.NAVIGATION
        or folded in furniture.SECTIONS
        or folded in furniture.ANYWHERE
        or (first in FIRST_WORDS and folded.startswith(GOING_ON.get(first, first)))
        or byline.is_byline(line)
        or byline.continues(line)
        or dateline.alone(line) is not None
        or endings.judge(line) is not None
        or is_marker(line)
    )


def count_words(folded: str) -> int:
    """Words; two characters count as one where nothing is set between words (Chinese, Thai)."""
    if not folded:
        return 0
    words = folded.count(" ") + 1
    if folded.isascii() or max(folded) < _FIRST_UNSPACED:
        return words
    return max(words, len(_UNSPACED.findall(folded)) // 2)
