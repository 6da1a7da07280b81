from __future__ import annotations

import pytest

from schemas.item import EntityType, Item, Paragraph
from streams.enrich.coreference import PlaceRank, resolve
from streams.enrich.found import Block, Found, blocks_of

PERSON, PLACE, ORGANISATION = EntityType.PERSON, EntityType.PLACE, EntityType.ORGANISATION


def resolved(
    texts: list[str],
    *names: tuple[str, EntityType],
    headline: str | None = None,
    major: frozenset[str] = frozenset(),
    country: frozenset[str] = frozenset(),
) -> list[tuple[str, EntityType, str, str]]:
    item = Item(
        id="a@1",
        item_key="a",
        order_key="1",
        headline=headline,
        paragraphs=tuple(Paragraph(text=text) for text in texts),
    )
    found, position = [], 0
    for name, kind in names:
        start = item.text.index(name, position)
        position = start + len(name)
        found.append(Found(start, position, name, kind, 0.8, "model"))

    def rank_of(name: str) -> PlaceRank:
        if name in country:
            return PlaceRank.COUNTRY
        return PlaceRank.LARGE_CITY if name in major else PlaceRank.MINOR

    return [
        (name.text, name.type, name.via, name.key)
        for name in resolve(found, blocks_of(item), rank_of)
    ]


def test_a_headlines_surname_is_the_person_the_body_names_in_full() -> None:
    names = resolved(
        ["Anna Kerry a parlé."],
        ("Kerry", PLACE),
        ("Anna Kerry", PERSON),
        headline="Kerry appelle au calme",
    )
    assert names == [
        ("Kerry", PERSON, "surname", "person/anna kerry"),
        ("Anna Kerry", PERSON, "model", "person/anna kerry"),
    ]


def test_a_surname_that_the_model_missed_is_found() -> None:
    names = resolved(["Anna Zorg a parlé.", "Puis Zorg est partie."], ("Anna Zorg", PERSON))
    assert names[1] == ("Zorg", PERSON, "surname", "person/anna zorg")


def test_a_surname_beside_another_capitalised_word_is_someone_else() -> None:
    names = resolved(["Anna Zorg a parlé à Bob Zorg, à Zorg County."], ("Anna Zorg", PERSON))
    assert [name for name, *_ in names] == ["Anna Zorg"]


def test_a_surname_of_two_people_is_left_alone() -> None:
    names = resolved(
        ["Anna Zorg et Bob Zorg.", "Zorg a parlé."],
        ("Anna Zorg", PERSON),
        ("Bob Zorg", PERSON),
        ("Zorg", PERSON),
    )
    assert [key for *_, key in names] == ["person/anna zorg", "person/bob zorg", "person/zorg"]


def test_a_city_after_a_preposition_stays_a_city() -> None:
    text = ["Denzel Washington est à Washington."]
    spans = (("Denzel Washington", PERSON), ("Washington", PLACE))
    assert resolved(text, *spans, major=frozenset({"Washington"}))[1][1] is PLACE
    assert resolved(text, *spans)[1][1] is PERSON


def test_a_month_is_not_a_surname() -> None:
    names = resolved(["Theresa May spoke.", "In May she left."], ("Theresa May", PERSON))
    assert [name for name, *_ in names] == ["Theresa May"]


def test_spellings_of_one_person_are_one() -> None:
    names = resolved(
        ["John F. Zorg, John Zorg, Le Gall, Yann Le Gall, al-Amin, Omar al-Amin."],
        ("John F. Zorg", PERSON),
        ("John Zorg", PERSON),
        ("Le Gall", PERSON),
        ("Yann Le Gall", PERSON),
        ("al-Amin", PERSON),
        ("Omar al-Amin", PERSON),
    )
    assert [key for *_, key in names] == [
        "person/john f zorg",
        "person/john f zorg",
        "person/yann le gall",
        "person/yann le gall",
        "person/omar al amin",
        "person/omar al amin",
    ]


def test_a_first_name_alone_is_its_only_bearer() -> None:
    names = resolved(
        ["Zadie Smithson a parlé. Zadie sourit."], ("Zadie Smithson", PERSON), ("Zadie", PERSON)
    )
    assert names[1] == ("Zadie", PERSON, "first-name", "person/zadie smithson")


def test_an_acronym_in_brackets_is_its_organisation_everywhere() -> None:
    names = resolved(
        ["Le Comité des forges (CDF) a dit non.", "Le CDF, selon le CDF, attend."],
        ("Comité des forges", ORGANISATION),
        ("CDF", PLACE),
    )
    assert [(name, kind, key) for name, kind, _, key in names] == [
        ("Comité des forges", ORGANISATION, "organisation:comite des forges"),
        ("CDF", ORGANISATION, "organisation:comite des forges"),
        ("CDF", ORGANISATION, "organisation:comite des forges"),
        ("CDF", ORGANISATION, "organisation:comite des forges"),
    ]


def test_an_acronym_before_its_name_in_brackets_is_that_organisation() -> None:
    names = resolved(
        ["Le CDF (Comité des forges) a dit non.", "Le CDF attend."],
        ("CDF", ORGANISATION),
        ("Comité des forges", ORGANISATION),
    )
    assert [(name, via, key) for name, _, via, key in names] == [
        ("CDF", "acronym", "organisation:comite des forges"),
        ("Comité des forges", "model", "organisation:comite des forges"),
        ("CDF", "acronym", "organisation:comite des forges"),
    ]


def test_an_acronym_need_not_be_the_initials() -> None:
    names = resolved(
        ["Le Groupe de soutien (ZSG) est réuni.", "Le ZSG attend."],
        ("Groupe de soutien", ORGANISATION),
    )
    assert len({key for *_, key in names}) == 1
    assert [name for name, *_ in names] == ["Groupe de soutien", "ZSG", "ZSG"]


