from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.item import EntityType, Item, Paragraph
from streams.enrich import EnrichConfig, Enricher
from streams.enrich.coreference import PlaceRank, resolve
from streams.enrich.found import blocks_of
from streams.enrich.names import repair
from streams.enrich.organisations import lexicon
from streams.enrich.recognise import Span

PIECES = """
M. MM. Mme Mr et and , . ( ) « » " ' Kerry Jean Anna Dupont Paris Syrie le la the d' État
département ONU (ISSG) ISSG régime Assad samedi May Georgia U.S. al-Assad Le Pen 12
"""
WORDS = st.sampled_from([*PIECES.split(), "\n"])
TEXTS = st.one_of(
    st.lists(WORDS, max_size=25).map(" ".join),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=80),
)
LANGUAGES = st.sampled_from(["fr", "en", "es", "de", "und"])


def rank_of(name: str) -> PlaceRank:
    return {"Paris": PlaceRank.LARGE_CITY, "Georgia": PlaceRank.COUNTRY}.get(name, PlaceRank.MINOR)


@st.composite
def spans_of(draw: st.DrawFn, text: str) -> list[Span]:
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=12)))
    return [
        Span(start, end, draw(st.sampled_from(list(EntityType))), 0.5)
        for start, end in zip(cuts[::2], cuts[1::2], strict=False)
    ]


@pytest.fixture(scope="session")
def enricher() -> Enricher:
    return Enricher(EnrichConfig(recogniser="gazetteer"))


@settings(deadline=None, max_examples=200)
@given(data=st.data(), text=TEXTS, language=LANGUAGES)
def test_repaired_names_lie_within_the_text_and_apart(
    data: st.DataObject, text: str, language: str
) -> None:
    names = repair(text, data.draw(spans_of(text)), language, lexicon(language))
    position = 0
    for name in names:
        assert position <= name.start < name.end <= len(text)
        assert text[name.start : name.end] == name.text
        position = name.end


@settings(deadline=None, max_examples=150)
@given(data=st.data(), texts=st.lists(TEXTS, min_size=1, max_size=4), language=LANGUAGES)
def test_coreference_loses_no_name_and_overlaps_none(
    data: st.DataObject, texts: list[str], language: str
) -> None:
    item = Item(
        id="a@1",
        item_key="a",
        order_key="1",
        paragraphs=tuple(Paragraph(text=text) for text in texts),
    )
    spans = data.draw(spans_of(item.text))
    found = repair(item.text, spans, language, lexicon(language))
    blocks = blocks_of(item)
    resolved = resolve(found, blocks, rank_of)
    if not any(text == text.upper() for text in texts):
        assert {(name.start, name.end) for name in found} <= {
            (name.start, name.end) for name in resolved
        }
    position = 0
    for name in resolved:
        assert position <= name.start < name.end <= len(item.text)
        assert item.text[name.start : name.end] == name.text
        position = name.end
    assert resolve(found, blocks, rank_of) == resolved


@settings(
    deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(headline=st.none() | TEXTS, texts=st.lists(TEXTS, max_size=4), language=LANGUAGES)
def test_every_item_comes_back_with_true_offsets(
    enricher: Enricher, headline: str | None, texts: list[str], language: str
) -> None:
    item = Item(
        id="a@1",
        item_key="a",
        order_key="1",
        language=language,
        headline=headline,
        paragraphs=tuple(Paragraph(text=text) for text in texts),
    )
    (enriched,) = enricher.enrich([item])
    assert enriched.text == item.text
    assert enricher.enrich([enriched]) == [enriched]
    for entity in enriched.entities:
        assert entity.count == len(entity.mentions) > 0
        for mention in entity.mentions:
            assert item.text[mention.start : mention.end] == mention.text
