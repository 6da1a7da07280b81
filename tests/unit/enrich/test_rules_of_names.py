"""Types from the words beside a name, clubs, rows of results, and names by their capitals."""

from __future__ import annotations

import re

import pytest

from schemas.item import EntityType
from streams.enrich import triggers
from streams.enrich.capitals import capitalised
from streams.enrich.found import Found
from streams.enrich.names_series import of_one_type
from streams.enrich.recognise import Span
from streams.enrich.rows import rows

PERSON, PLACE, ORGANISATION = EntityType.PERSON, EntityType.PLACE, EntityType.ORGANISATION
OTHER = EntityType.OTHER
PLACES = frozenset({"Lyon", "Liège", "Londres", "Norvège"})


def found(text: str, name: str, kind: EntityType) -> Found:
    start = text.index(name)
    return Found(start, start + len(name), name, kind, 0.8, "model")


def retyped(text: str, name: str, kind: EntityType, language: str) -> list[EntityType]:
    names = triggers.retyped(text, [found(text, name, kind)], language, PLACES.__contains__)
    return [one.type for one in names]


@pytest.mark.parametrize(
    ("text", "name", "kind", "language", "right"),
    [
        ("dans la ville de Zorg hier", "Zorg", PERSON, "fr", PLACE),
        ("in the city of Zorg today", "Zorg", PERSON, "en", PLACE),
        ("en la provincia de Zorg", "Zorg", ORGANISATION, "es", PLACE),
        ("le groupe Zorg recule", "Zorg", PERSON, "fr", ORGANISATION),
        ("le groupe suisse Zorg recule", "Zorg", PLACE, "fr", ORGANISATION),
        ("der Konzern Zorg meldet", "Zorg", PERSON, "de", ORGANISATION),
        ("le président Zorg parle", "Zorg", ORGANISATION, "fr", PERSON),
        ("the dissident Zorg spoke", "Zorg", ORGANISATION, "en", PERSON),
        # What is not beside the name says nothing of it.
        ("le directeur du Zorg parle", "Zorg", ORGANISATION, "fr", ORGANISATION),
        ("le président avec Zorg", "Zorg", ORGANISATION, "fr", ORGANISATION),
        ("le joueur Lyon", "Lyon", PLACE, "fr", PLACE),
        ("avec Zorg Airlines hier", "Zorg Airlines", PLACE, "fr", ORGANISATION),
        ("le film « Zorg » sort", "Zorg", PERSON, "fr", OTHER),
        ('le film " Zorg " sort', "Zorg", PLACE, "fr", OTHER),
        ('selon "Zorg" hier', "Zorg", ORGANISATION, "fr", ORGANISATION),
        ("dans la ville de Zorg hier", "Zorg", PERSON, "xx", PERSON),
    ],
)
def test_the_words_before_a_name_tell_its_type(
    text: str, name: str, kind: EntityType, language: str, right: EntityType
) -> None:
    assert retyped(text, name, kind, language) == [right]


def test_a_word_that_opens_a_sentence_and_is_no_place_is_dropped() -> None:
    assert retyped("Capturés, ils partent.", "Capturés", PLACE, "fr") == []
    assert retyped("Lyon, hier.", "Lyon", PLACE, "fr") == [PLACE]
    assert retyped("Vers Zorg, hier.", "Zorg", PLACE, "fr") == [PLACE]


@pytest.mark.parametrize(
    ("text", "names", "team"),
    [
        ("face aux Zorgs de Lyon", [("Lyon", PLACE)], "Zorgs de Lyon"),
        ("les Grands Zorgs de Lyon", [("Lyon", PLACE)], "Grands Zorgs de Lyon"),
        ("le Zorg de Liège", [("Zorg", ORGANISATION), ("Liège", PLACE)], "Zorg de Liège"),
        ("le Zorg de Liège", [("Zorg", PLACE), ("Liège", PLACE)], "Zorg de Liège"),
        ("les Accords de Londres", [("Londres", PLACE)], None),
        ("le maire de Lyon", [("Lyon", PLACE)], None),
        ("Londres de Lyon", [("Londres", PLACE), ("Lyon", PLACE)], None),
        ("les Zorgs de Vant", [("Vant", PLACE)], None),
        # The model saw nothing; a work is no club.
        ("aux Zorgs de Lyon", [], "Zorgs de Lyon"),
        ("le film « Les Zorgs de Lyon »", [("Lyon", PLACE)], None),
    ],
)
def test_a_club_is_named_after_its_city(
    text: str, names: list[tuple[str, EntityType]], team: str | None
) -> None:
    model = [found(text, name, kind) for name, kind in names]
    clubs = [club.text for club in triggers.teams(text, model, PLACES.__contains__)]
    assert clubs == ([team] if team else [])


@pytest.mark.parametrize(
    ("text", "name", "language", "whole"),
    [
        ("dans le golfe de Zorg hier", "Zorg", "fr", "golfe de Zorg"),
        ("en el mar de Zorg", "Zorg", "es", "mar de Zorg"),
        ("dans la ville de Zorg hier", "Zorg", "fr", "Zorg"),
        ("en Zorgie centrale hier", "Zorgie", "fr", "Zorgie centrale"),
        ("en Zorgie du Sud-Est.", "Zorgie", "fr", "Zorgie du Sud-Est"),
        # No list has it.
        ("en Zorgie orientale hier", "Zorgie", "fr", "Zorgie"),
        ("the gulf of Zorg", "Zorg", "xx", "Zorg"),
    ],
)
def test_words_beside_a_place_make_another_of_it(
    text: str, name: str, language: str, whole: str
) -> None:
    places = {"Zorgie centrale", "Zorgie du Sud-Est"}
    one = triggers.whole(text, found(text, name, PLACE), language, places.__contains__)
    assert one.text == whole == text[one.start : one.end]


