"""Blocks that an agency fences off for editors: notebooks, contacts, notes, advisories.

None of it is for publication, and some of it (private phone numbers) must never be. It must not
take an ordinary paragraph that names a contact or a number: where a line stands, and that it holds
nothing else, decide.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from schemas.item import ParagraphKind
from streams.clean import endings
from streams.clean.fence_marks import (
    ADDRESS,
    ADVISES,
    ANY_CONTACT,
    BARE_NOTEBOOK,
    COMMON_WORDS,
    CORRECTS,
    EDS,
    FIRST_WORDS,
    IN_A_NOTEBOOK,
    NOT_FOR_PUBLICATION,
    NOTE,
    NOTE_HEADING,
    NOTEBOOK,
    NOTEBOOK_SECTION,
    NUMBER,
    PHONE_LINE,
    PRESS_CONTACT,
)
from streams.clean.segments import Passage

_WORDS_OF_A_FENCE = 16
_WORDS_OF_A_CONTACT = 30
_WORDS_OF_A_PHONE_LINE = 12
_LONGEST_ADVISORY = 600
# Between two lines that hold an address or a number: names, offices, streets.
_LINES_BETWEEN = 4
# At the top and at the end, where an advisory or an address stands on its own.
_LINES_ABOVE = 8
_LINES_BELOW = 3
_DIGITS_OF_A_NUMBER = 7
_BULLETS = ("-", "*", "•", "–")


def find(
    lines: Sequence[Passage], is_prose: Callable[[Passage], bool], *, has_headline: bool
) -> list[int]:
    """Which of the lines are for editors only.

    Args:
        lines: those that would be published, but for a declared headline.
        is_prose: whether a passage is made of sentences.
        has_headline: a headline stands elsewhere.
    """
    fenced = set(_advisories(lines, is_prose))
    in_text = False
    index = 0
    while index < len(lines):
        line = lines[index]
        if line.folded.partition(" ")[0] in FIRST_WORDS and index not in fenced:
            above = has_headline or any(lines[number].folded for number in range(index))
            end = _end(_Place(lines, index, is_prose, above, in_text))
            fenced.update(range(index, end))
            if end > index:
                index = end
                continue
        in_text = in_text or (index not in fenced and is_prose(line))
        index += 1
    fenced.update(_addresses_below(lines, fenced))
    # The rule or the asterisks that set a fence off belong to it.
    for index in range(len(lines) - 1, -1, -1):
        if not lines[index].folded and index + 1 in fenced:
            fenced.add(index)
    return sorted(fenced)


def opening(paragraph: str) -> int:
    """Code points of an advisory that a paragraph opens with, 0 where there is none.

    "(Recasts, adds quotes) PARIS, Feb 3 (Reuters) - The ..."
    """
    if not paragraph.startswith("(") or ADVISES.match(paragraph) is None:
        return 0
    rest = paragraph[_closing(paragraph) :].lstrip()
    if not rest or rest is paragraph or not (rest[0].isdigit() or rest[0].isupper()):
        return 0
    return len(paragraph) - len(rest)


@dataclass(frozen=True, slots=True)
class _Place:
    """A line that may open a fence, and what stands around it.

    Attributes:
        above: something stands above it, if only a headline.
        in_text: sentences do.
    """

    lines: Sequence[Passage]
    index: int
    is_prose: Callable[[Passage], bool]
    above: bool
    in_text: bool

    @property
    def line(self) -> Passage:
        return self.lines[self.index]


def _end(place: _Place) -> int:
    """Where the fence that a line opens ends; the line's own number where it opens none."""
    line, index, text = place.line, place.index, place.line.text
    short = line.words <= _WORDS_OF_A_FENCE
    if not short and line.folded.partition(" ")[0] in COMMON_WORDS:
        return index
    if short and NOT_FOR_PUBLICATION.fullmatch(text):
        return len(place.lines)
    # "ATTENTION EDITORS - Programme of the day" alone at the top is an advisory's headline.
    is_note = NOTE.fullmatch(text) and (place.above or place.is_prose(line))
    if is_note or EDS.fullmatch(text):
        return index + 1
    end = index
    if short and place.above:
        end = _note(place) if NOTE_HEADING.fullmatch(text) else _notebook(place)
    return _contacts(place) if end == index and place.in_text else end


