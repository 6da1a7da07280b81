"""What the whole document says of a name's type."""

from __future__ import annotations

import pytest

from schemas.item import EntityType
from streams.enrich.coreference import PlaceRank
from streams.enrich.found import Block, Found
from streams.enrich.names_votes import agreed, places_in_full

PERSON, PLACE, ORGANISATION = EntityType.PERSON, EntityType.PLACE, EntityType.ORGANISATION
OTHER = EntityType.OTHER
TOWNS = frozenset({"Zorgton"})


def found(
    text: str,
    *names: tuple[str, EntityType],
    told: frozenset[int] = frozenset(),
    via: str = "model",
) -> list[Found]:
    spans, position = [], 0
    for number, (name, kind) in enumerate(names):
        start = text.index(name, position)
        position = start + len(name)
        spans.append(Found(start, position, name, kind, 0.8, via, is_told=number in told))
    return spans


def types(
    text: str,
    *names: tuple[str, EntityType],
    language: str = "en",
    told: frozenset[int] = frozenset(),
) -> list[tuple[str, EntityType]]:
    def place_rank(name: str) -> PlaceRank:
        return PlaceRank.CITY if name in TOWNS else PlaceRank.MINOR

    spans = found(text, *names, told=told)
    kept = agreed(spans, [Block(0, text, is_headline=False)], language, place_rank)
    return [(name.text, name.type) for name in kept]


def test_what_words_beside_one_mention_tell_holds_for_the_others() -> None:
    text = "Zorg Alloys to close. Metals group Zorg Alloys will close."
    names = (("Zorg Alloys", PERSON), ("Zorg Alloys", ORGANISATION))
    assert types(text, *names, told=frozenset({1})) == [("Zorg Alloys", ORGANISATION)] * 2
    assert types(text, *names) == list(names)


def test_mentions_told_to_be_two_things_tell_nothing() -> None:
    text = "Zorg, the ship Zorg, the firm Zorg."
    names = (("Zorg", PLACE), ("Zorg", OTHER), ("Zorg", ORGANISATION))
    assert types(text, *names, told=frozenset({1, 2})) == list(names)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Petar Zorg came. Zorg said no.", PERSON),
        ('Petar Zorg came. "No," said Zorg.', PERSON),
        ("Petar Zorg came. Zorg fell.", ORGANISATION),
        # Another's speech, another's name, and many.
        ("Petar Zorg came, said Zorg owner Bill.", ORGANISATION),
        ("Petar Zorg came. Anna Zorg said no.", ORGANISATION),
        ("Petar Zorg said no.", ORGANISATION),
    ],
)
def test_whose_last_word_speaks_is_a_person(text: str, kind: EntityType) -> None:
    assert types(text, ("Petar Zorg", ORGANISATION)) == [("Petar Zorg", kind)]


def test_whose_last_word_has_a_title_is_a_person() -> None:
    text = "Petar Zorg came. Mr Zorg fell."
    titled = found(text[20:], ("Zorg", PERSON), via="honorific")
    spans = [*found(text, ("Petar Zorg", ORGANISATION)), *titled]
    kept = agreed(spans, [Block(0, text, is_headline=False)], "en", lambda _: PlaceRank.MINOR)
    assert [name.type for name in kept] == [PERSON, PERSON]


def test_the_short_name_of_a_club_is_the_club() -> None:
    text = "For the Lund Zorgs he plays. The Zorgs win."
    names = (("Lund Zorgs", ORGANISATION), ("Zorgs", PERSON))
    assert types(text, *names) == [("Lund Zorgs", ORGANISATION), ("Zorgs", ORGANISATION)]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Ferry burns. The ferry sank.", False),
        ('"Ferry burns," he said of the ferry.', False),
        ("Ferry burns. The boat sank.", True),
        ("He met Ferry on a ferry.", True),
    ],
)
def test_a_word_that_opens_a_sentence_and_is_small_elsewhere_is_no_name(
    text: str,
    kept: bool,  # noqa: FBT001
) -> None:
    assert types(text, ("Ferry", PERSON)) == ([("Ferry", PERSON)] if kept else [])


@pytest.mark.parametrize(
    ("text", "language", "kind"),
    [
        ("Rain fell on Zorgton.", "en", PLACE),
        ("The Zorgton match was the last of the season.", "en", ORGANISATION),
        ("One match was held in Zorgton.", "en", PLACE),
        ("Il pleut sur Zorgton.", "fr", ORGANISATION),
    ],
)
def test_a_town_is_a_club_only_where_sport_is_written_of(
    text: str, language: str, kind: EntityType
) -> None:
    assert types(text, ("Zorgton", ORGANISATION), language=language) == [("Zorgton", kind)]


def test_a_bare_person_that_is_as_often_a_place_is_the_place() -> None:
    names = (("Zorg", PERSON), ("Zorg", PLACE))
    assert types("To Zorg. From Zorg.", *names) == [("Zorg", PLACE)] * 2
    text = "To Zorg. By Zorg. From Zorg."
    assert types(text, names[0], *names) == [("Zorg", PERSON), *names]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Cameras on the Sveti Zorg saw it. The ferry left, the ship sank.", False),
        ("Cameras on the Sveti Zorg saw it. The ferry left.", True),
        ("He told the Sveti Zorg. The ferry left, the ship sank.", True),
    ],
)
def test_what_things_are_on_is_a_vessel_where_ships_are_written_of(
    text: str,
    kept: bool,  # noqa: FBT001
) -> None:
    ((_, kind),) = types(text, ("Sveti Zorg", ORGANISATION))
    assert kind is (ORGANISATION if kept else OTHER)


def test_demonyms_and_nouns_of_many_are_no_organisations() -> None:
    assert types("On the Kazakh steppe.", ("Kazakh", ORGANISATION)) == []
    assert types("Rangers near Zorg dug.", ("Rangers", ORGANISATION)) == []
    assert types("He saw Rangers near Zorg.", ("Rangers", ORGANISATION)) != []
    text = "Rangers in form won the match of the season."
    assert types(text, ("Rangers", ORGANISATION)) != []


def test_a_listed_name_is_what_the_list_says() -> None:
    text = "Rain fell on Zorgton."
    (listed,) = found(text, ("Zorgton", ORGANISATION), via="lexicon")
    kept = agreed([listed], [Block(0, text, is_headline=False)], "en", lambda _: PlaceRank.CITY)
    assert kept == [listed]


def test_a_short_place_is_the_only_full_one_that_it_begins() -> None:
    names = ["Santiago", "Santiago de Cuba", "York", "York City", "Rio", "Rio de Oro", "Rio do Sul"]
    assert places_in_full(names) == {"Santiago": "Santiago de Cuba"}


def test_a_name_of_a_thousand_words_is_read_at_once() -> None:
    text = "Zorg " * 5_000 + "said"
    name = ("Zorg Zorg", ORGANISATION)
    assert types(text, *[name] * 2_000) == [name] * 2_000
