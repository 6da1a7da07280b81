"""Two texts compared: what they are to each other, and what was measured."""

import pytest

from schemas.item import Item, Paragraph
from schemas.journal import Indexed
from streams.desk.config import DedupRule
from streams.desk.fingerprint import sign
from streams.desk.memory import hot_text
from streams.desk.rarity import Rarity
from streams.desk.verify import Likeness, compare

LEAD = (
    "The harbour council of Brestava voted on Tuesday night to close the northern quay after "
    "Milena Torvald of Ostholm Survey found that its wall had moved 14 centimetres since autumn."
)
MORE = (
    "Fishermen said that the decision would cost them 320,000 crowns before the end of the "
    "herring season, and asked Mayor Anders Lindqvist for a berth in the outer basin."
)
OTHER = (
    "Shares of the brewer rose after it said that nine new markets in southern Africa had taken "
    "its pale ale, which sells for two crowns a bottle in most of the shops of the capital."
)


def a_text(*paragraphs, headline="Brestava quay closed", slot=1):
    item = Item(
        id=f"p:{slot}@1",
        item_key=f"p:{slot}",
        order_key="1",
        provider="p",
        headline=headline,
        paragraphs=tuple(Paragraph(text=text) for text in paragraphs),
        content_hash="",
    )
    entry = Indexed(
        item_key=item.item_key,
        item_id=item.id,
        provider="p",
        novel=True,
        flash=False,
        fingerprint=sign(item),
    )
    return hot_text(entry, slot, 0.0)


def compared(new, old, rule=None, **settings):
    return compare(new, old, Rarity(), rule or DedupRule(), **settings)


def vetoes(verdict):
    return [reason.split()[0] for reason in verdict.reasons if reason.startswith("veto=")]


def test_unlike_texts_are_answered_with_what_was_measured():
    verdict = compared(a_text(LEAD, slot=2), a_text(OTHER, headline="Brewer gains"))
    assert verdict.likeness is Likeness.NONE
    assert verdict.reasons[0] == "rare-containment=0.00"
    assert "veto=evidence 0<8" in verdict.reasons


@pytest.mark.parametrize(
    ("changed", "veto"),
    [
        (
            LEAD.replace("14", "19") + MORE.replace("320,000", "415,500"),
            "veto=numbers",
        ),
        (
            LEAD.replace("Milena Torvald of Ostholm Survey", "Ines Karvela of Vessa Marine")
            + MORE.replace("Anders Lindqvist", "Joana Peixoto"),
            "veto=names",
        ),
    ],
    ids=["numbers", "names"],
)
def test_look_alike_is_answered_with_its_veto(changed, veto):
    verdict = compared(a_text(changed, slot=2), a_text(LEAD + MORE))
    assert verdict.likeness is Likeness.NONE
    assert veto in vetoes(verdict)


def test_equal_texts_are_exact():
    assert compared(a_text(LEAD, slot=2), a_text(LEAD)).reasons == ("exact",)
