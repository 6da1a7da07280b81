from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from schemas.item import Entity, EntityType, Item, Mention, Paragraph, Quote
from streams.enrich.found import blocks_of
from streams.enrich.quotes import find_quotes

TRUTH = Path(__file__).parents[2] / "data" / "enrich" / "quotes.toml"
_MARK = re.compile(r"\[\[([^|\]]+)\||\]\]|\{([^|}]+)\||\}")


def read_marked(marked: str) -> tuple[str, list[tuple[int, int, str | None]], list[Entity]]:
    """A text without its marks, what they say is quoted by whom, and the entities they name."""
    pieces: list[str] = []
    position = length = 0
    stack: list[tuple[str, str, int]] = []
    quotes: list[tuple[int, int, str | None]] = []
    mentions: dict[str, list[tuple[int, int]]] = {}
    for match in _MARK.finditer(marked):
        pieces.append(marked[position : match.start()])
        length += match.start() - position
        position = match.end()
        if match[1] or match[2]:
            stack.append(("quote" if match[1] else "mention", match[1] or match[2], length))
        else:
            kind, name, start = stack.pop()
            if kind == "quote":
                quotes.append((start, length, None if name == "?" else name))
            else:
                mentions.setdefault(name, []).append((start, length))
    text = "".join([*pieces, marked[position:]])
    return text, quotes, [an_entity(name, text, spans) for name, spans in mentions.items()]


def an_entity(name: str, text: str, spans: list[tuple[int, int]]) -> Entity:
    kinds = {"org": EntityType.ORGANISATION, "place": EntityType.PLACE}
    return Entity(
        id=name,
        type=kinds.get(name.partition("-")[0], EntityType.PERSON),
        name=max((text[start:end] for start, end in spans), key=len),
        mentions=tuple(
            Mention(start=start, end=end, text=text[start:end], via="model") for start, end in spans
        ),
    )


def quotes_in(text: str, entities: list[Entity] | None = None, language: str = "fr") -> list[Quote]:
    item = Item(
        id="a@1",
        item_key="a",
        order_key="1",
        paragraphs=tuple(Paragraph(text=one) for one in text.split("\n\n")),
    )
    assert item.text == text
    return list(find_quotes(text, blocks_of(item), entities or [], language))


def _cases() -> Iterator[Any]:
    with TRUTH.open("rb") as file:
        for number, case in enumerate(tomllib.load(file)["case"]):
            name = f"{case['language']}-{number}{'-held' if case.get('held') else ''}"
            missed = case.get("missed")
            marks = [pytest.mark.xfail(reason=missed)] if missed else []
            yield pytest.param(case["language"], case["text"], id=name, marks=marks)


@pytest.mark.parametrize(("language", "marked"), list(_cases()))
def test_quotes_have_their_speakers_and_other_quotation_marks_are_none(
    language: str, marked: str
) -> None:
    text, wanted, entities = read_marked(marked)
    found = quotes_in(text, entities, language)
    assert [(one.start, one.end, one.speaker) for one in found] == wanted
    assert all(text[one.start : one.end] == one.text for one in found)


def test_marks_of_every_kind_are_read() -> None:
    for opening, closing in ("«»", "“”", '""', "„“", "»«", ("« ", " »"), ("«\u00a0", "\u202f»")):
        text = f"Il a dit: {opening}nous partons demain matin{closing}, et il est parti."
        assert [one.text for one in quotes_in(text)] == ["nous partons demain matin"], opening


def test_apostrophes_and_inches_are_no_quotes() -> None:
    assert quotes_in("The players' union said the club's 6'2\" keeper left.", language="en") == []
    assert quotes_in("Il a dit que l'homme d'à côté n'est pas là aujourd'hui.") == []


def test_a_mark_without_its_partner_spoils_no_other() -> None:
    text = 'Un "mot seul. Il a dit: "nous partons demain matin". Fin.'
    assert [one.text for one in quotes_in(text)] == ["nous partons demain matin"]


def test_titles_tell_who_she_is() -> None:
    marked = (
        "M. {a|Alain Roux} a reçu Mme {b|Berthe Noir} lundi."
        '\n\n"[[b|Nous avons parlé du budget]]", a-t-elle dit.'
    )
    text, wanted, entities = read_marked(marked)
    assert [(one.start, one.end, one.speaker) for one in quotes_in(text, entities)] == wanted


def test_spanish_and_german_are_read_too() -> None:
    text, wanted, entities = read_marked('"[[a|No habrá acuerdo esta semana]]", dijo {a|Ana Gil}.')
    found = quotes_in(text, entities, "es")
    assert [(one.start, one.end, one.speaker) for one in found] == wanted
    text, wanted, entities = read_marked("„[[b|Wir gehen morgen nach Hause]]“, sagte {b|Uwe Kern}.")
    found = quotes_in(text, entities, "de")
    assert [(one.start, one.end, one.speaker) for one in found] == wanted


@pytest.mark.parametrize(
    "text",
    [
        '"' * 20_000,
        "«" * 20_000,
        '" a ' * 10_000,
        "« un deux trois " * 5_000,
        "« un deux trois " * 1_000 + "» " * 1_000,
        "“a ‘b " * 5_000 + "’ ”" * 5_000,
        '"un deux trois", a dit ' * 5_000,
        'il a dit "un deux trois quatre" ' * 5_000,
        "\n\n".join(["« un deux trois"] * 2_000),
        '\u202e"שלום לכם חברים", אמר \u202d',
        "a dit " * 10_000 + '"un deux trois quatre"' + " a dit" * 10_000,
        '"un deux", ' * 5_000,
        '"' + "mot " * 50_000 + '", a-t-il dit.',
    ],
    ids=lambda text: text[:12].strip(),
)
@pytest.mark.parametrize("language", ["fr", "en", "xx"])
def test_hostile_marks_cost_no_more_than_the_text_is_long(text: str, language: str) -> None:
    people = [
        an_entity("a", text, [(start, start + 2) for start in range(0, min(len(text), 4_000), 4)])
    ]
    found = quotes_in(text, people, language)
    assert len(found) <= 500
    position = 0
    for one in found:
        assert position <= one.start < one.end
        assert text[one.start : one.end] == one.text
        position = one.end