def _notebook(place: _Place) -> int:
    """To the end of the text; one named by a word of the language must be told by what it holds."""
    text, following = place.line.text, place.lines[place.index + 1 :]
    if NOTEBOOK.fullmatch(text):
        return len(place.lines)
    told = NOTEBOOK_SECTION.fullmatch(text) is not None
    if not following or not (told or BARE_NOTEBOOK.fullmatch(text)):
        return place.index
    for line in following:
        if line.words <= _WORDS_OF_A_FENCE and NOT_FOR_PUBLICATION.fullmatch(line.text):
            return len(place.lines)
    for line in following:
        if line.folded in IN_A_NOTEBOOK or "://" in line.text or _is_reachable(line.text):
            told = True
        elif place.is_prose(line) and not _is_listed(line):
            return place.index
    return len(place.lines) if told else place.index


def _note(place: _Place) -> int:
    """After "Notes to editors" under a text come notes to its end; above one, a paragraph."""
    if place.in_text:
        return len(place.lines)
    asks = place.line.text.rstrip().endswith(":")
    return min(place.index + (2 if asks else 1), len(place.lines))


def _contacts(place: _Place) -> int:
    """The block from its heading to the last line with an address or a number."""
    text, index = place.line.text, place.index
    to_press = PRESS_CONTACT.fullmatch(text) is not None
    if not to_press and not ANY_CONTACT.fullmatch(text):
        return index
    last = index
    reachable = place.line.words <= _WORDS_OF_A_CONTACT and _is_reachable(text)
    for number in range(index + 1, len(place.lines)):
        line = place.lines[number]
        if line.words <= _WORDS_OF_A_CONTACT and _is_reachable(line.text):
            last, reachable = number, True
        elif place.is_prose(line) or number - last > _LINES_BETWEEN:
            break
    if not reachable:
        return index
    if not to_press and any(map(place.is_prose, place.lines[last + 1 :])):
        return index
    return last + 1


def _advisories(lines: Sequence[Passage], is_prose: Callable[[Passage], bool]) -> Iterator[int]:
    """Lines above the text that say in brackets what is new: "(Adds details)"."""
    for index, line in enumerate(lines[:_LINES_ABOVE]):
        if _is_bracketed(line) and ADVISES.match(line.text):
            yield index
        elif is_prose(line):
            return


def _addresses_below(lines: Sequence[Passage], fenced: set[int]) -> Iterator[int]:
    """Under the text: reporters' addresses, phone numbers, what was corrected."""
    looked_at = 0
    for index in range(len(lines) - 1, 0, -1):
        line = lines[index]
        if index in fenced or not line.folded or endings.judge(line.text) is not None:
            continue
        looked_at += 1
        if looked_at > _LINES_BELOW:
            return
        reached = line.words <= _WORDS_OF_A_CONTACT and _is_reachable(line.text)
        phones = line.words <= _WORDS_OF_A_PHONE_LINE and PHONE_LINE.fullmatch(line.text)
        if not (
            (_is_bracketed(line) and (reached or CORRECTS.match(line.text))) or (reached and phones)
        ):
            return
        yield index


def _is_reachable(text: str) -> bool:
    """Whether an e-mail address or a phone number stands in it."""
    if "@" in text and ADDRESS.search(text):
        return True
    return any(
        sum(map(str.isdigit, number[0])) >= _DIGITS_OF_A_NUMBER for number in NUMBER.finditer(text)
    )


def _is_listed(line: Passage) -> bool:
    return line.kind is ParagraphKind.LIST or line.text.startswith(_BULLETS)


def _is_bracketed(line: Passage) -> bool:
    """Whether one pair of brackets holds the whole line."""
    text = line.text
    if not text.startswith("(") or len(text) > _LONGEST_ADVISORY:
        return False
    return not text[_closing(text) :].strip(" .=")


def _closing(text: str) -> int:
    """Where the bracket that a text opens with is closed; 0 where it is not."""
    depth = 0
    for position, char in enumerate(text[: _LONGEST_ADVISORY + 1]):
        if char == "(":
            depth += 1
        elif char == ")":
            depth -= 1
            if depth == 0:
                return position + 1
    return 0
