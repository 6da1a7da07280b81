"""Two texts compared: what they are to each other, and what was measured."""

import pytest

from schemas.item import Item, Paragraph
from schemas.journal import Indexed
from streams.desk.config import DedupRule
from streams.desk.fingerprint import sign
from streams.desk.rarity import Rarity
from streams.desk.readying import hot_text
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


TABLE = (
    "Shr 26 cts vs 18 cts",
    "Net 2,102,000 vs 1,415,000",
    "Revs 44.1 mln vs 42.2 mln",
    "Year",
    "Shr 21 cts vs 91 cts",
    "Net 1,678,000 vs 7,105,000",
    "Revs 155.1 mln vs 149.2 mln",
)


def a_table(*changes, headline="TORVALD LINES <TVL> 4TH QTR NET", slot=1):
    rows = TABLE
    for before, after in changes:
        rows = tuple(row.replace(before, after) for row in rows)
    return a_text(*rows, headline=headline, slot=slot)


@pytest.mark.parametrize(
    ("changes", "headline", "likeness"),
    [
        ([("cts", "cents")], "TORVALD LINES 4TH QTR NET", Likeness.EXACT),
        (
            [("44.1 mln", "44,120,000"), ("42.2 mln", "42,210,400")],
            "TORVALD LINES INC <TVL.O> 4TH QTR",
            Likeness.NEAR,
        ),
        ([("1,678,000", "1,978,000")], "TORVALD LINES <TVL> 4TH QTR NET", Likeness.CORRECTION),
        ([("1,678,000", "1,978,000")], "CORRECTED - TORVALD <TVL> 4TH QTR", Likeness.CORRECTION),
        ([], "KELDA FOODS <KLF> 4TH QTR NET", Likeness.NONE),
    ],
    ids=["units", "restated", "put-right", "marked", "other-share"],
)
def test_tables_are_told_apart(changes, headline, likeness):
    new = a_table(*changes, headline=headline, slot=2)
    assert compared(new, a_table()).likeness is likeness


def test_changed_figure_is_never_the_same_again():
    for number in ("18 cts", "1,415,000", "155.1 mln"):
        new = a_table((number, number.replace("1", "3")), slot=2)
        assert compared(new, a_table()).likeness not in {Likeness.NEAR, Likeness.EXACT}


@pytest.mark.parametrize(
    ("one", "other", "vetoed"),
    [
        ("Brestava shares close", "Brestava shares open", True),
        ("Herring prices on March 5", "Herring prices on March 6", True),
        ("Herring prices 0900 GMT", "Herring prices 0919 GMT", True),
        ("Herring prices Monday", "Herring prices on Monday", False),
        ("Herring prices", "Herring prices 0919 GMT", False),
    ],
)
def test_hour_of_a_headline_vetoes(one, other, vetoed):
    body = LEAD.replace("14", "fourteen")
    new, old = a_text(body, MORE, headline=one, slot=2), a_text(body, MORE, headline=other)
    assert ("veto=moment" in vetoes(compared(new, old))) is vetoed


def test_swapped_name_in_the_headline_vetoes():
    text = "Prices of {0} herring were steady at the close, dealers at the {0} exchange said, and "
    body = text + "few boats were at sea because of the swell off the outer banks, they added."
    new = a_text(body.format("Ostholm"), headline="Ostholm herring steady", slot=2)
    old = a_text(body.format("Vessa"), headline="Vessa herring steady")
    assert "veto=title-names" in vetoes(compared(new, old))


@pytest.mark.parametrize("ratio", [1, 2])
def test_flashes_are_alike_only_when_equal(ratio):
    flash = "Torvald raises prime rate to 7-3/4 per cent from eight per cent, effective tomorrow"
    new = a_text(" ".join([flash.replace("Torvald", "Kelda")] * ratio), headline=None, slot=2)
    assert compared(new, a_text(flash, headline=None)).likeness is Likeness.NONE


def test_shorter_later_version_is_a_cut():
    verdict = compared(a_text(LEAD, slot=2), a_text(LEAD, MORE, OTHER))
    assert verdict.likeness is Likeness.VERSION
    assert "cut" in verdict.reasons


def test_sample_of_a_long_text_says_enough_of_its_cut():
    rows = [f"{LEAD} {OTHER.replace('nine', str(place))} Note {place * 7919} holds." for place in
            range(60)]  # fmt: skip
    words = [f"word{place * 7} word{place * 11 + 1} word{place * 13 + 2}" for place in range(900)]
    long = a_text(*rows[:1], " ".join(words))
    cut = a_text(*rows[:1], " ".join(words[:120]), slot=2)
    assert compared(cut, long).likeness is Likeness.VERSION


def test_as_many_words_with_few_phrases_in_common_are_no_copy():
    told = (
        "Talks due today between Torvald Lines and the dockers over the strike at Brestava have "
        "been put off till {0}, a spokesman for the company said. {1}"
    )
    old = a_text(told.format("Thursday", "Loading at the northern quay has been halted for weeks "
        "because crane drivers refuse to sign the contract that management wants."))  # fmt: skip
    new = a_text(told.format("Monday", "Since the autumn no ship was served at the plant in which "
        "four hundred people used to work before the quarrel began."), slot=2)  # fmt: skip
    verdict = compared(new, old)
    assert 0.4 < verdict.score < 0.65
    assert compared(new, old, DedupRule(containment=0.4)).likeness is Likeness.VERSION
    assert "rewritten" in compared(new, old, DedupRule(containment=0.4)).reasons


def test_a_correction_may_put_the_share_right():
    old = a_text(LEAD, MORE, headline="TORVALD <TVL> HAS OPTIONS")
    note = "(Corrects the share.)"
    new = a_text(LEAD, MORE, note, headline="TORVALD <KLD> HAS OPTIONS", slot=2)
    assert vetoes(compared(new, old)) == ["veto=tickers"]
    assert compared(new, old, corrects=True).likeness is Likeness.CORRECTION
    other = a_text(MORE, OTHER, headline="TORVALD <KLD> HAS OPTIONS", slot=3)
    assert "veto=tickers" in vetoes(compared(other, a_text(LEAD, MORE, headline="X <TVL> HAS")))


def test_precise_figures_say_more_than_the_period_in_the_headline():
    rows = ("Shr 24 cts vs 15 cts", "Net 1,520,797 vs 929,017", "Revs 5,268,486 vs 2,617,995")
    year = a_text(*rows, headline="TORVALD LINES <TVL> YEAR DEC 31 NET", slot=2)
    quarter = a_text(
        "Shr six cts vs four cts", "Net 383,189 vs 241,857", "12 mths", *rows,
        headline="TORVALD LINES <TVL> 4TH QTR NET",
    )  # fmt: skip
    assert compared(year, quarter).likeness is Likeness.VERSION
    round_rows = ("Shr 24 cts vs 15 cts", "Net 1,500,000 vs 900,000", "Revs 5,000,000 vs 2,000,000")
    year = a_text(*round_rows, headline="TORVALD LINES <TVL> YEAR DEC 31 NET", slot=2)
    quarter = a_text(
        "Shr six cts vs four cts", "Net 300,000 vs 200,000", "12 mths", *round_rows,
        headline="TORVALD LINES <TVL> 4TH QTR NET",
    )  # fmt: skip
    assert "veto=moment" in vetoes(compared(year, quarter))
