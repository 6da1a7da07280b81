"""Teasers that have a heading in them go; what headlines say stays."""

import pytest

from schemas.item import Item
from streams.clean import clean, unaccounted
from tests.sources import a_plain_source

HEADLINE = "Council closes both bridges across the river for a year from next Tuesday at noon"
HEADING = "What drivers should know"
QUESTION = "How long will it take to mend the older one?"
LEAD = "The council voted on Tuesday to close both bridges across the river for a year, it said."
NEXT = "Officials had warned in March that the older of the two might not outlast another winter."
LAST = "The mayor was not available for comment on Monday evening, a spokeswoman said."


def published(*lines: str) -> Item:
    text = "\n\n".join(lines)
    item = clean(a_plain_source(text))
    assert isinstance(item, Item)
    assert unaccounted(text, item) is None
    return item


@pytest.mark.parametrize(
    ("body", "teaser"),
    [
        ([HEADING, LEAD, NEXT], HEADING + LEAD),
        ([LEAD, QUESTION, NEXT], LEAD + QUESTION + NEXT[:30] + "..."),
        ([QUESTION, LEAD, NEXT], QUESTION + LEAD[:50]),
        ([LEAD, HEADING, NEXT], LEAD + HEADING),
    ],
    ids=["heading, lead", "lead, question, next", "question, lead", "lead, heading"],
)
@pytest.mark.parametrize("at_the_end", [True, False])
def test_a_teaser_glued_of_headings_goes_and_the_paragraphs_stay(
    body: list[str],
    teaser: str,
    at_the_end: bool,  # noqa: FBT001
) -> None:
    lines = [*body, LAST, teaser] if at_the_end else [teaser, *body, LAST]
    item = published(HEADLINE, *lines)
    assert [paragraph.text for paragraph in item.paragraphs] == [*body, LAST]
    assert [span.reason for span in item.audit.removed] == ["teaser-duplicate"]


def test_a_lead_that_its_headline_says_whole_stays() -> None:
    lead = f"{HEADLINE}."
    item = published(HEADLINE, lead, NEXT, LAST)
    assert (item.headline, item.paragraphs[0].text) == (HEADLINE, lead)
    assert item.audit.removed == ()


def test_a_headline_said_word_for_word_by_the_text_stays() -> None:
    said = f"{HEADLINE}, a spokeswoman of the town hall told reporters on Monday evening."
    item = published(HEADLINE, LEAD, said, LAST)
    assert item.headline == HEADLINE
    assert len(item.paragraphs) == 3


def test_of_a_lead_above_the_headline_and_one_below_it_the_one_below_stays() -> None:
    item = published("World", LEAD, "Bridges across the river closed", LEAD, NEXT)
    assert item.headline == "Bridges across the river closed"
    assert [paragraph.text for paragraph in item.paragraphs] == [LEAD, NEXT]
    gone = [span.start for span in item.audit.removed if span.reason == "teaser-duplicate"]
    assert gone == [len("World\n\n")]
