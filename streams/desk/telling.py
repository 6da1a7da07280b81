"""Whether a text tells what its headline says: one that does not proves nothing by its words.

Furniture ("Click here to subscribe ...") stands under any headline, and until it is common no count
of phrases tells it from news. It must not compare texts.
"""

from __future__ import annotations

from itertools import islice

from schemas.item import Item
from streams.desk.index import HotText
from streams.desk.verify import same_headline
from streams.folding import fold

# Letters from which on a word is no article or preposition, and by which it is compared: what is
# inflected otherwise ("closes", "closed") still counts as told.
_STEM = 4
# With fewer such words a headline is a label: "Market report".
_FEWEST_TELLING = 3
_MOST_READ = 64
# Figures among the words from which on a text is a statement of them, which names no one. Of
# 11,000 Reuters wires 781 say nothing of their headline: all but 4 are such ("Qtly div 25 cts").
_STATES_FIGURES = 0.05


def is_untold(item: Item) -> bool:
    """Whether an item's text says nothing of its headline: no word of it in any form."""
    telling = set(islice(_stems(item.headline or ""), _MOST_READ))
    if len(telling) < _FEWEST_TELLING or not item.paragraphs:
        return False
    return all(telling.isdisjoint(_stems(paragraph.text)) for paragraph in item.paragraphs)


def proves_nothing(item: Item, text: HotText, other: HotText) -> bool:
    """Whether two texts may be alike in their furniture only, ``text`` being that of ``item``.

    Their headlines differ, and the text neither says anything of its own nor states figures.
    """
    if text.title == other.title or same_headline(text, other):
        return False
    if len(text.numbers.split()) >= _STATES_FIGURES * text.words:
        return False
    return is_untold(item)


def _stems(text: str) -> map[str]:
    return map(_stem, filter(_is_telling, fold(text).split()))


def _stem(word: str) -> str:
    return word[:_STEM]


def _is_telling(word: str) -> bool:
    return len(word) >= _STEM
