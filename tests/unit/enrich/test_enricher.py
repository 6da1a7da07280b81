from __future__ import annotations

import pickle
from collections.abc import Sequence
from dataclasses import replace

import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from schemas.item import Audit, Dateline, EntityType, Item, Paragraph, PubStatus
from streams.decode.profiles import load_profiles
from streams.enrich import EnrichConfig, Enricher
from streams.enrich.cost import measure_cost
from streams.enrich.recognise import Span
from streams.errors import ConfigError


def an_item(*paragraphs: str, headline: str | None = None, language: str | None = "fr") -> Item:
    return Item(
        id="test@1",
        item_key="test",
        order_key="1",
        language=language,
        headline=headline,
        paragraphs=tuple(Paragraph(text=text) for text in paragraphs),
    )


DISPATCH = an_item(
    "La ministre Anna Dupont a quitté Londres mardi pour Damas, a annoncé l'ONU.",
    "Mme Dupont doit y rencontrer M. Omar al-Amin.",
    headline="Syrie: Dupont en visite",
)


def names_of(item: Item, kind: EntityType) -> dict[str, int]:
    return {entity.name: entity.count for entity in item.entities if entity.type is kind}


def test_names_become_entities(enricher: Enricher) -> None:
    (item,) = enricher.enrich([DISPATCH])
    assert names_of(item, EntityType.PERSON) == {"Anna Dupont": 3, "Omar al-Amin": 1}
    assert names_of(item, EntityType.PLACE) == {"Syrie": 1, "Londres": 1, "Damas": 1}
    assert names_of(item, EntityType.ORGANISATION) == {"ONU": 1}
    salience = [entity.salience for entity in item.entities]
    assert salience == sorted(salience, reverse=True)


def test_only_what_was_found_and_warnings_are_added(enricher: Enricher) -> None:
    (item,) = enricher.enrich([DISPATCH])
    added = {"entities": (), "quotes": (), "dates": (), "topics": (), "kb_version": None}
    assert item.model_copy(update=added) == DISPATCH
    assert Item.model_validate_json(item.model_dump_json()) == item


def test_items_come_back_in_order_whatever_the_batch(enricher: Enricher) -> None:
    items = [
        DISPATCH,
        an_item("Barack Obama visited Germany.", language="en"),
        an_item("Viaje a Madrid.", language="es"),
        an_item(),
        DISPATCH.model_copy(update={"pubstatus": PubStatus.CANCELED, "paragraphs": ()}),
        an_item("Nothing is known of the language.", language=None),
    ]
    together = enricher.enrich(items)
    assert [item.id for item in together] == [item.id for item in items]
    assert together == [enricher.enrich([item])[0] for item in items]
    assert enricher.enrich(items[::-1]) == together[::-1]
    assert together == Enricher(EnrichConfig(cached_paragraphs=0)).enrich(items)
    assert enricher.enrich([]) == []


def test_an_item_without_text_and_a_cancelled_one_pass_unchanged(enricher: Enricher) -> None:
    empty = an_item()
    blank = an_item(" ", "")
    cancelled = DISPATCH.model_copy(update={"pubstatus": PubStatus.CANCELED})
    assert enricher.enrich([empty, blank, cancelled]) == [empty, blank, cancelled]


def test_a_language_without_a_model_says_so_and_is_read_by_rules(enricher: Enricher) -> None:
    plain = an_item(
        "El Sr. Aznar llegó a Madrid, dijo el Ministerio de Defensa.",
        "El alcalde Iker Zorita le esperaba.",
        language="es-ES",
    )
    plain = plain.model_copy(update={"audit": Audit(warnings=("earlier",))})
    (item,) = enricher.enrich([plain])
    assert item.audit.warnings == ("earlier", "enrich-no-model:es")
    assert [(entity.type, entity.name, entity.mentions[0].via) for entity in item.entities] == [
        (EntityType.PERSON, "Aznar", "honorific"),
        (EntityType.PLACE, "Madrid", "gazetteer"),
        (EntityType.ORGANISATION, "Ministerio de Defensa", "capitals"),
        (EntityType.PERSON, "Iker Zorita", "capitals"),
    ]
    assert item.entities[1].ids["geonames"] == "3117735"


def test_enriching_twice_changes_nothing(enricher: Enricher) -> None:
    spanish = an_item("Viaje a Madrid.", language="es")
    once = enricher.enrich([DISPATCH, spanish])
    assert enricher.enrich(once) == once


def test_a_gazetteer_asked_for_is_no_want_of_a_model() -> None:
    (item,) = Enricher(EnrichConfig(recogniser="gazetteer")).enrich([DISPATCH])
    assert item.audit.warnings == ()
    assert set(names_of(item, EntityType.PLACE)) == {"Syrie", "Londres", "Damas"}


