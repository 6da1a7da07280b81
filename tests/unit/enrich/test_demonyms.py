from __future__ import annotations

import tomllib
from collections import Counter
from pathlib import Path

import pytest
from babel import Locale

from schemas.item import Item, Paragraph
from streams.enrich import EnrichConfig, Enricher, demonyms
from streams.enrich.demonyms import countries_of

TABLE = tomllib.loads(Path(demonyms.__file__).with_name("demonyms.toml").read_text("utf-8"))


@pytest.mark.parametrize(
    ("text", "language", "countries"),
    [
        ("le régime syrien", "fr", {"SY"}),
        ("l'armée syrienne et les Syriennes", "fr", {"SY"}),
        ("une île grecque, des îles turques", "fr", {"GR", "TR"}),
        ("les autorités nord-coréennes", "fr", {"KP"}),
        ("the Syrian regime and Russians", "en", {"SY", "RU"}),
        # A verb, a longer word, two states, the country itself.
        ("to polish the plans", "en", set()),
        ("l'accord franco-syrien", "fr", set()),
        ("les autorités congolaises", "fr", set()),
        ("la Syrie", "fr", set()),
        ("le régime syrien", "en", set()),
        ("das syrische Regime", "de", set()),
        ("", "fr", set()),
    ],
)
def test_a_demonym_tells_its_country(text: str, language: str, countries: set[str]) -> None:
    assert countries_of([text], language) == countries


def test_no_form_is_of_two_countries() -> None:
    for language in ("fr", "en"):
        written = Counter(
            demonym for names in TABLE.values() for demonym in names.get(language, "").split()
        )
        forms: dict[str, str] = {}
        for country, names in TABLE.items():
            for demonym in names.get(language, "").split():
                assert written[demonym] == 1
                for ending in ("", "s", "e", "es", "ne", "nes") if language == "fr" else ("", "s"):
                    assert forms.setdefault(demonym + ending, country) == country


@pytest.fixture(scope="module")
def enricher() -> Enricher:
    return Enricher(EnrichConfig(recogniser="gazetteer"))


def test_every_code_of_the_table_is_a_countrys() -> None:
    assert all(len(country) == 2 for country in TABLE)
    assert set(TABLE) <= set(Locale("en").territories)


@pytest.mark.parametrize(
    ("text", "language", "country"),
    [
        ("Les forces vénézuéliennes sont à Valencia.", "fr", "VE"),
        ("La police espagnole est à Valencia.", "fr", "ES"),
        ("Venezuelan police arrived in Merida yesterday.", "en", "VE"),
        ("Mexican police arrived in Merida yesterday.", "en", "MX"),
    ],
)
def test_a_demonym_says_which_of_two_cities(
    enricher: Enricher, text: str, language: str, country: str
) -> None:
    (city,) = enricher.enrich([item(text, language)])[0].entities
    assert city.place is not None
    assert city.place.country == country


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Le régime syrien, les Syriens et l'opposition syrienne.", "fr"),
        ("The Syrian regime and the Syrians.", "en"),
    ],
)
def test_a_demonym_is_no_mention(text: str, language: str) -> None:
    assert Enricher().enrich([item(text, language)])[0].entities == ()


def item(text: str, language: str) -> Item:
    return Item(
        id="test@1",
        item_key="test",
        order_key="1",
        language=language,
        paragraphs=(Paragraph(text=text),),
    )
