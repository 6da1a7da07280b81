"""What becomes of a whole message with datelines, bylines, notes, rights and tables."""

from schemas.item import Item
from streams.clean import clean, unaccounted
from tests.sources import a_plain_source

HEADLINE = "City closes both bridges until spring"
PROSE = "The council voted on Tuesday to close both bridges until the spring, officials said."
MORE = "Engineers had warned since 2019 that the older of the two could not carry heavy lorries."
THIRD = "A ferry will run every half hour, and the fare is to stay below two crowns, they added."


def cleaned(*lines: str, gap: str = "\n\n") -> tuple[Item, list[tuple[str, str]]]:
    """The item, with what was removed of it and why; cleaning it again must change nothing."""
    text = gap.join(lines)
    item = clean(a_plain_source(text))
    assert isinstance(item, Item)
    assert unaccounted(text, item) is None
    again = clean(a_plain_source(item.text))
    assert isinstance(again, Item)
    assert (again.headline, again.paragraphs) == (item.headline, item.paragraphs)
    return item, [(cut.reason, text[cut.start : cut.end]) for cut in item.audit.removed]


def texts(item: Item) -> list[str]:
    return [paragraph.text for paragraph in item.paragraphs]


def test_a_dateline_on_a_line_of_its_own_is_taken_out() -> None:
    line = "Odense (Danmark), 21 feb 2026 (AFP) -"
    item, removed = cleaned(HEADLINE, line, PROSE, MORE)
    assert item.dateline is not None
    assert (item.dateline.place, item.dateline.date) == ("Odense (Danmark)", "21 feb 2026")
    assert (item.headline, texts(item)) == (HEADLINE, [PROSE, MORE])
    assert removed == [("dateline", line)]


def test_where_two_paragraphs_have_datelines_neither_is_taken() -> None:
    for first in (f"ODENSE (AFP) - {PROSE}", "ODENSE, Feb 3 (AFP) -"):
        paragraphs = [first, MORE, f"PARIS (AFP) - {THIRD}"]
        item, _ = cleaned(HEADLINE, *paragraphs)
        assert (item.dateline, texts(item)) == (None, paragraphs)


def test_a_dateline_that_would_move_up_to_be_looked_at_keeps_the_first_where_it_is() -> None:
    paragraphs = ["ODENSE, Feb 3 (AFP) -", PROSE, MORE, f"PARIS (AFP) - {THIRD}"]
    item, _ = cleaned(HEADLINE, *paragraphs)
    assert (item.dateline, texts(item)) == (None, paragraphs)
