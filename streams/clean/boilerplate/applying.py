"""The learned lines of a message's source, and which of its passages they take out.

It must not take out a line that is protected, whatever a file says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from schemas.item import ParagraphKind
from streams.clean.boilerplate.keys import line_key, source_of
from streams.clean.boilerplate.protected import AROUND_THE_TEXT, LONGEST, protection
from streams.clean.boilerplate.rules import BoilerplateRules, Where, removable
from streams.clean.segments import Passage
from streams.decode.decoded import Decoded, Role

LEARNABLE_ROLES = frozenset({Role.UNDECLARED, Role.BODY})
# A crosshead, a caption or a quotation is the article's, says the markup; menus are lists.
LEARNABLE_KINDS = frozenset({ParagraphKind.TEXT, ParagraphKind.LIST})


# Lines that recur are judged over and over: without this the judging of 20 lines a page made
# cleaning cost 1.67 times as much, with it 1.1.
_SEEN = 4_096


@lru_cache(maxsize=_SEEN)
def _is_protected(text: str, provider: str | None) -> bool:
    return protection(text, provider) is not None


@dataclass(frozen=True, slots=True)
class Learned:
    """The lines of one source, and who its provider is."""

    lines: Mapping[str, Where]
    provider: str | None


def learned_lines(decoded: Decoded, rules: BoilerplateRules | None) -> Learned | None:
    """What was learned of the source of a message; None for nothing."""
    lines = rules.lines_of(source_of(decoded)) if rules else None
    return Learned(lines, decoded.provider) if lines else None


def can_be_learned(passage: Passage) -> bool:
    """Whether the format leaves open what the passage is."""
    return (
        passage.role in LEARNABLE_ROLES
        and passage.kind in LEARNABLE_KINDS
        and len(passage.text) <= LONGEST
    )


def find(
    passages: Sequence[Passage],
    numbers: Sequence[int],
    is_prose: Callable[[Passage], bool],
    learned: Learned,
) -> list[int]:
    """Which of the passages ``numbers``, all that would be published, are boilerplate."""
    keys: list[str | None] = []
    for number in numbers:
        passage = passages[number]
        key = line_key(passage.folded) if can_be_learned(passage) else ""
        known = key in learned.lines and not _is_protected(passage.text, learned.provider)
        keys.append(key if known else None)
    if not any(keys):
        return []
    prose = [is_prose(passages[number]) for number in numbers]

    def is_own(index: int) -> bool:
        text = passages[numbers[index]].text
        return protection(text, learned.provider) not in AROUND_THE_TEXT

    return [numbers[index] for index in removable(keys, prose, learned.lines, is_own)]
