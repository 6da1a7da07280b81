from __future__ import annotations

import pytest

from schemas.item import EntityType
from streams.enrich.names import Beside, repair
from streams.enrich.organisations import lexicon
from streams.enrich.recognise import Span
from streams.enrich.words import canonical

PERSON, PLACE, ORGANISATION = EntityType.PERSON, EntityType.PLACE, EntityType.ORGANISATION
OTHER = EntityType.OTHER


def repaired(
    text: str, *spans: tuple[str, EntityType], language: str = "fr"
) -> list[tuple[str, EntityType, str]]:
    found = [
        Span(text.index(name), text.index(name) + len(name), kind, 0.8) for name, kind in spans
    ]
    return [
        (name.text, name.type, name.via)
        for name in repair(text, found, language, lexicon(language))
    ]


@pytest.mark.parametrize(
    ("text", "span", "language"),
    [
        ("Hier, M. Dupont a parlé.", "M. Dupont", "fr"),
        ("Hier, Mme Dupont a parlé.", "Mme Dupont", "fr"),
        ("Hier, M.\u00a0Dupont a parlé.", "M.\u00a0Dupont", "fr"),
        ("Then Mr. Dupont spoke.", "Mr. Dupont", "en"),
        ("Then Mr Dupont spoke.", "Mr Dupont", "en"),
        ("Then Dr. Dupont spoke.", "Dupont", "en"),
    ],
)
def test_a_title_is_not_of_the_name(text: str, span: str, language: str) -> None:
    assert repaired(text, (span, PERSON), language=language) == [("Dupont", PERSON, "honorific")]


def test_a_title_makes_a_person_that_the_model_missed() -> None:
    assert repaired("Selon M. Zorglub, rien.") == [("Zorglub", PERSON, "honorific")]


def test_a_title_outweighs_the_model() -> None:
    assert repaired("Selon Mme Paris, rien.", ("Paris", PLACE)) == [("Paris", PERSON, "honorific")]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("MM. Dupont et Durand sont venus.", ["Dupont", "Durand"]),
        ("MM. Dupont, Martin et Le Goff sont venus.", ["Dupont", "Martin", "Le Goff"]),
        ("Mmes Anne Dupont et Léa Durand sont venues.", ["Anne Dupont", "Léa Durand"]),
    ],
)
def test_a_plural_title_is_for_each_name(text: str, names: list[str]) -> None:
    assert repaired(text) == [(name, PERSON, "honorific") for name in names]


def test_a_plural_title_splits_what_the_model_joined() -> None:
    text = "MM. Dupont et Durand sont venus."
    names = repaired(text, ("MM. Dupont et Durand", PERSON))
    assert [name for name, _, _ in names] == ["Dupont", "Durand"]


def test_a_quotation_mark_inside_a_name_stays_in_the_span_only() -> None:
    assert repaired('Jean "Dupont a parlé', ('Jean "Dupont', PERSON)) == [
        ('Jean "Dupont', PERSON, "model")
    ]
    assert canonical('Jean "Dupont') == "Jean Dupont"


@pytest.mark.parametrize(
    "word", ["Samedi", "Février", "État", "Etat", "12", "«»", "  ", "dupont", "ministre de l'Oise"]
)
def test_what_names_nothing_is_dropped(word: str) -> None:
    assert repaired(f"x {word} y", (word, PLACE)) == []


@pytest.mark.parametrize(
    ("span", "kind", "left"),
    [
        ("Samedi Dupont", PERSON, "Dupont"),
        ("Dupont samedi", PERSON, "Dupont"),
        ('"Dupont"', PERSON, "Dupont"),
        ("(Dupont", PERSON, "Dupont"),
        ("l'Oise", PLACE, "Oise"),
        ("Oise 2-1", PLACE, "Oise"),
        ("La Haye", PLACE, "La Haye"),
        ("Oise\nSamedi", PLACE, "Oise"),
    ],
)
def test_a_span_is_trimmed_to_the_name(span: str, kind: EntityType, left: str) -> None:
    assert [name for name, _, _ in repaired(f"x {span} y", (span, kind))] == [left]


@pytest.mark.parametrize(
    ("span", "kind", "left"),
    [
        ("the Acme Corp.", ORGANISATION, "Acme Corp."),
        ("Acme's", ORGANISATION, "Acme"),
        ("the Netherlands", PLACE, "Netherlands"),
        ("U.S.", PLACE, "U.S."),
        ("Las Vegas", PLACE, "Las Vegas"),
    ],
)
def test_an_english_span_is_trimmed_to_the_name(span: str, kind: EntityType, left: str) -> None:
    names = repaired(f"x {span} y", (span, kind), language="en")
    assert [name for name, _, _ in names] == [left]