def test_an_unknown_recogniser_is_a_mistake_of_the_settings() -> None:
    with pytest.raises(ConfigError, match="gazetteer"):
        Enricher(EnrichConfig(recogniser="magic")).enrich([DISPATCH])


def test_of_what_is_too_long_the_beginning_is_read_with_a_warning(enricher: Enricher) -> None:
    long = "Un mot de Lyon. " * 65_536
    assert len(long) > 1_000_000
    (item,) = enricher.enrich([an_item(long, "M. Dupont est à Londres.")])
    assert item.audit.warnings == ("enrich-too-long",)
    assert names_of(item, EntityType.PERSON) == {"Dupont": 1}
    places = {entity.name: entity for entity in item.entities if entity.type is EntityType.PLACE}
    assert places["Lyon"].count == 20_000 // len("Un mot de Lyon. ")
    last = places["Londres"].mentions[0]
    assert item.text[last.start :] == "Londres."


def test_a_word_is_not_cut_in_two_to_fit() -> None:
    config = EnrichConfig(recogniser="gazetteer", max_paragraph_chars=10)
    enricher = Enricher(config)
    for text, names in [
        ("Londres, Damas.", {"Londres"}),
        ("De Londres.", {"Londres"}),
        ("De Paris, Londres", {"Paris"}),
        ("Lond" * 10, set()),
    ]:
        (item,) = enricher.enrich([an_item(text)])
        assert set(names_of(item, EntityType.PLACE)) == names
        assert item.audit.warnings == ("enrich-too-long",)


def test_a_budget_of_the_whole_item_is_kept() -> None:
    config = EnrichConfig(recogniser="gazetteer", max_item_chars=30)
    (item,) = Enricher(config).enrich([an_item("De Londres à Damas.", "De Genève à Amman.")])
    assert set(names_of(item, EntityType.PLACE)) == {"Londres", "Damas"}
    assert item.audit.warnings == ("enrich-too-long",)


def test_more_names_than_the_budget_are_left_out_with_a_warning() -> None:
    config = EnrichConfig(recogniser="gazetteer", max_item_names=2)
    (item,) = Enricher(config).enrich([an_item("De Londres à Damas.", "De Genève à Amman.")])
    assert set(names_of(item, EntityType.PLACE)) == {"Londres", "Damas"}
    assert item.audit.warnings == ("enrich-too-many-names",)


def test_tokens_are_counted_where_characters_are_not_enough() -> None:
    config = EnrichConfig(recogniser="gazetteer", max_item_tokens=12)
    marks = "! " * 12
    (item,) = Enricher(config).enrich([an_item("Vers Londres.", marks, "De Genève à Amman.")])
    assert set(names_of(item, EntityType.PLACE)) == {"Londres", "Genève", "Amman"}
    assert item.audit.warnings == ("enrich-too-long",)


def test_five_thousand_names_are_enriched(enricher: Enricher) -> None:
    names = [f"Zorg{n:04d}a Vant{n % 70}o" for n in range(5100)]
    paragraphs = [", ".join(names[k : k + 50]) for k in range(0, 5100, 50)]
    (item,) = enricher.enrich([an_item(*paragraphs, language="es")])
    assert sum(entity.count for entity in item.entities) <= 5000
    assert set(item.audit.warnings) <= {"enrich-no-model:es", "enrich-too-many-names"}


@pytest.mark.parametrize("language", ["fr", "en", "es", "xx", None])
@pytest.mark.parametrize(
    "text",
    [
        "\u202e\u202dabc\u0000",
        "…",
        "عمان تستضيف محادثات السلام",
        "北京和东京",
        "Alpha Beta Gamma " * 1000,
        " ".join(f"Nom{n} Prénom{n}" for n in range(1000)),
        "M. " * 3000,
        "MM. A, " * 2000,
        "A (ABC) " * 1000,
        "\n\n\n",
        "M. " + " " * 19_000,
        "'" * 19_000,
    ],
)
def test_hostile_text_is_enriched_all_the_same(
    enricher: Enricher, text: str, language: str | None
) -> None:
    (item,) = enricher.enrich([an_item(text, headline=text[:50], language=language)])
    for entity in item.entities:
        assert entity.count == len(entity.mentions) > 0
        assert 0 <= entity.salience <= 1
        assert 0 <= entity.confidence <= 1
        for mention in entity.mentions:
            assert item.text[mention.start : mention.end] == mention.text


