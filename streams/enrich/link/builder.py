"""Collects places and their names into the arrays of a base.

It must not know where places come from: ``build`` reads the packages and our tables.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from streams.enrich.link.layout import (
    CODE_DTYPE,
    LANGUAGE_DTYPE,
    NO_POSITION,
    PLACE_DTYPE,
    POSITION_UNITS,
    POSTING_DTYPE,
    AliasFlag,
    PlaceArrays,
    PlaceKind,
    alias_hash,
)
from streams.folding import fold

_ACRONYM_LETTERS = 4
_ACRONYM = int(AliasFlag.ACRONYM)
_NARROW = int(AliasFlag.ACRONYM | AliasFlag.ABBREVIATION)
_MAX_POPULATION = 0xFFFFFFFF
# Most places of one name that are kept, best first. GeoNames has 150 villages called Santa Cruz:
# the document that means the hundredth does not say so, and every lookup would weigh them all.
MAX_NAMESAKES = 40


class Centre:
    """The centre of population of what is added: the mean on the sphere, by inhabitants."""

    def __init__(self) -> None:
        self._x = self._y = self._z = 0.0

    def add(self, latitude: float, longitude: float, population: int) -> None:
        """Add a city; degrees."""
        phi, lam = math.radians(latitude), math.radians(longitude)
        weight = float(max(1, population))
        self._x += weight * math.cos(phi) * math.cos(lam)
        self._y += weight * math.cos(phi) * math.sin(lam)
        self._z += weight * math.sin(phi)

    def position(self) -> tuple[float, float]:
        """Latitude and longitude, degrees."""
        latitude = math.atan2(self._z, math.hypot(self._x, self._y))
        return math.degrees(latitude), math.degrees(math.atan2(self._y, self._x))


class Builder:
    """Collects places and their names; the same calls in the same order give the same arrays."""

    def __init__(self) -> None:
        self._rows: list[list[int | bytes]] = []
        self._names = bytearray()
        self._codes: dict[str, int] = {"": 0}
        self._postings: dict[str, dict[int, int]] = {}
        self._languages: list[tuple[bytes, int]] = []

    def place(
        self,
        name: str,
        kind: PlaceKind,
        *,
        geonames: int = 0,
        country: str = "",
        population: int = 0,
        capital: bool = False,
        code: str = "",
        part_of: str = "",
        position: tuple[float, float] | None = None,
    ) -> int:
        """The number of a new place, which has its own name already."""
        start = len(self._names)
        self._names += name.encode()
        latitude, longitude = (
            (round(position[0] * POSITION_UNITS), round(position[1] * POSITION_UNITS))
            if position
            else (NO_POSITION, NO_POSITION)
        )
        self._rows.append(
            [
                geonames,
                country.encode(),
                int(kind),
                int(capital),
                0,
                max(0, min(population, _MAX_POPULATION)),
                self._codes.setdefault(code, len(self._codes)),
                self._codes.setdefault(part_of, len(self._codes)),
                latitude,
                longitude,
                start,
                len(self._names),
            ]
        )
        number = len(self._rows) - 1
        self.alias(number, name, AliasFlag.PRIMARY)
        return number

    def alias(self, place: int, name: str, flags: int = 0, *, if_free: bool = False) -> None:
        """Add a name to a place; flags of the same name add up.

        Args:
            place: its number.
            name: as it is written.
            flags: what is known of the name.
            if_free: only if no place bears the name yet.
        """
        folded = fold(name)
        if not folded:
            return
        places = self._postings.get(folded)
        if places is None:
            places = self._postings[folded] = {}
        elif if_free:
            return
        if is_acronym(name):
            flags |= _ACRONYM
        known = places.get(place)
        if known is not None:
            # Found both as a word and as an acronym or an abbreviation it may be written as a word.
            flags = ((known | flags) & ~_NARROW) | (known & flags & _NARROW)
        places[place] = int(flags)

    def is_borne(self, name: str) -> bool:
        """Whether a place bears this name."""
        return fold(name) in self._postings

    def bearers(self, name: str) -> Sequence[int]:
        """The places that bear this name."""
        return tuple(self._postings.get(fold(name), ()))

    def geonames(self, place: int) -> int:
        """The GeoNames id of a place, 0 where it has none."""
        return int(self._rows[place][0])

    def seat(self, place: int) -> None:
        """Note that a region has a city of its own name."""
        self._rows[place][4] = 1

    def populate(self, place: int, population: int, centre: Centre) -> None:
        """Give a region the inhabitants of its cities, a place without a position their centre."""
        row = self._rows[place]
        if row[5] == 0:
            row[5] = min(population, _MAX_POPULATION)
        if row[8] == NO_POSITION:
            latitude, longitude = centre.position()
            row[8], row[9] = round(latitude * POSITION_UNITS), round(longitude * POSITION_UNITS)

    def language(self, country: str, flags: int) -> None:
        """Say which of the base's languages are official in a country."""
        if flags:
            self._languages.append((country.encode(), flags))

    def arrays(self, version: str) -> PlaceArrays:
        """What was collected, sorted by hash."""
        hashed = [(alias_hash(name), name) for name in self._postings]
        hashed.sort()
        by_hash = [(value, self._largest(self._postings[name])) for value, name in hashed]
        postings = [item for _, found in by_hash for item in found]
        starts = np.zeros(len(hashed) + 1, dtype="<u4")
        np.cumsum([len(found) for _, found in by_hash], out=starts[1:])
        return PlaceArrays(
            version=version,
            places=np.array([tuple(row) for row in self._rows], dtype=PLACE_DTYPE),
            names=np.frombuffer(bytes(self._names), dtype=np.uint8),
            hashes=np.array([value for value, _ in hashed], dtype="<u8"),
            starts=starts,
            postings=np.array(postings, dtype=POSTING_DTYPE),
            codes=np.array([code.encode() for code in self._codes], dtype=CODE_DTYPE),
            languages=np.array(sorted(self._languages), dtype=LANGUAGE_DTYPE),
        )

    def _largest(self, found: dict[int, int]) -> list[tuple[int, int]]:
        """The postings of a name, fewest if there are too many: no city before all else."""
        if len(found) == 1:
            return list(found.items())
        if len(found) <= MAX_NAMESAKES:
            return sorted(found.items())
        ranked = sorted(
            found.items(),
            key=lambda item: (
                self._rows[item[0]][2] == PlaceKind.CITY,
                -int(self._rows[item[0]][5]),
                item[0],
            ),
        )
        return sorted(ranked[:MAX_NAMESAKES])


def is_acronym(name: str) -> bool:
    """Whether a name is a few capitals ("USA", "U.S."), and so no word in small letters."""
    if len(name) > 2 * _ACRONYM_LETTERS:
        return False
    letters = [char for char in name if char.isalpha()]
    return 0 < len(letters) <= _ACRONYM_LETTERS and all(char.isupper() for char in letters)
