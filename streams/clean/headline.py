"""Which line is the headline.

It must not make one up: a text without a headline has none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from schemas.item import ParagraphKind
from streams.clean import byline, dateline, endings, fences
from streams.clean.segments import Passage

_MOST_WORDS = 35
_MOST_CHARS = 300
# A line with more words that ends as a sentence is one.
_MOST_WORDS_OF_A_QUESTION = 25
_ABBREVIATED = re.compile(r"(?:\b[A-Z]\.){2,}$|\b(?:Inc|Corp|Co|Ltd|Jr|Sr|vs|etc)\.$")
# Words of this length on count as said again by the text; shorter ones are grammar.
_TELLING = 4
# Each line further from the text must say this much more of it.
_DISTANCE = 0.02
_LOOKED_AT = 60
_WORDS_OF_A_LINK = 4
_WORDS_OF_TEXT = 3000


def could_be(passage: Passage) -> bool:
    """Whether the passage has the shape of a headline."""
    if not 0 < passage.words <= _MOST_WORDS or len(passage.text) > _MOST_CHARS:
        return False
    text = passage.text
    if passage.kind is ParagraphKind.TABLE or text.endswith((",", ";", ":", "。")):
        return False
    if text.endswith(".") and not (
        text.isupper() or text.endswith("...") or _ABBREVIATED.search(text[-16:])
    ):
        return False
    if text.endswith(("?", "!")) and passage.words > _MOST_WORDS_OF_A_QUESTION:
        return False
    return not (
        byline.is_byline(text)
        or dateline.find(text)
        or dateline.alone(text)
        or endings.is_end_mark(text)
        or fences.names_part(passage)
    )


def links_above(
    passages: Sequence[Passage], above: Sequence[int], text: Sequence[int]
) -> Sequence[int]:
    """Those of the lines ``above`` the text that stand above its headline and are none of it.

    Where the text says again the most of one of them, and not a word of the few in each before it:
    the first of a headline and a line under it stays the headline.
    """
    chosen = best(passages, above, text)
    if chosen is None or chosen == above[0]:
        return ()
    links = above[: above.index(chosen)]
    said = {word for number in text for word in passages[number].folded.split()}
    for number in links:
        words = passages[number].folded.split()
        if len(words) > _WORDS_OF_A_LINK or any(
            len(word) >= _TELLING and word in said for word in words
        ):
            return ()
    return links


def best(passages: Sequence[Passage], above: Sequence[int], text: Iterable[int]) -> int | None:
    """The line ``above`` the text that the text says again most, the nearest where equal."""
    said: set[str] = set()
    for number in text:
        said.update(passages[number].folded.split())
        if len(said) > _WORDS_OF_TEXT:
            break
    chosen, most = None, 0.0
    candidates = []
    for distance, number in enumerate(reversed(above[-_LOOKED_AT:])):
        passage = passages[number]
        if passage.words < 3 or not could_be(passage):
            continue
        telling = [word for word in passage.folded.split() if len(word) >= _TELLING]
        repeated = sum(word in said for word in telling)
        if 2 * repeated < len(telling):
            continue
        candidates.append(number)
        score = repeated * repeated / (len(telling) or 1) - _DISTANCE * distance
        if score > most:
            chosen, most = number, score
    if chosen is None:
        return None
    # The page's title is the headline and the site's name; a trail of links ends in it.
    title, half = passages[chosen].folded, passages[chosen].words / 2
    return next(
        (
            number
            for number in candidates
            if passages[number].words > half and passages[number].folded in title
        ),
        chosen,
    )
