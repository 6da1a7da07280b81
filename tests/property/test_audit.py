"""What cleaning did can be undone, whatever characters the text is made of."""

from itertools import pairwise

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from schemas.item import Item
from streams.clean import DEFAULT_RULES, clean, item_of, unaccounted
from streams.clean.rules import SWITCHES
from tests.sources import a_plain_source

SLOW = settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
ALL_OFF = DEFAULT_RULES.without(SWITCHES)
# Directions turned, letters joined or kept apart, marks that compose, controls, lone surrogates.
TRICKS = (
    "\u202e", "\u202c", "\u2066", "\u2069", "\u200e", "\u200f", "\u061c", "\u200b", "\u200c",
    "\u200d", "\u2060", "\ufeff", "\xad", "e\u0301", "\u0301", "\x00", "\x07", "\x1b", "\x85",
    "\x93", "\u2028", "\u2029", "\x0b", "\x0c", "\x1c", "\xa0", "\u202f", "\ud800", "\udfff",
    "שלום", "سلام", "می\u200cخواهم", "👩\u200d👧", "ﬁ", "Å", "가",
)  # fmt: skip
WORDS = (
    "The",
    "council",
    "closed",
    "both",
    "bridges",
    "Menu",
    "By Jane Doe",
    "###",
    "1-0",
    "said.",
)
lines = st.lists(st.one_of(st.sampled_from(WORDS), st.sampled_from(TRICKS)), max_size=12).map(
    " ".join
) | st.lists(st.sampled_from((*WORDS, *TRICKS)), max_size=12).map("".join)
texts = st.lists(lines, max_size=8).map("\n".join)


def kept(item: Item) -> list[str]:
    return [part for part in (item.headline, *(each.text for each in item.paragraphs)) if part]


@SLOW
@given(texts)
@example("\u202eMenu\u202c\nThe \u200bcouncil\n\ud800 closed\x85\n\u200b\nboth bridges.")
def test_with_every_rule_off_the_text_is_published_as_it_came(text: str) -> None:
    # But for lone surrogates, which no JSON can carry; and those are in the audit.
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    replaced = "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in text)
    expected = [line.strip() for line in replaced.split("\n") if line.strip()]
    for item in (clean(a_plain_source(text), ALL_OFF), item_of(a_plain_source(text))):
        if isinstance(item, Item):
            assert kept(item) == expected
            assert item.audit.removed == ()
            assert len(item.audit.edits) == sum(
                "\ud800" <= char <= "\udfff" for line in lines for char in line
            )


@SLOW
@given(texts)
@example("\u202eMenu\u202c\nThe \u200bcouncil\n\ud800 closed\x85\n\u200b\nboth bridges.")
def test_every_character_is_kept_removed_or_edited(text: str) -> None:
    item = clean(a_plain_source(text))
    if isinstance(item, Item):
        assert unaccounted(text, item) is None
        spans = sorted((each.start, each.end) for each in (*item.audit.removed, *item.audit.edits))
        assert all(end <= start for (_, end), (start, _) in pairwise(spans))


@SLOW
@given(texts)
def test_a_change_that_the_audit_does_not_name_is_found(text: str) -> None:
    item = clean(a_plain_source(text))
    if isinstance(item, Item) and item.paragraphs:
        more = item.paragraphs[0].model_copy(update={"text": f"{item.paragraphs[0].text}x"})
        tampered = item.model_copy(update={"paragraphs": (more, *item.paragraphs[1:])})
        assert unaccounted(text, tampered) is not None
