"""Blocks that an agency fences off for editors: notebooks, contacts, notes, advisories.

None of it is for publication, and some of it (private phone numbers) must never be. It must not
take an ordinary paragraph that names a contact or a number: where a line stands, and that it holds
nothing else, decide.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property

from schemas.item import ParagraphKind
from streams.clean import endings, furniture
from streams.clean.fence_marks import (
    ADDRESS,
    ADVISES,
    ANY_CONTACT,
    BARE_NOTEBOOK,
    CORRECTION,
    CORRECTION_FOR_READERS,
    CORRECTION_OPENS,
    CORRECTS,
    EARLIER,
    EDS,
    FIRST_WORDS,
    GOING_ON,
    IN_A_NOTEBOOK,
    NOT_FOR_PUBLICATION,
    NOTE,
    NOTE_HEADING,
    NOTEBOOK,
    NOTEBOOK_SECTION,
    NUMBER,
    PHONE_LINE,
    PHONE_WORDS,
    PRESS_CONTACT,
)
from streams.clean.segments import Passage
from streams.decode.decoded import Role

_WORDS_OF_A_FENCE = 16
_WORDS_OF_A_CONTACT = 30
_WORDS_OF_AN_ADDRESS = 40
_WORDS_OF_A_PHONE_LINE = 12
_WORDS_OF_A_CORRECTION = 90
_LONGEST_ADVISORY = 600
# Between two lines that hold an address or a number: names, offices, streets.
_LINES_BETWEEN = 4
# At the top and at the end, where an advisory or an address stands on its own.
_LINES_ABOVE = 8
_LINES_BELOW = 3
_DIGITS_OF_A_NUMBER = 7
_OPENING = FIRST_WORDS | PHONE_WORDS
_BULLETS = ("-", "*", "•", "–")


def may_hold(passages: Sequence[Passage]) -> bool:
    """Whether any line begins as those do that ``find`` finds: most texts have none."""
    for passage in passages:
        if passage.text.startswith("("):
            return True
        first = passage.folded.partition(" ")[0]
        if first in _OPENING and (
            first not in GOING_ON or passage.folded.startswith(GOING_ON[first])
        ):
            return True
    return False


def is_for_readers(note: str) -> bool:
    """Whether a note is one that readers are to see: "Correction: an earlier version of ..."."""
    readers = CORRECTION_FOR_READERS.fullmatch(note) is not None
    # "(Berichtigung: im dritten Absatz ...)" names a part of the text: that is for editors.
    return readers and (
        CORRECTION.fullmatch(note.strip("( )")) is None or EARLIER.search(note) is not None
    )


def names_part(passage: Passage) -> bool:
    """Whether it says which part of a text was corrected, as no headline does."""
    return (
        passage.folded.startswith(CORRECTION_OPENS)
        and CORRECTION.fullmatch(passage.text.partition(":")[0]) is not None
    )


def find(
    passages: Sequence[Passage], is_prose: Callable[[Passage], bool], *, has_headline: bool
) -> list[int]:
    """Which of the passages are for editors only.

    Args:
        passages: those that would be published, but for a declared headline.
        is_prose: whether a passage is made of sentences.
        has_headline: a headline stands elsewhere.
    """
    openers = [index for index, passage in enumerate(passages) if _may_open(passage)]
    fenced: set[int] = set()
    if any(passage.text.startswith("(") for passage in passages[:_LINES_ABOVE]):
        fenced.update(_advisories(passages, is_prose))
    if openers:
        lines = _Lines(passages, is_prose, has_headline=has_headline)
        end = read = 0
        in_text = False
        for index in openers:
            if index < end or index in fenced:
                continue
            while read < index and not in_text:
                in_text = read not in fenced and is_prose(passages[read])
                read += 1
            end = _end(lines, index, in_text=in_text)
            fenced.update(range(index, end))
    fenced.update(_notes_below(passages, fenced, is_prose))
    if fenced:
        # The rule or the asterisks that set a fence off belong to it.
        for index in range(len(passages) - 1, -1, -1):
            if not passages[index].folded and index + 1 in fenced:
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


def _may_open(passage: Passage) -> bool:
    """Whether a line begins as those do that open a fence."""
    first = passage.folded.partition(" ")[0]
    return first in FIRST_WORDS and (
        first not in GOING_ON or passage.folded.startswith(GOING_ON[first])
    )


class _Lines:
    """The lines, and what is asked of all of them, found once however many ask."""

    def __init__(
        self,
        lines: Sequence[Passage],
        is_prose: Callable[[Passage], bool],
        *,
        has_headline: bool,
    ) -> None:
        self.all = lines
        self.is_prose = is_prose
        self._has_headline = has_headline

    def is_top(self, index: int) -> bool:
        """Whether nothing stands above, not even a headline."""
        return not self._has_headline and index <= self._first_word

    @cached_property
    def _first_word(self) -> int:
        return next((number for number, line in enumerate(self.all) if line.folded), 0)

    @cached_property
    def last_ban(self) -> int:
        """Number of the last line that says what follows is not for publication."""
        return self._last(_bans)

    @cached_property
    def last_contact(self) -> int:
        """Number of the last line that a notebook, and little else, would hold."""
        return self._last(_is_of_a_notebook)

    @cached_property
    def last_prose(self) -> int:
        """Number of the last line of text."""
        return self._last(
            lambda line: (
                self.is_prose(line) and not _is_listed(line) and not _is_of_a_notebook(line)
            )
        )

    def _last(self, claim: Callable[[Passage], bool]) -> int:
        lines = self.all
        return next((n for n in range(len(lines) - 1, -1, -1) if claim(lines[n])), -1)


def _end(lines: _Lines, index: int, *, in_text: bool) -> int:
    """Where the fence that a line opens ends; the line's own number where it opens none."""
    line = lines.all[index]
    text = line.text
    short = line.words <= _WORDS_OF_A_FENCE
    if _bans(line):
        return len(lines.all)
    top = lines.is_top(index)
    # "ATTENTION EDITORS - Programme of the day" alone at the top is an advisory's headline.
    is_note = NOTE.fullmatch(text) and not (top and not lines.is_prose(line))
    if is_note or EDS.fullmatch(text):
        return index + 1
    if not in_text and _is_correction_above(lines, index):
        return index + 1
    end = index
    if short and not top:
        if NOTE_HEADING.fullmatch(text):
            end = _end_of_notes(lines, index, in_text=in_text)
        elif _opens_notebook(lines, index):
            end = len(lines.all)
    return _end_of_contacts(lines, index) if end == index and in_text else end