def test_a_department_is_one_organisation_whatever_the_model_cut() -> None:
    text = "a indiqué le département d'Etat."
    expected = [("département d'Etat", ORGANISATION, "lexicon")]
    assert repaired(text, ("département d'", PLACE), ("Etat", PLACE)) == expected
    assert repaired(text, ("département d'Etat", PLACE)) == expected


def test_the_head_of_a_government_is_a_person() -> None:
    assert repaired("le régime Zorglub", ("Zorglub", ORGANISATION)) == [
        ("Zorglub", PERSON, "model")
    ]
    assert repaired("the Zorglub administration", ("Zorglub", ORGANISATION), language="en") == [
        ("Zorglub", PERSON, "model")
    ]


def test_a_wider_organisation_is_not_its_first_word() -> None:
    assert repaired("selon ONU Habitat", ("ONU Habitat", ORGANISATION)) == [
        ("ONU Habitat", ORGANISATION, "model")
    ]


def test_spans_beyond_the_text_do_no_harm() -> None:
    spans = [Span(-5, 3, PERSON, 1.0), Span(2, 999, PLACE, 1.0), Span(9, 4, PLACE, 1.0)]
    for name in repair("Jean Dupont", spans, "fr", lexicon("fr")):
        assert 0 <= name.start < name.end <= len("Jean Dupont")


@pytest.mark.parametrize(
    ("text", "span", "kept"),
    [
        ("sur l'île de Zorg hier", "île de Zorg", "Zorg"),
        ("la communauté urbaine de Zorg", "communauté urbaine de Zorg", "Zorg"),
        ("la province de Zorg", "province de Zorg", "province de Zorg"),
    ],
)
def test_what_a_place_is_is_not_of_its_name(text: str, span: str, kept: str) -> None:
    assert repaired(text, (span, PLACE)) == [(kept, PLACE, "model")]


@pytest.mark.parametrize("kind", [PERSON, OTHER])
def test_a_role_before_a_name_is_a_persons(kind: EntityType) -> None:
    text = "Le Premier ministre Zorg Vant a parlé."
    assert repaired(text, ("Premier ministre Zorg Vant", kind)) == [("Zorg Vant", PERSON, "model")]


def test_a_listed_name_within_a_products_or_an_events_is_no_mention() -> None:
    text = "Avec Google Earth, chez Google."
    assert repaired(text, ("Google Earth", OTHER)) == [
        ("Google Earth", OTHER, "model"),
        ("Google", ORGANISATION, "lexicon"),
    ]


@pytest.mark.parametrize(
    ("text", "event", "places"),
    [
        ("le Tour de France part", "Tour de France", []),
        ("la Coupe du monde en France part", "Coupe du monde en France", ["France"]),
    ],
)
def test_a_place_an_event_is_named_after_is_no_mention(
    text: str, event: str, places: list[str]
) -> None:
    start, found = text.index("France"), text.index(event)
    beside = Beside([Span(start, start + 6, PLACE, 0.9)])
    model = [Span(found, found + len(event), OTHER, 0.5)]
    names = repair(text, model, "fr", lexicon("fr"), beside)
    assert [name.text for name in names if name.type is PLACE] == places


@pytest.mark.parametrize("name", ["J. F. Zorg", "J.F. Zorg", "J. Zorg"])
def test_an_initial_after_a_title_is_of_the_name(name: str) -> None:
    assert repaired(f"Selon M. {name}, rien.") == [(name, PERSON, "honorific")]


def test_a_people_of_a_country_is_no_club() -> None:
    text = "avec les Kurdes de Syrie"
    syria = Span(19, 24, PLACE, 0.9)
    beside = Beside([syria], is_place=lambda name: name in {"Syrie", "Lyon"})
    names = repair(text, [syria], "fr", lexicon("fr"), beside)
    assert [(name.text, name.type) for name in names] == [("Syrie", PLACE)]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("the Zorgland Democratic Party (ZDP) said", "Zorgland Democratic Party"),
        ("the North-Zorg Democratic Party (NZDP) said", "North-Zorg Democratic Party"),
        ("the Zorgland Democratic Party (XDP) said", "Democratic Party"),
        ("the Zorgland Democratic Party (DP) said", "Democratic Party"),
        ("the Zorgland Democratic Party said", "Democratic Party"),
        ("Democratic Party (ZDP) said", "Democratic Party"),
    ],
)
def test_an_acronym_tells_where_its_name_begins(text: str, name: str) -> None:
    (found,) = repair(text, [], "en", lexicon("en"))
    assert found.text == name
    assert bool(found.key) is (name == "Democratic Party")


@pytest.mark.parametrize("text", ["Parti de la Zorgue (PZ) dit", "Parti de la Zorgue (PZ"])
def test_half_a_bracket_is_not_of_a_name(text: str) -> None:
    names = repaired(text, ("Parti de la Zorgue (PZ", ORGANISATION))
    assert names == [("Parti de la Zorgue", ORGANISATION, "model")]