@pytest.mark.parametrize(
    ("name", "short", "meant"),
    [
        ("Consejo Nacional del Partido Zorita", "PZ", "partido zorita"),
        ("Consejo Nacional del Partido Zorita", "CNPZ", "consejo nacional del partido zorita"),
        ("Comité de la Fédération de Zorg", "FZ", "federation de zorg"),
        ("Comité Zorg Football", "ZF", "comite zorg football"),
        ("Banco de la Plata-Zorita", "PZ", "plata zorita"),
        ("Comité des forges", "XYZ", "comite des forges"),
    ],
)
def test_an_acronym_in_brackets_is_of_the_end_whose_initials_it_is(
    name: str, short: str, meant: str
) -> None:
    names = resolved([f"{name} ({short}).", f"{short}."], (name, ORGANISATION))
    assert [key for *_, key in names][1:] == [f"organisation:{meant}"] * 2


def test_a_party_and_its_council_are_two() -> None:
    names = resolved(
        ["Consejo del Partido Zorita (PZ).", "El Partido Zorita."],
        ("Consejo del Partido Zorita", ORGANISATION),
        ("Partido Zorita", ORGANISATION),
    )
    assert names[0][3] == "organisation:consejo del partido zorita"
    assert {key for *_, key in names[1:]} == {"organisation:partido zorita"}


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Western Hockey Organisation", "organisation:western hockey organisation"),
        ("World's Health Organisation", "organisation/who"),
        ("Comité des forges", "organisation/who"),
    ],
)
def test_a_listed_acronym_is_the_documents_where_its_words_are_no_name_of_the_listed(
    name: str, key: str
) -> None:
    text = f"{name} (WHO). WHO?"
    blocks = [Block(0, text, is_headline=False)]
    found = [Found(0, len(name), name, ORGANISATION, 0.8, "model")]
    found += [
        Found(start, start + 3, "WHO", ORGANISATION, 0.9, "lexicon", "organisation/who")
        for start in (len(name) + 2, text.rindex("WHO"))
    ]
    names = resolve(found, blocks, lambda _: PlaceRank.MINOR)
    assert [one.key for one in names if one.text == "WHO"] == [key] * 2


def test_what_an_article_makes_an_organisation_is_nobody_elsewhere() -> None:
    text = "El Adecco Zorita gana. Adecco Zorita perdió."
    found = [
        Found(3, 16, "Adecco Zorita", ORGANISATION, 0.5, "capitals"),
        Found(23, 36, "Adecco Zorita", PERSON, 0.6, "capitals"),
    ]
    names = resolve(found, [Block(0, text, is_headline=False)], lambda _: PlaceRank.MINOR)
    assert [(one.type, one.key) for one in names] == [
        (ORGANISATION, "organisation:adecco zorita")
    ] * 2


def test_a_first_name_before_another_word_of_a_name_is_someone_else() -> None:
    names = resolved(
        ["Li Song-ho spoke.", "Li In-mo left."], ("Li Song-ho", PERSON), ("Li", PERSON)
    )
    assert names[1][3] == "person/li"


def test_a_surname_is_found_with_its_particles() -> None:
    names = resolved(["Ana de Zorg spoke.", "Then de Zorg left."], ("Ana de Zorg", PERSON))
    assert names[1] == ("de Zorg", PERSON, "surname", "person/ana de zorg")


def test_nothing_found_gives_nothing() -> None:
    assert resolved(["Rien."]) == []


def test_a_country_stays_one_though_someone_bears_its_name() -> None:
    names = resolved(
        ["Michael Jordan said no.", "Talks with Jordan failed."],
        ("Michael Jordan", PERSON),
        ("Jordan", PLACE),
        country=frozenset({"Jordan"}),
    )
    assert names[1][:2] == ("Jordan", PLACE)


def test_a_large_city_that_nobody_is_called_after_is_no_person() -> None:
    names = resolved(
        ["Il accuse Washington."], ("Washington", PERSON), major=frozenset({"Washington"})
    )
    assert names[0][:2] == ("Washington", PLACE)


def test_initials_are_the_organisation() -> None:
    names = resolved(
        ["General Zinc Foundries Corp grew.", "GZF fell."],
        ("General Zinc Foundries Corp", ORGANISATION),
        ("GZF", ORGANISATION),
    )
    assert names[0][3] == names[1][3]


def test_a_word_of_a_headline_in_capitals_is_no_name() -> None:
    names = resolved(
        ["Zinc Corp will buy Tin Inc."],
        ("BUY", ORGANISATION),
        ("Zinc Corp", ORGANISATION),
        headline="ZINC TO BUY TIN",
    )
    assert [name for name, *_ in names] == ["Zinc Corp"]


def test_a_surname_that_the_model_cut_is_taken_whole() -> None:
    names = resolved(
        ["Anna de Zorg a parlé.", "Puis de Zorg est partie. De Zorg, non."],
        ("Anna de Zorg", PERSON),
        ("Zorg", PERSON),
        ("De Zorg", PERSON),
    )
    assert [text for text, *_ in names] == ["Anna de Zorg", "de Zorg", "De Zorg"]
    assert {key for *_, key in names} == {"person/anna de zorg"}


def test_a_surname_without_particles_stays_as_the_model_marked_it() -> None:
    texts = ["Anna Zorg a parlé.", "Le clan de Zorg est parti."]
    names = resolved(texts, ("Anna Zorg", PERSON), ("Zorg", PERSON))
    assert [text for text, *_ in names] == ["Anna Zorg", "Zorg"]