@pytest.mark.parametrize(
    ("text", "name", "kinds"),
    [
        ("parmi les Zorgiens hier", "Zorgiens", []),
        ("aux Zorgais", "Zorgais", []),
        ("à Zorgiens", "Zorgiens", [PLACE]),
        ("les Zorgues", "Zorgues", [PLACE]),
    ],
)
def test_a_people_is_no_place(text: str, name: str, kinds: list[EntityType]) -> None:
    assert retyped(text, name, PLACE, "fr") == kinds


@pytest.mark.parametrize(
    ("text", "kinds", "right"),
    [
        ("Ana Vant, Bo Zorg et Li Dun", [ORGANISATION, PERSON, PERSON], [PERSON] * 3),
        ("Ana Vant (8), Bo Zorg, et Li Dun", [PERSON, PERSON, PLACE], [PERSON] * 3),
        ("Zorg, Vant or the Dun", [ORGANISATION, PERSON, ORGANISATION], [ORGANISATION] * 3),
        ("Lyon, Liège et Londres", [PLACE, PERSON, PLACE], [PLACE] * 3),
        # One word is too little for a person; no list has the place, or one has it.
        ("Zorg, Bo Zorg et Li Dun", [ORGANISATION, PERSON, PERSON], None),
        ("Lyon, Liège et Vant", [PLACE, PLACE, PERSON], None),
        ("Ana Vant, Bo Zorg et Lyon", [PERSON, PERSON, PLACE], None),
        # Two say nothing of each other, two and two neither, nor three types.
        ("Ana Vant et Bo Zorg", [ORGANISATION, PERSON], None),
        ("A Vant, B Zorg, C Dun et D Tal", [ORGANISATION, PERSON, ORGANISATION, PERSON], None),
        ("Ana Vant, Bo Zorg et Li Dun", [ORGANISATION, PERSON, PLACE], None),
        # No series.
        ("Ana Vant, Bo Zorg a vu Li Dun", [ORGANISATION, PERSON, PERSON], None),
    ],
)
def test_names_of_a_series_are_of_one_type(
    text: str, kinds: list[EntityType], right: list[EntityType] | None
) -> None:
    written = re.findall(r"[A-Z][\wè]*(?: [A-Z]\w+)?", text)
    names = [found(text, name, kind) for name, kind in zip(written, kinds, strict=True)]
    typed = list(of_one_type(text, names, PLACES.__contains__))
    assert [name.type for name in typed] == (right or kinds)
    assert [name.text for name in typed] == written


@pytest.mark.parametrize(
    ("text", "sides"),
    [
        ("Zorg Utd 2 Vant 0", [("Zorg Utd", ORGANISATION), ("Vant", ORGANISATION)]),
        ("Norvège 1 Zorg 1", [("Norvège", PLACE), ("Zorg", ORGANISATION)]),
        ("Zorg 4 2 1 1 5 3 7", [("Zorg", ORGANISATION)]),
        ("ZORG 84 50 .627 -", [("ZORG", ORGANISATION)]),
        ("Zorg 2 Vant 0 hier", []),
        ("En 2015, Zorg", []),
        ("12 34 56", []),
        ("A" * 200 + " 1 B 2", []),
        ("-", []),
        ("", []),
    ],
)
def test_a_row_of_results_names_its_sides(text: str, sides: list[tuple[str, EntityType]]) -> None:
    assert [(one.text, one.type) for one in rows(text, [], PLACES.__contains__)] == sides


def test_a_row_of_a_players_scores_stays_the_players() -> None:
    text = "Ana Zorg 71 70 69 70"
    assert list(rows(text, [found(text, "Ana Zorg", PERSON)], PLACES.__contains__)) == []


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("dijo Ana Zorita ayer", [("Ana Zorita", PERSON)]),
        ("dijo Juan de la Zorga", [("Juan de la Zorga", PERSON)]),
        ("Ana Zorita y Luis Vanto", [("Ana Zorita", PERSON), ("Luis Vanto", PERSON)]),
        ("Ayer Ana Zorita", [("Ana Zorita", PERSON)]),
        ("el Ministerio de Zorga", [("Ministerio de Zorga", ORGANISATION)]),
        ("el ZGP pidió", [("ZGP", ORGANISATION)]),
        ("Alfonso XIII", [("Alfonso XIII", PERSON)]),
        ("el siglo XIII", []),
        ("la Copa Zorga", []),
        ("Según Zorita", []),
        ("TODO EN CAPITALES", []),
        ("gana al Adecco Zorita", [("Adecco Zorita", ORGANISATION)]),
        ("dijo la Ana Zorita", [("Ana Zorita", PERSON)]),
        ("el II Congreso de Zorga", []),
        ("dijo V. Zorita Luz", [("V. Zorita Luz", PERSON)]),
        ("el Poder Judicial", [("Poder Judicial", ORGANISATION)]),
    ],
)
def test_capitals_name_people_and_institutions(
    text: str, names: list[tuple[str, EntityType]]
) -> None:
    assert [(text[one.start : one.end], one.type) for one in capitalised(text, [])] == names


def test_a_run_that_is_a_place_is_left_to_the_gazetteer() -> None:
    text = "en Nueva Zorga"
    assert capitalised(text, [Span(3, len(text), PLACE, 0.9)]) == []
