"""The sample dispatch, whose text is not ours: read beside the project, skipped where absent."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from schemas.item import EntityType, Item, Paragraph
from streams.enrich import Enricher

SAMPLE = Path(__file__).resolve().parents[3] / "../shared/samples/afp-syrie.txt"
pytestmark = pytest.mark.skipif(not SAMPLE.is_file(), reason="the sample dispatch is not here")

PLACES = {
    "163843": "SY",  # Syria
    "2017370": "RU",  # Russia
    "2643743": "GB",  # London
    "250441": "JO",  # Amman
    "2660646": "CH",  # Geneva
    "2867714": "DE",  # Munich
    "2800866": "BE",  # Brussels
    "170654": "SY",  # Damascus
    "6252001": "US",  # United States
}


@pytest.fixture(scope="module")
def item(enricher: Enricher) -> Item:
    lines = SAMPLE.read_text("utf-8").split("\n")
    plain = Item(
        id="sample@1",
        item_key="sample",
        order_key="1",
        language="fr",
        # Not in the message: the day on which it was sent.
        version_created=datetime(2016, 2, 14, 2, 0, tzinfo=UTC),
        headline=lines[5],
        paragraphs=tuple(Paragraph(text=line) for line in lines[7:28] if line.strip()),
    )
    assert len(plain.paragraphs) == 11
    return enricher.enrich([plain])[0]


def named(item: Item, kind: EntityType) -> dict[str, list[str]]:
    return {
        entity.name: [mention.text for mention in entity.mentions]
        for entity in item.entities
        if entity.type is kind
    }


def test_each_person_is_one_entity_with_all_its_mentions(item: Item) -> None:
    people = named(item, EntityType.PERSON)
    assert people == {
        "John Kerry": [
            "Kerry",
            "John Kerry",
            "Kerry",
            "John Kerry",
            "Kerry",
            "John Kerry",
            'John "Kerry',
        ],
        "Sergueï Lavrov": ["Lavrov", "Sergueï Lavrov", "Lavrov"],
        "John Kirby": ["John Kirby", "Kirby"],
        "Federica Mogherini": ["Federica Mogherini"],
        "Assad": ["Assad"],
    }


def test_each_place_has_its_geonames_id_and_iso_code(item: Item) -> None:
    found = {
        entity.ids.get("geonames"): entity.ids.get("iso3166")
        for entity in item.entities
        if entity.type is EntityType.PLACE
    }
    assert found == PLACES


def test_organisations_are_named_as_newsrooms_do(item: Item) -> None:
    assert set(named(item, EntityType.ORGANISATION)) == {
        "ONU",
        "Union européenne",
        "département d'État",
        "Groupe international de soutien à la Syrie",
    }
    issg = named(item, EntityType.ORGANISATION)["Groupe international de soutien à la Syrie"]
    assert issg[1:] == ["ISSG", "ISSG"]


def test_the_quotes_have_their_speakers_and_terms_are_none(item: Item) -> None:
    names = {entity.id: entity.name for entity in item.entities}
    found = [(quote.text.split()[:2], names[quote.speaker or ""]) for quote in item.quotes]
    assert found == [
        (["Le", "secrétaire"], "John Kirby"),
        (["encore", "beaucoup"], "John Kerry"),
        (["Ils", "ont"], "Union européenne"),
        (["Kerry", "a"], "John Kirby"),
        (["Les", "Etats-Unis"], "John Kirby"),
    ]


def test_the_dates_are_resolved_against_the_day_it_was_sent(item: Item) -> None:
    assert [(found.text.lower(), found.value) for found in item.dates] == [
        ("samedi", "2016-02-13"),
        ("samedi", "2016-02-13"),
        ("samedi", "2016-02-13"),
        ("11-12 février", "2016-02-11/2016-02-12"),
        ("vendredi 19 février", "2016-02-19"),
        ("vendredi", "2016-02-12"),
        ("samedi", "2016-02-13"),
        ("samedi", "2016-02-13"),
    ]


def test_who_the_headline_names_is_the_most_salient(item: Item) -> None:
    assert [entity.name for entity in item.entities[:3]] == [
        "John Kerry",
        "Syrie",
        "Sergueï Lavrov",
    ]


def test_offsets_count_code_points_of_the_items_text(item: Item) -> None:
    mentions = [mention for entity in item.entities for mention in entity.mentions]
    assert mentions
    assert all(item.text[mention.start : mention.end] == mention.text for mention in mentions)
    spans = sorted((mention.start, mention.end) for mention in mentions)
    assert all(left[1] <= right[0] for left, right in pairwise(spans))
