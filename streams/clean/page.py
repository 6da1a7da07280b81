"""Whether a text is a page with an article in it, and which of its lines are the article.

It must not judge a dispatch: what is none but an item with a few lines around it is for ``labels``.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

import numpy as np

from schemas.item import ParagraphKind
from streams.clean import byline, dateline, endings, furniture, labeller
from streams.clean.segments import WORDS_OF_A_SENTENCE, Passage, is_prose

# What makes a text a page: known navigation lines; many lines that are no sentences, most of them
# where no navigation is known; or some that nobody knows, above the first sentence or below the
# last. So 99 % of the 793 pages of the WCXB development set are pages, .1 % of Reuters' wires, and
# 18 % of the true articles alone, which the labeller keeps but for .1 % of their characters.
_LINKS_OF_A_PAGE = 3
_LOOSE_LINES_OF_A_PAGE = 8
_SHARE_OF_LOOSE_LINES = 0.2
_SHARE_WITHOUT_LINKS = 0.4
_STRANGE_LINES_ABOVE = 3  # the headline, and two more
# Below, one alone is left: it may be a credit that nobody knows either.
_STRANGE_LINES_BELOW = 2
_STRANGE_WITHOUT_LINKS = 5
_WORDS_OF_AN_ARTICLE = 40
# Of a page more than this share of the lines is furniture: where it would be less, the text is an
# article with odd lines in it, and stays whole. Else one true article in seventy loses a line more
# when it is cleaned again.
_LEAST_FURNITURE = 0.03


def is_page(lines: Sequence[Passage], *, below_links: bool = False) -> bool:
    """Whether so many of the lines are loose that the text is a page.

    Args:
        lines: without those known to stand above an item.
        below_links: whether links were among these.
    """
    links = {line.folded for line in lines if line.folded in furniture.NAVIGATION}
    if len(links) >= _LINKS_OF_A_PAGE:
        return True
    loose = sum(map(_is_loose, lines))
    share = _SHARE_OF_LOOSE_LINES if links else _SHARE_WITHOUT_LINKS
    if loose >= _LOOSE_LINES_OF_A_PAGE and loose >= share * len(lines):
        return True
    above = list(takewhile(lambda line: not is_prose(line), lines))
    if len(above) == len(lines):
        return False
    if sum(map(_is_strange, above)) >= _STRANGE_LINES_ABOVE:
        return True
    below = takewhile(lambda line: not is_prose(line), reversed(lines))
    strange = sum(_is_strange(line) and endings.judge(line.text) is None for line in below)
    return strange >= (_STRANGE_LINES_BELOW if links or below_links else _STRANGE_WITHOUT_LINKS)


def _is_loose(line: Passage) -> bool:
    return line.words < WORDS_OF_A_SENTENCE and not (
        line.ends_sentence or line.kind is ParagraphKind.TABLE
    )


def _is_strange(line: Passage) -> bool:
    """Whether it is neither known furniture nor what stands above an item: byline, dateline.

    Nor a line of figures: a wire of results begins with those.
    """
    return (
        _is_loose(line)
        and not any(map(str.isdigit, line.folded))
        and not furniture.is_link_or_section(line.folded)
        and not byline.is_byline(line.text)
        and dateline.alone(line.text) is None
    )


def article(text: str, lines: Sequence[Passage], live: Sequence[int]) -> list[int]:
    """Numbers of the lines that are the article; none where no article stands out.

    Args:
        text: the source.
        lines: all of it, as the labeller was trained to see it.
        live: numbers of the lines that may be the article, in order.
    """
    inside = set(np.flatnonzero(labeller.article_lines(text, lines)).tolist())
    chosen = [number for number in live if number in inside]
    if _words(lines, chosen) < _WORDS_OF_AN_ARTICLE:
        chosen = _densest(lines, live)
    if len(live) - len(chosen) < _LEAST_FURNITURE * len(live):
        return list(live)
    return chosen if _words(lines, chosen) >= _WORDS_OF_AN_ARTICLE else []


def _words(lines: Sequence[Passage], numbers: Sequence[int]) -> int:
    return sum(lines[number].words for number in numbers)


def _densest(lines: Sequence[Passage], numbers: Sequence[int]) -> list[int]:
    """The run of lines with most prose in it: of a page too short for the labeller to be sure."""
    weights = [
        lines[number].words if is_prose(lines[number]) else -WORDS_OF_A_SENTENCE
        for number in numbers
    ]
    first, end = labeller.heaviest_run(np.array(weights, dtype=np.float64))
    return list(numbers[first:end])
