"""What stands above the headline of a dispatch: links, section labels, markers, bylines.

It must not look below the text, nor at a page: ``page`` is for those.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

from streams.clean import byline, dateline, furniture, headline
from streams.clean.lifecycle import is_marker
from streams.clean.rules import CleaningRules, RemovalReason
from streams.clean.segments import Passage, is_prose

_LINES_ABOVE = 6
_WORDS_OF_A_MARKER = 6


def peel(
    passages: Sequence[Passage],
    live: Sequence[int],
    rules: CleaningRules,
    *,
    has_headline: bool = False,
) -> list[RemovalReason]:
    """Why each of the first lines is taken off the top, down to the headline or the text.

    Args:
        passages: of one message.
        live: numbers of those not removed yet, in order.
        rules: which rules are on.
        has_headline: whether the headline is known, so that none of the lines is it.
    """
    reasons: list[RemovalReason] = []
    while rules.navigation and len(reasons) < len(live):
        place = len(reasons)
        reason = _reason(passages, live[place : place + _LINES_ABOVE])
        if reason is None:
            break
        if (reason is RemovalReason.BYLINE and not rules.bylines) or (
            reason is RemovalReason.DATELINE and not rules.datelines
        ):
            break
        reasons.append(reason)
    if rules.navigation and not has_headline:
        for number in _links(passages, live[len(reasons) :]):
            known = passages[number].folded in furniture.SECTIONS
            reasons.append(RemovalReason.SECTION_LABEL if known else RemovalReason.NAVIGATION)
    return reasons


def _links(passages: Sequence[Passage], live: Sequence[int]) -> Sequence[int]:
    """Links above the headline that nobody knows."""
    above = list(takewhile(lambda number: not is_prose(passages[number]), live))
    if len(above) < 2 or len(above) == len(live):
        return ()
    return _down_to_section(passages, above) or headline.links_above(
        passages, above, live[len(above) :]
    )


def _down_to_section(passages: Sequence[Passage], above: Sequence[int]) -> Sequence[int]:
    """The lines down to the last section label, where a headline stands between it and the text."""
    for place in range(len(above) - 2, -1, -1):
        if passages[above[place]].folded in furniture.SECTIONS:
            below = [passages[number] for number in above[place + 1 :]]
            told = any(line.words >= 3 and headline.could_be(line) for line in below)
            return above[: place + 1] if told else ()
    return ()


def _reason(passages: Sequence[Passage], numbers: Sequence[int]) -> RemovalReason | None:
    """What the first of the lines is, when it is not yet the item."""
    line = passages[numbers[0]]
    reason = None
    if line.folded in furniture.NAVIGATION:
        reason = RemovalReason.NAVIGATION
    elif line.folded in furniture.SECTIONS:
        reason = RemovalReason.SECTION_LABEL
    elif len(numbers) > 1 and byline.is_byline(line.text):
        reason = RemovalReason.BYLINE
    elif len(numbers) > 1 and dateline.alone(line.text) is not None:
        reason = RemovalReason.DATELINE
    elif len(numbers) > 1 and line.words <= _WORDS_OF_A_MARKER and is_marker(line.text):
        reason = RemovalReason.LIFECYCLE_MARKER
    elif _is_kicker(line, [passages[number] for number in numbers[1:]]):
        reason = RemovalReason.SECTION_LABEL
    return reason


def _is_kicker(line: Passage, following: Sequence[Passage]) -> bool:
    """Whether a line of one or two words stands directly above a headline and its text."""
    if not 0 < line.words <= 2 or line.text.isupper() or line.ends_sentence:
        return False
    below = [other for other in following if not byline.is_byline(other.text)][:2]
    return (
        len(below) == 2
        and below[0].words >= 4
        and headline.could_be(below[0])
        and is_prose(below[1])
    )
