"""Chooses the place that a name means, from the name, its document and the size of things.

It must not change the text of a name or find new ones.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from functools import lru_cache

from streams.enrich import words
from streams.enrich.link import phrases
from streams.enrich.link.base import Candidate, Place, PlaceKind, PlacesBase
from streams.folding import fold

# Scores are powers of ten of inhabitants; the rest is measured in the same coin, so that a country
# outweighs any city of its name, unless that is its name in another language only: "Mexico" is the
# country in English and the city in French.
_COUNTRY = 8.5
# A small country less: Grenada is not what Spanish copy mostly means by Granada.
_COUNTRY_ABOVE_CITY = 2.3
_FOREIGN_COUNTRY = 5.0
_AREA = 8.0
_FEATURE = 6.5
# A region counts less than a city of as many inhabitants, and less again where it has a city of its
# name: "city before administrative namesake" makes Madrid and New York the cities.
_REGION_BELOW_CITY = 1.2
_SEAT = 1.0
_REGION = 4.8  # of unknown population, as France's departments
_OFFICIAL = 0.5
_CAPITAL = 1.5
# A name that is a place's own, in GeoNames, in CLDR or in our table, and not merely among the
# alternates that GeoNames has collected: Amman was Philadelphia once.
_OWN_NAME = 1.0
# A place where the document's language is official.
_LANGUAGE = 0.3
# What the other places of the document say: at most this when all are in one country, or region,
# less by the root of their share; and for "Paris (France)" and "Paris, Texas".
_VOTES = 2.0
_REGION_VOTES = 1.0
_HOME = 0.7
# A region that a country is named like: Georgia beside Atlanta and Alabama.
_NAMESAKE_VOTES = 4.5
_CONTAINED = 4.0
_CONTAINED_IN_REGION = 6.0
_PREPOSITION = 1.0
_CALLED = 4.5
# A name votes if its best place is this far ahead of the next.
_CLEAR = 1.0
# A difference of one power of ten makes the better candidate about nine times as likely.
_SHARPNESS = 2.2
# What no list has competes too, as if it were a village of 1,300: a name that only a village far
# from all the rest of the document bears is more likely a street, a stadium or a person.
_UNLISTED = 4.1
# And as one of 20,000 where the document names other places and none in that country.
_ELSEWHERE = 1.2
_MIN_VOTES = 3
_MAX_ALTERNATES = 3
_MIN_ALTERNATE = 0.02
_SHORT = 2
# Names, and the code points from which one is no name but text.
_REMEMBERED = 20_000
_LONGEST_REMEMBERED = 100
_COUNTRY_CODE = 2


@dataclass(frozen=True, slots=True)
class PlaceName:
    """A name to link.

    Attributes:
        before: the word before it, in small letters, or "".
        lead: some of the text before it: "the province of " says what it is.
        inside: the name that follows it after a comma, or "": "Texas" of "Paris, Texas".
        after_place: another place stands before it and a comma, as before "Texas" and "Tex.".
    """

    text: str
    before: str = ""
    lead: str = ""
    inside: str = ""
    after_place: bool = False


@dataclass(frozen=True, slots=True)
class LinkedPlace:
    """A choice: ``confidence`` 0 to 1, and the others that were considered, best first."""

    place: Place
    confidence: float
    alternates: tuple[tuple[Place, float], ...]


def link_places(
    names: Sequence[PlaceName],
    base: PlacesBase,
    language: str,
    *,
    hint: str | None = None,
    home: str | None = None,
    spoken_of: AbstractSet[str] = frozenset(),
) -> list[LinkedPlace | None]:
    """The place of each name, None for one that the base does not have or that it hardly means.

    Args:
        names: the place names of one document, in order.
        base: where to look.
        language: of the document, ISO 639-1.
        hint: another place that the document is about, such as its dateline's.
        home: the country, ISO 3166-1, that the document's provider mostly writes of; it speaks for
            every document, and where no other place of one says anything, as all of them would.
        spoken_of: the countries, ISO 3166-1, that the document speaks of otherwise, as by demonym.
    """
    document = _Document(names, base, language, hint, home)
    document.hear(spoken_of)
    return [document.choose(name) for name in document.names]


class _Document:
    """The names of one document and what each says of the others."""

    def __init__(
        self,
        names: Sequence[PlaceName],
        base: PlacesBase,
        language: str,
        hint: str | None,
        home: str | None,
    ) -> None:
        self._language = language
        self._home = home
        self._known: dict[str, Sequence[_Scored]] = {}
        texts = [*(name.text for name in names), *(name.inside for name in names), hint or ""]
        for text in texts:
            if text not in self._known:
                find = _remembered if len(text) <= _LONGEST_REMEMBERED else _scored
                self._known[text] = find(text, base, language, home)
        self.names = [
            replace(name, inside="") if self._is_listed(names, number) else name
            for number, name in enumerate(names)
        ]
        # "Paris, Texas" once is Paris, Texas, throughout.
        self._insides: dict[str, str] = {}
        for name in self.names:
            if name.inside and any(
                _contained(one.candidate.place, self._places(name.inside))
                for one in self._known[name.text]
            ):
                self._insides.setdefault(fold(name.text), name.inside)
        self._votes = self._clear_votes([name.text for name in names] + ([hint] if hint else []))
        self._total: Counter[str] = Counter()
        for votes in self._votes.values():
            self._total.update(votes)
        self._weight = _weight(self._total)
        self._chosen: dict[PlaceName, LinkedPlace | None] = {}

    def hear(self, countries: AbstractSet[str]) -> None:
        """Count a country as much as one of its cities: half of what its own name says."""
        self._total.update(countries)
        self._weight = _weight(self._total)

    def choose(self, name: PlaceName) -> LinkedPlace | None:
        """The place of a name; the same for the same name in the same position."""
        if name not in self._chosen:
            self._chosen[name] = self._choose(name)
        return self._chosen[name]

    def _is_listed(self, names: Sequence[PlaceName], number: int) -> bool:
        """Whether a country follows as the next of a list: "Chile, Colombia, Cuba"."""
        name = names[number]
        if not name.inside or all(
            place.kind is not PlaceKind.COUNTRY for place in self._places(name.inside)
        ):
            return False
        return name.after_place or (number + 1 < len(names) and bool(names[number + 1].inside))

    def _places(self, text: str) -> list[Place]:
        return [one.candidate.place for one in self._known[text]] if text else []

    def _clear_votes(self, texts: Sequence[str]) -> dict[str, Counter[str]]:
        """What each name that is hardly anywhere else says of the document's countries."""
        votes: dict[str, Counter[str]] = {}
        for text in dict.fromkeys(texts):
            ranked = self._known[text]
            if len(ranked) > 1:
                ranked = sorted(ranked, key=lambda one: -one.prior)
            if not ranked or not ranked[0].candidate.place.country:
                continue
            if len(ranked) == 1 or ranked[0].prior - ranked[1].prior > _CLEAR:
                place = ranked[0].candidate.place
                votes[text] = Counter({place.country: 2 if place.kind is PlaceKind.COUNTRY else 1})
                if place.kind in {PlaceKind.CITY, PlaceKind.REGION} and place.code:
                    votes[text][place.code] = 1
        return votes

    def _share_beside(self, text: str) -> Callable[[str], float]:
        """The share of a country, or of a region, in the votes of the other names."""
        own = self._votes.get(text, Counter())
        weight = self._weight - _weight(own)
        total = self._total

        def share(code: str) -> float:
            if not weight:
                return float(code == self._home)
            return (total[code] - own[code]) / weight

        return share

    def _choose(self, name: PlaceName) -> LinkedPlace | None:
        candidates = [
            one
            for one in self._known[name.text]
            if not one.candidate.is_abbreviation or name.after_place
        ]
        if not candidates:
            return None
        containers = self._places(self._insides.get(fold(name.text), name.inside))
        share = self._share_beside(name.text)
        countries = {
            one.candidate.place.country
            for one in candidates
            if one.candidate.place.kind is PlaceKind.COUNTRY
        }
        called = phrases.called(name.before, name.lead)
        scored = sorted(
            (
                (
                    one.prior
                    + _support(one.candidate.place, share, countries)
                    + _contained(one.candidate.place, containers)
                    + _PREPOSITION
                    * phrases.is_at(name.before, one.candidate.place.kind, self._language)
                    + _CALLED * (one.candidate.place.kind in called),
                    one.candidate.place,
                )
                for one in candidates
            ),
            key=lambda pair: (-pair[0], pair[1].number),
        )
        is_elsewhere = (
            len(self._votes) >= _MIN_VOTES
            and scored[0][1].kind is PlaceKind.CITY
            and not _contained(scored[0][1], containers)
            and share(scored[0][1].country) == 0
        )
        return _linked(scored, _UNLISTED + _ELSEWHERE * is_elsewhere)


