"""What the form of a name and the words around it say: people, places, things, no name."""

from __future__ import annotations

import pytest

from schemas.item import EntityType
from streams.enrich import triggers
from streams.enrich.found import Found
from streams.enrich.recognise import Span
from streams.enrich.triggers_places import parted

PERSON, PLACE, ORGANISATION = EntityType.PERSON, EntityType.PLACE, EntityType.ORGANISATION
OTHER = EntityType.OTHER
PLACES = frozenset({"Rouen", "Odesa", "Kourou", "Vin", "Dax"})


def retyped(text: str, name: str, kind: EntityType, language: str) -> list[tuple[str, EntityType]]:
    start = text.index(name)
    found = Found(start, start + len(name), name, kind, 0.8, "model")
    names = triggers.retyped(text, [found], language, PLACES.__contains__)
    return [(one.text, one.type) for one in names]


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("Mayor Ada Zorg rode the car.", PERSON),
        ("Interior ministers Ada Zorg and others met.", PERSON),
        ("Works council chair Ada Zorg spoke.", PERSON),
        ('"No," said Ada Zorg.', PERSON),
        ("Ada Zorg, a strategist at a bank, left.", PERSON),
        ("Ada Zorg, 17, left.", PERSON),
        ("according to its director, Ada Zorg.", PERSON),
        ("according to the director of research, Ada Zorg.", PERSON),
        # The role is somebody else's, or nobody's.
        ("Ada Zorg, a maker of toys, left.", ORGANISATION),
        ("Ada Zorg, whose director left, closed.", PERSON),
        ("Ada Zorg, its director's firm, closed.", ORGANISATION),
        ("The director spoke to Ada Zorg.", ORGANISATION),
        ("It said Ada Zorg fell.", ORGANISATION),
    ],
)
def test_a_role_an_age_or_speech_makes_a_person(text: str, right: EntityType) -> None:
    assert retyped(text, "Ada Zorg", ORGANISATION, "en") == [("Ada Zorg", right)]


def test_one_word_is_no_person_by_what_follows() -> None:
    assert retyped("Zorg, a champion, left.", "Zorg", ORGANISATION, "en") == [
        ("Zorg", ORGANISATION)
    ]


@pytest.mark.parametrize(
    ("text", "name", "right"),
    [
        ("Davor Zorg said no.", "Zorg", "Davor Zorg"),
        ("Davor Zorg fell.", "Zorg", "Zorg"),
        ("Minister Zorg said no.", "Zorg", "Zorg"),
        ("Then Zorg said no.", "Zorg", "Zorg"),
        ("Croatian Zorg said no.", "Zorg", "Zorg"),
        ("And Davor Zorg said no.", "Zorg", "Zorg"),
    ],
)
def test_a_speaker_at_the_start_has_a_first_name(text: str, name: str, right: str) -> None:
    assert retyped(text, name, PERSON, "en") == [(right, PERSON)]


@pytest.mark.parametrize(
    ("text", "name", "language", "right"),
    [
        ("on Lake Zorg today", "Lake Zorg", "en", PLACE),
        ("in Zorg Street today", "Zorg Street", "en", PLACE),
        ("under the Zorg peninsula", "Zorg", "en", PLACE),
        ("the wharves at Zorg would", "Zorg", "en", PLACE),
        ("the islands of Brac and Zorg were", "Zorg", "en", PLACE),
        ("ZORG, Norway — Rain fell.", "ZORG", "en", PLACE),
        ("ZORG (Nordwire) — Rain fell.", "ZORG", "en", PLACE),
        ("ZORG fell.", "ZORG", "en", ORGANISATION),
        ("an analyst at Zorg said", "Zorg", "en", ORGANISATION),
        ("le parc Zorg Street hier", "Zorg Street", "fr", ORGANISATION),
        ("vive en Pino Zorg desde", "Pino Zorg", "es", ORGANISATION),
        ("bajo el parque de Ana Zorg hoy", "Ana Zorg", "es", PLACE),
    ],
)
def test_places_by_their_form_and_what_is_there(
    text: str, name: str, language: str, right: EntityType
) -> None:
    assert retyped(text, name, ORGANISATION, language) == [(name, right)]


def test_a_spanish_name_that_something_is_in_is_no_person() -> None:
    assert retyped("vive en Pino Zorg desde", "Pino Zorg", PERSON, "es") == [("Pino Zorg", PLACE)]


@pytest.mark.parametrize(
    ("text", "name", "language", "right"),
    [
        ("the car deck of the Sveti Zorg", "Sveti Zorg", "en", OTHER),
        ("the aircraft carrier Carl Zorg", "Carl Zorg", "en", OTHER),
        ("lancement du satellite européen d'observation Zorg", "Zorg", "fr", OTHER),
        ("the broader Zorg index rose", "Zorg", "en", OTHER),
        ("the Zorg Stock Exchange index rose", "Zorg Stock Exchange", "en", ORGANISATION),
        ("l'indice Dax gagne", "Dax", "fr", OTHER),
        ("won the Zorg Cup again", "Zorg Cup", "en", OTHER),
        ("the deck of cards, Zorg", "Zorg", "en", ORGANISATION),
    ],
)
def test_vessels_indexes_and_contests_are_things(
    text: str, name: str, language: str, right: EntityType
) -> None:
    assert retyped(text, name, ORGANISATION, language) == [(name, right)]


@pytest.mark.parametrize(
    ("text", "name", "language", "kept"),
    [
        ("Agriculture Secretary Ada Zorg", "Agriculture", "en", False),
        ("le ministre suisse de l'Environnement Lukas Zorg", "Environnement", "fr", False),
        ("12 milliards de francs CFA pour", "CFA", "fr", False),
        ("Agriculture is down", "Agriculture", "en", True),
        ("UAE Minister Ada Zorg", "UAE", "en", True),
        ("le ministère de l'Environnement", "Environnement", "fr", True),
    ],
)
def test_a_portfolio_and_a_currency_are_no_names(
    text: str,
    name: str,
    language: str,
    kept: bool,  # noqa: FBT001
) -> None:
    assert bool(retyped(text, name, ORGANISATION, language)) is kept


@pytest.mark.parametrize(
    ("name", "right"),
    [
        ("Rouen and Odesa", [("Rouen", PLACE), ("Odesa", PLACE)]),
        ("Rouen and Zorg", [("Rouen and Zorg", ORGANISATION)]),
        ("URGENT - Kourou", [("Kourou", PLACE)]),
        ("BASEBALL - Zorg League", [("Zorg League", ORGANISATION)]),
        ("Zorg - Vin", [("Zorg", ORGANISATION), ("Vin", ORGANISATION)]),
        ("J. - C.", [("J. - C.", ORGANISATION)]),
        ("Zorg-Kourou", [("Zorg-Kourou", ORGANISATION)]),
    ],
)
def test_two_names_in_one_are_parted(name: str, right: list[tuple[str, EntityType]]) -> None:
    spans = parted(name, [Span(0, len(name), ORGANISATION, 0.8)], PLACES.__contains__)
    assert [(name[span.start : span.end], span.type) for span in spans] == right


def test_a_long_run_of_names_and_dashes_is_read_at_once() -> None:
    text = "Zorg - " * 3_000 + "of the Zorg and " * 1_000
    span = Span(0, len(text), ORGANISATION, 0.8)
    assert len(list(parted(text, [span], PLACES.__contains__))) > 1_000
    names = [Found(n, n + 4, "Zorg", ORGANISATION, 0.8, "model") for n in range(0, 21_000, 7)]
    assert len(list(triggers.retyped(text, names, "en", PLACES.__contains__))) == len(names)
