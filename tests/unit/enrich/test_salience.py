from __future__ import annotations

from schemas.item import Item, Mention, Paragraph
from streams.enrich.found import Block, blocks_of
from streams.enrich.salience import salience

BLOCKS = (
    Block(0, "h" * 10, is_headline=True),
    Block(12, "p" * 20, is_headline=False),
    Block(34, "p" * 20, is_headline=False),
)


def salience_at(*starts: int, blocks: tuple[Block, ...] = BLOCKS) -> float:
    mentions = [Mention(start=start, end=start + 1, text="x", via="model") for start in starts]
    return salience(mentions, blocks)


def test_a_document_without_text_is_about_nothing() -> None:
    assert salience_at() == 0
    assert salience_at(0, blocks=()) == 0
    assert salience_at(0, blocks=(Block(0, "", is_headline=False),)) == 0


def test_headline_lead_and_count_each_weigh() -> None:
    late = salience_at(53)
    lead = salience_at(12)
    headline = salience_at(0)
    assert 0 < late < lead < headline < salience_at(0, 12) < salience_at(0, 12, 40) < 1


def test_to_be_spread_weighs_more_than_to_be_repeated() -> None:
    assert salience_at(20, 40) > salience_at(20, 25)


def test_the_first_mention_decides_between_two_of_one_paragraph() -> None:
    assert salience_at(34) > salience_at(50)


def test_an_item_without_a_headline_has_its_lead_first() -> None:
    item = Item(
        id="a@1",
        item_key="a",
        order_key="1",
        paragraphs=(Paragraph(text="abc"), Paragraph(text="def")),
    )
    assert salience_at(0, blocks=tuple(blocks_of(item))) == round(5 / (5 + 5), 3)
