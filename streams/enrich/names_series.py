"""Names in a series are of one kind: "Pierre Mauroy, Babyface et Peter Gabriel" are three people.

It must not join or split names, only say that one is of the type of those it stands with.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from schemas.item import EntityType
from streams.enrich.found import Found
from streams.enrich.words import SPACE

# What stands between two names of a series, the article or preposition of the second included.
_BETWEEN = re.compile(
    rf"{SPACE}?(?:\([^()]{{1,20}}\))?{SPACE}?"
    rf"(?:[,;]|,?{SPACE}(?:et|ou|and|or|&|y|e|o|und|oder)(?={SPACE}))"
    rf"(?:{SPACE}(?:le|la|les|de|du|des|à|au|aux|en|the|of|in|to|el|los|las|del|der|die|das))?"
    rf"(?:{SPACE}(?:[ld]['’])?)"
)
# Names. Of two neither says what the other is.
_LEAST = 3
_SCORE = 0.75


def of_one_type(
    text: str, names: Sequence[Found], is_place: Callable[[str], bool]
) -> Iterator[Found]:
    """The names, the one in a series whose type no other has being of the others'.

    Args:
        text: the block.
        names: what a model found in it, by start, without overlaps.
        is_place: whether a place of any size bears a name; only such a name becomes a place.
    """
    series: list[Found] = []
    for name in names:
        if series and not _BETWEEN.fullmatch(text, series[-1].end, name.start):
            yield from _settled(series, is_place)
            series = []
        series.append(name)
    yield from _settled(series, is_place)


def _settled(series: Sequence[Found], is_place: Callable[[str], bool]) -> Iterator[Found]:
    counts = Counter(name.type for name in series)
    if len(series) < _LEAST or len(counts) != 2:
        yield from series
        return
    (kind, most), _ = counts.most_common()
    for name in series:
        odd = name.type is not kind and most == len(series) - 1
        yield (
            replace(name, type=kind, score=_SCORE)
            if odd and _may_be(name, kind, is_place)
            else name
        )


def _may_be(name: Found, kind: EntityType, is_place: Callable[[str], bool]) -> bool:
    if kind is EntityType.PLACE or is_place(name.text):
        return kind is EntityType.PLACE and is_place(name.text)
    # A company's name may be one word; of people one word says too little.
    return kind is EntityType.ORGANISATION or " " in name.text