def _bans(line: Passage) -> bool:
    return NOT_FOR_PUBLICATION.match(line.text) is not None


def _opens_notebook(lines: _Lines, index: int) -> bool:
    """It runs to the end; one named by a word of the language must be told by what it holds."""
    text = lines.all[index].text
    if NOTEBOOK.fullmatch(text):
        return True
    marked = NOTEBOOK_SECTION.fullmatch(text) is not None
    if index + 1 == len(lines.all) or not (marked or BARE_NOTEBOOK.fullmatch(text)):
        return False
    if lines.last_ban > index:
        return True
    return lines.last_prose < index and (marked or lines.last_contact > index)


def _is_of_a_notebook(line: Passage) -> bool:
    return (
        line.folded in IN_A_NOTEBOOK
        or "://" in line.text
        or (line.words <= _WORDS_OF_A_CONTACT and _is_reachable(line.text))
    )


def _end_of_notes(lines: _Lines, index: int, *, in_text: bool) -> int:
    """After "Notes to editors" under a text come notes to its end; above one, a paragraph."""
    if in_text:
        return len(lines.all)
    asks = lines.all[index].text.rstrip().endswith(":")
    return min(index + (2 if asks else 1), len(lines.all))


def _end_of_contacts(lines: _Lines, index: int) -> int:
    """The block from its heading to the last line with an address or a number."""
    text = lines.all[index].text
    to_press = PRESS_CONTACT.fullmatch(text) is not None
    if not to_press and (lines.last_prose > index or not ANY_CONTACT.fullmatch(text)):
        return index
    last = index
    reachable = lines.all[index].words <= _WORDS_OF_A_CONTACT and _is_reachable(text)
    for number in range(index + 1, len(lines.all)):
        line = lines.all[number]
        if line.words <= _WORDS_OF_A_CONTACT and _is_reachable(line.text):
            last, reachable = number, True
        elif lines.is_prose(line) or number - last > _LINES_BETWEEN:
            break
    return last + 1 if reachable else index


def _advisories(lines: Sequence[Passage], is_prose: Callable[[Passage], bool]) -> Iterator[int]:
    """Lines above the text that say in brackets what is new: "(Adds details)"."""
    for index, line in enumerate(lines[:_LINES_ABOVE]):
        if line.text.startswith("(") and _is_bracketed(line) and ADVISES.match(line.text):
            yield index
        elif is_prose(line):
            return


def _notes_below(
    lines: Sequence[Passage], fenced: set[int], is_prose: Callable[[Passage], bool]
) -> Iterator[int]:
    """Under the text: reporters' addresses, phone numbers, what was corrected."""
    looked_at = 0
    for index in range(len(lines) - 1, 0, -1):
        line = lines[index]
        if index in fenced or not line.folded:
            continue
        corrects = _is_correction(line)
        if line.words > _WORDS_OF_AN_ADDRESS and not corrects:
            return
        if endings.judge(line.text) is not None or _is_furniture(line):
            continue
        looked_at += 1
        if looked_at > _LINES_BELOW:
            return
        reached = _is_reachable(line.text)
        phones = line.words <= _WORDS_OF_A_PHONE_LINE and PHONE_LINE.fullmatch(line.text)
        if corrects:
            # What is corrected must stand above; else this is the message itself.
            if not any(is_prose(other) and not _is_correction(other) for other in lines[:index]):
                return
        elif not (
            (_is_bracketed(line) and (reached or CORRECTS.match(line.text))) or (reached and phones)
        ):
            return
        yield index


def _is_furniture(line: Passage) -> bool:
    """Whether it is taken off the end, so that what stands above it is the end."""
    return line.role is Role.UNDECLARED and (
        line.folded in furniture.NAVIGATION or line.folded in furniture.ANYWHERE
    )


def _is_correction(line: Passage) -> bool:
    """Whether it says, without brackets, what was corrected."""
    if line.words > _WORDS_OF_A_CORRECTION or not _may_open(line):
        return False
    return CORRECTION.fullmatch(line.text) is not None or is_for_readers(line.text)


def _is_correction_above(lines: _Lines, index: int) -> bool:
    """As above, over a text, where "Correction: City closes bridges" may be the headline."""
    line = lines.all[index]
    if not _is_correction(line) or lines.last_prose <= index:
        return False
    return lines.is_prose(line) or names_part(line)


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
