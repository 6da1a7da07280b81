"""Chooses the place that a name means, from the name, its document and the size of things.

It must not change the text of a name or find new ones.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from streams.enrich import words
from streams.enrich.link.base import Candidate, Place, PlaceKind, PlacesBase

# Scores are powers of ten of inhabitants; the rest is measured in the same coin, so that a country
# outweighs any city of its name, unless that is its name in another language only: "Mexico" is the
# country in English and the city in French.
_COUNTRY = 8.5
_FOREIGN_COUNTRY = 5.0
_CONTINENT = 8.0
# "City before administrative namesake": New York, Washington and Madrid are the cities; Ontario,
# California, is smaller than this.
_REGION = 5.6
_OFFICIAL = 0.5
_CAPITAL = 1.5
_PRIMARY = 0.5
# What the other places of the document say: at most this when all are in one country; and for
# "Paris, Texas".
_VOTES = 2.0
# A region that a country is named like: Georgia beside Atlanta and Alabama.
_NAMESAKE_VOTES = 4.5
_CONTAINED = 4.0
_PREPOSITION = 1.0
# A name votes if its best place is this far ahead of the next.
_CLEAR = 1.0
# A difference of one power of ten makes the better candidate about nine times as likely.
_SHARPNESS = 2.2
_MAX_ALTERNATES = 3
_MIN_ALTERNATE = 0.02
_AT_COUNTRY = {"fr": frozenset({"au", "aux", "en", "du", "la", "le", "l"})}
_AT_CITY = {"fr": frozenset({"à", "a"})}


@dataclass(frozen=True, slots=True)
class PlaceName:
    """A name to link.

    Attributes:
        before: the word before it, in small letters, or "".
        inside: the name that follows it after a comma, or "": "Texas" of "Paris, Texas".
    """

    text: str
    before: str = ""
    inside: str = ""


@dataclass(frozen=True, slots=True)
class LinkedPlace:
    """A choice: ``confidence`` 0 to 1, and the others that were considered, best first."""

    place: Place
    confidence: float
    alternates: tuple[tuple[Place, float], ...]


def link_places(
    names: Sequence[PlaceName], base: PlacesBase, language: str, *, hint: str | None = None
) -> list[LinkedPlace | None]:
    """The place of each name, None for one that the base does not have.

    Args:
        names: the place names of one document, in order.
        base: where to look.
        language: of the document, ISO 639-1.
        hint: another place that the document is about, such as its dateline's.
    """
    known: dict[str, Sequence[Candidate]] = {}
    for text in [*(name.text for name in names), *(name.inside for name in names), hint or ""]:
        if text not in known:
            known[text] = _candidates(text, base, language)
    votes = _votes([name.text for name in names] + ([hint] if hint else []), known)
    total = sum(votes.values(), Counter())
    return [_choose(name, known, _shares(total, votes.get(name.text)), language) for name in names]


def _candidates(text: str, base: PlacesBase, language: str) -> list[Candidate]:
    """Those of the name as it stands, else of the name without its article."""
    found = base.candidates(text, language)
    if not found and (article := words.ARTICLES.match(text)):
        found = base.candidates(text[article.end() :], language)
    # Two letters are rarely a name: "St" is a town in China.
    return [one for one in found if one.is_official or len(text) > 2]


def _prior(candidate: Candidate) -> float:
    place = candidate.place
    score = math.log10(place.population + 1)
    if place.kind is PlaceKind.COUNTRY:
        score = _FOREIGN_COUNTRY if candidate.is_foreign else _COUNTRY
    elif place.kind is PlaceKind.CONTINENT:
        score = _FOREIGN_COUNTRY if candidate.is_foreign else _CONTINENT
    elif place.kind is PlaceKind.REGION:
        score = _REGION
    return (
        score
        + _CAPITAL * place.capital
        + _PRIMARY * candidate.is_primary
        + _OFFICIAL * candidate.is_official
    )


def _votes(
    texts: Sequence[str], known: Mapping[str, Sequence[Candidate]]
) -> dict[str, Counter[str]]:
    """What each name that is hardly anywhere else says of the document's countries."""
    votes: dict[str, Counter[str]] = {}
    for text in dict.fromkeys(texts):
        ranked = sorted(known[text], key=_prior, reverse=True)
        if not ranked or not ranked[0].place.country:
            continue
        if len(ranked) == 1 or _prior(ranked[0]) - _prior(ranked[1]) > _CLEAR:
            place = ranked[0].place
            votes[text] = Counter({place.country: 2 if place.kind is PlaceKind.COUNTRY else 1})
    return votes


def _shares(votes: Counter[str], own: Counter[str] | None) -> Mapping[str, float]:
    """The share of each country in the votes of the other names."""
    others = votes - own if own else votes
    total = sum(others.values())
    return {country: count / total for country, count in others.items()}


def _choose(
    name: PlaceName,
    known: Mapping[str, Sequence[Candidate]],
    shares: Mapping[str, float],
    language: str,
) -> LinkedPlace | None:
    candidates = known[name.text]
    if not candidates:
        return None
    containers = [one.place for one in known[name.inside]] if name.inside else []
    countries = {one.place.country for one in candidates if one.place.kind is PlaceKind.COUNTRY}
    scored = sorted(
        (
            (
                _prior(one)
                + _support(one.place, shares, countries)
                + _CONTAINED * _is_inside(one.place, containers)
                + _preposition(one.place, name.before, language),
                one.place,
            )
            for one in candidates
        ),
        key=lambda pair: (-pair[0], pair[1].number),
    )
    top = scored[0][0]
    weights = [math.exp(_SHARPNESS * (score - top)) for score, _ in scored]
    total = sum(weights)
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


def _support(place: Place, shares: Mapping[str, float], countries: AbstractSet[str]) -> float:
    """What the document's other places add; ``countries`` bear the same name."""
    share = shares.get(place.country, 0.0)
    namesake = place.kind is PlaceKind.REGION and bool(countries - {place.country})
    return (_NAMESAKE_VOTES if namesake else _VOTES) * share


def _is_inside(place: Place, containers: Sequence[Place]) -> bool:
    return any(
        container.number != place.number
        and (
            (container.kind is PlaceKind.COUNTRY and container.country == place.country)
            or (container.kind is PlaceKind.REGION and container.division == place.division)
        )
        for container in containers
    )


def _preposition(place: Place, before: str, language: str) -> float:
    """French tells "à Luxembourg" from "au Luxembourg"."""
    if place.kind is PlaceKind.CITY:
        return _PREPOSITION * (before in _AT_CITY.get(language, ()))
    return _PREPOSITION * (before in _AT_COUNTRY.get(language, ()))
