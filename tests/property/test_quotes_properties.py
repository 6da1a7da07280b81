from __future__ import annotations

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.item import Entity, EntityType, Item, Mention, Paragraph
from streams.enrich.dates import find_dates
from streams.enrich.found import blocks_of
from streams.enrich.quotes import find_quotes

PIECES = """
" “ ” « » „ ‘ ’ ' , . : ; ? ! … ( ) – a dit said selon Selon according to a-t-il ajouté il he she
Kerry M. Mme porte-parole le la the un spokesman que that d'ajouter ONU communiqué samedi hier
19 février 11-12 2014 en in March Feb. 3, next prochain du au to au_moins trois mots de plus encore
"""
TEXTS = st.one_of(
    st.lists(st.sampled_from([*PIECES.split(), "\n"]), max_size=40).map(" ".join),
    st.lists(st.sampled_from([*PIECES.split(), " "]), max_size=40).map("".join),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=80),
)
LANGUAGES = st.sampled_from(["fr", "en", "es", "de", "und"])
DAYS = st.none() | st.dates()


@st.composite
def entities_of(draw: st.DrawFn, text: str) -> list[Entity]:
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=10, unique=True)))
    return [
        Entity(
            id=f"e{number % 3}",
            type=draw(st.sampled_from(list(EntityType))),
            name=text[start:end],
            mentions=(Mention(start=start, end=end, text=text[start:end], via="model"),),
        )
        for number, (start, end) in enumerate(zip(cuts[::2], cuts[1::2], strict=False))
    ]


@settings(deadline=None, max_examples=400)
@given(
    data=st.data(),
    headline=st.none() | TEXTS,
    texts=st.lists(TEXTS, max_size=4),
    language=LANGUAGES,
)
def test_quotes_are_where_they_say_by_someone_the_item_has(
    data: st.DataObject, headline: str | None, texts: list[str], language: str
) -> None:
    item = Item(
        id="a@1",
        item_key="a",
        order_key="1",
        headline=headline,
        paragraphs=tuple(Paragraph(text=text) for text in texts),
    )
    blocks = blocks_of(item)
    entities = data.draw(entities_of(item.text))
    quotes = find_quotes(item.text, blocks, entities, language)
    ids = {entity.id for entity in entities}
    position = 0
    for quote in quotes:
        assert position <= quote.start < quote.end <= len(item.text)
        assert item.text[quote.start : quote.end] == quote.text == quote.text.strip()
        assert quote.speaker is None or quote.speaker in ids
        assert any(
            block.start <= quote.start and quote.end <= block.start + len(block.text)
            for block in blocks
        )
        position = quote.end
    assert find_quotes(item.text, blocks, entities, language) == quotes


@settings(deadline=None, max_examples=400)
@given(text=TEXTS, language=LANGUAGES, day=DAYS)
def test_dates_are_where_they_say_and_do_not_overlap(
    text: str, language: str, day: date | None
) -> None:
    position = 0
    for mention in find_dates(text, language, day):
        assert position <= mention.start < mention.end <= len(text)
        assert text[mention.start : mention.end] == mention.text
        position = mention.end
