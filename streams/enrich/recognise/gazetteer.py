"""Places found by their names alone, in any language that has capitals.

It must not guess: a name beside other capitalised words is left alone unless it is a country's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from schemas.item import EntityType
from streams.enrich.link.base import Candidate, PlaceKind, PlacesBase
from streams.enrich.recognise.span import Span
from streams.folding import fold

_TOKEN = re.compile(r"\w+(?:['’.]\w+)*", re.UNICODE)
_SENTENCE_END = re.compile(r"[.!?:…»\"“”]\s*$")
_SMALL_WORDS = frozenset(
    "a al d de del des du da das di do dos el en et i l la las le les lo los o of sur the und y".split()
)
# Tokens. "República Democrática del Congo" has four, "Estados Unidos de América" too.
_MAX_TOKENS = 6
# Inhabitants. A town below the first is taken within a sentence only, one below the second not
# at all: small towns are called Same, Police and Martes.
_MIN_FIRST_WORD = 500_000
_MIN_POPULATION = 50_000
_SCORES = {PlaceKind.COUNTRY: 0.9, PlaceKind.CONTINENT: 0.8, PlaceKind.REGION: 0.8}
_CITY_SCORE = 0.7


class GazetteerRecogniser:
    """Longest matches of the base's names over capitalised tokens."""

    name = "gazetteer"

    def __init__(self, language: str, places: PlacesBase) -> None:
        self._language = language
        self._places = places

    @property
    def language(self) -> str:
        """The language whose names of countries are preferred."""
        return self._language

    @property
    def version(self) -> str:
        """The version of the base."""
        return f"gazetteer/{self._places.version}"

    def recognise(self, paragraphs: Sequence[str]) -> list[list[Span]]:
        """The places in each paragraph."""
        return [list(self._spans(paragraph)) for paragraph in paragraphs]

    def _spans(self, text: str) -> Iterator[Span]:
        tokens = list(_TOKEN.finditer(text))
        position = 0
        while position < len(tokens):
            if not tokens[position][0][0].isupper():
                position += 1
                continue
            length, score = self._longest(text, tokens, position)
            if length:
                end = tokens[position + length - 1].end()
                yield Span(tokens[position].start(), end, EntityType.PLACE, score)
            position += length or 1

    def _longest(
        self, text: str, tokens: Sequence[re.Match[str]], position: int
    ) -> tuple[int, float]:
        """How many tokens from ``position`` are a place, and how sure; 0 if none."""
        last = position
        for last in range(position, min(position + _MAX_TOKENS, len(tokens))):
            if last > position and not _joined(text, tokens[last - 1], tokens[last]):
                last -= 1
                break
        for end in range(last, position - 1, -1):
            if not tokens[end][0][0].isupper():
                continue
            name = text[tokens[position].start() : tokens[end].end()]
            if not self._places.has(fold(name)):
                continue
            best = self._best(name)
            if best is not None and self._fits(text, tokens, position, end, best):
                return end - position + 1, _SCORES.get(best.place.kind, _CITY_SCORE)
        return 0, 0.0

    def _best(self, name: str) -> Candidate | None:
        return max(
            (found for found in self._places.candidates(name, self._language)),
            key=lambda found: (
                found.place.kind is not PlaceKind.CITY and not found.is_foreign,
                found.place.population,
            ),
            default=None,
        )

    def _fits(
        self,
        text: str,
        tokens: Sequence[re.Match[str]],
        position: int,
        end: int,
        best: Candidate,
    ) -> bool:
        first = position == 0 or bool(_SENTENCE_END.search(text[: tokens[position].start()][-4:]))
        if best.place.kind is not PlaceKind.CITY and not best.is_foreign:
            return end > position or len(tokens[position][0]) > 1
        if best.place.population < (_MIN_FIRST_WORD if first else _MIN_POPULATION):
            return False
        if len(tokens[position][0]) < 3 and end == position:
            return False
        before = position > 0 and _is_neighbour(text, tokens[position - 1], tokens[position], 0)
        after = end + 1 < len(tokens) and _is_neighbour(text, tokens[end], tokens[end + 1], 1)
        return not before and not after


def _joined(text: str, left: re.Match[str], right: re.Match[str]) -> bool:
    """Whether two tokens may belong to one name: a space or hyphen between, no small word but of."""
    between = text[left.end() : right.start()]
    if between not in {" ", "-", "\u00a0", "'", "’", ". "}:
        return False
    return right[0][0].isupper() or right[0].lower() in _SMALL_WORDS


def _is_neighbour(text: str, left: re.Match[str], right: re.Match[str], which: int) -> bool:
    """Whether the neighbour (``which`` of the two) is a capitalised word that belongs beside."""
    word = (left, right)[which][0]
    return text[left.end() : right.start()] in {" ", "-", "\u00a0"} and word[0].isupper()