@dataclass(frozen=True, slots=True)
class _Scored:
    candidate: Candidate
    prior: float


def _scored(text: str, base: PlacesBase, language: str, home: str | None) -> tuple[_Scored, ...]:
    """The places of a name with what speaks for each whatever the document."""
    return tuple(
        _Scored(one, _prior(one, base, language, home)) for one in _candidates(text, base, language)
    )


# Wires name the same places all day; most of a document's were weighed a moment ago.
_remembered = lru_cache(maxsize=_REMEMBERED)(_scored)


def _prior(candidate: Candidate, base: PlacesBase, language: str, home: str | None) -> float:
    place = candidate.place
    is_own = candidate.is_primary or candidate.is_official
    score = _size(candidate)
    if base.speaks(place.country, language):
        score += _LANGUAGE
    if home and place.country == home:
        score += _HOME
    return (
        score
        + (_CAPITAL if is_own else _CAPITAL / 2) * place.capital
        + _OWN_NAME * is_own
        + _OFFICIAL * candidate.is_official
    )


def _linked(scored: Sequence[tuple[float, Place]], unlisted: float) -> LinkedPlace | None:
    """The best, sure as far as it is ahead of the others and of what no list has."""
    top = scored[0][0]
    if top < unlisted:
        return None
    weights = [math.exp(_SHARPNESS * (score - top)) for score, _ in scored]
    total = sum(weights) + math.exp(_SHARPNESS * (unlisted - top))
    shown = [
        (place, round(weight / total, 3))
        for weight, (_, place) in zip(weights, scored, strict=True)
    ]
    return LinkedPlace(
        place=shown[0][0],
        confidence=shown[0][1],
        alternates=tuple((place, share) for place, share in shown[1:] if share >= _MIN_ALTERNATE)[
            :_MAX_ALTERNATES
        ],
    )


