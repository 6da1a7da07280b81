"""Names in rows of results and tables, which no model of sentences reads: "Leeds 2 Lens 0".

It must not read sentences.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from schemas.item import EntityType
from streams.enrich.found import Found
from streams.enrich.words import SPACE, UPPER

_NAME = rf"[{UPPER}](?:[^\W\d]|[.'’&\-]|{SPACE}(?=[^\W\d]))*"
# "Leeds 2 Lens 0", and a league table's "Leeds 4 2 1 1 5 3 7".
_RESULT = re.compile(rf"({_NAME}){SPACE}\d{{1,3}}{SPACE}({_NAME}){SPACE}\d{{1,3}}")
_STANDING = re.compile(rf"({_NAME})(?:{SPACE}[\d.½/\-]+){{4,}}")
# Characters. A longer block is no row.
_LONGEST = 120
_SCORE = 0.6


def rows(text: str, names: Sequence[Found], is_country: Callable[[str], bool]) -> Iterator[Found]:
    """The sides of a result or of a row of a table: clubs, or countries.

    Args:
        text: the block.
        names: what a model found in it; a person's row of scores stays that person's.
        is_country: whether a name is that of a country or the like.
    """
    match = None
    if (len(text) <= _LONGEST and text[-1:].isdigit()) or text[-1:] in {"½", "-"}:
        match = _RESULT.fullmatch(text) or _STANDING.fullmatch(text)
    for group in range(1, match.re.groups + 1) if match else ():
        start, end = match.span(group) if match else (0, 0)
        side = text[start:end]
        if (
            any(
                name.type is EntityType.PERSON and (name.start, name.end) == (start, end)
                for name in names
            )
            and match is not None
            and match.re is _STANDING
        ):
            continue
        kind = EntityType.PLACE if is_country(side) else EntityType.ORGANISATION
        yield Found(start, end, side, kind, _SCORE, "row")
