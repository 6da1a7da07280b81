"""Places found by their names alone, in any language that has capitals.

It must not guess: a name beside other capitalised words is left alone unless it is a country's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from schemas.item import EntityType
from streams.enrich.link.base import Candidate, PlaceKind, PlacesBase
from streams.enrich.recognise.span import Span
from streams.enrich.words import OPENERS, word_set
from streams.folding import fold

_TOKEN = re.compile(r"\w+(?:['’.]\w+)*", re.UNICODE)
_SENTENCE_END = re.compile(r"[.!?:…»\"“”]\s*$")
_SMALL_WORDS = word_set(
    "a al d de del des du da das di do dos el en et i l la las le les lo los o of sur the und y"
)
# Tokens. "República Democrática del Congo" has four, "Estados Unidos de América" too.
_MAX_TOKENS = 6
_REMEMBERED = 50_000
# Code points, as in the base: what is no name must not be remembered here either.
_LONGEST_NAME = 250
# Inhabitants. A town below the first is taken within a sentence only, one below the second not
# at all: small towns are called Same, Police and Martes.
_MIN_FIRST_WORD = 500_000
_MIN_POPULATION = 50_000
_MIN_ALTERNATE = 1_000_000
_LONG = 5
# Names of places that open sentences as words, or are parts of other names.
_WORDS = word_set(
    "banco como con corte fue liga mar mayo nacional nueva para paz pero por pueblo real "
    "republica reunion rey rio solo son sur una victor vista"
)
_SCORES = {PlaceKind.COUNTRY: 0.9, PlaceKind.CONTINENT: 0.8, PlaceKind.REGION: 0.8}
_CITY_SCORE = 0.7


class GazetteerRecogniser:
    """Longest matches of the base's names over capitalised tokens."""

    name = "gazetteer"

    def __init__(self, language: str, places: PlacesBase, *, countries_only: bool = False) -> None:
        self._language = language
        self._places = places
        self._countries_only = countries_only
        self._best = lru_cache(maxsize=_REMEMBERED)(self._find_best)

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
        while last + 1 < min(position + _MAX_TOKENS, len(tokens)) and _joined(
            text, tokens[last], tokens[last + 1]
        ):
            last += 1
        for end in range(last, position - 1, -1):
            if not tokens[end][0][0].isupper():
                continue
            name = text[tokens[position].start() : tokens[end].end()]
            best = self._best(name) if len(name) <= _LONGEST_NAME else None
            if best is not None and self._fits(text, tokens, position, end, best):
                return end - position + 1, _SCORES.get(best.place.kind, _CITY_SCORE)
        return 0, 0.0

    def _find_best(self, name: str) -> Candidate | None:
        return max(
            self._places.candidates(name, self._language),
            key=lambda found: (
                found.place.kind is not PlaceKind.CITY and found.is_official,
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
        is_official = best.place.kind is not PlaceKind.CITY and best.is_official
        # In capitals every word stands beside a capitalised one.
        alone = text.isupper() or not _has_neighbour(text, tokens, position, end)
        if self._countries_only:
            return is_official and alone
        name = text[tokens[position].start() : tokens[end].end()]
        if fold(name) in _WORDS:
            return False
        if is_official:
            return len(name) > 1
        first = position == 0 or bool(_SENTENCE_END.search(text[: tokens[position].start()][-4:]))
        least = _MIN_FIRST_WORD if first else _MIN_POPULATION
        if not best.is_primary:
            # Other languages' names of cities are words here: "Fue" is Hue, "Oea" was Tripoli.
            least = max(least, _MIN_ALTERNATE if len(name) < _LONG else 2 * _MIN_POPULATION)
        return alone and len(name) > 3 and best.place.population >= least


def _joined(text: str, left: re.Match[str], right: re.Match[str]) -> bool:
    """Whether two tokens may be of one name: a space or hyphen between, no small word but "of"."""
    between = text[left.end() : right.start()]
    if between not in {" ", "-", "\u00a0", "'", "’", ". "}:
        return False
    return right[0][0].isupper() or right[0].lower() in _SMALL_WORDS


def _has_neighbour(text: str, tokens: Sequence[re.Match[str]], position: int, end: int) -> bool:
    """Whether a capitalised word stands beside the tokens: "Jack London" is no city."""
    before = position > 0 and _is_beside(text, tokens[position - 1], tokens[position])
    after = end + 1 < len(tokens) and _is_beside(text, tokens[end], tokens[end + 1])
    return (before and _is_name_like(tokens[position - 1][0])) or (
        after and _is_name_like(tokens[end + 1][0])
    )


def _is_name_like(word: str) -> bool:
    return word[0].isupper() and fold(word) not in OPENERS


def _is_beside(text: str, left: re.Match[str], right: re.Match[str]) -> bool:
    return text[left.end() : right.start()] in {" ", "-", "\u00a0"}