def _candidates(text: str, base: PlacesBase, language: str) -> list[Candidate]:
    """Those of the name as it stands, else without its article or the word for what it is."""
    found: Sequence[Candidate] = base.candidates(text, language)
    if not found and (article := words.ARTICLES.match(text)):
        found = base.candidates(text[article.end() :], language)
    if not found and (full := phrases.full_name(text)):
        found = base.candidates(full, language)
    if not found:
        found = _of_kind(text, base, language)
    # Two letters are rarely a name: "St" is a town in China.
    return [one for one in found if one.is_official or one.is_abbreviation or len(text) > _SHORT]


def _of_kind(text: str, base: PlacesBase, language: str) -> list[Candidate]:
    """Those of "Chubut" for "province de Chubut": the regions of that name, unless it says town."""
    bare = phrases.bare_name(text)
    found = base.candidates(bare, language) if bare else ()
    cities = [one for one in found if one.place.kind is PlaceKind.CITY]
    others = [one for one in found if one.place.kind is not PlaceKind.CITY]
    return cities if phrases.is_town(text) else others or cities


def _size(candidate: Candidate) -> float:
    place = candidate.place
    if place.kind is PlaceKind.COUNTRY:
        # A former one has no inhabitants.
        size = math.log10(place.population) if place.population else _COUNTRY
        most = _FOREIGN_COUNTRY if candidate.is_foreign else _COUNTRY
        return min(most, size + _COUNTRY_ABOVE_CITY)
    if place.kind in {PlaceKind.CONTINENT, PlaceKind.AREA}:
        return _FOREIGN_COUNTRY if candidate.is_foreign else _AREA
    if place.kind is PlaceKind.FEATURE:
        return _FEATURE
    size = math.log10(place.population + 1)
    if place.kind is PlaceKind.REGION:
        return max(_REGION, size - _REGION_BELOW_CITY) - _SEAT * place.has_seat
    return size


def _weight(votes: Mapping[str, int]) -> int:
    return sum(count for code, count in votes.items() if len(code) == _COUNTRY_CODE)


def _support(place: Place, share: Callable[[str], float], countries: AbstractSet[str]) -> float:
    """What the document's other places add; ``countries`` bear the same name."""
    namesake = place.kind is PlaceKind.REGION and bool(countries - {place.country})
    of_country = math.sqrt(share(place.country)) if place.country else 0.0
    of_region = math.sqrt(share(place.code)) if place.kind is PlaceKind.CITY else 0.0
    return (_NAMESAKE_VOTES if namesake else _VOTES) * of_country + _REGION_VOTES * of_region


def _contained(place: Place, containers: Sequence[Place]) -> float:
    """What "Paris, Texas" adds; a country in a list of countries is not contained in the next."""
    if place.kind in {PlaceKind.COUNTRY, PlaceKind.CONTINENT, PlaceKind.AREA}:
        return 0.0
    best = 0.0
    for container in containers:
        if container.number == place.number or container.country != place.country:
            continue
        if container.kind is PlaceKind.COUNTRY:
            best = max(best, _CONTAINED)
        # A city's province is not known where the region around it is: Cáceres is in Extremadura.
        elif container.kind is PlaceKind.REGION and place.code in {
            container.code,
            container.part_of,
        }:
            best = _CONTAINED_IN_REGION
    return best