def test_ten_thousand_capitalised_tokens_are_enriched(enricher: Enricher) -> None:
    paragraphs = [" ".join(f"Zorg{n}" for n in range(k, k + 500)) for k in range(0, 10_000, 500)]
    (item,) = enricher.enrich([an_item(*paragraphs)])
    assert item.audit.warnings == ()


def test_the_same_name_has_the_same_id_everywhere(enricher: Enricher) -> None:
    first, second = enricher.enrich(
        [DISPATCH, an_item("ANNA DUPONT est à Paris.", "Anna Dupont parle.")]
    )
    ids = [
        {entity.id for entity in item.entities if entity.name == "Anna Dupont"}
        for item in (first, second)
    ]
    assert ids[0] == ids[1]
    english, french = enricher.enrich(
        [an_item("The UN said no.", language="en"), an_item("L'ONU a dit non.")]
    )
    assert english.entities[0].id == french.entities[0].id


def test_the_dateline_helps_to_choose() -> None:
    enricher = Enricher(EnrichConfig(recogniser="gazetteer"))
    plain = an_item("He left for Birmingham at noon.", language="en")
    dateline = Dateline(place="Alabama", raw="ALABAMA")
    there = plain.model_copy(update={"dateline": dateline})
    home, away = enricher.enrich([plain, there])
    assert home.entities[0].ids["iso3166"] == "GB"
    assert away.entities[0].ids["iso3166-2"] == "US-AL"


def test_a_president_is_not_the_country_of_his_name(enricher: Enricher) -> None:
    (item,) = enricher.enrich([an_item("Selon M. Hollande, il faut attendre. Hollande insiste.")])
    assert [entity.type for entity in item.entities] == [EntityType.PERSON]


def test_the_settings_can_be_sent_to_another_process() -> None:
    config = replace(EnrichConfig(), cached_paragraphs=7)
    assert pickle.loads(pickle.dumps(config)) == config  # noqa: S301


def test_the_cost_is_told_against_the_bare_model() -> None:
    ticks = iter(range(1000))
    cost = measure_cost([DISPATCH], lambda: float(next(ticks)), rounds=1)
    assert (cost.documents, cost.ratio, cost.speedup) == (1, 1.0, 1.0)
    with pytest.raises(ValueError, match="language"):
        measure_cost([an_item("Hola.", language="es")], lambda: 0.0)


def test_a_feed_that_declares_ever_more_languages_does_not_fill_the_memory() -> None:
    enricher = Enricher(EnrichConfig(recogniser="gazetteer"))
    languages = [f"{first}{last}x" for first in "abcdefghij" for last in "abcdef"]
    items = [an_item("Paris.", language=language) for language in languages]
    enriched = enricher.enrich(items)
    assert [item.language for item in enriched] == languages
    assert all(item.entities for item in enricher.enrich(items[:1]))
    assert len(enricher._recognisers) <= 32


class Threads:
    """A recogniser that notes how many threads its matrix products would have."""

    name, language, version = "fast", "fr", "threads"

    def __init__(self) -> None:
        self.blas: list[int] = []

    def recognise(self, paragraphs: Sequence[str]) -> list[list[Span]]:
        self.blas += [
            library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"
        ]
        return [[] for _ in paragraphs]


def test_every_recogniser_has_one_thread_for_its_products() -> None:
    enricher = Enricher(EnrichConfig(recogniser="gazetteer"))
    threads = Threads()
    enricher._recognisers["fr"] = threads
    with threadpool_limits(2, user_api="blas"):
        enricher.enrich([DISPATCH])
        after = {each["num_threads"] for each in threadpool_info() if each["user_api"] == "blas"}
    assert set(threads.blas) == {1}
    assert after == {2}


def test_a_provider_writes_of_home_as_its_profile_says_unless_the_settings_say_otherwise() -> None:
    toml = 'home = "US"\n[evidence]\nhome = "its handbook says so"'
    profiles = load_profiles({"brestava": toml})
    item = an_item("He left for Birmingham at noon.", language="en")
    ours = item.model_copy(update={"provider": "brestava"})
    config = EnrichConfig(recogniser="gazetteer", profiles=profiles)
    plain, home = Enricher(config).enrich([item, ours])
    (abroad,) = Enricher(replace(config, homes=(("brestava", "GB"),))).enrich([ours])
    countries = [each.entities[0].ids["iso3166"] for each in (plain, home, abroad)]
    assert countries == ["GB", "US", "GB"]
    # What the item itself says weighs more.
    (told,) = Enricher(config).enrich(
        [ours.model_copy(update={"headline": "London, Leeds and Liverpool say no"})]
    )
    assert {each.ids["iso3166"] for each in told.entities if each.name == "Birmingham"} == {"GB"}
